//! Snippets of source text: line ends, places far apart, any text.

use super::super::*;
use super::rendered;
use crate::problem::{Excerpt, Problem, ProblemKind, ProblemSeverity};
use crate::render::style::problem;
use crate::sample;
use crate::source::Span;

#[test]
fn snippet_lines_follow_every_line_end() {
    let text = "a = 1\rb = 2\r\nüber = redis.Redis()\n";
    let start = u32::try_from(text.find("redis").unwrap()).unwrap();
    let it = Problem {
        excerpt: Some(Excerpt { text: text.into(), span: Span::new(start, start + 5) }),
        ..Problem::whole_file(ProblemSeverity::Error, ProblemKind::Config, "a.py", "wrong")
    };
    let mut out = Vec::new();
    problem(&it, &RenderOptions::default(), &mut out).unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r"
    error: wrong
     --> a.py:3:8
      |
    3 | über = redis.Redis()
      |        ^^^^^
    ");
}

#[test]
fn steps_across_old_line_ends_keep_their_lines() {
    let mut report = sample::report();
    report.violations.truncate(1);
    let it = &mut report.violations[0];
    let text = "import redis\rx = 1\rredis.Redis()\r";
    it.via.truncate(1);
    it.via[0].span = Span::new(7, 12);
    it.span = Span::new(19, 32);
    report.texts.insert(it.file, text.into());
    let text = rendered(&report, Format::Full, &RenderOptions::default());
    assert!(text.contains("handler.py:3:1\n"), "{text}");
    assert!(
        text.contains("1 | import redis\n  |        ----- imported as `R`\n2 | x = 1\n3 | redis.Redis()\n"),
        "{text}"
    );
}

#[test]
fn a_step_far_away_in_the_same_file_gets_a_snippet_of_its_own() {
    let mut report = sample::report();
    report.violations.truncate(1);
    let it = &mut report.violations[0];
    let text = format!("import redis\n{}redis.Redis()\n", "x = 1\n".repeat(5_000));
    it.via.truncate(1);
    it.via[0].span = Span::new(7, 12);
    it.span = Span::new(30_013, 30_026);
    report.texts.insert(it.file, text.into());
    let text = rendered(&report, Format::Full, &RenderOptions::default());
    assert!(text.contains("handler.py:5002:1\n") && text.contains("::: app/websocket/handler.py:1:8\n"), "{text}");
    assert!(text.contains("- imported as `R`"), "{text}");
}

proptest::proptest! {
    #[test]
    fn a_snippet_survives_any_text_and_says_the_right_place(
        parts in proptest::collection::vec(
            proptest::sample::select(vec!["a", "\t", "\r", "\n", "\r\n", "日", "e\u{301}", "\u{200b}", "🎉", "(", "\u{1b}[1m", " "]),
            0..60,
        ),
        start in 0u32..90,
        length in 0u32..90,
        width in 0usize..120,
        color: bool,
    ) {
        let text = parts.concat();
        let at = text.floor_char_boundary(start as usize);
        let start = u32::try_from(at).unwrap();
        let place = crate::source::LineIndex::default().position(&text, start);
        let it = Problem {
            excerpt: Some(Excerpt { text: text.into(), span: Span::new(start, start + length) }),
            ..Problem::whole_file(ProblemSeverity::Warning, ProblemKind::Config, "p.py", "wrong")
        };
        let mut out = Vec::new();
        problem(&it, &RenderOptions { width, color, ..RenderOptions::default() }, &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        let expected = format!("p.py:{}:{}", place.line, place.column);
        proptest::prop_assert!(out.contains(&expected), "{expected} is not in\n{out}");
        proptest::prop_assert!(color || !out.contains('\u{1b}'), "control characters");
    }
}
