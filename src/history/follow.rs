//! Following files back: owners and exempted files that were renamed are what they are under their old paths too.
//!
//! In: the rules, the owners at the newest commit, and commit by commit the files that there are and what git knows of
//! renames. Out: the rules for each commit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::analysis;
use crate::cache::FingerprintBuilder;
use crate::findings::SourceFindings;
use crate::rule::{Alias, Exemption, FileGlob, Origin, RuleSet, SymbolPattern};
use crate::tree::Snapshot;

/// The files of the newest commit that the rules name by their places, under the paths that they had.
pub struct RenameFollower<'a> {
    newest: Snapshot<'a>,
    rules: Arc<RuleSet>,
    /// The owners of each source, in the order of the rules.
    owners: Vec<BTreeSet<Arc<str>>>,
    /// The path that each file has in the commit that was looked at last, by that in the newest.
    paths: BTreeMap<Arc<str>, Arc<str>>,
}

impl<'a> RenameFollower<'a> {
    /// Begins at the newest commit.
    #[must_use]
    pub fn new(rules: Arc<RuleSet>, sources: &[SourceFindings], newest: Snapshot<'a>) -> Self {
        let files = newest.tree.files();
        let path = |source: &SourceFindings| -> BTreeSet<Arc<str>> {
            source.owners.iter().map(|&file| Arc::clone(&newest.tree.file(file).path)).collect()
        };
        let owners: Vec<BTreeSet<Arc<str>>> = sources.iter().map(path).collect();
        let exempt = |path: &str| rules.rules.iter().flat_map(|rule| &rule.allow_in).any(|it| it.path.matches(path));
        let exempt = files.iter().map(|file| &file.path).filter(|path| exempt(path));
        let followed = exempt.chain(owners.iter().flatten()).map(|path| (Arc::clone(path), Arc::clone(path)));
        let paths = followed.collect();
        Self { newest, rules, owners, paths }
    }

    /// Goes on to another commit. `renames` gives the files that were renamed from there to the commit before, and is only
    /// asked if a file is not where it was. A file that is not there at all is not looked for in older commits.
    pub fn follow(&mut self, has: &dyn Fn(&str) -> bool, renames: &dyn Fn() -> Vec<(String, String)>) {
        if self.paths.values().all(|path| has(path)) {
            return;
        }
        let old_path: BTreeMap<String, String> = renames().into_iter().map(|(old, new)| (new, old)).collect();
        self.paths.retain(|_, path| {
            if !has(path) {
                let Some(old) = old_path.get(&**path) else { return false };
                *path = old.as_str().into();
            }
            true
        });
    }

    /// Adds what tells the rules for the commit that was looked at last from others.
    pub fn describe(&self, key: &mut FingerprintBuilder) {
        for (newest, path) in self.moved() {
            key.add(&**newest);
            key.add(&**path);
        }
    }

    /// Returns the rules for the commit that was looked at last, whose files these are.
    #[must_use]
    pub fn rules(&self, files: Snapshot<'_>) -> Arc<RuleSet> {
        let moved: Vec<(&Arc<str>, &Arc<str>)> = self.moved().collect();
        if moved.is_empty() {
            return Arc::clone(&self.rules);
        }
        let mut rules = RuleSet::clone(&self.rules);
        for (newest, path) in &moved {
            for (source, owners) in rules.sources.iter_mut().zip(&self.owners) {
                if owners.contains(&**newest) {
                    source.owners.extend(FileGlob::of_path(path, source.origin.clone()));
                }
            }
            exempt(&mut rules, newest, path);
        }
        let owned = |newest: &Arc<str>| self.owners.iter().any(|owners| owners.contains(newest));
        let owners = moved.into_iter().filter(|(newest, _)| owned(newest));
        let (newest, old): (Vec<&Arc<str>>, Vec<&Arc<str>>) = owners.unzip();
        let names =
            module_names(&newest, self.newest, &self.rules).into_iter().zip(module_names(&old, files, &self.rules));
        rules.aliases.extend(names.filter_map(|(is, path)| Some(Alias { path: path?, is: is? })));
        Arc::new(rules)
    }

    /// The files that have another path in the commit that was looked at last, with both.
    fn moved(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>)> {
        self.paths.iter().filter(|(newest, path)| newest != path)
    }
}

/// Exempts the file at an old path from the rules from which it is exempt today.
fn exempt(rules: &mut RuleSet, newest: &str, path: &str) {
    for rule in &mut rules.rules {
        let of_newest = |it: &&Exemption| it.path.matches(newest);
        let Some(Exemption { path: glob, reason }) = rule.allow_in.iter().find(of_newest).cloned() else { continue };
        let path = FileGlob::of_path(path, glob.origin);
        rule.allow_in.extend(path.map(|path| Exemption { path, reason }));
    }
}

/// Returns the name of the module of each of these files; none where a file is no module.
fn module_names(paths: &[&Arc<str>], files: Snapshot<'_>, rules: &RuleSet) -> Vec<Option<SymbolPattern>> {
    let names = analysis::module_names(files, rules, paths).into_iter().zip(paths);
    let pattern = |(name, path): (Option<String>, &&Arc<str>)| {
        let language = files.tree.file(files.tree.by_path(path)?).language;
        SymbolPattern::parse(&name?, language, Origin::default()).ok()
    };
    names.map(pattern).collect()
}
