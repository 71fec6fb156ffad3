//! The rules file as a type: what a user may write, before it is checked.
//!
//! In: nothing. Out: the JSON schema of rules files, whose descriptions are the comments here. Reading goes through
//! [`shape`](super::shape) instead, which keeps places and reports every error; a test holds that the two agree.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// Rules file of `ssot`: the sources of truth of a project and what may not go around them.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[schemars(title = "ssot.toml")]
pub struct RawRules {
    /// Built-in packs by name, other rules files by path relative to this one. What this file says is merged into them:
    /// lists are appended, single values replaced.
    pub extends: Vec<String>,
    /// Files that are not scanned, besides those that `.gitignore` names. Patterns are anchored at the project root; `*`
    /// stays within a segment, `**` crosses.
    pub exclude: Vec<String>,
    /// Files that are test code besides the usual places.
    pub tests: Vec<String>,
    /// How Python modules are found.
    pub python: Option<RawPython>,
    /// When a run fails. Without any condition it fails on each active violation of severity warning or error.
    pub gate: Option<RawGate>,
    /// Concerns that must have one source of truth.
    pub source: Vec<RawSource>,
    /// Policies, each with an id.
    pub rule: Vec<RawRule>,
    /// Public paths that name the same module or item.
    pub alias: Vec<RawAlias>,
    /// Named parts of the tree, for reports and scores.
    pub component: Vec<RawComponent>,
    /// What must hold for the debt to count as paid, for `ssot report`.
    pub criterion: Vec<RawCriterion>,
    /// Steps of the migration plan of `ssot report`, in order. A file belongs to the first that names it.
    pub phase: Vec<RawPhase>,
}

/// How Python modules are found.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RawPython {
    /// Directories from which absolute imports are looked up, relative to the project root; detected when absent.
    pub roots: Option<Vec<String>>,
}

/// Conditions under which a run fails; absent ones are not checked.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RawGate {
    /// The lowest overall score that passes, with at most 2 decimal places.
    #[schemars(range(min = 0, max = 100))]
    pub fail_under: Option<f64>,
    /// Fail on a violation that the baseline or reference does not have.
    pub no_new: Option<bool>,
    /// Fail when the score is lower than the reference's and there is a new violation with points.
    pub score_drop: Option<bool>,
    /// The highest number of active violations of each severity that passes.
    pub max_violations: Option<RawMaxViolations>,
    /// The highest number of relevant files that could not be read or parsed that passes.
    pub unanalysed: Option<u64>,
    /// Other sets of conditions, chosen by name.
    pub profile: BTreeMap<String, RawProfile>,
}

/// A set of conditions that is chosen by name; as in `[gate]`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RawProfile {
    /// The lowest overall score that passes, with at most 2 decimal places.
    #[schemars(range(min = 0, max = 100))]
    pub fail_under: Option<f64>,
    /// Fail on a violation that the baseline or reference does not have.
    pub no_new: Option<bool>,
    /// Fail when the score is lower than the reference's and there is a new violation with points.
    pub score_drop: Option<bool>,
    /// The highest number of active violations of each severity that passes.
    pub max_violations: Option<RawMaxViolations>,
    /// The highest number of relevant files that could not be read or parsed that passes.
    pub unanalysed: Option<u64>,
}

/// The highest number of active violations of each severity that passes.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RawMaxViolations {
    /// Errors.
    pub error: Option<u64>,
    /// Warnings.
    pub warning: Option<u64>,
    /// Notes.
    pub note: Option<u64>,
}

/// A concern that must have one source of truth.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RawSource {
    /// Its id; an id that an extended file has too merges into the source there.
    #[schemars(length(min = 1))]
    pub id: String,
    /// A short title, such as "Redis access".
    pub title: Option<String>,
    /// Why there must be only one.
    pub reason: Option<String>,
    /// A link or path to more.
    pub docs: Option<String>,
    /// What code shall use, fully qualified: `.` paths are Python, `::` paths Rust. A module covers its members.
    /// When absent, the public names of the owners.
    pub canonical: Option<Vec<String>>,
    /// Files that implement it and may do what is banned elsewhere. When absent, the files that define what is
    /// canonical. When both are absent, an owner is inferred.
    pub owners: Option<Vec<String>>,
}

/// One policy. What is required may be absent when an extended file has a rule with this id.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RawRule {
    /// Its id; an id that an extended file has too merges into the rule there.
    #[schemars(length(min = 1))]
    pub id: String,
    /// The id of the source it protects.
    pub source: Option<String>,
    /// What it looks for.
    pub kind: Option<RawKind>,
    /// Paths that may not be used: `.` paths are Python, `::` paths Rust. `*` is any run of characters in a segment,
    /// `**` any number of segments. Required for the kinds import, construct, reference and subclass.
    pub ban: Option<Vec<String>>,
    /// What to write instead: one path, or one for each language.
    pub use_instead: Option<RawUseInstead>,
    /// Old names to new ones, for fixes.
    pub rename: Option<BTreeMap<String, String>>,
    /// Why.
    pub reason: Option<String>,
    /// A link or path to more.
    pub docs: Option<String>,
    /// What a violation costs.
    pub severity: Option<RawSeverity>,
    /// What a violation costs in test code; as `severity` when absent.
    pub severity_in_tests: Option<RawSeverity>,
    /// Factor of the points, with at most 3 decimal places.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub weight: Option<f64>,
    /// Files in which the rule does not apply.
    pub allow_in: Option<Vec<RawExemption>>,
    /// `false` switches the rule off.
    pub enabled: Option<bool>,
    /// The only language in which the rule applies; then paths of one segment are of it.
    pub language: Option<RawLanguage>,
    /// What inline suppressions need.
    pub inline_ignore: Option<RawInlineIgnore>,
    /// Whether violations can be put into a baseline.
    pub policy: Option<RawPolicy>,
    /// Code that shows what the rule means.
    pub examples: Option<RawExamples>,
    /// Kind implement: patterns of class names. Kind define: the names that may be defined only in listed places.
    pub names: Option<Vec<String>>,
    /// Kind implement: what a rival wraps.
    pub wraps: Option<Vec<String>>,
    /// Kind implement: how many rivals are accepted.
    pub limit: Option<u32>,
    /// Kind configure: environment variables; `*` may stand in them, and those with `!` before them do not count.
    pub env: Option<Vec<String>>,
    /// Kind configure: URL schemes.
    pub schemes: Option<Vec<String>>,
    /// Kind define: where the names may be defined.
    pub only_in: Option<Vec<String>>,
    /// Kind path: files that must exist.
    pub must_exist: Option<Vec<String>>,
    /// Kind path: files that must not exist.
    pub must_not_exist: Option<Vec<String>>,
}

/// What a rule looks for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RawKind {
    /// Import of a banned module or symbol.
    Import,
    /// Call of a banned class, constructor or function.
    Construct,
    /// Any use of a banned symbol.
    Reference,
    /// A class or impl with a banned base.
    Subclass,
    /// A rival implementation of the source.
    Implement,
    /// Configuration read past its owner.
    Configure,
    /// A definition that is allowed only in listed places.
    Define,
    /// A file that must or must not exist.
    Path,
}

/// What a violation costs.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RawSeverity {
    /// 2 points.
    Error,
    /// 1 point.
    Warning,
    /// No points; never fails a run by default.
    Note,
    /// Not reported.
    Off,
}

/// A language.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RawLanguage {
    /// `.py`, `.pyi`
    Python,
    /// `.rs`
    Rust,
}

/// What inline suppressions need.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RawInlineIgnore {
    /// Nothing.
    Allow,
    /// A reason.
    Reason,
    /// They are not accepted.
    Deny,
}

/// Whether violations can be put into a baseline.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RawPolicy {
    /// They can; the baseline may only shrink.
    Ratchet,
    /// They cannot.
    Strict,
}

/// What to write instead.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RawUseInstead {
    /// One path; its separator says for which language.
    One(String),
    /// A path for each language.
    Each(RawUseInsteadEach),
}

/// A path for each language.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawUseInsteadEach {
    /// In Python.
    pub python: Option<String>,
    /// In Rust.
    pub rust: Option<String>,
}

/// Files in which a rule does not apply.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RawExemption {
    /// Which files.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// Code that shows what a rule means.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RawExamples {
    /// Whole files with a violation.
    pub bad: Vec<String>,
    /// Whole files without one.
    pub good: Vec<String>,
}

/// Two public paths of one module or item.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RawAlias {
    /// The path as code writes it.
    pub path: String,
    /// The path it stands for.
    pub is: String,
}

/// A named part of the tree.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RawComponent {
    /// Its id; an id that an extended file has too merges into the component there.
    #[schemars(length(min = 1))]
    pub id: String,
    /// Its files.
    pub paths: Option<Vec<String>>,
}

/// A condition on a measured value or on evidence: one measure, and one limit.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RawCriterion {
    /// Its id; an id that an extended file has too merges into the criterion there.
    #[schemars(length(min = 1))]
    pub id: String,
    /// What it demands, in words; the id when absent.
    pub title: Option<String>,
    /// What is measured.
    pub measure: Option<RawMeasure>,
    /// Only this source. Not for evidence.
    pub source: Option<String>,
    /// Only this rule. Not for evidence, nor for implementations.
    pub rule: Option<String>,
    /// Only this component. Not for evidence.
    pub component: Option<String>,
    /// Evidence: the file, relative to the project root.
    pub file: Option<String>,
    /// Measure junit: a regular expression for the names of tests (`class::name`); all tests when absent.
    pub name: Option<String>,
    /// Measure json: a JSON pointer (RFC 6901) to the number.
    pub pointer: Option<String>,
    /// Measure log: a regular expression for the lines that are counted; all lines when absent.
    pub among: Option<String>,
    /// Measure log: a regular expression for those of them whose share is the value.
    pub matching: Option<String>,
    /// The value must be this or more.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub at_least: Option<f64>,
    /// The value must be this or less.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub at_most: Option<f64>,
    /// The value must be more than this.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub above: Option<f64>,
    /// The value must be less than this.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub below: Option<f64>,
}

/// What a criterion measures.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RawMeasure {
    /// The score, 0 to 100; not measured where nothing uses the source.
    Score,
    /// The number of violations of severity warning or error, accepted ones too.
    Violations,
    /// The number of rival implementations.
    Implementations,
    /// The percentage of modules outside test code that reach a violation or a rival over imports.
    Exposure,
    /// The percentage of tests in a JUnit XML file that passed, of those that ran.
    Junit,
    /// A number in a JSON file.
    Json,
    /// The percentage of lines of a log that match, plain or JSON lines.
    Log,
}

/// A step of the migration plan.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RawPhase {
    /// Its id; an id that an extended file has too merges into the phase there.
    #[schemars(length(min = 1))]
    pub id: String,
    /// What is done in it, in words; the id when absent.
    pub title: Option<String>,
    /// Its files.
    pub paths: Option<Vec<String>>,
}
