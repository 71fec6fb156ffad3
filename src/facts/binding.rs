//! Bindings: the places of a file that give a name a meaning.

use super::{DefinitionId, Name, Reach, ScopeId, StarId, ValueId};
use crate::source::Span;

/// One place that gives a name a meaning in a scope.
#[derive(Debug, Clone)]
pub struct Binding {
    /// The name that is bound.
    pub name: Name,
    /// The scope that owns the name (for `global x` the module scope).
    pub scope: ScopeId,
    /// The name as written, or the import alias clause.
    pub span: Span,
    /// By what kind of syntax, for the notes of a chain.
    pub how: How,
    /// The thing that it is bound to.
    pub target: Target,
    /// The name spaces whose names it answers to; [`Namespaces::ALL`] in Python.
    pub namespaces: Namespaces,
    /// Visible outside its module (Rust `pub` in any form; in Python always).
    pub public: bool,
    /// Made only while types are checked (`if TYPE_CHECKING:`): counts where no other binding reaches.
    pub type_checking: bool,
}

/// By what kind of syntax a name is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum How {
    /// `import`, `from ... import`, `use`, `extern crate`.
    Import,
    /// A star import that may bring the name.
    Star,
    /// Assignment, annotated assignment, walrus, `type X = ...`.
    Assignment,
    /// A parameter (with its default value as target, if it has one).
    Parameter,
    /// `class`, `def`, `struct`, `fn`, ...
    Definition,
    /// Nothing that is written: it stands for all bindings that meet at a point, where many points would repeat them.
    Join,
    /// Anything else: loop target, `with`, pattern, `except ... as`.
    Other,
}

/// The thing that a binding binds its name to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// The meaning of an expression; imports are expressions too ([`Value::Module`], [`Value::Member`]).
    Value(ValueId),
    /// A class, function or other item of this file.
    Definition(DefinitionId),
    /// The name as some modules export it, if one does; otherwise what it meant before.
    Star(StarId),
    /// Nothing that can be called or used: `None`, or a declared name without a value. Never counts as a meaning.
    Absent,
    /// Something local whose meaning is not followed (parameter, loop variable, ...). Counts as a meaning.
    Opaque,
}

/// A name that a star import may bring.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StarTarget {
    /// Values that denote the modules; more than one where a language treats globs alike.
    pub modules: Vec<ValueId>,
    /// The meaning of the name if none of the modules has it.
    pub otherwise: Reach,
}

/// The name spaces of Rust a binding lives in, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Namespaces(pub u8);

impl Namespaces {
    /// Types and modules.
    pub const TYPE: Self = Self(1);
    /// Functions, constants, variables, constructors.
    pub const VALUE: Self = Self(2);
    /// Macros.
    pub const MACRO: Self = Self(4);
    /// All of them, for languages with one name space and for imports.
    pub const ALL: Self = Self(7);

    /// Returns whether the two have a name space in common.
    #[must_use]
    pub fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}
