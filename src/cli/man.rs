//! `ssot man`: the manual page, one for the program with all its subcommands.
//!
//! In: the definition of the command line and its [`manual`]. Out: roff for `man -l -`.

use std::io;

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::manual::{self, ENVIRONMENT, EXITS};
use super::{RunOutcome, terminal};

pub(super) fn run() -> anyhow::Result<RunOutcome> {
    terminal::print(page(manual::command())?)?;
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
    exit_codes("SH", EXITS).to_writer(&mut text)?;
    environment().to_writer(&mut text)?;
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
    // The program's own name is none of a subcommand's.
    if let Some(manual) = name.split_once(' ').and_then(|(_, name)| manual::of(name)) {
        examples(manual.examples).to_writer(text)?;
        exit_codes("SS", manual.exits).to_writer(text)?;
    }
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

fn examples(examples: &[(&str, &str)]) -> Roff {
    let mut roff = Roff::new();
    roff.control("SS", ["EXAMPLES"]);
    for (code, what) in examples {
        roff.control("TP", []).text([bold(*code)]).text([roman(*what)]);
    }
    roff
}

fn exit_codes(level: &str, codes: &[(u8, &str)]) -> Roff {
    let mut roff = Roff::new();
    roff.control(level, ["EXIT STATUS"]);
    for (code, meaning) in codes {
        roff.control("TP", []).text([bold(code.to_string())]).text([roman(*meaning)]);
    }
    roff
}

fn environment() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["ENVIRONMENT"]);
    for (variable, meaning) in ENVIRONMENT {
        roff.control("TP", []).text([bold(*variable)]).text([roman(*meaning)]);
    }
    roff
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> String {
        String::from_utf8(page(manual::command()).expect("a page")).expect("UTF-8")
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
        for (name, command) in all("", &manual::command()).iter().skip(1) {
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
        assert!(section(&page, "SSOT FIX").contains(".SS \"EXIT STATUS\"\n"), "{page}");
        assert!(section(&page, "SSOT BASELINE CREATE").contains(".SS EXAMPLES\n"), "{page}");
        assert!(page.starts_with(".ie"), "{page}");
    }

    #[test]
    fn every_variable_that_is_read_is_listed() {
        let code = [
            include_str!("args.rs"),
            include_str!("project.rs"),
            include_str!("cache.rs"),
            include_str!("against.rs"),
            include_str!("summary.rs"),
            include_str!("terminal.rs"),
            include_str!("completions.rs"),
            include_str!("../config.rs"),
        ]
        .concat();
        let quoted: Vec<&str> = code.split('"').collect();
        let listed: Vec<&str> = ENVIRONMENT.iter().flat_map(|(names, _)| names.split(", ")).collect();
        // What git reads of its own it is given by the module that calls it, which takes others away as well.
        for name in listed.iter().filter(|name| !matches!(**name, "GIT_INDEX_FILE" | "PATH")) {
            assert!(quoted.contains(name), "{name} is in the manual page and not read");
        }
        let is_name = |it: &&&str| it.contains('_') && it.bytes().all(|it| it.is_ascii_uppercase() || it == b'_');
        for name in quoted.iter().filter(is_name).filter(|it| !it.starts_with("CARGO_") && !it.starts_with("GIT_")) {
            assert!(listed.contains(name), "{name} is read and not in the manual page");
        }
        let page = text();
        let environment = page.split(".SH ENVIRONMENT\n").nth(1).unwrap_or_default();
        assert!(environment.contains("SSOT_CACHE_DIR"), "{page}");
    }

    #[test]
    fn only_headings_go_down() {
        assert_eq!(demoted(".SH OPTIONS\ntext .SH here\n"), ".SS OPTIONS\ntext .SH here\n");
    }
}
