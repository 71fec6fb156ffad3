//! A client of the Language Server Protocol that drives the binary over its standard streams.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::support::Tree;

/// Longer nobody waits for a message: the server hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// A server process with a client at its streams.
pub struct Client {
    process: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    requests: i64,
    /// The last publication for each URI.
    pub published: BTreeMap<String, Vec<Value>>,
    /// The number of publications.
    pub publications: usize,
    /// What the server asked of the client.
    pub asked: Vec<Value>,
    /// What the server logged.
    pub logged: Vec<String>,
}

impl Client {
    /// Starts the server in a tree.
    pub fn start(tree: &Tree) -> Self {
        let mut command = tree.ssot(&["server"]);
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        let (sender, messages) = channel();
        let output = process.stdout.take().expect("it is piped");
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let input = process.stdin.take();
        let (published, asked, logged) = (BTreeMap::new(), Vec::new(), Vec::new());
        Self { process, input, messages, requests: 0, published, publications: 0, asked, logged }
    }

    /// Starts the server and opens the tree as the only folder, for a client with these capabilities.
    pub fn open(tree: &Tree, capabilities: Value) -> Self {
        let mut client = Self::start(tree);
        let uri = uri(tree.root());
        client.initialize(json!({ "capabilities": capabilities, "workspaceFolders": [{ "uri": uri, "name": "p" }] }));
        client
    }

    /// Introduces the client; gives what the server says of itself.
    pub fn initialize(&mut self, params: Value) -> Value {
        let answer = self.request("initialize", params).expect("the server answers");
        self.notify("initialized", json!({}));
        answer
    }

    /// Writes bytes as they are.
    pub fn write(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("the input is open");
        input.write_all(bytes).and_then(|()| input.flush()).expect("the server reads");
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.write(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    /// Tells the server something.
    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Asks without waiting; gives the id.
    pub fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.requests += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": self.requests, "method": method, "params": params }));
        self.requests
    }

    /// Asks and waits; gives the result or the error.
    pub fn request(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.ask(method, params);
        self.wait(&json!(id))
    }

    /// Waits for the answer to a request.
    pub fn wait(&mut self, id: &Value) -> Result<Value, Value> {
        loop {
            let message = self.next();
            if message.get("method").is_none() && message["id"] == *id {
                return match message.get("error") {
                    Some(error) => Err(error.clone()),
                    None => Ok(message["result"].clone()),
                };
            }
        }
    }

    /// Waits for the next message that is no notification that the client takes note of by itself.
    fn next(&mut self) -> Value {
        let message = self.messages.recv_timeout(PATIENCE).expect("the server answers in time");
        match message["method"].as_str() {
            Some("textDocument/publishDiagnostics") => {
                let items = message["params"]["diagnostics"].as_array().expect("a list").clone();
                self.published.insert(message["params"]["uri"].as_str().expect("a URI").to_owned(), items);
                self.publications += 1;
            }
            Some("window/logMessage") => {
                self.logged.push(message["params"]["message"].as_str().expect("words").to_owned());
            }
            Some(_) if message.get("id").is_some() => {
                let id = message["id"].clone();
                self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": null }));
                self.asked.push(message.clone());
            }
            _ => {}
        }
        message
    }

    /// Opens a document.
    pub fn open_text(&mut self, path: &Path, text: &str) {
        let item = json!({ "uri": uri(path), "languageId": "x", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": item }));
    }

    /// Replaces the text of a document.
    pub fn change_text(&mut self, path: &Path, version: i64, text: &str) {
        self.change(path, version, json!([{ "text": text }]));
    }

    /// Changes a document.
    pub fn change(&mut self, path: &Path, version: i64, changes: Value) {
        let document = json!({ "uri": uri(path), "version": version });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// Closes a document.
    pub fn close_text(&mut self, path: &Path) {
        self.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri(path) } }));
    }

    /// Tells that a file came (1), changed (2) or went (3).
    pub fn touched(&mut self, path: &Path, kind: u32) {
        let changes = json!([{ "uri": uri(path), "type": kind }]);
        self.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    }

    /// Waits until the server is up to date, and gives the diagnostics of all files that have some.
    pub fn workspace(&mut self) -> BTreeMap<String, Vec<Value>> {
        let answer = self.request("workspace/diagnostic", json!({ "previousResultIds": [] })).expect("an answer");
        let items = answer["items"].as_array().expect("a list");
        let full = items.iter().map(|item| {
            let uri = item["uri"].as_str().expect("a URI").to_owned();
            (uri, item["items"].as_array().expect("a list").clone())
        });
        full.collect()
    }

    /// Waits until the server is up to date with all that it was told.
    pub fn settle(&mut self) {
        let params = json!({ "textDocument": { "uri": "file:///settled" } });
        self.request("textDocument/diagnostic", params).expect("an answer");
    }

    /// Leaves as the protocol wants it.
    pub fn leave(mut self) -> ExitStatus {
        self.request("shutdown", Value::Null).expect("the server answers");
        self.notify("exit", Value::Null);
        self.process.wait().expect("the server ends")
    }

    /// Tells the server to exit, or closes its input, without a word before.
    pub fn vanish(mut self, exit: bool) -> ExitStatus {
        if exit {
            self.notify("exit", Value::Null);
        }
        self.input = None;
        self.process.wait().expect("the server ends")
    }

    /// Kills the server.
    pub fn kill(mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ends");
    }

    /// The process id.
    pub fn process(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // A test that fails must not leave a server behind; one that has ended cannot be killed.
        let _ended = self.process.kill();
        let _status = self.process.wait();
    }
}

/// The URI of a path, in another spelling than the server's where there are two.
pub fn uri(path: &Path) -> String {
    let text = path.to_str().expect("UTF-8");
    format!("file://{}", text.replace('%', "%25").replace(' ', "%20").replace('#', "%23").replace('?', "%3F"))
}

/// Reads one message; none at the end.
fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", number)) => length = number.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
