//! The JSON contract: members, their order and their types.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::super::*;
use super::rendered;
use crate::sample;

/// A JSON object as its members in the order of the text.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// Checks that an object has these members in this order; a member is `name:types`, where a type is one of `s`tring,
/// `n`umber, `i`nteger, `b`oolean, `a`rray, `o`bject, `0` (null).
fn check_members(text: &str, contract: &str) {
    let Members(members) = serde_json::from_str(text).unwrap();
    let expected: Vec<(&str, &str)> = contract.split_whitespace().map(|it| it.split_once(':').unwrap()).collect();
    let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, expected.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    for ((name, value), (_, types)) in members.iter().zip(&expected) {
        let fits = types.chars().any(|it| match it {
            's' => value.is_string(),
            'n' => value.is_number(),
            'i' => value.is_u64(),
            'b' => value.is_boolean(),
            'a' => value.is_array(),
            'o' => value.is_object(),
            _ => value.is_null(),
        });
        assert!(fits, "{name} is {value}, not of {types}");
    }
}

/// The text of the object or array that follows `"key":` for the `nth` time, with its members in order.
fn object_after<'t>(text: &'t str, key: &str, nth: usize) -> &'t str {
    let (at, found) = text.match_indices(&format!("\"{key}\": ")).nth(nth).unwrap();
    let rest = text[at + found.len()..].trim_start_matches(['[', '\n', ' ']);
    let mut depth = 0;
    let end = rest.char_indices().find(|(_, c)| {
        depth += i32::from(*c == '{') - i32::from(*c == '}');
        depth == 0
    });
    &rest[..=end.unwrap().0]
}

#[test]
fn json_keeps_the_contract() {
    let mut report = sample::report();
    report.elapsed_ms = Some([("score", 3)].into());
    let text = rendered(&report, Format::Json, &RenderOptions { show_exempted: true, ..RenderOptions::default() });
    assert!(text.ends_with("}\n"));
    check_members(
        &text,
        "schema:i tool:o violations:a notices:a score:o gate:o implementations:a summary:o problems:a unresolved:a exempted:a elapsed_ms:o",
    );
    let members = [
        ("tool", "name:s version:s"),
        (
            "violations",
            "rule:s source:s0 kind:s0 severity:s confidence:s points:n path:s line:i column:i end_line:i end_column:i \
             symbol:s written:s form:s scope:s context:s via:a message:s use_instead:s0 fingerprint:s state:s reason:s0 write:s0 with_import:s0 alternatives:a",
        ),
        ("via", "path:s line:i note:s"),
        ("score", "overall:n grade:s measured:b adopters:i debt:n production:o sources:a"),
        ("production", "score:n grade:s measured:b adopters:i debt:n"),
        (
            "sources",
            "id:s score:n grade:s measured:b adopters:i debt:n production:o inferred_owner:s0 inferred_names:a by_kind:o components:a \
             directories:a",
        ),
        ("by_kind", "import:o construct:o"),
        ("import", "violations:i adopters:i debt:n score:n production:o"),
        ("components", "id:s violations:i adopters:i debt:n score:n production:o"),
        ("directories", "path:s violations:i adopters:i debt:n score:n production:o"),
        ("gate", "passed:b conditions:a"),
        ("conditions", "id:s limit:n value:n passed:b"),
        (
            "implementations",
            "source:s symbol:s path:s line:i role:s wraps:a shared_methods:a importers:i \
             rule:s name:s scope:s column:i context:s canonical_methods:i",
        ),
        ("summary", "files_scanned:i files_relevant:i violations:o by_rule:a unresolved:i not_parsed:i stale:i"),
        ("by_rule", "rule:s violations:i files:i lines:i in_tests:i"),
        ("problems", "severity:s path:s line:i message:s column:i help:s0"),
        ("unresolved", "path:s line:i column:i written:s reason:s"),
    ];
    for (key, contract) in members {
        let nth = usize::from(key == "unresolved");
        check_members(object_after(&text, key, nth), contract);
    }
    check_members(object_after(&text, "violations", in_summary(&text)), "new:i baselined:i suppressed:i exempted:i");
}

/// Counts the `"violations": ` before the one of the summary.
fn in_summary(text: &str) -> usize {
    text[..text.find("\"summary\": ").unwrap()].matches("\"violations\": ").count()
}

#[test]
fn json_lists_all_states_and_hides_what_was_not_asked_for() {
    let text = rendered(&sample::report(), Format::Json, &RenderOptions::default());
    let document: Value = serde_json::from_str(&text).unwrap();
    let states: Vec<&str> =
        document["violations"].as_array().unwrap().iter().map(|it| it["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["new", "new", "baselined", "new", "suppressed"]);
    assert!(document.get("exempted").is_none() && document.get("elapsed_ms").is_none());
    assert_eq!(document["summary"]["violations"]["exempted"], 1);
    assert_eq!(document["violations"][2]["points"].to_string(), "1.5");
    assert_eq!(document["violations"][0]["points"].to_string(), "2");
    assert_eq!(document["gate"]["conditions"][0]["limit"].to_string(), "95.0");
    assert_eq!(document["gate"]["conditions"][1]["limit"].to_string(), "5");
}
