//! Facts: what one file says, before any name is resolved across files.
//!
//! In: nothing but the syntax of one file (the front ends in [`crate::lang`] make these). Out: plain data that
//! [`crate::resolve`] reads. The vocabulary is the same for every language: scopes, bindings, definitions, and a small
//! arena of *values*, which are the expressions that can denote a module, a class, a function or an instance.
//! Names inside one file are already decided here (which bindings can reach a use is a matter of one file); names of
//! other files are not: a fact does not know its own module's name nor any neighbour.

use serde::{Deserialize, Serialize};

use crate::source::{FileId, Span};

mod binding;
mod definition;
mod interface;
mod lists;
mod name;
mod reach;
mod site;
mod value;

use lists::exact;

pub use binding::{Binding, How, Namespaces, StarTarget, Target};
pub use definition::{Definition, DefinitionKind, Receiver};
pub use interface::IMPORTS;
pub use lists::{ListId, Lists, LiteralTexts};
pub use name::Name;
pub use reach::{Bindings, Reach};
pub use site::{Role, Site, SiteKind, begins_like_url};
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
    /// Calls of macros that are followed; none in Python.
    pub invocations: Vec<Invocation>,
    /// The names a star import takes, when the file says so with literals (`__all__`); none when it does not.
    pub exports: Option<Vec<Name>>,
    /// Comments that contain `ssot:`, in source order.
    pub comments: Vec<Comment>,
    /// The values that functions yield, in source order.
    pub yields: Vec<(DefinitionId, ValueId)>,
    /// Keyword arguments in the headers of classes, in source order.
    pub class_keywords: Vec<(DefinitionId, Argument)>,
    /// Places that the parser could not make sense of.
    pub problems: Vec<SyntaxProblem>,
    /// The whole file is test code by its own word (`#![cfg(test)]`).
    pub test_only: bool,
}

/// The text that every comment that speaks to the program contains.
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
            invocations: exact(&mut self.invocations),
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
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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

    /// Returns the call of a macro from whose body a value comes, if it comes from one.
    #[must_use]
    pub fn expansion(&self, value: ValueId) -> Option<&Invocation> {
        let at = self.expansions.binary_search_by_key(&value, |expansion| expansion.value).ok()?;
        self.invocations.get(self.expansions[at].invocation as usize)
    }
}

impl ScopeId {
    /// The scope of the file's own module.
    pub const MODULE: Self = Self(0);
}

/// A region in which names are bound.
#[derive(Debug, Clone, Hash)]
pub struct Scope {
    /// The thing that opens it.
    pub kind: ScopeKind,
    /// The scope around it; none for the file's module scope.
    pub parent: Option<ScopeId>,
    /// The definition it is the body of, if it is one.
    pub definition: Option<DefinitionId>,
    /// Its segment of a qualified scope name (`Service`, `start`); empty for blocks and comprehensions.
    pub name: Name,
    /// All that stands in it is test code by the language's own word (`#[cfg(test)]`, `#[test]`); inherited.
    pub test: bool,
    /// The meaning of each name to code outside the scope, sorted by name: the bindings alive at its end and those made
    /// by `global`/`nonlocal` elsewhere (Python); its items (Rust). For module and class scopes; empty for others.
    pub members: Vec<(Name, Reach)>,
    /// Modules whose names it takes by `*`, in source order: for names that `members` does not have.
    pub stars: Vec<BindingId>,
}

impl Scope {
    /// Returns the meaning of `name` to code outside the scope; none if the scope does not bind it itself.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Reach> {
        self.members.binary_search_by(|(n, _)| n.as_str().cmp(name)).ok().map(|at| &self.members[at].1)
    }
}

/// The thing that opens a scope.
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
    /// The index of the call in [`FileFacts::invocations`].
    pub invocation: u32,
}

/// A call of a macro, and one definition that it may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Invocation {
    /// The file that defines the macro.
    pub file: FileId,
    /// The macro's name in its definition.
    pub span: Span,
    /// The path that is called, where only the meaning of names decides which definition it means.
    pub callee: Option<ValueId>,
    /// It counts if the path does not tell.
    pub likely: bool,
    /// The call whose expansion this call stands in.
    pub outer: Option<u32>,
}

/// A comment that contains `ssot:`.
#[derive(Debug, Clone, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SyntaxProblem {
    /// The place.
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
