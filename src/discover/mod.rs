//! Discovery: which files of a project are scanned, which are passed over, and why.
//!
//! In: the project root and [`Options`]. Out: a [`Tree`], the [`DiskTexts`] that read it, and what could not be looked
//! at. Depends on nothing but the tree itself: neither the user's global git settings nor `.git/info/exclude` count,
//! because two people with the same checkout must get the same result. Leaves out what the texts mean.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::lang;
use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::rule::FileGlob;
use crate::tree::{Skipped, Tree};

mod decode;
mod encode;
mod git;
mod ignores;
mod regular;
mod status;
mod texts;
mod walk;

pub use regular::{Unread, git_directory, read_file, work_tree};
pub use texts::{DiskTexts, Objects};
pub use walk::is_cache_signature;

use walk::{Found, Link};

/// The choice of what is scanned besides the defaults, and what is not.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Files and directories to pass over.
    pub exclude: Vec<FileGlob>,
    /// Scan what `.gitignore` names as well.
    pub ignore_gitignore: bool,
    /// Files given by name, relative to the root with `/`: scanned even if excluded.
    pub named: Vec<String>,
    /// Pass over excluded files even if they are given by name.
    pub force_exclude: bool,
}

impl Options {
    /// Returns whether a glob passes over the file at `path`, or a directory that it is in.
    #[must_use]
    pub fn excludes(&self, path: &str) -> bool {
        let above = path.match_indices('/').map(|(at, _)| (&path[..at], true));
        above.chain([(path, false)]).any(|(part, directory)| self.exclusion(part, directory).is_some())
    }

    /// Returns the reason for which a glob passes over an entry, if one does.
    #[must_use]
    pub fn exclusion_reason(&self, path: &str, is_directory: bool) -> Option<String> {
        let glob = self.exclusion(path, is_directory)?;
        let from = if glob.origin.file.is_empty() { "--exclude" } else { &glob.origin.file };
        Some(format!("excluded by `{}` ({from})", glob.text))
    }

    /// The glob that passes over an entry. A directory is passed over whole when a glob names it or all below it.
    fn exclusion(&self, path: &str, is_directory: bool) -> Option<&FileGlob> {
        self.exclude.iter().find(|glob| {
            let below = is_directory && (glob.text.ends_with("/**") || glob.text.ends_with('/'));
            glob.matches(path) || below && glob.matches(&format!("{path}/"))
        })
    }
}

/// The results of a walk.
#[derive(Debug, Default)]
pub struct Discovered {
    /// The files.
    pub tree: Tree,
    /// Their texts.
    pub texts: DiskTexts,
    /// Places that could not be looked at, sorted.
    pub problems: Vec<Problem>,
}

impl Discovered {
    /// Adds files from elsewhere, of which there are none here.
    #[must_use]
    pub fn with(mut self, more: Self) -> Self {
        self.texts.adopt(more.texts);
        let files: Vec<_> = more.tree.files().iter().map(|file| (Arc::clone(&file.path), file.language)).collect();
        self.tree.manifests.extend(more.tree.manifests);
        self.tree.skipped.extend(more.tree.skipped);
        self.problems.extend(more.problems);
        self.problems.sort_unstable();
        Self { tree: self.tree.with(files), ..self }
    }
}

/// Walks the project below `root`, which must be a canonical path.
#[must_use]
pub fn discover(root: &Path, options: &Options) -> Discovered {
    let mut found = walk::walk(root, options);
    admit_links(root, &mut found);
    if !options.force_exclude {
        admit_named(root, &options.named, &mut found);
    }
    found.problems.sort_unstable();
    // Two names may be shown alike; whichever is kept must not depend on threads.
    found.odd.sort_unstable();
    let texts = DiskTexts::new(root.to_owned(), found.odd.into_iter().collect());
    let tree = Tree::new(found.files, found.manifests, found.skipped);
    let admit = |path: &str| root.join(path).is_file() && !options.excludes(path);
    Discovered { tree: lang::with_included(tree, &texts, &admit), texts, problems: found.problems }
}

/// A link counts as a file of its own unless the file it leads to is scanned under its real path, or under an earlier
/// link: two dotted paths to one file are one module.
fn admit_links(root: &Path, found: &mut Found) {
    let mut links = std::mem::take(&mut found.links);
    if links.is_empty() {
        return;
    }
    links.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    let scanned: HashSet<PathBuf> = found.files.iter().map(|(path, _)| root.join(&**path)).collect();
    let mut admitted: HashMap<PathBuf, Arc<str>> = HashMap::new();
    for Link { path, language, target } in links {
        let same = if scanned.contains(&target) { Some(shown(root, &target)) } else { None };
        let same = same.or_else(|| admitted.get(&target).map(ToString::to_string));
        match same {
            Some(other) => {
                found.skipped.push(Skipped { path, reason: format!("link to `{other}`, which is scanned itself") });
            }
            None => {
                admitted.insert(target, Arc::clone(&path));
                found.files.push((path, language));
            }
        }
    }
}

/// Files given by name are scanned whatever excludes them.
fn admit_named(root: &Path, named: &[String], found: &mut Found) {
    if named.is_empty() {
        return;
    }
    let known: HashSet<Arc<str>> = found.files.iter().map(|(path, _)| Arc::clone(path)).collect();
    for path in named {
        let Some(language) = lang::of_path(Path::new(path)) else {
            let reason = format!("no {} file by its extension", lang::titles());
            found.skipped.push(Skipped { path: path.as_str().into(), reason });
            continue;
        };
        if known.contains(path.as_str()) || !root.join(path).is_file() {
            continue;
        }
        found.skipped.retain(|skipped| *skipped.path != **path);
        found.files.push((path.as_str().into(), language));
    }
}

/// `path` relative to `root`, with `/` between its parts and replacement characters for what is not UTF-8.
#[must_use]
pub fn shown(root: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// The path that these bytes of a listing name.
#[cfg(unix)]
#[must_use]
pub fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(bytes).into()
}

/// The path that these bytes of a listing name.
#[cfg(not(unix))]
#[must_use]
pub fn path_of(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

fn unreadable(path: &str, severity: ProblemSeverity, message: impl Into<String>) -> Problem {
    Problem::whole_file(severity, ProblemKind::Read, path, message)
}
