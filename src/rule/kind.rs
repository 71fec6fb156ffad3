//! The rule kinds, one row for each.
//!
//! In: nothing. Out: [`RuleKind`] and, in its [`KindMeta`], all that is said of a kind: to the reader of the reference, of
//! a rule, of a violation, and to the check of a rules file. What a kind does is in its file of [`crate::detect`].

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Source;

/// Everything that is said of a rule kind.
#[derive(Debug)]
pub struct KindMeta {
    /// Names the kind in rules files and output.
    pub name: &'static str,
    /// Says what the kind looks for, for the schema and the reference.
    pub sentence: &'static str,
    /// Says what one violation is, for descriptions of a rule as SARIF has them.
    pub violation: &'static str,
    /// Says what all violations are, for `ssot rule`.
    pub violations: &'static str,
    /// Names what it judges, for `ssot explain`.
    pub judges: &'static str,
    /// Tells how often a violation is right.
    pub precision: Precision,
    /// Lists the keys without which a rule looks for nothing.
    pub required: Required,
    /// Lists the keys that the kind reads besides those of every rule.
    pub keys: &'static [&'static str],
    /// Words the message of a violation.
    pub wording: Wording,
}

/// The share of violations of a kind that are right: resolved names nearly always, likeness of classes and strings less so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// Most of them.
    Medium,
    /// Nearly all.
    High,
    /// All.
    VeryHigh,
}

impl Precision {
    /// Returns the word that SARIF's consumers know.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Medium => "medium",
            Self::High => "high",
            Self::VeryHigh => "very-high",
        }
    }
}

/// The keys without which a rule of a kind looks for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    /// `ban`: the kind judges places by the symbol that they denote.
    Ban,
    /// One of these.
    AnyOf(&'static [&'static str]),
    /// None: the source says enough.
    Nothing,
}

/// The wording of a violation's message.
#[derive(Debug, Clone, Copy)]
pub enum Wording {
    /// These words before the symbol, and how it is written where that differs.
    Before(&'static str),
    /// A sentence made of the symbol and how it is written.
    Sentence(fn(symbol: &str, written: &str) -> String),
    /// A sentence made of these too, and of who owns the source: `` `app/mail.py`, the owner of Mail ``.
    PastOwners(fn(symbol: &str, written: &str, owners: &str) -> String),
    /// The detector's own, which says more than a symbol.
    Detector,
}

impl KindMeta {
    /// Words the message of a violation of a symbol of a source.
    #[must_use]
    pub fn message(&self, symbol: &str, written: &str, source: &Source) -> String {
        match self.wording {
            Wording::Before(what) => before(what, symbol, written),
            Wording::Sentence(sentence) => sentence(symbol, written),
            Wording::PastOwners(sentence) => sentence(symbol, written, &owners_of(source)),
            Wording::Detector => format!("{}: `{symbol}`", self.violation),
        }
    }
}

/// Makes the enum and its table of one list, so that a variant and its row cannot come apart.
macro_rules! rule_kinds {
    ($($variant:ident { sentence: $sentence:literal, $($field:tt)* })*) => {
        /// The detector that a rule drives.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum RuleKind {
            $(#[doc = $sentence] $variant,)*
        }

        impl RuleKind {
            /// Every kind, in the order in which they are listed.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
        }

        const ROWS: &[KindMeta] = &[$(KindMeta { sentence: $sentence, $($field)* }),*];
    };
}

rule_kinds! {
    Import {
        sentence: "Import of a banned module or symbol.",
        name: "import",
        violation: "import of a banned module or symbol",
        violations: "imports of a banned module or symbol",
        judges: "import statements",
        precision: Precision::High,
        required: Required::Ban,
        keys: &[],
        wording: Wording::Sentence(|symbol, _| format!("import of `{symbol}`, which is banned")),
    }
    Construct {
        sentence: "Call of a banned class, constructor or function.",
        name: "construct",
        violation: "call of a banned class, constructor or function",
        violations: "calls of a banned class, constructor or function, under whatever name",
        judges: "calls",
        precision: Precision::High,
        required: Required::Ban,
        keys: &[],
        wording: Wording::Sentence(constructed),
    }
    Reference {
        sentence: "Any use of a banned symbol.",
        name: "reference",
        violation: "use of a banned symbol",
        violations: "any use of a banned symbol: calling, passing, storing, annotating",
        judges: "uses other than imports",
        precision: Precision::High,
        required: Required::Ban,
        keys: &[],
        wording: Wording::Before("use of"),
    }
    Subclass {
        sentence: "A class or impl with a banned base.",
        name: "subclass",
        violation: "class or impl with a banned base",
        violations: "classes and impls with a banned base",
        judges: "bases of classes",
        precision: Precision::High,
        required: Required::Ban,
        keys: &[],
        wording: Wording::Before("subclass of"),
    }
    Implement {
        sentence: "A rival implementation of the source.",
        name: "implement",
        violation: "rival implementation of the source",
        violations: "rival implementations of the source",
        judges: "classes",
        precision: Precision::Medium,
        required: Required::Nothing,
        keys: &["names", "wraps", "limit"],
        wording: Wording::Detector,
    }
    Configure {
        sentence: "Configuration read past its owner.",
        name: "configure",
        violation: "configuration read past the owners of the source",
        violations: "configuration that is read past the owners of the source",
        judges: "reads of the environment and URLs",
        precision: Precision::Medium,
        required: Required::AnyOf(&["env", "schemes"]),
        keys: &["env", "schemes"],
        wording: Wording::PastOwners(read_past_the_owners),
    }
    Define {
        sentence: "A definition that is allowed only in listed places.",
        name: "define",
        violation: "definition outside the places where it is allowed",
        violations: "definitions that are allowed only in listed places",
        judges: "definitions",
        precision: Precision::VeryHigh,
        required: Required::AnyOf(&["names"]),
        keys: &["names", "only-in"],
        wording: Wording::Sentence(|symbol, _| format!("`{symbol}` is defined outside the places where it is allowed")),
    }
    Path {
        sentence: "A file that must or must not exist.",
        name: "path",
        violation: "file that must or must not exist",
        violations: "files that must or must not exist",
        judges: "files",
        precision: Precision::VeryHigh,
        required: Required::AnyOf(&["must-exist", "must-not-exist"]),
        keys: &["must-exist", "must-not-exist"],
        wording: Wording::Detector,
    }
}

impl RuleKind {
    /// Returns the row of the kind.
    #[must_use]
    pub fn meta(self) -> &'static KindMeta {
        &ROWS[self as usize]
    }

    /// Returns the word in rules files and output.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.meta().name
    }

    /// Tells whether the kind reads a key that is not of every rule.
    #[must_use]
    pub fn reads(self, key: &str) -> bool {
        self.meta().keys.contains(&key)
    }

    /// Lists the kinds that read a key.
    pub fn reading(key: &str) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |kind| kind.reads(key))
    }
}

impl Serialize for RuleKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for RuleKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = <&str>::deserialize(deserializer)?;
        Self::ALL.iter().copied().find(|kind| kind.name() == name).ok_or_else(|| D::Error::custom("no such kind"))
    }
}

/// The symbol of an environment variable whose name is put together while the program runs.
pub const COMPUTED: &str = "*";

/// A class is constructed, a function called: names of classes begin with a capital letter in both languages.
fn constructed(symbol: &str, written: &str) -> String {
    let last = symbol.rsplit(['.', ':']).next().unwrap_or(symbol);
    let what = if last.starts_with(char::is_uppercase) { "direct construction of" } else { "call of" };
    before(what, symbol, written)
}

fn before(what: &str, symbol: &str, written: &str) -> String {
    if written == symbol { format!("{what} `{symbol}`") } else { format!("{what} `{symbol}`, written `{written}`") }
}

fn read_past_the_owners(symbol: &str, written: &str, owners: &str) -> String {
    if symbol.ends_with("://") {
        format!("`{symbol}` URL past {owners}")
    } else if symbol == COMPUTED {
        format!("environment variable with a computed name is read past {owners}, written `{written}`")
    } else {
        format!("environment variable `{symbol}` is read past {owners}")
    }
}

fn owners_of(source: &Source) -> String {
    let title = &source.title;
    match source.owners.as_slice() {
        [] => format!("{title}, which has no owner"),
        [only] => format!("`{}`, the owner of {title}", only.text),
        [first, others @ ..] => format!("`{}` and {} more, the owners of {title}", first.text, others.len()),
    }
}
