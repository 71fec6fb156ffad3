//! The command line: reads arguments, runs the stages, writes what they give, and turns the outcome into an exit code.
//!
//! In: arguments, environment, terminal. Out: an exit code (docs/design.md section 8), the same for every format. One file
//! for each subcommand; this one holds what they share. Decides nothing about code.

use std::ffi::OsString;
use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use anyhow::Context;
use clap::{FromArgMatches, Parser, Subcommand};

mod accept;
mod against;
mod args;
mod baseline;
mod cache;
mod check;
mod completions;
mod config;
mod convert;
mod discover;
mod doctor;
mod explain;
mod files;
mod fix;
mod history;
mod impact;
mod init;
mod man;
mod manual;
mod paths;
mod progress;
mod project;
mod report;
mod rule;
mod rules;
mod schema;
mod score;
mod server;
mod summary;
mod terminal;
mod test;
mod values;
mod watch;

use args::{GlobalArgs, When};

/// Nested code is walked by recursion; this much stack outlasts what the parsers accept.
const STACK: usize = 96 << 20;

/// Find the places that go around a single source of truth, and score them
#[derive(Debug, Parser)]
#[command(name = "ssot", version, propagate_version = true, max_term_width = 100, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: GlobalArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Report the places that break a rule, the score, and whether the gate passes
    Check(Box<check::CheckArgs>),
    /// Write what rules say to use instead, where that is safe
    Fix(fix::FixArgs),
    /// Record the violations that are there today, and keep that record
    Baseline(baseline::BaselineArgs),
    /// List the files that are scanned, and those that are not, with the reason
    Files(files::FilesArgs),
    /// List the rules, or the built-in packs
    Rules(rules::RulesArgs),
    /// Explain a rule: what it bans, why, what to write instead, and where it does not apply
    Rule(rule::RuleArgs),
    /// Show the configuration that applies, with the place of each value
    Config(config::ConfigArgs),
    /// Print the JSON schema of rules files
    Schema,
    /// Print the scores, or every term that they are made of
    Score(score::ScoreArgs),
    /// Write the measured debt as a document: an issue, a page, or JSON
    Report(report::ReportArgs),
    /// Show how the score went from commit to commit
    History(history::HistoryArgs),
    /// Show which entry points reach a symbol or the violations of a rule
    Impact(impact::ImpactArgs),
    /// Explain a place: what its names denote, and why each rule applies there or not
    Explain(explain::ExplainArgs),
    /// Serve an editor: speak the Language Server Protocol over standard input and output
    Server,
    /// Find the concerns of a project that several files own, without any rules
    Discover(discover::DiscoverArgs),
    /// Write a first rules file from what `discover` finds
    Init(init::InitArgs),
    /// Say what is wrong with the rules of a project
    Doctor(doctor::DoctorArgs),
    /// Show what is kept between runs, or clear it
    Cache(cache::CacheArgs),
    /// Run the examples of the rules, and try the disguises of what they ban
    Test(test::TestArgs),
    /// Print a completion script for a shell
    Completions(completions::CompletionsArgs),
    /// Print the manual page
    Man,
}

/// The end of a run; the number is the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RunOutcome {
    /// The gate passed, or the command did what it was asked.
    Passed = 0,
    /// The gate failed.
    Failed = 1,
    /// Usage, configuration or internal error.
    Error = 2,
    /// Nothing was scanned, or with `--strict` something could not be analysed.
    Incomplete = 3,
}

impl From<RunOutcome> for ExitCode {
    fn from(outcome: RunOutcome) -> Self {
        Self::from(outcome as u8)
    }
}

/// Runs the program with the arguments and environment of the process.
#[must_use]
pub fn main() -> ExitCode {
    run(std::env::args_os()).into()
}

fn run(arguments: impl IntoIterator<Item = OsString>) -> RunOutcome {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(outcome) = completions::answer(arguments.clone()) {
        return outcome;
    }
    let matches = manual::command().try_get_matches_from(arguments);
    let cli = match matches.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => {
            // Help goes to standard output and may meet a closed pipe.
            let _closed = error.print();
            return if error.use_stderr() { RunOutcome::Error } else { RunOutcome::Passed };
        }
    };
    guarded(cli.global.color, || in_pool(&cli))
}

/// Runs the work and turns whatever comes of it into an outcome; neither an error nor a panic gets past.
fn guarded(color: When, work: impl FnOnce() -> anyhow::Result<RunOutcome>) -> RunOutcome {
    let remembered = panic::take_hook();
    panic::set_hook(Box::new(report_panic));
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    panic::set_hook(remembered);
    match outcome {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(error)) => {
            terminal::complain(&error, color);
            RunOutcome::Error
        }
        Err(_) => RunOutcome::Error,
    }
}

/// Runs the command on the threads that `--jobs` asks for.
fn in_pool(cli: &Cli) -> anyhow::Result<RunOutcome> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(cli.global.jobs.map_or(0, |jobs| jobs.get().into()))
        .stack_size(STACK)
        .build()
        .context("threads could not be started")?;
    let work = || match &cli.command {
        Command::Check(args) => check::run(&cli.global, args),
        Command::Fix(args) => fix::run(&cli.global, args),
        Command::Baseline(args) => baseline::run(&cli.global, args),
        Command::Files(args) => files::run(&cli.global, args),
        Command::Rules(args) => rules::run(&cli.global, args),
        Command::Rule(args) => rule::run(&cli.global, args),
        Command::Config(args) => config::run(&cli.global, args),
        Command::Schema => schema::run(),
        Command::Score(args) => score::run(&cli.global, args),
        Command::Report(args) => report::run(&cli.global, args),
        Command::History(args) => history::run(&cli.global, args),
        Command::Impact(args) => impact::run(&cli.global, args),
        Command::Explain(args) => explain::run(&cli.global, args),
        Command::Server => Ok(server::run(&cli.global, &pool)),
        Command::Discover(args) => discover::run(&cli.global, args),
        Command::Init(args) => init::run(&cli.global, args),
        Command::Doctor(args) => doctor::run(&cli.global, args),
        Command::Cache(args) => cache::show(&cli.global, args),
        Command::Test(args) => test::run(&cli.global, args),
        Command::Completions(args) => completions::run(args),
        Command::Man => man::run(),
    };
    // A server waits for messages, which no thread of the pool may do.
    if matches!(cli.command, Command::Server) { work() } else { pool.install(work) }
}

/// A panic is a defect of the program: it says where, and asks for a report.
fn report_panic(info: &panic::PanicHookInfo<'_>) {
    let place = info.location().map(|place| format!(" at {}:{}", place.file(), place.line())).unwrap_or_default();
    let words = info.payload_as_str().unwrap_or("no message");
    let _closed = writeln!(
        io::stderr(),
        "ssot {}: internal error{place}: {words}\nThis is a defect of ssot. Please report it with this message and the \
         file or command that led to it.",
        env!("CARGO_PKG_VERSION")
    );
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_panic_is_an_internal_error() {
        assert_eq!(guarded(When::Never, || panic!("defect")), RunOutcome::Error);
        assert_eq!(
            guarded(When::Never, || rayon::join(|| panic!("defect"), || Ok(RunOutcome::Passed)).1),
            RunOutcome::Error
        );
        assert_eq!(guarded(When::Never, || Err(anyhow::anyhow!("refused"))), RunOutcome::Error);
        assert_eq!(guarded(When::Never, || Ok(RunOutcome::Failed)), RunOutcome::Failed);
    }
}
