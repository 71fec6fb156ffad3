//! The words that rules files may use for a closed choice, one list for reading, the schema and messages.
//!
//! In: nothing. Out: for each such type its values and their words.

use crate::source::Language;

use super::{InlineIgnore, MeasureKind, Policy, RuleKind, Severity};

/// A closed choice that is written as a word.
pub trait Word: Copy + 'static {
    /// Every value, in the order in which they are listed.
    const CHOICES: &'static [Self];

    /// The word in rules files and output.
    fn word(self) -> &'static str;

    /// The value that a word stands for.
    #[must_use]
    fn of_word(word: &str) -> Option<Self> {
        Self::CHOICES.iter().copied().find(|choice| choice.word() == word)
    }
}

/// All words of a choice, in order.
#[must_use]
pub fn words_of<W: Word>() -> Vec<&'static str> {
    W::CHOICES.iter().map(|choice| choice.word()).collect()
}

impl Word for RuleKind {
    const CHOICES: &'static [Self] = Self::ALL;

    fn word(self) -> &'static str {
        self.name()
    }
}

impl Word for MeasureKind {
    const CHOICES: &'static [Self] = &Self::ALL;

    fn word(self) -> &'static str {
        self.name()
    }
}

impl Word for Severity {
    const CHOICES: &'static [Self] = &[Self::Error, Self::Warning, Self::Note, Self::Off];

    fn word(self) -> &'static str {
        self.name()
    }
}

impl Word for Language {
    const CHOICES: &'static [Self] = &Self::ALL;

    fn word(self) -> &'static str {
        self.name()
    }
}

impl Word for InlineIgnore {
    const CHOICES: &'static [Self] = &[Self::Allow, Self::Reason, Self::Deny];

    fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Reason => "reason",
            Self::Deny => "deny",
        }
    }
}

impl Word for Policy {
    const CHOICES: &'static [Self] = &[Self::Ratchet, Self::Strict];

    fn word(self) -> &'static str {
        match self {
            Self::Ratchet => "ratchet",
            Self::Strict => "strict",
        }
    }
}
