//! The fixes that SARIF, rdjson and Markdown carry: whoever applies them gets what `ssot fix` writes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::fix::{FixCase, FixTable, project, tables};
use super::support::Tree;

/// The edits of one fix, and their file.
type CarriedFix = (String, Vec<Edit>);

/// An edit: where it starts and ends, in bytes, and the new text.
type Edit = (usize, usize, String);

/// The byte offset of a 1-based line and column; a column counts characters or bytes.
fn offset(text: &str, line: &Value, column: &Value, in_bytes: bool) -> usize {
    let number = |value: &Value| usize::try_from(value.as_u64().expect("a number")).expect("a small number");
    let start: usize = text.split_inclusive('\n').take(number(line) - 1).map(str::len).sum();
    let skipped = number(column) - 1;
    start + if in_bytes { skipped } else { text[start..].chars().take(skipped).map(char::len_utf8).sum() }
}

/// The edits of each fix of a SARIF document, by file.
fn sarif(tree: &Tree) -> Vec<CarriedFix> {
    let document = tree.run(&["check", "--format", "sarif", "--exit-zero"]).exits(0).json();
    let results = document["runs"][0]["results"].as_array().expect("results");
    let fixes = results.iter().flat_map(|result| result["fixes"].as_array().into_iter().flatten());
    let changes = fixes.flat_map(|fix| fix["artifactChanges"].as_array().expect("changes"));
    changes
        .map(|change| {
            let path = change["artifactLocation"]["uri"].as_str().expect("a path").to_owned();
            let text = tree.read(&path);
            let text = text.trim_start_matches('\u{feff}');
            let edit = |it: &Value| {
                let at = &it["deletedRegion"];
                let start = offset(text, &at["startLine"], &at["startColumn"], false);
                let end = offset(text, &at["endLine"], &at["endColumn"], false);
                (start, end, it["insertedContent"]["text"].as_str().unwrap_or_default().to_owned())
            };
            (path, change["replacements"].as_array().expect("edits").iter().map(edit).collect())
        })
        .collect()
}

/// The edits of each diagnostic of an rdjson document, by file.
fn rdjson(tree: &Tree) -> Vec<CarriedFix> {
    let document = tree.run(&["check", "--format", "rdjson", "--exit-zero"]).exits(0).json();
    let diagnostics = document["diagnostics"].as_array().expect("diagnostics");
    let with_fixes = diagnostics.iter().filter(|it| it["suggestions"].is_array());
    with_fixes
        .map(|diagnostic| {
            let path = diagnostic["location"]["path"].as_str().expect("a path").to_owned();
            let text = tree.read(&path);
            let text = text.trim_start_matches('\u{feff}');
            let edit = |it: &Value| {
                let place = |at: &Value| offset(text, &at["line"], &at["column"], true);
                let new = it["text"].as_str().expect("a text").to_owned();
                (place(&it["range"]["start"]), place(&it["range"]["end"]), new)
            };
            (path, diagnostic["suggestions"].as_array().expect("edits").iter().map(edit).collect())
        })
        .collect()
}

/// Applies what a format carries until it carries nothing, as far as it does not overlap.
fn applied(tree: &Tree, carried: fn(&Tree) -> Vec<CarriedFix>) {
    for _ in 0..9 {
        let mut by_path: BTreeMap<String, BTreeSet<Edit>> = BTreeMap::new();
        for (path, edits) in carried(tree) {
            let taken = by_path.entry(path).or_default();
            let apart =
                |(start, end, _): &Edit, it: &Edit| it.1 <= *start && it.0 < *start || *end <= it.0 && *start < it.0;
            if edits.iter().all(|edit| taken.contains(edit) || taken.iter().all(|it| apart(edit, it))) {
                taken.extend(edits);
            }
        }
        if by_path.is_empty() {
            return;
        }
        for (path, edits) in by_path {
            let text = tree.read(&path);
            let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
            let mut new = text.clone();
            for (start, end, with) in edits.iter().rev() {
                new.replace_range(mark + start..mark + end, with);
            }
            assert_ne!(new, text, "an edit that changes nothing");
            tree.write(&path, new.as_bytes());
        }
    }
    panic!("there are always more fixes");
}

fn safe_cases() -> Vec<(FixTable, Vec<FixCase>, &'static str)> {
    let safe = |(mut table, place): (FixTable, &'static str)| {
        let cases = std::mem::take(&mut table.case).into_iter().filter(|case| case.class == "safe").collect();
        (table, cases, place)
    };
    tables().into_iter().map(safe).collect()
}

#[test]
fn applying_what_a_format_carries_gives_what_fix_writes() {
    let mut changed = 0;
    for (table, cases, place) in safe_cases() {
        for case in &cases {
            for text in [case.before.clone(), format!("\u{feff}{}", case.before.replace('\n', "\r\n"))] {
                let of_fix = project(&table, case, place, text.as_bytes());
                of_fix.run(&["fix"]).exits(0);
                for carried in [sarif, rdjson] {
                    let tree = project(&table, case, place, text.as_bytes());
                    applied(&tree, carried);
                    assert_eq!(tree.read(place), of_fix.read(place), "{}", case.name);
                }
                changed += usize::from(of_fix.read(place) != text);
            }
        }
    }
    assert!(changed > 30, "{changed}");
}

const RULES: &str = "[[source]]\nid = \"s\"\ncanonical = [\"new\"]\nowners = [\"new.py\"]\n\n[[rule]]\nid = \"r\"\nsource = \"s\"\n\
                     kind = \"import\"\nban = [\"old\"]\nuse-instead = \"new\"\nallow-in = [{ path = \"old.py\", reason = \"shim\" }]\n";

#[test]
fn markdown_has_suggestion_blocks_of_whole_lines() {
    let text = "\"\"\"``` fences\"\"\"\nfrom old import X  # ```` here\nfrom old import Y\nprint(X)\n";
    let tree = Tree::new(&[
        ("ssot.toml", RULES),
        ("new.py", "X = 1\nY = 2\n"),
        ("old.py", "from new import X, Y\n"),
        ("a.py", text),
    ]);
    let page = tree.run(&["check", "--format", "markdown", "--exit-zero"]).exits(0).stdout;
    let wanted =
        "`a.py:2`\n\n`````suggestion\nfrom new import X  # ```` here\n`````\n\n`a.py:3`\n\n```suggestion\n```\n";
    assert!(page.contains("<details><summary>2 suggestions</summary>") && page.contains(wanted), "{page}");
}

#[test]
fn a_fix_that_verification_refuses_is_not_carried() {
    let other = "\n[[rule]]\nid = \"no-new\"\nsource = \"t\"\nkind = \"import\"\nban = [\"new\"]\nallow-in = [{ path = \"old.py\", reason = \"shim\" }]\n\
                 \n[[source]]\nid = \"t\"\nowners = []\n";
    let files = [("new.py", "X = 1\n"), ("old.py", "from new import X\n"), ("a.py", "from old import X\nprint(X)\n")];
    let tree = Tree::new(&files);
    tree.write("ssot.toml", format!("{RULES}{other}").as_bytes());
    assert_eq!((sarif(&tree).len(), rdjson(&tree).len()), (0, 0));
    tree.write("ssot.toml", RULES.as_bytes());
    assert_eq!((sarif(&tree).len(), rdjson(&tree).len()), (1, 1));
}
