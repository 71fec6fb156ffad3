//! What identity survives, on what the analysis finds in edited code.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::rule::RuleSet;
use crate::rule::select::RuleFilter;
use crate::suppress::{Date, Terms};
use crate::testing::{Memory, RULES, rules};
use crate::tree::Snapshot;
use crate::triage::{Recorded, Triaged, triage};
use crate::violation::State;

fn triaged(files: &[(&str, &str)], rules: &RuleSet, baseline: &Baseline) -> Triaged {
    let memory = Memory::new(files);
    let tree = memory.tree();
    let selection = RuleFilter::default();
    let terms = Terms { rules, selection: &selection, today: Date::parse("2026-07-01").unwrap() };
    let files = Snapshot { tree: &tree, texts: &memory };
    triage(memory.findings(rules), &terms, Some(Recorded { baseline, files }))
}

fn empty() -> Baseline {
    Baseline { name: "ssot-baseline.toml".into(), text: "".into(), entries: Vec::new() }
}

/// The baseline of these files, through its text.
fn recorded(files: &[(&str, &str)], rules: &RuleSet) -> Baseline {
    let before = triaged(files, rules, &empty());
    let (draft, _) = create(&before.findings, &before.matching.unwrap(), rules, Some("old"));
    let text: Arc<str> = write(&draft.entries).into();
    read("ssot-baseline.toml", &text).unwrap()
}

/// The places that are new after an edit, as `path:line`, and the number of stale entries.
fn edit(before: &[(&str, &str)], after: &[(&str, &str)]) -> (Vec<String>, usize) {
    let rules = rules(RULES);
    let baseline = recorded(before, &rules);
    let found = triaged(after, &rules, &baseline);
    let new = found.findings.violations.iter().filter(|violation| violation.is_active());
    let new = new.map(|violation| format!("{}:{}", violation.path, violation.start.line)).collect();
    (new, found.stale.len())
}

/// The same for one file.
fn edited(before: &str, after: &str) -> (Vec<String>, usize) {
    edit(&[("app/a.py", before)], &[("app/a.py", after)])
}

fn unchanged() -> (Vec<String>, usize) {
    (Vec::new(), 0)
}

const BASE: &str = "\
import redis
import os


def one():
    log('one')
    r = redis.Redis(host='a')
    return r


def two():
    first = redis.Redis(host='b')
    log('two')
    second = redis.Redis(host='c')
    return first, second


client = redis.Redis()
other = os.getcwd()
";

#[test]
fn a_shift_changes_nothing() {
    assert_eq!(edited(BASE, BASE), unchanged());
    assert_eq!(edited(BASE, &format!("# a comment\n\n\"\"\"Doc.\"\"\"\nimport sys\n{BASE}x = 1\n")), unchanged());
}

#[test]
fn a_formatter_changes_nothing() {
    let reflowed = BASE
        .replace("redis.Redis(host='a')", "redis.Redis(\n        host=\"a\",\n    )")
        .replace("    second = redis.Redis(host='c')", "    second = (\n        redis.Redis(host=\"c\")\n    )")
        .replace("log('two')", "log(\n        \"two\",\n    )");
    assert_eq!(edited(BASE, &reflowed), unchanged());
}

#[test]
fn an_argument_that_is_added_changes_nothing() {
    for (old, new) in
        [("host='a'", "host='a', db=1"), ("host='b'", "host='b', db=1"), ("redis.Redis()", "redis.Redis(db=1)")]
    {
        assert_eq!(edited(BASE, &BASE.replace(old, new)), unchanged(), "{new}");
    }
    assert_eq!(edited(BASE, &BASE.replace("redis.Redis(", "redis.Redis(db=1, ")), unchanged());
}

#[test]
fn edits_beside_a_violation_change_nothing() {
    let around = BASE.replace("log('one')", "log('uno')").replace("return r\n", "return r.ping()\n");
    assert_eq!(edited(BASE, &around), unchanged());
    let run = "import redis\na = redis.Redis(1)\nb = redis.Redis(2)\nc = redis.Redis(3)\nd = 4\n";
    assert_eq!(edited(run, &run.replace("Redis(", "Redis(db=0, n=")), unchanged(), "each has edited neighbours");
}

#[test]
fn swapped_statements_are_the_same_ones() {
    let swapped = BASE
        .replace("first = redis.Redis(host='b')", "@")
        .replace("second = redis.Redis(host='c')", "first = redis.Redis(host='b')")
        .replace('@', "second = redis.Redis(host='c')");
    assert_eq!(edited(BASE, &swapped), unchanged());
    let (new, stale) = edited(BASE, &swapped.replace("log('two')", "log('two')\n    third = redis.Redis(host='d')"));
    assert_eq!((new, stale), (vec!["app/a.py:14".to_owned()], 0));
}

#[test]
fn swapped_functions_are_the_same_ones() {
    let (head, rest) = BASE.split_once("def one").unwrap();
    let (one, rest) = rest.split_once("def two").unwrap();
    let (two, tail) = rest.split_once("\n\n\nclient").unwrap();
    let swapped = format!("{head}def two{two}\n\n\ndef one{one}\n\nclient{tail}");
    assert_eq!(edited(BASE, &swapped), unchanged());
}

#[test]
fn a_renamed_file_is_followed_and_a_new_violation_in_it_is_not() {
    let before = [("app/a.py", BASE), ("app/b.py", "import redis\nr = redis.Redis(host='a')\n")];
    let moved = [("app/sub/z.py", BASE), before[1]];
    assert_eq!(edit(&before, &moved), unchanged());
    let more = BASE.replace("    return r\n", "    s = redis.Redis(host='z')\n    return r\n");
    assert_eq!(edit(&before, &[("app/sub/z.py", &more), before[1]]), (vec!["app/sub/z.py:8".to_owned()], 0));
    let both = [("lib/a.py", BASE), ("lib/b.py", before[1].1)];
    assert_eq!(edit(&before, &both), unchanged());
}

#[test]
fn a_renamed_file_with_twins_is_told_by_its_name() {
    let text = "import redis\nr = redis.Redis()\nx = 1\n";
    let before = [("p/a.py", text), ("p/b.py", text)];
    assert_eq!(edit(&before, &[("q/a.py", text), ("q/b.py", text)]), unchanged());
    let (new, stale) = edit(&before[..1], &[("q/c.py", text), ("q/d.py", text)]);
    assert_eq!((new.len(), stale), (2, 1), "either could be it");
}

#[test]
fn code_that_is_moved_to_another_file_is_followed() {
    let b = "import os\n\n\ndef three():\n    return os.getcwd()\n";
    let one = "def one():\n    log('one')\n    r = redis.Redis(host='a')\n    return r\n";
    let without = BASE.replace(one, "");
    assert_ne!(without, BASE);
    let before = [("app/a.py", BASE), ("app/b.py", b)];
    assert_eq!(
        edit(&before, &[("app/a.py", &without), ("app/b.py", &format!("import redis\n{b}\n\n{one}"))]),
        unchanged()
    );
}

#[test]
fn one_fixed_and_one_added_is_caught() {
    let fixed = BASE.replace("r = redis.Redis(host='a')", "r = get()");
    let line = |text: &str, needle: &str| text.lines().position(|line| line.contains(needle)).unwrap() + 1;
    for (place, added) in [
        ("    return first, second", "    third = redis.Redis(host='a')\n    return first, second"),
        ("other = os.getcwd()", "r = redis.Redis(host='a')\nother = os.getcwd()"),
        ("    log('two')", "    log('two')\n    r = redis.Redis(host='a')"),
    ] {
        let after = fixed.replace(place, added);
        let at = line(&after, added.lines().find(|line| line.contains("host='a'")).unwrap());
        assert_eq!(edited(BASE, &after), (vec![format!("app/a.py:{at}")], 1), "{added}");
    }
}

#[test]
fn one_fixed_and_one_added_in_one_scope_is_caught() {
    let module = "import redis\na = redis.Redis()\nx = 1\ny = 2\nz = 3\nu = 4\nv = 5\n";
    let after = module.replace("a = redis.Redis()", "a = get()");
    assert_eq!(edited(module, &format!("{after}a = redis.Redis()\n")), (vec!["app/a.py:8".to_owned()], 1), "same text");
    assert_eq!(
        edited(module, &format!("{after}b = redis.Redis(1)\n")),
        (vec!["app/a.py:8".to_owned()], 1),
        "other text"
    );
    let small = "import redis\na = redis.Redis()\nb = get()\n";
    let (new, stale) = edited(small, "import redis\na = get()\nb = redis.Redis()\n");
    assert_eq!((new.as_slice(), stale), (&["app/a.py:3".to_owned()][..], 1));
    let two = "import redis\na = redis.Redis(1)\nx = 1\nb = redis.Redis(2)\ny = 2\n";
    let (new, stale) = edited(two, "import redis\nx = 1\nb = redis.Redis(2)\ny = 2\nc = redis.Redis(3)\n");
    assert_eq!((new.as_slice(), stale), (&["app/a.py:5".to_owned()][..], 1));
}

/// Of equal places the one that was added before the others is new, though it is the first in order.
#[test]
fn which_of_equal_places_is_new() {
    let before =
        "import redis\ndef f():\n    x = 1\n    redis.Redis()\n    y = 2\n    z = 3\n    redis.Redis()\n    v = 4\n";
    let after = before.replace("    x = 1\n", "    added = 9\n    redis.Redis()\n    x = 1\n");
    assert_eq!(edited(before, &after), (vec!["app/a.py:4".to_owned()], 0));
}

#[test]
fn surroundings_may_all_change_in_time() {
    let old = "import redis\nx = 1\na = redis.Redis()\ny = 2\n";
    let new = "import redis.client\nimport redis\nu = 5\nu = 6\nu = 7\na = redis.Redis()\nv = 5\nv = 6\nv = 7\n";
    assert_eq!(edited(old, new), unchanged());
}

#[test]
fn several_places_of_one_statement_are_told_apart() {
    let old = "import redis\npools = {\n    'a': redis.Redis(1),\n    'b': redis.Redis(2),\n}\nx = 1\n";
    for added in ["{\n    'z': redis.Redis(9),", "{\n    'z': redis.Redis(9),\n    'y': 1,"] {
        assert_eq!(edited(old, &old.replace('{', added)), (vec!["app/a.py:3".to_owned()], 0));
    }
    let last = old.replace("Redis(2),", "Redis(2),\n    'z': redis.Redis(9),");
    assert_eq!(edited(old, &last), (vec!["app/a.py:5".to_owned()], 0));
}

#[test]
fn strict_rules_and_comments_keep_violations_out() {
    let rules = rules(RULES);
    let strict = "import redis\nr = redis.StrictRedis()\n";
    let baseline = recorded(&[("a.py", strict)], &rules);
    assert_eq!(baseline.entries, []);
    let forged = Baseline {
        entries: vec![BaselineEntry {
            key: EntryKey {
                path: "a.py".into(),
                rule: "redis-deny".into(),
                scope: String::new(),
                symbol: "redis.StrictRedis".to_owned(),
                form: "direct".to_owned(),
            },
            anchors: Anchors::default(),
            reason: None,
            offset: 0,
        }],
        ..empty()
    };
    let found = triaged(&[("a.py", strict)], &rules, &forged);
    assert!(found.findings.violations[0].is_active());
    assert_eq!(found.stale, [0]);
    let plain = "import redis\nr = redis.Redis()\n";
    let baseline = recorded(&[("a.py", plain)], &rules);
    let found =
        triaged(&[("a.py", "import redis\nr = redis.Redis()  # ssot: ignore[redis-new] why\n")], &rules, &baseline);
    assert_eq!((found.findings.violations[0].state, found.stale), (State::Suppressed, vec![0]));
}

#[test]
fn what_a_run_cannot_see_is_not_stale() {
    let mut rules = rules(RULES);
    let plain = "import redis\nr = redis.Redis()\n";
    let baseline = recorded(&[("a.py", plain)], &rules);
    let found = triaged(&[("a.py", "import redis\nr = redis.Redis(\ndef (:\n")], &rules, &baseline);
    assert!(found.stale.is_empty(), "the file could not be parsed");
    let selection = RuleFilter { select: vec!["redis-import".to_owned()], ignore: Vec::new() };
    rules.select(&selection.select, &[]).unwrap();
    let memory = Memory::new(&[("a.py", plain)]);
    let terms = Terms { rules: &rules, selection: &selection, today: Date::parse("2026-07-01").unwrap() };
    let tree = memory.tree();
    let recorded = Recorded { baseline: &baseline, files: Snapshot { tree: &tree, texts: &memory } };
    assert!(triage(memory.findings(&rules), &terms, Some(recorded)).stale.is_empty(), "the rule does not apply");
}

#[test]
fn an_update_follows_removes_and_adds() {
    let rules = rules(RULES);
    let baseline = recorded(&[("app/a.py", BASE)], &rules);
    assert_eq!(baseline.entries.len(), 4);
    let after = BASE.replace("first = redis.Redis(host='b')", "first = get()").replace("host='a'", "host='a', db=1");
    let after = format!("{after}more = redis.Redis(host='n')\n");
    let files = [("app/a.py", after.as_str())];
    let found = triaged(&files, &rules, &baseline);
    let matching = found.matching.as_ref().unwrap();
    let draft = update(&baseline, &found.findings, matching, &found.stale, &rules, Some("needed"));
    assert_eq!((draft.entries.len(), draft.added.len(), draft.removed), (4, 1, 1));
    let text: Arc<str> = write(&draft.entries).into();
    let next = read("b.toml", &text).unwrap();
    let again = triaged(&files, &rules, &next);
    assert!(again.findings.violations.iter().all(|violation| violation.state == State::Baselined));
    let reasons: Vec<_> =
        again.findings.violations.iter().filter_map(|violation| violation.reason.as_deref()).collect();
    assert_eq!(reasons, ["old", "old", "old", "needed"]);
    let pruned = write(&prune(&baseline, &found.stale).entries);
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let old = lines(&write(&baseline.entries));
    assert!(lines(&pruned).iter().all(|line| old.contains(line)), "pruning changes no other line");
    assert_eq!(lines(&pruned).len() + 1, old.len());
    assert_eq!(problems(&baseline, &found.stale, matching, &rules)[0].line, 7);
}

/// A line of a generated function: a violation of the given number, or filler.
#[derive(Debug, Clone, PartialEq)]
enum Line {
    Violation(String),
    Filler(String),
}

fn render(functions: &[Vec<Line>]) -> String {
    let mut text = "import redis\n".to_owned();
    for (at, lines) in functions.iter().enumerate() {
        text += &format!("\n\ndef f{at}():\n    start({at})\n");
        for line in lines {
            let (Line::Violation(code) | Line::Filler(code)) = line;
            text += &format!("    {code}\n");
        }
        text += "    return 0\n";
    }
    text
}

/// Functions with violations that differ and violations that are alike, each next to filler that differs.
fn functions() -> impl Strategy<Value = Vec<Vec<Line>>> {
    let shape = proptest::collection::vec(proptest::collection::vec((any::<bool>(), 0..3u8), 1..8), 1..4);
    shape.prop_map(|functions| {
        let mut number = 0;
        let mut line = |(violation, alike): (bool, u8)| {
            number += 1;
            let filler = Line::Filler(format!("step({number})"));
            match (violation, alike) {
                (true, 0) => vec![Line::Violation("r = redis.Redis()".to_owned()), filler],
                (true, _) => vec![Line::Violation(format!("r{number} = redis.Redis(db={number})")), filler],
                (false, _) => vec![filler],
            }
        };
        functions.into_iter().map(|lines| lines.into_iter().flat_map(&mut line).collect()).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// An added violation, alike or not, is the new one wherever it stands; with it something else may be edited.
    #[test]
    fn what_was_added_is_what_is_new(
        functions in functions(),
        place in any::<prop::sample::Index>(),
        within in any::<prop::sample::Index>(),
        alike in any::<bool>(),
        shift in 0..3usize,
        reflow in any::<bool>(),
    ) {
        let before = render(&functions);
        let mut after = functions.clone();
        let at = place.index(after.len());
        let to = within.index(after[at].len() + 1);
        let code = if alike { "r = redis.Redis()" } else { "added = redis.Redis(db=999)" };
        // Apart from its neighbours by filler of its own, so that it is not the same text as an old twin's place.
        let added = [Line::Filler("fresh(1)".to_owned()), Line::Violation(format!("{code}  # added")), Line::Filler("fresh(2)".to_owned())];
        after[at].splice(to..to, added);
        let mut text = "# shifted\n".repeat(shift) + &render(&after);
        if reflow {
            text = text.replace("redis.Redis(db=", "redis.Redis(\n        db=").replace("redis.Redis()", "redis.Redis(\n    )");
        }
        let (new, stale) = edited(&before, &text);
        let marked = text.lines().position(|line| line.contains("# added")).unwrap() + 1;
        // The violation begins on the line of its call, which a reflow moves above the comment.
        let begins = (1..=marked).rev().find(|&line| text.lines().nth(line - 1).unwrap().contains("redis.Redis")).unwrap();
        prop_assert_eq!(new, vec![format!("app/a.py:{begins}")]);
        prop_assert_eq!(stale, 0);
    }

    /// A violation that is removed leaves one stale entry and nothing new.
    #[test]
    fn what_was_removed_is_what_is_stale(functions in functions(), choice in any::<prop::sample::Index>()) {
        let places: Vec<(usize, usize)> = functions
            .iter()
            .enumerate()
            .flat_map(|(at, lines)| (0..lines.len()).map(move |line| (at, line)))
            .filter(|&(at, line)| matches!(functions[at][line], Line::Violation(_)))
            .collect();
        prop_assume!(!places.is_empty());
        let (at, line) = places[choice.index(places.len())];
        let mut after = functions.clone();
        after[at][line] = Line::Filler("r = get()".to_owned());
        prop_assert_eq!(edited(&render(&functions), &render(&after)), (Vec::new(), 1));
    }

    /// An argument added anywhere, with a rename of the file or not, is no new violation.
    #[test]
    fn edits_of_arguments_and_names_of_files_are_followed(
        functions in functions(),
        choice in any::<prop::sample::Index>(),
        renamed in any::<bool>(),
    ) {
        let at = choice.index(functions.len());
        let mut after = functions.clone();
        for line in &mut after[at] {
            if let Line::Violation(code) = line {
                *code = code.replace("redis.Redis(", "redis.Redis(timeout=5, ");
            }
        }
        // A rename is only known by what stayed the same.
        let same = functions.iter().enumerate().any(|(other, lines)| {
            other != at && lines.iter().any(|line| matches!(line, Line::Violation(_)))
        });
        let path = if renamed && same { "lib/moved.py" } else { "app/a.py" };
        let (before, after) = (render(&functions), render(&after));
        prop_assert_eq!(edit(&[("app/a.py", &before)], &[(path, &after)]), unchanged());
    }

    /// The text next to an equal text: one of the two is new, the others are not.
    #[test]
    fn a_twin_above_or_below_is_one_new_violation(functions in functions(), choice in any::<prop::sample::Index>()) {
        let places: Vec<(usize, usize)> = functions
            .iter()
            .enumerate()
            .flat_map(|(at, lines)| (0..lines.len()).map(move |line| (at, line)))
            .filter(|&(at, line)| matches!(functions[at][line], Line::Violation(_)))
            .collect();
        prop_assume!(!places.is_empty());
        let (at, line) = places[choice.index(places.len())];
        let mut after = functions.clone();
        let twin = after[at][line].clone();
        after[at].insert(line, twin);
        let first = render(&after[..=at]).lines().count() - (after[at].len() - line);
        let (new, stale) = edited(&render(&functions), &render(&after));
        prop_assert_eq!((new.len(), stale), (1, 0));
        prop_assert!(new[0] == format!("app/a.py:{first}") || new[0] == format!("app/a.py:{}", first + 1), "{:?} {}", new, first);
    }
}
