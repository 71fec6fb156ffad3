//! Evasions: which disguises of what is banned the rules see through.
//!
//! In: rules. Out: for every ban and every way in which the language can use it, whether the rule reports it. All of them are
//! files of one project; each is named for itself, so that none means another.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{analysed, without_owners};
use crate::facts::Name;
use crate::lang;
use crate::lang::disguise::{Disguise, DisguisedSymbol, DisguisedUse};
use crate::resolve::is_class_like;
use crate::rule::{RuleKind, RuleSet, SegmentPattern, SymbolPattern};
use crate::source::Language;

/// A way to use what a rule bans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evasion {
    /// The rule.
    pub rule: Arc<str>,
    /// Its ban, as written.
    pub ban: String,
    /// The language of the code.
    pub language: Language,
    /// Names the way.
    pub disguise: &'static str,
    /// The rule reports it.
    pub caught: bool,
    /// The code.
    pub code: String,
}

/// Tries every way to use what the rules that are on ban.
#[must_use]
pub fn evasions(rules: &RuleSet) -> Vec<Evasion> {
    let directories: BTreeSet<&str> = rules.rules.iter().map(|rule| &*rule.within.below).collect();
    directories.into_iter().flat_map(|directory| evasions_below(rules, directory)).collect()
}

/// Tries the rules that the rules file of a directory has words of.
fn evasions_below(rules: &RuleSet, directory: &str) -> Vec<Evasion> {
    let mut found = Vec::new();
    let mut files = BTreeMap::new();
    for rule in rules.rules.iter().filter(|rule| *rule.within.below == *directory && rule.has_own_words()) {
        let Some(usage) = usage_of(rule.kind) else { continue };
        for pattern in rule.ban.iter().filter(|pattern| rule.language.is_none_or(|only| only == pattern.language)) {
            let Some(symbol) = symbol_of(pattern, usage) else { continue };
            for (disguise, stem) in disguises(pattern.language, usage, &symbol, files.len()) {
                found.push(Evasion {
                    rule: Arc::clone(&rule.id),
                    ban: pattern.text.clone(),
                    language: pattern.language,
                    disguise: disguise.name,
                    caught: false,
                    code: disguise.text.clone(),
                });
                files.insert(path_of(&stem, pattern.language), (disguise, found.len() - 1));
            }
        }
    }
    let mut texts = BTreeMap::new();
    for (path, (disguise, _)) in &files {
        texts.insert(path.clone(), disguise.text.clone());
        if let Some(shim) = &disguise.shim {
            texts.insert(shim_of(path), shim.clone());
        }
    }
    let findings = analysed(&without_owners(rules, directory), texts);
    let reported: BTreeSet<(&str, &str)> = findings.violations.iter().map(|it| (&*it.rule, &*it.path)).collect();
    for (path, (_, at)) in &files {
        let evasion = &mut found[*at];
        evasion.caught = [path.clone(), shim_of(path)].iter().any(|path| reported.contains(&(&*evasion.rule, path)));
    }
    found
}

/// The disguises of a symbol with the names of their modules; `known` files are named already.
fn disguises(
    language: Language,
    usage: DisguisedUse,
    symbol: &DisguisedSymbol,
    known: usize,
) -> Vec<(Disguise, String)> {
    let front_end = lang::front_end(language);
    let stem = |at: usize| format!("evasion_{}", known + at);
    let number = front_end.disguises(usage, symbol, "shim").len();
    let numbered = (0..number).filter_map(|at| {
        let disguise = front_end.disguises(usage, symbol, &format!("{}_shim", stem(at))).into_iter().nth(at)?;
        Some((disguise, stem(at)))
    });
    numbered.collect()
}

fn path_of(stem: &str, language: Language) -> String {
    format!("{stem}.{}", language.0.extensions.first().copied().unwrap_or_default())
}

/// The path of the module beside a file that hands the symbol on.
fn shim_of(path: &str) -> String {
    path.replacen('.', "_shim.", 1)
}

fn usage_of(kind: RuleKind) -> Option<DisguisedUse> {
    match kind {
        RuleKind::Import => Some(DisguisedUse::Import),
        RuleKind::Construct => Some(DisguisedUse::Construct),
        RuleKind::Reference => Some(DisguisedUse::Reference),
        RuleKind::Subclass => Some(DisguisedUse::Base),
        _ => None,
    }
}

/// Takes a ban apart into module, name and members; a wildcard stands for one name.
fn symbol_of(pattern: &SymbolPattern, usage: DisguisedUse) -> Option<DisguisedSymbol> {
    let last = pattern.segments.len() - 1;
    let names: Vec<Name> = pattern
        .segments
        .iter()
        .enumerate()
        .map(|(at, segment)| match segment {
            SegmentPattern::Literal(name) => name.clone(),
            SegmentPattern::Wildcard(glob) if glob == "*" && at < last => Name::from("inner"),
            SegmentPattern::Wildcard(glob) if glob == "*" => Name::from("thing"),
            SegmentPattern::Wildcard(glob) => Name::from(glob.replace('*', "").as_str()),
            SegmentPattern::AnyDepth => Name::from("inner"),
        })
        .collect();
    if !pattern.matches(&names) {
        return None;
    }
    // An import names no member of a class.
    let class = names.iter().skip(1).position(|name| is_class_like(name)).map(|at| at + 1);
    let at = class.filter(|at| usage != DisguisedUse::Import || *at == last).unwrap_or(last);
    let text = |names: &[Name]| names.iter().map(ToString::to_string).collect();
    Some(DisguisedSymbol {
        module: text(&names[..at]),
        name: names[at].to_string(),
        members: text(&names[at + 1..]),
        class: class == Some(at) || names.len() == 1 && is_class_like(&names[0]),
    })
}

/// The ways of one rule in one language, each with how many bans it was tried on and those that it hides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvadedRule<'e> {
    /// The rule.
    pub rule: &'e str,
    /// The language.
    pub language: Language,
    /// The ways, in the order of the language.
    pub ways: Vec<EvadedWay<'e>>,
}

/// One way to evade one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvadedWay<'e> {
    /// Names the way.
    pub disguise: &'static str,
    /// The number of bans that it was tried on.
    pub tried: usize,
    /// The bans that it hides.
    pub hidden: Vec<&'e str>,
}

/// Sums evasions up by rule, language and way.
#[must_use]
pub fn evaded(evasions: &[Evasion]) -> Vec<EvadedRule<'_>> {
    let mut rules: Vec<EvadedRule<'_>> = Vec::new();
    for evasion in evasions {
        let (rule, language) = (&*evasion.rule, evasion.language);
        let at = rules.iter().position(|it| it.rule == rule && it.language == language).unwrap_or_else(|| {
            rules.push(EvadedRule { rule, language, ways: Vec::new() });
            rules.len() - 1
        });
        let ways = &mut rules[at].ways;
        let at = ways.iter().position(|it| it.disguise == evasion.disguise).unwrap_or_else(|| {
            ways.push(EvadedWay { disguise: evasion.disguise, tried: 0, hidden: Vec::new() });
            ways.len() - 1
        });
        ways[at].tried += 1;
        if !evasion.caught {
            ways[at].hidden.push(&evasion.ban);
        }
    }
    rules
}
