//! Examining rules: what is wrong with a rules file that loads (docs/design.md section 12).
//!
//! In: the rules, the findings of a run after triage, the fixes planned for them, and which replacements the tree has. Out:
//! [`Ailment`]s, each with its place. Knows no format; `ssot doctor` prints them.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::Name;
use crate::findings::Findings;
use crate::fix::PlannedFix;
use crate::lang;
use crate::lang::fixing::{Applicability, Guarantee};
use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::rule::{BUILT_IN_RULES, Origin, Rule, RuleKind, RuleSet, SymbolPattern};
use crate::source::Language;
use crate::violation::Violation;

/// The kinds of faults that rules can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// Two rules, or a rule and a source, cannot both be obeyed.
    Contradiction,
    /// The replacement is banned itself.
    BannedReplacement,
    /// The replacement does not exist.
    MissingReplacement,
    /// The replacement lacks what code uses, or takes other arguments.
    RefutedReplacement,
    /// A name or file pattern that matches nothing.
    DeadEntry,
    /// An exemption that exempts nothing.
    IdleExemption,
    /// A comment that suppresses nothing.
    IdleSuppression,
    /// A built-in pack fits and is not used.
    FittingPack,
}

impl Check {
    /// Every check, the gravest first.
    pub const ALL: [Self; 8] = [
        Self::Contradiction,
        Self::BannedReplacement,
        Self::MissingReplacement,
        Self::RefutedReplacement,
        Self::DeadEntry,
        Self::IdleExemption,
        Self::IdleSuppression,
        Self::FittingPack,
    ];

    /// Returns the word in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Contradiction => "contradiction",
            Self::BannedReplacement => "banned-replacement",
            Self::MissingReplacement => "missing-replacement",
            Self::RefutedReplacement => "refuted-replacement",
            Self::DeadEntry => "dead-entry",
            Self::IdleExemption => "idle-exemption",
            Self::IdleSuppression => "idle-suppression",
            Self::FittingPack => "fitting-pack",
        }
    }

    /// Returns true if it is only a hint: nothing is wrong.
    #[must_use]
    pub fn is_hint(self) -> bool {
        self == Self::FittingPack
    }
}

/// One thing that is wrong with the rules.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ailment {
    /// The kind of fault.
    pub check: Check,
    /// The rule, where it is one's.
    pub rule: Option<String>,
    /// Says what is wrong, where, and what to do.
    pub problem: Problem,
}

/// A path that a rule says to write instead.
#[derive(Debug, Clone)]
pub struct NamedReplacement {
    /// The rule.
    pub rule: usize,
    /// The full path.
    pub pattern: SymbolPattern,
}

/// Tells what examining needs.
#[derive(Clone, Copy)]
pub struct Examined<'e> {
    /// The rules.
    pub rules: &'e RuleSet,
    /// The findings, after triage.
    pub findings: &'e Findings,
    /// The fixes that are planned for them.
    pub fixes: &'e [PlannedFix],
    /// The replacements of the rules that the tree neither has nor takes from a library.
    pub missing: &'e [NamedReplacement],
    /// Packs whose libraries the program imports, with the number of files that do.
    pub packs: &'e [(&'static str, usize)],
}

/// Lists what the rules that are on say to write instead, each as a full path of its language.
#[must_use]
pub fn replacements(rules: &RuleSet) -> Vec<NamedReplacement> {
    let mut found = Vec::new();
    for (at, rule) in rules.rules.iter().enumerate() {
        let mut paths: BTreeSet<(Language, String)> =
            rule.use_instead.all().map(|(language, path)| (language, path.to_owned())).collect();
        for new in rule.rename.values() {
            // A bare new name is one of the module of `use-instead`.
            let languages = || lang::of_symbol(new).next();
            match languages() {
                Some(language) => drop(paths.insert((language, new.clone()))),
                None => {
                    let joined =
                        rule.use_instead.all().map(|(it, base)| (it, format!("{base}{}{new}", it.separator())));
                    paths.extend(joined.collect::<Vec<_>>());
                }
            }
        }
        for (language, path) in paths {
            if let Ok(pattern) = SymbolPattern::parse(&path, language, rule.origin.clone()) {
                found.push(NamedReplacement { rule: at, pattern });
            }
        }
    }
    found
}

/// Examines the rules; the gravest faults come first.
#[must_use]
pub fn examine(examined: &Examined<'_>) -> Vec<Ailment> {
    let mut found = examined.contradictions();
    found.extend(examined.banned_replacements());
    found.extend(examined.missing.iter().map(|it| examined.missing_replacement(it)));
    found.extend(examined.refuted());
    let dead = examined.findings.problems.iter().filter(|it| it.kind == ProblemKind::DeadEntry);
    found.extend(dead.map(|it| Ailment { check: Check::DeadEntry, rule: None, problem: it.clone() }));
    found.extend(examined.idle_exemptions());
    found.extend(examined.idle_suppressions());
    found.extend(examined.fitting_packs());
    found.sort();
    found.dedup();
    found
}

impl Examined<'_> {
    /// Finds canonical symbols that are banned, and bans that say two things to write.
    fn contradictions(&self) -> Vec<Ailment> {
        let mut found = Vec::new();
        for (source, pattern) in self.rules.sources.iter().flat_map(|it| it.canonical.iter().map(move |one| (it, one)))
        {
            let Some(path) = pattern.literal() else { continue };
            for rule in self
                .rules
                .rules
                .iter()
                .filter(|rule| bans(rule, pattern.language, &path))
                .filter(|rule| rule.within.meets(&source.within))
            {
                let message = format!(
                    "`{}` is canonical for source `{}`, and rule `{}` bans it ({})",
                    pattern.text,
                    source.id,
                    rule.id,
                    rule.origin.place()
                );
                let help = "a banned symbol is never canonical: take it out of one of the two";
                found.push(ailment(Check::Contradiction, rule, &pattern.origin, message, help));
            }
        }
        for (at, one) in self.rules.rules.iter().enumerate() {
            for other in self.rules.rules[at + 1..]
                .iter()
                .filter(|other| other.kind == one.kind && other.within.meets(&one.within))
            {
                found.extend(two_replacements(one, other));
            }
        }
        found
    }

    fn banned_replacements(&self) -> Vec<Ailment> {
        let mut found = Vec::new();
        for replacement in replacements(self.rules) {
            let rule = &self.rules.rules[replacement.rule];
            let pattern = &replacement.pattern;
            let Some(path) = pattern.literal() else { continue };
            // What two rules of packs say of each other is nothing that the project could mend.
            let blamed = |other: &&Rule| !(rule.origin.pack && other.origin.pack) && other.within.meets(&rule.within);
            for other in self.rules.rules.iter().filter(blamed).filter(|it| bans(it, pattern.language, &path)) {
                let by = if other.id == rule.id { "it" } else { &*other.id };
                let message =
                    format!("rule `{}` says to use `{}` instead, which `{by}` bans itself", rule.id, pattern.text);
                let help = format!("name another replacement, or take it out of `ban` ({})", other.origin.place());
                found.push(ailment(Check::BannedReplacement, rule, &rule.origin, message, &help));
            }
        }
        found
    }

    fn missing_replacement(&self, missing: &NamedReplacement) -> Ailment {
        let rule = &self.rules.rules[missing.rule];
        let message =
            format!("rule `{}` says to use `{}` instead, which does not exist", rule.id, missing.pattern.text);
        let help = "correct `use-instead` or `rename`";
        ailment(Check::MissingReplacement, rule, &rule.origin, message, help)
    }

    /// Finds uses that the replacement of an import does not bear: each fault once for a rule, with the first place.
    fn refuted(&self) -> Vec<Ailment> {
        let mut places: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
        let refuting = |fix: &&PlannedFix| {
            fix.applicability == Applicability::Manual && fix.violation.kind == Some(RuleKind::Import)
        };
        for fix in self.fixes.iter().filter(refuting) {
            // The first is the gravest; what only is not known refutes nothing, and comes after it.
            let first = fix.failures.first().filter(|failure| failure.guarantee == Guarantee::Fits);
            let Some((failure, (path, line))) = first.and_then(|it| Some((it, it.place.as_ref()?))) else { continue };
            let of_rule = places.entry((&fix.violation.rule, &failure.sentence)).or_default();
            of_rule.push(format!("{path}:{line}"));
        }
        let refuted = places.into_iter().filter_map(|((id, sentence), mut places)| {
            let rule = self.rules.rules.iter().find(|rule| *rule.id == *id)?;
            places.sort();
            places.dedup();
            let first = places.first()?;
            let more = if places.len() > 1 { format!(" and {} more", places.len() - 1) } else { String::new() };
            let message = format!("what rule `{id}` says to use instead does not fit: {first}{more} {sentence}");
            let help = "name another replacement, map `members`, or say `fix = \"off\"`";
            Some(ailment(Check::RefutedReplacement, rule, &rule.origin, message, help))
        });
        refuted.collect()
    }

    fn idle_exemptions(&self) -> Vec<Ailment> {
        let dead: BTreeSet<(&str, u32, u32)> = self
            .findings
            .problems
            .iter()
            .filter(|it| it.kind == ProblemKind::DeadEntry)
            .map(|it| (&*it.path, it.line, it.column))
            .collect();
        let mut found = Vec::new();
        for rule in &self.rules.rules {
            for exemption in rule.allow_in.iter().filter(|it| !it.path.origin.pack) {
                // The forms of a rule in several directories share the entry.
                let covers = |it: &Violation| it.rule == rule.id && exemption.path.matches(&it.path);
                let help = "take the entry out: what it allowed is gone";
                let message = format!("`{}` exempts nothing from rule `{}`", exemption.path.text, rule.id);
                let idle = ailment(Check::IdleExemption, rule, &exemption.path.origin, message, help);
                let place = (&*idle.problem.path, idle.problem.line, idle.problem.column);
                if !self.findings.exempted.iter().any(covers) && !dead.contains(&place) {
                    found.push(idle);
                }
            }
        }
        found
    }

    fn idle_suppressions(&self) -> Vec<Ailment> {
        let [_, unused] = BUILT_IN_RULES;
        let idle = self.findings.violations.iter().filter(|it| *it.rule == *unused);
        let ailments = idle.map(|it| Ailment {
            check: Check::IdleSuppression,
            rule: None,
            problem: Problem {
                line: it.start.line,
                column: it.start.column,
                ..Problem::whole_file(ProblemSeverity::Warning, ProblemKind::Note, &it.path, it.message.clone())
                    .with_help("remove the comment")
            },
        });
        ailments.collect()
    }

    fn fitting_packs(&self) -> Vec<Ailment> {
        let used = |pack: &str| self.rules.files.iter().any(|file| file.name.strip_prefix("pack:") == Some(pack));
        let fitting = self.packs.iter().filter(|(pack, _)| !used(pack));
        let hints = fitting.map(|(pack, files)| {
            let files = if *files == 1 { "1 file imports".to_owned() } else { format!("{files} files import") };
            let message = format!("the built-in pack `{pack}` is not used: {files} what it knows");
            let problem = Problem::whole_file(ProblemSeverity::Warning, ProblemKind::Note, "", message);
            let help = format!("`extends = [\"{pack}\"]` adds it; `ssot rules --packs` lists its rules");
            Ailment { check: Check::FittingPack, rule: None, problem: problem.with_help(help) }
        });
        hints.collect()
    }
}

/// Returns true if code that writes a path breaks a rule: it names the path itself or, for an import, something around it.
fn bans(rule: &Rule, language: Language, path: &[Name]) -> bool {
    let mut patterns =
        rule.ban.iter().filter(|it| it.language == language && rule.language.is_none_or(|it| it == language));
    match rule.kind {
        RuleKind::Import => patterns.any(|it| it.matches_prefix(path).is_some()),
        RuleKind::Construct | RuleKind::Reference => patterns.any(|it| it.matches(path)),
        _ => false,
    }
}

/// Finds a symbol that two rules of one kind ban and for which each names another replacement.
fn two_replacements(one: &Rule, other: &Rule) -> Option<Ailment> {
    let shared = one.ban.iter().find(|pattern| {
        let replaced = |rule: &Rule| rule.use_instead.for_language(pattern.language).map(str::to_owned);
        let differ = matches!((replaced(one), replaced(other)), (Some(a), Some(b)) if a != b);
        differ && other.ban.iter().any(|it| it.language == pattern.language && it.segments == pattern.segments)
    })?;
    let message =
        format!("rules `{}` and `{}` ban `{}` and say to use different things", one.id, other.id, shared.text);
    let help = format!("let one of them ban it; the other is at {}", other.origin.place());
    Some(ailment(Check::Contradiction, one, &shared.origin, message, &help))
}

fn ailment(check: Check, rule: &Rule, origin: &Origin, message: String, help: &str) -> Ailment {
    let severity = if check < Check::DeadEntry { ProblemSeverity::Error } else { ProblemSeverity::Warning };
    let problem = Problem::at(severity, ProblemKind::Config, &origin.file, &origin.text, origin.span, message);
    Ailment { check, rule: Some(rule.id.to_string()), problem: problem.with_help(help) }
}
