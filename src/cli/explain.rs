//! `ssot explain`: what the names at a place denote, and why each rule applies there or not.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use clap::Args;

use super::args::{GlobalArgs, ScanArgs, SelectArgs, WalkArgs};
use super::baseline::BaselineChoice;
use super::progress::Progress;
use super::project::{self, ScannedProject};
use super::{RunOutcome, terminal};
use crate::analysis::{self, InquiredPlace};
use crate::discover;
use crate::explain::Explained;
use crate::pipeline::{self, Stopwatch};
use crate::render::{self, RenderOptions};
use crate::tree::Texts;

/// Arguments of `ssot explain`.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The place: a line of a file, or a column of it, counted from 1
    #[arg(value_name = "FILE:LINE[:COL]")]
    place: String,

    /// Print one JSON document
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    walk: WalkArgs,
}

pub(super) fn run(global: &GlobalArgs, args: &ExplainArgs) -> anyhow::Result<RunOutcome> {
    let progress = Progress::start(global);
    let scan = ScanArgs { walk: args.walk.clone(), ..ScanArgs::default() };
    let project = project::open(global, &scan, &SelectArgs::default(), &progress)?;
    let (path, place) = read_place(&args.place)?;
    let path = below_root(&project, path)?;
    progress.stage("analysing");
    let mut inputs = project.inputs(false);
    inputs.baseline = BaselineChoice::Default.open(&project)?.map(Arc::new);
    let run = pipeline::run(&inputs, &mut Stopwatch::start());
    let (tree, texts) = (&project.files.tree, &project.files.texts);
    let file = tree.by_path(&path);
    let fixes = file.map(|file| pipeline::planned(&inputs, &run.findings, Some([file].into()))).unwrap_or_default();
    let explained = Explained { tree, rules: &project.rules, findings: &run.findings, fixes: &fixes };
    let report = match file {
        Some(file) => {
            check_line(texts, &path, place)?;
            let inquiry = analysis::inquire(tree, texts, &project.rules, file, place);
            explained.place(file, place, &inquiry)
        }
        None => explained.not_scanned(&path, place),
    };
    drop(progress);
    let look = terminal::stdout_look(global.color);
    let options = RenderOptions { color: look.color, width: look.width, ..RenderOptions::default() };
    let mut bytes = Vec::new();
    match args.json {
        true => render::place_json(&report, &mut bytes)?,
        false => render::place_text(&report, &options, &mut bytes)?,
    }
    terminal::print(&bytes)?;
    Ok(RunOutcome::Passed)
}

/// Takes `FILE:LINE[:COL]` apart.
fn read_place(text: &str) -> anyhow::Result<(&str, InquiredPlace)> {
    let wrong = || anyhow!("`{text}` is no place; expected FILE:LINE or FILE:LINE:COL, counted from 1");
    let number = |text: &str| text.parse::<u32>().ok().filter(|&number| number > 0);
    let (rest, last) = text.rsplit_once(':').ok_or_else(wrong)?;
    let last = number(last).ok_or_else(wrong)?;
    match rest.rsplit_once(':').and_then(|(path, line)| Some((path, number(line)?))) {
        Some((path, line)) if !path.is_empty() => Ok((path, InquiredPlace { line, column: Some(last) })),
        _ if !rest.is_empty() => Ok((rest, InquiredPlace { line: last, column: None })),
        _ => Err(wrong()),
    }
}

/// The path of a file from the root of the project.
fn below_root(project: &ScannedProject, path: &str) -> anyhow::Result<String> {
    let whole = project::current_directory()?.join(Path::new(path));
    let whole = whole.canonicalize().with_context(|| format!("`{path}` cannot be looked at"))?;
    if !whole.starts_with(&project.root) {
        bail!("`{path}` lies outside the project `{}`", project.root.display());
    }
    Ok(discover::shown(&project.root, &whole))
}

fn check_line(texts: &dyn Texts, path: &str, place: InquiredPlace) -> anyhow::Result<()> {
    let Ok(text) = texts.read(path) else { return Ok(()) };
    let lines = text.lines().count();
    if place.line as usize > lines.max(1) {
        bail!("`{path}` has {lines} lines, so that there is no line {}", place.line);
    }
    Ok(())
}
