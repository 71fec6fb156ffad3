//! Writing suppressions into a text.
//!
//! In: a file as triage reads it, violations of it, a reason. Out: the text with a comment for each statement, and the
//! violations for which there is no safe place. A comment goes to the end of the line of its statement if nothing else
//! stands there and the line stays short, otherwise on a line of its own before the statement. Each step is read again:
//! the code must be the same, token by token, and the comment must be one.

use std::collections::{BTreeMap, BTreeSet};

use crate::findings::FileText;
use crate::lang::{self, words::Word, words::words};
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
    /// The number of violations that it accepts besides.
    pub accepted: usize,
    /// First and last lines of the statements for which there is no safe place.
    pub refused: Vec<(u32, u32)>,
}

/// Adds a comment for each statement with a violation.
#[must_use]
pub fn add(file: &FileText, violations: &[&Violation], reason: &str) -> Edit {
    let mut statements: BTreeMap<(u32, u32), BTreeSet<&str>> = BTreeMap::new();
    for violation in violations {
        let lines = lines_of(file, violation.statement);
        statements.entry((*lines.start(), *lines.end())).or_default().insert(&violation.rule);
    }
    let sign = lang::front_end(file.language).comment_sign();
    let wanted: Vec<NewComment> = statements
        .into_iter()
        .map(|(lines, rules)| {
            let ids: Vec<&str> = rules.into_iter().collect();
            NewComment { lines, comment: format!("{sign} ssot: ignore[{}] {reason}", ids.join(", ")) }
        })
        .collect();
    let mut edit = Edit { text: file.text.to_string(), accepted: 0, refused: Vec::new() };
    place_all(file, &wanted, &mut edit);
    let refused: BTreeSet<(u32, u32)> = edit.refused.iter().copied().collect();
    let lines = |violation: &&&Violation| {
        let lines = lines_of(file, violation.statement);
        !refused.contains(&(*lines.start(), *lines.end()))
    };
    edit.accepted = violations.iter().filter(lines).count();
    edit
}

/// A comment for the statement on these lines.
struct NewComment {
    lines: (u32, u32),
    comment: String,
}

/// Adds these comments. All at once if that is safe; otherwise each half by itself, the later one first, so that the lines
/// above keep their numbers.
fn place_all(file: &FileText, wanted: &[NewComment], edit: &mut Edit) {
    let (earlier, later) = match wanted {
        [] => return,
        [one] => {
            match place(file, &edit.text, one) {
                Some(text) => edit.text = text,
                None => edit.refused.insert(0, one.lines),
            }
            return;
        }
        several => {
            if let Some(text) = together(file, &edit.text, several) {
                edit.text = text;
                return;
            }
            several.split_at(several.len() / 2)
        }
    };
    place_all(file, later, edit);
    place_all(file, earlier, edit);
}

/// The text with all of these comments, if that is safe.
fn together(file: &FileText, text: &str, wanted: &[NewComment]) -> Option<String> {
    let page = EditedText::new(file, text);
    let mut insertions: Vec<Insertion> =
        wanted.iter().map(|it| page.candidates(it).into_iter().flatten().next()).collect::<Option<_>>()?;
    insertions.sort_by_key(|it| it.at);
    let mut new = String::with_capacity(text.len() + insertions.len() * ROOM);
    let mut at = 0;
    for insertion in insertions {
        new.push_str(text.get(at..insertion.at)?);
        new.push_str(&insertion.text);
        at = insertion.at;
    }
    new.push_str(text.get(at..)?);
    is_safe(file, text, &new, wanted.len()).then_some(new)
}

/// The text with the comment at the first place that is safe.
fn place(file: &FileText, text: &str, wanted: &NewComment) -> Option<String> {
    let candidates = EditedText::new(file, text).candidates(wanted);
    let inserted = |it: Insertion| [&text[..it.at], &it.text, &text[it.at..]].concat();
    candidates.into_iter().flatten().map(inserted).find(|new| is_safe(file, text, new, 1))
}

/// Returns true if a comment with this reason is read back with the same reason.
#[must_use]
pub fn is_reason(reason: &str) -> bool {
    let comment = format!("# ssot: ignore[rule] {reason}");
    matches!(directives(&comment).as_slice(), [Ok(read)] if read.reason.as_deref() == Some(reason) && read.until.is_none())
}

/// Something to put into a text.
struct Insertion {
    at: usize,
    text: String,
}

/// A text with its lines and words.
struct EditedText<'t> {
    text: &'t str,
    language: Language,
    index: LineIndex,
    words: Vec<Word>,
}

impl<'t> EditedText<'t> {
    fn new(file: &FileText, text: &'t str) -> Self {
        Self { text, language: file.language, index: LineIndex::default(), words: words(file.language, text) }
    }

    /// The places for a comment, the best one first.
    fn candidates(&self, wanted: &NewComment) -> [Option<Insertion>; 3] {
        let ((first, last), comment) = (wanted.lines, &*wanted.comment);
        let short = self.at_end(first, comment).filter(|_| first == last);
        [short, self.before(first, comment), self.at_end(last, comment)]
    }

    /// The comment at the end of a line that ends in code.
    fn at_end(&self, line: u32, comment: &str) -> Option<Insertion> {
        let span = self.index.line_span(self.text, line)?;
        let code = span.of(self.text).trim_end();
        let end = span.start as usize + code.len();
        let last = self.words.partition_point(|word| (word.span.start as usize) < end);
        let last = self.words.get(last.checked_sub(1)?)?;
        let room = code.chars().count() + 2 + comment.chars().count() <= ROOM;
        // As the formatters of the languages have it.
        let gap = lang::front_end(self.language).comment_gap();
        (room && last.span.end as usize == end).then(|| Insertion { at: end, text: format!("{gap}{comment}") })
    }

    /// The comment on a line of its own, indented as the line below it and ended as that one is.
    fn before(&self, line: u32, comment: &str) -> Option<Insertion> {
        let span = self.index.line_span(self.text, line)?;
        let code = span.of(self.text);
        let indent = &code[..code.len() - code.trim_start().len()];
        let ending = match &self.text.as_bytes()[span.end as usize..] {
            [b'\r', b'\n', ..] => "\r\n",
            [b'\r', ..] => "\r",
            _ => "\n",
        };
        Some(Insertion { at: span.start as usize, text: format!("{indent}{comment}{ending}") })
    }
}

/// Returns true if nothing but so many comments was added.
fn is_safe(file: &FileText, old: &str, new: &str, added: usize) -> bool {
    let front_end = lang::front_end(file.language);
    let comments = |text: &str| front_end.extract(&file.path, &text.into()).comments.len();
    front_end.same_code(old, new) && comments(new) == comments(old) + added
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::select::RuleFilter;
    use crate::suppress::{Date, Terms};
    use crate::testing::{Memory, RULES, rules};
    use crate::triage::triage;

    const REASON: &str = "moves with the next release";

    /// The text with comments for all that is active in it; checks that nothing is active any more.
    fn accepted(text: &str) -> String {
        let rules = rules(RULES);
        let states = |text: &str| {
            let selection = RuleFilter::default();
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
