//! Bodies of functions and macros that say nothing to other files.
//!
//! In: the tokens of a text, one after the other. Out: the spans of bodies in which nothing stands that other files could
//! see: no `impl`, no module, no macro. Of a file that is only asked what its names mean, they need not be parsed. What
//! a macro makes in a body matters where its own text does, and then the file is read in full. The rules of a macro are
//! read by those who call it. What stands in the arguments of one is left alone: it need not be a function.

use super::lexer::{Kind, Token};
use crate::source::Span;

/// Collects the bodies.
pub struct Bodies<'t> {
    text: &'t str,
    /// What stands between their braces, in the order of the text.
    pub spans: Vec<Span>,
    /// For each open bracket whether items stand in it.
    open: Vec<bool>,
    /// What the next brace at this level opens.
    header: Header,
    /// The body that is being read.
    body: Option<Body>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Header {
    Other,
    /// Items: of a module, an `impl`, a trait, an `extern` block.
    Items,
    /// `fn` was read, but no name yet.
    Keyword,
    Function,
    /// `macro_rules`
    Rules,
}

struct Body {
    start: u32,
    /// How many brackets are open around it.
    depth: usize,
    /// Other files could see something in it.
    seen: bool,
    /// It is the rules of a macro.
    rules: bool,
}

impl<'t> Bodies<'t> {
    /// For the tokens of `text`.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        Self { text, spans: Vec::new(), open: Vec::new(), header: Header::Other, body: None }
    }

    /// Takes in the next token.
    pub fn see(&mut self, token: &Token) {
        match token.kind {
            Kind::Comment => {}
            Kind::Open(bracket) => self.opens(bracket, token.span.end),
            Kind::Close(bracket) => self.closes(bracket, token.span.start),
            _ if self.body.is_some() => self.inside(token),
            _ if self.open.iter().all(|items| *items) => self.item(token),
            _ => {}
        }
    }

    fn opens(&mut self, bracket: u8, end: u32) {
        let mut items = false;
        let rules = self.header == Header::Rules;
        if (rules || bracket == b'{') && self.body.is_none() && self.open.iter().all(|items| *items) {
            match std::mem::replace(&mut self.header, Header::Other) {
                Header::Function | Header::Rules => {
                    self.body = Some(Body { start: end, depth: self.open.len(), seen: false, rules });
                }
                header => items = header == Header::Items,
            }
        }
        self.open.push(items);
    }

    fn closes(&mut self, bracket: u8, start: u32) {
        self.open.pop();
        if let Some(body) = self.body.take_if(|body| body.depth >= self.open.len())
            && !body.seen
            && body.depth == self.open.len()
            && (body.rules || bracket == b'}')
        {
            self.spans.push(Span::new(body.start, start));
        }
    }

    fn inside(&mut self, token: &Token) {
        let Some(body) = &mut self.body else { return };
        let word = || token.span.of(self.text);
        body.seen |= !body.rules
            && token.kind == Kind::Word
            && matches!(word(), "impl" | "mod" | "macro_rules" | "include" | "extern");
    }

    fn item(&mut self, token: &Token) {
        let word = if token.kind == Kind::Word { token.span.of(self.text) } else { "" };
        self.header = match (self.header, token.kind) {
            (_, Kind::Punct(b';')) => Header::Other,
            (Header::Keyword, Kind::Word) | (Header::Function, _) => Header::Function,
            (Header::Rules, _) => Header::Rules,
            (Header::Keyword, _) => Header::Other,
            _ if word == "fn" => Header::Keyword,
            _ if word == "macro_rules" => Header::Rules,
            (Header::Other, _) if matches!(word, "mod" | "impl" | "trait" | "extern") => Header::Items,
            (header, _) => header,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::super::lexer;
    use super::*;

    fn bodies(text: &str) -> Vec<&str> {
        let mut bodies = Bodies::new(text);
        lexer::tokens(text, 0).for_each(|token| bodies.see(&token));
        bodies.spans.iter().map(|span| span.of(text).trim()).collect()
    }

    #[test]
    fn of_functions_and_methods() {
        assert_eq!(bodies("fn f(a: [u8; { 1 }]) -> u8 { if a { b } c }"), ["if a { b } c"]);
        assert_eq!(bodies("pub const unsafe extern \"C\" fn f() { a } fn g() -> impl X where A: B { b }"), ["a", "b"]);
        assert_eq!(
            bodies("impl<T> X for Y<T> { type A = B; fn f(&self) { a } } trait T { fn f(); fn g() { b } }"),
            ["a", "b"]
        );
        assert_eq!(bodies("mod a { mod b { fn f() { fn g() { c } } } } extern \"C\" { fn f(); }"), ["fn g() { c }"]);
    }

    #[test]
    fn of_macros() {
        let rules = "($x:ident) => { impl $x { fn f() { a } } }";
        for text in
            [format!("#[macro_export] macro_rules! m {{ {rules} }}"), format!("mod a {{ macro_rules! m({rules}); }}")]
        {
            assert_eq!(bodies(&format!("{text} fn g() {{ b }}")), [rules, "b"]);
        }
    }

    #[test]
    fn nothing_else_in_braces_is_one() {
        for text in [
            "struct S { f: fn(u8) -> u8 } enum E { A { b: fn() } } const F: fn() = { a };",
            "static S: u8 = { fn f() {} 1 };",
            "mac! { fn f() { a } } mac!(macro_rules! m { a });",
            "#[cfg(fn)] use a::{b, c};",
            "fn f() { a",
            "fn f() { a )",
        ] {
            assert_eq!(bodies(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn what_others_can_see_stays() {
        for body in ["impl A for B {}", "mod a;", "include!(\"a\")", "macro_rules! m { () => {} }"] {
            assert_eq!(bodies(&format!("fn f() {{ {body} }} fn g() {{ n!() }}")), ["n!()"]);
        }
    }
}
