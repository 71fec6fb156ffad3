//! The part of the tree in which a rule, source or alias holds.
//!
//! In: the directory of the rules file that says it. Out: whether it holds for a file. Everything of the topmost rules file
//! holds everywhere, but for the directories whose own rules file has another form of it.

use std::sync::Arc;

/// A directory, less some directories in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subtree {
    /// The directory, relative to the project root; empty for the root.
    pub below: Arc<str>,
    /// Directories in it that have another form of the rule or source.
    pub except: Vec<Arc<str>>,
}

impl Subtree {
    /// Returns everything below a directory.
    #[must_use]
    pub fn of(directory: &Arc<str>) -> Self {
        Self { below: Arc::clone(directory), except: Vec::new() }
    }

    /// Tells whether a file or directory is in it.
    #[must_use]
    pub fn holds(&self, path: &str) -> bool {
        is_below(path, &self.below) && !self.except.iter().any(|other| is_below(path, other))
    }

    /// Tells whether it and another have a directory in common.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.holds(&other.below) && is_below(&other.below, &self.below)
            || other.holds(&self.below) && is_below(&self.below, &other.below)
    }

    /// Returns the directory, if it is not the project root.
    #[must_use]
    pub fn directory(&self) -> Option<&str> {
        (!self.below.is_empty()).then_some(&*self.below)
    }

    /// Says where it is, for a place that names a rule or source: ` (below services/a)`; nothing for the project root.
    #[must_use]
    pub fn suffix(&self) -> String {
        self.directory().map(|directory| format!(" (below {directory})")).unwrap_or_default()
    }
}

/// Names something with an id that counts in one directory alone: `redis@services/a`; the id where it counts everywhere.
#[must_use]
pub fn qualified(id: &Arc<str>, below: &str) -> Arc<str> {
    match below {
        "" => Arc::clone(id),
        directory => format!("{id}@{directory}").into(),
    }
}

/// Tells whether a path is a directory or something in it; everything is in the root, whose path is empty.
#[must_use]
pub fn is_below(path: &str, directory: &str) -> bool {
    directory.is_empty() || path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_holds_what_is_in_it_and_no_neighbour_of_a_longer_name() {
        let services = Subtree { below: "services".into(), except: vec!["services/a".into()] };
        let held = ["services/x.py", "services/ab/x.py"].map(|path| services.holds(path));
        let others = ["services/a/x.py", "services2/x.py", "x.py"].map(|path| services.holds(path));
        assert_eq!((held, others), ([true; 2], [false; 3]));
    }

    #[test]
    fn forms_of_one_rule_never_meet() {
        let (a, whole) = (Subtree::of(&"a".into()), Subtree { except: vec!["a".into()], ..Subtree::default() });
        assert!(!a.meets(&whole) && !whole.meets(&a));
        assert!(Subtree::default().meets(&a) && a.meets(&Subtree::default()) && a.meets(&a));
        assert!(!a.meets(&Subtree::of(&"b".into())));
    }
}
