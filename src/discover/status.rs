//! DirectoryStatus: what the file system says of a file without reading it.

use std::path::Path;

use crate::tree::Identity;

/// The files of one directory, asked from there: to look up a long path for each of them would cost as much again.
pub(super) struct DirectoryStatus(
    #[cfg(target_os = "linux")] rustix::fd::OwnedFd,
    #[cfg(not(target_os = "linux"))] std::path::PathBuf,
);

#[cfg(target_os = "linux")]
impl DirectoryStatus {
    /// Opens a directory; none if that cannot be done.
    pub(super) fn of(directory: &Path) -> Option<Self> {
        use rustix::fs::{Mode, OFlags};
        rustix::fs::open(directory, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()).ok().map(Self)
    }

    /// Returns what tells whether a regular file of the directory, or one that a link there leads to, changed.
    pub(super) fn identity(&self, name: &Path) -> Option<Identity> {
        use rustix::fs::{AtFlags, FileType};
        let status = rustix::fs::statat(&self.0, name, AtFlags::empty()).ok()?;
        if FileType::from_raw_mode(status.st_mode) != FileType::RegularFile {
            return None;
        }
        let nanoseconds = |seconds: i64, rest: u64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
        Some(Identity::File {
            size: u64::try_from(status.st_size).ok()?,
            modified: nanoseconds(status.st_mtime, status.st_mtime_nsec),
            changed: nanoseconds(status.st_ctime, status.st_ctime_nsec),
            inode: (status.st_dev, status.st_ino),
        })
    }
}

#[cfg(not(target_os = "linux"))]
impl DirectoryStatus {
    /// Names a directory.
    pub(super) fn of(directory: &Path) -> Option<Self> {
        Some(Self(directory.to_owned()))
    }

    /// Returns what tells whether a regular file of the directory, or one that a link there leads to, changed.
    #[cfg(unix)]
    pub(super) fn identity(&self, name: &Path) -> Option<Identity> {
        use std::os::unix::fs::MetadataExt;
        let metadata = std::fs::metadata(self.0.join(name)).ok().filter(std::fs::Metadata::is_file)?;
        let nanoseconds = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
        Some(Identity::File {
            size: metadata.len(),
            modified: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            changed: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
            inode: (metadata.dev(), metadata.ino()),
        })
    }

    /// Elsewhere a file does not say when its attributes changed, so that an old time could be put back unseen.
    #[cfg(not(unix))]
    pub(super) fn identity(&self, _name: &Path) -> Option<Identity> {
        None
    }
}
