//! The protocol: its order, its errors, its ends.

use serde_json::{Value, json};

use super::client::{Client, uri};
use super::support::Tree;

const RULES: &str = "[[source]]\nid = \"cache\"\ntitle = \"Cache\"\nowners = []\ncanonical = [\"app.cache\"]\n\
    [[rule]]\nid = \"no-client\"\nsource = \"cache\"\nkind = \"construct\"\nban = [\"cachelib.Client\"]\nuse-instead = \"app.cache\"\n";

const USE: &str = "from cachelib import Client\nclient = Client()\n";

fn tree() -> Tree {
    Tree::new(&[("ssot.toml", RULES), ("app/__init__.py", ""), ("app/cache.py", ""), ("app/use.py", USE)])
}

fn code(answer: Result<Value, Value>) -> i64 {
    answer.expect_err("an error").get("code").and_then(Value::as_i64).expect("a code")
}

#[test]
fn nothing_comes_before_initialize_nor_after_shutdown() {
    let tree = tree();
    let mut client = Client::start(&tree);
    client.notify("textDocument/didOpen", json!({ "no": "matter" }));
    assert_eq!(code(client.request("textDocument/hover", json!({}))), -32002);
    client.initialize(json!({ "capabilities": {}, "rootUri": uri(tree.root()) }));
    assert_eq!(code(client.request("initialize", json!({ "capabilities": {} }))), -32600);
    assert_eq!(client.workspace().len(), 1);
    client.request("shutdown", Value::Null).expect("an answer");
    assert_eq!(code(client.request("workspace/diagnostic", json!({ "previousResultIds": [] }))), -32600);
    assert_eq!(client.vanish(true).code(), Some(0), "it had shut down before");
}

#[test]
fn the_exit_code_says_whether_the_client_left_in_order() {
    let tree = tree();
    assert_eq!(Client::open(&tree, json!({})).leave().code(), Some(0));
    assert_eq!(Client::open(&tree, json!({})).vanish(true).code(), Some(1));
    assert_eq!(Client::open(&tree, json!({})).vanish(false).code(), Some(1));
    assert_eq!(Client::start(&tree).vanish(true).code(), Some(1));
}

#[test]
fn what_breaks_the_protocol_gets_an_error_and_the_server_goes_on() {
    let tree = tree();
    let mut client = Client::open(&tree, json!({}));
    for (bytes, expected) in [
        (&b"Content-Length: 5\r\n\r\n{\"a\":"[..], -32700),
        (b"Content-Length: 2\r\n\r\n[]", -32600),
        (b"Content-Length: 17\r\n\r\n{\"jsonrpc\":\"2.0\"}", -32600),
        (b"GET / HTTP/1.1\r\n", -32700),
    ] {
        client.write(bytes);
        assert_eq!(code(client.wait(&Value::Null)), expected, "{}", String::from_utf8_lossy(bytes));
    }
    assert_eq!(code(client.request("textDocument/diagnostic", json!({ "textDocument": 7 }))), -32602);
    assert_eq!(code(client.request("textDocument/unheardOf", json!({}))), -32601);
    client.notify("$/unheardOf", json!({}));
    client.notify("textDocument/didChange", json!([]));
    client.change_text(&tree.path("app/use.py"), 2, "not open\n");
    client.notify("$/cancelRequest", json!({ "id": {} }));
    let all = client.workspace();
    assert_eq!(all.len(), 1);
    assert_eq!(client.logged.len(), 3, "{:?}", client.logged);
    assert!(client.leave().success());
}

#[test]
fn a_request_that_is_taken_back_gets_that_as_its_answer() {
    let tree = tree();
    let mut client = Client::open(&tree, json!({}));
    client.workspace();
    // An edit is waited for before questions are answered, and so is a pause after it.
    client.open_text(&tree.path("app/use.py"), "x = 1\n");
    let id = client.ask("workspace/diagnostic", json!({ "previousResultIds": [] }));
    client.notify("$/cancelRequest", json!({ "id": id }));
    assert_eq!(code(client.wait(&json!(id))), -32800);
    assert!(client.workspace().values().all(Vec::is_empty));
    assert!(client.leave().success());
}

#[test]
fn a_server_that_was_killed_is_replaced_by_another() {
    let tree = tree();
    let mut client = Client::open(&tree, json!({}));
    let before = client.workspace();
    client.kill();
    let mut client = Client::open(&tree, json!({}));
    assert_eq!(client.workspace(), before);
    assert!(client.leave().success());
}

#[test]
fn it_says_what_it_can() {
    let tree = tree();
    let mut client = Client::start(&tree);
    let offered = json!({ "general": { "positionEncodings": ["utf-16", "utf-8"] } });
    let answer = client.initialize(json!({ "capabilities": offered, "workspaceFolders": null, "rootUri": null }));
    assert_eq!(answer["serverInfo"]["name"], "ssot");
    let capabilities = &answer["capabilities"];
    assert_eq!(capabilities["positionEncoding"], "utf-8");
    assert_eq!(capabilities["textDocumentSync"]["change"], 2);
    assert_eq!(capabilities["diagnosticProvider"]["interFileDependencies"], true);
    assert!(client.leave().success());
}
