//! Word filters: which words a text may contain, in a few bytes for each of its words (Bloom 1970).

use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;

/// The words of a text, as bits: a word that is there is always found, and of those that are not about one in twenty is.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct WordFilter(Box<[u64]>);

impl WordFilter {
    /// Makes the filter of a text of so many bytes.
    #[must_use]
    pub fn of<'t>(words: impl Iterator<Item = &'t str>, length: usize) -> Self {
        // Most names of a text stand in it several times: one bit for two bytes leaves three quarters of them empty.
        let count = (length / 128).next_power_of_two().clamp(8, 1 << 12);
        let mut bits = vec![0; count].into_boxed_slice();
        for word in words {
            for (at, bit) in places(word, count) {
                bits[at] |= bit;
            }
        }
        Self(bits)
    }

    /// Returns whether the text may contain a word; it may contain any if nothing is known of it, or of the word.
    #[must_use]
    pub fn may_contain(&self, word: &str) -> bool {
        self.0.is_empty()
            || !word.is_ascii()
            || places(word, self.0.len()).into_iter().all(|(at, bit)| self.0[at] & bit != 0)
    }
}

/// The two bits of a word among so many groups of 64, each with the index of its group.
fn places(word: &str, count: usize) -> [(usize, u64); 2] {
    let hash = FxBuildHasher.hash_one(word);
    [hash, hash.rotate_left(32)].map(|hash| ((hash >> 6) as usize % count, 1 << (hash & 63)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_found_and_little_else() {
        let words: Vec<String> = (0..500).map(|at| format!("name_{at}")).collect();
        let filter = WordFilter::of(words.iter().map(String::as_str), 20_000);
        assert!(words.iter().all(|word| filter.may_contain(word)));
        let found = (0..1_000).filter(|at| filter.may_contain(&format!("other_{at}"))).count();
        assert!(found < 100, "{found} of 1,000 others are found");
        assert!(WordFilter::default().may_contain("any") && filter.may_contain("größe"));
    }
}
