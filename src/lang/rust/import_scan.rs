//! The import scan of Rust: what the code of a text names, by our own lexer.
//!
//! In: a text. Out: an [`ImportScan`] with as what each word of the code stands; what it does not know is prose. In Rust a
//! written path imports what it names, as a `use` does.

use std::ops::Range;

use super::syntax::lexer::{Kind, Token, tokens};
use crate::lang::{ImportScan, Occurrence};

/// Scans the code of a text.
#[must_use]
pub fn scan(text: &str) -> ImportScan<'_> {
    let code: Vec<Token> = tokens(text, 0).filter(|token| token.kind != Kind::Comment).collect();
    let mut scan = ImportScan::default();
    let mut declaration = Declaration::default();
    for (at, token) in code.iter().enumerate() {
        let word = token.span.of(text);
        let declares = declaration.is_open();
        declaration.see(token.kind, word);
        if token.kind != Kind::Word {
            scan.star |= declares && token.kind == Kind::Punct(b'*');
            continue;
        }
        let name = word.strip_prefix("r#").unwrap_or(word);
        let around = Around::of(&code, at);
        let occurrence = if declares { Occurrence::Imported } else { around.occurrence() };
        if around.leads_on || around.is_alone || declares {
            scan.roots.push(name);
        }
        let start = token.span.end - u32::try_from(name.len()).unwrap_or_default();
        scan.places.push((start, occurrence));
    }
    scan
}

/// Returns as what the word at a place of a scanned text stands.
#[must_use]
pub fn occurrence(scan: &ImportScan<'_>, place: Range<usize>) -> Occurrence {
    let start = u32::try_from(place.start).unwrap_or(u32::MAX);
    let found = scan.places.binary_search_by_key(&start, |(at, _)| *at);
    found.map_or(Occurrence::Prose, |at| scan.places[at].1)
}

/// The `use` or `extern crate` declaration that is being read, if any.
#[derive(Default)]
enum Declaration {
    #[default]
    None,
    /// After `use`, with the brackets that are open.
    Use(u32),
    /// After `extern`.
    Extern,
    /// After `extern crate`.
    Crate,
}

impl Declaration {
    fn see(&mut self, kind: Kind, word: &str) {
        *self = match (std::mem::take(self), kind) {
            (Self::Use(depth), Kind::Open(_)) => Self::Use(depth + 1),
            (Self::Use(depth), Kind::Close(_)) if depth > 0 => Self::Use(depth - 1),
            (Self::Use(_) | Self::Crate, Kind::Punct(b';') | Kind::Close(_)) => Self::None,
            (Self::Extern, Kind::Word) if word == "crate" => Self::Crate,
            (Self::None | Self::Extern, Kind::Word) if word == "use" => Self::Use(0),
            (Self::None, Kind::Word) if word == "extern" => Self::Extern,
            (Self::Extern, _) => Self::None,
            (other, _) => other,
        };
    }

    fn is_open(&self) -> bool {
        matches!(self, Self::Use(_) | Self::Crate)
    }
}

/// The surroundings of a word.
struct Around {
    /// `::` follows: a path goes on from here.
    leads_on: bool,
    /// Nothing but brackets and separators of arguments is beside it: an argument of a macro can be the name of a crate.
    is_alone: bool,
    in_path: bool,
    member: bool,
}

impl Around {
    fn of(code: &[Token], at: usize) -> Self {
        let kind = |at: Option<usize>| at.and_then(|at| code.get(at)).map(|token| token.kind);
        let (before, after) = (kind(at.checked_sub(1)), kind(Some(at + 1)));
        let colons = |first: Option<Kind>, second: Option<Kind>| {
            first == Some(Kind::Punct(b':')) && second == Some(Kind::Punct(b':'))
        };
        let after_separator = colons(before, kind(at.checked_sub(2)));
        let before_separator = colons(after, kind(Some(at + 2)));
        let opens = matches!(before, None | Some(Kind::Open(_) | Kind::Punct(b',' | b'=' | b'<' | b'&')));
        let closes = matches!(after, None | Some(Kind::Close(_) | Kind::Punct(b',' | b';' | b'=' | b'>')));
        Self {
            leads_on: before_separator,
            is_alone: opens && closes,
            in_path: after_separator || before_separator || after == Some(Kind::Punct(b'!')),
            member: before == Some(Kind::Punct(b'.')),
        }
    }

    fn occurrence(&self) -> Occurrence {
        match (self.in_path, self.member) {
            (true, _) => Occurrence::Path,
            (false, true) => Occurrence::Member,
            (false, false) => Occurrence::Bare,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stands_as_what_its_tokens_say() {
        use Occurrence::{Bare, Imported, Member, Path, Prose};
        for (text, expected) in [
            ("fn f() { crate::db::Conn::open() }", Path),
            ("use crate::{\n    a, // x\n    db::{self, Conn},\n};", Imported),
            ("extern crate Conn as r;", Imported),
            ("fn f(x: X) { x\n    .Conn() }", Member),
            ("Conn!(1)", Path),
            ("fn f(Conn: u8) {}", Bare),
            ("// the Conn", Prose),
            ("let x = \"a::Conn\";", Prose),
            ("use a::b; struct Conn;", Bare),
            ("r#Conn::open()", Path),
        ] {
            let scan = scan(text);
            let start = text.find("Conn").unwrap();
            assert_eq!(occurrence(&scan, start..start + 4), expected, "{text}");
        }
    }

    #[test]
    fn roots_lead_on_or_stand_alone_and_stars_stand_in_uses() {
        let roots = |text| scan(text).roots.join(" ");
        assert_eq!(roots("redis :: Client"), "redis");
        assert_eq!(roots("use {a, redis as r};"), "a redis as r");
        assert_eq!(roots("client!(redis)"), "redis");
        assert_eq!(roots("// redis::Client\nlet x = redis.y;"), "");
        assert!(scan("use super::{a, *};").star && scan("use a::*;").star && !scan("let x = a * b;").star);
    }
}
