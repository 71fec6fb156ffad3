//! Kind `construct`: calls of banned classes, constructors and functions.

use crate::facts::{Role, Value, ValueId};
use crate::resolve::{Denotation, Entity};
use crate::rule::RuleKind;
use crate::violation::Form;

use super::{At, Found, Place};

/// A call: its callee, or what it binds arguments to.
pub(super) fn call(at: &mut At<'_, '_, '_>, site: usize, call: ValueId) {
    let facts = &at.loaded.facts;
    let Value::Call { callee, arguments } = &facts.values[call.index()].value else { return };
    let meanings = at.resolver.value(at.file, *callee);
    if meanings.iter().any(|callee| at.resolver.is_partial(at.file, callee)) {
        if let Some(first) = facts.arguments.get(*arguments).iter().find(|it| it.keyword.is_none()) {
            callable(at, site, first.value, None);
        }
        return;
    }
    callable(at, site, *callee, None);
}

/// A path that is passed as a value: where the language builds with such values, it constructs.
pub(super) fn value(at: &mut At<'_, '_, '_>, site: usize, value: ValueId, role: Role) {
    if role == Role::Value && crate::lang::policy(at.language).values_construct {
        callable(at, site, value, Some(Form::Value));
    }
}

/// A struct or tuple literal or a typed default.
pub(super) fn literal(at: &mut At<'_, '_, '_>, site: usize, value: ValueId) {
    callable(at, site, value, Some(Form::Literal));
}

fn callable(at: &mut At<'_, '_, '_>, site: usize, callee: ValueId, form: Option<Form>) {
    let meanings = at.resolver.value(at.file, callee);
    let mut found: Vec<(Found, Option<Form>)> = at.of_meanings(&meanings);
    for (which, denotation) in meanings.iter().enumerate() {
        found.extend(constructed(at, denotation, which));
        // A variant that is only named may hold nothing: no literal.
        if form != Some(Form::Value)
            && crate::lang::policy(at.language).variants_construct
            && let Some(of) = at.resolver.enum_of(denotation)
        {
            let mut own = Vec::new();
            at.of_denotation(&of, which, &mut own);
            found.extend(own.into_iter().map(|found| (found, Some(Form::Literal))));
        }
    }
    let place = Place { site, written: callee, meanings: &meanings, form };
    at.judge(place, &found, &[RuleKind::Construct, RuleKind::Reference]);
}

/// The classes whose construction a call of this denotation is, beside what its own paths say: the bases of a class of
/// the tree, and the class that an alternate constructor makes.
fn constructed(at: &At<'_, '_, '_>, denotation: &Denotation, which: usize) -> Vec<(Found, Option<Form>)> {
    let mut found = Vec::new();
    let class = match &denotation.entity {
        Entity::Item(_) => {
            at.of_ancestors(denotation, which, &mut found);
            return found.into_iter().map(|found| (found, Some(Form::Subclass))).collect();
        }
        Entity::Method { function, class } if at.resolver.is_alternate_constructor(*function, class) => class,
        _ => return Vec::new(),
    };
    at.of_denotation(class, which, &mut found);
    let own = found.len();
    at.of_ancestors(class, which, &mut found);
    found.into_iter().enumerate().map(|(index, found)| (found, (index >= own).then_some(Form::Subclass))).collect()
}
