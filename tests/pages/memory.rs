//! A tree in memory, from the files of a scenario.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use ssot::problem::{Problem, ProblemKind, ProblemSeverity};
use ssot::tree::{Identity, Texts, Tree, TreeFile};

use super::page::PageFile;

/// Texts by path.
#[derive(Debug, Default)]
pub struct Memory(BTreeMap<String, Arc<str>>);

impl Texts for Memory {
    fn read(&self, path: &str) -> Result<Arc<str>, Problem> {
        self.0
            .get(path)
            .cloned()
            .ok_or_else(|| Problem::whole_file(ProblemSeverity::Error, ProblemKind::Read, path, "no such file"))
    }

    /// As a git object has the name of its content.
    fn identities(&self, tree: &Tree) -> Vec<Option<Identity>> {
        let text = |file: &TreeFile| self.0.get(&*file.path).map(|text| Identity::Object(Arc::clone(text)));
        tree.files().iter().map(text).collect()
    }
}

const MANIFESTS: [&str; 4] = ["pyproject.toml", "setup.py", "setup.cfg", "Cargo.toml"];

/// The tree that discovery would give for these files, and their texts.
#[must_use]
pub fn tree(files: &[PageFile]) -> (Tree, Memory) {
    let mut sources = Vec::new();
    let mut manifests = Vec::new();
    for file in files {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        if let Some(language) = ssot::lang::of_path(Path::new(&file.path)) {
            sources.push((Arc::from(file.path.as_str()), language));
        }
        if MANIFESTS.contains(&name) {
            manifests.push(Arc::from(file.path.as_str()));
        }
    }
    let texts = Memory(files.iter().map(|file| (file.path.clone(), Arc::from(file.text.as_str()))).collect());
    let tree = Tree::new(sources, manifests, Vec::new());
    (ssot::lang::with_included(tree, &texts, &|path| texts.0.contains_key(path)), texts)
}
