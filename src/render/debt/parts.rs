//! Sections of the Markdown that are tables or lists: scores, rivals, components, impact, files, replacements, criteria, method.
//!
//! In: the debt report and the rows that there is room for. Out: the text of each section.

use std::fmt::Write as _;

use crate::criteria::{JudgedCriterion, Outcome};
use crate::debt::{DebtReport, FileDebt};
use crate::findings::{ImplementationRole, Rival};
use crate::render::style::figures;
use crate::render::style::markdown::{code, prose};
use crate::render::style::text::{count, thousandths};

use super::items::place;
use super::markdown::{Sheet, fold, table};

/// Steps of a chain that are shown.
const HOPS: usize = 4;

/// Writes the scores of each source, and folded those of its parts.
pub(super) fn scores(sheet: &Sheet<'_>) -> String {
    let debt = sheet.debt;
    let mut text = table(
        &["Source", "#Production score", "#Adopters", "#Debt", "#Score", "Grade"],
        debt.sources.iter().map(|source| {
            let total = source.score.total;
            let grade = if total.measured() { total.grade().name() } else { source.score.unmeasured() };
            let points = thousandths(u128::from(total.debt));
            let production = figures::score(source.score.production);
            let adopters = total.adopters.to_string();
            vec![code(&source.id), production, adopters, points, figures::score(total), grade.to_owned()]
        }),
    );
    let parts = debt.sources.iter().flat_map(|source| {
        let kinds = source.score.by_kind.iter().map(|(kind, part)| (format!("kind {}", code(kind.name())), part));
        let components = source.score.components.iter().map(|(id, part)| (format!("component {}", code(id)), part));
        let used = kinds.chain(components).filter(|(_, part)| part.violations > 0 || part.score.measured());
        used.map(|(name, part)| {
            vec![
                code(&source.id),
                name,
                part.violations.to_string(),
                part.score.adopters.to_string(),
                thousandths(u128::from(part.score.debt)),
                figures::score(part.score),
            ]
        })
    });
    let parts: Vec<Vec<String>> = parts.collect();
    let shown = 2 * sheet.rows.min(usize::MAX / 2);
    let columns = ["Source", "Part", "#Violations", "#Adopters", "#Debt", "#Score"];
    let detail = table(&columns, parts.iter().take(shown).cloned()) + &sheet.more(parts.len(), shown, "part", "parts");
    text += "\n";
    text += &fold("By kind and component", &detail);
    text + "\nScore = 100 × 2 × adopters / (2 × adopters + debt), floored to two decimals.\n"
}

/// Everything that could end a comment or a word as `%XX`.
fn masked(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_./".contains(&byte);
    text.bytes().fold(String::new(), |mut masked, byte| {
        match byte {
            byte if plain(byte) => masked.push(char::from(byte)),
            // Two dashes would end the comment.
            b'-' if !masked.ends_with('-') => masked.push('-'),
            byte => {
                let _infallible = write!(masked, "%{byte:02X}");
            }
        }
        masked
    })
}

/// Writes the rivals, and folded what is none.
pub(super) fn rivals(sheet: &Sheet<'_>) -> String {
    let debt = sheet.debt;
    if debt.report.implementations.is_empty() {
        return match debt.rivals() {
            Some(_) => "None found.\n".to_owned(),
            None => "Not looked for: there is no rule of kind `implement`.\n".to_owned(),
        };
    }
    let names = |list: &[String]| list.iter().map(|it| code(it)).collect::<Vec<_>>().join(", ");
    let row = |it: &Rival| {
        let shared = match it.canonical_methods {
            0 => names(&it.shared_methods),
            all if it.shared_methods.is_empty() => format!("0 of {all}"),
            all => format!("{} of {all}: {}", it.shared_methods.len(), names(&it.shared_methods)),
        };
        let place = place(debt, &it.path, it.line);
        vec![code(&it.symbol), it.role.name().to_owned(), place, names(&it.wraps), shared, it.importers.to_string()]
    };
    let listed = |roles: &[ImplementationRole]| {
        let all: Vec<&Rival> = roles.iter().flat_map(|role| debt.implementations(*role)).collect();
        let columns = ["Class", "Role", "Place", "Wraps", "Methods of the canonical class", "#Importers"];
        let text = table(&columns, all.iter().take(sheet.rows).map(|it| row(it)));
        (all.len(), text + &sheet.more(all.len(), sheet.rows, "class", "classes"))
    };
    let (found, mut text) = listed(&[ImplementationRole::Rival]);
    if found == 0 {
        text = "None found.\n".to_owned();
    }
    let others: Vec<ImplementationRole> =
        ImplementationRole::ALL.into_iter().filter(|role| *role != ImplementationRole::Rival).collect();
    let (others, list) = listed(&others);
    if others > 0 {
        text += "\n";
        text += &fold(&format!("{others} that are no violations: shims, test doubles, users of a client"), &list);
    }
    format!(
        "{text}\nOnly rivals are violations; a shim delegates to the canonical symbol, a double stands in for it in tests, \
         a user keeps a client that it is handed.\n"
    )
}

/// Writes the components.
pub(super) fn components(sheet: &Sheet<'_>) -> String {
    let debt = sheet.debt;
    if debt.components.is_empty() {
        return "No components are declared.\n".to_owned();
    }
    table(
        &["Component", "#Violations", "#Files", "#Score", "#Modules that reach one", "#Entry points that reach one"],
        debt.components.iter().take(sheet.rows).map(|it| {
            let scores: Vec<String> = match it.scores.as_slice() {
                [(_, only)] => vec![figures::score(only.score)],
                several => {
                    let measured = several.iter().filter(|(_, part)| part.score.measured());
                    measured.map(|(id, part)| format!("{} {}", code(id), figures::score(part.score))).collect()
                }
            };
            vec![
                code(&it.id),
                it.counts.violations.to_string(),
                it.counts.files.to_string(),
                scores.join(", "),
                figures::shares(it.exposure),
                figures::reach(it.exposure.entries),
            ]
        }),
    ) + &sheet.more(debt.components.len(), sheet.rows, "component", "components")
}

/// Writes who reaches the debt, and folded the chains.
pub(super) fn impact(sheet: &Sheet<'_>) -> String {
    let debt = sheet.debt;
    let mut text = figures::impact(&debt.impact) + "\n";
    if debt.sources.len() > 1 {
        text += "\n";
        text += &table(
            &["Source", "#Modules that reach it", "#Entry points that reach it"],
            debt.sources
                .iter()
                .map(|it| vec![code(&it.id), figures::shares(it.exposure), figures::reach(it.exposure.entries)]),
        );
    }
    let entered = figures::entered_files(debt);
    if entered.is_empty() {
        return text;
    }
    // Chains are long.
    let shown = sheet.rows.div_ceil(3);
    let rows = entered.iter().take(shown).filter_map(|entries| {
        let first = entries.first()?;
        let mut chain: Vec<String> = first.chain.iter().map(|hop| figures::hop(hop, code(&hop.path))).collect();
        if sheet.rows != usize::MAX && chain.len() > HOPS {
            let left = chain.len() - HOPS;
            chain.splice(HOPS / 2..HOPS / 2 + left, [format!("… {left} more …")]);
        }
        Some(vec![prose(&figures::entries(entries)), figures::reach(first.reaches), chain.join(" → ")])
    });
    let list = table(&["Entry points", "#Files reached", "Best chain"], rows)
        + &sheet.more(entered.len(), shown, "file with entry points", "files with entry points");
    let line = count(entered.len() as u64, "file") + " with entry points that reach one";
    format!("{text}\n{}", fold(&line, &list))
}

/// Writes folded the files, those outside test code first.
pub(super) fn files(sheet: &Sheet<'_>) -> String {
    let mut files: Vec<&FileDebt> = sheet.debt.files.iter().collect();
    files.sort_by_key(|file| file.counts.production == 0);
    let rows = files.iter().take(sheet.rows).map(|file| {
        let rules: Vec<String> = file.rules.iter().map(|rule| code(rule)).collect();
        let points = thousandths(u128::from(file.counts.points));
        let test = if file.counts.production == 0 { " (test)" } else { "" };
        vec![format!("{}{test}", code(&file.path)), file.counts.violations.to_string(), points, rules.join(", ")]
    });
    let list = table(&["File", "#Violations", "#Points", "Rules"], rows);
    let production = files.iter().filter(|file| file.counts.production > 0).count();
    let line = format!("{}, {production} outside test code", count(files.len() as u64, "file"));
    fold(&line, &(list + &sheet.more(files.len(), sheet.rows, "file", "files")))
}

/// Writes folded what to use instead of what.
pub(super) fn replacements(sheet: &Sheet<'_>) -> String {
    let all = &sheet.debt.replacements;
    let rows = all.iter().map(|it| {
        let new = it.new.as_ref().map_or_else(|| "-".to_owned(), |new| code(new));
        vec![code(&it.old), new, it.violations.to_string(), it.files.to_string()]
    });
    let list = table(&["Old", "New", "#Violations", "#Files"], rows.take(sheet.rows));
    fold(&count(all.len() as u64, "symbol"), &(list + &sheet.more(all.len(), sheet.rows, "symbol", "symbols")))
}

/// Writes each criterion with its box.
pub(super) fn criteria(sheet: &Sheet<'_>) -> String {
    if sheet.debt.criteria.is_empty() {
        return "No criteria are declared in the rules file.\n".to_owned();
    }
    let line = |it: &JudgedCriterion| {
        let words = format!(
            "**{}**: {}. Value {}, limit {} ({}; {}; from {})",
            prose(&it.title),
            it.outcome.name(),
            figures::value(it),
            figures::limit(it),
            prose(&it.subject),
            prose(&it.detail),
            evidence(it),
        );
        sheet.notes.line(it.outcome == Outcome::Met, &words, "criterion", &masked(&it.id))
    };
    sheet.debt.criteria.iter().map(line).collect()
}

fn evidence(it: &JudgedCriterion) -> String {
    match &it.evidence {
        None => "this run".to_owned(),
        Some(file) => match &file.time {
            Some(time) => format!("{} of {}", code(&file.path), prose(time)),
            None => code(&file.path),
        },
    }
}

/// Writes folded how it was measured.
pub(super) fn method(debt: &DebtReport) -> String {
    let summary = &debt.report.summary;
    let mut lines = vec![
        format!("`ssot` {}", env!("CARGO_PKG_VERSION")),
        figures::commit(debt).map_or_else(|| "outside a git repository".to_owned(), |it| format!("commit {it}")),
    ];
    lines.extend(
        debt.method.rules.iter().map(|(name, sha)| format!("rules {} (SHA-256 {})", code(name), code(&sha[..16]))),
    );
    lines.push(format!(
        "{} scanned ({} relevant) and {} passed over; {} not parsed completely; {} undecided",
        count(summary.files_scanned, "file"),
        summary.files_relevant,
        summary.files_skipped,
        summary.not_parsed,
        count(summary.unresolved, "use"),
    ));
    lines.push(format!("{} between files, {} unread", count(debt.method.imports, "import"), debt.method.unread));
    let list: String = lines.into_iter().map(|line| format!("- {line}\n")).collect();
    fold("Version, commit, rules, files", &list)
}
