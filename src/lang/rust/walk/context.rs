//! What is known when the facts of a file are extracted.
//!
//! In: nothing. Out: plain data.

use crate::lang::rust::layout::RustLayout;
use crate::lang::rust::layout::included::Includes;
use crate::lang::rust::macros::table::Reader;
use crate::source::FileId;

/// What a file's facts depend on besides its text.
#[derive(Clone, Copy)]
pub struct Context<'c> {
    /// Which file it is.
    pub file: FileId,
    /// The macros of the tree.
    pub macros: Reader<'c>,
    /// The modules of the tree, if it is part of one.
    pub layout: Option<&'c RustLayout>,
    /// Which files stand in each other.
    pub includes: Includes<'c>,
}
