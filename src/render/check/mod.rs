//! The formats of a check, and what the score commands write.
//!
//! In: the [`Report`] and options. Out: one file for each [`Format`]; `score` and `explain` show a scorecard and its terms.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::render::style::RenderOptions;
use crate::render::style::text::{self, Paint};
use crate::report::Report;
use crate::rule::Severity;

mod agent;
mod concise;
mod explain;
mod full;
mod github;
mod gitlab;
mod html;
pub(super) mod json;
mod junit;
mod markdown;
mod rdjson;
mod sarif;
mod score;
mod statistics;
mod table;

#[cfg(test)]
mod tests;

pub use explain::{explain_json, explain_text};
pub use score::{score_badge, score_json, score_text};

/// Makes the enum, its names and what writes each of one list: a format is a row here and the module of its name.
macro_rules! formats {
    ($($(#[$mark:meta])? $format:ident, $module:ident, $sentence:literal;)*) => {
        /// Output formats, by the names of docs/design.md section 8.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub enum Format {
            $(#[doc = $sentence] $(#[$mark])? $format,)*
        }

        impl Format {
            /// Every format, in the order in which they are listed.
            pub const ALL: [Self; [$(Self::$format),*].len()] = [$(Self::$format),*];

            /// The name on the command line.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$format => stringify!($module),)*
                }
            }

            fn write(self, report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
                match self {
                    $(Self::$format => $module::render(report, options, out),)*
                }
            }
        }
    };
}

formats! {
    #[default] Full, full, "Snippets with the chain that led there, then tables.";
    Concise, concise, "One line for each violation.";
    Table, table, "A table of violations.";
    Json, json, "The contract of docs/design.md section 8.";
    Sarif, sarif, "SARIF 2.1.0, for code scanning.";
    Github, github, "Workflow commands of GitHub Actions.";
    Gitlab, gitlab, "GitLab's Code Quality report.";
    Junit, junit, "JUnit XML.";
    Rdjson, rdjson, "reviewdog's diagnostics.";
    Markdown, markdown, "For a comment on a pull request or a step summary.";
    Html, html, "One page for a browser.";
    Agent, agent, "The lines that a coding agent needs.";
}

impl Format {
    /// The format of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Returns true if its paths count from the top of the work tree of git: other tools show them beside the repository.
    #[must_use]
    pub fn counts_from_top(self) -> bool {
        matches!(self, Self::Sarif | Self::Github | Self::Gitlab | Self::Junit | Self::Rdjson)
    }

    /// Returns true if people read it: it lists what they are to act on, and production code first.
    #[must_use]
    pub fn is_for_people(self) -> bool {
        matches!(self, Self::Full | Self::Concise | Self::Table | Self::Markdown | Self::Html)
    }

    /// Returns the least severity that it lists by itself: people see notes where the gate fails for them, and in counts.
    fn least_severity(self, report: &Report, options: &RenderOptions) -> Severity {
        let notes_fail = || report.gate.conditions.iter().any(|it| !it.passed && it.id == "max-violations.note");
        if self.is_for_people() && !options.statistics && !notes_fail() { Severity::Warning } else { Severity::Note }
    }

    /// Returns true if it has a place for the verdict of the gate.
    #[must_use]
    pub fn has_verdict(self) -> bool {
        !matches!(self, Self::Gitlab | Self::Rdjson)
    }

    /// Returns true if it has a place for notices.
    #[must_use]
    pub fn has_notices(self) -> bool {
        !matches!(self, Self::Concise | Self::Github | Self::Gitlab | Self::Junit | Self::Rdjson | Self::Agent)
    }

    /// Returns true if it needs the texts of the files that violations point into, for snippets or columns in bytes.
    #[must_use]
    pub fn needs_texts(self) -> bool {
        matches!(self, Self::Full | Self::Concise | Self::Table | Self::Sarif | Self::Rdjson | Self::Markdown)
    }

    /// Returns true if it carries fixes.
    #[must_use]
    pub fn has_fixes(self) -> bool {
        matches!(self, Self::Sarif | Self::Rdjson | Self::Markdown)
    }

    /// Returns true if it names the project and the commit that is checked out.
    #[must_use]
    pub fn names_commit(self) -> bool {
        self == Self::Html
    }

    /// Returns true if it says of each violation what can be done about it.
    #[must_use]
    pub fn has_plan(self) -> bool {
        self == Self::Agent
    }
}

/// Writes the report in a format.
///
/// # Errors
/// Those of the writer.
pub fn render(report: &Report, format: Format, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let report = &*if format.counts_from_top() { report.from_top() } else { Cow::Borrowed(report) };
    let options = &RenderOptions {
        min_severity: Some(options.min_severity.unwrap_or_else(|| format.least_severity(report, options))),
        production_first: format.is_for_people(),
        ..*options
    };
    format.write(report, options, out)
}

/// Returns the verdict with each condition on one line, for where a format has no place for it.
#[must_use]
pub fn verdict(report: &Report, options: &RenderOptions) -> String {
    text::verdict(report, Paint::new(options))
}
