//! The Python front end: the facts of one Python file.
//!
//! In: a path (for its extension only) and a text. Out: [`FileFacts`]. Pure: no disk, no other file, no module names.
//! The parser recovers from syntax errors, and so does this: what it could not read is a problem, the rest counts.

mod calls;
mod comments;
mod compound;
mod depth;
mod exports;
mod expressions;
mod finish;
mod flow;
mod functions;
mod imports;
mod locals;
mod patterns;
mod statements;
mod symbols;
mod targets;
mod walker;

use crate::facts::FileFacts;
use crate::lang::{Importer, LookupPolicy, Unbound};

pub mod gate;
pub mod layout;

/// How Python names are looked up.
pub const POLICY: LookupPolicy = LookupPolicy {
    unbound: Unbound::Builtins(&["__import__"]),
    importers: &[
        (&["importlib", "import_module"], Importer::Named),
        (&["importlib", "__import__"], Importer::Builtin),
        (&["builtins", "__import__"], Importer::Builtin),
    ],
    partials: &[&["functools", "partial"], &["functools", "partialmethod"]],
    values_construct: false,
    paths_import: false,
    member_imports_follow: false,
};

/// The facts of one Python file.
#[must_use]
pub fn extract(path: &str, text: &str) -> FileFacts {
    depth::with_enough_stack(path, text)
}

#[cfg(test)]
mod tests;
