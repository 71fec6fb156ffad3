//! The import graph of a tree.
//!
//! In: a tree, its texts, the rules. Out: for each file the files that it imports, what it imports from outside, and
//! where it can be entered. A language is read by a pass over imports alone if it has one, and else by its facts.

use std::sync::Arc;

use rayon::prelude::*;

use crate::analysis;
use crate::facts::FileFacts;
use crate::lang::{EntryPoint, EntryPointKind, FileImports, ImportTime, Layouts, front_end};
use crate::rule::RuleSet;
use crate::selection;
use crate::source::FileId;
use crate::tree::{Texts, Tree, TreeFile};

use super::links;

/// The imports between the files of a tree.
#[derive(Debug)]
pub struct ImportGraph {
    nodes: Vec<ImportNode>,
    importers: Vec<Vec<(FileId, ImportTime)>>,
    /// The layouts that place the modules.
    pub layouts: Layouts,
    /// Files that could not be read, so that nothing is known of what they import.
    pub unread: u64,
}

/// One file.
#[derive(Debug, Clone, Default)]
pub struct ImportNode {
    /// The files that it imports, each once with the first line that does so the earliest, in path order.
    pub imports: Vec<Edge>,
    /// Its imports from outside the tree (`redis.asyncio.Redis`), with the line, sorted.
    pub outside: Vec<(Box<str>, u32)>,
    /// Its entry points.
    pub entries: Vec<EntryPoint>,
    /// It is test code.
    pub test: bool,
}

/// An import of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The imported file.
    pub to: FileId,
    /// The time at which the import runs.
    pub time: ImportTime,
    /// 1-based line; 0 for a package that runs before the modules in it.
    pub line: u32,
}

/// One file as it was read.
enum FileRead {
    Imports(FileImports),
    Facts(Arc<str>, Box<FileFacts>),
    Unread,
}

impl ImportGraph {
    /// Reads every file of the tree.
    #[must_use]
    pub fn read(tree: &Tree, texts: &dyn Texts, rules: &RuleSet) -> Self {
        let mut layouts = analysis::layouts(tree, texts, rules);
        let read: Vec<FileRead> = tree.files().par_iter().map(|file| read(file, texts, &layouts)).collect();
        for (file, read) in tree.files().iter().zip(&read) {
            if let FileRead::Facts(_, facts) = read {
                layouts.of_mut(file.language).learn(file.id, facts);
            }
        }
        let unread = read.iter().filter(|read| matches!(read, FileRead::Unread)).count() as u64;
        let mut nodes: Vec<ImportNode> =
            tree.files().par_iter().zip(read).map(|(file, read)| node(&layouts, file, read)).collect();
        for (file, node) in tree.files().iter().zip(&mut nodes) {
            node.test = selection::is_test_place(&layouts, rules, file);
        }
        for (language, layout) in layouts.all() {
            for (file, entry) in front_end(language).installed_programs(tree, texts, layout) {
                nodes[file.index()].entries.push(entry);
            }
            for (file, name) in layout.binaries() {
                enter_binary(&mut nodes[file.index()].entries, &name);
            }
        }
        nodes.iter_mut().for_each(|node| node.entries.sort());
        let mut importers = vec![Vec::new(); nodes.len()];
        for (file, node) in tree.files().iter().zip(&nodes) {
            node.imports.iter().for_each(|edge| importers[edge.to.index()].push((file.id, edge.time)));
        }
        Self { nodes, importers, layouts, unread }
    }

    /// One file.
    #[must_use]
    pub fn node(&self, file: FileId) -> &ImportNode {
        &self.nodes[file.index()]
    }

    /// The files that import a file, and when they do, in path order.
    #[must_use]
    pub fn importers(&self, file: FileId) -> &[(FileId, ImportTime)] {
        &self.importers[file.index()]
    }

    /// The number of imports between files.
    #[must_use]
    pub fn edges(&self) -> u64 {
        self.nodes.iter().map(|node| node.imports.iter().filter(|edge| edge.line > 0).count() as u64).sum()
    }

    /// The import of one file by another.
    #[must_use]
    pub fn edge(&self, from: FileId, to: FileId) -> Option<Edge> {
        let imports = &self.node(from).imports;
        imports.binary_search_by_key(&to, |edge| edge.to).ok().map(|at| imports[at])
    }
}

fn read(file: &TreeFile, texts: &dyn Texts, layouts: &Layouts) -> FileRead {
    if let Some(imports) = front_end(file.language).import_pass() {
        let mut found = FileImports::default();
        return match texts.show(&file.path, &mut Vec::new(), &mut |text| found = imports(&file.path, text)) {
            Ok(()) => FileRead::Imports(found),
            Err(_) => FileRead::Unread,
        };
    }
    match texts.read(&file.path) {
        Ok(text) => {
            let facts = layouts.extract(file, &text);
            FileRead::Facts(text, Box::new(facts))
        }
        Err(_) => FileRead::Unread,
    }
}

fn node(layouts: &Layouts, file: &TreeFile, read: FileRead) -> ImportNode {
    let mut node = match read {
        FileRead::Imports(imports) => links::of_imports(layouts, file, imports),
        FileRead::Facts(text, facts) => links::of_facts(layouts, file, &text, &facts),
        FileRead::Unread => ImportNode::default(),
    };
    node.imports.retain(|edge| edge.to != file.id);
    node.imports.sort_unstable();
    node.imports.dedup_by_key(|edge| edge.to);
    node.outside.sort_unstable();
    node.outside.dedup_by(|one, other| one.0 == other.0);
    node
}

/// The root of a binary is entered at its `main`, which has the binary's name then.
fn enter_binary(entries: &mut Vec<EntryPoint>, name: &str) {
    match entries.iter_mut().find(|entry| entry.kind == EntryPointKind::Binary && entry.name == "main") {
        Some(main) => main.name = name.to_owned(),
        None => entries.push(EntryPoint { line: 0, kind: EntryPointKind::Binary, name: name.to_owned() }),
    }
}
