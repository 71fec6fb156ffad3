//! Definitions: the classes, functions and other named items of a file.

use super::{Name, Reach, ScopeId, ValueId};
use crate::source::Span;

/// A class, function, struct, trait or other named item.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Its name.
    pub name: Name,
    /// The kind of item that it is.
    pub kind: DefinitionKind,
    /// The scope in which it is bound.
    pub scope: ScopeId,
    /// Its body, if it has one with names of its own.
    pub body: Option<ScopeId>,
    /// The whole statement or item, from its keyword (decorators and attributes left out) to its end.
    pub span: Span,
    /// Its name as written.
    pub name_span: Span,
    /// Base classes in order; supertraits.
    pub bases: Vec<ValueId>,
    /// Decorators in order; none in Rust.
    pub decorators: Vec<ValueId>,
    /// For a class: what its methods assign to attributes of the receiver (`self.name = ...`), sorted by name.
    pub attributes: Vec<(Name, Reach)>,
    /// For a function: how it takes its receiver.
    pub receiver: Receiver,
    /// For a function: what its `return` statements give (Python); the types it can return, looking into `Result`,
    /// `Option`, `Arc` and `Box` (Rust). For a constant: the string literal that it is.
    pub returns: Vec<ValueId>,
    /// For a class: what attributes of the receiver hold, by their names: what methods put into them (`self.name[key] = ...`,
    /// `self.name.append(...)`), and what a field holds behind a reference, `Arc` or `Option` (Rust).
    pub filled: Vec<(Name, ValueId)>,
    /// For a function: what it evaluates, if all it does is to evaluate that and perhaps to give it back.
    pub delegates: Option<ValueId>,
    /// For a function: it does nothing but perhaps give its receiver back.
    pub idle: bool,
}

impl Definition {
    /// A class or function that an expression makes.
    #[must_use]
    pub fn without_name(kind: DefinitionKind, name: Name, scope: ScopeId, span: Span) -> Self {
        Self {
            name,
            kind,
            scope,
            body: None,
            span,
            name_span: span,
            bases: Vec::new(),
            decorators: Vec::new(),
            attributes: Vec::new(),
            receiver: Receiver::None,
            returns: Vec::new(),
            filled: Vec::new(),
            delegates: None,
            idle: false,
        }
    }
}

/// The kind of item that a definition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DefinitionKind {
    /// A Python class.
    Class,
    /// A function or method.
    Function,
    /// A Rust struct or union.
    Struct,
    /// A Rust enum.
    Enum,
    /// An enum variant.
    Variant,
    /// A Rust trait.
    Trait,
    /// A constant or static.
    Constant,
    /// An inline module (`mod x { ... }`); its body is its scope.
    Module,
    /// A `macro_rules!` macro.
    Macro,
}

/// The way in which a function that stands in a class takes its receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Receiver {
    /// Not a member of a class, or a static method, or an associated function without `self`.
    #[default]
    None,
    /// The first parameter is the instance.
    Instance,
    /// The first parameter is the instance, and reading the attribute calls the function (`property`).
    Getter,
    /// The first parameter is the class (`classmethod`, `__new__`, `__init_subclass__`, `__class_getitem__`).
    Class,
}
