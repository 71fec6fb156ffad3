//! The places of Python modules: import roots, packages, namespace packages, relative imports.
//!
//! In: the paths of the tree and the roots that the rules file lists. Out: which file an import names, and by which
//! dotted names a file is known. Follows the import system of the language reference; what departs from it (ancestor
//! lookup, third-party names) is docs/design.md section 4.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::names::is_standard;
use crate::facts::{Anchor, FileFacts, Name, ScopeId};
use crate::lang::{Layout, Located, ModuleRef, PYTHON};
use crate::source::FileId;
use crate::tree::{Tree, TreeFile, TwoTrees};

/// The module layout of the Python files of a tree.
#[derive(Debug, Default)]
pub struct PythonLayout {
    /// Import roots as directory paths (`""` is the project root), the project root first.
    roots: Vec<Root>,
    /// Every directory that holds a Python file at any depth, by path.
    directories: FxHashMap<Arc<str>, u32>,
    /// The same by index.
    directory_paths: Vec<Arc<str>>,
    /// Python files by path without extension (`a/b/__init__`), `.py` before `.pyi`.
    modules: FxHashMap<Arc<str>, FileId>,
    /// Last names of modules and directories: with any other first name a path leads out of the tree.
    last_names: FxHashSet<Box<str>>,
    /// Paths of the files by id, for files of this language.
    paths: FxHashMap<FileId, Arc<str>>,
    /// Top-level names that the rules give as third-party.
    third_party: FxHashSet<Name>,
}

#[derive(Debug)]
struct Root {
    path: Arc<str>,
    /// The project root or a root that the rules file lists: may capture third-party names for all files.
    listed: bool,
    /// The directory of the project whose root it is: that of its manifest, the parent of a `src` layout.
    project: Arc<str>,
}

impl Root {
    fn listed(path: Arc<str>) -> Self {
        Self { project: Arc::clone(&path), path, listed: true }
    }

    fn detected(path: String) -> Self {
        let project = match path.as_str() {
            "src" => "",
            path => path.strip_suffix("/src").unwrap_or(path),
        };
        Self { project: project.into(), path: path.into(), listed: false }
    }
}

impl PythonLayout {
    /// The layout of `tree`. `listed` are the roots of the rules file; without them roots are detected.
    #[must_use]
    pub fn new(tree: &Tree, listed: Option<&[String]>) -> Self {
        let mut layout = Self::default();
        for file in tree.files().iter().filter(|file| file.language == PYTHON) {
            layout.add_file(file.id, &file.path);
        }
        layout.roots = match listed {
            Some(listed) => listed.iter().map(|root| Root::listed(normalise(root))).collect(),
            None => layout.detect_roots(tree),
        };
        layout
    }

    /// Returns whether a top-level name leads out of the tree for some file.
    #[must_use]
    pub fn is_external(&self, name: &Name) -> bool {
        let captured = || self.roots.iter().any(|root| root.listed && self.regular(&root.path, name));
        match self.third_party.contains(name) {
            true => !captured(),
            false => self.longest(std::slice::from_ref(name)).is_none(),
        }
    }

    /// Returns whether a name of a module in a root belongs to something else: one that the rules give as third-party,
    /// unless the root captures it.
    fn is_foreign(&self, root: &Root, name: &Name) -> bool {
        let captures = || {
            let inside = !root.path.is_empty() && self.is_module(&join(&root.path, "__init__"));
            match root.listed {
                true => self.regular(&root.path, name),
                false => !inside && self.is_package_in(&root.path, name),
            }
        };
        self.third_party.contains(name) && !captures()
    }

    /// Returns the module that a path names from any root, also by its longest prefix, and how many segments name it.
    fn longest(&self, path: &[Name]) -> Option<(ModuleRef, usize)> {
        (1..=path.len()).rev().find_map(|length| {
            self.roots.iter().find_map(|root| self.descend(&root.path, &path[..length])).map(|m| (m, length))
        })
    }

    /// Returns the names by which imports could tell two trees apart that have these files and manifests. A package that comes
    /// or goes in a directory that stays changes how the modules there are called, and a directory can be an import root.
    pub(super) fn names_of_change(trees: TwoTrees<'_>, manifests: &[Arc<str>]) -> Option<Vec<Name>> {
        let (before, after) = (directories(trees.before), directories(trees.after));
        let moved: FxHashSet<&str> = before.symmetric_difference(&after).copied().collect();
        let is_root = |directory: &&str| {
            directory.is_empty() || last(directory) == "src" || manifests.iter().any(|path| parent(path) == *directory)
        };
        if moved.iter().any(is_root) {
            return None;
        }
        let mut names: Vec<Name> = moved.iter().map(|directory| Name::from(last(directory))).collect();
        for path in trees.changed {
            match last(path).rsplit_once('.').map_or("", |(stem, _)| stem) {
                "__init__" if moved.contains(parent(path)) => {}
                "__init__" => return None,
                stem => names.push(Name::from(stem)),
            }
        }
        Some(names)
    }

    fn add_file(&mut self, id: FileId, path: &Arc<str>) {
        self.paths.insert(id, Arc::clone(path));
        let stub = path.ends_with(".pyi");
        let stem = path.strip_suffix(".pyi").or_else(|| path.strip_suffix(".py")).unwrap_or(path);
        self.last_names.insert(last(stem).into());
        if !(stub && self.modules.contains_key(stem)) {
            self.modules.insert(stem.into(), id);
        }
        let mut directory = parent(path);
        while !self.directories.contains_key(directory) {
            let index = u32::try_from(self.directory_paths.len()).unwrap_or(u32::MAX);
            let shared: Arc<str> = directory.into();
            self.last_names.insert(last(directory).into());
            self.directory_paths.push(Arc::clone(&shared));
            self.directories.insert(shared, index);
            if directory.is_empty() {
                break;
            }
            directory = parent(directory);
        }
    }

    /// The project root, `src` layouts and directories with a Python manifest, in path order.
    fn detect_roots(&self, tree: &Tree) -> Vec<Root> {
        let mut roots = vec![Root::listed("".into())];
        let manifests = tree.manifests.iter().filter(|path| !path.ends_with("Cargo.toml")).map(|path| parent(path));
        let mut found: Vec<String> = Vec::new();
        for directory in std::iter::once("").chain(manifests) {
            found.push(directory.to_owned());
            found.push(join(directory, "src"));
        }
        found.sort();
        found.dedup();
        found.retain(|path| !path.is_empty() && self.directories.contains_key(path.as_str()));
        found.retain(|path| !self.modules.contains_key(join(path, "__init__").as_str()) || !path.ends_with("src"));
        roots.extend(found.into_iter().map(Root::detected));
        roots
    }

    fn module_of(file: FileId) -> ModuleRef {
        ModuleRef::File { file, scope: ScopeId::MODULE }
    }

    fn locate_relative(&self, file: FileId, level: u32, path: &[Name]) -> Located {
        let Some(own) = self.paths.get(&file) else { return Located::Nowhere };
        let mut directory = parent(own);
        for _ in 1..level {
            if directory.is_empty() {
                return Located::Nowhere;
            }
            directory = parent(directory);
        }
        if path.is_empty() {
            return self.package_at(directory).map_or(Located::Nowhere, Located::Module);
        }
        match self.descend(directory, path) {
            Some(module) => Located::Module(module),
            // A module that is not there still has a name: the rules may know it, though never as third-party.
            None => {
                let package = self.directories.get(directory).map(|&index| self.names(ModuleRef::Directory(index)));
                let Some(mut full) = package.and_then(|names| names.into_iter().next()) else {
                    return Located::Nowhere;
                };
                full.extend_from_slice(path);
                match full.first() {
                    Some(first) if !directory.is_empty() && !self.third_party.contains(first) => {
                        Located::External(full)
                    }
                    _ => Located::Nowhere,
                }
            }
        }
    }

    fn locate_absolute(&self, file: FileId, path: &[Name]) -> Located {
        let external = || Located::External(path.to_vec());
        let Some(first) = path.first() else { return Located::Nowhere };
        if !self.last_names.contains(first.as_str()) {
            return external();
        }
        if path.len() == 1 && is_standard(first) {
            return self.instead_of_standard(file, first).map_or_else(external, Located::Module);
        }
        if self.third_party.contains(first) {
            return self.locate_third_party(file, path);
        }
        let roots = self.roots_for(file);
        let regular = roots.iter().filter(|root| self.regular(&root.path, first));
        regular
            .chain(&roots)
            .find_map(|root| self.descend(&root.path, path))
            .or_else(|| self.above(file, path))
            .map_or_else(external, Located::Module)
    }

    /// Locates a name that the rules give as third-party. A listed root captures it for all files, a package in a
    /// detected root for the files of its project; a single module there leaves both meanings open.
    fn locate_third_party(&self, file: FileId, path: &[Name]) -> Located {
        let external = Located::External(path.to_vec());
        let Some(first) = path.first() else { return Located::Nowhere };
        if let Some(root) = self.roots.iter().find(|root| root.listed && self.regular(&root.path, first)) {
            return self.descend(&root.path, path).map_or(Located::Nowhere, Located::Module);
        }
        let own = self.paths.get(&file).map_or("", |path| path);
        let roots = self.roots_for(file);
        let mut detected = roots.iter().filter(|root| !root.listed && below(own, &root.project).is_some());
        let Some(root) = detected.find(|root| self.regular(&root.path, first)) else { return external };
        match self.descend(&root.path, path) {
            Some(module) if self.is_package_in(&root.path, first) => Located::Module(module),
            None if self.is_package_in(&root.path, first) => Located::Nowhere,
            Some(module) => Located::Either(module, path.to_vec()),
            None => external,
        }
    }

    /// The roots in the order in which a file's imports look into them: those of the project that holds the file come
    /// first, the innermost one before the others.
    fn roots_for(&self, file: FileId) -> Vec<&Root> {
        let own = self.paths.get(&file).map_or("", |path| path);
        let holds = |directory: &str| below(own, directory).map_or(0, |_| directory.len() + 1);
        let mut roots: Vec<&Root> = self.roots.iter().collect();
        roots.sort_by_key(|root| std::cmp::Reverse((holds(&root.project), holds(&root.path))));
        roots
    }

    /// The module that hides one of the standard library: one beside the project root or a listed root, and one beside a
    /// file that is in no package, since a script is run with its own directory first.
    fn instead_of_standard(&self, file: FileId, name: &Name) -> Option<ModuleRef> {
        let own = self.paths.get(&file).map(|path| parent(path));
        let beside = own.filter(|directory| !self.modules.contains_key(join(directory, "__init__").as_str()));
        let listed = self.roots.iter().filter(|root| root.listed).map(|root| &*root.path);
        let mut places = listed.chain(beside).filter(|directory| self.regular(directory, name));
        let found = places.find_map(|directory| self.module_in(directory, name))?;
        (found != Self::module_of(file)).then_some(found)
    }

    /// The module that a path names from a directory above the file. Never the file itself: `stripe.py` that imports
    /// `stripe` means the library that it wraps.
    fn above(&self, file: FileId, path: &[Name]) -> Option<ModuleRef> {
        let mut found = self.ancestors(file).filter_map(|directory| self.descend(directory, path));
        found.find(|&module| module != Self::module_of(file))
    }

    /// The directories above a file, the nearest first.
    fn ancestors(&self, file: FileId) -> impl Iterator<Item = &str> {
        let mut next = self.paths.get(&file).map(|path| parent(path));
        std::iter::from_fn(move || {
            let directory = next?;
            next = (!directory.is_empty()).then(|| parent(directory));
            Some(directory)
        })
    }

    /// Returns whether a regular package or a module of that name stands in the directory; a stub alone is neither.
    fn regular(&self, directory: &str, name: &str) -> bool {
        self.is_package_in(directory, name) || self.is_module(&join(directory, name))
    }

    /// Returns whether a regular package of that name stands in the directory.
    fn is_package_in(&self, directory: &str, name: &str) -> bool {
        self.is_module(&join(&join(directory, name), "__init__"))
    }

    /// Returns whether a path without its extension is that of a module that is more than a stub.
    fn is_module(&self, stem: &str) -> bool {
        let path = self.modules.get(stem).and_then(|file| self.paths.get(file));
        path.is_some_and(|path| !path.ends_with(".pyi"))
    }

    /// The module reached from a directory by these segments.
    fn descend(&self, directory: &str, path: &[Name]) -> Option<ModuleRef> {
        let mut at = directory.to_owned();
        let (last, packages) = path.split_last()?;
        for name in packages {
            at = join(&at, name);
            if !self.directories.contains_key(at.as_str()) {
                return None;
            }
        }
        self.module_in(&at, last)
    }

    /// The module of that name in a directory: a package before a module before a namespace package.
    fn module_in(&self, directory: &str, name: &str) -> Option<ModuleRef> {
        let path = join(directory, name);
        if let Some(&file) =
            self.modules.get(join(&path, "__init__").as_str()).or_else(|| self.modules.get(path.as_str()))
        {
            return Some(Self::module_of(file));
        }
        self.directories.get(path.as_str()).map(|&index| ModuleRef::Directory(index))
    }

    /// The package that a directory is.
    fn package_at(&self, directory: &str) -> Option<ModuleRef> {
        if let Some(&file) = self.modules.get(join(directory, "__init__").as_str()) {
            return Some(Self::module_of(file));
        }
        self.directories.get(directory).map(|&index| ModuleRef::Directory(index))
    }

    /// The directory whose modules are the submodules of this module; none if it is not a package.
    fn directory_of(&self, module: ModuleRef) -> Option<&str> {
        match module {
            ModuleRef::Directory(index) => self.directory_paths.get(index as usize).map(|path| &**path),
            ModuleRef::File { file, .. } => {
                let path = self.paths.get(&file)?;
                is_package(path).then(|| parent(path))
            }
        }
    }
}

impl Layout for PythonLayout {
    fn extract(&self, file: &TreeFile, text: &Arc<str>) -> FileFacts {
        super::extract(&file.path, text)
    }

    fn has_directory(&self, directory: u32) -> bool {
        (directory as usize) < self.directory_paths.len()
    }

    /// From any root.
    fn longest_module(&self, path: &[Name]) -> Option<(ModuleRef, usize)> {
        self.longest(path)
    }

    fn packages_on_the_way(&self, module: ModuleRef, length: usize) -> Vec<FileId> {
        let ModuleRef::File { file, .. } = module else { return Vec::new() };
        let Some(path) = self.paths.get(&file) else { return Vec::new() };
        let own = usize::from(path.ends_with("/__init__.py"));
        let above = self.ancestors(file).skip(own).take(length.saturating_sub(1));
        let package = |directory: &str| self.modules.get(join(directory, "__init__").as_str()).copied();
        let runs = |file: &FileId| self.paths.get(file).is_some_and(|path| path.ends_with(".py"));
        above.take_while(|directory| !directory.is_empty()).filter_map(package).filter(runs).collect()
    }

    fn set_third_party(&mut self, names: FxHashSet<Name>) {
        self.third_party = names;
    }

    fn is_third_party(&self, root: &str) -> bool {
        self.third_party.contains(root)
    }

    /// From the project root or a listed root.
    fn capturing(&self, name: &Name) -> Option<FileId> {
        let root = self.roots.iter().find(|root| root.listed && self.regular(&root.path, name))?;
        match self.module_in(&root.path, name)? {
            ModuleRef::File { file, .. } => Some(file),
            ModuleRef::Directory(_) => None,
        }
    }

    fn is_package(&self, root: &Name) -> bool {
        self.is_external(root)
    }

    /// Returns the number of segments of a dotted path that name a module, where its first name is the tree's whatever
    /// file imports it: from the project root or a listed root, or by a namespace package of a detected one.
    fn longest_own(&self, path: &[Name]) -> Option<usize> {
        let first = path.first()?;
        let roots = self.roots.iter().filter(|root| root.listed || !self.regular(&root.path, first));
        roots.filter_map(|root| (1..=path.len()).rev().find(|&n| self.descend(&root.path, &path[..n]).is_some())).max()
    }

    fn module_around(&self, _facts: Option<&FileFacts>, file: FileId, _scope: ScopeId) -> ModuleRef {
        Self::module_of(file)
    }

    fn locate(&self, from: ModuleRef, anchor: Anchor, path: &[Name]) -> Located {
        match (from, anchor) {
            (ModuleRef::Directory(_), _) => Located::Nowhere,
            (ModuleRef::File { file, .. }, Anchor::Package(level)) => self.locate_relative(file, level, path),
            (ModuleRef::File { file, .. }, _) => self.locate_absolute(file, path),
        }
    }

    fn child(&self, module: ModuleRef, name: &str) -> Option<ModuleRef> {
        self.module_in(self.directory_of(module)?, name)
    }

    /// The dotted names by which a module is known, the most natural one first: the one from the deepest root that is
    /// not itself inside a package.
    fn names(&self, module: ModuleRef) -> Vec<Vec<Name>> {
        let path = match module {
            ModuleRef::Directory(index) => self.directory_paths.get(index as usize).map(|path| &**path),
            ModuleRef::File { file, .. } => self.paths.get(&file).map(|path| {
                let stem = path.strip_suffix(".pyi").or_else(|| path.strip_suffix(".py")).unwrap_or(path);
                stem.strip_suffix("/__init__").unwrap_or(stem)
            }),
        };
        let Some(path) = path else { return Vec::new() };
        let mut roots: Vec<&Root> = self.roots.iter().filter(|root| below(path, &root.path).is_some()).collect();
        roots.sort_by_key(|root| {
            let in_package = !root.path.is_empty() && self.modules.contains_key(join(&root.path, "__init__").as_str());
            (in_package, std::cmp::Reverse(root.path.len()))
        });
        let mut names: Vec<Vec<Name>> = Vec::new();
        for root in roots {
            let dotted: Vec<Name> = below(path, &root.path)
                .unwrap_or_default()
                .split('/')
                .filter(|s| !s.is_empty())
                .map(Name::from)
                .collect();
            let foreign = dotted.first().is_some_and(|first| self.is_foreign(root, first));
            if !dotted.is_empty() && !foreign && !names.contains(&dotted) {
                names.push(dotted);
            }
        }
        if names.is_empty() {
            names.push(path.split('/').filter(|s| !s.is_empty()).map(Name::from).collect());
        }
        names
    }
}

/// The directories of files, up to the top.
fn directories<'t>(paths: &[&'t str]) -> FxHashSet<&'t str> {
    let mut found = FxHashSet::default();
    for path in paths {
        let mut directory = parent(path);
        while found.insert(directory) && !directory.is_empty() {
            directory = parent(directory);
        }
    }
    found
}

fn is_package(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == "__init__.py" || name == "__init__.pyi"
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn join(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}

/// The part of `path` below `root`, if it is below it.
fn below<'p>(path: &'p str, root: &str) -> Option<&'p str> {
    if root.is_empty() { Some(path) } else { path.strip_prefix(root)?.strip_prefix('/') }
}

/// The last part of a path.
fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn normalise(root: &str) -> Arc<str> {
    let trimmed = root.trim_start_matches("./").trim_end_matches('/');
    if trimmed == "." { "".into() } else { trimmed.into() }
}
