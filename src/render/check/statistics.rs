//! Counts of the listed violations: by rule, form, confidence, directory and file.
//!
//! In: the report. Out: one small table for each, most frequent first.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::render::style::RenderOptions;
use crate::render::style::text::{self, Align};
use crate::report::Report;
use crate::violation::Violation;

/// The number of directories and files that are listed; the rest is one row.
const TOP: usize = 10;

pub(super) fn render(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let listed: Vec<&Violation> = text::listed(report, options).collect();
    if listed.is_empty() {
        return Ok(());
    }
    for (title, rows) in tables(&listed) {
        let columns = [(title, Align::Left), ("violations", Align::Right)];
        write!(out, "{}", text::table(&columns, rows, options))?;
    }
    if text::is_narrow(options) { Ok(()) } else { writeln!(out) }
}

/// The tables: what each counts by, and its rows.
pub(super) fn tables(listed: &[&Violation]) -> [(&'static str, Vec<Vec<String>>); 5] {
    let all = usize::MAX;
    [
        ("rule", counts(listed, all, |it| &it.rule)),
        ("form", counts(listed, all, |it| it.form.name())),
        ("confidence", counts(listed, all, |it| it.confidence.name())),
        ("directory", counts(listed, TOP, |it| it.path.rsplit_once('/').map_or(".", |(directory, _)| directory))),
        ("file", counts(listed, TOP, |it| &it.path)),
    ]
}

/// Counts each key, most frequent first, then by name; what is past the limit is one row.
fn counts(violations: &[&Violation], limit: usize, key: fn(&Violation) -> &str) -> Vec<Vec<String>> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for violation in violations {
        *counts.entry(key(violation)).or_default() += 1;
    }
    let mut sorted: Vec<(&str, u64)> = counts.into_iter().collect();
    sorted.sort_by_key(|&(_, number)| std::cmp::Reverse(number));
    let rest = sorted.split_off(limit.min(sorted.len()));
    let mut rows: Vec<Vec<String>> =
        sorted.into_iter().map(|(name, number)| vec![name.to_owned(), number.to_string()]).collect();
    if !rest.is_empty() {
        let number: u64 = rest.iter().map(|(_, number)| number).sum();
        rows.push(vec![format!("{} more", rest.len()), number.to_string()]);
    }
    rows
}
