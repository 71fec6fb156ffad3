//! Fields of settings classes that are filled from environment variables, as pydantic's are.
//!
//! In: the classes of one file. Out: a hit for each field whose variable a rule lists. A field's variable is its name
//! after the prefix of the class, or what its alias says; case does not count.

use std::collections::BTreeSet;

use crate::facts::{
    Argument, Binding, BindingId, Definition, DefinitionId, DefinitionKind, How, ScopeId, Target, Value,
};
use crate::lang::Environment;
use crate::resolve::Entity;
use crate::rule::pattern::wildcard_matches;
use crate::rule::{Rule, RuleIndex};
use crate::violation::{Confidence, Form};

use super::{At, Hit, Spot, is_any, is_left_out, is_one_of, item, listed, literal_part, texts};

/// Arguments of a field that name its variables.
const ALIASES: [&str; 3] = ["validation_alias", "alias", "env"];

/// The word by which a class declares the prefix of its variables; files are searched for it.
pub const PREFIX: &str = "env_prefix";

/// Looks at the fields of every settings class of the file.
pub(super) fn fields(at: &At<'_, '_, '_>, rules: &[(RuleIndex, &Rule)], environment: &Environment) -> Vec<Hit> {
    let facts = &at.loaded.facts;
    let mut hits = Vec::new();
    for (id, definition) in (0u32..).map(DefinitionId).zip(&facts.definitions) {
        let Some(body) = definition.body.filter(|_| definition.kind == DefinitionKind::Class) else { continue };
        let inherits = |it: &crate::resolve::Denotation| is_one_of(it, environment.settings, 0);
        if definition.bases.is_empty() || !at.resolver.ancestors(item(at, id)).any(|it| inherits(&it)) {
            continue;
        }
        let prefix = prefix(at, id);
        let attributes: BTreeSet<BindingId> =
            definition.attributes.iter().flat_map(|(_, reach)| reach.bindings(facts)).collect();
        for (id, binding) in (0u32..).map(BindingId).zip(&facts.bindings) {
            let field = binding.scope == body && binding.how == How::Assignment && !attributes.contains(&id);
            if field && !binding.name.starts_with('_') && binding.name != "model_config" {
                let variables = variables(at, binding, prefix.as_deref());
                hits.extend(rules.iter().filter_map(|(index, rule)| hit(at, *index, rule, binding, &variables)));
            }
        }
    }
    hits
}

/// The variables that fill a field.
fn variables(at: &At<'_, '_, '_>, binding: &Binding, prefix: Option<&str>) -> Vec<String> {
    let facts = &at.loaded.facts;
    let mut named = Vec::new();
    if let Target::Value(value) = binding.target
        && let Value::Call { arguments, .. } = &facts.values[value.index()].value
    {
        let arguments = facts.arguments.get(*arguments).iter();
        for argument in arguments.filter(|it| it.keyword.as_deref().is_some_and(|it| ALIASES.contains(&it))) {
            let values: Vec<_> = match &facts.values[argument.value.index()].value {
                Value::Call { arguments, .. } => facts.arguments.get(*arguments).iter().map(|it| it.value).collect(),
                _ => vec![argument.value],
            };
            named.extend(values.into_iter().flat_map(|value| texts(at, at.file, value, 0)).map(|text| text.text));
        }
    }
    if named.is_empty() {
        named.push(format!("{}{}", prefix.unwrap_or_default(), binding.name));
    }
    named
}

/// The prefix that a class or one of its bases in the file declares.
fn prefix(at: &At<'_, '_, '_>, class: DefinitionId) -> Option<String> {
    let bases = at.resolver.ancestors(item(at, class)).filter_map(|ancestor| match ancestor.entity {
        Entity::Item(item) if item.file == at.file => Some(item.definition),
        _ => None,
    });
    std::iter::once(class).chain(bases).find_map(|class| {
        let body = at.loaded.facts.definitions[class.index()].body?;
        in_header(at, class).or_else(|| configured(at, body)).or_else(|| nested(at, body))
    })
}

/// `class A(BaseSettings, env_prefix="...")`
fn in_header(at: &At<'_, '_, '_>, class: DefinitionId) -> Option<String> {
    let keywords = &at.loaded.facts.class_keywords;
    let prefix = |(of, it): &&(DefinitionId, Argument)| *of == class && it.keyword.as_deref() == Some(PREFIX);
    let (_, argument) = keywords.iter().find(prefix)?;
    Some(texts(at, at.file, argument.value, 0).into_iter().next()?.text)
}

/// `model_config = SettingsConfigDict(env_prefix="...")`, also as a dictionary.
fn configured(at: &At<'_, '_, '_>, body: ScopeId) -> Option<String> {
    let facts = &at.loaded.facts;
    let reach = facts.scopes[body.index()].member("model_config")?;
    reach.bindings(facts).iter().find_map(|id| {
        let Target::Value(value) = facts.bindings[id.index()].target else { return None };
        let Value::Call { arguments, .. } = &facts.values[value.index()].value else { return None };
        let prefix = |it: &&Argument| it.keyword.as_deref() == Some(PREFIX);
        let argument = facts.arguments.get(*arguments).iter().find(prefix)?;
        Some(texts(at, at.file, argument.value, 0).into_iter().next()?.text)
    })
}

/// `class Config: env_prefix = "..."`
fn nested(at: &At<'_, '_, '_>, body: ScopeId) -> Option<String> {
    let facts = &at.loaded.facts;
    let is_config = |it: &&Definition| it.scope == body && it.name == "Config";
    let config = facts.definitions.iter().find(is_config)?.body?;
    let reach = facts.scopes[config.index()].member(PREFIX)?;
    reach.bindings(facts).iter().find_map(|id| match facts.bindings[id.index()].target {
        Target::Value(value) => Some(texts(at, at.file, value, 0).into_iter().next()?.text),
        _ => None,
    })
}

fn hit(at: &At<'_, '_, '_>, index: RuleIndex, rule: &Rule, binding: &Binding, variables: &[String]) -> Option<Hit> {
    let facts = &at.loaded.facts;
    let text = at.loaded.text.to_uppercase();
    let found = variables.iter().map(|name| name.to_uppercase()).find(|name| {
        let patterns: Vec<String> = rule.parameters.env.iter().map(|pattern| pattern.to_uppercase()).collect();
        // A settings class is a place of its own: a rule about any variable leaves it to rules about such classes.
        let named = listed(&patterns).filter(|pattern| !is_any(pattern)).any(|pattern| {
            let searched = text.contains(literal_part(pattern)) || at.loaded.text.contains(PREFIX);
            wildcard_matches(pattern, name) && searched
        });
        named && !is_left_out(&patterns, name)
    })?;
    let within = |span: crate::source::Span| span.start <= binding.span.start && binding.span.end <= span.end;
    let mut statements = facts.sites.iter().filter(|site| site.scope == binding.scope).map(|site| site.statement);
    let statement = statements.find(|statement| within(*statement)).unwrap_or(binding.span);
    Some(Hit {
        rule: index,
        spot: Spot {
            span: binding.span,
            statement,
            scope: binding.scope,
            type_checking: binding.type_checking,
            site: None,
        },
        symbol: found,
        written: binding.span,
        form: Form::Direct,
        confidence: Confidence::High,
        steps: Vec::new(),
    })
}
