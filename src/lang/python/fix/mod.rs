//! Fixes of Python files: what to write in the place of what breaks a rule, and what speaks against it.
//!
//! In: the breaches of one file, and the rest of the project by [`Surroundings`]. Out: a proposal for each. Only files with
//! breaches are parsed, and those that a name leads to.

use crate::facts::Name;
use crate::lang::fixing::{Breach, BreachKind, Doubt, FixProposal, Fixer, Guarantee, Surroundings};
use crate::source::FileId;

mod construct;
mod effects;
mod harmless;
mod importers;
mod imports;
mod layout_edits;
mod members;
mod reader;
mod script;
mod scripts;
mod shapes;
mod statements;
mod target;
mod texts;
mod unused;
mod visit;

use effects::LoadEffects;
use imports::FileFix;
use script::Script;
use scripts::Scripts;

/// The fixer.
pub(super) static FIXER: PythonFixer = PythonFixer;

/// Proposes fixes for Python.
#[derive(Debug)]
pub(super) struct PythonFixer;

impl Fixer for PythonFixer {
    fn words(&self, file: FileId, around: &dyn Surroundings) -> Vec<Name> {
        let Some(text) = around.text(file) else { return Vec::new() };
        let Some(script) = Script::read(file, around.path(file), text) else { return Vec::new() };
        let bound = script.imports.iter().flat_map(|import| {
            let from = import.from.is_some();
            import
                .names
                .iter()
                .filter(|name| !name.star)
                .flat_map(move |name| [name.bound(from), &name.path[name.path.len() - 1]])
        });
        let own = around.names(Scripts::own_module(file)).into_iter().filter_map(|mut path| path.pop());
        bound.cloned().chain(own).collect()
    }

    fn propose(&self, files: &[(FileId, Vec<Breach<'_>>)], around: &dyn Surroundings) -> Vec<Vec<FixProposal>> {
        let scripts = Scripts::new(around);
        let effects = LoadEffects::new(&scripts);
        files.iter().map(|(file, breaches)| propose(*file, breaches, &scripts, &effects)).collect()
    }

    fn reads(&self, path: &str, text: &str) -> bool {
        Script::read(FileId::ABSENT, path, text.into()).is_some()
    }
}

/// Returns a proposal for each breach of one file.
fn propose(
    file: FileId,
    breaches: &[Breach<'_>],
    scripts: &Scripts<'_>,
    effects: &LoadEffects<'_, '_>,
) -> Vec<FixProposal> {
    let Some(script) = scripts.script(file) else {
        let sentence = "the file cannot be parsed, so that nothing can be proven".to_owned();
        let doubt = Doubt { guarantee: Guarantee::Resolves, sentence, place: Some((file, 0)), fatal: true };
        return breaches.iter().map(|_| FixProposal::manual(doubt.clone(), None)).collect();
    };
    let fix = FileFix { scripts, effects, script };
    let constructions: Vec<&Breach<'_>> = breaches.iter().filter(|it| it.kind == BreachKind::Construct).collect();
    let mut constructed = fix.constructions(&constructions).into_iter();
    breaches
        .iter()
        .map(|breach| match breach.kind {
            BreachKind::Import => fix.import(breach),
            BreachKind::Text => fix.text(breach),
            BreachKind::Construct => constructed.next().unwrap_or_default(),
            BreachKind::Other => {
                let sentence = "there is no fix for this kind of place".to_owned();
                let doubt = Doubt { guarantee: Guarantee::Fits, sentence, place: None, fatal: true };
                FixProposal::manual(doubt, None)
            }
        })
        .collect()
}
