//! Everything that the facts of a file depend on besides its text.
//!
//! In: nothing. Out: plain data.

use crate::lang::rust::layout::included::Includes;
use crate::lang::rust::layout::macro_scope::MacroScope;

/// The answers that the walk over a file asks of others: no text of another file, no rule.
#[derive(Clone, Copy)]
pub struct Context<'c> {
    /// The macros that its names can mean.
    pub macros: MacroScope<'c>,
    /// The files that stand in it, and the file in which it stands.
    pub includes: Includes<'c>,
}
