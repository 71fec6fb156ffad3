//! Imports and entry points of a Python file, for the import graph.
//!
//! In: a path and a text. Out: [`FileImports`]. A pass of its own over the syntax tree: it binds no names, so that every
//! file of a large tree can be read. Frameworks are told by the shape of decorators and calls, and where that shape is a
//! common one also by what the file imports.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Arguments, Decorator, Expr, Stmt, StmtClassDef, StmtFunctionDef, StmtIf};
use ruff_text_size::{Ranged, TextRange};

use crate::facts::{Anchor, Name};
use crate::lang::{EntryPoint, EntryPointKind, FileImports, Import};
use crate::source::LineIndex;

/// Decorators that say which requests a function answers.
const VERBS: [&str; 9] = ["get", "post", "put", "delete", "patch", "options", "head", "route", "api_route"];

/// Application objects, each with the package that it comes from.
const APPS: [(&str, &str); 8] = [
    ("FastAPI", "fastapi"),
    ("Starlette", "starlette"),
    ("Flask", "flask"),
    ("Quart", "quart"),
    ("Celery", "celery"),
    ("Typer", "typer"),
    ("get_asgi_application", "django"),
    ("get_wsgi_application", "django"),
];

/// Calls that register a handler for a path: the name, and how the path is entered.
const REGISTRATIONS: [(&str, EntryPointKind); 7] = [
    ("add_api_route", EntryPointKind::Route),
    ("add_url_rule", EntryPointKind::Route),
    ("add_route", EntryPointKind::Route),
    ("Route", EntryPointKind::Route),
    ("WebSocketRoute", EntryPointKind::WebSocket),
    ("add_websocket_route", EntryPointKind::WebSocket),
    ("add_api_websocket_route", EntryPointKind::WebSocket),
];

/// Base classes of handlers of WebSocket connections (Django Channels, Starlette, Tornado).
const CONSUMERS: [&str; 7] = [
    "WebsocketConsumer",
    "AsyncWebsocketConsumer",
    "JsonWebsocketConsumer",
    "AsyncJsonWebsocketConsumer",
    "WebSocketEndpoint",
    "WebSocketHandler",
    "WebSocketServerProtocol",
];

/// Finds what a file imports and the points at which it can be entered.
pub(super) fn imports(path: &str, text: &str) -> FileImports {
    if super::depth::is_stub(path) {
        return FileImports::default();
    }
    let found = super::depth::walked(path, text, |reading| {
        let mut pass = Pass::new(path, reading.mended.as_deref().unwrap_or(text));
        pass.visit_body(&reading.parsed.syntax().body);
        pass.found
    });
    let mut found = found.unwrap_or_default();
    if path == "__main__.py" || path.ends_with("/__main__.py") {
        let package = path.trim_end_matches("__main__.py").trim_end_matches('/');
        let name = format!("python -m {}", package.rsplit('/').next().unwrap_or_default());
        found.entries.push(EntryPoint { line: 0, kind: EntryPointKind::Script, name });
    }
    found.entries.sort();
    found.entries.dedup();
    found
}

struct Pass<'a> {
    text: &'a str,
    path: &'a str,
    lines: LineIndex,
    found: FileImports,
}

impl<'a> Pass<'a> {
    fn new(path: &'a str, text: &'a str) -> Self {
        Self { text, path, lines: LineIndex::default(), found: FileImports::default() }
    }

    fn line(&self, range: TextRange) -> u32 {
        self.lines.position(self.text, range.start().to_u32()).line
    }

    fn import(&mut self, level: u32, module: &str, members: Vec<Name>, range: TextRange) {
        let anchor = if level == 0 { Anchor::Absolute } else { Anchor::Package(level) };
        let path = module.split('.').filter(|segment| !segment.is_empty()).map(Name::new).collect();
        let line = self.line(range);
        self.found.imports.push(Import { anchor, path, members, line });
    }

    fn entry(&mut self, kind: EntryPointKind, name: impl Into<String>, range: TextRange) {
        let line = self.line(range);
        self.found.entries.push(EntryPoint { line, kind, name: name.into() });
    }

    /// Returns whether the file imports a package, as far as it was read.
    fn has(&self, package: &str) -> bool {
        self.found.imports.iter().any(|import| {
            import.anchor == Anchor::Absolute && import.path.first().is_some_and(|first| first == package)
        })
    }

    /// A module that is imported by a literal name.
    fn dynamic(&mut self, call: &str, arguments: &Arguments, range: TextRange) {
        if !matches!(call, "import_module" | "__import__") {
            return;
        }
        let Some(name) = first_text(arguments) else { return };
        let level = name.len() - name.trim_start_matches('.').len();
        self.import(u32::try_from(level).unwrap_or(0), name.trim_start_matches('.'), Vec::new(), range);
    }

    fn call(&mut self, callee: &Expr, arguments: &Arguments, range: TextRange) {
        let Some(name) = last_name(callee) else { return };
        self.dynamic(name, arguments, range);
        if APPS.iter().any(|(app, package)| *app == name && self.has(package)) {
            self.entry(EntryPointKind::App, name, range);
        }
        if let Some((_, kind)) = REGISTRATIONS.iter().find(|(known, _)| *known == name)
            && let Some(path) = first_text(arguments).filter(|path| path.starts_with('/') || path.is_empty())
        {
            self.entry(*kind, path, range);
        }
        if name == "serve" && self.has("websockets") {
            self.entry(EntryPointKind::WebSocket, "websockets.serve", range);
        }
    }

    fn decorators(&mut self, function: &StmtFunctionDef) {
        for Decorator { expression, .. } in &function.decorator_list {
            let (callee, arguments) = match expression {
                Expr::Call(call) => (&*call.func, Some(&call.arguments)),
                other => (other, None),
            };
            let Some(name) = last_name(callee) else { continue };
            let attribute = callee.is_attribute_expr();
            let path = arguments.and_then(path_of);
            let own = function.name.as_str();
            match (name, path) {
                (verb, Some(path)) if attribute && VERBS.contains(&verb) => {
                    let verb = if verb.ends_with("route") { String::new() } else { verb.to_uppercase() + " " };
                    self.entry(EntryPointKind::Route, format!("{verb}{path}"), function.range);
                }
                ("websocket" | "websocket_route", Some(path)) if attribute => {
                    self.entry(EntryPointKind::WebSocket, path, function.range);
                }
                ("on" | "event", _) if attribute && (self.has("socketio") || self.has("flask_socketio")) => {
                    self.entry(EntryPointKind::WebSocket, own, function.range);
                }
                ("task" | "periodic_task", _) if attribute => self.entry(EntryPointKind::Task, own, function.range),
                ("shared_task", _) if self.has("celery") => self.entry(EntryPointKind::Task, own, function.range),
                ("command" | "group", _) if attribute => self.entry(EntryPointKind::Command, own, function.range),
                ("command" | "group", _) if self.has("click") => {
                    self.entry(EntryPointKind::Command, own, function.range)
                }
                _ => {}
            }
        }
    }

    fn class(&mut self, class: &StmtClassDef) {
        let bases = class.arguments.iter().flat_map(|arguments| &arguments.args);
        if bases.filter_map(last_name).any(|base| CONSUMERS.contains(&base)) {
            self.entry(EntryPointKind::WebSocket, class.name.as_str(), class.range);
        }
        if class.name.as_str() == "Command" && self.path.contains("/management/commands/") {
            let file = self.path.rsplit('/').next().unwrap_or_default();
            self.entry(EntryPointKind::Command, format!("manage.py {}", file.trim_end_matches(".py")), class.range);
        }
    }

    /// The routes of Django: `urlpatterns = [path("users/", view)]`.
    fn url_patterns(&mut self, value: &Expr) {
        let items = match value {
            Expr::List(list) => &list.elts,
            Expr::BinOp(sum) => {
                self.url_patterns(&sum.left);
                return self.url_patterns(&sum.right);
            }
            _ => return,
        };
        for item in items {
            let Expr::Call(call) = item else { continue };
            let known = last_name(&call.func).is_some_and(|name| matches!(name, "path" | "re_path" | "url"));
            if let (true, Some(path)) = (known, first_text(&call.arguments)) {
                self.entry(EntryPointKind::Route, format!("/{}", path.trim_start_matches('/')), call.range());
            }
        }
    }

    /// Visits the branches of an `if`, less the one that only type checkers see.
    fn branches(&mut self, branch: &'a StmtIf) {
        if is_main(&branch.test) {
            self.entry(EntryPointKind::Script, "__main__", branch.range);
        }
        self.visit_expr(&branch.test);
        if last_name(&branch.test) != Some("TYPE_CHECKING") {
            self.visit_body(&branch.body);
        }
        branch.elif_else_clauses.iter().for_each(|clause| {
            clause.test.iter().for_each(|test| self.visit_expr(test));
            self.visit_body(&clause.body);
        });
    }
}

impl<'a> Visitor<'a> for Pass<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    self.import(0, alias.name.as_str(), Vec::new(), import.range);
                }
                return;
            }
            Stmt::ImportFrom(import) => {
                let members = import.names.iter().map(|alias| Name::new(alias.name.as_str())).collect();
                let module = import.module.as_ref().map_or("", |module| module.as_str());
                return self.import(import.level, module, members, import.range);
            }
            Stmt::If(branch) => return self.branches(branch),
            Stmt::FunctionDef(function) => self.decorators(function),
            Stmt::ClassDef(class) => self.class(class),
            Stmt::Assign(assign) if assign.targets.iter().any(|it| last_name(it) == Some("urlpatterns")) => {
                self.url_patterns(&assign.value);
            }
            Stmt::AugAssign(assign) if last_name(&assign.target) == Some("urlpatterns") => {
                self.url_patterns(&assign.value);
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Call(call) = expression {
            self.call(&call.func, &call.arguments, call.range());
        }
        walk_expr(self, expression);
    }

    /// Annotations are evaluated for nothing that counts here.
    fn visit_annotation(&mut self, _annotation: &'a Expr) {}
}

/// The last segment of a dotted name.
fn last_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}

fn text_of(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::StringLiteral(literal) => Some(literal.value.to_str()),
        _ => None,
    }
}

fn first_text(arguments: &Arguments) -> Option<&str> {
    arguments.args.first().and_then(text_of)
}

/// The path of a route: the first argument or the keyword `path` or `rule`, where it is a path.
fn path_of(arguments: &Arguments) -> Option<&str> {
    let named = || {
        let keywords = arguments.keywords.iter();
        let mut paths =
            keywords.filter(|it| it.arg.as_ref().is_some_and(|arg| matches!(arg.as_str(), "path" | "rule")));
        paths.next().and_then(|keyword| text_of(&keyword.value))
    };
    first_text(arguments).or_else(named).filter(|path| path.starts_with('/') || path.is_empty())
}

/// `__name__ == "__main__"`, either way round, also as a part of a condition.
fn is_main(test: &Expr) -> bool {
    match test {
        Expr::Compare(compare) => {
            let sides = [&*compare.left].into_iter().chain(&compare.comparators);
            let (mut name, mut main) = (false, false);
            for side in sides {
                name |= matches!(side, Expr::Name(it) if it.id.as_str() == "__name__");
                main |= text_of(side) == Some("__main__");
            }
            name && main
        }
        Expr::BoolOp(conditions) => conditions.values.iter().any(is_main),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(path: &str, text: &str) -> Vec<String> {
        let found = imports(path, text).entries;
        found.iter().map(|it| format!("{} {} {}", it.line, it.kind, it.name)).collect()
    }

    fn imported(text: &str) -> Vec<String> {
        let shown =
            |it: &Import| format!("{:?} {} [{}] {}", it.anchor, it.path.join("."), it.members.join(","), it.line);
        imports("a.py", text).imports.iter().map(shown).collect()
    }

    #[test]
    fn imports_at_any_depth_except_those_for_type_checkers() {
        let text = "import a.b, c\ntry:\n    from . import d, e\nexcept ImportError:\n    from ..f.g import h\n\
                    if TYPE_CHECKING:\n    import only_types\nelse:\n    import run\ndef f():\n    import lazily\n    \
                    importlib.import_module('.dyn')\n    __import__('plain.dyn')\n    import_module(name)\n";
        assert_eq!(
            imported(text),
            [
                "Absolute a.b [] 1",
                "Absolute c [] 1",
                "Package(1)  [d,e] 3",
                "Package(2) f.g [h] 5",
                "Absolute run [] 9",
                "Absolute lazily [] 11",
                "Package(1) dyn [] 12",
                "Absolute plain.dyn [] 13",
            ]
        );
        assert_eq!(imports("a.pyi", text), FileImports::default());
    }

    #[test]
    fn entry_points_of_the_frameworks() {
        let text = "import click, celery, fastapi\napp = fastapi.FastAPI()\n@app.get('/users')\ndef users(): ...\n\
                    @router.api_route(path='/any')\nasync def any(): ...\n@app.websocket('/ws')\nasync def ws(): ...\n\
                    @celery_app.task(bind=True)\ndef job(): ...\n@celery.shared_task\ndef other(): ...\n\
                    @click.command()\ndef cli(): ...\nrouter.add_api_route('/late', users)\n\
                    class Chat(AsyncWebsocketConsumer): ...\nif '__main__' == __name__:\n    cli()\n";
        assert_eq!(
            entries("a.py", text),
            [
                "2 app FastAPI",
                "3 route GET /users",
                "5 route /any",
                "7 websocket /ws",
                "9 task job",
                "11 task other",
                "13 command cli",
                "15 route /late",
                "16 websocket Chat",
                "17 script __main__",
            ]
        );
    }

    #[test]
    fn what_only_looks_like_an_entry_point_is_none() {
        let text = "@mock.patch('app.redis')\ndef a(): ...\n@cache.get('key')\ndef b(): ...\nFastAPI()\nr.get('/x')\n\
                    \"\"\"\nif __name__ == '__main__':\n\"\"\"\nif __name__ == 'other': ...\n";
        assert_eq!(entries("a.py", text), Vec::<String>::new());
    }

    #[test]
    fn django_and_modules_that_are_run() {
        assert_eq!(
            entries("shop/urls.py", "urlpatterns = [path('users/', v), include('x')] + [re_path('^b', w)]\n"),
            ["1 route /^b", "1 route /users/"]
        );
        let command = entries("shop/management/commands/sync.py", "class Command(BaseCommand): ...\n");
        assert_eq!(command, ["1 command manage.py sync"]);
        assert_eq!(entries("tool/__main__.py", "run()\n"), ["0 script python -m tool"]);
    }
}
