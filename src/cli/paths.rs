//! The PATHS of a command line: what they name in the project.
//!
//! PATHS only choose what is reported; they never change what a name means.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, bail};

use super::args::ScanArgs;
use crate::discover;

/// The files and directories that the command line names.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    /// None when the whole project is.
    only: Option<Only>,
    /// Files given by name, relative to the project root.
    pub files: Vec<String>,
    /// A text from standard input, and the file that it stands for.
    pub stdin: Option<(String, Vec<u8>)>,
}

#[derive(Debug, Default)]
struct Only {
    files: BTreeSet<String>,
    /// With a final `/`.
    directories: BTreeSet<String>,
}

impl Chosen {
    /// Returns true if the file at `path` is reported.
    pub fn contains(&self, path: &str) -> bool {
        let Some(only) = &self.only else { return true };
        only.files.contains(path) || only.directories.iter().any(|directory| path.starts_with(directory.as_str()))
    }

    /// Returns true if only a part of the project is reported.
    pub fn is_part(&self) -> bool {
        self.only.is_some()
    }

    /// Returns true if files are named, and nothing else.
    pub fn only_files(&self) -> bool {
        self.only.as_ref().is_some_and(|only| only.directories.is_empty() && !only.files.is_empty())
    }

    /// Returns true if what is passed over at `path` (a directory with a final `/`) has to do with what is named.
    pub fn touches(&self, path: &str) -> bool {
        let Some(only) = &self.only else { return true };
        let mut named = only.files.iter().chain(&only.directories);
        self.contains(path) || path.ends_with('/') && named.any(|name| name.starts_with(path))
    }
}

/// Paths that are not on disk and can be named all the same: of a file, or a directory.
pub(super) struct TrackedPaths<'a> {
    pub has_file: &'a dyn Fn(&str) -> bool,
    pub has_below: &'a dyn Fn(&str) -> bool,
}

/// Resolves the PATHS of `args`, which count from the current directory, in the project at `root`.
///
/// # Errors
/// When a path does not exist or lies outside the project; all such paths are named at once.
pub(super) fn resolve(
    root: &Path,
    current: &Path,
    args: &ScanArgs,
    recorded: Option<&TrackedPaths<'_>>,
) -> anyhow::Result<Chosen> {
    let mut chosen = Chosen::default();
    let mut paths = args.paths.clone();
    let reads_text = paths.iter().any(|path| path == Path::new("-"));
    paths.retain(|path| path != Path::new("-"));
    match (reads_text, &args.stdin_filename) {
        (true, None) => bail!("`-` needs `--stdin-filename PATH`: the path that standard input stands for"),
        (false, Some(_)) => bail!("`--stdin-filename` needs `-` as a path"),
        (true, Some(_)) if args.files_from.as_deref() == Some(Path::new("-")) => {
            bail!("standard input cannot be both a text (`-`) and a list (`--files-from -`)")
        }
        _ => {}
    }
    if let Some(list) = &args.files_from {
        paths.extend(read_list(list, current)?);
    }
    if paths.is_empty() && !reads_text && args.files_from.is_none() {
        return Ok(chosen);
    }
    let mut only = Only::default();
    let mut refused = Vec::new();
    for path in &paths {
        match locate(root, current, path).or_else(|why| locate_recorded(root, current, path, recorded).ok_or(why)) {
            Ok(LocatedPath::File(file)) => {
                chosen.files.push(file.clone());
                only.files.insert(file);
            }
            Ok(LocatedPath::Directory(directory)) => {
                only.directories.insert(directory);
            }
            Err(message) => refused.push(message),
        }
    }
    if !refused.is_empty() {
        bail!("{}", refused.join("\n"));
    }
    if let (true, Some(name)) = (reads_text, &args.stdin_filename) {
        let file = virtual_file(root, current, name)?;
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).context("standard input could not be read")?;
        only.files.insert(file.clone());
        chosen.stdin = Some((file, bytes));
    }
    chosen.only = Some(only);
    Ok(chosen)
}

enum LocatedPath {
    File(String),
    Directory(String),
}

fn locate(root: &Path, current: &Path, path: &Path) -> Result<LocatedPath, String> {
    let shown = path.display();
    let full = current.join(path);
    let metadata = full.metadata().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => format!("`{shown}` does not exist"),
        _ => format!("`{shown}` cannot be looked at: {error}"),
    })?;
    let outside = || format!("`{shown}` is outside the project root `{}`", root.display());
    let real = full.canonicalize().map_err(|error| format!("`{shown}` cannot be looked at: {error}"))?;
    if metadata.is_dir() {
        let directory = real.strip_prefix(root).map_err(|_| outside())?;
        let prefix = discover::shown(root, &real);
        return Ok(LocatedPath::Directory(if directory.as_os_str().is_empty() {
            prefix
        } else {
            format!("{prefix}/")
        }));
    }
    // A link that leads out of the project is scanned under its own path.
    let own = if real.starts_with(root) { real } else { beside(&full).ok_or_else(outside)? };
    if !own.starts_with(root) {
        return Err(outside());
    }
    Ok(LocatedPath::File(discover::shown(root, &own)))
}

/// A path that is not on disk, in what is recorded.
fn locate_recorded(
    root: &Path,
    current: &Path,
    path: &Path,
    recorded: Option<&TrackedPaths<'_>>,
) -> Option<LocatedPath> {
    let recorded = recorded?;
    let mut plain = PathBuf::new();
    for part in current.join(path).components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    let name = discover::shown(root, plain.strip_prefix(root).ok()?);
    if (recorded.has_file)(&name) {
        return Some(LocatedPath::File(name));
    }
    (recorded.has_below)(&name).then(|| LocatedPath::Directory(format!("{name}/")))
}

/// The path with its directory made canonical, and its last part as it is.
fn beside(path: &Path) -> Option<PathBuf> {
    Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?))
}

/// A file that need not exist; its directory need not either.
fn virtual_file(root: &Path, current: &Path, name: &Path) -> anyhow::Result<String> {
    let full = current.join(name);
    let existing = full.ancestors().skip(1).find_map(|above| Some((above, above.canonicalize().ok()?)));
    let inside = existing.and_then(|(above, real)| {
        let rest = full.strip_prefix(above).ok()?;
        let plain = rest.components().all(|part| matches!(part, Component::Normal(_)));
        let own = real.join(rest);
        (plain && own.starts_with(root)).then_some(own)
    });
    match inside {
        Some(own) => Ok(discover::shown(root, &own)),
        None => bail!("`{}` is outside the project root `{}`", name.display(), root.display()),
    }
}

fn read_list(list: &Path, current: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let bytes = if list == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).context("standard input could not be read")?;
        bytes
    } else {
        read_bytes(&current.join(list)).with_context(|| format!("`{}` could not be read", list.display()))?
    };
    let nul = bytes.contains(&0);
    let entries = bytes.split(|&byte| byte == if nul { 0 } else { b'\n' });
    let trimmed = entries.map(|entry| if nul { entry } else { entry.strip_suffix(b"\r").unwrap_or(entry) });
    Ok(trimmed.filter(|entry| !entry.is_empty()).map(path_of).collect())
}

#[expect(clippy::disallowed_methods, reason = "the command line reads the list that it is given")]
fn read_bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    std::fs::read(path)
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    OsString::from_vec(bytes.to_vec()).into()
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    OsString::from(String::from_utf8_lossy(bytes).into_owned()).into()
}
