//! Suppressions: comments that accept violations, with a reason (docs/design.md section 5).
//!
//! In: the findings and the marked comments of their files. Out: the same findings with states, and a violation of a
//! built-in rule for each comment that is wrong or suppresses nothing. Reads no file and no clock.

mod apply;
mod date;
mod parse;
pub mod write;

#[cfg(test)]
mod tests;

pub use apply::{Terms, apply, depends_on_day};
pub use date::Date;
pub use parse::{Directive, Malformed, directives};
