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

/// Every built-in pack, in the order in which they are listed.
pub const PACKS: &[Pack] =
    &[REDIS, DATABASE, ENVIRONMENT, HTTP_CLIENT, IDS, JWT, LOGGING, MESSAGING, OBJECT_STORAGE, TIME];

/// The pack that applies when there is no rules file.
pub const DEFAULT: &Pack = &REDIS;

const REDIS: Pack = Pack {
    name: "redis",
    title: "Redis and Valkey clients that do not come from the one place that owns them",
    text: include_str!("../../rules/redis.toml"),
    client: true,
};

const DATABASE: Pack = Pack {
    name: "database",
    title: "engines, pools, connections and clients of databases that do not come from their owner",
    text: include_str!("../../rules/database.toml"),
    client: true,
};

const ENVIRONMENT: Pack = Pack {
    name: "environment",
    title: "environment variables and `.env` files that are read past the settings that own them",
    text: include_str!("../../rules/environment.toml"),
    client: false,
};

const HTTP_CLIENT: Pack = Pack {
    name: "http-client",
    title: "HTTP clients made apart from the shared one, and requests without any",
    text: include_str!("../../rules/http-client.toml"),
    client: true,
};

const IDS: Pack = Pack {
    name: "ids",
    title: "UUIDs, ULIDs and their like made past the project's own generator",
    text: include_str!("../../rules/ids.toml"),
    client: false,
};

const JWT: Pack = Pack {
    name: "jwt",
    title: "tokens that are signed, verified or read past the functions that own them",
    text: include_str!("../../rules/jwt.toml"),
    client: false,
};

const LOGGING: Pack = Pack {
    name: "logging",
    title: "logging that is set up, or given handlers, outside the one setup",
    text: include_str!("../../rules/logging.toml"),
    client: false,
};

const MESSAGING: Pack = Pack {
    name: "messaging",
    title: "connections, producers and consumers of Kafka, RabbitMQ, NATS and others apart from the shared ones",
    text: include_str!("../../rules/messaging.toml"),
    client: true,
};

const OBJECT_STORAGE: Pack = Pack {
    name: "object-storage",
    title: "clients of S3 and other object stores that do not come from their owner",
    text: include_str!("../../rules/object-storage.toml"),
    client: true,
};

const TIME: Pack = Pack {
    name: "time",
    title: "the clock read past the project's own, and naive UTC times",
    text: include_str!("../../rules/time.toml"),
    client: false,
};

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
