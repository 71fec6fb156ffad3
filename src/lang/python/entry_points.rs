//! Entry points of Python files.
//!
//! In: what the [import pass](super::import_pass) meets on its way. Out: an entry point for each place where a program, a
//! server or a worker enters the file. Frameworks are told by the shape of decorators and calls, and where that shape is a
//! common one also by what the file imports.

use ruff_python_ast::{Arguments, Decorator, Expr, StmtClassDef, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};

use crate::lang::EntryPointKind;

use super::import_pass::{Pass, first_text, last_name, text_of};

/// Decorators that say which requests a function answers.
const VERBS: [&str; 9] = ["get", "post", "put", "delete", "patch", "options", "head", "route", "api_route"];

/// Application objects, each with the package that it comes from.
const APPS: [(&str, &str); 11] = [
    ("Application", "aiohttp"),
    ("Litestar", "litestar"),
    ("Sanic", "sanic"),
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
const REGISTRATIONS: [(&str, EntryPointKind); 13] = [
    ("add_get", EntryPointKind::Route),
    ("add_post", EntryPointKind::Route),
    ("add_put", EntryPointKind::Route),
    ("add_delete", EntryPointKind::Route),
    ("add_patch", EntryPointKind::Route),
    ("add_view", EntryPointKind::Route),
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

impl Pass<'_> {
    pub(super) fn call(&mut self, callee: &Expr, arguments: &Arguments, range: TextRange) {
        let Some(name) = last_name(callee) else { return };
        if APPS.iter().any(|(app, package)| *app == name && self.has(package)) {
            self.entry(EntryPointKind::App, name, range);
        }
        if let Some((_, kind)) = REGISTRATIONS.iter().find(|(known, _)| *known == name)
            && let Some(path) = registered(arguments)
        {
            self.entry(*kind, path, range);
        }
        if let (Some(verb), Some(path)) = (verb_of_module(callee), registered(arguments))
            && self.has("aiohttp")
        {
            self.entry(EntryPointKind::Route, format!("{verb}{path}"), range);
        }
        if name == "add_periodic_task" {
            let task = arguments.find_keyword("name").and_then(|keyword| text_of(&keyword.value));
            self.entry(EntryPointKind::Task, format!("beat {}", task.unwrap_or("add_periodic_task")), range);
        }
        if name == "serve" && self.has("websockets") {
            self.entry(EntryPointKind::WebSocket, "websockets.serve", range);
        }
    }

    pub(super) fn decorators(&mut self, function: &StmtFunctionDef) {
        for Decorator { expression, .. } in &function.decorator_list {
            let (callee, arguments) = match expression {
                Expr::Call(call) => (&*call.func, Some(&call.arguments)),
                other => (other, None),
            };
            let Some(name) = last_name(callee) else { continue };
            let attribute = callee.is_attribute_expr();
            let path = arguments.and_then(path_of);
            let own = function.name.as_str();
            // Litestar's decorators are called by their bare names.
            let bare_handlers = !attribute && arguments.is_some() && self.has("litestar");
            match (name, path) {
                (verb, Some(path)) if attribute && VERBS.contains(&verb) => {
                    self.entry(EntryPointKind::Route, format!("{}{path}", method(verb)), function.range);
                }
                (verb, path) if bare_handlers && VERBS.contains(&verb) => {
                    let path = path.filter(|path| !path.is_empty()).unwrap_or("/");
                    self.entry(EntryPointKind::Route, format!("{}{path}", method(verb)), function.range);
                }
                ("websocket" | "websocket_route", Some(path)) if attribute => {
                    self.entry(EntryPointKind::WebSocket, path, function.range);
                }
                ("websocket" | "websocket_listener" | "websocket_stream", path) if bare_handlers => {
                    self.entry(EntryPointKind::WebSocket, path.unwrap_or(own), function.range);
                }
                ("actor", _) if self.has("dramatiq") => self.entry(EntryPointKind::Task, own, function.range),
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

    pub(super) fn class(&mut self, class: &StmtClassDef) {
        let bases = class.arguments.iter().flat_map(|arguments| &arguments.args);
        if bases.filter_map(last_name).any(|base| CONSUMERS.contains(&base)) {
            self.entry(EntryPointKind::WebSocket, class.name.as_str(), class.range);
        }
        if class.name.as_str() == "Command" && self.path.contains("/management/commands/") {
            let file = self.path.rsplit('/').next().unwrap_or_default();
            self.entry(EntryPointKind::Command, format!("manage.py {}", file.trim_end_matches(".py")), class.range);
        }
    }

    /// Names that frameworks read: Django's routes, the schedule of Celery beat.
    pub(super) fn assigned(&mut self, name: &str, value: &Expr) {
        match name {
            "urlpatterns" => self.url_patterns(value),
            "beat_schedule" | "CELERY_BEAT_SCHEDULE" | "CELERYBEAT_SCHEDULE" => {
                let Expr::Dict(schedule) = value else { return };
                for item in &schedule.items {
                    if let Some(name) = item.key.as_ref().and_then(text_of) {
                        self.entry(EntryPointKind::Task, format!("beat {name}"), item.value.range());
                    }
                }
            }
            _ => {}
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
}

/// `GET ` of the name of a decorator, nothing of one that names no method.
fn method(verb: &str) -> String {
    if verb.ends_with("route") { String::new() } else { verb.to_uppercase() + " " }
}

/// `GET ` of `web.get`, as aiohttp registers handlers.
fn verb_of_module(callee: &Expr) -> Option<String> {
    let Expr::Attribute(attribute) = callee else { return None };
    let module = matches!(&*attribute.value, Expr::Name(name) if name.id.as_str() == "web");
    let verb = VERBS.iter().find(|verb| **verb == attribute.attr.as_str())?;
    module.then(|| method(verb))
}

/// The path for which a call registers a handler: the first argument, or the second behind a handler.
fn registered(arguments: &Arguments) -> Option<&str> {
    let texts = arguments.args.iter().take(2).filter_map(text_of);
    let mut paths = texts.filter(|path| path.starts_with('/') || path.is_empty());
    paths.next().filter(|_| arguments.len() > 1)
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

#[cfg(test)]
mod tests {
    use super::super::import_pass::imports;

    fn entries(path: &str, text: &str) -> Vec<String> {
        let found = imports(path, text).entries;
        found.iter().map(|it| format!("{} {} {}", it.line, it.kind, it.name)).collect()
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

    #[test]
    fn more_frameworks() {
        let aiohttp = "from aiohttp import web\nimport dramatiq\napp = web.Application()\napp.add_routes([web.get('/a', a)])\n\
                       app.router.add_post('/b', b)\n@dramatiq.actor\ndef job(): ...\n@dramatiq.actor(queue_name='q')\ndef other(): ...\n";
        let expected = ["3 app Application", "4 route GET /a", "5 route /b", "6 task job", "8 task other"];
        assert_eq!(entries("a.py", aiohttp), expected);
        let sanic = "from sanic import Sanic\napp = Sanic('x')\napp.add_route(handler, '/a')\n@app.websocket('/feed')\nasync def feed(): ...\n";
        assert_eq!(entries("a.py", sanic), ["2 app Sanic", "3 route /a", "4 websocket /feed"]);
        let litestar = "from litestar import Litestar, get, websocket\nclass Users(Controller):\n    @get()\n    async def all(self): ...\n    \
                        @get('/{id:int}')\n    async def one(self): ...\n@websocket('/ws')\nasync def ws(): ...\napp = Litestar([Users])\n";
        let expected = ["3 route GET /", "5 route GET /{id:int}", "7 websocket /ws", "9 app Litestar"];
        assert_eq!(entries("a.py", litestar), expected);
        let beat = "app.conf.beat_schedule = {\n    'nightly': {'task': 'a.b'},\n}\nsender.add_periodic_task(10.0, job.s(), name='often')\n";
        assert_eq!(entries("a.py", beat), ["2 task beat nightly", "4 task beat often"]);
        assert_eq!(
            entries("a.py", "@get('/x')\ndef a(): ...\n@actor\ndef b(): ...\nweb.get('/a', b)\nApplication()\n"),
            [""; 0]
        );
    }
}
