//! Fixes of import statements: deletion where nothing uses them, else the replacement in place.
//!
//! In: a breach of kind import. Out: a proposal. Each name of the statement that the rule bans has a plan of its own
//! ([`NamePlan`]); the statement is edited as a whole, since one violation covers all of them.

use std::rc::Rc;

use ruff_text_size::TextRange;

use super::effects::LoadEffects;
use super::script::{Access, BoundTo, Guard, ImportStatement, ImportedName, NameScopeKind, NameUse, Script, span};
use super::scripts::Scripts;
use super::target::{NewPath, as_module};
use crate::facts::Name;
use crate::lang::fixing::{Breach, Doubt, FixProposal, FixTerms, Guarantee, TextEdit};
use crate::source::FileId;

/// The fixes of one file.
pub(super) struct FileFix<'f, 'a> {
    pub scripts: &'f Scripts<'a>,
    pub effects: &'f LoadEffects<'f, 'a>,
    pub script: Rc<Script>,
}

/// The fate of one name of an import statement.
pub(super) struct NamePlan {
    pub at: usize,
    pub what: NameFate,
    pub doubts: Vec<Doubt>,
    /// Edits of its uses.
    pub edits: Vec<TextEdit>,
}

pub(super) enum NameFate {
    Delete,
    /// The new path, and the name that it is bound to.
    Rewrite(NewPath, Name),
    /// A `*` becomes these names.
    List(Vec<Name>, Vec<Name>),
    Manual(Option<String>),
}

impl FileFix<'_, '_> {
    /// Proposes a fix for an import statement.
    pub fn import(&self, breach: &Breach<'_>) -> FixProposal {
        let script = &*self.script;
        let at =
            |import: &&ImportStatement| span(import.range) == breach.span || span(import.range) == breach.statement;
        let Some(import) = script.imports.iter().find(at) else {
            let sentence = "the place is no import statement".to_owned();
            let doubt = Doubt { guarantee: Guarantee::Resolves, sentence, place: None, fatal: true };
            return FixProposal::manual(doubt, None);
        };
        let banned: Vec<(usize, Vec<Name>, usize)> = (0..import.names.len())
            .filter_map(|at| {
                let names = self.scripts.full_names(script, import, &import.names[at]);
                let named = names.into_iter().find_map(|full| {
                    let length = (breach.terms.banned)(&full)?;
                    (full[..length].join(".") == breach.symbol).then_some((full, length))
                });
                named.map(|(full, length)| (at, full, length))
            })
            .collect();
        let plans: Vec<NamePlan> =
            banned.iter().map(|(at, full, length)| self.plan(import, *at, full, *length, breach.terms)).collect();
        self.compose(import, plans)
    }

    /// Plans what becomes of one name.
    fn plan(&self, import: &ImportStatement, at: usize, old: &[Name], length: usize, terms: &FixTerms<'_>) -> NamePlan {
        let script = &*self.script;
        let name = &import.names[at];
        let from = import.from.is_some();
        let plan = |what, doubts| NamePlan { at, what, doubts, edits: Vec::new() };
        if name.star {
            return self.star(import, at, old, length, terms);
        }
        let stays = self.stays(import, name);
        if stays.is_none() {
            let lost = self.lost_effect(import, &[], terms).map(|doubt| Doubt { fatal: true, ..doubt });
            return plan(NameFate::Delete, lost.into_iter().collect());
        }
        let new = self.scripts.replacement(script.file, old, length, terms);
        let Some(new) = new.filter(|new| (terms.banned)(&new.full()).is_none()) else {
            let sentence = match &terms.use_instead {
                Some(path) => format!("nothing in `{}` takes the place of `{}`", path.join("."), old.join(".")),
                None => "the rule does not say what to use instead".to_owned(),
            };
            let doubt = Doubt { guarantee: Guarantee::Resolves, sentence, place: None, fatal: true };
            return plan(NameFate::Manual(None), vec![doubt]);
        };
        let ends = match from {
            true => self.scripts.ends_of_import(script, import, name),
            false => self.scripts.ends(script.file, old),
        };
        let bound = name.bound(from).clone();
        if self.is_bound_before(import, &bound, &new) {
            let lost = self.lost_effect(import, &[], terms);
            return plan(NameFate::Delete, lost.into_iter().collect());
        }
        let mut edits = Vec::new();
        let mut doubts = Vec::new();
        let uses = Scripts::uses(script, import, name);
        match (as_module(&ends), new.member.is_none()) {
            (Some(_), true) => {
                let skip = if from || name.asname.is_some() { 0 } else { old.len() - 1 };
                doubts.extend(self.module_members(&uses, skip, old, &new, terms, &mut edits));
                doubts.extend(self.members_elsewhere(&bound, old, &new));
            }
            _ => {
                let different = self.scripts.different(old, &ends, &new, terms);
                if different.is_some() {
                    doubts.extend(self.scripts.misfits(script, &uses, &ends, &new, terms, &mut edits));
                }
                doubts.extend(different);
            }
        }
        doubts.extend(self.circumstances(import, name, &new, terms));
        let bound = self.rename_uses(import, name, &new, &uses, &mut edits, &mut doubts);
        NamePlan { at, what: NameFate::Rewrite(new, bound), doubts, edits }
    }

    /// Returns the effect at import that is lost when a statement loads its module no more, but these files instead.
    fn lost_effect(&self, import: &ImportStatement, instead: &[FileId], terms: &FixTerms<'_>) -> Option<Doubt> {
        if terms.ignore_effects { None } else { self.lost_effect_of(import, instead) }
    }

    /// Returns the effect at import that is lost, whether the rule cares or not.
    pub fn lost_effect_of(&self, import: &ImportStatement, instead: &[FileId]) -> Option<Doubt> {
        if import.type_checking {
            return None;
        }
        let script = &*self.script;
        let old = self.effects.closure(self.effects.of_import(script, import));
        let deferred = script.is_deferred(import.scope);
        let others = script.imports.iter().filter(|it| {
            let earlier = it.range.start() < import.range.start() && it.guard.is_none();
            it.range != import.range && !it.type_checking && !script.is_deferred(it.scope) && (deferred || earlier)
        });
        let loaded = others.flat_map(|it| self.effects.of_import(script, it)).chain(instead.iter().copied());
        let packages = self.effects.with_packages(Scripts::own_module(script.file));
        let kept = self.effects.closure(loaded.chain(packages.into_iter().filter(|it| *it != script.file)));
        let lost = old.into_iter().filter(|it| !kept.contains(it) && *it != script.file);
        let effect = self.effects.of(lost)?;
        let path = self.scripts.around.path(effect.file);
        let sentence = format!("`{path}` {} when it is imported", effect.what);
        let place = Some((effect.file, effect.at));
        Some(Doubt { guarantee: Guarantee::NoLostEffect, sentence, place, fatal: false })
    }

    /// Returns whether the same name is bound to the same object before, in the same block or one around it.
    fn is_bound_before(&self, import: &ImportStatement, bound: &Name, new: &NewPath) -> bool {
        let script = &*self.script;
        let owner = script.owner(import.scope, bound).unwrap_or(import.scope);
        let all = script.bound(owner, bound);
        let deleted = script.uses_of(owner, bound).any(|it| it.access == Access::Deleted);
        if deleted || owner != import.scope || !all.iter().all(|it| matches!(it.to, BoundTo::Import(..))) {
            return false;
        }
        let same = |other: &ImportStatement, name: &ImportedName| {
            !name.star
                && name.bound(other.from.is_some()) == bound
                && (other.from.is_some() || name.asname.is_some())
                && self.scripts.full_names(script, other, name).contains(&new.full())
        };
        let others: Vec<&ImportStatement> = script
            .imports
            .iter()
            .filter(|it| it.scope == import.scope && it.range != import.range)
            .filter(|it| it.names.iter().any(|name| !name.star && name.bound(it.from.is_some()) == bound))
            .collect();
        let before = |other: &&&ImportStatement| {
            let mut at = Some((import.block, import.at));
            let mut found = false;
            while let Some((block, index)) = at {
                found |= other.block == block && other.at <= index;
                at = script.blocks[block].parent;
            }
            found && other.range.start() < import.range.start() && (!other.type_checking || import.type_checking)
        };
        others.iter().filter(before).any(|it| it.names.iter().any(|name| same(it, name)))
            && others.iter().all(|it| it.names.iter().any(|name| same(it, name)))
    }

    /// Returns what speaks against another module where the members of one are used.
    fn module_members(
        &self,
        uses: &[&NameUse],
        skip: usize,
        old: &[Name],
        new: &NewPath,
        terms: &FixTerms<'_>,
        edits: &mut Vec<TextEdit>,
    ) -> Vec<Doubt> {
        let script = &*self.script;
        let mut doubts = Vec::new();
        for it in uses.iter().filter(|it| it.access == Access::Read) {
            let place = Some((script.file, it.range.start().to_u32()));
            let Some((member, range)) = it.members.get(skip) else {
                if it.members.len() == skip {
                    let sentence = "gives the module itself away".to_owned();
                    doubts.push(Doubt { guarantee: Guarantee::Fits, sentence, place, fatal: false });
                }
                continue;
            };
            if member.starts_with("__") && member.ends_with("__") {
                continue;
            }
            let from = extend(old, member);
            let banned = (terms.banned)(&from).unwrap_or(old.len());
            let named = self.scripts.replacement(script.file, &from, banned, terms);
            let own = named.filter(|it| it.module == new.full()).and_then(|it| it.member);
            let own = own.unwrap_or_else(|| member.clone());
            if own != *member {
                edits.push(TextEdit { span: span(*range), text: own.to_string() });
            }
            let ends = self.scripts.ends(script.file, &extend(&new.full(), &own));
            let to = NewPath { module: new.full(), member: Some(own), ends };
            let different = self.scripts.different(&from, &self.scripts.ends(script.file, &from), &to, terms);
            if it.member_access != Access::Read {
                let sentence = format!("sets `{member}` of the module");
                doubts.push(Doubt { guarantee: Guarantee::SameObject, sentence, place, fatal: true });
            }
            doubts.extend(different.map(|doubt| Doubt { place, ..doubt }));
        }
        doubts
    }

    /// Returns what speaks against another module where other files use the members of one that they take from here.
    fn members_elsewhere(&self, bound: &Name, old: &[Name], new: &NewPath) -> Vec<Doubt> {
        let mut doubts = Vec::new();
        for taker in self.scripts.takers(self.script.file, bound) {
            let (Some(script), Some(name)) = (self.scripts.script(taker.file), taker.bound) else { continue };
            let uses = script.uses_of(0, &name).filter_map(|it| it.members.first().map(|(member, _)| (it, member)));
            for (it, member) in uses {
                let ends = |path: &[Name]| self.scripts.ends(self.script.file, &extend(path, member));
                if ends(old) != ends(&new.full()) {
                    let sentence = format!("another file uses `{member}` of it, which is not the same there");
                    let place = Some((taker.file, it.range.start().to_u32()));
                    doubts.push(Doubt { guarantee: Guarantee::NobodyLosesIt, sentence, place, fatal: false });
                }
            }
        }
        doubts
    }

    /// Returns the doubts that come from where the statement stands.
    fn circumstances(
        &self,
        import: &ImportStatement,
        name: &ImportedName,
        new: &NewPath,
        terms: &FixTerms<'_>,
    ) -> Vec<Doubt> {
        let script = &*self.script;
        let place = Some((script.file, import.range.start().to_u32()));
        let mut doubts = Vec::new();
        if import.guard == Some(Guard::Handler) {
            let bound = name.bound(import.from.is_some());
            let full = new.full();
            let tried = script.imports.iter().any(|it| {
                it.guard == Some(Guard::Body)
                    && it.names.iter().any(|other| {
                        !other.star
                            && other.bound(it.from.is_some()) == bound
                            && self.scripts.full_names(script, it, other).contains(&full)
                    })
            });
            let sentence = match tried {
                true => "is the fallback for an import of the replacement; delete the whole `try`".to_owned(),
                false => "runs only where another import has failed".to_owned(),
            };
            doubts.push(Doubt { guarantee: Guarantee::EveryBranch, sentence, place, fatal: tried });
        }
        let loaded: Vec<FileId> = self.new_files(new);
        let unused = Scripts::uses(script, import, name).iter().all(|it| it.access == Access::Written);
        doubts.extend(self.lost_effect(import, &loaded, terms).map(|doubt| Doubt { fatal: unused, ..doubt }));
        if !script.is_deferred(import.scope) && !import.type_checking {
            let old = self.effects.closure(self.effects.of_import(script, import));
            let cyclic = self.effects.closure(loaded.iter().copied()).contains(&script.file);
            if cyclic && !loaded.iter().all(|it| old.contains(it)) {
                let sentence = format!("`{}` imports this file while it is loaded", new.module.join("."));
                doubts.push(Doubt { guarantee: Guarantee::NoCycle, sentence, place, fatal: false });
            }
        }
        doubts
    }

    fn new_files(&self, new: &NewPath) -> Vec<FileId> {
        match self.scripts.longest_module(self.script.file, &new.module) {
            Some((module, _)) => self.effects.with_packages(module),
            None => Vec::new(),
        }
    }

    /// Decides under which name the new object is known, and edits its uses where nobody else can see the name.
    fn rename_uses(
        &self,
        import: &ImportStatement,
        name: &ImportedName,
        new: &NewPath,
        uses: &[&NameUse],
        edits: &mut Vec<TextEdit>,
        doubts: &mut Vec<Doubt>,
    ) -> Name {
        let script = &*self.script;
        let bound = name.bound(import.from.is_some()).clone();
        if import.from.is_none() && name.asname.is_none() {
            return self.dotted_uses(name, new, uses, edits, doubts).unwrap_or(bound);
        }
        let Some(own) = new.member.as_ref().or(new.module.last()) else { return bound };
        if name.asname.is_some() || *own == bound {
            return bound;
        }
        let owner = script.owner(import.scope, &bound).unwrap_or(import.scope);
        let is_function = matches!(script.scopes[owner].kind, NameScopeKind::Function { .. });
        let free = |scope: usize| !script.scopes[scope].bound.contains_key(own);
        let used = script.uses.iter().any(|it| it.name == *own && script.is_inside(it.scope, owner));
        let declared = script.scopes.iter().any(|scope| scope.nonlocals.contains(&bound));
        let alone = script.bound(owner, &bound).len() == 1 && !declared;
        let inner_free = (0..script.scopes.len()).filter(|&it| script.is_inside(it, owner)).all(free);
        let read = uses.iter().all(|it| it.access == Access::Read);
        if !(is_function && alone && inner_free && !used && read) || self.is_mentioned(owner, &bound) {
            return bound;
        }
        edits.extend(uses.iter().map(|it| TextEdit { span: span(it.range), text: own.to_string() }));
        own.clone()
    }

    /// Edits the uses of `a.b` where `import a.b` becomes another; gives the name to bind where they cannot be edited.
    fn dotted_uses(
        &self,
        name: &ImportedName,
        new: &NewPath,
        uses: &[&NameUse],
        edits: &mut Vec<TextEdit>,
        doubts: &mut Vec<Doubt>,
    ) -> Option<Name> {
        let full = new.full();
        if name.path.len() == 1 {
            return (full != name.path).then(|| name.path[0].clone());
        }
        let script = &*self.script;
        let root_stays = full[0] == name.path[0];
        for it in uses {
            let members: Vec<&Name> = it.members.iter().map(|(name, _)| name).take(name.path.len() - 1).collect();
            if members.into_iter().eq(&name.path[1..]) {
                let end = it.members[name.path.len() - 2].1.end();
                edits.push(TextEdit { span: span(TextRange::new(it.range.start(), end)), text: full.join(".") });
                let taken = !root_stays && script.owner(it.scope, &full[0]).is_some();
                if taken {
                    let place = Some((script.file, it.range.start().to_u32()));
                    let sentence = format!("`{}` has another meaning here", full[0]);
                    doubts.push(Doubt { guarantee: Guarantee::NoCapture, sentence, place, fatal: true });
                }
            } else if !root_stays && script.bound(0, &name.path[0]).len() < 2 {
                let place = Some((script.file, it.range.start().to_u32()));
                let sentence = format!("uses `{}`, which no other import would bind", name.path[0]);
                doubts.push(Doubt { guarantee: Guarantee::Resolves, sentence, place, fatal: true });
            }
        }
        None
    }

    /// Plans a `*`: the names that are used here, listed.
    fn star(&self, import: &ImportStatement, at: usize, old: &[Name], length: usize, terms: &FixTerms<'_>) -> NamePlan {
        let script = &*self.script;
        let manual = |sentence: String| NamePlan {
            at,
            what: NameFate::Manual(None),
            doubts: vec![Doubt {
                guarantee: Guarantee::NobodyLosesIt,
                sentence,
                place: Some((script.file, import.range.start().to_u32())),
                fatal: true,
            }],
            edits: Vec::new(),
        };
        let Some(module) = as_module(&self.scripts.ends(script.file, old)) else {
            return manual("what `*` brings is not known".to_owned());
        };
        let mut names: Vec<Name> = Vec::new();
        let unbound = script.uses.iter().filter(|it| script.owner(it.scope, &it.name).is_none());
        for it in unbound.filter(|it| self.scripts.exports(module, &it.name)) {
            if !names.contains(&it.name) {
                names.push(it.name.clone());
            }
        }
        if names.is_empty() {
            return manual("which of the names that `*` brings are meant is not known".to_owned());
        }
        let mut doubts = vec![Doubt {
            guarantee: Guarantee::NobodyLosesIt,
            sentence: "other files may take the other names of `*` from here".to_owned(),
            place: Some((script.file, import.range.start().to_u32())),
            fatal: false,
        }];
        let mut target = None;
        for name in &names {
            let from = extend(old, name);
            let Some(new) =
                self.scripts.replacement(script.file, &from, length, terms).filter(|it| it.member.is_some())
            else {
                return manual(format!("nothing takes the place of `{}`", from.join(".")));
            };
            if *target.get_or_insert(new.module.clone()) != new.module || new.member.as_ref() != Some(name) {
                return manual("the names that `*` brings have new homes in several modules".to_owned());
            }
            doubts.extend(self.scripts.different(&from, &self.scripts.ends(script.file, &from), &new, terms));
        }
        NamePlan { at, what: NameFate::List(target.unwrap_or_default(), names), doubts, edits: Vec::new() }
    }
}

fn extend(path: &[Name], member: &Name) -> Vec<Name> {
    path.iter().cloned().chain([member.clone()]).collect()
}
