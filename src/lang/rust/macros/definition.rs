//! Definitions of macros.
//!
//! In: what the outline of a file tells of a `macro_rules!`. Out: the definition, with its arms once somebody calls it.

use std::sync::OnceLock;

use super::matcher::Arm;
use crate::facts::Name;
use crate::source::{FileId, Span};

/// A `macro_rules!` definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MacroSource {
    /// The macro's name.
    pub name: Name,
    /// Its name as written.
    pub span: Span,
    /// The text between its outer delimiters.
    pub text: Box<str>,
    /// The part of the file that sees it without a path: from its name to the end of the block or module around it.
    pub extent: Span,
    /// Under a `cfg`: it may not be there, so that it hides no other macro of its name.
    pub conditional: bool,
    /// In a block that is no module: nothing outside sees it, whatever the path.
    pub local: bool,
    /// The innermost inline module around it; empty if there is none.
    pub module: Name,
}

/// A definition and where it is.
#[derive(Debug, Clone)]
pub struct MacroDef {
    /// Its file.
    pub file: FileId,
    /// Its name as written.
    pub span: Span,
    /// The innermost inline module around it; empty if there is none.
    pub module: Name,
    /// The part of its file that sees it without a path.
    pub(super) extent: Span,
    /// Under a `cfg`.
    pub(super) conditional: bool,
    /// In a block that is no module.
    pub(super) local: bool,
    pub(super) text: Box<str>,
    /// Read when the macro is first called.
    pub(super) arms: OnceLock<Vec<Arm>>,
}

impl MacroDef {
    /// The definition that the outline of a file tells.
    #[must_use]
    pub fn new(file: FileId, rules: &MacroSource) -> Self {
        let MacroSource { name: _, span, text, extent, conditional, local, module } = rules;
        let (module, text, conditional, local) = (module.clone(), text.clone(), *conditional, *local);
        Self { file, span: *span, module, extent: *extent, conditional, local, text, arms: OnceLock::new() }
    }
}
