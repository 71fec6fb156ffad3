//! Addresses of code on the web: the pages of a code host for the lines of a commit.
//!
//! In: the address of a remote as git knows it, a commit, where the project is in its repository. Out: addresses of lines.
//! Asks nobody: a host is known by its name, and one that is not known gives no address.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything in a path but what never needs an escape, in an address or in Markdown.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same for the path of a remote, whose escapes are kept.
const REMOTE: &AsciiSet = &ESCAPED.remove(b'%');

/// The pages of one commit of a repository on its code host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeLinks {
    host: HostKind,
    /// The page of the repository, without a final slash: `https://github.com/owner/name`.
    repository: String,
    commit: String,
    /// The directory of the project in the repository, empty or with a final slash.
    below: String,
}

/// The project that was looked at, and what git says of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckedOut {
    /// The name of the project; empty where nobody asked for it.
    pub project: String,
    /// The commit that was checked out; none outside a repository.
    pub commit: Option<String>,
    /// The day of that commit.
    pub date: Option<String>,
    /// Tracked files differ from that commit.
    pub changed: bool,
    /// The pages of that commit on the web; none without a remote on a known code host.
    pub links: Option<CodeLinks>,
}

/// The shapes of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HostKind {
    GitHub,
    GitLab,
    Bitbucket,
    BitbucketServer,
    Gitea,
}

/// An address of a remote in its parts.
struct RemoteAddress<'r> {
    /// `http` or `https`; anything else has no port and scheme that a browser could use.
    web: Option<&'r str>,
    host: &'r str,
    port: Option<&'r str>,
    path: &'r str,
}

impl CodeLinks {
    /// Reads the address of a remote: `git@host:owner/name.git`, `ssh://git@host:22/...`, `https://user@host:8443/...`; none
    /// for a host that is not known. What stands before the `@` is never kept.
    #[must_use]
    pub fn new(remote: &str, commit: &str, below: &str) -> Option<Self> {
        let address = RemoteAddress::of(remote.trim())?;
        let path = address.path.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/');
        let path = utf8_percent_encode(path, REMOTE).to_string();
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let host = HostKind::of(address.host, parts.len())?;
        let (scheme, port) = match address.web {
            Some(scheme) => (scheme, address.port.map(|port| format!(":{port}")).unwrap_or_default()),
            None => ("https", String::new()),
        };
        let page = match (host, parts.as_slice()) {
            (HostKind::BitbucketServer, [.., project, name]) => format!("projects/{project}/repos/{name}"),
            (_, [_, .., _]) => parts.join("/"),
            _ => return None,
        };
        // The hosts that ssh is reached at when its port is closed.
        let name = address.host.strip_prefix("ssh.").or_else(|| address.host.strip_prefix("altssh."));
        let repository = format!("{scheme}://{}{port}/{page}", name.unwrap_or(address.host));
        Some(Self { host, repository, commit: commit.to_owned(), below: below.to_owned() })
    }

    /// Returns the address of the commit.
    #[must_use]
    pub fn commit_page(&self) -> String {
        let Self { host, repository, commit, .. } = self;
        match host {
            HostKind::GitLab => format!("{repository}/-/commit/{commit}"),
            HostKind::Bitbucket | HostKind::BitbucketServer => format!("{repository}/commits/{commit}"),
            HostKind::GitHub | HostKind::Gitea => format!("{repository}/commit/{commit}"),
        }
    }

    /// Returns the name of a repository by the address of its remote: `owner/name` on a host, the last part of a path.
    #[must_use]
    pub fn name(remote: &str) -> Option<String> {
        let remote = remote.trim();
        let path = RemoteAddress::of(remote).map(|address| address.path.to_owned());
        let path = path.or_else(|| remote.trim_end_matches('/').rsplit(['/', '\\']).next().map(str::to_owned))?;
        let path = path.trim_matches('/');
        let name = path.strip_suffix(".git").unwrap_or(path).trim_matches('/');
        (!name.is_empty()).then(|| name.to_owned())
    }

    /// Returns the address of a line of a file of the project.
    #[must_use]
    pub fn line(&self, path: &str, line: u32) -> String {
        let Self { host, repository, commit, below } = self;
        let path = format!("{}{}", utf8_percent_encode(below, ESCAPED), utf8_percent_encode(path, ESCAPED));
        match host {
            HostKind::GitHub => format!("{repository}/blob/{commit}/{path}#L{line}"),
            HostKind::GitLab => format!("{repository}/-/blob/{commit}/{path}#L{line}"),
            HostKind::Bitbucket => format!("{repository}/src/{commit}/{path}#lines-{line}"),
            HostKind::BitbucketServer => format!("{repository}/browse/{path}?at={commit}#{line}"),
            HostKind::Gitea => format!("{repository}/src/commit/{commit}/{path}#L{line}"),
        }
    }
}

impl HostKind {
    /// Tells the kind by the name of the host; groups in groups are GitLab's alone.
    fn of(host: &str, segments: usize) -> Option<Self> {
        let host = host.to_ascii_lowercase();
        let named = |names: &[&str]| names.iter().any(|name| host.contains(name));
        if host == "bitbucket.org" || host == "altssh.bitbucket.org" {
            Some(Self::Bitbucket)
        } else if named(&["bitbucket", "stash."]) {
            Some(Self::BitbucketServer)
        } else if named(&["github"]) {
            Some(Self::GitHub)
        } else if named(&["gitlab"]) {
            Some(Self::GitLab)
        } else if named(&["gitea", "forgejo", "codeberg"]) {
            Some(Self::Gitea)
        } else {
            (segments > 2 && host.contains('.')).then_some(Self::GitLab)
        }
    }
}

impl<'r> RemoteAddress<'r> {
    fn of(remote: &'r str) -> Option<Self> {
        let address = match remote.split_once("://") {
            Some((scheme, rest)) => {
                let (place, path) = rest.split_once('/')?;
                let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
                let (host, port) = place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port)));
                let web = ["https", "http"].into_iter().find(|known| scheme.eq_ignore_ascii_case(known));
                let fetched = web.is_some() || ["ssh", "git", "git+ssh", "ssh+git"].contains(&scheme);
                fetched.then_some(Self { web, host, port: port.filter(|port| !port.is_empty()), path })?
            }
            // The short form of ssh has its colon before any slash; a path has none, or is one of Windows.
            None => {
                let (place, path) =
                    remote.split_once(':').filter(|(place, _)| !place.contains('/') && place.len() > 1)?;
                let host = place.rsplit_once('@').map_or(place, |(_, host)| host);
                Self { web: None, host, port: None, path }
            }
        };
        let named = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        let sound = !address.host.is_empty() && address.host.chars().all(named);
        let numbered = address.port.is_none_or(|port| port.chars().all(|c| c.is_ascii_digit()));
        (sound && numbered).then_some(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(remote: &str) -> Option<String> {
        CodeLinks::new(remote, "c0ffee", "").map(|links| links.line("app/a.py", 7))
    }

    #[test]
    fn each_host_has_its_addresses_in_each_form_of_a_remote() {
        let github = "https://github.com/o/r/blob/c0ffee/app/a.py#L7";
        for remote in [
            "git@github.com:o/r.git",
            "github.com:o/r",
            "ssh://git@github.com/o/r.git",
            "ssh://git@ssh.github.com:443/o/r.git",
            "https://github.com/o/r",
            "https://github.com/o/r.git/",
            "https://user:secret@github.com/o/r.git",
            "git://github.com/o/r.git\n",
        ] {
            assert_eq!(line(remote).as_deref(), Some(github), "{remote}");
        }
        for (remote, page) in [
            ("git@gitlab.com:g/sub/deep/r.git", "https://gitlab.com/g/sub/deep/r/-/blob/c0ffee/app/a.py#L7"),
            ("https://gitlab.corp.io:8443/g/r.git", "https://gitlab.corp.io:8443/g/r/-/blob/c0ffee/app/a.py#L7"),
            ("ssh://git@code.corp.io:2222/g/sub/r.git", "https://code.corp.io/g/sub/r/-/blob/c0ffee/app/a.py#L7"),
            ("git@bitbucket.org:o/r.git", "https://bitbucket.org/o/r/src/c0ffee/app/a.py#lines-7"),
            ("https://codeberg.org/o/r.git", "https://codeberg.org/o/r/src/commit/c0ffee/app/a.py#L7"),
            ("http://gitea.local:3000/o/r", "http://gitea.local:3000/o/r/src/commit/c0ffee/app/a.py#L7"),
            (
                "ssh://git@bitbucket.corp.io:7999/PRJ/r.git",
                "https://bitbucket.corp.io/projects/PRJ/repos/r/browse/app/a.py?at=c0ffee#7",
            ),
        ] {
            assert_eq!(line(remote).as_deref(), Some(page), "{remote}");
        }
    }

    #[test]
    fn what_is_no_known_host_has_no_address() {
        for remote in [
            "",
            "/srv/git/r.git",
            "../r.git",
            "C:\\code\\r",
            "file:///srv/git/r.git",
            "git@work:o/r.git",
            "https://git.corp.io/o/r.git",
            "https://github.com/r",
            "javascript://github.com/o/r",
            "https://github.com\"><script>/o/r",
            "https://github.com:80x/o/r",
        ] {
            assert_eq!(line(remote), None, "{remote}");
        }
    }

    #[test]
    fn a_repository_is_named_by_its_remote() {
        for (remote, name) in [
            ("git@github.com:o/r.git", Some("o/r")),
            ("https://user:secret@gitlab.com/g/sub/r.git/", Some("g/sub/r")),
            ("/srv/git/r.git", Some("r")),
            ("C:\\code\\r", Some("r")),
            ("", None),
        ] {
            assert_eq!(CodeLinks::name(remote).as_deref(), name, "{remote}");
        }
    }

    #[test]
    fn a_path_is_escaped_and_stands_below_the_project() {
        let links = CodeLinks::new("git@github.com:o/r.git", "c0ffee", "services/a b/").unwrap();
        assert_eq!(
            links.line("x (1)|#é`.py", 3),
            "https://github.com/o/r/blob/c0ffee/services/a%20b/x%20%281%29%7C%23%C3%A9%60.py#L3"
        );
    }
}
