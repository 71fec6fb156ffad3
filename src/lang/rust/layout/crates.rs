//! The crates of the tree that each of them sees: what one defines can be named only where it is a dependency.
//!
//! In: the targets of a layout. Out: for a file, whether its crate, or one that its crate depends on, is one of some.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use super::RustLayout;
use super::cargo::Extern;
use crate::source::FileId;

/// For the root file of each crate the roots of all crates it can see, itself among them.
#[derive(Debug, Default)]
pub(super) struct Sight(FxHashMap<FileId, FxHashSet<FileId>>);

impl Sight {
    /// Follows dependencies, given as pairs of root files.
    pub(super) fn new(roots: &[FileId], dependencies: &FxHashMap<FileId, Vec<FileId>>) -> Self {
        let sight = roots.iter().map(|&root| {
            let mut seen = FxHashSet::from_iter([root]);
            let mut open = vec![root];
            while let Some(at) = open.pop() {
                open.extend(dependencies.get(&at).into_iter().flatten().filter(|&&next| seen.insert(next)));
            }
            (root, seen)
        });
        Self(sight.collect())
    }
}

impl RustLayout {
    /// The root files of the crates of the tree that are called so, by themselves or by one that depends on them.
    #[must_use]
    pub fn crates_called(&self, name: &str) -> BTreeSet<FileId> {
        let own = self.targets.iter().filter(|target| target.name == name).map(|target| &target.root);
        let seen = self.targets.iter().filter_map(|target| match target.externs.get(name)? {
            Extern::Tree(root) => Some(root),
            Extern::Outside(_) => None,
        });
        own.chain(seen).filter_map(|root| self.by_path.get(root.as_str()).copied()).collect()
    }

    /// The root file of the crate that a file belongs to; none for a file of no crate.
    #[must_use]
    pub fn root(&self, file: FileId) -> Option<FileId> {
        let place = self.files.get(&file)?;
        place.target.and(place.root)
    }

    /// Returns whether code in a file can name what one of the crates with these root files defines.
    #[must_use]
    pub fn sees_one(&self, file: FileId, crates: &BTreeSet<FileId>) -> bool {
        let Some(place) = self.files.get(&file).filter(|place| place.target.is_some()) else { return true };
        place
            .roots
            .iter()
            .any(|root| self.sight.0.get(root).is_none_or(|seen| crates.iter().any(|definer| seen.contains(definer))))
    }

    /// The root file of the crate of the tree that code in a file sees by a name.
    pub(in crate::lang::rust) fn crate_seen(&self, file: FileId, name: &str) -> Option<FileId> {
        let target = self.targets.get(self.files.get(&file)?.target?)?;
        match target.externs.get(name)? {
            Extern::Tree(root) => self.by_path.get(root.as_str()).copied(),
            Extern::Outside(_) => None,
        }
    }

    /// Returns whether a file belongs to the crate with this root file.
    pub(in crate::lang::rust) fn is_in(&self, file: FileId, root: FileId) -> bool {
        self.files.get(&file).is_some_and(|place| place.roots.contains(&root))
    }

    /// Returns whether two files belong to one crate, or none to any.
    pub(in crate::lang::rust) fn share_crate(&self, one: FileId, other: FileId) -> bool {
        let (Some(one), Some(other)) = (self.files.get(&one), self.files.get(&other)) else { return false };
        one.root == other.root || one.roots.iter().any(|root| other.roots.contains(root))
    }

    /// Returns whether a file shares its names with another by `include!`, so that they are used there without a path
    /// or a `use`.
    #[must_use]
    pub fn is_included(&self, file: FileId) -> bool {
        self.included.contains_key(&file) || self.includes.contains_key(&file)
    }

    /// Returns whether other files stand inside this one as modules, or share its names, and see the private ones.
    #[must_use]
    pub fn has_inside(&self, file: FileId) -> bool {
        self.modules_of.contains_key(&file) || self.is_included(file)
    }

    /// The files that see the private names of a file: those of the modules inside, and those that share its names.
    #[must_use]
    pub fn files_inside(&self, file: FileId) -> BTreeSet<FileId> {
        let mut found = BTreeSet::new();
        let mut open = vec![file];
        while let Some(at) = open.pop() {
            if found.insert(at) {
                open.extend(self.modules_of.get(&at).into_iter().flatten());
                open.extend(self.includes.get(&at).into_iter().flatten().map(|(_, included)| *included));
                open.extend(self.included.get(&at).map(|(around, _)| *around));
            }
        }
        found
    }

    /// Records the crates that each crate of the tree can see.
    pub(super) fn look_around(&mut self) {
        let mut dependencies: FxHashMap<FileId, Vec<FileId>> = FxHashMap::default();
        let mut roots = Vec::new();
        for target in &self.targets {
            let Some(&root) = self.by_path.get(target.root.as_str()) else { continue };
            roots.push(root);
            let seen = target.externs.values().filter_map(|seen: &Extern| match seen {
                Extern::Tree(path) => self.by_path.get(path.as_str()).copied(),
                Extern::Outside(_) => None,
            });
            dependencies.entry(root).or_default().extend(seen);
        }
        // A file of several crates gives its names to each of them.
        for place in self.files.values().filter(|place| place.target.is_some()) {
            let Some(first) = place.root else { continue };
            for &other in place.roots.iter().filter(|&&root| root != first) {
                let known = dependencies.entry(other).or_default();
                if !known.contains(&first) {
                    known.push(first);
                }
            }
        }
        self.sight = Sight::new(&roots, &dependencies);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_sees_what_it_depends_on_at_any_distance() {
        let [app, core, db, other] = [1, 2, 3, 4].map(FileId);
        let dependencies = FxHashMap::from_iter([(app, vec![core]), (core, vec![db]), (db, vec![core])]);
        let sight = Sight::new(&[app, core, db, other], &dependencies);
        assert!(sight.0[&app].contains(&db) && sight.0[&app].contains(&app));
        assert!(!sight.0[&core].contains(&app));
        assert_eq!(sight.0[&other].len(), 1);
    }
}
