//! A table of the violations, then the closing lines of the default format.
//!
//! In: the report. Out: text that keeps to the width.

use std::io::{self, Write};

use crate::report::Report;
use crate::violation::Violation;

use super::{full, statistics};
use crate::render::style::RenderOptions;
use crate::render::style::text::{self, Align};

pub(super) fn render(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    if options.statistics {
        return statistics::render(report, options, out);
    }
    text::notices(report, options, out)?;
    let exempted = report.set_apart().filter(|_| options.show_exempted).map(|place| row(place, "exempted"));
    let rows: Vec<Vec<String>> = text::listed(report, options)
        .map(|violation| {
            let severity = violation.severity.name();
            row(violation, if violation.is_active() { severity } else { violation.state.name() })
        })
        .chain(exempted)
        .collect();
    if !rows.is_empty() {
        let columns = ["place", "severity", "rule", "written", "symbol"].map(|title| (title, Align::Left));
        write!(out, "{}", text::table(&columns, rows, options))?;
    }
    full::problems(report, options, out)?;
    text::unresolved(report, options, out)?;
    full::closing(report, options, out)
}

fn row(violation: &Violation, weight: &str) -> Vec<String> {
    vec![
        format!("{}:{}:{}", violation.path, violation.start.line, violation.start.column),
        weight.to_owned(),
        violation.rule.to_string(),
        violation.written.clone(),
        violation.symbol.clone(),
    ]
}
