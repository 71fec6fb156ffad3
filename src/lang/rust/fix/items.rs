//! A file as its fixes see it: scopes, items and `use` trees with the places of their tokens, from the lexer alone.
//!
//! In: any text. Out: [`RustItems`]. Tokens are enough for what fixes edit, also in files that do not parse, in macros and
//! in branches that no configuration builds; `docs/rust-parser.md` says why no second parser is used.

use std::sync::Arc;

use crate::facts::Name;
use crate::lang::rust::syntax::lexer::{self, Kind, Token};
use crate::source::{FileId, Span};

/// A file by its tokens.
pub(super) struct RustItems {
    pub file: FileId,
    pub text: Arc<str>,
    /// Without comments.
    pub tokens: Vec<Token>,
    pub comments: Vec<Span>,
    /// The first is that of the file's module.
    pub scopes: Vec<ItemScope>,
    pub uses: Vec<UseItem>,
}

/// A module, or braces of any other kind.
#[derive(Debug, Default)]
pub(super) struct ItemScope {
    pub parent: Option<usize>,
    /// The inline modules around and the module itself; the same as around for other braces.
    pub path: Vec<Name>,
    pub is_module: bool,
    pub span: Span,
    pub items: Vec<RustItem>,
}

/// An item of a module.
#[derive(Debug, Clone)]
pub(super) struct RustItem {
    pub name: Name,
    pub kind: RustItemKind,
    pub public: bool,
    /// Index of the token after its name.
    pub after: usize,
}

/// The kinds of items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RustItemKind {
    InlineModule,
    FileModule,
    Function,
    Macro,
    ExternCrate,
    Other,
}

/// A `use` with all its leaves.
#[derive(Debug, Clone)]
pub(super) struct UseItem {
    /// From its attributes to its semicolon.
    pub whole: Span,
    /// From its visibility on.
    pub start: u32,
    /// The keyword.
    pub keyword: Span,
    pub public: bool,
    pub scope: usize,
    pub leaves: Vec<UseLeaf>,
}

/// One leaf of a `use` tree.
#[derive(Debug, Clone)]
pub(super) struct UseLeaf {
    /// Every segment from the root, with its place; `self` at the end of a group is left out.
    pub path: Vec<(Name, Span)>,
    /// It begins with `::`.
    pub leading: bool,
    pub rename: Option<Name>,
    pub glob: bool,
    /// It ends in `self`.
    pub is_self: bool,
    /// The bytes of the leaf within its group, with its new name.
    pub span: Span,
    /// It stands in braces.
    pub grouped: bool,
}

impl UseLeaf {
    /// Returns the name that it binds; none for `*` and `_`.
    pub fn bound(&self) -> Option<&Name> {
        match (&self.rename, self.glob) {
            (Some(name), _) => Some(name).filter(|name| *name != "_"),
            (None, false) => self.path.last().map(|(name, _)| name),
            (None, true) => None,
        }
    }

    /// Returns the segments without their places.
    pub fn names(&self) -> Vec<Name> {
        self.path.iter().map(|(name, _)| name.clone()).collect()
    }
}

impl RustItems {
    /// Reads a text.
    pub fn read(file: FileId, text: Arc<str>) -> Self {
        let start = lexer_start(&text);
        let all: Vec<Token> = lexer::tokens(&text, start).collect();
        let comments = all.iter().filter(|it| it.kind == Kind::Comment).map(|it| it.span).collect();
        let tokens: Vec<Token> = all.into_iter().filter(|it| it.kind != Kind::Comment).collect();
        let whole = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
        let module = ItemScope { is_module: true, span: whole, ..ItemScope::default() };
        let mut items = Self { file, text, tokens, comments, scopes: vec![module], uses: Vec::new() };
        items.scan();
        items
    }

    /// Returns the characters of a token.
    pub fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.span.of(&self.text))
    }

    /// Returns whether a token is one sign.
    pub fn is(&self, at: usize, sign: u8) -> bool {
        let kind = self.tokens.get(at).map(|token| token.kind);
        matches!(kind, Some(Kind::Punct(it) | Kind::Open(it) | Kind::Close(it)) if it == sign)
    }

    /// Returns whether `::` begins at a token.
    pub fn is_path_sign(&self, at: usize) -> bool {
        self.is(at, b':') && self.is(at + 1, b':') && self.tokens[at].span.end == self.tokens[at + 1].span.start
    }

    /// Returns whether a token is a name or keyword.
    pub fn is_word(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == Kind::Word)
    }

    /// Returns the index of the token that closes the bracket that opens at a token.
    pub fn closing(&self, open: usize) -> usize {
        let mut depth = 0usize;
        for (at, token) in self.tokens.iter().enumerate().skip(open) {
            match token.kind {
                Kind::Open(_) => depth += 1,
                Kind::Close(_) => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return at;
                    }
                }
                _ => {}
            }
        }
        self.tokens.len()
    }

    /// Returns the index of the first token at or behind a place.
    pub fn token_at(&self, offset: u32) -> usize {
        self.tokens.partition_point(|token| token.span.start < offset)
    }

    /// Returns the innermost scope around a place.
    pub fn scope_at(&self, offset: u32) -> usize {
        let around = |scope: &ItemScope| scope.span.start <= offset && offset < scope.span.end;
        let found = self.scopes.iter().enumerate().filter(|(_, scope)| around(scope));
        found.min_by_key(|(_, scope)| scope.span.end - scope.span.start).map_or(0, |(at, _)| at)
    }

    /// Returns the module around a scope.
    pub fn module_around(&self, scope: usize) -> usize {
        let mut at = scope;
        while !self.scopes[at].is_module {
            at = self.scopes[at].parent.unwrap_or(0);
        }
        at
    }

    fn scan(&mut self) {
        let mut open: Vec<usize> = vec![0];
        let mut head = ItemHead::default();
        let mut at = 0;
        while at < self.tokens.len() {
            let scope = open[open.len() - 1];
            let token = self.tokens[at];
            let word = self.word(at).to_owned();
            match token.kind {
                Kind::Punct(b'#') if self.is(at + 1, b'[') || self.is(at + 1, b'!') && self.is(at + 2, b'[') => {
                    let end = self.closing(if self.is(at + 1, b'[') { at + 1 } else { at + 2 });
                    let inner = self.is(at + 1, b'!');
                    let text = Span::new(token.span.start, self.end_of(end)).of(&self.text);
                    head.exported |= text.contains("macro_export");
                    if !inner {
                        head.attributes.get_or_insert(token.span.start);
                    }
                    at = end;
                }
                Kind::Word if word == "use" && !self.is(at + 1, b'<') => {
                    at = self.use_item(at, scope, &head);
                    head = ItemHead::default();
                }
                Kind::Word if word == "pub" => {
                    head.start.get_or_insert(token.span.start);
                    head.public = !self.is(at + 1, b'(');
                    head.restricted = !head.public;
                    if head.restricted {
                        at = self.closing(at + 1);
                    }
                }
                Kind::Word if self.scopes[scope].is_module && head.fresh => {
                    let named = |kind| Some((kind, at + 1));
                    let found = match word.as_str() {
                        "mod" if self.is(at + 2, b'{') => named(RustItemKind::InlineModule),
                        "mod" => named(RustItemKind::FileModule),
                        "struct" | "enum" | "union" | "trait" | "type" | "static" => named(RustItemKind::Other),
                        "const" if self.word(at + 1) != "fn" && self.word(at + 1) != "unsafe" => {
                            named(RustItemKind::Other)
                        }
                        "fn" => named(RustItemKind::Function),
                        "macro_rules" => Some((RustItemKind::Macro, at + 2)),
                        "extern" if self.word(at + 1) == "crate" => Some((RustItemKind::ExternCrate, at + 2)),
                        _ => None,
                    };
                    let goes_on =
                        ["unsafe", "async", "const", "extern", "default", "auto", "impl"].contains(&word.as_str());
                    if let Some((kind, name)) = found {
                        self.item(kind, name, scope, &head);
                        let module = kind == RustItemKind::InlineModule;
                        head = ItemHead { fresh: false, ..ItemHead::default() };
                        if module {
                            let path = self.scopes[scope]
                                .path
                                .iter()
                                .cloned()
                                .chain([Name::from(plain(self.word(name)))])
                                .collect();
                            open.push(self.open_scope(name + 1, scope, Some(path)));
                            head = ItemHead::default();
                            at = name + 1;
                        } else {
                            at = name;
                        }
                    } else if !goes_on || word == "impl" {
                        head.fresh = false;
                    }
                }
                Kind::Open(b'{') => {
                    open.push(self.open_scope(at, scope, None));
                    head = ItemHead::default();
                }
                Kind::Close(b'}') => {
                    if open.len() > 1 {
                        open.pop();
                    }
                    head = ItemHead::default();
                }
                Kind::Punct(b';') => head = ItemHead::default(),
                Kind::Literal if head.fresh => {}
                Kind::Open(_) => head.fresh = false,
                _ => {}
            }
            at += 1;
        }
    }

    fn end_of(&self, at: usize) -> u32 {
        self.tokens.get(at).or(self.tokens.last()).map_or(0, |token| token.span.end)
    }

    fn open_scope(&mut self, at: usize, parent: usize, path: Option<Vec<Name>>) -> usize {
        let end = self.end_of(self.closing(at));
        let is_module = path.is_some();
        let path = path.unwrap_or_else(|| self.scopes[parent].path.clone());
        let span = Span::new(self.tokens[at].span.start, end);
        self.scopes.push(ItemScope { parent: Some(parent), path, is_module, span, items: Vec::new() });
        self.scopes.len() - 1
    }

    fn item(&mut self, kind: RustItemKind, name: usize, scope: usize, head: &ItemHead) {
        if !self.is_word(name) {
            return;
        }
        let public = head.public || kind == RustItemKind::Macro && head.exported;
        let item = RustItem { name: Name::from(plain(self.word(name))), kind, public, after: name + 1 };
        // An exported macro is an item of the crate's root, wherever it stands.
        let home = if kind == RustItemKind::Macro && head.exported { 0 } else { scope };
        self.scopes[home].items.push(item);
    }

    /// Reads a `use` from its keyword; gives the index of its last token.
    fn use_item(&mut self, at: usize, scope: usize, head: &ItemHead) -> usize {
        let end = (at..self.tokens.len()).find(|it| self.is(*it, b';')).unwrap_or(self.tokens.len());
        let keyword = self.tokens[at].span;
        let start = head.start.unwrap_or(keyword.start);
        let whole = Span::new(head.attributes.unwrap_or(start), self.end_of(end));
        let mut leaves = Vec::new();
        let leading = self.is_path_sign(at + 1);
        let first = if leading { at + 3 } else { at + 1 };
        self.tree(first, end, &Prefix { path: Vec::new(), leading, grouped: false }, &mut leaves);
        self.uses.push(UseItem { whole, start, keyword, public: head.public, scope, leaves });
        end
    }

    /// Reads a tree; gives the index of the token behind it.
    fn tree(&self, first: usize, end: usize, prefix: &Prefix, leaves: &mut Vec<UseLeaf>) -> usize {
        let mut path = prefix.path.clone();
        let mut at = first;
        let start = self.tokens.get(first).map_or(0, |token| token.span.start);
        let leaf = |path: &[(Name, Span)], last: usize| UseLeaf {
            path: path.to_vec(),
            leading: prefix.leading,
            rename: None,
            glob: false,
            is_self: false,
            span: Span::new(start, self.end_of(last)),
            grouped: prefix.grouped,
        };
        while at < end {
            if self.is(at, b'*') {
                leaves.push(UseLeaf { glob: true, ..leaf(&path, at) });
                return at + 1;
            }
            if self.is(at, b'{') {
                let close = self.closing(at);
                let inner = Prefix { path, leading: prefix.leading, grouped: true };
                let mut inside = at + 1;
                while inside < close.min(end) {
                    inside = match self.is(inside, b',') {
                        true => inside + 1,
                        false => self.tree(inside, close.min(end), &inner, leaves).max(inside + 1),
                    };
                }
                return close + 1;
            }
            if !self.is_word(at) {
                return at + 1;
            }
            let word = plain(self.word(at));
            let is_self = word == "self" && at > first.min(at) || word == "self" && prefix.grouped && at == first;
            if !is_self || path.is_empty() {
                path.push((Name::from(word), self.tokens[at].span));
            }
            if self.is_path_sign(at + 1) {
                at += 3;
                continue;
            }
            let rename =
                (self.word(at + 1) == "as" && self.is_word(at + 2)).then(|| Name::from(plain(self.word(at + 2))));
            let last = if rename.is_some() { at + 2 } else { at };
            leaves.push(UseLeaf {
                rename,
                is_self: is_self && (path.len() > 1 || prefix.grouped),
                ..leaf(&path, last)
            });
            return last + 1;
        }
        at
    }
}

/// The words that stand before an item.
struct ItemHead {
    /// An item may begin.
    fresh: bool,
    public: bool,
    restricted: bool,
    exported: bool,
    start: Option<u32>,
    attributes: Option<u32>,
}

impl Default for ItemHead {
    fn default() -> Self {
        Self { fresh: true, public: false, restricted: false, exported: false, start: None, attributes: None }
    }
}

struct Prefix {
    path: Vec<(Name, Span)>,
    leading: bool,
    grouped: bool,
}

/// Returns a name without the sign of a raw identifier.
pub(super) fn plain(word: &str) -> &str {
    word.strip_prefix("r#").unwrap_or(word)
}

/// Returns where code begins: behind a line that tells the system how to run the file.
pub(super) fn lexer_start(text: &str) -> usize {
    let script = text.starts_with("#!") && !text[2..].trim_start().starts_with('[');
    if script { text.find('\n').unwrap_or(text.len()) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(text: &str) -> Vec<String> {
        let items = RustItems::read(FileId(0), text.into());
        let shown = |it: &UseLeaf| {
            let names: Vec<String> = it.names().iter().map(ToString::to_string).collect();
            let rename = it.rename.as_ref().map(|name| format!(" as {name}")).unwrap_or_default();
            format!(
                "{}{}{}{rename}",
                names.join("::"),
                if it.glob { "::*" } else { "" },
                if it.is_self { " self" } else { "" }
            )
        };
        items.uses.iter().flat_map(|it| &it.leaves).map(shown).collect()
    }

    #[test]
    fn trees_are_taken_apart() {
        assert_eq!(leaves("use a::{b, c::{self as d, e}, f::*};"), ["a::b", "a::c self as d", "a::c::e", "a::f::*"]);
        assert_eq!(leaves("pub use ::a::b as _; fn f() { use self::x::y; }"), ["a::b as _", "self::x::y"]);
    }

    #[test]
    fn items_have_their_modules_and_what_others_see() {
        let text = "pub struct A; mod m { pub fn f() { struct Inner; } const N: u8 = 1; }\n#[macro_export] macro_rules! g { () => {} }\n\
                    impl A { pub fn of() {} } pub const fn h() {}";
        let items = RustItems::read(FileId(0), text.into());
        let shown: Vec<String> = items
            .scopes
            .iter()
            .filter(|scope| scope.is_module)
            .flat_map(|scope| {
                scope.items.iter().map(|it| format!("{}::{} {}", scope.path.join("::"), it.name, it.public))
            })
            .collect();
        assert_eq!(shown, ["::A true", "::m false", "::g true", "::h true", "m::f true", "m::N false"]);
    }
}
