//! `ssot baseline`: the record of accepted violations, which may only shrink.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{anyhow, bail};
use clap::{Args, Subcommand, ValueHint};

use super::args::{GlobalArgs, ScanArgs, SelectArgs};
use super::cache;
use super::progress::Progress;
use super::project::{self, ScannedProject};
use super::terminal::{self, Refused};
use super::{RunOutcome, values};
use crate::baseline::{self, Baseline, Draft, FILE_NAME};
use crate::discover::{self, Unread};
use crate::git::GitFiles;
use crate::pipeline::{self, Inputs, Run, Stopwatch};
use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::rule::RuleSet;
use crate::store;
use crate::violation::Violation;

/// A baseline is not larger.
const LARGEST: u64 = 256 << 20;

/// Arguments of `ssot baseline`.
#[derive(Debug, Args)]
pub(super) struct BaselineArgs {
    #[command(subcommand)]
    action: Action,

    /// The baseline file [default: `ssot-baseline.toml` in the project root]
    #[arg(long, global = true, value_name = "PATH", value_hint = ValueHint::FilePath)]
    baseline: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Accept every violation that is active today; never over an existing baseline
    Create {
        /// Why they are accepted
        #[arg(long, value_name = "TEXT", value_parser = values::reason)]
        reason: Option<String>,
    },
    /// Bring the baseline up to date with the code: follow what moved, remove what is gone
    Update {
        /// Accept violations that are not in the baseline as well
        #[arg(long, requires = "reason")]
        allow_additions: bool,

        /// Why the additions are accepted
        #[arg(long, value_name = "TEXT", requires = "allow_additions", value_parser = values::reason)]
        reason: Option<String>,
    },
    /// Remove the entries that stand for nothing any more
    Prune,
    /// List the entries, with the place of each today
    Show,
}

pub(super) fn run(global: &GlobalArgs, args: &BaselineArgs) -> anyhow::Result<RunOutcome> {
    let progress = Progress::start(global);
    let project = project::open(global, &ScanArgs::default(), &SelectArgs::default(), &progress)?;
    if let Some(problem) = project.emptiness() {
        project.say_empty(&problem);
        return Ok(RunOutcome::Incomplete);
    }
    let path = match &args.baseline {
        Some(path) => project::current_directory()?.join(path),
        None => project.root.join(FILE_NAME),
    };
    let recorded = match &args.action {
        Action::Create { .. } => {
            demand_owners(&project.rules, "a baseline")?;
            if path.exists() {
                bail!("`{}` exists already; `ssot baseline update` brings it up to date", path.display());
            }
            Baseline { name: shown(&project, &path).into(), text: "".into(), entries: Vec::new() }
        }
        _ => read(&project, &path, args.baseline.is_some())?,
    };
    let mut inputs = project.inputs(false);
    let recorded = Arc::new(recorded);
    inputs.baseline = Some(Arc::clone(&recorded));
    progress.stage(format!("analysing {} files", inputs.tree.files().len()));
    let run = cache::run(global, &project, &inputs, &mut Stopwatch::start())?;
    drop(progress);
    BaselineRun { global, project: &project, path: &path, recorded: &recorded, inputs: &inputs, run: &run }
        .act(&args.action)
}

/// One run of the command after the analysis.
struct BaselineRun<'w> {
    global: &'w GlobalArgs,
    project: &'w ScannedProject,
    path: &'w Path,
    recorded: &'w Baseline,
    inputs: &'w Inputs<'w>,
    run: &'w Run,
}

impl BaselineRun<'_> {
    fn act(&self, action: &Action) -> anyhow::Result<RunOutcome> {
        let matching = self.run.matching.clone().unwrap_or_default();
        let (findings, rules, stale) = (&self.run.findings, &*self.inputs.rules, self.run.stale.as_slice());
        match action {
            Action::Create { reason } => {
                let (draft, refused) = baseline::create(findings, &matching, rules, reason.as_deref());
                store::create(self.path, baseline::write(&draft.entries).as_bytes())?;
                self.say(&format!("{} recorded in {}", count(draft.added.len()), self.recorded.name));
                if refused > 0 {
                    self.say(&format!("{} cannot be recorded: their rules are strict or built in", count(refused)));
                }
                self.warn_of_unparsed();
            }
            Action::Update { allow_additions, reason } => {
                let draft = baseline::update(self.recorded, findings, &matching, stale, rules, reason.as_deref());
                if !draft.added.is_empty() && !allow_additions {
                    self.list(&draft);
                    self.say("nothing was written: `--allow-additions --reason TEXT` accepts them");
                    return Ok(RunOutcome::Failed);
                }
                self.save(&draft)?;
            }
            Action::Prune => self.save(&baseline::prune(self.recorded, stale))?,
            Action::Show => self.show()?,
        }
        Ok(RunOutcome::Passed)
    }

    fn save(&self, draft: &Draft) -> anyhow::Result<()> {
        save(self.path, self.recorded, draft)?;
        let (added, removed, left) = (draft.added.len(), draft.removed, draft.entries.len());
        self.say(&format!("{}: {added} added, {removed} removed, {left} left", self.recorded.name));
        Ok(())
    }

    fn list(&self, draft: &Draft) {
        let mut text = String::new();
        for violation in draft.added.iter().filter_map(|&at| self.run.findings.violations.get(at)) {
            let _infallible = writeln!(text, "{}: not in the baseline: {}", place(violation), violation.message);
        }
        terminal::print_error(&text);
    }

    fn show(&self) -> anyhow::Result<()> {
        let mut text = String::new();
        let stale: BTreeSet<usize> = self.run.stale.iter().copied().collect();
        let found = self.run.matching.iter().flat_map(|matching| &matching.violation_of);
        for (at, (entry, violation)) in self.recorded.entries.iter().zip(found).enumerate() {
            let violation = violation.and_then(|at| self.run.findings.violations.get(at));
            let place = violation.map_or_else(|| entry.key.path.to_string(), place);
            let state = if stale.contains(&at) { " (stale)" } else { "" };
            let reason = entry.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
            let _infallible = writeln!(text, "{place}: {}{state} {}{reason}", entry.key.rule, entry.key.symbol);
        }
        terminal::print(&text)?;
        self.say(&format!("{}: {} entries, {} stale", self.recorded.name, self.recorded.entries.len(), stale.len()));
        Ok(())
    }

    fn warn_of_unparsed(&self) {
        let lost = pipeline::unanalysed(&self.run.findings, &self.project.files.problems);
        if lost > 0 {
            self.say(&format!("{lost} files could not be read or parsed completely; what they hold may be missing"));
        }
    }

    fn say(&self, text: &str) {
        if !self.global.quiet {
            terminal::print_error(&format!("{text}\n"));
        }
    }
}

/// Writes a baseline, if there is something to write.
fn save(path: &Path, recorded: &Baseline, draft: &Draft) -> anyhow::Result<()> {
    let mut text = baseline::write(&draft.entries);
    // A checkout may have given the file other line ends.
    if recorded.text.contains("\r\n") {
        text = text.replace('\n', "\r\n");
    }
    if *text != *recorded.text {
        store::write(path, text.as_bytes())?;
    }
    Ok(())
}

fn place(violation: &Violation) -> String {
    format!("{}:{}:{}", violation.path, violation.start.line, violation.start.column)
}

fn count(number: usize) -> String {
    format!("{number} violation{}", if number == 1 { "" } else { "s" })
}

/// The baseline that a run uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BaselineChoice {
    /// None.
    No,
    /// The one in the project root, if there is one.
    Default,
    /// This one, relative to the current directory.
    Named(PathBuf),
}

impl BaselineChoice {
    /// The path it is at.
    fn path(&self, root: &Path) -> anyhow::Result<Option<PathBuf>> {
        match self {
            Self::No => Ok(None),
            Self::Default => Ok(Some(root.join(FILE_NAME))),
            Self::Named(path) => Ok(Some(project::current_directory()?.join(path))),
        }
    }

    /// The path from the root as git has it, if it is below the root.
    pub fn tracked_name(&self, root: &Path) -> anyhow::Result<Option<String>> {
        let path = self.path(root)?;
        let real = |path: PathBuf| match (path.parent().and_then(|it| it.canonicalize().ok()), path.file_name()) {
            (Some(parent), Some(name)) => parent.join(name),
            _ => path,
        };
        let path = path.map(real).filter(|path| path.starts_with(root));
        Ok(path.map(|path| discover::shown(root, &path)))
    }

    /// The baseline on disk.
    pub fn open(&self, project: &ScannedProject) -> anyhow::Result<Option<Baseline>> {
        let Some(path) = self.path(&project.root)? else { return Ok(None) };
        // A link that leads nowhere is a baseline that is missing, not one that was never there.
        match self {
            Self::Default if path.symlink_metadata().is_err() => Ok(None),
            _ => read(project, &path, *self != Self::Default).map(Some),
        }
    }

    /// Removes the entries that a run found to stand for nothing any more.
    pub fn prune(
        &self,
        global: &GlobalArgs,
        project: &ScannedProject,
        recorded: Option<&Baseline>,
        run: &mut Run,
    ) -> anyhow::Result<()> {
        let (Some(path), Some(recorded)) = (self.path(&project.root)?, recorded) else { return Ok(()) };
        if run.stale.is_empty() {
            return Ok(());
        }
        let draft = baseline::prune(recorded, &run.stale);
        save(&path, recorded, &draft)?;
        run.stale.clear();
        if !global.quiet {
            let (removed, left) = (draft.removed, draft.entries.len());
            terminal::print_error(&format!("{}: {removed} removed, {left} left\n", recorded.name));
        }
        Ok(())
    }

    /// The baseline as it is recorded in the index, or in the commit that stands for it. What git does not track is
    /// read from disk if it was named.
    pub fn open_recorded(&self, project: &ScannedProject, recorded: &GitFiles) -> anyhow::Result<Option<Baseline>> {
        let name = self.tracked_name(&project.root)?;
        match (name.as_ref().and_then(|name| recorded.bytes(name)), name, self) {
            (Some(bytes), Some(name), _) => {
                let bytes = bytes.map_err(|why| anyhow!("the baseline `{name}` cannot be read: {why}"))?;
                let text = String::from_utf8(bytes).map_err(|_| anyhow!("the baseline `{name}` is not UTF-8"))?;
                parse(project, &name, &text).map(Some)
            }
            (_, _, Self::Default | Self::No) => Ok(None),
            (_, _, Self::Named(_)) => self.open(project),
        }
    }
}

/// Reads a baseline; one that nobody named must lie inside the project's work tree.
fn read(project: &ScannedProject, path: &Path, named: bool) -> anyhow::Result<Baseline> {
    let name = shown(project, path);
    let within = if named { None } else { project.confined_to.as_deref() };
    let bytes = discover::read_file(path, within, LARGEST).map_err(|why| match why {
        Unread::Missing => anyhow!("the baseline `{name}` does not exist; `ssot baseline create` writes one"),
        _ => anyhow!("the baseline `{name}` cannot be read: {why}"),
    })?;
    let text = String::from_utf8(bytes).map_err(|_| anyhow!("the baseline `{name}` is not UTF-8"))?;
    parse(project, &name, &text)
}

fn parse(project: &ScannedProject, name: &str, text: &str) -> anyhow::Result<Baseline> {
    let text: Arc<str> = text.strip_prefix('\u{feff}').unwrap_or(text).into();
    let recorded = baseline::read(name, &text).map_err(|problem| Refused(vec![problem]))?;
    demand_owners(&project.rules, "a baseline")?;
    Ok(recorded)
}

/// With an inferred owner the same code could have other violations tomorrow.
pub(super) fn demand_owners(rules: &RuleSet, who: &str) -> anyhow::Result<()> {
    let in_use = |source: usize| rules.rules.iter().any(|rule| rule.source.0 == source);
    let bare = rules
        .sources
        .iter()
        .enumerate()
        .filter(|(at, source)| in_use(*at) && !source.owners_declared && !source.canonical_declared);
    let problems: Vec<Problem> = bare
        .map(|(_, source)| {
            let message = format!("source `{}` declares no owner, which {who} needs", source.id);
            let help = "write `owners = [\"path/of/the/owner.py\"]` for the source; `ssot init` proposes one";
            let origin = &source.origin;
            let (severity, kind) = (ProblemSeverity::Error, ProblemKind::Config);
            Problem::at(severity, kind, &origin.file, &origin.text, origin.span, message).with_help(help)
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(Refused(problems).into()) }
}

/// The path of a baseline as shown.
fn shown(project: &ScannedProject, path: &Path) -> String {
    match path.starts_with(&project.root) {
        true => discover::shown(&project.root, path),
        false => path.to_string_lossy().into_owned(),
    }
}
