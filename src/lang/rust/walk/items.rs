//! The walk over items: what stands inside them.
//!
//! In: items that [`super::declare`] has given definitions and bindings. Out: their bodies' scopes, members, bases,
//! what they return, and the sites in them.

use syn::visit::Visit;
use syn::{
    Fields, FnArg, GenericArgument, GenericParam, Generics, ImplItem, Item, PathArguments, ReturnType, TraitItem,
};
use syn::{Type, TypeParamBound};

use super::declare::{is_public, own_parameter, rooted_use};
use super::paths::Lookup;
use super::visit::default_call;
use super::walker::Walker;
use crate::facts::{
    DefinitionId, DefinitionKind, How, Implementation, Namespaces, Receiver, ScopeId, ScopeKind, SiteKind, Target,
    Value, ValueId,
};
use crate::lang::rust::syntax::attributes;
use crate::lang::rust::syntax::count::count;
use crate::lang::rust::syntax::ends;
use crate::lang::rust::syntax::ident::name_of;
use crate::source::Span;

/// Types of the standard library whose first argument is what they hold; a name that ends in `Result` is one too.
const WRAPPERS: [&str; 10] = ["Option", "Arc", "Box", "Rc", "Pin", "Poll", "Future", "Mutex", "RwLock", "RefCell"];

impl Walker<'_> {
    /// Items of a module or macro argument, each a statement of its own.
    pub(super) fn items(&mut self, items: &[Item]) {
        for item in items {
            self.item(item);
        }
    }

    /// One item; its definition exists already.
    pub(super) fn item(&mut self, item: &Item) {
        let Some(ends) = ends::item_ends(item) else {
            if let Item::Verbatim(tokens) = item
                && rooted_use(tokens).is_none()
            {
                self.verbatim(tokens);
            }
            return;
        };
        let span = self.map.range(ends);
        let mark = self.names.hide_locals();
        self.stated(span, |w| w.item_content(item));
        self.names.release(mark);
    }

    fn item_content(&mut self, item: &Item) {
        match item {
            Item::Fn(i) => {
                let id = self.declared_at(&i.sig.ident);
                self.function(id, &i.sig, Some(&i.block), &i.attrs);
            }
            Item::Mod(i) => self.module(i),
            Item::Impl(i) => self.attributed(&i.attrs, |w| w.implementation(i)),
            Item::Trait(i) => self.attributed(&i.attrs, |w| w.trait_item(i)),
            Item::Struct(i) => self.attributed(&i.attrs, |w| w.structure(&i.ident, &i.generics, &i.fields)),
            Item::Union(i) => {
                let fields = Fields::Named(i.fields.clone());
                self.attributed(&i.attrs, |w| w.structure(&i.ident, &i.generics, &fields));
            }
            Item::Enum(i) => self.attributed(&i.attrs, |w| w.enumeration(i)),
            Item::Const(syn::ItemConst { ident, attrs, ty, expr, .. })
            | Item::Static(syn::ItemStatic { ident, attrs, ty, expr, .. }) => {
                self.names_text(ident, expr);
                self.attributed(attrs, |w| w.constant(ty, Some(expr)));
            }
            Item::Type(i) => self.attributed(&i.attrs, |w| w.alias(i)),
            Item::Macro(i) => match &i.ident {
                Some(ident) => {
                    let id = self.declared_at(ident);
                    self.macro_definition(id, i);
                }
                None => self.attributed(&i.attrs, |w| w.macro_call(&i.mac)),
            },
            Item::ForeignMod(i) => {
                for item in &i.items {
                    if let syn::ForeignItem::Fn(i) = item {
                        self.visit_signature(&i.sig);
                    }
                }
            }
            Item::TraitAlias(i) => i.bounds.iter().for_each(|bound| self.visit_type_param_bound(bound)),
            _ => {}
        }
    }

    pub(super) fn declared_at(&self, ident: &syn::Ident) -> Option<DefinitionId> {
        self.declared.get(&self.map.key(ident.span())).copied()
    }

    fn module(&mut self, item: &syn::ItemMod) {
        self.attributes(&item.attrs);
        let Some((_, items)) = &item.content else { return };
        let id = self.declared_at(&item.ident);
        let test = attributes::is_test(&item.attrs) || attributes::is_inner_test(&item.attrs);
        let implementation = self.implementation.take();
        let body = self.within(ScopeKind::Module, name_of(&item.ident), (id, test), |w| {
            w.declare_items(items.iter());
            w.items(items);
        });
        self.implementation = implementation;
        self.embody(id, body);
    }

    pub(super) fn embody(&mut self, id: Option<DefinitionId>, body: ScopeId) {
        if let Some(id) = id {
            self.names.facts.definitions[id.index()].body = Some(body);
        }
    }

    /// A function, method or associated function; its scope holds its signature too.
    fn function(
        &mut self,
        id: Option<DefinitionId>,
        signature: &syn::Signature,
        block: Option<&syn::Block>,
        attributes: &[syn::Attribute],
    ) {
        let mark = self.names.mark();
        let head_end = block.map_or(self.statement.end, |block| self.map.start(block.brace_token.span.open()));
        let head = Span::new(self.statement.start, head_end.max(self.statement.start));
        let mut returns = Vec::new();
        let mut delegates = None;
        let test = attributes::is_test(attributes);
        let body = self.within(ScopeKind::Function, name_of(&signature.ident), (id, test), |w| {
            w.attributes(attributes);
            if let Some(block) = block {
                w.declare_statements(&block.stmts);
            }
            w.stated(head, |w| {
                w.generics(&signature.generics);
                for input in &signature.inputs {
                    match input {
                        FnArg::Typed(typed) => {
                            w.visit_type(&typed.ty);
                            w.visit_pat(&typed.pat);
                        }
                        FnArg::Receiver(receiver) => w.visit_receiver(receiver),
                    }
                }
                if let ReturnType::Type(_, ty) = &signature.output {
                    w.visit_type(ty);
                    if let Some(class) = w.returned(ty) {
                        returns.push(w.instance_of(class));
                    }
                }
            });
            if let Some(block) = block {
                w.body_of(block, &signature.output);
                delegates = super::texts::sole(block).and_then(|expr| w.delegation(expr));
            }
        });
        self.names.release(mark);
        self.embody(id, body);
        if let Some(id) = id {
            let definition = &mut self.names.facts.definitions[id.index()];
            definition.returns = returns;
            definition.delegates = delegates;
            let takes_self = matches!(signature.inputs.first(), Some(FnArg::Receiver(_)));
            definition.receiver = if takes_self { Receiver::Instance } else { Receiver::None };
        }
    }

    /// The statements of a function, of which the last gives the type that is written.
    fn body_of(&mut self, block: &syn::Block, output: &ReturnType) {
        match (block.stmts.as_slice(), output) {
            ([before @ .., last @ syn::Stmt::Expr(expr, None)], ReturnType::Type(_, ty))
                if default_call(expr).is_some() =>
            {
                self.statements(before);
                let span = ends::statement_ends(last).map_or(self.statement, |ends| self.map.range(ends));
                self.stated(span, |w| w.typed(ty, expr));
            }
            (statements, _) => self.statements(statements),
        }
    }

    /// The type that a value of `ty` holds or is, if that is a path.
    pub(super) fn returned(&mut self, ty: &Type) -> Option<ValueId> {
        match ty {
            Type::Path(node) if node.qself.is_none() => {
                let last = node.path.segments.last()?;
                let wraps =
                    WRAPPERS.iter().any(|name| last.ident == name) || last.ident.to_string().ends_with("Result");
                if let (true, PathArguments::AngleBracketed(arguments)) = (wraps, &last.arguments) {
                    return self.first_type(arguments);
                }
                self.type_value(ty)
            }
            Type::Paren(node) => self.returned(&node.elem),
            Type::Group(node) => self.returned(&node.elem),
            Type::ImplTrait(node) => self.output(&node.bounds),
            Type::TraitObject(node) => self.output(&node.bounds),
            _ => self.type_value(ty),
        }
    }

    fn first_type(&mut self, arguments: &syn::AngleBracketedGenericArguments) -> Option<ValueId> {
        arguments.args.iter().find_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(self.returned(ty)),
            GenericArgument::AssocType(output) if output.ident == "Output" => Some(self.returned(&output.ty)),
            _ => None,
        })?
    }

    fn output(&mut self, bounds: &syn::punctuated::Punctuated<TypeParamBound, syn::Token![+]>) -> Option<ValueId> {
        bounds.iter().find_map(|bound| match bound {
            TypeParamBound::Trait(bound) => match &bound.path.segments.last()?.arguments {
                PathArguments::AngleBracketed(arguments) => self.first_type(arguments),
                _ => None,
            },
            _ => None,
        })
    }

    /// Makes generic parameters local and visits their bounds.
    pub(super) fn generics(&mut self, generics: &Generics) {
        for parameter in &generics.params {
            match parameter {
                GenericParam::Type(parameter) => self.names.local(name_of(&parameter.ident), Namespaces::TYPE),
                GenericParam::Const(parameter) => self.names.local(name_of(&parameter.ident), Namespaces::VALUE),
                GenericParam::Lifetime(_) => {}
            }
        }
        self.visit_generics(generics);
    }

    fn implementation(&mut self, item: &syn::ItemImpl) {
        let mark = self.names.mark();
        let index = count(self.names.facts.implementations.len());
        let outer = self.implementation.replace(index);
        let head = Span::new(self.statement.start, self.map.start(item.brace_token.span.open()));
        let placeholder = self.names.value(Value::Opaque, head, self.scope);
        let scope = self.scope;
        self.names.facts.implementations.push(Implementation { target: placeholder, of: None, body: scope });
        let mut of = None;
        self.stated(head, |w| {
            w.generics(&item.generics);
            let target = w.type_value(&item.self_ty).unwrap_or(placeholder);
            w.names.facts.implementations[index as usize].target = target;
            if let Some((path, _)) = &item.trait_ {
                of = w.path(path, None, Namespaces::TYPE);
                if let Some(base) = of {
                    let span = w.names.facts.values[base.index()].span;
                    let definition = w.local_definition(target);
                    w.site(SiteKind::Subclass { definition, base }, span);
                }
                path.segments.iter().for_each(|segment| w.visit_path_arguments(&segment.arguments));
            }
            w.visit_type(&item.self_ty);
        });
        let name = match &*item.self_ty {
            Type::Path(node) => node.path.segments.last().map(|segment| name_of(&segment.ident)),
            _ => None,
        };
        let body = self.within(ScopeKind::Class, name.unwrap_or_default(), (None, false), |w| {
            item.items.iter().for_each(|member| w.impl_member(member));
        });
        let implementation = &mut self.names.facts.implementations[index as usize];
        implementation.body = body;
        implementation.of = of;
        self.implementation = outer;
        self.names.release(mark);
    }

    /// The definition in this file that a bare name denotes.
    pub(super) fn local_definition(&self, value: ValueId) -> Option<DefinitionId> {
        let Value::Name { reach, .. } = &self.names.facts.values[value.index()].value else { return None };
        match self.names.facts.bindings[reach.bindings(&self.names.facts).first()?.index()].target {
            Target::Definition(id) => Some(id),
            _ => None,
        }
    }

    pub(super) fn associated(
        &mut self,
        kind: DefinitionKind,
        ident: &syn::Ident,
        (start, end): ends::Ends,
        public: bool,
    ) -> DefinitionId {
        let span = self.map.range((start, end));
        let id = self.define(kind, ident, span);
        let namespaces = if kind == DefinitionKind::Variant { Namespaces(3) } else { Namespaces::VALUE };
        self.bind_definition(id, namespaces, public);
        id
    }

    fn impl_member(&mut self, member: &ImplItem) {
        match member {
            ImplItem::Fn(i) => {
                let ends = (ends::from(&i.vis, ends::signature_start(&i.sig)), i.block.brace_token.span.close());
                let id = self.associated(DefinitionKind::Function, &i.sig.ident, ends, is_public(&i.vis));
                let span = self.map.range(ends);
                self.stated(span, |w| w.function(Some(id), &i.sig, Some(&i.block), &i.attrs));
            }
            ImplItem::Const(i) => {
                let ends = (ends::from(&i.vis, i.const_token.span), i.semi_token.spans[0]);
                self.associated(DefinitionKind::Constant, &i.ident, ends, is_public(&i.vis));
                self.names_text(&i.ident, &i.expr);
                let span = self.map.range(ends);
                self.stated(span, |w| w.attributed(&i.attrs, |w| w.constant(&i.ty, Some(&i.expr))));
            }
            ImplItem::Type(i) => self.associated_type(&i.ident, &i.ty),
            ImplItem::Macro(i) => {
                self.declare_call(&i.mac);
                self.macro_call(&i.mac);
            }
            ImplItem::Verbatim(tokens) => self.verbatim(tokens),
            _ => {}
        }
    }

    fn associated_type(&mut self, ident: &syn::Ident, ty: &Type) {
        let span = self.map.span(ident.span());
        let target = self.type_value(ty).map_or(Target::Opaque, Target::Value);
        self.bind(name_of(ident), span, How::Assignment, target, Namespaces::TYPE, true);
        self.visit_type(ty);
    }

    fn trait_item(&mut self, item: &syn::ItemTrait) {
        let mark = self.names.mark();
        let id = self.declared_at(&item.ident);
        let own = self.map.named(&item.ident);
        let of_trait = self.segments(vec![own], false, &Lookup::of(Namespaces::TYPE));
        let index = count(self.names.facts.implementations.len());
        let outer = match of_trait {
            Some(target) => {
                let body = self.scope;
                self.names.facts.implementations.push(Implementation { target, of: None, body });
                self.implementation.replace(index)
            }
            None => self.implementation.take(),
        };
        self.generics(&item.generics);
        let mut bases = Vec::new();
        for bound in &item.supertraits {
            if let TypeParamBound::Trait(bound) = bound {
                bases.extend(self.path(&bound.path, None, Namespaces::TYPE));
            }
            self.visit_type_param_bound(bound);
        }
        let body = self.within(ScopeKind::Class, name_of(&item.ident), (id, false), |w| {
            item.items.iter().for_each(|member| w.trait_member(member));
        });
        if let Some(id) = id {
            self.names.facts.definitions[id.index()].bases = bases;
        }
        if of_trait.is_some() {
            self.names.facts.implementations[index as usize].body = body;
        }
        self.embody(id, body);
        self.implementation = outer;
        self.names.release(mark);
    }

    fn trait_member(&mut self, member: &TraitItem) {
        match member {
            TraitItem::Fn(i) => {
                let end = i.default.as_ref().map(|block| block.brace_token.span.close());
                let end = end.or(i.semi_token.map(|token| token.spans[0])).unwrap_or_else(|| i.sig.ident.span());
                let ends = (ends::signature_start(&i.sig), end);
                let id = self.associated(DefinitionKind::Function, &i.sig.ident, ends, true);
                let span = self.map.range(ends);
                self.stated(span, |w| w.function(Some(id), &i.sig, i.default.as_ref(), &i.attrs));
            }
            TraitItem::Const(i) => {
                let ends = (i.const_token.span, i.semi_token.spans[0]);
                self.associated(DefinitionKind::Constant, &i.ident, ends, true);
                let span = self.map.range(ends);
                self.stated(span, |w| w.constant(&i.ty, i.default.as_ref().map(|(_, expr)| expr)));
            }
            TraitItem::Type(i) => {
                i.bounds.iter().for_each(|bound| self.visit_type_param_bound(bound));
                if let Some((_, ty)) = &i.default {
                    self.visit_type(ty);
                }
            }
            TraitItem::Macro(i) => {
                self.declare_call(&i.mac);
                self.macro_call(&i.mac);
            }
            TraitItem::Verbatim(tokens) => self.verbatim(tokens),
            _ => {}
        }
    }

    fn constant(&mut self, ty: &Type, expr: Option<&syn::Expr>) {
        self.visit_type(ty);
        if let Some(expr) = expr {
            self.typed(ty, expr);
        }
    }

    fn alias(&mut self, item: &syn::ItemType) {
        let mark = self.names.mark();
        self.generics(&item.generics);
        let binding = self.aliases.get(&self.map.key(item.ident.span())).copied();
        let default = own_parameter(item).and_then(|(_, parameter)| parameter.default.as_ref().map(|(_, ty)| ty));
        let meant = default.unwrap_or(&item.ty);
        if let (Some(binding), Some(value)) = (binding, self.type_value(meant)) {
            self.names.facts.bindings[binding.index()].target = Target::Value(value);
        }
        self.visit_type(&item.ty);
        self.names.release(mark);
    }
}
