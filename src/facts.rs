//! Facts: what one file says, before any name is resolved across files.
//!
//! In: nothing but the syntax of one file (the front ends in [`crate::lang`] make these). Out: plain data that
//! [`crate::resolve`] reads. The vocabulary is the same for every language: scopes, bindings, definitions, and a small
//! arena of *values*, which are the expressions that can denote a module, a class, a function or an instance.
//! Names inside one file are already decided here (which bindings can reach a use is a matter of one file); names of
//! other files are not: a fact does not know its own module's name nor any neighbour.

use crate::source::{FileId, Span};

mod lists;
mod name;
mod reach;
mod value;

use lists::exact;

pub use lists::{ListId, Lists, LiteralTexts};
pub use name::Name;
pub use reach::{Bindings, Reach};
pub use value::{Anchor, Argument, ModulePath, TextId, Undecided, Value, ValueNode};

/// Everything one file says.
#[derive(Debug, Clone, Default)]
pub struct FileFacts {
    /// Scopes; index 0 is the scope of the file's module.
    pub scopes: Vec<Scope>,
    /// Classes, functions, structs, traits and other named items.
    pub definitions: Vec<Definition>,
    /// Every place that gives a name a meaning.
    pub bindings: Vec<Binding>,
    /// The arena of expressions.
    pub values: Vec<ValueNode>,
    /// The values of string literals.
    pub texts: LiteralTexts,
    /// Members that are written as `getattr` with a literal rather than with a dot, sorted.
    pub dynamic: Vec<ValueId>,
    /// The arguments of calls.
    pub arguments: Lists<Argument>,
    /// Values that stand for each other, and those that an import names.
    pub choices: Lists<ValueId>,
    /// The bindings of each use that more than one can reach.
    pub reaches: Lists<BindingId>,
    /// Names that star imports may bring.
    pub stars: Vec<StarTarget>,
    /// The places rules look at, in source order.
    pub sites: Vec<Site>,
    /// `impl` blocks; none in Python.
    pub implementations: Vec<Implementation>,
    /// Modules that the file declares and whose text is in another file (`mod x;`); none in Python.
    pub modules: Vec<ChildModule>,
    /// Macros defined by pattern (`macro_rules!`), in source order; none in Python.
    pub macros: Vec<MacroDefinition>,
    /// Values that come from the body of a macro that is called here, sorted by value; none in Python.
    pub expansions: Vec<Expansion>,
    /// The names a star import takes, when the file says so with literals (`__all__`); none when it does not.
    pub exports: Option<Vec<Name>>,
    /// Comments that contain `ssot:`, in source order.
    pub comments: Vec<Comment>,
    /// The values that functions yield, in source order.
    pub yields: Vec<(DefinitionId, ValueId)>,
    /// Keyword arguments in the headers of classes, in source order.
    pub class_keywords: Vec<(DefinitionId, Argument)>,
    /// What the parser could not make sense of.
    pub problems: Vec<SyntaxProblem>,
    /// The whole file is test code by its own word (`#![cfg(test)]`).
    pub test_only: bool,
}

/// What a comment that speaks to the program contains.
pub const COMMENT_MARK: &str = "ssot:";

impl FileFacts {
    /// Returns the qualified name of the innermost definition around a scope; empty for the module's own.
    #[must_use]
    pub fn scope_name(&self, scope: ScopeId) -> String {
        let mut names = Vec::new();
        let mut at = Some(scope);
        while let Some(node) = at.and_then(|scope| self.scopes.get(scope.index())) {
            if !node.name.is_empty() && node.parent.is_some() {
                names.push(node.name.as_str());
            }
            at = node.parent;
        }
        names.reverse();
        names.join(".")
    }

    /// Takes the facts in lists of their exact size, and leaves empty lists with the memory they had.
    #[must_use]
    pub fn take(&mut self) -> Self {
        Self {
            scopes: exact(&mut self.scopes),
            definitions: exact(&mut self.definitions),
            bindings: exact(&mut self.bindings),
            values: exact(&mut self.values),
            texts: self.texts.take(),
            dynamic: exact(&mut self.dynamic),
            arguments: self.arguments.take(),
            choices: self.choices.take(),
            reaches: self.reaches.take(),
            stars: exact(&mut self.stars),
            sites: exact(&mut self.sites),
            implementations: exact(&mut self.implementations),
            modules: exact(&mut self.modules),
            macros: exact(&mut self.macros),
            expansions: exact(&mut self.expansions),
            exports: self.exports.take(),
            comments: exact(&mut self.comments),
            yields: exact(&mut self.yields),
            class_keywords: exact(&mut self.class_keywords),
            problems: exact(&mut self.problems),
            test_only: std::mem::take(&mut self.test_only),
        }
    }
}

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The id as an index into its arena.
            #[must_use]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

id! {
    /// Index into [`FileFacts::scopes`].
    ScopeId,
    /// Index into [`FileFacts::definitions`].
    DefinitionId,
    /// Index into [`FileFacts::bindings`].
    BindingId,
    /// Index into [`FileFacts::values`].
    ValueId,
    /// Index into [`FileFacts::stars`].
    StarId,
}

impl FileFacts {
    /// Returns the value of a string literal.
    #[must_use]
    pub fn text(&self, text: TextId) -> &str {
        self.texts.get(text)
    }

    /// Returns the values of so many string literals, from one on.
    pub fn texts(&self, first: TextId, count: u32) -> impl Iterator<Item = &str> {
        (first.0..first.0.saturating_add(count)).map(|text| self.text(TextId(text)))
    }

    /// Returns whether a member is written as `getattr` with a literal.
    #[must_use]
    pub fn is_dynamic(&self, member: ValueId) -> bool {
        self.dynamic.binary_search(&member).is_ok()
    }

    /// Adds a name that a star import may bring.
    pub fn add_star(&mut self, star: StarTarget) -> StarId {
        self.stars.push(star);
        StarId(u32::try_from(self.stars.len() - 1).unwrap_or(u32::MAX))
    }

    /// Returns a name that a star import may bring.
    #[must_use]
    pub fn star(&self, star: StarId) -> Option<&StarTarget> {
        self.stars.get(star.index())
    }

    /// The macro body from which a value comes, if it comes from one.
    #[must_use]
    pub fn expansion(&self, value: ValueId) -> Option<&Expansion> {
        let at = self.expansions.binary_search_by_key(&value, |expansion| expansion.value).ok()?;
        self.expansions.get(at)
    }
}

impl ScopeId {
    /// The scope of the file's own module.
    pub const MODULE: Self = Self(0);
}

/// A region in which names are bound.
#[derive(Debug, Clone)]
pub struct Scope {
    /// What opens it.
    pub kind: ScopeKind,
    /// The scope around it; none for the file's module scope.
    pub parent: Option<ScopeId>,
    /// The definition it is the body of, if it is one.
    pub definition: Option<DefinitionId>,
    /// Its segment of a qualified scope name (`Service`, `start`); empty for blocks and comprehensions.
    pub name: Name,
    /// Whether everything in it is test code by the language's own word (`#[cfg(test)]`, `#[test]`); inherited.
    pub test: bool,
    /// What each name means to code outside the scope, sorted by name: the bindings alive at its end and those made by
    /// `global`/`nonlocal` elsewhere (Python); its items (Rust). For module and class scopes; empty for others.
    pub members: Vec<(Name, Reach)>,
    /// Modules whose names it takes by `*`, in source order: for names that `members` does not have.
    pub stars: Vec<BindingId>,
}

impl Scope {
    /// What `name` means to code outside the scope; none if the scope does not bind it itself.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Reach> {
        self.members.binary_search_by(|(n, _)| n.as_str().cmp(name)).ok().map(|at| &self.members[at].1)
    }
}

/// What opens a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScopeKind {
    /// A file's module or an inline `mod`.
    Module,
    /// A class body; an `impl` or `trait` block.
    Class,
    /// A function, method, lambda or closure.
    Function,
    /// A comprehension, or a block that binds names of its own.
    Block,
}

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
    /// What it is bound to.
    pub target: Target,
    /// Which names it answers to; [`Namespaces::ALL`] in Python.
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
    /// Anything else: loop target, `with`, pattern, `except ... as`.
    Other,
}

/// What a binding binds its name to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// What an expression denotes; imports are expressions too ([`Value::Module`], [`Value::Member`]).
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
#[derive(Debug, Clone, PartialEq, Eq)]
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

    /// Whether the two have a name space in common.
    #[must_use]
    pub fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// A class, function, struct, trait or other named item.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Its name.
    pub name: Name,
    /// What it is.
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

/// What a definition is.
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

/// How a function that stands in a class takes its receiver.
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

/// A place rules look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Site {
    /// What is there.
    pub kind: SiteKind,
    /// What a violation here points at (docs/design.md section 3: the import statement, the call expression, the path).
    pub span: Span,
    /// The whole statement, for suppressions.
    pub statement: Span,
    /// The innermost scope around it.
    pub scope: ScopeId,
    /// Stands under `if TYPE_CHECKING:`.
    pub type_checking: bool,
}

/// What stands at a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SiteKind {
    /// An import statement (Python), a leaf of a `use` tree or an `extern crate` (Rust).
    Import {
        /// Each module or member it names, in order (in [`FileFacts::choices`]): `from m import a, b` names `m`, `m.a`
        /// and `m.b`.
        named: ListId,
        /// It ends in `*`.
        star: bool,
    },
    /// A call; the value is a [`Value::Call`].
    Call(ValueId),
    /// A name or path that is read and is not the callee of a call: the longest chain of members.
    Reference {
        /// The path.
        value: ValueId,
        /// Where it stands.
        role: Role,
    },
    /// A struct or tuple literal, or `Default::default()` with a written type: the value denotes the type.
    Literal(ValueId),
    /// A class definition with this base, or an `impl` of this trait; one site for each base.
    Subclass {
        /// The class; none for an `impl` block.
        definition: Option<DefinitionId>,
        /// The base or trait.
        base: ValueId,
    },
    /// `object[key]` that is read, or `key in object`, in a file that speaks of the environment; none in Rust.
    Key {
        /// The mapping.
        object: ValueId,
        /// What is looked up.
        key: ValueId,
    },
    /// A string literal that begins like a URL, or the literal beginning of a composed one; the value is a
    /// [`Value::Text`].
    Url(ValueId),
    /// A string literal as the target of `patch(...)` or `setattr(...)`; the value is a [`Value::Text`].
    PatchTarget(ValueId),
}

/// Whether a text begins with a scheme and `://`.
#[must_use]
pub fn begins_like_url(text: &str) -> bool {
    let scheme = text.find("://").map(|at| &text[..at]);
    scheme.is_some_and(|scheme| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

/// Where a reference stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Evaluated at run time.
    Value,
    /// In an annotation or in type position: no use at run time.
    Annotation,
    /// The target of `del`, or the right side of a pure re-export such as `__all__`.
    Passive,
}

/// An `impl` block; also the block of a `trait`, which is for whatever type implements it.
#[derive(Debug, Clone)]
pub struct Implementation {
    /// The type it is for; for a trait's own block the trait.
    pub target: ValueId,
    /// The trait, if it is an impl of one.
    pub of: Option<ValueId>,
    /// Its associated items.
    pub body: ScopeId,
}

/// A module declared here whose text is in another file.
#[derive(Debug, Clone)]
pub struct ChildModule {
    /// Its name.
    pub name: Name,
    /// The scope that declares it.
    pub scope: ScopeId,
    /// A literal `#[path]`.
    pub path: Option<Box<str>>,
    /// Declared under `#[cfg(test)]`.
    pub test: bool,
    /// `pub` in any form.
    pub public: bool,
    /// The declaration.
    pub span: Span,
}

/// A macro defined by pattern.
#[derive(Debug, Clone)]
pub struct MacroDefinition {
    /// The definition of kind [`DefinitionKind::Macro`].
    pub definition: DefinitionId,
    /// The paths in its body, for names under which others reach them; they are sites only if nothing calls the macro.
    pub paths: Vec<ValueId>,
    /// The sites in its body, until it is known whether anything calls the macro.
    pub sites: Vec<Site>,
}

/// A value that is not written here but in the body of a macro that is called here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expansion {
    /// The path as it is evaluated here.
    pub value: ValueId,
    /// The file that defines the macro.
    pub file: FileId,
    /// The macro's name in its definition.
    pub span: Span,
}

/// A comment that contains `ssot:`.
#[derive(Debug, Clone)]
pub struct Comment {
    /// The comment token.
    pub span: Span,
    /// Nothing but white space stands before it on its line.
    pub own_line: bool,
    /// It stands before the first statement (after a docstring).
    pub at_top: bool,
    /// The attributes that follow it, up to what they are attributes of.
    pub attributes: Option<Span>,
}

/// A place where the parser had to recover.
#[derive(Debug, Clone)]
pub struct SyntaxProblem {
    /// Where.
    pub span: Span,
    /// The parser's own words.
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A large tree has millions of each.
    #[test]
    fn the_parts_of_facts_are_small() {
        assert_eq!(size_of::<ValueNode>(), 32);
        assert_eq!(size_of::<Binding>(), 32);
        assert_eq!(size_of::<Site>(), 36);
    }
}
