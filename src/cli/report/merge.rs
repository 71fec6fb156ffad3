//! `ssot report merge`: the JSON reports of several projects as one document.

use std::path::PathBuf;

use anyhow::anyhow;
use clap::{Args, ValueEnum, ValueHint};

use super::{LARGEST, RunOutcome, terminal, values};
use crate::debt::{ReportDocument, merge};
use crate::{discover, render, store};

/// Arguments of `ssot report merge`.
#[derive(Debug, Args)]
pub(super) struct MergeArgs {
    /// Documents of `ssot report --format json`; those of `ssot check` do too, and say less
    #[arg(value_name = "REPORT.json", required = true, value_hint = ValueHint::FilePath)]
    reports: Vec<PathBuf>,

    /// How to write the merged report
    #[arg(long, visible_alias = "output-format", value_name = "FORMAT", default_value = "markdown")]
    format: MergedFormat,

    /// Write it to a file instead of standard output, which `-` names
    #[arg(short, long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    output_file: Option<PathBuf>,
}

/// Formats of a merged report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MergedFormat {
    /// To be pasted
    Markdown,
    /// One page that needs nothing else
    Html,
}

pub(super) fn run(args: &MergeArgs) -> anyhow::Result<RunOutcome> {
    let mut documents = Vec::new();
    for path in &args.reports {
        let refused = |why: String| anyhow!("`{}` is no JSON report of ssot: {why}", path.display());
        let bytes = discover::read_file(path, None, LARGEST)
            .map_err(|why| anyhow!("`{}` cannot be read: {why}", path.display()))?;
        let document = ReportDocument::parse(&bytes).map_err(refused)?;
        let stem = path.file_stem().map(|it| it.to_string_lossy().into_owned());
        documents.push((stem.unwrap_or_default(), document));
    }
    let merged = merge(documents);
    let mut bytes = Vec::new();
    match args.format {
        MergedFormat::Markdown => render::merged_markdown(&merged, &mut bytes)?,
        MergedFormat::Html => render::merged_html(&merged, &mut bytes)?,
    }
    match &args.output_file {
        Some(path) if !values::is_stdout(path) => store::write(path, &bytes)?,
        _ => terminal::print(&bytes)?,
    }
    Ok(RunOutcome::Passed)
}
