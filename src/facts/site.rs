//! Sites: the places of a file that rules look at.

use super::{DefinitionId, ListId, ScopeId, ValueId};
use crate::source::Span;

/// A place rules look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Site {
    /// The kind of code that is there.
    pub kind: SiteKind,
    /// The text that a violation here points at (docs/design.md section 3: the import statement, the call expression,
    /// the path).
    pub span: Span,
    /// The whole statement, for suppressions.
    pub statement: Span,
    /// The innermost scope around it.
    pub scope: ScopeId,
    /// Stands under `if TYPE_CHECKING:`.
    pub type_checking: bool,
}

/// The kind of code that stands at a site.
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
        /// Its role: the position in which it stands.
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
        /// The key that is looked up.
        key: ValueId,
    },
    /// A string literal that begins like a URL, or the literal beginning of a composed one; the value is a
    /// [`Value::Text`].
    Url(ValueId),
    /// A string literal as the target of `patch(...)` or `setattr(...)`; the value is a [`Value::Text`].
    PatchTarget(ValueId),
}

/// Returns whether a text begins with a scheme and `://`.
#[must_use]
pub fn begins_like_url(text: &str) -> bool {
    let scheme = text.find("://").map(|at| &text[..at]);
    scheme.is_some_and(|scheme| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

/// The position in which a reference stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Evaluated at run time.
    Value,
    /// In an annotation or in type position: no use at run time.
    Annotation,
    /// The target of `del`, or the right side of a pure re-export such as `__all__`.
    Passive,
}
