//! From what a file says to the files it imports.
//!
//! In: the imports or the facts of one file, and the layouts. Out: a [`Node`] whose lists are neither sorted nor free of
//! duplicates. A Python import runs the packages on its way too; a Rust path leads to the module that it names, whether
//! a `use` or the code itself writes it. Declaring a module (`mod x;`) is no import.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::{Anchor, DefinitionKind, FileFacts, Name, ScopeId, Target, Value, ValueId};
use crate::lang::{Entry, EntryKind, FileImports, Import, Layouts, Located, ModuleRef, Unbound, policy};
use crate::source::{FileId, LineIndex};
use crate::tree::{Tree, TreeFile};

use super::graph::{Edge, Node};

/// The node of a file of which imports and entry points are known.
pub(super) fn of_imports(tree: &Tree, layouts: &Layouts, file: &TreeFile, found: FileImports) -> Node {
    let mut node = Node { entries: found.entries, ..Node::default() };
    let layout = layouts.of(file.language);
    let own = ModuleRef::File { file: file.id, scope: ScopeId::MODULE };
    for Import { anchor, path, members, line } in &found.imports {
        let line = *line;
        match layout.locate(own, *anchor, path) {
            Located::Module(module) => {
                let packages = path.len().saturating_sub(1);
                enter(tree, module, packages, line, &mut node.imports);
                for member in members {
                    let child = if member == "*" { None } else { layout.child(module, member) };
                    child.into_iter().for_each(|child| enter(tree, child, 0, line, &mut node.imports));
                }
            }
            Located::External(path) => {
                let name = path.join(".");
                let of = |member: &Name| match member.as_str() {
                    "*" => name.clone(),
                    _ => format!("{name}.{member}"),
                };
                node.outside.extend(members.iter().map(|member| (of(member).into_boxed_str(), line)));
                if members.is_empty() {
                    node.outside.push((name.into_boxed_str(), line));
                }
            }
            Located::Nowhere => {}
        }
    }
    node
}

/// An import of a module, and of the packages around it that the import names.
fn enter(tree: &Tree, module: ModuleRef, packages: usize, line: u32, imports: &mut Vec<Edge>) {
    let ModuleRef::File { file, .. } = module else { return };
    imports.push(Edge { to: file, line });
    let path = &*tree.file(file).path;
    let mut directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
    if path.ends_with("/__init__.py") {
        directory = directory.rsplit_once('/').map_or("", |(above, _)| above);
    }
    for _ in 0..packages {
        if directory.is_empty() {
            break;
        }
        imports.extend(tree.by_path(&format!("{directory}/__init__.py")).map(|to| Edge { to, line }));
        directory = directory.rsplit_once('/').map_or("", |(above, _)| above);
    }
}

/// The node of a file of which the facts are known.
pub(super) fn of_facts(layouts: &Layouts, file: &TreeFile, text: &str, facts: &FileFacts) -> Node {
    let mut linker = Linker { layouts, file, facts, known: FxHashMap::default() };
    let lines = LineIndex::default();
    let mut node = Node::default();
    let passed = linker.passed_through();
    for (index, value) in (0u32..).zip(&facts.values) {
        let declared =
            facts.modules.iter().any(|it| it.span.start <= value.span.start && value.span.end <= it.span.end);
        if declared || passed.contains(&ValueId(index)) {
            continue;
        }
        let line = || lines.position(text, value.span.start).line;
        match linker.meaning(ValueId(index)) {
            Meaning::Module(ModuleRef::File { file: to, .. }) if to != file.id => {
                node.imports.push(Edge { to, line: line() });
            }
            Meaning::Outside(path) if !path.is_empty() => {
                node.outside.push((path.join(file.language.separator()).into_boxed_str(), line()));
            }
            _ => {}
        }
    }
    let mains = facts
        .definitions
        .iter()
        .filter(|it| it.kind == DefinitionKind::Function && it.scope == ScopeId::MODULE && it.name == "main");
    node.entries.extend(mains.map(|main| Entry {
        line: lines.position(text, main.name_span.start).line,
        kind: EntryKind::Binary,
        name: main.name.to_string(),
    }));
    node
}

/// What a value denotes, as far as modules go.
#[derive(Debug, Clone)]
enum Meaning {
    Module(ModuleRef),
    Outside(Vec<Name>),
    Nothing,
}

/// Follows paths to modules inside one file.
struct Linker<'a> {
    layouts: &'a Layouts,
    file: &'a TreeFile,
    facts: &'a FileFacts,
    known: FxHashMap<ValueId, Meaning>,
}

impl Linker<'_> {
    /// The modules that only stand before another one in a path: `crate` in `crate::store::open`.
    fn passed_through(&mut self) -> FxHashSet<ValueId> {
        let mut passed = FxHashSet::default();
        for (index, node) in (0u32..).zip(&self.facts.values) {
            if let Value::Member { object, .. } = &node.value
                && !matches!(self.meaning(ValueId(index)), Meaning::Nothing)
            {
                passed.insert(*object);
            }
        }
        passed
    }

    fn meaning(&mut self, id: ValueId) -> Meaning {
        if let Some(known) = self.known.get(&id) {
            return known.clone();
        }
        // A value that is asked for while it is being followed means nothing.
        self.known.insert(id, Meaning::Nothing);
        let found = self.follow(id);
        self.known.insert(id, found.clone());
        found
    }

    fn follow(&mut self, id: ValueId) -> Meaning {
        let Some(node) = self.facts.values.get(id.index()) else { return Meaning::Nothing };
        match &node.value {
            Value::Module { anchor, path } => self.locate(node.scope, *anchor, path),
            Value::Member { object, name, .. } => match self.meaning(*object) {
                Meaning::Module(module) => {
                    let child = self.layouts.of(self.file.language).child(module, name);
                    child.map_or(Meaning::Nothing, Meaning::Module)
                }
                Meaning::Outside(mut path) => {
                    path.push(name.clone());
                    Meaning::Outside(path)
                }
                Meaning::Nothing => Meaning::Nothing,
            },
            Value::Name { name, reach } => {
                for &binding in &reach.bindings {
                    let Some(binding) = self.facts.bindings.get(binding.index()) else { continue };
                    if let Target::Value(value) = binding.target {
                        let found = self.meaning(value);
                        if !matches!(found, Meaning::Nothing) {
                            return found;
                        }
                    }
                }
                let package = reach.unbound && matches!(policy(self.file.language).unbound, Unbound::Package);
                if package && reach.bindings.is_empty() {
                    return self.locate(node.scope, Anchor::Absolute, std::slice::from_ref(name));
                }
                Meaning::Nothing
            }
            _ => Meaning::Nothing,
        }
    }

    fn locate(&self, scope: ScopeId, anchor: Anchor, path: &[Name]) -> Meaning {
        let layout = self.layouts.of(self.file.language);
        let from = layout.module_around(Some(self.facts), self.file.id, scope);
        match layout.locate(from, anchor, path) {
            Located::Module(module) => Meaning::Module(module),
            Located::External(path) => Meaning::Outside(path),
            Located::Nowhere => Meaning::Nothing,
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
