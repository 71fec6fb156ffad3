//! Renderers: one file for each format, each a pure function of what it is given.
//!
//! In: the report of a check, the debt report, an impact or a plan of fixes, and options (colour, width, what to show). Out: bytes on a
//! writer. Decides nothing about the run: no filter, no verdict, no look at the terminal or the environment. `check`,
//! `debt`, `discovery`, `impact` and `fix` are the products; `style` is what they share.

mod check;
mod debt;
mod discovery;
mod doctor;
mod fix;
mod history;
mod impact;
mod listing;
mod place;
mod style;
mod trial;

pub use check::{Format, explain_json, explain_text, render, score_badge, score_json, score_text, verdict};
pub use debt::{
    MarkdownOptions, REPORT_SECTIONS, UpdateError, merged_html, merged_markdown, report_html, report_json,
    report_markdown, report_update,
};
pub use discovery::{discovery_json, discovery_text};
pub use doctor::{ailments_json, ailments_text};
pub use fix::{PatchedFile, PlanFormat, PlanView, patch, plan};
pub use history::{history_csv, history_json, history_text};
pub use impact::{ImpactFormat, ImpactView, impact};
pub use listing::{ListingForm, colored};
pub use place::{place_json, place_text};
pub use style::{RenderOptions, Verbosity, problem, problem_sentence, sentence};
pub use trial::{trial_json, trial_text};
