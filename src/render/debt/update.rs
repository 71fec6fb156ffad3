//! An earlier Markdown report brought up to date in place.
//!
//! In: the text of the earlier report and the debt report of today. Out: the text with every generated section renewed and
//! everything outside them as it was, with the notes to its items. Items that are found no more are ticked, with the reason;
//! a section that somebody deleted stays away. Or an error that says why the text cannot be read, and nothing.

use std::collections::BTreeSet;

use thiserror::Error;

use crate::debt::DebtReport;

use super::changes;
use super::items::{IDENTITY, Notes, ReportedItem};
use super::markdown::{EarlierItems, MarkdownOptions, MarkdownSection, RULE, sections};
use crate::render::style::figures;
use crate::render::style::sentences::Ordinals;

/// The reason for which an earlier report cannot be brought up to date.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UpdateError {
    /// It has no section that a report wrote.
    #[error("it has no line `<!-- ssot:begin ... -->`: `ssot report` did not write it")]
    NoReport,
    /// A marker stands where it cannot.
    #[error("line {line}: {message}")]
    Marker {
        /// 1-based.
        line: usize,
        /// The fault in words.
        message: String,
    },
}

/// A part of the earlier text.
enum EarlierPiece<'t> {
    Kept(&'t str),
    Section { id: &'t str, whole: &'t str },
}

/// The earlier text with its sections renewed; `unscanned` tells of a path whether a file is there that was not looked at.
///
/// # Errors
/// When its markers do not pair up, or there are none.
pub fn report_update(
    earlier: &str,
    debt: &DebtReport,
    options: &MarkdownOptions,
    unscanned: &dyn Fn(&str) -> bool,
) -> Result<String, UpdateError> {
    let pieces = pieces(earlier)?;
    let section = |wanted: &str| {
        pieces.iter().find_map(|piece| match piece {
            EarlierPiece::Section { id, whole } if *id == wanted => Some(*whole),
            _ => None,
        })
    };
    let listed = section("violations").unwrap_or_default();
    let items: Vec<ReportedItem<'_>> =
        ["violations", "criteria"].into_iter().filter_map(section).flat_map(ReportedItem::all).collect();
    let notes = Notes::of(&items);
    let gone = gone(listed, debt, &notes, unscanned);
    let changes = changed_numbers(section("summary").unwrap_or_default(), debt);
    let present = |id: &str| section(id).is_some();
    // Only what was asked for by name comes back.
    let compared = |id: &str| id == changes::ID && debt.changes.is_some();
    let asked = |id: &str| options.sections.contains(&id) || compared(id);
    let written: Vec<&'static str> = super::REPORT_SECTIONS.into_iter().filter(|id| present(id) || asked(id)).collect();
    let options = MarkdownOptions { sections: written.clone(), ..options.clone() };
    let sections = sections(debt, &options, &EarlierItems { notes, gone, changes });
    let windows = earlier.contains("\r\n");
    let shown = |section: &MarkdownSection| {
        let whole = section.whole();
        if windows { whole.replace("\r\n", "\n").replace('\n', "\r\n") } else { whole }
    };
    let mut text = String::with_capacity(earlier.len());
    // A section that comes back stands after the one that stands before it in a new report.
    let lead = sections.iter().take_while(|section| !present(section.id));
    let line_end = if windows { "\r\n" } else { "\n" };
    let lead: String = lead.map(|section| shown(section) + line_end).collect();
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            EarlierPiece::Kept(kept) => text += kept,
            EarlierPiece::Section { id, whole } => {
                if !pieces[..at].iter().any(|piece| matches!(piece, EarlierPiece::Section { .. })) {
                    text += &lead;
                }
                let Some(place) = sections.iter().position(|section| section.id == *id) else {
                    text += whole;
                    continue;
                };
                text += &shown(&sections[place]);
                for section in sections[place + 1..].iter().take_while(|section| !present(section.id)) {
                    text += line_end;
                    text += &shown(section);
                }
            }
        }
    }
    Ok(text)
}

/// The line of the summary that holds the numbers of a report, and those of the one before: `<!-- ssot:state 5 3 26.66 -->`.
const STATE: &str = "<!-- ssot:state ";
/// The line that says what changed.
const CHANGES: &str = "**Since the last report**: ";

/// Says what changed since the earlier report; what it said itself, where nothing has.
fn changed_numbers(summary: &str, debt: &DebtReport) -> Vec<String> {
    let state = state(debt);
    let mut lines = summary.lines().map(str::trim_end);
    let earlier = lines.clone().find_map(|line| line.strip_prefix(STATE)?.strip_suffix(" -->"));
    let words = match earlier {
        None => None,
        Some(earlier) if earlier == state => lines.find(|line| line.starts_with(CHANGES)).map(str::to_owned),
        Some(earlier) => {
            let names = ["violations", "in production code", "production score", "score"];
            let values = earlier.split(' ').zip(state.split(' ')).zip(names);
            let changed = values.filter(|((before, after), _)| before != after);
            let said: Vec<String> =
                changed.map(|((before, after), name)| format!("{name} {before} → {after}")).collect();
            Some(format!("{CHANGES}{}", said.join(", ")))
        }
    };
    words.into_iter().collect()
}

/// The numbers by which two reports are compared.
pub(super) fn state(debt: &DebtReport) -> String {
    let score = &debt.report.score;
    let [production, overall] = [score.production, score.overall].map(figures::score);
    format!("{} {} {production} {overall}", debt.counts.violations, debt.counts.production)
}

/// The hidden line with them.
pub(super) fn state_line(debt: &DebtReport) -> String {
    format!("{STATE}{} -->", state(debt))
}

/// Cuts a text at its markers, each of which fills a line.
fn pieces(text: &str) -> Result<Vec<EarlierPiece<'_>>, UpdateError> {
    let mut pieces = Vec::new();
    let mut open: Option<(&str, usize, usize)> = None;
    let mut known: Vec<&str> = Vec::new();
    let (mut kept, mut at) = (0, 0);
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let wrong = |message: String| UpdateError::Marker { line: number, message };
        let next = at + line.len();
        match (marker(line, "begin"), marker(line, "end"), open) {
            (Some(id), _, None) => {
                if known.contains(&id) {
                    return Err(wrong(format!("the section `{id}` begins a second time")));
                }
                known.push(id);
                pieces.push(EarlierPiece::Kept(&text[kept..at]));
                open = Some((id, at, number));
            }
            (Some(id), _, Some((outer, _, _))) => {
                return Err(wrong(format!("the section `{id}` begins inside `{outer}`")));
            }
            (_, Some(id), Some((outer, start, _))) if id == outer => {
                pieces.push(EarlierPiece::Section { id, whole: &text[start..next] });
                (open, kept) = (None, next);
            }
            (_, Some(id), _) => return Err(wrong(format!("the section `{id}` ends and has not begun"))),
            _ => {}
        }
        at = next;
    }
    if let Some((id, _, line)) = open {
        return Err(UpdateError::Marker { line, message: format!("the section `{id}` has no end") });
    }
    if known.is_empty() {
        return Err(UpdateError::NoReport);
    }
    pieces.push(EarlierPiece::Kept(&text[kept..]));
    Ok(pieces)
}

/// The section that a line begins or ends.
fn marker<'t>(line: &'t str, word: &str) -> Option<&'t str> {
    // Some editors of Windows begin a file with a byte order mark.
    let line = line.trim_start_matches('\u{feff}');
    let id = line.trim().strip_prefix("<!-- ssot:")?.strip_prefix(word)?.strip_suffix("-->")?;
    id.starts_with(' ').then(|| id.trim())
}

/// The lines of an earlier list for what is found no more, ticked; those that were gone before stay as they were.
fn gone(section: &str, debt: &DebtReport, notes: &Notes, unscanned: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut ordinals = Ordinals::default();
    let present: BTreeSet<String> = debt
        .report
        .violations
        .iter()
        .map(|it| ordinals.unique(it.fingerprint.get(..IDENTITY).unwrap_or(&it.fingerprint)))
        .collect();
    let mut lines = Vec::new();
    let mut rule = "";
    for line in section.lines().map(str::trim_end) {
        if let Some(heading) = line.strip_prefix(RULE) {
            rule = heading.split('`').next().unwrap_or_default();
        }
        let Some(item) = ReportedItem::of(line).filter(|it| it.kind == "item") else { continue };
        if present.contains(item.identity) {
            continue;
        }
        let (ticked, words) = if item.ticked && item.words.starts_with("~~") {
            (true, item.words.to_owned())
        } else {
            let (ticked, why) = why(&item, rule, debt, unscanned);
            let words = item.words.trim_start_matches("~~").split("~~").next().unwrap_or_default();
            (ticked, format!("~~{}~~ {why}", words.trim()))
        };
        lines.push(notes.line(ticked, &words, "item", item.identity));
    }
    lines
}

/// Returns the reason for which an item is found no more, and whether that counts as fixed.
fn why(
    item: &ReportedItem<'_>,
    rule: &str,
    debt: &DebtReport,
    unscanned: &dyn Fn(&str) -> bool,
) -> (bool, &'static str) {
    let fingerprint = item.identity.split('-').next().unwrap_or_default();
    let report = &debt.report;
    let applies = report.rules.rules.iter().any(|it| *it.id == *rule) || crate::rule::BUILT_IN_RULES.contains(&rule);
    if report.exempted.iter().any(|it| it.fingerprint.starts_with(fingerprint)) {
        (false, "exempted by the rules file")
    } else if !applies {
        (false, "no longer looked for: its rule is gone or switched off")
    } else if item.path().is_some_and(|path| report.problems.iter().any(|problem| *problem.path == *path)) {
        (false, "no longer seen: the file has a problem")
    } else if item.path().is_some_and(unscanned) {
        (false, "no longer seen: the file is excluded")
    } else {
        (true, "fixed")
    }
}

#[cfg(test)]
mod tests {
    use super::super::markdown::begin;
    use super::*;
    use crate::sample;

    fn written(debt: &DebtReport) -> String {
        let mut bytes = Vec::new();
        super::super::report_markdown(debt, &MarkdownOptions::default(), &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    fn updated(earlier: &str, debt: &DebtReport) -> Result<String, UpdateError> {
        report_update(earlier, debt, &MarkdownOptions::default(), &|path| path == "excluded.py")
    }

    #[test]
    fn the_report_of_the_sample() {
        insta::assert_snapshot!("report_markdown", written(&sample::debt()));
    }

    #[test]
    fn a_report_of_the_same_run_stays_as_it_is() {
        let debt = sample::debt();
        assert_eq!(updated(&written(&debt), &debt).unwrap(), written(&debt));
    }

    #[test]
    fn what_is_gone_is_ticked_and_stays_ticked() {
        let mut debt = sample::debt();
        let first = written(&debt);
        let gone = debt.report.violations.remove(0);
        let second = updated(&first, &debt).unwrap();
        let line = second.lines().find(|line| line.starts_with("- [x] ~~")).unwrap();
        assert!(line.ends_with(&format!("~~ fixed <!-- ssot:item {} -->", &gone.fingerprint[..16])), "{line}");
        assert!(line.contains("~~`app/websocket/handler.py:7` `R`~~"), "{line}");
        assert_eq!(updated(&second, &debt).unwrap(), second);
        debt.report.violations.insert(0, gone);
        assert_eq!(updated(&second, &debt).unwrap(), first, "it came back");
    }

    #[test]
    fn what_is_exempted_or_no_longer_looked_for_is_not_called_fixed() {
        let mut debt = sample::debt();
        let first = written(&debt);
        let gone = debt.report.violations.remove(0);
        debt.report.exempted.push(gone);
        let exempted = updated(&first, &debt).unwrap();
        assert!(
            exempted.lines().any(|line| line.starts_with("- [ ]") && line.contains("~~ exempted by the rules file <"))
        );
        debt.report.exempted.clear();
        debt.report.rules = std::sync::Arc::default();
        let without = updated(&first, &debt).unwrap();
        assert!(without.contains("~~ no longer looked for"), "{without}");
        assert!(!without.contains("- [x] ~~"));
    }

    #[test]
    fn what_is_not_seen_any_more_is_not_called_fixed() {
        let mut debt = sample::debt();
        let first = written(&debt);
        debt.report.violations.remove(0);
        debt.report.problems[0].path = "app/websocket/handler.py".into();
        assert!(updated(&first, &debt).unwrap().contains("`R`~~ no longer seen: the file has a problem"));
    }

    #[test]
    fn what_stands_in_a_file_that_is_now_excluded_is_not_called_fixed() {
        let mut debt = sample::debt();
        let first = written(&debt).replace("app/websocket/handler.py:7", "excluded.py:7");
        debt.report.violations.remove(0);
        let second = updated(&first, &debt).unwrap();
        assert!(second.contains("~~`excluded.py:7` `R`~~ no longer seen: the file is excluded"), "{second}");
        assert!(!second.contains("- [x] ~~"));
    }

    #[test]
    fn text_outside_the_sections_is_kept() {
        let mut debt = sample::debt();
        let first = written(&debt);
        let mine =
            first.replace("<!-- ssot:end summary -->\n", "<!-- ssot:end summary -->\n\nMy own words.\n- [x] mine\n");
        let mine = format!("Before.\n{mine}After, without a line end");
        debt.report.violations.pop();
        let second = updated(&mine, &debt).unwrap();
        for kept in
            ["Before.\n<!-- ssot:begin summary -->", "\n\nMy own words.\n- [x] mine\n", "After, without a line end"]
        {
            assert!(second.contains(kept), "{second}");
        }
        assert!(second.ends_with("After, without a line end"));
    }

    #[test]
    fn a_section_that_was_deleted_stays_away_until_it_is_asked_for() {
        let debt = sample::debt();
        let first = written(&debt);
        let start = first.find(&begin("plan")).unwrap();
        let end = first.find(&begin("rivals")).unwrap();
        let without = format!("{}{}", &first[..start], &first[end..]);
        assert_eq!(updated(&without, &debt).unwrap(), without);
        let asked = MarkdownOptions { sections: vec!["plan"], ..MarkdownOptions::default() };
        assert_eq!(report_update(&without, &debt, &asked, &|_| false).unwrap(), first);
        let start = first.find(&begin("scores")).unwrap();
        let headless = &first[start..];
        assert_eq!(updated(headless, &debt).unwrap(), headless);
        let asked = MarkdownOptions { sections: vec!["summary"], ..MarkdownOptions::default() };
        assert_eq!(report_update(headless, &debt, &asked, &|_| false).unwrap(), first);
    }

    #[test]
    fn what_people_wrote_to_an_item_stays_with_it() {
        let mut debt = sample::debt();
        let first = written(&debt);
        let gone = debt.report.violations[0].clone();
        let mark = format!("<!-- ssot:item {} -->", &gone.fingerprint[..16]);
        let noted = first
            .replace(&mark, &format!("{mark} @anna, SHOP-12\n  - asked on Monday\n\tand again"))
            .replace("<!-- ssot:criterion one -->", "<!-- ssot:criterion one --> @ben");
        assert_ne!(noted, first);
        assert_eq!(updated(&noted, &debt).unwrap(), noted);
        // An item with a note is listed, however little room there is.
        let narrow = MarkdownOptions { limit: 1, ..MarkdownOptions::default() };
        let cut = report_update(&noted, &debt, &narrow, &|_| false).unwrap();
        assert!(cut.contains("@anna, SHOP-12\n  - asked on Monday\n\tand again\n"), "{cut}");
        assert_eq!(cut.matches("<!-- ssot:item ").count(), 1, "{cut}");
        debt.report.violations.remove(0);
        let second = updated(&noted, &debt).unwrap();
        let line = format!("~~ fixed {mark} @anna, SHOP-12\n  - asked on Monday\n\tand again\n");
        assert!(second.contains(&line), "{second}");
        assert_eq!(updated(&second, &debt).unwrap(), second);
        debt.report.violations.insert(0, gone);
        assert_eq!(updated(&second, &debt).unwrap(), noted);
    }

    #[test]
    fn what_changed_since_the_last_report_is_said_until_it_changes_again() {
        let mut debt = sample::debt();
        let first = written(&debt);
        debt.counts.violations = 9;
        let second = updated(&first, &debt).unwrap();
        assert!(second.contains("\n**Since the last report**: violations 5 → 9\n"), "{second}");
        assert_eq!(updated(&second, &debt).unwrap(), second);
        debt.counts.production = 1;
        let third = updated(&second, &debt).unwrap();
        assert!(third.contains("**Since the last report**: in production code 3 → 1\n"), "{third}");
    }

    #[test]
    fn an_item_that_an_editor_or_an_earlier_version_wrote_is_still_ticked() {
        let mut debt = sample::debt();
        let first = written(&debt);
        let gone = debt.report.violations.remove(0);
        let mark = format!("<!-- ssot:item {} -->", &gone.fingerprint[..16]);
        let own = "- [ ] `app/websocket/handler.py:7` `R`";
        let ticked = updated(&first, &debt).unwrap();
        for way in ["- [X] ", "* [ ] ", "  - [x]  ", "+ [ ] "] {
            let edited = first.replace(own, &format!("{way}{}", &own[6..]));
            assert_ne!(edited, first);
            assert_eq!(updated(&edited, &debt).unwrap(), ticked, "{way}");
        }
        let earlier = first.replace(&format!("{own} {mark}"), &format!("- [ ] {mark} {}", &own[6..]));
        assert_ne!(earlier, first);
        assert_eq!(updated(&earlier, &debt).unwrap(), ticked);
    }

    #[test]
    fn a_byte_order_mark_is_kept() {
        let debt = sample::debt();
        let marked = format!("\u{feff}{}", written(&debt));
        assert!(updated(&marked, &debt).unwrap().ends_with(&written(&debt)));
    }

    #[test]
    fn line_ends_of_windows_are_kept() {
        let debt = sample::debt();
        let windows = written(&debt).replace('\n', "\r\n");
        assert_eq!(updated(&windows, &debt).unwrap(), windows);
    }

    #[test]
    fn a_text_with_broken_markers_is_refused() {
        let debt = sample::debt();
        let first = written(&debt);
        let refused = |text: &str| updated(text, &debt).unwrap_err().to_string();
        assert!(refused("# An issue\n").contains("did not write it"));
        assert!(refused(&first.replace("<!-- ssot:end plan -->\n", "")).contains("begins inside `plan`"));
        assert!(refused(&first.replace("<!-- ssot:begin plan -->\n", "")).contains("ends and has not begun"));
        assert!(refused(&format!("{first}{first}")).contains("begins a second time"));
        assert!(refused(&first.replace("<!-- ssot:end method -->", "")).contains("has no end"));
    }
}
