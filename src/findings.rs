//! Findings: what resolving and matching a whole tree gives, before triage, score and output.
//!
//! In: the project and the rules. Out: the one value that the later stages take.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::facts::Comment;
use crate::problem::Problem;
use crate::source::{FileId, Language, LineIndex, Span};
use crate::violation::{Context, Violation};

/// The findings of the whole tree; every list is in path, line, column, rule order.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// All violations, of all severities, with [`crate::violation::State::New`].
    pub violations: Vec<Violation>,
    /// Places that an `allow-in` entry exempts; they are no violations.
    pub exempted: Vec<Violation>,
    /// Places that are an owner's, and may do what a rule bans.
    pub owned: Vec<Violation>,
    /// For each source of the rule set, in its order: what is known of it beside its violations.
    pub sources: Vec<SourceFindings>,
    /// Classes that implement a source a second time, of every role; only rivals are violations.
    pub rivals: Vec<Rival>,
    /// Uses that could denote a symbol of a rule and were not decided.
    pub unresolved: Vec<Unresolved>,
    /// Parse problems of relevant files, dead rules-file entries, captured third-party names.
    pub problems: Vec<Problem>,
    /// Relevant files (docs/design.md section 9), in path order.
    pub relevant: Vec<FileId>,
    /// The number of files that were parsed, relevant or not.
    pub analysed: usize,
    /// Relevant files that could not be parsed completely.
    pub not_parsed: Vec<FileId>,
    /// The texts of files that have a violation, and of relevant ones with a marked comment, for triage, in path order.
    pub texts: Vec<FileText>,
}

impl Findings {
    /// Returns all of it in words, to see whether two are the same.
    #[must_use]
    pub fn described(&self) -> String {
        let texts = self.texts.iter().map(|text| FileText { lines: LineIndex::default(), ..text.clone() }).collect();
        format!("{:#?}", Self { texts, ..self.clone() })
    }
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
    /// The offsets of its lines.
    pub lines: LineIndex,
    /// Its comments that contain the mark, in source order.
    pub comments: Vec<Comment>,
}

/// The facts about a source beside its violations.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SourceFindings {
    /// Files that use a canonical symbol (docs/design.md section 6), each with its first such use.
    pub adopters: Vec<Adopter>,
    /// Files that own the source.
    pub owners: BTreeSet<FileId>,
    /// The owner that was inferred because none is declared.
    pub inferred_owner: Option<InferredOwner>,
    /// The files among which none stands out, where an owner was sought and none could be inferred.
    pub candidates: Option<Vec<OwnerCandidate>>,
}

/// A file with a run-time use of a canonical symbol.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Adopter {
    /// The file.
    pub file: FileId,
    /// Its first use.
    pub span: Span,
    /// 1-based line of the first use.
    pub line: u32,
    /// The canonical symbol used there.
    pub symbol: String,
    /// One of its uses lies outside test code.
    pub production: bool,
}

/// An owner that was inferred, and the lines that would declare it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InferredOwner {
    /// The file.
    pub file: FileId,
    /// Its path.
    pub path: Arc<str>,
    /// The number of other files outside tests that use its names.
    pub users: usize,
    /// The names by which it hands the source out, fully qualified.
    pub names: Vec<String>,
    /// Lines of TOML that declare it.
    pub declaration: String,
    /// Other files that hand the source out, the most used first.
    pub others: Vec<OwnerCandidate>,
}

/// A file that hands a source out, and is not the only one or is used by none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerCandidate {
    /// Its path.
    pub path: Arc<str>,
    /// The number of other files outside tests that use its names.
    pub users: usize,
    /// The names by which it hands the source out, fully qualified.
    pub names: Vec<String>,
}

/// A class or struct that implements a source a second time, and what it is made of (docs/design.md section 7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rival {
    /// The rule of kind `implement` that speaks of it.
    pub rule: Arc<str>,
    /// The source's id.
    pub source: Arc<str>,
    /// Its file.
    pub file: FileId,
    /// The path of its file.
    pub path: Arc<str>,
    /// 1-based line of its definition.
    pub line: u32,
    /// 1-based column of its definition.
    pub column: u32,
    /// Its own name.
    pub name: String,
    /// Qualified name of the enclosing definition inside the file; empty at module level.
    pub scope: String,
    /// Qualified name.
    pub symbol: String,
    /// Its role beside the canonical one.
    pub role: ImplementationRole,
    /// In what kind of code it stands.
    pub context: Context,
    /// Qualified names of the banned clients that it constructs, holds or inherits from, and of the canonical symbols that it
    /// keeps or gives away, sorted.
    pub wraps: Vec<String>,
    /// Public methods that it shares with the canonical class, sorted.
    pub shared_methods: Vec<String>,
    /// Number of public methods of the canonical class; 0 when the source has none.
    pub canonical_methods: u64,
    /// Number of other files that import it, an instance of it, or a function that returns one.
    pub importers: u64,
}

impl Rival {
    /// Describes it and its evidence in one sentence.
    #[must_use]
    pub fn describe(&self, source: &str) -> String {
        let mut signs = Vec::new();
        if !self.wraps.is_empty() {
            let wraps: Vec<String> = self.wraps.iter().map(|symbol| format!("`{symbol}`")).collect();
            signs.push(format!("wraps {}", wraps.join(", ")));
        }
        if !self.shared_methods.is_empty() {
            let (shared, all) = (self.shared_methods.len(), self.canonical_methods);
            signs.push(format!("has {shared} of the {all} public methods of the canonical class"));
        }
        match self.importers {
            0 => signs.push("no file imports it".to_owned()),
            1 => signs.push("1 file imports it".to_owned()),
            count => signs.push(format!("{count} files import it")),
        }
        format!("`{}` is a rival implementation of {source}: {}", self.symbol, signs.join("; "))
    }
}

/// The role of an implementation beside the canonical one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ImplementationRole {
    /// A second implementation: a violation.
    Rival,
    /// Only delegates to the canonical symbol.
    Shim,
    /// A test double: in test code, or named as one.
    Double,
    /// Keeps a client that it is handed.
    User,
}

impl ImplementationRole {
    /// Every role, in the order in which they are listed.
    pub const ALL: [Self; 4] = [Self::Rival, Self::Shim, Self::Double, Self::User];

    /// The word in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rival => "rival",
            Self::Shim => "shim",
            Self::Double => "double",
            Self::User => "user",
        }
    }
}

/// A use that could denote a symbol of a rule or source and whose meaning could not be decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unresolved {
    /// The file.
    pub path: Arc<str>,
    /// 1-based line.
    pub line: u32,
    /// 1-based column.
    pub column: u32,
    /// The code.
    pub written: String,
    /// The reason for which it could not be decided.
    pub reason: UnresolvedReason,
}

/// The reason for which a use could not be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
