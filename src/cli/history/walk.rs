//! The walk of a history: one commit after the other is measured, the newest first, each from what the one before left.

use std::sync::Arc;

use anyhow::anyhow;

use super::{CommitRange, HistoryArgs};
use crate::cache::{Fingerprint, FingerprintBuilder, Keeper, State};
use crate::cli::args::{GlobalArgs, ScanArgs, SelectArgs};
use crate::cli::cache::{self, FilesKept, StateFile};
use crate::cli::paths::Chosen;
use crate::cli::progress::Progress;
use crate::cli::project::{self, ScannedProject};
use crate::config::{self, RulesOrigin, StandIn};
use crate::discover::Discovered;
use crate::git::{GitFiles, Repository};
use crate::history::{
    Archive, History, HistoryPoint, NewestOwners, PastCommit, PastFindings, PastOutcome, RenameFollower,
};
use crate::pipeline::{self, Inputs, Run, Stopwatch};
use crate::problem::ProblemSeverity;
use crate::report;
use crate::rule::select::is_selected;
use crate::rule::{RuleSet, load_pack, pack};
use crate::suppress;
use crate::tree::Snapshot;

/// Measures one commit after the other.
pub(super) struct CommitWalk<'a> {
    global: &'a GlobalArgs,
    args: &'a HistoryArgs,
    repository: &'a Repository,
    /// The project at `HEAD`.
    project: &'a ScannedProject,
    /// The place of what is kept between runs.
    place: Option<StateFile>,
    /// Every result that was kept is compared with one that was not.
    verify: bool,
    archive: Archive,
    /// The state that the commit before left.
    state: Option<Arc<State>>,
    /// The commit before.
    newer: String,
}

/// The rules by which all commits are judged, and the owners that they have at `HEAD`.
struct TodaysRules<'a> {
    follower: RenameFollower<'a>,
    owners: NewestOwners,
}

/// The rules for one commit, before it is known what was renamed in it.
struct PastTerms {
    rules: Arc<RuleSet>,
    /// Of everything that the state depends on besides the files.
    key: FingerprintBuilder,
    /// Of everything that the measurement depends on.
    archived: Fingerprint,
}

impl<'a> CommitWalk<'a> {
    pub fn new(
        global: &'a GlobalArgs,
        args: &'a HistoryArgs,
        repository: &'a Repository,
        project: &'a ScannedProject,
    ) -> anyhow::Result<Self> {
        let place = StateFile::of(global, project, FilesKept::History).filter(|_| !args.rules.exhaustive);
        let state = place.as_ref().and_then(StateFile::read);
        let archive = place.as_ref().and_then(StateFile::read_archive).unwrap_or_default();
        let (verify, newer) = (cache::must_verify()?, "HEAD".to_owned());
        Ok(Self { global, args, repository, project, place, verify, archive, state, newer })
    }

    /// Measures the commits of a range.
    pub fn history(mut self, range: CommitRange, progress: &Progress) -> anyhow::Result<History> {
        let CommitRange { commits, before, parents, mut notices } = range;
        notices.splice(0..0, self.project.notices.iter().cloned());
        if commits.is_empty() {
            return Ok(History { notices, ..History::default() });
        }
        progress.stage(format!("analysing {} files of the newest commit", self.project.files.tree.files().len()));
        let newest = (!self.args.rules_of_commit).then(|| self.newest());
        let mut today = newest.as_ref().map(|run| self.today(run));
        if let Some(run) = &newest {
            notices.extend(report::inferred_owners(&run.findings.sources, &self.project.rules));
        }
        let total = commits.len() + usize::from(before.is_some());
        let before = before.into_iter().map(|commit| (commit, true));
        let mut points = Vec::new();
        for (commit, before) in before.chain(commits.into_iter().map(|commit| (commit, false))).rev() {
            progress.stage(format!("measuring commit {} of {total}", points.len() + 1));
            let reading = match newest.as_ref().filter(|_| points.is_empty()) {
                Some(run) => {
                    let measurement = measured(run, &self.project.files);
                    let terms = self.terms(Arc::clone(&self.project.rules), &commit, today.as_ref());
                    self.keep(terms.archived, run, &measurement);
                    PastOutcome::Measured(measurement)
                }
                None => self.reading(&commit, today.as_mut())?,
            };
            if points.is_empty() {
                self.keep_state();
            }
            self.newer.clone_from(&commit.id);
            points.push(HistoryPoint { commit, reading: self.restricted(reading), unowned: Vec::new(), before });
        }
        self.keep_archive();
        points.reverse();
        let renames = |old: &str, new: &str| self.repository.renames_between(old, new).unwrap_or_default();
        Ok(History::new(points, &parents, &renames, notices))
    }

    /// Keeps what the newest commit left: the next history begins at one that is like it.
    fn keep_state(&self) {
        if let (Some(place), Some(state)) = (&self.place, &self.state) {
            place.keep(state, self.project, self.global);
        }
    }

    fn keep_archive(&self) {
        if let Some(place) = self.place.as_ref().filter(|_| self.archive.has_changed()) {
            place.keep_archive(&self.archive, self.project, self.global);
        }
    }

    /// Leaves out what PATHS do not choose.
    fn restricted(&self, reading: PastOutcome) -> PastOutcome {
        match reading {
            PastOutcome::Measured(it) => {
                PastOutcome::Measured(it.restricted(&|path| self.project.chosen.contains(path)))
            }
            unread => unread,
        }
    }

    /// Analyses the newest commit, and infers the owners that no rules file declares.
    fn newest(&mut self) -> Run {
        let inputs = self.project.inputs(self.args.rules.exhaustive);
        let key = cache::key(&self.project.root, &self.project.rules);
        let keeper = self.keeper(key);
        let run = pipeline::run_keeping(&inputs, keeper.as_ref(), &mut Stopwatch::start());
        self.go_on_from(keeper);
        run
    }

    fn keeper(&self, key: FingerprintBuilder) -> Option<Keeper> {
        self.place.as_ref()?;
        Some(Keeper::new(self.state.clone(), key.finish(), self.project.listed_at))
    }

    fn go_on_from(&mut self, keeper: Option<Keeper>) {
        if let Some(state) = keeper.and_then(|keeper| keeper.new_state()) {
            self.state = Some(state);
        }
    }

    /// The rules of today, with the owners that the newest commit has.
    fn today(&self, newest: &Run) -> TodaysRules<'a> {
        let files = snapshot(&self.project.files);
        let mut rules = RuleSet::clone(&self.project.rules);
        let owners = NewestOwners::declare(&mut rules, &newest.findings, files.tree);
        TodaysRules { follower: RenameFollower::new(Arc::new(rules), &newest.findings.sources, files), owners }
    }

    fn reading(&mut self, commit: &PastCommit, mut today: Option<&mut TodaysRules<'_>>) -> anyhow::Result<PastOutcome> {
        let unread = |files: u64, reason: String| Ok(PastOutcome::Unread { files, reason });
        let files = match self.repository.commit_files(&commit.id) {
            Ok(files) => files,
            Err(error) => return unread(1, error.message),
        };
        let terms = match &mut today {
            Some(today) => {
                self.follow(commit, &files, today);
                self.terms(Arc::clone(&self.project.rules), commit, Some(today))
            }
            None => match self.rules_of(&files) {
                Ok(rules) => self.terms(Arc::new(rules), commit, None),
                Err(why) => return unread(0, format!("{why:#}")),
            },
        };
        let kept = self.archive.get(terms.archived, self.project.today);
        if let Some(kept) = kept.clone().filter(|_| !self.verify) {
            return Ok(PastOutcome::Measured(kept));
        }
        let options = project::options(&ScanArgs::default(), &terms.rules, &Chosen::default())?;
        let found = files.discover(&options);
        let rules = match &today {
            Some(today) => today.follower.rules(snapshot(&found)),
            None => terms.rules,
        };
        let owners = today.map(|today| today.owners.clone()).unwrap_or_default();
        let inputs = Inputs {
            tree: &found.tree,
            texts: &found.texts,
            rules,
            problems: Vec::new(),
            notices: Vec::new(),
            ..self.project.inputs(self.args.rules.exhaustive)
        };
        let keeper = self.keeper(terms.key);
        let run = pipeline::run_past(&inputs, &owners, keeper.as_ref());
        if files.unread() > 0 {
            // What could not be read says nothing of the next commit either, so that nothing of this one is kept.
            let number = files.unread() as u64;
            let what = if number == 1 { "1 file".to_owned() } else { format!("{number} files") };
            return unread(number, format!("the content of {what} is not in this clone; a full clone has it"));
        }
        self.go_on_from(keeper);
        let measurement = measured(&run, &found);
        if self.verify {
            let fresh = measured(&pipeline::run_past(&inputs, &owners, None), &found);
            if kept.into_iter().chain([measurement.clone()]).any(|kept| kept != fresh) {
                return Err(differing(commit));
            }
        }
        self.keep(terms.archived, &run, &measurement);
        Ok(PastOutcome::Measured(measurement))
    }

    fn terms(&self, rules: Arc<RuleSet>, commit: &PastCommit, today: Option<&TodaysRules<'_>>) -> PastTerms {
        let mut key = cache::key(&self.project.root, &rules);
        if let Some(TodaysRules { follower, owners }) = today {
            owners.describe(&mut key);
            follower.describe(&mut key);
        }
        let archived = key.clone().with(&commit.tree).finish();
        PastTerms { rules, key, archived }
    }

    fn keep(&mut self, key: Fingerprint, run: &Run, measurement: &PastFindings) {
        if self.place.is_some() {
            let day = suppress::depends_on_day(&run.findings).then_some(self.project.today);
            self.archive.keep(key, measurement.clone(), day);
        }
    }

    /// Follows the files that the rules name to the paths that they have in a commit.
    fn follow(&self, commit: &PastCommit, files: &GitFiles, today: &mut TodaysRules<'_>) {
        let renames = || self.repository.renames_between(&commit.id, &self.newer).unwrap_or_default();
        today.follower.follow(&|path| files.has(path), &renames);
    }

    /// The rules that a commit has itself; the built-in pack where it has none.
    fn rules_of(&self, files: &GitFiles) -> anyhow::Result<RuleSet> {
        let path = match &self.project.origin {
            RulesOrigin::File(path) => Some(path.as_path()),
            RulesOrigin::BuiltIn(_) => None,
        };
        let inside = |name: &str| !name.starts_with('/') && !name.starts_with("../");
        let missing = || Err("it is not in the commit".to_owned());
        let content = |name: &str| files.bytes(name).or_else(|| inside(name).then(missing));
        let stand_in = StandIn { bytes: &content, paths: &|| files.paths() };
        let stored = config::stored(&self.project.root, path, self.project.confined_to.as_deref(), stand_in);
        let (mut rules, problems) = stored.map_or_else(|| load_pack(pack::DEFAULT), |it| (it.rules, it.problems));
        if let Some(problem) = problems.iter().find(|problem| problem.severity == ProblemSeverity::Error) {
            return Err(anyhow!("its rules cannot be used: {}:{}: {}", problem.path, problem.line, problem.message));
        }
        let SelectArgs { select, ignore, .. } = &self.args.rules;
        rules.rules.retain(|rule| is_selected(&rule.id, select, ignore));
        Ok(rules)
    }
}

fn measured(run: &Run, files: &Discovered) -> PastFindings {
    PastFindings::of(&run.findings, &run.score, &|file| Arc::clone(&files.tree.file(file).path))
}

fn differing(commit: &PastCommit) -> anyhow::Error {
    let id = &commit.id;
    anyhow!(
        "kept results and a run without them differ, at commit {id}; please report it, and use --no-cache meanwhile"
    )
}

fn snapshot(found: &Discovered) -> Snapshot<'_> {
    Snapshot { tree: &found.tree, texts: &found.texts }
}
