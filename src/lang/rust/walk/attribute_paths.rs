//! Attributes as code: the macros that they and derives name, and the expressions in their arguments.
//!
//! In: the attributes of an item, field or statement. Out: references to their paths, and whatever their arguments say.
//! Attributes of the compiler name nothing; those that clap reads are left to [`super::texts`].

use proc_macro2::TokenTree;
use syn::punctuated::Punctuated;
use syn::visit::Visit;
use syn::{Attribute, Expr, Meta, Path, Token};

use super::walker::Walker;
use crate::facts::{Namespaces, Role};

/// Attributes that the compiler and its tools read, in order (Rust reference, "Built-in attributes index").
const BUILT_IN: [&str; 52] = [
    "allow",
    "arg",
    "automatically_derived",
    "cfg",
    "cfg_attr",
    "clap",
    "cold",
    "command",
    "crate_name",
    "crate_type",
    "debugger_visualizer",
    "deny",
    "deprecated",
    "derive",
    "doc",
    "expect",
    "export_name",
    "feature",
    "forbid",
    "global_allocator",
    "ignore",
    "inline",
    "instruction_set",
    "link",
    "link_name",
    "link_ordinal",
    "link_section",
    "macro_export",
    "macro_use",
    "must_use",
    "naked",
    "no_builtins",
    "no_implicit_prelude",
    "no_link",
    "no_main",
    "no_mangle",
    "no_std",
    "non_exhaustive",
    "panic_handler",
    "path",
    "proc_macro",
    "proc_macro_attribute",
    "proc_macro_derive",
    "recursion_limit",
    "repr",
    "should_panic",
    "target_feature",
    "test",
    "track_caller",
    "type_length_limit",
    "used",
    "warn",
];

impl Walker<'_> {
    /// Walks what attributes name.
    pub(super) fn attributes(&mut self, attributes: &[Attribute]) {
        for attribute in attributes {
            self.attribute(&attribute.meta);
        }
    }

    fn attribute(&mut self, meta: &Meta) {
        let path = meta.path();
        let built_in = path.get_ident().is_some_and(|name| BUILT_IN.binary_search(&name.to_string().as_str()).is_ok());
        if path.is_ident("derive") {
            let derived = list(meta, Punctuated::<Path, Token![,]>::parse_terminated);
            derived.iter().for_each(|path| self.macro_path(path));
        } else if path.is_ident("cfg_attr") {
            // Every `cfg` counts.
            list(meta, Punctuated::<Meta, Token![,]>::parse_terminated)
                .iter()
                .skip(1)
                .for_each(|it| self.attribute(it));
        } else if built_in {
            if let Meta::NameValue(syn::MetaNameValue { value: value @ Expr::Macro(_), .. }) = meta {
                self.visit_expr(value);
            }
        } else {
            self.macro_path(path);
            match meta {
                // A literal by itself is data of the macro.
                Meta::List(list) => {
                    let code = list.tokens.clone().into_iter().filter(|token| !matches!(token, TokenTree::Literal(_)));
                    self.verbatim(&code.collect());
                }
                Meta::NameValue(pair) if !matches!(pair.value, Expr::Lit(_)) => self.visit_expr(&pair.value),
                _ => {}
            }
        }
    }

    /// A macro that is named without a call.
    fn macro_path(&mut self, path: &Path) {
        if let Some(value) = self.path(path, None, Namespaces::MACRO) {
            self.reference(value, Role::Annotation);
        }
    }
}

/// The elements of `name(a, b)`; none where they are something else.
fn list<T>(meta: &Meta, parse: fn(syn::parse::ParseStream<'_>) -> syn::Result<Punctuated<T, Token![,]>>) -> Vec<T> {
    let Meta::List(list) = meta else { return Vec::new() };
    list.parse_args_with(parse).map(|found| found.into_iter().collect()).unwrap_or_default()
}
