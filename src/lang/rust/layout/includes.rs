//! Files that are Rust only because a literal `include!` says so.
//!
//! In: the Rust files of a tree. Out: the paths of files that they include and that the tree does not have. Which of
//! them exist and may be scanned is left to discovery; what they mean to [`super::RustLayout`].

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::cargo::{join, parent};
use super::outline;
use crate::lang;
use crate::tree::{Texts, Tree};

/// The included files with names of no language, in path order; `among` are the paths whose texts are looked at.
#[must_use]
pub fn included(tree: &Tree, texts: &dyn Texts, among: &[Arc<str>]) -> Vec<Arc<str>> {
    let named: BTreeSet<Arc<str>> = among
        .par_iter()
        .map_init(Vec::new, |buffer, path| {
            let mut found = Vec::new();
            // A file that cannot be read is a problem to those who scan it.
            let _ = texts.show(path, buffer, &mut |text| {
                if outline::may_include(text) {
                    found = outline::outline(text).includes;
                }
            });
            found.iter().map(|(_, written)| join(parent(path), written)).collect::<Vec<_>>()
        })
        .flatten()
        .filter(|path| !path.starts_with("../") && lang::of_path(Path::new(path)).is_none())
        .map(|path| path.into())
        .collect();
    named.into_iter().filter(|path| tree.by_path(path).is_none()).collect()
}
