//! Needs of the rules that speak of more than symbols: names of definitions, of environment variables, URL schemes.
//!
//! In: the rules. Out: a verdict on a text, beside that of [`super::literals`]: whether the file can hold a definition
//! of a listed name, a listed variable or a URL of a listed scheme. Rule sets without such rules have no needs at all.

use aho_corasick::{AhoCorasick, MatchKind};

use crate::detect::configure::{is_any, listed, literal_part, settings};
use crate::lang::focus::{identifier_around, is_whole};
use crate::rule::{Rule, RuleKind, RuleSet, SegmentPattern, SymbolPattern};
use crate::source::Language;

/// What a text must hold for a rule to speak of its file.
#[derive(Debug)]
pub struct Needs {
    search: Option<AhoCorasick>,
    needs: Vec<Need>,
    /// A pattern has no literal at all: every file can matter.
    pub everything: bool,
}

/// What is needed of one literal.
#[derive(Debug)]
struct Need {
    literal: String,
    language: Option<Language>,
    what: What,
}

#[derive(Debug)]
enum What {
    /// The literal anywhere.
    Anywhere,
    /// The literal as a whole word, as it is written.
    Word,
    /// A definition whose name is this; only of a class, if so.
    Defined { name: SegmentPattern, class: bool },
}

impl Needs {
    /// What the rules need; none if they speak of nothing but symbols.
    #[must_use]
    pub fn of_rules(rules: &RuleSet) -> Option<Self> {
        let mut needs = Vec::new();
        for rule in &rules.rules {
            match rule.kind {
                RuleKind::Configure => needs.extend(of_configuration(rule)),
                RuleKind::Define | RuleKind::Implement => {
                    needs.extend(rule.parameters.names.iter().filter_map(|pattern| of_name(rule, pattern)));
                }
                _ => {}
            }
        }
        if needs.is_empty() {
            return None;
        }
        let everything = needs.iter().any(|need| need.literal.is_empty());
        let search = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .ascii_case_insensitive(true)
            .build(needs.iter().map(|need| &need.literal))
            .ok();
        Some(Self { search, needs, everything })
    }

    /// Whether a text holds what one of the rules looks for.
    #[must_use]
    pub fn admit(&self, language: Language, text: &str) -> bool {
        let Some(search) = &self.search else { return true };
        self.everything
            || search.find_overlapping_iter(text).any(|found| {
                let need = &self.needs[found.pattern().as_usize()];
                need.language.is_none_or(|only| only == language)
                    && match &need.what {
                        What::Anywhere => true,
                        What::Word => {
                            is_whole(text.as_bytes(), found.start(), found.end())
                                && text[found.start()..found.end()] == need.literal
                        }
                        What::Defined { name, class } => {
                            let (start, end) = identifier_around(text, found.start(), found.end());
                            name.matches(&text[start..end]) && defines(language, text, start, end, *class)
                        }
                    }
            })
    }
}

fn of_configuration(rule: &Rule) -> Vec<Need> {
    let need = |literal: &str| Need { literal: literal.to_owned(), language: rule.language, what: What::Anywhere };
    let mut needs = Vec::new();
    for pattern in listed(&rule.parameters.env) {
        if is_any(pattern) {
            let languages = Language::ALL.into_iter().filter(|&it| rule.language.is_none_or(|only| only == it));
            needs.extend(languages.flat_map(words_of_reading));
        } else {
            needs.push(need(literal_part(pattern)));
            needs.push(need(settings::PREFIX));
        }
    }
    needs.extend(rule.parameters.schemes.iter().map(|scheme| need(&format!("{scheme}://"))));
    needs
}

/// What a file must hold to read any variable at all.
fn words_of_reading(language: Language) -> impl Iterator<Item = Need> {
    let words = crate::lang::policy(language).environment.words;
    let need = move |word: &&str| Need { literal: (*word).to_owned(), language: Some(language), what: What::Word };
    words.iter().map(need)
}

fn of_name(rule: &Rule, pattern: &SymbolPattern) -> Option<Need> {
    let name = pattern.segments.last()?.clone();
    let literal = match &name {
        SegmentPattern::Literal(name) => name.to_string(),
        SegmentPattern::Wildcard(glob) => literal_part(glob).to_owned(),
        SegmentPattern::AnyDepth => String::new(),
    };
    let of_pattern = (pattern.segments.len() > 1).then_some(pattern.language);
    let class = rule.kind == RuleKind::Implement;
    Some(Need { literal, language: rule.language.or(of_pattern), what: What::Defined { name, class } })
}

/// Words before a name that make it that of a class, and those that make it that of another definition.
const CLASSES: [&str; 4] = ["class", "struct", "enum", "union"];
const OTHERS: [&str; 9] = ["def", "fn", "trait", "mod", "type", "const", "static", "mut", "!"];

/// Whether the identifier can be the name of a definition there.
fn defines(language: Language, text: &str, start: usize, end: usize, class: bool) -> bool {
    let before = text[..start].trim_end_matches([' ', '\t', '\r', '\n', '\\', '\x0c']);
    let after_keyword = |word: &str| before.ends_with(word);
    // A comment may stand between the two.
    if CLASSES.iter().any(|word| after_keyword(word)) || before.ends_with("*/") || text[..start].ends_with("r#") {
        return true;
    }
    if class {
        return false;
    }
    let assigned = || {
        let after = text[end..].trim_start_matches([' ', '\t', '\\']);
        after.starts_with(['=', ':', ',', ')', ']'])
    };
    OTHERS.iter().any(|word| after_keyword(word)) || language == Language::Python && assigned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_is_told_from_a_use() {
        let at = |text: &str, class| {
            let start = text.find("Redis").unwrap();
            let (start, end) = identifier_around(text, start, start + 5);
            (text[start..end].to_owned(), defines(Language::Python, text, start, end, class))
        };
        assert_eq!(at("class MyRedisPool:", true), ("MyRedisPool".to_owned(), true));
        assert_eq!(at("x = MyRedisPool()", true), ("MyRedisPool".to_owned(), false));
        assert!(!at("def redis(): Redis()", false).1);
        assert!(at("Redis = 1", false).1 && at("a, Redis = 1, 2", false).1 && at("def Redis():", false).1);
        assert!(!at("Redis = 1", true).1);
    }
}
