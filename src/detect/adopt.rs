//! Uses of canonical symbols, for the score (docs/design.md section 6).

use crate::facts::{Role, Site, Value, ValueId};
use crate::resolve::{Denotation, PathRef, Step};
use crate::rule::SourceIndex;

use super::symbols::Meaning;
use super::{At, Found, Use};

/// A path that is read: only what is evaluated at run time is a use.
pub(super) fn reference(at: &mut At<'_, '_, '_>, site: &Site, value: ValueId, role: Role) {
    if role == Role::Value {
        path(at, site, value);
    }
}

/// A path that is called, read or inherited from: it and every path it begins with may be canonical.
pub(super) fn path(at: &mut At<'_, '_, '_>, site: &Site, value: ValueId) {
    if site.type_checking {
        return;
    }
    let mut next = Some(value);
    while let Some(value) = next {
        for denotation in at.resolver.value(at.file, value).iter() {
            judge(at, site, denotation);
        }
        next = match &at.loaded.facts.values[value.index()].value {
            Value::Member { object, .. } => Some(*object),
            _ => None,
        };
    }
}

fn judge(at: &mut At<'_, '_, '_>, site: &Site, denotation: &Denotation) {
    let mut found: Vec<Found> = Vec::new();
    at.of_denotation(denotation, 0, &mut found);
    for hit in found {
        let Meaning::Canonical(source) = hit.meaning else { continue };
        let test = at.loaded.facts.scopes[site.scope.index()].test;
        let known = at.found.uses.iter().any(|used| used.source == source && (test || !used.test));
        let module =
            denotation.paths.iter().all(|path| matches!(path, PathRef::Tree { members, .. } if members.is_empty()));
        if !known && !module && !at.banned_for(denotation, source) && clean(at, denotation, source) {
            at.found.uses.push(Use { source, span: site.span, test, symbol: hit.symbol });
        }
    }
}

/// Returns whether a chain passes through no banned module and no file that is exempt from a rule of the source.
fn clean(at: &At<'_, '_, '_>, denotation: &Denotation, source: SourceIndex) -> bool {
    let banned = |path: &PathRef| {
        let module = match path {
            PathRef::External(_) => None,
            PathRef::Tree { module, .. } => Some(at.resolver.module_names(*module)),
        };
        let names = at.resolver.full_names(path);
        names.iter().enumerate().any(|(index, name)| {
            let module = module.as_ref().and_then(|names| names.get(index)).map_or(0, Vec::len);
            at.rules.symbols.bans_import(at.rules.set, source, at.language, name, module)
        })
    };
    let exempt = |step: &Step| match step {
        Step::Bound { file, .. } | Step::Dynamic { file, .. } | Step::Expanded { file, .. } => {
            *file != at.file && (at.rules.exempt)(source, *file)
        }
        Step::Inherited(item) | Step::Overridden(item) | Step::Returned(item) => (at.rules.exempt)(source, item.file),
    };
    !denotation.paths.iter().any(banned) && !denotation.steps.iter().any(exempt)
}
