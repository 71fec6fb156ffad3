//! The checked rules: what the engine uses, after a rules file has been read, merged and validated.
//!
//! In: TOML (`load`). Out: a [`RuleSet`] in which every reference is resolved and every pattern is valid.
//! Reads no files itself: the text of rules files is handed in.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::source::{Language, Position, Span};

mod check;
mod choice;
pub mod codeowners;
pub mod complaint;
mod criterion;
mod decode;
pub mod effective;
pub mod explain;
mod fixes;
pub mod glob;
pub mod kind;
pub mod load;
mod overrides;
pub mod pack;
mod parameters;
pub mod pattern;
mod projects;
mod public_names;
pub mod schema;
pub mod select;
mod shape;
pub mod subtree;
mod tree;

pub use codeowners::OwnedFiles;
pub use criterion::{
    Bound, Criterion, EvidenceFormat, ExposurePart, Limit, MeasureKind, MeasureMeta, MeasureScope, Phase, Subject,
};
pub use effective::Effective;
pub use fixes::{Equivalence, FixPolicy, RuleFixes, ShimEffects};
pub use glob::FileGlob;
pub use kind::{KindMeta, RuleKind};
pub use load::{ListedDirectory, RulesText, load, load_listed, load_pack};
pub use overrides::SeverityOverride;
pub use parameters::Parameters;
pub use pattern::{SegmentPattern, SymbolPattern};
pub use public_names::PublicNames;
pub use subtree::Subtree;

/// Ids of the rules about suppressions, which every run has; no rules file can declare a rule of that name.
pub const BUILT_IN_RULES: [&str; 2] = ["bad-suppression", "unused-suppression"];

/// Everything the rules file and its packs say.
#[derive(Debug, Clone, Default)]
pub struct RuleSet {
    /// Sources, in the order of their first declaration (extended files first).
    pub sources: Vec<Source>,
    /// Rules that are enabled, in the order of their first declaration.
    pub rules: Vec<Rule>,
    /// Rules switched off by `enabled = false`, `severity = "off"` or the command line; kept for `ssot rules`.
    pub disabled: Vec<Rule>,
    /// Public paths that name the same module or item.
    pub aliases: Vec<Alias>,
    /// Components for reports and scores.
    pub components: Vec<Component>,
    /// The place that wants the owners in a CODEOWNERS file as components.
    pub from_owners: Option<Origin>,
    /// The conditions under which the debt counts as paid.
    pub criteria: Vec<Criterion>,
    /// Steps of the migration plan, in order.
    pub phases: Vec<Phase>,
    /// `[report]`.
    pub report: ReportTerms,
    /// Files that are not scanned, besides `.gitignore`.
    pub exclude: Vec<FileGlob>,
    /// Files that are test code besides the usual places.
    pub tests: Vec<FileGlob>,
    /// `[LANGUAGE] roots`: directories relative to the project root; none means "detect".
    pub roots: BTreeMap<Language, Vec<WithOrigin<String>>>,
    /// `[gate]`.
    pub gate: GateSettings,
    /// `[gate.profile.NAME]`.
    pub gate_profiles: BTreeMap<String, GateSettings>,
    /// The files that were read, in order, with the SHA-256 of their text.
    pub files: Vec<RulesFile>,
    /// The configuration that the files make together, each value with its place.
    pub effective: Effective,
    /// The directories whose own rules files hold below them.
    pub projects: Vec<Arc<str>>,
    /// The topmost rules file lists directories whose rules files are read.
    pub lists_projects: bool,
}

impl RuleSet {
    /// Returns the rule with this id that judges the file at `path`, if it is on.
    #[must_use]
    pub fn rule_at(&self, id: &str, path: &str) -> Option<&Rule> {
        self.rule_index_at(id, path).map(|index| &self.rules[index.0])
    }

    /// Returns the index of the rule with this id that judges the file at `path`, if it is on.
    #[must_use]
    pub fn rule_index_at(&self, id: &str, path: &str) -> Option<RuleIndex> {
        self.rules.iter().position(|rule| *rule.id == *id && rule.within.holds(path)).map(RuleIndex)
    }

    /// Returns the index of the source with this id that speaks of the file at `path`.
    #[must_use]
    pub fn source_index_at(&self, id: &str, path: &str) -> Option<SourceIndex> {
        self.sources.iter().position(|source| *source.id == *id && source.within.holds(path)).map(SourceIndex)
    }
}

/// A rules file or built-in pack that took part.
#[derive(Debug, Clone)]
pub struct RulesFile {
    /// Path as shown, or `pack:redis`.
    pub name: Arc<str>,
    /// Hex SHA-256 of its text.
    pub sha256: String,
}

/// Index into [`RuleSet::sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceIndex(pub usize);

/// Index into [`RuleSet::rules`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RuleIndex(pub usize);

/// A concern that must have one source of truth.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its id.
    pub id: Arc<str>,
    /// A short title; the id if none is given.
    pub title: String,
    /// The reason why there must be only one.
    pub reason: Option<String>,
    /// A link or path to more.
    pub docs: Option<String>,
    /// The symbols that code shall use.
    pub canonical: Vec<SymbolPattern>,
    /// `canonical` is present in a rules file (an empty list is a declaration).
    pub canonical_declared: bool,
    /// Files that may do what is banned elsewhere.
    pub owners: Vec<FileGlob>,
    /// `owners` is present in a rules file (an empty list is a declaration).
    pub owners_declared: bool,
    /// Floor of its score, in hundredths of a point.
    pub fail_under: Option<u32>,
    /// The place of its first declaration.
    pub origin: Origin,
    /// The files that it speaks of.
    pub within: Subtree,
}

impl Source {
    /// Returns its name, which no other source has: the id, of one that counts in a directory alone with that:
    /// `redis@services/a`.
    #[must_use]
    pub fn name(&self) -> Arc<str> {
        subtree::qualified(&self.id, &self.within.below)
    }
}

/// One policy.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its id.
    pub id: Arc<str>,
    /// The source it protects.
    pub source: SourceIndex,
    /// The detector it drives.
    pub kind: RuleKind,
    /// Symbols that may not be used.
    pub ban: Vec<SymbolPattern>,
    /// The path to write instead, for each language.
    pub use_instead: UseInstead,
    /// Old names to new ones, for fixes.
    pub rename: BTreeMap<String, String>,
    /// The rest of what it says of fixes.
    pub fixes: RuleFixes,
    /// The cost of a violation.
    pub severity: Severity,
    /// The cost in test code; as `severity` if absent.
    pub severity_in_tests: Option<Severity>,
    /// Factor of the points, in thousandths (1000 is 1).
    pub weight: u32,
    /// Files in which the rule does not apply.
    pub allow_in: Vec<Exemption>,
    /// Severities that hold in some files alone.
    pub overrides: Vec<SeverityOverride>,
    /// The reason for it.
    pub reason: Option<String>,
    /// A link or path to more.
    pub docs: Option<String>,
    /// The only language in which it applies.
    pub language: Option<Language>,
    /// The needs of inline suppressions.
    pub inline_ignore: InlineIgnore,
    /// The use of a baseline for its violations.
    pub policy: Policy,
    /// Code that is a violation.
    pub examples_bad: Vec<WithOrigin<String>>,
    /// Code that is not.
    pub examples_good: Vec<WithOrigin<String>>,
    /// Parameters of kinds that take more than `ban`.
    pub parameters: Parameters,
    /// The place of its first declaration.
    pub origin: Origin,
    /// The files that it judges.
    pub within: Subtree,
    /// The place in the rules file of that directory that changes it there.
    pub changed_by: Option<Origin>,
}

impl Rule {
    /// Tells whether a rules file says something of it where it holds; otherwise it differs from the one above by nothing
    /// but its source.
    #[must_use]
    pub fn has_own_words(&self) -> bool {
        self.changed_by.is_some() || self.origin.base == self.within.below
    }

    /// Returns the place in the rules file that says what it is where it holds.
    #[must_use]
    pub fn words_at(&self) -> &Origin {
        self.changed_by.as_ref().unwrap_or(&self.origin)
    }

    /// Returns its severity in test code or in other code.
    #[must_use]
    pub fn severity_in(&self, test: bool) -> Severity {
        if test { self.severity_in_tests.unwrap_or(self.severity) } else { self.severity }
    }
}

/// The cost of a violation, if it is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Not reported at all.
    Off,
    /// 0 points.
    Note,
    /// 1 point.
    Warning,
    /// 2 points.
    Error,
}

impl Severity {
    /// Returns the points before the rule's weight (docs/design.md section 6).
    #[must_use]
    pub fn points(self) -> u64 {
        match self {
            Self::Off | Self::Note => 0,
            Self::Warning => 1,
            Self::Error => 2,
        }
    }

    /// Returns the word in rules files and output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The needs of inline suppressions of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InlineIgnore {
    /// Nothing.
    Allow,
    /// A reason.
    #[default]
    Reason,
    /// They are not accepted.
    Deny,
}

/// The use of a baseline for the violations of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    /// They can; the baseline may only shrink.
    #[default]
    Ratchet,
    /// They cannot.
    Strict,
}

/// The path to write instead, for each language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UseInstead(BTreeMap<Language, String>);

impl UseInstead {
    /// Returns the path to write in `language`.
    #[must_use]
    pub fn for_language(&self, language: Language) -> Option<&str> {
        self.0.get(&language).map(String::as_str)
    }

    /// Each language for which there is something to write, with that.
    pub fn all(&self) -> impl Iterator<Item = (Language, &str)> {
        self.0.iter().map(|(language, path)| (*language, path.as_str()))
    }
}

/// Files in which a rule does not apply.
#[derive(Debug, Clone)]
pub struct Exemption {
    /// The files.
    pub path: FileGlob,
    /// The reason for it.
    pub reason: String,
}

/// Two public paths of one module or item.
#[derive(Debug, Clone)]
pub struct Alias {
    /// The path as it may be written.
    pub path: SymbolPattern,
    /// The path it stands for.
    pub is: SymbolPattern,
}

/// A named part of the tree.
#[derive(Debug, Clone)]
pub struct Component {
    /// Its id.
    pub id: Arc<str>,
    /// Its files.
    pub paths: Vec<FileGlob>,
    /// The files that a CODEOWNERS file gives it.
    pub owned: Option<OwnedFiles>,
    /// Floor of its score, pooled over sources, in hundredths of a point.
    pub fail_under: Option<u32>,
    /// The danger of its debt, in a sentence.
    pub impact: Option<String>,
    /// The place of its declaration.
    pub origin: Origin,
}

/// Terms under which the debt is filed; absent ones follow from the numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportTerms {
    /// The priority, in the words of the team.
    pub priority: Option<String>,
    /// The labels.
    pub labels: Option<Vec<String>>,
}

impl Component {
    /// Tells whether it has the file at a path.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.paths.iter().any(|glob| glob.matches(path)) || self.owned.as_ref().is_some_and(|it| it.has(path))
    }
}

/// The origin of components besides those that are declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComponentsFrom {
    /// The owners in a CODEOWNERS file.
    CodeOwners,
}

/// Conditions of `[gate]`; absent ones are not checked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GateSettings {
    /// Floor of the overall score, in hundredths of a point (9500 is 95.00).
    pub fail_under: Option<u32>,
    /// Floor of the score of production code, likewise.
    pub fail_under_production: Option<u32>,
    /// No violation that the baseline or reference does not have.
    pub no_new: Option<bool>,
    /// The score may not drop together with a new violation.
    pub score_drop: Option<bool>,
    /// At most so many active errors.
    pub max_errors: Option<u64>,
    /// At most so many active warnings.
    pub max_warnings: Option<u64>,
    /// At most so many active notes.
    pub max_notes: Option<u64>,
    /// At most so many relevant files that could not be read or parsed.
    pub unanalysed: Option<u64>,
    /// The place of each key, by its dotted name.
    pub origins: BTreeMap<String, Origin>,
}

/// A place in a rules file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// The file as shown, or `pack:redis`.
    pub file: Arc<str>,
    /// Its text, for carets.
    pub text: Arc<str>,
    /// The bytes of the entry.
    pub span: Span,
    /// It comes from a built-in pack.
    pub pack: bool,
    /// The directory that file patterns there are relative to, itself relative to the project root; empty for that.
    pub base: Arc<str>,
}

impl Origin {
    /// Returns its 1-based line.
    #[must_use]
    pub fn line(&self) -> u32 {
        Position::of(&self.text, self.span.start).line
    }

    /// Returns the file and line: `ssot.toml:12`.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{}:{}", self.file, self.line())
    }
}

/// A value with the place where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithOrigin<T> {
    /// The value.
    pub value: T,
    /// The place.
    pub origin: Origin,
}
