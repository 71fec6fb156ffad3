//! Words for trouble with a rules file.
//!
//! In: the place and what was expected. Out: a [`Problem`] of kind `Config` with a caret and, where a word of the
//! right kind is near, a did-you-mean.

use crate::problem::{Problem, ProblemKind, ProblemSeverity};

use super::Origin;

/// Trouble in words, without its place.
pub(super) struct MessageAndHelp {
    /// Says what is wrong.
    pub message: String,
    /// Says what was expected.
    pub help: String,
}

/// Reports an error at a place of a rules file.
pub(super) fn error(origin: &Origin, message: impl Into<String>) -> Problem {
    Problem::at(ProblemSeverity::Error, ProblemKind::Config, &origin.file, &origin.text, origin.span, message)
}

/// Reports something at a place of a rules file that has no effect.
pub(super) fn warning(origin: &Origin, message: impl Into<String>) -> Problem {
    Problem { severity: ProblemSeverity::Warning, ..error(origin, message) }
}

/// Says "did you mean `x`?" if one of the candidates is near to the word, and what else is to be said.
pub(super) fn help(word: &str, candidates: &[&str], otherwise: &str) -> String {
    match nearest(word, candidates) {
        Some(near) if otherwise.is_empty() => format!("did you mean `{near}`?"),
        Some(near) => format!("did you mean `{near}`? {otherwise}"),
        None => otherwise.to_owned(),
    }
}

/// Returns the candidate that the writer of `word` most likely meant, if one is near.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let folded = fold(word);
    let limit = 1 + folded.chars().count() / 4;
    let near =
        candidates.iter().filter_map(|candidate| Some((distance(&folded, &fold(candidate), limit)?, *candidate)));
    near.min().map(|(_, candidate)| candidate)
}

/// Returns the distance of two words, if it is not beyond the limit: edits, but one step where one is short for the other
/// (`warn`), then edits alone. Words whose lengths differ too much are not compared: a long one costs no more than its
/// length.
fn distance(word: &str, candidate: &str, limit: usize) -> Option<(usize, usize)> {
    let (short, long) = if word.len() < candidate.len() { (word, candidate) } else { (candidate, word) };
    let more = long.chars().count().abs_diff(short.chars().count());
    if short.len() >= 3 && long.starts_with(short) {
        return Some((more.min(1), more));
    }
    let edits = (more <= limit.min(MOST_EDITS)).then(|| strsim::damerau_levenshtein(word, candidate))?;
    (edits <= limit).then_some((edits, edits))
}

/// Words that are further apart are no slips of each other.
const MOST_EDITS: usize = 16;

fn fold(word: &str) -> String {
    word.to_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_told_and_none_that_is_far() {
        assert_eq!(nearest("ban", &["bin", "ban"]), Some("ban"));
        assert_eq!(nearest("owner", &["own", "owners", "other"]), Some("owners"));
        assert_eq!(nearest("use_insted", &["use-instead"]), Some("use-instead"));
        assert_eq!(nearest("warn", &["error", "warning", "note"]), Some("warning"));
        assert_eq!(nearest("zzz", &["error", "warning"]), None);
        assert_eq!(nearest("x", &[]), None);
    }
}
