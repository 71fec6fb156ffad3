//! `ssot check`: the main job.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::anyhow;
use clap::{Args, ValueHint};
use clap_complete::ArgValueCandidates;

use super::against::{GitArgs, Opened};
use super::args::{GlobalArgs, ScanArgs, SelectArgs};
use super::baseline::BaselineChoice;
use super::progress::Progress;
use super::project::{self, ScannedProject};
use super::summary;
use super::terminal::{self, TextStyle};
use super::values::{self, Extra};
use super::{RunOutcome, accept, cache, completions, watch};
use crate::compare;
use crate::fix::{FixSettings, SafeFixes};
use crate::pipeline::{self, Inputs, ReportSettings, Run, Stopwatch};
use crate::problem::Problem;
use crate::render::{self, Format, RenderOptions};
use crate::report::{Filters, Report};
use crate::rule::complaint::nearest;
use crate::rule::{GateSettings, RuleSet, Severity};
use crate::store;
use crate::violation::Confidence;

/// Arguments of `ssot check`.
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    scan: ScanArgs,
    #[command(flatten)]
    rules: SelectArgs,
    #[command(flatten)]
    git: GitArgs,
    #[command(flatten)]
    gate: GateArgs,
    #[command(flatten)]
    output: OutputArgs,

    /// Check again after each change of a file, until the program is stopped
    #[arg(long, conflicts_with_all = ["fix", "add_ignore", "prune", "stdin_filename", "staged"])]
    watch: bool,

    /// Apply fixes that are safe, and then report on that
    #[arg(long, conflicts_with_all = ["stdin_filename", "staged", "against", "against_exact"])]
    fix: bool,

    /// Apply fixes that are not safe too
    #[arg(long, requires = "fix")]
    unsafe_fixes: bool,

    /// Accept every violation that is reported by a comment in the code, with this reason, and then report on that
    #[arg(long, value_name = "REASON", value_parser = values::reason, conflicts_with_all = ["stdin_filename", "staged", "against", "against_exact"])]
    add_ignore: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Gate")]
struct GateArgs {
    /// Use the conditions of `[gate.profile.NAME]` instead of those of `[gate]`
    #[arg(long, value_name = "NAME", add = ArgValueCandidates::new(completions::gates))]
    gate: Option<String>,

    /// The baseline of accepted violations [default: `ssot-baseline.toml` in the project root, if it is there]
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath, conflicts_with = "no_baseline")]
    baseline: Option<PathBuf>,

    /// Use no baseline
    #[arg(long)]
    no_baseline: bool,

    /// Let the gate pass although entries of the baseline stand for nothing any more
    #[arg(long)]
    allow_stale: bool,

    /// Remove those entries from the baseline, and then report on that
    #[arg(long, conflicts_with_all = ["no_baseline", "allow_stale", "staged", "against", "against_exact", "stdin_filename"])]
    prune: bool,

    /// Fail when the overall score is below N
    #[arg(long, value_name = "N", value_parser = values::hundredths)]
    fail_under: Option<u32>,

    /// Exit with 3 when a relevant file could not be read or parsed, or a use not be decided
    #[arg(long)]
    strict: bool,

    /// Exit with 0 where the gate fails
    #[arg(long)]
    exit_zero: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
struct OutputArgs {
    /// How to write the result
    #[arg(long, visible_alias = "output-format", value_name = "FORMAT", default_value = "full", value_parser = values::format())]
    format: Format,

    /// Write the result to a file instead of standard output, which `-` names
    #[arg(short, long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    output_file: Option<PathBuf>,

    /// Write the result in another format to a file as well; can be repeated
    #[arg(long, value_name = "FORMAT=PATH", value_parser = values::extra)]
    report: Vec<Extra>,

    /// Report violations of this severity and above
    ///
    /// Formats that people read list errors and warnings by themselves, and notes if the gate fails for them; all others
    /// list everything. Neither gate nor score depend on it.
    #[arg(long, value_name = "SEVERITY", value_parser = values::severity())]
    min_severity: Option<Severity>,

    /// Report violations of this confidence and above
    #[arg(long, value_name = "CONFIDENCE", default_value = "low", value_parser = values::confidence())]
    min_confidence: Confidence,

    /// List suppressed violations too
    #[arg(long)]
    show_suppressed: bool,

    /// List the places that an exemption covers too, and what owners of a source do
    #[arg(long)]
    show_exempted: bool,

    /// Print counts by rule, file, directory, form and confidence, and nothing else where people read it
    #[arg(long)]
    statistics: bool,

    /// Add the milliseconds of each stage
    #[arg(long)]
    timings: bool,
}

pub(super) fn run(global: &GlobalArgs, args: &CheckArgs) -> anyhow::Result<RunOutcome> {
    if args.watch {
        return watch::run(global, &project::found(global)?, || check(global, args));
    }
    check(global, args)
}

fn check(global: &GlobalArgs, args: &CheckArgs) -> anyhow::Result<RunOutcome> {
    if let Some(reason) = &args.add_ignore {
        accept::run(global, args, reason)?;
    }
    args.output.check_paths()?;
    if args.fix {
        let project = args.open(global, &Progress::start(global))?;
        super::fix::apply(global, &project, args.rules.exhaustive, args.unsafe_fixes)?;
    }
    let progress = Progress::start(global);
    let counts = progress.counts();
    let mut stopwatch = Stopwatch::start();
    let Opened { mut project, baseline, reference } =
        args.git.open(global, &args.scan, &args.rules, &args.gate.wanted(), &progress)?;
    stopwatch.lap("discover");
    project.notices.extend(reference.iter().flat_map(|reference| reference.notices.clone()));
    let gate = args.gate.settings(&project.rules)?;
    let baseline = baseline.map(Arc::new);
    let inputs = Inputs {
        baseline,
        last: reference.is_none() && !args.output.has_fixes() && !args.output.formats().any(Format::has_plan),
        counts: Some(&counts),
        ..project.inputs(args.rules.exhaustive)
    };
    progress.stage(format!("analysing {} files", inputs.tree.files().len()));
    let (mut run, keeper) = cache::run_keeping(global, &project, &inputs, &mut stopwatch)?;
    if args.gate.prune {
        args.gate.wanted().prune(global, &project, inputs.baseline.as_deref(), &mut run)?;
    }
    let filters = args.filters(&project);
    let comparison = match &reference {
        Some(reference) => {
            progress.stage("comparing with the reference");
            let mut comparison =
                reference.compare(&project, &inputs, &mut run, keeper.as_ref(), &filters, &mut stopwatch)?;
            if let Some(before) = reference.rules().and_then(|rules| args.gate.settings(rules).ok()) {
                comparison.loosened.extend(compare::loosened_gate(&before, &gate));
            }
            Some(comparison)
        }
        None => None,
    };
    let nothing_scanned = project.emptiness();
    if let Some(problem) = &nothing_scanned {
        project.say_empty(problem);
    }
    let fixes = args.fixes(&inputs, &run, &filters, &mut stopwatch);
    let settings = args.settings(&filters, &gate, nothing_scanned);
    let plan = match args.output.formats().any(Format::has_plan) {
        true => pipeline::planned(&inputs, &run.findings, filters.files.clone()),
        false => Vec::new(),
    };
    let mut report = pipeline::report(inputs, run, comparison, &settings);
    report.fixes = fixes;
    stopwatch.lap("report");
    report.elapsed_ms = args.output.timings.then(|| stopwatch.laps().clone());
    report.plan = plan;
    report.below = project.below();
    if args.output.formats().any(Format::names_commit) {
        report.checked_out = project.checked_out();
    }
    drop(progress);
    args.output.write(global, &report)?;
    args.output.say_the_rest(global, &report);
    if global.verbose {
        terminal::print_error(&timings(stopwatch.laps()));
    }
    Ok(match (report.gate.is_incomplete(), report.gate.passed) {
        (true, _) => RunOutcome::Incomplete,
        (_, false) if !args.gate.exit_zero => RunOutcome::Failed,
        _ => RunOutcome::Passed,
    })
}

impl CheckArgs {
    /// The project on disk.
    pub fn open(&self, global: &GlobalArgs, progress: &Progress) -> anyhow::Result<ScannedProject> {
        project::open(global, &self.scan, &self.rules, progress)
    }

    pub fn inputs<'p>(&self, project: &'p ScannedProject) -> anyhow::Result<Inputs<'p>> {
        let baseline = self.gate.wanted().open(project)?.map(Arc::new);
        Ok(Inputs { baseline, ..project.inputs(self.rules.exhaustive) })
    }

    pub fn filters(&self, project: &ScannedProject) -> Filters {
        Filters {
            files: project.reported(),
            min_severity: self.output.min_severity.unwrap_or(Severity::Note),
            min_confidence: self.output.min_confidence,
        }
    }

    /// The safe fixes of what is reported; none unless a format carries them, since they cost analyses of their own.
    fn fixes(&self, inputs: &Inputs<'_>, run: &Run, filters: &Filters, watch: &mut Stopwatch) -> SafeFixes {
        if !self.output.has_fixes() {
            return SafeFixes::default();
        }
        let settings = FixSettings { files: filters.files.clone(), ..FixSettings::default() };
        let fixes = SafeFixes::of(pipeline::fix(inputs, run, &settings).plan);
        watch.lap("fixes");
        fixes
    }

    fn settings<'a>(
        &self,
        filters: &'a Filters,
        gate: &'a GateSettings,
        nothing_scanned: Option<Problem>,
    ) -> ReportSettings<'a> {
        ReportSettings {
            filters,
            gate,
            allow_stale: self.gate.allow_stale,
            allow_rule_changes: self.git.allow_rule_changes,
            nothing_scanned,
            strict: self.gate.strict,
            snippets: self.output.formats().any(Format::needs_texts),
        }
    }
}

impl GateArgs {
    /// The conditions that apply: those of the profile or of `[gate]`, and the floor of the command line.
    fn settings(&self, rules: &RuleSet) -> anyhow::Result<GateSettings> {
        let mut settings = match &self.gate {
            None => rules.gate.clone(),
            Some(name) => rules.gate_profiles.get(name).cloned().ok_or_else(|| {
                let names: Vec<&str> = rules.gate_profiles.keys().map(String::as_str).collect();
                let help = match (nearest(name, &names), names.as_slice()) {
                    (Some(near), _) => format!("did you mean `{near}`?"),
                    (None, []) => format!("write `[gate.profile.{name}]` in the rules file"),
                    (None, names) => format!("there are {}", names.join(", ")),
                };
                anyhow!("--gate {name}: the rules file has no such profile; {help}")
            })?,
        };
        settings.fail_under = self.fail_under.or(settings.fail_under);
        Ok(settings)
    }

    /// The baseline that applies, if any.
    fn wanted(&self) -> BaselineChoice {
        match &self.baseline {
            _ if self.no_baseline => BaselineChoice::No,
            Some(path) => BaselineChoice::Named(path.clone()),
            None => BaselineChoice::Default,
        }
    }
}

impl OutputArgs {
    fn formats(&self) -> impl Iterator<Item = Format> {
        self.outputs().map(|(format, _)| format)
    }

    fn has_fixes(&self) -> bool {
        self.formats().any(Format::has_fixes)
    }

    /// Two outputs in one file would leave one of them.
    fn check_paths(&self) -> anyhow::Result<()> {
        let mut seen = BTreeSet::new();
        let full = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let mut paths = self.outputs().map(|(_, path)| path);
        let shared = |path: &Path| !values::is_stdout(path) && path.parent() == Some(Path::new("/dev"));
        match paths.find(|path| !shared(path) && !seen.insert(full(path))) {
            Some(path) if values::is_stdout(path) => Err(anyhow!("two outputs are to be written to standard output")),
            Some(path) => Err(anyhow!("two outputs are to be written to `{}`", path.display())),
            None => Ok(()),
        }
    }

    /// The formats with their places; `-` is standard output. The result itself is last, so that a closed pipe costs no
    /// file.
    fn outputs(&self) -> impl Iterator<Item = (Format, &Path)> {
        let result = self.output_file.as_deref().unwrap_or_else(|| Path::new("-"));
        self.report.iter().map(|extra| (extra.format, extra.path.as_path())).chain([(self.format, result)])
    }

    /// Writes every output that is asked for.
    fn write(&self, global: &GlobalArgs, report: &Report) -> anyhow::Result<()> {
        let file = terminal::file_look(global.color);
        if let Some(path) = summary::path().filter(|_| self.formats().any(|format| format == Format::Github)) {
            let page = self.render(global, report, Format::Markdown, file)?;
            if let Some(warning) = summary::add(&path, &page) {
                terminal::print_error(&warning);
            }
        }
        for (format, path) in self.outputs() {
            if values::is_stdout(path) {
                let look = terminal::stdout_look(global.color);
                terminal::print(&self.render(global, report, format, look)?)?;
            } else {
                store::write(path, &self.render(global, report, format, file)?)?;
            }
        }
        Ok(())
    }

    /// Says on standard error what the format has no place for: a run without a rules file, an inferred owner, and the
    /// conditions of a gate that failed.
    fn say_the_rest(&self, global: &GlobalArgs, report: &Report) {
        if !global.quiet && !self.format.has_notices() {
            report.notices.iter().for_each(|notice| terminal::print_error(&format!("{notice}\n")));
        }
        if !report.gate.passed && !self.format.has_verdict() {
            terminal::print_error(&format!("{}\n", render::verdict(report, &RenderOptions::default())));
        }
    }

    fn render(&self, global: &GlobalArgs, report: &Report, format: Format, look: TextStyle) -> anyhow::Result<Vec<u8>> {
        let options = RenderOptions {
            color: look.color,
            width: look.width,
            show_suppressed: self.show_suppressed,
            show_exempted: self.show_exempted,
            statistics: self.statistics,
            verbosity: global.verbosity(),
            min_severity: self.min_severity,
            ..RenderOptions::default()
        };
        let mut bytes = Vec::new();
        render::render(report, format, &options, &mut bytes)?;
        Ok(bytes)
    }
}

fn timings(laps: &BTreeMap<&'static str, u64>) -> String {
    laps.iter().map(|(stage, elapsed)| format!("{stage}: {elapsed} ms\n")).collect()
}
