//! Every error in a rules file: its place, its words, and that all of them are told at once.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

mod support;

use support::{load_files, problems_of, rendered};

const SOURCE: &str = "[[source]]\nid = \"redis\"\n";

/// Each case: what it is about, and the file.
const CASES: &[(&str, &str)] = &[
    ("unknown key at the top", "exlude = []\n"),
    ("unknown table", "[pyton]\nroots = []\n"),
    ("unknown key in [python]", "[python]\nroot = [\".\"]\n"),
    ("unknown key in [gate]", "[gate]\nfail_under = 3\n"),
    ("unknown key in a profile", "[gate.profile.ci]\nno-old = true\n"),
    ("unknown key in max-violations", "[gate]\nmax-violations = { errors = 0 }\n"),
    ("unknown key in a source", "[[source]]\nid = \"redis\"\ncanonicals = []\n"),
    ("unknown key in an alias", "[[alias]]\npath = \"a\"\nis = \"b\"\nwas = \"c\"\n"),
    ("unknown key in a component", "[[component]]\nid = \"a\"\npaths = []\npath = \"a\"\n"),
    ("key of the whole file under a header", "[gate]\nno-new = true\nexclude = [\"a/**\"]\n"),
    ("wrong types", "exclude = \"a\"\ntests = [1]\npython = 3\nextends = { a = 1 }\nsource = [1]\n"),
    ("one bracket", "[source]\nid = \"redis\"\n"),
    ("missing ids", "[[source]]\n\n[[rule]]\n\n[[component]]\n\n[[alias]]\n"),
    ("empty ids", "[[source]]\nid = \"\"\n\n[[component]]\nid = \" \"\npaths = [\"a\"]\n"),
    ("ids that cannot be named", "[[source]]\nid = \"a*\"\n\n[[component]]\nid = \"a b\"\npaths = [\"a\"]\n"),
    ("reserved id", "[[rule]]\nid = \"unused-suppression\"\n"),
    ("override of nothing", "extends = [\"redis\"]\n[[rule]]\nid = \"redis-raw-clients\"\nenabled = false\n"),
    ("missing required keys", "[[rule]]\nid = \"a\"\nkind = \"import\"\n\n[[component]]\nid = \"c\"\n"),
    (
        "duplicate ids",
        "[[source]]\nid = \"a\"\n\n[[source]]\nid = \"a\"\n\n[[component]]\nid = \"c\"\npaths = []\n\n[[component]]\nid = \"c\"\npaths = []\n",
    ),
    ("alias of itself", "[[alias]]\npath = \"redis.client\"\nis = \"redis.client\"\n"),
    ("alias across languages", "[[alias]]\npath = \"a::b\"\nis = \"c.d\"\n"),
    ("alias with a wildcard", "[[alias]]\npath = \"a.*\"\nis = \"b\"\n"),
    ("globs", "exclude = [\"a/[\", \"/a\", \"./a\", \"../a\", \"a/\", \"a{b\", \"\"]\n"),
    ("import roots", "[python]\nroots = [\"/a\", \"../a\", \"a/*\", \"\"]\n"),
    (
        "symbols",
        "[[source]]\nid = \"a\"\ncanonical = [\"a..b\", \".a\", \"a::b.c\", \"a.b()\", \"a.**b\", \"a-b.c\", \"crate::a\", \"1a\", \"a b\", \"a.**.**\", \"::a\"]\n",
    ),
    (
        "gate numbers",
        "[gate]\nfail-under = 100.5\nunanalysed = -1\n\n[gate.profile.a]\nfail-under = -3\n\n[gate.profile.b]\nfail-under = 95.125\n\n[gate.profile.c]\nfail-under = nan\nmax-violations = { error = 99999999999999999999 }\n",
    ),
    (
        "report",
        "[report]\npriority = \"P1, soon\"\nlabels = [\" debt\", \"a\\nb\", \"\", 3]\nlabel = \"x\"\n\n[[component]]\nid = \"c\"\npaths = []\nimpact = \"\"\n",
    ),
    ("unknown pack", "extends = [\"reddis\"]\n"),
    ("missing file", "extends = [\"../shared/none.toml\"]\n"),
    ("syntax", "exclude = [\"a\"\n[gate\nno-new = yes\n"),
    ("syntax beside unknown keys", "exlude = []\n\n[gate]\nno-new = yes\nfail-unter = 3\n"),
    ("duplicate key", "tests = []\ntests = []\n"),
];

/// Cases about a rule of the source `redis`; each is a rule body.
const RULE_CASES: &[(&str, &str)] = &[
    ("unknown key", "kind = \"import\"\nban = [\"a\"]\nuse_instead = \"b\"\n"),
    ("unknown kind", "kind = \"imports\"\nban = [\"a\"]\n"),
    ("no kind", "ban = [\"a\"]\n"),
    ("kind of a wrong type", "kind = 3\nban = [\"a\"]\n"),
    ("no ban", "kind = \"construct\"\n"),
    ("empty ban", "kind = \"subclass\"\nban = []\n"),
    ("invalid pattern", "kind = \"reference\"\nban = [\"a.b\", \"a..b\"]\n"),
    (
        "unknown words",
        "kind = \"import\"\nban = [\"a\"]\nseverity = \"warn\"\nseverity-in-tests = \"none\"\nlanguage = \"pyton\"\ninline-ignore = \"reasons\"\npolicy = \"rachet\"\n",
    ),
    ("weight", "kind = \"import\"\nban = [\"a\"]\nweight = 1.2345\n"),
    ("negative weight", "kind = \"import\"\nban = [\"a\"]\nweight = -1\n"),
    ("weight with exponent", "kind = \"import\"\nban = [\"a\"]\nweight = 1e3\n"),
    ("weight that is huge", "kind = \"import\"\nban = [\"a\"]\nweight = 1000001\n"),
    ("weight of a wrong type", "kind = \"import\"\nban = [\"a\"]\nweight = \"1\"\n"),
    (
        "allow-in",
        "kind = \"import\"\nban = [\"a\"]\nallow-in = [{ path = \"a.py\" }, { path = \"b/\", reason = \"\" }, { reason = \"c\" }, \"d.py\"]\n",
    ),
    ("use-instead", "kind = \"import\"\nban = [\"a\"]\nuse-instead = [\"a\"]\n"),
    ("use-instead with a wildcard", "kind = \"import\"\nban = [\"a\"]\nuse-instead = \"a.*\"\n"),
    ("use-instead that is a call", "kind = \"import\"\nban = [\"a\"]\nuse-instead = \"a.b()\"\n"),
    (
        "use-instead for languages",
        "kind = \"import\"\nban = [\"a\"]\nuse-instead = { python = \"a::b\", rust = \"a.b\", go = \"a\" }\n",
    ),
    ("rename", "kind = \"import\"\nban = [\"a\"]\nrename = { a = 1, \"b c\" = \"d\" }\n"),
    ("examples", "kind = \"import\"\nban = [\"a\"]\nexamples = { bad = \"import a\", ugly = [] }\n"),
    ("parameters of other kinds", "kind = \"import\"\nban = [\"a\"]\nnames = [\"A\"]\nmust-exist = [\"a.py\"]\n"),
    ("nothing to look for", "kind = \"configure\"\n"),
    ("environment and schemes", "kind = \"configure\"\nenv = [\"REDIS URL\"]\nschemes = [\"redis://\"]\n"),
    ("ban of another language", "kind = \"import\"\nban = [\"a.b\", \"c\"]\nlanguage = \"rust\"\n"),
    ("files", "kind = \"path\"\nmust-not-exist = [\"/a.py\"]\n"),
    ("enabled", "kind = \"import\"\nban = [\"a\"]\nenabled = \"no\"\n"),
];

/// Cases about a criterion; each is a body.
const CRITERION_CASES: &[(&str, &str)] = &[
    ("nothing but an id", ""),
    ("unknown measure", "measure = \"scores\"\nabove = 1\n"),
    ("no limit", "measure = \"score\"\n"),
    ("two limits", "measure = \"score\"\nabove = 1\nbelow = 2\n"),
    ("limit with too many places", "measure = \"score\"\nabove = 95.0001\n"),
    ("negative limit", "measure = \"score\"\nabove = -1\n"),
    ("unknown parts", "measure = \"score\"\nsource = \"reddis\"\nrule = \"r\"\ncomponent = \"web\"\nabove = 1\n"),
    ("keys of other measures", "measure = \"score\"\nfile = \"a.xml\"\npointer = \"/a\"\nabove = 1\n"),
    ("rivals of a rule", "measure = \"implementations\"\nrule = \"r\"\nat-most = 0\n"),
    ("evidence without a file", "measure = \"json\"\nabove = 1\n"),
    ("files outside the project", "measure = \"junit\"\nfile = \"/tmp/a.xml\"\nabove = 1\n"),
    ("no JSON pointer", "measure = \"json\"\nfile = \"a.json\"\npointer = \"totals.rate\"\nabove = 1\n"),
    ("log without a pattern", "measure = \"log\"\nfile = \"a.log\"\nbelow = 5\n"),
    ("pattern that is none", "measure = \"log\"\nfile = \"a.log\"\namong = \"a(\"\nmatching = \"b\"\nbelow = 5\n"),
    ("phases", "measure = \"score\"\nabove = 1\n[[phase]]\nid = \"p\"\n[[phase]]\nid = \"q\"\npaths = [\"/a\"]\n"),
    ("the same id twice", "measure = \"score\"\nabove = 1\n[[criterion]]\nid = \"c\"\n"),
];

#[test]
fn every_error_of_a_criterion_has_its_place_and_says_what_was_expected() {
    let mut text = String::new();
    for (name, body) in CRITERION_CASES {
        let problems = problems_of(&format!("{SOURCE}[[criterion]]\nid = \"c\"\n{body}"));
        assert_ne!(problems, "", "{name}");
        text.push_str(&format!("=== {name}\n{problems}\n"));
    }
    insta::assert_snapshot!("criterion", text);
}

#[test]
fn every_error_has_its_place_and_says_what_was_expected() {
    let mut text = String::new();
    for (name, toml) in CASES {
        text.push_str(&format!("=== {name}\n{}\n", problems_of(toml)));
    }
    insta::assert_snapshot!("file", text);
}

#[test]
fn every_error_of_a_rule_has_its_place_and_says_what_was_expected() {
    let mut text = String::new();
    for (name, body) in RULE_CASES {
        let toml = format!("{SOURCE}[[rule]]\nid = \"r\"\nsource = \"redis\"\n{body}");
        text.push_str(&format!("=== {name}\n{}\n", problems_of(&toml)));
    }
    insta::assert_snapshot!("rule", text);
}

#[test]
fn no_case_is_without_a_problem() {
    for (name, toml) in CASES {
        assert_ne!(problems_of(toml), "", "{name}");
    }
    for (name, body) in RULE_CASES {
        assert_ne!(problems_of(&format!("{SOURCE}[[rule]]\nid = \"r\"\nsource = \"redis\"\n{body}")), "", "{name}");
    }
}

#[test]
fn a_rule_that_names_an_unknown_source_is_told_the_nearest() {
    let toml = format!("{SOURCE}[[rule]]\nid = \"r\"\nsource = \"reddis\"\nkind = \"import\"\nban = [\"a\"]\n");
    assert_eq!(
        problems_of(&toml),
        "ssot.toml:5:10: error: there is no source `reddis`\n    at   \"reddis\"\n    \
         help did you mean `redis`? declared sources are `redis`\n"
    );
}

#[test]
fn all_errors_of_all_files_are_told_at_once() {
    let files = [
        ("ssot.toml", "extends = [\"base.toml\"]\nexclud = []\n"),
        (
            "base.toml",
            "[gate]\nfail-under = 101\n[[rule]]\nid = \"x\"\nsource = \"none\"\nkind = \"import\"\nban = []\n",
        ),
    ];
    insta::assert_snapshot!("several", rendered(&load_files(&files).1));
}

#[test]
fn what_a_missing_file_may_declare_is_no_further_problem() {
    let text = "extends = [\"nowhere.toml\"]\nexclud = []\n[[rule]]\nid = \"x\"\nenabled = false\n\
                [[rule]]\nid = \"y\"\nsource = \"there\"\nkind = \"import\"\n[[component]]\nid = \"c\"\n";
    let problems = load_files(&[("ssot.toml", text)]).1;
    let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages, ["cannot extend `nowhere.toml`: there is no such file", "unknown key `exclud`"]);
}

#[test]
fn a_circle_of_extends_is_shown_whole() {
    let files = [
        ("ssot.toml", "extends = [\"a.toml\"]\n"),
        ("a.toml", "extends = [\"b.toml\"]\n"),
        ("b.toml", "extends = [\"a.toml\"]\n"),
    ];
    assert_eq!(
        rendered(&load_files(&files).1),
        "b.toml:1:12: error: `a.toml` extends itself\n    at   \"a.toml\"\n    \
         help the circle is a.toml -> b.toml -> a.toml\n"
    );
}

#[test]
fn the_rules_of_a_pyproject_stand_below_tool_ssot() {
    let bad = "[project]\nname = \"x\"\n\n[tool.ssot]\nexclud = []\n";
    assert_eq!(
        rendered(&load_files(&[("pyproject.toml", bad)]).1).lines().next(),
        Some("pyproject.toml:5:1: error: unknown key `exclud`")
    );
    let good = "[project]\nname = \"x\"\n\n[[tool.ssot.component]]\nid = \"a\"\npaths = [\"a/**\"]\n";
    let (rules, problems) = load_files(&[("services/pyproject.toml", good)]);
    assert_eq!(rendered(&problems), "");
    assert_eq!(rules.components.len(), 1);
    let none = load_files(&[("pyproject.toml", "[project]\nname = \"x\"\n")]).1;
    assert_eq!(none.len(), 1, "{none:?}");
}
