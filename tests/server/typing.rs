//! Documents while they are edited: other files follow, unsaved texts count, what is odd is survived.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::client::{Client, uri};
use super::support::Tree;

const RULES: &str = "[[source]]\nid = \"cache\"\ntitle = \"Cache\"\nowners = []\ncanonical = [\"app.cache\"]\n\
    [[rule]]\nid = \"no-client\"\nsource = \"cache\"\nkind = \"construct\"\nban = [\"cachelib.Client\"]\nuse-instead = \"app.cache\"\n\
    docs = \"https://example.org/cache\"\n\
    [[rule]]\nid = \"no-old\"\nsource = \"cache\"\nkind = \"import\"\nban = [\"oldcache\"]\nuse-instead = \"app.cache\"\n";

const GIVE: &str = "from cachelib import Client as Shared\n";
const USE: &str = "from app.give import Shared\n\nclient = Shared()\n";

fn tree() -> Tree {
    Tree::new(&[
        ("ssot.toml", RULES),
        ("app/__init__.py", ""),
        ("app/cache.py", ""),
        ("app/give.py", GIVE),
        ("app/use.py", USE),
    ])
}

/// The rules that are broken in each file, by the end of its path.
fn rules(all: &BTreeMap<String, Vec<Value>>, tree: &Tree) -> BTreeMap<String, Vec<String>> {
    let below = format!("{}/", uri(tree.root()));
    let named = all.iter().filter(|(_, items)| !items.is_empty()).map(|(address, items)| {
        let rules = items.iter().map(|it| it["code"].as_str().unwrap_or("problem").to_owned());
        (address.strip_prefix(&below).expect("below the root").to_owned(), rules.collect())
    });
    named.collect()
}

fn expected(files: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
    files.iter().map(|(path, rules)| ((*path).to_owned(), rules.iter().map(ToString::to_string).collect())).collect()
}

#[test]
fn an_unsaved_edit_changes_what_is_said_of_another_file() {
    let tree = tree();
    let mut client = Client::open(&tree, json!({}));
    let (give, user) = (tree.path("app/give.py"), tree.path("app/use.py"));
    client.open_text(&user, USE);
    client.open_text(&give, GIVE);
    client.settle();
    assert_eq!(rules(&client.published, &tree), expected(&[("app/use.py", &["no-client"])]));
    assert_eq!(client.published[&uri(&give)], [] as [Value; 0], "a clean file gets an empty publication");
    client.change(&give, 2, json!([{ "range": range(0, 5, 0, 13), "text": "otherlib" }]));
    client.settle();
    assert_eq!(rules(&client.published, &tree), expected(&[]));
    client.change(&give, 3, json!([{ "range": range(0, 5, 0, 13), "text": "cachelib" }]));
    client.settle();
    assert_eq!(rules(&client.published, &tree), expected(&[("app/use.py", &["no-client"])]));
    let count = client.publications;
    client.change(&give, 4, json!([{ "range": range(1, 0, 1, 0), "text": "# nothing\n" }]));
    client.settle();
    assert_eq!(client.publications, count, "what is the same is not published again");
    assert_eq!(tree.read("app/give.py"), GIVE, "the server never writes");
    assert!(client.leave().success());
}

#[test]
fn a_diagnostic_carries_its_chain_its_link_and_its_tag() {
    let tree = tree();
    tree.write("app/old.py", b"import oldcache\n");
    let can = json!({ "textDocument": { "publishDiagnostics": { "relatedInformation": true, "tagSupport": { "valueSet": [1, 2] } } } });
    let mut client = Client::open(&tree, can);
    let all = client.workspace();
    let item = &all[&uri(&tree.path("app/use.py"))][0];
    assert_eq!(item["codeDescription"]["href"], "https://example.org/cache");
    assert_eq!(item["range"], range(2, 9, 2, 17));
    let steps: Vec<&str> = item["relatedInformation"]
        .as_array()
        .expect("a chain")
        .iter()
        .map(|step| step["location"]["uri"].as_str().expect("a URI"))
        .collect();
    assert!(steps.contains(&uri(&tree.path("app/give.py")).as_str()), "{item:#}");
    assert_eq!(all[&uri(&tree.path("app/old.py"))][0]["tags"], json!([2]));
    assert!(client.leave().success());
    let mut plain = Client::open(&tree, json!({}));
    let all = plain.workspace();
    assert!(all.values().flatten().all(|it| it.get("tags").is_none() && it.get("relatedInformation").is_none()));
    assert!(plain.leave().success());
}

#[test]
fn what_has_not_changed_is_not_sent_again() {
    let tree = tree();
    let mut client = Client::open(&tree, json!({ "textDocument": { "diagnostic": {} } }));
    let user = uri(&tree.path("app/use.py"));
    client.open_text(&tree.path("app/use.py"), USE);
    let ask = |client: &mut Client, known: Value| {
        let params = json!({ "textDocument": { "uri": &user }, "previousResultId": known });
        client.request("textDocument/diagnostic", params).expect("a report")
    };
    let first = ask(&mut client, Value::Null);
    assert_eq!((&first["kind"], first["items"].as_array().expect("items").len()), (&json!("full"), 1));
    let again = ask(&mut client, first["resultId"].clone());
    assert_eq!(again, json!({ "kind": "unchanged", "resultId": first["resultId"] }));
    client.change_text(&tree.path("app/use.py"), 2, "x = 1\n");
    let clean = ask(&mut client, first["resultId"].clone());
    assert_eq!((&clean["kind"], &clean["items"]), (&json!("full"), &json!([])));
    assert!(!client.published.contains_key(&user), "what a client pulls is not pushed too");
    let known = json!([{ "uri": &user, "value": first["resultId"] }]);
    let all = client.request("workspace/diagnostic", json!({ "previousResultIds": known })).expect("a report");
    let item = &all["items"][0];
    assert_eq!((&item["uri"], &item["kind"], &item["version"]), (&json!(user), &json!("full"), &json!(2)));
    assert_eq!(item["items"], json!([]), "a client that knows of a violation hears that it is gone");
    assert!(client.leave().success());
}

#[test]
fn closing_a_document_takes_its_text_away() {
    let tree = tree();
    let mut client = Client::open(&tree, json!({}));
    let user = tree.path("app/use.py");
    client.open_text(&user, "client = 1\n");
    client.settle();
    assert_eq!(rules(&client.published, &tree), expected(&[]));
    client.close_text(&user);
    client.settle();
    assert_eq!(rules(&client.published, &tree), expected(&[("app/use.py", &["no-client"])]));
    assert!(client.leave().success());
}

#[test]
fn a_document_that_was_never_saved_counts_where_it_would_be_scanned() {
    let tree = tree();
    tree.write(".gitignore", b"*_local.py\nbuild/\n");
    tree.write("build/x.py", b"");
    let mut client = Client::open(&tree, json!({}));
    for path in ["app/new.py", "app/new_local.py", "build/new.py", "notes.txt"] {
        client.open_text(&tree.path(path), USE);
    }
    client.settle();
    let found = expected(&[("app/new.py", &["no-client"]), ("app/use.py", &["no-client"])]);
    assert_eq!(rules(&client.published, &tree), found);
    assert!(client.leave().success());
}

#[test]
fn files_that_come_and_go_are_followed() {
    let tree = tree();
    let mut client = Client::open(&tree, json!({}));
    client.settle();
    tree.write("app/more.py", USE.as_bytes());
    client.touched(&tree.path("app/more.py"), 1);
    client.settle();
    let both = expected(&[("app/more.py", &["no-client"]), ("app/use.py", &["no-client"])]);
    assert_eq!(rules(&client.published, &tree), both);
    std::fs::create_dir(tree.path("app/below")).expect("a directory");
    std::fs::rename(tree.path("app/more.py"), tree.path("app/below/moved.py")).expect("a file");
    client.touched(&tree.path("app/more.py"), 3);
    client.touched(&tree.path("app/below/moved.py"), 1);
    client.settle();
    let both = expected(&[("app/below/moved.py", &["no-client"]), ("app/use.py", &["no-client"])]);
    assert_eq!(rules(&client.published, &tree), both);
    std::fs::remove_dir_all(tree.path("app/below")).expect("a directory");
    client.touched(&tree.path("app/below"), 3);
    client.settle();
    assert_eq!(rules(&client.published, &tree), expected(&[("app/use.py", &["no-client"])]));
    assert!(client.leave().success());
}

#[test]
fn rules_baseline_and_ignore_files_are_read_again() {
    let tree = tree();
    let mut client = Client::open(&tree, json!({}));
    client.settle();
    let broken = RULES.replace("kind = \"construct\"", "kind = \"konstruct\"");
    tree.write("ssot.toml", broken.as_bytes());
    client.touched(&tree.path("ssot.toml"), 2);
    client.settle();
    assert_eq!(rules(&client.published, &tree), expected(&[("ssot.toml", &["problem"])]));
    tree.write("ssot.toml", RULES.as_bytes());
    client.touched(&tree.path("ssot.toml"), 2);
    client.settle();
    assert_eq!(rules(&client.published, &tree), expected(&[("app/use.py", &["no-client"])]));
    tree.run(&["baseline", "create", "--reason", "it was there"]).exits(0);
    client.touched(&tree.path("ssot-baseline.toml"), 1);
    client.settle();
    assert_eq!(rules(&client.published, &tree), expected(&[]));
    std::fs::remove_file(tree.path("ssot-baseline.toml")).expect("a file");
    client.touched(&tree.path("ssot-baseline.toml"), 3);
    client.settle();
    assert_eq!(rules(&client.published, &tree), expected(&[("app/use.py", &["no-client"])]));
    tree.write(".gitignore", b"use.py\n");
    client.touched(&tree.path(".gitignore"), 1);
    client.settle();
    assert_eq!(rules(&client.published, &tree), expected(&[]));
    assert!(client.leave().success());
}

#[test]
fn a_rules_file_of_a_listed_directory_is_read_again() {
    let tree = tree();
    tree.write("ssot.toml", format!("projects = [\"app\"]\n{RULES}").as_bytes());
    let of_app = tree.path("app/ssot.toml");
    tree.write("app/ssot.toml", b"[[rule]]\nid = \"no-client\"\nenabled = false\n");
    let mut client = Client::open(&tree, json!({}));
    client.settle();
    assert_eq!(rules(&client.published, &tree), expected(&[]));
    tree.write("app/ssot.toml", b"");
    client.touched(&of_app, 2);
    client.settle();
    assert_eq!(rules(&client.published, &tree), expected(&[("app/use.py", &["no-client"])]));
    std::fs::remove_file(&of_app).expect("a file");
    client.touched(&of_app, 3);
    client.settle();
    assert_eq!(rules(&client.published, &tree), expected(&[("app/use.py", &["no-client"])]));
    assert!(client.leave().success());
}

#[test]
fn a_client_that_watches_is_asked_to() {
    let tree = tree();
    let can = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let mut client = Client::open(&tree, can);
    client.settle();
    assert_eq!(client.asked.len(), 1);
    let options = &client.asked[0]["params"]["registrations"][0]["registerOptions"];
    assert!(options["watchers"].as_array().is_some_and(|watchers| watchers.len() == 5), "{options}");
    assert!(client.leave().success());
    // One that does not is believed when it saves.
    let mut client = Client::open(&tree, json!({}));
    client.settle();
    tree.write("ssot.toml", RULES.replace("cachelib.Client", "otherlib.Client").as_bytes());
    client.notify("textDocument/didSave", json!({ "textDocument": { "uri": uri(&tree.path("ssot.toml")) } }));
    client.settle();
    assert_eq!(rules(&client.published, &tree), expected(&[]));
    assert!(client.leave().success());
}

#[test]
fn each_folder_has_its_rules() {
    let (one, other) = (tree(), tree());
    other.write("ssot.toml", RULES.replace("no-client", "not-here").as_bytes());
    let mut client = Client::open(&one, json!({}));
    let folder = json!({ "uri": uri(other.root()), "name": "other" });
    client.notify("workspace/didChangeWorkspaceFolders", json!({ "event": { "added": [folder], "removed": [] } }));
    let all = client.workspace();
    let codes: Vec<&Value> = all.values().flatten().map(|it| &it["code"]).collect();
    assert_eq!(codes.len(), 2);
    assert!(codes.contains(&&json!("no-client")) && codes.contains(&&json!("not-here")));
    let folder = json!({ "uri": uri(one.root()), "name": "p" });
    client.notify("workspace/didChangeWorkspaceFolders", json!({ "event": { "added": [], "removed": [folder] } }));
    let all = client.workspace();
    assert!(all.values().flatten().all(|it| it["code"] == "not-here") && !all.is_empty());
    assert!(client.leave().success());
}

#[test]
fn documents_of_no_project_and_of_any_size_are_survived() {
    let tree = tree();
    let elsewhere = self::tree();
    let mut client = Client::open(&tree, json!({}));
    client.open_text(&elsewhere.path("app/use.py"), USE);
    let item = json!({ "uri": "untitled:Untitled-1", "languageId": "x", "version": 1, "text": USE });
    client.notify("textDocument/didOpen", json!({ "textDocument": item }));
    let user = tree.path("app/use.py");
    client.open_text(&user, USE);
    let large = format!("{USE}{}", "value = \"𝄞\"\n".repeat(400_000));
    client.change_text(&user, 2, &large);
    client.change(&user, 3, json!([{ "range": range(400_002, 0, 400_002, 1), "text": "client = Shared()\nv" }]));
    client.settle();
    let items = &client.published[&uri(&user)];
    assert_eq!(items.len(), 2);
    assert_eq!(items[1]["range"], range(400_002, 9, 400_002, 17));
    for half in ["from app.give import Shared\nclient = Shared(", "def f(:\n", "\"\"\"", "\0", ""] {
        client.change_text(&user, 4, half);
        client.settle();
    }
    assert!(
        !client
            .published
            .keys()
            .any(|it| it.starts_with("untitled") || it.contains(elsewhere.root().to_str().expect("UTF-8")))
    );
    assert!(client.leave().success());
}

#[test]
fn without_a_folder_a_file_is_served_in_the_project_around_it() {
    let tree = tree();
    let mut client = Client::start(&tree);
    client.initialize(json!({ "capabilities": {}, "rootUri": null }));
    client.open_text(&tree.path("app/use.py"), USE);
    client.settle();
    assert_eq!(rules(&client.published, &tree), expected(&[("app/use.py", &["no-client"])]));
    assert!(client.leave().success());
}

/// A range.
fn range(line: u32, column: u32, end: u32, end_column: u32) -> Value {
    json!({ "start": { "line": line, "character": column }, "end": { "line": end, "character": end_column } })
}
