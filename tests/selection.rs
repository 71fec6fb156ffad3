//! What the analysis reads and parses is bounded by what can matter, not by the size of the tree. Counts, not times.

#[path = "../benches/generated/mod.rs"]
mod generated;

use std::sync::atomic::Ordering;

use generated::Project;

const PLAIN: usize = 300;
const CANDIDATES: usize = 20;
const HOPS: usize = 10;

fn check(project: &Project) {
    let files = project.tree().files().len();
    let findings = project.analyse(false);
    let (reads, bytes) = (project.reads.load(Ordering::Relaxed), project.bytes.load(Ordering::Relaxed));
    // The last hop's use, and the candidates' own.
    assert_eq!(findings.violations.len(), CANDIDATES + 1);
    // Files that name a symbol, the root of the modules, and the owner; a comment selects nothing.
    assert!(findings.analysed <= CANDIDATES + HOPS + 3, "{} of {files} files were analysed", findings.analysed);
    // Once for each search: that of the rules' words, that of derived names for each hop; what is loaded stays.
    assert!(reads <= (HOPS + 3) * files, "{reads} reads of {files} files");
    assert!(bytes <= (HOPS + 3) * project.size(), "{bytes} bytes of {}", project.size());

    let all = project.analyse(true);
    assert_eq!(all.analysed, files);
    assert_eq!(format!("{:?}", all.violations), format!("{:?}", findings.violations));
}

#[test]
fn python_files_that_cannot_matter_are_not_parsed() {
    check(&Project::python(PLAIN, CANDIDATES, HOPS));
}

#[test]
fn rust_files_that_cannot_matter_are_not_parsed() {
    check(&Project::rust(PLAIN, CANDIDATES, HOPS));
}

#[test]
fn a_tree_that_hands_nothing_on_is_read_once() {
    let project = Project::python(PLAIN, CANDIDATES, 0);
    project.analyse(false);
    let (reads, files) = (project.reads.load(Ordering::Relaxed), project.tree().files().len());
    // The owner's module is looked at beforehand.
    assert!(reads <= files + 3, "{reads} reads of {files} files");
}

#[test]
fn a_chain_of_members_in_one_file_is_one_round() {
    const LENGTH: usize = 50;
    let mut project = Project::default();
    for number in 0..PLAIN {
        project.add(&format!("plain/m{number}.py"), "x = 1\n".to_owned());
    }
    let links: String = (0..LENGTH).map(|at| format!("        self.a{} = self.a{at}\n", at + 1)).collect();
    let text = "import redis\nclass A:\n    def f(self):\n        self.a0 = redis.Redis\n".to_owned();
    project.add("chain.py", format!("{text}{links}        self.a{LENGTH}()\n"));
    let (findings, files) = (project.analyse(false), project.tree().files().len());
    assert_eq!(findings.violations.len(), 1);
    let reads = project.reads.load(Ordering::Relaxed);
    assert!(reads <= 4 * files, "{reads} reads of {files} files");
}

#[test]
fn a_file_that_was_only_asked_what_its_names_mean_is_read_in_full_when_it_matters() {
    let mut project = Project::default();
    for (path, text) in [
        ("Cargo.toml", "[package]\nname = \"app\"\nedition = \"2024\"\n"),
        ("src/lib.rs", "mod asked;\nmod first;\n"),
        (
            "src/first.rs",
            "use crate::asked::Manager;\npub type Handle = redis::Client;\npub use Manager as Client;\n\
             pub fn f() { Client::open(); Handle::open(\"x\"); }\n",
        ),
        (
            "src/asked.rs",
            "pub struct Manager;\nimpl Manager {\n    pub fn open() { crate::first::Handle::open(\"y\"); }\n}\n\
             fn g() {\n    impl Manager { pub fn made() { crate::first::Handle::open(\"z\"); } }\n}\n",
        ),
    ] {
        project.add(path, text.to_owned());
    }
    let found = |exhaustive: bool| {
        let findings = project.analyse(exhaustive);
        let place = |it: &ssot::violation::Violation| format!("{}:{}", it.path, it.start.line);
        findings.violations.iter().map(place).collect::<Vec<_>>()
    };
    assert_eq!(found(false), ["src/asked.rs:3", "src/asked.rs:6", "src/first.rs:4"]);
    assert_eq!(found(true), found(false));
}

#[test]
fn an_edit_of_a_hub_reaches_only_who_asked_for_what_changed() {
    const HUB: &str = "from app.manager import get_client as client\n\n\ndef other():\n    return 1\n";
    let mut project = Project::default();
    project.add("app/__init__.py", String::new());
    project.add("app/manager.py", "def get_client():\n    return 1\n".to_owned());
    for at in 0..CANDIDATES {
        project.add(&format!("app/u{at}.py"), "from app.hub import client\nclient()\n".to_owned());
    }
    let mut state = None;
    let mut run = |hub: &str| {
        project.add("app/hub.py", hub.to_owned());
        project.reads.store(0, Ordering::Relaxed);
        let (findings, kept) = project.analyse_from(state.take());
        state = kept;
        (findings.sources[0].adopters.len(), project.reads.load(Ordering::Relaxed))
    };
    assert_eq!(run(HUB).0, CANDIDATES);
    let (adopters, reads) = run(&format!("{}\n\ndef more():\n    pass\n", HUB.replace("return 1", "return 2")));
    assert_eq!(adopters, CANDIDATES);
    assert!(reads <= 2, "{reads} reads after an edit that reaches nobody");
    let (adopters, reads) = run("from app.manager import get_client\nclient = get_client\n");
    assert_eq!(adopters, CANDIDATES + 1, "the hub uses it itself");
    assert!(reads >= CANDIDATES, "{reads} reads after an edit that reaches all");
}

#[test]
fn a_name_more_for_a_symbol_is_searched_for_where_it_stands() {
    let mut project = Project::python(PLAIN, CANDIDATES, 0);
    project.add("app/alias.py", "x = 1\n".to_owned());
    project.add("app/user.py", "from app.alias import Fresh\nFresh()\n".to_owned());
    let mut state = None;
    let mut run = |alias: &str| {
        project.add("app/alias.py", alias.to_owned());
        project.reads.store(0, Ordering::Relaxed);
        let (findings, kept) = project.analyse_from(state.take());
        state = kept;
        (findings.violations.len(), project.reads.load(Ordering::Relaxed))
    };
    assert_eq!(run("x = 1\n").0, CANDIDATES);
    for (alias, violations) in [("from redis import Redis as Fresh\n", CANDIDATES + 1), ("Fresh = 1\n", CANDIDATES)] {
        let (found, reads) = run(alias);
        assert_eq!(found, violations, "{alias}");
        // The texts with violations, for their fingerprints; the two files; and what the filters of words take for more.
        assert!(reads <= CANDIDATES + 2 + PLAIN / 8, "{reads} reads for {alias}");
    }
}
