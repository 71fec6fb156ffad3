//! Findings: what resolving and matching a whole tree gives, before triage, score and output.
//!
//! In: the project and the rules. Out: the one value that the later stages take.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::facts::Comment;
use crate::problem::Problem;
use crate::source::{FileId, Language, LineIndex, Span};
use crate::violation::Violation;

/// What the analysis of the whole tree found; every list is in path, line, column, rule order.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// All violations, of all severities, with [`crate::violation::State::New`].
    pub violations: Vec<Violation>,
    /// Places that an `allow-in` entry exempts; they are no violations.
    pub exempted: Vec<Violation>,
    /// For each source of the rule set, in its order: what is known of it beside its violations.
    pub sources: Vec<SourceFindings>,
    /// Uses that could denote a symbol of a rule and were not decided.
    pub unresolved: Vec<Unresolved>,
    /// Parse problems of relevant files, dead rules-file entries, captured third-party names.
    pub problems: Vec<Problem>,
    /// Relevant files (docs/design.md section 9), in path order.
    pub relevant: Vec<FileId>,
    /// How many files were parsed, relevant or not.
    pub analysed: usize,
    /// Relevant files that could not be parsed completely.
    pub not_parsed: Vec<FileId>,
    /// What triage reads of the relevant files that have a violation or a marked comment, in path order.
    pub texts: Vec<FileText>,
}

/// A file as triage reads it.
#[derive(Debug, Clone)]
pub struct FileText {
    /// The file.
    pub file: FileId,
    /// Its path.
    pub path: Arc<str>,
    /// Its language.
    pub language: Language,
    /// Its text.
    pub text: Arc<str>,
    /// Where its lines begin.
    pub lines: LineIndex,
    /// Its comments that contain the mark, in source order.
    pub comments: Vec<Comment>,
}

/// What is known of a source beside its violations.
#[derive(Debug, Clone, Default)]
pub struct SourceFindings {
    /// Files that use a canonical symbol (docs/design.md section 6), each with its first such use.
    pub adopters: Vec<Adopter>,
    /// Files that own the source.
    pub owners: BTreeSet<FileId>,
    /// The owner that was inferred because none is declared.
    pub inferred_owner: Option<InferredOwner>,
}

/// A file with a run-time use of a canonical symbol.
#[derive(Debug, Clone)]
pub struct Adopter {
    /// The file.
    pub file: FileId,
    /// Its first use.
    pub span: Span,
    /// 1-based line of the first use.
    pub line: u32,
    /// The canonical symbol used there.
    pub symbol: String,
}

/// An owner that was inferred, and the lines that would declare it.
#[derive(Debug, Clone)]
pub struct InferredOwner {
    /// The file.
    pub file: FileId,
    /// Its path.
    pub path: Arc<str>,
    /// How many other files outside tests use its names.
    pub users: usize,
    /// Lines of TOML that declare it.
    pub declaration: String,
}

/// A use that could denote a symbol of a rule or source and whose meaning could not be decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unresolved {
    /// The file.
    pub path: Arc<str>,
    /// 1-based line.
    pub line: u32,
    /// 1-based column.
    pub column: u32,
    /// The code.
    pub written: String,
    /// Why it could not be decided.
    pub reason: UnresolvedReason,
}

/// Why a use could not be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnresolvedReason {
    /// `getattr` with a computed name on an object that holds banned symbols.
    ComputedAttribute,
    /// A module imported by a computed name.
    ComputedImport,
    /// A module of the tree does not define the name.
    MissingName,
    /// A chain of re-exports or bases is longer than is followed.
    TooLong,
}

impl UnresolvedReason {
    /// A short description for output.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::ComputedAttribute => "attribute name is computed",
            Self::ComputedImport => "module name is computed",
            Self::MissingName => "the module does not define the name",
            Self::TooLong => "the chain of names is too long",
        }
    }
}
