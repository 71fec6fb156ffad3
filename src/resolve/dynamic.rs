//! Dynamic imports: modules that calls name by strings, and callables to which others are bound.

use crate::facts::{Anchor, Argument, Name, Value, ValueId};
use crate::lang::Importer;
use crate::source::FileId;

use super::{Denotation, Entity, Resolver};

/// The module that a dynamic import names and the value that the call gives.
#[derive(Debug, Default)]
pub struct DynamicImport {
    /// The module named by the string.
    pub named: Vec<Denotation>,
    /// The value that the call returns.
    pub result: Vec<Denotation>,
    /// The name is not a literal.
    pub computed: bool,
}

impl Resolver<'_, '_> {
    /// Returns the way in which a function imports a module named by a string, if it imports one.
    #[must_use]
    pub fn importer(&self, file: FileId, callee: &Denotation) -> Option<Importer> {
        let path = callee.external_path()?;
        let importers = self.policy(file).importers;
        importers.iter().find(|(name, _)| path.iter().eq(name.iter())).map(|&(_, importer)| importer)
    }

    /// Returns whether a function binds arguments to the callable that is its first argument.
    #[must_use]
    pub fn is_partial(&self, file: FileId, callee: &Denotation) -> bool {
        let Some(path) = callee.external_path() else { return false };
        self.policy(file).partials.iter().any(|name| path.iter().eq(name.iter()))
    }

    /// Returns the module that a dynamic import names and the value that the call gives.
    #[must_use]
    pub fn imported(&self, file: FileId, call: ValueId, importer: Importer, arguments: &[Argument]) -> DynamicImport {
        let Some(facts) = self.facts(file) else { return DynamicImport::default() };
        let scope = facts.values[call.index()].scope;
        let text = |at: usize, keyword: &str| {
            let named = arguments.iter().find(|argument| argument.keyword.as_deref() == Some(keyword));
            let positional = arguments.get(at).filter(|argument| argument.keyword.is_none());
            match facts.values[named.or(positional)?.value.index()].value {
                Value::Text(text) => Some(facts.text(text)),
                _ => None,
            }
        };
        let Some(name) = text(0, "name") else {
            return DynamicImport { computed: !arguments.is_empty(), ..DynamicImport::default() };
        };
        match importer {
            Importer::Named => {
                let package = match text(1, "package") {
                    Some(package) => segments(package),
                    None => Vec::new(),
                };
                let path = absolute(name, &package);
                let anchor = if path.is_none() { relative(name) } else { None };
                let named = match (path, anchor) {
                    (Some(path), _) => self.module(file, scope, Anchor::Absolute, &path),
                    (None, Some((level, path))) => self.module(file, scope, Anchor::Package(level), &path),
                    (None, None) => Vec::new(),
                };
                DynamicImport { result: named.clone(), named, computed: false }
            }
            Importer::Builtin => {
                let path = segments(name);
                let list = arguments.iter().enumerate().find(|(at, argument)| match &argument.keyword {
                    Some(keyword) => keyword == "fromlist",
                    None => *at == 3,
                });
                let module = self.module(file, scope, Anchor::Absolute, &path);
                let Some((_, list)) = list else {
                    let top = self.module(file, scope, Anchor::Absolute, &path[..1]);
                    return DynamicImport { named: module, result: top, computed: false };
                };
                let names: Vec<Name> = match &facts.values[list.value.index()].value {
                    Value::Texts(first, count) => facts.texts(*first, *count).map(Name::from).collect(),
                    _ => Vec::new(),
                };
                let members = names.iter().flat_map(|name| module.iter().filter_map(|m| self.listed(m, name)));
                DynamicImport {
                    named: module.iter().cloned().chain(members).collect(),
                    result: module,
                    computed: false,
                }
            }
        }
    }

    /// The module or name outside the tree that a `fromlist` entry names; other names of modules are no modules.
    fn listed(&self, module: &Denotation, name: &Name) -> Option<Denotation> {
        match module.entity {
            Entity::External => self.member(module, name).into_iter().next(),
            _ => self.imported_submodule(module, name).map(Denotation::module),
        }
    }
}

fn segments(dotted: &str) -> Vec<Name> {
    dotted.split('.').map(Name::from).collect()
}

/// The absolute path that a name means inside a package; none if it is relative and the package is not known.
fn absolute(name: &str, package: &[Name]) -> Option<Vec<Name>> {
    let Some((level, path)) = relative(name) else { return Some(segments(name)) };
    let keep = package.len().checked_sub(level as usize - 1).filter(|_| !package.is_empty())?;
    Some(package[..keep].iter().cloned().chain(path).collect())
}

/// The leading dots of a relative name and the rest; none if it is absolute.
fn relative(name: &str) -> Option<(u32, Vec<Name>)> {
    let rest = name.trim_start_matches('.');
    let level = u32::try_from(name.len() - rest.len()).unwrap_or(u32::MAX);
    (level > 0).then(|| (level, if rest.is_empty() { Vec::new() } else { segments(rest) }))
}
