//! The syntax of Rust as far as no tree is needed, and the places of what a tree has.

pub mod attributes;
pub mod comments;
pub mod count;
pub mod ends;
pub mod ident;
pub mod lexer;
pub mod span_map;
