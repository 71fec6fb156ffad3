//! The debt report as one HTML page that needs nothing else: no network, no other file.
//!
//! In: the debt report. Out: a page whose sections are written here and whose table of violations a script fills from
//! compact data, since thousands of rows written out would make the page slow. Everything of the project is escaped.

use std::io::{self, Write};

use crate::criteria::Outcome;
use crate::debt::{Counts, DebtReport, SourceDebt};
use crate::findings::{Rival, Role};
use crate::score::Score;

use super::report_shared as shared;
use super::text::{count, hundredths, thousandths};

mod charts;
mod data;
mod markup;

use charts::{breakdown, gauge};
use data::data;
use markup::{code, encoded, escaped, prose, table};

const STYLE: &str = include_str!("../assets/report.css");
const SCRIPT: &str = include_str!("../assets/report.js");

/// Rows of the tables that a script does not fill.
const LONG: usize = 40;

/// Writes the report as one HTML page.
///
/// # Errors
/// Those of the writer.
pub fn report_html(debt: &DebtReport, out: &mut dyn Write) -> io::Result<()> {
    let title = escaped(&debt.title);
    let sections = [
        ("summary", "Summary", "Summary", summary(debt)),
        ("breakdown", "Where it is", "Where it is", breakdown(debt)),
        ("criteria", "Criteria", "Acceptance criteria", criteria(debt)),
        ("violations", "Violations", "Violations", violations(debt)),
        ("rivals", "Rivals", "Rival implementations", rivals(debt)),
        ("components", "Components", "Components", components(debt)),
        ("impact", "Impact", "Impact", impact(debt)),
        ("scores", "Scores", "Scores", scores(debt)),
        ("files", "Files", "Most affected files", files(debt)),
        ("replacements", "Old to new", "What to use instead", replacements(debt)),
        ("plan", "Plan", "Migration plan", plan(debt)),
        ("method", "Method", "How this was measured", method(debt)),
    ];
    // What nothing is known of is left out; the summary and the method always stand.
    let present: Vec<_> = sections.iter().filter(|(_, _, _, body)| !body.is_empty()).collect();
    let links: String = present.iter().map(|(id, short, _, _)| format!("<a href=\"#{id}\">{short}</a>")).collect();
    let commit = shared::commit(debt).map(|it| format!("commit {}, ", escaped(&it))).unwrap_or_default();
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<header class=\"top\"><h1>{title}</h1>\n<p class=\"soft\">{commit}ssot {}</p>\
         </header>\n<nav aria-label=\"Sections\"><div>{links}</div></nav>\n<main>\n",
        env!("CARGO_PKG_VERSION")
    )?;
    for (id, _, name, body) in present {
        writeln!(out, "<section id=\"{id}\">\n<h2>{name}</h2>\n{body}</section>")?;
    }
    write!(
        out,
        "</main>\n<footer>Written by ssot {} from one run; every number was measured by it or names its source.</footer>\n\
         <script type=\"application/json\" id=\"data\">{}</script>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION"),
        data(debt)
    )
}

fn more(all: usize, what: &str) -> String {
    match all.saturating_sub(LONG) {
        0 => String::new(),
        left => format!("<p class=\"soft\">{left} more {what} not listed.</p>\n"),
    }
}

fn summary(debt: &DebtReport) -> String {
    let Counts { violations, production, in_tests, lines, files, accepted, .. } = debt.counts;
    let mut tiles = vec![
        (violations.to_string(), format!("violations on {} in {}", count(lines, "line"), count(files, "file"))),
        (production.to_string(), format!("in production code, {in_tests} in test code")),
    ];
    if accepted > 0 {
        tiles.push((accepted.to_string(), "accepted by a comment or the baseline; still debt".to_owned()));
    }
    if let Some(rivals) = debt.rivals() {
        let words = if rivals == 1 { "rival implementation" } else { "rival implementations" };
        tiles.push((rivals.to_string(), words.to_owned()));
    }
    let reach = format!("of {} reach a violation or a rival", count(debt.impact.entry_points, "entry point"));
    tiles.push((debt.impact.entries.len().to_string(), reach));
    if !debt.criteria.is_empty() {
        let met = debt.criteria.iter().filter(|it| it.outcome == Outcome::Met).count();
        tiles.push((format!("{met} of {}", debt.criteria.len()), "acceptance criteria met".to_owned()));
    }
    let tiles: String = tiles
        .iter()
        .map(|(number, words)| format!("<div class=\"tile\"><b>{number}</b><span>{words}</span></div>\n"))
        .collect();
    let sources: String = debt
        .sources
        .iter()
        .map(|source| {
            let reason = source.reason.as_ref().map(|it| format!(": {}", prose(it))).unwrap_or_default();
            let canonical: Vec<String> = source.canonical.iter().map(|it| code(it)).collect();
            let instead =
                if canonical.is_empty() { String::new() } else { format!(" Code shall use {}.", canonical.join(", ")) };
            format!("<p><b>{}</b>{reason}.{instead}</p>\n", escaped(&source.title))
        })
        .collect();
    let score = debt.report.score.overall;
    format!("<div class=\"hero\"><div>{}</div><div class=\"tiles\">{tiles}</div></div>\n<br>{sources}", gauge(score))
}

fn criteria(debt: &DebtReport) -> String {
    if debt.criteria.is_empty() {
        return String::new();
    }
    let rows = debt.criteria.iter().map(|it| {
        let outcome = it.outcome.name();
        let badge = format!("<span class=\"badge {}\">{outcome}</span>", outcome.replace(' ', "-"));
        let what = format!("{}<div class=\"soft\">{}</div>", escaped(&it.title), prose(&it.subject));
        let detail = format!("{}<div class=\"soft\">{}</div>", prose(&it.detail), escaped(&shared::evidence(it)));
        vec![badge, what, shared::value(it), shared::limit(it), detail]
    });
    table(&["Outcome", "=Criterion", "#Value", "#Limit", "=Measured from"], rows)
}

fn violations(debt: &DebtReport) -> String {
    if debt.counts.violations == 0 {
        return "<p>None.</p><div hidden><input id=\"filter\"><select id=\"rule\"></select><select id=\"severity\"></select>\
                <select id=\"code\"></select><select id=\"state\"></select><button id=\"reset\"></button><p id=\"count\"></p>\
                <table><tbody id=\"rows\"></tbody></table><button id=\"more\"></button></div>\n"
            .to_owned();
    }
    let choice = |id: &str, name: &str, options: &[&str]| {
        let options: String = options.iter().map(|it| format!("<option value=\"{it}\">{it}</option>")).collect();
        format!("<label>{name}<select id=\"{id}\"><option value=\"\">all</option>{options}</select></label>\n")
    };
    let head = |key: &str, name: &str, class: &str| {
        format!("<th data-sort=\"{key}\"{class}><button type=\"button\">{name}</button></th>")
    };
    format!(
        "<div class=\"filters\"><label class=\"grow\">Filter<input id=\"filter\" type=\"search\" \
         placeholder=\"words of path, symbol, scope\"></label>\n{}{}{}{}<button id=\"reset\" type=\"button\">Reset</button></div>\n\
         <p id=\"count\" aria-live=\"polite\"></p>\n<noscript><p>The {} are listed by a script; `ssot report` in Markdown or \
         JSON lists them without.</p></noscript>\n<table class=\"cards\" id=\"violation-table\"><thead><tr>{}{}{}{}{}</tr>\
         </thead><tbody id=\"rows\"></tbody></table>\n<button id=\"more\" type=\"button\" hidden></button>\n",
        choice("rule", "Rule", &[]),
        choice("severity", "Severity", &["error", "warning", "note"]),
        choice("code", "Code", &["production", "tests", "types"]),
        choice("state", "State", &["new", "baselined", "suppressed"]),
        count(debt.counts.violations, "violation"),
        head("severity", "Severity", ""),
        head("place", "Place", ""),
        head("message", "What", ""),
        head("rule", "Rule", ""),
        head("points", "Points", " class=\"n\""),
    )
}

fn rivals(debt: &DebtReport) -> String {
    let found = |roles: &[Role]| -> Vec<&Rival> { roles.iter().flat_map(|role| debt.implementations(*role)).collect() };
    let (rivals, doubles) = (found(&[Role::Rival, Role::Shim]), found(&[Role::Double]));
    if rivals.is_empty() && doubles.is_empty() {
        return String::new();
    }
    let mut text = if rivals.is_empty() { "<p>None.</p>\n".to_owned() } else { implementations(&rivals) };
    if !doubles.is_empty() {
        let many = count(doubles.len() as u64, "test double");
        text +=
            &format!("<details class=\"fold\"><summary>{many}</summary>\n{}</details>\n", implementations(&doubles));
    }
    text + "<p class=\"soft\">Only rivals are violations. A shim delegates to the canonical symbol; a double stands in for it \
            in tests.</p>\n"
}

fn implementations(list: &[&Rival]) -> String {
    let names = |list: &[String]| list.iter().map(|it| code(it)).collect::<Vec<_>>().join(", ");
    let rows = list.iter().map(|it| {
        let kind = if it.role == Role::Rival { "not-met" } else { "soft" };
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

fn graded(score: Score) -> String {
    let shown = shared::score(score);
    if score.measured() { format!("<span class=\"{}\">{shown}</span>", score.grade().name()) } else { shown }
}

fn components(debt: &DebtReport) -> String {
    if debt.components.is_empty() {
        return String::new();
    }
    let rows = debt.components.iter().map(|it| {
        let several = it.scores.len() > 1;
        let score = |(id, part): &(std::sync::Arc<str>, crate::score::PartScore)| match several {
            true => format!("{} {}", escaped(id), graded(part.score)),
            false => graded(part.score),
        };
        let scores: Vec<String> =
            it.scores.iter().filter(|(_, part)| !several || part.score.measured()).map(score).collect();
        vec![
            escaped(&it.id),
            it.counts.violations.to_string(),
            it.counts.files.to_string(),
            scores.join("<br>"),
            shared::exposure(it.exposure),
            it.exposure.entries.to_string(),
        ]
    });
    table(&["Component", "#Violations", "#Files", "#Score", "#Modules that reach one", "#Entry points"], rows)
}

fn impact(debt: &DebtReport) -> String {
    let it = &debt.impact;
    let entered = shared::entered_files(debt);
    let shown = entered.iter().take(LONG).filter_map(|entries| {
        let first = entries.first()?;
        let chain: Vec<String> = first.chain.iter().map(|hop| code(&hop.path)).collect();
        Some(vec![escaped(&shared::entries(entries)), first.reaches.to_string(), chain.join(" → ")])
    });
    let of_source =
        |it: &SourceDebt| vec![escaped(&it.id), shared::exposure(it.exposure), it.exposure.entries.to_string()];
    let sources = match debt.sources.len() {
        0 | 1 => String::new(),
        _ => table(&["Source", "#Modules that reach it", "#Entry points"], debt.sources.iter().map(of_source)),
    };
    format!(
        "<p>{} of {} outside test code reach one of {} with a violation or a rival over imports; {} of all modules do.</p>\n{sources}{}{}",
        it.entries.len(),
        count(it.entry_points, "entry point"),
        count(it.targets.len() as u64, "file"),
        shared::exposure(it.whole),
        if entered.is_empty() {
            String::new()
        } else {
            table(&["Entry points", "#Files reached", "=Shortest chain of imports"], shown)
        },
        more(entered.len(), "files with entry points are"),
    )
}

fn scores(debt: &DebtReport) -> String {
    let part = |source: &str, name: String, violations: u64, score: Score| {
        let points = thousandths(u128::from(score.debt));
        vec![name, escaped(source), violations.to_string(), score.adopters.to_string(), points, graded(score)]
    };
    let mut rows = Vec::new();
    for source in &debt.sources {
        rows.push(part(
            &source.id,
            format!("<b>{}</b>", escaped(&source.title)),
            source.counts.violations,
            source.score.total,
        ));
        let kinds = source.score.by_kind.iter();
        rows.extend(
            kinds.map(|(kind, it)| part(&source.id, format!("kind {}", code(kind.name())), it.violations, it.score)),
        );
        let components = source.score.components.iter();
        rows.extend(
            components.map(|(id, it)| part(&source.id, format!("component {}", code(id)), it.violations, it.score)),
        );
    }
    table(&["Part", "Source", "#Violations", "#Adopters", "#Debt", "#Score"], rows)
        + "<p class=\"soft\">Score = 100 × 2 × adopters / (2 × adopters + debt), floored to two decimals.</p>\n"
}

fn files(debt: &DebtReport) -> String {
    if debt.files.is_empty() {
        return String::new();
    }
    let rows = debt.files.iter().take(LONG).map(|file| {
        let rules: Vec<String> = file.rules.iter().map(|rule| code(rule)).collect();
        let link = format!("<a href=\"#filter={}\">{}</a>", escaped(&encoded(&file.path)), code(&file.path));
        vec![link, file.counts.violations.to_string(), thousandths(u128::from(file.counts.points)), rules.join(", ")]
    });
    table(&["File", "#Violations", "#Points", "=Rules"], rows) + &more(debt.files.len(), "files are")
}

fn replacements(debt: &DebtReport) -> String {
    if debt.replacements.is_empty() {
        return String::new();
    }
    let rows = debt.replacements.iter().take(LONG).map(|it| {
        let new = it.new.as_ref().map_or_else(|| "–".to_owned(), |new| code(new));
        vec![code(&it.old), new, it.violations.to_string(), it.files.to_string()]
    });
    table(&["Old", "=New", "#Violations", "#Files"], rows) + &more(debt.replacements.len(), "symbols are")
}

fn plan(debt: &DebtReport) -> String {
    if debt.plan.is_empty() {
        return String::new();
    }
    let rows = debt.plan.iter().zip(1..).map(|(phase, number)| {
        let files: String = phase.files.iter().map(|path| format!("<li>{}</li>", code(path))).collect();
        let files = match phase.files.len() as u64 {
            0 => String::new(),
            many => {
                format!("<details class=\"chain\"><summary>{}</summary><ul>{files}</ul></details>", count(many, "file"))
            }
        };
        vec![
            format!("<b>{number}. {}</b>{files}", escaped(&phase.title)),
            phase.counts.violations.to_string(),
            shared::gain(phase),
            hundredths(phase.adopted.hundredths()),
        ]
    });
    table(&["Phase", "#Violations", "#Score at least", "#With adoption"], rows)
        + "<p class=\"soft\">No two phases touch the same file. The score is computed anew without the violations of a phase and \
           all before it; with adoption, if their files use the canonical symbol as well.</p>\n"
        + &shared::unplanned(debt).map(|it| format!("<p class=\"soft\">{it}</p>\n")).unwrap_or_default()
}

fn method(debt: &DebtReport) -> String {
    let summary = &debt.report.summary;
    let mut lines = vec![
        shared::commit(debt)
            .map_or_else(|| "outside a git repository".to_owned(), |it| format!("commit {}", escaped(&it))),
    ];
    lines.extend(debt.method.rules.iter().map(|(name, sha)| format!("rules {} (SHA-256 {})", code(name), code(sha))));
    lines.push(format!(
        "{} scanned ({} relevant), {} passed over",
        count(summary.files_scanned, "file"),
        summary.files_relevant,
        summary.files_skipped
    ));
    lines.push(format!(
        "{} not parsed completely, {} undecided, {} with inputs",
        count(summary.not_parsed, "file"),
        count(summary.unresolved, "use"),
        count(debt.report.problems.len() as u64, "problem")
    ));
    lines.push(format!(
        "{} between files, {} unread",
        count(debt.method.imports, "import"),
        count(debt.method.unread, "file")
    ));
    let items: String = lines.iter().map(|line| format!("<li>{line}</li>\n")).collect();
    format!("<ul>{items}</ul>\n")
}

#[cfg(test)]
mod tests;
