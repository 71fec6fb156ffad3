//! Parts that the products share: text of a terminal, tables, snippets, sentences, figures, the frame of a page.
//!
//! In: single values of a report and the [`RenderOptions`]. Out: pieces of text, escaped for the format that a file names.

pub(super) mod figures;
pub(super) mod markdown;
pub(super) mod page;
pub(super) mod sentences;
pub(super) mod snippet;
pub(super) mod text;

pub use sentences::{problem_sentence, sentence};
pub use snippet::problem;

use crate::rule::Severity;

/// The options of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenderOptions {
    /// Write ANSI colours.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// List suppressed and baselined violations too; `json` always does.
    pub show_suppressed: bool,
    /// List exempted places.
    pub show_exempted: bool,
    /// Add counts by rule, file, directory, form and confidence.
    pub statistics: bool,
    /// The amount of text besides the violations.
    pub verbosity: Verbosity,
    /// The least severity that is listed; none leaves it to the format.
    pub min_severity: Option<Severity>,
    /// List production code before tests.
    pub production_first: bool,
}

impl Default for RenderOptions {
    fn default() -> Self {
        Self {
            color: false,
            width: 100,
            show_suppressed: false,
            show_exempted: false,
            statistics: false,
            verbosity: Verbosity::Normal,
            min_severity: None,
            production_first: false,
        }
    }
}

/// The amount of text besides the violations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Verbosity {
    /// Violations, problems that are errors, and the verdict.
    Quiet,
    /// Also notices, warnings, tables and what was checked.
    #[default]
    Normal,
    /// Also each undecided use.
    Verbose,
}
