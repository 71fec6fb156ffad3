//! The outline of a file, read token by token.
//!
//! In: the text of any Rust file. Out: its outline, with the macros that it defines.

use syn::parse::Parser;

use super::aliases::aliases;
use super::{Child, Outline};
use crate::facts::Name;
use crate::lang::rust::layout::cargo::join;
use crate::lang::rust::macros::definition::MacroSource;
use crate::lang::rust::syntax::attributes;
use crate::lang::rust::syntax::count::count;
use crate::lang::rust::syntax::ident::normalised;
use crate::lang::rust::syntax::lexer::{self, Kind, Token};
use crate::source::Span;

/// A bracket that is open around a token, and what is known of the code in it.
#[derive(Clone, Copy, Default)]
struct Block {
    /// Macros defined in it are seen after it too: arguments of a macro, a module with `#[macro_use]`.
    clear: bool,
    /// Arguments of a macro: what brackets mean in it is not known.
    arguments: bool,
    /// Code in it may not be there.
    conditional: bool,
}

struct Inline {
    name: Name,
    directory: String,
    depth: u32,
    test: bool,
}

/// The outline of `text`.
#[must_use]
pub fn outline(text: &str) -> Outline {
    outline_until(text, text.len()).0
}

/// The outline of `text` up to what begins at or before byte `last`, and where reading ended.
#[must_use]
pub fn outline_until(text: &str, last: usize) -> (Outline, usize) {
    let at = lexer::start_of_code(text);
    let mut reader = Reader {
        text,
        tokens: lexer::tokens(text, at),
        ahead: None,
        open: Vec::new(),
        block: Block::default(),
        inline: Vec::new(),
        seen: Vec::new(),
        out: Outline { aliases: aliases(text), ..Outline::default() },
    };
    let read = reader.run(last);
    (reader.out, read)
}

struct Reader<'a> {
    text: &'a str,
    tokens: lexer::Lexer<'a>,
    ahead: Option<Token>,
    open: Vec<Block>,
    /// The block that the next bracket opens.
    block: Block,
    inline: Vec<Inline>,
    /// MacroTable that are seen here: their index, and how many blocks were open around them.
    seen: Vec<(usize, usize)>,
    out: Outline,
}

impl Reader<'_> {
    fn depth(&self) -> u32 {
        count(self.open.len())
    }

    fn open(&mut self) {
        let block = std::mem::take(&mut self.block);
        let around = self.open.last().filter(|around| around.arguments);
        self.open.push(around.copied().unwrap_or(block));
    }

    fn close(&mut self, at: u32) {
        let Some(block) = self.open.pop() else { return };
        let (depth, modules) = (self.open.len(), self.inline.len());
        while self.inline.last().is_some_and(|inline| inline.depth > self.depth()) {
            self.inline.pop();
        }
        let is_module = self.inline.len() < modules;
        let (macros, seen) = (&mut self.out.macros, &mut self.seen);
        seen.retain_mut(|(index, around)| {
            if *around <= depth {
                return true;
            }
            let rules = &mut macros[*index];
            if block.clear {
                *around = depth;
                rules.conditional |= block.conditional;
            } else {
                rules.extent.end = at;
                rules.local = !is_module;
            }
            block.clear
        });
    }

    fn next(&mut self) -> Option<Token> {
        if let Some(token) = self.ahead.take() {
            return Some(token);
        }
        self.tokens.by_ref().find(|token| token.kind != Kind::Comment)
    }

    /// Reads tokens up to `until` or the end of the text; returns the place where reading ended.
    fn run(&mut self, until: usize) -> usize {
        let mut attributes: Vec<Span> = Vec::new();
        let mut last = Span::default();
        while let Some(token) = self.next() {
            let start = token.span.start as usize;
            if start > until {
                return start;
            }
            let word = std::mem::take(&mut last);
            match token.kind {
                Kind::Punct(b'!') => self.call(word),
                Kind::Punct(b'#') => attributes.extend(self.attribute(token.span.start)),
                Kind::Open(b'(') if !attributes.is_empty() => self.open(),
                Kind::Open(_) => {
                    self.open();
                    attributes.clear();
                }
                Kind::Close(_) => self.close(token.span.start),
                Kind::Word => match token.span.of(self.text) {
                    "pub" | "crate" | "in" | "self" | "super" | "unsafe" => {}
                    "mod" => self.module(&std::mem::take(&mut attributes)),
                    "extern" => {
                        self.extern_crate();
                        attributes.clear();
                    }
                    written => {
                        if written == "macro_rules" {
                            self.block.conditional = attributes.iter().any(|span| span.of(self.text).contains("cfg"));
                        }
                        last = token.span;
                        attributes.clear();
                        continue;
                    }
                },
                _ => attributes.clear(),
            }
        }
        self.text.len()
    }

    /// An attribute whose `#` was read; inner ones speak about the file if nothing is open.
    fn attribute(&mut self, start: u32) -> Option<Span> {
        let mut token = self.next()?;
        let inner = token.kind == Kind::Punct(b'!');
        if inner {
            token = self.next()?;
        }
        if token.kind != Kind::Open(b'[') {
            self.ahead = Some(token);
            return None;
        }
        let mut depth = 1;
        while depth > 0 {
            token = self.next()?;
            match token.kind {
                Kind::Open(_) => depth += 1,
                Kind::Close(_) => depth -= 1,
                _ => {}
            }
        }
        let span = Span::new(start, token.span.end);
        if !inner {
            return Some(span);
        }
        if self.open.is_empty() && self.parse(&[span]).test {
            self.out.test = true;
        }
        None
    }

    fn module(&mut self, spans: &[Span]) {
        let Some(name) = self.next() else { return };
        let Some(after) = self.next().filter(|_| name.kind == Kind::Word) else {
            self.ahead = Some(name);
            return;
        };
        let name = normalised(Name::from(name.span.of(self.text)));
        let opens = after.kind == Kind::Open(b'{');
        if !opens && after.kind != Kind::Punct(b';') {
            self.ahead = Some(after);
            return;
        }
        let attributes = self.parse(spans);
        let test = attributes.test || self.inline.last().is_some_and(|inline| inline.test);
        let outer = self.inline.last().map(|inline| inline.directory.clone()).unwrap_or_default();
        if opens {
            let says = |word: &str| spans.iter().any(|span| span.of(self.text).contains(word));
            self.block = Block { clear: says("macro_use"), arguments: false, conditional: says("cfg") };
            self.open();
            let own = attributes.paths.first().map_or(name.as_str(), |path| path);
            let directory = join(&outer, own);
            self.inline.push(Inline { name, directory, depth: self.depth(), test });
        } else {
            let inside = self.inline.iter().map(|inline| inline.name.clone()).collect();
            let Attributes { paths, plain, .. } = attributes;
            self.out.children.push(Child { inside, directory: outer, name, paths, plain, test });
        }
    }

    /// A `!` after a word: a macro call or a definition.
    fn call(&mut self, word: Span) {
        if word == Span::default() {
            return;
        }
        let word = word.of(self.text);
        match self.next() {
            Some(token) if word == "macro_rules" && token.kind == Kind::Word => self.rules(token.span),
            other => {
                if word == "include" && other.is_some() {
                    return self.include();
                }
                if other.is_some_and(|token| matches!(token.kind, Kind::Open(_))) {
                    self.block = Block { clear: true, arguments: true, conditional: true };
                    self.out.calls.insert(normalised(Name::from(word)));
                }
                self.ahead = other;
            }
        }
    }

    /// The argument of an `include!`, whose bracket was read.
    fn include(&mut self) {
        self.open();
        let literal = self.next();
        self.ahead = literal;
        let Some(literal) = literal.filter(|token| token.kind == Kind::Literal) else { return };
        if let Ok(path) = syn::parse_str::<syn::LitStr>(literal.span.of(self.text)) {
            let inside = self.inline.iter().map(|inline| inline.name.clone()).collect();
            self.out.includes.push((inside, path.value().into()));
        }
    }

    /// The rules of a macro whose name was read; calls inside them count too.
    fn rules(&mut self, span: Span) {
        let conditional = std::mem::take(&mut self.block).conditional;
        let Some(open) = self.next() else { return };
        if !matches!(open.kind, Kind::Open(_)) {
            self.ahead = Some(open);
            return;
        }
        let name = normalised(Name::from(span.of(self.text)));
        let (mut depth, mut word, mut end) = (1u32, Span::default(), open.span.end);
        while let Some(token) = self.next() {
            end = token.span.start;
            match token.kind {
                Kind::Open(_) => depth += 1,
                Kind::Close(_) => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            let called = normalised(Name::from(word.of(self.text)));
            if token.kind == Kind::Punct(b'!') && !called.is_empty() && called != name {
                self.out.calls.insert(called);
            }
            word = if token.kind == Kind::Word { token.span } else { Span::default() };
        }
        let text = Span::new(open.span.end, end).of(self.text).into();
        let extent = Span::new(span.start, u32::MAX);
        let module = self.inline.last().map(|inline| inline.name.clone()).unwrap_or_default();
        self.seen.push((self.out.macros.len(), self.open.len()));
        self.out.macros.push(MacroSource { name, span, text, extent, conditional, local: false, module });
    }

    fn extern_crate(&mut self) {
        let mut words = [Name::default(), Name::default(), Name::default(), Name::default()];
        for word in &mut words {
            match self.next() {
                Some(token) if token.kind == Kind::Word => *word = normalised(Name::from(token.span.of(self.text))),
                other => {
                    self.ahead = other;
                    return;
                }
            }
        }
        let [krate, name, r#as, rename] = words;
        if krate == "crate" && r#as == "as" && self.inline.is_empty() && rename != "_" {
            self.out.renames.push((rename, name));
        }
    }

    fn parse(&self, spans: &[Span]) -> Attributes {
        let mut found = Attributes { plain: true, ..Attributes::default() };
        for span in spans {
            let text = span.of(self.text).replacen("#!", "#", 1);
            if !text.contains("path") && !text.contains("test") {
                continue;
            }
            let Ok(parsed) = syn::Attribute::parse_outer.parse_str(&text) else { continue };
            found.test |= attributes::is_test(&parsed);
            found.paths.extend(attributes::paths(&parsed));
            found.plain &= !attributes::has(&parsed, "path");
        }
        found
    }
}

#[derive(Default)]
struct Attributes {
    test: bool,
    paths: Vec<Box<str>>,
    plain: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_with_what_stands_around_them() {
        let text = "\
#![cfg(test)]
extern crate redis as r; extern crate serde; #[macro_use] extern crate log;
pub mod a;
#[cfg(test)] #[path = \"x/b.rs\"] pub(crate) mod b;
mod c { mod d; #[path = \"z\"] mod e { #[cfg(test)] mod f { mod g; } } fn h() { if x { mod i; } } }
cfg_if! { if #[cfg(unix)] { mod j; } else { #[cfg_attr(windows, path = \"w.rs\")] mod k; } }
// mod l;
const S: &str = \"mod m;\"; struct T { r#mod: u8 } include!(\"inc.rs\"); mod o { include! { \"p/q.rs\" } } macro_rules! n { ($x:ident) => { mod $x; } }
";
        let outline = outline(text);
        let shown: Vec<String> = outline
            .children
            .iter()
            .map(|c| {
                format!("{}/{} [{}] {:?} {} {}", c.inside.join("."), c.name, c.directory, c.paths, c.plain, c.test)
            })
            .collect();
        assert_eq!(
            shown,
            [
                "/a [] [] true false",
                "/b [] [\"x/b.rs\"] false true",
                "c/d [c] [] true false",
                "c.e.f/g [c/z/f] [] true true",
                "c/i [c] [] true false",
                "/j [] [] true false",
                "/k [] [\"w.rs\"] true false",
            ]
        );
        assert_eq!(outline.renames, [("r".into(), "redis".into())]);
        assert_eq!(outline.includes, [(vec![], "inc.rs".into()), (vec!["o".into()], "p/q.rs".into())]);
        assert!(outline.test);
    }
}
