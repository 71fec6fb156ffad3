//! Fixes of strings that name a module: targets of patches, and imports by a string. Never safe: what runs must look the
//! name up where the string says.

use ruff_text_size::TextRange;

use super::imports::FileFix;
use super::script::{CallResult, TextLiteral, span};
use super::scripts::End;
use super::target::{NewPath, as_module};
use crate::facts::Name;
use crate::lang::fixing::{Breach, Doubt, FixAction, FixProposal, Guarantee, TextEdit};

impl FileFix<'_, '_> {
    /// Proposes a fix for a string.
    pub fn text(&self, breach: &Breach<'_>) -> FixProposal {
        let script = &*self.script;
        let place = Some((script.file, breach.span.start));
        let doubt = |guarantee, sentence: String, fatal| Doubt { guarantee, sentence, place, fatal };
        let manual = |guarantee, sentence: &str| FixProposal::manual(doubt(guarantee, sentence.to_owned(), true), None);
        let inside = |it: &&TextLiteral| {
            let range = span(it.range);
            breach.span.start <= range.start && range.end <= breach.span.end && !it.docstring
        };
        let names = |it: &&TextLiteral| self.banned_part(it, breach).is_some();
        let Some(literal) = script.literals.iter().filter(inside).find(names) else {
            return manual(Guarantee::Resolves, "the string does not name the module by its full path");
        };
        let Some((old, banned)) = self.banned_part(literal, breach) else {
            return manual(Guarantee::Resolves, "the string does not name the module by its full path");
        };
        let Some(new) = self.scripts.replacement(script.file, &old, banned, breach.terms) else {
            let sentence = format!("nothing takes the place of `{}`", old.join("."));
            return FixProposal::manual(doubt(Guarantee::Resolves, sentence, true), None);
        };
        let suggestion = Some(new.full().join("."));
        let from = self.scripts.ends(script.file, &old);
        let mut doubts = Vec::new();
        match as_module(&from) {
            Some(_) => doubts.extend(self.module_doubts(breach, &old, &new)),
            None => {
                let different = self.scripts.different(&old, &from, &new, breach.terms);
                doubts.extend(different.map(|it| Doubt { fatal: true, place, ..it }));
            }
        }
        let sentence = "the code that runs must look the name up there too".to_owned();
        doubts.push(doubt(Guarantee::SameObject, sentence, false));
        let code = script.code(literal.range);
        let Some(at) = code.find(literal.value.as_str()).filter(|_| literal.single && !literal.value.is_empty()) else {
            return FixProposal { doubts, suggestion, ..FixProposal::default() };
        };
        let start = literal.range.start() + ruff_text_size::TextSize::try_from(at).unwrap_or_default();
        let length = ruff_text_size::TextSize::try_from(literal.value.len()).unwrap_or_default();
        let edit = TextEdit { span: span(TextRange::at(start, length)), text: new.full().join(".") };
        FixProposal { action: Some(FixAction::Rewrite), edits: vec![edit], doubts, suggestion }
    }

    fn banned_part(&self, literal: &TextLiteral, breach: &Breach<'_>) -> Option<(Vec<Name>, usize)> {
        let path: Vec<Name> = literal.value.split('.').map(Name::from).collect();
        if path.iter().any(|name| name.is_empty()) {
            return None;
        }
        let length = (breach.terms.banned)(&path)?;
        (path[..length].join(".") == breach.symbol).then_some((path, length))
    }

    /// Returns what speaks against another module in what becomes of an import by a string.
    fn module_doubts(&self, breach: &Breach<'_>, old: &[Name], new: &NewPath) -> Vec<Doubt> {
        let script = &*self.script;
        let place = Some((script.file, breach.span.start));
        let missing = new.ends.contains(&End::Missing);
        let call = script.calls.iter().find(|it| span(it.range) == breach.span);
        let member = call.and_then(|it| match &it.result {
            CallResult::Member(name, ..) => Some(name),
            _ => None,
        });
        let path = |path: &[Name], name: &Name| path.iter().cloned().chain([name.clone()]).collect::<Vec<Name>>();
        let doubt = |guarantee, sentence: String, fatal| vec![Doubt { guarantee, sentence, place, fatal }];
        if missing || new.member.is_some() {
            return doubt(Guarantee::Resolves, format!("`{}` is no module", new.full().join(".")), true);
        }
        match member {
            Some(name) => {
                let (from, to) = (
                    self.scripts.ends(script.file, &path(old, name)),
                    self.scripts.ends(script.file, &path(&new.full(), name)),
                );
                match from == to {
                    true => Vec::new(),
                    false => doubt(
                        Guarantee::SameObject,
                        format!("`{name}` is another object there"),
                        to.contains(&End::Missing),
                    ),
                }
            }
            None => doubt(Guarantee::Fits, "which names of the module are used is not known".to_owned(), false),
        }
    }
}
