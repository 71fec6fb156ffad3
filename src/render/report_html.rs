//! The debt report as one HTML page that needs nothing else: no network, no other file.
//!
//! In: the debt report. Out: a page whose sections are written here and whose table of violations a script fills from
//! compact data, since thousands of rows written out would make the page slow. Everything of the project is escaped.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::json;

use crate::criteria::Outcome;
use crate::debt::{Counts, DebtReport};
use crate::findings::Role;
use crate::impact::Reaching;
use crate::rule::Severity;
use crate::score::Score;
use crate::violation::{Context, State, Violation};

use super::report_shared as shared;
use super::shared::Ordinals;
use super::text::{count, hundredths, message, thousandths};

const STYLE: &str = include_str!("assets/report.css");
const SCRIPT: &str = include_str!("assets/report.js");

/// Bars of a chart, and rows of the tables that a script does not fill.
const ROWS: usize = 12;
const LONG: usize = 40;

/// Writes the report as one HTML page.
///
/// # Errors
/// Those of the writer.
pub fn report_html(debt: &DebtReport, out: &mut dyn Write) -> io::Result<()> {
    let title = escaped(&debt.title);
    let sections = [
        ("summary", "Summary", summary(debt)),
        ("breakdown", "Where it is", breakdown(debt)),
        ("criteria", "Acceptance criteria", criteria(debt)),
        ("violations", "Violations", violations(debt)),
        ("rivals", "Rival implementations", rivals(debt)),
        ("components", "Components", components(debt)),
        ("impact", "Impact", impact(debt)),
        ("scores", "Scores", scores(debt)),
        ("files", "Most affected files", files(debt)),
        ("replacements", "What to use instead", replacements(debt)),
        ("plan", "Migration plan", plan(debt)),
        ("method", "How this was measured", method(debt)),
    ];
    // What nothing is known of is left out; the summary and the method always stand.
    let present: Vec<_> = sections.iter().filter(|(_, _, body)| !body.is_empty()).collect();
    let links: String = present.iter().map(|(id, name, _)| format!("<a href=\"#{id}\">{name}</a>")).collect();
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
    for (id, name, body) in present {
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

/// Text between tags or in a quoted attribute.
fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, c| {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c if c.is_control() => escaped.extend(c.escape_default()),
            c => escaped.push(c),
        }
        escaped
    })
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

/// A sentence in which what stands between backticks is code.
fn prose(text: &str) -> String {
    if text.matches('`').count() % 2 == 1 {
        return escaped(text);
    }
    let parts = text.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { code(part) } else { escaped(part) }).collect()
}

/// A table whose cells are HTML; `#` before a title makes a column of numbers, `=` one that fills a line on a phone.
fn table(columns: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let name = |title: &str| title.trim_start_matches(['#', '=']).to_owned();
    let class = |title: &str| match title.as_bytes().first() {
        Some(b'#') => " class=\"n\"",
        Some(b'=') => " class=\"wide\"",
        _ => "",
    };
    let heads: String = columns.iter().map(|title| format!("<th{}>{}</th>", class(title), name(title))).collect();
    let mut text = format!("<div class=\"scroll\"><table class=\"cards\"><thead><tr>{heads}</tr></thead><tbody>\n");
    for row in rows {
        let cell =
            |(title, cell): (&&str, &String)| format!("<td{} data-name=\"{}\">{cell}</td>", class(title), name(title));
        let cells: String = columns.iter().zip(&row).map(cell).collect();
        let _infallible = writeln!(text, "<tr>{cells}</tr>");
    }
    text + "</tbody></table></div>\n"
}

fn more(all: usize, shown: usize, what: &str) -> String {
    match all.saturating_sub(shown) {
        0 => String::new(),
        left => format!("<p class=\"soft\">{} more not listed.</p>\n", count(left as u64, what)),
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
    let rivals = debt.implementations(Role::Rival).count();
    tiles.push((rivals.to_string(), "rival implementations".to_owned()));
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

/// A half circle filled as far as the score goes.
fn gauge(score: Score) -> String {
    // The length of a half circle with radius 80.
    const LENGTH: f64 = 251.327;
    let value = score.hundredths();
    let (shown, grade, fill) = if score.measured() {
        let name = score.grade().name();
        let fill = match name {
            "compliant" => "good",
            "fair" => "fair",
            "poor" => "careful",
            _ => "bad",
        };
        (hundredths(value), name, fill)
    } else {
        ("–".to_owned(), "nothing uses it", "good")
    };
    let filled = LENGTH * f64::from(if score.measured() { value } else { 0 }) / 10_000.0;
    let arc = "d=\"M 20 104 A 80 80 0 0 1 180 104\" fill=\"none\" stroke-width=\"15\"";
    let part = match filled {
        0.0 => String::new(),
        filled => format!("<path {arc} stroke=\"var(--{fill}-fill)\" stroke-dasharray=\"{filled:.1} {LENGTH}\"/>"),
    };
    format!(
        "<svg class=\"gauge\" viewBox=\"0 0 200 150\" role=\"img\" aria-label=\"Score {shown} of 100, {grade}\">\
         <path class=\"track\" {arc}/>{part}<text class=\"value\" x=\"100\" y=\"98\">{shown}</text>\
         <text class=\"grade\" x=\"100\" y=\"118\">{grade}</text><text class=\"tick\" x=\"20\" y=\"120\">0</text>\
         <text class=\"tick\" x=\"180\" y=\"120\">100</text><text class=\"grade\" x=\"100\" y=\"143\">{}</text></svg>",
        if score.measured() {
            format!("{}, {} points of debt", count(score.adopters, "adopter"), thousandths(u128::from(score.debt)))
        } else {
            String::new()
        }
    )
}

/// Bars whose length is the number of violations, production code before tests.
fn bars(heading: &str, rows: &[(String, Counts)]) -> String {
    let most = rows.iter().map(|(_, counts)| counts.violations).max().unwrap_or(0).max(1);
    // Counts are far below 2^53.
    #[allow(clippy::cast_precision_loss)]
    let width = |number: u64| format!("{:.2}%", 100.0 * number as f64 / most as f64);
    let items: String = rows
        .iter()
        .take(ROWS)
        .map(|(name, counts)| {
            format!(
                "<li><div class=\"label\">{name}<span>{}</span></div><div class=\"track\"><div class=\"fill\" style=\"width:{}\">\
                 </div><div class=\"fill tests\" style=\"width:{}\"></div></div></li>\n",
                counts.violations,
                width(counts.production),
                width(counts.in_tests),
            )
        })
        .collect();
    let left = rows.len().saturating_sub(ROWS);
    let rest = if left == 0 { String::new() } else { format!("<p class=\"soft\">{left} more</p>") };
    format!("<div><h3>{heading}</h3><ul class=\"bars\">{items}</ul>{rest}</div>\n")
}

fn breakdown(debt: &DebtReport) -> String {
    if debt.counts.violations == 0 {
        return String::new();
    }
    let ranked = |mut rows: Vec<(String, Counts)>| {
        rows.retain(|(_, counts)| counts.violations > 0);
        rows.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.violations));
        rows
    };
    let link = |name: &str, key: &str, value: &str| {
        format!("<a href=\"#{key}={}\">{}</a>", escaped(&encoded(value)), escaped(name))
    };
    let rules = debt.rules.iter().map(|rule| (link(&rule.id, "rule", &rule.id), rule.counts)).collect();
    let components =
        debt.components.iter().map(|it| (format!("<span>{}</span>", escaped(&it.id)), it.counts)).collect();
    let directories =
        directories(debt).into_iter().map(|(path, counts)| (link(&path, "filter", &path), counts)).collect();
    let mut text = "<div class=\"columns\">\n".to_owned();
    text += &bars("Violations by rule", &ranked(rules));
    let components: Vec<(String, Counts)> = ranked(components);
    if !components.is_empty() {
        text += &bars("By component", &components);
    }
    text += &bars("By directory", &ranked(directories));
    text + "</div>\n<p class=\"key\"><i></i>production code <i class=\"tests\"></i>test code</p>\n"
}

/// Counts for the first two levels of directories.
fn directories(debt: &DebtReport) -> Vec<(String, Counts)> {
    let mut groups: std::collections::BTreeMap<String, Vec<&Violation>> = std::collections::BTreeMap::new();
    for violation in &debt.report.violations {
        let parts: Vec<&str> = violation.path.split('/').collect();
        let directory = match parts.len() {
            1 => "./".to_owned(),
            length => parts[..(length - 1).min(2)].join("/") + "/",
        };
        groups.entry(directory).or_default().push(violation);
    }
    groups.into_iter().map(|(path, violations)| (path, Counts::of(violations))).collect()
}

/// A value in the fragment of an address.
fn encoded(value: &str) -> String {
    value.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-_./".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _infallible = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
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
    if debt.report.implementations.is_empty() {
        return String::new();
    }
    let names = |list: &[String]| list.iter().map(|it| code(it)).collect::<Vec<_>>().join(", ");
    let rows = Role::ALL.into_iter().flat_map(|role| debt.implementations(role)).map(|it| {
        let kind = if it.role == Role::Rival { "not-met" } else { "soft" };
        let methods = match it.canonical_methods {
            0 => it.shared_methods.len().to_string(),
            all => format!("{} of {all}", it.shared_methods.len()),
        };
        vec![
            format!("{}<div class=\"soft\">{}</div>", code(&it.symbol), code(&format!("{}:{}", it.path, it.line))),
            format!("<span class=\"badge {kind}\">{}</span>", it.role.name()),
            names(&it.wraps),
            format!("{methods}<div class=\"soft\">{}</div>", names(&it.shared_methods)),
            it.importers.to_string(),
        ]
    });
    table(&["Class", "Role", "=Wraps", "=Methods of the canonical class", "#Importers"], rows)
        + "<p class=\"soft\">Only rivals are violations. A shim delegates to the canonical symbol; a double stands in for it in tests.</p>\n"
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
    let mut ranked: Vec<&Reaching> = it.entries.iter().collect();
    ranked.sort_by_key(|it| (std::cmp::Reverse(it.reaches), it.entry.kind));
    let shown = ranked.iter().take(LONG).map(|it| {
        let chain: Vec<String> = it.chain.iter().map(|hop| code(&hop.path)).collect();
        let place = format!("<div class=\"soft\">{}</div>", code(&shared::entry_place(it)));
        vec![format!("{}{place}", escaped(&shared::entry(it))), it.reaches.to_string(), chain.join(" → ")]
    });
    format!(
        "<p>{} of {} outside test code reach one of {} with a violation or a rival over imports; {} of all modules do.</p>\n{}{}",
        it.entries.len(),
        count(it.entry_points, "entry point"),
        count(it.targets.len() as u64, "file"),
        shared::exposure(it.whole),
        if ranked.is_empty() {
            String::new()
        } else {
            table(&["Entry point", "#Files reached", "=Shortest chain of imports"], shown)
        },
        more(ranked.len(), LONG, "entry point"),
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
    table(&["File", "#Violations", "#Points", "=Rules"], rows) + &more(debt.files.len(), LONG, "file")
}

fn replacements(debt: &DebtReport) -> String {
    if debt.replacements.is_empty() {
        return String::new();
    }
    let rows = debt.replacements.iter().take(LONG).map(|it| {
        let new = it.new.as_ref().map_or_else(|| "–".to_owned(), |new| code(new));
        vec![code(&it.old), new, it.violations.to_string(), it.files.to_string()]
    });
    table(&["Old", "=New", "#Violations", "#Files"], rows) + &more(debt.replacements.len(), LONG, "symbol")
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

/// Each text once, by number.
#[derive(Default)]
struct Pool<'v> {
    numbers: HashMap<std::borrow::Cow<'v, str>, usize>,
    texts: Vec<std::borrow::Cow<'v, str>>,
}

impl<'v> Pool<'v> {
    fn number(&mut self, text: impl Into<std::borrow::Cow<'v, str>>) -> usize {
        let text = text.into();
        if let Some(number) = self.numbers.get(&text) {
            return *number;
        }
        self.texts.push(text.clone());
        self.numbers.insert(text, self.texts.len() - 1);
        self.texts.len() - 1
    }
}

/// The violations as compact JSON that may stand in a `script` element.
fn data(debt: &DebtReport) -> String {
    let mut pool = Pool::default();
    let mut ordinals = Ordinals::default();
    let rows: Vec<serde_json::Value> =
        debt.report.violations.iter().map(|it| row(it, &mut pool, ordinals.unique(&it.fingerprint))).collect();
    let text = json!({ "strings": pool.texts, "rows": rows }).to_string();
    // Nothing in it may end the element, or be a line end to a script.
    text.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

fn row<'v>(it: &'v Violation, pool: &mut Pool<'v>, identity: String) -> serde_json::Value {
    let severity = match it.severity {
        Severity::Error => 2,
        Severity::Warning => 1,
        Severity::Note | Severity::Off => 0,
    };
    let state = match it.state {
        State::New => 0,
        State::Baselined => 1,
        State::Suppressed => 2,
    };
    let context = match it.context {
        Context::Runtime => 0,
        Context::Test => 1,
        Context::TypeChecking => 2,
    };
    let optional = |text: Option<&'v String>, pool: &mut Pool<'v>| match text {
        Some(text) => json!(pool.number(text.as_str())),
        None => json!(-1),
    };
    let instead = optional(it.use_instead.as_ref(), pool);
    let reason = optional(it.reason.as_ref(), pool);
    let via: Vec<_> = it
        .via
        .iter()
        .map(|step| json!([pool.number(&*step.path), step.line, pool.number(step.note.as_str())]))
        .collect();
    json!([
        severity,
        pool.number(&*it.path),
        it.start.line,
        it.start.column,
        pool.number(&*it.rule),
        pool.number(message(it)),
        instead,
        pool.number(it.scope.as_str()),
        state,
        context,
        it.points,
        reason,
        via,
        pool.number(identity),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn page(debt: &DebtReport) -> String {
        let mut bytes = Vec::new();
        report_html(debt, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn nothing_of_the_project_becomes_markup() {
        let mut debt = sample::debt();
        let evil = "</script><img src=x onerror=alert(1)>\"'&\u{2028}`";
        debt.title = evil.to_owned();
        debt.report.violations[0].message = evil.to_owned();
        debt.report.violations[0].scope = evil.to_owned();
        debt.report.implementations[0].symbol = evil.to_owned();
        debt.criteria[0].title = evil.to_owned();
        debt.impact.entries[0].entry.name = evil.to_owned();
        debt.files[0].path = evil.into();
        let page = page(&debt);
        assert!(!page.contains("<img"), "an element came through");
        assert_eq!(page.matches("</script>").count(), 2);
        assert!(
            !page.contains('\u{2028}')
                || page.matches('\u{2028}').count() == page.matches("&quot;&#39;&amp;\u{2028}").count()
        );
        for outside in ["http://", "https://", "url(", "@import"] {
            assert!(!page.contains(outside), "the page asks for {outside}");
        }
    }

    #[test]
    fn five_thousand_violations_stay_small() {
        let mut debt = sample::debt();
        let one = debt.report.violations[0].clone();
        debt.report.violations = (0..5_000u32)
            .map(|at| {
                let mut it = one.clone();
                it.path = format!("netra_backend/app/services/module_{}/handler_{at}.py", at % 97).into();
                it.fingerprint = format!("{at:032x}");
                it.start.line = at;
                it
            })
            .collect();
        let page = page(&debt);
        assert!(page.len() < 5 << 20, "{} bytes", page.len());
        assert!(page.len() < 2 << 20, "more than it was when this was written: {} bytes", page.len());
    }

    #[test]
    fn an_empty_report_has_a_page() {
        let mut debt = sample::debt();
        debt.report.violations.clear();
        debt.counts = Counts::default();
        let page = page(&debt);
        assert!(page.contains("<p>None.</p>") && !page.contains("id=\"breakdown\""));
    }
}
