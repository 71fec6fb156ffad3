//! The Rust front end.
//!
//! In: the text of one file. Out: its facts ([`extract`]). No file is an error. Rooms, each using those before it alone:
//! `syntax` (tokens and places), `macros` (what an invocation stands for), `layout` (where modules are), `walk` (from
//! syntax to facts).

pub mod import_scan;
pub mod layout;
pub mod prelude;
pub mod words;

mod calling;
mod disguise;
mod entry_points;
mod extract;
mod fix;
mod front_end;
mod macros;
mod syntax;
mod walk;

pub use extract::extract;
pub use front_end::{FRONT_END, NAMES};

#[cfg(test)]
mod tests;
