//! Generated projects of a given size, in memory, for benches and for tests that count work.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ssot::analysis::{AnalysisOptions, analyse};
use ssot::cache::{Fingerprint, Keeper, State};
use ssot::findings::Findings;
use ssot::problem::Problem;
use ssot::rule::RuleSet;
use ssot::rule::load::{RulesText, load};
use ssot::tree::{Identity, Texts, Tree};

/// The rules of every generated project.
const RULES: &str = r#"
[[source]]
id = "redis"
reason = "one pool"
canonical = ["app.manager.get_client"]

[[rule]]
id = "raw"
source = "redis"
kind = "construct"
ban = ["redis.Redis", "redis::Client::open"]
"#;

/// A project in memory that counts what is read of it.
#[derive(Debug, Default)]
pub struct Project {
    /// Rules other than those of generated projects.
    rules: Option<String>,
    files: BTreeMap<String, Arc<str>>,
    /// How often a text was asked for.
    pub reads: AtomicUsize,
    /// Bytes of the texts that were asked for.
    pub bytes: AtomicUsize,
}

impl Texts for Project {
    fn read(&self, path: &str) -> Result<Arc<str>, Problem> {
        let text = self.files.get(path).map(Arc::clone).unwrap_or_default();
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(text.len(), Ordering::Relaxed);
        Ok(text)
    }

    fn identities(&self, tree: &Tree) -> Vec<Option<Identity>> {
        tree.files()
            .iter()
            .map(|file| self.files.get(&*file.path).map(|text| Identity::Object(Arc::clone(text))))
            .collect()
    }
}

impl Project {
    /// A project with so many Python files that name nothing, so many that construct a client themselves, and so many
    /// that hand one on, each under another name.
    pub fn python(plain: usize, candidates: usize, hops: usize) -> Self {
        let mut project = Self::default();
        project.add("app/__init__.py", String::new());
        project
            .add("app/manager.py", "from redis import Redis\n\n\ndef get_client():\n    return Redis()\n".to_owned());
        for at in 0..plain {
            project.add(&format!("app/plain/p{at}.py"), plain_python(at));
        }
        for at in 0..candidates {
            let text = format!("{}\nfrom redis import Redis\n\n\nCLIENT = Redis(db={at})\n", plain_python(at));
            project.add(&format!("app/users/u{at}.py"), text);
        }
        for at in 0..hops {
            let text = match at {
                0 => "from redis import Redis as Client0\n".to_owned(),
                _ => format!("from app.hops.h{0} import Client{0} as Client{at}\n", at - 1),
            };
            project.add(&format!("app/hops/h{at}.py"), text);
        }
        if let Some(last) = hops.checked_sub(1) {
            project.add("app/last.py", format!("from app.hops.h{last} import Client{last}\n\nClient{last}()\n"));
        }
        project
    }

    /// A crate with so many files that name nothing, so many that construct a client themselves, and so many that hand
    /// one on, each under another name.
    pub fn rust(plain: usize, candidates: usize, hops: usize) -> Self {
        let mut project = Self::default();
        project.add("Cargo.toml", "[package]\nname = \"app\"\nedition = \"2024\"\n".to_owned());
        let mut root = String::new();
        let mut module = |project: &mut Self, name: String, text: String| {
            root.push_str(&format!("pub mod {name};\n"));
            project.add(&format!("src/{name}.rs"), text);
        };
        for at in 0..plain {
            module(&mut project, format!("p{at}"), plain_rust(at));
        }
        for at in 0..candidates {
            let text = format!("{}\npub fn client() {{ let _ = redis::Client::open(\"a\"); }}\n", plain_rust(at));
            module(&mut project, format!("u{at}"), text);
        }
        for at in 0..hops {
            let text = match at {
                0 => "pub use redis::Client as Client0;\n".to_owned(),
                _ => format!("pub use crate::h{0}::Client{0} as Client{at};\n", at - 1),
            };
            module(&mut project, format!("h{at}"), text);
        }
        if let Some(last) = hops.checked_sub(1) {
            let text = format!("use crate::h{last}::Client{last};\nfn f() {{ let _ = Client{last}::open(\"a\"); }}\n");
            module(&mut project, "last".to_owned(), text);
        }
        project.add("src/lib.rs", root);
        project
    }

    /// Takes other rules than those of generated projects.
    #[allow(dead_code, reason = "one bench has rules of its own")]
    pub fn with_rules(rules: String) -> Self {
        Self { rules: Some(rules), ..Self::default() }
    }

    /// Adds a file.
    pub fn add(&mut self, path: &str, text: String) {
        self.files.insert(path.to_owned(), text.into());
    }

    /// Bytes of all texts.
    pub fn size(&self) -> usize {
        self.files.values().map(|text| text.len()).sum()
    }

    /// The files as a tree.
    pub fn tree(&self) -> Tree {
        let (manifests, sources): (Vec<&String>, Vec<&String>) =
            self.files.keys().partition(|path| path.ends_with(".toml"));
        let language = |path: &str| if path.ends_with(".rs") { ssot::lang::RUST } else { ssot::lang::PYTHON };
        let sources = sources.into_iter().map(|path| (Arc::from(path.as_str()), language(path))).collect();
        Tree::new(sources, manifests.into_iter().map(|path| Arc::from(path.as_str())).collect(), Vec::new())
    }

    /// What the analysis finds in it.
    pub fn analyse(&self, exhaustive: bool) -> Findings {
        self.analyse_with(&AnalysisOptions { exhaustive, ..AnalysisOptions::default() })
    }

    /// What the analysis finds in it when it starts from what an earlier one kept; also what it keeps.
    #[allow(dead_code, reason = "benches keep nothing")]
    pub fn analyse_from(&self, kept: Option<Arc<State>>) -> (Findings, Option<Arc<State>>) {
        let keeper = Keeper::new(kept.clone(), Fingerprint::of("the same rules"), 0).with_words();
        let findings = self.analyse_with(&AnalysisOptions { keeper: Some(&keeper), ..AnalysisOptions::default() });
        (findings, keeper.new_state().or(kept))
    }

    fn analyse_with(&self, options: &AnalysisOptions<'_>) -> Findings {
        analyse(&self.tree(), self, &rules(self.rules.as_deref().unwrap_or(RULES)), options)
    }
}

fn rules(text: &str) -> RuleSet {
    let file = RulesText { name: "ssot.toml".into(), text: text.into(), pack: false };
    let (rules, problems) = load(file, &|_, path| Err(format!("a generated project cannot extend `{path}`")));
    assert!(problems.is_empty(), "{problems:?}");
    rules
}

/// Code as it stands in most files; every third mentions the library where it does not count.
fn plain_python(at: usize) -> String {
    let mut text = String::from("import json\nimport os\nfrom collections import OrderedDict\n\n");
    if at.is_multiple_of(3) {
        text.push_str("# Redis is behind the manager.\n");
    }
    for number in 0..20 {
        text.push_str(&format!(
            "\n\ndef step_{number}(values, limit={at}):\n    \"\"\"Counts what is below the limit.\"\"\"\n    found = OrderedDict()\n    \
             for key, value in values.items():\n        if value < limit:\n            found[key] = json.dumps(value)\n    \
             return found or os.sep\n"
        ));
    }
    text
}

/// The same in Rust.
fn plain_rust(at: usize) -> String {
    let mut text = String::from("use std::collections::BTreeMap;\n\n");
    if at.is_multiple_of(3) {
        text.push_str("// The redis Client is behind the manager.\npub struct Client;\n\n");
    }
    for number in 0..20 {
        text.push_str(&format!(
            "pub fn step_{number}(values: &BTreeMap<String, u64>) -> Vec<String> {{\n    let limit = {at};\n    \
             values.iter().filter(|(_, value)| **value < limit).map(|(key, _)| format!(\"{{key}}\")).collect()\n}}\n\n"
        ));
    }
    text
}
