//! Values: the expressions of a file that can denote something rules speak of.
//!
//! In: nothing of their own; front ends make them. Out: plain data in the arena of [`super::FileFacts`].

use crate::source::{FileId, Span};

use super::{DefinitionId, ListId, Name, Reach, ScopeId, ValueId};

/// An expression with its place.
#[derive(Debug, Clone)]
pub struct ValueNode {
    /// The expression.
    pub value: Value,
    /// The text it covers; for a path all its segments written so far.
    pub span: Span,
    /// The scope in which it is evaluated.
    pub scope: ScopeId,
}

/// The expressions that can denote something rules speak about; all others are [`Value::Opaque`].
#[derive(Debug, Clone, Hash)]
pub enum Value {
    /// A name and the bindings that can reach it here.
    Name {
        /// The name.
        name: Name,
        /// The bindings that can reach it.
        reach: Reach,
    },
    /// `object.name`, `object::name`, or `getattr(object, "name")` with a literal ([`super::FileFacts::dynamic`]).
    Member {
        /// The expression before the dot.
        object: ValueId,
        /// The member's name.
        name: Name,
    },
    /// A module that an import names. `import a.b.c` without `as` binds [`Value::Module`] of `a`.
    Module(Box<ModulePath>),
    /// A call, standing for its result.
    Call {
        /// The expression that is called.
        callee: ValueId,
        /// Arguments in order (in [`super::FileFacts::arguments`]); a star argument is [`Value::Opaque`].
        arguments: ListId,
    },
    /// `object[...]`: the same class with type arguments, if `object` is a class; else unknown.
    Subscript {
        /// The expression that is subscripted.
        object: ValueId,
    },
    /// One of several (in [`super::FileFacts::choices`]): conditional expressions, `a or b`.
    AnyOf(ListId),
    /// A string literal, implicit concatenation joined.
    Text(TextId),
    /// A list or tuple of nothing but string literals: the first, and how many.
    Texts(TextId, u32),
    /// The receiver of the method in which it stands: `self`, `cls`, `type(self)`, `self.__class__`; Rust's `Self`.
    Receiver {
        /// The class around it.
        class: DefinitionId,
        /// The instance, as opposed to the class itself.
        instance: bool,
    },
    /// A class or function that an expression makes: a lambda, `type("X", (Base,), {})`.
    Item(DefinitionId),
    /// `super()` in a method: members are looked up in the bases of the class around it.
    Super {
        /// The class around it.
        class: DefinitionId,
        /// Called from an instance method.
        instance: bool,
    },
    /// An instance of the type that the value denotes: an annotated parameter or variable.
    InstanceOf(ValueId),
    /// The class of the instance that the value denotes: `type(x)`, `x.__class__`.
    TypeOf(ValueId),
    /// `Self` in a Rust `impl`: the type that the `impl` block is for (index into [`FileFacts::implementations`]).
    SelfType(u32),
    /// An expression that cannot be decided though it may denote something rules speak about.
    Undecided(Undecided),
    /// Anything else.
    Opaque,
}

impl Value {
    /// Returns a module as an import names it.
    #[must_use]
    pub fn module(anchor: Anchor, path: Vec<Name>) -> Self {
        Self::Module(Box::new(ModulePath { anchor, path }))
    }
}

/// A module as an import names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ModulePath {
    /// From where the segments count.
    pub anchor: Anchor,
    /// Segments as written.
    pub path: Vec<Name>,
}

/// Index into [`super::FileFacts::texts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TextId(pub u32);

impl TextId {
    /// Returns the id as an index.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The reason for which a value cannot be decided from the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Undecided {
    /// `getattr(object, name)` with a computed name; counts if the object can hold a symbol of a rule.
    DynamicMember(ValueId),
}

/// An argument of a call.
#[derive(Debug, Clone, Hash)]
pub struct Argument {
    /// The keyword, if it has one.
    pub keyword: Option<Name>,
    /// The expression that is passed.
    pub value: ValueId,
}

/// From where the segments of an imported module count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Anchor {
    /// From the import roots (Python); from the extern prelude (Rust `::a`, `extern crate a`).
    Absolute,
    /// Python's leading dots: 1 is the package that contains the file.
    Package(u32),
    /// Rust's `self` (0) and `super` (1 for each), from the module in whose scope it is written.
    Module(u32),
    /// Rust's `crate`.
    Crate,
    /// The crate of another file: Rust's `$crate` in a macro that is defined there.
    CrateOf(FileId),
    /// The module that another file is the text of: where files include each other's text.
    ModuleOf(FileId),
}
