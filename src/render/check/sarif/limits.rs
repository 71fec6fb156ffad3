//! GitHub's limits on one SARIF file: 25,000 results, 10 MB after gzip.
//!
//! In: results as text with their severities. Out: those that fit, in their order, and how many do not.

use crate::rule::Severity;

use super::count;

/// Results that GitHub takes for one run.
pub(super) const RESULTS: usize = 25_000;
/// Bytes of all results before compression. Results repeat each other's keys, rules and paths, so that gzip makes them
/// a tenth or less; a quarter is what names of random characters leave.
pub(super) const BYTES: usize = 36_000_000;

/// The results that fit.
pub(super) struct FittingResults {
    pub(super) results: Vec<String>,
    pub(super) left_out: LeftOut,
}

/// The numbers of results that do not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct LeftOut {
    pub(super) notes: u64,
    pub(super) others: u64,
}

impl LeftOut {
    /// A sentence about them, if there are any.
    pub(super) fn sentence(self) -> Option<String> {
        let parts: Vec<String> = [(self.notes, "note"), (self.others, "other result")]
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, word)| count(number, word))
            .collect();
        (!parts.is_empty())
            .then(|| format!("{} left out to stay within the limits of code scanning", parts.join(" and ")))
    }
}

/// Keeps what fits: notes go first, then the rest from the end.
pub(super) fn within(all: Vec<(Severity, String)>) -> FittingResults {
    let mut room = Room { results: RESULTS, bytes: BYTES };
    let is_note = |severity: Severity| severity <= Severity::Note;
    let mut keep = vec![false; all.len()];
    for notes in [false, true] {
        for (at, (severity, text)) in all.iter().enumerate() {
            if is_note(*severity) == notes {
                keep[at] = room.take(text.len());
            }
        }
    }
    let mut kept = FittingResults { results: Vec::with_capacity(all.len()), left_out: LeftOut::default() };
    for ((severity, text), keep) in all.into_iter().zip(keep) {
        match (keep, is_note(severity)) {
            (true, _) => kept.results.push(text),
            (false, true) => kept.left_out.notes += 1,
            (false, false) => kept.left_out.others += 1,
        }
    }
    kept
}

struct Room {
    results: usize,
    bytes: usize,
}

impl Room {
    /// Takes one result of this length, if there is room; after the first that does not fit none does.
    fn take(&mut self, length: usize) -> bool {
        let fits = self.results > 0 && length <= self.bytes;
        (self.results, self.bytes) = if fits { (self.results - 1, self.bytes - length) } else { (0, 0) };
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(list: &[(Severity, usize)]) -> (Vec<usize>, LeftOut) {
        let all = list.iter().map(|&(severity, length)| (severity, "x".repeat(length))).collect();
        let kept = within(all);
        (kept.results.iter().map(String::len).collect(), kept.left_out)
    }

    #[test]
    fn notes_go_first_then_the_rest_from_the_end() {
        use Severity::{Error, Note, Warning};
        let big = BYTES / 2;
        assert_eq!(kept(&[(Note, 1), (Error, 2), (Warning, 3)]), (vec![1, 2, 3], LeftOut::default()));
        let (lengths, left_out) = kept(&[(Note, big), (Error, big), (Warning, big - 1), (Note, 1)]);
        assert_eq!((lengths, left_out), (vec![big, big - 1], LeftOut { notes: 2, others: 0 }));
        let (lengths, left_out) = kept(&[(Note, 9), (Error, big), (Warning, big), (Error, 1)]);
        assert_eq!((lengths, left_out), (vec![big, big], LeftOut { notes: 1, others: 1 }));
    }

    #[test]
    fn the_number_is_limited() {
        let (lengths, left_out) = kept(&vec![(Severity::Warning, 1); RESULTS + 7]);
        assert_eq!((lengths.len(), left_out), (RESULTS, LeftOut { notes: 0, others: 7 }));
        assert_eq!(
            left_out.sentence().as_deref(),
            Some("7 other results left out to stay within the limits of code scanning")
        );
    }
}
