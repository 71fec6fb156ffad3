//! Kind `configure`: environment variables and URLs that are read or written past the owners of a source.
//!
//! In: one file, the resolver and the rules. Out: a hit for each expression that reads a listed variable or is a URL
//! literal of a listed scheme, and for each field of a settings class that is filled from one. What a language's ways
//! of reading are is in its [`Environment`]; a variable may be named by a constant, also of another file.

use crate::facts::{Argument, BindingId, DefinitionId, Name, ScopeKind, SiteKind, Target, Value, ValueId};
use crate::lang::Environment;
use crate::lang::text::is_whole_word;
use crate::resolve::{Denotation, Entity, ItemRef, Step};
use crate::rule::kind::COMPUTED;
use crate::rule::pattern::wildcard_matches;
use crate::rule::{Rule, RuleIndex, RuleKind};
use crate::source::{FileId, Language, Span};
use crate::violation::{Confidence, Form};

use super::{At, Hit, Spot};

pub mod settings;

/// The rules of this kind that apply to a file.
struct Listing<'r> {
    all: Vec<(RuleIndex, &'r Rule)>,
    /// A word of reading stands in the file: the rules that list any variable speak of such files.
    any: bool,
}

impl<'r> Listing<'r> {
    fn new(at: &At<'r, '_, '_>) -> Self {
        let all: Vec<_> = at.rules_of_kind(RuleKind::Configure).collect();
        let lists_any = all.iter().any(|(_, rule)| listed(&rule.parameters.env).any(is_any));
        Self { any: lists_any && shows_reading(at.language, &at.loaded.text), all }
    }

    /// Returns whether a rule lists a variable that some file names. The text in which it is named must have the part
    /// for which the files are searched.
    fn lists(&self, at: &At<'_, '_, '_>, rule: &Rule, name: &str, file: FileId) -> bool {
        let Some(loaded) = at.resolver.loaded(file) else { return false };
        let holds = |part: &str| {
            loaded.text.contains(part) || loaded.text.to_ascii_uppercase().contains(&part.to_ascii_uppercase())
        };
        let names = |pattern: &str| match is_any(pattern) {
            true => self.any && is_variable(name),
            false => wildcard_matches(pattern, name) && holds(literal_part(pattern)),
        };
        listed(&rule.parameters.env).any(names) && !is_left_out(&rule.parameters.env, name)
    }
}

/// Returns whether one of the words stands in a text for which files are searched when a rule lists any variable.
#[must_use]
pub fn shows_reading(language: Language, text: &str) -> bool {
    let words = crate::lang::policy(language).environment.words;
    words.iter().any(|word| {
        memchr::memmem::find_iter(text.as_bytes(), word).any(|at| is_whole_word(text.as_bytes(), at, at + word.len()))
    })
}

/// The longest part of a pattern without `*`: a text that names what the pattern matches has it.
#[must_use]
pub fn literal_part(pattern: &str) -> &str {
    pattern.split('*').max_by_key(|part| part.len()).unwrap_or_default()
}

/// The patterns of variables that count, without those that take variables out again.
pub fn listed(patterns: &[String]) -> impl Iterator<Item = &str> {
    patterns.iter().map(String::as_str).filter(|pattern| !pattern.starts_with('!'))
}

/// Returns whether a pattern with `!` takes a variable out.
fn is_left_out(patterns: &[String], name: &str) -> bool {
    patterns.iter().filter_map(|pattern| pattern.strip_prefix('!')).any(|pattern| wildcard_matches(pattern, name))
}

/// A pattern of any variable: of nothing but `*`. It speaks of the files in which a word of reading stands.
#[must_use]
pub fn is_any(pattern: &str) -> bool {
    literal_part(pattern).is_empty()
}

/// Looks at every expression of the file.
pub(super) fn reads(at: &mut At<'_, '_, '_>) {
    let rules = Listing::new(at);
    if rules.all.is_empty() {
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
                let facts = &at.loaded.facts;
                let Value::Call { callee, arguments } = facts.values[call.index()].value else { continue };
                let arguments = facts.arguments.get(arguments);
                hits.extend(called(at, &rules, environment, spot, callee, arguments));
                hits.extend(options(at, &rules, environment, spot, callee, arguments));
            }
            SiteKind::Url(text) => hits.extend(urls(at, &rules.all, spot, *text)),
            _ => {}
        }
    }
    hits.extend(settings::fields(at, &rules.all, environment));
    at.found.hits.extend(hits);
}

/// Hits for a call, if it reads a variable. An argument that is no text may be missing among the facts.
fn called(
    at: &At<'_, '_, '_>,
    rules: &Listing<'_>,
    environment: &Environment,
    spot: Spot,
    callee: ValueId,
    arguments: &[Argument],
) -> Vec<Hit> {
    let mut found = match key_of(arguments) {
        Some(key) => variables(at, rules, spot, key),
        None if arguments.is_empty() => computed(rules, spot),
        None => Vec::new(),
    };
    if found.is_empty() {
        return found;
    }
    match reader(at, environment, spot, callee) {
        Some(Reader::Plain) => {}
        Some(Reader::Handle) => found.retain(|hit| hit.symbol != COMPUTED),
        None => found.clear(),
    }
    found
}

/// Hits for a call that declares an option of a command line with the variables that fill it.
fn options(
    at: &At<'_, '_, '_>,
    rules: &Listing<'_>,
    environment: &Environment,
    spot: Spot,
    callee: ValueId,
    arguments: &[Argument],
) -> Vec<Hit> {
    let named = arguments.iter().find(|it| it.keyword.as_deref() == Some("envvar"));
    let Some(argument) = named.filter(|_| !environment.options.is_empty()) else { return Vec::new() };
    let declares = |denotation: &Denotation| {
        let path = denotation.external_path();
        path.and_then(|path| path.first()).is_some_and(|root| environment.options.contains(&root.as_str()))
    };
    match at.resolver.value(at.file, callee).iter().any(declares) {
        true => variables(at, rules, spot, argument.value),
        false => Vec::new(),
    }
}

/// The argument that names a variable.
fn key_of(arguments: &[Argument]) -> Option<ValueId> {
    const KEYWORDS: [&str; 5] = ["key", "name", "option", "var", "varname"];
    let named = |it: &&Argument| it.keyword.as_deref().is_some_and(|keyword| KEYWORDS.contains(&keyword));
    let first = arguments.first().filter(|it| it.keyword.is_none());
    first.or_else(|| arguments.iter().find(named)).map(|argument| argument.value)
}

/// Returns whether a value is one of the things outside the tree with these paths.
fn denotes(at: &At<'_, '_, '_>, value: ValueId, paths: &[&[&str]]) -> bool {
    at.resolver.value(at.file, value).iter().any(|denotation| is_one_of(denotation, paths, 0))
}

/// Returns whether a denotation outside the tree has one of these paths, followed by the given number of members.
fn is_one_of(denotation: &Denotation, paths: &[&[&str]], members: usize) -> bool {
    let Some(path) = denotation.external_path() else { return false };
    let Some(length) = path.len().checked_sub(members) else { return false };
    paths.iter().any(|known| path[..length].iter().eq(known.iter()))
}

/// A kind of thing that reads a variable.
enum Reader {
    /// A function or mapping of which every first argument names a variable.
    Plain,
    /// An object that has other methods too.
    Handle,
}

/// Returns the kind of reader that a callee is, if a call of it reads the variable that its first argument names.
fn reader(at: &At<'_, '_, '_>, environment: &Environment, spot: Spot, callee: ValueId) -> Option<Reader> {
    let dropped = is_dropped(&at.loaded.text, spot);
    at.resolver.value(at.file, callee).iter().find_map(|denotation| {
        let last = denotation.external_path().and_then(|path| path.last());
        let looks_up = last.is_some_and(|name| {
            environment.lookups.contains(&name.as_str()) && !(dropped && environment.changes.contains(&name.as_str()))
        });
        let handle = match &denotation.entity {
            Entity::Instance(class) => is_one_of(class, environment.handles, 0),
            _ => is_one_of(denotation, environment.handles, 1),
        };
        let plain =
            is_one_of(denotation, environment.readers, 0) || looks_up && is_one_of(denotation, environment.mappings, 1);
        if plain { Some(Reader::Plain) } else { handle.then_some(Reader::Handle) }
    })
}

/// Returns true if a place is all that its statement evaluates.
fn is_dropped(text: &str, spot: Spot) -> bool {
    let around = |from: u32, to: u32, brackets: [char; 2]| {
        let part = text.get(from as usize..to as usize);
        part.is_some_and(|part| part.chars().all(|c| c.is_whitespace() || brackets.contains(&c)))
    };
    around(spot.statement.start, spot.span.start, ['(', '(']) && around(spot.span.end, spot.statement.end, [')', ';'])
}

/// A text that a value is, the file in which it is written, and the steps to there.
struct Text {
    text: String,
    file: FileId,
    steps: Vec<Step>,
}

/// The texts that a value can be: literals, and constants that name one.
fn texts(at: &At<'_, '_, '_>, file: FileId, value: ValueId, depth: u32) -> Vec<Text> {
    let Some(facts) = at.resolver.loaded(file).map(|loaded| &loaded.facts) else { return Vec::new() };
    match &facts.values[value.index()].value {
        Value::Text(text) => vec![Text { text: facts.text(*text).to_owned(), file, steps: Vec::new() }],
        Value::Texts(first, count) => {
            let texts = facts.texts(*first, *count);
            texts.map(|text| Text { text: text.to_owned(), file, steps: Vec::new() }).collect()
        }
        Value::AnyOf(options) if depth < 3 => {
            facts.choices.get(*options).iter().flat_map(|&option| texts(at, file, option, depth + 1)).collect()
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
    let Some(facts) = at.resolver.loaded(file).map(|loaded| &loaded.facts) else { return Vec::new() };
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

/// Hits for the listed variables that a value names; for rules that list any variable also if it names none.
fn variables(at: &At<'_, '_, '_>, rules: &Listing<'_>, spot: Spot, key: ValueId) -> Vec<Hit> {
    let named = texts(at, at.file, key, 0);
    let several = named.len() > 1;
    let mut hits: Vec<Hit> = Vec::new();
    if named.is_empty() {
        return computed(rules, spot);
    }
    for &(index, rule) in &rules.all {
        let Some(found) = named.iter().find(|it| rules.lists(at, rule, &it.text, it.file)) else { continue };
        let elsewhere = found.steps.iter().any(|step| matches!(step, Step::Bound { file, .. } if *file != at.file));
        hits.push(Hit {
            rule: index,
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

/// Returns whether a text can be the name of a variable; a handle's methods take other texts too.
fn is_variable(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Hits for the rules that list any variable.
fn computed(rules: &Listing<'_>, spot: Spot) -> Vec<Hit> {
    let lists_any = |rule: &Rule| rules.any && listed(&rule.parameters.env).any(is_any);
    let breaks = rules.all.iter().filter(|(_, rule)| lists_any(rule));
    let hit = |&(rule, _): &(RuleIndex, &Rule)| Hit {
        rule,
        spot,
        symbol: COMPUTED.to_owned(),
        written: spot.span,
        form: Form::Direct,
        confidence: Confidence::High,
        steps: Vec::new(),
    };
    breaks.map(hit).collect()
}

/// Hits for a literal that begins like a URL.
fn urls(at: &At<'_, '_, '_>, rules: &[(RuleIndex, &Rule)], spot: Spot, value: ValueId) -> Vec<Hit> {
    let facts = &at.loaded.facts;
    let Value::Text(text) = facts.values[value.index()].value else { return Vec::new() };
    let Some((scheme, _)) = facts.text(text).split_once("://") else { return Vec::new() };
    let head = format!("{}://", scheme.to_lowercase());
    let written = spot.span.of(&at.loaded.text);
    // Only the scheme is shown: what follows may hold a password.
    let written = written.to_lowercase();
    // Of one that is put together of several literals, the scheme stands in the first.
    let Some((start, length)) = [head.as_str(), &head[..scheme.len()]]
        .into_iter()
        .find_map(|part| written.find(part).map(|start| (start, part.len())))
    else {
        return Vec::new();
    };
    let offset = |at: usize| spot.span.start + u32::try_from(at).unwrap_or(0);
    let shown = Span::new(offset(start), offset(start + length));
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
    // Files that read any variable are found by their own words.
    let rules = Listing { any: false, ..Listing::new(at) };
    let facts = &at.loaded.facts;
    if rules.all.is_empty() {
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
        let listed = |text: &Text| rules.all.iter().any(|(_, rule)| rules.lists(at, rule, &text.text, text.file));
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
