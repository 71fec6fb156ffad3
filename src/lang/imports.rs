//! The imports of a file and the points at which it can be entered: all that the import graph needs of it, without
//! names or values.
//!
//! In: nothing; the front ends make these. Out: plain data that [`crate::impact`] links into a graph. Where an import
//! leads is for the layouts.

use std::fmt;

use crate::facts::{Anchor, Name};

/// The imports that one file makes when it runs, and the points at which it can be entered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileImports {
    /// Imports in source order; those that only a type checker sees are left out.
    pub imports: Vec<Import>,
    /// The points at which the file can be entered, in source order.
    pub entries: Vec<EntryPoint>,
}

/// One import of one module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// From where the segments count.
    pub anchor: Anchor,
    /// The module as written.
    pub path: Vec<Name>,
    /// The names that are taken from it; each may be a module of its own.
    pub members: Vec<Name>,
    /// 1-based line.
    pub line: u32,
    /// The time at which it runs.
    pub time: ImportTime,
}

/// The time at which an import runs, the earliest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum ImportTime {
    /// Whenever the module is loaded.
    #[default]
    Load,
    /// When the file is started as a program, and not when another imports it.
    Start,
    /// When a function is called or a name is first used, or never.
    Deferred,
}

/// A place where a program, a server or a worker enters a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryPoint {
    /// 1-based line; 0 where the file is entered from its beginning.
    pub line: u32,
    /// The way in which it is entered.
    pub kind: EntryPointKind,
    /// Its name: `GET /users`, the name of a command, of a function.
    pub name: String,
}

/// A way in which a file is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryPointKind {
    /// A compiled program.
    Binary,
    /// A console script that a package installs.
    ConsoleScript,
    /// An application object that a server or worker loads.
    App,
    /// A handler of WebSocket connections.
    WebSocket,
    /// A handler of HTTP requests.
    Route,
    /// A job of a worker.
    Task,
    /// A command of a command line program.
    Command,
    /// A module that is run as a script.
    Script,
}

impl EntryPointKind {
    /// Returns whether the file is started as a program there, rather than loaded by one.
    #[must_use]
    pub fn starts_program(self) -> bool {
        matches!(self, Self::Binary | Self::Script)
    }

    /// Every kind, in the order in which they are listed.
    pub const ALL: [Self; 8] = [
        Self::Binary,
        Self::ConsoleScript,
        Self::App,
        Self::WebSocket,
        Self::Route,
        Self::Task,
        Self::Command,
        Self::Script,
    ];

    /// The word in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::ConsoleScript => "console-script",
            Self::App => "app",
            Self::WebSocket => "websocket",
            Self::Route => "route",
            Self::Task => "task",
            Self::Command => "command",
            Self::Script => "script",
        }
    }
}

impl fmt::Display for EntryPointKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
