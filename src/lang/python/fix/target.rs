//! Replacements: what a rule says to write in the place of a path, and whether that is the same object.
//!
//! In: an old full path and the terms of the rule. Out: the new one, with the doubts about it.

use super::members::ObjectUse;
use super::script::{NameUse, Script};
use super::scripts::{End, Scripts};
use crate::facts::Name;
use crate::lang::ModuleRef;
use crate::lang::fixing::{Doubt, FixTerms, Guarantee, TextEdit};
use crate::source::FileId;

/// A new path, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NewPath {
    /// The module.
    pub module: Vec<Name>,
    /// The member of it; none for the module itself.
    pub member: Option<Name>,
    pub ends: Vec<End>,
}

impl NewPath {
    /// Returns the whole path.
    pub fn full(&self) -> Vec<Name> {
        self.module.iter().chain(&self.member).cloned().collect()
    }
}

impl Scripts<'_> {
    /// Returns the path to write in the place of an old one of which the rule bans the first `banned` segments.
    pub fn replacement(&self, file: FileId, old: &[Name], banned: usize, terms: &FixTerms<'_>) -> Option<NewPath> {
        let base = terms.use_instead.as_ref().map(|path| self.base_of(file, path));
        let renamed = terms.rename.iter().find(|(from, _)| match from.as_slice() {
            [name] => old.len() == banned + 1 && old.last() == Some(name),
            full => old == full,
        });
        if let Some((_, to)) = renamed {
            let full = match (to.as_slice(), &base) {
                ([name], Some(base)) => base.iter().cloned().chain([name.clone()]).collect(),
                _ => to.clone(),
            };
            return self.new_path(file, &full);
        }
        let (base, instead) = (base?, terms.use_instead.as_ref()?);
        let rest = &old[banned.min(old.len())..];
        let is_missing = |path: &NewPath| path.ends.iter().any(|end| matches!(end, End::Missing));
        // A banned symbol itself: the replacement is one symbol too.
        if rest.is_empty()
            && instead.len() > base.len()
            && !self.ends(file, old).iter().any(|it| matches!(it, End::Module(_)))
        {
            return self.new_path(file, instead);
        }
        let by_name = self.new_path(file, &base.iter().chain(rest).cloned().collect::<Vec<_>>());
        match by_name {
            Some(path) if !is_missing(&path) => Some(path),
            other => self.definition(file, old, terms).or(other),
        }
    }

    /// Returns the module of a path, which may be the path itself.
    fn base_of(&self, file: FileId, path: &[Name]) -> Vec<Name> {
        match self.longest_module(file, path) {
            Some((_, length)) => path[..length].to_vec(),
            None => path[..path.len().saturating_sub(1).max(1)].to_vec(),
        }
    }

    /// Returns the place where an old path is defined, if that is one and is not banned.
    fn definition(&self, file: FileId, old: &[Name], terms: &FixTerms<'_>) -> Option<NewPath> {
        let ends = self.ends(file, old);
        let [End::Definition(home, name)] = ends.as_slice() else { return None };
        let module = self.around.names(Self::own_module(*home)).into_iter().next()?;
        let full: Vec<Name> = module.into_iter().chain(name.split('.').map(Name::from)).collect();
        if (terms.banned)(&full).is_some() { None } else { self.new_path(file, &full) }
    }

    /// Takes a full path apart.
    pub fn new_path(&self, file: FileId, full: &[Name]) -> Option<NewPath> {
        let ends = self.ends(file, full);
        let length = self.longest_module(file, full).map_or_else(|| full.len().saturating_sub(1), |(_, length)| length);
        match full.len().checked_sub(length)? {
            0 => Some(NewPath { module: full.to_vec(), member: None, ends }),
            1 if length > 0 => Some(NewPath { module: full[..length].to_vec(), member: full.last().cloned(), ends }),
            _ => None,
        }
    }

    /// Returns what speaks against the new object being the old one; nothing if they are the same.
    pub fn different(&self, old: &[Name], from: &[End], new: &NewPath, terms: &FixTerms<'_>) -> Option<Doubt> {
        let full = new.full();
        if terms.equivalent.iter().any(|(a, b)| a == old && *b == full) {
            return None;
        }
        let (written, instead) = (old.join("."), full.join("."));
        let doubt = |guarantee, sentence, fatal| {
            let place = from.first().and_then(|end| self.place(end));
            Some(Doubt { guarantee, sentence, place, fatal })
        };
        if new.ends.iter().any(|end| matches!(end, End::Missing)) {
            return doubt(Guarantee::Resolves, format!("there is no `{instead}`"), true);
        }
        if from.is_empty() || from.iter().any(|end| matches!(end, End::Missing)) {
            return doubt(Guarantee::Resolves, format!("`{written}` does not exist, and the import fails today"), true);
        }
        if from == new.ends && from.len() == 1 && from[0] != End::Unknown {
            let rebound = self.rebound_later(&from[0])?;
            let sentence = format!("`{instead}` is given another object later, so that it matters when it is taken");
            return Some(Doubt { guarantee: Guarantee::SameObject, sentence, place: Some(rebound), fatal: false });
        }
        if from.len() > 1 {
            let sentence = format!("`{written}` is `{instead}` on one branch and something else on another");
            return doubt(Guarantee::EveryBranch, sentence, false);
        }
        doubt(Guarantee::SameObject, format!("`{written}` is another object than `{instead}`"), false)
    }

    /// Returns what speaks against another object where a name is used.
    pub fn misfits(
        &self,
        script: &Script,
        uses: &[&NameUse],
        old: &[End],
        new: &NewPath,
        terms: &FixTerms<'_>,
        edits: &mut Vec<TextEdit>,
    ) -> Vec<Doubt> {
        let [end] = new.ends.as_slice() else { return Vec::new() };
        let old_end = old.first().filter(|_| old.len() == 1);
        if self.is_class(end) {
            let (class, before) = (self.members_of(end), old_end.and_then(|end| self.members_of(end)));
            let signature = self.signature(end);
            let mut doubts = Vec::new();
            for it in uses.iter().filter(|it| it.members.is_empty()) {
                let Some(call) = &it.call else { continue };
                if let Some(why) = signature.as_ref().and_then(|signature| signature.misfit(call)) {
                    let place = Some((script.file, it.range.start().to_u32()));
                    doubts.push(Doubt { guarantee: Guarantee::Fits, sentence: why, place, fatal: true });
                }
                let object = ObjectUse { skip: 0, new: class.as_ref(), old: before.as_ref(), shared: false, terms };
                doubts.extend(self.result_doubts(script, call.range, &object, edits));
            }
            let object = ObjectUse { skip: 0, new: class.as_ref(), old: before.as_ref(), shared: false, terms };
            let named = uses.iter().copied().filter(|it| !it.members.is_empty());
            doubts.extend(object.judge(script, named, edits).into_iter().filter(|it| it.fatal));
            return doubts;
        }
        if let Some(class) = self.class_of(end) {
            let old_class = old_end.and_then(|end| self.class_of(end)).and_then(|class| self.members_of(&class));
            let members = self.members_of(&class);
            let object = ObjectUse { skip: 0, new: members.as_ref(), old: old_class.as_ref(), shared: false, terms };
            return object.judge(script, uses.iter().copied(), edits).into_iter().filter(|it| it.fatal).collect();
        }
        let Some(signature) = self.signature(end) else { return Vec::new() };
        let mut doubts = Vec::new();
        for it in uses.iter().filter(|it| it.members.is_empty()) {
            let Some(call) = &it.call else { continue };
            let why = match signature.misfit(call) {
                Some(why) => Some(why),
                None if signature.is_async && !it.awaited => Some("calls a coroutine without `await`".to_owned()),
                None if !signature.is_async && it.awaited => Some("awaits what is no coroutine".to_owned()),
                None => None,
            };
            let place = Some((script.file, it.range.start().to_u32()));
            doubts.extend(why.map(|sentence| Doubt { guarantee: Guarantee::Fits, sentence, place, fatal: true }));
        }
        doubts
    }
}

/// Returns the module reference of an end that is one.
pub(super) fn as_module(ends: &[End]) -> Option<ModuleRef> {
    match ends {
        [End::Module(module)] => Some(*module),
        _ => None,
    }
}
