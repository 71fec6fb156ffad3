//! The built-in packs: rules files that are part of the program.
//!
//! In: nothing. Out: their names and texts.

use super::load::RulesText;

/// A built-in pack.
#[derive(Debug)]
pub struct Pack {
    /// The name by which `extends` loads it.
    pub name: &'static str,
    /// Says what it is for, in a few words.
    pub title: &'static str,
    /// Its text.
    pub text: &'static str,
    /// Says what it speaks of holds connections or other resources.
    pub client: bool,
}

/// Makes a pack of its text in `rules/`, so that a pack is one row.
macro_rules! pack {
    ($name:literal, client: $client:literal, $title:literal) => {
        Pack {
            name: $name,
            title: $title,
            text: include_str!(concat!("../../rules/", $name, ".toml")),
            client: $client,
        }
    };
}

/// Every built-in pack, in the order in which they are listed; the first applies when there is no rules file.
pub const PACKS: &[Pack] = &[
    pack!("redis", client: true, "Redis and Valkey clients that do not come from the one place that owns them"),
    pack!("database", client: true, "engines, pools, connections and clients of databases that do not come from their owner"),
    pack!("environment", client: false, "environment variables and `.env` files that are read past the settings that own them"),
    pack!("http-client", client: true, "HTTP clients made apart from the shared one, and requests without any"),
    pack!("ids", client: false, "UUIDs, ULIDs and their like made past the project's own generator"),
    pack!("jwt", client: false, "tokens that are signed, verified or read past the functions that own them"),
    pack!("logging", client: false, "logging that is set up, or given handlers, outside the one setup"),
    pack!("messaging", client: true, "connections, producers and consumers of Kafka, RabbitMQ, NATS and others apart from the shared ones"),
    pack!("object-storage", client: true, "clients of S3 and other object stores that do not come from their owner"),
    pack!("time", client: false, "the clock read past the project's own, and naive UTC times"),
];

/// The pack that applies when there is no rules file.
pub const DEFAULT: &Pack = &PACKS[0];

/// Finds the pack of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Pack> {
    PACKS.iter().find(|pack| pack.name == name)
}

impl Pack {
    /// Returns its text as a rules file named `pack:NAME`.
    #[must_use]
    pub fn rules_text(&self) -> RulesText {
        RulesText { name: format!("pack:{}", self.name).into(), text: self.text.into(), pack: true }
    }
}
