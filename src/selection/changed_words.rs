//! Changed words: which files contain one of the words that count otherwise than in an earlier run.

use aho_corasick::AhoCorasick;

use crate::facts::Name;
use crate::lang::text::{changed_by_nfkc, is_whole_word};

/// Words that count otherwise than in an earlier run, ready to be searched for.
#[derive(Debug)]
pub struct ChangedWords {
    words: Vec<Name>,
    finder: AhoCorasick,
}

impl ChangedWords {
    /// Makes them ready; none if there are none.
    #[must_use]
    pub fn new(words: Vec<Name>) -> Option<Self> {
        let finder = (!words.is_empty()).then(|| AhoCorasick::new(words.iter().map(Name::as_str)).ok())??;
        Some(Self { words, finder })
    }

    /// Returns them.
    #[must_use]
    pub fn words(&self) -> &[Name] {
        &self.words
    }

    /// Returns whether a text may contain one of them; names that are spelled in other characters are not searched for.
    #[must_use]
    pub fn may_be_in(&self, text: &str) -> bool {
        let whole = |found: aho_corasick::Match| is_whole_word(text.as_bytes(), found.start(), found.end());
        self.finder.find_overlapping_iter(text).any(whole) || changed_by_nfkc(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_are_found_and_what_may_be_one_in_other_characters() {
        assert!(ChangedWords::new(Vec::new()).is_none());
        let words = ChangedWords::new(vec!["client".into(), "client_of".into()]).unwrap();
        for text in ["x = client()", "client_of", "getattr(m, 'client')", "import ｃlient"] {
            assert!(words.may_be_in(text), "{text}");
        }
        for text in ["clients", "my_client", "client_of_mine", "# é"] {
            assert!(!words.may_be_in(text), "{text}");
        }
    }
}
