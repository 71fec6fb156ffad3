//! Globs of files: anchored at the project root, `*` stays within a segment, `**` crosses.

use globset::{GlobBuilder, GlobMatcher};

use super::Origin;
use super::subtree::is_below;

/// A checked file glob.
#[derive(Debug, Clone)]
pub struct FileGlob {
    /// The pattern, relative to the project root.
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

    /// Compiles a glob that is relative to a directory.
    ///
    /// # Errors
    /// The glob library's own words when the pattern is invalid.
    pub fn below(directory: &str, text: &str, origin: Origin) -> Result<Self, String> {
        match directory {
            "" => Self::new(text, origin),
            _ => Self::new(&format!("{}/{text}", globset::escape(directory)), origin),
        }
    }

    /// Makes a glob of one path; none if the path is too long for one.
    #[must_use]
    pub fn of_path(path: &str, origin: Origin) -> Option<Self> {
        Self::new(&globset::escape(path), origin).ok()
    }

    /// Tells whether it writes out a directory that it begins with.
    #[must_use]
    pub fn begins_with(&self, directory: &str) -> bool {
        is_below(&self.text[..self.literal], directory)
    }

    /// Tells whether something that it names can be in a directory or be that itself.
    #[must_use]
    pub fn can_begin_with(&self, directory: &str) -> bool {
        let literal = &self.text[..self.literal];
        directory.starts_with(literal) || self.begins_with(directory)
    }

    /// Tells whether it names the file at `path`, relative to the project root with `/`.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        // Matching takes every path apart, and most begin otherwise.
        path.starts_with(&self.text[..self.literal]) && self.matcher.is_match(path)
    }
}
