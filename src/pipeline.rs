//! The stages in their order: analyse, triage, score, gate, report.
//!
//! In: the tree, its texts, the rules and what the run asks for. Out: a [`Run`]. Decides nothing itself; touches neither
//! disk nor terminal except through [`Texts`] and the clock through [`Stopwatch`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use crate::analysis::{self, AnalysisOptions};
use crate::baseline::{self, Baseline, Matching};
use crate::cache::Keeper;
use crate::code_host::CheckedOut;
use crate::compare::{self, Comparison, Reference, ScoredRules, Trees};
use crate::criteria::{self, Basis, ReadEvidence};
use crate::debt::{self, ChangeParts, DebtChanges, DebtReport, MeasuredSide, Method, PlanBasis};
use crate::discovery;
use crate::doctor::{self, Ailment, Examined};
use crate::findings::Findings;
use crate::fix::{self, FixRun, FixSettings, PlannedFix};
use crate::gate::{self, Measured};
use crate::history::NewestOwners;
use crate::impact::{self, ImportGraph};
use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::report::{self, Filters, Report};
use crate::rule::select::RuleFilter;
use crate::rule::{GateSettings, PublicNames, RuleSet, SymbolPattern};
use crate::score::{self, Scorecard};
use crate::selection::WorkCounts;
use crate::source::FileId;
use crate::suppress::{Date, Terms};
use crate::tree::{Snapshot, Texts, Tree};
use crate::triage::{self, Recorded, Triaged};
use crate::violation::{State, Violation};

/// The input of a run.
pub struct Inputs<'a> {
    /// The files.
    pub tree: &'a Tree,
    /// Their texts.
    pub texts: &'a dyn Texts,
    /// The rules.
    pub rules: Arc<RuleSet>,
    /// Analyse every file in full, relevant or not.
    pub exhaustive: bool,
    /// Nothing is analysed afterwards in this process.
    pub last: bool,
    /// Is told how far the analysis has come.
    pub counts: Option<&'a WorkCounts>,
    /// The rules that the command line selects.
    pub selection: RuleFilter,
    /// The day, for suppressions that end.
    pub today: Date,
    /// The violations that are accepted already.
    pub baseline: Option<Arc<Baseline>>,
    /// Problems of earlier stages.
    pub problems: Vec<Problem>,
    /// Notices of earlier stages.
    pub notices: Vec<String>,
}

/// The result for the whole project, before anything is left out for the report.
pub struct Run {
    /// Everything found, after triage.
    pub findings: Findings,
    /// Scores over the whole project.
    pub score: Scorecard,
    /// For each entry of the baseline the violation that it stands for.
    pub matching: Option<Matching>,
    /// The entries of the baseline that stand for no active violation any more.
    pub stale: Vec<usize>,
}

/// The settings by which a run is reported and judged.
pub struct ReportSettings<'a> {
    /// The selection that is reported.
    pub filters: &'a Filters,
    /// Conditions of the gate.
    pub gate: &'a GateSettings,
    /// Stale entries of the baseline do not fail the gate.
    pub allow_stale: bool,
    /// Violations that only the rules of the reference report do not fail the gate.
    pub allow_rule_changes: bool,
    /// The reason for which there is no file to report on, if that is so.
    pub nothing_scanned: Option<Problem>,
    /// Files that could not be analysed and uses that could not be decided fail the gate.
    pub strict: bool,
    /// Snippets will be shown, so that texts are needed.
    pub snippets: bool,
}

/// The input of the debt report besides a run.
pub struct DebtSettings<'a> {
    /// Reads a file of evidence.
    pub read: &'a ReadEvidence<'a>,
    /// The reason for which there is no file to report on, if that is so.
    pub nothing_scanned: Option<Problem>,
    /// The project and its commit.
    pub checked_out: CheckedOut,
    /// The changes since a reference.
    pub changes: Option<DebtChanges>,
}

/// The reference that a run is compared with.
pub struct Against<'a> {
    /// The reference as the user names it, and its commit.
    pub reference: Reference,
    /// The files of the commit and their texts.
    pub old: Snapshot<'a>,
    /// Files that were renamed since: old path, new path.
    pub renames: &'a [(String, String)],
    /// Files that are there today and passed over, with the reason.
    pub passed_over: &'a BTreeMap<String, String>,
    /// The kept results of the run that is compared: most files of the commit are as they are today.
    pub keeper: Option<&'a Keeper>,
    /// The rules and the baseline of the commit, where one of them is another.
    pub terms: Option<OldTerms<'a>>,
    /// The violations that are reported.
    pub filters: &'a Filters,
    /// Tells whether PATHS choose the file that has this path today.
    pub chosen: &'a dyn Fn(&str) -> bool,
}

/// The rules and the baseline of a reference.
pub struct OldTerms<'a> {
    /// The rules.
    pub rules: Arc<RuleSet>,
    /// They are not those of today.
    pub rules_differ: bool,
    /// The baseline.
    pub baseline: Option<Arc<Baseline>>,
    /// It is not that of today.
    pub baseline_differs: bool,
    /// The files of the commit that these rules scan.
    pub old: Snapshot<'a>,
    /// The files of today that these rules scan.
    pub today: Snapshot<'a>,
}

/// Compares a run with a reference, and marks the violations that the reference has too.
///
/// # Errors
/// Files of the reference that could not be read: what they hold cannot be told from what is new.
pub fn compare(
    inputs: &Inputs<'_>,
    run: &mut Run,
    against: &Against<'_>,
    watch: &mut Stopwatch,
) -> Result<Comparison, Vec<Problem>> {
    let old = reference_run(inputs, run, against, watch)?;
    let files = Snapshot { tree: inputs.tree, texts: inputs.texts };
    let reported = |violation: &Violation, path: &str| against.filters.keep_weight(violation) && (against.chosen)(path);
    let names = PublicNames::new(&inputs.rules);
    let Against { renames, passed_over, .. } = *against;
    let trees = Trees { renames, files, names: &names, passed_over, reported: &reported };
    let Reference { name, commit, merge_base } = against.reference.clone();
    let compare::Compared { mut comparison, accepted } =
        compare::compare(&old.findings, &mut run.findings, &trees, &name);
    if let Some(terms) = &against.terms {
        // What the rules of the reference still scan is judged by them.
        let scanned = |path: &str| terms.today.tree.by_path(path).is_some();
        comparison.hidden.retain(|violation| !scanned(&violation.path));
        comparison.passed_over.retain(|path, _| !scanned(path));
        let RunsUnderOldTerms { before, mut today } = under_old_terms(inputs, terms, watch);
        let hidden = compare::hidden(&today.findings, &run.findings, &accepted);
        // Marks what the reference has too; how many there are says nothing of the rules of today.
        let _counts = compare::compare(&before.findings, &mut today.findings, &trees, &name);
        comparison.hidden.extend(hidden.into_iter().map(|at| today.findings.violations[at].clone()));
        let (then, now) = (
            ScoredRules { rules: &terms.rules, score: &today.score },
            ScoredRules { rules: &inputs.rules, score: &run.score },
        );
        comparison.loosened = compare::widened_canonical(then, now);
        comparison.loosened.extend(compare::loosened_floors(&terms.rules, &inputs.rules));
        comparison.rules_differ = terms.rules_differ;
        comparison.baseline_differs = terms.baseline_differs;
    }
    watch.lap("compare");
    let score = old.score.overall;
    Ok(Comparison { reference: name, commit, merge_base, score, ..comparison })
}

/// Tells what changed in the debt since a reference, whatever is accepted: both sides under the rules of today.
///
/// # Errors
/// As [`compare`].
pub fn changes(
    inputs: &Inputs<'_>,
    run: &Run,
    against: &Against<'_>,
    watch: &mut Stopwatch,
) -> Result<DebtChanges, Vec<Problem>> {
    let before = reference_run(inputs, run, against, watch)?;
    let (mut old, mut today) = (before.findings.clone(), run.findings.clone());
    for it in old.violations.iter_mut().chain(&mut today.violations) {
        it.state = State::New;
    }
    let names = PublicNames::new(&inputs.rules);
    let Against { renames, passed_over, .. } = *against;
    let files = Snapshot { tree: inputs.tree, texts: inputs.texts };
    let trees = Trees { renames, files, names: &names, passed_over, reported: &|_, _| true };
    let compared = compare::compare(&old, &mut today, &trees, &against.reference.name).comparison;
    let new = today.violations.iter().enumerate().filter(|(_, it)| it.state == State::New);
    watch.lap("compare");
    Ok(debt::changes(ChangeParts {
        rules: &inputs.rules,
        rules_differ: against.terms.as_ref().is_some_and(|terms| terms.rules_differ),
        reference: against.reference.clone(),
        before: MeasuredSide { findings: &before.findings, score: &before.score },
        after: MeasuredSide { findings: &run.findings, score: &run.score },
        new: new.map(|(at, _)| at).collect(),
        gone: compared.fixed,
        unseen: compared.hidden.len() as u64,
    }))
}

/// Analyses the reference under the rules of today.
fn reference_run(
    inputs: &Inputs<'_>,
    run: &Run,
    against: &Against<'_>,
    watch: &mut Stopwatch,
) -> Result<Run, Vec<Problem>> {
    let keeper = against.keeper.map(Keeper::elsewhere);
    let old = run_keeping(&elsewhere(inputs, against.old, &inputs.rules, None), keeper.as_ref(), watch);
    // What cannot be read today either has nothing that could be new.
    let lost = |problem: &&Problem| problem.kind == ProblemKind::Read;
    let today: BTreeSet<&str> = run.findings.problems.iter().filter(lost).map(|problem| &*problem.path).collect();
    let unread: Vec<Problem> =
        old.findings.problems.iter().filter(lost).filter(|problem| !today.contains(&*problem.path)).cloned().collect();
    if unread.iter().any(|problem| problem.severity == ProblemSeverity::Error) {
        return Err(unread);
    }
    Ok(old)
}

/// Both trees under the rules and the baseline of the reference.
struct RunsUnderOldTerms {
    before: Run,
    today: Run,
}

fn under_old_terms(inputs: &Inputs<'_>, terms: &OldTerms<'_>, watch: &mut Stopwatch) -> RunsUnderOldTerms {
    let before = run(&elsewhere(inputs, terms.old, &terms.rules, None), watch);
    let today = run(&elsewhere(inputs, terms.today, &terms.rules, terms.baseline.as_ref()), watch);
    RunsUnderOldTerms { before, today }
}

/// Asks the same about other files, under other rules or with another baseline.
fn elsewhere<'a>(
    inputs: &Inputs<'a>,
    files: Snapshot<'a>,
    rules: &Arc<RuleSet>,
    baseline: Option<&Arc<Baseline>>,
) -> Inputs<'a> {
    Inputs {
        tree: files.tree,
        texts: files.texts,
        rules: Arc::clone(rules),
        selection: inputs.selection.clone(),
        baseline: baseline.cloned(),
        problems: Vec::new(),
        notices: Vec::new(),
        ..*inputs
    }
}

/// Analyses and scores the whole project.
#[must_use]
pub fn run(inputs: &Inputs<'_>, watch: &mut Stopwatch) -> Run {
    run_keeping(inputs, None, watch)
}

/// Analyses and scores the whole project; `keeper` has the results of an earlier run, and takes those of this one.
#[must_use]
pub fn run_keeping(inputs: &Inputs<'_>, keeper: Option<&Keeper>, watch: &mut Stopwatch) -> Run {
    let findings = analyse(inputs, keeper);
    watch.lap("analyse");
    judge(inputs, findings, watch)
}

/// Analyses and scores a commit of the past with what is known of owners at the newest one.
#[must_use]
pub fn run_past(inputs: &Inputs<'_>, owners: &NewestOwners, keeper: Option<&Keeper>) -> Run {
    let mut findings = analyse(inputs, keeper);
    for (source, known) in inputs.rules.sources.iter().zip(&mut findings.sources) {
        if owners.unknown.contains(&source.name()) {
            known.candidates = Some(Vec::new());
        }
    }
    judge(inputs, findings, &mut Stopwatch::start())
}

fn analyse(inputs: &Inputs<'_>, keeper: Option<&Keeper>) -> Findings {
    let options = AnalysisOptions { exhaustive: inputs.exhaustive, last: inputs.last, keeper, counts: inputs.counts };
    analysis::analyse(inputs.tree, inputs.texts, &inputs.rules, &options)
}

/// Gives what was found its states, and scores it.
fn judge(inputs: &Inputs<'_>, findings: Findings, watch: &mut Stopwatch) -> Run {
    let terms = Terms { rules: &inputs.rules, selection: &inputs.selection, today: inputs.today };
    let files = Snapshot { tree: inputs.tree, texts: inputs.texts };
    let recorded = inputs.baseline.as_deref().map(|baseline| Recorded { baseline, files });
    let Triaged { findings, matching, stale } = triage::triage(findings, &terms, recorded);
    let score = score::score(&findings, &inputs.rules, inputs.tree);
    watch.lap("score");
    Run { findings, score, matching, stale }
}

/// Examines the rules of a project: analyses it, and plans fixes for what is found.
#[must_use]
pub fn examine(inputs: &Inputs<'_>, watch: &mut Stopwatch) -> Vec<Ailment> {
    let rules = &*inputs.rules;
    let run = run(inputs, watch);
    let fixes = planned(inputs, &run.findings, None);
    let mut missing = doctor::replacements(rules);
    let names: Vec<SymbolPattern> = missing.iter().map(|it| it.pattern.clone()).collect();
    let mut absent = analysis::missing(inputs.tree, inputs.texts, rules, &names).into_iter();
    missing.retain(|_| absent.next() == Some(true));
    let files = Snapshot { tree: inputs.tree, texts: inputs.texts };
    let packs = discovery::fitting_packs(files, rules);
    let findings = &run.findings;
    doctor::examine(&Examined { rules, findings, fixes: &fixes, missing: &missing, packs: &packs })
}

/// Plans the fixes of what was found in some files, or in all, as `ssot fix --plan` does.
#[must_use]
pub fn planned(inputs: &Inputs<'_>, findings: &Findings, only: Option<BTreeSet<FileId>>) -> Vec<PlannedFix> {
    let files = Snapshot { tree: inputs.tree, texts: inputs.texts };
    let layouts = analysis::layouts(inputs.tree, inputs.texts, &inputs.rules);
    let settings = FixSettings { files: only, plan_only: true, ..FixSettings::default() };
    fix::plan(files, &layouts, &inputs.rules, &findings.violations, &settings)
}

/// Plans the fixes of a run and applies them in memory.
#[must_use]
pub fn fix(inputs: &Inputs<'_>, before: &Run, settings: &FixSettings) -> FixRun {
    let files = Snapshot { tree: inputs.tree, texts: inputs.texts };
    let mut analyse = |texts: &dyn Texts| {
        let changed = elsewhere(inputs, Snapshot { tree: inputs.tree, texts }, &inputs.rules, None);
        run(&changed, &mut Stopwatch::start()).findings
    };
    fix::fix(files, &inputs.rules, &before.findings, settings, &mut analyse)
}

/// Judges a run and puts the report together.
#[must_use]
pub fn report(inputs: Inputs<'_>, run: Run, comparison: Option<Comparison>, settings: &ReportSettings<'_>) -> Report {
    let Inputs { tree, texts, rules, mut problems, notices, baseline, .. } = inputs;
    let unanalysed = unanalysed(&run.findings, &problems) as u64;
    let measured = Measured {
        unanalysed,
        compared: baseline.is_some() || comparison.is_some(),
        stale: if settings.allow_stale { None } else { baseline.as_ref().map(|_| run.stale.len() as u64) },
        reference: comparison.as_ref().map(|it| (it.score, it.new_points)),
        hidden: comparison
            .as_ref()
            .filter(|it| it.rules_differ || it.baseline_differs || !it.passed_over.is_empty())
            .filter(|_| !settings.allow_rule_changes)
            .map(Comparison::weakened),
        nothing_scanned: settings.nothing_scanned.is_some(),
        doubts: settings.strict.then(|| unanalysed + run.findings.unresolved.len() as u64),
    };
    let reported = run.findings.violations.iter().filter(|violation| settings.filters.counts(violation));
    let gate = gate::evaluate(settings.gate, &rules, &run.score, reported, &measured);
    problems.extend(settings.nothing_scanned.clone());
    let matching = run.matching.unwrap_or_default();
    problems.extend(baseline.iter().flat_map(|baseline| baseline::problems(baseline, &run.stale, &matching, &rules)));
    problems.extend(comparison.iter().flat_map(Comparison::problems));
    // Of files of which only the path counts the text is left out there.
    let known = run.findings.texts.iter().filter(|it| !it.text.is_empty());
    let known: BTreeMap<FileId, Arc<str>> = known.map(|it| (it.file, Arc::clone(&it.text))).collect();
    let mut text_of = |file: FileId| {
        let path = &tree.files().get(file.index()).filter(|_| settings.snippets)?.path;
        known.get(&file).cloned().or_else(|| texts.read(path).ok())
    };
    let inputs = report::ReportParts {
        rules,
        tree,
        findings: run.findings,
        score: run.score,
        gate,
        filters: settings.filters,
        problems,
        notices,
        comparison,
        elapsed_ms: None,
        stale: run.stale.len() as u64,
        unanalysed,
    };
    report::build(inputs, &mut text_of)
}

/// Puts the debt report of a run together: reads the imports of every file, judges the criteria, plans the migration.
#[must_use]
pub fn debt(inputs: Inputs<'_>, run: Run, settings: DebtSettings<'_>) -> DebtReport {
    let DebtSettings { read, nothing_scanned, checked_out, changes } = settings;
    let Inputs { tree, texts, ref rules, .. } = inputs;
    let rules = Arc::clone(rules);
    let graph = ImportGraph::read(tree, texts, &rules);
    let targets = |wanted: &dyn Fn(&str) -> bool| {
        let violating = |it: &Violation| it.source.as_deref().is_some_and(wanted);
        let mut targets = impact::violating(&run.findings.violations, violating);
        targets.extend(impact::rivals(&run.findings.rivals, |it| wanted(&it.source)));
        targets
    };
    let reaching = |targets: &BTreeSet<FileId>| impact::impact(&graph, tree, &rules.components, targets);
    let all = targets(&|_| true);
    let impact = reaching(&all);
    let exposures = rules.sources.iter().map(|source| reaching(&targets(&|id| *id == *source.id)).whole).collect();
    let fixes = fix(&inputs, &run, &FixSettings { plan_only: true, ..FixSettings::default() }).plan;
    let plan = debt::plan(&PlanBasis {
        findings: &run.findings,
        rules: &rules,
        tree,
        targets: &all,
        groups: &impact::entry_groups(&graph, &all),
        fixes: &fixes,
        unused: &impact::unused(&graph, tree),
    });
    let partial = !inputs.selection.select.is_empty() || !inputs.selection.ignore.is_empty();
    let basis = Basis { rules: &rules, tree, findings: &run.findings, partial, graph: Some(&graph) };
    let criteria = criteria::judge(&basis, read);
    let method = Method {
        rules: rules.files.iter().map(|file| (Arc::clone(&file.name), file.sha256.clone())).collect(),
        imports: graph.edges(),
        unread: graph.unread,
    };
    let filters = Filters::default();
    let settings = ReportSettings {
        filters: &filters,
        gate: &rules.gate,
        allow_stale: false,
        allow_rule_changes: false,
        snippets: false,
        nothing_scanned,
        strict: false,
    };
    let report = Report { checked_out, ..report(inputs, run, None, &settings) };
    debt::build(debt::DebtParts { report, impact, exposures, plan, criteria, method, changes })
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
