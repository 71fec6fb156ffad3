//! Fixes: what `ssot fix` writes, and what it leaves with the reason.
//!
//! In: violations of a project with its texts and rules. Out: a [`PlannedFix`] for each violation, and texts in which the
//! applicable ones are done and verified ([`rounds`]). What to write in a language is for its front end
//! ([`crate::lang::fixing`]); files are written by the caller.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::facts::Name;
use crate::lang::fixing::{
    Applicability, Breach, BreachKind, Doubt, FixAction, FixProposal, FixTerms, Guarantee, TextEdit,
};
use crate::lang::{self, Layouts};
use crate::rule::{FixPolicy, Rule, RuleIndex, RuleKind, RuleSet, ShimEffects, SymbolPattern};
use crate::source::{FileId, Language, Position};
use crate::tree::Snapshot;
use crate::violation::{Form, State, Violation};

mod edits;
mod generated;
mod overlay;
pub mod rounds;
mod safe;
mod surroundings;
mod verify;

pub use edits::{ReplacedLines, replaced_lines};
pub use overlay::OverlaidTexts;
pub use rounds::{ChangedText, FixRun, RefusedFile, fix, refusal};
pub use safe::SafeFixes;

use generated::Generated;
use surroundings::ProjectSurroundings;

/// The fix for one violation, or the reason why there is none.
#[derive(Debug, Clone)]
pub struct PlannedFix {
    /// The violation.
    pub violation: Violation,
    /// The degree to which it can be trusted.
    pub applicability: Applicability,
    /// The work that it does; none where there is none.
    pub action: Option<FixAction>,
    /// The guarantees that fail, the gravest first.
    pub failures: Vec<FailedGuarantee>,
    /// The code to write instead.
    pub suggestion: Option<String>,
    /// The edits of the violation's file, in the text that was planned on.
    pub edits: Vec<TextEdit>,
}

/// A guarantee that fails, with the place that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedGuarantee {
    /// The guarantee.
    pub guarantee: Guarantee,
    /// Says why, in a sentence without a full stop.
    pub sentence: String,
    /// The file and the 1-based line.
    pub place: Option<(Arc<str>, u32)>,
}

impl FailedGuarantee {
    /// Returns the sentence with the place: `closes what it built (line 40)`; the file is named if it is another.
    #[must_use]
    pub fn describe(&self, in_file: &str) -> String {
        match &self.place {
            Some((path, line)) if **path == *in_file => format!("{} (line {line})", self.sentence),
            Some((path, line)) => format!("{} ({path}:{line})", self.sentence),
            None => self.sentence.clone(),
        }
    }
}

/// The fixes that are wanted.
#[derive(Debug, Clone, Default)]
pub struct FixSettings {
    /// Fixes that are not safe are applied as well.
    pub unsafe_fixes: bool,
    /// The only files that are fixed; none for all.
    pub files: Option<BTreeSet<FileId>>,
    /// Nothing is applied, not even in memory.
    pub plan_only: bool,
}

impl FixSettings {
    fn allows(&self, applicability: Applicability) -> bool {
        match applicability {
            Applicability::Safe => true,
            Applicability::Unsafe => self.unsafe_fixes,
            Applicability::Manual => false,
        }
    }
}

/// Plans a fix for each violation that is neither suppressed nor of another file than those that are asked for, in their
/// order.
#[must_use]
pub fn plan(
    files: Snapshot<'_>,
    layouts: &Layouts,
    rules: &RuleSet,
    violations: &[Violation],
    settings: &FixSettings,
) -> Vec<PlannedFix> {
    let wanted = |violation: &&Violation| {
        violation.state != State::Suppressed
            && violation.kind.is_some()
            && settings.files.as_ref().is_none_or(|files| files.contains(&violation.file))
    };
    let violations: Vec<&Violation> = violations.iter().filter(wanted).collect();
    let generated = Generated::read(files.texts);
    let mut planned: BTreeMap<usize, PlannedFix> = BTreeMap::new();
    for language in lang::languages() {
        let own: Vec<usize> = (0..violations.len())
            .filter(|at| {
                files.tree.files().get(violations[*at].file.index()).is_some_and(|file| file.language == language)
            })
            .collect();
        let mut planner =
            Planner { files, layouts, rules, violations: &violations, language, settings, generated: &generated };
        planner.plan(&own, &mut planned);
    }
    for (at, violation) in violations.iter().enumerate() {
        planned.entry(at).or_insert_with(|| left(violation, Guarantee::Fits, "there is no fix for this kind of place"));
    }
    planned.into_values().collect()
}

/// A violation that is left to a person.
fn left(violation: &Violation, guarantee: Guarantee, sentence: &str) -> PlannedFix {
    PlannedFix {
        violation: violation.clone(),
        applicability: Applicability::Manual,
        action: None,
        failures: vec![FailedGuarantee { guarantee, sentence: sentence.to_owned(), place: None }],
        suggestion: violation.use_instead.clone(),
        edits: Vec::new(),
    }
}

/// Plans the fixes of one language.
struct Planner<'p, 'a> {
    files: Snapshot<'a>,
    layouts: &'p Layouts,
    rules: &'p RuleSet,
    violations: &'p [&'p Violation],
    language: Language,
    settings: &'p FixSettings,
    generated: &'p Generated,
}

impl Planner<'_, '_> {
    fn plan(&mut self, own: &[usize], planned: &mut BTreeMap<usize, PlannedFix>) {
        let Some(fixer) = lang::front_end(self.language).fixer() else { return };
        let banned: Vec<_> = self.rules.rules.iter().map(|rule| self.banned(rule)).collect();
        let terms: Vec<FixTerms<'_>> =
            self.rules.rules.iter().zip(&banned).map(|(rule, banned)| self.terms(rule, banned)).collect();
        let mut by_file: BTreeMap<FileId, Vec<(usize, Breach<'_>)>> = BTreeMap::new();
        for &at in own {
            let violation = self.violations[at];
            let Some(RuleIndex(rule)) = self.rules.rule_index_at(&violation.rule, &violation.path) else { continue };
            if self.rules.rules[rule].fixes.policy == FixPolicy::Off {
                planned.insert(at, left(violation, Guarantee::NoOtherRule, "the rule switches its fixes off"));
                continue;
            }
            if let Some(why) = self.generated.why(&violation.path, self.files.texts) {
                planned.insert(at, left(violation, Guarantee::NoOtherRule, &why));
                continue;
            }
            let breach = Breach {
                kind: kind_of(violation),
                span: violation.span,
                statement: violation.statement,
                symbol: &violation.symbol,
                indirect: indirect(violation),
                terms: &terms[rule],
            };
            by_file.entry(violation.file).or_default().push((at, breach));
        }
        let around = ProjectSurroundings::new(self.files, self.layouts, self.language, self.settings.unsafe_fixes);
        let words = by_file.keys().flat_map(|file| fixer.words(*file, &around)).collect();
        around.search(words);
        let asked: Vec<(FileId, Vec<Breach<'_>>)> = by_file
            .iter()
            .map(|(file, breaches)| (*file, breaches.iter().map(|(_, breach)| *breach).collect()))
            .collect();
        let proposals = fixer.propose(&asked, &around);
        for ((_, breaches), proposals) in by_file.iter().zip(proposals) {
            for ((at, _), proposal) in breaches.iter().zip(proposals) {
                planned.insert(*at, self.planned(self.violations[*at], proposal));
            }
        }
    }

    fn planned(&self, violation: &Violation, mut proposal: FixProposal) -> PlannedFix {
        let rule = self.rules.rule_at(&violation.rule, &violation.path);
        if rule.is_some_and(|rule| rule.fixes.policy == FixPolicy::Unsafe) && proposal.action.is_some() {
            let sentence = "the rule wants its fixes to be looked at".to_owned();
            proposal.doubts.push(Doubt { guarantee: Guarantee::NoOtherRule, sentence, place: None, fatal: false });
        }
        proposal.doubts.sort_by_key(|doubt| !doubt.fatal);
        let applicability = proposal.applicability();
        let failures = proposal.doubts.into_iter().map(|doubt| {
            let place = doubt.place.and_then(|(file, at)| self.place(file, at));
            FailedGuarantee { guarantee: doubt.guarantee, sentence: doubt.sentence, place }
        });
        PlannedFix {
            violation: violation.clone(),
            applicability,
            action: proposal.action,
            failures: failures.collect(),
            suggestion: proposal.suggestion,
            edits: if applicability == Applicability::Manual { Vec::new() } else { proposal.edits },
        }
    }

    fn place(&self, file: FileId, at: u32) -> Option<(Arc<str>, u32)> {
        let file = self.files.tree.files().get(file.index())?;
        let text = self.files.texts.read(&file.path).ok()?;
        Some((Arc::clone(&file.path), Position::of(&text, at).line))
    }

    /// Returns what tells how much of a path a rule bans.
    fn banned<'r>(&self, rule: &'r Rule) -> impl Fn(&[Name]) -> Option<usize> + use<'r> {
        let language = self.language;
        let of_language = move |pattern: &&SymbolPattern| pattern.language == language;
        move |path| rule.ban.iter().filter(of_language).filter_map(|pattern| pattern.matches_prefix(path)).min()
    }

    fn terms<'r>(&self, rule: &'r Rule, banned: &'r dyn Fn(&[Name]) -> Option<usize>) -> FixTerms<'r> {
        let path = |text: &str| -> Vec<Name> { text.split(self.language.separator()).map(Name::from).collect() };
        let of_language = |text: &str| match lang::language_of_symbol(text, self.language) {
            Ok(language) => language == self.language,
            Err(_) => false,
        };
        let names = |list: &[String]| list.iter().map(|it| Name::from(it.as_str())).collect();
        let pairs = |map: &BTreeMap<String, String>| {
            map.iter().map(|(old, new)| (Name::from(old.as_str()), Name::from(new.as_str()))).collect()
        };
        FixTerms {
            banned,
            use_instead: rule.use_instead.for_language(self.language).map(path),
            rename: rule
                .rename
                .iter()
                .filter(|(old, new)| of_language(old) && of_language(new))
                .map(|(old, new)| (path(old), path(new)))
                .collect(),
            dropped: names(&rule.fixes.dropped),
            mapped: pairs(&rule.fixes.mapped),
            members: pairs(&rule.fixes.members),
            ends_life: names(&rule.fixes.ends_life),
            equivalent: rule.fixes.equivalent.iter().map(|it| (path(&it.old), path(&it.new))).collect(),
            ignore_effects: rule.fixes.shim_effects == ShimEffects::Ignore,
        }
    }
}

fn kind_of(violation: &Violation) -> BreachKind {
    match (violation.kind, violation.form) {
        (Some(RuleKind::Import), Form::String | Form::Dynamic) => BreachKind::Text,
        (Some(RuleKind::Import), _) => BreachKind::Import,
        (Some(RuleKind::Construct), _) => BreachKind::Construct,
        _ => BreachKind::Other,
    }
}

/// Says why a construction is not what its text seems to be.
fn indirect(violation: &Violation) -> Option<&'static str> {
    match (violation.kind, violation.form) {
        (Some(RuleKind::Construct), Form::Subclass) => Some("a subclass is constructed, which may do other things"),
        (Some(RuleKind::Construct), Form::Value) => Some("what constructs is given away, not called"),
        (Some(RuleKind::Construct), Form::Dynamic) => Some("what constructs is looked up by a string"),
        (Some(RuleKind::Construct), Form::Literal) => Some("an owned value is made by a literal"),
        _ => None,
    }
}
