//! The walk: every directory once, in parallel, without following links to directories.
//!
//! Written on `std::fs::read_dir` and `rayon` rather than on `ignore`'s walker, because that one drops what is ignored
//! without saying so: a file that git tracks must be kept, and `ssot files` names the reason for each one passed over.

use std::ffi::OsStr;
use std::fs::{self, DirEntry, FileType};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::git::{self, Repository};
use super::ignores::Ignores;
use super::{Options, unreadable};
use crate::lang;
use crate::problem::{Problem, ProblemSeverity};
use crate::source::Language;
use crate::tree::Skipped;

/// Directories of version control systems: not part of the project, not worth a line in the list of what is skipped.
const VERSION_CONTROL: [&str; 6] = [".git", ".hg", ".svn", ".jj", ".bzr", "_darcs"];

/// The beginning of a file that marks its directory as a cache (bford.info/cachedir).
const CACHE_SIGNATURE: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55";

/// The results of a walk, in no order.
#[derive(Default)]
pub(super) struct Found {
    pub files: Vec<(Arc<str>, Language)>,
    pub manifests: Vec<Arc<str>>,
    pub skipped: Vec<Skipped>,
    pub links: Vec<Link>,
    pub problems: Vec<Problem>,
    /// Paths on disk whose shown form is not the same, because their name is not UTF-8.
    pub odd: Vec<(Arc<str>, PathBuf)>,
    repositories: Vec<Arc<Repository>>,
}

/// A link that leads to a file.
pub(super) struct Link {
    pub path: Arc<str>,
    pub language: Language,
    /// Canonical path of the file.
    pub target: PathBuf,
}

impl Found {
    fn merge(mut self, mut other: Self) -> Self {
        if self.files.len() + self.skipped.len() < other.files.len() + other.skipped.len() {
            std::mem::swap(&mut self, &mut other);
        }
        self.files.append(&mut other.files);
        self.manifests.append(&mut other.manifests);
        self.skipped.append(&mut other.skipped);
        self.links.append(&mut other.links);
        self.problems.append(&mut other.problems);
        self.odd.append(&mut other.odd);
        self.repositories.append(&mut other.repositories);
        self
    }
}

/// Walks the whole tree below `root`.
pub(super) fn walk(root: &Path, options: &Options) -> Found {
    let repository = git::enclosing(root, options);
    let ignores = if options.ignore_gitignore { None } else { Ignores::above(root, repository.as_deref()) };
    let walk = Walk { root, options };
    let top = Directory { path: root.to_owned(), shown: String::new(), ignores, repository, tracked_only: false };
    let mut found = walk.directory(top);
    let failures = found.repositories.iter().filter_map(|repository| repository.failure());
    found.problems.extend(failures);
    found
}

/// Returns whether a `.gitignore` of the directories around a file names it.
pub(super) fn is_ignored(root: &Path, options: &Options, path: &str) -> bool {
    let repository = git::enclosing(root, options);
    let file = root.join(path);
    let mut directories: Vec<&Path> = file.ancestors().skip(1).take_while(|it| it.starts_with(root)).collect();
    directories.reverse();
    let above = Ignores::above(root, repository.as_deref());
    let with_own = |above, directory: &&Path| match directory.join(".gitignore").is_file() {
        true => Some(Ignores::read(directory, above)),
        false => above,
    };
    let ignores = directories.iter().fold(above, with_own);
    ignores.is_some_and(|ignores| ignores.ignored(root, &file, false).is_some())
}

struct Walk<'a> {
    root: &'a Path,
    options: &'a Options,
}

/// A directory to look into.
struct Directory {
    path: PathBuf,
    shown: String,
    ignores: Option<Arc<Ignores>>,
    repository: Option<Arc<Repository>>,
    /// It is ignored, and only what git tracks in it counts.
    tracked_only: bool,
}

impl Walk<'_> {
    fn directory(&self, mut directory: Directory) -> Found {
        let mut found = Found::default();
        let entries = match list(&directory.path) {
            Ok(entries) => entries,
            Err(error) => {
                let message = format!("the directory could not be read: {}", reason(&error));
                found.problems.push(unreadable(&directory.shown, ProblemSeverity::Error, message));
                return found;
            }
        };
        if !directory.shown.is_empty()
            && let Some(reason) = foreign(&directory.path, &entries)
        {
            found.skipped.push(skip(&format!("{}/", directory.shown), reason));
            return found;
        }
        self.enter(&mut directory, &entries, &mut found);
        let inner: Vec<Directory> =
            entries.iter().filter_map(|entry| self.entry(&directory, entry, &mut found)).collect();
        let below = inner.into_par_iter().map(|inner| self.directory(inner)).reduce(Found::default, Found::merge);
        found.merge(below)
    }

    /// Takes the directory's own `.gitignore` into account, and a repository that begins here.
    fn enter(&self, directory: &mut Directory, entries: &[Entry], found: &mut Found) {
        if self.options.ignore_gitignore {
            return;
        }
        let has = |name: &str| entries.iter().find(|entry| entry.name() == name);
        if !directory.shown.is_empty() && has(".git").is_some() {
            directory.ignores = None;
            directory.tracked_only = false;
            directory.repository = Some(Arc::new(Repository::new(&directory.path, &directory.shown)));
        }
        if directory.shown.is_empty() || has(".git").is_some() {
            found.repositories.extend(directory.repository.clone());
        }
        if has(".gitignore").is_some_and(|entry| entry.kind.is_file()) {
            directory.ignores = Some(Ignores::read(&directory.path, directory.ignores.take()));
        }
    }

    /// Sorts one entry into `found`, or gives the directory to look into next.
    fn entry(&self, directory: &Directory, entry: &Entry, found: &mut Found) -> Option<Directory> {
        let name = entry.name();
        let is_directory = entry.kind.is_dir();
        let interesting = lang::of_path(Path::new(name)).is_some() || is_manifest(name);
        if !is_directory && !interesting && !entry.kind.is_symlink() {
            return None;
        }
        if is_directory && (VERSION_CONTROL.iter().any(|known| name == *known) || is_compiled(name)) {
            return None;
        }
        let path = entry.path(&directory.path);
        let lossy = name.to_string_lossy();
        let shown =
            if directory.shown.is_empty() { lossy.into_owned() } else { format!("{}/{lossy}", directory.shown) };
        let passed = self.passed_over(directory, &path, &shown, is_directory);
        if let Verdict::Skip(reason) = passed {
            let slash = if is_directory { "/" } else { "" };
            if is_directory || interesting {
                found.skipped.push(skip(&format!("{shown}{slash}"), reason));
            }
            return None;
        }
        if is_directory {
            let tracked_only = directory.tracked_only || matches!(passed, Verdict::TrackedOnly);
            let (ignores, repository) = (directory.ignores.clone(), directory.repository.clone());
            return Some(Directory { path, shown, ignores, repository, tracked_only });
        }
        self.file(path, shown.into(), entry.kind, interesting, found);
        None
    }

    fn passed_over(&self, directory: &Directory, path: &Path, shown: &str, is_directory: bool) -> Verdict {
        if let Some(reason) = self.options.exclusion_reason(shown, is_directory) {
            return Verdict::Skip(reason);
        }
        if is_directory && path.file_name() == Some(OsStr::new("node_modules")) {
            return Verdict::Skip("third-party packages".to_owned());
        }
        let ignored = if directory.tracked_only {
            Some("in a directory that .gitignore names".to_owned())
        } else {
            directory.ignores.as_ref().and_then(|ignores| ignores.ignored(self.root, path, is_directory))
        };
        let Some(reason) = ignored else { return Verdict::Keep };
        match &directory.repository {
            Some(repository) if is_directory && repository.tracks_below(shown) => Verdict::TrackedOnly,
            Some(repository) if !is_directory && repository.tracks(shown) => Verdict::Keep,
            _ => Verdict::Skip(reason),
        }
    }

    fn file(&self, path: PathBuf, shown: Arc<str>, kind: FileType, interesting: bool, found: &mut Found) {
        if kind.is_symlink() {
            self.link(&path, &shown, interesting, found);
        } else if kind.is_file() {
            if path.file_name().is_some_and(is_manifest) {
                found.manifests.push(Arc::clone(&shown));
            }
            if let Some(language) = lang::of_path(&path) {
                found.files.push((Arc::clone(&shown), language));
            }
        } else {
            let message = "not a regular file (a pipe, socket or device), so it is not scanned";
            found.problems.push(unreadable(&shown, ProblemSeverity::Warning, message));
        }
        if path.to_str().is_none() {
            found.odd.push((shown, path));
        }
    }

    fn link(&self, path: &Path, shown: &Arc<str>, interesting: bool, found: &mut Found) {
        let target = match fs::canonicalize(path) {
            Ok(target) => target,
            // Editors leave dangling links as locks; a link that is no source file is nobody's trouble.
            Err(_) if !interesting || shown.rsplit('/').next().is_some_and(|name| name.starts_with(".#")) => return,
            Err(error) => {
                let message = format!("the link leads nowhere: {}", reason(&error));
                found.problems.push(unreadable(shown, ProblemSeverity::Warning, message));
                return;
            }
        };
        if target.is_dir() {
            self.directory_link(path, shown, &target, found);
        } else if !target.is_file() {
            let message = "the link leads to no regular file, so it is not scanned";
            found.problems.push(unreadable(shown, ProblemSeverity::Warning, message));
        } else if let Some(language) = lang::of_path(path) {
            found.links.push(Link { path: Arc::clone(shown), language, target });
        }
    }

    fn directory_link(&self, path: &Path, shown: &str, target: &Path, found: &mut Found) {
        if path.starts_with(target) {
            let message = "the link leads back to a directory above it and is not followed";
            found.problems.push(unreadable(shown, ProblemSeverity::Warning, message));
        } else if target.starts_with(self.root) {
            let reason = format!("link to `{}/`, which is looked at itself", super::shown(self.root, target));
            found.skipped.push(skip(shown, reason));
        } else {
            found.skipped.push(skip(shown, "link to a directory outside the project".to_owned()));
        }
    }
}

enum Verdict {
    Keep,
    /// An ignored directory with files that git tracks.
    TrackedOnly,
    Skip(String),
}

/// One entry of a directory with the kind that it has without following links.
struct Entry {
    entry: std::ffi::OsString,
    kind: FileType,
}

impl Entry {
    fn new(entry: &DirEntry) -> io::Result<Self> {
        Ok(Self { entry: entry.file_name(), kind: entry.file_type()? })
    }

    fn name(&self) -> &OsStr {
        &self.entry
    }

    fn path(&self, directory: &Path) -> PathBuf {
        directory.join(&self.entry)
    }
}

fn is_compiled(name: &OsStr) -> bool {
    name.to_str().is_some_and(lang::holds_compiled_files)
}

fn is_manifest(name: &OsStr) -> bool {
    name.to_str().is_some_and(lang::is_manifest)
}

fn list(directory: &Path) -> io::Result<Vec<Entry>> {
    fs::read_dir(directory)?.map(|entry| Entry::new(&entry?)).collect()
}

/// Returns the reason for which a directory is not the project's own code, judged by what is in it.
fn foreign(path: &Path, entries: &[Entry]) -> Option<String> {
    let has = |name: &str| entries.iter().any(|entry| entry.name() == name);
    if entries.iter().any(|entry| entry.name() == ".git" && entry.kind.is_file()) && is_linked(path) {
        return Some("linked work tree of git, which is another tree".to_owned());
    }
    if has("pyvenv.cfg") || has("conda-meta") {
        return Some("virtual environment".to_owned());
    }
    let tag = entries.iter().find(|entry| entry.name() == "CACHEDIR.TAG" && entry.kind.is_file())?;
    is_cache_tag(&tag.path(path)).then(|| "cache directory (CACHEDIR.TAG)".to_owned())
}

/// Returns true if the file `.git` in a directory says that it is a linked work tree, and not a submodule.
fn is_linked(directory: &Path) -> bool {
    let target = super::git_directory(directory);
    target.is_some_and(|target| target.parent().and_then(Path::file_name) == Some(OsStr::new("worktrees")))
}

fn is_cache_tag(path: &Path) -> bool {
    use std::io::Read;
    let mut start = [0; CACHE_SIGNATURE.len()];
    fs::File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == CACHE_SIGNATURE
}

/// Returns whether the content of a `CACHEDIR.TAG` marks a cache.
#[must_use]
pub fn is_cache_signature(bytes: &[u8]) -> bool {
    bytes.starts_with(CACHE_SIGNATURE)
}

fn skip(path: &str, reason: String) -> Skipped {
    Skipped { path: path.into(), reason }
}

/// An error of the operating system without its number.
pub(super) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(at) => text[..at].to_lowercase(),
        None => text,
    }
}
