//! Kind `configure`: environment variables and URLs that are read or written past the owners of a source.
//!
//! In: one file, the resolver and the rules. Out: a hit for each expression that reads a listed variable or is a URL
//! literal of a listed scheme, and for each field of a settings class that is filled from one. What a language's ways
//! of reading are is in its [`Environment`]; a variable may be named by a constant, also of another file.

use crate::facts::{Argument, BindingId, DefinitionId, Name, ScopeKind, SiteKind, Target, Value, ValueId};
use crate::lang::Environment;
use crate::resolve::{Denotation, Entity, ItemRef, Step};
use crate::rule::pattern::wildcard_matches;
use crate::rule::{Rule, RuleIndex, RuleKind, RuleSet};
use crate::source::{FileId, Language, Span};
use crate::violation::{Confidence, Form};

use super::{At, Hit, Spot};

pub mod settings;

/// The rules of this kind that apply to a language.
fn rules_of(set: &RuleSet, language: Language) -> Vec<(RuleIndex, &Rule)> {
    let rules = set.rules.iter().enumerate().map(|(index, rule)| (RuleIndex(index), rule));
    let applies = |rule: &Rule| rule.language.is_none_or(|only| only == language);
    rules.filter(|(_, rule)| rule.kind == RuleKind::Configure && applies(rule)).collect()
}

/// The longest part of a pattern without `*`: a text that names what the pattern matches has it.
#[must_use]
pub fn literal_part(pattern: &str) -> &str {
    pattern.split('*').max_by_key(|part| part.len()).unwrap_or_default()
}

/// Looks at every expression of the file.
pub(super) fn reads(at: &mut At<'_, '_, '_>) {
    let rules = rules_of(at.rules.set, at.language);
    if rules.is_empty() {
        return;
    }
    let environment = &crate::lang::policy(at.language).environment;
    let mut hits = Vec::new();
    let sites = &at.loaded.facts.sites;
    for (index, site) in sites.iter().enumerate() {
        let spot = Spot::of(sites, index);
        match &site.kind {
            SiteKind::Key { object, key } if denotes(at, *object, environment.mappings) => {
                hits.extend(variables(at, &rules, spot, *key));
            }
            SiteKind::Call(call) => {
                let Value::Call { callee, arguments } = &at.loaded.facts.values[call.index()].value else { continue };
                let Some(key) = key_of(arguments) else { continue };
                let found = variables(at, &rules, spot, key);
                if !found.is_empty() && reads_variable(at, environment, *callee) {
                    hits.extend(found);
                }
            }
            SiteKind::Url(text) => hits.extend(urls(at, &rules, spot, *text)),
            _ => {}
        }
    }
    hits.extend(settings::fields(at, &rules, environment));
    at.found.hits.extend(hits);
}

/// The argument that names a variable.
fn key_of(arguments: &[Argument]) -> Option<ValueId> {
    const KEYWORDS: [&str; 5] = ["key", "name", "option", "var", "varname"];
    let named = |it: &&Argument| it.keyword.as_deref().is_some_and(|keyword| KEYWORDS.contains(&keyword));
    let first = arguments.first().filter(|it| it.keyword.is_none());
    first.or_else(|| arguments.iter().find(named)).map(|argument| argument.value)
}

/// Whether a value is one of the things outside the tree with these paths.
fn denotes(at: &At<'_, '_, '_>, value: ValueId, paths: &[&[&str]]) -> bool {
    at.resolver.value(at.file, value).iter().any(|denotation| is_one_of(denotation, paths, 0))
}

/// Whether something outside the tree has one of these paths, with so many members after it.
fn is_one_of(denotation: &Denotation, paths: &[&[&str]], members: usize) -> bool {
    let Some(path) = denotation.external_path() else { return false };
    let Some(length) = path.len().checked_sub(members) else { return false };
    paths.iter().any(|known| path[..length].iter().eq(known.iter()))
}

/// Whether a call of this reads the variable that its first argument names.
fn reads_variable(at: &At<'_, '_, '_>, environment: &Environment, callee: ValueId) -> bool {
    at.resolver.value(at.file, callee).iter().any(|denotation| {
        let last = denotation.external_path().and_then(|path| path.last());
        let looks_up = last.is_some_and(|name| environment.lookups.contains(&name.as_str()));
        let handle = match &denotation.entity {
            Entity::Instance(class) => is_one_of(class, environment.handles, 0),
            _ => is_one_of(denotation, environment.handles, 1),
        };
        is_one_of(denotation, environment.readers, 0)
            || looks_up && is_one_of(denotation, environment.mappings, 1)
            || handle
    })
}

/// A text that a value is, the file in which it is written, and the steps to there.
struct Text {
    text: String,
    file: FileId,
    steps: Vec<Step>,
}

/// The texts that a value can be: literals, and constants that name one.
fn texts(at: &At<'_, '_, '_>, file: FileId, value: ValueId, depth: u32) -> Vec<Text> {
    let Some(facts) = at.resolver.project.loaded(file).map(|loaded| &loaded.facts) else { return Vec::new() };
    match &facts.values[value.index()].value {
        Value::Text(text) => vec![Text { text: text.to_string(), file, steps: Vec::new() }],
        Value::Texts(all) => all.iter().map(|text| Text { text: text.to_string(), file, steps: Vec::new() }).collect(),
        Value::AnyOf(options) if depth < 3 => {
            options.iter().flat_map(|&option| texts(at, file, option, depth + 1)).collect()
        }
        Value::Name { .. } | Value::Member { .. } if depth < 3 => {
            let meanings = at.resolver.value(file, value);
            meanings.iter().flat_map(|denotation| of_constant(at, denotation, depth)).collect()
        }
        _ => Vec::new(),
    }
}

/// The texts of the binding at which a chain ends.
fn of_constant(at: &At<'_, '_, '_>, denotation: &Denotation, depth: u32) -> Vec<Text> {
    let Some(&Step::Bound { file, binding }) = denotation.steps.iter().last() else { return Vec::new() };
    let Some(facts) = at.resolver.project.loaded(file).map(|loaded| &loaded.facts) else { return Vec::new() };
    let literal = |value: &ValueId| {
        matches!(facts.values[value.index()].value, Value::Text(_) | Value::AnyOf(_)).then_some(*value)
    };
    let value = match &facts.bindings[binding.index()].target {
        Target::Value(value) => literal(value),
        Target::Definition(id) => facts.definitions[id.index()].returns.first().and_then(literal),
        _ => None,
    };
    let found = value.map(|value| texts(at, file, value, depth + 1)).unwrap_or_default();
    let steps = || denotation.steps.iter().copied();
    found.into_iter().map(|text| Text { steps: steps().chain(text.steps).collect(), ..text }).collect()
}

/// Hits for the listed variables that a value names.
fn variables(at: &At<'_, '_, '_>, rules: &[(RuleIndex, &Rule)], spot: Spot, key: ValueId) -> Vec<Hit> {
    let named = texts(at, at.file, key, 0);
    let several = named.len() > 1;
    let mut hits: Vec<Hit> = Vec::new();
    for (index, rule) in rules {
        let listed = named.iter().find(|it| is_listed(at, rule, &it.text, it.file));
        let Some(found) = listed else { continue };
        let elsewhere = found.steps.iter().any(|step| matches!(step, Step::Bound { file, .. } if *file != at.file));
        hits.push(Hit {
            rule: *index,
            spot,
            symbol: found.text.clone(),
            written: at.value_span(key),
            form: match found.steps.is_empty() {
                true => Form::Direct,
                false if elsewhere => Form::ReExport,
                false => Form::Alias,
            },
            confidence: if several { Confidence::Medium } else { Confidence::High },
            steps: found.steps.clone(),
        });
    }
    hits
}

/// Whether a rule lists a variable. The text in which it is named must have the part that the files are searched for.
fn is_listed(at: &At<'_, '_, '_>, rule: &Rule, name: &str, file: FileId) -> bool {
    let Some(loaded) = at.resolver.project.loaded(file) else { return false };
    let holds = |part: &str| {
        loaded.text.contains(part) || loaded.text.to_ascii_uppercase().contains(&part.to_ascii_uppercase())
    };
    rule.parameters.env.iter().any(|pattern| wildcard_matches(pattern, name) && holds(literal_part(pattern)))
}

/// Hits for a literal that begins like a URL.
fn urls(at: &At<'_, '_, '_>, rules: &[(RuleIndex, &Rule)], spot: Spot, value: ValueId) -> Vec<Hit> {
    let Value::Text(text) = &at.loaded.facts.values[value.index()].value else { return Vec::new() };
    let Some((scheme, _)) = text.split_once("://") else { return Vec::new() };
    let head = format!("{}://", scheme.to_lowercase());
    let written = spot.span.of(&at.loaded.text);
    // Only the scheme is shown: what follows may hold a password.
    let Some(start) = written.to_lowercase().find(&head) else { return Vec::new() };
    let offset = |at: usize| spot.span.start + u32::try_from(at).unwrap_or(0);
    let shown = Span::new(offset(start), offset(start + head.len()));
    let lists = |rule: &Rule| rule.parameters.schemes.iter().any(|it| it.eq_ignore_ascii_case(scheme));
    let breaks = rules.iter().filter(|(_, rule)| lists(rule));
    breaks
        .map(|(index, _)| Hit {
            rule: *index,
            spot,
            symbol: head.clone(),
            written: shown,
            form: Form::Direct,
            confidence: Confidence::High,
            steps: Vec::new(),
        })
        .collect()
}

/// The names of constants that are listed variables, for other files to read them by.
pub(super) fn derived(at: &At<'_, '_, '_>, interesting: &mut dyn FnMut(ValueId) -> bool) -> Vec<Name> {
    let rules = rules_of(at.rules.set, at.language);
    let facts = &at.loaded.facts;
    if rules.is_empty() {
        return Vec::new();
    }
    let mut names = Vec::new();
    for (id, binding) in (0u32..).map(BindingId).zip(&facts.bindings) {
        if !matches!(facts.scopes[binding.scope.index()].kind, ScopeKind::Module | ScopeKind::Class) {
            continue;
        }
        let literal = |value: ValueId| matches!(facts.values[value.index()].value, Value::Text(_) | Value::AnyOf(_));
        let found = match binding.target {
            Target::Value(value) if literal(value) => texts(at, at.file, value, 0),
            Target::Value(value) if interesting(value) => {
                let meanings = at.resolver.binding(at.file, id);
                meanings.iter().flat_map(|denotation| of_constant(at, denotation, 0)).collect()
            }
            Target::Definition(definition) => constant(at, definition),
            _ => Vec::new(),
        };
        let listed = |text: &Text| rules.iter().any(|(_, rule)| is_listed(at, rule, &text.text, text.file));
        if found.iter().any(listed) {
            names.push(binding.name.clone());
        }
    }
    names
}

fn constant(at: &At<'_, '_, '_>, id: DefinitionId) -> Vec<Text> {
    let definition = &at.loaded.facts.definitions[id.index()];
    match (definition.kind, definition.returns.first()) {
        (crate::facts::DefinitionKind::Constant, Some(&value)) => texts(at, at.file, value, 0),
        _ => Vec::new(),
    }
}

/// The item of a class of the file.
fn item(at: &At<'_, '_, '_>, definition: DefinitionId) -> ItemRef {
    ItemRef { file: at.file, definition }
}
