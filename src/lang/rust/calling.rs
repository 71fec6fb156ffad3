//! Calls of functions in Rust: with `.await` if it is `async`, with `..` for arguments that it needs.

use syn::{FnArg, ItemFn};

use crate::lang::calling::Callee;

/// Returns the call; none for a method, which needs a value.
pub(super) fn call(callee: &Callee<'_>) -> Option<String> {
    let function: ItemFn = syn::parse_str(callee.definition.span.of(callee.text)).ok()?;
    let inputs = &function.sig.inputs;
    if inputs.iter().any(|it| matches!(it, FnArg::Receiver(_))) {
        return None;
    }
    let arguments = if inputs.is_empty() { "" } else { ".." };
    let awaited = if function.sig.asyncness.is_some() { ".await" } else { "" };
    Some(format!("{}({arguments}){awaited}", callee.name))
}
