//! A history as text, JSON and CSV.
//!
//! In: the history. Out: bytes. One file for each format.

mod csv;
mod json;
mod text;

pub use csv::history_csv;
pub use json::history_json;
pub use text::history_text;
