//! Writing suppressions into a text.
//!
//! In: a file as triage reads it, violations of it, a reason. Out: the text with a comment for each statement, and the
//! violations for which there is no safe place. A comment goes to the end of the line of its statement if nothing else
//! stands there and the line stays short, otherwise on a line of its own before the statement. Each step is read again:
//! the code must be the same, token by token, and the comment must be one.

use std::collections::{BTreeMap, BTreeSet};

use crate::findings::FileText;
use crate::lang::{self, words::words};
use crate::source::{Language, LineIndex};
use crate::violation::Violation;

use super::apply::lines_of;
use super::parse::directives;

/// The longest line that a comment at its end may make.
const ROOM: usize = 100;

/// A text with comments that were added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The new text.
    pub text: String,
    /// How many violations it accepts besides.
    pub accepted: usize,
    /// Lines of statements for which there is no safe place.
    pub refused: Vec<u32>,
}

/// Adds a comment for each statement with a violation.
#[must_use]
pub fn add(file: &FileText, violations: &[&Violation], reason: &str) -> Edit {
    let mut statements: BTreeMap<(u32, u32), BTreeSet<&str>> = BTreeMap::new();
    for violation in violations {
        let lines = lines_of(file, violation.statement);
        statements.entry((*lines.start(), *lines.end())).or_default().insert(&violation.rule);
    }
    let mut edit = Edit { text: file.text.to_string(), accepted: 0, refused: Vec::new() };
    // From the end, so that the lines above keep their numbers.
    for (&(first, last), rules) in statements.iter().rev() {
        let ids: Vec<&str> = rules.iter().copied().collect();
        let comment = format!("{} ssot: ignore[{}] {reason}", lang::comment_sign(file.language), ids.join(", "));
        match place(file, &edit.text, (first, last), &comment) {
            Some(text) => {
                edit.text = text;
                let here = |violation: &&&Violation| lines_of(file, violation.statement) == (first..=last);
                edit.accepted += violations.iter().filter(here).count();
            }
            None => edit.refused.push(first),
        }
    }
    edit.refused.reverse();
    edit
}

/// Whether a comment with this reason says what it is meant to say.
#[must_use]
pub fn is_reason(reason: &str) -> bool {
    let comment = format!("# ssot: ignore[rule] {reason}");
    matches!(directives(&comment).as_slice(), [Ok(read)] if read.reason.as_deref() == Some(reason) && read.until.is_none())
}

/// The text with the comment at the first place that is safe.
fn place(file: &FileText, text: &str, (first, last): (u32, u32), comment: &str) -> Option<String> {
    let index = LineIndex::new(text);
    let short = || at_end(file, text, &index, first, comment).filter(|_| first == last);
    let candidates: [&dyn Fn() -> Option<String>; 3] =
        [&short, &|| before(text, &index, first, comment), &|| at_end(file, text, &index, last, comment)];
    candidates.iter().filter_map(|candidate| candidate()).find(|new| is_safe(file, text, new))
}

/// The comment at the end of a line that ends in code.
fn at_end(file: &FileText, text: &str, index: &LineIndex, line: u32, comment: &str) -> Option<String> {
    let span = index.line_span(text, line)?;
    let code = span.of(text).trim_end();
    let end = span.start as usize + code.len();
    let last = words(file.language, text).into_iter().rev().find(|word| (word.span.start as usize) < end)?;
    let room = code.chars().count() + 2 + comment.chars().count() <= ROOM;
    // As the formatters of the languages have it.
    let gap = if file.language == Language::Python { "  " } else { " " };
    (room && last.span.end as usize == end).then(|| format!("{}{gap}{comment}{}", &text[..end], &text[end..]))
}

/// The comment on a line of its own, indented as the line below it and ended as that one is.
fn before(text: &str, index: &LineIndex, line: u32, comment: &str) -> Option<String> {
    let span = index.line_span(text, line)?;
    let code = span.of(text);
    let indent = &code[..code.len() - code.trim_start().len()];
    let start = span.start as usize;
    let ending = match &text.as_bytes()[span.end as usize..] {
        [b'\r', b'\n', ..] => "\r\n",
        [b'\r', ..] => "\r",
        _ => "\n",
    };
    Some(format!("{}{indent}{comment}{ending}{}", &text[..start], &text[start..]))
}

/// Whether nothing but one comment was added.
fn is_safe(file: &FileText, old: &str, new: &str) -> bool {
    let comments = |text: &str| lang::extract(file.language, &file.path, &text.into()).comments.len();
    lang::same_code(file.language, old, new) && comments(new) == comments(old) + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::select::Selection;
    use crate::suppress::{Date, Terms};
    use crate::testing::{Memory, RULES, rules};
    use crate::triage::triage;

    const REASON: &str = "moves with the next release";

    /// The text with comments for all that is active in it; checks that nothing is active any more.
    fn accepted(text: &str) -> String {
        let rules = rules(RULES);
        let states = |text: &str| {
            let selection = Selection::default();
            let terms = Terms { rules: &rules, selection: &selection, today: Date::parse("2026-07-01").unwrap() };
            triage(Memory::new(&[("a.py", text)]).findings(&rules), &terms, None).findings
        };
        let found = states(text);
        let active: Vec<&Violation> = found.violations.iter().filter(|violation| violation.is_active()).collect();
        let edit = add(&found.texts[0], &active, REASON);
        assert_eq!((edit.accepted, &edit.refused), (active.len(), &Vec::new()), "{}", edit.text);
        let after = states(&edit.text);
        assert!(after.violations.iter().all(|violation| !violation.is_active()), "{}", edit.text);
        assert_eq!(after.violations.len(), found.violations.len(), "{}", edit.text);
        edit.text
    }

    const NOTE: &str = "# ssot: ignore[redis-new] moves with the next release";

    #[test]
    fn a_short_line_takes_the_comment_at_its_end() {
        assert_eq!(accepted("import redis\nr = redis.Redis()"), format!("import redis\nr = redis.Redis()  {NOTE}"));
        assert_eq!(
            accepted("import redis\r\nif r:\r\n\tr = redis.Redis()  \r\nx = 1\r\n"),
            format!("import redis\r\nif r:\r\n\tr = redis.Redis()  {NOTE}  \r\nx = 1\r\n")
        );
    }

    #[test]
    fn other_lines_take_it_on_a_line_before() {
        let long = format!("r = redis.Redis('{}')", "a".repeat(60));
        assert_eq!(
            accepted(&format!("import redis\r\ndef f():\r\n    {long}\r\n")),
            format!("import redis\r\ndef f():\r\n    {NOTE}\r\n    {long}\r\n")
        );
        assert_eq!(
            accepted("import redis\nr = redis.Redis()  # noqa\n"),
            format!("import redis\n{NOTE}\nr = redis.Redis()  # noqa\n")
        );
        assert_eq!(
            accepted("import redis\nr = f(\n    redis.Redis(),\n)\n"),
            format!("import redis\n{NOTE}\nr = f(\n    redis.Redis(),\n)\n")
        );
    }

    #[test]
    fn strings_and_continuations_are_never_broken() {
        for text in [
            "import redis\nx = \"\"\"\n\"\"\"; r = redis.Redis()\n",
            "import redis\nx = \"\"\"\n\"\"\"; r = redis.Redis('''\n''')\n",
            "import redis\nr = 1 + \\\n    redis.Redis()\n",
            "import redis\nr = redis.Redis(\"\"\"\n# text\n\"\"\")\n",
            "import redis\nif x: r = redis.Redis(); s = redis.Redis()\n",
            "import redis\nwith redis.Redis() as r: pass\n",
            "import redis\nclass A:\n    r = redis.Redis()\n\n    @p(redis.Redis())\n    def f(self, r=redis.Redis()): pass\n",
            "import redis\nr = f'{redis.Redis()}'\n",
            "import redis, aioredis\nx = lambda: (\n    redis.Redis(),\n    __import__('aioredis'),\n)\n",
        ] {
            accepted(text);
        }
    }

    #[test]
    fn comments_that_are_there_still_hold() {
        let text = "import redis\n# ssot: ignore[redis-import] old\nx = __import__(\"aioredis\"), redis.Redis(), 'a long text to leave no room here at all'\n";
        let after = accepted(text);
        assert!(after.contains(&format!("old\n{NOTE}\nx = ")), "{after}");
    }

    #[test]
    fn a_reason_is_taken_as_it_is_or_not_at_all() {
        assert!(is_reason("moves: see issue #5, (soon)"));
        for reason in ["", "--", "x # ssot: ignore[b] y", "later until=2027-01-01", " padded"] {
            assert!(!is_reason(reason), "{reason}");
        }
    }
}
