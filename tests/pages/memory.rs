//! A tree in memory, from the files of a scenario.

use std::path::Path;
use std::sync::Arc;

use ssot::tree::{MemoryTexts, Tree};

use super::page::PageFile;

const MANIFESTS: [&str; 4] = ["pyproject.toml", "setup.py", "setup.cfg", "Cargo.toml"];

/// The tree that discovery would give for these files, and their texts.
#[must_use]
pub fn tree(files: &[PageFile]) -> (Tree, MemoryTexts) {
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
    let texts = MemoryTexts::new(files.iter().map(|file| (file.path.clone(), file.text.clone())));
    let tree = Tree::new(sources, manifests, Vec::new());
    (ssot::lang::with_included(tree, &texts, &|path| texts.has(path)), texts)
}
