//! Documentation and program agree.
//!
//! Tables and outputs in the pages stand between `<!-- table NAME -->` (also `words`, `output`) and `<!-- end -->`. They
//! are made here and compared; with `SSOT_BLESS=1` they are written instead.
#![allow(clippy::disallowed_methods, reason = "tests read the pages from the disk")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at once")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use ssot::render::Format;
use ssot::rule::schema::schema;
use ssot::rule::{RuleKind, RulesText, load, load_pack, pack::PACKS};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The pages for readers outside of `docs/`.
const OTHER_PAGES: [&str; 6] =
    ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md", "example/README.md"];

/// Every page for readers, with its path.
fn pages() -> Vec<(PathBuf, String)> {
    let mut paths: Vec<PathBuf> = OTHER_PAGES.iter().map(|page| root().join(page)).collect();
    paths.extend(fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path()));
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// Runs the program in the bundled example.
fn ssot(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ssot"));
    command.env("SSOT_CACHE_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"));
    for name in ["SSOT_CONFIG", "COLUMNS", "CLICOLOR_FORCE", "FORCE_COLOR"] {
        command.env_remove(name);
    }
    command.args(arguments).current_dir(root().join("example")).output().unwrap()
}

fn printed(arguments: &[&str]) -> String {
    String::from_utf8(ssot(arguments).stdout).unwrap()
}

/// What stands between a marker and its end.
fn generated(kind: &str, argument: &str) -> String {
    match kind {
        "table" => table(argument),
        "words" => words(argument),
        "output" => {
            let arguments: Vec<&str> = argument.split(' ').collect();
            format!("```text\n$ ssot {argument}\n{}```\n", printed(&arguments))
        }
        _ => panic!("there is no marker `{kind}`"),
    }
}

/// The page with every marked part made anew.
fn renewed(text: &str) -> String {
    let mut renewed = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        writeln!(renewed, "{line}").unwrap();
        let marker = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->"));
        if let Some((kind, argument)) = marker.and_then(|marker| marker.split_once(' ')) {
            write!(renewed, "\n{}\n", generated(kind, argument)).unwrap();
            let end = lines.find(|line| *line == "<!-- end -->");
            writeln!(renewed, "{}", end.expect("a marker without an end")).unwrap();
        }
    }
    renewed
}

#[test]
fn marked_parts_are_as_the_program_makes_them() {
    for (path, text) in pages() {
        let renewed = renewed(&text);
        if std::env::var_os("SSOT_BLESS").is_some() {
            // The other tests read the pages meanwhile.
            if renewed != text {
                fs::write(&path, renewed).unwrap();
            }
        } else {
            let name = path.display();
            assert!(renewed == text, "{name} is stale; `SSOT_BLESS=1 cargo test --test docs` renews it\n{renewed}");
        }
    }
}

fn definition(name: &str) -> Value {
    let root = schema();
    if name == "RulesFile" { root } else { root["$defs"][name].clone() }
}

/// Table of the keys of a type of the rules file.
fn table(name: &str) -> String {
    let definition = definition(name);
    let required: BTreeSet<&str> =
        definition["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut table = "| key | type | default | meaning |\n| --- | --- | --- | --- |\n".to_owned();
    for (key, property) in definition["properties"].as_object().unwrap() {
        let default = match &property["default"] {
            _ if required.contains(key.as_str()) => "required".to_owned(),
            Value::Null => String::new(),
            value => format!("`{value}`"),
        };
        writeln!(table, "| `{key}` | {} | {default} | {} |", type_of(property), one_line(property)).unwrap();
    }
    table
}

/// Table of the words of a closed choice.
fn words(name: &str) -> String {
    let mut table = "| word | meaning |\n| --- | --- |\n".to_owned();
    for choice in definition(name)["oneOf"].as_array().unwrap() {
        writeln!(table, "| `{}` | {} |", choice["const"].as_str().unwrap(), one_line(choice)).unwrap();
    }
    table
}

fn one_line(described: &Value) -> String {
    described["description"].as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn type_of(property: &Value) -> String {
    if let Some(reference) = property["$ref"].as_str() {
        let words = definition(reference.rsplit('/').next().unwrap())["oneOf"].is_array();
        return if words { "word, below".to_owned() } else { "table".to_owned() };
    }
    if property["anyOf"].is_array() {
        return "string or table, below".to_owned();
    }
    match property["type"].as_str().unwrap() {
        "array" => format!("list of {}s", type_of(&property["items"])),
        "object" if type_of(&property["additionalProperties"]) == "string" => "table of strings".to_owned(),
        "object" => "table of tables".to_owned(),
        other => other.to_owned(),
    }
}

#[test]
fn the_reference_has_every_part_of_the_schema() {
    let page = page("docs/rules-file.md");
    for name in schema()["$defs"].as_object().unwrap().keys() {
        let markers = ["table", "words"].map(|kind| format!("<!-- {kind} {name} -->"));
        assert!(markers.iter().any(|marker| page.contains(marker)), "{name} is missing");
    }
}

/// The fenced blocks of a language in a page.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let open = format!("```{language}\n");
    text.split(open.as_str()).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn every_rules_file_in_the_pages_is_valid() {
    let mut count = 0;
    let mut keys = String::new();
    for (path, text) in pages() {
        for block in blocks(&text, "toml") {
            let first = RulesText { name: "ssot.toml".into(), text: block.into(), pack: false };
            let extended = |_: &str, name: &str| match PACKS.iter().find(|pack| pack.name == name) {
                Some(pack) => Ok(RulesText { name: name.into(), text: pack.text.into(), pack: true }),
                None => Err("there is no such file".to_owned()),
            };
            let (_, problems) = load(first, &extended);
            assert!(problems.is_empty(), "{}:\n{block}\n{problems:#?}", path.display());
            count += 1;
            keys.push_str(block);
        }
    }
    assert!(count >= 8, "only {count} are left");
    let mut all = vec![schema()];
    all.extend(schema()["$defs"].as_object().unwrap().values().cloned());
    for key in all.iter().filter_map(|table| table["properties"].as_object()).flat_map(|keys| keys.keys()) {
        let written = ["{} = ", "[{}]", "[{}.", ".{}.", ".{}]"].map(|form| form.replace("{}", key));
        assert!(written.iter().any(|form| keys.contains(form)), "no example has `{key}`");
    }
}

#[test]
fn every_word_of_the_command_line_is_explained() {
    let text: String = pages().into_iter().map(|(_, text)| text).collect();
    let mut missing = Vec::new();
    let help = printed(&["--help"]);
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next())
        .collect();
    assert!(commands.len() >= 9, "{commands:?}");
    for command in commands {
        if !text.contains(&format!("ssot {command}")) {
            missing.push(format!("ssot {command}"));
        }
        let help = printed(&[command, "--help"]);
        let flags = help.lines().filter_map(|line| line.trim_start().strip_prefix('-').map(|_| line.trim_start()));
        for flag in flags.flat_map(|line| line.split([' ', ','])).filter(|word| word.starts_with("--")) {
            // The longer flag of which this is the beginning does not explain it.
            let whole = text.match_indices(flag).any(|(at, _)| {
                !text[at + flag.len()..].starts_with(|next: char| next.is_alphanumeric() || next == '-')
            });
            if !whole {
                missing.push(format!("ssot {command} {flag}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_format_kind_pack_and_exit_code_is_explained() {
    let output = page("docs/output.md");
    for format in Format::ALL {
        assert!(output.contains(&format!("| `{}` |", format.name())), "{}", format.name());
    }
    for code in 0..=3 {
        assert!(output.contains(&format!("\n| {code} | ")), "exit code {code}");
    }
    let resolution = page("docs/resolution.md");
    for kind in RuleKind::ALL.iter().map(|kind| kind.name()) {
        assert!(resolution.contains(&format!("| `{kind}` |")), "{kind}");
    }
    let forms = ssot::violation::Form::ALL.iter().map(|form| form.name());
    for form in forms.filter(|form| !["macro", "literal", "value"].contains(form)) {
        assert!(resolution.contains(&format!("| `{form}` |")), "{form}");
    }
    for pack in PACKS {
        assert!(!load_pack(pack).0.rules.is_empty());
        assert!(page("docs/packs.md").contains(&format!("\n- `{}`", pack.name)), "{}", pack.name);
        let rules = load_pack(pack).0;
        for rule in rules.rules.iter().chain(&rules.disabled) {
            let enabled = rules.rules.iter().any(|on| on.id == rule.id);
            let severity = if enabled { rule.severity.name() } else { "not enabled" };
            let row = format!("| `{}` | {severity} | {} |", rule.id, rule.severity_in(true).name());
            assert!(page("docs/packs.md").contains(&row), "{row}");
        }
    }
}

/// The headings of a page as anchors.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let slug = |heading: &str| -> String {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        words.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect::<String>().replace(' ', "-")
    };
    headings.map(slug).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut links = 0;
    for (path, text) in pages() {
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.contains("://") {
                continue;
            }
            links += 1;
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            assert!(file.exists(), "{}: {target}", path.display());
            if !anchor.is_empty() {
                let headings = anchors(&fs::read_to_string(&file).unwrap());
                assert!(headings.contains(anchor), "{}: {target} is none of {headings:?}", path.display());
            }
        }
    }
    assert!(links > 10, "only {links} links were found");
    for (path, _) in pages().iter().filter(|(path, _)| path.parent().unwrap().ends_with("docs")) {
        let name = format!("docs/{}", path.file_name().unwrap().to_str().unwrap());
        let in_readme = page("README.md").contains(&format!("({name})"));
        assert!(in_readme || name == SUMMARY, "the README does not lead to {name}");
    }
}

/// The table of contents of the site.
const SUMMARY: &str = "docs/SUMMARY.md";

#[test]
fn the_site_has_every_page_once() {
    let summary = page(SUMMARY);
    let mut chapters: Vec<&str> = summary.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    chapters.sort_unstable();
    let all = pages();
    let own = all.iter().filter_map(|(path, _)| path.strip_prefix(root().join("docs")).ok()?.to_str());
    assert_eq!(chapters, own.filter(|name| format!("docs/{name}") != SUMMARY).collect::<Vec<_>>());
    let book: toml::Table = toml::from_str(&page("book.toml")).unwrap();
    assert_eq!(book["book"]["src"].as_str(), Some("docs"));
}

/// Reads the claims of SECURITY.md and the names of tests in CONTRIBUTING.md: `FILE`: `TEST`, `TEST`; or a command and its test.
#[test]
fn tests_that_the_pages_name_exist() {
    let mut named = 0;
    let text = page("SECURITY.md");
    for claim in text.lines().filter(|line| line.starts_with("| ") || line.contains("`tests/")) {
        let words: Vec<&str> = claim.split('`').skip(1).step_by(2).collect();
        let mut file = String::new();
        for word in words {
            if word.ends_with(".rs") {
                file = page(word);
            } else if !file.is_empty()
                && word.contains('_')
                && word.chars().all(|c| c.is_ascii_lowercase() || "_0123456789".contains(c))
            {
                assert!(file.contains(&format!("fn {word}()")), "there is no test `{word}`: {claim}");
                named += 1;
            } else {
                file.clear();
            }
        }
    }
    assert!(named >= 15, "only {named} tests are named");
    let sources =
        ["tests/docs.rs", "tests/fixtures.rs", "tests/rules_text.rs", "src/render/check/tests.rs"].map(page).concat();
    let text = page("CONTRIBUTING.md");
    let rows = text.lines().filter(|line| line.starts_with("| "));
    let tests: Vec<&str> = rows.filter_map(|row| row.split("`: `").nth(1)?.split('`').next()).collect();
    for test in &tests {
        assert!(sources.contains(&format!("fn {test}(")), "CONTRIBUTING.md names `{test}`");
    }
    assert!(tests.len() >= 7, "{tests:?}");
}

/// The paths in code marks of CONTRIBUTING.md that name files of the repository lead somewhere.
#[test]
fn files_that_contributing_names_exist() {
    let text = page("CONTRIBUTING.md");
    let words = text.split('`').skip(1).step_by(2).flat_map(|code| code.split(' '));
    let heads = ["src/", "tests/", "docs/", "fixtures/", "rules/", "benches/", ".ci/"];
    let paths: BTreeSet<&str> = words.filter(|word| heads.iter().any(|head| word.starts_with(head))).collect();
    assert!(paths.len() >= 20, "{paths:?}");
    for path in paths.into_iter().filter(|path| !path.contains("NAME") && !path.contains('*')) {
        assert!(root().join(path).exists(), "CONTRIBUTING.md names {path}");
    }
}

#[test]
fn unsafe_code_is_forbidden() {
    let manifest: toml::Table = toml::from_str(&page("Cargo.toml")).unwrap();
    assert_eq!(manifest["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
    // A lint of the manifest holds for every target of the package; nothing takes it back.
    let mut checked = 0;
    for path in sources(&root().join("src")) {
        assert!(!fs::read_to_string(&path).unwrap().contains("allow(unsafe_code"), "{}", path.display());
        checked += 1;
    }
    assert!(checked > 300, "only {checked} files were looked at");
}

/// All `.rs` files below a directory.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

#[test]
fn the_commands_of_the_readme_are_the_ones_that_work() {
    let readme = page("README.md");
    let commands: Vec<&str> = blocks(&readme, "sh").into_iter().flat_map(str::lines).collect();
    let example = commands.iter().find(|line| line.starts_with("(cd example")).unwrap();
    let arguments = example.split(" -- ").nth(1).unwrap().trim_end_matches(')');
    let run = ssot(&arguments.split(' ').collect::<Vec<_>>());
    assert_eq!(run.status.code(), Some(1), "the example has violations");
    assert!(page("example/README.md").contains(example), "the example's own page says another command");
    let tests = page(".ci/run").lines().last().unwrap().to_owned();
    assert!(commands.contains(&tests.as_str()), "{tests} is not in the README");
}

#[test]
fn the_sum_done_by_hand_is_the_score() {
    let score: Value = serde_json::from_str(&printed(&["score", "--format", "json"])).unwrap();
    let (adopters, debt) = (score["adopters"].as_u64().unwrap(), score["debt"].as_u64().unwrap());
    let (adopted, overall) = (2 * adopters, score["overall"].as_f64().unwrap());
    let page = page("docs/score.md");
    for line in [
        format!("A = {adopters}, a = 2 × {adopters} = {adopted}"),
        format!("D = {debt}"),
        format!("100 × {adopted} / ({adopted} + {debt}) = {} / {} = ", 100 * adopted, adopted + debt),
        format!("**{overall:.2} ({})**", score["grade"].as_str().unwrap()),
    ] {
        assert!(page.contains(&line), "docs/score.md does not say: {line}");
    }
}
