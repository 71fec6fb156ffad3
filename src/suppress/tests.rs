//! Suppressions on what the analysis finds.

use super::*;
use crate::rule::select::RuleFilter;
use crate::testing::{Memory, RULES, rules};
use crate::triage::triage;
use crate::violation::Violation;

const TODAY: &str = "2026-07-01";

/// Each violation as `line rule state`, with the reason of suppressed ones.
fn states_of(text: &str, selection: &RuleFilter) -> Vec<String> {
    let mut rules = rules(RULES);
    rules.select(&selection.select, &selection.ignore).unwrap();
    let findings = Memory::new(&[("app/a.py", text)]).findings(&rules);
    let terms = Terms { rules: &rules, selection, today: Date::parse(TODAY).unwrap() };
    let shown = |violation: &Violation| {
        let reason = violation.reason.as_ref().map(|reason| format!(" {reason}")).unwrap_or_default();
        format!("{} {} {}{reason}", violation.start.line, violation.rule, violation.state.name())
    };
    triage(findings, &terms, None).findings.violations.iter().map(shown).collect()
}

fn states(text: &str) -> Vec<String> {
    states_of(text, &RuleFilter::default())
}

#[test]
fn a_comment_accepts_what_stands_on_any_line_of_its_statement_or_on_the_next() {
    for text in [
        "import redis\nr = redis.Redis()  # ssot: ignore[redis-new] why not\n",
        "import redis\n# ssot: ignore[redis-new] why not\nr = redis.Redis()\n",
        "import redis\nr = f(\n    1,  # ssot: ignore[redis-new] why not\n    redis.Redis(),\n)\n",
        "import redis\nr = f(\n    redis.Redis(),\n)  # ssot: ignore[redis-new] why not\n",
        "# ssot: file-ignore[redis-new] why not\nimport redis\nr = redis.Redis()\n",
        "\"\"\"Doc.\"\"\"\n# ssot: file-ignore[redis-new] why not\nimport redis\n\ndef f():\n    redis.Redis()\n",
        "import redis\nwith redis.Redis() as r:  # ssot: ignore[redis-new] why not\n    pass\n",
    ] {
        let found = states(text);
        assert_eq!(found.len(), 1, "{text}{found:?}");
        assert!(found[0].ends_with("redis-new suppressed why not"), "{text}{found:?}");
    }
}

#[test]
fn a_comment_elsewhere_accepts_nothing() {
    for text in [
        "import redis\n# ssot: ignore[redis-new] why\n\nr = redis.Redis()\n",
        "import redis  # ssot: ignore[redis-new] why\nr = redis.Redis()\n",
        "import redis\nr = redis.Redis()\n# ssot: ignore[redis-new] why\n",
        "import redis\nif x:  # ssot: ignore[redis-new] why\n    y()\n    redis.Redis()\n",
    ] {
        let mut found = states(text);
        found.sort();
        assert_eq!(found.len(), 2, "{text}{found:?}");
        assert!(found.iter().any(|it| it.ends_with("redis-new new")), "{text}{found:?}");
        assert!(found.iter().any(|it| it.ends_with("unused-suppression new")), "{text}{found:?}");
    }
}

#[test]
fn text_in_strings_is_no_comment() {
    let found = states("import redis\nr = redis.Redis(\"# ssot: ignore[redis-new] why\")\n");
    assert_eq!(found, ["2 redis-new new"]);
    let found = states("import redis\n\"\"\"\n# ssot: ignore[redis-new] why\n\"\"\"; r = redis.Redis()\n");
    assert_eq!(found, ["4 redis-new new"]);
}

#[test]
fn stacked_comments_and_several_rules_reach_the_statement() {
    let found = states(
        "import redis\n# ssot: ignore[redis-import] old\n# ssot: ignore[redis-new] why\nx = __import__(\"aioredis\"), redis.Redis()\n",
    );
    assert_eq!(found, ["4 redis-import suppressed old", "4 redis-new suppressed why"]);
    let found = states(
        "import redis\nx = __import__(\"aioredis\"), redis.Redis()  # ssot: ignore[redis-new, redis-import] both\n",
    );
    assert_eq!(found, ["2 redis-import suppressed both", "2 redis-new suppressed both"]);
}

#[test]
fn each_fault_leaves_the_violation_active_and_is_told() {
    let line = |comment: &str| states(&format!("import redis\nr = redis.Redis()  {comment}\n"));
    for comment in [
        "# ssot: ignore[redis-new]",
        "# ssot: ignore why",
        "# ssot: ignore[] why",
        "# ssot: ignore[*] why",
        "# ssot: ignore[redis-nwe] why",
        "# ssot: ignore[unused-suppression] why",
        "# ssot: ignore[redis-new] why until=2026-06-30",
        "# ssot: ignore[redis-new] why until=tomorrow",
        "# ssot: file-ignore[redis-new] why",
    ] {
        assert_eq!(line(comment), ["2 redis-new new", "2 bad-suppression new"], "{comment}");
    }
    assert_eq!(line("# ssot: ignore[redis-off] why"), ["2 redis-new new", "2 unused-suppression new"]);
    assert_eq!(line("# ssot: ignore[redis-new] why until=2026-07-01"), ["2 redis-new suppressed why"]);
}

#[test]
fn a_rule_decides_what_its_suppressions_need() {
    assert_eq!(states("import aioredis  # ssot: ignore[redis-import]\n"), ["1 redis-import suppressed"]);
    let denied = states("import redis\nr = redis.StrictRedis()  # ssot: ignore[redis-deny] why\n");
    assert_eq!(denied, ["2 redis-deny new", "2 bad-suppression new"]);
}

#[test]
fn a_file_with_nothing_but_a_suppression_is_looked_at() {
    assert_eq!(states("x = 1  # ssot: ignore[redis-new] why\n"), ["1 unused-suppression new"]);
    assert_eq!(states("x = 1  #ssot:ignore[redis-nwe]why\n"), ["1 bad-suppression new"]);
}

#[test]
fn a_rule_that_the_command_line_leaves_out_makes_no_comment_unused() {
    let text = "import redis\nr = redis.Redis()  # ssot: ignore[redis-new] why\nx = 1  # ssot: ignore[redis-new] why\n";
    let select = |select: &[&str], ignore: &[&str]| {
        let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        states_of(text, &RuleFilter { select: owned(select), ignore: owned(ignore) })
    };
    assert_eq!(select(&[], &["redis-new"]), Vec::<String>::new());
    assert_eq!(select(&["redis-import", "unused-suppression"], &[]), Vec::<String>::new());
    assert_eq!(select(&["redis-new"], &[]), ["2 redis-new suppressed why"]);
    assert_eq!(select(&[], &["unused-*"]), ["2 redis-new suppressed why"]);
}

#[test]
fn what_was_not_parsed_makes_no_comment_unused() {
    let found = states("import redis\ndef (:\n    x = = redis.Redis()  # ssot: ignore[redis-new] why\n");
    assert!(found.iter().all(|it| !it.contains("unused")), "{found:?}");
}

#[test]
fn complaints_point_at_the_word_in_the_comment_and_weigh_nothing() {
    let rules = rules(RULES);
    let text = "x = 1  # ssot: ignore[redis-new, redis-nwe] why\n";
    let findings = Memory::new(&[("app/a.py", text)]).findings(&rules);
    let selection = RuleFilter::default();
    let found =
        triage(findings, &Terms { rules: &rules, selection: &selection, today: Date::parse(TODAY).unwrap() }, None)
            .findings;
    let [unused, bad] = found.violations.as_slice() else { panic!("{:?}", found.violations) };
    assert_eq!((unused.span.of(text), bad.span.of(text)), ("redis-new", "redis-nwe"));
    assert!(bad.message.ends_with("did you mean `redis-new`?"), "{}", bad.message);
    assert_eq!((unused.points, &unused.source, unused.kind), (0, &None, None));
    assert_ne!(unused.fingerprint, bad.fingerprint);
}
