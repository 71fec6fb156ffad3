//! Choosing rules on the command line.
//!
//! In: ids, in which `*` stands for any run of characters. Out: the rule set with the others switched off.

use crate::problem::{Problem, ProblemKind, ProblemSeverity};

use super::complaint::help;
use super::pattern::wildcard_matches;
use super::shape::quoted;
use super::{BUILT_IN_RULES, RuleSet, Source};

impl RuleSet {
    /// Returns the sources of rules that are on and that declare no owner: with an inferred one the same code could have
    /// other violations tomorrow.
    pub fn undeclared_sources(&self) -> impl Iterator<Item = &Source> {
        let in_use = |source: usize| self.rules.iter().any(|rule| rule.source.0 == source);
        let used = self.sources.iter().enumerate().filter(move |(at, _)| in_use(*at)).map(|(_, source)| source);
        used.filter(|source| !source.owners_declared && !source.canonical_declared)
    }

    /// Leaves only rules on that `select` names (all if it is empty) and `ignore` does not; the others become disabled.
    /// The rules of the program itself ([`BUILT_IN_RULES`]) may be named; ask [`is_selected`] for them.
    ///
    /// # Errors
    /// A problem for each entry that names no rule, or only rules that are switched off. The set is then unchanged.
    pub fn select(&mut self, select: &[String], ignore: &[String]) -> Result<(), Vec<Problem>> {
        let problems: Vec<Problem> = [("--select", select), ("--ignore", ignore)]
            .into_iter()
            .flat_map(|(flag, entries)| entries.iter().map(move |entry| (flag, entry)))
            .filter_map(|(flag, entry)| self.unknown(flag, entry))
            .collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        let (on, off) = self.rules.drain(..).partition(|rule| is_selected(&rule.id, select, ignore));
        self.rules = on;
        self.disabled.extend::<Vec<_>>(off);
        Ok(())
    }

    fn unknown(&self, flag: &str, entry: &str) -> Option<Problem> {
        let problem = |message: String, help: String| {
            let whole = Problem::whole_file(ProblemSeverity::Error, ProblemKind::Config, "", message);
            Some(whole.with_help(help))
        };
        let on = self.rules.iter().map(|rule| &*rule.id).chain(BUILT_IN_RULES);
        if on.clone().any(|id| wildcard_matches(entry, id)) {
            return None;
        }
        if let Some(off) = self.disabled.iter().find(|rule| wildcard_matches(entry, &rule.id)) {
            // To ignore what is off already is what was asked for.
            if flag == "--ignore" {
                return None;
            }
            let help = format!("`enabled` or `severity` of rule `{}` in the rules file switches it off", off.id);
            return problem(format!("{flag} {entry}: that rule is switched off"), help);
        }
        let known: Vec<&str> = on.collect();
        let otherwise = format!("rules are {}; `*` stands for any characters", quoted(&known));
        problem(format!("{flag} {entry}: there is no such rule"), help(entry, &known, &otherwise))
    }
}

/// The choice of rules on the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleFilter {
    /// Ids of the only rules to apply; all if there are none.
    pub select: Vec<String>,
    /// Ids of rules not to apply.
    pub ignore: Vec<String>,
}

impl RuleFilter {
    /// Tells whether a rule with this id stays on.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        is_selected(id, &self.select, &self.ignore)
    }
}

/// Tells whether a rule with this id stays on.
#[must_use]
pub fn is_selected(id: &str, select: &[String], ignore: &[String]) -> bool {
    let named = |entries: &[String]| entries.iter().any(|entry| wildcard_matches(entry, id));
    (select.is_empty() || named(select)) && !named(ignore)
}
