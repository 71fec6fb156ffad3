//! The text of a baseline: TOML, one entry a line, sorted, without line numbers and counts, so that branches that change
//! different entries merge.
//!
//! In: a text. Out: a [`Baseline`], or what is wrong with the text; and back.

use std::fmt::Write as _;
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::source::Span;

use super::anchors::Anchors;
use super::{Baseline, BaselineEntry, EntryKey};

/// The version of the format.
const VERSION: u32 = 1;

const HEAD: &str = "\
# Violations that are accepted until they are removed. Written by `ssot baseline`; it may only shrink.
# One entry a line, sorted; after a merge conflict keep the lines of both sides and run `ssot baseline prune`.
";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    version: Spanned<u32>,
    entries: Vec<Spanned<RawEntry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEntry {
    path: String,
    rule: String,
    scope: String,
    symbol: String,
    form: String,
    anchors: Spanned<String>,
    reason: Option<String>,
}

/// Reads a baseline; `name` is its path as shown.
///
/// # Errors
/// A problem with a caret for what cannot be understood: a baseline is taken as a whole or not at all.
pub fn read(name: &str, text: &Arc<str>) -> Result<Baseline, Problem> {
    let problem = |span: std::ops::Range<usize>, message: String| {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let span = Span::new(offset(span.start), offset(span.end));
        Problem::at(ProblemSeverity::Error, ProblemKind::Config, name, text, span, message)
            .with_help("restore it from version control; `ssot baseline create` would accept what is there today")
    };
    if let Some(at) = conflict(text) {
        let message = "the baseline has a merge conflict that is not resolved".to_owned();
        let help = "remove the lines of git and keep the entries of both sides; then run `ssot baseline prune`";
        return Err(problem(at, message).with_help(help));
    }
    let raw: RawFile = toml::from_str(text).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        problem(span, format!("the baseline cannot be read: {}", error.message()))
    })?;
    if *raw.version.get_ref() != VERSION {
        let message = format!("the baseline has version {}; this program reads {VERSION}", raw.version.get_ref());
        return Err(problem(raw.version.span(), message));
    }
    let mut entries = Vec::with_capacity(raw.entries.len());
    for entry in raw.entries {
        let offset = u32::try_from(entry.span().start).unwrap_or(u32::MAX);
        let it = entry.into_inner();
        let anchors = Anchors::parse(it.anchors.get_ref())
            .ok_or_else(|| problem(it.anchors.span(), "these are no anchors of a baseline entry".to_owned()))?;
        let key =
            EntryKey { path: it.path.into(), rule: it.rule.into(), scope: it.scope, symbol: it.symbol, form: it.form };
        entries.push(BaselineEntry { key, anchors, reason: it.reason, offset });
    }
    Ok(Baseline { name: name.into(), text: Arc::clone(text), entries })
}

/// The first line with which git marks a conflict, if there is one.
fn conflict(text: &str) -> Option<std::ops::Range<usize>> {
    const SIGNS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if SIGNS.iter().any(|sign| line.starts_with(sign)) {
            return Some(at..at + SIGNS[0].len());
        }
        at += line.len();
    }
    None
}

/// The text of these entries. Those of one key keep their order, which is that of the code.
#[must_use]
pub fn write(entries: &[BaselineEntry]) -> String {
    let mut sorted: Vec<&BaselineEntry> = entries.iter().collect();
    sorted.sort_by(|a, b| a.key.cmp(&b.key));
    let mut text = format!("{HEAD}version = {VERSION}\nentries = [\n");
    for entry in sorted {
        let EntryKey { path, rule, scope, symbol, form } = &entry.key;
        let fields = [("path", &**path), ("rule", &**rule), ("scope", scope), ("symbol", symbol), ("form", form)];
        text += "  { ";
        for (name, value) in fields {
            // Writing to a string cannot fail.
            let _ = write!(text, "{name} = {}, ", quoted(value));
        }
        let _ = write!(text, "anchors = \"{}\"", entry.anchors);
        if let Some(reason) = &entry.reason {
            let _ = write!(text, ", reason = {}", quoted(reason));
        }
        text += " },\n";
    }
    text + "]\n"
}

/// A TOML basic string, on one line whatever it holds.
fn quoted(value: &str) -> String {
    let mut text = String::with_capacity(value.len() + 2);
    text.push('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(text, "\\u{:04X}", u32::from(c));
            }
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, reason: Option<&str>) -> BaselineEntry {
        let key = EntryKey {
            path: path.into(),
            rule: "redis-new".into(),
            scope: "A.f".to_owned(),
            symbol: "redis.Redis".to_owned(),
            form: "direct".to_owned(),
        };
        let anchors = Anchors { site: 1, statement: 0xff_ffff, before: vec![2, 3], after: vec![] };
        BaselineEntry { key, anchors, reason: reason.map(str::to_owned), offset: 0 }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let entries = [entry("b.py", Some("a \"quoted\" \\ reason\n\u{7f} ü")), entry("a.py", None)];
        let text = write(&entries);
        assert_eq!(text.lines().count(), 2 + 2 + 2 + 1, "one line for each entry: {text}");
        let read = read("ssot-baseline.toml", &text.clone().into()).unwrap();
        let back: Vec<BaselineEntry> =
            read.entries.iter().map(|it| BaselineEntry { offset: 0, ..it.clone() }).collect();
        assert_eq!(back, [entries[1].clone(), entries[0].clone()]);
        assert_eq!(write(&back), text, "the text does not depend on the order");
        assert!(text[read.entries[0].offset as usize..].starts_with("{ path = \"a.py\""));
    }

    #[test]
    fn a_text_that_is_no_baseline_is_refused_with_its_place() {
        let good = write(&[entry("a.py", None)]);
        for (text, line, word) in [
            (good.replace("<", ""), 0, ""),
            (good.replacen("  {", "<<<<<<< ours\n  {", 1), 5, "merge conflict"),
            (good.replacen("  {", "||||||| base\n  {", 1), 5, "merge conflict"),
            (good.replacen("  {", "=======\r\n  {", 1), 5, "merge conflict"),
            (good.replace("version = 1", "version = 2"), 3, "version 2"),
            (good.replace("000001 ", "1 "), 5, "no anchors"),
            (good.replace("rule = ", "rulle = "), 5, "cannot be read"),
            (String::new(), 1, "cannot be read"),
        ] {
            match (read("b.toml", &text.clone().into()), line) {
                (Ok(_), 0) => {}
                (Err(problem), line) => {
                    assert_eq!(problem.line, line, "{text}{}", problem.message);
                    assert!(problem.message.contains(word), "{}", problem.message);
                }
                (Ok(_), _) => panic!("{text}"),
            }
        }
    }
}
