//! The project of a run: its root, its files, and what the command line names in it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, anyhow};

use super::args::{GlobalArgs, RuleArgs, ScanArgs};
use super::paths::{self, Chosen};
use super::progress::Progress;
use super::terminal;
use crate::discover::{self, Discovered};
use crate::pipeline::Inputs;
use crate::rule::{FileGlob, Origin, RuleSet};
use crate::source::{FileId, Language};
use crate::tree::{Tree, TreeFile};

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
    /// What a person should know of how they were found.
    notices: Vec<String>,
}

impl Project {
    /// What the analysis takes.
    pub fn inputs(&self, exhaustive: bool) -> Inputs<'_> {
        Inputs {
            tree: &self.files.tree,
            texts: &self.files.texts,
            rules: Arc::clone(&self.rules),
            exhaustive,
            problems: self.files.problems.clone(),
            notices: self.notices.clone(),
        }
    }

    /// The files that PATHS choose; none when the whole project is reported.
    pub fn reported(&self) -> Option<BTreeSet<FileId>> {
        let chosen = |file: &&TreeFile| self.chosen.contains(&file.path);
        self.chosen.is_part().then(|| self.files.tree.files().iter().filter(chosen).map(|file| file.id).collect())
    }

    /// Whether there is nothing to report on.
    pub fn is_empty(&self) -> bool {
        !self.files.tree.files().iter().any(|file| self.chosen.contains(&file.path))
    }

    /// Says so, and why.
    pub fn say_empty(&self) {
        let mut text = "nothing was scanned: no Python or Rust file ".to_owned();
        text += if self.chosen.is_part() { "in the given paths\n" } else { "in the project\n" };
        for skipped in self.files.tree.skipped.iter().filter(|skipped| self.chosen.touches(&skipped.path)).take(10) {
            text += &format!("  {} is passed over: {}\n", skipped.path, skipped.reason);
        }
        terminal::print_error(&text);
    }
}

/// Finds the rules and the files.
pub(super) fn open(
    _global: &GlobalArgs,
    args: &ScanArgs,
    select: &RuleArgs,
    progress: &Progress,
) -> anyhow::Result<Project> {
    let current = current_directory()?;
    let root = current.clone();
    let rules = Arc::new(RuleSet::default());
    let chosen = paths::resolve(&root, &current, args)?;
    progress.stage("looking for files");
    let options = discover::Options {
        exclude: excluded(args, &rules)?,
        ignore_gitignore: args.walk.no_respect_gitignore,
        named: chosen.files.clone(),
        force_exclude: args.force_exclude,
    };
    let mut files = discover::discover(&root, &options);
    if let Some((path, bytes)) = &chosen.stdin {
        lay_over(&mut files, path, bytes.clone())?;
    }
    Ok(Project { root, rules, files, chosen, notices: Vec::new() })
}

/// The canonical current directory.
#[expect(clippy::disallowed_methods, reason = "the command line is where paths start from")]
pub(super) fn current_directory() -> anyhow::Result<PathBuf> {
    let current = std::env::current_dir().context("the current directory cannot be found")?;
    current.canonicalize().context("the current directory cannot be looked at")
}

fn excluded(args: &ScanArgs, rules: &RuleSet) -> anyhow::Result<Vec<FileGlob>> {
    let mut globs = if args.walk.exclude.is_empty() { rules.exclude.clone() } else { Vec::new() };
    for text in args.walk.exclude.iter().chain(&args.walk.extend_exclude) {
        let glob = FileGlob::new(text, Origin::default());
        globs.push(glob.map_err(|error| anyhow!("`{text}` is no valid glob: {error}"))?);
    }
    Ok(globs)
}

/// Lets a text from standard input stand for a file, which joins the tree if it is not there.
fn lay_over(files: &mut Discovered, path: &str, bytes: Vec<u8>) -> anyhow::Result<()> {
    let language = Language::of_path(path.as_ref())
        .ok_or_else(|| anyhow!("`{path}` is no Python or Rust file by its extension"))?;
    files.texts.lay_over(path, bytes);
    if files.tree.by_path(path).is_none() {
        let tree = std::mem::take(&mut files.tree);
        let mut all: Vec<_> = tree.files().iter().map(|file| (Arc::clone(&file.path), file.language)).collect();
        all.push((path.into(), language));
        let skipped = tree.skipped.into_iter().filter(|skipped| *skipped.path != *path).collect();
        files.tree = Tree::new(all, tree.manifests, skipped);
    }
    Ok(())
}
