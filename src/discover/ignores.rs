//! `.gitignore` files: the nearest one that says something about a path decides, as in git.

use std::path::Path;
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::git::Repository;

/// The `.gitignore` of one directory and those above it.
pub(super) struct Ignores {
    own: Gitignore,
    above: Option<Arc<Ignores>>,
}

impl Ignores {
    /// Those of the directories above `root`, up to the top of its repository; none outside one.
    pub fn above(root: &Path, repository: Option<&Repository>) -> Option<Arc<Self>> {
        let top = &repository?.top;
        let mut directories: Vec<&Path> =
            root.ancestors().skip(1).take_while(|directory| directory.starts_with(top)).collect();
        directories.reverse();
        let has_one = |directory: &&Path| {
            std::fs::symlink_metadata(directory.join(".gitignore")).is_ok_and(|metadata| metadata.is_file())
        };
        directories.into_iter().filter(has_one).fold(None, |above, directory| Some(Self::read(directory, above)))
    }

    /// With the one of `directory`. A line that git would not understand is left out, as git does.
    pub fn read(directory: &Path, above: Option<Arc<Self>>) -> Arc<Self> {
        let mut builder = GitignoreBuilder::new(directory);
        builder.add(directory.join(".gitignore"));
        Arc::new(Self { own: builder.build().unwrap_or_else(|_| Gitignore::empty()), above })
    }

    /// Returns the reason for which the entry at `path` is ignored; none if it is not. `root` is the project root, for
    /// the words.
    pub fn ignored(&self, root: &Path, path: &Path, is_directory: bool) -> Option<String> {
        let mut level = Some(self);
        while let Some(ignores) = level {
            let verdict = ignores.own.matched(path, is_directory);
            if let ignore::Match::Ignore(glob) = verdict {
                let file = glob.from().map(|from| words(root, from)).unwrap_or_default();
                return Some(format!("ignored by `{}` in {file}", glob.original()));
            }
            if verdict.is_whitelist() {
                return None;
            }
            level = ignores.above.as_deref();
        }
        None
    }
}

/// A `.gitignore` relative to the root, also when it is above.
fn words(root: &Path, file: &Path) -> String {
    if file.starts_with(root) {
        return super::shown(root, file);
    }
    let up = root.ancestors().take_while(|directory| file.parent() != Some(directory)).count();
    format!("{}.gitignore", "../".repeat(up))
}
