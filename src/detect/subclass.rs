//! Kind `subclass`: class definitions and impls whose base or trait is banned.

use crate::facts::{Value, ValueId};
use crate::rule::RuleKind;

use super::{At, Place};

/// A base of a class; type arguments are looked past.
pub(super) fn base(at: &mut At<'_, '_, '_>, site: usize, base: ValueId) {
    let base = match &at.loaded.facts.values[base.index()].value {
        Value::Subscript { object } => *object,
        _ => base,
    };
    let meanings = at.resolver.value(at.file, base);
    let found = at.of_meanings(&meanings);
    at.judge(Place { site, written: base, meanings: &meanings, form: None }, &found, &[RuleKind::Subclass]);
}
