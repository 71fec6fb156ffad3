//! What the test programs share: the literate pages under `fixtures/`, read and compared.
//!
//! In: Markdown. Out: scenarios with files and expectations, and the differences between those and what was found.
#![allow(dead_code, reason = "each test program uses a part of it")]
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read their fixtures from the disk")]

pub mod compare;
pub mod expect;
pub mod memory;
pub mod page;

use std::path::{Path, PathBuf};

use ssot::problem::Problem;
use ssot::rule::RuleSet;
use ssot::rule::load::{RulesText, load};

/// The root of the repository.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every page below `fixtures/<folder>`, in path order.
#[must_use]
pub fn pages(folder: &str) -> Vec<page::Page> {
    let directory = root().join("fixtures").join(folder);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let name = format!("fixtures/{folder}/{}", path.file_name().unwrap().to_string_lossy());
            let text = std::fs::read_to_string(path).unwrap();
            page::Page::parse(&name, &text).unwrap_or_else(|error| panic!("{error}"))
        })
        .collect()
}

/// The rules of a scenario, and what is wrong with them.
#[must_use]
pub fn rules(text: &str) -> (RuleSet, Vec<Problem>) {
    let file = RulesText { name: "ssot.toml".into(), text: text.into(), pack: false };
    load(file, &|_, path| Err(format!("a page cannot extend `{path}`")))
}
