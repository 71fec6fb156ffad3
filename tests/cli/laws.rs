//! Laws of the score, checked on what the program prints for generated projects.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use serde_json::Value;

use crate::support::Tree;

const RULES: &str = "\
[[source]]
id = \"redis\"
canonical = [\"owner.client\"]
owners = [\"owner.py\"]

[[source]]
id = \"mail\"
canonical = [\"post.send\"]
owners = [\"post.py\"]

[[rule]]
id = \"raw\"
source = \"redis\"
kind = \"construct\"
ban = [\"redis.Redis\"]
severity-in-tests = \"note\"
weight = 1.125

[[rule]]
id = \"import\"
source = \"redis\"
kind = \"import\"
ban = [\"aioredis\"]
severity = \"warning\"

[[rule]]
id = \"smtp\"
source = \"mail\"
kind = \"construct\"
ban = [\"smtplib.SMTP\"]

[[component]]
id = \"one\"
paths = [\"one/**\", \"tests/**\"]

[[component]]
id = \"odd\"
paths = [\"**/m1.py\", \"**/m3.py\"]
";

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// A piece of code that counts, or does not.
const PIECES: [&str; 8] = [
    "redis.Redis()",
    "smtplib.SMTP('h')",
    "owner.client.get('a')",
    "post.send('a')",
    "import aioredis",
    "redis.Redis()  # ssot: ignore[raw] it is accepted",
    "redis.Redis(db=2)",
    "print('nothing')",
];

/// The pieces of each file.
#[derive(Clone)]
struct Model(Vec<(String, Vec<&'static str>)>);

impl Model {
    fn new(dice: &mut Dice) -> Self {
        let directories = ["one", "two", "two/deep", "tests"];
        let file = |at: u64, dice: &mut Dice| {
            let directory = directories[usize::try_from(dice.roll(4)).unwrap()];
            let pieces = (0..dice.roll(5)).map(|_| PIECES[usize::try_from(dice.roll(8)).unwrap()]).collect();
            (format!("{directory}/m{at}.py"), pieces)
        };
        Self((0..7).map(|at| file(at, dice)).collect())
    }

    fn tree(&self) -> Tree {
        let tree = Tree::new(&[
            ("ssot.toml", RULES),
            ("owner.py", "import redis\n\nclient = redis.Redis()\n"),
            ("post.py", "import smtplib\n\n\ndef send(text):\n    return smtplib.SMTP('h')\n"),
        ]);
        for (path, pieces) in &self.0 {
            let text = format!("import owner\nimport post\nimport redis\nimport smtplib\n\n{}\n", pieces.join("\n"));
            tree.write(path, text.as_bytes());
        }
        tree
    }

    fn report(&self) -> Value {
        self.tree().run(&["check", "--format", "json", "--exit-zero"]).exits(0).json()
    }

    fn with(&self, file: usize, piece: &'static str) -> Self {
        let mut model = self.clone();
        model.0[file].1.push(piece);
        model
    }
}

/// The formula, in thousandths of points: 100 a / (a + D) with a = 2 A, floored to two decimals.
fn formula(adopters: u64, debt: u64) -> u64 {
    let a = 2_000 * adopters;
    if debt == 0 { 10_000 } else { 10_000 * a / (a + debt) }
}

fn thousandths(value: &Value) -> u64 {
    format!("{:.0}", value.as_f64().unwrap() * 1_000.0).parse().unwrap()
}

fn hundredths(value: &Value) -> u64 {
    format!("{:.0}", value.as_f64().unwrap() * 100.0).parse().unwrap()
}

/// Each score of a report by its name: value, adopters, debt.
fn scores(report: &Value) -> Vec<(String, u64, u64, u64)> {
    let mut all = Vec::new();
    let mut add = |name: String, it: &Value, key: &str| {
        all.push((name, hundredths(&it[key]), it["adopters"].as_u64().unwrap(), thousandths(&it["debt"])));
    };
    let score = &report["score"];
    add("overall".to_owned(), score, "overall");
    for source in score["sources"].as_array().unwrap() {
        let id = source["id"].as_str().unwrap();
        add(id.to_owned(), source, "score");
        for (kind, part) in source["by_kind"].as_object().unwrap() {
            add(format!("{id} kind {kind}"), part, "score");
        }
        for (list, name) in [("components", "id"), ("directories", "path")] {
            for part in source[list].as_array().unwrap() {
                add(format!("{id} {list} {}", part[name].as_str().unwrap()), part, "score");
            }
        }
    }
    all
}

fn value(report: &Value, name: &str) -> Option<u64> {
    scores(report).into_iter().find(|it| it.0 == name).map(|it| it.1)
}

#[test]
fn scores_follow_from_the_violations_by_the_published_formula() {
    let mut dice = Dice(0x5eed);
    for _ in 0..20 {
        let report = Model::new(&mut dice).report();
        for (name, value, adopters, debt) in scores(&report) {
            assert!(value <= 10_000, "{name}");
            assert_eq!(value, formula(adopters, debt), "{name}: {adopters} {debt}");
        }
        let violations = report["violations"].as_array().unwrap();
        let points = |keep: &dyn Fn(&Value) -> bool| -> u64 {
            violations.iter().filter(|it| keep(it)).map(|it| thousandths(&it["points"])).sum()
        };
        for it in violations {
            let base = match (it["severity"].as_str().unwrap(), it["rule"].as_str().unwrap()) {
                ("note", _) | (_, "unused-suppression" | "bad-suppression") => 0,
                (_, "raw") => 2_250,
                ("warning", _) => 1_000,
                _ => 2_000,
            };
            assert_eq!(thousandths(&it["points"]), base, "{it}");
        }
        assert_eq!(thousandths(&report["score"]["debt"]), points(&|_| true));
        let sources = report["score"]["sources"].as_array().unwrap();
        let adopters: u64 = sources.iter().map(|it| it["adopters"].as_u64().unwrap()).sum();
        assert_eq!(report["score"]["adopters"], adopters);
        for source in sources {
            assert_eq!(thousandths(&source["debt"]), points(&|it| it["source"] == source["id"]), "{source}");
            for part in source["directories"].as_array().unwrap() {
                let path = part["path"].as_str().unwrap();
                let below = |it: &Value| path == "." || it["path"].as_str().unwrap().starts_with(&format!("{path}/"));
                assert_eq!(
                    thousandths(&part["debt"]),
                    points(&|it| it["source"] == source["id"] && below(it)),
                    "{part}"
                );
            }
        }
    }
}

#[test]
fn a_violation_never_raises_a_score_and_a_canonical_use_never_lowers_one() {
    let mut dice = Dice(0xfeed);
    for round in 0..12 {
        let model = Model::new(&mut dice);
        let before = model.report();
        let file = usize::try_from(dice.roll(7)).unwrap();
        let bad = PIECES[usize::try_from(dice.roll(2)).unwrap()];
        let worse = model.with(file, bad).report();
        for (name, was, ..) in scores(&before) {
            let now = value(&worse, &name).unwrap();
            assert!(now <= was, "{round} {name}: {was} to {now} with {bad} in {}", model.0[file].0);
        }
        // And back: removing is the same step.
        let good = if bad.starts_with("redis") { PIECES[2] } else { PIECES[3] };
        let better = model.with(file, good).report();
        for (name, was, ..) in scores(&worse) {
            let now = value(&better, &name).unwrap_or(10_000);
            assert!(now >= was, "{round} {name}: {was} to {now} with {good} for {bad} in {}", model.0[file].0);
        }
        let mut spam = model.with(file, good);
        spam.0[file].1.extend([good; 40]);
        assert_eq!(spam.report()["score"], better["score"], "{round}: further calls in one file count nothing");
    }
}
