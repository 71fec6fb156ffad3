//! The files of the index or of a commit, as discovery would find them in a clean checkout.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::blobs::{Blobs, Lost};
use super::listing::{EntryKind, ListedFile};
use super::{GitError, Repository};
use crate::discover::{self, Discovered, DiskTexts, Objects, Options};
use crate::lang;
use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::source::Language;
use crate::tree::{Skipped, Tree};

/// A chain of links is not followed further.
const MOST_LINKS: usize = 40;

/// The files of the index or of a commit.
#[derive(Debug)]
pub struct GitFiles {
    entries: Vec<ListedFile>,
    /// The position of each path in `entries`.
    at: FxHashMap<Vec<u8>, usize>,
    blobs: Arc<Blobs>,
    root: PathBuf,
}

/// The files of a project on disk, and those that git tracks and a sparse checkout leaves out: they are not gone.
#[must_use]
pub fn work_tree_files(root: &Path, options: &Options) -> Discovered {
    let found = discover::discover(root, options);
    if !is_sparse(root) {
        return found;
    }
    match Repository::open(root).and_then(|repository| repository.left_out()) {
        Ok(left_out) => found.with(left_out.discover(options)),
        Err(error) => {
            let message = format!("which files the sparse checkout leaves out is not known: {}", error.message);
            let problem = Problem::whole_file(ProblemSeverity::Warning, ProblemKind::Read, "", message);
            let mut found = found;
            found.problems.push(problem.with_help(error.help));
            found
        }
    }
}

fn is_sparse(root: &Path) -> bool {
    let directory = discover::git_directory(discover::work_tree(root));
    directory.is_some_and(|directory| directory.join("info/sparse-checkout").exists())
}

/// Returns the first path below `root`, of those that `is_wanted` picks, that git tracks and a sparse checkout leaves out.
#[must_use]
pub fn left_out_path(root: &Path, is_wanted: &dyn Fn(&str) -> bool) -> Option<String> {
    let left_out = is_sparse(root).then(|| Repository::open(root).and_then(|repository| repository.left_out()).ok())?;
    let paths = left_out?.entries.into_iter().filter_map(|entry| String::from_utf8(entry.path).ok());
    paths.into_iter().find(|path| is_wanted(path))
}

impl Repository {
    /// Lists the files that the next commit would hold.
    ///
    /// # Errors
    /// When git cannot list it.
    pub fn index(&self) -> Result<GitFiles, GitError> {
        Ok(self.source(self.index_entries()?))
    }

    /// Lists the files that a commit holds.
    ///
    /// # Errors
    /// When git cannot list it.
    pub fn commit_files(&self, commit: &str) -> Result<GitFiles, GitError> {
        Ok(self.source(self.commit_entries(commit)?))
    }

    /// The tracked files that a sparse checkout leaves out.
    ///
    /// # Errors
    /// When git cannot list them.
    pub fn left_out(&self) -> Result<GitFiles, GitError> {
        let mut entries = self.listed_entries()?;
        let is_there = |path: &[u8]| self.git.directory.join(discover::path_of(path)).symlink_metadata().is_ok();
        entries.retain(|entry| entry.left_out && !is_there(&entry.path));
        Ok(self.source(entries))
    }

    fn source(&self, entries: Vec<ListedFile>) -> GitFiles {
        let at = entries.iter().enumerate().map(|(at, entry)| (entry.path.clone(), at)).collect();
        GitFiles { entries, at, blobs: Arc::clone(&self.blobs), root: self.git.directory.clone() }
    }
}

impl GitFiles {
    /// Reads from the work tree what `index` reads there: the same object is the same content.
    pub fn share(&mut self, index: &Self) {
        for entry in &mut self.entries {
            let same = index.entry(&entry.path).filter(|same| same.object == entry.object && same.kind == entry.kind);
            entry.in_work_tree = same.is_some_and(|same| same.in_work_tree);
        }
    }

    /// Returns whether the files at these paths have the same content in both.
    #[must_use]
    pub fn agrees(&self, other: &Self, paths: &[&str]) -> bool {
        let object = |source: &Self, path: &str| source.entry(path.as_bytes()).map(|entry| entry.object.clone());
        paths.iter().all(|path| object(self, path) == object(other, path))
    }

    /// Returns whether the file at a path has another content here than in the work tree.
    #[must_use]
    pub fn differs_from_work_tree(&self, path: &str) -> bool {
        self.entry(path.as_bytes()).is_some_and(|entry| !entry.in_work_tree)
    }

    /// Returns whether there is a file at a path.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.entry(path.as_bytes()).is_some()
    }

    /// Lists the paths of all files.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        self.entries.iter().map(|entry| String::from_utf8_lossy(&entry.path).into_owned()).collect()
    }

    /// Returns the number of files whose content was asked for in vain.
    #[must_use]
    pub fn unread(&self) -> usize {
        self.entries.iter().filter(|entry| self.blobs.is_lost(&entry.object)).count()
    }

    /// Returns whether there is a file below a directory.
    #[must_use]
    pub fn has_below(&self, directory: &str) -> bool {
        let prefix = format!("{directory}/");
        self.entries.iter().any(|entry| entry.path.starts_with(prefix.as_bytes()))
    }

    /// The source files that are here and not in the tree that was made of them, with the reason.
    #[must_use]
    pub fn passed_over(&self, tree: &Tree) -> BTreeMap<String, String> {
        let reasons: BTreeMap<&str, &str> = tree.skipped.iter().map(|it| (&*it.path, &*it.reason)).collect();
        let files = self.entries.iter().filter(|entry| entry.kind == EntryKind::File && !entry.unmerged);
        let paths = files.map(|entry| String::from_utf8_lossy(&entry.path));
        let left_out = paths.filter(|path| lang::of_path(Path::new(&**path)).is_some() && tree.by_path(path).is_none());
        let with_reason = left_out.filter_map(|path| {
            let around = path.match_indices('/').map(|(at, _)| &path[..=at]);
            let reason = around.chain([&*path]).find_map(|place| reasons.get(place))?;
            Some((path.to_string(), (*reason).to_owned()))
        });
        with_reason.collect()
    }

    /// The content of the file at a path; none if there is none.
    pub fn bytes(&self, path: &str) -> Option<Result<Vec<u8>, String>> {
        let mut entry = self.entry(path.as_bytes())?;
        for _hop in 0..MOST_LINKS {
            if entry.kind != EntryKind::Link {
                return Some(Objects::read(&*self.blobs, &entry.object));
            }
            match self.target(entry) {
                Some(target) => entry = target,
                None => return Some(Err("it is a link to no file that git tracks in the project".to_owned())),
            }
        }
        Some(Err("it is a link that leads to itself".to_owned()))
    }

    /// Returns the entry that a link leads to.
    fn target(&self, link: &ListedFile) -> Option<&ListedFile> {
        let target = Objects::read(&*self.blobs, &link.object).ok()?;
        let path = resolved(&String::from_utf8_lossy(&link.path), &String::from_utf8_lossy(&target))?;
        self.entry(path.as_bytes())
    }

    fn entry(&self, path: &[u8]) -> Option<&ListedFile> {
        self.at.get(path).and_then(|&at| self.entries.get(at))
    }

    /// Returns what discovery gives for these files. What git tracks is scanned whatever `.gitignore` says; submodules
    /// are left alone.
    #[must_use]
    pub fn discover(&self, options: &Options) -> Discovered {
        let mut sorted = Sorted::default();
        let mut directories = Directories { source: self, options, known: FxHashMap::default() };
        for entry in &self.entries {
            let shown = String::from_utf8_lossy(&entry.path);
            let name = shown.rsplit('/').next().unwrap_or_default();
            let language = lang::of_path(Path::new(&*shown));
            let manifest = lang::is_manifest(name);
            if (language.is_none() && !manifest) || entry.kind == EntryKind::Submodule {
                // It may turn out to be included by a file that has a language.
                if !entry.in_work_tree && entry.kind == EntryKind::File {
                    sorted.objects.insert(shown.as_ref().into(), entry.object.clone());
                }
                continue;
            }
            let named = !options.force_exclude && options.named.iter().any(|named| *named == shown);
            if !named && let Some((place, reason)) = directories.passed_over(&shown) {
                sorted.skipped.push(Skipped { path: place.into(), reason });
                continue;
            }
            let path: Arc<str> = shown.as_ref().into();
            if entry.unmerged {
                let message = "the file has conflicts that are not resolved in the index";
                let problem = Problem::whole_file(ProblemSeverity::Error, ProblemKind::Read, &path, message);
                sorted.problems.push(problem.with_help("resolve them and `git add` the file"));
                continue;
            }
            match entry.kind {
                EntryKind::Link => sorted.links.push((path, entry)),
                _ => sorted.admit(self, path, entry, language, manifest),
            }
        }
        sorted.admit_links(self);
        sorted.finish(self, options)
    }
}

/// Entries sorted by what becomes of them.
#[derive(Default)]
struct Sorted<'s> {
    files: Vec<(Arc<str>, Language)>,
    manifests: Vec<Arc<str>>,
    skipped: Vec<Skipped>,
    links: Vec<(Arc<str>, &'s ListedFile)>,
    problems: Vec<Problem>,
    odd: HashMap<Arc<str>, PathBuf>,
    objects: HashMap<Arc<str>, String>,
}

impl<'s> Sorted<'s> {
    fn admit(
        &mut self,
        source: &GitFiles,
        path: Arc<str>,
        entry: &'s ListedFile,
        language: Option<Language>,
        manifest: bool,
    ) {
        if !entry.in_work_tree {
            self.objects.insert(Arc::clone(&path), entry.object.clone());
        } else if path.as_bytes() != entry.path {
            self.odd.insert(Arc::clone(&path), source.root.join(discover::path_of(&entry.path)));
        }
        if manifest {
            self.manifests.push(Arc::clone(&path));
        }
        self.files.extend(language.map(|language| (path, language)));
    }

    /// A link counts as a file of its own unless the file it leads to is scanned itself.
    fn admit_links(&mut self, source: &'s GitFiles) {
        for (path, link) in std::mem::take(&mut self.links) {
            let Some(entry) = source.target(link).filter(|entry| entry.kind == EntryKind::File) else {
                let reason = "link to no file that git tracks in the project".to_owned();
                self.skipped.push(Skipped { path, reason });
                continue;
            };
            let shown = String::from_utf8_lossy(&entry.path);
            if self.files.iter().any(|(file, _)| **file == *shown) {
                let reason = format!("link to `{shown}`, which is scanned itself");
                self.skipped.push(Skipped { path, reason });
                continue;
            }
            self.objects.insert(Arc::clone(&path), entry.object.clone());
            self.files.extend(lang::of_path(Path::new(&*path)).map(|language| (Arc::clone(&path), language)));
        }
    }

    fn finish(mut self, source: &GitFiles, options: &Options) -> Discovered {
        self.skipped.sort_unstable();
        self.skipped.dedup();
        self.problems.sort_unstable();
        let mut texts = DiskTexts::new(source.root.clone(), self.odd);
        texts.take_from(Arc::clone(&source.blobs) as Arc<dyn Objects>, self.objects);
        let tree = Tree::new(self.files, self.manifests, self.skipped);
        let admit = |path: &str| {
            source.entry(path.as_bytes()).is_some_and(|entry| entry.kind == EntryKind::File) && !options.excludes(path)
        };
        Discovered { tree: lang::with_included(tree, &texts, &admit), texts, problems: self.problems }
    }
}

/// The path that a link at `path` leads to, relative to the root; none if it leaves it.
fn resolved(path: &str, target: &str) -> Option<String> {
    if target.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The directories that are passed over, and why, as the walk would say it.
struct Directories<'a> {
    source: &'a GitFiles,
    options: &'a Options,
    known: FxHashMap<String, Option<String>>,
}

impl Directories<'_> {
    /// Returns the directory around a file, or the file itself, that is passed over, with the reason.
    fn passed_over(&mut self, path: &str) -> Option<(String, String)> {
        for (at, _) in path.match_indices('/') {
            let directory = &path[..at];
            if !self.known.contains_key(directory) {
                let reason = self.judge(directory);
                self.known.insert(directory.to_owned(), reason);
            }
            if let Some(Some(reason)) = self.known.get(directory) {
                return Some((format!("{directory}/"), reason.clone()));
            }
        }
        self.options.exclusion_reason(path, false).map(|reason| (path.to_owned(), reason))
    }

    fn judge(&self, directory: &str) -> Option<String> {
        let has = |name: &str| self.source.has(&format!("{directory}/{name}"));
        if let Some(reason) = self.options.exclusion_reason(directory, true) {
            return Some(reason);
        }
        match directory.rsplit('/').next() {
            Some("node_modules") => return Some("third-party packages".to_owned()),
            Some(name) if lang::holds_compiled_files(name) => return Some("compiled files".to_owned()),
            _ => {}
        }
        if has("pyvenv.cfg") || has("conda-meta/history") {
            return Some("virtual environment".to_owned());
        }
        let tag = self.source.bytes(&format!("{directory}/CACHEDIR.TAG"))?.ok()?;
        discover::is_cache_signature(&tag).then(|| "cache directory (CACHEDIR.TAG)".to_owned())
    }
}

impl Objects for Blobs {
    fn read(&self, object: &str) -> Result<Vec<u8>, String> {
        Self::read(self, object).map_err(|lost| match lost {
            Lost::Missing => format!(
                "its content (object {}) is not in this clone, which is a partial or damaged one; \
                 `git fetch --refetch --no-filter` or a full clone gets it",
                &object[..object.len().min(12)]
            ),
            Lost::Failed(words) => format!("git could not give its content: {words}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_resolved_inside_the_project() {
        assert_eq!(resolved("a/b/l.py", "../x.py").as_deref(), Some("a/x.py"));
        assert_eq!(resolved("l.py", "./a//x.py").as_deref(), Some("a/x.py"));
        assert_eq!(resolved("l.py", "../x.py"), None);
        assert_eq!(resolved("l.py", "/etc/x.py"), None);
    }
}
