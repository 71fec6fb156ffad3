//! Items are visible in their whole scope, so they are declared before anything in it is walked.
//!
//! In: the items of a module, block or macro argument. Out: their definitions and bindings; `use` trees become values
//! once every name of the scope is known. What stands inside the items is left to [`super::items`].

use syn::{Fields, Item, Stmt, UseTree, Visibility};

use super::attributes;
use super::macros::Body;
use super::names::{Sight, count};
use super::paths::{Lookup, Segment, name_of};
use super::places;
use super::walk::Walker;
use crate::facts::{
    Anchor, Binding, ChildModule, Definition, DefinitionId, DefinitionKind, How, Name, Namespaces, Receiver, Site,
    SiteKind, Target, Value, ValueId,
};
use crate::source::Span;

/// Types and constructors: what a unit or tuple struct is.
const TYPE_AND_VALUE: Namespaces = Namespaces(3);

/// A `use` item whose names are declared and whose paths are not looked up yet.
struct Pending {
    leaves: Vec<Leaf>,
    bindings: std::ops::Range<u32>,
    rooted: bool,
    public: bool,
    test: bool,
    span: Span,
}

struct Leaf {
    path: Vec<Segment>,
    binding: Option<crate::facts::BindingId>,
    glob: Option<Span>,
}

impl Walker<'_> {
    /// Declares the items in the current scope.
    pub(super) fn declare_items<'i>(&mut self, items: impl Iterator<Item = &'i Item>) {
        let mut pending = Vec::new();
        for item in items {
            self.declare(item, &mut pending);
        }
        self.import(pending);
    }

    /// Declares the items among the statements of a block in the current scope.
    pub(super) fn declare_statements(&mut self, statements: &[Stmt]) {
        let mut pending = Vec::new();
        for statement in statements {
            self.declare_statement(statement, &mut pending);
        }
        self.import(pending);
    }

    /// Declares the items in a macro's arguments in the current scope.
    pub(super) fn declare_body(&mut self, body: &Body) {
        let mut pending = Vec::new();
        self.declare_in_body(body, &mut pending);
        self.import(pending);
    }

    /// Whether there are items among the statements, also as arguments of macros.
    pub(super) fn has_items(&mut self, statements: &[Stmt]) -> bool {
        statements.iter().any(|statement| match statement {
            Stmt::Item(_) => true,
            Stmt::Macro(node) => {
                let body = self.take_body(&node.mac);
                let found = body.has_items();
                self.keep_body(&node.mac, body);
                found
            }
            _ => false,
        })
    }

    fn declare_statement(&mut self, statement: &Stmt, pending: &mut Vec<Pending>) {
        match statement {
            Stmt::Item(item) => self.declare(item, pending),
            Stmt::Macro(node) => self.declare_macro(&node.mac, pending),
            _ => {}
        }
    }

    fn declare_macro(&mut self, node: &syn::Macro, pending: &mut Vec<Pending>) {
        if node.path.is_ident("include") {
            self.include(node);
        }
        let body = self.take_body(node);
        self.declare_in_body(&body, pending);
        self.keep_body(node, body);
    }

    fn declare_in_body(&mut self, body: &Body, pending: &mut Vec<Pending>) {
        match body {
            Body::Items(items) => items.iter().for_each(|item| self.declare(item, pending)),
            Body::Statements(statements) => statements.iter().for_each(|s| self.declare_statement(s, pending)),
            Body::Tokens(_, groups) => groups.iter().for_each(|(_, inner)| self.declare_in_body(inner, pending)),
            Body::Expressions(_) | Body::Nothing => {}
        }
    }

    fn declare(&mut self, item: &Item, pending: &mut Vec<Pending>) {
        let span = places::item_ends(item).map_or(self.statement, |ends| self.places.range(ends));
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
                None => return self.declare_macro(&i.mac, pending),
            },
            Item::Type(i) => return self.declare_alias(i),
            Item::Use(i) => return pending.push(self.declare_use(i, span)),
            Item::ExternCrate(i) => return self.declare_extern(i, span),
            Item::ForeignMod(i) => {
                for item in &i.items {
                    if let syn::ForeignItem::Fn(i) = item {
                        let span = self.places.span(i.sig.ident.span());
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
        let name_span = self.places.span(ident.span());
        let id = DefinitionId(count(self.names.facts.definitions.len()));
        self.names.facts.definitions.push(Definition {
            name: name_of(ident),
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
            delegates: None,
        });
        self.declared.insert(self.places.key(ident.span()), id);
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
        self.names.value(Value::Module { anchor, path }, span, self.scope)
    }

    fn declare_child(&mut self, item: &syn::ItemMod, span: Span) {
        let name = name_of(&item.ident);
        let place = self.places.span(item.ident.span());
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
        let span = self.places.span(item.ident.span());
        let (name, public) = (name_of(&item.ident), is_public(&item.vis));
        let binding = self.bind(name, span, How::Assignment, Target::Opaque, Namespaces::TYPE, public);
        self.aliases.insert(self.places.key(item.ident.span()), binding);
    }

    fn declare_extern(&mut self, item: &syn::ItemExternCrate, span: Span) {
        let place = self.places.span(item.ident.span());
        let krate = name_of(&item.ident);
        let value = if krate == "self" {
            self.module_value(Anchor::Crate, Vec::new(), place)
        } else {
            self.module_value(Anchor::Absolute, vec![krate.clone()], place)
        };
        let (name, place) = match &item.rename {
            Some((_, rename)) => (name_of(rename), self.places.span(rename.span())),
            None => (krate, place),
        };
        if name != "_" {
            self.bind(name, place, How::Import, Target::Value(value), Namespaces::TYPE, is_public(&item.vis));
        }
        self.attributed(&item.attrs, |w| {
            let scope = w.scope;
            let kind = SiteKind::Import { named: vec![value], star: false };
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
        for (path, name, glob) in leaves {
            let binding = name.filter(|(name, _)| name != "_").map(|(name, place)| {
                let own = !rooted && path.len() == 1 && path[0].0 == name;
                let binding = self.bind(name, place, How::Import, Target::Opaque, Namespaces::ALL, public);
                if own {
                    self.names.imports_own_name(binding);
                }
                binding
            });
            out.push(Leaf { path, binding, glob });
        }
        let bindings = start..count(self.names.facts.bindings.len());
        Pending { leaves: out, bindings, rooted, public, test: attributes::is_test(&item.attrs), span }
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
            prefix.push((name_of(&path.ident), self.places.span(path.ident.span())));
            tree = &path.tree;
        }
        match tree {
            UseTree::Name(leaf) => {
                let segment = (name_of(&leaf.ident), self.places.span(leaf.ident.span()));
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
                    path.push((name_of(&leaf.ident), self.places.span(leaf.ident.span())));
                }
                let bound = (name_of(&leaf.rename), self.places.span(leaf.rename.span()));
                out.push((path, Some(bound), None));
            }
            UseTree::Glob(star) => out.push((prefix.clone(), None, Some(self.places.span(star.star_token.spans[0])))),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.leaves(tree, prefix, out)),
            UseTree::Path(_) => {}
        }
        prefix.truncate(length);
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
        let Some(value) = self.segments(leaf.path.clone(), one.rooted, &lookup) else { return };
        if let Some(star) = leaf.glob {
            self.names.glob(self.scope, value, star, one.public);
        }
        if let Some(binding) = leaf.binding {
            self.names.facts.bindings[binding.index()].target = Target::Value(value);
        }
        let (span, star) = (one.span, leaf.glob.is_some());
        let add = |w: &mut Self| {
            let kind = SiteKind::Import { named: vec![value], star };
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

/// `pub` in any form.
pub(super) fn is_public(visibility: &Visibility) -> bool {
    !matches!(visibility, Visibility::Inherited)
}
