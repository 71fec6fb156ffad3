//! What must hold for any bytes: one function for each place at which bytes come in. `tests/fuzz.rs` calls them with mutated seeds
//! on stable Rust, the targets of `fuzz/` under libFuzzer; each panics where its property does not hold.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;

use ssot::analysis::{AnalysisOptions, analyse};
use ssot::cache::State;
use ssot::facts::FileFacts;
use ssot::findings::Findings;
use ssot::fix::{FixSettings, fix};
use ssot::lang::{PYTHON, RUST, front_end};
use ssot::problem::Problem;
use ssot::rule::{RuleSet, RulesText, load};
use ssot::server::{OpenProject, OpenedProject, serve};
use ssot::source::{Language, Span};
use ssot::tree::{MemoryTexts, Snapshot, Texts, Tree};

/// A property by the name of its target.
pub type Property = (&'static str, fn(&[u8]));

/// Every property.
pub const PROPERTIES: [Property; 9] = [
    ("python", python),
    ("rust", rust),
    ("rules", rules),
    ("suppressions", suppressions),
    ("baseline", baseline),
    ("git", git),
    ("cache", cache),
    ("fixer", fixer),
    ("server", server),
];

/// Rules that speak of what the seeds do.
pub const RULES: &str = r#"
[[source]]
id = "redis"
canonical = ["app.core.client", "core::client"]
owners = ["app/core.py", "src/core.rs"]

[[rule]]
id = "direct"
source = "redis"
kind = "construct"
ban = ["redis.Redis", "redis.asyncio.Redis", "redis::Client::open", "app.core.Manager"]
use-instead = { python = "app.core.client", rust = "core::client" }

[[rule]]
id = "old"
source = "redis"
kind = "import"
ban = ["app.old"]
use-instead = "app.core"
rename = { old_client = "client" }

[[rule]]
id = "any"
source = "redis"
kind = "reference"
ban = ["aioredis", "redis::cmd"]

[[rule]]
id = "base"
source = "redis"
kind = "subclass"
ban = ["redis.client.Pipeline"]
"#;

/// Files around the one that is made of bytes.
const AROUND: [(&str, &str); 5] = [
    ("app/__init__.py", ""),
    (
        "app/core.py",
        "import redis\n\nclass Manager:\n    def get(self, key):\n        return key\n\nclient = Manager()\n",
    ),
    ("app/old.py", "from app.core import client as old_client\nfrom app.core import client\n"),
    ("src/lib.rs", "pub mod core;\nmod odd;\n"),
    ("src/core.rs", "pub fn client() {}\n"),
];

/// Facts of any text: places lie in it, and a scan of its imports ends.
fn front(language: Language, path: &str, data: &[u8]) {
    let text: Arc<str> = String::from_utf8_lossy(data).into();
    let front_end = front_end(language);
    let facts = front_end.extract(path, &text);
    places_lie_in(&facts, &text);
    let scan = front_end.scan_imports(&text);
    assert!(scan.names.iter().all(|name| name.len() <= text.len()));
    let _imports = front_end.import_pass().map(|pass| pass(path, &text));
    let _points = front_end.entry_points(&text);
    // Of a text that cannot be read nothing is said to be the same.
    let readable = front_end.fixer().is_some_and(|fixer| fixer.reads(path, &text));
    assert!(!readable || front_end.same_code(&text, &text), "a text is not the same code as itself");
    let (selected, all) = (found(path, &text, false), found(path, &text, true));
    assert_eq!(shown(&selected), shown(&all), "selected files and all files");
}

fn places_lie_in(facts: &FileFacts, text: &str) {
    let whole = |span: Span, what: &str| {
        let (start, end) = (span.start as usize, span.end as usize);
        assert!(start <= end && text.is_char_boundary(start) && text.is_char_boundary(end), "{what} at {span:?}");
    };
    for site in &facts.sites {
        whole(site.span, "a site");
        whole(site.statement, "a statement");
    }
    facts.definitions.iter().for_each(|it| whole(it.span, "a definition"));
    facts.comments.iter().for_each(|it| whole(it.span, "a comment"));
    facts.problems.iter().for_each(|it| whole(it.span, "a problem"));
    if facts.expansions.is_empty() {
        facts.values.iter().for_each(|it| whole(it.span, "a value"));
    }
}

fn project(path: &str, text: &str) -> (Tree, MemoryTexts) {
    let files = AROUND.iter().filter(|(other, _)| *other != path).copied().chain([(path, text)]);
    let files: Vec<(String, String)> = files.map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
    let languages =
        files.iter().filter_map(|(path, _)| Some((path.as_str().into(), ssot::lang::of_path(Path::new(path))?)));
    let tree = Tree::new(languages.collect(), Vec::new(), Vec::new());
    (tree, MemoryTexts::new(files))
}

fn rule_set() -> RuleSet {
    let file = RulesText { name: "ssot.toml".into(), text: RULES.into(), pack: false };
    let (rules, problems) = load(file, &|_, path| Err(format!("no {path}")));
    assert!(problems.is_empty(), "{problems:?}");
    rules
}

fn found(path: &str, text: &str, exhaustive: bool) -> Findings {
    let (tree, texts) = project(path, text);
    analyse(&tree, &texts, &rule_set(), &AnalysisOptions { exhaustive, ..AnalysisOptions::default() })
}

fn shown(findings: &Findings) -> Vec<String> {
    let violations = findings.violations.iter();
    violations
        .map(|it| format!("{} {}:{} {} {}", it.rule, it.path, it.start.line, it.start.column, it.symbol))
        .collect()
}

/// Any text as a Python file.
pub fn python(data: &[u8]) {
    front(PYTHON, "app/odd.py", data);
}

/// Any text as a Rust file.
pub fn rust(data: &[u8]) {
    front(RUST, "src/odd.rs", data);
}

/// Any text as a rules file: it is rules or problems with places, and what is valid can be shown.
pub fn rules(data: &[u8]) {
    let text: Arc<str> = String::from_utf8_lossy(data).into();
    let file = RulesText { name: "ssot.toml".into(), text: Arc::clone(&text), pack: false };
    let (rules, problems) = load(file, &|_, path| Err(format!("no {path}")));
    for problem in &problems {
        in_place(problem);
    }
    for rule in rules.rules.iter().chain(&rules.disabled) {
        assert!(ssot::rule::explain::rule_text(&rules, Some(&rule.id)).is_ok(), "{} cannot be explained", rule.id);
    }
    assert!(!ssot::rule::explain::config_text(&rules).is_empty());
}

fn in_place(problem: &Problem) {
    assert!(!problem.message.is_empty());
    if let Some(excerpt) = &problem.excerpt {
        let (start, end) = (excerpt.span.start as usize, excerpt.span.end as usize);
        let text = &excerpt.text;
        assert!(start <= end && text.is_char_boundary(start) && text.is_char_boundary(end), "{problem:?}");
        assert!(problem.line as usize <= text.lines().count() + 1, "{problem:?}");
    }
}

/// Any text as a comment: directives lie in it, and each means the same when it stands alone.
pub fn suppressions(data: &[u8]) {
    let comment = String::from_utf8_lossy(data);
    for directive in ssot::suppress::directives(&comment) {
        let span = match &directive {
            Ok(it) => it.span,
            Err(it) => it.span,
        };
        let own = &comment[span.start as usize..span.end as usize];
        if let Ok(directive) = directive {
            for (id, span) in &directive.rules {
                assert_eq!(id, &comment[span.start as usize..span.end as usize]);
            }
            let alone = ssot::suppress::directives(&format!("# {own}"));
            let Some(Ok(again)) = alone.first() else { panic!("`{own}` is none alone: {alone:?}") };
            let ids = |it: &ssot::suppress::Directive| it.rules.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>();
            let meaning = |it: &ssot::suppress::Directive| (it.whole_file, ids(it), it.reason.clone(), it.until);
            assert_eq!(meaning(again), meaning(&directive), "{own}");
        }
    }
}

/// Any text as a baseline: what is read comes back when it is written.
pub fn baseline(data: &[u8]) {
    let text: Arc<str> = String::from_utf8_lossy(data).into();
    match ssot::baseline::read("ssot-baseline.toml", &text) {
        Err(problem) => in_place(&problem),
        Ok(read) => {
            let written: Arc<str> = ssot::baseline::write(&read.entries).into();
            let again = ssot::baseline::read("ssot-baseline.toml", &written).expect("what is written can be read");
            let plain = |entries: &[ssot::baseline::BaselineEntry]| {
                let mut plain: Vec<_> =
                    entries.iter().map(|it| (it.key.clone(), it.anchors.to_string(), it.reason.clone())).collect();
                plain.sort();
                plain
            };
            assert_eq!(plain(&again.entries), plain(&read.entries));
            assert_eq!(&*written, ssot::baseline::write(&again.entries));
        }
    }
}

/// The content of one object, whatever is asked for.
#[derive(Debug)]
struct OneObject(Vec<u8>);

impl ssot::discover::Objects for OneObject {
    fn read(&self, _object: &str) -> Result<Vec<u8>, String> {
        Ok(self.0.clone())
    }
}

/// Any bytes as what git lists, and as the content of an object: entries have paths, a content is a text or a problem.
pub fn git(data: &[u8]) {
    for entry in ssot::git::listed_in_index(data).into_iter().chain(ssot::git::listed_in_commit(data)) {
        assert!(!entry.object.contains(char::is_whitespace), "{entry:?}");
        assert!(!entry.path.contains(&0), "{entry:?}");
    }
    for path in ["a.py", "b.rs", "Cargo.toml", "ssot.toml"] {
        let mut texts = ssot::discover::DiskTexts::new("/nowhere".into(), HashMap::new());
        texts.take_from(Arc::new(OneObject(data.to_vec())), HashMap::from([(path.into(), "o".to_owned())]));
        match texts.read(path) {
            Ok(text) => assert!(!text.contains('\0'), "{path}: NUL in a text"),
            Err(problem) => assert!(!problem.message.is_empty()),
        }
        let from_object = texts.read(path).map(|it| it.to_string()).map_err(|it| it.message);
        texts.lay_over(path, data.to_vec());
        assert_eq!(texts.read(path).map(|it| it.to_string()).map_err(|it| it.message), from_object, "{path}");
    }
}

/// Any bytes as a kept state and as a kept history, with and without a check sum that is right: they are read or refused, and what
/// is read comes back when it is written.
pub fn cache(data: &[u8]) {
    for magic in ["ssot state 2", "ssot past  1"] {
        let sealed = ssot::cache::sealed(magic.as_bytes(), data);
        for bytes in [data, &sealed] {
            if let Ok((label, state)) = State::from_bytes(bytes) {
                let written = state.to_bytes(&label);
                let (again, state) = State::from_bytes(&written).expect("what is written can be read");
                assert_eq!((again, state.to_bytes(&label)), (label, written));
            }
            if let Ok((label, archive)) = ssot::history::Archive::from_bytes(bytes) {
                let written = archive.to_bytes(&label);
                assert!(ssot::history::Archive::from_bytes(&written).is_ok());
            }
        }
    }
}

/// Any text as a file with violations: what was readable stays so when it is fixed, and a second fix changes nothing.
pub fn fixer(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for (language, path) in [(PYTHON, "app/odd.py"), (RUST, "src/odd.rs")] {
        let Some(fixer) = front_end(language).fixer() else { continue };
        for unsafe_fixes in [false, true] {
            let settings = FixSettings { unsafe_fixes, ..FixSettings::default() };
            let Some(once) = fixed(path, &text, &settings) else { continue };
            assert!(fixer.reads(path, &once) || !fixer.reads(path, &text), "a fix broke the file:\n{once}");
            assert_eq!(fixed(path, &once, &settings), None, "a second fix changes the file again:\n{once}");
        }
    }
}

fn fixed(path: &str, text: &str, settings: &FixSettings) -> Option<String> {
    let (tree, texts) = project(path, text);
    let rules = rule_set();
    let mut again = |texts: &dyn Texts| analyse(&tree, texts, &rules, &AnalysisOptions::default());
    let findings = again(&texts);
    let run = fix(Snapshot { tree: &tree, texts: &texts }, &rules, &findings, settings, &mut again);
    run.changed.iter().find(|it| *it.path == *path).map(|it| it.after.to_string())
}

/// A project whose rules are broken: the protocol is what is looked at.
struct BrokenProject;

impl OpenProject for BrokenProject {
    fn open(&self, directory: &Path) -> OpenedProject {
        OpenedProject { root: directory.to_owned(), loaded: Err(Vec::new()) }
    }
}

/// Any bytes as what a client sends, lines of JSON as messages: the server ends with the stream, and all that it wrote are messages.
pub fn server(data: &[u8]) {
    let mut input = Vec::new();
    for line in data.split_inclusive(|byte| *byte == b'\n') {
        if line.first() == Some(&b'{') {
            input.extend(format!("Content-Length: {}\r\n\r\n", line.len()).bytes());
        }
        input.extend(line);
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let mut output = Vec::new();
    let _orderly = serve(&BrokenProject, &pool, Cursor::new(input), &mut output);
    let mut output = BufReader::new(output.as_slice());
    let mut head = String::new();
    while output.read_line(&mut head).expect("it is in memory") > 0 {
        let length = head.strip_prefix("Content-Length: ").and_then(|it| it.trim_end().parse::<usize>().ok());
        let mut body = vec![0; length.unwrap_or_else(|| panic!("`{head}` is no header")) + 2];
        output.read_exact(&mut body).expect("the whole message");
        let message: serde_json::Value = serde_json::from_slice(&body[2..]).expect("JSON");
        assert_eq!(message["jsonrpc"], "2.0", "{message}");
        let logged = message["params"]["message"].as_str().unwrap_or_default();
        assert!(!logged.contains("internal error"), "{logged}");
        head.clear();
    }
}
