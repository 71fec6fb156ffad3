//! Results that are kept between runs, and `ssot cache`, which shows and clears them.
//!
//! A run that cannot read or write them goes on without: they only save time. Each project, rules file and kind of tree has
//! one file, which is replaced whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::{Context, anyhow};
use clap::Args;
use etcetera::BaseStrategy;

use super::args::GlobalArgs;
use super::project::ScannedProject;
use super::{RunOutcome, terminal};
use crate::cache::{Damaged, FingerprintBuilder, Keeper, State};
use crate::history::Archive;
use crate::pipeline::{self, Inputs, Run, Stopwatch};
use crate::rule::RuleSet;
use crate::store;

/// So many states are kept; the oldest go first.
const MOST_STATES: usize = 64;

/// The extension of a state.
const EXTENSION: &str = "state";

/// The extension of the measurements of commits.
const ARCHIVE_EXTENSION: &str = "history";

/// Arguments of `ssot cache`.
#[derive(Debug, Args)]
pub(super) struct CacheArgs {
    /// Remove everything that is kept
    #[arg(long)]
    clear: bool,
}

/// Runs the stages over a project, with what was kept of an earlier run.
pub(super) fn run(
    global: &GlobalArgs,
    project: &ScannedProject,
    inputs: &Inputs<'_>,
    watch: &mut Stopwatch,
) -> anyhow::Result<Run> {
    Ok(run_keeping(global, project, inputs, watch)?.0)
}

/// Does the same, and gives what a run over other files of the project can start from.
pub(super) fn run_keeping(
    global: &GlobalArgs,
    project: &ScannedProject,
    inputs: &Inputs<'_>,
    watch: &mut Stopwatch,
) -> anyhow::Result<(Run, Option<Keeper>)> {
    let verify = must_verify()?;
    let files = if project.recorded { FilesKept::Recorded } else { FilesKept::WorkTree };
    let Some(place) = StateFile::of(global, project, files).filter(|_| !inputs.exhaustive) else {
        return Ok((pipeline::run(inputs, watch), None));
    };
    let keeper = Keeper::new(place.read(), key(&project.root, &project.rules).finish(), project.listed_at);
    watch.lap("cache");
    let run = pipeline::run_keeping(inputs, Some(&keeper), watch);
    if let Some(state) = keeper.new_state() {
        place.keep(&state, project, global);
    }
    watch.lap("cache");
    if verify {
        let again = pipeline::run(inputs, &mut Stopwatch::start());
        if again.findings.described() != run.findings.described() {
            return Err(anyhow!(
                "kept results and a run without them differ, in `{}`; please report it, and use --no-cache meanwhile",
                place.file.display()
            ));
        }
    }
    Ok((run, Some(keeper)))
}

/// Returns whether the environment asks for both ways to run, with and without kept results.
#[expect(clippy::disallowed_methods, reason = "the command line is where the environment is read")]
pub(super) fn must_verify() -> anyhow::Result<bool> {
    match std::env::var("SSOT_CACHE").as_deref() {
        Ok("verify") => Ok(true),
        Ok("") | Err(_) => Ok(false),
        Ok(other) => Err(anyhow!("SSOT_CACHE is `{other}`; it can only be `verify`")),
    }
}

/// The files of which a state is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FilesKept {
    /// Those of the work tree.
    WorkTree,
    /// Those of the index.
    Recorded,
    /// Those of `HEAD`, for histories.
    History,
}

/// The file in which the state of a project stands.
pub(super) struct StateFile {
    file: PathBuf,
    /// The file for the work tree, where this one is for what git has of it: most files are the same.
    of_work_tree: Option<PathBuf>,
}

impl StateFile {
    /// Returns the place for a project; none if nothing is to be kept, or there is nowhere to keep it.
    pub fn of(global: &GlobalArgs, project: &ScannedProject, files: FilesKept) -> Option<Self> {
        let directory = directory(global).filter(|_| !global.no_cache)?;
        let file = |files: FilesKept| {
            let mut name = FingerprintBuilder::default();
            name.add(project.root.as_os_str().as_encoded_bytes());
            name.add([files as u8]);
            project.rules.files.iter().for_each(|file| name.add(&*file.name));
            directory.join(format!("{}.{EXTENSION}", name.finish()))
        };
        let of_work_tree = (files == FilesKept::Recorded).then(|| file(FilesKept::WorkTree));
        Some(Self { file: file(files), of_work_tree })
    }

    /// Reads the state; whatever is wrong with it only costs time.
    #[expect(clippy::disallowed_methods, reason = "the file is the program's own")]
    pub fn read(&self) -> Option<Arc<State>> {
        let age = |file: &Path| file.metadata().and_then(|metadata| metadata.modified()).ok();
        let latest = std::iter::once(&self.file).chain(&self.of_work_tree).max_by_key(|file| age(file))?;
        State::from_bytes(&fs::read(latest).ok()?).ok().map(|(_, state)| Arc::new(state))
    }

    /// Writes the state; that it cannot be written is no error.
    pub fn keep(&self, state: &State, project: &ScannedProject, global: &GlobalArgs) {
        self.keep_bytes(&self.file, &state.to_bytes(&project.root.to_string_lossy()), global);
    }

    /// Reads the measurements of commits; whatever is wrong with them only costs time.
    #[expect(clippy::disallowed_methods, reason = "the file is the program's own")]
    pub fn read_archive(&self) -> Option<Archive> {
        Archive::from_bytes(&fs::read(self.archive()).ok()?).ok().map(|(_, archive)| archive)
    }

    /// Writes the measurements of commits; that they cannot be written is no error.
    pub fn keep_archive(&self, archive: &Archive, project: &ScannedProject, global: &GlobalArgs) {
        self.keep_bytes(&self.archive(), &archive.to_bytes(&project.root.to_string_lossy()), global);
    }

    /// The file for the measurements of commits.
    fn archive(&self) -> PathBuf {
        self.file.with_extension(ARCHIVE_EXTENSION)
    }

    fn keep_bytes(&self, file: &Path, bytes: &[u8], global: &GlobalArgs) {
        if let Err(error) = self.write(file, bytes)
            && global.verbose
        {
            terminal::print_error(&format!("results are not kept: {error:#}\n"));
        }
    }

    fn write(&self, file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
        let directory = file.parent().context("there is no directory for it")?;
        if !directory.is_dir() {
            fs::create_dir_all(directory)?;
            store::write(&directory.join("CACHEDIR.TAG"), CACHE_TAG.as_bytes())?;
        }
        store::write(file, bytes)?;
        let mut states = states(directory);
        states.sort_by_key(|state| std::cmp::Reverse(state.written));
        states.iter().skip(MOST_STATES).for_each(|state| {
            let _gone = fs::remove_file(&state.file);
        });
        Ok(())
    }
}

/// Tells backup programs, and this one, that nothing in the directory is worth reading (<https://bford.info/cachedir/>).
const CACHE_TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n# Results that ssot keeps between runs.\n";

/// The directory for kept results.
fn directory(global: &GlobalArgs) -> Option<PathBuf> {
    let named = global.cache_dir.clone().filter(|path| !path.as_os_str().is_empty());
    named.or_else(|| Some(etcetera::choose_base_strategy().ok()?.cache_dir().join("ssot")))
}

/// Everything that the results depend on besides the files: the program, the rules, and what was selected of them.
pub(super) fn key(root: &Path, rules: &RuleSet) -> FingerprintBuilder {
    let mut key = FingerprintBuilder::default().with(env!("CARGO_PKG_VERSION"));
    program(&mut key);
    key.add(root.as_os_str().as_encoded_bytes());
    for file in &rules.files {
        key.add(&*file.name);
        key.add(&file.sha256);
    }
    for rule in &rules.rules {
        key.add(&*rule.id);
    }
    key
}

/// Adds what tells two builds of one version apart.
fn program(key: &mut FingerprintBuilder) {
    let metadata = std::env::current_exe().and_then(fs::metadata);
    let Ok(metadata) = metadata else { return };
    key.add(metadata.len().to_le_bytes());
    let built = metadata.modified().ok().and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
    key.add(built.unwrap_or_default().as_nanos().to_le_bytes());
}

/// A state on disk.
struct StoredState {
    file: PathBuf,
    size: u64,
    written: SystemTime,
}

impl StoredState {
    /// Returns the name of the project, what is kept of it, and a line on the last run.
    fn describe(&self, content: &[u8]) -> Result<[String; 3], Damaged> {
        if self.file.extension().is_some_and(|extension| extension == ARCHIVE_EXTENSION) {
            let (label, archive) = Archive::from_bytes(content)?;
            return Ok([label, format!("{} commits of its history", archive.commit_count()), String::new()]);
        }
        let (label, state) = State::from_bytes(content)?;
        let holds = format!("{} files, {} answers", state.file_count(), state.answer_count());
        Ok([label, holds, format!("  last run: {}\n", state.news())])
    }
}

/// The states in a directory, in no order.
fn states(directory: &Path) -> Vec<StoredState> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let states = entries.filter_map(|entry| {
        let file = entry.path();
        let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
        let is_state = file.extension().is_some_and(|it| it == EXTENSION || it == ARCHIVE_EXTENSION);
        is_state.then(|| StoredState {
            size: metadata.len(),
            written: metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH),
            file,
        })
    });
    states.collect()
}

/// Shows or clears what is kept.
#[expect(clippy::disallowed_methods, reason = "the age of a file needs the present time")]
pub(super) fn show(global: &GlobalArgs, args: &CacheArgs) -> anyhow::Result<RunOutcome> {
    let directory = directory(global).context("there is no directory for caches; name one with --cache-dir")?;
    let mut states = states(&directory);
    states.sort_by(|a, b| (b.written, &a.file).cmp(&(a.written, &b.file)));
    if args.clear {
        for state in &states {
            fs::remove_file(&state.file).with_context(|| format!("`{}` cannot be removed", state.file.display()))?;
        }
        terminal::print(format!("{} removed from {}\n", projects(states.len()), directory.display()).as_bytes())?;
        return Ok(RunOutcome::Passed);
    }
    let total: u64 = states.iter().map(|state| state.size).sum();
    let mut text = format!("{}: {}, {}\n", directory.display(), projects(states.len()), bytes(total));
    for stored in &states {
        let age = SystemTime::now().duration_since(stored.written).unwrap_or_default();
        let read = fs::read(&stored.file).map_err(|error| error.to_string());
        let described = read.and_then(|it| stored.describe(&it).map_err(|error| error.to_string()));
        text += &match described {
            Ok([label, holds, rest]) => {
                format!("\n{label}\n  {}, {} ago; {holds}\n{rest}", bytes(stored.size), ago(age.as_secs()))
            }
            Err(error) => format!("\n{}\n  of no use: {error}\n", stored.file.display()),
        };
    }
    terminal::print(text.as_bytes())?;
    Ok(RunOutcome::Passed)
}

fn projects(count: usize) -> String {
    format!("{count} project{}", if count == 1 { "" } else { "s" })
}

fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{:.1} kB", count as f64 / 1e3),
        _ => format!("{:.1} MB", count as f64 / 1e6),
    }
}

fn ago(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
