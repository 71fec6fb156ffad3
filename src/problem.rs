//! Problems: trouble with an input, as opposed to a violation in the code.
//!
//! In: what a stage could not use. Out: a value that every renderer can show, with the place and the remedy.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

use crate::source::{Position, Span};

/// Trouble with an input: configuration, rules file, or a source file that could not be read or parsed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// Path as shown to the user; empty when the problem is not about a file.
    pub path: Arc<str>,
    /// 1-based line, 0 when the problem concerns the whole file.
    pub line: u32,
    /// 1-based column, 0 when unknown.
    pub column: u32,
    /// Its weight.
    pub severity: ProblemSeverity,
    /// Its family; not part of the JSON contract.
    #[serde(skip)]
    pub kind: ProblemKind,
    /// The fault in one sentence, without a final full stop.
    pub message: String,
    /// A remedy, or the form that was expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Text and byte range for a caret; shown by `full`, never serialised.
    #[serde(skip)]
    pub excerpt: Option<Excerpt>,
}

/// The weight of a problem: an error ends the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProblemSeverity {
    /// The run cannot go on (exit 2) or a file is lost.
    Error,
    /// The run goes on; the user should look.
    Warning,
}

/// Families of problems; they decide exit codes and counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ProblemKind {
    /// Rules file or configuration.
    Config,
    /// A rules-file or baseline entry that matched nothing.
    DeadEntry,
    /// A file or directory that could not be read (permissions, encoding, NUL bytes, link cycle).
    Read,
    /// A file that could not be parsed completely.
    Parse,
    /// Anything a run notes about itself (an inferred owner, a captured third-party name).
    Note,
}

/// The source text around a problem, for a caret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excerpt {
    /// The whole text of the file.
    pub text: Arc<str>,
    /// The bytes to underline.
    pub span: Span,
}

impl Problem {
    /// A problem that concerns no particular place of `path` (which may be empty).
    #[must_use]
    pub fn whole_file(severity: ProblemSeverity, kind: ProblemKind, path: &str, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            line: 0,
            column: 0,
            severity,
            kind,
            message: message.into(),
            help: None,
            excerpt: None,
        }
    }

    /// A problem at the bytes `span` of `text`; line and column are computed here.
    #[must_use]
    pub fn at(
        severity: ProblemSeverity,
        kind: ProblemKind,
        path: &str,
        text: &Arc<str>,
        span: Span,
        message: impl Into<String>,
    ) -> Self {
        let position = Position::of(text, span.start);
        Self {
            line: position.line,
            column: position.column,
            excerpt: Some(Excerpt { text: Arc::clone(text), span }),
            ..Self::whole_file(severity, kind, path, message)
        }
    }

    /// The same problem with a remedy.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
