//! How code got to what it denotes.
//!
//! In: the steps that led to a denotation. Out: the form of a hit, whether a step may not be taken, and the steps that a
//! report shows.

use crate::facts::{Binding, FileFacts, How, Target, Value};
use crate::resolve::{Chain, Denotation, Step};
use crate::violation::Form;

use super::At;

/// Holds what the steps that led to a denotation make of it.
#[derive(Debug, Clone)]
pub(super) struct Trail {
    pub form: Form,
    /// A step that may not be taken.
    pub unsure: bool,
    length: usize,
    /// The last steps.
    last: Chain<Step>,
}

impl Default for Trail {
    fn default() -> Self {
        Self { form: Form::Direct, unsure: false, length: 0, last: Chain::default() }
    }
}

impl At<'_, '_, '_> {
    /// Returns what the steps that led to a denotation make of it.
    pub(super) fn trail(&self, denotation: &Denotation) -> Trail {
        self.trails.answer(&denotation.steps, |step, rest| {
            let form = self.form_of(step);
            Trail {
                form: if rank(form) >= rank(rest.form) { form } else { rest.form },
                unsure: rest.unsure || matches!(step, Step::Dynamic { .. } | Step::Overridden(_)),
                length: rest.length + 1,
                last: if rest.length < SHOWN { rest.last.with(*step) } else { rest.last },
            }
        })
    }

    /// Returns the form in which code gets to something by one step.
    fn form_of(&self, step: &Step) -> Form {
        match step {
            Step::Dynamic { .. } => Form::Dynamic,
            Step::Expanded { .. } => Form::Macro,
            Step::Inherited(_) => Form::Subclass,
            Step::Overridden(_) | Step::Returned(_) => Form::Alias,
            Step::Bound { file, .. } if *file != self.file => Form::ReExport,
            Step::Bound { binding, .. } => {
                let binding = &self.loaded.facts.bindings[binding.index()];
                match binding.how {
                    How::Star => Form::Star,
                    How::Import if !imports_own_name(&self.loaded.facts, binding) => Form::Alias,
                    How::Import | How::Definition => Form::Direct,
                    How::Assignment | How::Parameter | How::Join | How::Other => Form::Alias,
                }
            }
        }
    }

    /// The steps of a chain that a report shows: all but the middle of a very long one.
    pub(super) fn shown(&self, denotation: &Denotation) -> impl Iterator<Item = Step> {
        let trail = self.trail(denotation);
        let first = if trail.length > 2 * SHOWN { SHOWN } else { trail.length.saturating_sub(SHOWN) };
        let steps: Vec<Step> = denotation.steps.iter().take(first).chain(trail.last.iter()).copied().collect();
        steps.into_iter()
    }
}

/// The number of steps at each end of a very long chain that a report shows.
const SHOWN: usize = 32;

/// Orders forms by how much they tell of the way.
fn rank(form: Form) -> u8 {
    match form {
        Form::Dynamic => 6,
        Form::Macro => 5,
        Form::Subclass => 4,
        Form::Star => 3,
        Form::ReExport => 2,
        Form::Alias => 1,
        _ => 0,
    }
}

/// Returns whether an import binds a thing under its own name.
fn imports_own_name(facts: &FileFacts, binding: &Binding) -> bool {
    let Target::Value(value) = binding.target else { return true };
    match &facts.values[value.index()].value {
        Value::Member { name, .. } | Value::Name { name, .. } => *name == binding.name,
        Value::Module(module) => module.path.last() == Some(&binding.name),
        _ => true,
    }
}
