//! The outline of a file: which modules it declares, found without parsing.
//!
//! In: the text of any Rust file. Out: its `mod x;` declarations with the inline modules around them, its `extern crate
//! .. as ..` renames and its literal `include!`s. Where a file stands in the module tree depends on what its ancestors
//! declare, and reading tokens is ten times as fast as parsing all of them.

use std::collections::BTreeSet;

use crate::facts::Name;
use crate::lang::rust::macros::definition::MacroSource;

mod aliases;
mod exact;
mod quick;

pub use exact::outline;
pub use quick::{may_include, rough};

/// The declarations of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outline {
    /// Modules in files of their own.
    pub children: Vec<Child>,
    /// `extern crate a as b`: `(b, a)`.
    pub renames: Vec<(Name, Name)>,
    /// The whole file is test code by its own word.
    pub test: bool,
    /// Files whose text stands here by a literal `include!`, with the inline modules around.
    pub includes: Vec<(Vec<Name>, Box<str>)>,
    /// `macro_rules!` definitions, in source order.
    pub macros: Vec<MacroSource>,
    /// Names of macros that are called, the last segment of each.
    pub calls: BTreeSet<Name>,
    /// `use a::b as c`: `(c, b)`, which may be macros.
    pub aliases: BTreeSet<(Name, Name)>,
    /// The text after the last declaration of a module was not read word by word: calls of macros count in comments and
    /// strings too. A file that may define macros is always read to its end.
    pub rough: bool,
}

/// A `mod x;`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// Inline modules around it, outermost first.
    pub inside: Vec<Name>,
    /// The directory its file is in, seen from the directory of the file's own modules.
    pub directory: String,
    /// Its name.
    pub name: Name,
    /// Literal `#[path]`s; the usual places are looked at too if `plain`.
    pub paths: Vec<Box<str>>,
    /// There is no unconditional `#[path]`.
    pub plain: bool,
    /// Under `#[cfg(test)]`, its own or of an inline module around it.
    pub test: bool,
}
