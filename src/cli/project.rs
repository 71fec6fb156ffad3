//! The project of a run: its root, its files, and what the command line names in it.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, anyhow};

use super::args::{GlobalArgs, ScanArgs};
use super::paths::{self, Chosen};
use super::progress::Progress;
use crate::discover::{self, Discovered};
use crate::rule::{FileGlob, Origin, RuleSet};
use crate::source::Language;
use crate::tree::Tree;

/// What a run looks at.
pub(super) struct Project {
    /// Canonical path of the project root.
    pub root: PathBuf,
    /// The rules.
    pub rules: Arc<RuleSet>,
    /// The files.
    pub files: Discovered,
    /// What the command line names of them.
    pub chosen: Chosen,
}

/// Finds the rules and the files.
pub(super) fn open(_global: &GlobalArgs, args: &ScanArgs, progress: &Progress) -> anyhow::Result<Project> {
    let current = current_directory()?;
    let root = current.clone();
    let rules = Arc::new(RuleSet::default());
    let chosen = paths::resolve(&root, &current, args)?;
    progress.stage("looking for files");
    let options = discover::Options {
        exclude: excluded(args, &rules)?,
        ignore_gitignore: args.no_respect_gitignore,
        named: chosen.files.clone(),
        force_exclude: args.force_exclude,
    };
    let mut files = discover::discover(&root, &options);
    if let Some((path, bytes)) = &chosen.stdin {
        lay_over(&mut files, path, bytes.clone())?;
    }
    Ok(Project { root, rules, files, chosen })
}

/// The canonical current directory.
#[expect(clippy::disallowed_methods, reason = "the command line is where paths start from")]
pub(super) fn current_directory() -> anyhow::Result<PathBuf> {
    let current = std::env::current_dir().context("the current directory cannot be found")?;
    current.canonicalize().context("the current directory cannot be looked at")
}

fn excluded(args: &ScanArgs, rules: &RuleSet) -> anyhow::Result<Vec<FileGlob>> {
    let mut globs = if args.exclude.is_empty() { rules.exclude.clone() } else { Vec::new() };
    for text in args.exclude.iter().chain(&args.extend_exclude) {
        let glob = FileGlob::new(text, Origin::default());
        globs.push(glob.map_err(|error| anyhow!("`{text}` is no valid glob: {error}"))?);
    }
    Ok(globs)
}

/// Lets a text from standard input stand for a file, which joins the tree if it is not there.
fn lay_over(files: &mut Discovered, path: &str, bytes: Vec<u8>) -> anyhow::Result<()> {
    let language = Language::of_path(path.as_ref())
        .ok_or_else(|| anyhow!("`{path}` is no Python or Rust file by its extension"))?;
    if let Err(problem) = files.texts.lay_over(path, bytes) {
        files.problems.push(problem);
    }
    if files.tree.by_path(path).is_none() {
        let tree = std::mem::take(&mut files.tree);
        let mut all: Vec<_> = tree.files().iter().map(|file| (Arc::clone(&file.path), file.language)).collect();
        all.push((path.into(), language));
        let skipped = tree.skipped.into_iter().filter(|skipped| *skipped.path != *path).collect();
        files.tree = Tree::new(all, tree.manifests, skipped);
    }
    Ok(())
}
