//! Settings: which rules file applies, where the project root is, and what the rules say.
//!
//! In: the current directory and what the command line says. Out: [`Settings`]. This is shell code: it reads files and
//! the environment, so that [`crate::rule`] need not.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::discover::{Unread, read_file, work_tree};
use crate::lang;
use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::rule::codeowners::{self, PLACES, below_top};
use crate::rule::explain::config_text;
use crate::rule::load::{listed_patterns, manifest_has_rules};
use crate::rule::{FileGlob, ListedDirectory, RuleSet, RulesText, load_listed, load_pack, pack};

/// Names of rules files in a directory, beside manifests with a table of rules; two in one directory are an error.
/// The names of rules files that are found by themselves.
pub const CANDIDATES: [&str; 2] = ["ssot.toml", ".ssot.toml"];

/// The extension of every rules file.
pub const EXTENSION: &str = "toml";

/// A rules file is not larger.
const LARGEST: u64 = 16 << 20;

/// The environment variable that names a rules file, as `--config` does.
pub const CONFIG_VARIABLE: &str = "SSOT_CONFIG";

/// The settings that a run goes by.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The project root; paths in the rules file and in output are relative to it.
    pub root: PathBuf,
    /// The rules; not complete if a problem is of severity error.
    pub rules: RuleSet,
    /// Trouble with the rules file and those it extends.
    pub problems: Vec<Problem>,
    /// The origin of the rules.
    pub origin: RulesOrigin,
    /// The directory outside of which nothing is read that the rules or the project name: the work tree of git, or the
    /// project root. None where the user named the rules file.
    pub confined_to: Option<PathBuf>,
}

/// The origin of the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RulesOrigin {
    /// A rules file.
    File(PathBuf),
    /// No rules file was found: the built-in pack of this name applies.
    BuiltIn(&'static str),
}

impl Settings {
    /// Returns whether a problem keeps the run from going on (exit code 2).
    #[must_use]
    pub fn failed(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == ProblemSeverity::Error)
    }

    /// The effective configuration for `ssot config --show`: where it comes from, then each value with its place.
    #[must_use]
    pub fn show(&self) -> String {
        let from = match &self.origin {
            RulesOrigin::File(path) => format!("rules file: {}", path.display()),
            RulesOrigin::BuiltIn(pack) => format!("no rules file was found: the built-in pack `{pack}` applies"),
        };
        format!("# project root: {}\n# {from}\n{}", self.root.display(), config_text(&self.rules))
    }

    fn failure(root: &Path, origin: RulesOrigin, problem: Problem) -> Self {
        let confined_to = Some(root.to_owned());
        Self { root: root.to_owned(), rules: RuleSet::default(), problems: vec![problem], origin, confined_to }
    }
}

/// Returns whether a file decides what is scanned or found: rules, the baseline, a manifest, an ignore file.
#[must_use]
pub fn is_settings(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    is_rules_file(path) || name == ".gitignore" || lang::is_manifest(&name)
}

/// Returns whether a file can hold rules, or what is accepted: those that others extend have any name.
#[must_use]
pub fn is_rules_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == EXTENSION)
}

/// From where to look for a rules file.
#[derive(Debug, Clone)]
pub struct Start {
    /// The current directory, absolute.
    pub directory: PathBuf,
    /// The rules file that the user names; then the current directory is the project root.
    pub config: Option<PathBuf>,
    /// The user's home directory, above which no rules file is looked for outside a repository.
    pub home: Option<PathBuf>,
}

impl Start {
    /// The start of this process. `config` is the value of `--config`; without one, `SSOT_CONFIG` counts.
    ///
    /// # Errors
    /// When the current directory does not exist any more.
    // This module is the one that reads where a run starts.
    #[allow(clippy::disallowed_methods)]
    pub fn here(config: Option<PathBuf>) -> io::Result<Self> {
        let variable = || std::env::var_os(CONFIG_VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
        let directory = std::env::current_dir()?;
        Ok(Self { directory, config: config.or_else(variable), home: std::env::home_dir() })
    }
}

/// Finds and loads the rules.
#[must_use]
pub fn settings(start: &Start) -> Settings {
    if let Some(config) = &start.config {
        let reader = Reader { root: resolved(&start.directory), confined_to: None, stand_in: None };
        return load_with(&start.directory, &start.directory.join(config), config, &reader);
    }
    let repository = start.directory.ancestors().find(|directory| directory.join(".git").exists());
    let mut found: Option<(&Path, Reader<'_>, Vec<&'static str>)> = None;
    for directory in start.directory.ancestors() {
        let root = resolved(directory);
        let confined_to = Some(work_tree(&root).to_owned());
        let reader = Reader { root, confined_to, stand_in: None };
        let names = candidates(directory, &reader);
        let counts = match &found {
            None => !names.is_empty(),
            Some((nearer, ..)) => nearer.strip_prefix(directory).is_ok_and(|below| lists(&reader, &names, below)),
        };
        if counts {
            found = Some((directory, reader, names));
        }
        if Some(directory) == repository || (repository.is_none() && Some(directory) == start.home.as_deref()) {
            break;
        }
    }
    match found.as_ref().map(|(directory, reader, names)| (directory, reader, names.as_slice())) {
        Some((directory, reader, [only])) => {
            return load_with(directory, &directory.join(only), Path::new(only), reader);
        }
        Some((directory, _, [first, second, ..])) => return two_candidates(directory, first, second),
        _ => {}
    }
    let (rules, problems) = load_pack(pack::DEFAULT);
    let root = repository.unwrap_or(&start.directory).to_owned();
    let confined_to = Some(resolved(&root));
    Settings { root, rules, problems, origin: RulesOrigin::BuiltIn(pack::DEFAULT.name), confined_to }
}

/// Gives the content of a file by its name relative to the project root; none where there is no such file.
pub type ReadName<'a> = dyn Fn(&str) -> Option<Result<Vec<u8>, String>> + 'a;

/// Stands for the files on disk.
#[derive(Clone, Copy)]
pub struct StandIn<'a> {
    /// Contents of rules files; none where the disk counts.
    pub bytes: &'a ReadName<'a>,
    /// The paths of all files, relative to the project root.
    pub paths: &'a dyn Fn() -> Vec<String>,
}

/// Returns true if one of the rules files in a directory lists a directory below it.
fn lists(reader: &Reader<'_>, names: &[&str], below: &Path) -> bool {
    let below = below.to_string_lossy();
    let texts = names.iter().filter_map(|name| reader.read(&reader.root.join(name)).ok());
    texts.flat_map(|text| listed_patterns(&text)).any(|pattern| pattern.matches(&below))
}

/// Loads the rules from contents that are not on disk: from the file at `path`, or if that has none, from the candidates
/// in the project root; what they extend is not read outside `confined_to`. None if there are no rules.
#[must_use]
pub fn stored(root: &Path, path: Option<&Path>, confined_to: Option<&Path>, stand_in: StandIn<'_>) -> Option<Settings> {
    let root = resolved(root);
    let confined_to = confined_to.map(Path::to_owned);
    let reader = Reader { root: root.clone(), confined_to, stand_in: Some(stand_in) };
    let known = |name: &str| matches!((stand_in.bytes)(name), Some(Ok(_)));
    let named = path.map(|path| reader.name(path)).filter(|name| known(name)).map(|name| root.join(&*name));
    let path = named.or_else(|| Some(root.join(candidates(&root, &reader).first()?)))?;
    let shown = reader.name(&path);
    Some(load_with(&root, &path, Path::new(&*shown), &reader))
}

/// The rules files that stand in a directory. What is there and cannot be read counts too: a run must not go on as if it
/// were not there.
fn candidates(directory: &Path, reader: &Reader<'_>) -> Vec<&'static str> {
    let is_there = |name: &str| reader.has(&directory.join(name));
    let mut found: Vec<&'static str> = CANDIDATES.into_iter().filter(|name| is_there(name)).collect();
    for name in lang::rules_manifests().map(|it| it.name).filter(|name| is_there(name)) {
        let counts = |text: Result<RulesText, String>| text.map_or(found.is_empty(), |it| manifest_has_rules(&it));
        if counts(reader.read(&directory.join(name))) {
            found.push(name);
        }
    }
    found
}

fn two_candidates(directory: &Path, first: &str, second: &str) -> Settings {
    let message = format!("`{first}` and `{second}` in one directory both have rules");
    let help = format!("keep one of them, or choose with `--config` ({})", directory.display());
    let problem = Problem::whole_file(ProblemSeverity::Error, ProblemKind::Config, second, message).with_help(help);
    Settings::failure(directory, RulesOrigin::File(directory.join(first)), problem)
}

fn load_with(root: &Path, path: &Path, shown: &Path, reader: &Reader<'_>) -> Settings {
    let origin = RulesOrigin::File(path.to_owned());
    match reader.read(path) {
        Ok(text) => {
            let read = |from: &str, written: &str| reader.read(&reader.beside(from).join(written));
            let (mut rules, mut problems) = load_listed(text, &read, Some(&|pattern| reader.listed(pattern)));
            reader.add_owners(&mut rules, &mut problems);
            Settings { root: root.to_owned(), rules, problems, origin, confined_to: reader.confined_to.clone() }
        }
        Err(why) => {
            let shown = shown.to_string_lossy();
            let message = format!("cannot read the rules file: {why}");
            let problem = Problem::whole_file(ProblemSeverity::Error, ProblemKind::Config, &shown, message);
            let help = match reader.confined_to {
                None => "`--config` and `SSOT_CONFIG` are relative to the current directory",
                Some(_) => "without it nobody knows what is to be checked; `--config PATH` names another one",
            };
            Settings::failure(root, origin, problem.with_help(help))
        }
    }
}

/// Reads rules files and names them relative to the project root.
struct Reader<'a> {
    /// The project root without symbolic links.
    root: PathBuf,
    /// The directory that the files must be in, unless the user named the first.
    confined_to: Option<PathBuf>,
    stand_in: Option<StandIn<'a>>,
}

impl Reader<'_> {
    fn read(&self, path: &Path) -> Result<RulesText, String> {
        let name = self.name(path);
        let text = match self.stand_in.and_then(|stand_in| (stand_in.bytes)(&name)) {
            Some(bytes) => text_of(bytes?)?,
            None => text_of(read_file(path, self.confined_to.as_deref(), LARGEST).map_err(|why| words(&why))?)?,
        };
        Ok(RulesText { name, text: text.into(), pack: false })
    }

    /// Returns whether there is a file at a path, whether or not it can be read.
    fn has(&self, path: &Path) -> bool {
        match self.stand_in {
            Some(stand_in) => matches!((stand_in.bytes)(&self.name(path)), Some(Ok(_))),
            None => path.symlink_metadata().map_or_else(|error| error.kind() != io::ErrorKind::NotFound, |_| true),
        }
    }

    /// Finds the directories that a pattern of `projects` names, each with its rules file.
    fn listed(&self, pattern: &FileGlob) -> Vec<ListedDirectory> {
        let directories = match self.stand_in {
            Some(stand_in) => directories_of(&(stand_in.paths)()),
            None => directories_below(&self.root, pattern),
        };
        let named = directories.into_iter().filter(|directory| pattern.matches(directory));
        named.map(|directory| self.listed_directory(&directory)).collect()
    }

    fn listed_directory(&self, directory: &str) -> ListedDirectory {
        let path = self.root.join(directory);
        let problem = |name: &str, message: String, help: &str| {
            let shown = format!("{directory}/{name}");
            Problem::whole_file(ProblemSeverity::Error, ProblemKind::Config, &shown, message).with_help(help)
        };
        let file = match candidates(&path, self).as_slice() {
            [] => None,
            [only] => Some(self.read(&path.join(only)).map_err(|why| {
                let help = "`projects` of the topmost rules file lists its directory";
                problem(only, format!("cannot read the rules file: {why}"), help)
            })),
            [first, second, ..] => {
                let message = format!("`{first}` and `{second}` in one directory both have rules");
                Some(Err(problem(second, message, "keep one of them")))
            }
        };
        ListedDirectory { path: directory.into(), file }
    }

    /// Adds the owners in the CODEOWNERS file of the repository as components, where the rules want them.
    fn add_owners(&self, rules: &mut RuleSet, problems: &mut Vec<Problem>) {
        let Some(wanted) = rules.from_owners.clone() else { return };
        let top = work_tree(&self.root);
        let places = PLACES.map(|place| top.join(place));
        let text = match places.iter().find(|path| self.has(path)).map(|path| self.read(path)) {
            Some(text) => text,
            None => Err(format!("there is none of {}", PLACES.join(", "))),
        };
        let names = [&*top.to_string_lossy(), &*self.root.to_string_lossy()].map(|path| path.replace('\\', "/"));
        match text {
            Ok(text) => codeowners::add(rules, text, below_top(&names[0], &names[1]).unwrap_or_default(), problems),
            Err(why) => problems.push(codeowners::missing(&wanted, &why)),
        }
    }

    /// The name of a file: without symbolic links, so that each file has one name.
    fn name(&self, path: &Path) -> Arc<str> {
        let path = resolved(path);
        let relative = path.strip_prefix(&self.root).unwrap_or(&path);
        let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
        match relative.is_absolute() {
            true => relative.to_string_lossy().into(),
            false => parts.join("/").into(),
        }
    }

    /// The directory of the file with this name.
    fn beside(&self, name: &str) -> PathBuf {
        let path = self.root.join(name);
        path.parent().map(Path::to_owned).unwrap_or(path)
    }
}

/// The directories around files.
fn directories_of(paths: &[String]) -> BTreeSet<String> {
    let around = |path: &String| path.match_indices('/').map(|(at, _)| path[..at].to_owned()).collect::<Vec<_>>();
    paths.iter().flat_map(around).collect()
}

/// The directories on disk that a pattern could name: links are not followed, and hidden directories passed over unless
/// the pattern writes them out.
fn directories_below(root: &Path, pattern: &FileGlob) -> BTreeSet<String> {
    let deepest = if pattern.text.contains("**") { usize::MAX } else { pattern.text.split('/').count() };
    let mut found = BTreeSet::new();
    let mut open = vec![String::new()];
    while let Some(directory) = open.pop() {
        let Ok(entries) = root.join(&directory).read_dir() else { continue };
        for entry in entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if directory.is_empty() { name.clone() } else { format!("{directory}/{name}") };
            let hidden = name.starts_with('.') && !pattern.begins_with(&path);
            if !hidden && pattern.can_begin_with(&path) && path.split('/').count() <= deepest {
                open.push(path.clone());
                found.insert(path);
            }
        }
    }
    found
}

fn resolved(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn words(why: &Unread) -> String {
    match why {
        Unread::Outside(_) => format!("{why}; only a rules file that `--config` names may read there"),
        _ => why.to_string(),
    }
}

/// The text without a byte order mark.
fn text_of(bytes: Vec<u8>) -> Result<String, String> {
    let text = String::from_utf8(bytes)
        .map_err(|error| format!("it is not UTF-8 text (byte {})", error.utf8_error().valid_up_to()))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
