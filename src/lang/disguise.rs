//! Disguises: the ways in which code can use a symbol without writing its path.
//!
//! In: a symbol and how it is used. Out: small files that use it in each way a language has. Nothing here knows rules; which
//! of the ways a rule catches is for `crate::trial`.

/// The uses of a symbol that can be disguised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DisguisedUse {
    /// It is imported.
    Import,
    /// It is called, or a value of it is written out.
    Construct,
    /// It is passed on.
    Reference,
    /// It is inherited from, or implemented.
    Base,
}

/// A symbol, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisguisedSymbol {
    /// The module that has it; empty for what needs no import.
    pub module: Vec<String>,
    /// Its name there.
    pub name: String,
    /// The members that are reached through that name, in order.
    pub members: Vec<String>,
    /// The name is that of a class or type.
    pub class: bool,
}

impl DisguisedSymbol {
    /// Returns the name, or another one for it, with the members.
    #[must_use]
    pub fn under(&self, name: &str, separator: &str) -> String {
        std::iter::once(name).chain(self.members.iter().map(String::as_str)).collect::<Vec<_>>().join(separator)
    }
}

/// A use in disguise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disguise {
    /// Names the way.
    pub name: &'static str,
    /// The text of the file that uses the symbol.
    pub text: String,
    /// The text of the module in the same directory that hands it on, if there is one.
    pub shim: Option<String>,
}

impl Disguise {
    /// Makes one that is a file by itself.
    #[must_use]
    pub fn alone(name: &'static str, text: String) -> Self {
        Self { name, text, shim: None }
    }
}
