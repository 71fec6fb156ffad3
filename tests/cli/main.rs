//! End-to-end tests of the real binary, in directories of their own.

#![allow(clippy::expect_used, clippy::disallowed_methods, reason = "tests make files and may end at once")]

mod accept;
mod advice;
mod cache;
mod carried_fixes;
mod check;
mod codeowners;
mod config;
mod discover;
mod doctor;
mod explain;
mod faults;
mod files;
mod fix;
mod formats;
mod git;
mod git_layouts;
mod git_states;
mod help;
mod history;
mod identity;
mod kinds;
mod laws;
mod line_ends;
mod nothing_runs;
mod odd_files;
mod overrides;
mod process;
mod projects;
mod reach;
mod report;
mod report_changes;
mod rule_changes;
mod support;
mod trial;
mod verdict;
mod watch;
