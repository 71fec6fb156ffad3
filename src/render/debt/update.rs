//! An earlier Markdown report brought up to date in place.
//!
//! In: the text of the earlier report and the debt report of today. Out: the text with every generated section renewed and
//! everything outside them as it was. Items that are found no more are ticked, with the reason; or an error that says why
//! the text cannot be read, and nothing.

use thiserror::Error;

use crate::debt::DebtReport;

use super::markdown::{IDENTITY, ITEM, MarkdownOptions, MarkdownSection, RULE, sections};
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
    options: MarkdownOptions,
    unscanned: &dyn Fn(&str) -> bool,
) -> Result<String, UpdateError> {
    let pieces = pieces(earlier)?;
    let old_items = pieces.iter().find_map(|piece| match piece {
        EarlierPiece::Section { id: "violations", whole } => Some(*whole),
        _ => None,
    });
    let gone = old_items.map(|text| gone(text, debt, unscanned)).unwrap_or_default();
    let mut sections = sections(debt, options, &gone);
    let windows = earlier.contains("\r\n");
    if windows {
        sections.iter_mut().for_each(|section| section.body = section.body.replace('\n', "\r\n"));
    }
    let shown = |section: &MarkdownSection| {
        let whole = section.whole();
        if windows { whole.replace("\r\n", "\n").replace('\n', "\r\n") } else { whole }
    };
    let present =
        |id: &str| pieces.iter().any(|piece| matches!(piece, EarlierPiece::Section { id: known, .. } if *known == id));
    let mut text = String::with_capacity(earlier.len());
    // A section that is missing comes after the one that stands before it in a new report.
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
fn gone(section: &str, debt: &DebtReport, unscanned: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut ordinals = Ordinals::default();
    let present: Vec<String> = debt
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
        let Some(item) = Item::of(line) else { continue };
        if present.iter().any(|identity| identity == item.identity) {
            continue;
        }
        if item.ticked && item.words.starts_with("~~") {
            lines.push(format!("- [x] {} {}", item.mark, item.words));
            continue;
        }
        let (ticked, why) = why(&item, rule, debt, unscanned);
        let ticked = if ticked { 'x' } else { ' ' };
        let words = item.words.trim_start_matches("~~").split("~~").next().unwrap_or_default();
        lines.push(format!("- [{ticked}] {} ~~{}~~ {why}", item.mark, words.trim()));
    }
    lines
}

/// Returns the reason for which an item is found no more, and whether that counts as fixed.
fn why(item: &Item<'_>, rule: &str, debt: &DebtReport, unscanned: &dyn Fn(&str) -> bool) -> (bool, &'static str) {
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

/// An item of an earlier list.
struct Item<'t> {
    ticked: bool,
    /// Its hidden comment.
    mark: &'t str,
    identity: &'t str,
    /// The text after the comment.
    words: &'t str,
}

impl<'t> Item<'t> {
    fn of(line: &'t str) -> Option<Self> {
        // People and editors write lists in more than one way.
        let boxed = line.trim_start().strip_prefix(['-', '*', '+'])?.trim_start();
        let ticked = boxed.starts_with("[x]") || boxed.starts_with("[X]");
        let rest = if ticked { boxed.get("[x]".len()..)? } else { boxed.strip_prefix("[ ]")? }.trim_start();
        let inner = rest.strip_prefix(ITEM)?;
        let length = inner.find(" -->")?;
        let (mark, words) = rest.split_at(ITEM.len() + length + " -->".len());
        Some(Self { ticked, mark, identity: &inner[..length], words: words.trim() })
    }

    /// The file that it names, if the name needs no escapes.
    fn path(&self) -> Option<&'t str> {
        let place = self.words.strip_prefix('`')?.split('`').next()?;
        place.rsplit_once(':').map(|(path, _)| path)
    }
}

#[cfg(test)]
mod tests {
    use super::super::markdown::begin;
    use super::*;
    use crate::sample;

    fn written(debt: &DebtReport) -> String {
        let mut bytes = Vec::new();
        super::super::report_markdown(debt, MarkdownOptions::default(), &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    fn updated(earlier: &str, debt: &DebtReport) -> Result<String, UpdateError> {
        report_update(earlier, debt, MarkdownOptions::default(), &|path| path == "excluded.py")
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
        let line = second.lines().find(|line| line.starts_with("- [x] <!-- ssot:item")).unwrap();
        assert!(line.contains(&gone.fingerprint[..16]) && line.ends_with("~~ fixed"), "{line}");
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
        assert!(exempted.lines().any(|line| line.starts_with("- [ ]") && line.ends_with("exempted by the rules file")));
        debt.report.exempted.clear();
        debt.report.rules = std::sync::Arc::default();
        let without = updated(&first, &debt).unwrap();
        assert!(without.contains("~~ no longer looked for"), "{without}");
        assert!(!without.contains("- [x] <!-- ssot:item"));
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
        assert!(!second.contains("- [x] <!-- ssot:item"));
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
    fn a_section_that_was_deleted_comes_back_at_its_place() {
        let debt = sample::debt();
        let first = written(&debt);
        let start = first.find(&begin("plan")).unwrap();
        let end = first.find(&begin("criteria")).unwrap();
        let without = format!("{}{}", &first[..start], &first[end..]);
        assert_eq!(updated(&without, &debt).unwrap().matches("ssot:begin plan").count(), 1);
        let start = first.find(&begin("scores")).unwrap();
        let headless = &first[start..];
        assert!(updated(headless, &debt).unwrap().starts_with(&begin("summary")));
    }

    #[test]
    fn an_item_that_an_editor_wrote_its_way_is_still_ticked() {
        let mut debt = sample::debt();
        let first = written(&debt);
        let gone = debt.report.violations.remove(0);
        let own = format!("- [ ] <!-- ssot:item {}", &gone.fingerprint[..16]);
        let ticked = updated(&first, &debt).unwrap();
        for way in
            ["- [X] <!-- ssot:item ", "* [ ] <!-- ssot:item ", "  - [x]  <!-- ssot:item ", "+ [ ] <!-- ssot:item "]
        {
            let edited = first.replace(&own, &format!("{way}{}", &gone.fingerprint[..16]));
            assert_ne!(edited, first);
            assert_eq!(updated(&edited, &debt).unwrap(), ticked, "{way}");
        }
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
