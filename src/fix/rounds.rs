//! Rounds: fixes are planned, applied to texts in memory, verified by an analysis, and planned again until nothing is left.
//!
//! In: a project, its findings, and an analysis. Out: a [`FixRun`]: the plan for what was found at first, the texts that are
//! to be written, and the files that verification refused. Conflicting edits wait for the next round.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::edits::{apply, conflict};
use super::verify;
use super::{FixSettings, OverlaidTexts, PlannedFix, plan};
use crate::analysis;
use crate::findings::Findings;
use crate::lang;
use crate::lang::fixing::{Applicability, TextEdit};
use crate::rule::RuleSet;
use crate::source::Span;
use crate::tree::{Snapshot, Texts};
use crate::violation::State;

/// More rounds than this mean that fixes undo each other.
const MOST_ROUNDS: usize = 24;

/// A file that is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedText {
    /// Its path.
    pub path: Arc<str>,
    /// Its text as it is.
    pub before: Arc<str>,
    /// Its text as it is to be.
    pub after: Arc<str>,
}

/// A file whose fixes verification refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedFile {
    /// Its path.
    pub path: Arc<str>,
    /// Why, in a sentence.
    pub reason: String,
}

/// The outcome of fixing.
#[derive(Debug)]
pub struct FixRun {
    /// A fix for each violation that was there at first.
    pub plan: Vec<PlannedFix>,
    /// The files that are to be written, in path order.
    pub changed: Vec<ChangedText>,
    /// The files that are left because of what verification found.
    pub refused: Vec<RefusedFile>,
    /// The number of violations before.
    pub before: usize,
    /// The number of violations after.
    pub after: usize,
}

/// Plans and applies fixes in memory, until none is left that applies.
#[must_use]
pub fn fix(
    files: Snapshot<'_>,
    rules: &RuleSet,
    findings: &Findings,
    settings: &FixSettings,
    analyse: &mut dyn FnMut(&dyn Texts) -> Findings,
) -> FixRun {
    let mut run = Rounds::new(files, rules, settings, findings);
    for _ in 0..MOST_ROUNDS {
        if !run.round(analyse) {
            break;
        }
    }
    run.finish(findings)
}

/// Applies one fix in memory, and returns the reason for which the result does not hold, if it does not. `analyse` gives the
/// findings over other texts.
#[must_use]
pub fn refusal(
    files: Snapshot<'_>,
    rules: &RuleSet,
    findings: &Findings,
    fix: &PlannedFix,
    analyse: &mut dyn FnMut(&dyn Texts) -> Findings,
) -> Option<String> {
    let settings = FixSettings { unsafe_fixes: true, ..FixSettings::default() };
    let mut rounds = Rounds::new(files, rules, &settings, findings);
    let edited = rounds.edited(std::slice::from_ref(fix), files.texts);
    if edited.is_empty() {
        return rounds.refused.into_values().next();
    }
    let over = edited.iter().map(|(path, text)| (Arc::clone(path), Arc::clone(&text.text))).collect();
    let after = analyse(&OverlaidTexts::new(files.texts, over));
    rounds.wrong(&edited, &after).into_values().next()
}

struct Rounds<'r, 'a> {
    files: Snapshot<'a>,
    rules: &'r RuleSet,
    settings: &'r FixSettings,
    /// The changed texts that are verified.
    over: BTreeMap<Arc<str>, Arc<str>>,
    refused: BTreeMap<Arc<str>, String>,
    findings: Findings,
    first: Option<Vec<PlannedFix>>,
}

impl<'r, 'a> Rounds<'r, 'a> {
    fn new(files: Snapshot<'a>, rules: &'r RuleSet, settings: &'r FixSettings, findings: &Findings) -> Self {
        let (over, refused) = (BTreeMap::new(), BTreeMap::new());
        Self { files, rules, settings, over, refused, findings: findings.clone(), first: None }
    }

    /// Applies one round of fixes; gives whether there was one that held.
    fn round(&mut self, analyse: &mut dyn FnMut(&dyn Texts) -> Findings) -> bool {
        let texts = OverlaidTexts::new(self.files.texts, self.over.clone());
        let layouts = analysis::layouts(self.files.tree, &texts, self.rules);
        let files = Snapshot { tree: self.files.tree, texts: &texts };
        let planned = plan(files, &layouts, self.rules, &self.findings.violations, self.settings);
        let mut edited = self.edited(&planned, &texts);
        self.first.get_or_insert(planned);
        if self.settings.plan_only {
            return false;
        }
        while !edited.is_empty() {
            let mut over = self.over.clone();
            over.extend(edited.iter().map(|(path, text)| (Arc::clone(path), Arc::clone(&text.text))));
            let after = analyse(&OverlaidTexts::new(self.files.texts, over.clone()));
            let wrong = self.wrong(&edited, &after);
            if wrong.is_empty() {
                self.over = over;
                self.findings = after;
                return true;
            }
            for (path, reason) in wrong {
                edited.remove(&path);
                self.refused.insert(path, reason);
            }
        }
        false
    }

    /// Returns the files of a round whose fixes do not hold, with the reason.
    fn wrong(&self, edited: &BTreeMap<Arc<str>, Edited>, after: &Findings) -> BTreeMap<Arc<str>, String> {
        let mut wrong = BTreeMap::new();
        for (path, edited) in edited {
            let (before, now) = (verify::count(&self.findings, path), verify::count(after, path));
            if now + edited.fixes > before {
                let reason = "the violation would still be there".to_owned();
                wrong.insert(Arc::clone(path), reason);
            }
        }
        for (path, reason) in verify::worse(&self.findings, after) {
            match edited.contains_key(&path) {
                true => drop(wrong.insert(path, reason)),
                // What goes wrong in a file that is not edited is the work of those that are, and of which is not known.
                false => wrong.extend(edited.keys().map(|it| (Arc::clone(it), format!("in `{path}` {reason}")))),
            }
        }
        wrong
    }

    /// Returns the texts of the files that fixes apply to, with as many fixes as do not touch the same bytes.
    fn edited(&mut self, planned: &[PlannedFix], texts: &dyn Texts) -> BTreeMap<Arc<str>, Edited> {
        let mut by_path: BTreeMap<Arc<str>, Vec<&PlannedFix>> = BTreeMap::new();
        let applicable = |fix: &&PlannedFix| {
            self.settings.allows(fix.applicability)
                && !fix.edits.is_empty()
                && !self.refused.contains_key(&fix.violation.path)
        };
        for fix in planned.iter().filter(applicable) {
            by_path.entry(Arc::clone(&fix.violation.path)).or_default().push(fix);
        }
        let mut edited = BTreeMap::new();
        for (path, fixes) in by_path {
            let Ok(before) = texts.read(&path) else { continue };
            let mut edits: BTreeSet<TextEdit> = BTreeSet::new();
            let mut count = 0;
            for fix in fixes {
                let fits = |edit: &TextEdit| edits.contains(edit) || edits.iter().all(|other| !conflict(edit, other));
                if fix.edits.iter().all(fits) {
                    edits.extend(fix.edits.iter().cloned());
                    count += 1;
                }
            }
            let text: Arc<str> = apply(&before, Span::new(0, before.len() as u32), &edits).into();
            let language = lang::of_path(std::path::Path::new(&*path));
            let fixer = language.and_then(|language| lang::front_end(language).fixer());
            if fixer.is_some_and(|fixer| fixer.reads(&path, &text)) {
                edited.insert(path, Edited { text, fixes: count });
            } else {
                self.refused.insert(path, "the file could not be parsed any more".to_owned());
            }
        }
        edited
    }

    fn finish(self, before: &Findings) -> FixRun {
        let counted =
            |findings: &Findings| findings.violations.iter().filter(|it| it.state != State::Suppressed).count();
        let changed = self.over.into_iter().filter_map(|(path, after)| {
            let before = self.files.texts.read(&path).ok()?;
            (before != after).then_some(ChangedText { path, before, after })
        });
        let mut plan = self.first.unwrap_or_default();
        for fix in &mut plan {
            if let Some(reason) =
                self.refused.get(&fix.violation.path).filter(|_| self.settings.allows(fix.applicability))
            {
                fix.applicability = Applicability::Manual;
                fix.failures.insert(
                    0,
                    super::FailedGuarantee {
                        guarantee: crate::lang::fixing::Guarantee::NoOtherRule,
                        sentence: format!("verification refuses it: {reason}"),
                        place: None,
                    },
                );
                fix.edits.clear();
            }
        }
        FixRun {
            plan,
            changed: changed.collect(),
            refused: self.refused.into_iter().map(|(path, reason)| RefusedFile { path, reason }).collect(),
            before: counted(before),
            after: counted(&self.findings),
        }
    }
}

/// A text with fixes, and how many.
struct Edited {
    text: Arc<str>,
    fixes: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{AnalysisOptions, analyse, layouts};
    use crate::testing::{Memory, RULES, rules};

    const UNUSED: &str = "import aioredis\nimport os\n\nprint(os)\n";

    #[test]
    fn a_fix_is_refused_for_what_it_makes_worse_and_for_what_it_leaves() {
        let (memory, rules) = (Memory::new(&[("app/use.py", UNUSED)]), rules(RULES));
        let tree = memory.tree();
        let files = Snapshot { tree: &tree, texts: &memory };
        let findings = |texts: &dyn Texts| analyse(&tree, texts, &rules, &AnalysisOptions::default());
        let before = findings(&memory);
        let planned =
            plan(files, &layouts(&tree, &memory, &rules), &rules, &before.violations, &FixSettings::default());
        let [fix] = planned.as_slice() else { panic!("{planned:?}") };
        assert_eq!(fix.applicability, Applicability::Safe);
        let refused = |analyse: &mut dyn FnMut(&dyn Texts) -> Findings| refusal(files, &rules, &before, fix, analyse);
        assert_eq!(refused(&mut |texts| findings(texts)), None);
        let nothing_changed = refused(&mut |_| before.clone());
        assert_eq!(nothing_changed.as_deref(), Some("the violation would still be there"));
        let worse = Memory::new(&[("app/use.py", "import redis\nredis.Redis()\n")]).findings(&rules);
        let new_one = refused(&mut |_| worse.clone());
        assert!(new_one.is_some_and(|reason| reason.contains("a new violation: redis.Redis")));
        let bracket = TextEdit { span: Span::new(0, 0), text: "(".to_owned() };
        let unreadable = PlannedFix { edits: vec![bracket], ..fix.clone() };
        let reason = refusal(files, &rules, &before, &unreadable, &mut |_| unreachable!("it is not analysed"));
        assert_eq!(reason.as_deref(), Some("the file could not be parsed any more"));
    }
}
