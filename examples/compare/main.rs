//! Compares the output of `ssot check --format json` with hand-checked labels: precision and recall for each rule.
//!
//! `cargo run --example compare -- LABELS RESULT [--repository NAME] [--need 0.99] [--under PREFIX] [--without PREFIX]`
//!
//! `LABELS` holds the labels of one tree (`labels`, `ambiguous`, `unparsable`), or those of several by name, of which
//! `--repository` takes one. The exit code is 1 if a rule falls below `--need`.
#![allow(clippy::disallowed_methods, reason = "a tool of its own that reads two files")]

mod labels;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Parser;
use serde_json::Value;

use labels::{Place, Scope, Tally};

/// Precision and recall of a result against labels, at file and line.
#[derive(Parser)]
struct Arguments {
    /// Hand-checked labels, JSON.
    labels: PathBuf,
    /// Output of `ssot check --format json`.
    result: PathBuf,
    /// Which labels to take, if the file holds those of several repositories.
    #[arg(long)]
    repository: Option<String>,
    /// The least precision and recall of each rule.
    #[arg(long, default_value_t = 0.0)]
    need: f64,
    /// Only files whose path starts so.
    #[arg(long, default_value = "")]
    under: String,
    /// No files whose path starts so.
    #[arg(long)]
    without: Option<String>,
    /// How many places to list of each kind of mistake.
    #[arg(long, default_value_t = 12)]
    show: usize,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let all = read(&arguments.labels)?;
    let labels = match &arguments.repository {
        Some(name) => all.get(name).with_context(|| format!("no labels of {name}"))?,
        None => &all,
    };
    if labels.get("labels").is_none() {
        let names: Vec<&String> = labels.as_object().into_iter().flat_map(|object| object.keys()).collect();
        bail!("the file holds labels of several repositories, choose one with --repository: {names:?}");
    }
    let scope = Scope { under: arguments.under, without: arguments.without };
    let tallies = labels::compare(labels, &read(&arguments.result)?, &scope);
    let mut worst = 1.0_f64;
    for (rule, tally) in &tallies {
        show(rule, tally, arguments.show);
        worst = worst.min(tally.precision()).min(tally.recall());
    }
    println!("worst of precision and recall: {worst:.4}");
    Ok(if worst < arguments.need { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn read(path: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}

fn show(rule: &str, tally: &Tally, limit: usize) {
    let (precision, recall) = (tally.precision(), tally.recall());
    println!("{rule}: labels {} reported {} precision {precision:.4} recall {recall:.4}", tally.labels, tally.reported);
    let list = |what: &str, places: &[Place]| {
        for (_, file, line) in places.iter().take(limit) {
            println!("    {what} {file}:{line}");
        }
        if places.len() > limit {
            println!("    and {} more", places.len() - limit);
        }
    };
    list("wrong ", &tally.wrong);
    list("missed", &tally.missed);
}
