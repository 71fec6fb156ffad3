//! The ways in which Python code can use a symbol without writing its path.
//!
//! In: a symbol and how it is used. Out: a file for each way. The last ones are those that reading alone cannot follow.

use crate::lang::disguise::{Disguise, DisguisedSymbol, DisguisedUse};

/// Returns a file for each way; `shim` is the name of a module that may hand the symbol on.
pub(super) fn disguises(usage: DisguisedUse, symbol: &DisguisedSymbol, shim: &str) -> Vec<Disguise> {
    match usage {
        DisguisedUse::Import if symbol.class => imports_of_name(symbol, shim),
        DisguisedUse::Import => imports_of_module(symbol, shim),
        _ => uses(usage, symbol, shim),
    }
}

/// The statement that uses what an expression gives.
fn statement(usage: DisguisedUse, expression: &str) -> String {
    match usage {
        DisguisedUse::Construct => format!("{expression}()\n"),
        DisguisedUse::Base => format!("class Kind({expression}): ...\n"),
        DisguisedUse::Import | DisguisedUse::Reference => format!("held = {expression}\n"),
    }
}

fn uses(usage: DisguisedUse, symbol: &DisguisedSymbol, shim: &str) -> Vec<Disguise> {
    let module = if symbol.module.is_empty() { "builtins".to_owned() } else { symbol.module.join(".") };
    let name = &symbol.name;
    let by = |name: &str| statement(usage, &symbol.under(name, "."));
    let import = format!("import {module}\n");
    let from = format!("from {module} import {name}\n");
    let handed = |name: &'static str, shim: String, text: String| Disguise { name, text, shim: Some(shim) };
    let mut found = vec![
        Disguise::alone("written out", format!("{import}{}", by(&format!("{module}.{name}")))),
        Disguise::alone("import as", format!("import {module} as thing\n{}", by(&format!("thing.{name}")))),
        Disguise::alone("from-import as", format!("from {module} import {name} as thing\n{}", by("thing"))),
        Disguise::alone("in a function", format!("def run():\n    from {module} import {name}\n    {}", by(name))),
        handed(
            "re-export",
            format!("from {module} import {name} as thing\n"),
            format!("from {shim} import thing\n{}", by("thing")),
        ),
        Disguise::alone("star", format!("from {module} import *\n{}", by(name))),
        handed("star re-export", from.clone(), format!("from {shim} import *\n{}", by(name))),
        Disguise::alone("assignment", format!("{from}thing = {name}\n{}", by("thing"))),
        Disguise::alone("attribute", format!("{from}class Holder:\n    thing = {name}\n\n{}", by("Holder.thing"))),
    ];
    if symbol.class {
        found.push(Disguise::alone("subclass", format!("{from}class Thing({name}): ...\n{}", by("Thing"))));
    }
    if usage == DisguisedUse::Construct {
        let made = symbol.under(name, ".");
        found.push(Disguise::alone(
            "functools.partial",
            format!("import functools\n{from}make = functools.partial({made})\nmake()\n"),
        ));
    }
    found.extend([
        Disguise::alone("getattr", format!("{import}{}", by(&format!("getattr({module}, \"{name}\")")))),
        Disguise::alone(
            "importlib.import_module",
            format!("import importlib\n{}", by(&format!("importlib.import_module(\"{module}\").{name}"))),
        ),
        Disguise::alone("__import__", by(&format!("__import__(\"{module}\", fromlist=[\"{name}\"]).{name}"))),
        Disguise::alone(
            "computed getattr",
            format!("{import}{}", by(&format!("getattr({module}, \"{name}\".strip())"))),
        ),
        Disguise::alone("vars", format!("{import}{}", by(&format!("vars({module})[\"{name}\"]")))),
        Disguise::alone("sys.modules", format!("import sys\n{}", by(&format!("sys.modules[\"{module}\"].{name}")))),
        Disguise::alone("eval", format!("{import}{}", by(&format!("eval(\"{module}.{name}\")")))),
    ]);
    found
}

fn imports_of_name(symbol: &DisguisedSymbol, shim: &str) -> Vec<Disguise> {
    let (module, name) = (symbol.module.join("."), &symbol.name);
    let from = format!("from {module} import {name}");
    vec![
        Disguise::alone("from-import", format!("{from}\n")),
        Disguise::alone("from-import as", format!("{from} as thing\n")),
        Disguise::alone("in a function", format!("def run():\n    {from}\n")),
        Disguise::alone("under try", format!("try:\n    {from}\nexcept ImportError:\n    pass\n")),
        Disguise {
            name: "re-export",
            text: format!("from {shim} import thing\nthing()\n"),
            shim: Some(format!("{from} as thing\n")),
        },
        Disguise::alone("star", format!("from {module} import *\n{name}()\n")),
        Disguise::alone(
            "importlib.import_module",
            format!("import importlib\nimportlib.import_module(\"{module}\").{name}\n"),
        ),
        Disguise::alone("exec", format!("exec(\"{from}\")\n")),
    ]
}

fn imports_of_module(symbol: &DisguisedSymbol, shim: &str) -> Vec<Disguise> {
    let last = &symbol.name;
    let parent = symbol.module.join(".");
    let path = if parent.is_empty() { last.clone() } else { format!("{parent}.{last}") };
    let mut found = vec![
        Disguise::alone("import", format!("import {path}\n")),
        Disguise::alone("import as", format!("import {path} as thing\n")),
        Disguise::alone("from-import as", format!("from {path} import member as thing\n")),
        Disguise::alone("star", format!("from {path} import *\n")),
        Disguise::alone("in a function", format!("def run():\n    import {path}\n")),
        Disguise::alone("under try", format!("try:\n    import {path}\nexcept ImportError:\n    pass\n")),
        Disguise {
            name: "re-export",
            text: format!("from {shim} import thing\n"),
            shim: Some(format!("from {path} import member as thing\n")),
        },
        Disguise::alone("importlib.import_module", format!("import importlib\nimportlib.import_module(\"{path}\")\n")),
        Disguise::alone(
            "import_module under another name",
            format!("from importlib import import_module as load\nload(\"{path}\")\n"),
        ),
        Disguise::alone("__import__", format!("__import__(\"{path}\")\n")),
    ];
    if !parent.is_empty() {
        found.push(Disguise::alone("from the package", format!("from {parent} import {last} as thing\n")));
        found.push(Disguise::alone(
            "import_module with package=",
            format!("import importlib\nimportlib.import_module(\".{last}\", package=\"{parent}\")\n"),
        ));
    }
    found.push(Disguise::alone(
        "computed import_module",
        format!("import importlib\nimportlib.import_module(\"{path}\".strip())\n"),
    ));
    found.push(Disguise::alone("exec", format!("exec(\"import {path}\")\n")));
    found
}
