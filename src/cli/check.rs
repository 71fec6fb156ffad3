//! `ssot check`: the main job.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::anyhow;
use clap::{Args, ValueHint};

use super::args::{GlobalArgs, RuleArgs, ScanArgs};
use super::progress::Progress;
use super::project::{self, Project};
use super::summary;
use super::terminal::{self, Look};
use super::values::{self, Extra};
use super::{Outcome, accept, baseline};
use crate::baseline::Baseline;
use crate::pipeline::{self, Inputs, Run, Stopwatch, Verdict};
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
    rules: RuleArgs,
    #[command(flatten)]
    gate: GateArgs,
    #[command(flatten)]
    output: OutputArgs,

    /// Accept every violation that is reported by a comment in the code, with this reason, and then report on that
    #[arg(long, value_name = "REASON", value_parser = values::reason, conflicts_with = "stdin_filename")]
    add_ignore: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Gate")]
struct GateArgs {
    /// Use the conditions of `[gate.profile.NAME]` instead of those of `[gate]`
    #[arg(long, value_name = "NAME")]
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

    /// Write the result to a file instead of standard output
    #[arg(short, long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    output_file: Option<PathBuf>,

    /// Write the result in another format to a file as well; can be repeated
    #[arg(long, value_name = "FORMAT=PATH", value_parser = values::extra)]
    report: Vec<Extra>,

    /// Report violations of this severity and above
    #[arg(long, value_name = "SEVERITY", default_value = "note", value_parser = values::severity())]
    min_severity: Severity,

    /// Report violations of this confidence and above
    #[arg(long, value_name = "CONFIDENCE", default_value = "low", value_parser = values::confidence())]
    min_confidence: Confidence,

    /// List suppressed violations too
    #[arg(long)]
    show_suppressed: bool,

    /// List the places that an exemption covers too
    #[arg(long)]
    show_exempted: bool,

    /// Add counts by rule, file, directory, form and confidence
    #[arg(long)]
    statistics: bool,

    /// Add the milliseconds of each stage
    #[arg(long)]
    timings: bool,
}

pub(super) fn run(global: &GlobalArgs, args: &CheckArgs) -> anyhow::Result<Outcome> {
    if let Some(reason) = &args.add_ignore {
        accept::run(global, args, reason)?;
    }
    let progress = Progress::start(global);
    let mut watch = Stopwatch::start();
    let project = args.open(global, &progress)?;
    watch.lap("discover");
    let gate = args.gate.settings(&project.rules)?;
    let inputs = args.inputs(&project)?;
    progress.stage(format!("analysing {} files", inputs.tree.files().len()));
    let run = pipeline::run(&inputs, &mut watch);
    let doubt = pipeline::unanalysed(&run.findings, &inputs.problems) > 0 || !run.findings.unresolved.is_empty();
    let report = args.report(&project, inputs, run, (&gate, &mut watch));
    drop(progress);
    args.output.write(global, &report)?;
    if global.verbose {
        terminal::print_error(&timings(watch.laps()));
    }
    if project.is_empty() {
        project.say_empty();
        return Ok(Outcome::Incomplete);
    }
    Ok(match report.gate.passed {
        _ if doubt && args.gate.strict => Outcome::Incomplete,
        false if !args.gate.exit_zero => Outcome::Failed,
        _ => Outcome::Passed,
    })
}

impl CheckArgs {
    /// The project, and what the analysis of it takes.
    pub fn open(&self, global: &GlobalArgs, progress: &Progress) -> anyhow::Result<Project> {
        project::open(global, &self.scan, &self.rules, progress)
    }

    pub fn inputs<'p>(&self, project: &'p Project) -> anyhow::Result<Inputs<'p>> {
        let baseline = self.gate.recorded(project)?.map(Arc::new);
        Ok(Inputs { baseline, ..project.inputs(self.rules.exhaustive) })
    }

    pub fn filters(&self, project: &Project) -> Filters {
        Filters {
            files: project.reported(),
            min_severity: self.output.min_severity,
            min_confidence: self.output.min_confidence,
        }
    }

    fn report(
        &self,
        project: &Project,
        inputs: Inputs<'_>,
        run: Run,
        (gate, watch): (&GateSettings, &mut Stopwatch),
    ) -> Report {
        let filters = self.filters(project);
        let snippets = self.output.formats().any(Format::needs_texts);
        let verdict = Verdict { filters: &filters, gate, allow_stale: self.gate.allow_stale, snippets };
        let mut report = pipeline::report(inputs, run, &verdict);
        watch.lap("report");
        report.elapsed_ms = self.output.timings.then(|| watch.laps().clone());
        report
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
    fn recorded(&self, project: &Project) -> anyhow::Result<Option<Baseline>> {
        match &self.baseline {
            _ if self.no_baseline => Ok(None),
            Some(path) => baseline::open(project, path).map(Some),
            None => baseline::open_default(project),
        }
    }
}

impl OutputArgs {
    fn formats(&self) -> impl Iterator<Item = Format> {
        std::iter::once(self.format).chain(self.report.iter().map(|extra| extra.format))
    }

    /// Writes every output that is asked for; standard output last, so that a closed pipe costs no file.
    fn write(&self, global: &GlobalArgs, report: &Report) -> anyhow::Result<()> {
        let file = terminal::file_look(global.color);
        for Extra { format, path } in &self.report {
            store::write(path, &self.render(global, report, *format, file)?)?;
        }
        if let Some(path) = summary::path().filter(|_| self.formats().any(|format| format == Format::Github)) {
            let page = self.render(global, report, Format::Markdown, file)?;
            if let Some(warning) = summary::add(&path, &page) {
                terminal::print_error(&warning);
            }
        }
        match &self.output_file {
            Some(path) => store::write(path, &self.render(global, report, self.format, file)?)?,
            None => {
                let look = terminal::stdout_look(global.color);
                terminal::print(&self.render(global, report, self.format, look)?)?;
            }
        }
        Ok(())
    }

    fn render(&self, global: &GlobalArgs, report: &Report, format: Format, look: Look) -> anyhow::Result<Vec<u8>> {
        let options = RenderOptions {
            color: look.color,
            width: look.width,
            show_suppressed: self.show_suppressed,
            show_exempted: self.show_exempted,
            statistics: self.statistics,
            verbosity: global.verbosity(),
        };
        let mut bytes = Vec::new();
        render::render(report, format, &options, &mut bytes)?;
        Ok(bytes)
    }
}

fn timings(laps: &BTreeMap<&'static str, u64>) -> String {
    laps.iter().map(|(stage, elapsed)| format!("{stage}: {elapsed} ms\n")).collect()
}
