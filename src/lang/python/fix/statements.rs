//! The edits of an import statement, of what is planned for its names.
//!
//! In: plans. Out: one proposal with the smallest edits, and the code to write.

use super::imports::{FileFix, NameFate, NamePlan};
use super::script::{FromModule, ImportStatement, ImportedName, Script, span};
use super::scripts::Scripts;
use super::target::NewPath;
use crate::facts::Name;
use crate::lang::fixing::{Doubt, FixAction, FixProposal, Guarantee, TextEdit};

impl FileFix<'_, '_> {
    /// Makes one proposal of the plans for the names of a statement.
    pub(super) fn compose(&self, import: &ImportStatement, plans: Vec<NamePlan>) -> FixProposal {
        let script = &*self.script;
        let mut doubts: Vec<Doubt> = Vec::new();
        for doubt in plans.iter().flat_map(|plan| &plan.doubts) {
            if !doubts.contains(doubt) {
                doubts.push(doubt.clone());
            }
        }
        doubts.sort_by_key(|doubt| !doubt.fatal);
        let suggestion = self.suggestion(import, &plans);
        if plans.is_empty() || plans.iter().any(|plan| matches!(plan.what, NameFate::Manual(_))) {
            let mut proposal = FixProposal { doubts, suggestion, ..FixProposal::default() };
            if proposal.doubts.is_empty() {
                let sentence = "no name of the statement is what the rule bans".to_owned();
                proposal.doubts.push(Doubt { guarantee: Guarantee::Resolves, sentence, place: None, fatal: true });
            }
            return proposal;
        }
        let deletes = plans.iter().all(|plan| matches!(plan.what, NameFate::Delete));
        let action = Some(if deletes { FixAction::Delete } else { FixAction::Rewrite });
        match self.statement_edits(import, &plans) {
            Some(mut edits) => {
                edits.extend(plans.into_iter().flat_map(|plan| plan.edits));
                FixProposal { action, edits, doubts, suggestion }
            }
            None => {
                let sentence = "a comment stands among the names, and would be lost".to_owned();
                let place = Some((script.file, import.range.start().to_u32()));
                let doubt = Doubt { guarantee: Guarantee::NobodyLosesIt, sentence, place, fatal: true };
                FixProposal {
                    doubts: [doubt].into_iter().chain(doubts).collect(),
                    suggestion,
                    ..FixProposal::default()
                }
            }
        }
    }

    /// Returns what to write instead, as code.
    fn suggestion(&self, import: &ImportStatement, plans: &[NamePlan]) -> Option<String> {
        let mut lines = Vec::new();
        for plan in plans {
            match &plan.what {
                NameFate::Rewrite(new, bound) => lines.push(self.statement(import, new, bound)),
                NameFate::List(module, names) => {
                    lines.push(format!("from {} import {}", module.join("."), names.join(", ")))
                }
                NameFate::Manual(text) => lines.extend(text.clone()),
                NameFate::Delete => {}
            }
        }
        lines.dedup();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// Returns an import statement for one name.
    fn statement(&self, import: &ImportStatement, new: &NewPath, bound: &Name) -> String {
        let (module, member) = match (&new.member, new.module.split_last()) {
            (Some(member), _) => (new.module.as_slice(), member),
            (None, Some((last, package))) if !package.is_empty() && import.from.is_some() => (package, last),
            (None, _) => {
                let full = new.full().join(".");
                return if *bound == new.module[0] {
                    format!("import {full}")
                } else {
                    format!("import {full} as {bound}")
                };
            }
        };
        let module = match &import.from {
            Some(from) => script_module(&self.script, from, module, self.scripts),
            None => module.join("."),
        };
        if member == bound {
            format!("from {module} import {member}")
        } else {
            format!("from {module} import {member} as {bound}")
        }
    }

    /// Returns the edits of the statement itself; none if a comment would be lost.
    fn statement_edits(&self, import: &ImportStatement, plans: &[NamePlan]) -> Option<Vec<TextEdit>> {
        let script = &*self.script;
        let gone: Vec<usize> = plans.iter().filter(|it| matches!(it.what, NameFate::Delete)).map(|it| it.at).collect();
        if gone.len() == import.names.len() {
            return script.without_statement(import).map(|edit| vec![edit]);
        }
        let Some(from) = &import.from else { return self.plain_edits(import, plans, &gone) };
        let mut modules: Vec<Vec<Name>> = Vec::new();
        let mut edits = Vec::new();
        for plan in plans {
            let (module, text) = match &plan.what {
                NameFate::Rewrite(new, bound) => {
                    let (module, member) = match (&new.member, new.module.split_last()) {
                        (Some(member), _) => (new.module.clone(), member.clone()),
                        (None, Some((last, package))) => (package.to_vec(), last.clone()),
                        (None, None) => return None,
                    };
                    (module, named(&member, bound, &import.names[plan.at]))
                }
                NameFate::List(module, names) => (module.clone(), Some(names.join(", "))),
                NameFate::Delete | NameFate::Manual(_) => continue,
            };
            if !modules.contains(&module) {
                modules.push(module);
            }
            let range = import.names[plan.at].range;
            edits.extend(text.map(|text| TextEdit { span: span(range), text }));
        }
        if plans.len() == import.names.len() && modules.len() == 1 {
            let text = script_module(script, from, &modules[0], self.scripts);
            edits.push(TextEdit { span: span(from.range), text });
            if !gone.is_empty() {
                edits.extend(script.without_names(import, &gone)?);
            }
            return Some(edits);
        }
        let rewritten = || {
            plans.iter().filter_map(|plan| match &plan.what {
                NameFate::Rewrite(new, bound) => Some(self.statement(import, new, bound)),
                _ => None,
            })
        };
        let statements: Vec<String> = rewritten().collect();
        let moved: Vec<usize> = plans.iter().map(|plan| plan.at).collect();
        if moved.len() == import.names.len() {
            if script.has_comment(import.range) {
                return None;
            }
            let (last, before) = statements.split_last()?;
            let mut edits = vec![TextEdit { span: span(import.range), text: last.clone() }];
            if !before.is_empty() {
                let joined: Vec<String> =
                    before.iter().map(|it| script.before_statement(import.range, it).text).collect();
                let place = script.before_statement(import.range, "").span;
                edits.insert(0, TextEdit { span: place, text: joined.concat() });
            }
            return Some(edits);
        }
        let mut edits = script.without_names(import, &moved)?;
        if !statements.is_empty() {
            let joined: Vec<String> =
                statements.iter().map(|it| script.before_statement(import.range, it).text).collect();
            let place = script.before_statement(import.range, "").span;
            edits.push(TextEdit { span: place, text: joined.concat() });
        }
        Some(edits)
    }

    /// Returns the edits of `import a, b as c`.
    fn plain_edits(&self, import: &ImportStatement, plans: &[NamePlan], gone: &[usize]) -> Option<Vec<TextEdit>> {
        let mut edits = if gone.is_empty() { Vec::new() } else { self.script.without_names(import, gone)? };
        for plan in plans {
            let NameFate::Rewrite(new, bound) = &plan.what else { continue };
            if new.member.is_some() {
                // A module cannot become a name of another in the same statement.
                return None;
            }
            let name = &import.names[plan.at];
            let full = new.full().join(".");
            let keeps = name.asname.is_some() || name.path.len() > 1 || full == name.path.join(".");
            let text = if keeps { full } else { format!("{full} as {bound}") };
            edits.push(TextEdit { span: span(name.path_range), text });
        }
        Some(edits)
    }
}

/// Returns one name of a `from` import as it is to be written; none if it stays as it is.
fn named(member: &Name, bound: &Name, name: &ImportedName) -> Option<String> {
    let same = name.path.len() == 1 && name.path[0] == *member && name.bound(true) == bound;
    if same {
        return None;
    }
    let redundant = name.asname.as_ref().is_some_and(|it| *it == name.path[0]);
    Some(if member == bound && !redundant { member.to_string() } else { format!("{member} as {bound}") })
}

fn script_module(script: &Script, from: &FromModule, module: &[Name], scripts: &Scripts<'_>) -> String {
    script.module_text(from, module, scripts.around)
}
