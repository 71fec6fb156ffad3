//! The words of a suppression: `ssot: ignore[rule-id, other] reason until=2027-01-31`.
//!
//! In: the text of a comment token. Out: its directives, and what is wrong with them. Does not know which rules exist.

use crate::facts::COMMENT_MARK;
use crate::source::Span;

use super::date::Date;

/// The key before the day after which a suppression no longer holds.
const UNTIL: &str = "until=";

/// One directive of a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// For the whole file rather than for a statement.
    pub whole_file: bool,
    /// The rules it names, each with its bytes in the comment.
    pub rules: Vec<(String, Span)>,
    /// The reason for which the violation is accepted; none if the comment does not say.
    pub reason: Option<String>,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// The bytes of the directive in the comment.
    pub span: Span,
}

/// A directive that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// The fault.
    pub message: String,
    /// Its bytes in the comment.
    pub span: Span,
}

/// Reads every directive of a comment token. Prose that only mentions the mark is no directive.
#[must_use]
pub fn directives(comment: &str) -> Vec<Result<Directive, Malformed>> {
    let starts: Vec<usize> =
        comment.match_indices(COMMENT_MARK).map(|(at, _)| at).filter(|&at| begins(&comment[..at])).collect();
    let inner_end = if comment.starts_with("/*") { comment.trim_end_matches("*/").len() } else { comment.len() };
    starts
        .iter()
        .enumerate()
        .map(|(index, &start)| {
            let end = starts.get(index + 1).map_or(inner_end, |&next| comment_start(comment, next));
            directive(comment, start, end)
        })
        .collect()
}

/// Returns true if a directive may follow this: it begins the comment, or one that another comment sign opens in it.
fn begins(before: &str) -> bool {
    let before = before.trim_end_matches([' ', '\t', '!']);
    before.ends_with('#') || before.ends_with("//") || before.ends_with("/*") || before.ends_with('*') && leads(before)
}

/// The stars of a block comment's further lines.
fn leads(before: &str) -> bool {
    before.rsplit('\n').next().unwrap_or_default().trim_matches(['*', ' ', '\t', '/']).is_empty()
}

/// Returns the offset of the comment sign before a directive.
fn comment_start(comment: &str, directive: usize) -> usize {
    comment[..directive].trim_end_matches([' ', '\t', '!', '#', '/', '*']).len()
}

fn directive(comment: &str, start: usize, end: usize) -> Result<Directive, Malformed> {
    let whole = comment[start..end].lines().next().unwrap_or_default().trim_end();
    let bytes = |from: usize, to: usize| Span::new(offset(start + from), offset(start + to));
    let span = bytes(0, whole.len());
    let malformed = |message: &str| Err(Malformed { message: message.to_owned(), span });
    let after = whole[COMMENT_MARK.len()..].trim_start();
    let (whole_file, after) = match (after.strip_prefix("file-ignore"), after.strip_prefix("ignore")) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => return malformed("expected `ignore[rule-id] reason` or `file-ignore[rule-id] reason` after `ssot:`"),
    };
    let Some(list) = after.trim_start().strip_prefix('[') else {
        return malformed("it names no rule: write `ignore[rule-id] reason`");
    };
    let Some((list, rest)) = list.split_once(']') else {
        return malformed("the list of rules is not closed: expected `]`");
    };
    let mut at = whole.len() - rest.len() - 1 - list.len();
    let mut rules = Vec::new();
    for part in list.split(',') {
        let id = part.trim();
        let lead = part.len() - part.trim_start().len();
        if !id.is_empty() {
            rules.push((id.to_owned(), bytes(at + lead, at + lead + id.len())));
        }
        at += part.len() + 1;
    }
    if rules.is_empty() {
        return malformed("it names no rule: write `ignore[rule-id] reason`");
    }
    let mut until = None;
    let mut words = Vec::new();
    // What another comment sign opens is for another tool, and no reason.
    for word in rest.split_whitespace().take_while(|word| !matches!(*word, "#" | "//")) {
        match word.strip_prefix(UNTIL) {
            None => words.push(word),
            Some(day) => match Date::parse(day.trim_end_matches([',', ';', '.'])) {
                Some(date) if until.is_none() => until = Some(date),
                Some(_) => return malformed("it gives two days with `until=`"),
                None => return malformed("`until=` is followed by no day such as 2027-01-31"),
            },
        }
    }
    let reason = words.join(" ");
    let reason = reason.trim_start_matches([':', '-', '–', '—', ' ']);
    let is_pragma = reason.strip_prefix('#').is_some_and(|word| word.starts_with(char::is_alphabetic));
    let reason = (!is_pragma && reason.chars().any(char::is_alphanumeric)).then(|| reason.to_owned());
    Ok(Directive { whole_file, rules, reason, until, span })
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(comment: &str) -> Directive {
        match directives(comment).as_slice() {
            [Ok(directive)] => directive.clone(),
            other => panic!("{comment}: {other:?}"),
        }
    }

    fn ids(directive: &Directive) -> Vec<&str> {
        directive.rules.iter().map(|(id, _)| id.as_str()).collect()
    }

    #[test]
    fn rules_reason_and_day_are_read() {
        let comment = "# ssot: ignore[redis-a, redis-b]  moves with the\tnext release until=2027-01-31";
        let read = one(comment);
        assert_eq!(ids(&read), ["redis-a", "redis-b"]);
        assert_eq!(read.rules[1].1.of(comment), "redis-b");
        assert_eq!(read.reason.as_deref(), Some("moves with the next release"));
        assert_eq!((read.until, read.whole_file), (Date::parse("2027-01-31"), false));
    }

    #[test]
    fn every_comment_sign_and_tight_spelling_will_do() {
        for comment in [
            "#ssot:ignore[a]why",
            "# ssot: ignore [ a ] - why",
            "// ssot: ignore[a] why",
            "/* ssot: ignore[a] why */",
            "# noqa: F401  # ssot: ignore[a]: why",
        ] {
            let read = one(comment);
            assert_eq!((ids(&read), read.reason.as_deref()), (vec!["a"], Some("why")), "{comment}");
        }
        assert!(one("# ssot: file-ignore[a] why").whole_file);
    }

    #[test]
    fn a_reason_needs_a_word() {
        for comment in
            ["# ssot: ignore[a]", "# ssot: ignore[a] --", "# ssot: ignore[a] until=2027-01-31", "/* ssot: ignore[a] */"]
        {
            assert_eq!(one(comment).reason, None, "{comment}");
        }
        for comment in ["# ssot: ignore[a]  # noqa: F401", "# ssot: ignore[a] #noqa", "// ssot: ignore[a] // clippy"] {
            assert_eq!(one(comment).reason, None, "{comment} is for another tool");
        }
        let read = one("# ssot: ignore[a] see #5 until=2027-01-31  # type: ignore[call]");
        assert_eq!((read.reason.as_deref(), read.until), (Some("see #5"), Date::parse("2027-01-31")));
    }

    #[test]
    fn several_directives_of_one_comment_are_apart() {
        let comment = "# ssot: ignore[a] one  # ssot: file-ignore[b] two";
        let read = directives(comment);
        let reasons: Vec<_> = read.iter().map(|it| it.as_ref().unwrap().reason.clone().unwrap()).collect();
        assert_eq!(reasons, ["one", "two"]);
    }

    #[test]
    fn what_cannot_be_understood_says_why() {
        for (comment, word) in [
            ("# ssot: ignore", "names no rule"),
            ("# ssot: ignore because", "names no rule"),
            ("# ssot: ignore[] why", "names no rule"),
            ("# ssot: ignore[ , ] why", "names no rule"),
            ("# ssot: ignore[a why", "not closed"),
            ("# ssot: ingore[a] why", "expected `ignore"),
            ("# ssot: ignore[a] why until=soon", "no day"),
            ("# ssot: ignore[a] why until=2027-02-30", "no day"),
        ] {
            match directives(comment).as_slice() {
                [Err(malformed)] => assert!(malformed.message.contains(word), "{comment}: {}", malformed.message),
                other => panic!("{comment}: {other:?}"),
            }
        }
    }

    #[test]
    fn prose_that_mentions_the_mark_is_none() {
        for comment in
            ["# see the page on ssot: it says", "# the form is `ssot: ignore[a] why`", "# a#b ssot: ignore[x] y"]
        {
            assert_eq!(directives(comment), [], "{comment}");
        }
    }
}
