//! Triage: gives each violation its identity and its state; nothing is dropped.
//!
//! In: findings of the analysis, and what may accept a violation. Out: the same findings with fingerprints and states,
//! and violations of the built-in rules about suppressions.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::baseline::{self, Baseline, FileWords, Matching};
use crate::findings::{FileText, Findings};
use crate::rule::PublicNames;
use crate::source::FileId;
use crate::suppress::{self, Terms};
use crate::tree::Snapshot;
use crate::violation::{State, Violation};

/// Findings with states, and what became of the baseline.
#[derive(Debug)]
pub struct Triaged {
    /// All findings.
    pub findings: Findings,
    /// For each entry of the baseline the violation that it stands for.
    pub matching: Option<Matching>,
    /// The entries of the baseline that stand for no active violation any more.
    pub stale: Vec<usize>,
}

/// Fills in the fingerprint and the state of every violation and every exempted place. A comment comes before the
/// baseline: what it accepts needs no entry any more.
#[must_use]
pub fn triage(mut findings: Findings, terms: &Terms<'_>, recorded: Option<Recorded<'_>>) -> Triaged {
    suppress::apply(&mut findings, terms);
    let matching = recorded.map(|it| baseline::match_findings(it.baseline, &findings, terms.rules, it.files));
    if let (Some(recorded), Some(matching)) = (recorded, &matching) {
        for (entry, violation) in recorded.baseline.entries.iter().zip(&matching.violation_of) {
            let violation = violation.and_then(|at| findings.violations.get_mut(at));
            if let Some(violation) = violation.filter(|violation| violation.is_active()) {
                violation.state = State::Baselined;
                violation.reason.clone_from(&entry.reason);
            }
        }
    }
    let stale = match (recorded, &matching) {
        (Some(recorded), Some(matching)) => matching.stale(recorded.baseline, &findings, terms.selection),
        _ => Vec::new(),
    };
    let names = PublicNames::new(terms.rules);
    identify(&mut findings.violations, &findings.texts, &names);
    identify(&mut findings.exempted, &findings.texts, &names);
    identify(&mut findings.owned, &findings.texts, &names);
    Triaged { findings, matching, stale }
}

/// A baseline, and the files of today.
#[derive(Clone, Copy)]
pub struct Recorded<'a> {
    /// The baseline.
    pub baseline: &'a Baseline,
    /// The files.
    pub files: Snapshot<'a>,
}

/// Gives every violation an identity of its own: one that is alone in its scope its fingerprint, each of several equals
/// also the hash of its own statement, so that one fixed and one added in a scope are two.
fn identify(violations: &mut [Violation], texts: &[FileText], names: &PublicNames) {
    let mut equals: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, violation) in violations.iter_mut().enumerate() {
        violation.fingerprint = fingerprint(violation, names);
        equals.entry(violation.fingerprint.clone()).or_default().push(at);
    }
    let mut pages: BTreeMap<FileId, Option<FileWords<'_>>> = BTreeMap::new();
    for (fingerprint, group) in equals.into_iter().filter(|(_, group)| group.len() > 1) {
        let hashes = group.iter().map(|&at| {
            let Violation { file, span, statement, .. } = violations[at];
            let text = || texts.iter().find(|text| text.file == file).map(FileWords::new);
            let page = pages.entry(file).or_insert_with(text).as_ref();
            page.map_or([0; 3], |page| page.identities(span, statement))
        });
        let hashes: Vec<[u32; 3]> = hashes.collect();
        let mut sharing: BTreeMap<(usize, u32), usize> = BTreeMap::new();
        for (level, hash) in hashes.iter().flat_map(|own| own.iter().enumerate()) {
            *sharing.entry((level, *hash)).or_default() += 1;
        }
        let mut seen: BTreeMap<u32, usize> = BTreeMap::new();
        for (own, &at) in hashes.iter().zip(&group) {
            // The first that no other has; where the statements are the same, the last.
            let alone = own.iter().enumerate().find(|(level, hash)| sharing.get(&(*level, **hash)) == Some(&1));
            let hash = alone.map_or(own[own.len() - 1], |(_, hash)| *hash);
            let count = seen.entry(hash).or_default();
            *count += 1;
            violations[at].fingerprint = match *count {
                1 => format!("{fingerprint}-{hash:06x}"),
                count => format!("{fingerprint}-{hash:06x}-{count}"),
            };
        }
    }
}

/// Length of a fingerprint in hexadecimal digits.
const DIGITS: usize = 32;

/// Identity of a violation (docs/design.md section 5): rule, symbol, path, enclosing definition and form, and neither lines
/// nor arguments, the symbol under its one name. Several violations of one scope may share it.
#[must_use]
pub fn fingerprint(violation: &Violation, names: &PublicNames) -> String {
    let mut hash = Sha256::new();
    let symbol = names.one_of(&violation.rule, &violation.symbol);
    for part in [&*violation.rule, &symbol, &violation.path, &violation.scope, violation.form.name()] {
        // The length before each part keeps ("ab", "c") and ("a", "bc") apart whatever characters they hold.
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let mut hex = String::with_capacity(DIGITS);
    for byte in &hash.finalize()[..DIGITS / 2] {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rule::select::RuleFilter;
    use crate::sample;
    use crate::source::Position;
    use crate::violation::Form;

    fn one() -> Violation {
        sample::violation("tests/test_pool.py", "redis.Redis()")
    }

    #[test]
    fn identity_is_rule_symbol_path_scope_and_form() {
        let base = one();
        let others = [
            Violation { rule: "other".into(), ..base.clone() },
            Violation { symbol: "redis.Other".to_owned(), ..base.clone() },
            Violation { path: "other.py".into(), ..base.clone() },
            Violation { scope: "f".to_owned(), ..base.clone() },
            Violation { form: Form::Alias, ..base.clone() },
        ];
        let names = PublicNames::default();
        let all: BTreeSet<String> = others.iter().chain([&base]).map(|it| fingerprint(it, &names)).collect();
        assert_eq!(all.len(), others.len() + 1);
    }

    #[test]
    fn identity_survives_moves_and_edits() {
        let base = one();
        let moved = Violation {
            start: Position { line: 900, column: 1 },
            written: "R".to_owned(),
            message: "other words".to_owned(),
            ..base.clone()
        };
        let names = PublicNames::default();
        assert_eq!(fingerprint(&moved, &names), fingerprint(&base, &names));
    }

    #[test]
    fn parts_do_not_run_together() {
        let a = Violation { symbol: "ab".to_owned(), path: "c".into(), ..one() };
        let b = Violation { symbol: "a".to_owned(), path: "bc".into(), ..one() };
        let names = PublicNames::default();
        assert_ne!(fingerprint(&a, &names), fingerprint(&b, &names));
    }

    #[test]
    fn every_violation_gets_an_identity_and_none_is_lost() {
        let before = sample::findings();
        let rules = sample::rules();
        let after = triage(before.clone(), &sample::terms(&rules, &RuleFilter::default()), None).findings;
        assert_eq!(after.violations.len(), before.violations.len());
        for violation in after.violations.iter().chain(&after.exempted) {
            let (own, rest) = violation.fingerprint.split_at(DIGITS);
            assert!(own.chars().all(|c| c.is_ascii_hexdigit()));
            assert!(rest.is_empty() || rest.starts_with('-'), "{rest}");
        }
    }

    #[test]
    fn identities_are_kept_from_release_to_release() {
        assert_eq!(fingerprint(&one(), &PublicNames::default()), "d0d487ac84de0c0374013ee581e4aa55");
    }
}
