//! Explaining a place: what each name there denotes, which rules speak of it, and why each applies or not.
//!
//! In: the findings of a run after triage, the fixes planned for them, and what the analysis says of the names at a place.
//! Out: a [`PlaceReport`]. Knows no format; `ssot explain` prints it, a server shows it.

use std::sync::Arc;

use crate::analysis::{InquiredBan, InquiredName, InquiredPlace, Inquiry, Standing};
use crate::findings::Findings;
use crate::fix::PlannedFix;
use crate::lang;
use crate::rule::{Rule, RuleKind, RuleSet, Severity};
use crate::source::{FileId, Language};
use crate::tree::Tree;
use crate::violation::{State, Via, Violation};

/// Everything known of a place.
#[derive(Debug, Clone)]
pub struct PlaceReport {
    /// The file.
    pub path: String,
    /// The place.
    pub place: InquiredPlace,
    /// The names that stand there, in source order.
    pub names: Vec<NameReport>,
    /// Violations on the line, of every state.
    pub violations: Vec<ExplainedViolation>,
    /// Reason why something may be missing here: the file is not scanned, not relevant or not parsed, a use could not be decided.
    pub silence: Vec<String>,
}

/// A violation with what can be done about it.
#[derive(Debug, Clone)]
pub struct ExplainedViolation {
    /// The violation.
    pub violation: Violation,
    /// Its fix, with the guarantees that it lacks; none for one that is suppressed.
    pub fix: Option<PlannedFix>,
}

/// A name with what it denotes.
#[derive(Debug, Clone)]
pub struct NameReport {
    /// As written.
    pub written: String,
    /// Says as what it stands.
    pub standing: Standing,
    /// Each meaning.
    pub meanings: Vec<MeaningReport>,
}

/// One meaning of a name.
#[derive(Debug, Clone)]
pub struct MeaningReport {
    /// Tells what it is.
    pub what: String,
    /// Its full names.
    pub paths: Vec<String>,
    /// The steps that lead there.
    pub hops: Vec<Via>,
    /// The rules that ban it.
    pub rules: Vec<ConsideredRule>,
    /// The sources of which it is canonical.
    pub canonical: Vec<Arc<str>>,
    /// The nearest miss, in one sentence.
    pub near: Option<String>,
}

/// A rule that was considered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsideredRule {
    /// Its id.
    pub rule: Arc<str>,
    /// The symbol that it bans.
    pub symbol: String,
    /// It is reported here.
    pub reported: bool,
    /// Why, or why not.
    pub why: String,
}

/// Tells what explaining needs.
#[derive(Clone, Copy)]
pub struct Explained<'e> {
    /// The files.
    pub tree: &'e Tree,
    /// The rules.
    pub rules: &'e RuleSet,
    /// The findings, after triage.
    pub findings: &'e Findings,
    /// The fixes that are planned for them.
    pub fixes: &'e [PlannedFix],
}

impl Explained<'_> {
    /// Explains a place of a file that is scanned.
    #[must_use]
    pub fn place(&self, file: FileId, place: InquiredPlace, inquiry: &Inquiry) -> PlaceReport {
        let path = self.tree.file(file).path.to_string();
        let here = |it: &&Violation| it.file == file && covers(it, place.line);
        let violations = self.findings.violations.iter().filter(here).map(|it| ExplainedViolation {
            violation: it.clone(),
            fix: self.fixes.iter().find(|fix| is_of(fix, it)).cloned(),
        });
        let violations = violations.collect();
        let names = inquiry.names.iter().map(|name| self.name(file, place, name)).collect();
        let silence = self.silence(file, place, inquiry);
        PlaceReport { path, place, names, violations, silence }
    }

    /// Says why a path is not scanned.
    #[must_use]
    pub fn not_scanned(&self, path: &str, place: InquiredPlace) -> PlaceReport {
        let covering = |skipped: &str| skipped == path || skipped.ends_with('/') && path.starts_with(skipped);
        let why = match self.tree.skipped.iter().find(|it| covering(&it.path)) {
            Some(skipped) => format!("the file is not scanned: {} is passed over: {}", skipped.path, skipped.reason),
            None => "the file is not scanned: it is no file of a language that is read".to_owned(),
        };
        PlaceReport { path: path.to_owned(), place, names: Vec::new(), violations: Vec::new(), silence: vec![why] }
    }

    fn silence(&self, file: FileId, place: InquiredPlace, inquiry: &Inquiry) -> Vec<String> {
        let path = &self.tree.file(file).path;
        let mut silence = Vec::new();
        if !self.findings.relevant.contains(&file) {
            silence.push(
                "the file is not relevant: no word in it can be a symbol of the rules, or nothing in it could bring one in"
                    .to_owned(),
            );
        }
        if self.findings.not_parsed.contains(&file) {
            let problems = self.findings.problems.iter().filter(|it| *it.path == **path);
            silence.extend(problems.map(|it| format!("the file was not parsed completely: {}", it.message)));
        }
        let undecided = self.findings.unresolved.iter().filter(|it| it.path == *path && it.line == place.line);
        silence.extend(undecided.map(|it| format!("`{}` could not be decided: {}", it.written, it.reason.describe())));
        if inquiry.names.is_empty() {
            silence.push("nothing stands here that a rule could speak of".to_owned());
        }
        silence
    }

    fn name(&self, file: FileId, place: InquiredPlace, name: &InquiredName) -> NameReport {
        let meanings = name.meanings.iter().map(|meaning| {
            let bans = meaning.bans.iter().filter(|ban| self.speaks_here(file, ban));
            let rules = bans.map(|ban| self.considered(file, place, name.standing, ban)).collect();
            let path = &self.tree.file(file).path;
            let canonical = meaning.canonical.iter().map(|source| &self.rules.sources[source.0]);
            let sources = canonical.filter(|it| it.within.holds(path)).map(|source| Arc::clone(&source.id));
            let near = meaning.namesake.as_ref().map(|ban| {
                format!(
                    "rule `{}` bans `{}`, which has the same last name and is another definition",
                    self.rules.rules[ban.rule.0].id, ban.symbol
                )
            });
            MeaningReport {
                what: meaning.what.clone(),
                paths: meaning.paths.clone(),
                hops: meaning.hops.clone(),
                rules,
                canonical: sources.collect(),
                near,
            }
        });
        NameReport { written: name.written.clone(), standing: name.standing, meanings: meanings.collect() }
    }

    fn rule(&self, ban: &InquiredBan) -> &Rule {
        let list = if ban.off { &self.rules.disabled } else { &self.rules.rules };
        &list[ban.rule.0]
    }

    /// Returns true unless a rule has another form for the directory of the file.
    fn speaks_here(&self, file: FileId, ban: &InquiredBan) -> bool {
        let (rule, path) = (self.rule(ban), &self.tree.file(file).path);
        let all = self.rules.rules.iter().chain(&self.rules.disabled);
        rule.within.holds(path) || !all.into_iter().any(|other| other.id == rule.id && other.within.holds(path))
    }

    fn considered(&self, file: FileId, place: InquiredPlace, standing: Standing, ban: &InquiredBan) -> ConsideredRule {
        let rule = self.rule(ban);
        let considered = |reported: bool, why: String| ConsideredRule {
            rule: Arc::clone(&rule.id),
            symbol: ban.symbol.clone(),
            reported,
            why: if ban.inherited { format!("{why} (a base of the class is `{}`)", ban.symbol) } else { why },
        };
        if !rule.within.holds(&self.tree.file(file).path) {
            let place = rule.words_at().place();
            let why = format!("the rule holds elsewhere{}: {place} says so", rule.within.suffix());
            return considered(false, why);
        }
        if ban.off {
            return considered(false, "the rule is switched off".to_owned());
        }
        let here = |it: &&Violation| it.rule == rule.id && it.file == file && covers(it, place.line);
        if let Some(violation) = self.findings.violations.iter().find(here)
            && speaks_of(rule.kind, standing, self.tree.file(file).language)
        {
            return considered(true, reported(violation));
        }
        let path = &self.tree.file(file).path;
        let source = &self.rules.sources[rule.source.0];
        if self.findings.sources.get(rule.source.0).is_some_and(|known| known.owners.contains(&file)) {
            return considered(false, format!("the file owns source `{}`", source.id));
        }
        if let Some(entry) = rule.allow_in.iter().find(|entry| entry.path.matches(path)) {
            let origin = &entry.path.origin;
            let line = crate::source::Position::of(&origin.text, origin.span.start).line;
            let why = format!("`allow-in` exempts `{}` at {}:{line}: {}", entry.path.text, origin.file, entry.reason);
            return considered(false, why);
        }
        if !speaks_of(rule.kind, standing, self.tree.file(file).language) {
            let why = format!(
                "the rule is of kind `{}` and judges {}; this is {}",
                rule.kind.name(),
                rule.kind.meta().judges,
                standing.describe()
            );
            return considered(false, why);
        }
        if let Some(language) = rule.language.filter(|language| *language != self.tree.file(file).language) {
            return considered(false, format!("the rule is for {} alone", language.name()));
        }
        considered(false, silent_severity(rule))
    }
}

/// Reason why a rule that speaks of a place reports nothing there.
fn silent_severity(rule: &Rule) -> String {
    match rule.severity_in(true) {
        Severity::Off => "in test code the rule has severity `off`".to_owned(),
        _ => "it is judged at another place of the statement, or is none of the kind here".to_owned(),
    }
}

/// Returns true if a fix is that of a violation: equals have one fingerprint, and stand at different places.
fn is_of(fix: &PlannedFix, violation: &Violation) -> bool {
    fix.violation.fingerprint == violation.fingerprint && fix.violation.span == violation.span
}

/// Returns true if a violation stands on a line, or its statement does.
fn covers(violation: &Violation, line: u32) -> bool {
    violation.start.line <= line && line <= violation.end.line
}

fn reported(violation: &Violation) -> String {
    let reason = violation.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let state = match violation.state {
        State::New => String::new(),
        State::Suppressed => format!(", accepted by an inline comment{reason}"),
        State::Baselined => format!(", accepted by the baseline{reason}"),
    };
    format!("reported as {} with confidence {}{state}", violation.severity.name(), violation.confidence.name())
}

/// Returns true if rules of a kind judge what stands in this way.
fn speaks_of(kind: RuleKind, standing: Standing, language: Language) -> bool {
    match kind {
        RuleKind::Import => matches!(standing, Standing::Import | Standing::Text),
        RuleKind::Construct if standing == Standing::Reference => lang::policy(language).values_construct,
        RuleKind::Construct => matches!(standing, Standing::Call | Standing::Literal),
        RuleKind::Reference => !matches!(standing, Standing::Import | Standing::Text),
        RuleKind::Subclass => standing == Standing::Base,
        _ => false,
    }
}
