//! The built-in packs: rules files that are part of the program.
//!
//! In: nothing. Out: their names and texts.

use super::load::RulesText;

/// A built-in pack.
#[derive(Debug)]
pub struct Pack {
    /// The name by which `extends` loads it.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub title: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// Every built-in pack, in the order in which they are listed.
pub const PACKS: &[Pack] = &[REDIS];

/// The pack that applies when there is no rules file.
pub const DEFAULT: &Pack = &REDIS;

const REDIS: Pack = Pack {
    name: "redis",
    title: "Redis and Valkey clients that do not come from the one place that owns them",
    text: include_str!("../../rules/redis.toml"),
};

/// The pack of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Pack> {
    PACKS.iter().find(|pack| pack.name == name)
}

impl Pack {
    /// Its text as a rules file named `pack:NAME`.
    #[must_use]
    pub fn rules_text(&self) -> RulesText {
        RulesText { name: format!("pack:{}", self.name).into(), text: self.text.into(), pack: true }
    }
}
