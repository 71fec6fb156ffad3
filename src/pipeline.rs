//! The stages in their order: analyse, triage, score, gate, report.
//!
//! In: the tree, its texts, the rules and what the run asks for. Out: a [`Run`]. Decides nothing itself; touches neither
//! disk nor terminal except through [`Texts`] and the clock through [`Stopwatch`].

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use crate::analysis::{self, AnalysisOptions};
use crate::findings::Findings;
use crate::gate;
use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::report::{self, Filters, Report};
use crate::rule::select::Selection;
use crate::rule::{GateSettings, RuleSet};
use crate::score::{self, Scorecard};
use crate::source::FileId;
use crate::suppress::{Date, Terms};
use crate::tree::{Texts, Tree};
use crate::triage;

/// What a run looks at, and how.
pub struct Inputs<'a> {
    /// The files.
    pub tree: &'a Tree,
    /// Their texts.
    pub texts: &'a dyn Texts,
    /// The rules.
    pub rules: Arc<RuleSet>,
    /// Analyse every file in full, relevant or not.
    pub exhaustive: bool,
    /// What the command line selects of the rules.
    pub selection: Selection,
    /// The day, for suppressions that end.
    pub today: Date,
    /// Problems of earlier stages.
    pub problems: Vec<Problem>,
    /// Notices of earlier stages.
    pub notices: Vec<String>,
}

/// What the whole project gives, before anything is left out for the report.
pub struct Run {
    /// Everything found, after triage.
    pub findings: Findings,
    /// Scores over the whole project.
    pub score: Scorecard,
}

/// How a run is reported and judged.
pub struct Verdict<'a> {
    /// What is reported.
    pub filters: &'a Filters,
    /// Conditions of the gate.
    pub gate: &'a GateSettings,
    /// Whether snippets will be shown, so that texts are needed.
    pub snippets: bool,
}

/// Analyses and scores the whole project.
#[must_use]
pub fn run(inputs: &Inputs<'_>, watch: &mut Stopwatch) -> Run {
    let options = AnalysisOptions { exhaustive: inputs.exhaustive };
    let findings = analysis::analyse(inputs.tree, inputs.texts, &inputs.rules, &options);
    watch.lap("analyse");
    let terms = Terms { rules: &inputs.rules, selection: &inputs.selection, today: inputs.today };
    let findings = triage::triage(findings, &terms);
    let score = score::score(&findings, &inputs.rules, inputs.tree);
    watch.lap("score");
    Run { findings, score }
}

/// Judges a run and puts the report together.
#[must_use]
pub fn report(inputs: Inputs<'_>, run: Run, verdict: &Verdict<'_>) -> Report {
    let Inputs { tree, texts, rules, problems, notices, .. } = inputs;
    let unanalysed = unanalysed(&run.findings, &problems) as u64;
    let reported = run.findings.violations.iter().filter(|violation| verdict.filters.keep(violation));
    let gate = gate::evaluate(verdict.gate, &run.score, reported, unanalysed);
    let mut text_of = |file: FileId| {
        if verdict.snippets { texts.read(&tree.file(file).path).ok() } else { None }
    };
    let inputs = report::Inputs {
        rules,
        tree,
        findings: run.findings,
        score: run.score,
        gate,
        filters: verdict.filters,
        implementations: Vec::new(),
        problems,
        notices,
        elapsed_ms: None,
    };
    report::build(inputs, &mut text_of)
}

/// The number of files that could not be read or, being relevant, not be parsed.
#[must_use]
pub fn unanalysed(findings: &Findings, earlier: &[Problem]) -> usize {
    let unread = |problem: &&Problem| problem.kind == ProblemKind::Read && problem.severity == ProblemSeverity::Error;
    let mut paths: Vec<&str> =
        findings.problems.iter().chain(earlier).filter(unread).map(|problem| &*problem.path).collect();
    paths.sort_unstable();
    paths.dedup();
    paths.len() + findings.not_parsed.len()
}

/// Milliseconds of the stages.
#[derive(Debug)]
pub struct Stopwatch {
    last: Instant,
    laps: BTreeMap<&'static str, u64>,
}

impl Stopwatch {
    /// Begins to count.
    #[must_use]
    pub fn start() -> Self {
        Self { last: Instant::now(), laps: BTreeMap::new() }
    }

    /// Ends a stage.
    pub fn lap(&mut self, stage: &'static str) {
        let elapsed = std::mem::replace(&mut self.last, Instant::now()).elapsed();
        *self.laps.entry(stage).or_default() += u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    }

    /// The stages so far.
    #[must_use]
    pub fn laps(&self) -> &BTreeMap<&'static str, u64> {
        &self.laps
    }
}
