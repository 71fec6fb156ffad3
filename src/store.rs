//! Writing files: whole or not at all.
//!
//! In: a path and its bytes. Out: the file, written beside its place and moved there, so that no reader ever sees half
//! of it and a failed run leaves the old one; or bytes at the end of a file that others share. Leaves out standard
//! output, which `cli` writes.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use thiserror::Error;

/// The fault by which a file could not be written.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The directory is not there; it is not created, since a wrong path would go unnoticed.
    #[error("`{}` cannot be written: there is no directory `{}`", .path.display(), .directory.display())]
    NoDirectory {
        /// The file.
        path: PathBuf,
        /// The directory that is missing.
        directory: PathBuf,
    },
    /// The file is there already.
    #[error("`{}` exists already and is left as it is", .0.display())]
    Exists(PathBuf),
    /// The operating system refused.
    #[error("`{}` cannot be written: {error}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Its words.
        error: io::Error,
    },
}

/// Writes a file, replacing one that is there. A pipe or device (`/dev/stdout`) is written to directly.
///
/// # Errors
/// When the directory is missing or cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let failed = |error| StoreError::Io { path: path.to_owned(), error };
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
        return fs::OpenOptions::new()
            .write(true)
            .open(path)
            .and_then(|mut file| file.write_all(bytes))
            .map_err(failed);
    }
    // A link is kept, and the file that it leads to is replaced.
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let file = prepare(path, &real, bytes)?;
    file.persist(&real).map(drop).map_err(|error| failed(error.error))
}

/// Writes a file that is not there yet.
///
/// # Errors
/// As [`write`], and when the file exists.
pub fn create(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let file = prepare(path, path, bytes)?;
    file.persist_noclobber(path).map(drop).map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => StoreError::Exists(path.to_owned()),
        _ => StoreError::Io { path: path.to_owned(), error: error.error },
    })
}

/// Adds to the end of a file, which is made if it is not there, unless it would grow beyond `limit` bytes. Gives whether
/// it was added. Others may add to the file too, so this is no replacement of the whole.
///
/// # Errors
/// When the file cannot be opened or written.
pub fn append(path: &Path, bytes: &[u8], limit: u64) -> Result<bool, StoreError> {
    let failed = |error| StoreError::Io { path: path.to_owned(), error };
    let mut file = fs::OpenOptions::new().create(true).append(true).open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    let fits = length.saturating_add(bytes.len() as u64) <= limit;
    if fits {
        file.write_all(bytes).map_err(failed)?;
    }
    Ok(fits)
}

/// The bytes in a temporary file beside `real`, with the permissions that a plain new file or the old one has.
fn prepare(path: &Path, real: &Path, bytes: &[u8]) -> Result<NamedTempFile, StoreError> {
    let failed = |error| StoreError::Io { path: path.to_owned(), error };
    let directory = match real.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !directory.is_dir() {
        return Err(StoreError::NoDirectory { path: path.to_owned(), directory: directory.to_owned() });
    }
    let permissions = fs::metadata(real).ok().filter(fs::Metadata::is_file).map(|metadata| metadata.permissions());
    let fill = |mut file: File| -> io::Result<File> {
        if let Some(permissions) = &permissions {
            file.set_permissions(permissions.clone())?;
        }
        file.write_all(bytes).and_then(|()| file.flush())?;
        Ok(file)
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".ssot-");
    // A run that is killed while it writes leaves nothing behind: the file has no name until it is whole.
    if let Ok(file) = unnamed(directory) {
        let file = fill(file).map_err(failed)?;
        if let Ok(named) = builder.make_in(directory, |name| give_name(&file, name)) {
            return Ok(named);
        }
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let (file, name) = builder.tempfile_in(directory).map_err(failed)?.into_parts();
    Ok(NamedTempFile::from_parts(fill(file).map_err(failed)?, name))
}

/// Makes a file without a name in a directory, where the system has such files.
#[cfg(target_os = "linux")]
fn unnamed(directory: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new().write(true).mode(0o666).custom_flags(libc::O_TMPFILE).open(directory)
}

#[cfg(not(target_os = "linux"))]
fn unnamed(_directory: &Path) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Gives such a file a name that nothing has yet.
#[cfg(target_os = "linux")]
fn give_name(file: &File, name: &Path) -> io::Result<File> {
    use std::os::fd::AsRawFd;
    let own = format!("/proc/self/fd/{}", file.as_raw_fd());
    rustix::fs::linkat(rustix::fs::CWD, own, rustix::fs::CWD, name, rustix::fs::AtFlags::SYMLINK_FOLLOW)?;
    file.try_clone()
}

#[cfg(not(target_os = "linux"))]
fn give_name(_file: &File, _name: &Path) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn content(path: &Path) -> String {
        let mut text = String::new();
        fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text)).expect("read");
        text
    }

    #[test]
    fn a_file_is_replaced_whole_and_leaves_nothing_beside_it() {
        let directory = tempfile::tempdir().expect("directory");
        let path = directory.path().join("out.json");
        write(&path, b"one").expect("written");
        write(&path, b"two").expect("written");
        assert_eq!(content(&path), "two");
        assert_eq!(fs::read_dir(directory.path()).expect("list").count(), 1);
    }

    #[test]
    fn an_existing_file_is_never_created_over() {
        let directory = tempfile::tempdir().expect("directory");
        let path = directory.path().join("ssot.toml");
        create(&path, b"mine").expect("written");
        assert!(matches!(create(&path, b"yours"), Err(StoreError::Exists(_))));
        assert_eq!(content(&path), "mine");
    }

    #[test]
    fn a_missing_directory_is_named() {
        let directory = tempfile::tempdir().expect("directory");
        let error = write(&directory.path().join("no/out"), b"").expect_err("no directory");
        assert!(error.to_string().contains("there is no directory"), "{error}");
    }

    #[test]
    fn what_is_appended_stays_within_the_limit() {
        let directory = tempfile::tempdir().expect("directory");
        let path = directory.path().join("summary.md");
        assert!(append(&path, b"one\n", 8).expect("written"));
        assert!(append(&path, b"two\n", 8).expect("written"));
        assert!(!append(&path, b"3", 8).expect("left out"));
        assert_eq!(content(&path), "one\ntwo\n");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_permissions_are_kept() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let directory = tempfile::tempdir().expect("directory");
        let (real, link) = (directory.path().join("real"), directory.path().join("link"));
        write(&real, b"old").expect("written");
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("permissions");
        symlink("real", &link).expect("link");
        write(&link, b"new").expect("written");
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
        assert_eq!(content(&real), "new");
        assert_eq!(fs::metadata(&real).expect("there").permissions().mode() & 0o777, 0o640);
    }
}
