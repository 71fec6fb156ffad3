//! Expectations: their grammar.
//!
//! In: comments of source lines and lines of `expect` blocks. Out: plain data to compare.
//!
//! A marked expectation is `# error: [rule-id] symbol key=value ...` (`//` in Rust; `warning`, `note` likewise), several
//! on a line separated by `; `. `symbol` may give alternatives with `|`. Keys: `col`, `end` (line:column), `form`,
//! `confidence`, `context`, `scope` (`-` for module level), `written`, `via` (`path:line`, any step), `points`.
//! `todo` before the severity marks a known gap: the place is not reported today and shall be. `todo silent` marks a
//! place that is reported today and shall not be. Both fail as soon as they are no longer true.
//!
//! Lines of an `expect` block: `PATH:LINE: error: [...] ...` (where no comment can stand), `score SOURCE = 66.66
//! adopters=1 debt=1` or `score SOURCE = unmeasured`, `adopters SOURCE = PATH ...`, `owners SOURCE = PATH ...`,
//! `inferred SOURCE = PATH [users=N]`, `inferred SOURCE = none`, `names SOURCE = NAME ...` (of the inferred owner),
//! `candidates SOURCE = PATH ...` (where none is inferred), `exempted = N`, `exempted PATH:LINE [rule]`,
//! `[todo] unresolved PATH:LINE REASON`, `no unresolved`, `problem KIND LOCATION [TEXT]` (`LOCATION` is `PATH:LINE`, `PATH` or
//! `-`; the message contains `TEXT`), `no problems`, `ROLE SYMBOL [wraps=A,B] [shared=m,n] [of=N] [importers=N]` for
//! implementations (`rival`, `shim`, `double`; when one is stated all are compared), `no implementations`. `#` begins a
//! comment line.

use std::collections::BTreeMap;

/// Everything a scenario expects.
#[derive(Debug, Default)]
pub struct Expectations {
    /// Violations.
    pub marked: Vec<Marked>,
    /// Scores with their terms.
    pub scores: Vec<ExpectedScore>,
    /// Lists of files for each source.
    pub lists: Vec<ExpectedList>,
    /// Inferred owners.
    pub inferred: Vec<ExpectedInferred>,
    /// Number of exempted places.
    pub exempted_count: Option<(usize, usize)>,
    /// Exempted places: path, line, rule, page line.
    pub exempted: Vec<(String, usize, String, usize)>,
    /// Undecided uses; compared only if stated, also as none.
    pub unresolved: Option<Vec<ExpectedUnresolved>>,
    /// Implementations: page line, role, symbol, conditions; compared only if stated, also as none.
    pub implementations: Option<Vec<(usize, Vec<String>)>>,
    /// Problems; compared only if stated, also as none.
    pub problems: Option<Vec<ExpectedProblem>>,
}

/// One expected violation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// The file.
    pub path: String,
    /// 1-based line in the file.
    pub line: usize,
    /// 1-based line in the page.
    pub page_line: usize,
    /// `error`, `warning` or `note`.
    pub severity: String,
    /// The rule's id.
    pub rule: String,
    /// Alternatives of the symbol.
    pub symbols: Vec<String>,
    /// Further conditions.
    pub qualifiers: BTreeMap<String, String>,
    /// Whether the implementation is known to fall short here.
    pub todo: Todo,
}

/// Known gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Todo {
    /// None: it holds.
    No,
    /// Not reported today and shall be.
    Missing,
    /// Reported today and shall not be.
    Silent,
}

/// `score SOURCE = VALUE adopters=A debt=D`.
#[derive(Debug, PartialEq, Eq)]
pub struct ExpectedScore {
    pub source: String,
    /// As printed, or `unmeasured`.
    pub value: String,
    pub adopters: Option<u64>,
    /// As printed, with at most three places.
    pub debt: Option<String>,
    pub page_line: usize,
}

/// `adopters SOURCE = ...` and `owners SOURCE = ...`.
#[derive(Debug, PartialEq, Eq)]
pub struct ExpectedList {
    pub what: String,
    pub source: String,
    pub paths: Vec<String>,
    pub page_line: usize,
}

/// `inferred SOURCE = PATH [users=N]`.
#[derive(Debug, PartialEq, Eq)]
pub struct ExpectedInferred {
    pub source: String,
    pub path: Option<String>,
    pub users: Option<usize>,
    pub page_line: usize,
}

/// `unresolved PATH:LINE REASON`.
#[derive(Debug, PartialEq, Eq)]
pub struct ExpectedUnresolved {
    /// A known gap: it is not counted today and shall be.
    pub todo: bool,
    pub path: String,
    pub line: usize,
    pub reason: String,
    pub page_line: usize,
}

/// `problem KIND LOCATION [TEXT]`.
#[derive(Debug, PartialEq, Eq)]
pub struct ExpectedProblem {
    /// `config`, `dead`, `read`, `parse` or `note`.
    pub kind: String,
    pub path: Option<String>,
    pub line: Option<usize>,
    pub text: String,
    pub page_line: usize,
}

const SEVERITIES: [&str; 3] = ["error", "warning", "note"];
const PROBLEMS: [&str; 5] = ["config", "dead", "read", "parse", "note"];
const KEYS: [&str; 9] = ["col", "end", "form", "confidence", "context", "scope", "written", "via", "points"];

impl Marked {
    /// The expectations in the comment of one source line.
    pub fn in_comment(path: &str, line: usize, page_line: usize, text: &str) -> Result<Vec<Self>, String> {
        let Some(comment) = marker(text) else { return Ok(Vec::new()) };
        comment
            .split("; ")
            .map(|item| Self::parse(item.trim_start_matches(['#', '/', ' '])))
            .map(|parsed| parsed.map(|marked| Self { path: path.to_owned(), line, page_line, ..marked }))
            .collect()
    }

    /// `[todo] severity: [rule] symbol key=value ...`.
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("not an expectation: {text}");
        let (todo, rest) = match text.strip_prefix("todo ") {
            Some(rest) => match rest.strip_prefix("silent ") {
                Some(rest) => (Todo::Silent, rest),
                None => (Todo::Missing, rest),
            },
            None => (Todo::No, text),
        };
        let (severity, rest) = rest.split_once(": [").ok_or_else(wrong)?;
        let (rule, rest) = rest.split_once("] ").ok_or_else(wrong)?;
        if !SEVERITIES.contains(&severity) {
            return Err(format!("unknown severity {severity}"));
        }
        let mut words = rest.split_whitespace();
        let symbols = words.next().ok_or_else(wrong)?.split('|').map(str::to_owned).collect();
        let mut qualifiers = BTreeMap::new();
        for word in words {
            let (key, value) = word.split_once('=').ok_or_else(|| format!("not key=value: {word}"))?;
            if !KEYS.contains(&key) {
                return Err(format!("unknown key {key}"));
            }
            if qualifiers.insert(key.to_owned(), value.to_owned()).is_some() {
                return Err(format!("{key} stands twice"));
            }
        }
        Ok(Self {
            path: String::new(),
            line: 0,
            page_line: 0,
            severity: severity.to_owned(),
            rule: rule.to_owned(),
            symbols,
            qualifiers,
            todo,
        })
    }
}

/// What follows the comment sign, if the line has a comment that is an expectation.
fn marker(text: &str) -> Option<&str> {
    let starts = SEVERITIES.iter().map(|word| format!("{word}: ")).chain(["todo ".to_owned()]);
    let marks: Vec<String> = starts.flat_map(|start| [format!("# {start}"), format!("// {start}")]).collect();
    let at = marks.iter().filter_map(|mark| text.find(mark.as_str())).min()?;
    Some(&text[at..])
}

impl Expectations {
    /// Takes in one line of an `expect` block.
    pub fn add_line(&mut self, line: &str, page_line: usize) -> Result<(), String> {
        let line = line.trim();
        let wrong = || format!("not an expectation: {line}");
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        let (todo, line) = line.strip_prefix("todo ").map_or((false, line), |line| (true, line));
        let (word, rest) = line.split_once(' ').ok_or_else(wrong)?;
        if todo && word != "unresolved" {
            return Err(format!("`todo` goes with `unresolved` here: {line}"));
        }
        match word {
            "score" => self.scores.push(score(rest, page_line).ok_or_else(wrong)?),
            "adopters" | "owners" | "candidates" | "names" => {
                let (source, paths) = rest.split_once(" =").ok_or_else(wrong)?;
                let mut paths: Vec<String> = paths.split_whitespace().map(str::to_owned).collect();
                paths.sort();
                self.lists.push(ExpectedList { what: word.into(), source: source.into(), paths, page_line });
            }
            "inferred" => self.inferred.push(inferred(rest, page_line).ok_or_else(wrong)?),
            "exempted" => match rest.strip_prefix("= ") {
                Some(count) => self.exempted_count = Some((count.parse().map_err(|_| wrong())?, page_line)),
                None => {
                    let (place, rule) = rest.split_once(" [").ok_or_else(wrong)?;
                    let (path, line) = place_of(place).ok_or_else(wrong)?;
                    self.exempted.push((path, line, rule.trim_end_matches(']').to_owned(), page_line));
                }
            },
            "unresolved" => {
                let (place, reason) = rest.split_once(' ').ok_or_else(wrong)?;
                let (path, line) = place_of(place).ok_or_else(wrong)?;
                let item = ExpectedUnresolved { todo, path, line, reason: reason.trim().to_owned(), page_line };
                self.unresolved.get_or_insert_default().push(item);
            }
            "problem" => {
                self.problems.get_or_insert_default().push(problem(rest, page_line).ok_or_else(wrong)?);
            }
            "rival" | "shim" | "double" => {
                let words = line.split_whitespace().map(str::to_owned).collect();
                self.implementations.get_or_insert_default().push((page_line, words));
            }
            "no" if rest == "implementations" => drop(self.implementations.get_or_insert_default()),
            "no" if rest == "unresolved" => drop(self.unresolved.get_or_insert_default()),
            "no" if rest == "problems" => drop(self.problems.get_or_insert_default()),
            place => {
                let (path, line) = place_of(place.strip_suffix(':').ok_or_else(wrong)?).ok_or_else(wrong)?;
                for item in rest.split("; ") {
                    self.marked.push(Marked { path: path.clone(), line, page_line, ..Marked::parse(item)? });
                }
            }
        }
        Ok(())
    }

    /// How many single statements the scenario makes.
    #[must_use]
    pub fn count(&self) -> usize {
        self.marked.len()
            + self.scores.len()
            + self.lists.len()
            + self.inferred.len()
            + self.exempted.len()
            + usize::from(self.exempted_count.is_some())
            + self.unresolved.as_ref().map_or(0, |list| list.len().max(1))
            + self.problems.as_ref().map_or(0, |list| list.len().max(1))
            + self.implementations.as_ref().map_or(0, |list| list.len().max(1))
    }
}

fn place_of(text: &str) -> Option<(String, usize)> {
    let (path, line) = text.rsplit_once(':')?;
    Some((path.to_owned(), line.parse().ok()?))
}

fn score(text: &str, page_line: usize) -> Option<ExpectedScore> {
    let (source, rest) = text.split_once(" = ")?;
    let mut words = rest.split_whitespace();
    let value = words.next()?.to_owned();
    let (mut adopters, mut debt) = (None, None);
    for word in words {
        match word.split_once('=')? {
            ("adopters", number) => adopters = Some(number.parse().ok()?),
            ("debt", number) => debt = Some(number.to_owned()),
            _ => return None,
        }
    }
    Some(ExpectedScore { source: source.to_owned(), value, adopters, debt, page_line })
}

fn inferred(text: &str, page_line: usize) -> Option<ExpectedInferred> {
    let (source, rest) = text.split_once(" = ")?;
    let mut words = rest.split_whitespace();
    let path = words.next().filter(|path| *path != "none").map(str::to_owned);
    let users = match words.next() {
        Some(word) => Some(word.strip_prefix("users=")?.parse().ok()?),
        None => None,
    };
    Some(ExpectedInferred { source: source.to_owned(), path, users, page_line })
}

fn problem(text: &str, page_line: usize) -> Option<ExpectedProblem> {
    let mut words = text.splitn(3, ' ');
    let kind = words.next().filter(|kind| PROBLEMS.contains(kind))?.to_owned();
    let place = words.next()?;
    let (path, line) = match place_of(place) {
        Some((path, line)) => (Some(path), Some(line)),
        None => (Some(place.to_owned()).filter(|path| path != "-"), None),
    };
    Some(ExpectedProblem { kind, path, line, text: words.next().unwrap_or_default().to_owned(), page_line })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_gives_its_expectations() {
        let line = "x = f()  # error: [a] m.C col=5 form=alias; todo warning: [b] n.D|n.E; todo silent note: [c] o";
        let found = Marked::in_comment("a.py", 7, 9, line).unwrap();
        assert_eq!(found.len(), 3);
        assert_eq!(
            (found[0].rule.as_str(), found[0].symbols.as_slice(), found[0].todo),
            ("a", &["m.C".to_owned()][..], Todo::No)
        );
        assert_eq!(found[0].qualifiers["form"], "alias");
        assert_eq!((found[1].severity.as_str(), found[1].symbols.len(), found[1].todo), ("warning", 2, Todo::Missing));
        assert_eq!((found[2].todo, found[2].line, found[2].page_line), (Todo::Silent, 7, 9));
        assert_eq!(Marked::in_comment("a.rs", 1, 1, "f(); // note: [a] m::f").unwrap().len(), 1);
        assert_eq!(Marked::in_comment("a.py", 1, 1, "# an error: none").unwrap(), []);
    }

    #[test]
    fn a_misspelt_expectation_is_an_error() {
        for line in [
            "# error: a m",
            "# error: [a] m colour=1",
            "# todo later",
            "# error: [a] m col",
            "# error: [a] m col=1 col=2",
        ] {
            assert!(Marked::in_comment("a.py", 1, 1, line).is_err(), "{line}");
        }
        for line in [
            "score redis",
            "adopters a.py",
            "unresolved a.py why",
            "problem",
            "problem odd -",
            "nonsense here",
            "no idea",
        ] {
            assert!(Expectations::default().add_line(line, 1).is_err(), "{line}");
        }
    }

    #[test]
    fn a_block_gives_its_expectations() {
        let mut all = Expectations::default();
        for line in [
            "# a comment",
            "a.py:3: error: [r] m.C",
            "score redis = 66.66 adopters=1 debt=0.5",
            "adopters redis = b.py a.py",
            "inferred redis = a.py users=2",
            "exempted = 2",
            "exempted a.py:3 [r]",
            "unresolved a.py:3 computed-attribute",
            "problem dead ssot.toml:4 matches no file",
            "problem parse a.py",
        ] {
            all.add_line(line, 1).unwrap();
        }
        assert_eq!((all.marked[0].path.as_str(), all.marked[0].line), ("a.py", 3));
        assert_eq!((all.scores[0].adopters, all.scores[0].debt.as_deref()), (Some(1), Some("0.5")));
        assert_eq!(all.lists[0].paths, ["a.py", "b.py"]);
        assert_eq!((all.inferred[0].path.as_deref(), all.inferred[0].users), (Some("a.py"), Some(2)));
        assert_eq!(all.exempted_count, Some((2, 1)));
        assert_eq!(all.unresolved.as_ref().unwrap()[0].reason, "computed-attribute");
        let problems = all.problems.as_ref().unwrap();
        assert_eq!((problems[0].path.as_deref(), problems[0].line), (Some("ssot.toml"), Some(4)));
        assert_eq!((problems[0].text.as_str(), problems[1].line), ("matches no file", None));
        assert_eq!(all.count(), 9);
        all.add_line("no unresolved", 1).unwrap();
        assert_eq!(all.unresolved.as_ref().unwrap().len(), 1);
    }
}
