//! Fixes of constructions: the shared instance, or what a factory gives, in the place of an instance of one's own.
//!
//! In: the breaches of kind construct of one file. Out: a proposal for each. They are planned together, since the import that
//! brings the new name is one, and that of the class goes only with its last use.

use std::collections::BTreeMap;

use ruff_text_size::TextRange;

use super::imports::FileFix;
use super::members::ObjectUse;
use super::script::{
    Access, BoundTo, CallResult, CallShape, CallSite, ImportStatement, NameScopeKind, NameUse, ScopeAt, span,
};
use super::scripts::{End, Scripts};
use super::target::NewPath;
use crate::facts::Name;
use crate::lang::fixing::{Breach, Doubt, FixAction, FixProposal, Guarantee, TextEdit};

/// A construction that can be replaced.
struct Replaced<'s> {
    call: &'s CallSite,
    /// The name with which what is called begins.
    root: &'s NameUse,
    new: NewPath,
    kind: InsteadKind,
    doubts: Vec<Doubt>,
    edits: Vec<TextEdit>,
}

/// The kinds of things that take the place of a construction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum InsteadKind {
    Instance,
    Factory { is_async: bool },
    Class,
}

/// A new name, and how a file comes to it.
struct NewName {
    /// The code to write.
    text: String,
    /// The edits that bring it.
    edits: Vec<TextEdit>,
    doubts: Vec<Doubt>,
}

impl FileFix<'_, '_> {
    /// Proposes fixes for constructions, in the order of the breaches.
    pub fn constructions(&self, breaches: &[&Breach<'_>]) -> Vec<FixProposal> {
        let planned: Vec<Result<Replaced<'_>, FixProposal>> = breaches.iter().map(|it| self.replaced(it)).collect();
        let mut groups: BTreeMap<Vec<Name>, Vec<usize>> = BTreeMap::new();
        for (at, it) in planned.iter().enumerate() {
            if let Ok(it) = it
                && it.doubts.iter().all(|doubt| !doubt.fatal)
            {
                groups.entry(it.new.full()).or_default().push(at);
            }
        }
        let mut names: BTreeMap<Vec<Name>, NewName> = BTreeMap::new();
        for (path, members) in &groups {
            let safe = |at: &&usize| planned[**at].as_ref().is_ok_and(|it| it.doubts.is_empty());
            let only_safe = !self.scripts.around.unsafe_fixes() && members.iter().any(|at| safe(&at));
            let applied: Vec<&Replaced<'_>> = members
                .iter()
                .filter(|at| !only_safe || safe(at))
                .filter_map(|at| planned[*at].as_ref().ok())
                .collect();
            names.insert(path.clone(), self.name_for(&applied));
        }
        planned
            .into_iter()
            .map(|it| match it {
                Ok(it) => {
                    let name = names.get(&it.new.full());
                    self.proposal(it, name)
                }
                Err(proposal) => proposal,
            })
            .collect()
    }

    fn proposal(&self, it: Replaced<'_>, name: Option<&NewName>) -> FixProposal {
        let member = it.new.member.clone().unwrap_or_default();
        let module = it.new.module.join(".");
        let code = match it.kind {
            InsteadKind::Instance => member.to_string(),
            InsteadKind::Factory { is_async: true } => format!("await {member}()"),
            InsteadKind::Factory { is_async: false } | InsteadKind::Class => format!("{member}()"),
        };
        let suggestion = Some(format!("from {module} import {member}\n{code}"));
        let Some(name) = name else {
            let mut doubts = it.doubts;
            doubts.sort_by_key(|doubt| !doubt.fatal);
            return FixProposal { doubts, suggestion, ..FixProposal::default() };
        };
        let mut edits = it.edits.clone();
        edits.extend(self.call_edits(&it, &name.text));
        edits.extend(name.edits.iter().cloned());
        let doubts = it.doubts.into_iter().chain(name.doubts.iter().cloned()).collect();
        FixProposal { action: Some(FixAction::Replace), edits, doubts, suggestion }
    }

    /// Plans one construction; gives a proposal at once where there is nothing to write.
    fn replaced(&self, breach: &Breach<'_>) -> Result<Replaced<'_>, FixProposal> {
        let script = &*self.script;
        let place = Some((script.file, breach.span.start));
        let doubt = |guarantee, sentence: String, fatal| Doubt { guarantee, sentence, place, fatal };
        let fail =
            |guarantee, sentence: &str| Err(FixProposal::manual(doubt(guarantee, sentence.to_owned(), true), None));
        let terms = breach.terms;
        let Some(path) = &terms.use_instead else {
            return fail(Guarantee::Resolves, "the rule does not say what to use instead");
        };
        if let Some(why) = breach.indirect {
            return fail(Guarantee::SameObject, why);
        }
        let Some(call) = script.calls.iter().find(|it| span(it.range) == breach.span) else {
            return fail(Guarantee::Fits, "what constructs is not called here");
        };
        let root = script.uses.iter().find(|it| it.call.as_ref().is_some_and(|shape| shape.range == call.range));
        let Some(root) = root else { return fail(Guarantee::Fits, "what is called is no plain name") };
        let new = self.scripts.new_path(script.file, path).filter(|it| it.member.is_some());
        let Some(new) = new.filter(|it| matches!(it.ends.as_slice(), [End::Definition(..) | End::External(_)])) else {
            return fail(Guarantee::Resolves, &format!("there is no `{}`", path.join(".")));
        };
        let kind = match self.scripts.binding_of(&new.ends[0]) {
            Some(BoundTo::Function { is_async }) => InsteadKind::Factory { is_async },
            Some(BoundTo::Class) => InsteadKind::Class,
            _ => InsteadKind::Instance,
        };
        let mut it = Replaced { call, root, new, kind, doubts: Vec::new(), edits: Vec::new() };
        let shared = it.new.full().join(".");
        if !terms.equivalent.iter().any(|(old, new)| old.join(".") == breach.symbol && *new == it.new.full()) {
            let sentence = format!("takes `{shared}`, which others use too, in the place of an object of its own");
            it.doubts.push(doubt(Guarantee::SameObject, sentence, false));
        }
        it.doubts.extend(self.argument_doubts(&it, breach).map(|why| doubt(Guarantee::Fits, why, true)));
        if kind == (InsteadKind::Factory { is_async: true }) && !call.awaited {
            let asynchronous = matches!(script.scopes[call.scope].kind, NameScopeKind::Function { is_async: true });
            if !asynchronous {
                let sentence = format!("stands outside of `async def`, and `{shared}` must be awaited");
                it.doubts.push(doubt(Guarantee::Fits, sentence, true));
            }
        }
        if script.has_comment(call.range) {
            it.doubts.push(doubt(Guarantee::Fits, "a comment stands in the call, and would be lost".to_owned(), true));
        }
        let class = self.class_given(&it.new.ends[0], kind).and_then(|class| self.scripts.members_of(&class));
        let old = match self.root_ends(root).as_slice() {
            [end] => self.scripts.members_of(end),
            _ => None,
        };
        let object =
            ObjectUse { skip: 0, new: class.as_ref(), old: old.as_ref(), shared: kind != InsteadKind::Class, terms };
        let mut edits = Vec::new();
        it.doubts.extend(self.scripts.result_doubts(script, call.range, &object, &mut edits));
        it.edits = edits;
        Ok(it)
    }

    /// Returns where what is called ends.
    fn root_ends(&self, root: &NameUse) -> Vec<End> {
        let script = &*self.script;
        let members: Vec<Name> = root.members.iter().map(|(name, _)| name.clone()).collect();
        let Some(owner) = script.owner(root.scope, &root.name) else { return Vec::new() };
        let found = script.bound(owner, &root.name).iter().filter_map(|it| match it.to {
            BoundTo::Import(statement, at) => {
                let import = &script.imports[statement];
                Some(self.scripts.ends_of_import(script, import, &import.names[at]))
            }
            _ => None,
        });
        self.scripts.members(found.flatten().collect(), &members)
    }

    /// Returns the class of what takes the place of a construction.
    fn class_given(&self, end: &End, kind: InsteadKind) -> Option<End> {
        match kind {
            InsteadKind::Instance => self.scripts.class_of(end),
            InsteadKind::Class => Some(end.clone()),
            InsteadKind::Factory { .. } => self.scripts.class_returned(end),
        }
    }

    /// Says why the arguments of a call do not fit, if so.
    fn argument_doubts(&self, it: &Replaced<'_>, breach: &Breach<'_>) -> Option<String> {
        let script = &*self.script;
        let terms = breach.terms;
        let kept: Vec<&(Option<Name>, TextRange)> = it
            .call
            .arguments
            .iter()
            .filter(|(name, _)| !name.as_ref().is_some_and(|name| terms.dropped.contains(name)))
            .collect();
        if it.kind == InsteadKind::Instance {
            let (_, range) = kept.first()?;
            return Some(format!("passes `{}`, which the shared instance does not take", script.code(*range)));
        }
        let signature = self.scripts.signature(&it.new.ends[0])?;
        let mapped =
            |name: &Name| terms.mapped.iter().find(|(old, _)| old == name).map_or(name, |(_, new)| new).clone();
        let shape = CallShape {
            range: it.call.range,
            positional: kept.iter().filter(|(name, _)| name.is_none()).count(),
            keywords: kept.iter().filter_map(|(name, _)| name.as_ref()).map(mapped).collect(),
            spread: it.call.shape.spread,
        };
        signature.misfit(&shape)
    }

    /// Returns the edits of the call itself.
    fn call_edits(&self, it: &Replaced<'_>, name: &str) -> Vec<TextEdit> {
        let script = &*self.script;
        let range = it.call.range;
        let before = script.text[..range.start().to_usize()].trim_end();
        let awaited = it.call.awaited && before.ends_with("await");
        let whole = match awaited {
            true => TextRange::new(u32::try_from(before.len() - "await".len()).unwrap_or(0).into(), range.end()),
            false => range,
        };
        let end = it.root.members.last().map_or(it.root.range.end(), |(_, range)| range.end());
        let arguments = script.code(TextRange::new(end, range.end()));
        let text = match it.kind {
            InsteadKind::Instance => name.to_owned(),
            InsteadKind::Class | InsteadKind::Factory { is_async: false } => format!("{name}{arguments}"),
            InsteadKind::Factory { is_async: true } => match it.call.result {
                CallResult::Member(..) => format!("(await {name}{arguments})"),
                _ => format!("await {name}{arguments}"),
            },
        };
        vec![TextEdit { span: span(whole), text }]
    }

    /// Finds or makes a name for the new object in the file, for all of these constructions.
    fn name_for(&self, applied: &[&Replaced<'_>]) -> NewName {
        let Some(first) = applied.first() else {
            return NewName { text: String::new(), edits: Vec::new(), doubts: Vec::new() };
        };
        let new = &first.new;
        let scopes: Vec<ScopeAt> = applied.iter().map(|it| it.call.scope).collect();
        if let Some(text) = self.name_there(new, &scopes) {
            // The name with which what is written begins must stay.
            let needed = text.split('.').next() == Some(first.root.name.as_str());
            let (edits, doubts) = if needed { Default::default() } else { self.without_class(applied, None) };
            return NewName { text, edits, doubts };
        }
        let member = new.member.clone().unwrap_or_default();
        let script = &*self.script;
        let home = self.import_of(first.root);
        let home_scope = home.map_or(0, |(import, _)| import.scope);
        let free = |name: &str| {
            scopes.iter().all(|scope| script.owner(*scope, name).is_none())
                && script.bound(home_scope, name).is_empty()
                && !script.uses.iter().any(|it| {
                    it.name == name && script.is_inside(it.scope, home_scope) && script.owner(it.scope, name).is_none()
                })
        };
        let mut text = member.to_string();
        if !free(&text) {
            let last = new.module.last().map_or("shared", Name::as_str);
            text = format!("{last}_{member}");
            while !free(&text) {
                text.push('_');
            }
        }
        let imported = if *text == *member { text.clone() } else { format!("{member} as {text}") };
        let (edits, doubts) = self.without_class(applied, Some(&imported));
        NewName { text, edits, doubts }
    }

    /// Returns how the new object can be named by what the file imports already, wherever the constructions stand.
    fn name_there(&self, new: &NewPath, scopes: &[ScopeAt]) -> Option<String> {
        let script = &*self.script;
        let visible = |import: &ImportStatement, bound: &Name| {
            !import.type_checking
                && import.guard.is_none()
                && script.bound(import.scope, bound).len() == 1
                && scopes.iter().all(|scope| script.owner(*scope, bound) == Some(import.scope))
        };
        let member = new.member.as_ref()?;
        script.imports.iter().find_map(|import| {
            import.names.iter().filter(|name| !name.star).find_map(|name| {
                let from = import.from.is_some();
                let bound = name.bound(from);
                if !visible(import, bound) {
                    return None;
                }
                let names = self.scripts.full_names(script, import, name);
                if from && names.contains(&new.full()) {
                    return Some(bound.to_string());
                }
                let is_module = names.contains(&new.module);
                match is_module {
                    true if from || name.asname.is_some() => Some(format!("{bound}.{member}")),
                    true => Some(format!("{}.{member}", name.path.join("."))),
                    false => None,
                }
            })
        })
    }

    /// Returns the import that binds the name with which a path begins.
    fn import_of(&self, root: &NameUse) -> Option<(&ImportStatement, usize)> {
        let script = &*self.script;
        let owner = script.owner(root.scope, &root.name)?;
        match script.bound(owner, &root.name) {
            [only] => match only.to {
                BoundTo::Import(statement, at) => Some((&script.imports[statement], at)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns the edits of the imports: that of the class goes if nothing else needs it, and the new name comes where it was.
    fn without_class(&self, applied: &[&Replaced<'_>], imported: Option<&str>) -> (Vec<TextEdit>, Vec<Doubt>) {
        let script = &*self.script;
        let new = &applied[0].new;
        let code = |import: Option<&ImportStatement>| {
            let module = match import.and_then(|it| it.from.as_ref()) {
                Some(from) => script.module_text(from, &new.module, self.scripts.around),
                None => new.module.join("."),
            };
            imported.map(|imported| format!("from {module} import {imported}"))
        };
        let home = self.import_of(applied[0].root);
        if let Some((import, at)) = home
            && self.goes_with(import, at, applied)
        {
            let instead = self.scripts.longest_module(script.file, &new.module).map(|(module, _)| module);
            let loaded = instead.map(|module| self.effects.with_packages(module)).unwrap_or_default();
            let terms_keep = self.lost_effect_of(import, &loaded);
            let same_module = import.from.is_some()
                && self
                    .scripts
                    .full_names(script, import, &import.names[at])
                    .iter()
                    .any(|full| full[..full.len() - 1] == *new.module);
            let edits = match (same_module, imported, import.names.len()) {
                (true, Some(imported), _) => {
                    Some(vec![TextEdit { span: span(import.names[at].range), text: imported.to_owned() }])
                }
                (_, None, 1) => script.without_statement(import).map(|edit| vec![edit]),
                (_, None, _) => script.without_names(import, &[at]),
                (false, Some(imported), 1) => match &import.from {
                    Some(from) => Some(vec![
                        TextEdit {
                            span: span(from.range),
                            text: script.module_text(from, &new.module, self.scripts.around),
                        },
                        TextEdit { span: span(import.names[at].range), text: imported.to_owned() },
                    ]),
                    None => code(None).map(|text| vec![TextEdit { span: span(import.range), text }]),
                },
                (false, Some(_), _) => script.without_names(import, &[at]).and_then(|mut edits| {
                    edits.push(script.before_statement(import.range, &code(Some(import))?));
                    Some(edits)
                }),
            };
            if let Some(edits) = edits {
                return (edits, terms_keep.into_iter().collect());
            }
        }
        let Some(imported) = imported else { return (Vec::new(), Vec::new()) };
        let scope = home.map_or(0, |(import, _)| import.scope);
        let same = script.imports.iter().find(|it| {
            it.scope == scope
                && !it.type_checking
                && it.guard.is_none()
                && it.from.is_some()
                && !it.names[0].star
                && self
                    .scripts
                    .full_names(script, it, &it.names[0])
                    .iter()
                    .any(|full| full[..full.len() - 1] == *new.module)
        });
        if let Some(last) = same.and_then(|it| it.names.last()) {
            let at = last.range.end();
            return (vec![TextEdit { span: span(TextRange::empty(at)), text: format!(", {imported}") }], Vec::new());
        }
        let Some(code) = code(None) else { return (Vec::new(), Vec::new()) };
        let edit = match home {
            Some((import, _)) if import.scope != 0 => script.before_statement(import.range, &code),
            _ => script.at_top(&code),
        };
        (vec![edit], Vec::new())
    }

    /// Returns whether nothing needs what is imported once these constructions are gone.
    fn goes_with(&self, import: &ImportStatement, at: usize, applied: &[&Replaced<'_>]) -> bool {
        let script = &*self.script;
        let name = &import.names[at];
        let bound = name.bound(import.from.is_some());
        let owner = script.owner(import.scope, bound).unwrap_or(import.scope);
        let going = |it: &NameUse| applied.iter().any(|replaced| replaced.root.range == it.range);
        script.uses_of(owner, bound).filter(|it| it.access != Access::Written).all(going)
            && import.guard.is_none()
            && self.stays_for_others(import, name, owner).is_none()
            && (owner != 0 || self.scripts.takers(script.file, bound).is_empty())
    }
}

impl Scripts<'_> {
    /// Returns the class of what a function of the tree returns, by its annotation or its one `return`.
    fn class_returned(&self, end: &End) -> Option<End> {
        use ruff_python_ast::Stmt;
        let End::Definition(file, name) = end else { return None };
        let script = self.script(*file)?;
        let function = super::effects::function_definition(script.body(), name)?;
        let module = Self::own_module(*file);
        let ends = |path: &[Name]| self.members(self.member(module, &path[0]), &path[1..]);
        let annotated = function.returns.as_deref().and_then(super::shapes::path_of).map(|path| ends(&path));
        if let Some([end]) = annotated.as_deref()
            && self.is_class(end)
        {
            return Some(end.clone());
        }
        let mut returned = function.body.iter().filter_map(|it| match it {
            Stmt::Return(it) => it.value.as_deref().and_then(super::shapes::path_of),
            _ => None,
        });
        let path = returned.next()?;
        match ends(&path).as_slice() {
            [end] => self.class_of(end),
            _ => None,
        }
    }
}
