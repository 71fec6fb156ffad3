//! The Rust front end.
//!
//! In: the text of one file. Out: its facts ([`extract`]). No file is an error. Rooms, each using those before it alone:
//! `syntax` (tokens and places), `macros` (what an invocation stands for), `layout` (where modules are), `walk` (from
//! syntax to facts).

pub mod import_scan;
pub mod layout;
pub mod prelude;

mod extract;
mod macros;
mod syntax;
mod walk;

use crate::lang::Environment;

pub use extract::extract;

/// How Rust programs read environment variables. The macros that do so when a program is built are no paths.
pub const ENVIRONMENT: Environment = Environment {
    mappings: &[],
    lookups: &[],
    readers: &[
        &["std", "env", "var"],
        &["std", "env", "var_os"],
        &["std", "env!"],
        &["std", "option_env!"],
        &["dotenvy", "var"],
        &["dotenv", "var"],
        &["clap", "env"],
    ],
    handles: &[],
    settings: &[],
    words: &["env", "option_env", "dotenv", "dotenvy"],
};

#[cfg(test)]
mod tests;
