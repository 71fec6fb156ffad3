//! Criteria on the sample and on evidence in memory.

use super::*;
use crate::rule::{RulesText, load};
use crate::sample;
use crate::score::score;

fn rules(text: &str) -> RuleSet {
    let file = RulesText { name: "ssot.toml".into(), text: text.into(), pack: false };
    let (rules, problems) = load(file, &|_, path| Err(format!("no {path}")));
    assert!(problems.is_empty(), "{problems:?}");
    rules
}

fn criteria(text: &str) -> RuleSet {
    RuleSet { criteria: rules(text).criteria, ..sample::rules() }
}

const DECLARED: &str = "[[source]]\nid = \"redis\"\n[[source]]\nid = \"mail\"\n[[rule]]\nid = \"redis-direct-construction\"\nsource = \"redis\"\n\
    kind = \"construct\"\nban = [\"a.b\"]\n[[component]]\nid = \"app\"\npaths = [\"app/**\"]\n[[component]]\nid = \"websocket\"\npaths = []\n";

fn judged(text: &str, read: &ReadEvidence<'_>) -> Vec<String> {
    let rules = criteria(&format!("{DECLARED}{text}"));
    let tree = sample::tree();
    let findings = Findings { not_parsed: Vec::new(), ..sample::findings() };
    let basis = Basis { rules: &rules, tree: &tree, findings: &findings, partial: false, graph: None };
    let shown = |it: JudgedCriterion| format!("{}: {} {:?} ({})", it.id, it.outcome.name(), it.value, it.detail);
    judge(&basis, read).into_iter().map(shown).collect()
}

fn nothing(_: &str) -> EvidenceContent {
    EvidenceContent { bytes: Err("there is no such file".to_owned()), changed: None }
}

fn one(measure: &str, limit: &str) -> String {
    format!("[[criterion]]\nid = \"c\"\n{measure}\n{limit}\n")
}

#[test]
fn scores_of_parts_are_those_of_the_scorecard() {
    let card = score(&sample::findings(), &sample::rules(), &sample::tree());
    let app = card.sources[0].components[1].1.score;
    let of = |scope: &str| judged(&one(&format!("measure = \"score\"\n{scope}"), "at-least = 50"), &nothing).remove(0);
    assert_eq!(
        of("source = \"redis\""),
        format!("c: not met Some(Score({})) (1 adopters, 5.5 points of debt)", card.overall.hundredths())
    );
    assert_eq!(
        of("component = \"app\""),
        format!("c: not met Some(Score({})) (1 adopters, 4 points of debt)", app.hundredths())
    );
    assert_eq!(of("source = \"mail\""), "c: not measured None (nothing uses it)");
    let kind = card.sources[0].by_kind[&crate::rule::RuleKind::Construct].score.hundredths();
    assert!(of("rule = \"redis-direct-construction\"").contains(&format!("Score({kind})")));
}

#[test]
fn violations_are_counted_whatever_accepts_them_and_notes_are_not() {
    let of = |scope: &str, limit: &str| {
        judged(&one(&format!("measure = \"violations\"\n{scope}"), limit), &nothing).remove(0)
    };
    assert_eq!(of("", "at-most = 3"), "c: met Some(Count(3)) (3 in 3 files)");
    assert_eq!(of("component = \"websocket\"", "below = 2"), "c: not met Some(Count(2)) (2 in 2 files)");
}

#[test]
fn what_was_not_looked_for_is_not_measured() {
    let of = |measure: &str| judged(&one(&format!("measure = \"{measure}\""), "at-most = 0"), &nothing).remove(0);
    assert_eq!(of("implementations"), "c: not measured None (no rule of kind `implement` looks for rivals)");
    assert_eq!(of("exposure"), "c: not measured None (the import graph was not read)");
}

fn evidence(text: &str, bytes: &'static [u8]) -> String {
    let read =
        |_: &str| EvidenceContent { bytes: Ok(bytes.to_vec()), changed: Some("2026-01-02T03:04:05Z".to_owned()) };
    judged(&one(&format!("file = \"e\"\n{text}"), "above = 50"), &read).remove(0)
}

#[test]
fn passed_tests_among_those_that_match_and_ran() {
    let xml = br#"<?xml version="1.0"?><testsuites><testsuite timestamp="2026-01-01T00:00:00">
        <testcase classname="ws.Connect" name="opens"/><testcase classname="ws.Connect" name="closes"><failure>x</failure></testcase>
        <testcase classname="ws.Connect" name="late"><skipped/></testcase><testcase classname="ws.Connect" name="again"><system-out>&lt;failure</system-out></testcase>
        <testcase classname="db" name="breaks"><error/></testcase></testsuite></testsuites>"#;
    let junit = |name: &str| evidence(&format!("measure = \"junit\"\nname = '{name}'"), xml);
    assert_eq!(junit("^ws"), "c: met Some(Share { part: 2, whole: 3 }) (2 of 3 tests passed, 1 skipped)");
    assert_eq!(junit("::opens$"), "c: met Some(Share { part: 1, whole: 1 }) (1 of 1 tests passed)");
    assert_eq!(junit("^db"), "c: not met Some(Share { part: 0, whole: 1 }) (0 of 1 tests passed)");
    assert_eq!(junit("late"), "c: not measured None (all 1 tests that match were skipped)");
    assert_eq!(junit("agent"), "c: not measured None (none of its 5 tests has a name that matches)");
    let declared = br#"<?xml version="1.0"?><!DOCTYPE testsuites><testsuites><testcase name="a"/></testsuites>"#;
    let shown = evidence("measure = \"junit\"", declared);
    assert_eq!(shown, "c: met Some(Share { part: 1, whole: 1 }) (1 of 1 tests passed)");
}

#[test]
fn broken_evidence_measures_nothing() {
    let reason = |measure: &str, bytes| {
        let shown = evidence(measure, bytes);
        assert!(shown.starts_with("c: not measured None ("), "{shown}");
        shown
    };
    let junit = "measure = \"junit\"";
    assert!(reason(junit, b"<testsuite><testcase name='a'>").contains("no valid XML"));
    assert!(reason(junit, b"<html></html>").contains("its root is `html`"));
    assert!(reason(junit, b"<testsuite/>").contains("has no tests"));
    assert!(reason(junit, b" \n").contains("is empty"));
    assert!(reason(junit, &[0xff, 0xfe, b'<']).contains("not UTF-8"));
    let json = "measure = \"json\"\npointer = \"/a/rate\"";
    assert!(reason(json, b"{\"a\": {\"rate\": \"97\"}}").contains("stands a string, not a number"));
    assert!(reason(json, b"{\"a\": {}}").contains("nothing at `/a/rate`"));
    assert!(reason(json, b"{\"a\": {\"rate\": 97").contains("no valid JSON"));
    let log = "measure = \"log\"\namong = 'closed'\nmatching = '1011'";
    assert!(reason(log, b"opened\nother\n").contains("none of its 2 lines matches `among`"));
    let missing = judged(&one("measure = \"json\"\nfile = \"e\"\npointer = \"/a\"", "at-least = 0"), &nothing);
    assert_eq!(missing, ["c: not measured None (there is no such file)"]);
}

#[test]
fn numbers_and_lines() {
    let json = "measure = \"json\"\npointer = \"/runs/1/rate\"";
    let shown = evidence(json, b"{\"runs\": [{\"rate\": 1}, {\"rate\": 96.5}]}");
    assert_eq!(shown, "c: met Some(Number(96.5)) (`/runs/1/rate` is 96.5)");
    let log = "measure = \"log\"\namong = 'closed'\nmatching = 'code=1011\\b'";
    assert_eq!(
        evidence(log, b"closed code=1011\r\nclosed code=1000\nclosed code=10110\nopened code=1011\n"),
        "c: not met Some(Share { part: 1, whole: 3 }) (1 of 3 lines)"
    );
    let log = "measure = \"log\"\namong = '^event=ws_close$'\nmatching = '^close\\.code=1011$'";
    let lines = b"api-1 | {\"event\": \"ws_close\", \"close\": {\"code\": 1011}}\n{\"event\":\"ws_close\",\"close\":{\"code\":1000}}\n{\"event\":\"ws_open\"}\nplain\n";
    assert_eq!(evidence(log, lines), "c: not met Some(Share { part: 1, whole: 2 }) (1 of 2 lines)");
}

#[test]
fn limits_are_exact() {
    let limit = |bound, value| Limit { bound, value };
    let third = MeasuredValue::Share { part: 1, whole: 3 };
    assert!(holds(third, limit(Bound::Above, 33_333)) && !holds(third, limit(Bound::Above, 33_334)));
    let full = MeasuredValue::Share { part: 95, whole: 100 };
    assert!(!holds(full, limit(Bound::Above, 95_000)) && holds(full, limit(Bound::AtLeast, 95_000)));
    assert!(!holds(full, limit(Bound::Below, 95_000)) && holds(full, limit(Bound::AtMost, 95_000)));
    assert!(holds(MeasuredValue::Number(95.000_1), limit(Bound::Above, 95_000)));
    assert!(!holds(MeasuredValue::Number(95.0), limit(Bound::Above, 95_000)));
    assert!(!holds(MeasuredValue::Number(f64::NAN), limit(Bound::AtLeast, 0)));
    assert!(
        holds(MeasuredValue::Count(0), limit(Bound::AtMost, 0))
            && !holds(MeasuredValue::Score(9_499), limit(Bound::AtLeast, 95_000))
    );
}

#[test]
fn a_rule_that_is_switched_off_and_files_that_were_not_parsed_are_told() {
    let text = format!("{DECLARED}{}", one("measure = \"score\"\nrule = \"redis-direct-construction\"", "above = 1"));
    let mut rules = criteria(&text);
    let (tree, findings) = (sample::tree(), sample::findings());
    let of = |rules: &RuleSet| {
        let basis = Basis { rules, tree: &tree, findings: &findings, partial: false, graph: None };
        judge(&basis, &nothing).remove(0).detail
    };
    assert!(of(&rules).ends_with("; 1 relevant file was not parsed completely"), "{}", of(&rules));
    rules.rules.retain(|rule| &*rule.id != "redis-direct-construction");
    assert_eq!(of(&rules), "the rule is switched off");
}
