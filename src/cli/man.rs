//! `ssot man`: the manual page, one for the program with all its subcommands.
//!
//! In: the definition of the command line. Out: roff for `man -l -`. Only the exit codes are written here; the rest is
//! what `--help` says.

use std::io;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::{Cli, RunOutcome, terminal};

pub(super) fn run() -> anyhow::Result<RunOutcome> {
    terminal::print(page(Cli::command())?)?;
    Ok(RunOutcome::Passed)
}

/// The whole page.
fn page(command: Command) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    let man = Man::new(command.clone()).manual("User Commands");
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    for below in command.get_subcommands() {
        subcommand(&mut text, command.get_name(), below)?;
    }
    exit_codes().to_writer(&mut text)?;
    Ok(text)
}

/// The section of one subcommand and of those below it. Options of every subcommand stand in the program's part alone.
fn subcommand(text: &mut Vec<u8>, above: &str, command: &Command) -> io::Result<()> {
    let name = format!("{above} {}", command.get_name());
    Roff::new().control("SH", [name.to_uppercase().as_str()]).to_writer(text)?;
    // The page has the program's `--help` and `--version` already.
    let own = command.clone().bin_name(&name).disable_help_flag(true).disable_version_flag(true);
    let man = Man::new(own);
    let mut parts = Vec::new();
    man.render_synopsis_section(&mut parts)?;
    man.render_description_section(&mut parts)?;
    man.render_options_section(&mut parts)?;
    text.extend(demoted(&String::from_utf8_lossy(&parts)).into_bytes());
    command.get_subcommands().try_for_each(|below| subcommand(text, &name, below))
}

/// The same text with its sections one level deeper. Text never starts a line with a dot: roff would take it for a
/// request, so the writer escapes it.
fn demoted(parts: &str) -> String {
    parts
        .lines()
        .map(|line| format!("{}\n", line.replacen(".SH ", ".SS ", usize::from(line.starts_with(".SH ")))))
        .collect()
}

fn exit_codes() -> Roff {
    const CODES: [(&str, &str); 4] = [
        ("0", "The gate passed, or the command did what it was asked."),
        ("1", "The gate failed."),
        ("2", "The usage or the configuration is wrong, a path does not exist, or the program has a defect."),
        ("3", "Nothing was scanned, or with --strict something could not be analysed."),
    ];
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    for (code, meaning) in CODES {
        roff.control("TP", []).text([bold(code)]).text([roman(meaning)]);
    }
    roff
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> String {
        String::from_utf8(page(Cli::command()).expect("a page")).expect("UTF-8")
    }

    /// The part of the page from this heading to the next of its level.
    fn section<'t>(page: &'t str, name: &str) -> &'t str {
        let start = page.find(&format!(".SH \"{name}\"\n")).unwrap_or_else(|| panic!("no section {name}"));
        let rest = &page[start + 4..];
        &rest[..rest.find("\n.SH ").unwrap_or(rest.len())]
    }

    /// Every subcommand with its full name.
    fn all(above: &str, command: &Command) -> Vec<(String, Command)> {
        let name = format!("{above}{}", command.get_name());
        let below = command.get_subcommands().flat_map(|below| all(&format!("{name} "), below));
        std::iter::once((name.clone(), command.clone())).chain(below).collect()
    }

    #[test]
    fn every_subcommand_and_option_has_its_place() {
        let page = text();
        for (name, command) in all("", &Cli::command()).iter().skip(1) {
            let section = section(&page, &name.to_uppercase());
            for long in command.get_arguments().filter_map(clap::Arg::get_long) {
                let written = format!("\\-\\-{}", long.replace('-', "\\-"));
                assert!(section.contains(&written), "{name}: --{long} is missing in\n{section}");
            }
        }
    }

    #[test]
    fn options_of_all_subcommands_are_described_once() {
        let page = text();
        let described = page.lines().filter(|line| line.contains("\\-\\-no\\-progress") && !line.contains('[')).count();
        assert_eq!(described, 1, "{page}");
        assert!(page.contains(".SH \"EXIT STATUS\"\n"));
        assert!(page.starts_with(".ie"), "{page}");
    }

    #[test]
    fn only_headings_go_down() {
        assert_eq!(demoted(".SH OPTIONS\ntext .SH here\n"), ".SS OPTIONS\ntext .SH here\n");
    }
}
