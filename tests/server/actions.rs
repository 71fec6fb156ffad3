//! What can be done at a place: hover, code actions, definition, rules by name.

use serde_json::{Value, json};

use super::client::{Client, uri};
use super::support::Tree;

const RULES: &str = "[[source]]\nid = \"cache\"\ntitle = \"Cache\"\ncanonical = [\"app.cache.shared\"]\n\
    [[rule]]\nid = \"no-client\"\nsource = \"cache\"\nkind = \"construct\"\nban = [\"cachelib.Client\"]\nuse-instead = \"app.cache.shared\"\n\
    [[rule]]\nid = \"no-old\"\nsource = \"cache\"\nkind = \"import\"\nban = [\"app.old\"]\nuse-instead = \"app.cache.shared\"\n";

const OWNER: &str = "from cachelib import Client\n\n# ü\ndef shared():\n    return Client()\n";
const OLD: &str = "from app.cache import shared\n";
const USE: &str = "import os\nfrom app.old import shared\n\n\ndef home():\n    return os.name\n";
const BUILD: &str = "from cachelib import Client\n\n\ndef make():\n    return Client()\n";

pub fn tree() -> Tree {
    Tree::new(&[
        ("ssot.toml", RULES),
        ("app/__init__.py", ""),
        ("app/cache.py", OWNER),
        ("app/old.py", OLD),
        ("app/use.py", USE),
        ("app/build.py", BUILD),
    ])
}

fn can_all() -> Value {
    json!({
        "workspace": { "workspaceEdit": { "documentChanges": true, "resourceOperations": ["create"] } },
        "textDocument": { "codeAction": { "resolveSupport": { "properties": ["edit"] } } },
    })
}

fn at(tree: &Tree, path: &str, line: u32, column: u32) -> Value {
    json!({ "textDocument": { "uri": uri(&tree.path(path)) }, "position": { "line": line, "character": column } })
}

fn actions(client: &mut Client, tree: &Tree, path: &str, line: u32, only: Option<&str>) -> Vec<Value> {
    let place = json!({ "line": line, "character": 0 });
    let params = json!({
        "textDocument": { "uri": uri(&tree.path(path)) },
        "range": { "start": place, "end": place },
        "context": { "diagnostics": [], "only": only.map(|kind| vec![kind]) },
    });
    client.request("textDocument/codeAction", params).expect("actions").as_array().expect("a list").clone()
}

fn titled<'a>(actions: &'a [Value], part: &str) -> &'a Value {
    let found = actions.iter().find(|it| it["title"].as_str().is_some_and(|title| title.contains(part)));
    found.unwrap_or_else(|| panic!("no action says `{part}`: {actions:#?}"))
}

/// A text after the edits of an action that change one document; columns are bytes, the text is ASCII.
fn applied(text: &str, action: &Value) -> String {
    let changes = action["edit"]["documentChanges"].as_array().expect("versioned edits");
    let edits = changes.last().expect("an edit")["edits"].as_array().expect("a list");
    let offset = |place: &Value| {
        let line = place["line"].as_u64().expect("a line") as usize;
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        start + place["character"].as_u64().expect("a column") as usize
    };
    let mut spans: Vec<(usize, usize, &str)> = edits
        .iter()
        .map(|it| (offset(&it["range"]["start"]), offset(&it["range"]["end"]), it["newText"].as_str().expect("text")))
        .collect();
    spans.sort_unstable();
    let mut result = text.to_owned();
    for (start, end, new) in spans.into_iter().rev() {
        result.replace_range(start..end, new);
    }
    result
}

#[test]
fn a_hover_explains_what_rules_speak_of_and_nothing_else() {
    let tree = tree();
    let mut client = Client::open(&tree, json!({}));
    let hover = client.request("textDocument/hover", at(&tree, "app/build.py", 4, 13)).expect("a hover");
    let text = hover["contents"]["value"].as_str().expect("words");
    assert!(
        text.contains("rule `no-client` applies")
            && text.contains("use instead: `shared()` (`from app.cache import shared`)"),
        "{text}"
    );
    let explained = tree.run(&["explain", "app/build.py:5:14"]).exits(0).stdout;
    assert_eq!(text, format!("```text\n{explained}```\n"), "it is what `ssot explain` says");
    assert_eq!(
        hover["range"],
        json!({ "start": { "line": 4, "character": 11 }, "end": { "line": 4, "character": 17 } })
    );
    assert_eq!(client.request("textDocument/hover", at(&tree, "app/use.py", 5, 12)), Ok(Value::Null));
    assert_eq!(client.request("textDocument/hover", at(&tree, "app/none.py", 0, 0)), Ok(Value::Null));
    assert!(client.leave().success());
}

#[test]
fn a_definition_is_that_of_what_to_write_instead() {
    let tree = tree();
    let mut client = Client::open(&tree, json!({}));
    let found = client.request("textDocument/definition", at(&tree, "app/build.py", 4, 13)).expect("a place");
    assert_eq!(found["uri"], uri(&tree.path("app/cache.py")));
    assert_eq!(
        found["range"],
        json!({ "start": { "line": 3, "character": 4 }, "end": { "line": 3, "character": 10 } })
    );
    assert_eq!(client.request("textDocument/definition", at(&tree, "app/build.py", 3, 4)), Ok(Value::Null));
    assert!(client.leave().success());
}

#[test]
fn rules_are_found_by_name_with_their_places() {
    let tree = tree();
    let mut client = Client::open(&tree, json!({}));
    let found = client.request("workspace/symbol", json!({ "query": "NOLD" })).expect("symbols");
    let found = found.as_array().expect("a list");
    assert_eq!((found.len(), &found[0]["name"], &found[0]["containerName"]), (1, &json!("no-old"), &json!("cache")));
    assert_eq!(found[0]["location"]["uri"], uri(&tree.path("ssot.toml")));
    assert!(client.leave().success());
}

#[test]
fn a_fix_that_is_applied_is_what_ssot_fix_writes() {
    let tree = tree();
    let mut client = Client::open(&tree, can_all());
    client.open_text(&tree.path("app/use.py"), USE);
    let all = actions(&mut client, &tree, "app/use.py", 1, None);
    let one = titled(&all, "(safe)");
    assert_eq!((&one["kind"], &one["isPreferred"]), (&json!("quickfix"), &json!(true)));
    assert_eq!(one["diagnostics"][0]["code"], "no-old");
    assert_eq!(one["edit"]["documentChanges"][0]["textDocument"]["version"], 1);
    let every = titled(&all, "all safe fixes");
    assert_eq!((&every["kind"], every.get("edit")), (&json!("source.fixAll.ssot"), None));
    let resolved = client.request("codeAction/resolve", every.clone()).expect("an edit");
    let on_save = actions(&mut client, &tree, "app/use.py", 0, Some("source.fixAll"));
    assert_eq!((on_save.len(), &on_save[0]), (1, every));
    assert_eq!(tree.read("app/use.py"), USE, "the server never writes");
    tree.run(&["fix", "app/use.py"]).exits(0);
    let fixed = tree.read("app/use.py");
    assert_ne!(fixed, USE);
    assert_eq!((applied(USE, one), applied(USE, &resolved)), (fixed.clone(), fixed));
    assert!(client.leave().success());
}

#[test]
fn a_place_without_a_safe_fix_says_why_and_can_be_accepted() {
    let tree = tree();
    let mut client = Client::open(&tree, can_all());
    client.open_text(&tree.path("app/build.py"), BUILD);
    let all = actions(&mut client, &tree, "app/build.py", 4, None);
    assert!(!all.iter().any(|it| it["isPreferred"] == true), "{all:#?}");
    let accepted = applied(BUILD, titled(&all, "by a comment"));
    assert_eq!(accepted, BUILD.replace("Client()\n", "Client()  # ssot: ignore[no-client] TODO: say why\n"));
    client.change_text(&tree.path("app/build.py"), 2, &accepted);
    client.settle();
    assert_eq!(client.published[&uri(&tree.path("app/build.py"))], [] as [Value; 0]);
    assert!(client.leave().success());
}

#[test]
fn an_entry_of_the_baseline_is_an_edit_that_accepts() {
    let tree = tree();
    let mut client = Client::open(&tree, can_all());
    let all = actions(&mut client, &tree, "app/build.py", 4, None);
    let record = titled(&all, "in the baseline");
    assert_eq!(record["edit"]["documentChanges"][0]["kind"], "create");
    tree.write("ssot-baseline.toml", applied("", record).as_bytes());
    client.touched(&tree.path("ssot-baseline.toml"), 1);
    let left = client.workspace();
    assert!(left.get(&uri(&tree.path("app/build.py"))).is_none_or(Vec::is_empty), "{left:#?}");
    let checked = tree.run(&["check", "--format", "json"]).json();
    assert_eq!(checked["summary"]["violations"]["baselined"], 1);
    // One more goes into the file that is there now.
    let all = actions(&mut client, &tree, "app/use.py", 1, None);
    let before = tree.read("ssot-baseline.toml");
    let text = applied(&before, titled(&all, "in the baseline"));
    tree.write("ssot-baseline.toml", text.as_bytes());
    let checked = tree.run(&["check", "--format", "json"]).json();
    assert_eq!(checked["summary"]["violations"]["baselined"], 2);
    assert!(client.leave().success());
}

#[test]
fn a_client_that_can_little_gets_edits_that_it_understands() {
    let tree = tree();
    let mut client = Client::open(&tree, json!({}));
    let all = actions(&mut client, &tree, "app/use.py", 1, None);
    let one = titled(&all, "(safe)");
    assert!(one["edit"]["changes"][uri(&tree.path("app/use.py"))].is_array(), "{one:#}");
    assert!(
        !all.iter().any(|it| it["title"].as_str().is_some_and(|title| title.contains("baseline"))),
        "no file can be made"
    );
    let every = actions(&mut client, &tree, "app/use.py", 0, Some("source.fixAll.ssot"));
    assert!(
        every.len() == 1 && every[0]["edit"]["changes"].is_object(),
        "an edit that cannot be asked for comes at once"
    );
    assert!(client.leave().success());
}
