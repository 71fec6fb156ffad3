//! Values that stand in files of evidence.
//!
//! In: the bytes of a file and what is looked for. Out: the value with the words that explain it, or why there is none: a
//! file that is broken, and one in which nothing matches, measure nothing.

use regex::Regex;
use serde_json::Value as Json;

use super::{MeasuredValue, Measurement};

/// The share of tests that passed among those that ran and whose name (`class::name`) matches; and when they ran, by the
/// file's own word. Skipped tests neither passed nor failed.
pub(super) fn junit(bytes: &[u8], name: Option<&Regex>) -> (Measurement, Option<String>) {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}'),
        Err(_) => return (Err("the file is not UTF-8".to_owned()), None),
    };
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..roxmltree::ParsingOptions::default() };
    let document = match roxmltree::Document::parse_with_options(text, options) {
        Ok(document) => document,
        Err(error) => return (Err(format!("the file is no valid XML: {error}")), None),
    };
    if !matches!(document.root_element().tag_name().name(), "testsuites" | "testsuite") {
        let root = document.root_element().tag_name().name().to_owned();
        return (Err(format!("the file is no JUnit XML: its root is `{root}`")), None);
    }
    let (mut all, mut passed, mut failed, mut skipped) = (0u64, 0u64, 0u64, 0u64);
    for case in document.descendants().filter(|node| node.has_tag_name("testcase")) {
        all += 1;
        let full = match (case.attribute("classname").unwrap_or_default(), case.attribute("name").unwrap_or_default()) {
            ("", own) => own.to_owned(),
            (class, own) => format!("{class}::{own}"),
        };
        if name.is_some_and(|name| !name.is_match(&full)) {
            continue;
        }
        let has = |tag: &str| case.children().any(|child| child.tag_name().name() == tag);
        let not_run = matches!(case.attribute("status"), Some("notrun" | "skipped" | "disabled"));
        match (has("failure") || has("error"), has("skipped") || not_run) {
            (true, _) => failed += 1,
            (false, true) => skipped += 1,
            (false, false) => passed += 1,
        }
    }
    let time = document.descendants().find_map(|node| node.attribute("timestamp")).map(str::to_owned);
    let whole = passed + failed;
    if whole == 0 {
        let reason = match (all, skipped) {
            (0, _) => "the file has no tests".to_owned(),
            (_, 0) => format!("none of its {all} tests has a name that matches"),
            _ => format!("all {skipped} tests that match were skipped"),
        };
        return (Err(reason), time);
    }
    let skips = if skipped == 0 { String::new() } else { format!(", {skipped} skipped") };
    (Ok((MeasuredValue::Share { part: passed, whole }, format!("{passed} of {whole} tests passed{skips}"))), time)
}

/// The number at a JSON pointer.
pub(super) fn json(bytes: &[u8], pointer: &str) -> Measurement {
    let document: Json = serde_json::from_slice(bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes))
        .map_err(|error| format!("the file is no valid JSON: {error}"))?;
    match document.pointer(pointer) {
        None => Err(format!("there is nothing at `{pointer}`")),
        Some(Json::Number(number)) => match number.as_f64().filter(|number| number.is_finite()) {
            Some(value) => Ok((MeasuredValue::Number(value), format!("`{pointer}` is {number}"))),
            None => Err(format!("the number at `{pointer}` is out of range")),
        },
        Some(other) => Err(format!("at `{pointer}` stands {}, not a number", kind(other))),
    }
}

fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "`null`",
        Json::Bool(_) => "`true` or `false`",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

/// The share of the lines that match one pattern among those that match another.
///
/// A line that is a JSON object matches also if one of its members does, written `path=value` (`close.code=1011`).
pub(super) fn log(bytes: &[u8], among: Option<&Regex>, matching: &Regex) -> Measurement {
    let (mut lines, mut whole, mut part) = (0u64, 0u64, 0u64);
    for line in bytes.split(|byte| *byte == b'\n') {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end_matches('\r');
        if line.trim().is_empty() {
            continue;
        }
        lines += 1;
        let line = LogLine::new(line);
        if among.is_none_or(|among| line.matches(among)) {
            whole += 1;
            part += u64::from(line.matches(matching));
        }
    }
    if whole == 0 {
        return Err(format!("none of its {lines} lines matches `among`"));
    }
    Ok((MeasuredValue::Share { part, whole }, format!("{part} of {whole} lines")))
}

struct LogLine<'a> {
    text: &'a str,
    members: Vec<String>,
}

impl<'a> LogLine<'a> {
    fn new(text: &'a str) -> Self {
        let mut members = Vec::new();
        // What collects logs may write a name or a time before the object.
        if text.trim_end().ends_with('}')
            && let Some(object) = text.find('{').and_then(|at| text.get(at..))
            && let Ok(document @ Json::Object(_)) = serde_json::from_str::<Json>(object)
        {
            flatten(&document, String::new(), &mut members);
        }
        Self { text, members }
    }

    fn matches(&self, pattern: &Regex) -> bool {
        pattern.is_match(self.text) || self.members.iter().any(|member| pattern.is_match(member))
    }
}

/// Every value of a document as `path=value`.
fn flatten(value: &Json, path: String, members: &mut Vec<String>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Json::Object(object) => object.iter().for_each(|(name, value)| flatten(value, below(name), members)),
        Json::Array(items) => {
            items.iter().enumerate().for_each(|(at, value)| flatten(value, below(&at.to_string()), members));
        }
        Json::String(text) => members.push(format!("{path}={text}")),
        other => members.push(format!("{path}={other}")),
    }
}
