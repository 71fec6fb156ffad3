//! `ssot` finds where Python and Rust code goes around a single source of truth, and scores it.
//!
//! One way through: discover, extract, link, detect, triage, score, report, render; see `docs/architecture.md`.

pub mod ablation;
pub mod analysis;
pub mod baseline;
pub mod cache;
pub mod cli;
pub mod code_host;
pub mod compare;
pub mod config;
pub mod convert;
pub mod criteria;
pub mod debt;
pub mod detect;
pub mod discover;
pub mod discovery;
pub mod doctor;
pub mod explain;
pub mod facts;
pub mod findings;
pub mod fix;
pub mod gate;
pub mod git;
pub mod git_command;
pub mod history;
pub mod impact;
pub mod lang;
pub mod pipeline;
pub mod problem;
pub mod purpose;
pub mod render;
pub mod report;
pub mod resolve;
pub mod rivals;
pub mod rule;
pub mod score;
pub mod selection;
pub mod server;
pub mod source;
pub mod store;
pub mod suppress;
pub mod tree;
pub mod triage;
pub mod trial;
pub mod violation;
pub mod violations;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod testing;
