//! The terminal: colour, width, and writing to streams that may be closed.

use std::env;
use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use terminal_size::{Height, Width, terminal_size_of};
use thiserror::Error;

use super::args::When;
use crate::problem::Problem;
use crate::render::{self, ListingForm, RenderOptions};

/// Columns when neither the environment nor a terminal says how many.
const WIDTH: usize = 100;

/// The style of text for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TextStyle {
    /// With ANSI colours.
    pub color: bool,
    /// Columns.
    pub width: usize,
}

/// The look of standard output.
pub(super) fn stdout_look(when: When) -> TextStyle {
    TextStyle {
        color: wants_color(when, io::stdout().is_terminal()),
        width: width(columns(terminal_size_of(io::stdout()))),
    }
}

/// The look of standard error.
fn stderr_look(when: When) -> TextStyle {
    TextStyle {
        color: wants_color(when, io::stderr().is_terminal()),
        width: width(columns(terminal_size_of(io::stderr()))),
    }
}

/// The look of a file: no colour unless it is asked for by the flag, and a width that no terminal decides.
pub(super) fn file_look(when: When) -> TextStyle {
    TextStyle { color: when == When::Always, width: width(None) }
}

fn columns(size: Option<(Width, Height)>) -> Option<usize> {
    size.map(|(width, _)| usize::from(width.0))
}

fn width(columns: Option<usize>) -> usize {
    let set = env::var_os("COLUMNS").and_then(|value| value.to_str()?.parse().ok()).filter(|&width| width > 0);
    set.or(columns).unwrap_or(WIDTH)
}

fn wants_color(when: When, terminal: bool) -> bool {
    color_choice(when, terminal, |name| {
        let value = env::var_os(name)?.to_string_lossy().into_owned();
        (!value.is_empty()).then_some(value)
    })
}

/// The flag, then `NO_COLOR`, then `FORCE_COLOR` and `CLICOLOR_FORCE`, then the terminal. An empty variable is none.
fn color_choice(when: When, terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    let forced = |name| variable(name).is_some_and(|value| !matches!(value.as_str(), "0" | "false"));
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto if variable("NO_COLOR").is_some() => false,
        When::Auto if forced("FORCE_COLOR") || forced("CLICOLOR_FORCE") => true,
        When::Auto if variable("TERM").is_some_and(|value| value == "dumb") => false,
        When::Auto if variable("CLICOLOR").is_some_and(|value| value == "0") => false,
        When::Auto => terminal,
    }
}

/// Returns true if the run is a CI job.
pub(super) fn is_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "0" && value != "false")
}

/// Writes to standard output. That its reader has gone away is no error.
pub(super) fn print(text: impl AsRef<[u8]>) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    forgive(stdout.write_all(text.as_ref()).and_then(|()| stdout.flush()))
}

/// Writes a listing to standard output, with colour where that is wanted.
pub(super) fn print_listing(text: &str, listing: ListingForm, when: When) -> io::Result<()> {
    print(render::colored(text, listing, &options(stdout_look(when))).as_bytes())
}

/// Writes a listing to standard error, with colour where that is wanted.
pub(super) fn print_error_listing(text: &str, listing: ListingForm, when: When) {
    print_error(&render::colored(text, listing, &options(stderr_look(when))));
}

fn options(look: TextStyle) -> RenderOptions {
    RenderOptions { color: look.color, width: look.width, ..RenderOptions::default() }
}

/// Writes to standard error, for what it is worth.
pub(super) fn print_error(text: &str) {
    let _closed = io::stderr().lock().write_all(text.as_bytes());
}

/// Inputs that cannot be used, each with its place: what a command fails with that is told more than one reason.
#[derive(Debug, Error)]
#[error("{} problems", .0.len())]
pub(super) struct Refused(pub Vec<Problem>);

/// Says why the command could not do what it was asked.
pub(super) fn complain(error: &anyhow::Error, when: When) {
    let look = stderr_look(when);
    if let Some(Refused(problems)) = error.downcast_ref() {
        print_problems(problems, look);
        return;
    }
    let style = if look.color { Style::new().bold().fg_color(Some(AnsiColor::Red.into())) } else { Style::new() };
    print_error(&format!("{style}error{style:#}: {error:#}\n"));
}

fn print_problems(problems: &[Problem], look: TextStyle) {
    let options = options(look);
    let mut bytes = Vec::new();
    for problem in problems {
        let _infallible = render::problem(problem, &options, &mut bytes);
        bytes.push(b'\n');
    }
    print_error(&String::from_utf8_lossy(&bytes));
}

fn forgive(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(when: When, terminal: bool, variables: &[(&str, &str)]) -> bool {
        color_choice(when, terminal, |name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_flag_decides_over_the_environment() {
        assert!(choice(When::Always, false, &[("NO_COLOR", "1"), ("TERM", "dumb")]));
        assert!(!choice(When::Never, true, &[("FORCE_COLOR", "1")]));
    }

    #[test]
    fn the_environment_decides_over_the_terminal() {
        assert!(choice(When::Auto, true, &[]));
        assert!(!choice(When::Auto, false, &[]));
        assert!(!choice(When::Auto, true, &[("NO_COLOR", "1")]));
        assert!(!choice(When::Auto, true, &[("NO_COLOR", "1"), ("FORCE_COLOR", "1")]));
        assert!(choice(When::Auto, false, &[("FORCE_COLOR", "1")]));
        assert!(choice(When::Auto, false, &[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")]));
        assert!(!choice(When::Auto, false, &[("CLICOLOR_FORCE", "0")]));
        assert!(!choice(When::Auto, true, &[("TERM", "dumb")]));
    }

    #[test]
    fn a_closed_pipe_is_no_error() {
        assert!(forgive(Err(io::ErrorKind::BrokenPipe.into())).is_ok());
        assert!(forgive(Err(io::ErrorKind::StorageFull.into())).is_err());
    }
}
