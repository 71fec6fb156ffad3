//! What to use instead: the rule's word, else the canonical names, the nearest first, else the owner; and the call to write.

use serde_json::Value;

use crate::support::Tree;

const MANAGER: &str = "\
import redis


class Manager:
    async def get_client(self):
        return redis.Redis()

    def sync_client(self, name, *, db=0):
        return redis.Redis()

    @property
    def pool(self):
        return None


manager = Manager()


async def connect(url=None):
    return redis.Redis()


def each():
    yield redis.Redis()
";

const USE: &str = "import redis\nimport time\n\nredis.Redis()\ntime.sleep(1)\n";

fn tree(rules: &str, more: &[(&str, &str)]) -> Tree {
    let files = [("ssot.toml", rules), ("app/__init__.py", ""), ("app/manager.py", MANAGER), ("app/use.py", USE)];
    Tree::new(&[&files, more].concat())
}

fn rules(source: &str, rule: &str) -> String {
    format!(
        "[[source]]\nid = \"redis\"\n{source}\n[[rule]]\nid = \"no-redis\"\nsource = \"redis\"\nkind = \"construct\"\nban = [\"redis.Redis\"]\n{rule}"
    )
}

fn first(tree: &Tree) -> Value {
    tree.run(&["check", "--format", "json"]).exits(1).json()["violations"][0].clone()
}

#[test]
fn the_call_of_a_replacement_is_written_out() {
    let of = |name: &str| {
        let source = "canonical = [\"app.manager\"]";
        first(&tree(&rules(source, &format!("use-instead = \"app.manager.{name}\"\n")), &[]))["write"].clone()
    };
    assert_eq!(of("manager.get_client"), "await manager.get_client()");
    assert_eq!(of("manager.sync_client"), "manager.sync_client(...)", "it needs an argument");
    assert_eq!(of("connect"), "await connect()");
    assert_eq!(of("manager"), "app.manager.manager", "an object is no call");
    for plain in ["manager.pool", "each", "Manager.get_client", "gone"] {
        assert_eq!(of(plain), format!("app.manager.{plain}"), "a call would not be how it is used");
    }
}

#[test]
fn the_formats_for_people_say_the_call_and_its_import() {
    let rules = rules("canonical = [\"app.manager\"]", "use-instead = \"app.manager.manager.get_client\"\n");
    let tree = tree(&rules, &[]);
    let words = "use `await manager.get_client()` (`from app.manager import manager`)";
    for format in ["full", "concise", "markdown", "github", "junit"] {
        let out = tree.run(&["check", "--format", format]).exits(1).stdout;
        assert!(out.contains(words), "{format}: {out}");
    }
    let out = tree.run(&["explain", "app/use.py:4"]).exits(0).stdout;
    assert!(out.contains(&words.replace("use `await", "use instead: `await")), "{out}");
}

#[test]
fn without_a_word_of_the_rule_the_canonical_names_count_the_nearest_first() {
    let more =
        [("web/__init__.py", ""), ("web/clients.py", "import redis\n\nshared = redis.Redis()\n"), ("web/use.py", USE)];
    let source = "canonical = [\"app.manager.manager\", \"app.manager.connect\", \"web.clients.shared\"]\nowners = [\"*/manager.py\", \"web/clients.py\"]";
    let all = |components: &str| -> Vec<(String, String)> {
        let tree = tree(&format!("{}{components}", rules(source, "")), &more);
        let json = tree.run(&["check", "--format", "json"]).exits(1).json();
        let found = json["violations"].as_array().cloned().unwrap_or_default();
        found.iter().map(|it| (it["use_instead"].to_string(), it["alternatives"].to_string())).collect()
    };
    let near_app =
        ("\"app.manager.manager\"".to_owned(), "[\"app.manager.connect\",\"web.clients.shared\"]".to_owned());
    let near_web =
        ("\"web.clients.shared\"".to_owned(), "[\"app.manager.manager\",\"app.manager.connect\"]".to_owned());
    assert_eq!(all(""), [near_app.clone(), near_web.clone()], "by directory");
    let component = "[[component]]\nid = \"a\"\npaths = [\"app/use.py\", \"web/clients.py\"]\n";
    assert_eq!(all(component), [near_web.clone(), near_web], "a component comes first");
}

#[test]
fn where_no_name_is_known_the_owner_is() {
    let source = "canonical = []\nowners = [\"app/manager.py\"]";
    let tree = tree(&rules(source, ""), &[]);
    assert_eq!(first(&tree)["write"], Value::Null);
    let out = tree.run(&["check", "--format", "concise"]).exits(1).stdout;
    assert!(out.contains("; use what `app/manager.py` gives\n"), "{out}");
}

#[test]
fn a_function_is_called_and_configuration_names_its_owner() {
    let rules = "[[source]]\nid = \"env\"\ntitle = \"Settings\"\nowners = [\"app/config.py\"]\n[[rule]]\nid = \"a\"\nsource = \"env\"\nkind = \"construct\"\nban = [\"time.sleep\"]\n[[rule]]\nid = \"b\"\nsource = \"env\"\nkind = \"configure\"\nenv = [\"*\"]\n";
    let tree = tree(
        rules,
        &[("app/env.py", "import os\nos.environ[\"A\"]\n"), ("app/config.py", "import os\nA = os.environ[\"A\"]\n")],
    );
    let out = tree.run(&["check", "--format", "concise"]).exits(1).stdout;
    assert!(out.contains("error[a] call of `time.sleep`"), "{out}");
    assert!(out.contains("environment variable `A` is read past `app/config.py`, the owner of Settings"), "{out}");
}

#[test]
fn rust_awaits_behind_the_call() {
    let rules = "[[source]]\nid = \"redis\"\ncanonical = [\"app::shared\"]\n[[rule]]\nid = \"no-open\"\nsource = \"redis\"\nkind = \"construct\"\nban = [\"redis::Client::open\"]\n";
    let library = "pub mod user;\n\npub async fn shared(name: &str) -> redis::Client {\n    redis::Client::open(name).unwrap()\n}\n";
    let files = [
        ("ssot.toml", rules),
        ("Cargo.toml", "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        ("src/lib.rs", library),
        ("src/user.rs", "pub fn new() {\n    redis::Client::open(\"x\");\n}\n"),
    ];
    let found = first(&Tree::new(&files));
    assert_eq!((&found["use_instead"], &found["write"]), (&"app::shared".into(), &"app::shared(..).await".into()));
}
