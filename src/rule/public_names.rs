//! Public names: one name for each symbol, whichever of its names code uses.
//!
//! In: the aliases and renames of a rule set. Out: for the symbol of a violation, the name by which its identity goes.
//! Leaves out names of the tree, which resolving joins.

use super::{RuleSet, SymbolPattern};

/// Names that stand for others.
#[derive(Debug, Clone, Default)]
pub struct PublicNames {
    others: Vec<OtherName>,
}

#[derive(Debug, Clone)]
struct OtherName {
    name: String,
    is: String,
    /// The rule that asks for the other name; its own violations are told apart by the name that it bans.
    of_rule: Option<String>,
}

/// Names of Rust's standard library: the same items under each of them.
const STANDARD: [(&str, &str); 2] = [("core", "std"), ("alloc", "std")];

/// Names that lead to each other are followed so often.
const MOST_STEPS: usize = 8;

impl PublicNames {
    /// Collects the names of a rule set: its aliases, and the new names of a class that a rule asks for.
    #[must_use]
    pub fn new(rules: &RuleSet) -> Self {
        let standard =
            STANDARD.map(|(name, is)| OtherName { name: format!("{name}::"), is: format!("{is}::"), of_rule: None });
        let aliases = rules.aliases.iter().filter_map(|alias| {
            let (name, is) = (written(&alias.path)?, written(&alias.is)?);
            Some(OtherName { name, is, of_rule: None })
        });
        let renames = rules.rules.iter().chain(&rules.disabled).flat_map(|rule| {
            let of_rule = Some(rule.id.to_string());
            let banned = rule.ban.iter().filter_map(written);
            let of_ban = move |ban: String| {
                let renamed = rule.rename.iter().find(|(old, _)| names(old, &ban));
                renamed.map(|(_, new)| (ban.clone(), beside(&ban, new)))
            };
            banned.filter_map(of_ban).map(move |(name, is)| OtherName { name, is, of_rule: of_rule.clone() })
        });
        Self { others: standard.into_iter().chain(aliases).chain(renames).collect() }
    }

    /// Returns the name by which a symbol that breaks a rule is identified.
    #[must_use]
    pub fn one_of(&self, rule: &str, symbol: &str) -> String {
        let mut symbol = symbol.to_owned();
        for _ in 0..MOST_STEPS {
            let others = self.others.iter().filter(|it| it.of_rule.as_deref() != Some(rule));
            let longest = others.filter(|it| begins(&symbol, &it.name)).max_by_key(|it| it.name.len());
            let Some(other) = longest else { break };
            let next = format!("{}{}", other.is, &symbol[other.name.len()..]);
            if next == symbol {
                break;
            }
            symbol = next;
        }
        symbol
    }
}

/// Returns true if a path is a name or goes on behind it.
fn begins(path: &str, name: &str) -> bool {
    path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', ':']) || name.ends_with(':'))
}

/// The text of a pattern without wildcards.
fn written(pattern: &SymbolPattern) -> Option<String> {
    let path = pattern.literal()?;
    let segments: Vec<&str> = path.iter().map(AsRef::as_ref).collect();
    Some(segments.join(pattern.language.separator()))
}

/// Returns true if a name of `rename` means a banned symbol: its path, or its last segment.
fn names(old: &str, banned: &str) -> bool {
    old == banned || last(banned) == old
}

fn last(path: &str) -> &str {
    path.rsplit(['.', ':']).next().unwrap_or(path)
}

/// The new name: as it is, or a bare one in the module of the old.
fn beside(old: &str, new: &str) -> String {
    if new.contains(['.', ':']) { new.to_owned() } else { format!("{}{new}", &old[..old.len() - last(old).len()]) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{RulesText, load, load_pack, pack};

    fn names(text: &str) -> PublicNames {
        let file = RulesText { name: "ssot.toml".into(), text: text.into(), pack: false };
        PublicNames::new(&load(file, &|_, path| Err(path.to_owned())).0)
    }

    #[test]
    fn aliases_and_renames_are_followed_to_one_name() {
        let names = names(
            "[[source]]\nid = \"s\"\nowners = []\n[[alias]]\npath = \"a.client\"\nis = \"a\"\n\
             [[rule]]\nid = \"old\"\nsource = \"s\"\nkind = \"reference\"\nban = [\"a.Old\"]\nrename = { Old = \"New\" }\n",
        );
        assert_eq!(names.one_of("raw", "a.client.Old.make"), "a.New.make");
        assert_eq!(names.one_of("raw", "a.Older"), "a.Older");
        assert_eq!(names.one_of("old", "a.client.Old"), "a.Old", "the rule itself tells them apart");
        assert_eq!(names.one_of("raw", "core::mem::drop"), "std::mem::drop");
        assert_eq!(names.one_of("raw", "core.mem"), "core.mem");
    }

    #[test]
    fn obeying_the_deprecated_name_of_the_pack_keeps_the_identity_of_the_client() {
        let names = PublicNames::new(&load_pack(pack::DEFAULT).0);
        for (old, new) in [
            ("redis.StrictRedis", "redis.Redis"),
            ("valkey.asyncio.StrictValkey.from_url", "valkey.asyncio.Valkey.from_url"),
        ] {
            assert_eq!(names.one_of("redis-raw-client", old), names.one_of("redis-raw-client", new));
        }
    }
}
