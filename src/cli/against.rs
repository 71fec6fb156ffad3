//! `--staged` and `--against`: files from git instead of the work tree.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::anyhow;
use clap::Args;

use super::args::{GlobalArgs, ScanArgs, SelectArgs};
use super::baseline::{self, BaselineChoice};
use super::paths::{self, TrackedPaths};
use super::progress::Progress;
use super::project::{self, FileFinder, ScannedProject};
use super::terminal::Refused;
use crate::baseline::Baseline;
use crate::cache::Keeper;
use crate::compare::{Comparison, Reference};
use crate::config::{self, RulesOrigin, Settings, StandIn};
use crate::debt::DebtChanges;
use crate::discover::{self, Discovered};
use crate::git::{GitError, GitFiles, Repository};
use crate::pipeline::{self, Against, Inputs, OldTerms, Run, Stopwatch};
use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::report::Filters;
use crate::rule::{RuleSet, Severity};
use crate::tree::Snapshot;
use crate::violation::Confidence;

/// The files that are judged, and the reference that they are compared with.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Git")]
pub(super) struct GitArgs {
    /// Judge what is staged: the index, without unstaged changes and untracked files
    #[arg(long, conflicts_with_all = ["stdin_filename", "no_respect_gitignore"])]
    staged: bool,

    /// Compare what is staged with where REF and HEAD part; fail on what is new since then
    ///
    /// Without REF: `origin/$GITHUB_BASE_REF` if that is set, else the upstream of the current branch.
    #[arg(long, value_name = "REF", num_args = 0..=1, conflicts_with_all = ["stdin_filename", "no_respect_gitignore"])]
    against: Option<Option<String>>,

    /// Compare with REF itself, instead of where it and HEAD part
    #[arg(long, value_name = "REF", num_args = 0..=1, conflicts_with_all = ["stdin_filename", "no_respect_gitignore"])]
    against_exact: Option<Option<String>>,

    /// Let the gate pass although a change of the rules hides violations
    #[arg(long)]
    pub allow_rule_changes: bool,
}

/// A project, and what it is compared with.
pub(super) struct Opened {
    pub project: ScannedProject,
    pub baseline: Option<Baseline>,
    pub reference: Option<OldSide>,
}

/// The files of the reference, and its rules and baseline where they are others.
pub(super) struct OldSide {
    reference: Reference,
    files: Discovered,
    renames: Vec<(String, String)>,
    passed_over: BTreeMap<String, String>,
    terms: Option<ReferenceTerms>,
    /// Notices about them.
    pub notices: Vec<String>,
}

/// The project of today, and what git has of it.
#[derive(Clone, Copy)]
struct Today<'a> {
    project: &'a ScannedProject,
    files: &'a GitFiles,
}

/// The rules and the baseline of the reference, and what these rules scan.
struct ReferenceTerms {
    rules: Arc<RuleSet>,
    rules_differ: bool,
    baseline: Option<Arc<Baseline>>,
    baseline_differs: bool,
    old: Discovered,
    today: Discovered,
}

impl GitArgs {
    /// Arguments that compare with a reference, if there is one.
    pub fn since(reference: Option<&str>) -> Self {
        Self { against: reference.map(|it| Some(it.to_owned())), ..Self::default() }
    }

    /// The project as these arguments want it read.
    pub fn open(
        &self,
        global: &GlobalArgs,
        scan: &ScanArgs,
        select: &SelectArgs,
        wanted: &BaselineChoice,
        progress: &Progress,
    ) -> anyhow::Result<Opened> {
        let compared = self.against.is_some() || self.against_exact.is_some();
        if !self.staged && !compared {
            let project = project::open(global, scan, select, progress)?;
            return Ok(Opened { baseline: wanted.open(&project)?, project, reference: None });
        }
        progress.stage("asking git");
        let found = project::found(global)?;
        let root =
            found.root.canonicalize().map_err(|error| anyhow!("the project root cannot be looked at: {error}"))?;
        let repository = Repository::open(&root).map_err(refused)?;
        if repository.is_bare() && !compared {
            let message = "a bare repository has no index, so nothing can be staged in it";
            let help = "`ssot check --against REF` compares its HEAD with a reference".to_owned();
            return Err(refused(GitError { message: message.to_owned(), help }));
        }
        let named = if compared { Some(self.reference(&repository)?) } else { None };
        let today = if repository.is_bare() { repository.commit_files("HEAD") } else { repository.index() };
        let today = today.map_err(refused)?;
        let disk_counts = !repository.is_bare() && global.config.is_some();
        let settings = project::selected(as_recorded(found, &root, &today, disk_counts), global, select)?;
        let find = |_: &Path, options: &discover::Options| today.discover(options);
        let tracked = TrackedPaths { has_file: &|path| today.has(path), has_below: &|path| today.has_below(path) };
        let finder = FileFinder { discover: &find, tracked: Some(&tracked), current: project::current_directory()? };
        let project = project::open_with(settings, scan, select, progress, &finder)?;
        let reference = match named {
            Some(reference) => {
                baseline::demand_owners(&project.rules, "a comparison")?;
                let today = Today { project: &project, files: &today };
                Some(OldSide::open(reference, &repository, today, scan, wanted)?)
            }
            None => None,
        };
        Ok(Opened { baseline: wanted.open_recorded(&project, &today)?, project, reference })
    }

    fn reference(&self, repository: &Repository) -> anyhow::Result<Reference> {
        let name = match (
            self.against.as_ref().and_then(Option::as_ref),
            self.against_exact.as_ref().and_then(Option::as_ref),
        ) {
            (Some(one), Some(other)) if one != other => {
                return Err(anyhow!("`{one}` and `{other}` are both given as references; put `--` before PATHS"));
            }
            (Some(name), _) | (None, Some(name)) => name.clone(),
            (None, None) => repository.default_reference(github_base().as_deref()).map_err(refused)?,
        };
        repository.reference(&name, self.against_exact.is_some()).map_err(refused)
    }
}

/// The rules as they are recorded in `today`, where that is not what the disk has. A file that is not recorded gives way
/// to one that is, unless `disk_counts` because it was named.
pub(super) fn as_recorded(found: Settings, root: &Path, today: &GitFiles, disk_counts: bool) -> Settings {
    let confined_to = found.confined_to.clone();
    let path = match &found.origin {
        RulesOrigin::File(path) => Some(path.as_path()),
        RulesOrigin::BuiltIn(_) => None,
    };
    let differs = found.rules.files.iter().any(|file| today.differs_from_work_tree(&file.name));
    let recorded = path.is_some_and(|path| today.has(&discover::shown(&found.root, path)));
    // Which directories have rules files is for git to say too.
    let differs = differs || recorded && found.rules.lists_projects;
    if !differs && !found.failed() && (recorded || disk_counts) {
        return found;
    }
    config::stored(
        root,
        path,
        confined_to.as_deref(),
        StandIn { bytes: &|name| today.bytes(name), paths: &|| today.paths() },
    )
    .unwrap_or(found)
}

impl OldSide {
    fn open(
        reference: Reference,
        repository: &Repository,
        today: Today<'_>,
        scan: &ScanArgs,
        wanted: &BaselineChoice,
    ) -> anyhow::Result<Self> {
        let Today { project, files: today } = today;
        let mut old = repository.commit_files(&reference.commit).map_err(refused)?;
        old.share(today);
        let renames = repository.renames(&reference.commit).map_err(refused)?;
        // PATHS are of today; what they name need not exist in the reference.
        let everything = paths::Chosen::default();
        let files = old.discover(&project::options(scan, &project.rules, &everything)?);
        let mut notices = Vec::new();
        let rules = stricter(project, today, &old).unwrap_or_else(|why| {
            notices.push(format!("the rules of `{}` are not applied: {why}", reference.name));
            None
        });
        let name = wanted.tracked_name(&project.root)?;
        let baseline_differs = name.is_some_and(|name| !today.agrees(&old, &[&name]));
        let terms = if rules.is_some() || baseline_differs {
            let baseline = wanted.open_recorded(project, &old).unwrap_or_else(|why| {
                notices.push(format!("the baseline of `{}` is not applied: {why}", reference.name));
                None
            });
            let (baseline, rules_differ) = (baseline.map(Arc::new), rules.is_some());
            let rules = rules.map_or_else(|| Arc::clone(&project.rules), Arc::new);
            let today = today.discover(&project::options(scan, &rules, &project.chosen)?);
            let old = old.discover(&project::options(scan, &rules, &everything)?);
            Some(ReferenceTerms { rules, rules_differ, baseline, baseline_differs, old, today })
        } else {
            None
        };
        let passed_over = today.passed_over(&project.files.tree);
        Ok(Self { reference, files, renames, passed_over, terms, notices })
    }

    /// The rules of the reference, where they are not those of today.
    pub fn rules(&self) -> Option<&RuleSet> {
        self.terms.as_ref().filter(|terms| terms.rules_differ).map(|terms| &*terms.rules)
    }

    /// Compares a run with this side.
    pub fn compare(
        &self,
        project: &ScannedProject,
        inputs: &Inputs<'_>,
        run: &mut Run,
        keeper: Option<&Keeper>,
        filters: &Filters,
        watch: &mut Stopwatch,
    ) -> anyhow::Result<Comparison> {
        let chosen = |path: &str| project.chosen.contains(path);
        let against = Against { filters, chosen: &chosen, ..self.against(keeper) };
        Ok(pipeline::compare(inputs, run, &against, watch).map_err(Refused)?)
    }

    /// Tells what changed in the debt of the whole project since this side.
    pub fn changes(
        &self,
        inputs: &Inputs<'_>,
        run: &Run,
        keeper: Option<&Keeper>,
        watch: &mut Stopwatch,
    ) -> anyhow::Result<DebtChanges> {
        Ok(pipeline::changes(inputs, run, &self.against(keeper), watch).map_err(Refused)?)
    }

    /// This side, with nothing of today left out.
    fn against<'s>(&'s self, keeper: Option<&'s Keeper>) -> Against<'s> {
        const ALL: Filters = Filters { files: None, min_severity: Severity::Note, min_confidence: Confidence::Low };
        let terms = self.terms.as_ref().map(|terms| OldTerms {
            rules: Arc::clone(&terms.rules),
            rules_differ: terms.rules_differ,
            baseline: terms.baseline.clone(),
            baseline_differs: terms.baseline_differs,
            old: snapshot(&terms.old),
            today: snapshot(&terms.today),
        });
        Against {
            reference: self.reference.clone(),
            old: snapshot(&self.files),
            renames: &self.renames,
            passed_over: &self.passed_over,
            keeper,
            terms,
            filters: &ALL,
            chosen: &|_| true,
        }
    }
}

fn snapshot(found: &Discovered) -> Snapshot<'_> {
    Snapshot { tree: &found.tree, texts: &found.texts }
}

/// The rules of the reference, if they are not those of today.
fn stricter(project: &ScannedProject, today: &GitFiles, old: &GitFiles) -> Result<Option<RuleSet>, String> {
    let path = match &project.origin {
        RulesOrigin::File(path) => Some(path.as_path()),
        RulesOrigin::BuiltIn(_) => None,
    };
    let names: Vec<&str> = project.rules.files.iter().map(|file| &*file.name).collect();
    if path.is_some()
        && !project.rules.lists_projects
        && names.iter().all(|name| name.starts_with("pack:") || today.has(name))
        && today.agrees(old, &names)
    {
        return Ok(None);
    }
    let inside = |name: &str| !name.starts_with('/') && !name.starts_with("../");
    let missing = || Err("it is not in the reference".to_owned());
    let content = |name: &str| old.bytes(name).or_else(|| inside(name).then(missing));
    let stand_in = StandIn { bytes: &content, paths: &|| old.paths() };
    let Some(settings) = config::stored(&project.root, path, project.confined_to.as_deref(), stand_in) else {
        // Neither side has a rules file, so the built-in pack applies to both.
        return if path.is_none() { Ok(None) } else { Err("it has no rules file".to_owned()) };
    };
    if let Some(problem) = settings.problems.iter().find(|problem| problem.severity == ProblemSeverity::Error) {
        return Err(format!("{}:{}: {}", problem.path, problem.line, problem.message));
    }
    let mut rules = settings.rules;
    let same = |it: &crate::rule::RulesFile| (Arc::clone(&it.name), it.sha256.clone());
    if rules.files.iter().map(same).eq(project.rules.files.iter().map(same)) {
        return Ok(None);
    }
    // A rule that is selected today need not exist there.
    let keeps = |id: &str| crate::rule::select::is_selected(id, &project.selection.select, &project.selection.ignore);
    rules.rules.retain(|rule| keeps(&rule.id));
    Ok(Some(rules))
}

/// A refusal of git as a problem with its remedy.
pub(super) fn refused(error: GitError) -> anyhow::Error {
    let problem = Problem::whole_file(ProblemSeverity::Error, ProblemKind::Config, "", error.message);
    Refused(vec![problem.with_help(error.help)]).into()
}

/// The branch that a pull request on GitHub goes to.
#[expect(clippy::disallowed_methods, reason = "the command line reads the environment")]
fn github_base() -> Option<String> {
    std::env::var("GITHUB_BASE_REF").ok()
}
