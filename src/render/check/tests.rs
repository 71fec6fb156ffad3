//! Each format on the sample, widths, and odd text.

use serde_json::Value;

use super::*;
use crate::render::style::Verbosity;
use crate::rule::select::RuleFilter;
use crate::sample;
use crate::score::explain;
use crate::source::Span;
use crate::triage::triage;

mod html;
mod json;
mod machine;
mod snippets;

fn rendered(report: &Report, format: Format, options: &RenderOptions) -> String {
    let mut out = Vec::new();
    render(report, format, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn everything() -> RenderOptions {
    RenderOptions {
        show_suppressed: true,
        show_exempted: true,
        verbosity: Verbosity::Verbose,
        min_severity: Some(Severity::Note),
        ..RenderOptions::default()
    }
}

#[test]
fn full() {
    insta::assert_snapshot!(rendered(&sample::report(), Format::Full, &RenderOptions::default()));
}

#[test]
fn full_with_everything_in_a_narrow_terminal() {
    let options = RenderOptions { width: 40, ..everything() };
    insta::assert_snapshot!(rendered(&sample::report(), Format::Full, &options));
}

#[test]
fn full_in_colour() {
    let options = RenderOptions { color: true, ..RenderOptions::default() };
    insta::assert_snapshot!(rendered(&sample::report(), Format::Full, &options).replace('\u{1b}', "ESC"));
}

#[test]
fn full_of_a_clean_run() {
    let text = rendered(&sample::clean_report(), Format::Full, &RenderOptions::default());
    assert_eq!(
        text.lines().last(),
        Some("checked 9 files (8 relevant) against 3 rules; 0 uses unresolved, 1 skipped, 0 not parsed")
    );
    insta::assert_snapshot!(text);
}

#[test]
fn full_when_quiet() {
    let options = RenderOptions { verbosity: Verbosity::Quiet, ..RenderOptions::default() };
    let text = rendered(&sample::report(), Format::Full, &options);
    assert!(!text.contains("warning: no file matches"), "warnings about inputs are left out");
    assert!(text.contains("error: expected a name"), "errors are not");
    assert!(text.lines().last().unwrap().starts_with("gate failed: "));
    assert!(text.lines().any(|line| line.starts_with("score ")), "{text}");
}

#[test]
fn statistics_stand_alone() {
    let options = RenderOptions { statistics: true, ..RenderOptions::default() };
    for format in [Format::Full, Format::Concise, Format::Table] {
        let text = rendered(&sample::report(), format, &options);
        assert!(text.lines().all(|line| line.is_empty() || of_table(line)), "{format:?}: {text}");
        assert!(text.contains("confidence"), "{format:?} counts");
    }
}

#[test]
fn people_see_what_they_are_to_act_on_production_first() {
    let mut report = sample::report();
    report.violations[0].severity = Severity::Note;
    report.violations[1].context = crate::violation::Context::Test;
    let marks: Vec<String> =
        report.violations.iter().map(|it| format!("{}:{}:{}", it.path, it.start.line, it.start.column)).collect();
    for format in Format::ALL {
        let text = rendered(&report, format, &RenderOptions::default());
        if format.is_for_people() && format != Format::Html {
            assert!(
                text.contains("note (`--min-severity note` lists")
                    || text.contains("notes (`--min-severity note` lists"),
                "{format:?}: {text}"
            );
        }
    }
    let concise = rendered(&report, Format::Concise, &RenderOptions::default());
    let line_of = |mark: &str| concise.lines().position(|line| line.starts_with(mark));
    assert_eq!(line_of(&marks[0]), None, "a note is counted only");
    assert!(line_of(&marks[1]).is_some(), "tests are listed, after production: {concise}");
    let all = RenderOptions { min_severity: Some(Severity::Note), ..RenderOptions::default() };
    assert!(rendered(&report, Format::Concise, &all).contains(&marks[0]));
}

#[test]
fn a_place_that_two_rules_name_is_shown_once() {
    let mut report = sample::report();
    let mut other = report.violations[0].clone();
    other.rule = "another-rule".into();
    report.violations.insert(1, other);
    let rules = format!("{}, another-rule", report.violations[0].rule);
    let full = rendered(&report, Format::Full, &RenderOptions::default());
    assert_eq!(full.matches(&format!("[{rules}]")).count(), 1, "{full}");
    assert!(full.contains("also error[another-rule]"), "{full}");
    let markdown = rendered(&report, Format::Markdown, &RenderOptions::default());
    let both = format!("`{}`, `another-rule` |", report.violations[0].rule);
    assert_eq!(markdown.matches(&both).count(), 1, "{markdown}");
    let page = rendered(&report, Format::Html, &RenderOptions::default());
    let data = page.split_once("id=\"data\">").unwrap().1.split_once("</script>").unwrap().0;
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    let number = |text: &str| data["strings"].as_array().unwrap().iter().position(|it| it == text).unwrap();
    let both = serde_json::json!([number(&report.violations[0].rule), number("another-rule")]);
    let with_it = |row: &&serde_json::Value| row[4].as_array().unwrap().contains(&both[1]);
    let rows: Vec<&serde_json::Value> = data["rows"].as_array().unwrap().iter().filter(with_it).collect();
    assert_eq!((rows.len(), &rows[0][4]), (1, &both));
    assert_eq!(rows[0][10], report.violations[0].points + report.violations[1].points);
}

#[test]
fn a_table_cuts_no_word_of_a_path() {
    let mut report = sample::report();
    let path = "services/authentication_backend/connections/managers/redis_manager_factory.py";
    report.violations[0].path = path.into();
    let words: Vec<&str> = path.split(['/', '.', '_']).collect();
    for width in [60, 80, 100, 120, 200] {
        let shown = rendered(&report, Format::Table, &RenderOptions { width, ..RenderOptions::default() });
        let cell = |line: &str| line.split(['│', '┆']).nth(1).unwrap_or(line).trim().to_owned();
        let lines: Vec<String> = shown.lines().map(cell).collect();
        for word in &words {
            assert!(lines.iter().any(|line| line.contains(word)), "`{word}` is cut at {width}:\n{shown}");
        }
    }
}

#[test]
fn concise() {
    insta::assert_snapshot!(rendered(&sample::report(), Format::Concise, &RenderOptions::default()));
}

#[test]
fn concise_with_everything() {
    insta::assert_snapshot!(rendered(&sample::report(), Format::Concise, &everything()));
}

#[test]
fn table() {
    insta::assert_snapshot!(rendered(&sample::report(), Format::Table, &RenderOptions::default()));
}

#[test]
fn json() {
    let text = rendered(&sample::report(), Format::Json, &RenderOptions::default());
    insta::with_settings!({filters => vec![(r#""version": "[^"]+""#, r#""version": "VERSION""#)]}, {
        insta::assert_snapshot!(text);
    });
}

#[test]
fn scores() {
    let report = sample::report();
    let mut out = Vec::new();
    score_text(&report.score, &RenderOptions::default(), &mut out).unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap());
    let mut out = Vec::new();
    score_json(&report.score, &mut out).unwrap();
    let alone: Value = serde_json::from_slice(&out).unwrap();
    let whole: Value = serde_json::from_str(&rendered(&report, Format::Json, &RenderOptions::default())).unwrap();
    assert_eq!(alone, whole["score"]);
}

fn explanation() -> crate::score::Explanation {
    let (rules, tree) = (sample::rules(), sample::tree());
    let findings = triage(sample::findings(), &sample::terms(&rules, &RuleFilter::default()), None).findings;
    let score = crate::score::score(&findings, &rules, &tree);
    explain(&findings, &rules, &tree, &score)
}

#[test]
fn explained() {
    let mut out = Vec::new();
    explain_text(&explanation(), &RenderOptions::default(), &mut out).unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap());
}

#[test]
fn explained_terms_add_up_to_the_scores() {
    let mut out = Vec::new();
    explain_json(&explanation(), &mut out).unwrap();
    let document: Value = serde_json::from_slice(&out).unwrap();
    for source in document["sources"].as_array().unwrap() {
        let list = |key: &str| source[key].as_array().unwrap().clone();
        let within = |item: &Value, component: &str| item["components"].as_array().unwrap().contains(&component.into());
        let points = |items: &[Value]| items.iter().map(|it| it["points"].as_f64().unwrap()).sum::<f64>();
        let check = |part: &Value, adopters: usize, debt: f64| {
            let a = 2.0 * f64::from(u32::try_from(adopters).unwrap());
            let expected = if debt == 0.0 { 100.0 } else { (10_000.0 * a / (a + debt)).floor() / 100.0 };
            assert_eq!(part["debt"].as_f64(), Some(debt), "{part}");
            assert_eq!(part["score"].as_f64(), Some(expected), "{part}");
            assert_eq!(part["numerator"].as_f64(), Some(100.0 * a));
            assert_eq!(part["denominator"].as_f64(), Some(a + debt));
        };
        let (adopters, violations) = (list("adopters"), list("violations"));
        for it in &violations {
            let product = it["severity_points"].as_f64().unwrap() * it["weight"].as_f64().unwrap();
            assert_eq!(it["points"].as_f64(), Some(product));
        }
        check(&source["total"], adopters.len(), points(&violations));
        for part in list("by_kind") {
            let of_kind: Vec<Value> = violations.iter().filter(|it| it["kind"] == part["id"]).cloned().collect();
            check(&part, adopters.len(), points(&of_kind));
        }
        for part in list("components") {
            let id = part["id"].as_str().unwrap();
            let inside: Vec<Value> = violations.iter().filter(|it| within(it, id)).cloned().collect();
            check(&part, adopters.iter().filter(|it| within(it, id)).count(), points(&inside));
        }
    }
}

/// Returns true if a line belongs to a table.
fn of_table(line: &str) -> bool {
    line.starts_with(['│', '╭', '╰', '╞'])
}

#[test]
fn tables_keep_to_the_width() {
    let report = sample::report();
    for width in (30..200).step_by(7) {
        let options = RenderOptions { width, ..everything() };
        let text = rendered(&report, Format::Table, &options);
        for line in text.lines().filter(|line| of_table(line)) {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
        let bare = crate::render::style::text::table(
            &["a", "b", "c", "d", "e", "f"].map(|it| (it, crate::render::style::text::Align::Right)),
            vec![vec!["redis-direct-construction".to_owned(); 6]],
            &options,
        );
        assert!(bare.lines().all(|line| line.chars().count() <= width), "{width}:\n{bare}");
    }
}

#[test]
fn every_format_survives_every_width_and_odd_text() {
    let mut report = sample::report();
    report.violations[0].path = "app/a\u{202e}\u{1b}[31m\nb.py".into();
    report.violations[1].span = Span::new(40, 5_000);
    report.violations[2].span = Span::new(9_000, 9_001);
    report.texts.remove(&report.violations[3].file);
    for width in [0, 1, 5, 20, 40, 80, 200, 1_000_000] {
        for color in [false, true] {
            for format in Format::ALL {
                let text = rendered(&report, format, &RenderOptions { width, color, ..everything() });
                assert!(text.ends_with('\n'));
                assert!(!text.contains("\u{1b}[31m\nb.py"), "{format:?} passes control characters on");
                let for_people = !matches!(format, Format::Json | Format::Gitlab | Format::Junit | Format::Rdjson);
                assert!(!for_people || !text.contains('\u{202e}'), "{format:?} lets a path turn the line around");
            }
        }
    }
}

/// Snapshots are named like the tests that make them; one of each format is named like the format.
#[test]
fn every_format_has_a_snapshot() {
    let folders = ["src/render/check/snapshots", "src/render/check/tests/snapshots"];
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let entries: Vec<_> = folders
        .iter()
        .flat_map(|it| std::fs::read_dir(root.join(it)).unwrap())
        .map(|it| it.unwrap().file_name())
        .collect();
    for format in Format::ALL {
        let ending = format!("__{}.snap", format.name());
        let found = entries.iter().any(|it| it.to_str().is_some_and(|it| it.ends_with(&ending)));
        assert!(found, "no snapshot ends with {ending}");
    }
}

#[test]
fn no_colour_unless_asked_for() {
    for format in Format::ALL {
        assert!(!rendered(&sample::report(), format, &everything()).contains('\u{1b}'));
    }
}

#[test]
fn formats_are_found_by_their_names() {
    for format in Format::ALL {
        assert_eq!(Format::of_name(format.name()), Some(format));
    }
    assert_eq!(Format::of_name("xml"), None);
}

#[test]
fn explained_points_that_do_not_follow_from_the_severity_say_why() {
    let mut explanation = explanation();
    explanation.sources[0].violations[0].points = 0;
    explanation.sources[0].violations[1].state = crate::violation::State::Suppressed;
    let mut out = Vec::new();
    explain_text(&explanation, &RenderOptions::default(), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("error 2 x 1 = 0 (its form is outside the score)"), "{text}");
    assert!(text.contains("error 2 x 1 = 2 (suppressed, still debt)"), "{text}");
    assert!(text.contains("D = 1 x 2 + 1 x 1.5 = 3.5"), "{text}");
}
