//! From what a file says to the files it imports.
//!
//! In: the imports or the facts of one file, and the layouts. Out: a [`ImportNode`] whose lists are neither sorted nor free of
//! duplicates. An import runs the packages on its way too, where there are such, and so does a module those that it is in; a path leads to the module that it names,
//! whether an import or the code itself writes it. Declaring a module (`mod x;`) is no import.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::{Anchor, DefinitionKind, FileFacts, Name, ScopeId, ScopeKind, Target, Value, ValueId};
use crate::lang::{
    EntryPoint, EntryPointKind, FileImports, Import, ImportTime, Layouts, ModuleRef, Unbound, front_end, policy,
};
use crate::source::{FileId, LineIndex};
use crate::tree::TreeFile;

use super::graph::{Edge, ImportNode};

/// The node of a file of which imports and entry points are known.
pub(super) fn of_imports(layouts: &Layouts, file: &TreeFile, found: FileImports) -> ImportNode {
    let mut node = ImportNode { entries: found.entries, ..ImportNode::default() };
    let (layout, separator) = (layouts.of(file.language), file.language.separator());
    let own = ModuleRef::File { file: file.id, scope: ScopeId::MODULE };
    let length = layout.names(own).first().map_or(0, Vec::len);
    let around = layout.packages_on_the_way(own, length).into_iter();
    node.imports.extend(around.map(|to| Edge { to, time: ImportTime::Load, line: 0 }));
    for Import { anchor, path, members, line, time } in &found.imports {
        let (line, time) = (*line, *time);
        let (module, outside) = layout.locate(own, *anchor, path).meanings();
        if let Some(module) = module {
            node.imports.extend(file_of(module).map(|to| Edge { to, time, line }));
            let packages = layout.packages_on_the_way(module, path.len());
            node.imports.extend(packages.into_iter().map(|to| Edge { to, time, line }));
            for member in members {
                let child = if member == "*" { None } else { layout.child(module, member) };
                node.imports.extend(child.and_then(file_of).map(|to| Edge { to, time, line }));
            }
        }
        if let Some(path) = outside {
            let name = path.join(separator);
            let of = |member: &Name| match member.as_str() {
                "*" => name.clone(),
                _ => format!("{name}{separator}{member}"),
            };
            node.outside.extend(members.iter().map(|member| (of(member).into_boxed_str(), line)));
            if members.is_empty() {
                node.outside.push((name.into_boxed_str(), line));
            }
        }
    }
    node
}

/// The node of a file of which the facts are known.
pub(super) fn of_facts(layouts: &Layouts, file: &TreeFile, text: &str, facts: &FileFacts) -> ImportNode {
    let mut linker = Linker { layouts, file, facts, known: FxHashMap::default() };
    let lines = LineIndex::default();
    let mut node = ImportNode::default();
    let passed = linker.passed_through();
    for (index, value) in (0u32..).zip(&facts.values) {
        let declared =
            facts.modules.iter().any(|it| it.span.start <= value.span.start && value.span.end <= it.span.end);
        if declared || passed.contains(&ValueId(index)) {
            continue;
        }
        let line = || lines.position(text, value.span.start).line;
        match linker.meaning(ValueId(index)) {
            ModuleMeaning::Module(ModuleRef::File { file: to, .. }) if to != file.id => {
                node.imports.push(Edge { to, time: time_of(facts, value.scope), line: line() });
            }
            ModuleMeaning::Outside(path) if !path.is_empty() => {
                node.outside.push((path.join(file.language.separator()).into_boxed_str(), line()));
            }
            _ => {}
        }
    }
    let mains = facts
        .definitions
        .iter()
        .filter(|it| it.kind == DefinitionKind::Function && it.scope == ScopeId::MODULE && it.name == "main");
    node.entries = front_end(file.language).entry_points(text);
    node.entries.extend(mains.map(|main| EntryPoint {
        line: lines.position(text, main.name_span.start).line,
        kind: EntryPointKind::Binary,
        name: main.name.to_string(),
    }));
    node
}

/// The time at which the code in a scope runs: what stands in no function belongs to the module, and the function `main` runs when the
/// program starts.
fn time_of(facts: &FileFacts, scope: ScopeId) -> ImportTime {
    let mut outermost = None;
    let mut at = Some(scope);
    while let Some(scope) = at.and_then(|scope| facts.scopes.get(scope.index())) {
        if scope.kind == ScopeKind::Function {
            outermost = Some(scope);
        }
        at = scope.parent;
    }
    match outermost {
        None => ImportTime::Load,
        Some(function) if function.parent == Some(ScopeId::MODULE) && function.name == "main" => ImportTime::Start,
        Some(_) => ImportTime::Deferred,
    }
}

/// The meaning of a value, as far as modules go.
#[derive(Debug, Clone)]
enum ModuleMeaning {
    Module(ModuleRef),
    Outside(Vec<Name>),
    Nothing,
}

/// Follows paths to modules inside one file.
struct Linker<'a> {
    layouts: &'a Layouts,
    file: &'a TreeFile,
    facts: &'a FileFacts,
    known: FxHashMap<ValueId, ModuleMeaning>,
}

impl Linker<'_> {
    /// The modules that only stand before another one in a path: `crate` in `crate::store::open`.
    fn passed_through(&mut self) -> FxHashSet<ValueId> {
        let mut passed = FxHashSet::default();
        for (index, node) in (0u32..).zip(&self.facts.values) {
            if let Value::Member { object, .. } = &node.value
                && !matches!(self.meaning(ValueId(index)), ModuleMeaning::Nothing)
            {
                passed.insert(*object);
            }
        }
        passed
    }

    fn meaning(&mut self, id: ValueId) -> ModuleMeaning {
        if let Some(known) = self.known.get(&id) {
            return known.clone();
        }
        // A value that is asked for while it is being followed means nothing.
        self.known.insert(id, ModuleMeaning::Nothing);
        let found = self.follow(id);
        self.known.insert(id, found.clone());
        found
    }

    fn follow(&mut self, id: ValueId) -> ModuleMeaning {
        let Some(node) = self.facts.values.get(id.index()) else { return ModuleMeaning::Nothing };
        match &node.value {
            Value::Module(module) => self.locate(node.scope, module.anchor, &module.path),
            Value::Member { object, name, .. } => match self.meaning(*object) {
                ModuleMeaning::Module(module) => {
                    let child = self.layouts.of(self.file.language).child(module, name);
                    child.map_or(ModuleMeaning::Nothing, ModuleMeaning::Module)
                }
                ModuleMeaning::Outside(mut path) => {
                    path.push(name.clone());
                    ModuleMeaning::Outside(path)
                }
                ModuleMeaning::Nothing => ModuleMeaning::Nothing,
            },
            Value::Name { name, reach } => {
                for binding in reach.bindings(self.facts) {
                    let Some(binding) = self.facts.bindings.get(binding.index()) else { continue };
                    if let Target::Value(value) = binding.target {
                        let found = self.meaning(value);
                        if !matches!(found, ModuleMeaning::Nothing) {
                            return found;
                        }
                    }
                }
                let package = reach.unbound() && matches!(policy(self.file.language).unbound, Unbound::Package);
                if package && reach.is_empty() {
                    return self.locate(node.scope, Anchor::Absolute, std::slice::from_ref(name));
                }
                ModuleMeaning::Nothing
            }
            _ => ModuleMeaning::Nothing,
        }
    }

    fn locate(&self, scope: ScopeId, anchor: Anchor, path: &[Name]) -> ModuleMeaning {
        let layout = self.layouts.of(self.file.language);
        let from = layout.module_around(Some(self.facts), self.file.id, scope);
        match layout.locate(from, anchor, path).meanings() {
            (Some(module), _) => ModuleMeaning::Module(module),
            (None, Some(path)) => ModuleMeaning::Outside(path),
            (None, None) => ModuleMeaning::Nothing,
        }
    }
}

/// The file of a module, if it is one.
pub(super) fn file_of(module: ModuleRef) -> Option<FileId> {
    match module {
        ModuleRef::File { file, .. } => Some(file),
        ModuleRef::Directory(_) => None,
    }
}
