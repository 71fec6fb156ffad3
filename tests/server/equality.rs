//! The diagnostics of the server are those of `ssot check`: over every fixture page, and after any edits.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::client::{Client, uri};
use super::pages::{self, page::Scenario};
use super::support::Tree;

/// A place with what is said of it: path, line, column, end, rule, severity, words.
type Said = (String, u64, u64, u64, u64, String, String, String);

/// What `ssot check` says of a tree, with columns in characters.
fn checked(tree: &Tree) -> Vec<Said> {
    let run = tree.run(&["check", "--format", "json", "--exit-zero"]);
    if run.code == 2 {
        panic!("{}", run.stderr);
    }
    let report = run.json();
    let number = |value: &Value| value.as_u64().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let active = report["violations"].as_array().expect("a list").iter().filter(|it| it["state"] == "new");
    let violations = active.map(|it| {
        let words = format!("{}{}", text(&it["message"]), instead(it));
        let (line, end) = (number(&it["line"]), number(&it["end_line"]));
        (
            text(&it["path"]),
            line,
            number(&it["column"]),
            end,
            number(&it["end_column"]),
            text(&it["rule"]),
            text(&it["severity"]),
            words,
        )
    });
    let placed = report["problems"].as_array().expect("a list").iter().filter(|it| it["path"] != "");
    let problems = placed.map(|it| {
        let help = it["help"].as_str().map(|help| format!(" ({help})")).unwrap_or_default();
        let words = format!("{}{help}", text(&it["message"]));
        (
            text(&it["path"]),
            number(&it["line"]),
            number(&it["column"]),
            0,
            0,
            String::new(),
            text(&it["severity"]),
            words,
        )
    });
    let mut said: Vec<Said> = violations.chain(problems).collect();
    said.sort();
    said
}

/// What a violation says to use instead.
fn instead(violation: &Value) -> String {
    let Some(write) = violation["write"].as_str() else { return String::new() };
    let import = violation["with_import"].as_str().map(|it| format!(" (`{it}`)")).unwrap_or_default();
    let all = violation["alternatives"].as_array().expect("a list");
    let others: Vec<String> = all.iter().take(3).filter_map(Value::as_str).map(|it| format!("`{it}`")).collect();
    let more = if all.len() > 3 { format!(" or {} more", all.len() - 3) } else { String::new() };
    let others = if others.is_empty() { String::new() } else { format!(", or {}{more}", others.join(", ")) };
    format!("; use `{write}`{import}{others}")
}

/// What the server says of the same, in the same form.
fn served(all: &BTreeMap<String, Vec<Value>>, root: &Path) -> Vec<Said> {
    let below = format!("{}/", uri(root));
    let mut said = Vec::new();
    for (address, items) in all {
        let Some(path) = address.strip_prefix(&below) else { continue };
        let path = percent_encoding::percent_decode_str(path).decode_utf8().expect("UTF-8").into_owned();
        for it in items {
            let place = |end: &str| {
                let at = &it["range"][end];
                (at["line"].as_u64().expect("a line") + 1, at["character"].as_u64().expect("a column") + 1)
            };
            let severity = ["", "error", "warning", "note"][it["severity"].as_u64().expect("a severity") as usize];
            let words = it["message"].as_str().expect("words");
            // JSON has no word for a source of which only the owner's file is known.
            let words = words.split("; use what `").next().unwrap_or_default().to_owned();
            let ((line, column), (end, end_column)) = (place("start"), place("end"));
            said.push(match it["code"].as_str() {
                Some(rule) => {
                    (path.clone(), line, column, end, end_column, rule.to_owned(), severity.to_owned(), words)
                }
                None => (path.clone(), line, column, 0, 0, String::new(), severity.to_owned(), words),
            });
        }
    }
    said.sort();
    said
}

/// A place of 0 means the whole file, which the protocol has no word for.
fn from_one(mut said: Vec<Said>) -> Vec<Said> {
    for it in &mut said {
        (it.1, it.2) = (it.1.max(1), it.2.max(1));
        // A missing file has no end.
        if !it.5.is_empty() {
            (it.3, it.4) = (it.3.max(1), it.4.max(1));
        }
    }
    said.sort();
    said
}

fn capabilities() -> Value {
    json!({ "general": { "positionEncodings": ["utf-32"] } })
}

fn project(scenario: &Scenario) -> Tree {
    let mut files = vec![("ssot.toml", scenario.rules.as_str())];
    files.extend(scenario.files.iter().map(|file| (file.path.as_str(), file.text.as_str())));
    Tree::new(&files)
}

fn pages_say_the_same(folder: &str, least: usize) {
    let (mut compared, mut places) = (0, 0);
    for page in pages::pages(folder) {
        let trees: Vec<Tree> = page.scenarios.iter().map(project).collect();
        let Some(first) = trees.first() else { continue };
        let mut client = Client::start(first);
        let folders: Vec<Value> = trees.iter().map(|it| json!({ "uri": uri(it.root()), "name": "page" })).collect();
        client.initialize(json!({ "capabilities": capabilities(), "workspaceFolders": folders }));
        let all = client.workspace();
        for (tree, scenario) in trees.iter().zip(&page.scenarios) {
            let expected = from_one(checked(tree));
            places += expected.len();
            assert_eq!(served(&all, tree.root()), expected, "{}:{}", page.name, scenario.page_line);
            compared += 1;
        }
        // Push says what pull says.
        let shown = |all: &BTreeMap<String, Vec<Value>>| -> BTreeMap<String, Vec<Value>> {
            all.iter().filter(|(_, items)| !items.is_empty()).map(|(uri, items)| (uri.clone(), items.clone())).collect()
        };
        let mut pushed = Client::start(first);
        pushed.initialize(json!({ "capabilities": capabilities(), "workspaceFolders": folders }));
        pushed.settle();
        assert_eq!(shown(&pushed.published), shown(&all), "{}", page.name);
        assert!(client.leave().success() && pushed.leave().success());
    }
    println!("{folder}: {compared} projects, {places} places");
    assert!(compared >= least, "only {compared} projects were compared");
}

#[test]
fn python_pages_say_what_a_check_says() {
    pages_say_the_same("python", 150);
}

#[test]
fn rust_pages_say_what_a_check_says() {
    pages_say_the_same("rust", 60);
}

#[test]
fn pages_of_packs_say_what_a_check_says() {
    pages_say_the_same("packs", 10);
}

/// Numbers that look random, the same for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end.max(1) as u64) as usize
    }
}

/// Files that name one another, so that an edit of each can change what is said of the others.
const PROJECT: [(&str, &str); 6] = [
    (
        "ssot.toml",
        "[[source]]\nid = \"cache\"\ntitle = \"Cache\"\ncanonical = [\"app.cache.shared\"]\n\
         [[rule]]\nid = \"no-client\"\nsource = \"cache\"\nkind = \"construct\"\nban = [\"cachelib.Client\"]\nuse-instead = \"app.cache.shared\"\n\
         [[rule]]\nid = \"no-old\"\nsource = \"cache\"\nkind = \"import\"\nban = [\"app.old\"]\nuse-instead = \"app.cache.shared\"\n",
    ),
    ("app/__init__.py", ""),
    ("app/cache.py", "from cachelib import Client\nshared = Client()\n"),
    ("app/old.py", "from app.cache import shared\nfrom cachelib import Client as Shared\n"),
    ("app/give.py", "from app.old import Shared as Given\n\n\nclass Sub(Given):\n    pass\n"),
    ("app/use.py", "from app.give import Given, Sub\n\nfirst = Given()\nsecond = Sub()\nünused = 'x'\n"),
];

/// What edits write.
const PIECES: [&str; 16] = [
    "Client",
    "Shared",
    "Given",
    "from app.give import *\n",
    "import app.old\n",
    "from cachelib import Client\n",
    "x = Client()\n",
    "# ssot: ignore[no-client] it is so\n",
    "\n",
    "    ",
    "(",
    "\"\"\"",
    "𝄞ü",
    " as ",
    "def f():\n",
    "import cachelib as c\nc.Client()\n",
];

/// The number of edits in a run that nobody asks more of.
const EDITS: usize = 60;

#[test]
fn after_any_edits_the_server_says_what_a_check_of_the_same_texts_says() {
    let setting = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let edits: usize = setting("SSOT_EDITS").unwrap_or(EDITS);
    let seed = setting("SSOT_SEED").unwrap_or(19);
    println!("SSOT_SEED={seed} SSOT_EDITS={edits}");
    let (served_tree, checked_tree) = (Tree::new(&PROJECT), Tree::new(&PROJECT));
    let mut client = Client::open(&served_tree, capabilities());
    let mut random = Random(seed as u64);
    let mut texts: BTreeMap<&str, String> =
        PROJECT[2..].iter().map(|(path, text)| (*path, (*text).to_owned())).collect();
    for (path, text) in &texts {
        client.open_text(&served_tree.path(path), text);
    }
    let paths: Vec<&str> = texts.keys().copied().collect();
    for version in 2..edits + 2 {
        let path = paths[random.below(paths.len())];
        let text = texts.get_mut(path).expect("a text");
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let start = random.below(places.len());
        let end = (start + [0, 0, 1, 7][random.below(4)]).min(places.len() - 1);
        let piece = PIECES[random.below(PIECES.len())];
        let position = |at: usize| {
            let before = &text[..places[at]];
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
            json!({ "line": before.matches('\n').count(), "character": column })
        };
        let change = json!([{ "range": { "start": position(start), "end": position(end) }, "text": piece }]);
        client.change(&served_tree.path(path), version as i64, change);
        text.replace_range(places[start]..places[end], piece);
        // What was broken stays broken for a while and then is whole again.
        if random.below(12) == 0 {
            let whole = PROJECT.iter().find(|(known, _)| known == &path).expect("a file").1;
            *text = whole.to_owned();
            client.change_text(&served_tree.path(path), version as i64, whole);
        }
        if version % 4 == 0 || version == edits + 1 {
            texts.iter().for_each(|(path, text)| checked_tree.write(path, text.as_bytes()));
            let found = served(&client.workspace(), served_tree.root());
            assert_eq!(found, from_one(checked(&checked_tree)), "SSOT_SEED={seed}, after edit {version}: {texts:#?}");
        }
    }
    let memory = std::fs::read_to_string(format!("/proc/{}/status", client.process())).unwrap_or_default();
    println!("{}", memory.lines().find(|line| line.starts_with("VmRSS")).unwrap_or("memory is not known here"));
    assert!(client.leave().success());
}
