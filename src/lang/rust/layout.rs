//! Where Rust modules are: crates, and the tree of files below each crate's root.
//!
//! In: the targets of [`super::cargo`] and the outlines of all files. Out: which file a `mod` declaration means, which
//! module `crate`, `self` and `super` are, and by which names a module is known. A file that no crate reaches is the
//! root of a module tree of its own. Inline modules are known by their names inside their file; their scopes become
//! known when the file's facts are ([`RustLayout::learn`]).

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::cargo::{self, Extern, Target, TargetKind, join, parent};
use super::expand::Macros;
use super::outline::{self, Outline};
use crate::facts::{Anchor, FileFacts, Name, ScopeId, ScopeKind, Value};
use crate::lang::{Layout, Located, ModuleRef};
use crate::problem::Problem;
use crate::source::{FileId, Language};
use crate::tree::{Texts, Tree, TreeFile};

/// The module layout of the Rust files of a tree.
#[derive(Debug, Default)]
pub struct RustLayout {
    pub(super) targets: Vec<Target>,
    /// What is known of each file.
    pub(super) files: FxHashMap<FileId, Place>,
    /// Files of declared modules: by declaring file, inline modules around, and name.
    pub(super) children: FxHashMap<(FileId, Vec<Name>, Name), Vec<FileId>>,
    pub(super) by_path: FxHashMap<Arc<str>, FileId>,
    paths: FxHashMap<FileId, Arc<str>>,
    /// Inline modules of files whose facts are known.
    inline: FxHashMap<(FileId, ScopeId), Vec<Name>>,
    scopes: FxHashMap<(FileId, Vec<Name>), ScopeId>,
    macros: Macros,
    /// `impl` blocks of files whose facts are known, by the last name of their type.
    implementations: FxHashMap<Name, Vec<(FileId, u32)>>,
    /// Files whose text stands in a file, by the literal path.
    pub(super) includes: FxHashMap<FileId, Vec<(Box<str>, FileId)>>,
    /// The file in which a file's text stands, and the inline modules around it there.
    pub(super) included: FxHashMap<FileId, (FileId, Vec<Name>)>,
    pub(super) sight: super::crates::Sight,
    /// Files that declare modules in files of their own.
    pub(super) parents: FxHashSet<FileId>,
    /// What is wrong with manifests.
    pub problems: Vec<Problem>,
}

/// Where a file stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    /// Index of the first target that reaches it.
    pub(super) target: Option<usize>,
    /// The root of the tree it is in.
    pub(super) root: Option<FileId>,
    /// The roots of all crates it is in.
    pub(super) roots: Vec<FileId>,
    /// The file that declares it, and the inline modules around the declaration.
    parent: Option<(FileId, Vec<Name>)>,
    /// Module paths, the first target's first.
    names: Vec<Vec<Name>>,
    /// Reached only through test code.
    test: bool,
}

/// A file still to be entered into the tree.
struct Visit {
    file: FileId,
    /// The directory in which its own modules are looked for.
    directory: String,
    /// Where `#[path]` counts from.
    base: String,
    names: Vec<Name>,
    parent: Option<(FileId, Vec<Name>)>,
    test: bool,
}

impl RustLayout {
    /// The layout of the Rust files and manifests of `tree`.
    #[must_use]
    pub fn new(tree: &Tree, texts: &dyn Texts) -> Self {
        let rust: Vec<_> = tree.files().iter().filter(|file| file.language == Language::Rust).collect();
        if rust.is_empty() {
            return Self::default();
        }
        let outlines = outlines(&rust, texts);
        let manifests = tree.manifests.iter().filter(|path| path.rsplit('/').next() == Some("Cargo.toml"));
        let manifests: Vec<(Arc<str>, Arc<str>)> =
            manifests.filter_map(|path| Some((Arc::clone(path), texts.read(path).ok()?))).collect();
        let known: BTreeSet<&str> = rust.iter().map(|file| &*file.path).collect();
        let (targets, problems) = cargo::targets(&manifests, &known);
        let by_path = rust.iter().map(|file| (Arc::clone(&file.path), file.id)).collect();
        let paths = rust.iter().map(|file| (file.id, Arc::clone(&file.path))).collect();
        let mut layout = Self { targets, by_path, paths, problems, ..Self::default() };
        for file in &rust {
            layout.enter_includes(file.id, &file.path, &outlines);
        }
        layout.enter_targets(&outlines);
        layout.macros.crates =
            layout.targets.iter().filter(|t| t.kind == TargetKind::Lib).map(|t| t.name.clone()).collect();
        for target in &layout.targets {
            let trees = target.externs.iter().filter(|(_, seen)| matches!(seen, Extern::Tree(_)));
            layout.macros.crates.extend(trees.map(|(name, _)| name.clone()));
        }
        let ids: Vec<FileId> = rust.iter().map(|file| file.id).collect();
        for file in &ids {
            if let Some(outline) = outlines.get(file) {
                layout.macros.add(*file, &outline.macros, &outline.calls);
            }
        }
        layout.enter_others(tree, &ids, &outlines);
        layout.look_around();
        layout
    }

    /// The facts of a file, with the macros of the whole tree followed.
    #[must_use]
    pub fn extract(&self, file: FileId, path: &str, text: &str) -> FileFacts {
        let includes = super::walk::Includes {
            files: self.includes.get(&file).map_or(&[], Vec::as_slice),
            around: self.included.get(&file).map(|(around, inside)| (*around, inside.as_slice())),
        };
        super::extract_in(path, text, super::Context { file, macros: &self.macros, includes })
    }

    /// Takes in which scopes of a file are its inline modules.
    pub fn learn(&mut self, file: FileId, facts: &FileFacts) {
        for (index, implementation) in (0u32..).zip(&facts.implementations) {
            if let Value::Name { name, .. } | Value::Member { name, .. } =
                &facts.values[implementation.target.index()].value
            {
                self.implementations.entry(name.clone()).or_default().push((file, index));
            }
        }
        for (index, scope) in facts.scopes.iter().enumerate().skip(1) {
            if scope.kind == ScopeKind::Module {
                let scope = ScopeId(super::names::count(index));
                let path = inline_path(facts, scope);
                self.scopes.entry((file, path.clone())).or_insert(scope);
                self.inline.insert((file, scope), path);
            }
        }
    }

    /// Whether a file is test code by its target or by the declarations that lead to it.
    #[must_use]
    pub fn is_test(&self, file: FileId) -> bool {
        self.files.get(&file).is_some_and(|place| place.test)
    }

    /// The binaries of the tree: root file and crate name.
    pub fn binaries(&self) -> impl Iterator<Item = (FileId, &Name)> {
        let binaries = self.targets.iter().filter(|target| target.kind == TargetKind::Bin);
        binaries.filter_map(|target| Some((*self.by_path.get(target.root.as_str())?, &target.name)))
    }

    /// Names under which code of the tree sees a crate outside it that has another name: `(written, real)`.
    pub fn renames(&self) -> impl Iterator<Item = (&Name, &Name)> {
        self.targets.iter().flat_map(|target| &target.externs).filter_map(|(written, seen)| match seen {
            Extern::Outside(real) if real != written => Some((written, real)),
            _ => None,
        })
    }

    fn enter_targets(&mut self, outlines: &FxHashMap<FileId, Outline>) {
        for index in 0..self.targets.len() {
            let target = &self.targets[index];
            let Some(&file) = self.by_path.get(target.root.as_str()) else { continue };
            let names = target_names(target);
            let test = target.kind.is_test();
            for (rename, name) in outlines.get(&file).map(|outline| outline.renames.clone()).unwrap_or_default() {
                let seen = self.targets[index].externs.get(&name).cloned().unwrap_or(Extern::Outside(name));
                self.targets[index].externs.insert(rename, seen);
            }
            self.enter(Some(index), file, names, test, outlines);
        }
    }

    fn enter_includes(&mut self, file: FileId, path: &str, outlines: &FxHashMap<FileId, Outline>) {
        for (inside, written) in outlines.get(&file).into_iter().flat_map(|outline| &outline.includes) {
            let target = join(parent(path), written);
            if let Some(&included) = self.by_path.get(target.as_str()).filter(|other| **other != file) {
                self.includes.entry(file).or_default().push((written.clone(), included));
                self.included.entry(included).or_insert_with(|| (file, inside.clone()));
            }
        }
    }

    /// Files that no target reaches: those that no other such file declares are roots.
    fn enter_others(&mut self, tree: &Tree, files: &[FileId], outlines: &FxHashMap<FileId, Outline>) {
        let others: Vec<FileId> = files.iter().copied().filter(|file| !self.files.contains_key(file)).collect();
        let mut declared: FxHashSet<FileId> = FxHashSet::default();
        declared.extend(others.iter().copied().filter(|file| self.included.contains_key(file)));
        for &file in &others {
            let path = &tree.file(file).path;
            for rootlike in [true, false] {
                let directory = if rootlike { parent(path).to_owned() } else { stem_directory(path) };
                for child in outlines.get(&file).into_iter().flat_map(|outline| &outline.children) {
                    declared.extend(
                        self.files_of(child, &directory, parent(path))
                            .iter()
                            .map(|(id, _)| *id)
                            .filter(|id| *id != file),
                    );
                }
            }
        }
        for roots in [true, false] {
            for &file in &others {
                if roots != declared.contains(&file) && !self.files.contains_key(&file) {
                    self.enter(None, file, vec![Name::const_new("crate")], false, outlines);
                }
            }
        }
    }

    /// Enters the module tree below a root.
    fn enter(
        &mut self,
        target: Option<usize>,
        root: FileId,
        names: Vec<Name>,
        test: bool,
        outlines: &FxHashMap<FileId, Outline>,
    ) {
        let path = self.path(root);
        let directory = parent(&path).to_owned();
        // A file of no crate may be a crate's root or a module beside its directory: both places are looked at.
        let visit = Visit { file: root, base: directory.clone(), directory, names, parent: None, test };
        let mut queue = vec![visit];
        let mut seen = FxHashSet::default();
        while let Some(visit) = queue.pop() {
            if !seen.insert(visit.file) {
                continue;
            }
            let Some(outline) = outlines.get(&visit.file) else { continue };
            let test = visit.test || outline.test;
            self.place(target, root, &visit, test);
            let included: Vec<FileId> =
                self.includes.get(&visit.file).into_iter().flatten().map(|(_, file)| *file).collect();
            for file in included {
                queue.extend(self.visit_included(file, &visit, test));
            }
            for child in &outline.children {
                let mut found = self.files_of(child, &visit.directory, &visit.base);
                if found.is_empty() && target.is_none() && visit.file == root {
                    found = self.files_of(child, &stem_directory(&path), &visit.base);
                }
                for (file, directory) in found {
                    let declared = (visit.file, child.inside.clone(), child.name.clone());
                    let known = self.children.entry(declared).or_default();
                    if !known.contains(&file) {
                        known.push(file);
                    }
                    let mut names = visit.names.clone();
                    names.extend(child.inside.iter().cloned());
                    names.push(child.name.clone());
                    let base = parent(&self.path(file)).to_owned();
                    let parent = Some((visit.file, child.inside.clone()));
                    queue.push(Visit { file, directory, base, names, parent, test: test || child.test });
                }
            }
        }
    }

    /// An included file stands where the module around its `include!` stands.
    fn visit_included(&self, file: FileId, around: &Visit, test: bool) -> Option<Visit> {
        let (by, inside) = self.included.get(&file).filter(|(by, _)| *by == around.file)?;
        let directory = parent(&self.path(file)).to_owned();
        let names = around.names.iter().chain(inside).cloned().collect();
        let parent = match inside.as_slice() {
            [] => around.parent.clone(),
            [outer @ .., _] => Some((*by, outer.to_vec())),
        };
        Some(Visit { file, base: directory.clone(), directory, names, parent, test })
    }

    fn place(&mut self, target: Option<usize>, root: FileId, visit: &Visit, test: bool) {
        match self.files.get_mut(&visit.file) {
            Some(known) => {
                known.test &= test;
                known.roots.extend(target.map(|_| root));
                if !known.names.contains(&visit.names) {
                    known.names.push(visit.names.clone());
                }
            }
            None => {
                let (names, parent) = (vec![visit.names.clone()], visit.parent.clone());
                let roots = target.map(|_| root).into_iter().collect();
                self.files.insert(visit.file, Place { target, root: Some(root), roots, parent, names, test });
            }
        }
    }

    /// The files that a declaration can mean, each with the directory of its own modules.
    fn files_of(&self, child: &outline::Child, directory: &str, base: &str) -> Vec<(FileId, String)> {
        let mut found = Vec::new();
        for path in &child.paths {
            let from = if child.inside.is_empty() { base.to_owned() } else { join(directory, &child.directory) };
            let path = join(&from, path);
            found.extend(self.by_path.get(path.as_str()).map(|&file| (file, parent(&path).to_owned())));
        }
        if child.plain {
            let own = join(&join(directory, &child.directory), &child.name);
            for path in [format!("{own}.rs"), format!("{own}/mod.rs")] {
                found.extend(self.by_path.get(path.as_str()).map(|&file| (file, own.clone())));
            }
        }
        found
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

    /// Whether `inner` is `outer` or inside it.
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

    /// What a name outside every scope of a file is: a crate.
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

    fn shows_private(&self, file: FileId) -> bool {
        self.has_inside(file)
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

/// The outlines of files; a file that cannot be read declares nothing.
fn outlines(files: &[&TreeFile], texts: &dyn Texts) -> FxHashMap<FileId, Outline> {
    let read = |file: &TreeFile, buffer: &mut Vec<u8>, how: fn(&str) -> Outline| {
        let mut outline = Outline::default();
        // Whoever scans the file says why it cannot be read.
        let _ = texts.show(&file.path, buffer, &mut |text| outline = how(text));
        outline
    };
    let mut all: Vec<Outline> =
        files.par_iter().map_init(Vec::new, |buffer, file| read(file, buffer, outline::rough)).collect();
    let macros: FxHashSet<Name> =
        all.iter().flat_map(|outline| &outline.macros).map(|rules| rules.name.clone()).collect();
    all.par_iter_mut().zip(files).for_each_init(Vec::new, |buffer, (outline, file)| {
        if outline.rough && outline.calls.iter().any(|called| macros.contains(called)) {
            *outline = read(file, buffer, outline::outline);
        }
    });
    files.iter().map(|file| file.id).zip(all).collect()
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

/// The directory beside `a/b.rs` that holds its modules: `a/b`.
fn stem_directory(path: &str) -> String {
    path.strip_suffix(".rs").unwrap_or(path).to_owned()
}

/// How a crate's root is called. Nobody else can name a target that is no library; it is called after what it is, so
/// that `examples/redis.rs` is not taken for the crate `redis`.
fn target_names(target: &Target) -> Vec<Name> {
    let kind = match target.kind {
        TargetKind::Lib => return vec![target.name.clone()],
        TargetKind::Bin if !target.externs.contains_key(&target.name) => return vec![target.name.clone()],
        TargetKind::Bin => "bin",
        TargetKind::Example => "examples",
        TargetKind::Test => "tests",
        TargetKind::Bench => "benches",
        TargetKind::Build => "build",
    };
    vec![Name::const_new(kind), target.name.clone()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::{ProblemKind, ProblemSeverity};
    use std::collections::BTreeMap;

    struct Memory(BTreeMap<String, Arc<str>>);

    impl Texts for Memory {
        fn read(&self, path: &str) -> Result<Arc<str>, Problem> {
            let found = self.0.get(path).map(Arc::clone);
            found.ok_or_else(|| Problem::whole_file(ProblemSeverity::Error, ProblemKind::Read, path, "missing"))
        }
    }

    fn layout(files: &[(&str, &str)]) -> (Tree, RustLayout) {
        let texts = Memory(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).into())).collect());
        let (manifests, sources): (Vec<_>, Vec<_>) = files.iter().partition(|(path, _)| path.ends_with(".toml"));
        let sources = sources.into_iter().map(|(path, _)| ((*path).into(), Language::Rust)).collect();
        let manifests = manifests.into_iter().map(|(path, _)| (*path).into()).collect();
        let tree = Tree::new(sources, manifests, Vec::new());
        let mut layout = RustLayout::new(&tree, &texts);
        for file in tree.files() {
            let facts = layout.extract(file.id, &file.path, &texts.0[&*file.path]);
            layout.learn(file.id, &facts);
        }
        (tree, layout)
    }

    fn shown(tree: &Tree, layout: &RustLayout) -> Vec<String> {
        let show = |file: &crate::tree::TreeFile| {
            let names = layout.names(module_of(file.id));
            let names: Vec<String> = names.iter().map(|name| name.join("::")).collect();
            let test = if layout.is_test(file.id) { " test" } else { "" };
            format!("{} {}{test}", file.path, names.join(" "))
        };
        tree.files().iter().map(show).collect()
    }

    fn located(tree: &Tree, layout: &RustLayout, from: &str, inside: &[&str], anchor: Anchor, path: &[&str]) -> String {
        let file = tree.by_path(from).unwrap();
        let inside: Vec<Name> = inside.iter().map(|name| Name::from(*name)).collect();
        let path: Vec<Name> = path.iter().map(|name| Name::from(*name)).collect();
        match layout.locate(layout.module_at(file, &inside).unwrap(), anchor, &path) {
            Located::Module(module) => layout.names(module)[0].join("::"),
            Located::External(path) => format!("external {}", path.join("::")),
            Located::Nowhere => "nowhere".to_owned(),
        }
    }

    #[test]
    fn files_of_crates_and_files_of_none() {
        let (tree, layout) = layout(&[
            (
                "Cargo.toml",
                "[package]\nname = \"a-b\"\nedition = \"2021\"\n[dependencies]\nr = { package = \"redis\" }\n",
            ),
            (
                "src/lib.rs",
                "mod flat; mod dir; mod shared; #[cfg(test)] mod checks; mod inl { mod deep; #[path = \"p.rs\"] mod x; }",
            ),
            ("src/main.rs", "mod shared; mod only;"),
            ("src/flat.rs", "mod sub;"),
            ("src/flat/sub.rs", ""),
            ("src/dir/mod.rs", "mod leaf; #[path = \"odd/o.rs\"] mod odd;"),
            ("src/dir/leaf.rs", "mod under;"),
            ("src/dir/leaf/under.rs", ""),
            ("src/dir/odd/o.rs", "mod next;"),
            ("src/dir/odd/next.rs", ""),
            ("src/shared.rs", ""),
            ("src/only.rs", ""),
            ("src/checks.rs", "mod more;"),
            ("src/checks/more.rs", ""),
            ("src/inl/deep.rs", ""),
            ("src/inl/p.rs", ""),
            ("tests/it.rs", "mod common;"),
            ("tests/common/mod.rs", ""),
            ("lost/a.rs", "mod b;"),
            ("lost/a/b.rs", ""),
        ]);
        assert_eq!(
            shown(&tree, &layout),
            [
                "lost/a.rs crate",
                "lost/a/b.rs crate::b",
                "src/checks.rs a_b::checks test",
                "src/checks/more.rs a_b::checks::more test",
                "src/dir/leaf.rs a_b::dir::leaf",
                "src/dir/leaf/under.rs a_b::dir::leaf::under",
                "src/dir/mod.rs a_b::dir",
                "src/dir/odd/next.rs a_b::dir::odd::next",
                "src/dir/odd/o.rs a_b::dir::odd",
                "src/flat.rs a_b::flat",
                "src/flat/sub.rs a_b::flat::sub",
                "src/inl/deep.rs a_b::inl::deep",
                "src/inl/p.rs a_b::inl::x",
                "src/lib.rs a_b",
                "src/main.rs bin::a_b",
                "src/only.rs bin::a_b::only",
                "src/shared.rs a_b::shared bin::a_b::shared",
                "tests/common/mod.rs tests::it::common test",
                "tests/it.rs tests::it test",
            ]
        );
        let at = |from, inside: &[&str], anchor, path: &[&str]| located(&tree, &layout, from, inside, anchor, path);
        assert_eq!(at("src/inl/deep.rs", &[], Anchor::Module(1), &[]), "a_b::inl");
        assert_eq!(at("src/inl/deep.rs", &[], Anchor::Module(2), &["flat"]), "a_b::flat");
        assert_eq!(at("src/lib.rs", &["inl"], Anchor::Module(0), &["deep"]), "a_b::inl::deep");
        assert_eq!(at("src/lib.rs", &[], Anchor::Module(1), &[]), "nowhere");
        assert_eq!(at("src/flat/sub.rs", &[], Anchor::Crate, &[]), "a_b");
        assert_eq!(at("src/flat/sub.rs", &[], Anchor::Absolute, &["r"]), "external redis");
        assert_eq!(at("tests/it.rs", &[], Anchor::Absolute, &["a_b"]), "a_b");
        assert_eq!(at("src/flat/sub.rs", &[], Anchor::Absolute, &["flat"]), "external flat");
    }

    #[test]
    fn the_first_edition_looks_in_the_crate_root() {
        let (tree, layout) = layout(&[
            ("Cargo.toml", "[package]\nname = \"old\"\n"),
            ("src/lib.rs", "extern crate redis as r; mod a; mod b;"),
            ("src/a.rs", ""),
            ("src/b.rs", ""),
        ]);
        assert_eq!(located(&tree, &layout, "src/a.rs", &[], Anchor::Absolute, &["b"]), "old::b");
        assert_eq!(located(&tree, &layout, "src/a.rs", &[], Anchor::Absolute, &["r"]), "external redis");
    }

    #[test]
    fn every_file_a_declaration_can_mean_counts() {
        let lib = "#[cfg(unix)] #[path = \"u.rs\"] mod imp; #[cfg(windows)] #[path = \"w.rs\"] mod imp;";
        let manifest = "[package]\nname = \"k\"\n";
        let (tree, layout) =
            layout(&[("Cargo.toml", manifest), ("src/lib.rs", lib), ("src/u.rs", ""), ("src/w.rs", "")]);
        let first = module_of(tree.by_path("src/u.rs").unwrap());
        assert_eq!(layout.alternatives(first), [module_of(tree.by_path("src/w.rs").unwrap())]);
    }

    #[test]
    fn a_module_tree_may_have_a_cycle() {
        let (tree, layout) = layout(&[("a.rs", "#[path = \"b.rs\"] mod b;"), ("b.rs", "#[path = \"a.rs\"] mod a;")]);
        assert_eq!(shown(&tree, &layout).len(), 2);
    }
}
