//! Known paths: the external paths that the rules name.

use rustc_hash::FxHashSet;

use crate::facts::Name;

/// External paths that the rules name, with all their prefixes.
#[derive(Debug, Default, Clone)]
pub struct KnownPaths(FxHashSet<Vec<Name>>);

impl KnownPaths {
    /// Adds a path and its prefixes.
    pub fn insert(&mut self, path: &[Name]) {
        for length in 1..=path.len() {
            self.0.insert(path[..length].to_vec());
        }
    }

    /// Returns whether the rules name this path or one that starts with it.
    #[must_use]
    pub fn contains(&self, path: &[Name]) -> bool {
        self.0.contains(path)
    }
}
