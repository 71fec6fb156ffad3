//! Calling: the code that uses a function of the tree.
//!
//! In: a function's definition and the text of its file. Out: for each front end, code to show; nothing that is written.

use crate::facts::Definition;

/// A function that code is to use.
#[derive(Debug, Clone, Copy)]
pub struct Callee<'c> {
    /// The text of its file.
    pub text: &'c str,
    /// Its definition there.
    pub definition: &'c Definition,
    /// The name under which it is called.
    pub name: &'c str,
    /// The name begins with an object whose method it is.
    pub of_instance: bool,
}
