//! Calls of functions in Python: with `await` if it is a coroutine, with `...` for arguments that it needs.

use ruff_python_ast::{ParameterWithDefault, Stmt};
use ruff_python_parser::parse_module;

use crate::facts::Receiver;
use crate::lang::calling::Callee;

/// Returns the call; none where a call alone is not how the function is used: a property, a generator, and what a decorator
/// makes of it.
pub(super) fn call(callee: &Callee<'_>) -> Option<String> {
    let definition = callee.definition;
    let before = callee.text[..definition.span.start as usize].trim_end();
    let bound = match definition.receiver {
        Receiver::Instance if !callee.of_instance => return None,
        Receiver::Getter => return None,
        Receiver::Instance | Receiver::Class => 1,
        Receiver::None => 0,
    };
    let plain = match definition.decorators.len() {
        0 => true,
        1 => before.ends_with("@staticmethod") || before.ends_with("@classmethod"),
        _ => false,
    };
    let code = definition.span.of(callee.text);
    if !plain || code.contains("yield") {
        return None;
    }
    let module = parse_module(code).ok()?.into_syntax();
    let [Stmt::FunctionDef(function)] = module.body.as_slice() else { return None };
    let needed = |it: &&ParameterWithDefault| it.default.is_none();
    let parameters = &function.parameters;
    let positional = parameters.posonlyargs.iter().chain(&parameters.args).filter(needed).count();
    let named = parameters.kwonlyargs.iter().filter(needed).count();
    let arguments = if positional > bound || named > 0 { "..." } else { "" };
    let awaited = if function.is_async { "await " } else { "" };
    Some(format!("{awaited}{}({arguments})", callee.name))
}
