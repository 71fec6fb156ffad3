//! `ssot fix`, end to end: the table of cases in tests/fixes/, and what holds for all of them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::support::Tree;

#[derive(Deserialize)]
pub struct FixTable {
    pub common: BTreeMap<String, String>,
    pub case: Vec<FixCase>,
}

#[derive(Deserialize)]
pub struct FixCase {
    pub name: String,
    pub class: String,
    pub before: String,
    after: Option<String>,
    says: Option<String>,
    #[serde(default)]
    others: BTreeMap<String, String>,
}

/// The file of a case, by language.
const PLACES: [(&str, &str); 2] = [("python", "shop/page.py"), ("rust", "shop/src/main.rs")];

pub fn tables() -> Vec<(FixTable, &'static str)> {
    let read = |name: &str| {
        let path = format!("{}/tests/fixes/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        toml::from_str(&std::fs::read_to_string(path).expect("a table")).expect("a table of cases")
    };
    PLACES.iter().map(|(name, place)| (read(name), *place)).collect()
}

pub fn project(table: &FixTable, case: &FixCase, place: &str, text: &[u8]) -> Tree {
    let files: Vec<(&str, &str)> = table
        .common
        .iter()
        .chain(&case.others)
        .map(|(path, text)| (path.as_str(), text.trim_start_matches('\n')))
        .collect();
    let tree = Tree::new(&files);
    tree.write(place, text);
    tree
}

/// Runs a case on a text, and gives what it became.
fn fixed(table: &FixTable, case: &FixCase, place: &str, text: &str) -> String {
    let tree = project(table, case, place, text.as_bytes());
    let arguments: &[&str] = if case.class == "safe" { &["fix"] } else { &["fix", "--unsafe-fixes"] };
    if case.class != "safe" {
        tree.run(&["fix"]).exits(0);
        assert_eq!(tree.read(place), text, "{}: done as safe", case.name);
    }
    tree.run(arguments).exits(0);
    let after = tree.read(place);
    let again = tree.run(arguments).exits(0);
    assert_eq!(tree.read(place), after, "{}: a second run changes it\n{}", case.name, again.stderr);
    after
}

#[test]
fn every_case_of_the_tables_is_as_it_says() {
    let mut seen = 0;
    for (table, place) in tables() {
        for case in &table.case {
            let wanted = case.after.as_ref().unwrap_or(&case.before);
            assert_eq!(fixed(&table, case, place, &case.before), *wanted, "{}", case.name);
            if let Some(says) = &case.says {
                let plan = project(&table, case, place, case.before.as_bytes()).run(&["fix", "--plan"]).exits(0);
                assert!(plan.stdout.contains(says), "{}: {}", case.name, plan.stdout);
            }
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn line_ends_and_marks_stay() {
    for (table, place) in tables() {
        for case in table.case.iter().filter(|case| case.after.is_some()) {
            let crlf = |text: &str| text.replace('\n', "\r\n");
            let wanted = case.after.as_ref().unwrap_or(&case.before);
            assert_eq!(fixed(&table, case, place, &crlf(&case.before)), crlf(wanted), "{}", case.name);
            let marked = format!("\u{feff}{}", case.before);
            assert_eq!(fixed(&table, case, place, &marked), format!("\u{feff}{wanted}"), "{}", case.name);
        }
    }
}

#[test]
fn a_patch_gives_the_same_bytes() {
    for (table, place) in tables() {
        for case in table.case.iter().filter(|case| case.after.is_some()) {
            let tree = project(&table, case, place, case.before.as_bytes());
            let patch = tree.run(&["fix", "--diff", "--unsafe-fixes"]).exits(1);
            assert_eq!(tree.read(place), case.before, "a patch is only shown");
            tree.write("fix.patch", patch.stdout.as_bytes());
            tree.git(&["apply", "fix.patch"]);
            assert_eq!(Some(tree.read(place)), case.after, "{}", case.name);
        }
    }
}

#[test]
fn the_plan_and_the_check_count_the_same() {
    for (table, place) in tables() {
        for case in &table.case {
            let tree = project(&table, case, place, case.before.as_bytes());
            let plan = tree.run(&["fix", "--plan", "--format", "json"]).exits(0).json();
            let check = tree.run(&["check", "--format", "json", "--exit-zero"]).exits(0).json();
            assert_eq!(plan["summary"]["violations"], check["summary"]["violations"]["new"], "{}", case.name);
            let sums = ["safe", "unsafe", "manual"].map(|name| plan["summary"][name].as_u64().expect("a number"));
            assert_eq!(Some(sums.iter().sum::<u64>()), plan["summary"]["violations"].as_u64());
            for fix in plan["fixes"].as_array().expect("fixes") {
                let failed = fix["failed"].as_array().expect("a list");
                assert_eq!(fix["applicability"] == "safe", failed.is_empty(), "{}: {fix}", case.name);
            }
        }
    }
}

const RULES: &str = "[[source]]\nid = \"s\"\ncanonical = [\"new\"]\nowners = [\"new.py\"]\n\n[[rule]]\nid = \"r\"\nsource = \"s\"\n\
                     kind = \"import\"\nban = [\"old\"]\nuse-instead = \"new\"\nallow-in = [{ path = \"old.py\", reason = \"shim\" }]\n";

fn small(text: &str) -> Tree {
    Tree::new(&[
        ("ssot.toml", RULES),
        ("new.py", "X = 1\nY = [2]\n"),
        ("old.py", "from new import X, Y\n"),
        ("a.py", text),
    ])
}

#[test]
fn a_file_keeps_its_encoding_and_mode() {
    use std::os::unix::fs::PermissionsExt;
    let tree = small("");
    tree.write("a.py", b"# coding: latin-1\nfrom old import X\nprint(X, '\xe9')\n");
    std::fs::set_permissions(tree.path("a.py"), std::fs::Permissions::from_mode(0o750)).expect("permissions");
    tree.run(&["fix"]).exits(0);
    let bytes = std::fs::read(tree.path("a.py")).expect("a file");
    assert_eq!(bytes, b"# coding: latin-1\nfrom new import X\nprint(X, '\xe9')\n");
    assert_eq!(std::fs::metadata(tree.path("a.py")).expect("a file").permissions().mode() & 0o777, 0o750);
}

#[test]
fn paths_choose_what_is_fixed() {
    let tree = small("from old import X\nprint(X)\n");
    tree.write("b.py", b"from old import Y\nprint(Y)\n");
    tree.run(&["fix", "b.py"]).exits(0);
    assert_eq!((tree.read("a.py").contains("old"), tree.read("b.py").contains("old")), (true, false));
    tree.run(&["fix", "--ignore", "r"]).exits(0);
    assert!(tree.read("a.py").contains("old"));
}

#[test]
fn a_check_that_fixes_reports_what_is_left() {
    let tree = small("from old import X\nprint(X)\n");
    tree.write("b.py", b"from old import Z\nprint(Z)\n");
    let report = tree.run(&["check", "--fix", "--format", "json"]).exits(1).json();
    let left: Vec<&str> =
        report["violations"].as_array().expect("a list").iter().filter_map(|it| it["path"].as_str()).collect();
    assert_eq!((left, tree.read("a.py").as_str()), (vec!["b.py"], "from new import X\nprint(X)\n"));
}

#[test]
fn a_rule_can_switch_its_fixes_off() {
    let tree = small("from old import X\nprint(X)\n");
    tree.write("ssot.toml", format!("{RULES}fix = \"off\"\n").as_bytes());
    tree.run(&["fix", "--unsafe-fixes"]).exits(0);
    assert!(tree.read("a.py").contains("old"));
    tree.write("ssot.toml", format!("{RULES}fix = \"unsafe\"\n").as_bytes());
    tree.run(&["fix"]).exits(0);
    assert!(tree.read("a.py").contains("old"));
    tree.run(&["fix", "--unsafe-fixes"]).exits(0);
    assert!(tree.read("a.py").contains("new"));
}

#[test]
fn nothing_is_written_that_breaks_another_rule() {
    let other = "\n[[rule]]\nid = \"no-new\"\nsource = \"t\"\nkind = \"import\"\nban = [\"new\"]\nallow-in = [{ path = \"old.py\", reason = \"shim\" }]\n\
                 \n[[source]]\nid = \"t\"\nowners = []\n";
    let tree = small("from old import X\nprint(X)\n");
    tree.write("ssot.toml", format!("{RULES}{other}").as_bytes());
    let said = tree.run(&["fix"]).exits(0);
    assert!(tree.read("a.py").contains("old"), "{}", said.stderr);
    assert!(said.stderr.contains("left a.py: there would be a new violation"), "{}", said.stderr);
}

#[test]
fn a_file_that_cannot_be_parsed_is_left_with_the_reason() {
    let tree = small("from old import X\ndef f(:\n");
    tree.run(&["fix", "--unsafe-fixes"]).exits(0);
    assert!(tree.run(&["fix", "--plan"]).exits(0).stdout.contains("cannot be parsed"));
    assert!(tree.read("a.py").contains("old"));
}
