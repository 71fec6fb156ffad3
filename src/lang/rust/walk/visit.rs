//! Expressions, types and patterns become values and sites.
//!
//! In: `syn` nodes. Out: facts. Order matters only for local variables; items are declared before a scope's content is
//! walked ([`super::declare`]). Method calls are looked through: which type a receiver has is not decided here.

use syn::visit::{self, Visit};
use syn::{Attribute, Block, Expr, Macro, Pat, Path, QSelf, Stmt, Type};

use super::walker::{FieldDefault, Walker};
use crate::facts::{Name, Namespaces, Role, ScopeKind, SiteKind, Value, ValueId};
use crate::lang::rust::syntax::ends;
use crate::lang::rust::syntax::ident::name_of;
use crate::source::Span;

impl Walker<'_> {
    /// The statements of a block, in the current scope.
    pub(super) fn statements(&mut self, statements: &[Stmt]) {
        for statement in statements {
            let span = ends::statement_ends(statement).map_or(self.statement, |ends| self.map.range(ends));
            self.stated(span, |w| w.visit_stmt(statement));
        }
    }

    /// The paths inside a path's generic arguments.
    fn generic_arguments(&mut self, path: &Path) {
        for segment in &path.segments {
            if !segment.arguments.is_none() {
                self.visit_path_arguments(&segment.arguments);
            }
        }
    }

    /// Visits the parts of a path besides its value: generic arguments, and the trait of `<T as Trait>`.
    fn path_rest(&mut self, path: &Path, qself: Option<&QSelf>) {
        self.generic_arguments(path);
        let Some(qself) = qself else { return };
        match &*qself.ty {
            Type::Path(inner) => self.path_rest(&inner.path, inner.qself.as_ref()),
            other => self.visit_type(other),
        }
        if qself.position > 0 {
            let segments = path.segments.iter().take(qself.position).cloned().collect();
            let of = Path { leading_colon: path.leading_colon, segments };
            if let Some(value) = self.path(&of, None, Namespaces::TYPE) {
                self.reference(value, Role::Annotation);
            }
        }
    }

    fn read(&mut self, path: &Path, qself: Option<&QSelf>, namespaces: Namespaces, role: Role) {
        if let Some(value) = self.path(path, qself, namespaces) {
            self.reference(value, role);
        }
        self.path_rest(path, qself);
    }

    /// An expression whose type is written: `Default::default()` makes a value of it.
    pub(super) fn typed(&mut self, ty: &Type, expr: &Expr) {
        if let Some(path) = default_call(expr)
            && let Some(class) = self.type_value(ty)
            && let Some(ends) = ends::path_ends(path)
        {
            let span = self.map.range(ends);
            self.default_of(class, span);
        } else {
            self.visit_expr(expr);
        }
    }

    /// `Default::default()` at `span` for a type: a literal of it, and a call of its `default`.
    pub(super) fn default_of(&mut self, class: ValueId, span: Span) {
        let object = class;
        let member = Value::Member { object, name: Name::new("default") };
        let callee = self.names.value(member, span, self.scope);
        self.site(SiteKind::Literal(class), span);
        self.call(callee);
    }

    /// `T::default()`, or `T::default` that is handed on to be called: a literal of `T` too.
    fn own_default(&mut self, callee: ValueId) {
        if let Value::Member { object, ref name, .. } = self.names.facts.values[callee.index()].value
            && name == "default"
        {
            let span = self.span_of(callee);
            self.site(SiteKind::Literal(object), span);
        }
    }

    fn block(&mut self, block: &Block) {
        let plain = !block.stmts.iter().any(|s| matches!(s, Stmt::Item(_) | Stmt::Macro(_)));
        self.locally(|w| {
            if plain || !w.has_items(&block.stmts) {
                w.statements(&block.stmts);
            } else {
                w.within(ScopeKind::Block, Name::default(), (None, false), |w| {
                    w.declare_statements(&block.stmts);
                    w.statements(&block.stmts);
                });
            }
        });
    }

    /// The head of a compound expression is a statement of its own, so that its blocks are none of it.
    fn head(&mut self, start: proc_macro2::Span, expr: &Expr) {
        let span = self.map.range((start, ends::expr_end(expr)));
        self.stated(span, |w| w.visit_expr(expr));
    }
}

/// The path of `Default::default()` if the expression is that.
pub(super) fn default_call(expr: &Expr) -> Option<&Path> {
    let Expr::Call(call) = expr else { return None };
    let Expr::Path(func) = &*call.func else { return None };
    let mut last = func.path.segments.iter().rev();
    let is_default = last.next()?.ident == "default" && last.next()?.ident == "Default";
    (is_default && call.args.is_empty() && func.qself.is_none()).then_some(&func.path)
}

impl<'ast> Visit<'ast> for Walker<'_> {
    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    fn visit_block(&mut self, node: &'ast Block) {
        self.block(node);
    }

    fn visit_stmt(&mut self, node: &'ast Stmt) {
        match node {
            Stmt::Local(local) => self.attributed(&local.attrs, |w| w.visit_local(local)),
            Stmt::Macro(node) => self.attributed(&node.attrs, |w| w.visit_macro(&node.mac)),
            Stmt::Item(item) => self.item(item),
            Stmt::Expr(expr, _) => {
                let attributes = match expr {
                    Expr::Block(e) => &e.attrs,
                    Expr::Call(e) => &e.attrs,
                    Expr::MethodCall(e) => &e.attrs,
                    Expr::Assign(e) => &e.attrs,
                    Expr::If(e) => &e.attrs,
                    _ => return self.visit_expr(expr),
                };
                self.attributed(attributes, |w| w.visit_expr(expr));
            }
        }
    }

    fn visit_local(&mut self, node: &'ast syn::Local) {
        let ty = if let Pat::Type(typed) = &node.pat { Some(&*typed.ty) } else { None };
        if let Some(init) = &node.init {
            match ty {
                Some(ty) => self.typed(ty, &init.expr),
                None => self.visit_expr(&init.expr),
            }
            if let Some((_, diverge)) = &init.diverge {
                self.visit_expr(diverge);
            }
        }
        self.visit_pat(&node.pat);
    }

    fn visit_expr_path(&mut self, node: &'ast syn::ExprPath) {
        if let Some(value) = self.path(&node.path, node.qself.as_ref(), Namespaces::VALUE) {
            self.reference(value, Role::Value);
            self.own_default(value);
        }
        self.path_rest(&node.path, node.qself.as_ref());
    }

    fn visit_expr_call(&mut self, node: &'ast syn::ExprCall) {
        let mut func = &*node.func;
        while let Expr::Paren(syn::ExprParen { expr, .. }) | Expr::Group(syn::ExprGroup { expr, .. }) = func {
            func = expr;
        }
        if let Expr::Path(path) = func {
            if let Some(callee) = self.path(&path.path, path.qself.as_ref(), Namespaces::VALUE) {
                let arguments = self.first_argument(&node.args);
                self.call_with(callee, arguments);
                if node.args.is_empty() {
                    self.own_default(callee);
                }
            }
            self.path_rest(&path.path, path.qself.as_ref());
        } else {
            self.visit_expr(func);
        }
        for argument in &node.args {
            self.visit_expr(argument);
        }
    }

    fn visit_expr_struct(&mut self, node: &'ast syn::ExprStruct) {
        let owner = self.path(&node.path, node.qself.as_ref(), Namespaces::TYPE);
        if let Some(owner) = owner {
            self.literal(owner);
        }
        self.path_rest(&node.path, node.qself.as_ref());
        for field in &node.fields {
            let ends = default_call(&field.expr).and_then(ends::path_ends);
            match (owner, ends, &field.member) {
                (Some(owner), Some(ends), syn::Member::Named(name)) => {
                    let (span, statement, scope) = (self.map.range(ends), self.statement, self.scope);
                    self.defaults.push(FieldDefault { owner, field: name_of(name), span, statement, scope });
                }
                _ if field.colon_token.is_some() || !matches!(field.expr, Expr::Path(_)) => {
                    self.visit_expr(&field.expr)
                }
                _ => {}
            }
        }
        if let Some(rest) = node.rest.as_deref().filter(|rest| default_call(rest).is_none()) {
            self.visit_expr(rest);
        }
    }

    fn visit_expr_closure(&mut self, node: &'ast syn::ExprClosure) {
        self.locally(|w| visit::visit_expr_closure(w, node));
    }

    fn visit_expr_if(&mut self, node: &'ast syn::ExprIf) {
        self.locally(|w| {
            w.head(node.if_token.span, &node.cond);
            w.visit_block(&node.then_branch);
        });
        if let Some((_, otherwise)) = &node.else_branch {
            self.visit_expr(otherwise);
        }
    }

    fn visit_expr_while(&mut self, node: &'ast syn::ExprWhile) {
        self.locally(|w| {
            w.head(node.while_token.span, &node.cond);
            w.visit_block(&node.body);
        });
    }

    fn visit_expr_for_loop(&mut self, node: &'ast syn::ExprForLoop) {
        self.locally(|w| {
            w.head(node.for_token.span, &node.expr);
            w.visit_pat(&node.pat);
            w.visit_block(&node.body);
        });
    }

    fn visit_expr_match(&mut self, node: &'ast syn::ExprMatch) {
        self.head(node.match_token.span, &node.expr);
        for arm in &node.arms {
            let span = self.map.range((ends::expr_start(&arm.body), ends::expr_end(&arm.body)));
            self.attributed(&arm.attrs, |w| {
                w.locally(|w| {
                    w.visit_pat(&arm.pat);
                    w.stated(span, |w| w.visit_expr(&arm.body));
                });
            });
        }
    }

    fn visit_expr_let(&mut self, node: &'ast syn::ExprLet) {
        self.visit_expr(&node.expr);
        self.visit_pat(&node.pat);
    }

    fn visit_pat_ident(&mut self, node: &'ast syn::PatIdent) {
        let name = name_of(&node.ident);
        let plain = node.by_ref.is_none() && node.mutability.is_none() && node.subpat.is_none();
        if plain && name.starts_with(|c: char| c.is_uppercase()) {
            let path = Path::from(node.ident.clone());
            if let Some(value) = self.path(&path, None, Namespaces::VALUE) {
                self.reference(value, Role::Annotation);
            }
        } else {
            self.names.local(name, Namespaces::VALUE);
        }
        if let Some((_, inner)) = &node.subpat {
            self.visit_pat(inner);
        }
    }

    fn visit_pat(&mut self, node: &'ast Pat) {
        match node {
            Pat::Path(path) => self.read(&path.path, path.qself.as_ref(), Namespaces::VALUE, Role::Annotation),
            _ => visit::visit_pat(self, node),
        }
    }

    fn visit_pat_struct(&mut self, node: &'ast syn::PatStruct) {
        self.read(&node.path, node.qself.as_ref(), Namespaces::TYPE, Role::Annotation);
        for field in &node.fields {
            self.visit_pat(&field.pat);
        }
    }

    fn visit_pat_tuple_struct(&mut self, node: &'ast syn::PatTupleStruct) {
        self.read(&node.path, node.qself.as_ref(), Namespaces::VALUE, Role::Annotation);
        for element in &node.elems {
            self.visit_pat(element);
        }
    }

    fn visit_type_path(&mut self, node: &'ast syn::TypePath) {
        self.read(&node.path, node.qself.as_ref(), Namespaces::TYPE, Role::Annotation);
    }

    fn visit_trait_bound(&mut self, node: &'ast syn::TraitBound) {
        self.read(&node.path, None, Namespaces::TYPE, Role::Annotation);
    }

    fn visit_macro(&mut self, node: &'ast Macro) {
        self.macro_call(node);
    }

    fn visit_token_stream(&mut self, node: &'ast proc_macro2::TokenStream) {
        self.verbatim(node);
    }

    fn visit_item(&mut self, node: &'ast syn::Item) {
        self.item(node);
    }

    fn visit_lit(&mut self, node: &'ast syn::Lit) {
        if let syn::Lit::Str(text) = node {
            self.url(text.value(), text.span());
        }
    }
}
