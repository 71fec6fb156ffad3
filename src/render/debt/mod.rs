//! The debt report: as Markdown, as JSON, as a page, and as an update of an earlier Markdown report.
//!
//! In: the [`DebtReport`](crate::debt::DebtReport). Out: bytes; nothing is computed here but percentages.

mod changes;
mod html;
mod items;
mod json;
mod listing;
mod markdown;
mod merged;
mod parts;
mod plan;
mod summary;
mod update;

pub use html::report_html;
pub use json::report_json;
pub use markdown::{MarkdownOptions, REPORT_SECTIONS, report_markdown};
pub use merged::{merged_html, merged_markdown};
pub use update::{UpdateError, report_update};
