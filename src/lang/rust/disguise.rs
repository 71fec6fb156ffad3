//! The ways in which Rust code can use a symbol without writing its path.
//!
//! In: a symbol and how it is used. Out: a file for each way.

use crate::lang::disguise::{Disguise, DisguisedSymbol, DisguisedUse};

/// Returns a file for each way; what hands the symbol on is a module in the same file.
pub(super) fn disguises(usage: DisguisedUse, symbol: &DisguisedSymbol) -> Vec<Disguise> {
    match usage {
        DisguisedUse::Import => imports(symbol),
        _ => uses(usage, symbol),
    }
}

/// The statement that uses what a path names.
fn statement(usage: DisguisedUse, path: &str, is_type: bool) -> String {
    match usage {
        DisguisedUse::Base => format!("struct Own; impl {path} for Own {{}}"),
        _ if path.ends_with('!') => format!("{path}();"),
        DisguisedUse::Construct if is_type => format!("let _ = {path} {{}};"),
        DisguisedUse::Construct => format!("let _ = {path}();"),
        _ if is_type => format!("let _: Option<{path}> = None;"),
        _ => format!("let _ = {path};"),
    }
}

fn uses(usage: DisguisedUse, symbol: &DisguisedSymbol) -> Vec<Disguise> {
    let is_type = symbol.class && symbol.members.is_empty();
    let by = |name: &str| statement(usage, &symbol.under(name, "::"), is_type);
    let run = |name: &str| format!("fn run() {{\n    {}\n}}\n", by(name));
    let full = path(symbol);
    let (module, name) = (symbol.module.join("::"), &symbol.name);
    // An import names a macro without its sign.
    let (plain, sign) = name.strip_suffix('!').map_or((name.as_str(), ""), |plain| (plain, "!"));
    let thing = format!("Thing{sign}");
    let mut found = vec![Disguise::alone("written out", run(&full))];
    if !module.is_empty() {
        found.extend([
            Disguise::alone("use", format!("use {module}::{plain};\n{}", run(name))),
            Disguise::alone("use as", format!("use {module}::{plain} as Thing;\n{}", run(&thing))),
            Disguise::alone("module under another name", {
                format!("use {module} as thing;\n{}", run(&format!("thing::{name}")))
            }),
            Disguise::alone("use tree", {
                format!("use {module}::{{self as thing, {plain} as Thing}};\n{}", run(&thing))
            }),
            Disguise::alone("glob", format!("use {module}::*;\n{}", run(name))),
            Disguise::alone("pub use", {
                format!("mod shim {{\n    pub use {module}::{plain} as Thing;\n}}\n{}", run(&format!("shim::{thing}")))
            }),
            Disguise::alone("pub use of a glob", {
                format!("mod shim {{\n    pub use {module}::*;\n}}\nuse shim::*;\n{}", run(name))
            }),
        ]);
        if let [package, rest @ ..] = symbol.module.as_slice() {
            let inner: String = rest.iter().map(|it| format!("{it}::")).collect();
            let text = format!("extern crate {package} as thing;\n{}", run(&format!("thing::{inner}{name}")));
            found.push(Disguise::alone("extern crate as", text));
        }
    }
    if symbol.class && usage != DisguisedUse::Base {
        found.push(Disguise::alone("type alias", format!("type Thing = {full};\n{}", run("Thing"))));
        if !is_type {
            found.push(Disguise::alone("qualified path", run(&format!("<{full}>"))));
        }
    }
    let invoked = "fn run() {\n    thing!();\n}\n";
    found.push(Disguise::alone("macro", format!("macro_rules! thing {{ () => {{ {} }} }}\n{invoked}", by(&full))));
    if usage == DisguisedUse::Construct && sign.is_empty() {
        found.extend(constructions(symbol, &full, is_type));
    }
    found
}

/// Ways that only what constructs has.
fn constructions(symbol: &DisguisedSymbol, full: &str, is_type: bool) -> Vec<Disguise> {
    let function = symbol.under(full, "::");
    if is_type {
        return vec![
            Disguise::alone("Default", format!("fn run() {{\n    let _: {full} = Default::default();\n}}\n")),
            Disguise::alone("generic function", {
                format!("fn made<T: Default>() -> T {{ T::default() }}\nfn run() {{\n    made::<{full}>();\n}}\n")
            }),
        ];
    }
    vec![
        Disguise::alone("function value", format!("fn run() {{\n    let make = {function};\n    make();\n}}\n")),
        Disguise::alone("macro argument", format!("fn run() {{\n    let _ = vec![{function}()];\n}}\n")),
    ]
}

fn imports(symbol: &DisguisedSymbol) -> Vec<Disguise> {
    let full = path(symbol);
    let mut found = vec![
        Disguise::alone("use", format!("use {full};\n")),
        Disguise::alone("use as", format!("use {full} as Thing;\n")),
        Disguise::alone("in a function", format!("fn run() {{\n    use {full};\n}}\n")),
        Disguise::alone("pub use", format!("mod shim {{\n    pub use {full} as thing;\n}}\nuse shim::thing;\n")),
        Disguise::alone("written out", format!("fn run() {{\n    {full}::member();\n}}\n")),
        Disguise::alone("macro", format!("macro_rules! thing {{ () => {{ use {full}; }} }}\nthing!();\n")),
    ];
    if symbol.module.is_empty() {
        found.push(Disguise::alone("extern crate as", format!("extern crate {full} as thing;\n")));
    } else {
        let module = symbol.module.join("::");
        found.push(Disguise::alone("use tree", format!("use {module}::{{{} as thing}};\n", symbol.name)));
    }
    if symbol.class {
        let text = format!("use {}::*;\nfn run(_: {}) {{}}\n", symbol.module.join("::"), symbol.name);
        found.push(Disguise::alone("glob", text));
    } else {
        found.push(Disguise::alone("glob", format!("use {full}::*;\n")));
    }
    found
}

fn path(symbol: &DisguisedSymbol) -> String {
    symbol.module.iter().chain([&symbol.name]).map(String::as_str).collect::<Vec<_>>().join("::")
}
