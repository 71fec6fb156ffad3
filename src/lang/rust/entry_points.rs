//! Entry points of Rust files.
//!
//! In: a text. Out: where a server or a program enters it, told by the shape of its tokens: attributes and calls of actix,
//! axum, rocket and clap. The function `main` is no matter of shape and is found elsewhere.

use super::syntax::lexer::{Kind, Token, tokens};
use crate::lang::{EntryPoint, EntryPointKind};
use crate::source::LineIndex;

/// Attributes that say which requests a function answers.
const VERBS: [&str; 8] = ["get", "post", "put", "delete", "patch", "options", "head", "route"];

/// Finds the entry points of a text, in source order.
#[must_use]
pub fn entry_points(text: &str) -> Vec<EntryPoint> {
    let code: Vec<Token> = tokens(text, 0).filter(|token| token.kind != Kind::Comment).collect();
    let scan = EntryScan { text, code: &code, lines: LineIndex::default() };
    (0..code.len()).filter_map(|at| scan.attribute(at).or_else(|| scan.call(at))).collect()
}

struct EntryScan<'a> {
    text: &'a str,
    code: &'a [Token],
    lines: LineIndex,
}

impl<'a> EntryScan<'a> {
    fn kind(&self, at: usize) -> Option<Kind> {
        self.code.get(at).map(|token| token.kind)
    }

    fn word(&self, at: usize) -> Option<&'a str> {
        self.code.get(at).filter(|token| token.kind == Kind::Word).map(|token| token.span.of(self.text))
    }

    fn has(&self, name: &str) -> bool {
        (0..self.code.len()).any(|at| self.word(at) == Some(name))
    }

    /// The path in a string literal behind an open bracket.
    fn path(&self, open: usize) -> Option<&'a str> {
        self.literal(open).filter(|path| path.starts_with('/'))
    }

    fn literal(&self, open: usize) -> Option<&'a str> {
        let literal = self.code.get(open + 1).filter(|it| it.kind == Kind::Literal)?;
        let is_open = self.kind(open) == Some(Kind::Open(b'('));
        is_open.then(|| literal.span.of(self.text).trim_matches('"'))
    }

    fn entry(&self, at: usize, kind: EntryPointKind, name: impl Into<String>) -> Option<EntryPoint> {
        let line = self.lines.position(self.text, self.code.get(at)?.span.start).line;
        Some(EntryPoint { line, kind, name: name.into() })
    }

    /// The last segment of a path that begins here, and its place.
    fn last_segment(&self, mut at: usize) -> Option<(&'a str, usize)> {
        while self.kind(at + 1) == Some(Kind::Punct(b':')) && self.kind(at + 2) == Some(Kind::Punct(b':')) {
            at += 3;
        }
        Some((self.word(at)?, at))
    }

    /// `#[get("/users")]`, `#[launch]`, `#[derive(Parser)]`.
    fn attribute(&self, at: usize) -> Option<EntryPoint> {
        if self.kind(at) != Some(Kind::Punct(b'#')) || self.kind(at + 1) != Some(Kind::Open(b'[')) {
            return None;
        }
        let (name, last) = self.last_segment(at + 2)?;
        match name {
            verb if VERBS.contains(&verb) => {
                let verb = if verb == "route" { String::new() } else { verb.to_uppercase() + " " };
                self.entry(at, EntryPointKind::Route, verb + self.path(last + 1)?)
            }
            "launch" if self.has("rocket") => self.entry(at, EntryPointKind::App, "rocket"),
            "derive" if self.has("clap") => {
                let end = (last..self.code.len()).find(|at| self.kind(*at) == Some(Kind::Close(b']')))?;
                let parses = (last..end).any(|at| self.word(at) == Some("Parser"));
                let item = (end..self.code.len()).find(|at| matches!(self.word(*at), Some("struct" | "enum")))?;
                parses.then(|| self.entry(item, EntryPointKind::Command, self.word(item + 1)?))?
            }
            _ => None,
        }
    }

    /// `.route("/users", get(users))`, `web::resource("/users")`, `axum::serve(..)`, `HttpServer::new(..)`,
    /// `Command::new("tool")`.
    fn call(&self, at: usize) -> Option<EntryPoint> {
        let before = |back: usize| at.checked_sub(back).and_then(|at| self.kind(at));
        let is_call = self.kind(at + 1) == Some(Kind::Open(b'('));
        let of = at.checked_sub(3).filter(|_| before(1) == Some(Kind::Punct(b':'))).and_then(|at| self.word(at));
        match (self.word(at)?, of) {
            ("route" | "route_service", None) if before(1) == Some(Kind::Punct(b'.')) => {
                self.entry(at, EntryPointKind::Route, self.path(at + 1)?)
            }
            ("resource", Some("web")) => self.entry(at, EntryPointKind::Route, self.path(at + 1)?),
            ("serve", Some("axum")) if is_call => self.entry(at, EntryPointKind::App, "axum"),
            ("new", Some("HttpServer")) if is_call => self.entry(at, EntryPointKind::App, "HttpServer"),
            // The standard library starts other programs by the same words.
            ("new", Some("Command")) if self.has("clap") && !self.has("process") => {
                self.entry(at, EntryPointKind::Command, self.literal(at + 1)?)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(text: &str) -> Vec<String> {
        entry_points(text).iter().map(|it| format!("{} {} {}", it.line, it.kind, it.name)).collect()
    }

    #[test]
    fn attributes_and_calls_of_the_frameworks() {
        let actix = "use actix_web::{get, web, App, HttpServer};\n#[get(\"/users\")]\nasync fn users() {}\n\
                     #[actix_web::post(\"/users\")]\nasync fn add() {}\nfn main() {\n    HttpServer::new(|| App::new()\n        \
                     .service(web::resource(\"/a\"))\n        .route(\"/b\", web::get().to(b)));\n}\n";
        let expected = ["2 route GET /users", "4 route POST /users", "7 app HttpServer", "8 route /a", "9 route /b"];
        assert_eq!(entries(actix), expected);
        let axum = "let app = Router::new().route(\"/a\", get(a));\naxum::serve(listener, app).await;\n";
        assert_eq!(entries(axum), ["1 route /a", "2 app axum"]);
        assert_eq!(entries("#[rocket::launch]\nfn rocket() {}\n"), ["1 app rocket"]);
        let clap = "use clap::Parser;\n#[derive(Debug, Parser)]\n#[command(version)]\nstruct Cli {}\n\
                    fn old() { clap::Command::new(\"tool\"); }\n";
        assert_eq!(entries(clap), ["4 command Cli", "5 command tool"]);
    }

    #[test]
    fn what_only_looks_like_an_entry_point_is_none() {
        let text = "use clap::Parser;\nuse std::process::Command;\n// #[get(\"/a\")]\n#[get(name)]\n#[derive(Debug)]\nstruct A;\n\
                    fn f() { Command::new(\"git\"); map.get(\"/a\"); \"#[get(\\\"/b\\\")]\"; route(\"/c\"); }\n";
        assert_eq!(entries(text), [""; 0]);
    }
}
