//! The files that stand in each other by `include!`.

use crate::facts::Name;
use crate::source::FileId;

/// The files whose text stands in a file, and the file in which it stands itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Includes<'a> {
    /// By the literal path.
    pub files: &'a [(Box<str>, FileId)],
    /// The file around, and the inline modules around the `include!` there.
    pub around: Option<(FileId, &'a [Name])>,
}

impl Includes<'_> {
    /// The file that a literal path means.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<FileId> {
        self.files.iter().find(|(written, _)| **written == *path).map(|(_, file)| *file)
    }
}
