//! Code actions: what can be done about the violations of a range.
//!
//! In: a project after its analysis, a file and a range. Out: actions with their edits: the fixes of `ssot fix` with how far
//! each can be trusted, a comment that accepts a violation, an entry of the baseline, and all safe fixes of the file at
//! once. An action is never carried out here.

use gen_lsp_types as lsp;
use serde_json::{Value, json};

use super::client::ClientFeatures;
use super::diagnostics::FileDiagnostics;
use super::edits::{self, EditedDocument};
use super::positions::TextPositions;
use super::project::{AnalysedProject, Analysis};
use crate::baseline;
use crate::fix::{self, FixSettings, PlannedFix};
use crate::lang::fixing::{Applicability, FixAction, TextEdit};
use crate::rule::{InlineIgnore, RuleSet};
use crate::source::FileId;
use crate::suppress;
use crate::tree::{Snapshot, Texts};
use crate::violation::{State, Violation};

/// The kind of the action that applies all safe fixes of a file.
pub(super) const FIX_ALL: &str = "source.fixAll.ssot";
/// The kind of all others.
const QUICK_FIX: &str = "quickfix";

/// Stands where a reason has to: an edit cannot ask for one.
const REASON: &str = "TODO: say why";

/// The document whose actions are wanted.
pub(super) struct ActionContext<'a> {
    /// The project.
    pub view: &'a AnalysedProject<'a>,
    /// The file.
    pub file: FileId,
    /// Its text.
    pub text: &'a str,
    /// The document as the client knows it.
    pub document: EditedDocument<'a>,
    /// Its diagnostics.
    pub diagnostics: &'a FileDiagnostics,
    /// The abilities of the client.
    pub client: &'a ClientFeatures,
}

impl ActionContext<'_> {
    /// Returns the actions for a range; `only` restricts their kinds.
    pub fn actions(&self, range: lsp::Range, only: Option<&[String]>) -> Vec<Value> {
        let wanted = |kind: &str| only.is_none_or(|only| only.iter().any(|it| covers(it, kind)));
        let mut actions = Vec::new();
        if wanted(QUICK_FIX) {
            let here: Vec<&Violation> = self.active().filter(|it| touches(it, range)).collect();
            let planned = if here.is_empty() { Vec::new() } else { self.view.planned(self.file) };
            for violation in here {
                let fix = planned
                    .iter()
                    .find(|fix| fix.violation.span == violation.span && fix.violation.rule == violation.rule);
                actions.extend(fix.and_then(|fix| self.fix(fix)));
                actions.extend(self.suppress(violation));
                actions.extend(self.record(violation));
            }
        }
        // It has the whole project analysed again, for which nobody wants to wait who only looks at what there is.
        if wanted(FIX_ALL) && self.active().next().is_some() {
            let data = json!({ "uri": self.document.uri });
            let action = json!({ "title": "ssot: apply all safe fixes of the file", "kind": FIX_ALL, "data": data });
            if self.client.resolves_edits {
                actions.push(action);
            } else if only.is_some() {
                actions.extend(self.resolved(action));
            }
        }
        actions
    }

    /// Returns an action with the edit that was left out; none if there is none.
    pub fn resolved(&self, mut action: Value) -> Option<Value> {
        let Analysis { tree, findings, .. } = self.view.analysis;
        let settings = FixSettings { files: Some([self.file].into()), ..FixSettings::default() };
        let files = Snapshot { tree, texts: self.view.texts };
        let mut analyse = |texts: &dyn Texts| self.view.analyse(texts).findings;
        let run = fix::fix(files, &self.view.loaded.rules, findings, &settings, &mut analyse);
        let changed = run.changed.iter().find(|changed| *changed.path == *tree.file(self.file).path)?;
        action["edit"] = self.edit(&[edits::between(&changed.before, &changed.after)])?;
        Some(action)
    }

    /// Returns the violations of the file that are neither suppressed nor recorded.
    fn active(&self) -> impl Iterator<Item = &Violation> {
        self.view.analysis.findings.violations.iter().filter(|it| it.file == self.file && it.is_active())
    }

    fn edit(&self, edits: &[TextEdit]) -> Option<Value> {
        edits::of_document(self.document, edits, self.text, self.client)
    }

    fn fix(&self, fix: &PlannedFix) -> Option<Value> {
        let action = fix.action.filter(|_| !fix.edits.is_empty() && self.holds(fix))?;
        let what = match (action, &fix.suggestion) {
            (FixAction::Delete, _) => "delete the import".to_owned(),
            (_, Some(code)) => format!("write `{}`", code.lines().collect::<Vec<_>>().join(" ")),
            (FixAction::Rewrite, None) => "rewrite the import".to_owned(),
            (FixAction::Replace, None) => "take the shared one".to_owned(),
        };
        let doubts: Vec<String> = fix.failures.iter().map(|it| it.describe(&fix.violation.path)).collect();
        let trust = match fix.applicability {
            Applicability::Safe => "safe".to_owned(),
            other => format!("{}: {}", other.name(), doubts.join("; ")),
        };
        let mut action = self.quick_fix(&format!("{what} ({trust})"), &fix.violation, self.edit(&fix.edits)?);
        action["isPreferred"] = json!(fix.applicability == Applicability::Safe);
        Some(action)
    }

    /// Returns whether a fix holds what its title says: one that is called safe is tried before it is offered.
    fn holds(&self, fix: &PlannedFix) -> bool {
        let Analysis { tree, findings, .. } = self.view.analysis;
        let files = Snapshot { tree, texts: self.view.texts };
        let mut analyse = |texts: &dyn Texts| self.view.analyse(texts).findings;
        fix.applicability != Applicability::Safe
            || fix::refusal(files, &self.view.loaded.rules, findings, fix, &mut analyse).is_none()
    }

    fn suppress(&self, violation: &Violation) -> Option<Value> {
        let rule = self.view.loaded.rules.rule_at(&violation.rule, &violation.path)?;
        let file = self.view.analysis.findings.texts.iter().find(|it| it.file == self.file)?;
        if rule.inline_ignore == InlineIgnore::Deny {
            return None;
        }
        let added = suppress::write::add(file, &[violation], REASON);
        if added.accepted == 0 {
            return None;
        }
        let title = format!("accept this violation of `{}` by a comment", violation.rule);
        let edit = self.edit(&[edits::between(&file.text, &added.text)])?;
        Some(self.quick_fix(&title, violation, edit))
    }

    fn record(&self, violation: &Violation) -> Option<Value> {
        let Analysis { tree, findings, .. } = self.view.analysis;
        let rules: &RuleSet = &self.view.loaded.rules;
        if !baseline::can_hold(rules, &violation.rule, &violation.path) || rules.undeclared_sources().next().is_some() {
            return None;
        }
        let mut alone = findings.clone();
        let others = alone.violations.iter_mut().filter(|it| it.is_active() && !is_same(it, violation));
        others.for_each(|it| it.state = State::Suppressed);
        let (recorded, is_new) = self.view.recorded();
        let files = Snapshot { tree, texts: self.view.texts };
        let matching = baseline::match_findings(&recorded, findings, rules, files);
        let draft = baseline::update(&recorded, &alone, &matching, &[], rules, Some(REASON));
        let (before, after) = (&*recorded.text, baseline::write(&draft.entries));
        let after = if before.contains("\r\n") { after.replace('\n', "\r\n") } else { after };
        let uri = self.view.uri_of(&recorded.name);
        let document = EditedDocument { uri: &uri, version: None, is_new };
        let edit = edits::of_document(document, &[edits::between(before, &after)], before, self.client)?;
        let title = format!("record this violation of `{}` in the baseline", violation.rule);
        Some(self.quick_fix(&title, violation, edit))
    }

    fn quick_fix(&self, title: &str, violation: &Violation, edit: Value) -> Value {
        let start = TextPositions::new(self.text, self.client.encoding).position(violation.span.start);
        let code = Some(lsp::Code::String(violation.rule.to_string()));
        let is_of = |it: &&lsp::Diagnostic| it.code == code && it.range.start == start;
        let diagnostics: Vec<&lsp::Diagnostic> = self.diagnostics.items.iter().filter(is_of).collect();
        json!({ "title": format!("ssot: {title}"), "kind": QUICK_FIX, "diagnostics": diagnostics, "edit": edit })
    }
}

/// Returns whether a kind is another or below it.
fn covers(wanted: &str, kind: &str) -> bool {
    kind.strip_prefix(wanted).is_some_and(|rest| wanted.is_empty() || rest.is_empty() || rest.starts_with('.'))
}

/// Returns whether a violation stands on a line of a range.
fn touches(violation: &Violation, range: lsp::Range) -> bool {
    let lines = range.start.line + 1..=range.end.line + 1;
    violation.start.line <= *lines.end() && violation.end.line >= *lines.start()
}

fn is_same(one: &Violation, other: &Violation) -> bool {
    (one.file, one.span, &one.rule) == (other.file, other.span, &other.rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_below_another_by_whole_words() {
        for kind in ["", "source", "source.fixAll", FIX_ALL] {
            assert!(covers(kind, FIX_ALL), "{kind}");
        }
        for kind in ["source.fix", "source.fixAll.ssot.more", "quickfix"] {
            assert!(!covers(kind, FIX_ALL), "{kind}");
        }
    }

    #[test]
    fn the_reason_that_stands_in_is_one() {
        assert!(suppress::write::is_reason(REASON));
    }
}
