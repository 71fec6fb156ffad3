//! Globs of files: anchored at the project root, `*` stays within a segment, `**` crosses.

use globset::{GlobBuilder, GlobMatcher};

use super::Origin;

/// A checked file glob.
#[derive(Debug, Clone)]
pub struct FileGlob {
    /// As written.
    pub text: String,
    /// The place where it is written.
    pub origin: Origin,
    matcher: GlobMatcher,
    /// The length of what stands before the first sign with a meaning of its own: a path without that does not match.
    literal: usize,
}

impl FileGlob {
    /// Compiles a glob.
    ///
    /// # Errors
    /// The glob library's own words when the pattern is invalid.
    pub fn new(text: &str, origin: Origin) -> Result<Self, String> {
        let matcher = GlobBuilder::new(text)
            .literal_separator(true)
            .backslash_escape(true)
            .empty_alternates(true)
            .build()
            .map_err(|error| error.kind().to_string())?
            .compile_matcher();
        let literal = text.find(['*', '?', '[', ']', '{', '}', '\\']).unwrap_or(text.len());
        Ok(Self { text: text.to_owned(), origin, matcher, literal })
    }

    /// Makes a glob of one path; none if the path is too long for one.
    #[must_use]
    pub fn of_path(path: &str, origin: Origin) -> Option<Self> {
        Self::new(&globset::escape(path), origin).ok()
    }

    /// Tells whether it names the file at `path`, relative to the project root with `/`.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        // Matching takes every path apart, and most begin otherwise.
        path.starts_with(&self.text[..self.literal]) && self.matcher.is_match(path)
    }
}
