//! The formats for other tools: snapshots, schemas, limits, escapes.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use roxmltree::{Document, Node};
use serde_json::Value;

use super::super::*;
use crate::render::style::Verbosity;

use super::rendered;
use crate::fix::{FailedGuarantee, PlannedFix};
use crate::lang::fixing::{Applicability, FixAction, Guarantee};
use crate::report::Report;
use crate::rule::Severity;
use crate::sample;
use crate::violation::Violation;

pub(super) const SHOWN: RenderOptions = RenderOptions {
    color: false,
    width: 100,
    show_suppressed: true,
    show_exempted: false,
    statistics: false,
    verbosity: Verbosity::Normal,
    min_severity: None,
    production_first: false,
};

fn plain(report: &Report, format: Format) -> String {
    rendered(report, format, &RenderOptions::default())
}

fn json(report: &Report, format: Format, options: &RenderOptions) -> Value {
    serde_json::from_str(&rendered(report, format, options)).unwrap()
}

/// A report of many violations, a third of which are notes, with names that compress badly.
pub(super) fn many(number: u32) -> Report {
    let mut report = sample::report();
    let one = report.violations[0].clone();
    let severities = [Severity::Error, Severity::Warning, Severity::Note];
    report.violations = (0..number)
        .map(|at| {
            let noise = u64::from(at + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            Violation {
                path: format!("services/{:x}/app/module_{noise:x}.py", noise >> 40).into(),
                severity: severities[at as usize % 3],
                symbol: format!("package_{noise:x}.Client"),
                scope: format!("Service{:x}.start", noise.rotate_left(17)),
                message: format!("`package_{noise:x}.Client` is constructed outside its owner"),
                fingerprint: format!("{noise:016x}{:016x}", noise.wrapping_mul(noise | 1)),
                ..one.clone()
            }
        })
        .collect();
    report
}

/// A report whose names hold everything that some format gives a meaning to.
pub(super) fn odd() -> Report {
    let mut report = sample::report();
    let odd = "a%b,c:d|e`f<g>&\"'\r\nh\u{1b}[1m\u{0}\u{ffff} **i** _j_ [k](l) ::error::m ]]> 日本";
    for violation in &mut report.violations {
        violation.path = format!("app/{odd}.py").into();
        violation.message = odd.to_owned();
        violation.use_instead = Some(odd.to_owned());
        violation.reason = Some(odd.to_owned());
        violation.via.iter_mut().for_each(|via| via.note = odd.to_owned());
    }
    report.problems[0].message = odd.to_owned();
    report.problems[0].path = format!("{odd}.py").into();
    report
}

fn check_schema(schema: &str, format: Format) {
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for report in [sample::report(), sample::clean_report(), odd(), many(50)] {
        for options in [RenderOptions::default(), SHOWN] {
            let document = json(&report, format, &options);
            let errors: Vec<String> =
                validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert!(errors.is_empty(), "{format:?}: {errors:#?}");
        }
    }
}

#[test]
fn sarif() {
    let text =
        serde_json::to_string_pretty(&json(&sample::report(), Format::Sarif, &RenderOptions::default())).unwrap();
    insta::with_settings!({filters => vec![(r#"ersion": "0[^"]+""#, r#"ersion": "VERSION""#)]}, {
        insta::assert_snapshot!(text);
    });
}

#[test]
fn github() {
    insta::assert_snapshot!(plain(&sample::report(), Format::Github));
}

#[test]
fn gitlab() {
    insta::assert_snapshot!(plain(&sample::report(), Format::Gitlab));
}

#[test]
fn junit() {
    insta::assert_snapshot!(rendered(&sample::report(), Format::Junit, &SHOWN));
}

#[test]
fn rdjson() {
    insta::assert_snapshot!(plain(&sample::report(), Format::Rdjson));
}

#[test]
fn markdown() {
    insta::assert_snapshot!(rendered(&sample::report(), Format::Markdown, &SHOWN));
}

#[test]
fn agent() {
    insta::assert_snapshot!(plain(&sample::report(), Format::Agent));
}

#[test]
fn sarif_keeps_its_schema() {
    check_schema(include_str!("schemas/sarif.json"), Format::Sarif);
}

#[test]
fn gitlab_keeps_its_schema() {
    check_schema(include_str!("schemas/gitlab.json"), Format::Gitlab);
}

#[test]
fn rdjson_keeps_its_schema() {
    check_schema(include_str!("schemas/rdjson.json"), Format::Rdjson);
}

#[test]
fn sarif_results_point_at_their_rules_and_their_chains() {
    let document = json(&sample::report(), Format::Sarif, &SHOWN);
    let run = &document["runs"][0];
    assert_eq!(run["results"].as_array().unwrap().len(), 5);
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        let text = result["message"]["text"].as_str().unwrap();
        for related in result["relatedLocations"].as_array().into_iter().flatten() {
            assert!(text.contains(&format!("]({})", related["id"])), "{text}");
        }
    }
    let kinds: Vec<&Value> =
        run["results"].as_array().unwrap().iter().map(|it| &it["suppressions"][0]["kind"]).collect();
    assert_eq!(kinds, [&Value::Null, &Value::Null, &"external".into(), &Value::Null, &"inSource".into()]);
}

#[test]
fn sarif_leaves_accepted_results_out_and_says_which_files_failed() {
    let document = json(&sample::report(), Format::Sarif, &RenderOptions::default());
    let run = &document["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    assert!(results.iter().all(|it| it.get("suppressions").is_none()));
    assert!(!document.to_string().contains("security-severity"));
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let failed = &invocation["toolExecutionNotifications"];
    assert_eq!(failed[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "app/broken.py");
    assert_eq!(failed[0]["level"], "error");
    let clean = json(&sample::clean_report(), Format::Sarif, &RenderOptions::default());
    assert_eq!(clean["runs"][0]["invocations"][0]["executionSuccessful"], true);
    assert_eq!(clean["runs"][0]["results"], Value::Array(Vec::new()));
}

#[test]
fn sarif_of_30_000_violations_stays_within_the_limits_of_github() {
    let text = plain(&many(30_000), Format::Sarif);
    let document: Value = serde_json::from_str(&text).unwrap();
    let run = &document["runs"][0];
    let results = run["results"].as_array().unwrap();
    let notes = results.iter().filter(|it| it["level"] == "note").count();
    assert_eq!((results.len(), notes), (25_000, 5_000), "20,000 errors and warnings, and notes up to the limit");
    let notifications = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    let said = notifications.last().unwrap()["message"]["text"].as_str().unwrap();
    assert!(said.starts_with("5000 notes left out"), "{said}");
    let prints: BTreeSet<&str> =
        results.iter().map(|it| it["partialFingerprints"]["ssotFingerprint/v1"].as_str().unwrap()).collect();
    assert_eq!(prints.len(), results.len());
    // Every result has the shape of the first ones; what was left out is told in the schema's words too.
    let mut short = document.clone();
    short["runs"][0]["results"].as_array_mut().unwrap().truncate(100);
    let schema: Value = serde_json::from_str(include_str!("schemas/sarif.json")).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&short));
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(text.as_bytes()).unwrap();
    let size = gzip.finish().unwrap().len();
    assert!(size < 10_000_000, "{size} bytes, {} before", text.len());
}

#[test]
fn github_shows_ten_of_each_severity_the_worst_first() {
    let report = many(30_000);
    let text = plain(&report, Format::Github);
    let words: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("::")?.split(' ').next()).collect();
    let expected = [vec!["error"; 10], vec!["warning"; 10], vec!["notice"; 10]].concat();
    assert_eq!(words, expected);
    let rest = text.lines().nth(29).unwrap();
    assert!(rest.starts_with("::notice title=ssot::29971 more violations and 3 more problems without"), "{rest}");
    assert!(text.lines().last().unwrap().contains("gate failed"));
    let few = plain(&many(6), Format::Github);
    assert!(!few.contains(" more violation"), "{few}");
}

#[test]
fn github_escapes_what_the_runner_reads() {
    let text = plain(&odd(), Format::Github);
    let first = text.lines().next().unwrap();
    assert!(first.starts_with("::error file=app/a%25b%2Cc%3Ad|e`f<g>&\"'%0D%0Ah\\u{1b}[1m"), "{first}");
    assert!(first.contains("::a%25b,c:d|"), "{first}");
    let commands = text.lines().filter(|line| line.starts_with("::")).count();
    assert_eq!(commands, text.lines().count() - 1, "no message starts a line of its own");
}

#[test]
fn gitlab_fingerprints_are_unique() {
    let mut report = many(300);
    let one = report.violations[0].fingerprint.clone();
    report.violations.iter_mut().for_each(|it| it.fingerprint.clone_from(&one));
    let twice = report.problems[0].clone();
    report.problems.push(twice);
    let document = json(&report, Format::Gitlab, &RenderOptions::default());
    let prints: BTreeSet<&str> =
        document.as_array().unwrap().iter().map(|it| it["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(prints.len(), 303, "and three problems, two of them equal");
}

#[test]
fn rdjson_counts_bytes() {
    let mut report = sample::report();
    let text = "x = \"日本\"; redis.Redis()\n";
    let it = &mut report.violations[0];
    let at = u32::try_from(text.find("redis").unwrap()).unwrap();
    it.span = crate::source::Span::new(at, at + 13);
    (it.start.line, it.start.column, it.end.line, it.end.column) = (1, 11, 1, 24);
    report.texts.insert(it.file, text.into());
    let range = |report: &Report| {
        json(report, Format::Rdjson, &RenderOptions::default())["diagnostics"][0]["location"]["range"].to_string()
    };
    assert_eq!(range(&report), r#"{"end":{"column":28,"line":1},"start":{"column":15,"line":1}}"#);
    report.texts.clear();
    assert_eq!(range(&report), r#"{"end":{"line":1},"start":{"line":1}}"#);
}

/// Members and order that the common schemas of JUnit XML agree on.
fn check_junit(text: &str) {
    let document = Document::parse(text).unwrap();
    let root = document.root_element();
    assert!(root.has_tag_name("testsuites"));
    let number = |node: Node<'_, '_>, name: &str| node.attribute(name).unwrap().parse::<usize>().unwrap();
    let elements = |node: Node<'_, '_>, name: &str| node.descendants().filter(|it| it.has_tag_name(name)).count();
    for node in root.descendants().filter(|it| it.has_tag_name("testsuites") || it.has_tag_name("testsuite")) {
        for (total, name) in [("tests", "testcase"), ("failures", "failure"), ("errors", "error")] {
            assert_eq!(number(node, total), elements(node, name));
        }
    }
    for suite in root.children().filter(Node::is_element) {
        assert!(suite.has_tag_name("testsuite") && suite.attribute("name").is_some_and(|name| !name.is_empty()));
        assert_eq!(number(suite, "skipped"), elements(suite, "skipped"));
        assert!(elements(suite, "testcase") > 0, "an empty suite is an error to some readers");
        for case in suite.children().filter(Node::is_element) {
            assert!(case.has_tag_name("testcase"));
            assert!(
                ["name", "classname", "time"].iter().all(|name| case.attribute(*name).is_some_and(|it| !it.is_empty()))
            );
            let outcomes: Vec<&str> = case.children().filter(Node::is_element).map(|it| it.tag_name().name()).collect();
            assert!(
                outcomes.len() <= 1
                    && outcomes.iter().all(|it| ["skipped", "error", "failure", "system-out"].contains(it))
            );
            for it in case.children().filter(|it| it.has_tag_name("failure") || it.has_tag_name("error")) {
                assert!(it.attribute("message").is_some() && it.attribute("type").is_some());
            }
        }
    }
}

#[test]
fn junit_keeps_the_structure_that_readers_share() {
    for report in [sample::report(), sample::clean_report(), odd(), many(50)] {
        for options in [RenderOptions::default(), SHOWN] {
            check_junit(&rendered(&report, Format::Junit, &options));
        }
    }
}

#[test]
fn junit_of_a_clean_run_has_passed_tests_and_no_failed_one() {
    let text = plain(&sample::clean_report(), Format::Junit);
    assert!(
        text.contains("<testcase name=\"no violation\" classname=\"redis-direct-construction\" time=\"0\"/>"),
        "{text}"
    );
    assert!(!text.contains("<failure") && !text.contains("<error"), "{text}");
}

#[test]
fn junit_keeps_odd_text() {
    let text = plain(&odd(), Format::Junit);
    let document = Document::parse(&text).unwrap();
    let failure = document.descendants().find(|it| it.has_tag_name("failure")).unwrap();
    let message = failure.attribute("message").unwrap();
    assert!(message.starts_with("a%b,c:d|e`f<g>&\"'\r\nh\\u{1b}[1m\\u{0}\\u{ffff} **i**"), "{message}");
    // A line break of a file's name is none of the report.
    let mut names =
        document.descendants().filter(|it| it.has_tag_name("testcase")).filter_map(|it| it.attribute("name"));
    assert!(names.all(|name| !name.contains(['\r', '\n'])), "{text}");
    assert!(failure.text().unwrap().starts_with("app/a%b,c:d|e`f<g>&\"'\\r\\nh"), "{text}");
}

#[test]
fn markdown_of_30_000_violations_fits_into_a_comment_and_counts_the_rest() {
    let mut report = many(30_000);
    let text = plain(&report, Format::Markdown);
    assert!(text.len() < 65_536, "{}", text.len());
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    let shown = text.lines().filter(|line| line.starts_with("| error |")).count();
    let listed =
        RenderOptions { min_severity: Some(Severity::Warning), production_first: true, ..RenderOptions::default() };
    let listed = crate::render::style::text::listed(&report, &listed);
    let left = crate::render::style::text::places(listed).len() - shown;
    assert!(text.contains(&format!("_{left} places not shown, for want of room._")), "{text}");
    assert!(text.starts_with("## ❌ ssot: gate failed\n"), "{text}");
    report.violations.truncate(200);
    for violation in &mut report.violations {
        violation.message = "`|<".repeat(10_000);
    }
    assert!(plain(&report, Format::Markdown).len() < 65_536);
}

#[test]
fn markdown_shows_odd_text_as_it_is() {
    let text = rendered(&odd(), Format::Markdown, &SHOWN);
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        let bars = line.replace("\\|", "").matches('|').count();
        assert!([4, 5].contains(&bars), "{line}");
        assert!(!line.contains("<g>") && !line.contains("**i**") && !line.contains("[k]("), "{line}");
    }
    let mut report = sample::report();
    report.violations[0].message = "`a|b` @someone `c".to_owned();
    let text = plain(&report, Format::Markdown);
    assert!(text.contains("&#96;a&#124;b&#96; @\u{2060}someone"), "{text}");
    report.violations[0].message = "`a|b` and `c`".to_owned();
    assert!(plain(&report, Format::Markdown).contains("<code>a&#124;b</code> and `c`"));
}

#[test]
fn an_agent_reads_what_to_write_and_how_far_to_trust_it() {
    let mut report = sample::report();
    let violation = report.violations[0].clone();
    let failure = FailedGuarantee {
        guarantee: Guarantee::Fits,
        sentence: "closes what it built".to_owned(),
        place: Some((Arc::clone(&violation.path), 40)),
    };
    let (path, start) = (violation.path.to_string(), violation.start);
    report.plan.push(PlannedFix {
        violation,
        applicability: Applicability::Unsafe,
        action: Some(FixAction::Replace),
        failures: vec![failure],
        suggestion: Some("one\ntwo".to_owned()),
        edits: Vec::new(),
    });
    let text = rendered(&report, Format::Agent, &RenderOptions::default());
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| *line == path).unwrap();
    assert!(lines[at + 1].starts_with(&format!("  {}:{} error ", start.line, start.column)), "{text}");
    let told = ["    fix unsafe, replace: closes what it built (line 40)", "    write one", "    write two"];
    assert_eq!(lines[at + 2..at + 5], told);
    assert_eq!(lines.iter().filter(|line| **line == path).count(), 1, "a file is named once: {text}");
    assert!(lines.last().is_some_and(|last| last.contains("gate failed")), "{text}");
}
