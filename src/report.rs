//! The report: the one value that every renderer takes.
//!
//! In: findings after triage, scorecard, gate. Out: plain data; nothing is decided after this. Paths, severity and
//! confidence chosen on the command line restrict what is listed and counted here; scores, undecided uses, problems and
//! the counts of files are over the whole project.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::code_host::CheckedOut;
use crate::compare::Comparison;
use crate::findings::{Findings, Rival, SourceFindings, Unresolved};
use crate::fix::{PlannedFix, SafeFixes};
use crate::problem::Problem;
use crate::rule::{RuleSet, Severity};
use crate::score::Scorecard;
use crate::source::FileId;
use crate::tree::Tree;
use crate::violation::{Confidence, State, Violation};

pub use crate::gate::{GateCondition, GateOutcome};

/// Everything a run says.
#[derive(Debug, Clone)]
pub struct Report {
    /// The rules that applied.
    pub rules: Arc<RuleSet>,
    /// Violations in path, line, column, rule order, after the PATHS, severity and confidence filters.
    pub violations: Vec<Violation>,
    /// Exempted places, same order and filters.
    pub exempted: Vec<Violation>,
    /// Places that are an owner's, which may do what a rule bans.
    pub owned: Vec<Violation>,
    /// Scores over the whole project.
    pub score: Scorecard,
    /// Verdict.
    pub gate: GateOutcome,
    /// Rival implementations with their shims and doubles, in path and line order, after the PATHS filter.
    pub implementations: Vec<Rival>,
    /// Counts.
    pub summary: Summary,
    /// Trouble with inputs.
    pub problems: Vec<Problem>,
    /// Undecided uses.
    pub unresolved: Vec<Unresolved>,
    /// Notices a person should read (an inferred owner and the lines that declare it, the built-in pack applied, a
    /// pattern that forces full analysis), one paragraph each.
    pub notices: Vec<String>,
    /// Texts of the files that violations and their chains point into.
    pub texts: BTreeMap<FileId, Arc<str>>,
    /// The safe fixes of what is reported, if a format carries them.
    pub fixes: SafeFixes,
    /// Milliseconds of each stage, only with `--timings`.
    pub elapsed_ms: Option<BTreeMap<&'static str, u64>>,
    /// The plan for each violation, if a format shows it.
    pub plan: Vec<PlannedFix>,
    /// The changes since a reference.
    pub comparison: Option<Comparison>,
    /// The project and its commit, if a format shows them.
    pub checked_out: CheckedOut,
    /// The path of the project root below the top of the work tree of git, with a final `/`; empty at the top.
    pub below: String,
}

impl Report {
    /// Lists the places in which a rule does not count: those that an entry exempts, then those of owners.
    pub fn set_apart(&self) -> impl Iterator<Item = &Violation> {
        self.exempted.iter().chain(&self.owned)
    }

    /// Returns the report with paths that count from the top of the work tree of git, for tools that show it beside the
    /// whole repository. What belongs to another project of the same repository has another identity there.
    #[must_use]
    pub fn from_top(&self) -> Cow<'_, Self> {
        if self.below.is_empty() {
            return Cow::Borrowed(self);
        }
        let placed = |path: &Arc<str>| -> Arc<str> {
            let elsewhere = path.is_empty() || path.starts_with('/') || path.starts_with("pack:");
            if elsewhere { Arc::clone(path) } else { format!("{}{path}", self.below).into() }
        };
        let mut report = self.clone();
        for violation in report.violations.iter_mut().chain(&mut report.exempted).chain(&mut report.owned) {
            violation.path = placed(&violation.path);
            violation.via.iter_mut().for_each(|via| via.path = placed(&via.path));
            let parts = [self.below.as_str(), &violation.fingerprint];
            violation.fingerprint = format!("{:x}", Sha256::digest(parts.join("\0")))[..32].to_owned();
        }
        report.problems.iter_mut().for_each(|problem| problem.path = placed(&problem.path));
        Cow::Owned(report)
    }
}

/// Counts of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Files of the tree in a language that is analysed.
    pub files_scanned: u64,
    /// Relevant files.
    pub files_relevant: u64,
    /// Files passed over, by reason.
    pub files_skipped: u64,
    /// Violations with state new.
    pub new: u64,
    /// Violations in the baseline.
    pub baselined: u64,
    /// Violations accepted by a comment.
    pub suppressed: u64,
    /// Exempted places.
    pub exempted: u64,
    /// Counts for each rule with a violation, by rule id.
    pub by_rule: Vec<RuleSummary>,
    /// Undecided uses.
    pub unresolved: u64,
    /// Files that could not be read, and relevant ones that could not be parsed completely.
    pub not_parsed: u64,
    /// Active rules.
    pub rules: u64,
    /// Active violations for each severity that has one.
    pub by_severity: BTreeMap<Severity, u64>,
    /// Entries of the baseline that stand for nothing any more.
    pub stale: u64,
}

/// Counts of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSummary {
    /// The rule's id.
    pub rule: Arc<str>,
    /// Violations.
    pub violations: u64,
    /// Distinct files.
    pub files: u64,
    /// Distinct lines.
    pub lines: u64,
    /// Violations in test code.
    pub in_tests: u64,
}

/// The violations that are reported.
#[derive(Debug, Clone)]
pub struct Filters {
    /// Files chosen by PATHS; none means all.
    pub files: Option<BTreeSet<FileId>>,
    /// The least severity.
    pub min_severity: Severity,
    /// The least confidence.
    pub min_confidence: Confidence,
}

impl Default for Filters {
    fn default() -> Self {
        Self { files: None, min_severity: Severity::Note, min_confidence: Confidence::Low }
    }
}

impl Filters {
    /// Returns true if the gate counts a violation: those of the files that are reported, of any severity.
    #[must_use]
    pub fn counts(&self, violation: &Violation) -> bool {
        violation.confidence >= self.min_confidence
            && self.files.as_ref().is_none_or(|files| files.contains(&violation.file))
    }

    /// Returns true if a violation is reported.
    #[must_use]
    pub fn keep(&self, violation: &Violation) -> bool {
        self.keep_weight(violation) && self.files.as_ref().is_none_or(|files| files.contains(&violation.file))
    }

    /// Returns true if a violation is reported when its file is.
    #[must_use]
    pub fn keep_weight(&self, violation: &Violation) -> bool {
        violation.severity >= self.min_severity && violation.confidence >= self.min_confidence
    }
}

/// The parts of a report.
#[derive(Debug)]
pub struct ReportParts<'a> {
    /// The rules that applied.
    pub rules: Arc<RuleSet>,
    /// The files.
    pub tree: &'a Tree,
    /// Findings after triage.
    pub findings: Findings,
    /// Scores over the whole project.
    pub score: Scorecard,
    /// Verdict.
    pub gate: GateOutcome,
    /// The selection that is reported.
    pub filters: &'a Filters,
    /// Problems of earlier stages (configuration, discovery); those of the findings are added.
    pub problems: Vec<Problem>,
    /// Notices of earlier stages; those on inferred owners are added.
    pub notices: Vec<String>,
    /// Milliseconds of each stage, only with `--timings`.
    pub elapsed_ms: Option<BTreeMap<&'static str, u64>>,
    /// The changes since a reference.
    pub comparison: Option<Comparison>,
    /// Entries of the baseline that stand for nothing any more.
    pub stale: u64,
    /// Files that could not be read, and relevant ones that could not be parsed completely.
    pub unanalysed: u64,
}

/// Puts the report together.
///
/// `text_of` gives the text of a file that is shown; where it gives none, snippets are left out.
pub fn build(inputs: ReportParts<'_>, text_of: &mut dyn FnMut(FileId) -> Option<Arc<str>>) -> Report {
    let ReportParts {
        rules,
        tree,
        findings,
        score,
        gate,
        filters,
        problems,
        notices,
        comparison,
        elapsed_ms,
        stale,
        unanalysed,
    } = inputs;
    let kept = |list: Vec<Violation>| -> Vec<Violation> { list.into_iter().filter(|v| filters.keep(v)).collect() };
    let mut violations = kept(findings.violations);
    // Files that are missing have no number among the others.
    violations.sort_by(|a, b| a.path.cmp(&b.path));
    let exempted = kept(findings.exempted);
    let owned = kept(findings.owned);
    let mut implementations = findings.rivals;
    implementations.retain(|it| filters.files.as_ref().is_none_or(|files| files.contains(&it.file)));
    let summary = Summary {
        files_scanned: tree.files().len() as u64,
        files_relevant: findings.relevant.len() as u64,
        files_skipped: tree.skipped.len() as u64,
        exempted: exempted.len() as u64,
        unresolved: findings.unresolved.len() as u64,
        not_parsed: unanalysed,
        rules: rules.rules.iter().map(|rule| &rule.id).collect::<BTreeSet<_>>().len() as u64,
        stale,
        ..Summary::of_violations(&violations)
    };
    Report {
        texts: texts(violations.iter().chain(&exempted).chain(&owned), text_of),
        violations,
        exempted,
        owned,
        score,
        gate,
        implementations,
        summary,
        problems: merged(problems, findings.problems),
        unresolved: findings.unresolved,
        notices: notices.into_iter().chain(inferred_owners(&findings.sources, &rules)).collect(),
        rules,
        fixes: SafeFixes::default(),
        elapsed_ms,
        comparison,
        plan: Vec::new(),
        checked_out: CheckedOut::default(),
        below: String::new(),
    }
}

impl Summary {
    /// The counts that follow from the reported violations alone.
    fn of_violations(violations: &[Violation]) -> Self {
        let in_state = |state| violations.iter().filter(|violation| violation.state == state).count() as u64;
        let mut by_severity = BTreeMap::new();
        for violation in violations.iter().filter(|violation| violation.is_active()) {
            *by_severity.entry(violation.severity).or_default() += 1;
        }
        Self {
            new: in_state(State::New),
            baselined: in_state(State::Baselined),
            suppressed: in_state(State::Suppressed),
            by_rule: by_rule(violations),
            by_severity,
            ..Self::default()
        }
    }
}

/// Counts of every state, since what is accepted remains debt.
fn by_rule(violations: &[Violation]) -> Vec<RuleSummary> {
    let mut groups: BTreeMap<&Arc<str>, Vec<&Violation>> = BTreeMap::new();
    for violation in violations {
        groups.entry(&violation.rule).or_default().push(violation);
    }
    groups
        .into_iter()
        .map(|(rule, group)| RuleSummary {
            rule: Arc::clone(rule),
            violations: group.len() as u64,
            files: group.iter().map(|v| &v.path).collect::<BTreeSet<_>>().len() as u64,
            lines: group.iter().map(|v| (&v.path, v.start.line)).collect::<BTreeSet<_>>().len() as u64,
            in_tests: group.iter().filter(|v| v.context == crate::violation::Context::Test).count() as u64,
        })
        .collect()
}

fn merged(mut problems: Vec<Problem>, more: Vec<Problem>) -> Vec<Problem> {
    problems.extend(more);
    problems.sort();
    problems.dedup();
    problems
}

/// Says what was inferred of the owners of sources that declare none.
#[must_use]
pub fn inferred_owners(sources: &[SourceFindings], rules: &RuleSet) -> Vec<String> {
    rules.sources.iter().zip(sources).filter_map(|(source, known)| inferred_owner(&source.name(), known)).collect()
}

fn inferred_owner(source: &str, known: &SourceFindings) -> Option<String> {
    let users = |count: usize, names: usize| {
        let uses = if count == 1 { "file uses" } else { "files use" };
        format!("{count} other {uses} {}", if names == 1 { "it" } else { "them" })
    };
    let list = |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if let Some(owner) = &known.inferred_owner {
        return Some(format!(
            "source `{source}` declares no owner; `{}` is taken for it, which hands it out as {} ({}). To declare it, write:\n{}",
            owner.path,
            list(&owner.names),
            users(owner.users, owner.names.len()),
            owner.declaration.trim_end()
        ));
    }
    let candidates = known.candidates.as_ref()?;
    let said = match candidates.as_slice() {
        [] => "no file of the program hands out what it builds".to_owned(),
        [only] if only.users == 0 => {
            format!("`{}` hands it out as {}, but no other file uses that", only.path, list(&only.names))
        }
        several => {
            let shown = several
                .iter()
                .take(MOST_CANDIDATES)
                .map(|it| format!("`{}` as {} ({})", it.path, list(&it.names), users(it.users, it.names.len())));
            let shown: Vec<String> = shown.collect();
            let more = several.len() - shown.len();
            let more = if more > 0 { format!("; and {more} more") } else { String::new() };
            format!("none of the files that hand it out is used more than the others: {}{more}", shown.join("; "))
        }
    };
    Some(format!(
        "source `{source}` declares no owner and none is inferred, so that its score is not measured: {said}. Declare one with \
         `canonical = [...]`, or `owners = []` if there is none"
    ))
}

/// So many candidates are named.
const MOST_CANDIDATES: usize = 5;

fn texts<'a>(
    shown: impl Iterator<Item = &'a Violation>,
    text_of: &mut dyn FnMut(FileId) -> Option<Arc<str>>,
) -> BTreeMap<FileId, Arc<str>> {
    let files: BTreeSet<FileId> = shown
        .flat_map(|violation| std::iter::once(violation.file).chain(violation.via.iter().filter_map(|step| step.file)))
        .collect();
    files.into_iter().filter_map(|file| Some((file, text_of(file)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn built(filters: &Filters) -> Report {
        let tree = sample::tree();
        let inputs = ReportParts {
            rules: Arc::new(sample::rules()),
            tree: &tree,
            findings: sample::findings(),
            score: Scorecard::default(),
            gate: GateOutcome::default(),
            filters,
            problems: sample::findings().problems,
            notices: vec!["first".to_owned()],
            comparison: None,
            elapsed_ms: None,
            stale: 0,
            unanalysed: 0,
        };
        build(inputs, &mut sample::text)
    }

    #[test]
    fn filters_restrict_what_is_listed_and_counted_but_not_the_project() {
        let all = built(&Filters::default());
        assert_eq!((all.violations.len(), all.summary.new, all.summary.exempted), (5, 5, 1));
        let tests = Filters { files: Some([FileId(8)].into()), ..Filters::default() };
        let errors = Filters { min_severity: Severity::Error, ..Filters::default() };
        let sure = Filters { min_confidence: Confidence::High, ..Filters::default() };
        for (filters, listed, exempted) in [(&tests, 2, 0), (&errors, 2, 0), (&sure, 4, 1)] {
            let report = built(filters);
            assert_eq!((report.violations.len(), report.exempted.len()), (listed, exempted));
            assert_eq!(report.summary.new, listed as u64);
            assert_eq!(report.summary.by_rule.iter().map(|rule| rule.violations).sum::<u64>(), listed as u64);
            assert_eq!(report.summary.files_scanned, all.summary.files_scanned);
            assert_eq!((&report.unresolved, &report.problems), (&all.unresolved, &all.problems));
        }
    }

    #[test]
    fn counts_by_rule_are_of_distinct_files_and_lines() {
        let mut findings = sample::findings();
        let again = findings.violations[3].clone();
        findings.violations.push(again);
        let rows = by_rule(&findings.violations);
        let counts: Vec<_> =
            rows.iter().map(|it| (&*it.rule, it.violations, it.files, it.lines, it.in_tests)).collect();
        assert_eq!(counts, [("redis-deprecated-import", 1, 1, 1, 0), ("redis-direct-construction", 5, 3, 4, 3)]);
    }

    #[test]
    fn two_projects_of_one_repository_are_told_apart_from_its_top() {
        let mut report = built(&Filters::default());
        assert_eq!(report.from_top().violations[0].path, report.violations[0].path);
        report.violations.iter_mut().for_each(|it| it.fingerprint = "0123".to_owned());
        let below = |below: &str| Report { below: below.to_owned(), ..report.clone() }.from_top().into_owned();
        let (one, other) = (below("a/"), below("b/"));
        assert_eq!(*one.violations[0].path, format!("a/{}", report.violations[0].path));
        assert_eq!(&*one.problems[0].path, "a/app/broken.py");
        assert_ne!(one.violations[0].fingerprint, other.violations[0].fingerprint);
        assert_ne!(one.violations[0].fingerprint, report.violations[0].fingerprint);
    }

    #[test]
    fn problems_are_sorted_and_told_once() {
        let report = built(&Filters::default());
        let paths: Vec<&str> = report.problems.iter().map(|problem| &*problem.path).collect();
        assert_eq!(paths, ["app/broken.py", "app/locked.py", "ssot.toml"]);
    }

    #[test]
    fn texts_are_those_of_shown_files_and_their_chains() {
        let filters = Filters { files: Some([FileId(4)].into()), ..Filters::default() };
        assert_eq!(built(&filters).texts.keys().copied().collect::<Vec<_>>(), [FileId(2), FileId(4)]);
    }

    #[test]
    fn an_inferred_owner_is_named_with_the_lines_that_declare_it() {
        let notices = built(&Filters::default()).notices;
        assert_eq!(notices.len(), 2);
        assert!(
            notices[1].contains("`app/redis_manager.py`")
                && notices[1].contains("\ncanonical = [\"app.redis_manager.redis_manager\"]")
        );
    }
}
