//! The changes since a reference in Markdown: totals, components, what is new and what is gone.
//!
//! In: the debt report. Out: the text of a section.

use crate::debt::{DebtChanges, DebtReport};
use crate::render::style::figures::{self, Change};
use crate::render::style::markdown::{code, prose};
use crate::render::style::text::count;
use crate::violation::Violation;

use super::items::words;
use super::markdown::{Sheet, fold, table};

/// The name of the section.
pub(super) const ID: &str = "changes";

/// Returns the heading of the section.
pub(super) fn heading(debt: &DebtReport) -> String {
    match &debt.changes {
        Some(changes) => format!("Changes since {}", prose(&changes.reference.name)),
        None => "Changes".to_owned(),
    }
}

/// Writes the section.
pub(super) fn section(sheet: &Sheet<'_>) -> String {
    let Some(changes) = &sheet.debt.changes else {
        return "Not compared; `ssot report --against REF` does.\n".to_owned();
    };
    let totals = figures::changes(changes).into_iter().map(|Change { what, before, after, change }| {
        vec![what.to_owned(), before, after, if change.is_empty() { change } else { format!("**{change}**") }]
    });
    let mut text = format!("{}\n\n", prose(&figures::change_sentence(changes)));
    text += &table(&["", "#Before", "#Now", "#Change"], totals);
    if !changes.components.is_empty() {
        text += "\n";
        text += &components(sheet, changes);
    }
    for (name, list) in [("new", &changes.new), ("gone", &changes.gone)] {
        if !list.is_empty() {
            text += "\n";
            text += &fold(&format!("{} {name}", count(list.len() as u64, "violation")), &listed(sheet, list, name));
        }
    }
    text
}

fn components(sheet: &Sheet<'_>, changes: &DebtChanges) -> String {
    let rows = changes.components.iter().take(sheet.rows).map(|it| {
        let numbers = [it.before, it.after, it.new, it.gone].map(|number| number.to_string());
        std::iter::once(code(&it.id)).chain(numbers).collect()
    });
    let all = changes.components.len();
    table(&["Component", "#Before", "#Now", "#New", "#Gone"], rows)
        + &sheet.more(all, sheet.rows, "component", "components")
}

/// Places as they are today; one that is gone has a page only at the commit of the reference.
fn listed(sheet: &Sheet<'_>, violations: &[Violation], name: &str) -> String {
    let line = |it: &Violation| match name {
        "new" => format!("- {}: {}\n", code(&it.rule), words(sheet.debt, it)),
        _ => {
            format!("- {}: {} {}\n", code(&it.rule), code(&format!("{}:{}", it.path, it.start.line)), code(&it.written))
        }
    };
    let lines: String = violations.iter().take(sheet.rows).map(line).collect();
    lines + &sheet.more(violations.len(), sheet.rows, "violation", "violations")
}
