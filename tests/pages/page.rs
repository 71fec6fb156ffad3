//! Literate pages: Markdown to scenarios.
//!
//! In: the text of a page. Out: its scenarios, each with a rules file, source files and expectations. A page that is
//! not understood is an error with its line: a scenario that is silently skipped would be a test that cannot fail.
//!
//! The form: a fence ```` ```toml ssot.toml ```` before the first `## ` heading is the page's default rules file, one
//! inside a scenario replaces it; ```` ```python path=app/core.py ```` (any language) is a file of the tree;
//! ```` ```expect ```` holds what cannot stand in a comment (see [`super::expect`]).

use super::expect::{Expectations, Marked};

/// One page.
#[derive(Debug)]
pub struct Page {
    /// Path relative to the repository root.
    pub name: String,
    /// Its scenarios, in order.
    pub scenarios: Vec<Scenario>,
}

/// One `## ` section.
#[derive(Debug)]
pub struct Scenario {
    /// The heading.
    pub title: String,
    /// 1-based line of the heading in the page.
    pub page_line: usize,
    /// The rules file.
    pub rules: String,
    /// The tree.
    pub files: Vec<PageFile>,
    /// What shall be found.
    pub expected: Expectations,
}

/// A file of a scenario's tree.
#[derive(Debug)]
pub struct PageFile {
    /// Relative to the project root.
    pub path: String,
    /// Its text.
    pub text: String,
    /// 1-based line of its first line in the page.
    pub page_line: usize,
}

/// A fenced block.
struct Fence {
    info: String,
    text: String,
    page_line: usize,
}

impl Page {
    /// Reads a page.
    ///
    /// # Errors
    /// `name:line: what is wrong`.
    pub fn parse(name: &str, text: &str) -> Result<Self, String> {
        let mut page_rules: Option<String> = None;
        let mut scenarios: Vec<Scenario> = Vec::new();
        let mut lines = text.lines().enumerate();
        while let Some((at, line)) = lines.next() {
            if let Some(title) = line.strip_prefix("## ") {
                scenarios.push(Scenario::new(title.trim(), at + 1, page_rules.clone().unwrap_or_default()));
            } else if let Some(info) = line.strip_prefix("```") {
                let fence = read_fence(info, at, &mut lines).map_err(|error| format!("{name}:{error}"))?;
                match scenarios.last_mut() {
                    Some(scenario) => scenario.add(fence),
                    None if fence.info == "toml ssot.toml" => {
                        page_rules = Some(fence.text);
                        Ok(())
                    }
                    None => Err(format!("{}: only a rules block may stand before the first scenario", at + 1)),
                }
                .map_err(|error| format!("{name}:{error}"))?;
            }
        }
        for scenario in &scenarios {
            scenario.check().map_err(|error| format!("{name}:{}: {error}", scenario.page_line))?;
        }
        if scenarios.is_empty() {
            return Err(format!("{name}: no scenario"));
        }
        Ok(Self { name: name.to_owned(), scenarios })
    }
}

fn read_fence<'a>(info: &str, at: usize, lines: &mut impl Iterator<Item = (usize, &'a str)>) -> Result<Fence, String> {
    let mut text = String::new();
    for (_, line) in lines {
        if line == "```" {
            return Ok(Fence { info: info.trim().to_owned(), text, page_line: at + 2 });
        }
        text.push_str(line);
        text.push('\n');
    }
    Err(format!("{}: the block has no end", at + 1))
}

impl Scenario {
    fn new(title: &str, page_line: usize, rules: String) -> Self {
        Self { title: title.to_owned(), page_line, rules, files: Vec::new(), expected: Expectations::default() }
    }

    fn add(&mut self, fence: Fence) -> Result<(), String> {
        let Fence { info, text, page_line } = fence;
        if info == "toml ssot.toml" {
            self.rules = text;
        } else if info == "expect" {
            for (at, line) in text.lines().enumerate() {
                self.expected.add_line(line, page_line + at).map_err(|error| format!("{}: {error}", page_line + at))?;
            }
        } else if let Some((_, path)) = info.split_once(" path=") {
            if self.files.iter().any(|file| file.path == path) {
                return Err(format!("{}: {path} stands twice in the scenario", page_line - 1));
            }
            for (at, line) in text.lines().enumerate() {
                let marked = Marked::in_comment(path, at + 1, page_line + at, line)
                    .map_err(|error| format!("{}: {error}", page_line + at))?;
                self.expected.marked.extend(marked);
            }
            self.files.push(PageFile { path: path.to_owned(), text, page_line });
        } else {
            return Err(format!("{}: a block is `toml ssot.toml`, `LANG path=...` or `expect`", page_line - 1));
        }
        Ok(())
    }

    fn check(&self) -> Result<(), String> {
        if self.files.is_empty() {
            return Err("the scenario has no file".to_owned());
        }
        // A file that must exist and does not is reported under its own path.
        let missing = |marked: &&Marked| marked.symbols == [marked.path.clone()];
        let known = |marked: &&Marked| missing(marked) || self.files.iter().any(|f| f.path == marked.path);
        let unknown = self.expected.marked.iter().find(|marked| !known(marked));
        unknown.map_or(Ok(()), |marked| Err(format!("{} is no file of the scenario", marked.path)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# Page\n\n```toml ssot.toml\na = 1\n```\n\n## one\n\n```python path=app/a.py\nx = 1\ny()  # error: [r] m.y col=1\n```\n\n## two\n```toml ssot.toml\nb = 2\n```\n```python path=b.py\n```\n```expect\nb.py:1: note: [r] m.z\nscore s = 66.66 adopters=1 debt=1\n```\n";

    #[test]
    fn a_page_gives_scenarios_with_files_rules_and_expectations() {
        let page = Page::parse("p.md", PAGE).unwrap();
        let [one, two] = &page.scenarios[..] else { panic!("two scenarios") };
        assert_eq!((one.title.as_str(), one.rules.as_str()), ("one", "a = 1\n"));
        assert_eq!((one.files[0].path.as_str(), one.files[0].text.lines().count()), ("app/a.py", 2));
        let marked = &one.expected.marked[0];
        assert_eq!((marked.path.as_str(), marked.line, marked.page_line), ("app/a.py", 2, 11));
        assert_eq!(two.rules, "b = 2\n");
        assert_eq!(two.expected.marked.len(), 1);
        assert_eq!(two.expected.scores.len(), 1);
    }

    #[test]
    fn what_is_not_understood_is_an_error_with_its_line() {
        let error = |text: &str| Page::parse("p.md", text).unwrap_err();
        assert_eq!(error("# nothing\n"), "p.md: no scenario");
        assert!(error("## a\n```python path=a.py\n").starts_with("p.md:2: the block has no end"));
        assert!(error("## a\n```python\n```\n").starts_with("p.md:2: a block is"));
        assert!(error("## a\n").contains("has no file"));
        assert!(error("## a\n```python path=a.py\nx  # error: r m\n```\n").starts_with("p.md:3: "));
        assert!(error("## a\n```python path=a.py\n```\n```expect\nb.py:1: error: [r] m\n```\n").contains("b.py is no"));
    }
}
