//! A project in memory, for tests of triage on what the analysis really finds.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::analysis::{AnalysisOptions, analyse};
use crate::findings::Findings;
use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::rule::{RuleSet, RulesText, load};
use crate::tree::{Texts, Tree};

/// Rules on `redis`: one kind of each that the tests need.
pub(crate) const RULES: &str = r#"
[[source]]
id = "redis"
canonical = ["app.core.client"]
owners = []

[[rule]]
id = "redis-new"
source = "redis"
kind = "construct"
ban = ["redis.Redis"]

[[rule]]
id = "redis-import"
source = "redis"
kind = "import"
ban = ["aioredis"]
inline-ignore = "allow"
severity = "warning"

[[rule]]
id = "redis-deny"
source = "redis"
kind = "construct"
ban = ["redis.StrictRedis"]
inline-ignore = "deny"
policy = "strict"

[[rule]]
id = "redis-off"
source = "redis"
kind = "construct"
ban = ["redis.Sentinel"]
enabled = false
"#;

/// The rules of a text.
pub(crate) fn rules(text: &str) -> RuleSet {
    let file = RulesText { name: "ssot.toml".into(), text: text.into(), pack: false };
    let (rules, problems) = load(file, &|_, path| Err(format!("no {path}")));
    assert!(problems.is_empty(), "{problems:?}");
    rules
}

/// Files by their paths.
pub(crate) struct Memory(BTreeMap<String, Arc<str>>);

impl Memory {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        Self(files.iter().map(|(path, text)| ((*path).to_owned(), Arc::from(*text))).collect())
    }

    pub(crate) fn tree(&self) -> Tree {
        let language = |path: &String| Some((Arc::from(path.as_str()), crate::lang::of_path(path.as_ref())?));
        let files = self.0.keys().filter_map(language).collect();
        let others = self.0.keys().filter(|path| crate::lang::of_path(path.as_ref()).is_none());
        Tree::new(files, others.map(|path| Arc::from(path.as_str())).collect(), Vec::new())
    }

    /// Analyses the files up to triage; the findings are the same whether all files or only those that matter are analysed.
    pub(crate) fn findings(&self, rules: &RuleSet) -> Findings {
        let run = |exhaustive| {
            analyse(&self.tree(), self, rules, &AnalysisOptions { exhaustive, ..AnalysisOptions::default() })
        };
        let findings = run(false);
        let all = run(true);
        assert_eq!(format!("{:?}", findings.violations), format!("{:?}", all.violations));
        assert_eq!(findings.relevant, all.relevant);
        findings
    }
}

impl Texts for Memory {
    fn read(&self, path: &str) -> Result<Arc<str>, Problem> {
        let missing = || Problem::whole_file(ProblemSeverity::Error, ProblemKind::Read, path, "no such file");
        self.0.get(path).map(Arc::clone).ok_or_else(missing)
    }
}
