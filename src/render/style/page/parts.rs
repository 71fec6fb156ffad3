//! Sections that more than one page has: tiles, the table of violations, rivals, scores, what was read.
//!
//! In: the report. Out: HTML in which every text of the project is escaped.

use crate::code_host::CheckedOut;
use crate::findings::{ImplementationRole, Rival};
use crate::report::Report;
use crate::score::Score;

use super::super::figures;
use super::super::text::{count, thousandths};
use super::data::{STATES, ViolationRow};
use super::markup::{code, escaped, table};

/// Rows of the tables that a script does not fill.
pub(in crate::render) const LONG: usize = 40;

/// `3 more files are not listed.` of what is past [`LONG`].
pub(in crate::render) fn more(all: usize, what: &str) -> String {
    match all.saturating_sub(LONG) {
        0 => String::new(),
        left => format!("<p class=\"soft\">{left} more {what} not listed.</p>\n"),
    }
}

/// The gauge beside numbers with the words that say what they count.
pub(in crate::render) fn tiles(gauge: &str, tiles: &[(String, String)]) -> String {
    let tiles: String = tiles
        .iter()
        .map(|(number, words)| format!("<div class=\"tile\"><b>{number}</b><span>{words}</span></div>\n"))
        .collect();
    format!("<div class=\"hero\"><div>{gauge}</div><div class=\"tiles\">{tiles}</div></div>\n")
}

/// The table that a script fills, with the controls that filter it; a sentence instead where there is nothing to list.
pub(in crate::render) fn violations(places: &[ViolationRow<'_>], nothing: &str) -> String {
    if places.is_empty() {
        return format!("<p>{nothing}</p>\n");
    }
    let choice = |id: &str, name: &str, options: &[&str]| {
        // The script fills an empty one; one choice is none.
        let hidden = if options.len() == 1 { " hidden=\"\"" } else { "" };
        let options: String = options.iter().map(|it| format!("<option value=\"{it}\">{it}</option>")).collect();
        format!("<label{hidden}>{name}<select id=\"{id}\"><option value=\"\">all</option>{options}</select></label>\n")
    };
    let head = |key: &str, name: &str, class: &str| {
        format!("<th data-sort=\"{key}\"{class}><button type=\"button\">{name}</button></th>")
    };
    let states: Vec<&str> = STATES.into_iter().filter(|state| places.iter().any(|it| it.state == *state)).collect();
    format!(
        "<div class=\"filters\"><label class=\"grow\">Filter<input id=\"filter\" type=\"search\" \
         placeholder=\"words of path, symbol, scope\"></label>\n{}{}{}{}<button id=\"reset\" type=\"button\">Reset</button></div>\n\
         <p id=\"count\" aria-live=\"polite\"></p>\n<noscript><p>A script lists the {} here; the formats <code>markdown</code> and \
         <code>json</code> do without.</p></noscript>\n<table class=\"cards\" id=\"violation-table\"><thead><tr>{}{}{}{}{}</tr>\
         </thead><tbody id=\"rows\"></tbody></table>\n<button id=\"more\" type=\"button\" hidden=\"\"></button>\n",
        choice("rule", "Rule", &[]),
        choice("severity", "Severity", &["error", "warning", "note"]),
        choice("code", "Code", &["production", "tests", "types"]),
        choice("state", "State", &states),
        count(places.len() as u64, "place"),
        head("severity", "Severity", ""),
        head("place", "Place", ""),
        head("message", "What", ""),
        head("rule", "Rule", ""),
        head("points", "Points", " class=\"n\""),
    )
}

/// The line below the title, as HTML: the project, its commit with its day, the command.
pub(in crate::render) fn about(report: &Report, command: &str) -> String {
    let CheckedOut { project, commit, date, changed, links } = &report.checked_out;
    let project = if project.is_empty() { String::new() } else { format!("<b>{}</b>, ", escaped(project)) };
    let commit = commit.as_ref().map(|commit| {
        let shown = escaped(figures::short(commit));
        let shown = match links {
            Some(links) => format!("<a href=\"{}\">{shown}</a>", escaped(&links.commit_page())),
            None => shown,
        };
        let date = date.as_ref().map(|date| format!(" of {}", escaped(date))).unwrap_or_default();
        let changed = if *changed { " with changes that are not committed" } else { "" };
        format!("commit {shown}{date}{changed}, ")
    });
    format!("{project}{}{command} {}", commit.unwrap_or_default(), env!("CARGO_PKG_VERSION"))
}

/// Rivals with their shims; test doubles, and classes that are handed a client, folded.
pub(in crate::render) fn rivals(report: &Report) -> String {
    let found = |roles: &[ImplementationRole]| -> Vec<&Rival> {
        let of_role =
            |role: &ImplementationRole| report.implementations.iter().filter(|it| it.role == *role).collect::<Vec<_>>();
        roles.iter().flat_map(of_role).collect()
    };
    if report.implementations.is_empty() {
        return String::new();
    }
    let rivals = found(&[ImplementationRole::Rival, ImplementationRole::Shim]);
    let mut text = if rivals.is_empty() { "<p>None.</p>\n".to_owned() } else { implementations(&rivals) };
    for (role, name) in [(ImplementationRole::Double, "test double"), (ImplementationRole::User, "user")] {
        let others = found(&[role]);
        if !others.is_empty() {
            let many = count(others.len() as u64, name);
            let list = implementations(&others);
            text += &format!("<details class=\"fold\"><summary>{many}</summary>\n{list}</details>\n");
        }
    }
    text + "<p class=\"soft\">Only rivals are violations. A shim delegates to the canonical symbol, a double stands in for it \
            in tests, a user keeps a client that it is handed.</p>\n"
}

fn implementations(list: &[&Rival]) -> String {
    let names = |list: &[String]| list.iter().map(|it| code(it)).collect::<Vec<_>>().join(", ");
    let rows = list.iter().map(|it| {
        let kind = if it.role == ImplementationRole::Rival { "not-met" } else { "soft" };
        let methods = match it.canonical_methods {
            0 => String::new(),
            all => {
                format!("{} of {all}<div class=\"soft\">{}</div>", it.shared_methods.len(), names(&it.shared_methods))
            }
        };
        vec![
            format!("{}<div class=\"soft\">{}</div>", code(&it.symbol), code(&format!("{}:{}", it.path, it.line))),
            format!("<span class=\"badge {kind}\">{}</span>", it.role.name()),
            names(&it.wraps),
            methods,
            it.importers.to_string(),
        ]
    });
    table(&["Class", "Role", "=Wraps", "=Methods of the canonical class", "#Importers"], rows)
}

/// A score in the colour of its grade.
pub(in crate::render) fn graded(score: Score) -> String {
    let shown = figures::score(score);
    if score.measured() { format!("<span class=\"{}\">{shown}</span>", score.grade().name()) } else { shown }
}

/// The scores of each source, kind and component.
pub(in crate::render) fn scores(report: &Report) -> String {
    let part = |source: &str, name: String, violations: u64, score: Score| {
        let points = thousandths(u128::from(score.debt));
        vec![name, escaped(source), violations.to_string(), score.adopters.to_string(), points, graded(score)]
    };
    let mut rows = Vec::new();
    for (source, score) in report.rules.sources.iter().zip(&report.score.sources) {
        let violations = score.by_kind.values().map(|it| it.violations).sum();
        rows.push(part(&source.id, format!("<b>{}</b>", escaped(&source.title)), violations, score.total));
        let kinds = score.by_kind.iter();
        rows.extend(
            kinds.map(|(kind, it)| part(&source.id, format!("kind {}", code(kind.name())), it.violations, it.score)),
        );
        let components = score.components.iter().filter(|(_, it)| it.violations > 0 || it.score.measured());
        rows.extend(
            components.map(|(id, it)| part(&source.id, format!("component {}", code(id)), it.violations, it.score)),
        );
    }
    if rows.is_empty() {
        return String::new();
    }
    table(&["Part", "Source", "#Violations", "#Adopters", "#Debt", "#Score"], rows)
        + "<p class=\"soft\">Score = 100 × 2 × adopters / (2 × adopters + debt), floored to two decimals.</p>\n"
}

/// Sums up what was read and what was not, as sentences for a list.
pub(in crate::render) fn inputs(report: &Report) -> [String; 2] {
    let summary = &report.summary;
    let read = format!(
        "{} scanned ({} relevant), {} passed over",
        count(summary.files_scanned, "file"),
        summary.files_relevant,
        summary.files_skipped
    );
    let doubts = format!(
        "{} not parsed completely, {} undecided, {} with inputs",
        count(summary.not_parsed, "file"),
        count(summary.unresolved, "use"),
        count(report.problems.len() as u64, "problem")
    );
    [read, doubts]
}
