//! Importers: which other files take a name from a file, by whatever way a text can show.
//!
//! In: a file and a name. Out: the places. A file that only might take it counts: nobody may lose a name.

use super::script::Script;
use super::scripts::Scripts;
use crate::facts::Name;
use crate::lang::{Located, ModuleRef};
use crate::source::FileId;

/// A place in another file that takes a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TakenBy {
    pub file: FileId,
    pub at: u32,
    /// The name under which the file knows it, where an import binds it.
    pub bound: Option<Name>,
    pub how: &'static str,
}

impl Scripts<'_> {
    /// Returns the places in other files that take a name from a file, in path order.
    pub fn takers(&self, file: FileId, name: &Name) -> Vec<TakenBy> {
        let module = Self::own_module(file);
        let last: Vec<Name> = self.around.names(module).iter().filter_map(|path| path.last().cloned()).collect();
        let mut files = self.around.files_with(name);
        for last in &last {
            files.extend(self.around.files_with(last).into_iter().filter(|it| self.takes_all(*it, module)));
        }
        files.sort();
        files.dedup();
        let mut found = Vec::new();
        for other in files.into_iter().filter(|it| *it != file) {
            match self.script(other) {
                Some(script) => found.extend(self.taken_in(&script, module, &last, name)),
                None => {
                    let text = self.around.text(other).unwrap_or_default();
                    if last.iter().any(|last| text.contains(last.as_str())) {
                        found.push(TakenBy {
                            file: other,
                            at: 0,
                            bound: None,
                            how: "may take it, and cannot be parsed",
                        });
                    }
                }
            }
        }
        found
    }

    fn takes_all(&self, file: FileId, module: ModuleRef) -> bool {
        let Some(script) = self.script(file) else { return false };
        let star = |import: &&super::script::ImportStatement| import.names.iter().any(|name| name.star);
        script
            .imports
            .iter()
            .filter(star)
            .any(|it| self.module_of(&script, it, &it.names[0]) == Located::Module(module))
    }

    fn taken_in(&self, script: &Script, module: ModuleRef, last: &[Name], name: &Name) -> Option<TakenBy> {
        let taken = |at: u32, bound: Option<Name>, how| TakenBy { file: script.file, at, bound, how };
        let mut holds_module = false;
        for import in &script.imports {
            let at = import.range.start().to_u32();
            for imported in &import.names {
                let named = self.module_of(script, import, imported);
                let is_module = match &import.from {
                    Some(_) if named == Located::Module(module) => {
                        if imported.star && self.exports(module, name) {
                            return Some(taken(at, None, "takes all names by `*`"));
                        }
                        if imported.path.first() == Some(name) {
                            return Some(taken(at, Some(imported.bound(true).clone()), "imports it from here"));
                        }
                        false
                    }
                    // The module itself, by way of its package.
                    Some(_) => match named {
                        Located::Module(package) => {
                            imported.path.first().is_some_and(|it| self.around.child(package, it) == Some(module))
                        }
                        _ => false,
                    },
                    None => named == Located::Module(module),
                };
                holds_module |= is_module;
            }
        }
        let member = script.uses.iter().find(|it| it.members.iter().any(|(member, _)| member == name));
        if let Some(at) = member.filter(|_| holds_module) {
            return Some(taken(at.range.start().to_u32(), None, "reads it from the module"));
        }
        let ends = |text: &str, last: &Name| {
            let tail = format!("{last}.{name}");
            text.find(&tail).is_some_and(|at| {
                let next = text[at + tail.len()..].chars().next();
                !next.is_some_and(|c| c.is_alphanumeric() || c == '_')
            })
        };
        let literal = script.literals.iter().find(|it| !it.docstring && last.iter().any(|last| ends(&it.value, last)));
        let literal = literal.map(|it| taken(it.range.start().to_u32(), None, "names it in a string"));
        let quoted = || script.literals.iter().find(|it| !it.docstring && it.value == name.as_str());
        literal.or_else(|| {
            let at = quoted().filter(|_| holds_module)?;
            Some(taken(at.range.start().to_u32(), None, "names it in a string"))
        })
    }
}
