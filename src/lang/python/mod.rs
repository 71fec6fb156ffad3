//! The Python front end: the facts of one Python file.
//!
//! In: a path (for its extension only) and a text. Out: [`FileFacts`]. Pure: no disk, no other file, no module names.
//! The parser recovers from syntax errors, and so does this: what it could not read is a problem, the rest counts. A
//! text that it loses from some point on is read a second time (`recover`).

mod annotations;
mod calling;
mod calls;
mod comments;
mod compound;
mod delegation;
mod depth;
mod disguise;
mod encoding;
mod entry_points;
mod exports;
mod expressions;
mod extract;
mod fix;
mod flow;
mod functions;
mod import_pass;
mod imports;
mod locals;
mod names;
mod patterns;
mod recover;
mod scratch;
mod statements;
mod symbols;
mod targets;
mod walker;

use ruff_python_ast::PySourceType;
use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_parser::parse_unchecked_source;
use ruff_text_size::Ranged;

use crate::facts::{FileFacts, Name};
use crate::lang::{Environment, FileImports, Importer, Interfaces, LookupPolicy, Unbound};

pub mod import_scan;
pub mod layout;

mod front_end;
mod scripts;

pub use front_end::{FRONT_END, NAMES};

/// The rules by which Python names are looked up.
pub const POLICY: LookupPolicy = LookupPolicy {
    unbound: Unbound::Builtins,
    is_builtin: names::is_builtin,
    prelude: &[],
    same_packages: &[],
    importers: &[
        (&["importlib", "import_module"], Importer::Named),
        (&["importlib", "__import__"], Importer::Builtin),
        (&["builtins", "__import__"], Importer::Builtin),
    ],
    partials: &[&["functools", "partial"], &["functools", "partialmethod"]],
    values_construct: false,
    instances_construct: true,
    variants_construct: false,
    paths_import: false,
    member_imports_follow: false,
    environment: Environment {
        mappings: &[&["os", "environ"], &["os", "environb"]],
        lookups: &["get", "setdefault", "pop", "__getitem__", "__contains__"],
        changes: &["setdefault", "pop"],
        readers: &[&["os", "getenv"], &["os", "getenvb"], &["decouple", "config"]],
        handles: &[
            &["environs", "Env"],
            &["environ", "Env"],
            &["starlette", "config", "Config"],
            &["decouple", "Config"],
            &["decouple", "AutoConfig"],
        ],
        options: &["click", "typer", "asyncclick", "rich_click"],
        settings: &[
            &["pydantic_settings", "BaseSettings"],
            &["pydantic", "BaseSettings"],
            &["pydantic", "v1", "BaseSettings"],
        ],
        words: &["environ", "environb", "getenv", "getenvb", "environs", "decouple", "starlette", "envvar"],
    },
    interfaces: Interfaces { bases: &["Protocol"], decorators: &["abstractmethod"] },
    constructors: &["__init__", "__new__", "__repr__", "__post_init__"],
};

/// The facts of one Python file.
#[must_use]
pub fn extract(path: &str, text: &str) -> FileFacts {
    depth::with_enough_stack(path, text)
}

/// Returns how a private name of a class is written inside it, without the class; none for other names.
#[must_use]
pub fn unmangled(name: &Name) -> Option<Name> {
    let at = name.starts_with('_').then(|| name.find("__")).flatten()?;
    (at > 0).then(|| Name::from(&name[at..]))
}

/// Finds what a Python file imports when it runs, and the points at which it can be entered.
#[must_use]
pub fn imports(path: &str, text: &str) -> FileImports {
    import_pass::imports(path, text)
}

/// Returns whether two texts have the same tokens, comments and blank lines aside.
pub(super) fn same_code(one: &str, other: &str) -> bool {
    let parsed = |text: &str| parse_unchecked_source(text, PySourceType::Python);
    let (one_parsed, other_parsed) = (parsed(one), parsed(other));
    let code = |token: &&Token| !matches!(token.kind(), TokenKind::Comment | TokenKind::NonLogicalNewline);
    // The end of a text has no characters of its own to compare.
    let shown = |token: &Token, text: &str| match token.kind() {
        TokenKind::Newline => (TokenKind::Newline, String::new()),
        kind => (kind, text[token.range()].to_owned()),
    };
    let tokens = one_parsed.tokens().iter().filter(code).map(|token| shown(token, one));
    let others = other_parsed.tokens().iter().filter(code).map(|token| shown(token, other));
    one_parsed.errors().len() == other_parsed.errors().len() && tokens.eq(others)
}

#[cfg(test)]
mod tests;
