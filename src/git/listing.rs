//! The entries that the index and commits list: paths, kinds and object names.

use rustc_hash::FxHashSet;

use super::{GitError, Repository};
use crate::lang;

/// One entry of the index or of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFile {
    /// Path relative to the project root, as git has it.
    pub path: Vec<u8>,
    /// Its kind.
    pub kind: EntryKind,
    /// Name of its object.
    pub object: String,
    /// The file in the work tree has the same content.
    pub in_work_tree: bool,
    /// It stands for several versions of a file that were not merged.
    pub unmerged: bool,
    /// The index says that it is not checked out.
    pub left_out: bool,
}

/// The kind of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A symbolic link.
    Link,
    /// A commit of another repository.
    Submodule,
}

impl EntryKind {
    fn of_mode(mode: &str) -> Self {
        match mode {
            "120000" => Self::Link,
            "160000" => Self::Submodule,
            _ => Self::File,
        }
    }
}

impl Repository {
    /// The entries of the index, in the order of git.
    pub(super) fn index_entries(&self) -> Result<Vec<ListedFile>, GitError> {
        let (listed, differing) = rayon::join(
            || self.listed_entries(),
            || {
                let options = ["--name-status", "--relative", "--no-ext-diff", "--ignore-submodules=all", "-z"];
                self.git.without_filters()?.ask(&[&["diff-files"], &options[..]].concat())
            },
        );
        let (listed, differing) = (listed?, differing?);
        let changes: Vec<&[u8]> = fields(&differing).collect();
        let of_status = |wanted: bool| {
            let pairs = changes.chunks_exact(2).filter(move |pair| (pair[0] == b"A") == wanted);
            pairs.map(|pair| pair[1]).collect::<FxHashSet<&[u8]>>()
        };
        // What the work tree adds to the index is only intended to be added: no commit would hold it.
        let (intended, differing) = (of_status(true), of_status(false));
        let mut entries = listed;
        entries.retain(|entry| !intended.contains(entry.path.as_slice()));
        for entry in &mut entries {
            entry.in_work_tree &= !differing.contains(entry.path.as_slice());
        }
        entries.dedup_by(|next, kept| next.unmerged && kept.unmerged && next.path == kept.path);
        Ok(entries)
    }

    /// The entries of the index without a look at the work tree.
    pub(super) fn listed_entries(&self) -> Result<Vec<ListedFile>, GitError> {
        let listed = self.git.ask(&["ls-files", "-s", "-v", "-z"])?;
        Ok(listed_in_index(&listed))
    }

    /// The entries of a commit below the project root.
    pub(super) fn commit_entries(&self, commit: &str) -> Result<Vec<ListedFile>, GitError> {
        let listed = self.git.ask(&["ls-tree", "-r", "-z", commit])?;
        Ok(listed_in_commit(&listed))
    }

    /// Files of the index that were renamed since a commit: `(old, new)`.
    ///
    /// # Errors
    /// When git cannot compare them.
    pub fn renames(&self, commit: &str) -> Result<Vec<(String, String)>, GitError> {
        match self.bare {
            true => self.renames_between(commit, "HEAD"),
            false => self.renames_by(&["diff-index", "--cached"], &[commit]),
        }
    }

    /// Files that were renamed from one commit to another: `(old, new)`.
    ///
    /// # Errors
    /// When git cannot compare them.
    pub fn renames_between(&self, old: &str, new: &str) -> Result<Vec<(String, String)>, GitError> {
        self.renames_by(&["diff-tree"], &[old, new])
    }

    fn renames_by(&self, command: &[&str], commits: &[&str]) -> Result<Vec<(String, String)>, GitError> {
        const OPTIONS: [&str; 7] =
            ["-r", "-z", "-l4000", "--diff-filter=R", "--relative", "--name-status", "--no-ext-diff"];
        let among = |similarity: &str, paths: &[String]| {
            let paths = paths.iter().map(String::as_str);
            let arguments = command.iter().chain(&OPTIONS).chain([&similarity]).chain(commits).chain([&"--"]).copied();
            self.git.ask(&arguments.chain(paths).collect::<Vec<_>>())
        };
        let sources: Vec<String> =
            lang::extensions().into_iter().map(|extension| format!(":(glob)**/*.{extension}")).collect();
        // What is no source file plays no part, and its content may not be here. If that of a source file is not, those
        // that were not edited are found by their names alone.
        let output = among("-M", &sources).or_else(|_| among("-M100%", &[]))?;
        let words: Vec<String> = fields(&output).map(|field| String::from_utf8_lossy(field).into_owned()).collect();
        Ok(words.chunks_exact(3).map(|chunk| (chunk[1].clone(), chunk[2].clone())).collect())
    }
}

/// Reads what `git ls-files -s -v -z` prints; lines that are none of it are passed over.
#[must_use]
pub fn listed_in_index(bytes: &[u8]) -> Vec<ListedFile> {
    fields(bytes).filter_map(index_entry).collect()
}

/// Reads what `git ls-tree -r -z` prints; lines that are none of it are passed over.
#[must_use]
pub fn listed_in_commit(bytes: &[u8]) -> Vec<ListedFile> {
    fields(bytes).filter_map(commit_entry).collect()
}

fn fields(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|&byte| byte == 0).filter(|field| !field.is_empty())
}

/// `H 100644 0a1b.. 0\tpath`; the letter tells what the index itself says of the file in the work tree.
fn index_entry(line: &[u8]) -> Option<ListedFile> {
    let (head, path) = at_tab(line)?;
    let [tag, mode, object, stage] = words(head)?;
    Some(ListedFile {
        path: path.to_vec(),
        kind: EntryKind::of_mode(mode),
        object: object.to_owned(),
        // Any other letter: left out of a sparse checkout, or assumed to be unchanged without a look.
        in_work_tree: tag == "H" && stage == "0",
        unmerged: stage != "0",
        left_out: tag.eq_ignore_ascii_case("s"),
    })
}

/// `100644 blob 0a1b..\tpath`
fn commit_entry(line: &[u8]) -> Option<ListedFile> {
    let (head, path) = at_tab(line)?;
    let [mode, _, object] = words(head)?;
    let kind = EntryKind::of_mode(mode);
    let (path, object) = (path.to_vec(), object.to_owned());
    Some(ListedFile { path, kind, object, in_work_tree: false, unmerged: false, left_out: false })
}

fn at_tab(line: &[u8]) -> Option<(&str, &[u8])> {
    let at = line.iter().position(|&byte| byte == b'\t')?;
    Some((std::str::from_utf8(&line[..at]).ok()?, &line[at + 1..]))
}

fn words<const N: usize>(head: &str) -> Option<[&str; N]> {
    head.split_ascii_whitespace().collect::<Vec<_>>().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_keep_odd_paths_and_say_where_the_text_is() {
        let entry = |line: &[u8]| index_entry(line).unwrap();
        let plain = entry(b"H 100644 0a1b 0\ta b\nc\t.py");
        assert_eq!(
            (plain.path.as_slice(), plain.kind, plain.in_work_tree),
            (&b"a b\nc\t.py"[..], EntryKind::File, true)
        );
        for tag in ["S", "h", "s", "M"] {
            assert!(!entry(format!("{tag} 100644 0a1b 0\tx.py").as_bytes()).in_work_tree, "{tag}");
        }
        assert!(entry(b"M 100644 0a1b 2\tx.py").unmerged);
        assert_eq!(entry(b"H 160000 0a1b 0\tx").kind, EntryKind::Submodule);
        assert_eq!(commit_entry(b"120000 blob 0a1b\tl.py").unwrap().kind, EntryKind::Link);
        assert_eq!(commit_entry(b"100644 blob\tl.py"), None);
    }
}
