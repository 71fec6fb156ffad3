//! May refer: which values of a file can denote something the rules speak of, judged before they are resolved.
//!
//! In: names, without one of which on its way a value cannot denote a symbol of the rules. Out: a verdict for each value,
//! so that resolving is asked only where it can matter.

use rustc_hash::FxHashSet;

use crate::ablation::{Optimisation, is_off};
use crate::facts::{FileFacts, Name, ScopeKind};
use crate::resolve::Project;
use crate::source::FileId;

use super::definitions::Definitions;
use super::judge::Judge;
use super::words::Words;

/// ReferableNames that can be on the way to a symbol.
#[derive(Debug, Default)]
pub struct ReferableNames {
    /// Whole names.
    pub words: FxHashSet<Name>,
    /// ReferableNames that count only as members of classes and their instances.
    pub members: FxHashSet<Name>,
    /// Parts of names, from wildcards.
    pub parts: Vec<Name>,
    /// ReferableNames of modules outside the tree that hold symbols.
    pub roots: FxHashSet<Name>,
}

impl ReferableNames {
    /// Collects the names of the words of all languages.
    #[must_use]
    pub fn of(words: &[Words]) -> Self {
        let mut names = Self::default();
        for words in words {
            let of_kind = |bare: bool| words.whole().filter(move |(_, uses)| uses.bare == bare);
            names.words.extend(of_kind(true).map(|(word, _)| word.clone()));
            names.members.extend(of_kind(false).filter(|(_, uses)| !uses.alone).map(|(word, _)| word.clone()));
            names.parts.extend(words.parts().filter(|(_, uses)| uses.bare).map(|(part, _)| part.clone()));
            names.roots.extend(words.roots().cloned());
        }
        names
    }
}

/// Judges which values of a file can denote something.
#[derive(Debug)]
pub struct MayRefer<'s> {
    /// Functions that bring in what no name in the file announces.
    pub(super) importers: Vec<&'static str>,
    pub(super) names: ReferableNames,
    pub(super) definitions: &'s Definitions,
    /// Every value can.
    pub(super) all: bool,
}

impl MayRefer<'_> {
    pub(super) fn named(&self, name: &str) -> bool {
        let name = crate::lang::unmarked(name);
        self.names.words.contains(name)
            || self.importers.contains(&name)
            || self.names.parts.iter().any(|part| name.contains(part.as_str()))
    }

    /// Returns whether a module of the rules may stand inside the file: what it holds is named there without its name.
    fn has_inside(&self, facts: &FileFacts) -> bool {
        facts.scopes.iter().skip(1).any(|scope| scope.kind == ScopeKind::Module && self.named(&scope.name))
    }

    /// A judge of the values of one file, if that is loaded.
    #[must_use]
    pub fn judge<'f>(&'f self, project: &'f Project<'_>, file: FileId) -> Option<Judge<'f>> {
        self.judge_of(project, file, false)
    }

    /// A judge of the values of one file, if that is loaded, for which what holds symbols matters as well.
    #[must_use]
    pub fn judge_of_holders<'f>(&'f self, project: &'f Project<'_>, file: FileId) -> Option<Judge<'f>> {
        self.judge_of(project, file, true)
    }

    fn judge_of<'f>(&'f self, project: &'f Project<'_>, file: FileId, holders: bool) -> Option<Judge<'f>> {
        let facts = &project.loaded(file)?.facts;
        let all =
            self.all || is_off(Optimisation::Values) || self.definitions.is_inside(file) || self.has_inside(facts);
        Some(Judge::new(self, facts, holders, all))
    }
}
