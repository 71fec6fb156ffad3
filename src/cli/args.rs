//! Arguments that several subcommands share.

use std::num::NonZeroU16;
use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use clap_complete::ArgValueCandidates;

use super::completions;
use crate::render::Verbosity;

/// Arguments of every subcommand.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct GlobalArgs {
    /// Rules file to use; the current directory is then the project root
    #[arg(long, global = true, value_name = "PATH", env = "SSOT_CONFIG", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// Number of threads [default: one for each core]
    #[arg(short, long, global = true, value_name = "N")]
    pub jobs: Option<NonZeroU16>,

    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: When,

    /// Directory for results that are kept between runs [default: that of the platform for caches]
    #[arg(long, global = true, value_name = "PATH", env = "SSOT_CACHE_DIR", value_hint = ValueHint::DirPath)]
    pub cache_dir: Option<PathBuf>,

    /// Neither use results of earlier runs nor keep those of this one
    #[arg(long, global = true)]
    pub no_cache: bool,

    /// Do not show progress on the terminal
    #[arg(long, global = true)]
    pub no_progress: bool,

    /// Print violations, errors, the score and the verdict only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Print each undecided use too, and on standard error what is used and how long each stage takes
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// The cases in which output is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    /// On a terminal, unless the environment says otherwise
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The files that are scanned, and those of them that are reported.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Files")]
pub(super) struct ScanArgs {
    /// Files and directories to report on [default: the whole project]; `-` reads standard input
    ///
    /// The whole project is scanned in any case, since names are resolved across files.
    #[arg(help_heading = "Arguments", value_name = "PATHS", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,

    /// Read PATHS from a file, one a line or separated by NUL; `-` reads standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files_from: Option<PathBuf>,

    /// The path that standard input stands for, with `-`
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub stdin_filename: Option<PathBuf>,

    /// Pass over excluded files even if they are given by name
    #[arg(long)]
    pub force_exclude: bool,

    #[command(flatten)]
    pub walk: WalkArgs,
}

/// The files that are passed over.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Files")]
pub(super) struct WalkArgs {
    /// Globs of files to pass over, instead of `exclude` in the rules file
    #[arg(long, value_name = "GLOB", value_delimiter = ',')]
    pub exclude: Vec<String>,

    /// Globs of files to pass over, besides `exclude` in the rules file
    #[arg(long, value_name = "GLOB", value_delimiter = ',')]
    pub extend_exclude: Vec<String>,

    /// Scan what .gitignore names as well
    #[arg(long)]
    pub no_respect_gitignore: bool,
}

/// The rules that apply.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Rules")]
pub(super) struct SelectArgs {
    /// Ids of the only rules to apply
    #[arg(long, value_name = "RULE", value_delimiter = ',', add = ArgValueCandidates::new(completions::rules))]
    pub select: Vec<String>,

    /// Ids of rules not to apply
    #[arg(long, value_name = "RULE", value_delimiter = ',', add = ArgValueCandidates::new(completions::rules))]
    pub ignore: Vec<String>,

    /// Analyse every file in full, also those that no rule can concern; the result is the same
    #[arg(long)]
    pub exhaustive: bool,
}

impl GlobalArgs {
    /// Returns the amount of text for people.
    pub fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        }
    }
}
