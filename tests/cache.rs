//! Kept results change nothing: after every edit a run that reuses those of the run before gives what one without gives.
//!
//! `SSOT_EDITS=500` makes so many random sequences of edits instead of the few of the normal run; `SSOT_SEED=7` makes that
//! one alone.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read the environment")]

mod pages;

use std::sync::Arc;

use pages::memory;
use pages::page::{PageFile, Scenario};
use ssot::analysis::{AnalysisOptions, analyse};
use ssot::cache::{Fingerprint, Keeper, State};
use ssot::rule::RuleSet;
use ssot::tree::{MemoryTexts, Tree};

/// The state between two runs.
#[derive(Default)]
struct Kept {
    state: Option<Arc<State>>,
    /// It stays in memory, as in the server; else it is written and read.
    in_memory: bool,
}

impl Kept {
    /// Runs with what is kept and without; gives both results, and whether there was something kept.
    fn run(&mut self, tree: &Tree, texts: &MemoryTexts, rules: &RuleSet) -> (String, String) {
        let old = self.state.take();
        let keeper = Keeper::new(old.clone(), Fingerprint::of("the same rules"), 0);
        let keeper = if self.in_memory { keeper.with_words() } else { keeper };
        let options = AnalysisOptions { keeper: Some(&keeper), ..AnalysisOptions::default() };
        let warm = analyse(tree, texts, rules, &options).described();
        // Where nothing changed there is nothing new to keep.
        let written = |state: Arc<State>| Arc::new(State::from_bytes(&state.to_bytes("a project")).unwrap().1);
        let new = keeper.new_state().or(old);
        self.state = if self.in_memory { new } else { new.map(written) };
        (warm, analyse(tree, texts, rules, &AnalysisOptions::default()).described())
    }
}

/// The first lines in which two results differ, if they do: what was kept gave the first.
fn difference<'t>(warm: &'t str, cold: &'t str) -> Option<(&'t str, &'t str)> {
    let mut lines = warm.lines().zip(cold.lines()).filter(|(one, other)| one != other);
    lines.next().or_else(|| (warm != cold).then_some(("the lengths", "differ")))
}

fn copy(files: &[PageFile]) -> Vec<PageFile> {
    let copy = |file: &PageFile| PageFile { path: file.path.clone(), text: file.text.clone(), page_line: 0 };
    files.iter().map(copy).collect()
}

/// The files with one of them changed, in several ways.
fn edits(files: &[PageFile], at: usize) -> Vec<(&'static str, Vec<PageFile>)> {
    let with = |text: String| {
        let mut files = copy(files);
        files[at].text = text;
        files
    };
    let text = &files[at].text;
    let lines: Vec<&str> = text.lines().collect();
    let sign = if files[at].path.ends_with(".rs") { "//" } else { "#" };
    let mut removed = copy(files);
    removed.remove(at);
    let mut renamed = copy(files);
    let (stem, extension) = renamed[at].path.rsplit_once('.').unwrap();
    renamed[at].path = format!("{stem}_moved.{extension}");
    vec![
        ("a line more at its head", with(format!("{sign} a comment\n{text}"))),
        ("only its first half", with(lines[..lines.len() / 2].join("\n") + "\n")),
        ("removed", removed),
        ("renamed", renamed),
    ]
}

#[test]
fn every_fixture_gives_the_same_after_every_edit() {
    let mut compared = 0;
    for page in ["python", "packs", "rust"].into_iter().flat_map(pages::pages) {
        for scenario in &page.scenarios {
            compared += edited(&page.name, scenario);
        }
    }
    assert!(compared > 3_000, "only {compared} runs were compared");
}

fn edited(page: &str, scenario: &Scenario) -> usize {
    let (rules, _) = pages::rules(&scenario.rules);
    let mut kept = Kept::default();
    let mut compared = 0;
    let mut check = |what: &str, files: &[PageFile]| {
        let (tree, texts) = memory::tree(files);
        let (warm, cold) = kept.run(&tree, &texts, &rules);
        let difference = difference(&warm, &cold);
        assert!(difference.is_none(), "{page}:{}: {what}: {difference:?}", scenario.page_line);
        compared += 1;
    };
    check("cold", &scenario.files);
    check("nothing changed", &scenario.files);
    for at in 0..scenario.files.len() {
        let edits = edits(&scenario.files, at);
        // A line more moves every place; the other edits take turns, for each costs two runs.
        for (what, files) in [&edits[0], &edits[1 + at % (edits.len() - 1)]] {
            check(&format!("{}: {what}", scenario.files[at].path), files);
        }
    }
    check("as at first", &scenario.files);
    compared
}

/// Numbers that look random and are the same for the same seed (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }

    fn of<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        &list[self.below(list.len())]
    }
}

const RULES: &str = r#"
[[source]]
id = "redis"
canonical = ["core.client"]
owners = ["core.py"]

[[rule]]
id = "new"
source = "redis"
kind = "construct"
ban = ["redis.Redis", "redis.from_url"]

[[rule]]
id = "old"
source = "redis"
kind = "import"
ban = ["pkg.old"]

[[rule]]
id = "rivals"
source = "redis"
kind = "implement"
names = ["*Manager"]
"#;

/// A module of random statements that name each other's modules and names.
fn module(random: &mut Random) -> String {
    (0..1 + random.below(6)).map(|_| statement(random)).collect()
}

fn statement(random: &mut Random) -> String {
    const MODULES: [&str; 12] = [
        "core",
        "a",
        "b",
        "pkg",
        "pkg.old",
        "pkg.c",
        "redis",
        "sub.a",
        "pkg.sub",
        "pkg.sub.d",
        "pkg.sub.c",
        "core.client",
    ];
    const NAMES: [&str; 8] = ["Redis", "client", "Base", "make", "R", "x", "CacheManager", "from_url"];
    let (module, name, other) = (*random.of(&MODULES), *random.of(&NAMES), *random.of(&NAMES));
    match random.below(13) {
        0 => format!("from {module} import {name}\n"),
        1 => format!("from {module} import {name} as {other}\n"),
        2 => format!("from {module} import *\n"),
        3 => format!("import {module}\n{other} = {module}.{name}\n"),
        4 => {
            format!("class {name}({other}):\n    kind = {other}\n    def get(self):\n        return self.kind()\n")
        }
        5 => format!("def {name}():\n    return {other}()\n"),
        6 => format!("{name}()\n"),
        7 => format!("{name} = {other}\n"),
        8 => format!("__all__ = [\"{name}\"]\n"),
        9 => format!("try:\n    from {module} import {name}\nexcept ImportError:\n    {name} = {other}\n"),
        10 => format!("import {module}\ngetattr({module}, '{}' '{}')()\n", &name[..1], &name[1..]),
        11 => {
            format!("class {name}({other}):\n    __{other} = {other}\n    def make(self):\n        self.__{other}()\n")
        }
        _ => "# a comment\n".to_owned(),
    }
}

/// The text with one statement more, one less, or another in its place: most of what others ask it for stays.
fn with_one_changed(random: &mut Random, text: &str) -> String {
    let mut statements: Vec<String> = Vec::new();
    for line in text.split_inclusive('\n') {
        match statements.last_mut().filter(|_| line.starts_with(' ') || line.starts_with("except")) {
            Some(statement) => statement.push_str(line),
            None => statements.push(line.to_owned()),
        }
    }
    let at = random.below(statements.len() + 1);
    let until = (at + random.below(2)).min(statements.len());
    let fresh = (random.below(3) > 0).then(|| statement(random));
    statements.splice(at..until, fresh);
    statements.concat()
}

#[test]
fn random_sequences_of_edits_give_the_same() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = match number("SSOT_SEED") {
        Some(seed) => seed..seed + 1,
        None => 1..1 + number("SSOT_EDITS").unwrap_or(15),
    };
    let (rules, problems) = pages::rules(RULES);
    assert!(problems.is_empty(), "{problems:?}");
    const PATHS: [&str; 14] = [
        "core.py",
        "a.py",
        "b.py",
        "pkg/__init__.py",
        "pkg/old.py",
        "pkg/c.py",
        "redis.py",
        "sub/a.py",
        "pkg/sub/__init__.py",
        "pkg/sub/d.py",
        "pkg/sub/c/b.py",
        "core/client.py",
        "core/__init__.py",
        "src/a.py",
    ];
    let mut reused = 0;
    for seed in seeds {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let mut files: Vec<PageFile> = PATHS[..6]
            .iter()
            .map(|path| PageFile { path: (*path).to_owned(), text: module(&mut random), page_line: 0 })
            .collect();
        let mut kept = Kept { in_memory: seed.is_multiple_of(2), ..Kept::default() };
        for step in 0..25 {
            let (tree, texts) = memory::tree(&files);
            let (warm, cold) = kept.run(&tree, &texts, &rules);
            let difference = difference(&warm, &cold);
            assert!(difference.is_none(), "SSOT_SEED={seed}, step {step}: {difference:?}");
            reused += 1;
            let path = *random.of(&PATHS);
            match files.iter().position(|file| file.path == path) {
                Some(at) if random.below(6) == 0 => {
                    files.remove(at);
                }
                Some(at) if random.below(3) == 0 => files[at].text.insert_str(0, "# moved\n"),
                Some(at) if random.below(4) > 0 => files[at].text = with_one_changed(&mut random, &files[at].text),
                Some(at) => files[at].text = module(&mut random),
                None => files.push(PageFile { path: path.to_owned(), text: module(&mut random), page_line: 0 }),
            }
        }
    }
    assert!(reused >= 25, "nothing was compared");
}

/// A path and a text.
type Text<'t> = (&'t str, &'t str);

/// Edits of one file that change what another says, each by a way that no other test takes.
#[test]
fn an_edit_reaches_whoever_asked_for_what_it_changes() {
    let manager = "import redis\nclass CacheManager:\n    def __init__(self):\n        self.c = redis.Redis()\n";
    let handed_on = "from n import x\nclass C:\n    attr = x\ny = x\n";
    let both = "import m\nk = m.C.attr\nl = m.y\nk()\nl()\n";
    let base =
        "class Base:\n    factory = None\n    def get(self):\n        return self.factory\nmake = Base().get()\n";
    let asks = "from over import make\nmake()\n";
    let cases: [(&str, &[Text<'_>], Text<'_>); 5] = [
        (
            "a package that imports its submodule before it binds the name",
            &[
                ("pkg/c.py", "from redis import Redis as make\n"),
                ("pkg/__init__.py", "c = 1\n"),
                ("a.py", "import pkg.c\npkg.c.make()\n"),
            ],
            ("pkg/__init__.py", "import pkg.c\nc = 1\n"),
        ),
        (
            "a class more before one that others import",
            &[("hub.py", manager), ("a.py", "from hub import CacheManager\nCacheManager()\n")],
            ("hub.py", &format!("class Zero:\n    pass\n{manager}")),
        ),
        (
            "a name that a file puts together",
            &[
                ("give.py", "fresh = 1\n"),
                ("a.py", "import give\nimport redis\nredis.Redis()\ngetattr(give, 'fr' 'esh')()\n"),
            ],
            ("give.py", "from redis import Redis as fresh\n"),
        ),
        (
            "a name that the last file asks for after others have met what it leads to",
            &[
                ("n.py", "x = 1\n"),
                ("m.py", handed_on),
                ("known.py", "from redis import Redis as x\ny = attr = k = l = x\n"),
                ("a1.py", both),
                ("a2.py", both),
                ("a3.py", both),
                ("a4.py", both),
                ("o1.py", both),
                ("o2.py", both),
                ("o3.py", both),
                ("o4.py", both),
                ("p.py", "from m import y\ny()\n"),
            ],
            ("n.py", "from redis import Redis as x\n"),
        ),
        (
            "what a subclass sets, handed on by a module",
            &[
                ("base.py", base),
                ("known.py", "from redis import Redis as make\nfactory = get = make\n"),
                ("over.py", "from base import make\n"),
                ("a.py", asks),
                ("b.py", asks),
                ("c.py", asks),
                ("heir.py", "import redis\nfrom base import Base\nclass Heir(Base):\n    factory = None\n"),
            ],
            ("heir.py", "import redis\nfrom base import Base\nclass Heir(Base):\n    factory = redis.Redis\n"),
        ),
    ];
    let (rules, _) = pages::rules(RULES);
    for (what, files, (edited, text)) in cases {
        let of = |path: &str, text: &str| PageFile { path: path.to_owned(), text: text.to_owned(), page_line: 0 };
        let mut files: Vec<PageFile> = files.iter().map(|(path, text)| of(path, text)).collect();
        let mut kept = Kept::default();
        let mut run = |files: &[PageFile]| {
            let (tree, texts) = memory::tree(files);
            kept.run(&tree, &texts, &rules)
        };
        let (before, _) = run(&files);
        files.retain(|file| file.path != edited);
        files.push(of(edited, text));
        let (warm, cold) = run(&files);
        assert_ne!(before, cold, "{what}: the edit changes nothing");
        let difference = difference(&warm, &cold);
        assert!(difference.is_none(), "{what}: {difference:?}");
    }
}
