//! The owners at the newest commit, which all older ones are measured by.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::cache::FingerprintBuilder;
use crate::findings::Findings;
use crate::rule::{FileGlob, RuleSet, SymbolPattern};
use crate::tree::Tree;

/// The owners at the newest commit.
#[derive(Debug, Clone, Default)]
pub struct NewestOwners {
    /// The sources whose owner could not be inferred.
    pub unknown: BTreeSet<Arc<str>>,
    /// The names that were inferred, each with its source.
    pub inferred: Vec<(Arc<str>, String)>,
}

impl NewestOwners {
    /// Adds what tells them from others.
    pub fn describe(&self, key: &mut FingerprintBuilder) {
        self.unknown.iter().for_each(|source| key.add(&**source));
        for (source, name) in &self.inferred {
            key.add(&**source);
            key.add(name);
        }
    }

    /// Declares in `rules` what was inferred at the newest commit, so that nothing is inferred for others.
    #[must_use]
    pub fn declare(rules: &mut RuleSet, findings: &Findings, tree: &Tree) -> Self {
        let mut owners = Self::default();
        for (source, known) in rules.sources.iter_mut().zip(&findings.sources) {
            if source.canonical_declared || source.owners_declared {
                continue;
            }
            (source.canonical_declared, source.owners_declared) = (true, true);
            let Some(owner) = &known.inferred_owner else {
                owners.unknown.insert(source.name());
                continue;
            };
            let language = tree.file(owner.file).language;
            let pattern = |name: &String| SymbolPattern::parse(name, language, source.origin.clone()).ok();
            source.canonical = owner.names.iter().filter_map(pattern).collect();
            source.owners = FileGlob::of_path(&owner.path, source.origin.clone()).into_iter().collect();
            owners.inferred.extend(owner.names.iter().map(|name| (source.name(), name.clone())));
        }
        owners
    }
}
