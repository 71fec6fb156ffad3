//! `macro_rules!`: their definitions, and what an invocation stands for.

pub mod arguments;
pub mod definition;
pub mod expand;
pub mod table;

mod matcher;
