//! The fingerprint of the rules, by which kept answers are known to answer the same question.

use super::Rules;
use crate::cache::FingerprintBuilder;
use crate::rule::{Subtree, SymbolPattern};
use crate::tree::Tree;

impl Rules<'_> {
    /// Adds what the analysis itself made of the rules to a fingerprint, since their files do not say it: full names,
    /// owners, canonical symbols and their classes.
    pub fn fingerprint(&self, tree: &Tree, builder: &mut FingerprintBuilder) {
        let add = |builder: &mut FingerprintBuilder, patterns: &[SymbolPattern]| {
            builder.add(patterns.len().to_le_bytes());
            for pattern in patterns {
                builder.add(&pattern.text);
                builder.add(pattern.language.name());
                builder.add(pattern.word.as_deref().unwrap_or_default());
            }
        };
        let subtree = |builder: &mut FingerprintBuilder, within: &Subtree| {
            builder.add(&*within.below);
            builder.add(within.except.len().to_le_bytes());
            within.except.iter().for_each(|directory| builder.add(&**directory));
        };
        for rule in &self.set.rules {
            builder.add(&*rule.id);
            subtree(builder, &rule.within);
            add(builder, &rule.ban);
            add(builder, &rule.parameters.wraps);
        }
        for source in &self.set.sources {
            builder.add(&*source.id);
            subtree(builder, &source.within);
            add(builder, &source.canonical);
            builder.add(source.owners.len().to_le_bytes());
            source.owners.iter().for_each(|owner| builder.add(&owner.text));
        }
        for class in self.canonical.iter().flatten() {
            builder.add(&*tree.file(class.item.file).path);
            builder.add(class.item.definition.0.to_le_bytes());
            builder.add(class.methods.len().to_le_bytes());
            class.methods.iter().for_each(|method| builder.add(method.as_str()));
        }
    }
}
