//! Building a layout: from outlines and targets to where each file stands.
//!
//! In: the Rust files and manifests of a tree. Out: a [`RustLayout`], complete but for what the facts of files add.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::cargo::{self, CargoTarget, Extern, TargetKind, join, parent};
use super::outline::{self, Outline};
use super::{Place, RustLayout};
use crate::ablation::{Optimisation, is_off};
use crate::facts::Name;
use crate::lang::RUST;
use crate::source::FileId;
use crate::tree::{Texts, Tree, TreeFile};

/// A file still to be entered into the tree.
struct Visit {
    file: FileId,
    /// The directory in which its own modules are looked for.
    directory: String,
    /// The directory that `#[path]` counts from.
    base: String,
    names: Vec<Name>,
    parent: Option<(FileId, Vec<Name>)>,
    test: bool,
}

impl RustLayout {
    /// The layout of the Rust files and manifests of `tree`.
    #[must_use]
    pub fn new(tree: &Tree, texts: &dyn Texts) -> Self {
        let rust: Vec<_> = tree.files().iter().filter(|file| file.language == RUST).collect();
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
                layout.macros.add(*file, outline);
            }
        }
        let known: Vec<(FileId, &Outline)> = ids.iter().filter_map(|file| Some((*file, outlines.get(file)?))).collect();
        let calls = |file: FileId| read(texts, &tree.file(file).path, &mut Vec::new(), outline::outline).calls;
        layout.macros.settle(&known, &calls);
        layout.enter_others(tree, &ids, &outlines);
        layout.look_around();
        layout
    }

    fn enter_targets(&mut self, outlines: &FxHashMap<FileId, Outline>) {
        for index in 0..self.targets.len() {
            let target = &self.targets[index];
            let Some(&file) = self.by_path.get(target.root.as_str()) else { continue };
            let names = target_names(target);
            let test = target.kind.is_test();
            for (rename, name) in outlines.get(&file).map(|outline| outline.renames.clone()).unwrap_or_default() {
                let target = &self.targets[index];
                let seen = match target.externs.get(&name) {
                    Some(seen) => seen.clone(),
                    None if name == "self" => Extern::Tree(target.root.clone()),
                    None => Extern::Outside(name),
                };
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
                    self.enter(None, file, vec![Name::new("crate")], false, outlines);
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
                    self.modules_of.entry(visit.file).or_default().insert(file);
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
}

/// The outlines of files; a file that cannot be read declares nothing.
fn outlines(files: &[&TreeFile], texts: &dyn Texts) -> FxHashMap<FileId, Outline> {
    let how = if is_off(Optimisation::Outlines) { outline::outline } else { outline::rough };
    let read = |buffer: &mut Vec<u8>, file: &&TreeFile| (file.id, read(texts, &file.path, buffer, how));
    files.par_iter().map_init(Vec::new, read).collect()
}

/// The outline of a file; of one that cannot be read an empty one.
fn read(texts: &dyn Texts, path: &str, buffer: &mut Vec<u8>, how: fn(&str) -> Outline) -> Outline {
    let mut outline = Outline::default();
    // Whoever scans the file says why it cannot be read.
    let _ = texts.show(path, buffer, &mut |text| outline = how(text));
    outline
}

/// The directory beside `a/b.rs` that holds its modules: `a/b`.
fn stem_directory(path: &str) -> String {
    path.strip_suffix(".rs").unwrap_or(path).to_owned()
}

/// Returns the names of a crate's root. Nobody else can name a target that is no library; it is called after its kind,
/// so that `examples/redis.rs` is not taken for the crate `redis`.
fn target_names(target: &CargoTarget) -> Vec<Name> {
    let kind = match target.kind {
        TargetKind::Lib => return vec![target.name.clone()],
        TargetKind::Bin if !target.externs.contains_key(&target.name) => return vec![target.name.clone()],
        TargetKind::Bin => "bin",
        TargetKind::Example => "examples",
        TargetKind::Test => "tests",
        TargetKind::Bench => "benches",
        TargetKind::Build => "build",
    };
    vec![Name::new(kind), target.name.clone()]
}
