//! The project of a run: its root, its files, and what the command line names in it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, anyhow};

use super::args::{GlobalArgs, ScanArgs, SelectArgs};
use super::paths::{self, Chosen, TrackedPaths};
use super::progress::Progress;
use super::terminal::{self, Refused};
use crate::code_host::{CheckedOut, CodeLinks};
use crate::config::{self, RulesOrigin, Settings, Start};
use crate::discover::{self, Discovered};
use crate::git::{self, Repository};
use crate::lang;
use crate::pipeline::Inputs;
use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::rule::select::RuleFilter;
use crate::rule::{FileGlob, Origin, RuleSet};
use crate::source::FileId;
use crate::suppress::Date;
use crate::tree::{Tree, TreeFile};

/// The project that a run looks at.
pub(super) struct ScannedProject {
    /// Canonical path of the project root.
    pub root: PathBuf,
    /// The origin of the rules.
    pub origin: RulesOrigin,
    /// Outside of this directory nothing is read that the rules or the project name.
    pub confined_to: Option<PathBuf>,
    /// The rules.
    pub rules: Arc<RuleSet>,
    /// The files.
    pub files: Discovered,
    /// The files and directories that the command line names.
    pub chosen: Chosen,
    /// The rules that the command line selects.
    pub selection: RuleFilter,
    /// The day of the run.
    pub today: Date,
    /// Notices about how they were found.
    pub notices: Vec<String>,
    /// Excluded files are passed over even if they are named.
    force_exclude: bool,
    /// The time before the files were listed, in nanoseconds since 1970.
    pub listed_at: i128,
    /// The files are those that git has, not those of the work tree.
    pub recorded: bool,
}

impl ScannedProject {
    /// Returns the input of a run.
    pub fn inputs(&self, exhaustive: bool) -> Inputs<'_> {
        Inputs {
            tree: &self.files.tree,
            texts: &self.files.texts,
            rules: Arc::clone(&self.rules),
            exhaustive,
            last: false,
            selection: self.selection.clone(),
            today: self.today,
            counts: None,
            baseline: None,
            problems: self.files.problems.clone(),
            notices: self.notices.clone(),
        }
    }

    /// Returns the path of the root below the top of the work tree of git, with a final `/`; empty at the top or outside.
    pub fn below(&self) -> String {
        match discover::shown(discover::work_tree(&self.root), &self.root) {
            at_top if at_top.is_empty() => at_top,
            below => format!("{below}/"),
        }
    }

    /// Asks git what is checked out; only the name of the directory outside a repository or where git is not there.
    pub fn checked_out(&self) -> CheckedOut {
        let below = self.below();
        let top = self.root.ancestors().nth(below.matches('/').count()).and_then(Path::file_name);
        let directory = top.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let named = |repository: String| match below.trim_end_matches('/') {
            "" => repository,
            below => format!("{repository}/{below}"),
        };
        let repository = Repository::open(&self.root).ok();
        let head = repository.as_ref().and_then(|it| it.head().ok().flatten());
        let (Some(repository), Some((commit, changed))) = (repository, head) else {
            return CheckedOut { project: named(directory), ..CheckedOut::default() };
        };
        let origin = repository.origin().ok().flatten();
        let day = repository.past_commit(&commit).ok().flatten().map(|it| Date::of_seconds(it.seconds).to_string());
        let links = origin.as_ref().and_then(|origin| CodeLinks::new(origin, &commit, &below));
        let project = named(origin.and_then(|origin| CodeLinks::name(&origin)).unwrap_or(directory));
        CheckedOut { project, commit: Some(commit), date: day, changed, links }
    }

    /// The files that PATHS choose; none when the whole project is reported.
    pub fn reported(&self) -> Option<BTreeSet<FileId>> {
        let chosen = |file: &&TreeFile| self.chosen.contains(&file.path);
        self.chosen.is_part().then(|| self.files.tree.files().iter().filter(chosen).map(|file| file.id).collect())
    }

    /// Returns the reason for which there is nothing to report on, if that is so.
    pub fn emptiness(&self) -> Option<Problem> {
        let files = self.files.tree.files();
        // Files that the caller names only to have the excluded ones passed over were judged by that.
        if files.iter().any(|file| self.chosen.contains(&file.path)) || !files.is_empty() && self.all_excluded() {
            return None;
        }
        let place = if self.chosen.is_part() { "in the given paths" } else { "in the project" };
        let message = format!("nothing was scanned: no {} file {place}", lang::titles());
        let problem = Problem::whole_file(ProblemSeverity::Error, ProblemKind::Note, "", message);
        Some(problem.with_help("`ssot files` lists what is scanned, and what is not with the reason"))
    }

    /// Returns true if only files were named, to be passed over where they are excluded, and all of them are.
    fn all_excluded(&self) -> bool {
        self.force_exclude
            && self.chosen.only_files()
            && self.chosen.files.iter().all(|file| self.files.tree.skipped.iter().any(|it| covers(&it.path, file)))
    }

    /// Says how the rules were found where that is worth a word and the output has no place for it.
    pub fn say_notices(&self, global: &GlobalArgs) {
        if !global.quiet {
            self.notices.iter().for_each(|notice| terminal::print_error(&format!("{notice}\n")));
        }
    }

    /// Says that nothing was scanned, and why.
    pub fn say_empty(&self, problem: &Problem) {
        let mut text = format!("{}\n", problem.message);
        for skipped in self.files.tree.skipped.iter().filter(|skipped| self.chosen.touches(&skipped.path)).take(10) {
            text += &format!("  {} is passed over: {}\n", skipped.path, skipped.reason);
        }
        terminal::print_error(&text);
    }
}

/// Returns true if what is passed over at a path (a directory with a final `/`) is the file or around it.
fn covers(skipped: &str, file: &str) -> bool {
    skipped == file || skipped.ends_with('/') && file.starts_with(skipped)
}

/// Finds the rules and the files.
pub(super) fn open(
    global: &GlobalArgs,
    args: &ScanArgs,
    select: &SelectArgs,
    progress: &Progress,
) -> anyhow::Result<ScannedProject> {
    let settings = settings(global, select)?;
    let finder = FileFinder { discover: &git::work_tree_files, tracked: None, current: current_directory()? };
    open_with(settings, args, select, progress, &finder)
}

/// Looks for the files of a project, on disk or in git.
pub(super) struct FileFinder<'a> {
    /// Looks for files below a root.
    pub discover: &'a dyn Fn(&Path, &discover::Options) -> Discovered,
    /// The paths that git has, where it is asked.
    pub tracked: Option<&'a TrackedPaths<'a>>,
    /// The canonical directory that PATHS count from.
    pub current: PathBuf,
}

/// Finds the files of a project whose rules are known.
pub(super) fn open_with(
    settings: Settings,
    args: &ScanArgs,
    select: &SelectArgs,
    progress: &Progress,
    finder: &FileFinder<'_>,
) -> anyhow::Result<ScannedProject> {
    let Settings { root, rules, problems, origin, confined_to } = settings;
    let current = &finder.current;
    let chosen = paths::resolve(&root, current, args, finder.tracked)?;
    progress.stage("looking for files");
    let options = options(args, &rules, &chosen)?;
    let listed_at = clock();
    let mut files = (finder.discover)(&root, &options);
    files.problems.extend(problems);
    files.problems.extend(here_passed_over(&root, current, &files.tree));
    let selection = RuleFilter { select: select.select.clone(), ignore: select.ignore.clone() };
    files.problems.extend(without_rules(&rules, &root, &origin));
    files.problems.sort_unstable();
    if let Some((path, bytes)) = &chosen.stdin
        && !(args.force_exclude && options.excludes(path))
    {
        lay_over(&mut files, path, bytes.clone())?;
    }
    let notices = notices(&origin);
    let (rules, today, force_exclude) = (Arc::new(rules), today()?, args.force_exclude);
    let mut project = ScannedProject {
        root,
        origin,
        confined_to,
        rules,
        files,
        chosen,
        selection,
        today,
        notices,
        force_exclude,
        listed_at,
        recorded: finder.tracked.is_some(),
    };
    if !project.chosen.files.is_empty() && project.all_excluded() {
        project.notices.push("all files that are given are excluded, so there is nothing to report on".to_owned());
    }
    Ok(project)
}

/// Returns the options by which files are scanned under these rules.
pub(super) fn options(args: &ScanArgs, rules: &RuleSet, chosen: &Chosen) -> anyhow::Result<discover::Options> {
    Ok(discover::Options {
        exclude: excluded(args, rules)?,
        ignore_gitignore: args.walk.no_respect_gitignore,
        named: chosen.files.clone(),
        force_exclude: args.force_exclude,
    })
}

/// The time in nanoseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the command line is where the time comes from")]
pub(super) fn clock() -> i128 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i128::try_from(elapsed.as_nanos()).unwrap_or(i128::MAX)
}

/// The day, in UTC: that of `SOURCE_DATE_EPOCH` where it is set, so that a run can be repeated.
#[expect(clippy::disallowed_methods, reason = "the command line is where the day comes from")]
fn today() -> anyhow::Result<Date> {
    const VARIABLE: &str = "SOURCE_DATE_EPOCH";
    let seconds = match std::env::var(VARIABLE) {
        Ok(text) if !text.is_empty() => {
            text.parse().with_context(|| format!("{VARIABLE} is `{text}`, which is no number of seconds since 1970"))?
        }
        _ => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs()),
    };
    Ok(Date::of_seconds(i64::try_from(seconds).context("the day is out of range")?))
}

/// The rules that apply here, less those that the command line leaves out, and the root as a canonical path.
pub(super) fn settings(global: &GlobalArgs, select: &SelectArgs) -> anyhow::Result<Settings> {
    selected(found(global)?, global, select)
}

/// The rules that apply here on disk.
pub(super) fn found(global: &GlobalArgs) -> anyhow::Result<Settings> {
    let named = global.config.clone().filter(|path| !path.as_os_str().is_empty());
    let start = Start::here(named).context("the current directory cannot be found")?;
    let settings = config::settings(&start);
    match &start.config {
        None => not_checked_out(&start.directory, &settings).map_or(Ok(settings), |it| Err(Refused(vec![it]).into())),
        Some(_) => Ok(settings),
    }
}

/// A rules file nearer than the one that was found that a sparse checkout leaves out: without it other rules would apply.
fn not_checked_out(current: &Path, settings: &Settings) -> Option<Problem> {
    let current = current.canonicalize().ok()?;
    let top = discover::work_tree(&current);
    let found = match &settings.origin {
        RulesOrigin::File(_) => settings.root.canonicalize().ok(),
        RulesOrigin::BuiltIn(_) => None,
    };
    let nearer: Vec<String> = current
        .ancestors()
        .take_while(|directory| Some(*directory) != found.as_deref() && directory.starts_with(top))
        .flat_map(|directory| config::CANDIDATES.map(|name| discover::shown(top, &directory.join(name))))
        .collect();
    if nearer.is_empty() {
        return None;
    }
    let path = git::left_out_path(top, &|path| nearer.iter().any(|it| it == path))?;
    let message = "the rules file is not here: the sparse checkout leaves it out";
    let help = format!("`git sparse-checkout add /{path}` brings it, `--config PATH` names another one");
    Some(Problem::whole_file(ProblemSeverity::Error, ProblemKind::Config, &path, message).with_help(help))
}

/// The rules less those that the command line leaves out, and the root as a canonical path.
pub(super) fn selected(mut settings: Settings, global: &GlobalArgs, select: &SelectArgs) -> anyhow::Result<Settings> {
    if settings.failed() {
        return Err(Refused(settings.problems).into());
    }
    settings.rules.select(&select.select, &select.ignore).map_err(Refused)?;
    settings.root = settings.root.canonicalize().context("the project root cannot be looked at")?;
    if global.verbose {
        let file = match &settings.origin {
            RulesOrigin::File(path) => path.display().to_string(),
            RulesOrigin::BuiltIn(name) => format!("the built-in pack `{name}`"),
        };
        terminal::print_error(&format!("root: {}\nrules: {file}\n", settings.root.display()));
    }
    Ok(settings)
}

/// Whoever stands in a directory that is passed over would take the result for one of that directory.
fn here_passed_over(root: &Path, current: &Path, tree: &Tree) -> Option<Problem> {
    let here = format!("{}/", discover::shown(root, current));
    let skipped =
        tree.skipped.iter().find(|skipped| skipped.path.ends_with('/') && here.starts_with(&*skipped.path))?;
    let message = format!("the current directory is passed over: {}", skipped.reason);
    let help = "a rules file in it would make it a project of its own";
    Some(Problem::whole_file(ProblemSeverity::Warning, ProblemKind::Note, &skipped.path, message).with_help(help))
}

/// A run that nothing can fail would be taken for one that found nothing.
fn without_rules(rules: &RuleSet, root: &Path, origin: &RulesOrigin) -> Option<Problem> {
    if !rules.rules.is_empty() {
        return None;
    }
    let path = match origin {
        RulesOrigin::File(path) if path.starts_with(root) => discover::shown(root, path),
        RulesOrigin::File(path) => path.to_string_lossy().into_owned(),
        RulesOrigin::BuiltIn(_) => String::new(),
    };
    let (message, help) = if rules.disabled.is_empty() {
        ("there is no rule, so nothing can be found", "write `[[rule]]`, or load a pack with `extends = [\"redis\"]`")
    } else {
        ("every rule is switched off, so nothing can be found", "`ssot rules` lists them; --select and --ignore choose")
    };
    Some(Problem::whole_file(ProblemSeverity::Warning, ProblemKind::Config, &path, message.to_owned()).with_help(help))
}

fn notices(origin: &RulesOrigin) -> Vec<String> {
    match origin {
        RulesOrigin::File(_) => Vec::new(),
        RulesOrigin::BuiltIn(name) => {
            vec![format!("no rules file was found, so the built-in pack `{name}` applies; `ssot init` writes one")]
        }
    }
}

/// The canonical current directory.
#[expect(clippy::disallowed_methods, reason = "the command line is where paths start from")]
pub(super) fn current_directory() -> anyhow::Result<PathBuf> {
    let current = std::env::current_dir().context("the current directory cannot be found")?;
    current.canonicalize().context("the current directory cannot be looked at")
}

fn excluded(args: &ScanArgs, rules: &RuleSet) -> anyhow::Result<Vec<FileGlob>> {
    let mut globs = if args.walk.exclude.is_empty() { rules.exclude.clone() } else { Vec::new() };
    for text in args.walk.exclude.iter().chain(&args.walk.extend_exclude) {
        let glob = FileGlob::new(text, Origin::default());
        globs.push(glob.map_err(|error| anyhow!("`{text}` is no valid glob: {error}"))?);
    }
    Ok(globs)
}

/// Lets a text from standard input stand for a file, which joins the tree if it is not there.
fn lay_over(files: &mut Discovered, path: &str, bytes: Vec<u8>) -> anyhow::Result<()> {
    let language = lang::of_path(path.as_ref())
        .ok_or_else(|| anyhow!("`{path}` is no {} file by its extension", lang::titles()))?;
    files.texts.lay_over(path, bytes);
    if files.tree.by_path(path).is_none() {
        let tree = std::mem::take(&mut files.tree);
        let mut all: Vec<_> = tree.files().iter().map(|file| (Arc::clone(&file.path), file.language)).collect();
        all.push((path.into(), language));
        let skipped = tree.skipped.into_iter().filter(|skipped| *skipped.path != *path).collect();
        files.tree = Tree::new(all, tree.manifests, skipped);
    }
    Ok(())
}
