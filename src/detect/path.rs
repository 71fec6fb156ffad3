//! Kind `path`: files that must or must not exist.
//!
//! In: the rules and the tree. Out: for each file that must not exist and does, and each pattern that no file has though
//! it must, what the rule says of it. Reads no file.

use crate::rule::{FileGlob, Rule, RuleIndex, RuleKind, RuleSet};
use crate::source::FileId;
use crate::tree::Tree;

/// A file that breaks a rule by being there or not.
#[derive(Debug, Clone, Copy)]
pub struct PathHit<'r> {
    /// The rule.
    pub rule: RuleIndex,
    /// The pattern that says so.
    pub pattern: &'r FileGlob,
    /// The file that must not exist; none if one must and does not.
    pub file: Option<FileId>,
}

/// Returns the hits of the rules of this kind in a tree, in the order of rules and files; a file once for each rule.
#[must_use]
pub fn paths<'r>(rules: &'r RuleSet, tree: &Tree) -> Vec<PathHit<'r>> {
    let of_kind = rules.rules.iter().enumerate().filter(|(_, rule)| rule.kind == RuleKind::Path);
    of_kind.flat_map(|(index, rule)| of_rule(RuleIndex(index), rule, tree)).collect()
}

fn of_rule<'r>(index: RuleIndex, rule: &'r Rule, tree: &Tree) -> Vec<PathHit<'r>> {
    let files = || tree.files().iter().filter(|file| rule.language.is_none_or(|language| language == file.language));
    let missing = rule.parameters.must_exist.iter().filter(|glob| !files().any(|file| glob.matches(&file.path)));
    // Where the rule has another form, what must exist there is for that to say.
    let missing = missing.filter(|glob| rule.within.holds(&glob.text));
    let mut found: Vec<PathHit<'r>> = missing.map(|pattern| PathHit { rule: index, pattern, file: None }).collect();
    for file in files().filter(|file| rule.within.holds(&file.path)) {
        if let Some(pattern) = rule.parameters.must_not_exist.iter().find(|glob| glob.matches(&file.path)) {
            found.push(PathHit { rule: index, pattern, file: Some(file.id) });
        }
    }
    found
}
