//! Triage: gives each violation its identity and its state; nothing is dropped.
//!
//! In: findings of the analysis. Out: the same findings with fingerprints and states. Today there is nothing that
//! could accept a violation, so each is new.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::findings::Findings;
use crate::violation::{State, Violation};

/// Fills in the fingerprint and the state of every violation and every exempted place.
#[must_use]
pub fn triage(mut findings: Findings) -> Findings {
    for violation in &mut findings.violations {
        violation.fingerprint = fingerprint(violation);
        violation.state = State::New;
    }
    for place in &mut findings.exempted {
        place.fingerprint = fingerprint(place);
    }
    findings
}

/// Length of a fingerprint in hexadecimal digits.
const DIGITS: usize = 32;

/// Identity of a violation (DESIGN.md section 5): rule, symbol, path, enclosing definition and form, and neither lines
/// nor arguments. Several violations of one scope may share it.
#[must_use]
pub fn fingerprint(violation: &Violation) -> String {
    let mut hash = Sha256::new();
    for part in [&*violation.rule, &violation.symbol, &violation.path, &violation.scope, violation.form.name()] {
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
