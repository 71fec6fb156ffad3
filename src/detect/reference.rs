//! Kind `reference`: any use of a banned symbol, also as the front part of a longer path.

use crate::facts::{Value, ValueId};
use crate::rule::RuleKind;

use super::{At, Place};

/// A path that is read: judges it and every path it begins with, the longest first.
pub(super) fn path(at: &mut At<'_, '_, '_>, site: usize, value: ValueId) {
    let mut next = Some(value);
    while let Some(value) = next {
        let meanings = at.resolver.value(at.file, value);
        let found = at.of_meanings(&meanings);
        at.judge(Place { site, written: value, meanings: &meanings, form: None }, &found, &[RuleKind::Reference]);
        next = match &at.loaded.facts.values[value.index()].value {
            Value::Member { object, .. } => Some(*object),
            _ => None,
        };
    }
}
