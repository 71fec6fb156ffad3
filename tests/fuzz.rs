//! The properties of `tests/fuzz/properties.rs` for seeds that are mutated at random, on stable Rust: a small part of what the
//! targets of `fuzz/` do for longer.
//!
//! `SSOT_FUZZ_CASES` says how many cases each property gets, `SSOT_SEED` by which numbers they are made. `SSOT_FUZZ_SEEDS=DIRECTORY`
//! writes the seeds there, a folder for each target, for libFuzzer.
#![allow(clippy::disallowed_methods, reason = "tests read the environment and write seeds on request")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop at once")]

#[path = "fuzz/properties.rs"]
mod properties;

mod pages;

use std::sync::Arc;

use proptest::collection::vec;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use ssot::analysis::{AnalysisOptions, analyse};
use ssot::cache::{Fingerprint, Keeper};

/// One change of a text: what is done, where (a share of its length), how much, and with what.
type Change = (u8, u16, u8, u16);

/// What is put into texts: the words on which the front ends turn.
const WORDS: [&str; 40] = [
    "redis",
    "Redis",
    "redis.Redis(",
    "import ",
    "from ",
    " as ",
    "app.old",
    "client",
    "\n",
    "\n    ",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'''",
    "#",
    "//",
    "/*",
    "*/",
    "\\\n",
    ":",
    ";",
    "::",
    "use ",
    "pub ",
    "mod ",
    "macro_rules! ",
    "Client::open",
    "#[path = \"",
    "class ",
    "def ",
    "lambda ",
    "*",
    "ssot: ignore[",
    "until=2026-02-30",
    "\u{feff}",
    "\r\n",
];

fn changed(seed: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for &(what, place, much, with) in changes {
        let at = usize::from(place) * bytes.len() / usize::from(u16::MAX);
        let end = (at + usize::from(much)).min(bytes.len());
        match what % 6 {
            0 => drop(bytes.drain(at..end)),
            1 => {
                let copied = bytes[at..end].to_vec();
                let to = usize::from(with) * bytes.len() / usize::from(u16::MAX);
                bytes.splice(to..to, copied);
            }
            2 => bytes.splice(at..at, WORDS[usize::from(with) % WORDS.len()].bytes()).for_each(drop),
            3 => bytes.splice(at..end, WORDS[usize::from(with) % WORDS.len()].bytes()).for_each(drop),
            4 if at < bytes.len() => bytes[at] ^= 1 << (with % 8),
            4 => {}
            _ => bytes.truncate(end.max(1)),
        }
    }
    bytes
}

/// Texts from which the cases of a target are made.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let of_pages = |folder: &str, extension: &str| -> Vec<Vec<u8>> {
        let pages = pages::pages(folder);
        let files = pages.iter().flat_map(|page| &page.scenarios).flat_map(|it| &it.files);
        files
            .filter(|it| it.path.ends_with(extension) && it.text.len() < 4_000)
            .map(|it| it.text.clone().into_bytes())
            .collect()
    };
    let texts = |all: &[&str]| all.iter().map(|it| it.as_bytes().to_vec()).collect::<Vec<_>>();
    match target {
        "python" => of_pages("python", ".py"),
        "rust" => of_pages("rust", ".rs"),
        "rules" => {
            let packs = ssot::rule::pack::PACKS.iter().map(|pack| pack.text.as_bytes().to_vec());
            packs.chain(texts(&[properties::RULES, include_str!("rules/project.toml")])).collect()
        }
        "suppressions" => texts(&[
            "# ssot: ignore[a, b] until=2027-01-31 the reason",
            "// ssot: file-ignore[a]: reason // ssot: ignore[b] # noqa",
            "/* ssot: ignore[a]\n * ssot: ignore[b] x */",
            "#! ssot: ignore[ä] ü until=2027-02-30",
        ]),
        "baseline" => texts(&[
            "version = 1\nentries = []\n",
            "version = 1\nentries = [\n  { path = \"a.py\", rule = \"r\", scope = \"f\", symbol = \"redis.Redis\", form = \"direct\", anchors = \"\" },\n]\n",
        ]),
        "git" => {
            let listings = texts(&[
                "H 100644 0a1b 0\ta.py\0S 120000 0a1b 2\tb c\n.rs\0H 160000 0a1b 0\tx\0",
                "100644 blob 0a1b\ta.py\x00120000 blob 0a1b\tl.py\0",
                "# coding: latin-1\na = '\u{e9}'\n",
                "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
            ]);
            listings
                .into_iter()
                .chain([b"# coding: utf-16\n\xff\xfe\x00a".to_vec(), b"\xef\xbb\xbf# coding: ascii\n\xe9".to_vec()])
                .collect()
        }
        "cache" => vec![state(), ssot::history::Archive::default().to_bytes("label"), b"ssot state 2".to_vec()],
        "fixer" => texts(&[
            "from app.old import old_client\n\nold_client.get(1)\n",
            "import app.old\n\ndef f():\n    return app.old.old_client.get(1)\n",
            "from app.core import Manager\n\nclass A:\n    x = Manager()\n    def f(self):\n        from app.old import client as c; return c.get(self.x)\n",
            "import os, app.old as old, sys\nif os:\n    import app.old\nelse:\n    old.client.get(sys)\n",
            "import redis\nfrom app import old\n\n\nr = redis.Redis(db=1)\nold.client.get(r)\n",
            "use redis::Client;\n\npub fn f() {\n    let c = Client::open(\"x\");\n    redis::cmd(\"a\");\n}\n",
        ]),
        "server" => texts(&[
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"capabilities\":{},\"rootUri\":\"file:///nowhere\"}}\n\
             {\"jsonrpc\":\"2.0\",\"method\":\"initialized\",\"params\":{}}\n\
             {\"jsonrpc\":\"2.0\",\"method\":\"textDocument/didOpen\",\"params\":{\"textDocument\":{\"uri\":\"file:///nowhere/a.py\",\"languageId\":\"python\",\"version\":1,\"text\":\"import redis\\n\"}}}\n\
             {\"jsonrpc\":\"2.0\",\"method\":\"textDocument/didChange\",\"params\":{\"textDocument\":{\"uri\":\"file:///nowhere/a.py\",\"version\":2},\"contentChanges\":[{\"range\":{\"start\":{\"line\":0,\"character\":3},\"end\":{\"line\":0,\"character\":9}},\"text\":\"ü\"}]}}\n\
             {\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"textDocument/hover\",\"params\":{\"textDocument\":{\"uri\":\"file:///nowhere/a.py\"},\"position\":{\"line\":0,\"character\":9}}}\n\
             {\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"textDocument/codeAction\",\"params\":{\"textDocument\":{\"uri\":\"file:///nowhere/a.py\"},\"range\":{\"start\":{\"line\":0,\"character\":0},\"end\":{\"line\":9,\"character\":9}},\"context\":{\"diagnostics\":[]}}}\n\
             {\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"shutdown\"}\n{\"jsonrpc\":\"2.0\",\"method\":\"exit\"}\n",
            "Content-Length: 2\r\n\r\n[]Content-Length: 99\r\n\r\n{",
            "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"workspace/diagnostic\",\"params\":{\"previousResultIds\":[]}}\n",
        ]),
        _ => panic!("there is no target `{target}`"),
    }
}

/// The state that a run leaves.
fn state() -> Vec<u8> {
    let files =
        [("app/core.py", "import redis\nclient = redis.Redis()\n"), ("app/a.py", "import redis\nredis.Redis()\n")];
    let files =
        files.map(|(path, text)| pages::page::PageFile { path: path.to_owned(), text: text.to_owned(), page_line: 0 });
    let (tree, texts) = pages::memory::tree(&files);
    let file = ssot::rule::RulesText { name: "ssot.toml".into(), text: properties::RULES.into(), pack: false };
    let rules = ssot::rule::load(file, &|_, path| Err(format!("no {path}"))).0;
    let keeper = Keeper::new(None, Fingerprint::of("fuzz"), i128::MAX);
    let _findings =
        analyse(&tree, &texts, &rules, &AnalysisOptions { keeper: Some(&keeper), ..AnalysisOptions::default() });
    let state: Arc<ssot::cache::State> = keeper.new_state().expect("a state");
    state.to_bytes("label")
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Tries one property on mutated seeds, the seeds themselves first.
fn try_out(target: &str, cases: u32) {
    let (_, property) = properties::PROPERTIES.iter().find(|(name, _)| *name == target).unwrap();
    let seeds = seeds(target);
    if let Some(directory) = std::env::var_os("SSOT_FUZZ_SEEDS") {
        let folder = std::path::Path::new(&directory).join(target);
        std::fs::create_dir_all(&folder).unwrap();
        for (at, seed) in seeds.iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{at}")), seed).unwrap();
        }
        return;
    }
    seeds.iter().take(cases as usize).for_each(|seed| property(seed));
    let start = number("SSOT_SEED").unwrap_or(1);
    let cases = number("SSOT_FUZZ_CASES").and_then(|it| u32::try_from(it).ok()).unwrap_or(cases);
    println!("{target}: {} seeds, {cases} cases, SSOT_SEED={start}", seeds.len());
    let mut numbers = [0; 32];
    numbers[..8].copy_from_slice(&start.to_le_bytes());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &numbers));
    let strategy = (0..seeds.len(), vec(proptest::arbitrary::any::<Change>(), 0..8));
    let strategy = strategy.prop_map(|(seed, changes)| changed(&seeds[seed], &changes));
    let failed = runner.run(&strategy, |bytes| {
        let outcome = std::panic::catch_unwind(|| property(&bytes));
        outcome.map_err(|_| TestCaseError::fail("the property does not hold"))
    });
    if let Err(proptest::test_runner::TestError::Fail(_, bytes)) = &failed {
        panic!("{target} fails for these bytes:\n{}\n{bytes:?}", String::from_utf8_lossy(bytes));
    }
    failed.unwrap();
}

/// Makes a test of each target; the number is that of its cases, by what one costs.
macro_rules! targets {
    ($($name:ident: $cases:literal,)*) => {
        $(#[test]
        fn $name() {
            try_out(stringify!($name), $cases);
        })*

        #[test]
        fn every_property_is_tried_here_and_under_libfuzzer() {
            let tried = [$(stringify!($name)),*];
            let all = properties::PROPERTIES.map(|(name, _)| name);
            assert_eq!(tried[..], all[..]);
            let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
            for name in all {
                let target = std::fs::read_to_string(root.join(format!("fuzz/fuzz_targets/{name}.rs"))).unwrap();
                assert!(target.contains(&format!("properties::{name}(data)")), "{name}");
                assert!(std::fs::read_to_string(root.join("fuzz/Cargo.toml")).unwrap().contains(&format!("name = \"{name}\"")));
            }
        }
    };
}

targets! {
    python: 60,
    rust: 60,
    rules: 60,
    suppressions: 2000,
    baseline: 500,
    git: 1000,
    cache: 500,
    fixer: 40,
    server: 40,
}
