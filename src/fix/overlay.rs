//! Texts laid over those of a project, so that it can be analysed as it would be.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::problem::Problem;
use crate::tree::{Identity, Texts, Tree};

/// Texts of which some are others.
pub struct OverlaidTexts<'a> {
    below: &'a dyn Texts,
    over: BTreeMap<Arc<str>, Arc<str>>,
}

impl std::fmt::Debug for OverlaidTexts<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OverlaidTexts").field("over", &self.over.keys()).finish_non_exhaustive()
    }
}

impl<'a> OverlaidTexts<'a> {
    /// Lays texts over others, by their paths.
    #[must_use]
    pub fn new(below: &'a dyn Texts, over: BTreeMap<Arc<str>, Arc<str>>) -> Self {
        Self { below, over }
    }
}

impl Texts for OverlaidTexts<'_> {
    fn read(&self, path: &str) -> Result<Arc<str>, Problem> {
        match self.over.get(path) {
            Some(text) => Ok(Arc::clone(text)),
            None => self.below.read(path),
        }
    }

    fn show(&self, path: &str, buffer: &mut Vec<u8>, see: &mut dyn FnMut(&str)) -> Result<(), Problem> {
        match self.over.get(path) {
            Some(text) => {
                see(text);
                Ok(())
            }
            None => self.below.show(path, buffer, see),
        }
    }

    fn identities(&self, tree: &Tree) -> Vec<Option<Identity>> {
        let below = self.below.identities(tree).into_iter().zip(tree.files());
        // A text that is only here is known by its content.
        let over = |path: &str| self.over.get(path).map(|text| Identity::Object(Arc::clone(text)));
        below.map(|(identity, file)| over(&file.path).or(identity)).collect()
    }
}
