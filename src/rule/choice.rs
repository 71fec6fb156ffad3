//! The words that rules files may use for a closed choice, one list for reading, the schema and messages.
//!
//! In: nothing. Out: for each such type its values, their words and what these mean.

use std::borrow::Cow;

use crate::lang;
use crate::source::Language;

use super::{ComponentsFrom, InlineIgnore, MeasureKind, Policy, RuleKind, Severity};

/// A closed choice that is written as a word.
pub(super) trait Choice: Copy + 'static {
    /// Names the choice in the schema.
    const NAME: &'static str;

    /// Says what is chosen.
    const ABOUT: &'static str;

    /// Lists every value, in the order in which they are shown.
    fn values() -> Vec<Self>;

    /// Returns the word of a value with what it means.
    fn entry(self) -> ChoiceWord;

    /// Returns the word in rules files and output.
    fn word(self) -> &'static str {
        self.entry().word
    }

    /// Returns the value that a word stands for.
    #[must_use]
    fn of_word(word: &str) -> Option<Self> {
        Self::values().into_iter().find(|value| value.word() == word)
    }
}

/// A word of a closed choice.
#[derive(Debug, Clone)]
pub(super) struct ChoiceWord {
    /// The word in rules files and output.
    pub word: &'static str,
    /// Says what it means.
    pub meaning: Cow<'static, str>,
}

/// A closed choice as a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChoiceMeta {
    /// Names it in the schema.
    pub name: &'static str,
    /// Says what is chosen.
    pub about: &'static str,
    /// Lists its words.
    pub entries: fn() -> Vec<ChoiceWord>,
}

impl ChoiceMeta {
    /// Makes the value of a choice.
    pub const fn of<C: Choice>() -> Self {
        Self { name: C::NAME, about: C::ABOUT, entries: entries::<C> }
    }

    /// Lists its words, in order.
    pub fn words(self) -> Vec<&'static str> {
        (self.entries)().into_iter().map(|entry| entry.word).collect()
    }
}

fn entries<C: Choice>() -> Vec<ChoiceWord> {
    C::values().into_iter().map(C::entry).collect()
}

/// Lists the words of a choice, in order.
pub(super) fn words_of<C: Choice>() -> Vec<&'static str> {
    ChoiceMeta::of::<C>().words()
}

impl Choice for RuleKind {
    const NAME: &'static str = "Kind";
    const ABOUT: &'static str = "What a rule looks for.";

    fn values() -> Vec<Self> {
        Self::ALL.to_vec()
    }

    fn entry(self) -> ChoiceWord {
        ChoiceWord { word: self.name(), meaning: self.meta().sentence.into() }
    }
}

impl Choice for MeasureKind {
    const NAME: &'static str = "Measure";
    const ABOUT: &'static str = "What a criterion measures.";

    fn values() -> Vec<Self> {
        Self::ALL.to_vec()
    }

    fn entry(self) -> ChoiceWord {
        ChoiceWord { word: self.name(), meaning: self.meta().sentence.into() }
    }
}

impl Choice for ComponentsFrom {
    const NAME: &'static str = "ComponentsFrom";
    const ABOUT: &'static str = "Where further components come from.";

    fn values() -> Vec<Self> {
        vec![Self::CodeOwners]
    }

    fn entry(self) -> ChoiceWord {
        ChoiceWord { word: "codeowners", meaning: "Each owner in the CODEOWNERS file of the repository is one.".into() }
    }
}

impl Choice for Severity {
    const NAME: &'static str = "Severity";
    const ABOUT: &'static str = "What a violation costs.";

    fn values() -> Vec<Self> {
        vec![Self::Error, Self::Warning, Self::Note, Self::Off]
    }

    fn entry(self) -> ChoiceWord {
        let meaning = match self {
            Self::Error => "2 points.",
            Self::Warning => "1 point.",
            Self::Note => "No points; never fails a run by default.",
            Self::Off => "Not reported.",
        };
        ChoiceWord { word: self.name(), meaning: meaning.into() }
    }
}

impl Choice for Language {
    const NAME: &'static str = "Language";
    const ABOUT: &'static str = "A language.";

    fn values() -> Vec<Self> {
        lang::languages().collect()
    }

    fn entry(self) -> ChoiceWord {
        let files: Vec<String> = self.0.extensions.iter().map(|extension| format!("`.{extension}`")).collect();
        ChoiceWord { word: self.name(), meaning: files.join(", ").into() }
    }
}

impl Choice for InlineIgnore {
    const NAME: &'static str = "InlineIgnore";
    const ABOUT: &'static str = "What inline suppressions need.";

    fn values() -> Vec<Self> {
        vec![Self::Allow, Self::Reason, Self::Deny]
    }

    fn entry(self) -> ChoiceWord {
        match self {
            Self::Allow => ChoiceWord { word: "allow", meaning: "Nothing.".into() },
            Self::Reason => ChoiceWord { word: "reason", meaning: "A reason.".into() },
            Self::Deny => ChoiceWord { word: "deny", meaning: "They are not accepted.".into() },
        }
    }
}

impl Choice for Policy {
    const NAME: &'static str = "Policy";
    const ABOUT: &'static str = "Whether violations can be put into a baseline.";

    fn values() -> Vec<Self> {
        vec![Self::Ratchet, Self::Strict]
    }

    fn entry(self) -> ChoiceWord {
        match self {
            Self::Ratchet => ChoiceWord { word: "ratchet", meaning: "They can; the baseline may only shrink.".into() },
            Self::Strict => ChoiceWord { word: "strict", meaning: "They cannot.".into() },
        }
    }
}
