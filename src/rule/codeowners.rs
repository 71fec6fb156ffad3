//! Components from a CODEOWNERS file: the files of each owner.
//!
//! In: the text and the place of the file, as GitHub and GitLab read it. Out: a component for each owner. Of the patterns
//! that name a file the last one counts, in GitLab in each section by itself. What the hosts do not agree on is decided by
//! where the file stands, and by sections, which only GitLab has.
//!
//! Sources: "About code owners" in the documentation of GitHub, "Code Owners syntax" in that of GitLab.

use std::collections::BTreeMap;
use std::sync::Arc;

use globset::{Glob, GlobBuilder, GlobSet};
use sha2::{Digest, Sha256};

use super::subtree::is_below;
use super::{Component, Origin, RuleSet, RulesFile, RulesText};
use crate::problem::Problem;
use crate::source::Span;

use super::complaint::{error, warning};

/// The places of the file in a repository, in the order in which they are looked at: GitHub's, then GitLab's own.
pub const PLACES: [&str; 4] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// The files of each owner.
#[derive(Debug, Clone)]
pub struct CodeOwners {
    sections: Vec<OwnersSection>,
    /// The project root, relative to the top of the repository; empty if they are one.
    below: String,
}

/// The files that an owner has by a CODEOWNERS file.
#[derive(Debug, Clone)]
pub struct OwnedFiles {
    /// The file.
    pub all: Arc<CodeOwners>,
    /// The owner.
    pub owner: Arc<str>,
}

impl OwnedFiles {
    /// Tells whether the file at a path is one of them.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.all.owners(path).any(|owner| *owner == self.owner)
    }
}

#[derive(Debug, Clone, Default)]
struct OwnersSection {
    /// Its name in lower case: sections of one name are one.
    name: String,
    /// The owners of entries that name none.
    defaults: Vec<Arc<str>>,
    entries: Vec<OwnedPattern>,
    globs: GlobSet,
    /// For each glob the entry that it is of.
    of_glob: Vec<usize>,
}

#[derive(Debug, Clone)]
struct OwnedPattern {
    owners: Vec<Arc<str>>,
    /// It takes files out of the section for good.
    excludes: bool,
}

/// The host whose rules a file follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CodeHost {
    GitHub,
    GitLab,
}

impl CodeOwners {
    /// Lists the owners of the file at a path, relative to the project root.
    fn owners(&self, path: &str) -> impl Iterator<Item = &Arc<str>> {
        let path = if self.below.is_empty() { path.to_owned() } else { format!("{}/{path}", self.below) };
        self.sections.iter().filter_map(move |section| section.last(&path)).flat_map(|entry| &entry.owners)
    }
}

impl OwnersSection {
    /// Returns the entry that counts for a path.
    fn last(&self, path: &str) -> Option<&OwnedPattern> {
        let mut matching: Vec<usize> = self.globs.matches(path).into_iter().map(|glob| self.of_glob[glob]).collect();
        matching.sort_unstable();
        let excluded = matching.iter().any(|at| self.entries[*at].excludes);
        matching.last().filter(|_| !excluded).map(|at| &self.entries[*at])
    }
}

/// Adds the components of a CODEOWNERS file to rules.
pub fn add(rules: &mut RuleSet, file: RulesText, below: &str, problems: &mut Vec<Problem>) {
    let sha256 = format!("{:x}", Sha256::digest(file.text.as_bytes()));
    rules.files.push(RulesFile { name: Arc::clone(&file.name), sha256 });
    let origin = Origin { file: file.name, text: file.text, ..Origin::default() };
    let declared = |it: &Component, rules: &RuleSet| rules.components.iter().any(|known| known.id == it.id);
    for component in components(&origin, below, problems) {
        if !declared(&component, rules) {
            rules.components.push(component);
        }
    }
}

/// Reports that there is no CODEOWNERS file to read.
#[must_use]
pub fn missing(wanted: &Origin, why: &str) -> Problem {
    let help = "write one, or remove the key";
    error(wanted, format!("no CODEOWNERS file gives components: {why}")).with_help(help)
}

/// Reads the file `origin` as the components of a project that is `below` the top of the repository.
pub(super) fn components(origin: &Origin, below: &str, problems: &mut Vec<Problem>) -> Vec<Component> {
    let host = host_of(origin);
    let mut reader = OwnersReader { host, sections: vec![OwnersSection::default()], globs: vec![Vec::new()], at: 0 };
    let mut start = 0;
    for line in origin.text.split_inclusive('\n') {
        if let Some(message) = reader.line(line.trim()) {
            let end = start + line.trim_end().len();
            let place = Origin { span: Span::new(offset(start), offset(end)), ..origin.clone() };
            problems.push(warning(&place, message).with_help("the line counts for nothing"));
        }
        start += line.len();
    }
    let all = Arc::new(CodeOwners { sections: reader.finished(), below: below.to_owned() });
    let mut first: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    let entries = all.sections.iter().flat_map(|section| &section.entries).flat_map(|entry| &entry.owners);
    for (at, owner) in entries.enumerate() {
        first.entry(Arc::clone(owner)).or_insert(at);
    }
    let mut owners: Vec<(usize, Arc<str>)> = first.into_iter().map(|(owner, at)| (at, owner)).collect();
    owners.sort_unstable();
    let component = |owner: Arc<str>| Component {
        id: Arc::clone(&owner),
        paths: Vec::new(),
        owned: Some(OwnedFiles { all: Arc::clone(&all), owner }),
        fail_under: None,
        impact: None,
        origin: origin.clone(),
    };
    owners.into_iter().map(|(_, owner)| component(owner)).collect()
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn host_of(origin: &Origin) -> CodeHost {
    let below = |directory: &str| origin.file.split('/').rev().nth(1) == Some(directory);
    let sections = || origin.text.lines().any(|line| header(line.trim()).is_some());
    match below(".gitlab") || !below(".github") && sections() {
        true => CodeHost::GitLab,
        false => CodeHost::GitHub,
    }
}

/// Takes the head of a section apart: its name, and the owners behind it. `^` says that nobody has to approve, a number how
/// many must.
fn header(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.strip_prefix('^').unwrap_or(line).strip_prefix('[')?.split_once(']')?;
    let rest = match rest.strip_prefix('[').and_then(|count| count.split_once(']')) {
        Some((count, rest)) if count.bytes().all(|it| it.is_ascii_digit()) => rest,
        _ => rest,
    };
    (!name.is_empty() && (rest.is_empty() || rest.starts_with(' '))).then_some((name, rest))
}

struct OwnersReader {
    host: CodeHost,
    sections: Vec<OwnersSection>,
    /// The globs of each section, with the entry that each is of.
    globs: Vec<Vec<(Glob, usize)>>,
    /// The section that is read.
    at: usize,
}

impl OwnersReader {
    /// Reads a line; says what is wrong with it.
    fn line(&mut self, line: &str) -> Option<String> {
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        if self.host == CodeHost::GitLab
            && let Some((name, owners)) = header(line)
        {
            self.open(&name.to_lowercase(), owners_of(&words(owners)));
            return None;
        }
        let words = words(line);
        let (pattern, rest) = words.split_first()?;
        let (pattern, excludes) = match pattern.strip_prefix('!') {
            Some(pattern) if self.host == CodeHost::GitLab => (pattern, true),
            Some(_) => return Some("`!` has no meaning in a CODEOWNERS file of GitHub".to_owned()),
            None => (pattern.as_str(), false),
        };
        let section = &mut self.sections[self.at];
        let owners = match owners_of(rest) {
            none if none.is_empty() => section.defaults.clone(),
            some => some,
        };
        let entry = section.entries.len();
        section.entries.push(OwnedPattern { owners, excludes });
        for text in globs(self.host, pattern) {
            match GlobBuilder::new(&text).literal_separator(true).backslash_escape(true).build() {
                Ok(glob) => self.globs[self.at].push((glob, entry)),
                Err(why) => return Some(format!("`{pattern}` is no valid pattern: {}", why.kind())),
            }
        }
        None
    }

    fn open(&mut self, name: &str, defaults: Vec<Arc<str>>) {
        match self.sections.iter().position(|section| section.name == name) {
            Some(at) => self.at = at,
            None => {
                self.at = self.sections.len();
                self.sections.push(OwnersSection { name: name.to_owned(), ..OwnersSection::default() });
                self.globs.push(Vec::new());
            }
        }
        self.sections[self.at].defaults = defaults;
    }

    fn finished(self) -> Vec<OwnersSection> {
        let finish = |(section, globs): (OwnersSection, Vec<(Glob, usize)>)| {
            let of_glob = globs.iter().map(|(_, entry)| *entry).collect();
            let mut set = GlobSet::builder();
            globs.into_iter().for_each(|(glob, _)| {
                set.add(glob);
            });
            OwnersSection { globs: set.build().unwrap_or_default(), of_glob, ..section }
        };
        self.sections.into_iter().zip(self.globs).map(finish).collect()
    }
}

/// Splits a line at white space that no `\` stands before, up to a comment.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let open = words.last().is_none_or(String::is_empty);
        match c {
            '\\' if chars.peek().is_some_and(|next| matches!(next, ' ' | '#' | '\\')) => {
                let escaped = chars.next().into_iter();
                words.last_mut().into_iter().for_each(|word| word.extend(escaped.clone()));
            }
            '#' if open => break,
            c if c.is_whitespace() => {
                if !open {
                    words.push(String::new());
                }
            }
            c => words.last_mut().into_iter().for_each(|word| word.push(c)),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The words that name somebody: a user, a team, a role, an address.
fn owners_of(words: &[String]) -> Vec<Arc<str>> {
    words.iter().filter(|word| word.contains('@')).map(|word| word.as_str().into()).collect()
}

/// Writes a pattern as globs of whole paths.
fn globs(host: CodeHost, pattern: &str) -> Vec<String> {
    let directory = pattern.ends_with('/');
    let name = pattern.trim_start_matches('/').trim_end_matches('/');
    let anchored = match host {
        CodeHost::GitHub => pattern.starts_with('/') || name.contains('/'),
        CodeHost::GitLab => pattern.starts_with('/'),
    };
    let base = format!("{}{}", if anchored { "" } else { "**/" }, literal_signs(host, name));
    let below = format!("{base}/**");
    if name.is_empty() || name == "*" && !anchored {
        return vec!["**".to_owned()];
    }
    match host {
        _ if directory => vec![below],
        // `**` at the end is `*` to GitLab.
        CodeHost::GitLab => vec![base.strip_suffix("/**").map_or(base.clone(), |before| format!("{before}/*"))],
        // `docs/*` names what is in `docs`, and not what is below.
        CodeHost::GitHub if base.ends_with("/*") || base.ends_with("/**") => vec![base],
        CodeHost::GitHub => vec![base, below],
    }
}

/// Escapes what is a sign in a glob and none in such a pattern.
fn literal_signs(host: CodeHost, text: &str) -> String {
    let mut written = String::new();
    for c in text.chars() {
        match c {
            '{' | '}' | '\\' => written.extend(['\\', c]),
            '[' | ']' if host == CodeHost::GitHub => written.extend(['\\', c]),
            _ => written.push(c),
        }
    }
    written
}

/// Returns the path of a project root below the top of its repository, with `/`; none if it is not there.
#[must_use]
pub fn below_top<'p>(top: &str, root: &'p str) -> Option<&'p str> {
    is_below(root, top).then(|| root[top.len()..].trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(place: &str, text: &str) -> (Vec<Component>, Vec<Problem>) {
        let origin = Origin { file: place.into(), text: text.into(), ..Origin::default() };
        let mut problems = Vec::new();
        (components(&origin, "", &mut problems), problems)
    }

    /// The owners of each path.
    fn owners(place: &str, text: &str, paths: &[&str]) -> Vec<String> {
        let (components, _) = read(place, text);
        let of = |path: &&str| {
            let having = components.iter().filter(|it| it.has(path)).map(|it| it.id.to_string());
            having.collect::<Vec<_>>().join(" ")
        };
        paths.iter().map(of).collect()
    }

    #[test]
    fn the_last_pattern_counts_as_the_documentation_of_github_shows() {
        let text = "\
# comment
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/* docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @logs
/apps/ @octocat
/apps/github
/a[b].py @brackets
";
        let paths = [
            "x.py",
            "lib/x.js",
            "x.go",
            "build/logs/a/x.py",
            "docs/x.py",
            "docs/build/x.py",
            "a/apps/x.py",
            "scripts/x.py",
            "a/logs/b/x.py",
            "apps/github/x.py",
            "apps/x.py",
            "a[b].py",
            "ab.py",
        ];
        let expected = [
            "@global-owner1 @global-owner2",
            "@js-owner",
            "docs@example.com",
            "@logs",
            "@doctocat",
            "@doctocat",
            "@octocat",
            "@doctocat @octocat",
            "@logs",
            "",
            "@octocat",
            "@brackets",
            "@global-owner1 @global-owner2",
        ];
        let found = owners(".github/CODEOWNERS", text, &paths);
        for ((path, found), expected) in paths.iter().zip(found).zip(expected) {
            let mut expected: Vec<&str> = expected.split(' ').collect();
            let mut found: Vec<&str> = found.split(' ').collect();
            expected.sort_unstable();
            found.sort_unstable();
            assert_eq!(found, expected, "{path}");
        }
        assert_eq!(owners("CODEOWNERS", "docs/* @a\n", &["docs/x.py", "docs/b/x.py", "c/docs/x.py"]), ["@a", "", ""]);
    }

    #[test]
    fn gitlab_has_sections_defaults_and_exclusions() {
        let text = "\
* @all
docs/ @docs
/docs/*.md @md
path with\\ space/*.py @space
[Python] @py
*.py
!vendor/**/*.py
[Database][2] @dba
model/db/ @db
^[PYTHON] @snake
*.pyi
";
        let paths = ["x.py", "a/docs/b/x.c", "docs/x.md", "a/docs/x.md", "vendor/a/x.py", "x/model/db/t.sql", "x.pyi"];
        let found = owners("CODEOWNERS", text, &paths);
        assert_eq!(found, ["@all @py", "@docs", "@md", "@docs", "@all", "@all @db", "@all @snake"]);
        assert_eq!(owners(".gitlab/CODEOWNERS", "a/*.py @a\n", &["x/a/b.py", "a/b/c.py"]), ["@a", ""]);
    }

    #[test]
    fn lines_that_mean_nothing_are_said() {
        let (components, problems) = read(".github/CODEOWNERS", "*.py @a\n!x.py @b\n");
        assert_eq!(components.len(), 1);
        assert_eq!((problems.len(), problems[0].line), (1, 2));
    }

    #[test]
    fn a_project_below_the_top_has_its_part() {
        let origin = Origin { file: "CODEOWNERS".into(), text: "/services/a/x/ @x\n".into(), ..Origin::default() };
        let found = components(&origin, "services/a", &mut Vec::new());
        assert!(found[0].has("x/y.py") && !found[0].has("services/a/x/y.py"));
        assert_eq!(
            (below_top("/r", "/r/a/b"), below_top("/r", "/r"), below_top("/r", "/rx")),
            (Some("a/b"), Some(""), None)
        );
    }
}
