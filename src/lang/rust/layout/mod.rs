//! The places of Rust modules: crates, and the tree of files below each crate's root.
//!
//! In: the targets of [`cargo`] and the outlines of all files. Out: which file a `mod` declaration means, which
//! module `crate`, `self` and `super` are, and by which names a module is known. A file that no crate reaches is the
//! root of a module tree of its own. Inline modules are known by their names inside their file; their scopes become
//! known when the file's facts are ([`RustLayout::learn`]).

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::facts::{Anchor, BindingId, FileFacts, Name, Namespaces, ScopeId, ScopeKind, Value};
use crate::lang::rust::macros::table::MacroTable;
use crate::lang::rust::syntax::count::count;
use crate::lang::{Layout, Located, ModuleRef};
use crate::problem::Problem;
use crate::source::FileId;
use crate::tree::TreeFile;
use cargo::{CargoTarget, Extern, TargetKind};

pub mod cargo;
pub mod included;
pub mod includes;
pub mod macro_scope;
pub mod outline;

mod build;
mod crates;

/// The module layout of the Rust files of a tree.
#[derive(Debug, Default)]
pub struct RustLayout {
    targets: Vec<CargoTarget>,
    /// The place of each file.
    files: FxHashMap<FileId, Place>,
    /// Files of declared modules: by declaring file, inline modules around, and name.
    children: FxHashMap<(FileId, Vec<Name>, Name), Vec<FileId>>,
    by_path: FxHashMap<Arc<str>, FileId>,
    paths: FxHashMap<FileId, Arc<str>>,
    /// Inline modules of files whose facts are known.
    inline: FxHashMap<(FileId, ScopeId), Vec<Name>>,
    scopes: FxHashMap<(FileId, Vec<Name>), ScopeId>,
    macros: MacroTable,
    /// Macros that files whose facts are known export at the root of their crate, by the root and their name.
    exported: FxHashMap<(FileId, Name), (FileId, BindingId)>,
    /// `impl` blocks of files whose facts are known, by the last name of their type.
    implementations: FxHashMap<Name, Vec<(FileId, u32)>>,
    /// Files whose text stands in a file, by the literal path.
    includes: FxHashMap<FileId, Vec<(Box<str>, FileId)>>,
    /// The file in which a file's text stands, and the inline modules around it there.
    included: FxHashMap<FileId, (FileId, Vec<Name>)>,
    sight: crates::Sight,
    /// For each file the files of the modules that it declares.
    modules_of: FxHashMap<FileId, BTreeSet<FileId>>,
    /// Faults of manifests.
    pub problems: Vec<Problem>,
}

/// The place of a file in the module trees.
#[derive(Debug, Clone, Default)]
struct Place {
    /// Index of the first target that reaches it.
    target: Option<usize>,
    /// The root of the tree it is in.
    root: Option<FileId>,
    /// The roots of all crates it is in.
    roots: Vec<FileId>,
    /// The file that declares it, and the inline modules around the declaration.
    parent: Option<(FileId, Vec<Name>)>,
    /// Module paths, the first target's first.
    names: Vec<Vec<Name>>,
    /// Reached only through test code.
    test: bool,
}

impl RustLayout {
    /// Takes in which macros a file exports at the root of its crate.
    fn learn_macros(&mut self, file: FileId, facts: &FileFacts) {
        if facts.macros.is_empty() {
            return;
        }
        let roots = self.files.get(&file).map(|place| place.roots.clone()).unwrap_or_default();
        for (id, binding) in (0u32..).map(BindingId).zip(&facts.bindings) {
            let exported = binding.public && binding.namespaces == Namespaces::MACRO;
            for &root in roots.iter().filter(|_| exported) {
                self.exported.entry((root, binding.name.clone())).or_insert((file, id));
            }
        }
    }

    /// The name of the module whose text a file is.
    pub(super) fn module_name(&self, file: FileId) -> Option<&Name> {
        self.files.get(&file)?.names.first()?.last()
    }

    /// Returns the files that stand in a file, and the file in which it stands.
    pub(super) fn includes_of(&self, file: FileId) -> included::Includes<'_> {
        included::Includes {
            files: self.includes.get(&file).map_or(&[], Vec::as_slice),
            around: self.included.get(&file).map(|(around, inside)| (*around, inside.as_slice())),
        }
    }

    fn path(&self, file: FileId) -> Arc<str> {
        self.paths.get(&file).map_or_else(|| "".into(), Arc::clone)
    }

    fn inside(&self, file: FileId, scope: ScopeId) -> &[Name] {
        self.inline.get(&(file, scope)).map_or(&[], Vec::as_slice)
    }

    fn root_of(&self, file: FileId) -> Option<ModuleRef> {
        self.files.get(&file).and_then(|place| place.root).map(module_of)
    }

    /// The module whose text a module is: for an included file the one around the `include!`.
    fn home(&self, module: ModuleRef) -> ModuleRef {
        match module {
            ModuleRef::File { file, scope: ScopeId::MODULE } => {
                let around = self.included.get(&file).and_then(|(by, inside)| self.module_at(*by, inside));
                around.unwrap_or(module)
            }
            _ => module,
        }
    }

    /// Returns whether `inner` is `outer` or inside it.
    fn is_within(&self, outer: ModuleRef, inner: ModuleRef) -> bool {
        let outer = self.home(outer);
        let mut at = Some(self.home(inner));
        for _ in 0..256 {
            match at {
                Some(found) if found == outer => return true,
                Some(ModuleRef::File { file, scope }) => at = self.above(file, scope),
                _ => return false,
            }
        }
        false
    }

    fn module_at(&self, file: FileId, inside: &[Name]) -> Option<ModuleRef> {
        if inside.is_empty() {
            return Some(module_of(file));
        }
        let scope = *self.scopes.get(&(file, inside.to_vec()))?;
        Some(ModuleRef::File { file, scope })
    }

    fn above(&self, file: FileId, scope: ScopeId) -> Option<ModuleRef> {
        match self.inside(file, scope) {
            [] => {
                let (file, inside) = self.files.get(&file)?.parent.as_ref()?;
                self.module_at(*file, inside)
            }
            [outer @ .., _] => self.module_at(file, outer),
        }
    }

    /// Finds the crate that a name outside every scope of a file names.
    fn krate(&self, file: FileId, name: &Name) -> Located {
        let place = self.files.get(&file);
        let target = place.and_then(|place| place.target).map(|index| &self.targets[index]);
        if let Some(target) = target
            && target.edition < 2018
            && let Some(root) = place.and_then(|place| place.root)
            && let Some(child) = self.child(module_of(root), name)
        {
            return Located::Module(child);
        }
        match target.and_then(|target| target.externs.get(name)) {
            Some(Extern::Tree(root)) => {
                self.by_path.get(root.as_str()).map_or(Located::Nowhere, |&file| Located::Module(module_of(file)))
            }
            Some(Extern::Outside(real)) => Located::External(vec![real.clone()]),
            None => Located::External(vec![name.clone()]),
        }
    }
}

impl Layout for RustLayout {
    fn extract(&self, file: &TreeFile, text: &Arc<str>) -> FileFacts {
        Self::extract(self, file, text)
    }

    /// Records the scopes of the file that are its inline modules, and its `impl` blocks.
    fn learn(&mut self, file: FileId, facts: &FileFacts) {
        for (index, implementation) in (0u32..).zip(&facts.implementations) {
            if let Value::Name { name, .. } | Value::Member { name, .. } =
                &facts.values[implementation.target.index()].value
            {
                self.implementations.entry(name.clone()).or_default().push((file, index));
            }
        }
        self.learn_macros(file, facts);
        for (index, scope) in facts.scopes.iter().enumerate().skip(1) {
            if scope.kind == ScopeKind::Module {
                let scope = ScopeId(count(index));
                let path = inline_path(facts, scope);
                self.scopes.entry((file, path.clone())).or_insert(scope);
                self.inline.insert((file, scope), path);
            }
        }
    }

    fn is_test(&self, file: FileId) -> bool {
        self.files.get(&file).is_some_and(|place| place.test)
    }

    fn binaries(&self) -> Vec<(FileId, Name)> {
        let binaries = self.targets.iter().filter(|target| target.kind == TargetKind::Bin);
        binaries.filter_map(|target| Some((*self.by_path.get(target.root.as_str())?, target.name.clone()))).collect()
    }

    fn is_package(&self, root: &Name) -> bool {
        !matches!(root.as_str(), "crate" | "self" | "super")
    }

    fn renames(&self) -> Vec<(Name, Name)> {
        let names: FxHashMap<&str, &Name> =
            self.targets.iter().map(|target| (target.root.as_str(), &target.name)).collect();
        let seen = self.targets.iter().flat_map(|target| &target.externs);
        let renamed = seen.filter_map(|(written, seen)| {
            let real = match seen {
                Extern::Outside(real) => real,
                Extern::Tree(root) => names.get(root.as_str()).copied()?,
            };
            (real != written).then(|| (written.clone(), real.clone()))
        });
        renamed.collect()
    }

    fn problems(&self) -> &[Problem] {
        &self.problems
    }

    fn module_around(&self, facts: Option<&FileFacts>, file: FileId, scope: ScopeId) -> ModuleRef {
        let mut at = scope;
        while let Some(node) = facts.and_then(|facts| facts.scopes.get(at.index())) {
            match node.parent {
                Some(parent) if node.kind != ScopeKind::Module => at = parent,
                _ => return ModuleRef::File { file, scope: at },
            }
        }
        module_of(file)
    }

    fn locate(&self, from: ModuleRef, anchor: Anchor, path: &[Name]) -> Located {
        let ModuleRef::File { file, scope } = from else { return Located::Nowhere };
        let start = match anchor {
            Anchor::Absolute => {
                return match path {
                    [name] => self.krate(file, name),
                    _ => Located::Nowhere,
                };
            }
            Anchor::Crate => self.root_of(file),
            Anchor::CrateOf(file) => self.root_of(file),
            Anchor::ModuleOf(file) => return self.module_at(file, path).map_or(Located::Nowhere, Located::Module),
            Anchor::Module(ups) => {
                let own = ModuleRef::File { file, scope };
                (0..ups).try_fold(own, |at, _| match at {
                    ModuleRef::File { file, scope } => self.above(file, scope),
                    ModuleRef::Directory(_) => None,
                })
            }
            Anchor::Package(_) => None,
        };
        let found = path.iter().try_fold(start, |at, name| Some(Some(self.child(at?, name)?)));
        found.flatten().map_or(Located::Nowhere, Located::Module)
    }

    fn absolute_root(&self, file: FileId) -> Option<ModuleRef> {
        let place = self.files.get(&file)?;
        let edition = self.targets.get(place.target?)?.edition;
        place.root.filter(|_| edition < 2018).map(module_of)
    }

    fn child(&self, module: ModuleRef, name: &str) -> Option<ModuleRef> {
        let ModuleRef::File { file, scope } = module else { return None };
        let key = (file, self.inside(file, scope).to_vec(), Name::from(name));
        self.children.get(&key).and_then(|files| files.first()).map(|&file| module_of(file))
    }

    fn alternatives(&self, module: ModuleRef) -> Vec<ModuleRef> {
        let ModuleRef::File { file, scope: ScopeId::MODULE } = module else { return Vec::new() };
        let Some(place) = self.files.get(&file) else { return Vec::new() };
        let (Some((parent, inside)), Some(name)) = (&place.parent, place.names.first().and_then(|name| name.last()))
        else {
            return Vec::new();
        };
        let declared = self.children.get(&(*parent, inside.clone(), name.clone()));
        declared.into_iter().flatten().filter(|other| **other != file).map(|&other| module_of(other)).collect()
    }

    fn implementations(&self, name: &str) -> &[(FileId, u32)] {
        self.implementations.get(name).map_or(&[], Vec::as_slice)
    }

    fn other_names(&self, name: &Name) -> Vec<Name> {
        self.macros.aliases_of(name)
    }

    fn shows_private(&self, file: FileId) -> bool {
        self.has_inside(file)
    }

    fn packages_called(&self, name: &str) -> BTreeSet<FileId> {
        self.crates_called(name)
    }

    fn package_of(&self, file: FileId) -> Option<FileId> {
        self.root(file)
    }

    fn sees(&self, file: FileId, packages: &BTreeSet<FileId>) -> bool {
        !packages.is_empty() && self.sees_one(file, packages)
    }

    fn inside_of(&self, file: FileId) -> BTreeSet<FileId> {
        self.files_inside(file)
    }

    fn shares_scope(&self, file: FileId) -> bool {
        self.is_included(file)
    }

    fn exported(&self, module: ModuleRef, name: &Name) -> Option<(FileId, BindingId)> {
        match module {
            ModuleRef::File { file, scope: ScopeId::MODULE } => self.exported.get(&(file, name.clone())).copied(),
            _ => None,
        }
    }

    fn learns(&self) -> bool {
        true
    }

    fn sees_private(&self, module: ModuleRef, from: ModuleRef) -> bool {
        self.is_within(module, from)
    }

    fn names(&self, module: ModuleRef) -> Vec<Vec<Name>> {
        let ModuleRef::File { file, scope } = module else { return Vec::new() };
        let inside = self.inside(file, scope);
        let names = self.files.get(&file).map(|place| place.names.clone()).unwrap_or_default();
        names.into_iter().map(|name| name.into_iter().chain(inside.iter().cloned()).collect()).collect()
    }
}

fn module_of(file: FileId) -> ModuleRef {
    ModuleRef::File { file, scope: ScopeId::MODULE }
}

/// The names of the inline modules around and including a scope.
fn inline_path(facts: &FileFacts, scope: ScopeId) -> Vec<Name> {
    let mut path = Vec::new();
    let mut at = Some(scope);
    while let Some(node) = at.and_then(|at| facts.scopes.get(at.index())) {
        if node.kind == ScopeKind::Module && node.parent.is_some() {
            path.push(node.name.clone());
        }
        at = node.parent;
    }
    path.reverse();
    path
}

#[cfg(test)]
mod tests;
