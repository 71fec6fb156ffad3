//! Violations: one place where a rule is broken, with everything a reader or a renderer needs.
//!
//! In: hits of the detectors and the rules. Out: values that triage, score and report pass on unchanged.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::rule::{RuleKind, Severity};
use crate::source::{FileId, Position, Span};

/// One place where a rule is broken.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Violation {
    /// The rule's id.
    pub rule: Arc<str>,
    /// The source's id; none for built-in rules.
    pub source: Option<Arc<str>>,
    /// The rule's kind; none for built-in rules.
    pub kind: Option<RuleKind>,
    /// The cost if true.
    pub severity: Severity,
    /// The certainty of the analysis.
    pub confidence: Confidence,
    /// Points in thousandths: severity's points times the rule's weight.
    pub points: u64,
    /// The file.
    pub file: FileId,
    /// Its path.
    pub path: Arc<str>,
    /// The bytes it points at.
    pub span: Span,
    /// The bytes of the whole statement around it.
    pub statement: Span,
    /// First character.
    pub start: Position,
    /// One past the last character.
    pub end: Position,
    /// Qualified name of the banned symbol that it resolves to.
    pub symbol: String,
    /// The name as the source has it.
    pub written: String,
    /// The way by which the code got to the symbol.
    pub form: Form,
    /// Qualified name of the enclosing definition inside the file (`Service.start`); empty at module level.
    pub scope: String,
    /// In what kind of code it stands.
    pub context: Context,
    /// The chain that led there, from the place outward.
    #[serde(with = "kept_chain")]
    pub via: Vec<Via>,
    /// One sentence.
    pub message: String,
    /// The name of the replacement.
    pub use_instead: Option<String>,
    /// The rest of what is known of the replacement.
    pub advice: Advice,
    /// Identity (docs/design.md section 5).
    pub fingerprint: String,
    /// The state that triage gave it.
    pub state: State,
    /// The reason for which it is suppressed or baselined.
    pub reason: Option<String>,
}

impl Violation {
    /// Neither suppressed nor baselined.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.state == State::New
    }
}

impl Violation {
    /// Returns the code of the replacement: the call, or its name.
    #[must_use]
    pub fn replacement(&self) -> Option<&str> {
        self.advice.code.as_deref().or(self.use_instead.as_deref())
    }

    /// Words what to use instead, to stand behind "use".
    #[must_use]
    pub fn instead(&self) -> Option<String> {
        const NAMED: usize = 3;
        let Some(first) = self.replacement() else {
            return self.advice.owner.as_ref().map(|path| format!("what `{path}` gives"));
        };
        let import = self.advice.import.as_ref().map(|import| format!(" (`{import}`)")).unwrap_or_default();
        let others: Vec<String> = self.advice.others.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
        let more = match self.advice.others.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" or {more} more"),
        };
        let others = if others.is_empty() { String::new() } else { format!(", or {}{more}", others.join(", ")) };
        Some(format!("`{first}`{import}{others}"))
    }
}

/// A replacement, besides its name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advice {
    /// The call of the replacement, if it is a function.
    pub code: Option<String>,
    /// The import that brings the name in the call, if one is needed.
    pub import: Option<String>,
    /// Further names that would do, the nearest first.
    pub others: Vec<String>,
    /// The file that owns the source, where no name is known.
    pub owner: Option<Arc<str>>,
}

/// A step of the chain that led to a symbol.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Via {
    /// The file of the step.
    pub path: Arc<str>,
    /// 1-based line.
    pub line: u32,
    /// The step in words, e.g. `imported as RM`.
    pub note: String,
    /// The bytes of the step in its file, for snippets.
    #[serde(skip)]
    pub span: Span,
    /// The file of the step.
    #[serde(skip)]
    pub file: Option<FileId>,
}

/// Chains as they are kept between runs, with what their form in output leaves out.
mod kept_chain {
    use super::{Arc, Deserialize, FileId, Serialize, Span, Via};
    use serde::{Deserializer, Serializer};

    type Kept = (Arc<str>, u32, String, Span, Option<FileId>);

    pub(super) fn serialize<S: Serializer>(chain: &[Via], serializer: S) -> Result<S::Ok, S::Error> {
        let kept = |via: &Via| -> Kept { (Arc::clone(&via.path), via.line, via.note.clone(), via.span, via.file) };
        chain.iter().map(kept).collect::<Vec<Kept>>().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Via>, D::Error> {
        let kept: Vec<Kept> = Vec::deserialize(deserializer)?;
        Ok(kept.into_iter().map(|(path, line, note, span, file)| Via { path, line, note, span, file }).collect())
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),* }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word in output.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }
    };
}

words! {
    /// The certainty of the analysis.
    Confidence {
        /// A guess.
        Low = "low",
        /// One of several meanings, or a dynamic form.
        Medium = "medium",
        /// Decided.
        High = "high",
    }
}

words! {
    /// The way by which the code got to the symbol.
    Form {
        /// By its own name.
        Direct = "direct",
        /// Under another name bound in the same file.
        Alias = "alias",
        /// Through another module of the tree.
        ReExport = "re-export",
        /// Through a subclass.
        Subclass = "subclass",
        /// Through a star import.
        Star = "star",
        /// Through a literal string at run time.
        Dynamic = "dynamic",
        /// Only in a string.
        String = "string",
        /// Through a macro.
        Macro = "macro",
        /// As a struct or tuple literal, or a typed default.
        Literal = "literal",
        /// As a function value.
        Value = "value",
    }
}

words! {
    /// In what kind of code a violation stands.
    Context {
        /// Code that runs in production.
        Runtime = "runtime",
        /// Under `if TYPE_CHECKING:`.
        TypeChecking = "type-checking",
        /// Test code.
        Test = "test",
    }
}

words! {
    /// The state that triage gave it.
    State {
        /// Active.
        New = "new",
        /// Recorded in the baseline.
        Baselined = "baselined",
        /// Accepted by a comment.
        Suppressed = "suppressed",
    }
}
