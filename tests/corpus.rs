//! The comparison of results with labels counts as it should (`examples/compare`).

#[path = "../examples/compare/labels.rs"]
mod labels;

use labels::{Scope, compare};
use serde_json::{Value, json};

fn result(places: &[(&str, &str, u64, &str)]) -> Value {
    let violations: Vec<Value> = places
        .iter()
        .map(|(rule, path, line, form)| json!({"rule": rule, "path": path, "line": line, "form": form}))
        .collect();
    json!({"violations": violations})
}

const RAW: &str = "redis-raw-client";

#[test]
fn precision_and_recall_are_counted_at_file_and_line() {
    let labels = json!({
        "labels": [
            {"kind": "K4", "file": "a.py", "line": 1}, {"kind": "K4", "file": "a.py", "line": 2},
            {"kind": "K1", "file": "a.py", "line": 3}, {"kind": "K5", "file": "a.py", "line": 9},
        ],
        "ambiguous": [{"kind": "K4", "file": "a.py", "line": 5}],
        "unparsable": [{"file": "b.py", "expect": [{"kind": "K4", "line": 4}], "text_hints": [6]}],
    });
    let found = result(&[
        (RAW, "a.py", 1, "direct"),
        (RAW, "a.py", 1, "alias"),
        (RAW, "a.py", 5, "direct"),
        (RAW, "a.py", 7, "direct"),
        (RAW, "a.py", 8, "string"),
        (RAW, "b.py", 6, "direct"),
        (RAW, "b.py", 7, "direct"),
        ("another-rule", "a.py", 1, "direct"),
    ]);
    let tallies = compare(&labels, &found, &Scope::default());
    let raw = &tallies[RAW];
    assert_eq!((raw.labels, raw.reported), (3, 3));
    assert_eq!(raw.wrong, [(RAW.to_owned(), "a.py".to_owned(), 7)]);
    assert_eq!(
        raw.missed.iter().map(|place| (place.1.as_str(), place.2)).collect::<Vec<_>>(),
        [("a.py", 2), ("b.py", 4)]
    );
    assert!((raw.precision() - 2.0 / 3.0).abs() < 1e-9 && (raw.recall() - 1.0 / 3.0).abs() < 1e-9);
    assert!(tallies["redis-deprecated-import"].recall() < 1e-9);
    assert_eq!(tallies.len(), 2);
}

#[test]
fn lines_that_need_types_count_neither_way_unless_they_have_another_label() {
    let labels = json!({"labels": [
        {"kind": "sdk-path", "file": "a.rs", "line": 1}, {"kind": "method", "file": "a.rs", "line": 1},
        {"kind": "method", "file": "a.rs", "line": 2}, {"kind": "generic-pool", "file": "a.rs", "line": 3},
    ]});
    let found = result(&[(RAW, "a.rs", 1, "direct"), (RAW, "a.rs", 2, "direct"), (RAW, "a.rs", 3, "direct")]);
    let tallies = compare(&labels, &found, &Scope::default());
    assert_eq!((tallies[RAW].labels, tallies[RAW].reported, tallies[RAW].wrong.len()), (1, 1, 0));
}

#[test]
fn a_scope_restricts_both_sides() {
    let labels = json!({"labels": [
        {"kind": "K4", "file": "a/x.py", "line": 1}, {"kind": "K4", "file": "b/x.py", "line": 1},
    ]});
    let found = result(&[(RAW, "a/x.py", 1, "direct"), (RAW, "a/old/x.py", 1, "direct")]);
    let scope = Scope { under: "a/".to_owned(), without: Some("a/old/".to_owned()) };
    let tallies = compare(&labels, &found, &scope);
    assert_eq!((tallies[RAW].labels, tallies[RAW].reported), (1, 1));
}
