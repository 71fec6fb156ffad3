//! Items are visible in their whole scope, so they are declared before anything in it is walked.
//!
//! In: the items of a module, block or macro argument. Out: their definitions and bindings; `use` trees become values
//! once every name of the scope is known. What stands inside the items is left to [`super::items`].

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::{Fields, Item, Stmt, Type, UseTree, Visibility};

use super::macro_paths::Call;
use super::paths::Lookup;
use super::scopes::Sight;
use super::walker::Walker;
use crate::facts::{
    Anchor, Binding, ChildModule, Definition, DefinitionId, DefinitionKind, How, Name, Namespaces, Receiver, Site,
    SiteKind, Target, Value, ValueId,
};
use crate::lang::rust::macros::arguments::{Body, Piece};
use crate::lang::rust::syntax::attributes;
use crate::lang::rust::syntax::count::count;
use crate::lang::rust::syntax::ends;
use crate::lang::rust::syntax::ident::{Segment, name_of};
use crate::source::Span;

/// Types and constructors: what a unit or tuple struct is.
const TYPE_AND_VALUE: Namespaces = Namespaces(3);

/// A `use` item whose names are declared and whose paths are not looked up yet.
struct Pending {
    leaves: Vec<Leaf>,
    bindings: std::ops::Range<u32>,
    public: bool,
    test: bool,
    span: Span,
}

/// The uses and calls that are declared only when every name of the scope is known.
#[derive(Default)]
struct Later {
    uses: Vec<Pending>,
    calls: Vec<Call>,
}

struct Leaf {
    path: Vec<Segment>,
    binding: Option<crate::facts::BindingId>,
    glob: Option<Span>,
    rooted: bool,
}

impl Walker<'_> {
    /// Declares the items in the current scope.
    pub(super) fn declare_items<'i>(&mut self, items: impl Iterator<Item = &'i Item>) {
        let mut later = Later::default();
        for item in items {
            self.declare(item, &mut later);
        }
        self.settle(later);
    }

    /// Declares the items among the statements of a block in the current scope.
    pub(super) fn declare_statements(&mut self, statements: &[Stmt]) {
        let mut later = Later::default();
        for statement in statements {
            self.declare_statement(statement, &mut later);
        }
        self.settle(later);
    }

    /// Declares the items in a macro's arguments in the current scope.
    pub(super) fn declare_body(&mut self, body: &Body) {
        let mut later = Later::default();
        self.declare_in_body(body, &mut later);
        self.settle(later);
    }

    /// Returns whether there are items among the statements, also as arguments of macros.
    pub(super) fn has_items(&mut self, statements: &[Stmt]) -> bool {
        statements.iter().any(|statement| match statement {
            Stmt::Item(_) => true,
            Stmt::Macro(node) => {
                let body = self.take_body(&node.mac);
                let found = body.has_items() || self.is_followable(&node.mac);
                self.keep_body(&node.mac, body);
                found
            }
            _ => false,
        })
    }

    fn declare_statement(&mut self, statement: &Stmt, later: &mut Later) {
        match statement {
            Stmt::Item(item) => self.declare(item, later),
            Stmt::Macro(node) => self.declare_macro(&node.mac, later),
            _ => {}
        }
    }

    fn declare_macro(&mut self, node: &syn::Macro, later: &mut Later) {
        if node.path.is_ident("include") {
            self.include(node);
        }
        later.calls.extend(self.followable(node));
        let body = self.take_body(node);
        self.declare_in_body(&body, later);
        self.keep_body(node, body);
    }

    fn declare_in_body(&mut self, body: &Body, later: &mut Later) {
        match body {
            Body::Statements(statements) => statements.iter().for_each(|s| self.declare_statement(s, later)),
            Body::Tokens(pieces) => {
                for piece in pieces {
                    if let Piece::Group(_, _, inner) = piece {
                        self.declare_in_body(inner, later);
                    }
                }
            }
            Body::Expressions(_) | Body::Nothing => {}
        }
    }

    fn declare(&mut self, item: &Item, later: &mut Later) {
        let span = ends::item_ends(item).map_or(self.statement, |ends| self.map.range(ends));
        let both = |fields: &Fields| if matches!(fields, Fields::Named(_)) { Namespaces::TYPE } else { TYPE_AND_VALUE };
        let (kind, ident, vis, namespaces) = match item {
            Item::Fn(i) => (DefinitionKind::Function, &i.sig.ident, &i.vis, Namespaces::VALUE),
            Item::Struct(i) => (DefinitionKind::Struct, &i.ident, &i.vis, both(&i.fields)),
            Item::Union(i) => (DefinitionKind::Struct, &i.ident, &i.vis, Namespaces::TYPE),
            Item::Enum(i) => (DefinitionKind::Enum, &i.ident, &i.vis, Namespaces::TYPE),
            Item::Trait(i) => (DefinitionKind::Trait, &i.ident, &i.vis, Namespaces::TYPE),
            Item::TraitAlias(i) => (DefinitionKind::Trait, &i.ident, &i.vis, Namespaces::TYPE),
            Item::Const(i) => (DefinitionKind::Constant, &i.ident, &i.vis, Namespaces::VALUE),
            Item::Static(i) => (DefinitionKind::Constant, &i.ident, &i.vis, Namespaces::VALUE),
            Item::Mod(i) if i.content.is_some() => (DefinitionKind::Module, &i.ident, &i.vis, Namespaces::TYPE),
            Item::Mod(i) => return self.declare_child(i, span),
            Item::Macro(i) => match &i.ident {
                Some(ident) => {
                    let id = self.define(DefinitionKind::Macro, ident, span);
                    let public = attributes::has(&i.attrs, "macro_export");
                    self.bind_definition(id, Namespaces::MACRO, public);
                    return;
                }
                None => return self.declare_macro(&i.mac, later),
            },
            Item::Type(i) => return self.declare_alias(i),
            Item::Use(i) => return later.uses.push(self.declare_use(i, span)),
            Item::Verbatim(tokens) => {
                if let Some(item) = rooted_use(tokens) {
                    let ends = ends::item_ends(&Item::Use(item.clone()));
                    let span = ends.map_or(self.statement, |ends| self.map.range(ends));
                    later.uses.push(self.declare_use(&item, span));
                }
                return;
            }
            Item::ExternCrate(i) => return self.declare_extern(i, span),
            Item::ForeignMod(i) => {
                for item in &i.items {
                    if let syn::ForeignItem::Fn(i) = item {
                        let span = self.map.span(i.sig.ident.span());
                        let id = self.define(DefinitionKind::Function, &i.sig.ident, span);
                        self.bind_definition(id, Namespaces::VALUE, is_public(&i.vis));
                    }
                }
                return;
            }
            _ => return,
        };
        let id = self.define(kind, ident, span);
        self.bind_definition(id, namespaces, is_public(vis));
    }

    /// A definition in the current scope, known by the place of its name.
    pub(super) fn define(&mut self, kind: DefinitionKind, ident: &syn::Ident, span: Span) -> DefinitionId {
        let (name, name_span) = self.map.named(ident);
        let id = DefinitionId(count(self.names.facts.definitions.len()));
        self.names.facts.definitions.push(Definition {
            name,
            kind,
            scope: self.scope,
            body: None,
            span,
            name_span,
            bases: Vec::new(),
            decorators: Vec::new(),
            attributes: Vec::new(),
            receiver: Receiver::None,
            returns: Vec::new(),
            filled: Vec::new(),
            delegates: None,
            idle: false,
        });
        self.declared.insert(self.map.key(ident.span()), id);
        id
    }

    /// Binds a definition's name in the current scope.
    pub(super) fn bind_definition(&mut self, id: DefinitionId, namespaces: Namespaces, public: bool) {
        let definition = &self.names.facts.definitions[id.index()];
        let (name, span) = (definition.name.clone(), definition.name_span);
        let target = Target::Definition(id);
        self.bind(name, span, How::Definition, target, namespaces, public);
    }

    pub(super) fn bind(
        &mut self,
        name: Name,
        span: Span,
        how: How,
        target: Target,
        namespaces: Namespaces,
        public: bool,
    ) -> crate::facts::BindingId {
        self.names.bind(Binding {
            name,
            scope: self.scope,
            span,
            how,
            target,
            namespaces,
            public,
            type_checking: false,
        })
    }

    fn module_value(&mut self, anchor: Anchor, path: Vec<Name>, span: Span) -> ValueId {
        self.names.value(Value::module(anchor, path), span, self.scope)
    }

    fn declare_child(&mut self, item: &syn::ItemMod, span: Span) {
        let name = name_of(&item.ident);
        let place = self.map.span(item.ident.span());
        let value = self.module_value(Anchor::Module(0), vec![name.clone()], place);
        let public = is_public(&item.vis);
        self.bind(name.clone(), place, How::Definition, Target::Value(value), Namespaces::TYPE, public);
        let scope = self.scope;
        let test = attributes::is_test(&item.attrs) || self.names.facts.scopes[scope.index()].test;
        let files = attributes::paths(&item.attrs);
        let plain = files.is_empty() || attributes::has(&item.attrs, "cfg_attr");
        let paths = files.into_iter().map(Some).chain(plain.then_some(None));
        for path in paths {
            self.names.facts.modules.push(ChildModule { name: name.clone(), scope, path, test, public, span });
        }
    }

    fn declare_alias(&mut self, item: &syn::ItemType) {
        let span = self.map.span(item.ident.span());
        let (name, public) = (name_of(&item.ident), is_public(&item.vis));
        let binding = self.bind(name, span, How::Assignment, Target::Opaque, Namespaces::TYPE, public);
        self.aliases.insert(self.map.key(item.ident.span()), binding);
        if let Some((index, _)) = own_parameter(item) {
            self.forwards.insert(binding, index);
        }
    }

    fn declare_extern(&mut self, item: &syn::ItemExternCrate, span: Span) {
        let place = self.map.span(item.ident.span());
        let krate = name_of(&item.ident);
        let value = if krate == "self" {
            self.module_value(Anchor::Crate, Vec::new(), place)
        } else {
            self.module_value(Anchor::Absolute, vec![krate.clone()], place)
        };
        let (name, place) = match &item.rename {
            Some((_, rename)) => self.map.named(rename),
            None => (krate, place),
        };
        if attributes::has(&item.attrs, "macro_use") && item.ident != "self" {
            self.macro_crates.push(name_of(&item.ident));
        }
        if name != "_" {
            self.bind(name, place, How::Import, Target::Value(value), Namespaces::TYPE, is_public(&item.vis));
        }
        self.attributed(&item.attrs, |w| {
            let scope = w.scope;
            let kind = SiteKind::Import { named: w.names.facts.choices.add([value]), star: false };
            w.names.facts.sites.push(Site { kind, span, statement: span, scope, type_checking: false });
        });
    }

    fn declare_use(&mut self, item: &syn::ItemUse, span: Span) -> Pending {
        let mut leaves = Vec::new();
        self.leaves(&item.tree, &mut Vec::new(), &mut leaves);
        let start = count(self.names.facts.bindings.len());
        let public = is_public(&item.vis);
        let rooted = item.leading_colon.is_some();
        let mut out = Vec::new();
        for (mut path, name, glob) in leaves {
            let rooted = rooted || path.first().is_some_and(|(name, _)| name == ROOT);
            path.retain(|(name, _)| name != ROOT);
            let binding = name.filter(|(name, _)| name != "_").map(|(name, place)| {
                let own = !rooted && path.len() == 1 && path[0].0 == name;
                let binding = self.bind(name, place, How::Import, Target::Opaque, Namespaces::ALL, public);
                if own {
                    self.names.imports_own_name(binding);
                }
                binding
            });
            out.push(Leaf { path, binding, glob, rooted });
        }
        let bindings = start..count(self.names.facts.bindings.len());
        Pending { leaves: out, bindings, public, test: attributes::is_test(&item.attrs), span }
    }

    fn leaves(
        &self,
        tree: &UseTree,
        prefix: &mut Vec<Segment>,
        out: &mut Vec<(Vec<Segment>, Option<Segment>, Option<Span>)>,
    ) {
        let mut tree = tree;
        let length = prefix.len();
        while let UseTree::Path(path) = tree {
            prefix.push(self.map.named(&path.ident));
            tree = &path.tree;
        }
        match tree {
            UseTree::Name(leaf) => {
                let segment = self.map.named(&leaf.ident);
                let mut path = prefix.clone();
                if segment.0 != "self" || path.is_empty() {
                    path.push(segment);
                }
                let bound = path.last().cloned();
                out.push((path, bound, None));
            }
            UseTree::Rename(leaf) => {
                let mut path = prefix.clone();
                if leaf.ident != "self" || path.is_empty() {
                    path.push(self.map.named(&leaf.ident));
                }
                let bound = self.map.named(&leaf.rename);
                out.push((path, Some(bound), None));
            }
            UseTree::Glob(star) => out.push((prefix.clone(), None, Some(self.map.span(star.star_token.spans[0])))),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.leaves(tree, prefix, out)),
            UseTree::Path(_) => {}
        }
        prefix.truncate(length);
    }

    /// Declares the items that a macro call among members stands for.
    pub(super) fn declare_call(&mut self, node: &syn::Macro) {
        let call = self.followable(node).into_iter().collect();
        self.declare_calls(call);
    }

    /// Macros come last: which one a call means is said by the names of the scope.
    fn settle(&mut self, later: Later) {
        self.import(later.uses);
        self.declare_calls(later.calls);
    }

    /// Looks the paths of the scope's `use` items up, and adds their sites. Globs come first: names are found through
    /// them.
    fn import(&mut self, pending: Vec<Pending>) {
        for globs in [true, false] {
            for one in &pending {
                for leaf in one.leaves.iter().filter(|leaf| leaf.glob.is_some() == globs) {
                    self.import_leaf(one, leaf);
                }
            }
        }
    }

    fn import_leaf(&mut self, one: &Pending, leaf: &Leaf) {
        let lookup = Lookup {
            namespaces: if leaf.glob.is_some() { Namespaces::TYPE } else { Namespaces::ALL },
            sight: if leaf.glob.is_some() { Sight::Glob } else { Sight::Use },
            but: one.bindings.clone(),
            keep_unbound: true,
        };
        let Some(value) = self.segments(leaf.path.clone(), leaf.rooted, &lookup) else { return };
        if let Some(star) = leaf.glob {
            self.names.glob(self.scope, value, star, one.public);
        }
        if let Some(binding) = leaf.binding {
            self.names.facts.bindings[binding.index()].target = Target::Value(value);
        }
        let (span, star) = (one.span, leaf.glob.is_some());
        let add = |w: &mut Self| {
            let kind = SiteKind::Import { named: w.names.facts.choices.add([value]), star };
            w.stated(span, |w| w.site(kind, span));
        };
        if one.test {
            let name = Name::default();
            self.within(crate::facts::ScopeKind::Block, name, (None, true), add);
        } else {
            add(self);
        }
    }
}

/// The type parameter that an alias is, and its index: `type A<T = B> = T`.
pub(super) fn own_parameter(item: &syn::ItemType) -> Option<(usize, &syn::TypeParam)> {
    let Type::Path(node) = &*item.ty else { return None };
    item.generics.type_params().enumerate().find(|(_, parameter)| node.path.is_ident(&parameter.ident))
}

/// Stands for the `::` before a path inside a group, which the parser does not take; no identifier of real code.
const ROOT: &str = "__root";

/// A `use` whose groups hold rooted paths: `use {::a::b, c}`.
pub(super) fn rooted_use(tokens: &TokenStream) -> Option<syn::ItemUse> {
    let is_use = |token: TokenTree| matches!(token, TokenTree::Ident(ident) if ident == "use");
    if !tokens.clone().into_iter().any(is_use) {
        return None;
    }
    syn::parse2(with_roots(tokens.clone(), false)).ok()
}

fn with_roots(tokens: TokenStream, grouped: bool) -> TokenStream {
    let mut out = Vec::new();
    let mut first = grouped;
    for token in tokens {
        let begins = std::mem::replace(&mut first, false);
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let mut inner = Group::new(Delimiter::Brace, with_roots(group.stream(), true));
                inner.set_span(group.span());
                out.push(TokenTree::Group(inner));
                continue;
            }
            TokenTree::Punct(ref punct) if punct.as_char() == ':' && begins => {
                out.push(TokenTree::Ident(proc_macro2::Ident::new(ROOT, punct.span())));
            }
            TokenTree::Punct(ref punct) => first = grouped && punct.as_char() == ',',
            _ => {}
        }
        out.push(token);
    }
    out.into_iter().collect()
}

/// `pub` in any form.
pub(super) fn is_public(visibility: &Visibility) -> bool {
    !matches!(visibility, Visibility::Inherited)
}
