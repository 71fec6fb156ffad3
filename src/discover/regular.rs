//! Reading a file that somebody else may have laid out: a regular one, of a bearable size, where it may be.
//!
//! In: a path. Out: its bytes, or why there are none. Never waits: a pipe or device is not opened. Leaves out source files,
//! which [`super::DiskTexts`] reads in numbers.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// The reason for which a file is not read.
#[derive(Debug, Error)]
pub enum Unread {
    /// There is nothing.
    #[error("there is no such file")]
    Missing,
    /// There is a link, and nothing at its end.
    #[error("it is a link that leads nowhere")]
    Dangling,
    /// A directory.
    #[error("it is a directory")]
    Directory,
    /// A pipe, socket or device.
    #[error("it is no regular file")]
    Special,
    /// It lies elsewhere.
    #[error("it is outside `{}`", .0.display())]
    Outside(PathBuf),
    /// It has more bytes than this.
    #[error("it is larger than {} MiB", .0 >> 20)]
    TooLarge(u64),
    /// The operating system refused.
    #[error("{}", super::walk::reason(.0))]
    Io(std::io::Error),
}

/// Reads a regular file of at most `limit` bytes. With `within`, a canonical path, it must lie there after all links.
///
/// # Errors
/// When it is none, or lies elsewhere; nothing of its content is told then.
pub fn read_file(path: &Path, within: Option<&Path>, limit: u64) -> Result<Vec<u8>, Unread> {
    let real = path.canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound if path.symlink_metadata().is_ok() => Unread::Dangling,
        std::io::ErrorKind::NotFound => Unread::Missing,
        _ => Unread::Io(error),
    })?;
    if let Some(within) = within.filter(|within| !real.starts_with(within)) {
        return Err(Unread::Outside(within.to_owned()));
    }
    // Looked at before it is opened, since opening a device may do something, and again afterwards.
    judge(&fs::metadata(&real).map_err(Unread::Io)?, limit)?;
    let file = open(&real).map_err(Unread::Io)?;
    judge(&file.metadata().map_err(Unread::Io)?, limit)?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(Unread::Io)?;
    if bytes.len() as u64 > limit { Err(Unread::TooLarge(limit)) } else { Ok(bytes) }
}

fn judge(metadata: &fs::Metadata, limit: u64) -> Result<(), Unread> {
    match metadata {
        it if it.is_dir() => Err(Unread::Directory),
        it if !it.is_file() => Err(Unread::Special),
        it if it.len() > limit => Err(Unread::TooLarge(limit)),
        _ => Ok(()),
    }
}

/// Returns the top of the work tree of git that a directory is in; outside one, the directory.
#[must_use]
pub fn work_tree(directory: &Path) -> &Path {
    directory.ancestors().find(|directory| directory.join(".git").exists()).unwrap_or(directory)
}

/// Returns the directory in which git keeps what belongs to the work tree with this top.
#[must_use]
pub fn git_directory(top: &Path) -> Option<PathBuf> {
    const LARGEST: u64 = 4096;
    let own = top.join(".git");
    if own.is_dir() {
        return Some(own);
    }
    let bytes = read_file(&own, None, LARGEST).ok()?;
    Some(top.join(super::path_of(bytes.strip_prefix(b"gitdir:")?.trim_ascii())))
}

/// Opens a file without waiting, as opening a pipe would.
#[cfg(unix)]
pub(super) fn open(path: &Path) -> std::io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)
}

#[cfg(not(unix))]
pub(super) fn open(path: &Path) -> std::io::Result<fs::File> {
    fs::File::open(path)
}
