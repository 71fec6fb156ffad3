//! Macro calls: their arguments are tokens, and mostly Rust.
//!
//! In: the tokens between a macro's delimiters. Out: the same walk as over other code, after reading them as
//! expressions, else statements, else items; what is none of these is scanned for paths, and its groups are read in
//! the same way. What a macro makes of its arguments is not known here; `macro_rules!` definitions and calls are
//! followed one level where the tree has them.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::visit::Visit;
use syn::{Block, Expr, Item, Macro, Stmt, Token};

use super::expand::Rule;
use super::lexer;
use super::paths::{Lookup, Segment, name_of, normalised};
use super::walk::Walker;
use crate::facts::{
    Anchor, DefinitionId, Expansion, MacroDefinition, Name, Namespaces, Role, ScopeKind, Site, SiteKind, Target, Value,
    ValueId,
};
use crate::source::Span;

/// What the tokens between a macro's delimiters are.
pub enum Body {
    /// Nothing.
    Nothing,
    /// Expressions between commas.
    Expressions(Vec<Expr>),
    /// The inside of a block.
    Statements(Vec<Stmt>),
    /// Items.
    Items(Vec<Item>),
    /// Anything else: the tokens, and what stands in the groups among them, by their index.
    Tokens(Vec<TokenTree>, Vec<(usize, Body)>),
}

/// One way to read tokens.
type Reader = fn(ParseStream<'_>) -> syn::Result<Body>;

/// Macros of the standard library; a call of them says nothing about macros of the tree.
const STANDARD: [&str; 34] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "cfg",
    "column",
    "compile_error",
    "concat",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "env",
    "eprint",
    "eprintln",
    "file",
    "format",
    "format_args",
    "include",
    "include_bytes",
    "include_str",
    "line",
    "macro_rules",
    "matches",
    "module_path",
    "option_env",
    "panic",
    "print",
    "println",
    "stringify",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
];

impl Body {
    /// Reads the tokens.
    pub fn read(tokens: TokenStream, items_first: bool) -> Self {
        if tokens.is_empty() {
            return Self::Nothing;
        }
        let parser = |input: ParseStream<'_>| {
            let (first, second, third) = if items_first {
                (Self::items as Reader, Self::statements as Reader, None)
            } else {
                (Self::expressions as Reader, Self::statements as Reader, Some(Self::items as Reader))
            };
            for read in [Some(first), Some(second), third].into_iter().flatten() {
                let fork = input.fork();
                if let Ok(body) = read(&fork)
                    && fork.is_empty()
                {
                    input.advance_to(&fork);
                    return Ok(body);
                }
            }
            Err(input.error("no Rust"))
        };
        parser.parse2(tokens.clone()).unwrap_or_else(|_| Self::scan(tokens))
    }

    fn items(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut items = Vec::new();
        while !input.is_empty() {
            items.push(input.parse::<Item>()?);
        }
        Ok(Self::Items(items))
    }

    fn expressions(input: ParseStream<'_>) -> syn::Result<Self> {
        let found = Punctuated::<Expr, Token![,]>::parse_terminated(input)?;
        Ok(Self::Expressions(found.into_iter().collect()))
    }

    fn statements(input: ParseStream<'_>) -> syn::Result<Self> {
        Block::parse_within(input).map(Self::Statements)
    }

    /// The tokens as they are, their groups too: the rules of a macro are no Rust.
    fn raw(tokens: TokenStream) -> Self {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let groups = tokens.iter().enumerate().filter_map(|(at, token)| match token {
            TokenTree::Group(group) => Some((at, Self::raw(group.stream()))),
            _ => None,
        });
        let groups = groups.collect();
        Self::Tokens(tokens, groups)
    }

    fn scan(tokens: TokenStream) -> Self {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let groups = tokens.iter().enumerate().filter_map(|(at, token)| match token {
            TokenTree::Group(group) => Some((at, Self::read(group.stream(), group.delimiter() == Delimiter::Brace))),
            _ => None,
        });
        let groups = groups.collect();
        Self::Tokens(tokens, groups)
    }

    /// Whether there are items in it.
    pub fn has_items(&self) -> bool {
        match self {
            Self::Items(items) => !items.is_empty(),
            Self::Statements(statements) => statements.iter().any(|s| matches!(s, Stmt::Item(_))),
            Self::Tokens(_, groups) => groups.iter().any(|(_, inner)| inner.has_items()),
            Self::Expressions(_) | Self::Nothing => false,
        }
    }
}

impl Walker<'_> {
    /// The arguments of a call, parsed once.
    pub(super) fn take_body(&mut self, node: &Macro) -> Body {
        let key = self.places.key(node.delimiter.span().open());
        self.bodies.remove(&key).unwrap_or_else(|| Body::read(node.tokens.clone(), false))
    }

    /// Keeps the arguments for the walk.
    pub(super) fn keep_body(&mut self, node: &Macro, body: Body) {
        let key = self.places.key(node.delimiter.span().open());
        self.bodies.insert(key, body);
    }

    /// A macro call: recorded, and its arguments walked.
    pub(super) fn macro_call(&mut self, node: &Macro) {
        let span = node.delimiter.span();
        let arguments = Span::new(self.places.end(span.open()), self.places.start(span.close()));
        let path: Vec<Segment> =
            node.path.segments.iter().map(|s| (name_of(&s.ident), self.places.span(s.ident.span()))).collect();
        if node.path.is_ident("stringify") {
            return;
        }
        self.compile_time_read(node);
        self.record_call(path, node.path.leading_colon.is_some(), arguments);
        let declared = self.bodies.remove(&self.places.key(span.open()));
        match declared {
            Some(body) => self.body(&body),
            None => {
                let body = Body::read(node.tokens.clone(), false);
                self.undeclared(&body);
            }
        }
    }

    /// Follows the call one level, if the tree defines the macro.
    fn record_call(&mut self, path: Vec<Segment>, rooted: bool, arguments: Span) {
        let (Some((_, first)), Some((name, last))) = (path.first(), path.last().cloned()) else { return };
        let standard = path.len() == 1 && STANDARD.binary_search(&name.as_str()).is_ok();
        if standard || self.expanding.is_some() {
            return;
        }
        let place = first.cover(last);
        let macros = self.macros;
        let rules = macros.named(&name, self.file);
        if rules.is_empty() || self.is_foreign(path, rooted) {
            return;
        }
        for rule in rules {
            self.expand(rule, place, self.places.slice(arguments));
        }
    }

    /// Whether a macro's path names a crate that is none of the tree.
    fn is_foreign(&mut self, path: Vec<Segment>, rooted: bool) -> bool {
        let lookup = Lookup { keep_unbound: true, ..Lookup::of(Namespaces::MACRO) };
        let mut value = self.segments(path, rooted, &lookup);
        let mut member = false;
        for _ in 0..64 {
            let Some(id) = value else { return false };
            let facts = &self.names.facts;
            value = match &facts.values[id.index()].value {
                Value::Member { object, .. } => {
                    member = true;
                    Some(*object)
                }
                Value::Module { anchor: Anchor::Absolute, path } => {
                    return path.first().is_some_and(|name| !self.macros.crates.contains(name));
                }
                Value::Name { name, reach } => match reach.bindings.first() {
                    None => return member && !self.macros.crates.contains(name),
                    Some(binding) => match facts.bindings[binding.index()].target {
                        Target::Value(value) => Some(value),
                        _ => return false,
                    },
                },
                _ => return false,
            };
        }
        false
    }

    fn expand(&mut self, rule: &Rule, place: Span, arguments: &str) {
        let code = rule.expand(arguments);
        if lexer::nesting(&code, 0).exceeds(super::SHALLOW.0, super::SHALLOW.1) {
            return;
        }
        let Ok(tokens) = code.parse::<TokenStream>() else { return };
        let body = Body::read(tokens, false);
        let sites = self.names.facts.sites.len();
        let pinned = self.places.pinned.replace(place);
        self.expanding = Some((rule.file, rule.span));
        self.undeclared(&body);
        self.expanding = None;
        self.places.pinned = pinned;
        let facts = &mut self.names.facts;
        let (file, span) = (rule.file, rule.span);
        for site in &facts.sites[sites..] {
            let value = match site.kind {
                SiteKind::Call(call) => match facts.values[call.index()].value {
                    Value::Call { callee, .. } => callee,
                    _ => call,
                },
                SiteKind::Literal(value) | SiteKind::Reference { value, .. } => value,
                _ => continue,
            };
            facts.expansions.push(Expansion { value, file, span });
        }
    }

    /// The names of an included file are names of the scope around the `include!`.
    pub(super) fn include(&mut self, node: &Macro) {
        let literal = syn::parse2::<syn::LitStr>(node.tokens.clone());
        if let Some(file) = literal.ok().and_then(|literal| self.includes.file(&literal.value())) {
            let place = self.places.span(node.delimiter.span().join());
            self.glob_of(Anchor::ModuleOf(file), Vec::new(), place);
        }
    }

    /// A glob import that is not written.
    pub(super) fn glob_of(&mut self, anchor: Anchor, path: Vec<Name>, place: Span) {
        let value = self.names.value(Value::Module { anchor, path }, place, self.scope);
        self.names.glob(self.scope, value, place, true);
    }

    /// A `macro_rules!` definition. Paths in its body are sites here only if nothing calls it.
    pub(super) fn macro_definition(&mut self, definition: Option<DefinitionId>, item: &syn::ItemMacro) {
        let Some(definition) = definition else { return };
        let sites = self.names.facts.sites.len();
        let body = Body::raw(item.mac.tokens.clone());
        self.undeclared(&body);
        let facts = &mut self.names.facts;
        let value = |site: &Site| match site.kind {
            SiteKind::Call(value) | SiteKind::Literal(value) | SiteKind::Reference { value, .. } => Some(value),
            _ => None,
        };
        let paths = facts.sites[sites..].iter().filter_map(value).collect();
        let name = &facts.definitions[definition.index()].name;
        if self.macros.is_called(name) {
            facts.sites.truncate(sites);
        }
        facts.macros.push(MacroDefinition { definition, paths });
    }

    /// Arguments whose items no scope has declared.
    fn undeclared(&mut self, body: &Body) {
        if body.has_items() {
            self.within(ScopeKind::Block, Name::default(), (None, false), |w| {
                w.declare_body(body);
                w.body(body);
            });
        } else {
            self.body(body);
        }
    }

    fn body(&mut self, body: &Body) {
        match body {
            Body::Nothing => {}
            Body::Expressions(expressions) => expressions.iter().for_each(|expr| self.visit_expr(expr)),
            Body::Statements(statements) => self.locally(|w| w.statements(statements)),
            Body::Items(items) => self.items(items),
            Body::Tokens(tokens, groups) => self.locally(|w| w.tokens(tokens, groups)),
        }
    }

    /// Scans tokens that are no syntax of Rust for paths.
    fn tokens(&mut self, tokens: &[TokenTree], groups: &[(usize, Body)]) {
        let mut groups = groups.iter();
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Group(_) => {
                    if let Some((_, inner)) = groups.next() {
                        self.body(inner);
                    }
                    at += 1;
                }
                TokenTree::Ident(_) => at = self.token_path(tokens, at),
                TokenTree::Literal(literal) => {
                    if let syn::Lit::Str(text) = syn::Lit::new(literal.clone()) {
                        self.url(text.value(), text.span());
                    }
                    at += 1;
                }
                TokenTree::Punct(_) => at += 1,
            }
        }
    }

    /// The path that begins at a token; gives the index after it.
    fn token_path(&mut self, tokens: &[TokenTree], start: usize) -> usize {
        let mut at = start;
        let mut path: Vec<Segment> = Vec::new();
        while let Some(TokenTree::Ident(ident)) = tokens.get(at) {
            path.push((name_of(ident), self.places.span(ident.span())));
            at += 1;
            if is_colons(tokens, at) && matches!(tokens.get(at + 2), Some(TokenTree::Ident(_))) {
                at += 2;
            } else {
                break;
            }
        }
        let rooted = start >= 2 && is_colons(tokens, start - 2);
        let before = start.checked_sub(1).map(|at| &tokens[at]);
        let next = match tokens.get(at) {
            Some(TokenTree::Group(group)) => Next::Group(group.delimiter()),
            Some(TokenTree::Punct(punct)) if punct.as_char() == '!' => match tokens.get(at + 1) {
                Some(TokenTree::Group(group)) => {
                    let span = group.delim_span();
                    Next::Macro(Span::new(self.places.end(span.open()), self.places.start(span.close())))
                }
                _ => Next::Other,
            },
            Some(TokenTree::Punct(punct)) if punct.as_char() == '=' => Next::Assigned,
            _ => Next::Other,
        };
        if !(is_punct(before, '.') && !is_punct(start.checked_sub(2).map(|at| &tokens[at]), '.')
            || is_punct(before, '\'')
            || (is_punct(before, '$') && path.first().is_none_or(|(name, _)| name != "crate")))
        {
            let previous = match before {
                Some(TokenTree::Ident(ident)) => ident.to_string(),
                _ => String::new(),
            };
            self.scanned_path(path, rooted, &previous, next);
        }
        at
    }

    /// A path found by scanning, after the word `previous` (empty if none) and before `next`.
    pub(super) fn scanned_path(&mut self, path: Vec<Segment>, rooted: bool, previous: &str, next: Next) {
        let defines = matches!(previous, "fn" | "struct" | "enum" | "trait" | "mod" | "union" | "type" | "macro_rules");
        if defines || path.is_empty() || (path.len() == 1 && is_keyword(&path[0].0)) {
            return;
        }
        if previous == "let" || (path.len() == 1 && matches!(next, Next::Assigned)) {
            return;
        }
        if let Next::Macro(arguments) = next {
            return self.record_call(path, rooted, arguments);
        }
        let calls = matches!(next, Next::Group(Delimiter::Parenthesis));
        let named = path.last().is_some_and(|(name, _)| name.starts_with(char::is_uppercase));
        let heads = matches!(previous, "impl" | "for" | "match" | "if" | "in" | "while" | "dyn" | "as" | "where");
        let literal = matches!(next, Next::Group(Delimiter::Brace)) && named && !heads;
        let namespaces = if literal { Namespaces::TYPE } else { Namespaces(3) };
        let Some(value) = self.segments(path, rooted, &Lookup::of(namespaces)) else { return };
        if calls {
            self.call(value);
        } else if literal {
            self.literal(value);
        } else if self.is_path(value) {
            self.reference(value, Role::Value);
        }
    }

    /// More than a bare name, or a name that the file binds.
    fn is_path(&self, value: ValueId) -> bool {
        !matches!(&self.names.facts.values[value.index()].value, Value::Name { reach, .. } if reach.unbound)
    }
}

/// What follows a path found by scanning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// A group in these delimiters.
    Group(Delimiter),
    /// `!` and a group with these contents.
    Macro(Span),
    /// `=`
    Assigned,
    /// Anything else.
    Other,
}

fn is_colons(tokens: &[TokenTree], at: usize) -> bool {
    let colon = |token: Option<&TokenTree>| match token {
        Some(TokenTree::Punct(punct)) if punct.as_char() == ':' => Some(punct.spacing()),
        _ => None,
    };
    colon(tokens.get(at)) == Some(Spacing::Joint) && colon(tokens.get(at + 1)).is_some()
}

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

/// Words that are no name of anything.
pub(super) fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "as" | "async"
            | "await"
            | "break"
            | "const"
            | "continue"
            | "dyn"
            | "else"
            | "enum"
            | "extern"
            | "false"
            | "fn"
            | "for"
            | "if"
            | "impl"
            | "in"
            | "let"
            | "loop"
            | "match"
            | "mod"
            | "move"
            | "mut"
            | "pub"
            | "ref"
            | "return"
            | "static"
            | "struct"
            | "trait"
            | "true"
            | "type"
            | "unsafe"
            | "use"
            | "where"
            | "while"
            | "self"
    )
}

/// A word of the text as a path segment.
pub(super) fn word(text: &str, span: Span) -> Segment {
    (normalised(Name::from(span.of(text))), span)
}
