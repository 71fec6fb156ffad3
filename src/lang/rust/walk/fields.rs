//! The contents of structs and enums.
//!
//! In: their definitions. Out: fields as attributes that hold an instance of their type, variants as members, and what
//! `Default::default()` makes in the field of a struct literal. Items themselves are left to [`super::items`].

use syn::visit::Visit;
use syn::{Fields, Generics, Type};

use super::walker::Walker;
use crate::facts::{
    Binding, BindingId, DefinitionId, DefinitionKind, How, Name, Namespaces, Reach, ScopeKind, Target, Value, ValueId,
};
use crate::lang::rust::syntax::count::count;
use crate::lang::rust::syntax::ident::name_of;
use crate::source::Span;

impl Walker<'_> {
    /// The fields of a struct: attributes that hold an instance of their type.
    pub(super) fn structure(&mut self, ident: &syn::Ident, generics: &Generics, fields: &Fields) {
        let mark = self.names.mark();
        let id = self.declared_at(ident);
        let mut attributes: Vec<(Name, Reach)> = Vec::new();
        let mut filled: Vec<(Name, ValueId)> = Vec::new();
        let body = self.within(ScopeKind::Class, name_of(ident), (id, false), |w| {
            w.generics(generics);
            for (index, field) in fields.iter().enumerate() {
                w.arguments_of_field(field);
                w.attributed(&field.attrs, |w| w.visit_type(&field.ty));
                let name = field.ident.as_ref().map_or_else(|| Name::from(index.to_string()), name_of);
                if let Some(inner) = w.held(&field.ty) {
                    filled.push((name.clone(), w.instance_of(inner)));
                }
                let Some(class) = w.type_value(&field.ty) else { continue };
                let span = w.names.facts.values[class.index()].span;
                attributes.push((name, w.field(class, span)));
            }
        });
        attributes.sort_by(|a, b| a.0.cmp(&b.0));
        if let Some(id) = id {
            let definition = &mut self.names.facts.definitions[id.index()];
            definition.attributes = attributes;
            definition.filled = filled;
        }
        self.embody(id, body);
        self.names.release(mark);
    }

    /// The type behind references, `Arc`, `Option` and their like; none if there is nothing before it.
    fn held(&mut self, ty: &Type) -> Option<ValueId> {
        match ty {
            Type::Reference(node) => self.returned(&node.elem),
            Type::Path(node) if node.path.segments.last()?.arguments.is_empty() => None,
            _ => self.returned(ty),
        }
    }

    pub(super) fn instance_of(&mut self, class: ValueId) -> ValueId {
        let span = self.names.facts.values[class.index()].span;
        self.names.value(Value::InstanceOf(class), span, self.scope)
    }

    fn field(&mut self, class: ValueId, span: Span) -> Reach {
        let value = self.instance_of(class);
        let id = BindingId(count(self.names.facts.bindings.len()));
        self.names.facts.bindings.push(Binding {
            name: Name::default(),
            scope: self.scope,
            span,
            how: How::Other,
            target: Target::Value(value),
            namespaces: Namespaces::VALUE,
            public: false,
            type_checking: false,
        });
        Reach::one(id)
    }

    pub(super) fn enumeration(&mut self, item: &syn::ItemEnum) {
        let mark = self.names.mark();
        let id = self.declared_at(&item.ident);
        let body = self.within(ScopeKind::Class, name_of(&item.ident), (id, false), |w| {
            w.generics(&item.generics);
            for variant in &item.variants {
                let ends = (variant.ident.span(), variant.ident.span());
                w.associated(DefinitionKind::Variant, &variant.ident, ends, true);
                w.attributes(&variant.attrs);
                variant.fields.iter().for_each(|field| w.attributed(&field.attrs, |w| w.visit_type(&field.ty)));
                if let Some((_, expr)) = &variant.discriminant {
                    w.visit_expr(expr);
                }
            }
        });
        self.embody(id, body);
        self.names.release(mark);
    }

    /// Decides `Default::default()` in the fields of struct literals, by the field's type in this file.
    pub(super) fn settle_defaults(&mut self) {
        for one in std::mem::take(&mut self.defaults) {
            let Some(id) = self.struct_of(one.owner) else { continue };
            let attributes = &self.names.facts.definitions[id.index()].attributes;
            let Some((_, reach)) = attributes.iter().find(|(name, _)| *name == one.field) else { continue };
            let facts = &self.names.facts;
            let first = reach.bindings(facts).first().map(|id| facts.bindings[id.index()].target);
            let Some(Target::Value(instance)) = first else { continue };
            if let Value::InstanceOf(class) = self.names.facts.values[instance.index()].value {
                self.scope = one.scope;
                self.stated(one.statement, |w| w.default_of(class, one.span));
            }
        }
    }

    fn struct_of(&self, owner: ValueId) -> Option<DefinitionId> {
        match self.names.facts.values[owner.index()].value {
            Value::SelfType(index) => {
                self.local_definition(self.names.facts.implementations.get(index as usize)?.target)
            }
            _ => self.local_definition(owner),
        }
    }
}
