//! Compares constructions as `ssot` finds them with `clippy::disallowed_methods` for the same paths.
//!
//! `cargo run --example clippy -- DIRECTORY...`, each a Cargo package or workspace that builds here, for example
//! `tests/clippy/clients`. The paths are those of the pack `redis`. Places that only one of the two reports are listed;
//! `tests/clippy/triage.md` says why there are any. The exit code is 1 if clippy reports a place that is not ours and
//! not in that file.
#![allow(clippy::disallowed_methods, reason = "a tool of its own that starts two others")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use ssot::rule::load_pack;
use ssot::rule::pack::DEFAULT;

/// Path relative to the package or workspace, line and column, both 1-based.
type Place = (String, u64, u64);

/// Nothing is exempt: an owner would be inferred otherwise.
const RULES: &str = "extends = [\"redis\"]\n[[source]]\nid = \"redis\"\ncanonical = []\nowners = []\n";

const TRIAGE: &str = include_str!("../../tests/clippy/triage.md");

fn main() -> Result<ExitCode> {
    let mut missing = 0;
    for directory in std::env::args().skip(1) {
        let root = std::fs::canonicalize(&directory).with_context(|| directory.clone())?;
        let scratch = tempfile::tempdir()?;
        let clippy = by_clippy(&root, scratch.path())?;
        let ours = by_us(&root, scratch.path())?;
        println!(
            "{directory}: clippy {}, ssot {}, both {}",
            clippy.len(),
            ours.len(),
            clippy.intersection(&ours).count()
        );
        for (path, line, column) in clippy.difference(&ours) {
            let place = format!("{path}:{line}:{column}");
            let known = TRIAGE.contains(&format!("`{place}`"));
            missing += usize::from(!known);
            println!("  only clippy {place}{}", if known { " (known)" } else { "" });
        }
        for (path, line, column) in ours.difference(&clippy) {
            println!("  only ssot   {path}:{line}:{column}");
        }
    }
    Ok(if missing == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The functions of the pack, as clippy is told of them.
fn configuration() -> String {
    let (rules, _) = load_pack(DEFAULT);
    let mut text = String::from("disallowed-methods = [\n");
    let bans = rules.rules.iter().flat_map(|rule| &rule.ban).filter(|ban| ban.language == ssot::lang::RUST);
    for path in bans.filter_map(|ban| ban.literal()) {
        let mut path = path.join("::");
        if path.rsplit("::").next().is_some_and(|last| last.starts_with(char::is_uppercase)) {
            path.push_str("::default");
        }
        text += &format!("  {{ path = \"{path}\", allow-invalid = true }},\n");
    }
    text + "]\n"
}

fn by_clippy(root: &Path, scratch: &Path) -> Result<BTreeSet<Place>> {
    std::fs::write(scratch.join("clippy.toml"), configuration())?;
    let output = Command::new("cargo")
        .args(["clippy", "--workspace", "--all-targets", "--message-format=json", "--quiet", "--"])
        .args(["--cap-lints=warn", "-Aclippy::all", "-Wclippy::disallowed_methods"])
        .current_dir(root)
        .env("CLIPPY_CONF_DIR", scratch)
        .env("CARGO_TARGET_DIR", std::env::temp_dir().join("ssot-clippy-target"))
        .output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8(output.stdout)?;
    let mut places = BTreeSet::new();
    for line in messages.lines() {
        let message = &serde_json::from_str::<Value>(line)?["message"];
        if message["code"]["code"] == "clippy::disallowed_methods" {
            for span in message["spans"].as_array().into_iter().flatten().filter(|span| span["is_primary"] == true) {
                places.insert(place(outermost(span), "file_name", "line_start", "column_start"));
            }
        }
    }
    Ok(places)
}

/// Where the outermost macro call stands in which a place is written.
fn outermost(span: &Value) -> &Value {
    let around = &span["expansion"]["span"];
    if around.is_object() && span["expansion"]["def_site_span"]["file_name"] == span["file_name"] {
        outermost(around)
    } else {
        span
    }
}

fn by_us(root: &Path, scratch: &Path) -> Result<BTreeSet<Place>> {
    let rules: PathBuf = scratch.join("ssot.toml");
    std::fs::write(&rules, RULES)?;
    let binary = std::env::current_exe()?.with_file_name("").join("../ssot");
    let output = Command::new(&binary)
        .args(["check", "--format", "json", "--exit-zero", "--config"])
        .arg(&rules)
        .current_dir(root)
        .output()
        .with_context(|| format!("{}: build it first", binary.display()))?;
    let result: Value = serde_json::from_slice(&output.stdout)?;
    let violations = result["violations"].as_array().context("no list of violations")?;
    Ok(violations.iter().map(|violation| place(violation, "path", "line", "column")).collect())
}

fn place(value: &Value, path: &str, line: &str, column: &str) -> Place {
    let number = |key: &str| value[key].as_u64().unwrap_or_default();
    (value[path].as_str().unwrap_or_default().to_owned(), number(line), number(column))
}
