//! `ssot history`: the score of each commit, read from the objects of git.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum, ValueHint};

use super::against::{as_recorded, refused};
use super::args::{GlobalArgs, ScanArgs, SelectArgs};
use super::paths::TrackedPaths;
use super::progress::Progress;
use super::project::{self, FileFinder};
use super::{RunOutcome, terminal, values};
use crate::discover;
use crate::git::{GitError, Repository};
use crate::history::{History, Interval, PastCommit};
use crate::render::{self, RenderOptions};
use crate::suppress::Date;

mod walk;

use walk::CommitWalk;

/// Arguments of `ssot history`.
#[derive(Debug, Args)]
pub(super) struct HistoryArgs {
    /// Begin after this commit, branch or tag, or with this day (YYYY-MM-DD, UTC) [default: the first commit]
    #[arg(long, value_name = "REF|DATE")]
    since: Option<String>,

    /// Look at the last commit of each day or week, at those that a tag names, or at every one
    #[arg(long, value_name = "INTERVAL", default_value = "commit", value_parser = values::interval())]
    every: Interval,

    /// Look at the commits of merged branches too, instead of first parents alone
    #[arg(long)]
    all_commits: bool,

    /// Count violations and rivals of this file or directory alone; can be repeated
    ///
    /// Scores are those of the whole project in any case.
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    path: Vec<PathBuf>,

    /// Judge each commit by the rules that it has itself, instead of those of today
    #[arg(long)]
    rules_of_commit: bool,

    /// How to write the history
    #[arg(long, visible_alias = "output-format", value_name = "FORMAT", default_value = "text")]
    format: HistoryFormat,

    #[command(flatten)]
    rules: SelectArgs,
}

/// Formats of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum HistoryFormat {
    /// A line for each source, and the commits that moved the score
    Text,
    /// One JSON document
    Json,
    /// A row for each commit
    Csv,
}

pub(super) fn run(global: &GlobalArgs, args: &HistoryArgs) -> anyhow::Result<RunOutcome> {
    let progress = Progress::start(global);
    progress.stage("asking git");
    let found = project::found(global)?;
    let root = found.root.canonicalize().context("the project root cannot be looked at")?;
    let repository = Repository::open(&root).map_err(refused)?;
    let range = CommitRange::of(&repository, args)?;
    let today = repository.commit_files("HEAD").map_err(refused)?;
    let found = if repository.is_bare() { as_recorded(found, &root, &today, global.config.is_some()) } else { found };
    let settings = project::selected(found, global, &args.rules)?;
    let scan = ScanArgs { paths: args.path.clone(), ..ScanArgs::default() };
    let find = |_: &Path, options: &discover::Options| today.discover(options);
    let tracked = TrackedPaths { has_file: &|path| today.has(path), has_below: &|path| today.has_below(path) };
    let finder = FileFinder { discover: &find, tracked: Some(&tracked), current: project::current_directory()? };
    let project = project::open_with(settings, &scan, &args.rules, &progress, &finder)?;
    let history = CommitWalk::new(global, args, &repository, &project)?.history(range, &progress)?;
    drop(progress);
    write(global, args, &history)?;
    if let Some(problem) = project.emptiness().filter(|_| !history.points.is_empty()) {
        project.say_empty(&problem);
        return Ok(RunOutcome::Incomplete);
    }
    let unread = !history.points.is_empty() && history.listed().all(|point| point.measurement().is_none());
    Ok(if unread { RunOutcome::Incomplete } else { RunOutcome::Passed })
}

fn write(global: &GlobalArgs, args: &HistoryArgs, history: &History) -> anyhow::Result<()> {
    let look = terminal::stdout_look(global.color);
    let options = RenderOptions {
        color: look.color,
        width: look.width,
        verbosity: global.verbosity(),
        ..RenderOptions::default()
    };
    let mut bytes = Vec::new();
    match args.format {
        HistoryFormat::Text => render::history_text(history, &options, &mut bytes)?,
        HistoryFormat::Json => render::history_json(history, &mut bytes)?,
        HistoryFormat::Csv => render::history_csv(history, &mut bytes)?,
    }
    terminal::print(&bytes)?;
    if args.format == HistoryFormat::Csv && !global.quiet {
        history.notices.iter().for_each(|notice| terminal::print_error(&format!("{notice}\n")));
    }
    Ok(())
}

/// The commits that are looked at.
struct CommitRange {
    /// Oldest first.
    commits: Vec<PastCommit>,
    /// The one before the first of them, to compare that with.
    before: Option<PastCommit>,
    /// The first parent of each commit, looked at or not.
    parents: BTreeMap<String, String>,
    notices: Vec<String>,
}

impl CommitRange {
    fn of(repository: &Repository, args: &HistoryArgs) -> anyhow::Result<Self> {
        if repository.commit("HEAD").map_err(refused)?.is_none() {
            let message = "there is no commit on this branch yet";
            return Err(refused(GitError::new(message, "a history needs a commit; `ssot check` needs none")));
        }
        let (since, first_day) = Self::start(repository, args.since.as_deref())?;
        let all = repository.past(since.as_deref(), args.all_commits).map_err(refused)?;
        let first_parent = |commit: &PastCommit| Some((commit.id.clone(), commit.parents.first()?.clone()));
        let parents: BTreeMap<String, String> = all.iter().filter_map(first_parent).collect();
        let mut commits = all;
        commits.retain(|commit| first_day.is_none_or(|day| Date::of_seconds(commit.seconds) >= day));
        let mut notices = Vec::new();
        if repository.ends_in(&commits).map_err(refused)? {
            let help = "`git fetch --unshallow` gets the rest (`fetch-depth: 0` for actions/checkout, `GIT_DEPTH: 0` on GitLab)";
            notices.push(format!("this clone is shallow, so that its history ends early; {help}"));
        }
        if let (true, Some(since)) = (commits.is_empty(), &args.since) {
            notices.push(format!("there is no commit after `{since}`"));
        }
        let before = match commits.first().and_then(|first| parents.get(&first.id)) {
            Some(parent) => repository.past_commit(parent).map_err(refused)?,
            None => None,
        };
        Ok(Self { commits: args.every.chosen(commits), before, parents, notices })
    }

    /// The commit after which the range begins, or the first day of it.
    fn start(repository: &Repository, since: Option<&str>) -> anyhow::Result<(Option<String>, Option<Date>)> {
        let Some(name) = since else { return Ok((None, None)) };
        if let Some(commit) = repository.commit(name).map_err(refused)? {
            return Ok((Some(commit), None));
        }
        match Date::parse(name) {
            Some(day) => Ok((None, Some(day))),
            None => {
                let GitError { message, help } = repository.unknown(name);
                let help = format!("{help}; a day is written `2026-01-31`");
                Err(refused(GitError::new(format!("{message}, and no day"), help)))
            }
        }
    }
}
