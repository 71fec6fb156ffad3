//! The ways in for other tools: action, hooks, template, wheel. What needs a package index is in `.ci/try-packaging`.
#![allow(clippy::disallowed_methods, reason = "tests read the files from the disk")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at once")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_norway::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn yaml(path: &str) -> Value {
    serde_norway::from_str(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A key of a mapping as text.
fn string<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("no text `{key}` in {value:?}"))
}

/// Runs the program in a directory, with an environment that decides nothing.
fn ssot(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ssot"));
    command.env("SSOT_CACHE_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"));
    command.env_remove("SSOT_CONFIG").args(arguments).current_dir(directory).output().unwrap()
}

/// The flags of a subcommand, long and short.
fn flags(subcommand: &[&str]) -> BTreeSet<String> {
    let output = ssot(root(), &[subcommand, &["--help"]].concat());
    assert!(output.status.success(), "there is no subcommand {subcommand:?}");
    let help = String::from_utf8(output.stdout).unwrap();
    let words = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    words.flat_map(|line| line.split([' ', ','])).filter(|word| word.starts_with('-')).map(str::to_owned).collect()
}

/// Asserts that the program has every flag of the command lines in this text.
#[track_caller]
fn assert_flags_exist(name: &str, lines: &str) -> usize {
    let lines = lines.replace("\\\n", " ");
    let mut seen = 0;
    for line in lines.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        let starts = |before: &str| {
            before.is_empty() || ["bin/", "| ", "&& ", "(", "$ ", "# "].iter().any(|it| before.ends_with(it))
        };
        let Some((_, call)) = line.split_once("ssot ").filter(|(before, _)| starts(before)) else {
            continue;
        };
        let own = call.split([')', ';', '|', '&', '>']).next().unwrap();
        let words: Vec<&str> = own.split_whitespace().collect();
        let is_name = |word: &&&str| word.chars().all(|letter| letter.is_ascii_lowercase());
        let deep = if words.first() == Some(&"baseline") { 2 } else { 1 };
        let subcommand: Vec<&str> = words.iter().take_while(is_name).take(deep).copied().collect();
        let known = flags(&subcommand);
        for word in words.iter().filter(|word| word.starts_with('-') && word.len() > 1 && **word != "--") {
            let flag = word.split('=').next().unwrap();
            assert!(known.contains(flag), "{name}: `ssot {}` has no {flag}: {line}", subcommand.join(" "));
            seen += 1;
        }
    }
    seen
}

#[test]
fn hooks_call_what_exists() {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let hooks = hooks.as_sequence().expect("a list of hooks");
    let ids: Vec<&str> = hooks.iter().map(|hook| string(hook, "id")).collect();
    assert_eq!(ids, ["ssot", "ssot-fix", "ssot-full"]);
    for hook in hooks {
        assert!(assert_flags_exist(string(hook, "id"), string(hook, "entry")) > 0);
        assert_eq!((string(hook, "language"), &hook["require_serial"]), ("python", &Value::Bool(true)));
    }
    let types: Vec<&str> = hooks[0]["types_or"].as_sequence().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(types, ["python", "pyi", "rust"]);
    assert_eq!(hooks[2]["pass_filenames"], Value::Bool(false));
}

#[test]
fn the_action_passes_flags_that_exist() {
    let script = text(".ci/action.sh");
    let known = flags(&["check"]);
    let check = script.split("check() {").nth(1).unwrap().split("\n}").next().unwrap();
    let arguments = check.lines().filter_map(|line| line.split_once("arguments")).map(|(_, rest)| rest);
    let words = arguments.flat_map(|rest| rest.split([' ', '(', ')', '"', '=']));
    let used: BTreeSet<&str> = words.filter(|word| word.starts_with("--") && word.len() > 2).collect();
    assert!(used.len() >= 6, "{used:?}");
    for flag in used {
        assert!(known.contains(flag), "`ssot check` has no {flag}");
    }
}

#[test]
fn the_action_hands_inputs_on_through_the_environment() {
    let action = yaml("action.yml");
    let steps = action["runs"]["steps"].as_sequence().expect("steps");
    let mut handed_on = BTreeSet::new();
    for step in steps {
        if let Some(run) = step["run"].as_str() {
            assert!(!run.contains("${{"), "an expression in a script can be made to run anything: {run}");
            assert_eq!(string(step, "shell"), "bash", "a composite action has no default shell");
            assert!(run.contains(".ci/action.sh"), "{run}");
        }
        for (name, value) in step["env"].as_mapping().into_iter().flatten() {
            let (name, value) = (name.as_str().unwrap(), value.as_str().unwrap());
            let input = value.trim_start_matches("${{ inputs.").trim_end_matches(" }}");
            assert_eq!(name, format!("SSOT_INPUT_{}", input.to_uppercase().replace('-', "_")));
            assert!(text(".ci/action.sh").contains(&format!("${{{name}:-")), "{name} is not read");
            handed_on.insert(input.to_owned());
        }
    }
    handed_on.insert("upload-sarif".to_owned());
    let inputs = action["inputs"].as_mapping().unwrap().keys().map(|key| key.as_str().unwrap().to_owned());
    assert_eq!(inputs.collect::<BTreeSet<_>>(), handed_on);
    let upload = steps.iter().find(|step| step["uses"].as_str().is_some_and(|uses| uses.contains("upload-sarif")));
    assert!(string(upload.unwrap(), "if").starts_with("always()"));
}

/// One run of the action's script in a directory of its own.
struct Action {
    scratch: tempfile::TempDir,
}

impl Action {
    fn new() -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let programs = scratch.path().join("ssot-bin/bin");
        fs::create_dir_all(&programs).unwrap();
        // What the cache brings, so that nothing is built.
        fs::hard_link(env!("CARGO_BIN_EXE_ssot"), programs.join("ssot"))
            .or_else(|_| fs::copy(env!("CARGO_BIN_EXE_ssot"), programs.join("ssot")).map(drop))
            .unwrap();
        Self { scratch }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    /// Runs a step; gives what it printed and the outputs so far.
    fn step(&self, step: &str, inputs: &[(&str, &str)]) -> (Output, BTreeMap<String, String>) {
        let mut command = Command::new("bash");
        command.arg(root().join(".ci/action.sh")).arg(step).current_dir(root()).env_remove("SSOT_CONFIG");
        command.env("RUNNER_TEMP", self.scratch.path());
        for name in ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"] {
            command.env(name, self.file(name));
        }
        command.envs(inputs.iter().map(|(name, value)| (format!("SSOT_INPUT_{name}"), value)));
        let output = command.output().expect("bash runs");
        let written = fs::read_to_string(self.file("GITHUB_OUTPUT")).unwrap_or_default();
        let outputs = written.lines().filter_map(|line| line.split_once('='));
        (output, outputs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

#[test]
fn the_action_reports_and_fails_with_the_gate() {
    let action = Action::new();
    let (output, outputs) = action.step("identify", &[]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(outputs["sources"].len(), 40, "{outputs:?}");
    let (output, _) = action.step("install", &[]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("from the cache"), "{output:?}");

    let (output, outputs) = action.step("check", &[("WORKING_DIRECTORY", "example")]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("::error file=example/ingest/src/metrics.rs,line=6"));
    assert_eq!(outputs["score"].parse::<f64>().unwrap(), 37.5);
    assert_eq!((&*outputs["new"], &*outputs["delta"], &*outputs["fixed"]), ("6", "", ""));
    let sarif: serde_json::Value = serde_json::from_str(&fs::read_to_string(&outputs["sarif"]).unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 6);
    let summary = fs::read_to_string(action.file("GITHUB_STEP_SUMMARY")).unwrap();
    assert!(summary.contains("37.50 (critical)"), "{summary}");
    assert_eq!(summary.matches("ssot: gate failed").count(), 1, "{summary}");
    let declared = yaml("action.yml")["outputs"].as_mapping().unwrap().len();
    assert_eq!(outputs.len(), declared + 1, "besides `sources`: {outputs:?}");
}

#[test]
fn the_action_claims_nothing_when_nothing_was_scanned() {
    let action = Action::new();
    let empty = tempfile::tempdir().unwrap();
    fs::write(empty.path().join("ssot.toml"), "extends = [\"redis\"]\n").unwrap();
    let (output, outputs) = action.step("check", &[("WORKING_DIRECTORY", empty.path().to_str().unwrap())]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert_eq!((&*outputs["score"], &*outputs["sarif"]), ("", ""), "an upload would close every alert");
}

#[test]
fn the_action_heeds_its_inputs() {
    let action = Action::new();
    let inputs =
        [("WORKING_DIRECTORY", "example"), ("FAIL_UNDER", "30"), ("PATHS", "shop/worker.py\n\nshop/cart.py\n")];
    let (output, outputs) = action.step("check", &inputs);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(outputs["new"], "2", "only the two files are reported");
    let options = [("WORKING_DIRECTORY", "example"), ("OPTIONS", "--ignore\nredis-direct-client"), ("STRICT", "true")];
    let (output, outputs) = action.step("check", &options);
    assert_eq!((output.status.code(), &*outputs["new"]), (Some(1), "1"), "{output:?}");
}

#[test]
fn the_action_compares_with_a_reference() {
    let action = Action::new();
    let project = action.file("project");
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=t", "-c", "user.email=t@example.org"]).args(arguments).current_dir(&project);
        assert!(command.output().unwrap().status.success(), "git {arguments:?}");
    };
    let write = |path: &str, text: &str| fs::write(project.join(path), text).unwrap();
    fs::create_dir(&project).unwrap();
    write(
        "ssot.toml",
        "[[source]]\nid = \"redis\"\nowners = [\"owner.py\"]\n\n[[rule]]\nid = \"raw\"\nsource = \"redis\"\nkind = \"construct\"\nban = [\"redis.Redis\"]\n",
    );
    write("owner.py", "import redis\n\nclient = redis.Redis()\n");
    write("user.py", "from owner import client\n\nclient.get('a')\n");
    let call = |number: u32| format!("import redis\n\nvalue{number} = redis.Redis(db={number})\n");
    (0..3).for_each(|number| write(&format!("old{number}.py"), &call(number)));
    git(&["init", "-q", "-b", "main"]);
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "one"]);
    git(&["checkout", "-q", "-b", "work"]);
    write("old0.py", "");
    write("old1.py", "");
    write("new.py", "import redis\n\n\ndef start():\n    return [redis.Redis()]\n");
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "two"]);
    let directory = project.display().to_string();
    let inputs = [("WORKING_DIRECTORY", &*directory), ("AGAINST", "main")];
    let (output, outputs) = action.step("check", &inputs);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let shown = ["score", "delta", "new", "fixed"].map(|name| &*outputs[name]);
    // One adopter, three violations before and two now: 2/(2+6) and 2/(2+4).
    assert_eq!(shown, ["33.33", "8.33", "1", "2"]);
    let sarif: serde_json::Value = serde_json::from_str(&fs::read_to_string(&outputs["sarif"]).unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 1, "only what is new");
    let summary = fs::read_to_string(action.file("GITHUB_STEP_SUMMARY")).unwrap();
    assert!(summary.starts_with("## ❌ ssot: gate failed, score 33.33 (+8.33)\n"), "{summary}");
    let (output, outputs) = action.step("check", &[("WORKING_DIRECTORY", &*directory), ("AGAINST", "nowhere")]);
    assert_eq!(
        (output.status.code(), outputs["new"].as_str()),
        (Some(2), "1"),
        "a run that did not take place adds none"
    );
}

#[test]
fn what_is_written_into_an_input_is_never_run() {
    for input in ["PATHS", "CONFIG", "FAIL_UNDER", "GATE", "AGAINST", "OPTIONS", "STRICT", "WORKING_DIRECTORY"] {
        let action = Action::new();
        let trap = format!("$(touch {0})`touch {0}`; touch {0}", action.file("trap").display());
        let (output, outputs) = action.step("check", &[(input, &trap)]);
        assert!(input == "STRICT" || !output.status.success(), "{input}: {output:?}");
        assert!(
            input == "STRICT" || outputs.is_empty(),
            "{input}: outputs of a run that did not take place: {outputs:?}"
        );
        assert!(!action.file("trap").exists(), "{input} was run");
    }
}

#[test]
fn the_gitlab_job_calls_what_exists() {
    let template = yaml("templates/gitlab-ci.yml");
    let job = &template["ssot"];
    for name in ["SSOT_REVISION", "SSOT_CHECK_OPTIONS"] {
        assert!(template["variables"][name].is_string(), "{name} has a default");
        assert!(job["variables"][name].is_null(), "{name} of a job would win over that of the file that includes it");
    }
    let script: Vec<&str> = job["script"].as_sequence().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(assert_flags_exist("templates/gitlab-ci.yml", &script.join("\n")) >= 3);
    let check = script.iter().find(|line| line.contains("ssot check ")).unwrap();
    for report in ["codequality", "junit"] {
        let path = string(&job["artifacts"]["reports"], report);
        assert!(check.contains(&format!("={path}")), "nothing writes {path}");
    }
    assert_eq!(string(&job["artifacts"], "when"), "always", "a failed gate is what the report is for");
}

#[test]
fn the_wheel_carries_the_program() {
    let project: toml::Table = text("pyproject.toml").parse().unwrap();
    assert_eq!(project["tool"]["maturin"]["bindings"].as_str(), Some("bin"));
    assert_eq!(project["project"]["name"].as_str(), Some("ssot"));
    let output = ssot(root(), &["config", "--show"]);
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && shown.starts_with("# ssot.toml "), "{shown}");
}

#[test]
fn pages_show_only_commands_that_exist() {
    for page in ["docs/adopting.md", "docs/ci.md", "docs/gate.md"] {
        let text = text(page);
        let blocks = text.split("```").skip(1).step_by(2).collect::<Vec<_>>().join("\n");
        assert!(assert_flags_exist(page, &blocks) > 0, "{page} shows no flag");
        let spans = text.split('`').filter(|span| span.starts_with("ssot ") && !span.contains('\n'));
        assert_flags_exist(page, &spans.collect::<Vec<_>>().join("\n"));
    }
}

#[test]
fn the_rules_of_this_repository_are_kept_and_bite() {
    let output = ssot(root(), &["check", "--format", "concise"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    let copy = tempfile::tempdir().unwrap();
    fs::create_dir(copy.path().join("src")).unwrap();
    fs::copy(root().join("Cargo.toml"), copy.path().join("Cargo.toml")).unwrap();
    fs::copy(root().join("ssot.toml"), copy.path().join("ssot.toml")).unwrap();
    fs::write(copy.path().join("src/lib.rs"), "pub mod score;\npub mod store;\n").unwrap();
    let reads = "use std::fs;\npub fn text() -> String {\n    fs::read_to_string(\"x\").unwrap_or_default()\n}\n";
    fs::write(copy.path().join("src/score.rs"), reads).unwrap();
    fs::write(copy.path().join("src/store.rs"), reads).unwrap();
    let output = ssot(copy.path(), &["check", "--format", "concise"]);
    let found = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(found.starts_with("src/score.rs:3:5: error[no-disk]"), "{found}");
    assert!(!found.contains("src/store.rs"), "{found}");
}

/// The version of the program, which everything that is published has.
const VERSION: &str = env!("CARGO_PKG_VERSION");

#[test]
fn everything_that_is_published_has_one_version() {
    let package: serde_json::Value = serde_json::from_str(&text("npm/package.json")).unwrap();
    assert_eq!(package["version"], VERSION);
    let platforms = package["optionalDependencies"].as_object().unwrap();
    assert!(platforms.values().all(|version| version == VERSION), "{platforms:?}");
    let script = text("npm/packages.mjs");
    for name in platforms.keys() {
        let platform = name.strip_prefix("@ssot-bin/").unwrap();
        assert!(script.contains(&format!("\"{platform}\": ")), "npm/packages.mjs does not make {name}");
        assert!(text(".github/workflows/release.yml").contains(&format!("npm: {platform} ")), "no job builds {name}");
    }
    assert!(text("CHANGELOG.md").contains(&format!("\n## [{VERSION}] - ")), "the changelog does not have {VERSION}");
    let recipes = text("docs/ci.md");
    for line in [format!("SSOT_REVISION: v{VERSION}"), format!("rev: v{VERSION}")] {
        assert!(recipes.contains(&line), "docs/ci.md does not say {line}");
    }
    // The oldest toolchain is said in one place and used in three.
    let oldest = env!("CARGO_PKG_RUST_VERSION");
    assert!(text(".github/workflows/ci.yml").contains(&format!("cargo +{oldest} check")));
    assert!(text("Dockerfile").contains(&format!("FROM rust:{oldest}-")));
    assert!(text("docs/stability.md").contains(&format!("(now {oldest})")));
}

#[test]
fn workflows_use_actions_by_their_commit_and_hand_nothing_to_a_shell() {
    let mut used = 0;
    for name in ["ci", "release"] {
        let file = format!(".github/workflows/{name}.yml");
        let workflow = yaml(&file);
        assert_eq!(workflow["permissions"]["contents"].as_str(), Some("read"), "{file}");
        for (job, content) in workflow["jobs"].as_mapping().unwrap() {
            assert!(content["timeout-minutes"].is_u64(), "{file}: {job:?} can go on for ever");
            for step in content["steps"].as_sequence().unwrap() {
                let run = step["run"].as_str().unwrap_or_default();
                assert!(!run.contains("${{"), "{file}: an expression in a script can be made to run anything: {run}");
                let Some(action) = step["uses"].as_str() else { continue };
                let (_, commit) = action.split_once('@').unwrap();
                assert!(commit.len() == 40 && commit.bytes().all(|it| it.is_ascii_hexdigit()), "{file}: {action}");
                used += 1;
            }
        }
    }
    assert!(used >= 9, "only {used} actions were looked at");
}

#[test]
fn forms_for_issues_ask_for_what_is_needed() {
    for name in ["wrong-result", "failure", "rule-or-pack"] {
        let form = yaml(&format!(".github/ISSUE_TEMPLATE/{name}.yml"));
        assert!(!string(&form, "name").is_empty() && !string(&form, "description").is_empty());
        let mut ids = BTreeSet::new();
        for part in form["body"].as_sequence().unwrap() {
            assert!(["dropdown", "input", "textarea"].contains(&string(part, "type")), "{name}");
            assert!(ids.insert(string(part, "id").to_owned()), "{name}: an id stands twice");
            assert!(!string(&part["attributes"], "label").is_empty());
        }
    }
}

/// An archive of a release and its checksum, for each target, with the program of these tests in it.
fn archives(directory: &Path) {
    let release = text(".github/workflows/release.yml");
    for target in release.split("target: ").skip(1).filter_map(|rest| rest.split_once(", npm")).map(|(name, _)| name) {
        let name = format!("ssot-v{VERSION}-{target}");
        let inside = directory.join(&name);
        fs::create_dir(&inside).unwrap();
        let program = if target.contains("windows") { "ssot.exe" } else { "ssot" };
        fs::write(inside.join(program), format!("#!/bin/sh\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_ssot"))).unwrap();
        let script = format!(
            "chmod +x {name}/ssot*; tar -czf {name}.tar.gz {name}; sha256sum {name}.tar.gz >{name}.tar.gz.sha256; rm -r {name}"
        );
        assert!(Command::new("sh").args(["-c", &script]).current_dir(directory).status().unwrap().success());
    }
}

#[test]
fn the_npm_package_starts_the_program_and_the_formula_has_its_sums() {
    let scratch = tempfile::tempdir().unwrap();
    let (dist, out) = (scratch.path().join("dist"), scratch.path().join("out"));
    fs::create_dir(&dist).unwrap();
    archives(&dist);
    let formula = Command::new(root().join("packaging/homebrew/formula"))
        .args(["https://example.org/ssot", &format!("v{VERSION}")])
        .arg(&dist)
        .output()
        .unwrap();
    let formula = String::from_utf8(formula.stdout).unwrap();
    let sums = formula.lines().filter(|line| line.trim_start().starts_with("sha256 \"") && line.trim().len() == 73);
    assert_eq!(sums.count(), 4, "{formula}");
    assert!(formula.contains(&format!("version \"{VERSION}\"")) && formula.ends_with("end\n"), "{formula}");

    if Command::new("node").arg("--version").output().is_err() {
        eprintln!("Node is not there: the npm package is not tried");
        return;
    }
    let made = Command::new("node").arg(root().join("npm/packages.mjs")).args([&dist, &out]).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let modules = scratch.path().join("node_modules");
    fs::create_dir_all(modules.join("@ssot-bin")).unwrap();
    fs::rename(out.join("ssot"), modules.join("ssot")).unwrap();
    let start = |arguments: &[&str], binary: Option<&str>| {
        let mut node = Command::new("node");
        node.arg(modules.join("ssot/ssot.js")).args(arguments).current_dir(root().join("example"));
        node.env("SSOT_CACHE_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache")).env_remove("SSOT_CONFIG");
        node.env_remove("SSOT_BINARY").envs(binary.map(|path| ("SSOT_BINARY", path))).output().unwrap()
    };
    let missing = start(&["--version"], None);
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("SSOT_BINARY"));
    let platform = Command::new("node").args(["-p", "process.platform + '-' + process.arch"]).output().unwrap();
    let platform = String::from_utf8(platform.stdout).unwrap().trim().to_owned();
    fs::rename(out.join(&platform), modules.join("@ssot-bin").join(&platform)).unwrap();
    for binary in [None, Some(env!("CARGO_BIN_EXE_ssot"))] {
        let run = start(&["check", "--format", "concise"], binary);
        assert_eq!(run.status.code(), Some(1), "{}", String::from_utf8_lossy(&run.stderr));
        assert!(String::from_utf8_lossy(&run.stdout).contains("redis-direct-client"));
    }
    assert_eq!(start(&["--version"], Some("/no/such/program")).status.code(), Some(2));
}
