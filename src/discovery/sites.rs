//! Sites: what one file builds of libraries outside the tree, and how.
//!
//! In: the facts of one file. Out: [`FileSites`]: the libraries that it imports, the calls of their types and functions with
//! what speaks for a client (arguments that name a resource, a life cycle, being kept), environment variables, URL schemes.
//! Names are followed inside the file alone; what the tree re-exports is left to the analysis.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use crate::facts::{Anchor, FileFacts, How, Name, SiteKind, Target, Value, ValueId};
use crate::lang::{self, Layouts, Unbound};
use crate::resolve::is_class_like;
use crate::tree::TreeFile;

/// Says what one file builds and reads.
#[derive(Debug, Clone, Default)]
pub struct FileSites {
    /// First names of libraries that it imports.
    pub imported: BTreeSet<Name>,
    /// Says what it calls of libraries, by path.
    pub built: BTreeMap<Vec<Name>, Built>,
    /// Names of environment variables that it reads.
    pub variables: BTreeSet<String>,
    /// Schemes of URLs in it.
    pub schemes: BTreeSet<String>,
}

/// Says how a file builds something of a library.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Built {
    /// Words of its arguments that name a resource.
    pub resources: BTreeSet<String>,
    /// Methods called on it that begin or end something.
    pub life: BTreeSet<String>,
    /// It is bound in a module, kept in an attribute, or given away by a function.
    pub held: bool,
}

/// Words in the names of arguments that name a resource.
const RESOURCES: &[&str] = &[
    "url",
    "uri",
    "dsn",
    "host",
    "hosts",
    "hostname",
    "port",
    "endpoint",
    "token",
    "apikey",
    "secret",
    "password",
    "credentials",
    "credential",
    "region",
    "pool",
    "broker",
    "brokers",
    "bootstrap",
    "servers",
    "connection",
];

/// Methods that begin or end something.
const LIFE: &[&str] = &[
    "connect",
    "aconnect",
    "close",
    "aclose",
    "dispose",
    "disconnect",
    "shutdown",
    "commit",
    "rollback",
    "quit",
    "ping",
];

/// Ends of the names of types that hold no resource, whatever they are built with.
const VALUES: &[&str] =
    &["Error", "Exception", "Response", "Request", "Field", "Header", "Url", "URL", "Path", "Warning"];

/// Follows names inside a file no further than this.
const MOST_HOPS: usize = 16;

/// Reads the sites of one file.
#[must_use]
pub fn read(layouts: &Layouts, file: &TreeFile, facts: &FileFacts) -> FileSites {
    let reader = SiteReader { layouts, file, facts, kept: kept(facts) };
    let mut found = FileSites::default();
    for site in facts.sites.iter().filter(|site| !site.type_checking && !facts.scopes[site.scope.index()].test) {
        match &site.kind {
            SiteKind::Import { named, .. } => {
                let roots = facts
                    .choices
                    .get(*named)
                    .iter()
                    .filter_map(|&value| reader.path(value, 0))
                    .filter_map(|path| path.into_iter().next());
                found.imported.extend(roots);
            }
            SiteKind::Call(call) => reader.call(*call, &mut found),
            SiteKind::Key { object, key } if reader.is_environment(*object) => {
                found.variables.extend(reader.text(*key));
            }
            SiteKind::Url(value) => {
                let scheme = reader.text(*value).and_then(|text| Some(text.split_once("://")?.0.to_ascii_lowercase()));
                found.schemes.extend(scheme);
            }
            _ => {}
        }
    }
    found
}

struct SiteReader<'f> {
    layouts: &'f Layouts,
    file: &'f TreeFile,
    facts: &'f FileFacts,
    kept: FxHashSet<ValueId>,
}

impl SiteReader<'_> {
    fn call(&self, call: ValueId, found: &mut FileSites) {
        let Value::Call { callee, arguments } = &self.facts.values[call.index()].value else { return };
        let arguments = self.facts.arguments.get(*arguments);
        if let Some(path) = self.path(*callee, 0) {
            if lang::policy(self.file.language).paths_import {
                found.imported.extend(path.first().cloned());
            }
            let first = arguments.first().and_then(|argument| self.text(argument.value));
            if self.reads_environment(&path) {
                found.variables.extend(first);
                return;
            }
            if !is_client_like(&path) {
                return;
            }
            let resources = arguments.iter().filter_map(|it| self.resource(it.keyword.as_deref(), it.value));
            let built = found.built.entry(path).or_default();
            built.resources.extend(resources);
            built.held |= self.kept.contains(&call);
        } else if let Value::Member { object, name, .. } = &self.facts.values[callee.index()].value
            && LIFE.contains(&name.as_str())
            && let Some(path) = self.origin(*object, 0).filter(|path| is_client_like(path))
        {
            found.built.entry(path).or_default().life.insert(name.to_string());
        }
    }

    /// The path outside the tree that a value names, so far as the file says it.
    fn path(&self, value: ValueId, hops: usize) -> Option<Vec<Name>> {
        if hops > MOST_HOPS {
            return None;
        }
        let outside = |root: &Name| !self.layouts.is_in_tree(self.file, root);
        match &self.facts.values[value.index()].value {
            Value::Module(module) if module.anchor == Anchor::Absolute => {
                module.path.first().is_some_and(outside).then(|| module.path.clone())
            }
            Value::Member { object, name, .. } => {
                let mut path = self.path(*object, hops + 1)?;
                path.push(name.clone());
                Some(path)
            }
            Value::Name { name, reach } if reach.is_empty() => {
                let policy = lang::policy(self.file.language);
                let package = policy.unbound == Unbound::Package && !is_class_like(name) && outside(name);
                package.then(|| vec![name.clone()])
            }
            Value::Name { reach, .. } => reach.bindings(self.facts).iter().find_map(|id| {
                let binding = &self.facts.bindings[id.index()];
                match binding.target {
                    Target::Value(value) if binding.how == How::Import => self.path(value, hops + 1),
                    _ => None,
                }
            }),
            _ => None,
        }
    }

    /// The path of what was called for a value.
    fn origin(&self, value: ValueId, hops: usize) -> Option<Vec<Name>> {
        if hops > MOST_HOPS {
            return None;
        }
        match &self.facts.values[value.index()].value {
            Value::Call { callee, .. } => self.path(*callee, hops + 1),
            Value::AnyOf(options) => {
                self.facts.choices.get(*options).iter().find_map(|&option| self.origin(option, hops + 1))
            }
            Value::Name { reach, .. } => self.bound(reach.bindings(self.facts).into_iter(), hops),
            Value::Member { object, name, .. } => {
                let class = self.receiver(*object, 0)?;
                let attributes = &self.facts.definitions[class].attributes;
                let (_, reach) = attributes.iter().find(|(attribute, _)| attribute == name)?;
                self.bound(reach.bindings(self.facts).into_iter(), hops)
            }
            _ => None,
        }
    }

    fn bound(&self, mut ids: impl Iterator<Item = crate::facts::BindingId>, hops: usize) -> Option<Vec<Name>> {
        ids.find_map(|id| match self.facts.bindings[id.index()].target {
            Target::Value(value) => self.origin(value, hops + 1),
            _ => None,
        })
    }

    /// The class whose instance a value is as the receiver of a method.
    fn receiver(&self, value: ValueId, hops: usize) -> Option<usize> {
        if hops > MOST_HOPS {
            return None;
        }
        match &self.facts.values[value.index()].value {
            Value::Receiver { class, .. } => Some(class.index()),
            Value::Name { reach, .. } => {
                reach.bindings(self.facts).iter().find_map(|id| match self.facts.bindings[id.index()].target {
                    Target::Value(value) => self.receiver(value, hops + 1),
                    _ => None,
                })
            }
            _ => None,
        }
    }

    /// The word that makes an argument one that names a resource.
    fn resource(&self, keyword: Option<&str>, value: ValueId) -> Option<String> {
        let value = &self.facts.values[value.index()].value;
        let written = match value {
            Value::Text(text) if self.facts.texts.get(*text).contains("://") => return Some("url".to_owned()),
            Value::Name { name, .. } | Value::Member { name, .. } => Some(name.as_str()),
            _ => None,
        };
        keyword.into_iter().chain(written).find_map(word_of_resource)
    }

    fn text(&self, value: ValueId) -> Option<String> {
        match &self.facts.values[value.index()].value {
            Value::Text(text) => Some(self.facts.texts.get(*text).to_owned()),
            _ => None,
        }
    }

    fn is_environment(&self, object: ValueId) -> bool {
        let mappings = lang::policy(self.file.language).environment.mappings;
        self.path(object, 0).is_some_and(|path| mappings.iter().any(|mapping| path.iter().eq(mapping.iter())))
    }

    fn reads_environment(&self, path: &[Name]) -> bool {
        let environment = &lang::policy(self.file.language).environment;
        let by_method = path.split_last().is_some_and(|(last, object)| {
            environment.lookups.contains(&last.as_str())
                && environment.mappings.iter().any(|mapping| object.iter().eq(mapping.iter()))
        });
        by_method || environment.readers.iter().any(|reader| path.iter().eq(reader.iter()))
    }
}

/// The word of a name that names a resource: `redis_url` and `REDIS_URL` have `url`.
fn word_of_resource(name: &str) -> Option<String> {
    let name = name.to_ascii_lowercase();
    let joined = name.replace("api_key", "apikey").replace("access_key", "secret");
    joined.split('_').find(|word| RESOURCES.contains(word)).map(str::to_owned)
}

/// Returns true if a path is spelled like what makes a client: a type or one of its constructors, or a function that
/// connects.
fn is_client_like(path: &[Name]) -> bool {
    let Some(last) = path.last().filter(|_| path.len() > 1) else { return false };
    if VALUES.iter().any(|end| last.ends_with(end)) {
        return false;
    }
    let of_type = path.len() > 2 && is_class_like(&path[path.len() - 2]);
    let begins = |words: &[&str]| words.iter().any(|word| last.split('_').next() == Some(*word));
    is_class_like(last) && last.chars().any(char::is_lowercase)
        || of_type && begins(&["new", "from", "open", "connect", "create", "builder"])
        || !is_class_like(last) && (begins(&["connect", "create", "client", "from"]) || last == "get_client")
}

/// The values that outlive the statement in which they are made.
fn kept(facts: &FileFacts) -> FxHashSet<ValueId> {
    let in_module = facts.scopes.first().into_iter().flat_map(|scope| scope.members.iter().map(|(_, reach)| reach));
    let in_classes = facts.definitions.iter().flat_map(|it| it.attributes.iter().map(|(_, reach)| reach));
    let bound = in_module.chain(in_classes).flat_map(|reach| reach.bindings(facts));
    let bound = bound.filter_map(|id| match facts.bindings[id.index()].target {
        Target::Value(value) => Some(value),
        _ => None,
    });
    let given = facts.definitions.iter().flat_map(|it| it.returns.iter().copied());
    let filled = facts.definitions.iter().flat_map(|it| it.filled.iter().map(|(_, value)| *value));
    let yielded = facts.yields.iter().map(|(_, value)| *value);
    let mut kept = FxHashSet::default();
    let mut open: Vec<ValueId> = bound.chain(given).chain(filled).chain(yielded).collect();
    while let Some(value) = open.pop() {
        if !kept.insert(value) {
            continue;
        }
        match &facts.values[value.index()].value {
            Value::AnyOf(options) => open.extend(facts.choices.get(*options)),
            Value::Name { reach, .. } => {
                open.extend(reach.bindings(facts).iter().filter_map(|id| match facts.bindings[id.index()].target {
                    Target::Value(value) => Some(value),
                    _ => None,
                }))
            }
            _ => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_names_name_resources() {
        for (name, word) in [
            ("redis_url", Some("url")),
            ("API_KEY", Some("apikey")),
            ("title", None),
            ("bootstrap_servers", Some("bootstrap")),
        ] {
            assert_eq!(word_of_resource(name).as_deref(), word, "{name}");
        }
    }

    #[test]
    fn types_and_functions_that_connect_are_like_clients() {
        let like = |path: &str| is_client_like(&path.split('.').map(Name::from).collect::<Vec<_>>());
        for path in ["openai.OpenAI", "clickhouse.Client.open", "sqlalchemy.create_engine", "pg.connect"] {
            assert!(like(path), "{path}");
        }
        for path in ["fastapi.HTTPException", "fastapi.responses.JSONResponse", "Client", "numpy.array", "json.dumps"] {
            assert!(!like(path), "{path}");
        }
    }
}
