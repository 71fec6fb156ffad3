//! Addresses: the `file:` URIs of the protocol, and paths.
//!
//! In: a URI as a client writes it. Out: the path of the file; none for a document that is no file. Touches the disk only to
//! follow links, so that one file has one path.

use std::path::{Component, Path, PathBuf, Prefix};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The characters that stand for themselves in a path.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Returns the path that a URI names, without links as far as it exists; none if it names no file.
pub(super) fn path_of(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    let text = percent_decode_str(rest).decode_utf8().ok()?;
    let path = Path::new(if cfg!(windows) { from_drive(&text) } else { &*text });
    path.is_absolute().then(|| resolved(path))
}

/// Returns the path of a URI where drives have letters: `/c:/dir` is `c:/dir`.
fn from_drive(text: &str) -> &str {
    let lettered = |it: &[u8]| it[0] == b'/' && it[1].is_ascii_alphabetic() && it[2] == b':';
    if text.as_bytes().get(..3).is_some_and(lettered) { &text[1..] } else { text }
}

/// Follows the links of a path, or of what exists of it.
fn resolved(path: &Path) -> PathBuf {
    for existing in path.ancestors() {
        if let Ok(real) = existing.canonicalize() {
            return match path.strip_prefix(existing) {
                Ok(rest) if !rest.as_os_str().is_empty() => real.join(rest),
                _ => real,
            };
        }
    }
    path.to_owned()
}

/// Returns the URI of a path.
pub(super) fn uri_of(path: &Path) -> String {
    let mut uri = "file://".to_owned();
    for component in path.components() {
        match component {
            Component::Prefix(prefix) => match prefix.kind() {
                Prefix::Disk(letter) | Prefix::VerbatimDisk(letter) => {
                    uri.push('/');
                    uri.push(char::from(letter).to_ascii_lowercase());
                    uri.push_str("%3A");
                }
                _ => uri.push_str(&prefix.as_os_str().to_string_lossy().replace('\\', "/")),
            },
            Component::RootDir => {}
            other => {
                uri.push('/');
                uri.extend(utf8_percent_encode(&other.as_os_str().to_string_lossy(), ESCAPED));
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drives_begin_a_path() {
        assert_eq!(from_drive("/c:/dir/a.py"), "c:/dir/a.py");
        assert_eq!(from_drive("/C:"), "C:");
        for other in ["", "/", "/é:/a", "/c/dir", "c:/dir", "/1:/a", "//server/share/a.py"] {
            assert_eq!(from_drive(other), other);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_path_comes_back_from_its_uri() {
        for path in ["/no such/dir/a b.py", "/nowhere/ü/[x]#?%.rs", "/nowhere/c:/a+b.py"] {
            assert_eq!(path_of(&uri_of(Path::new(path))), Some(PathBuf::from(path)));
        }
        assert_eq!(uri_of(Path::new("/a b/ü.py")), "file:///a%20b/%C3%BC.py");
        assert_eq!(path_of("file://localhost/nowhere/a.py"), Some(PathBuf::from("/nowhere/a.py")));
    }

    #[test]
    fn what_is_no_file_has_no_path() {
        for uri in ["untitled:Untitled-1", "https://example.org/a.py", "file:a.py", "file://%FF", ""] {
            assert_eq!(path_of(uri), None, "{uri}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_as_far_as_there_is_something() {
        let directory = tempfile::tempdir().expect("a directory");
        let root = directory.path().canonicalize().expect("a path");
        std::os::unix::fs::symlink(&root, root.join("link")).expect("a link");
        assert_eq!(path_of(&uri_of(&root.join("link/new.py"))), Some(root.join("new.py")));
    }
}
