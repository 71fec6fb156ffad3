//! A file as its fixes see it: scopes, every use of a name, imports with their tokens, literals, comments.
//!
//! In: a text that parses. Out: a [`Script`]. Names follow the scoping of the Python reference; which binding reaches a use
//! is not decided, only which scope owns the name.

use std::sync::Arc;

use ruff_python_ast::{ModModule, PySourceType, Stmt};
use ruff_python_parser::Parsed;
use ruff_text_size::TextRange;
use rustc_hash::FxHashMap;

use super::super::depth;
use super::reader::ScriptPass;
use crate::facts::Name;
use crate::source::{FileId, Span};

/// A parsed file.
pub(in super::super) struct Script {
    pub file: FileId,
    pub text: Arc<str>,
    pub(super) parsed: Option<Parsed<ModModule>>,
    pub scopes: Vec<NameScope>,
    pub uses: Vec<NameUse>,
    pub imports: Vec<ImportStatement>,
    pub literals: Vec<TextLiteral>,
    /// Statement lists: the one around each, and where that one has it.
    pub blocks: Vec<StatementBlock>,
    pub comments: Vec<Span>,
    /// Calls with the context that matters to one that constructs.
    pub calls: Vec<CallSite>,
    /// The names that `__all__` lists; none without one.
    pub exports: Option<Vec<Name>>,
}

/// Index into [`Script::scopes`].
pub(in super::super) type ScopeAt = usize;

/// The kinds of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum NameScopeKind {
    Module,
    Class,
    /// A function with a body of statements.
    Function {
        is_async: bool,
    },
    /// A lambda or comprehension.
    Expression,
}

/// A region that owns names.
pub(in super::super) struct NameScope {
    pub kind: NameScopeKind,
    pub parent: Option<ScopeAt>,
    pub range: TextRange,
    pub globals: Vec<Name>,
    pub nonlocals: Vec<Name>,
    pub bound: FxHashMap<Name, Vec<BoundName>>,
}

/// One place that binds a name.
#[derive(Debug, Clone)]
pub(in super::super) struct BoundName {
    pub range: TextRange,
    pub to: BoundTo,
    pub type_checking: bool,
}

/// The thing that a name is bound to, as far as it is followed.
#[derive(Debug, Clone)]
pub(in super::super) enum BoundTo {
    /// An import: indexes of the statement and of the name in it.
    Import(usize, usize),
    Class,
    Function {
        is_async: bool,
    },
    /// Another name or a member of one.
    Path(Vec<Name>),
    /// The result of calling a path.
    Called(Vec<Name>),
    Parameter,
    /// `None`.
    Nothing,
    Other,
}

/// The ways to access an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Access {
    Read,
    Written,
    Deleted,
}

/// A use of a name, with what is done with it at that place.
#[derive(Debug, Clone)]
pub(in super::super) struct NameUse {
    pub name: Name,
    pub range: TextRange,
    /// The scope in which it stands.
    pub scope: ScopeAt,
    pub access: Access,
    /// `a.b.c`: the members with their places.
    pub members: Vec<(Name, TextRange)>,
    /// The access to the last member.
    pub member_access: Access,
    /// The call of the whole path, if it is called.
    pub call: Option<CallShape>,
    pub awaited: bool,
    /// A `with` enters it, or what its call gives.
    pub entered: bool,
}

/// The arguments of a call.
#[derive(Debug, Clone)]
pub(in super::super) struct CallShape {
    pub range: TextRange,
    pub positional: usize,
    pub keywords: Vec<Name>,
    /// `*args` or `**options`.
    pub spread: bool,
}

/// A call that could construct, with what becomes of its result.
#[derive(Debug, Clone)]
pub(in super::super) struct CallSite {
    pub range: TextRange,
    pub shape: CallShape,
    /// The ranges of the arguments, with their keywords.
    pub arguments: Vec<(Option<Name>, TextRange)>,
    pub scope: ScopeAt,
    pub result: CallResult,
    pub awaited: bool,
}

/// The fate of the result of a call.
#[derive(Debug, Clone)]
pub(in super::super) enum CallResult {
    /// It is bound to a name.
    Named(Name),
    /// It is put into an attribute: the path from a name.
    Attribute(Vec<Name>),
    /// A member of it is read, and perhaps called.
    Member(Name, Option<CallShape>, bool),
    /// A `with` enters it.
    Entered,
    /// Given away: returned, passed, stored.
    Given,
}

/// An import statement.
#[derive(Debug, Clone)]
pub(in super::super) struct ImportStatement {
    pub range: TextRange,
    pub scope: ScopeAt,
    /// Set for `from`: the leading dots, the module, and the bytes of both.
    pub from: Option<FromModule>,
    pub names: Vec<ImportedName>,
    pub block: usize,
    pub at: usize,
    pub type_checking: bool,
    /// Stands in the body of a `try` or in one of its handlers, in the same scope.
    pub guard: Option<Guard>,
}

/// The module of a `from` import.
#[derive(Debug, Clone)]
pub(in super::super) struct FromModule {
    pub level: u32,
    pub path: Vec<Name>,
    pub range: TextRange,
}

/// One name of an import statement.
#[derive(Debug, Clone)]
pub(in super::super) struct ImportedName {
    pub range: TextRange,
    /// One segment after `from`, else the module's path.
    pub path: Vec<Name>,
    pub path_range: TextRange,
    pub asname: Option<Name>,
    pub star: bool,
}

/// The part of a `try` in which an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Guard {
    /// The body: a failure is caught.
    Body,
    /// A handler: the body failed.
    Handler,
}

/// A list of statements.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct StatementBlock {
    /// The block around it, and the index of the statement there.
    pub parent: Option<(usize, usize)>,
    pub length: usize,
}

/// A string literal.
#[derive(Debug, Clone)]
pub(in super::super) struct TextLiteral {
    pub range: TextRange,
    pub value: String,
    pub docstring: bool,
    pub annotation: bool,
    /// One literal without implicit concatenation.
    pub single: bool,
}

impl ImportedName {
    /// Returns the name that it binds.
    pub fn bound(&self, from: bool) -> &Name {
        match (&self.asname, from) {
            (Some(name), _) => name,
            (None, true) => &self.path[self.path.len() - 1],
            (None, false) => &self.path[0],
        }
    }
}

impl Script {
    /// Parses a text; none if it has an error or is nested too deeply.
    pub fn read(file: FileId, path: &str, text: Arc<str>) -> Option<Self> {
        let kind = if depth::is_stub(path) { PySourceType::Stub } else { PySourceType::Python };
        let parsed = depth::shallow(&text, kind)?;
        if !parsed.errors().is_empty() {
            return None;
        }
        let mut script = ScriptPass::over(file, &text, &parsed);
        script.parsed = Some(parsed);
        Some(script)
    }

    /// Returns the statements of the file.
    pub fn body(&self) -> &[Stmt] {
        self.parsed.as_ref().map_or(&[], |parsed| &parsed.syntax().body)
    }

    /// Returns the code between two places.
    pub fn code(&self, range: TextRange) -> &str {
        &self.text[range]
    }

    /// Returns the scope that owns a name that is used in a scope; none for builtins and unbound names.
    pub fn owner(&self, from: ScopeAt, name: &str) -> Option<ScopeAt> {
        let mut at = from;
        if self.scopes[at].globals.iter().any(|it| it == name) {
            return self.scopes[0].bound.contains_key(name).then_some(0);
        }
        loop {
            let scope = &self.scopes[at];
            let passed_over = scope.kind == NameScopeKind::Class && at != from;
            let elsewhere = scope.nonlocals.iter().any(|it| it == name);
            if !passed_over && !elsewhere && scope.globals.iter().any(|it| it == name) {
                return self.scopes[0].bound.contains_key(name).then_some(0);
            }
            if !passed_over && !elsewhere && scope.bound.contains_key(name) {
                return Some(at);
            }
            at = scope.parent?;
        }
    }

    /// Returns the uses of a name that a scope owns.
    pub fn uses_of<'s>(&'s self, owner: ScopeAt, name: &'s str) -> impl Iterator<Item = &'s NameUse> {
        self.uses.iter().filter(move |it| it.name == name && self.owner(it.scope, name) == Some(owner))
    }

    /// Returns whether a scope is another or lies inside it.
    pub fn is_inside(&self, scope: ScopeAt, outer: ScopeAt) -> bool {
        std::iter::successors(Some(scope), |&at| self.scopes[at].parent).any(|at| at == outer)
    }

    /// Returns whether code of a scope runs when a function is called, not when the module is loaded.
    pub fn is_deferred(&self, scope: ScopeAt) -> bool {
        let function = |at: ScopeAt| matches!(self.scopes[at].kind, NameScopeKind::Function { .. });
        std::iter::successors(Some(scope), |&at| self.scopes[at].parent).any(function)
    }

    /// Returns the innermost scope around a place.
    pub fn scope_at(&self, offset: u32) -> ScopeAt {
        let around = |scope: &NameScope| scope.range.start().to_u32() <= offset && offset < scope.range.end().to_u32();
        let inner = self.scopes.iter().enumerate().skip(1).filter(|(_, scope)| around(scope));
        inner.min_by_key(|(_, scope)| scope.range.len()).map_or(0, |(at, _)| at)
    }

    /// Returns the names that are bound in a scope to one name.
    pub fn bound(&self, scope: ScopeAt, name: &str) -> &[BoundName] {
        self.scopes[scope].bound.get(name).map_or(&[], Vec::as_slice)
    }

    /// Returns the bytes of the line that holds a place, without its end.
    pub fn line(&self, offset: usize) -> std::ops::Range<usize> {
        let start = self.text[..offset].rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let end = self.text[offset..].find(['\n', '\r']).map_or(self.text.len(), |at| offset + at);
        start..end
    }

    /// Returns what ends the lines of the file.
    pub fn line_end(&self) -> &'static str {
        match self.text.find(['\n', '\r']) {
            Some(at) if self.text[at..].starts_with("\r\n") => "\r\n",
            Some(at) if self.text[at..].starts_with('\r') => "\r",
            _ => "\n",
        }
    }
}

/// Returns the place of a range in the terms of the rest of the program.
pub(in super::super) fn span(range: TextRange) -> Span {
    Span::new(range.start().to_u32(), range.end().to_u32())
}
