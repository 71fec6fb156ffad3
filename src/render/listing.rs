//! Colour for lists and descriptions that are made as plain text: rules, one rule, the configuration, an impact.
//!
//! In: the text, whose lines have a known form. Out: the same with styles; without colour it is passed on as it is.

use std::borrow::Cow;

use super::style::RenderOptions;
use super::style::text::Paint;
use crate::rule::Severity;

/// The forms that a listing has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListingForm {
    /// A table whose first line names its columns.
    Table,
    /// Descriptions: a name at the left, facts below it, and sections with a heading.
    Description,
    /// TOML with a place behind each value.
    Config,
    /// Headings at the left, with a tree below each.
    Tree,
    /// Messages that begin with `skipped` or `problem`, and a sum.
    Messages,
}

/// Colours a listing.
#[must_use]
pub fn colored<'t>(text: &'t str, listing: ListingForm, options: &RenderOptions) -> Cow<'t, str> {
    if !options.color {
        return Cow::Borrowed(text);
    }
    let paint = Paint::new(options);
    let severities = text.lines().next().and_then(|head| head.find("SEVERITY"));
    let line = |(at, line): (usize, &str)| match listing {
        ListingForm::Table => table(line, at == 0, severities, paint),
        ListingForm::Description => description(line, paint),
        ListingForm::Config => config(line, paint),
        ListingForm::Tree if line.starts_with(' ') => line.to_owned(),
        ListingForm::Tree => paint.bold(line),
        ListingForm::Messages => messages(line, paint),
    };
    let lines = text.lines().enumerate().map(|numbered| match numbered.1.is_empty() {
        true => "\n".to_owned(),
        false => format!("{}\n", line(numbered)),
    });
    Cow::Owned(lines.collect())
}

fn table(line: &str, head: bool, severities: Option<usize>, paint: Paint) -> String {
    if head {
        return paint.bold(line);
    }
    let Some((before, rest)) = severities.and_then(|at| line.split_at_checked(at)) else { return line.to_owned() };
    let end = rest.find([' ', ',']).unwrap_or(rest.len());
    format!("{before}{}{}", severity(&rest[..end], paint), &rest[end..])
}

/// A word in the colour of the severity that it is.
fn severity(word: &str, paint: Paint) -> String {
    let known = [Severity::Error, Severity::Warning, Severity::Note, Severity::Off];
    known.into_iter().find(|it| it.name() == word).map_or_else(|| word.to_owned(), |it| paint.severity(it, word))
}

fn description(line: &str, paint: Paint) -> String {
    const FACTS: usize = 12;
    let Some(fact) = line.strip_prefix("  ") else { return paint.bold(line) };
    if fact.starts_with(' ') {
        return line.to_owned();
    }
    match line.split_at_checked(FACTS) {
        Some((name, said)) if name.ends_with(' ') => {
            let end = said.find([' ', ',']).unwrap_or(said.len());
            let said = match name.trim() {
                "Severity" => severity(&said[..end], paint) + &said[end..],
                _ => said.to_owned(),
            };
            format!("{}{said}", paint.bold(name))
        }
        _ => paint.bold(line),
    }
}

fn config(line: &str, paint: Paint) -> String {
    if line.starts_with('#') {
        return paint.faint(line);
    }
    if line.starts_with('[') {
        return paint.bold(line);
    }
    match line.rfind("  # ") {
        Some(at) => format!("{}{}", &line[..at], paint.faint(&line[at..])),
        None => line.to_owned(),
    }
}

fn messages(line: &str, paint: Paint) -> String {
    match line.split_once(' ') {
        Some(("skipped", rest)) => format!("{} {rest}", paint.severity(Severity::Note, "skipped")),
        Some(("problem", rest)) => format!("{} {rest}", paint.severity(Severity::Warning, "problem")),
        _ => paint.bold(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts of a text that are painted.
    fn painted(text: &str, listing: ListingForm) -> Vec<String> {
        let options = RenderOptions { color: true, ..RenderOptions::default() };
        let colored = colored(text, listing, &options);
        let plain: String = colored.split('\u{1b}').enumerate().fold(String::new(), |plain, (at, part)| match at {
            0 => plain + part,
            _ => plain + part.split_once('m').map_or("", |(_, rest)| rest),
        });
        assert_eq!(plain, text, "nothing but styles is added");
        let parts = colored.split("\u{1b}[0m").filter_map(|part| part.rsplit_once('\u{1b}'));
        parts.filter_map(|(_, styled)| styled.split_once('m')).map(|(_, text)| text.to_owned()).collect()
    }

    #[test]
    fn what_matters_is_painted_and_nothing_else_changes() {
        let table =
            "ID  SEVERITY                SOURCE\na   error, note in tests    x\nb                           x\n";
        assert_eq!(painted(table, ListingForm::Table), ["ID  SEVERITY                SOURCE", "error"]);
        let rule = "no-print\n\n  What      uses\n  Severity  warning\n\n  Banned\n    builtins.print\n";
        let expected = ["no-print", "  What      ", "  Severity  ", "warning", "  Banned"];
        assert_eq!(painted(rule, ListingForm::Description), expected);
        let config = "# ssot.toml\n\n[gate]\nno-new = true  # ssot.toml:2\n";
        assert_eq!(painted(config, ListingForm::Config), ["# ssot.toml", "[gate]", "  # ssot.toml:2"]);
        assert_eq!(painted("subject: 1 file\n\n  a.py\n", ListingForm::Tree), ["subject: 1 file"]);
        assert_eq!(painted("skipped a: b\n2 files\n", ListingForm::Messages), ["skipped", "2 files"]);
    }

    #[test]
    fn without_colour_it_is_the_same_text() {
        assert!(matches!(colored("a\n", ListingForm::Table, &RenderOptions::default()), Cow::Borrowed("a\n")));
    }
}
