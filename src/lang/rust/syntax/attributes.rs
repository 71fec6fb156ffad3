//! The attributes that speak to this analysis: test code, and the file of a module.
//!
//! In: the attributes of an item or statement. Out: yes or no, or a literal. All other attributes are left out.

use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Token};

/// Last segments of attributes that make a function a test, besides `test` and names that end in `_test`.
const TESTS: [&str; 6] = ["rstest", "test_case", "test_matrix", "bench", "quickcheck", "proptest"];

/// Returns whether the attributes make what they stand on test code: `#[cfg(test)]` in any form, `#[test]` and its
/// like.
#[must_use]
pub fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let path = attribute.path();
        let Some(last) = path.segments.last() else { return false };
        if path.is_ident("cfg") {
            return matches!(&attribute.meta, Meta::List(list) if list.parse_args::<Meta>().is_ok_and(|meta| requires_test(&meta)));
        }
        last.ident == "test" || TESTS.iter().any(|name| last.ident == name) || {
            path.segments.len() < 3 && last.ident.to_string().ends_with("_test")
        }
    })
}

/// `#![cfg(test)]` among the inner attributes.
#[must_use]
pub fn is_inner_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|a| matches!(a.style, syn::AttrStyle::Inner(_))) && is_test(attributes)
}

/// Returns whether a `cfg` predicate holds only in a test build: `test`, `all(.., test, ..)`, `any` of nothing else.
fn requires_test(predicate: &Meta) -> bool {
    match predicate {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) => {
            let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).unwrap_or_default();
            if list.path.is_ident("all") {
                parts.iter().any(requires_test)
            } else {
                list.path.is_ident("any") && !parts.is_empty() && parts.iter().all(requires_test)
            }
        }
        Meta::NameValue(_) => false,
    }
}

/// The literals of `#[path = "..."]` and `#[cfg_attr(.., path = "...")]`, in order.
#[must_use]
pub fn paths(attributes: &[Attribute]) -> Vec<Box<str>> {
    let mut found = Vec::new();
    for attribute in attributes {
        if attribute.path().is_ident("path") {
            found.extend(path_of(&attribute.meta));
        } else if attribute.path().is_ident("cfg_attr")
            && let Meta::List(list) = &attribute.meta
        {
            let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).unwrap_or_default();
            found.extend(parts.iter().skip(1).filter(|meta| meta.path().is_ident("path")).filter_map(path_of));
        }
    }
    found
}

fn path_of(meta: &Meta) -> Option<Box<str>> {
    match meta {
        Meta::NameValue(pair) => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().into()),
            _ => None,
        },
        _ => None,
    }
}

/// Returns whether an attribute of this name is among them.
#[must_use]
pub fn has(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(text: &str) -> Vec<Attribute> {
        syn::parse_str::<syn::ItemStruct>(&format!("{text} struct S;")).unwrap().attrs
    }

    #[test]
    fn test_code_by_its_own_word() {
        for yes in [
            "#[test]",
            "#[tokio::test(flavor = \"multi_thread\")]",
            "#[actix_rt::test]",
            "#[rstest]",
            "#[wasm_bindgen_test]",
            "#[cfg(test)]",
            "#[cfg(all(test, feature = \"x\"))]",
            "#[cfg(any(test))]",
            "#[bench]",
        ] {
            assert!(is_test(&attributes(yes)), "{yes}");
        }
        for no in [
            "#[cfg(not(test))]",
            "#[cfg(any(test, feature = \"x\"))]",
            "#[cfg(feature = \"test\")]",
            "#[derive(Debug)]",
        ] {
            assert!(!is_test(&attributes(no)), "{no}");
        }
    }

    #[test]
    fn files_of_modules() {
        assert_eq!(paths(&attributes("#[path = \"a/b.rs\"]")), [Box::<str>::from("a/b.rs")]);
        assert_eq!(
            paths(&attributes("#[cfg_attr(unix, path = \"u.rs\")] #[cfg_attr(windows, path = \"w.rs\")]")),
            [Box::<str>::from("u.rs"), Box::<str>::from("w.rs")]
        );
    }
}
