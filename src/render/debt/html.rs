//! The debt report as one HTML page that needs nothing else: no network, no other file.
//!
//! In: the debt report. Out: a page whose sections are written here and whose table of violations a script fills from
//! compact data, since thousands of rows written out would make the page slow. Everything of the project is escaped.

use std::io::{self, Write};

use crate::criteria::Outcome;
use crate::debt::{Counts, DebtReport, PlanStep, PlannedChange, SourceDebt};
use crate::render::style::RenderOptions;
use crate::render::style::figures;
use crate::render::style::page::{
    LONG, Page, about, breakdown, code, encoded, escaped, gauge, graded, inputs, more, places, prose, rivals, scores,
    section, table, tiles, violations,
};
use crate::render::style::sentences::sentence;
use crate::render::style::text::{count, hundredths, thousandths};

/// Writes the report as one HTML page.
///
/// # Errors
/// Those of the writer.
pub fn report_html(debt: &DebtReport, out: &mut dyn Write) -> io::Result<()> {
    let places = places(&debt.report, &RenderOptions { show_suppressed: true, ..RenderOptions::default() });
    let all: Vec<_> = debt.report.violations.iter().collect();
    let sections = vec![
        section("summary", "Summary", "Summary", summary(debt)),
        section("changes", "Changes", "Changes", changes(debt)),
        section("breakdown", "Where it is", "Where it is", breakdown(&debt.report.rules, &all)),
        section("criteria", "Criteria", "Acceptance criteria", criteria(debt)),
        section("violations", "Violations", "Violations", violations(&places, "None.")),
        section("rivals", "Rivals", "Rival implementations", rivals(&debt.report)),
        section("components", "Components", "Components", components(debt)),
        section("impact", "Impact", "Impact", impact(debt)),
        section("scores", "Scores", "Scores", scores(&debt.report)),
        section("files", "Files", "Most affected files", files(debt)),
        section("replacements", "Old to new", "What to use instead", replacements(debt)),
        section("plan", "Plan", "Migration plan", plan(debt)),
        section("method", "Method", "How this was measured", method(debt)),
    ];
    Page { title: debt.title.clone(), about: about(&debt.report, "ssot report"), sections, places: &places }.write(out)
}

fn summary(debt: &DebtReport) -> String {
    let Counts { violations, production, in_tests, lines, files, accepted, .. } = debt.counts;
    let mut numbers = vec![
        (violations.to_string(), format!("violations on {} in {}", count(lines, "line"), count(files, "file"))),
        (production.to_string(), format!("in production code, {in_tests} in test code")),
    ];
    if accepted > 0 {
        numbers.push((accepted.to_string(), "accepted by a comment or the baseline; still debt".to_owned()));
    }
    if let Some(rivals) = debt.rivals() {
        let words = if rivals == 1 { "rival implementation" } else { "rival implementations" };
        numbers.push((rivals.to_string(), words.to_owned()));
    }
    let reach = format!("of {} reach a violation or a rival", count(debt.impact.entry_points, "entry point"));
    numbers.push((debt.impact.entries.len().to_string(), reach));
    if !debt.criteria.is_empty() {
        let met = debt.criteria.iter().filter(|it| it.outcome == Outcome::Met).count();
        numbers.push((format!("{met} of {}", debt.criteria.len()), "acceptance criteria met".to_owned()));
    }
    let (name, why) = (escaped(&debt.priority.name), escaped(&debt.priority.why));
    let labels: String =
        debt.labels.iter().map(|it| format!(" <span class=\"badge soft\">{}</span>", escaped(it))).collect();
    let filed = format!("<p><b>Priority {name}</b>: {why}{labels}</p>\n");
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
    format!("{}<br>{filed}{sources}", tiles(&gauge(&debt.report.score), &numbers))
}

fn changes(debt: &DebtReport) -> String {
    let Some(changes) = &debt.changes else { return String::new() };
    let totals = figures::changes(changes).into_iter().map(|it| {
        let change = if it.change.is_empty() { it.change } else { format!("<b>{}</b>", it.change) };
        vec![it.what.to_owned(), it.before, it.after, change]
    });
    let mut text =
        format!("<p>Since {}: {}</p>\n", code(&changes.reference.name), prose(&figures::change_sentence(changes)));
    text += &table(&["Number", "#Before", "#Now", "#Change"], totals);
    if !changes.components.is_empty() {
        let rows = changes.components.iter().map(|it| {
            let numbers = [it.before, it.after, it.new, it.gone].map(|number| number.to_string());
            std::iter::once(escaped(&it.id)).chain(numbers).collect()
        });
        text += &table(&["Component", "#Before", "#Now", "#New", "#Gone"], rows);
    }
    for (name, list) in [("new", &changes.new), ("gone", &changes.gone)] {
        let rows = list
            .iter()
            .take(LONG)
            .map(|it| vec![code(&format!("{}:{}", it.path, it.start.line)), prose(&sentence(it)), code(&it.rule)]);
        if !list.is_empty() {
            let line = format!("{} {name}", count(list.len() as u64, "violation"));
            let listed = table(&["Place", "=What", "Rule"], rows) + &more(list.len(), "are");
            text += &format!("<details class=\"fold\"><summary>{line}</summary>\n{listed}</details>\n");
        }
    }
    text
}

fn criteria(debt: &DebtReport) -> String {
    if debt.criteria.is_empty() {
        return String::new();
    }
    let rows = debt.criteria.iter().map(|it| {
        let outcome = it.outcome.name();
        let badge = format!("<span class=\"badge {}\">{outcome}</span>", outcome.replace(' ', "-"));
        let what = format!("{}<div class=\"soft\">{}</div>", escaped(&it.title), prose(&it.subject));
        let detail = format!("{}<div class=\"soft\">{}</div>", prose(&it.detail), escaped(&figures::evidence(it)));
        vec![badge, what, figures::value(it), figures::limit(it), detail]
    });
    table(&["Outcome", "=Criterion", "#Value", "#Limit", "=Measured from"], rows)
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
        let impact =
            it.impact.as_ref().map(|it| format!("<div class=\"soft\">{}</div>", prose(it))).unwrap_or_default();
        vec![
            escaped(&it.id) + &impact,
            it.counts.violations.to_string(),
            it.counts.files.to_string(),
            scores.join("<br>"),
            figures::shares(it.exposure),
            figures::reach(it.exposure.entries),
        ]
    });
    table(&["Component", "#Violations", "#Files", "#Score", "#Modules that reach one", "#Entry points"], rows)
}

fn impact(debt: &DebtReport) -> String {
    let it = &debt.impact;
    let entered = figures::entered_files(debt);
    let shown = entered.iter().take(LONG).filter_map(|entries| {
        let first = entries.first()?;
        let chain: Vec<String> = first.chain.iter().map(|hop| figures::hop(hop, code(&hop.path))).collect();
        Some(vec![escaped(&figures::entries(entries)), figures::reach(first.reaches), chain.join(" → ")])
    });
    let of_source =
        |it: &SourceDebt| vec![escaped(&it.id), figures::shares(it.exposure), figures::reach(it.exposure.entries)];
    let sources = match debt.sources.len() {
        0 | 1 => String::new(),
        _ => table(&["Source", "#Modules that reach it", "#Entry points"], debt.sources.iter().map(of_source)),
    };
    format!(
        "<p>{}</p>\n{sources}{}{}",
        figures::impact(it),
        if entered.is_empty() {
            String::new()
        } else {
            table(&["Entry points", "#Files reached", "=Best chain of imports"], shown)
        },
        more(entered.len(), "files with entry points are"),
    )
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
        let files: String = phase.steps.iter().map(step).collect();
        let files = match phase.files.len() as u64 {
            0 => String::new(),
            many => {
                format!("<details class=\"chain\"><summary>{}</summary><ul>{files}</ul></details>", count(many, "file"))
            }
        };
        vec![
            format!("<b>{number}. {}</b>{files}", escaped(&phase.title)),
            phase.counts.violations.to_string(),
            figures::reach(phase.left),
            figures::production_gain(phase),
            figures::gain(phase),
            hundredths(phase.adopted.hundredths()),
        ]
    });
    table(
        &["Phase", "#Violations", "#Entry points left", "#Production score", "#Score at least", "#With adoption"],
        rows,
    ) + "<p class=\"soft\">No two phases touch the same file. Scores and the entry points left are computed anew without the \
           violations and rivals of a phase and all before it; with adoption, if their files use the canonical symbol as well.</p>\n"
        + &figures::unplanned(debt).map(|it| format!("<p class=\"soft\">{it}</p>\n")).unwrap_or_default()
}

/// The work in one file.
fn step(step: &PlanStep) -> String {
    let change = |it: &PlannedChange| {
        let (symbol, trust) = (code(&it.symbol), escaped(&figures::trust(it)));
        match it.write.as_deref().map(str::trim_end) {
            None => format!("<li>{symbol} ({trust})</li>"),
            Some(write) if !write.contains('\n') => format!("<li>{symbol} → {} ({trust})</li>", code(write)),
            Some(write) => {
                let lines: Vec<String> = write.lines().map(escaped).collect();
                format!("<li>{symbol} ({trust}) →<pre>{}</pre></li>", lines.join("\n"))
            }
        }
    };
    let changes: String = step.changes.iter().map(change).collect();
    format!("<li>{}: {}<ul>{changes}</ul></li>", code(&step.path), escaped(&figures::step(step)))
        .replace("<ul></ul>", "")
}

fn method(debt: &DebtReport) -> String {
    let mut lines = vec![
        figures::commit(debt)
            .map_or_else(|| "outside a git repository".to_owned(), |it| format!("commit {}", escaped(&it))),
    ];
    lines.extend(debt.method.rules.iter().map(|(name, sha)| format!("rules {} (SHA-256 {})", code(name), code(sha))));
    lines.extend(inputs(&debt.report));
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
