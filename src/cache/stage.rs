//! Stages: the questions that are asked of many files, and the words that the answers depend on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Fingerprint;
use crate::facts::Name;

/// A question that is asked of many files.
#[derive(Debug, Clone)]
pub struct Stage {
    /// The fingerprint of all that the question consists of, besides the files and the words.
    pub key: Fingerprint,
    /// The words that it goes by: an answer depends on those of them that its file contains.
    pub words: Vocabulary,
}

impl From<Fingerprint> for Stage {
    fn from(key: Fingerprint) -> Self {
        Self { key, words: Vocabulary::default() }
    }
}

/// Words, each with a hash of the ways in which it counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vocabulary(BTreeMap<Name, u64>);

impl Vocabulary {
    /// Adds a way in which a word counts.
    pub fn add(&mut self, word: &Name, way: Fingerprint) {
        let [a, b, c, d, e, f, g, h, ..] = way.bytes();
        let counts = self.0.entry(word.clone()).or_default();
        *counts = counts.rotate_left(1) ^ u64::from_le_bytes([a, b, c, d, e, f, g, h]);
    }

    /// Returns the words that count otherwise than in another vocabulary.
    #[must_use]
    pub fn changed_since(&self, before: &Self) -> Vec<Name> {
        let differs = |(word, counts): &(&Name, &u64), other: &Self| other.0.get(*word) != Some(*counts);
        let new = self.0.iter().filter(|word| differs(word, before));
        let gone = before.0.iter().filter(|(word, _)| !self.0.contains_key(*word));
        new.chain(gone).map(|(word, _)| word.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary(words: &[(&str, &str)]) -> Vocabulary {
        let mut vocabulary = Vocabulary::default();
        words.iter().for_each(|(word, way)| vocabulary.add(&Name::from(*word), Fingerprint::of(way)));
        vocabulary
    }

    #[test]
    fn words_that_come_go_or_count_otherwise_have_changed() {
        let before =
            vocabulary(&[("same", "bare"), ("other", "bare"), ("gone", "bare"), ("twice", "a"), ("twice", "b")]);
        let now = vocabulary(&[("same", "bare"), ("other", "rooted"), ("new", "bare"), ("twice", "a"), ("twice", "b")]);
        assert_eq!(now.changed_since(&before), ["new", "other", "gone"]);
        assert!(now.changed_since(&now).is_empty());
        assert_eq!(vocabulary(&[("twice", "a")]).changed_since(&now).len(), 4);
    }
}
