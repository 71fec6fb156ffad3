//! The function of each module: statements that call what is in scope.

use super::{Crate, FUNCTIONS, Item, LIBRARY, Meaning, Names, Space, TYPES, Taken, indent, safe_function, safe_type};

/// The mark before a function that is passed as a value.
pub const MARK: &str = "/*@*/";

/// What is in scope in a function: the names of its module, and those of the blocks around a statement.
#[derive(Clone)]
struct Scope {
    module: usize,
    names: Names,
}

impl Crate<'_> {
    /// The function `run` of a module; the root's is `main`, and calls all others.
    pub fn body(&mut self, module: usize) -> String {
        let scope = Scope { module, names: self.modules[module].names.clone() };
        let mut text = String::new();
        for _ in 0..3 + self.dice.roll(6) {
            text += &self.statement(&scope, 0);
        }
        if module != 0 {
            return format!("pub fn run() {{\n{}}}\n", indent(&text));
        }
        for other in 1..self.modules.len() {
            text += &format!("crate::{}::run();\n", self.path(other).join("::"));
        }
        format!("fn main() {{\n{}}}\n", indent(&text))
    }

    fn statement(&mut self, scope: &Scope, depth: usize) -> String {
        let roll = self.dice.roll(if depth < 2 { 26 } else { 14 });
        match roll {
            0..=4 => {
                let (path, _) = self.type_path(scope);
                let call = self.wrapped(&format!("{path}::open(1)"));
                format!("{call};\n")
            }
            5 => {
                let (path, _) = self.type_path(scope);
                format!("<{path}>::open(1);\n")
            }
            6 | 7 => {
                let Some((path, _)) = self.function_path(scope) else { return String::new() };
                let call = self.wrapped(&format!("{path}(1)"));
                format!("{call};\n")
            }
            8 => {
                let (path, banned) = self.type_path(scope);
                let mark = if banned { MARK } else { "" };
                format!("let _ = Some(1).map({mark}{path}::open);\n")
            }
            9 => {
                let (path, _) = self.type_path(scope);
                let alias = self.name("A");
                format!("type {alias} = {path};\n{alias}::open(1);\n")
            }
            10..=13 => self.macro_call(scope),
            14 | 15 => self.block(scope, depth),
            16 => {
                let inner = self.statement(scope, depth + 1);
                let name = self.name("inner");
                format!("fn {name}() {{\n{}}}\n{name}();\n", indent(&inner))
            }
            17 => self.local_module(scope),
            18 => {
                let (path, _) = self.type_path(scope);
                let name = self.name("Make");
                format!(
                    "trait {name} {{\n    fn make();\n}}\nimpl {name} for {path} {{\n    fn make() {{\n        Self::open(1);\n    }}\n}}\n\
                     <{path} as {name}>::make();\n"
                )
            }
            19 => {
                let (path, _) = self.type_path(scope);
                let (kind, holder) = (self.name("Has"), self.name("Holder"));
                format!(
                    "trait {kind} {{\n    type C;\n    fn go();\n}}\nstruct {holder};\nimpl {kind} for {holder} {{\n    type C = {path};\n    \
                     fn go() {{\n        Self::C::open(1);\n    }}\n}}\n<{holder} as {kind}>::go();\n"
                )
            }
            20 => {
                let (path, _) = self.type_path(scope);
                let holder = self.name("Holder");
                format!(
                    "struct {holder} {{\n    c: {path},\n}}\nimpl {holder} {{\n    fn new() -> Self {{\n        Self {{ c: {path}::open(1) }}\n    \
                     }}\n}}\n{holder}::new();\n"
                )
            }
            21 => {
                let inner = self.statement(scope, depth + 1);
                format!("if true {{\n{}}}\n", indent(&inner))
            }
            22 => self.local_macro(scope),
            23 => {
                let (path, _) = self.type_path(scope);
                let (kind, holder) = (self.name("Kind"), self.name("Holder"));
                format!(
                    "trait {kind} {{\n    fn open(_: u32) {{}}\n    fn go() {{\n        Self::open(1);\n        {path}::open(1);\n    }}\n}}\n\
                     struct {holder};\nimpl {kind} for {holder} {{}}\n{holder}::go();\n"
                )
            }
            24 => {
                let (path, _) = self.type_path(scope);
                let holder = self.name("Lazy");
                format!(
                    "thread_local! {{\n    static {holder}: u32 = {{\n        {path}::open(1);\n        1\n    }};\n}}\n\
                     {holder}.with(|it| *it);\n"
                )
            }
            _ => {
                let (path, _) = self.type_path(scope);
                let kind = self.name("Kind");
                format!(
                    "enum {kind} {{\n    Some({path}),\n}}\nimpl {kind} {{\n    fn open(_: u32) -> Self {{\n        Self::Some({path}::open(1))\n    \
                     }}\n}}\n{{\n    use {kind} as Client;\n    Client::open(1);\n}}\n"
                )
            }
        }
    }

    /// An expression in a place where expressions stand.
    fn wrapped(&mut self, call: &str) -> String {
        match self.dice.roll(9) {
            0 => format!("let _ = Some({call})"),
            1 => format!("(|| {call})()"),
            2 => format!("match 1 {{ _ => {call} }}"),
            3 => format!("vec![{call}]"),
            4 => format!("let _ = [(1, {call})]"),
            5 => format!("assert!(matches!({call}, _))"),
            6 => format!("let _ = if true {{ Some({call}) }} else {{ None }}"),
            _ => call.to_owned(),
        }
    }

    /// A path to a type, and whether it is the library's.
    fn type_path(&mut self, scope: &Scope) -> (String, bool) {
        let found = self.paths(scope, Space::Type);
        let types: Vec<(String, bool)> = found
            .into_iter()
            .filter_map(|(path, item)| match item.meaning {
                Meaning::Type(banned) => Some((path, banned)),
                _ => None,
            })
            .collect();
        self.dice.pick(&types).clone()
    }

    fn function_path(&mut self, scope: &Scope) -> Option<(String, bool)> {
        let found = self.paths(scope, Space::Value);
        let functions: Vec<(String, bool)> = found
            .into_iter()
            .filter_map(|(path, item)| match item.meaning {
                Meaning::Function(banned) => Some((path, banned)),
                _ => None,
            })
            .collect();
        (!functions.is_empty()).then(|| self.dice.pick(&functions).clone())
    }

    /// Paths in a name space: names in scope, members of modules in scope, of modules by their paths, and of the library.
    fn paths(&mut self, scope: &Scope, space: Space) -> Vec<(String, Item)> {
        let mut all = Vec::new();
        for ((in_space, name), (item, _)) in &scope.names {
            if *in_space == space {
                all.push((name.clone(), *item));
            }
            if let (Space::Type, Meaning::Module(_) | Meaning::Library) = (in_space, item.meaning) {
                self.members(scope.module, name, *item, space, &mut all);
            }
        }
        self.members(scope.module, "::redis", Item::LIBRARY, space, &mut all);
        if !self.has_own_redis() {
            self.members(scope.module, "redis", Item::LIBRARY, space, &mut all);
        }
        let target = self.dice.roll(self.modules.len());
        let path = self.module_path(scope.module, target);
        // A block may bind the first name of a path that begins with none of these.
        if path.starts_with("crate") || path.starts_with("self") || path.starts_with("super") {
            let item = Item { meaning: Meaning::Module(target), id: 1_000 + target };
            self.members(scope.module, &path, item, space, &mut all);
        }
        all
    }

    fn members(&self, from: usize, path: &str, of: Item, space: Space, all: &mut Vec<(String, Item)>) {
        let Meaning::Module(module) = of.meaning else {
            let found = LIBRARY.iter().filter(|(_, item)| item.space() == space);
            all.extend(found.map(|(name, item)| (format!("{path}::{name}"), *item)));
            return;
        };
        let inside = self.around(from).contains(&module);
        for ((in_space, name), (item, public)) in &self.modules[module].names {
            if *in_space == space && (*public || inside) {
                all.push((format!("{path}::{name}"), *item));
            }
        }
    }

    fn macro_call(&mut self, scope: &Scope) -> String {
        let macros: Vec<(String, usize)> = self
            .paths(scope, Space::Macro)
            .into_iter()
            .filter_map(|(path, item)| match item.meaning {
                Meaning::Macro(number) => Some((path, number)),
                _ => None,
            })
            .collect();
        if macros.is_empty() {
            return String::new();
        }
        let (path, number) = self.dice.pick(&macros).clone();
        let Some(arguments) = self.arguments(scope, self.macros[number]) else { return String::new() };
        format!("{path}!({arguments});\n")
    }

    /// Arguments for a macro; none if nothing fits.
    fn arguments(&mut self, scope: &Scope, taken: Taken) -> Option<String> {
        Some(match taken {
            Taken::Nothing => String::new(),
            Taken::Expression | Taken::Tokens => format!("{}::open(1)", self.type_path(scope).0),
            Taken::Type => self.type_path(scope).0,
            Taken::Function => self.function_path(scope)?.0,
            Taken::Ident => {
                let simple = scope.names.iter().filter(|(_, (item, _))| matches!(item.meaning, Meaning::Type(_)));
                let names: Vec<String> = simple.map(|((_, name), _)| name.clone()).collect();
                if names.is_empty() {
                    return None;
                }
                self.dice.pick(&names).clone()
            }
        })
    }

    /// A macro in a block, perhaps called like one of the standard library; it is called below its definition.
    fn local_macro(&mut self, scope: &Scope) -> String {
        let name = if self.dice.percent(40) { "vec".to_owned() } else { self.name("make") };
        let (taken, text) = self.macro_text(&name, true);
        let Some(arguments) = self.arguments(scope, taken) else { return String::new() };
        format!("{{\n    {text}\n    {name}!({arguments});\n}}\n")
    }

    /// A block with names of its own, which hold before their declarations too.
    fn block(&mut self, scope: &Scope, depth: usize) -> String {
        let mut inner = scope.clone();
        let mut items = Vec::new();
        for _ in 0..1 + self.dice.roll(2) {
            let (name, item, text) = match self.dice.roll(4) {
                0 => {
                    let name = (*self.dice.pick(&TYPES)).to_owned();
                    let item = Item { meaning: Meaning::Type(false), id: self.fresh() };
                    let text = safe_type("", &name);
                    (name, item, text)
                }
                1 => {
                    let name = (*self.dice.pick(&FUNCTIONS)).to_owned();
                    let item = Item { meaning: Meaning::Function(false), id: self.fresh() };
                    let text = safe_function("", &name);
                    (name, item, text)
                }
                2 => {
                    let (path, banned) = self.type_path(scope);
                    if !path.contains("::") {
                        continue;
                    }
                    let name = (*self.dice.pick(&TYPES)).to_owned();
                    let item = Item { meaning: Meaning::Type(banned), id: self.fresh() };
                    (name.clone(), item, format!("use {path} as {name};"))
                }
                _ => {
                    let Some((path, banned)) = self.function_path(scope).filter(|it| it.0.contains("::")) else {
                        continue;
                    };
                    let name = (*self.dice.pick(&FUNCTIONS)).to_owned();
                    let item = Item { meaning: Meaning::Function(banned), id: self.fresh() };
                    (name.clone(), item, format!("use {path} as {name};"))
                }
            };
            let key = (item.space(), name);
            if inner.names.get(&key).map(|it| it.0) != scope.names.get(&key).map(|it| it.0) {
                continue;
            }
            inner.names.insert(key, (item, false));
            items.push(text);
        }
        let mut lines: Vec<String> = (0..1 + self.dice.roll(3)).map(|_| self.statement(&inner, depth + 1)).collect();
        for item in items {
            let at = self.dice.roll(lines.len() + 1);
            lines.insert(at, format!("{item}\n"));
        }
        format!("{{\n{}}}\n", indent(&lines.concat()))
    }

    /// A module in a function: what is around it is the module of the function, not the function.
    fn local_module(&mut self, scope: &Scope) -> String {
        let names: Vec<(String, Item)> = self.modules[scope.module]
            .names
            .iter()
            .filter(|(_, (item, _))| matches!(item.meaning, Meaning::Type(_)))
            .map(|((_, name), (item, _))| (name.clone(), *item))
            .collect();
        if names.is_empty() {
            return String::new();
        }
        let (name, _) = self.dice.pick(&names).clone();
        let (module, bound) = (self.name("local"), self.name("N"));
        format!(
            "mod {module} {{\n    use super::{name} as {bound};\n    pub fn go() {{\n        {bound}::open(1);\n        super::{name}::open(1);\n    \
             }}\n}}\n{module}::go();\n"
        )
    }
}
