//! Values of arguments: formats, severities, numbers.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::history::Interval;
use crate::render::Format;
use crate::rule::Severity;
use crate::violation::Confidence;

/// The formats of a subcommand that has no report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Plain {
    /// For people
    Text,
    /// One JSON document
    Json,
}

/// The formats by their names.
pub(super) fn format() -> impl TypedValueParser<Value = Format> {
    let names = Format::ALL.iter().map(|format| format.name());
    PossibleValuesParser::new(names).map(|name| Format::of_name(&name).unwrap_or_default())
}

/// The distances between commits of a history.
pub(super) fn interval() -> impl TypedValueParser<Value = Interval> {
    PossibleValuesParser::new(Interval::ALL.map(Interval::name))
        .map(|name| Interval::ALL.into_iter().find(|it| it.name() == name).unwrap_or_default())
}

/// Severities by which can be filtered.
pub(super) fn severity() -> impl TypedValueParser<Value = Severity> {
    const CHOICES: [Severity; 3] = [Severity::Note, Severity::Warning, Severity::Error];
    PossibleValuesParser::new(CHOICES.map(Severity::name))
        .map(|name| CHOICES.into_iter().find(|choice| choice.name() == name).unwrap_or(Severity::Note))
}

/// Confidences.
pub(super) fn confidence() -> impl TypedValueParser<Value = Confidence> {
    PossibleValuesParser::new(Confidence::ALL.iter().map(|choice| choice.name()))
        .map(|name| Confidence::ALL.iter().copied().find(|choice| choice.name() == name).unwrap_or(Confidence::Low))
}

/// A report to write besides the main output: `FORMAT=PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Extra {
    pub format: Format,
    pub path: PathBuf,
}

/// Reads `FORMAT=PATH`.
pub(super) fn extra(text: &str) -> Result<Extra, String> {
    let (name, path) = text.split_once('=').ok_or("expected FORMAT=PATH, e.g. json=report.json")?;
    let Some(format) = Format::of_name(name) else {
        let names: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
        return Err(format!("there is no format `{name}`; there are {}", names.join(", ")));
    };
    if path.is_empty() {
        return Err("the path is empty".to_owned());
    }
    Ok(Extra { format, path: path.into() })
}

/// Returns whether a path of an output means standard output.
pub(super) fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

/// Reads a reason: some words on one line.
pub(super) fn reason(text: &str) -> Result<String, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if text.chars().any(char::is_control) || !text.chars().any(char::is_alphanumeric) {
        return Err("expected some words on one line".to_owned());
    }
    Ok(words.join(" "))
}

/// Reads a score from 0 to 100 with at most two decimals, in hundredths: no binary fraction decides a gate.
pub(super) fn hundredths(text: &str) -> Result<u32, String> {
    const EXPECTED: &str = "expected a number from 0 to 100 with at most two decimals";
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || decimals.len() > 2 || !digits(whole) || !digits(decimals) {
        return Err(EXPECTED.to_owned());
    }
    let number: u32 = format!("{whole}{decimals:0<2}").parse().map_err(|_| EXPECTED)?;
    if number <= 10_000 { Ok(number) } else { Err(EXPECTED.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_read_exactly() {
        for (text, number) in [("0", 0), ("95", 9500), ("95.1", 9510), ("99.99", 9999), ("100.00", 10000), ("7.", 700)]
        {
            assert_eq!(hundredths(text), Ok(number), "{text}");
        }
        for text in ["", "-1", "100.01", "1e2", "95.123", ".5", "99999999999999", "9 5", "+5"] {
            assert!(hundredths(text).is_err(), "{text}");
        }
    }

    #[test]
    fn reports_name_a_format_and_a_path() {
        assert_eq!(extra("json=a=b"), Ok(Extra { format: Format::Json, path: "a=b".into() }));
        for text in ["json", "json=", "xml=a"] {
            assert!(extra(text).is_err(), "{text}");
        }
    }
}
