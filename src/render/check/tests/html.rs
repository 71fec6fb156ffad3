//! The page of a check: a snapshot, its markup, odd text, sums that agree with JSON, what is left out.

use std::collections::BTreeSet;

use roxmltree::{Document, Node, ParsingOptions};
use serde_json::Value;

use super::super::*;
use crate::render::style::Verbosity;

use super::machine::{SHOWN, many, odd};
use super::{everything, rendered};
use crate::compare::{Comparison, Loosened, Moved};
use crate::gate::GateOutcome;
use crate::report::{GateCondition, Report, Summary};
use crate::sample;
use crate::score::{Score, Scorecard};

fn page(report: &Report, options: &RenderOptions) -> String {
    rendered(report, Format::Html, options)
}

/// The sample with every state, compared with a reference.
fn compared() -> Report {
    let mut report = sample::report();
    report.summary.stale = 2;
    let place = |path: &str, line| (path.into(), line);
    report.comparison = Some(Comparison {
        reference: "main".to_owned(),
        commit: "0123456789abcdef".to_owned(),
        new: 3,
        fixed: vec![report.violations[2].clone()],
        moved: vec![Moved { fingerprint: String::new(), to: place("a/new.py", 4), from: place("a/old.py", 9) }],
        unchanged: 1,
        score: Score { adopters: 1, debt: 2_000 },
        rules_differ: true,
        hidden: vec![report.violations[3].clone(), report.violations[4].clone()],
        loosened: vec![Loosened { what: "gate.fail-under".into(), before: "95".into(), after: "50".into() }],
        ..Comparison::default()
    });
    report
}

fn empty() -> Report {
    let nothing = GateCondition { id: "files-scanned".to_owned(), limit: 1_000, value: 0, passed: false };
    Report {
        violations: Vec::new(),
        exempted: Vec::new(),
        score: Scorecard::default(),
        gate: GateOutcome { passed: false, conditions: vec![nothing] },
        implementations: Vec::new(),
        summary: Summary::default(),
        ..sample::clean_report()
    }
}

/// The page as XML: elements without content closed, and without what XML has no name for.
fn xml(page: &str) -> String {
    let mut text = String::new();
    let mut rest = page.strip_prefix("<!doctype html>\n").unwrap();
    while let Some(start) = rest.find('<') {
        let length = rest[start..].find('>').unwrap();
        let (before, tag) = (&rest[..start], &rest[start..start + length]);
        let void = ["<meta", "<br", "<input", "<wbr"].iter().any(|name| tag.starts_with(name));
        text += &format!("{before}{tag}{}>", if void { "/" } else { "" });
        rest = &rest[start + length + 1..];
        if tag.starts_with("<script") || tag.starts_with("<style") {
            // Its text ends at its end tag, whatever it holds.
            let end = rest.find(if tag.starts_with("<script") { "</script>" } else { "</style>" }).unwrap();
            rest = &rest[end..];
        }
    }
    (text + rest).replace('\u{ffff}', "")
}

fn data(page: &str) -> Value {
    let data = page.split_once("id=\"data\">").unwrap().1.split_once("</script>").unwrap().0;
    serde_json::from_str(data).unwrap()
}

fn text(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).map(|it| it.text().unwrap_or_default()).collect()
}

/// The cells of the rows of a section's first table.
fn rows(page: &str, section: &str) -> Vec<Vec<String>> {
    let page = xml(page);
    let document = Document::parse(&page).unwrap();
    let found = document.descendants().find(|it| it.attribute("id") == Some(section)).unwrap();
    let body = found.descendants().find(|it| it.has_tag_name("tbody")).unwrap();
    let cells = |row: Node<'_, '_>| row.children().filter(Node::is_element).map(text).collect();
    body.children().filter(Node::is_element).map(cells).collect()
}

/// Numbers and words of the tiles.
fn tiles(page: &str) -> Vec<(String, String)> {
    let page = xml(page);
    let document = Document::parse(&page).unwrap();
    let tiles = document.descendants().filter(|it| it.attribute("class") == Some("tile"));
    tiles
        .map(|it| {
            let parts: Vec<String> = it.children().filter(Node::is_element).map(text).collect();
            (parts[0].clone(), parts[1].clone())
        })
        .collect()
}

fn sections(page: &str) -> Vec<String> {
    let ids = page.split("<section id=\"").skip(1);
    ids.map(|it| it.split_once('"').unwrap().0.to_owned()).collect()
}

#[test]
fn html() {
    let page = page(&compared(), &everything());
    let body = page.split_once("<main>\n").unwrap().1.split_once("</main>").unwrap().0;
    insta::assert_snapshot!(body);
}

#[test]
fn html_is_well_formed_and_its_links_lead_somewhere() {
    let quiet = RenderOptions { verbosity: Verbosity::Quiet, ..RenderOptions::default() };
    for report in [sample::report(), compared(), sample::clean_report(), empty(), odd(), many(50)] {
        for options in [RenderOptions::default(), SHOWN, everything(), quiet] {
            let page = page(&report, &options);
            let text = xml(&page);
            let document = Document::parse_with_options(&text, ParsingOptions::default()).unwrap();
            let ids: Vec<&str> = document.descendants().filter_map(|it| it.attribute("id")).collect();
            let known: BTreeSet<&str> = ids.iter().copied().collect();
            assert_eq!(ids.len(), known.len(), "an id stands twice: {ids:?}");
            let links = document.descendants().filter_map(|it| it.attribute("href")?.strip_prefix('#'));
            assert!(links.filter(|it| !it.contains('=')).all(|it| known.contains(it)));
            let script = include_str!("../../style/page/page.js");
            let wanted: Vec<&str> = script.split("byId(\"").skip(1).map(|it| it.split_once('"').unwrap().0).collect();
            assert!(
                !page.contains("<script>") || wanted.len() > 5 && wanted.iter().all(|it| known.contains(it)),
                "{wanted:?} in {known:?}"
            );
            for outside in ["http://", "https://", "url(", "@import", "src="] {
                assert!(!page.contains(outside), "the page asks for {outside}");
            }
        }
    }
}

#[test]
fn html_shows_odd_text_and_makes_no_markup_of_it() {
    let mut report = odd();
    let evil = "</script><img src=x onerror=alert(1)><!--\"'&\u{2028}\u{202e}`";
    report.violations[0].message = evil.to_owned();
    report.violations[0].rule = evil.into();
    report.problems[0].help = Some(evil.to_owned());
    report.notices = vec![format!("{evil}\n{evil}")];
    report.implementations[0].symbol = evil.to_owned();
    let comparison =
        Comparison { reference: evil.to_owned(), fixed: report.violations.clone(), ..Comparison::default() };
    report.comparison = Some(comparison);
    report.unresolved[0].written = evil.to_owned();
    let page = page(&report, &everything());
    assert!(!page.contains("<img") && !page.contains("<!--"), "an element came through");
    assert_eq!(page.matches("</script>").count(), 2);
    assert!(!page.contains(['\u{2028}', '\u{202e}']), "a character that steers came through");
    let strings = data(&page)["strings"].to_string();
    assert!(strings.contains("</script><img src=x onerror=alert(1)>"), "{strings}");
}

/// The rows in a state, by the script's number for it.
fn in_state(page: &str, state: u64) -> u64 {
    data(page)["rows"].as_array().unwrap().iter().filter(|row| row[8] == state).count() as u64
}

#[test]
fn html_says_the_numbers_of_json() {
    let report = compared();
    let (page, json) = (page(&report, &everything()), rendered(&report, Format::Json, &everything()));
    let json: Value = serde_json::from_str(&json).unwrap();
    let states = ["new", "baselined", "suppressed", "exempted"].map(|it| json["summary"]["violations"][it].clone());
    assert_eq!(states, [3, 1, 1, 1], "the sample lost a state");
    assert_eq!(states.clone(), [0, 1, 2, 3].map(|it| in_state(&page, it)));
    let shown: Vec<String> = tiles(&page).into_iter().map(|(number, _)| number).collect();
    let of = |key: &str| json["comparison"][key].to_string();
    assert_eq!(shown[..4], states.map(|it| it.to_string()));
    assert_eq!(shown[4..], [of("fixed"), of("moved"), "1".to_owned()]);

    let conditions = json["gate"]["conditions"].as_array().unwrap();
    assert_eq!(rows(&page, "verdict").len(), conditions.len());
    for (row, condition) in rows(&page, "verdict").iter().zip(conditions) {
        assert_eq!(row[1], if condition["passed"] == true { "passed" } else { "failed" });
        let number = |text: &str| text.rsplit(' ').next().unwrap().parse::<f64>().unwrap();
        assert_eq!(Some(number(&row[2])), condition["value"].as_f64());
        assert_eq!(Some(number(&row[3])), condition["limit"].as_f64());
    }

    let of_source = |key: &str| json["score"]["sources"][0][key].clone();
    let directories = of_source("directories");
    for row in rows(&page, "directories") {
        let known = directories.as_array().unwrap().iter().find(|it| it["path"] == row[0]).unwrap();
        assert_eq!((&row[2], &row[3]), (&known["violations"].to_string(), &known["adopters"].to_string()));
        assert!(row[5] == "-" || row[5].parse::<f64>().ok() == known["score"].as_f64(), "{row:?}");
    }
    let total = &rows(&page, "scores")[0];
    assert_eq!(total[5].parse::<f64>().ok(), of_source("score").as_f64());
    let points: u64 = data(&page)["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row[8] != 3)
        .map(|row| row[10].as_u64().unwrap())
        .sum();
    let expected: f64 = json["violations"].as_array().unwrap().iter().map(|it| it["points"].as_f64().unwrap()).sum();
    assert!((f64::from(u32::try_from(points).unwrap()) / 1_000.0 - expected).abs() < 1e-9);
}

#[test]
fn html_lists_accepted_violations_and_exempted_places_when_asked() {
    let report = compared();
    let listed = |options: &RenderOptions| [0, 1, 2, 3].map(|state| in_state(&page(&report, options), state));
    assert_eq!(listed(&RenderOptions::default()), [3, 0, 0, 0]);
    assert_eq!(listed(&SHOWN), [3, 1, 1, 0]);
    assert_eq!(listed(&RenderOptions { show_exempted: true, ..RenderOptions::default() }), [3, 0, 0, 1]);
    let plain = page(&report, &RenderOptions::default());
    assert!(plain.contains("not listed: 1 suppressed, 1 baselined, 1 exempted, "));
    assert!(plain.contains("<label hidden=\"\">State"), "one state is no choice");
    assert!(
        page(&report, &SHOWN).contains("<option value=\"suppressed\">")
            && !plain.contains("<option value=\"suppressed\">")
    );
}

#[test]
fn html_has_the_sections_that_are_asked_for() {
    let report = compared();
    let of = |verbosity, statistics| {
        sections(&page(&report, &RenderOptions { verbosity, statistics, ..RenderOptions::default() }))
    };
    assert_eq!(of(Verbosity::Quiet, true), ["verdict", "violations", "problems"]);
    let normal =
        ["verdict", "breakdown", "changes", "violations", "problems", "rivals", "scores", "directories", "checked"];
    assert_eq!(of(Verbosity::Normal, false), normal);
    let more = of(Verbosity::Verbose, true);
    assert!(more.contains(&"counts".to_owned()) && more.contains(&"unresolved".to_owned()), "{more:?}");
    let quiet = page(&report, &RenderOptions { verbosity: Verbosity::Quiet, ..RenderOptions::default() });
    assert!(quiet.contains("expected a name") && !quiet.contains("no file matches"), "only errors");
}

#[test]
fn html_of_nothing_says_so() {
    let page = |report: &Report| page(report, &RenderOptions::default());
    let clean = page(&sample::clean_report());
    assert!(clean.contains("<h1>Gate passed: 0 violations</h1>") && clean.contains("<p>None.</p>"), "{clean}");
    let nothing = page(&empty());
    assert!(nothing.contains("<h1>Gate failed: nothing was scanned</h1>"));
    assert!(nothing.contains("<p>Nothing was scanned.</p>") && nothing.contains(">nothing uses it<"));
    assert!(!nothing.contains("100.00"), "a score of nothing says nothing");
    let mut accepted = sample::report();
    accepted.violations.retain(|it| !it.is_active());
    assert!(page(&accepted).contains("<p>None that is active.</p>"));
}

#[test]
fn html_of_5_000_violations_stays_small() {
    let page = page(&many(5_000), &everything());
    assert_eq!(in_state(&page, 0), 5_000);
    assert!(page.len() < 5 << 20, "{} bytes", page.len());
}
