//! Names of builtins in the rules: bare ones that no module has mean the builtin (docs/design.md section 3).

use crate::facts::Name;
use crate::lang::{BUILTINS, Layouts, Unbound, policy};
use crate::rule::{RuleSet, SegmentPattern, SymbolPattern};

/// Returns the rules with every bare name of a builtin under its full name.
pub(super) fn qualified(rules: &RuleSet, layouts: &Layouts) -> RuleSet {
    let mut rules = rules.clone();
    let banned = rules.rules.iter_mut().flat_map(|rule| rule.ban.iter_mut().chain(&mut rule.parameters.wraps));
    let canonical = rules.sources.iter_mut().flat_map(|source| &mut source.canonical);
    for pattern in banned.chain(canonical) {
        let name = bare(pattern).filter(|name| {
            let layout = layouts.of(pattern.language);
            (policy(pattern.language).is_builtin)(name) && layout.longest_module(std::slice::from_ref(name)).is_none()
        });
        if let Some(name) = name {
            pattern.text = format!("{BUILTINS}.{name}");
            pattern.segments = vec![SegmentPattern::Literal(Name::from(BUILTINS)), SegmentPattern::Literal(name)];
        }
    }
    rules
}

/// Returns the name that a pattern is, if it is one alone in a language with builtins.
fn bare(pattern: &SymbolPattern) -> Option<Name> {
    match pattern.segments.as_slice() {
        [SegmentPattern::Literal(name)] if policy(pattern.language).unbound == Unbound::Builtins => Some(name.clone()),
        _ => None,
    }
}
