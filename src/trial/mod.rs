//! Trying rules: whether their examples do as they say, and which disguises of what they ban they see through.
//!
//! In: rules. Out: a [`TrialReport`]. Analyses small projects in memory, in which no file owns or is exempt; the project itself
//! plays no part, so that its modules count as any library's.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::analysis::{AnalysisOptions, analyse};
use crate::findings::Findings;
use crate::lang;
use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::rule::subtree::is_below;
use crate::rule::{Origin, Rule, RuleKind, RuleSet, Subtree, WithOrigin};
use crate::source::{Language, Span};
use crate::tree::{MemoryTexts, Tree};

mod evasions;

pub use evasions::{EvadedRule, EvadedWay, Evasion, evaded, evasions};

/// The outcome of trying rules.
#[derive(Debug, Clone, Default)]
pub struct TrialReport {
    /// Every example, in the order of the rules.
    pub examples: Vec<TriedExample>,
    /// The rules that have none.
    pub without: Vec<Arc<str>>,
    /// Every way to evade every ban; none where they were not asked for.
    pub evasions: Option<Vec<Evasion>>,
}

impl TrialReport {
    /// Returns the examples that do not do as they say.
    pub fn wrong(&self) -> impl Iterator<Item = &TriedExample> {
        self.examples.iter().filter(|example| example.fault.is_some())
    }
}

/// An example that was run.
#[derive(Debug, Clone)]
pub struct TriedExample {
    /// The rule.
    pub rule: Arc<str>,
    /// It is to break the rule.
    pub bad: bool,
    /// The place in the rules file.
    pub origin: Origin,
    /// The fault in it; none if it does as it says.
    pub fault: Option<ExampleFault>,
}

/// A fault of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleFault {
    /// Says it in one sentence, without a final full stop.
    pub message: String,
    /// Says what to do.
    pub help: String,
}

impl TriedExample {
    /// Returns what is wrong with it as a problem at its place.
    #[must_use]
    pub fn problem(&self) -> Option<Problem> {
        let fault = self.fault.as_ref()?;
        let Origin { file, text, span, .. } = &self.origin;
        // The text of an example is long; its first line is enough to find it.
        let length = span.of(text).find('\n').and_then(|at| u32::try_from(at).ok());
        let span = Span::new(span.start, length.map_or(span.end, |length| span.start + length));
        let kind = ProblemKind::Config;
        Some(
            Problem::at(ProblemSeverity::Error, kind, file, text, span, fault.message.clone())
                .with_help(fault.help.clone()),
        )
    }
}

/// Runs the examples of the rules that are on.
#[must_use]
pub fn examples(rules: &RuleSet) -> TrialReport {
    let trials: BTreeMap<&str, RuleSet> =
        rules.rules.iter().map(|rule| &*rule.within.below).map(|below| (below, without_owners(rules, below))).collect();
    let all: Vec<(&Rule, &WithOrigin<String>, bool)> = rules
        .rules
        .iter()
        .filter(|rule| rule.has_own_words())
        .flat_map(|rule| {
            let bad = rule.examples_bad.iter().map(move |code| (rule, code, true));
            bad.chain(rule.examples_good.iter().map(move |code| (rule, code, false)))
        })
        .collect();
    let tried = all.par_iter().map(|(rule, code, bad)| TriedExample {
        rule: Arc::clone(&rule.id),
        bad: *bad,
        origin: code.origin.clone(),
        fault: trials.get(&*rule.within.below).and_then(|trial| fault(trial, rule, &code.value, *bad)),
    });
    let examples = tried.collect();
    let worded = rules.rules.iter().filter(|rule| rule.has_own_words());
    let bare = worded.filter(|rule| rule.examples_bad.is_empty() && rule.examples_good.is_empty());
    TrialReport { examples, without: bare.map(|rule| Arc::clone(&rule.id)).collect(), evasions: None }
}

/// The rules that hold in a directory, for a project in which nothing is an owner, inferred or declared, and no file is
/// exempt.
fn without_owners(rules: &RuleSet, directory: &str) -> RuleSet {
    let mut rules = rules.clone();
    rules.rules.retain(|rule| rule.within.holds(directory));
    rules.aliases.retain(|alias| is_below(directory, &alias.path.origin.base));
    rules.projects.clear();
    let everywhere = rules.rules.iter_mut().map(|rule| &mut rule.within);
    everywhere.chain(rules.sources.iter_mut().map(|source| &mut source.within)).for_each(|it| *it = Subtree::default());
    for source in &mut rules.sources {
        source.owners.clear();
        (source.owners_declared, source.canonical_declared) = (true, true);
    }
    for rule in rules.rules.iter_mut() {
        rule.allow_in.clear();
    }
    rules
}

/// Says what is wrong with an example.
fn fault(rules: &RuleSet, rule: &Rule, code: &str, bad: bool) -> Option<ExampleFault> {
    let fault = |message: String, help: &str| Some(ExampleFault { message, help: help.to_owned() });
    if rule.kind == RuleKind::Path {
        let message = format!("rule `{}` is of kind `{}` and has an example", rule.id, rule.kind.name());
        return fault(message, "such a rule judges which files there are, which no code can show: remove the example");
    }
    let language = match language_of(rule, code) {
        Ok(language) => language,
        Err(why) => {
            let message = format!("an example of rule `{}` cannot be parsed: {why}", rule.id);
            return fault(message, "an example is a whole file in a language of the rule");
        }
    };
    let path = format!("example.{}", language.0.extensions.first()?);
    let findings = analysed(rules, [(path, code.to_owned())].into());
    let own = findings.violations.iter().find(|it| it.rule == rule.id);
    match (bad, own) {
        (true, None) => {
            let others: Vec<String> = findings.violations.iter().map(|it| format!("`{}`", it.rule)).collect();
            let undecided = findings.unresolved.first().map(|it| format!("`{}`: {}", it.written, it.reason.describe()));
            let more = match (others.first(), undecided) {
                (Some(other), _) => format!("; it breaks {other}"),
                (None, Some(undecided)) => format!("; a use could not be decided, {undecided}"),
                (None, None) => String::new(),
            };
            let message = format!("this bad example of rule `{}` does not break it{more}", rule.id);
            fault(message, "correct the example, or what the rule bans")
        }
        (false, Some(found)) => {
            let message = format!(
                "this good example of rule `{}` breaks it in line {}: {}",
                rule.id, found.start.line, found.message
            );
            fault(message, "correct the example, or what the rule bans")
        }
        _ => None,
    }
}

/// Returns the language of an example: of those that the rule speaks of, the first in which it can be read.
fn language_of(rule: &Rule, code: &str) -> Result<Language, String> {
    let banned = |language: &Language| rule.ban.iter().any(|pattern| pattern.language == *language);
    let mut languages: Vec<Language> = match rule.language {
        Some(language) => vec![language],
        None => lang::languages().filter(banned).collect(),
    };
    if languages.is_empty() {
        languages = lang::languages().collect();
    }
    let text: Arc<str> = code.into();
    let mut why = String::new();
    for language in languages {
        let extension = language.0.extensions.first().copied().unwrap_or_default();
        let facts = lang::front_end(language).extract(&format!("example.{extension}"), &text);
        match facts.problems.first() {
            None => return Ok(language),
            Some(problem) if why.is_empty() => why = format!("as {}, {}", language.0.title, problem.message),
            Some(_) => {}
        }
    }
    Err(why)
}

/// Analyses files in memory.
fn analysed(rules: &RuleSet, files: BTreeMap<String, String>) -> Findings {
    let known = files.keys().filter_map(|path| Some((Arc::from(path.as_str()), lang::of_path(path.as_ref())?)));
    let tree = Tree::new(known.collect(), Vec::new(), Vec::new());
    let texts = MemoryTexts::new(files);
    analyse(&tree, &texts, rules, &AnalysisOptions::default())
}
