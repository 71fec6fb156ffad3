//! Kind `define`: definitions of listed names outside the places where they are allowed.
//!
//! In: the definitions of one file, and the assignments of its modules and classes. Out: a hit for the first definition
//! of each name in each scope. Which places are allowed the rule says; owners are left to the analysis.

use std::collections::BTreeSet;

use crate::facts::{Binding, BindingId, DefinitionId, DefinitionKind, How, Name, ScopeId, ScopeKind, Target};
use crate::resolve::ItemRef;
use crate::rule::{Rule, RuleIndex, RuleKind};
use crate::source::Span;
use crate::violation::{Confidence, Form};

use super::{At, Hit, Spot};

/// Looks at everything the file defines.
pub(super) fn definitions(at: &mut At<'_, '_, '_>) {
    let path = &at.resolver.project.tree.file(at.file).path;
    let allowed = |rule: &Rule| rule.parameters.only_in.iter().any(|glob| glob.matches(path));
    let rules: Vec<(RuleIndex, &Rule)> =
        at.rules_of_kind(RuleKind::Define).filter(|(_, rule)| !allowed(rule)).collect();
    if rules.is_empty() {
        return;
    }
    let mut seen: BTreeSet<(ScopeId, Name)> = BTreeSet::new();
    let mut hits: Vec<Hit> = Vec::new();
    for defined in defined(at) {
        let named: Vec<RuleIndex> = rules
            .iter()
            .filter(|(_, rule)| {
                let names = &rule.parameters.names;
                names.iter().any(|it| it.names_definition(at.language, &defined.name, &defined.paths))
            })
            .map(|(index, _)| *index)
            .collect();
        if named.is_empty() || !seen.insert((defined.spot.scope, defined.name.clone())) {
            continue;
        }
        let separator = at.language.separator();
        let symbol = defined.paths.first().map_or_else(|| defined.name.to_string(), |path| path.join(separator));
        hits.extend(named.into_iter().map(|rule| Hit {
            rule,
            spot: defined.spot,
            symbol: symbol.clone(),
            written: defined.spot.span,
            form: Form::Direct,
            confidence: Confidence::High,
            steps: Vec::new(),
        }));
    }
    at.found.hits.extend(hits);
}

/// Something that the file defines.
struct Defined {
    name: Name,
    /// Its full names.
    paths: Vec<Vec<Name>>,
    spot: Spot,
}

/// Everything the file defines, in source order.
fn defined(at: &At<'_, '_, '_>) -> Vec<Defined> {
    let facts = &at.loaded.facts;
    let attributes: BTreeSet<BindingId> =
        facts.definitions.iter().flat_map(|it| &it.attributes).flat_map(|(_, reach)| reach.bindings(facts)).collect();
    let of_binding = |(id, binding): (BindingId, &Binding)| match binding.target {
        Target::Definition(definition) => item(at, definition, binding.type_checking),
        Target::Value(_) | Target::Opaque if binding.how == How::Assignment && !attributes.contains(&id) => {
            constant(at, id, binding)
        }
        _ => None,
    };
    let mut found: Vec<Defined> = (0u32..).map(BindingId).zip(&facts.bindings).filter_map(of_binding).collect();
    found.sort_by_key(|it| it.spot.span);
    found
}

fn item(at: &At<'_, '_, '_>, id: DefinitionId, type_checking: bool) -> Option<Defined> {
    let definition = &at.loaded.facts.definitions[id.index()];
    if definition.kind == DefinitionKind::Variant {
        return None;
    }
    Some(Defined {
        name: definition.name.clone(),
        paths: at.resolver.item_names(ItemRef { file: at.file, definition: id }),
        spot: Spot::of_definition(&at.loaded.facts, definition, type_checking),
    })
}

/// A name that a module or class assigns.
fn constant(at: &At<'_, '_, '_>, id: BindingId, binding: &Binding) -> Option<Defined> {
    let kind = at.loaded.facts.scopes[binding.scope.index()].kind;
    if !matches!(kind, ScopeKind::Module | ScopeKind::Class) || binding.name.is_empty() {
        return None;
    }
    let span: Span = binding.span;
    Some(Defined {
        name: binding.name.clone(),
        paths: at.resolver.binding_names(at.file, id),
        spot: Spot { span, statement: span, scope: binding.scope, type_checking: binding.type_checking, site: None },
    })
}
