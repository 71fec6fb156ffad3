//! Compares what was found with what a scenario expects.
//!
//! In: findings and expectations. Out: one line for each difference, with the place in the page, and the known gaps.

use std::collections::{BTreeMap, BTreeSet};

use ssot::findings::{Findings, Rival, UnresolvedReason};
use ssot::problem::{Problem, ProblemKind};
use ssot::rule::RuleSet;
use ssot::tree::Tree;
use ssot::violation::Violation;

use super::expect::{Expectations, ExpectedScore, Marked, Todo};
use super::page::Scenario;

/// The result of one scenario.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Differences: page line and what is wrong.
    pub failures: Vec<(usize, String)>,
    /// Known gaps that are still there: page line.
    pub todo: Vec<usize>,
}

/// Compares everything.
#[must_use]
pub fn compare(scenario: &Scenario, tree: &Tree, rules: &RuleSet, findings: &Findings) -> Outcome {
    let mut outcome = Outcome::default();
    let expected = &scenario.expected;
    violations(scenario, &findings.violations, &mut outcome);
    sources(expected, tree, rules, findings, &mut outcome.failures);
    exempted(expected, &findings.exempted, &mut outcome.failures);
    unresolved(scenario, findings, &mut outcome);
    implementations(scenario, &findings.rivals, &mut outcome.failures);
    problems(scenario, &findings.problems, &mut outcome.failures);
    outcome.failures.sort();
    outcome
}

fn violations(scenario: &Scenario, found: &[Violation], outcome: &mut Outcome) {
    let mut left: Vec<&Violation> = found.iter().collect();
    let mut near = Vec::new();
    for marked in &scenario.expected.marked {
        let at = left.iter().position(|violation| mismatch(marked, violation).is_none());
        match (at, marked.todo) {
            (Some(at), Todo::No) => drop(left.remove(at)),
            (Some(at), Todo::Silent) => {
                left.remove(at);
                outcome.todo.push(marked.page_line);
            }
            (None, Todo::Missing) => outcome.todo.push(marked.page_line),
            (Some(at), Todo::Missing) => {
                left.remove(at);
                outcome.failures.push((marked.page_line, "this todo holds now: take the mark off".to_owned()));
            }
            (None, Todo::Silent) => {
                outcome.failures.push((marked.page_line, "this is silent now: take the comment off".to_owned()));
            }
            (None, Todo::No) => near.push(marked),
        }
    }
    for marked in near {
        let same =
            |v: &&Violation| *v.path == *marked.path && v.start.line as usize == marked.line && *v.rule == *marked.rule;
        let message = match left.iter().position(same) {
            Some(at) => {
                let violation = left.remove(at);
                format!("expected {}, but {}", show_marked(marked), mismatch(marked, violation).unwrap_or_default())
            }
            None => format!("expected and not reported: {}", show_marked(marked)),
        };
        outcome.failures.push((marked.page_line, message));
    }
    for violation in left {
        let page_line = page_line(scenario, &violation.path, violation.start.line as usize);
        outcome.failures.push((page_line, format!("reported and not expected: {}", show(violation))));
    }
}

fn page_line(scenario: &Scenario, path: &str, line: usize) -> usize {
    let file = scenario.files.iter().find(|file| file.path == path);
    file.map_or(scenario.page_line, |file| file.page_line + line - 1)
}

/// The first respect in which the violation is not the expected one.
fn mismatch(marked: &Marked, violation: &Violation) -> Option<String> {
    if marked.path != *violation.path || marked.line != violation.start.line as usize || *marked.rule != *violation.rule
    {
        return Some("it is another place or rule".to_owned());
    }
    if marked.severity != violation.severity.name() {
        return Some(format!("the severity is {}", violation.severity.name()));
    }
    if !marked.symbols.contains(&violation.symbol) {
        return Some(format!("the symbol is {}", violation.symbol));
    }
    marked.qualifiers.iter().find_map(|(key, want)| {
        let have = quality(key, violation);
        let holds = if key == "via" { have.split(' ').any(|step| step == want) } else { have == *want };
        (!holds).then(|| format!("{key} is `{have}`"))
    })
}

fn quality(key: &str, violation: &Violation) -> String {
    match key {
        "col" => violation.start.column.to_string(),
        "end" => format!("{}:{}", violation.end.line, violation.end.column),
        "form" => violation.form.name().to_owned(),
        "confidence" => violation.confidence.name().to_owned(),
        "context" => violation.context.name().to_owned(),
        "scope" if violation.scope.is_empty() => "-".to_owned(),
        "scope" => violation.scope.clone(),
        "written" => violation.written.split_whitespace().collect(),
        "points" => thousandths(violation.points),
        _ => violation.via.iter().map(|step| format!("{}:{}", step.path, step.line)).collect::<Vec<_>>().join(" "),
    }
}

fn show_marked(marked: &Marked) -> String {
    let mut text = format!("{}: [{}] {}", marked.severity, marked.rule, marked.symbols.join("|"));
    for (key, value) in &marked.qualifiers {
        text.push_str(&format!(" {key}={value}"));
    }
    text
}

fn show(violation: &Violation) -> String {
    let mut text = format!("{}: [{}] {}", violation.severity.name(), violation.rule, violation.symbol);
    for key in ["col", "form", "confidence", "context", "scope", "via"] {
        text.push_str(&format!(" {key}={}", quality(key, violation)));
    }
    text
}

fn sources(
    expected: &Expectations,
    tree: &Tree,
    rules: &RuleSet,
    findings: &Findings,
    failures: &mut Vec<(usize, String)>,
) {
    let index = |id: &str| rules.sources.iter().position(|source| &*source.id == id);
    let known = |id: &str| index(id).and_then(|at| findings.sources.get(at));
    for score in &expected.scores {
        let Some(source) = known(&score.source) else {
            failures.push((score.page_line, format!("no source {}", score.source)));
            continue;
        };
        let files: BTreeSet<_> = source.adopters.iter().map(|adopter| adopter.file).collect();
        let of_source = findings.violations.iter().filter(|v| v.source.as_deref() == Some(score.source.as_str()));
        let debt = of_source.map(|violation| violation.points).sum();
        let debt = if source.candidates.is_some() { 0 } else { debt };
        if let Some(message) = score_difference(score, files.len() as u64, debt) {
            failures.push((score.page_line, message));
        }
    }
    for list in &expected.lists {
        let Some(source) = known(&list.source) else {
            failures.push((list.page_line, format!("no source {}", list.source)));
            continue;
        };
        let shown = |file: ssot::source::FileId| tree.file(file).path.to_string();
        let mut have: Vec<String> = match list.what.as_str() {
            "owners" => source.owners.iter().copied().map(shown).collect(),
            "candidates" => source.candidates.iter().flatten().map(|it| it.path.to_string()).collect(),
            "names" => source.inferred_owner.iter().flat_map(|it| it.names.clone()).collect(),
            _ => source.adopters.iter().map(|adopter| shown(adopter.file)).collect(),
        };
        have.sort();
        if have != list.paths {
            failures.push((list.page_line, format!("the {} are {have:?}", list.what)));
        }
    }
    for inferred in &expected.inferred {
        let have = known(&inferred.source).and_then(|source| source.inferred_owner.as_ref());
        let path = have.map(|owner| owner.path.to_string());
        let users = have.map(|owner| owner.users);
        if path != inferred.path || (inferred.users.is_some() && users != inferred.users) {
            failures.push((inferred.page_line, format!("the inferred owner is {path:?} with users {users:?}")));
        }
    }
}

/// The formula of docs/design.md section 6, written here a second time on purpose.
fn score_difference(expected: &ExpectedScore, adopters: u64, debt: u64) -> Option<String> {
    let used = 2000 * adopters;
    let value = match (10_000 * used).checked_div(used + debt) {
        Some(hundredths) => format!("{}.{:02}", hundredths / 100, hundredths % 100),
        None => "unmeasured".to_owned(),
    };
    let same = value == expected.value
        && expected.adopters.is_none_or(|want| want == adopters)
        && expected.debt.as_ref().is_none_or(|want| *want == thousandths(debt));
    (!same).then(|| format!("the score is {value} adopters={adopters} debt={}", thousandths(debt)))
}

fn thousandths(number: u64) -> String {
    let text = format!("{}.{:03}", number / 1000, number % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn exempted(expected: &Expectations, found: &[Violation], failures: &mut Vec<(usize, String)>) {
    if let Some((count, page_line)) = expected.exempted_count
        && count != found.len()
    {
        let shown: Vec<String> = found.iter().map(show).collect();
        failures.push((page_line, format!("{} places are exempted: {shown:?}", found.len())));
    }
    for (path, line, rule, page_line) in &expected.exempted {
        if !found.iter().any(|v| *v.path == **path && v.start.line as usize == *line && *v.rule == **rule) {
            failures.push((*page_line, format!("{path}:{line} is not exempted from {rule}")));
        }
    }
}

fn reason_word(reason: UnresolvedReason) -> &'static str {
    match reason {
        UnresolvedReason::ComputedAttribute => "computed-attribute",
        UnresolvedReason::ComputedImport => "computed-import",
        UnresolvedReason::MissingName => "missing-name",
        UnresolvedReason::TooLong => "too-long",
    }
}

fn unresolved(scenario: &Scenario, findings: &Findings, outcome: &mut Outcome) {
    let Some(expected) = &scenario.expected.unresolved else { return };
    let mut left: BTreeMap<(String, usize, &str), usize> = BTreeMap::new();
    for item in &findings.unresolved {
        *left.entry((item.path.to_string(), item.line as usize, reason_word(item.reason))).or_default() += 1;
    }
    for item in expected {
        let found = left.iter_mut().find(|((path, line, reason), count)| {
            *path == item.path && *line == item.line && *reason == item.reason && **count > 0
        });
        match found {
            Some((_, count)) if !item.todo => *count -= 1,
            Some((_, count)) => {
                *count -= 1;
                outcome.failures.push((item.page_line, "this todo holds now: take the mark off".to_owned()));
            }
            None if item.todo => outcome.todo.push(item.page_line),
            None => outcome.failures.push((item.page_line, format!("not counted as unresolved: {item:?}"))),
        }
    }
    for ((path, line, reason), _) in left.iter().filter(|(_, count)| **count > 0) {
        outcome
            .failures
            .push((page_line(scenario, path, *line), format!("counted as unresolved: {path}:{line} {reason}")));
    }
}

fn implementations(scenario: &Scenario, found: &[Rival], failures: &mut Vec<(usize, String)>) {
    let Some(expected) = &scenario.expected.implementations else { return };
    let mut left: Vec<Vec<String>> = found.iter().map(words_of).collect();
    for (page_line, words) in expected {
        let near = left.iter().position(|have| have[..2] == words[..2]);
        match near.map(|at| left.remove(at)) {
            Some(have) => {
                let wrong: Vec<&String> = words.iter().filter(|word| !have.contains(word)).collect();
                if !wrong.is_empty() {
                    failures.push((*page_line, format!("{wrong:?} is not so: {}", have.join(" "))));
                }
            }
            None => failures.push((*page_line, format!("no such implementation: {}", words.join(" ")))),
        }
    }
    for have in left {
        failures.push((scenario.page_line, format!("implementation not expected: {}", have.join(" "))));
    }
}

fn words_of(rival: &Rival) -> Vec<String> {
    vec![
        rival.role.name().to_owned(),
        rival.symbol.clone(),
        format!("wraps={}", rival.wraps.join(",")),
        format!("shared={}", rival.shared_methods.join(",")),
        format!("of={}", rival.canonical_methods),
        format!("importers={}", rival.importers),
    ]
}

fn kind_word(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Config => "config",
        ProblemKind::DeadEntry => "dead",
        ProblemKind::Read => "read",
        ProblemKind::Parse => "parse",
        ProblemKind::Note => "note",
    }
}

/// One expected parse problem stands for all of its file: how many a parser has is its own matter.
fn problems(scenario: &Scenario, found: &[Problem], failures: &mut Vec<(usize, String)>) {
    let mut left: Vec<&Problem> = found.iter().collect();
    for item in scenario.expected.problems.iter().flatten() {
        let at = left.iter().position(|problem| {
            kind_word(problem.kind) == item.kind
                && item.path.as_ref().is_none_or(|path| **path == *problem.path)
                && item.line.is_none_or(|line| line == problem.line as usize)
                && problem.message.contains(&item.text)
        });
        match at {
            Some(at) => {
                let path = &left.remove(at).path;
                left.retain(|problem| item.kind != "parse" || problem.path != *path);
            }
            None => failures.push((item.page_line, format!("no such problem: {item:?}"))),
        }
    }
    let strict = scenario.expected.problems.is_some();
    for problem in left {
        let harmless = matches!(problem.kind, ProblemKind::DeadEntry | ProblemKind::Note);
        if strict || !harmless {
            let place = format!("{} {}:{}:{}", kind_word(problem.kind), problem.path, problem.line, problem.column);
            failures.push((scenario.page_line, format!("problem not expected: {place} {}", problem.message)));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ssot::rule::Severity;
    use ssot::source::{FileId, Position, Span};
    use ssot::violation::{Advice, Confidence, Context, Form, State};

    use super::super::page::Page;
    use super::*;

    fn violation(line: u32, column: u32, symbol: &str) -> Violation {
        Violation {
            advice: Advice::default(),
            rule: "r".into(),
            source: Some("s".into()),
            kind: None,
            severity: Severity::Error,
            confidence: Confidence::High,
            points: 2000,
            file: FileId(0),
            path: Arc::from("a.py"),
            span: Span::default(),
            statement: Span::default(),
            start: Position { line, column },
            end: Position { line, column },
            symbol: symbol.to_owned(),
            written: String::new(),
            form: Form::Direct,
            scope: String::new(),
            context: Context::Runtime,
            via: Vec::new(),
            message: String::new(),
            use_instead: None,
            fingerprint: String::new(),
            state: State::New,
            reason: None,
        }
    }

    fn outcome(code: &str, found: Vec<Violation>) -> Outcome {
        let page = Page::parse("p.md", &format!("## s\n```python path=a.py\n{code}\n```\n")).unwrap();
        let findings = Findings { violations: found, ..Findings::default() };
        compare(&page.scenarios[0], &Tree::default(), &RuleSet::default(), &findings)
    }

    #[test]
    fn equal_sets_pass_and_every_difference_fails() {
        let code = "f()  # error: [r] m.f col=3 form=direct";
        assert!(outcome(code, vec![violation(1, 3, "m.f")]).failures.is_empty());
        assert!(outcome(code, vec![]).failures[0].1.contains("not reported"));
        assert!(outcome(code, vec![violation(1, 3, "m.g")]).failures[0].1.contains("the symbol is m.g"));
        assert!(outcome(code, vec![violation(1, 4, "m.f")]).failures[0].1.contains("col is `4`"));
        let twice = outcome(code, vec![violation(1, 3, "m.f"), violation(1, 3, "m.f")]);
        assert!(twice.failures[0].1.contains("reported and not expected"));
        assert_eq!(outcome("f()", vec![violation(1, 3, "m.f")]).failures[0].0, 3);
    }

    #[test]
    fn a_known_gap_is_counted_until_it_closes() {
        let code = "f()  # todo error: [r] m.f";
        assert_eq!(outcome(code, vec![]).todo, [3]);
        assert!(outcome(code, vec![violation(1, 3, "m.f")]).failures[0].1.contains("take the mark off"));
        let code = "f()  # todo silent error: [r] m.f";
        assert_eq!(outcome(code, vec![violation(1, 3, "m.f")]).todo, [3]);
        assert!(outcome(code, vec![]).failures[0].1.contains("silent now"));
    }

    #[test]
    fn the_score_is_floored_to_two_decimals() {
        let expected = |value: &str| ExpectedScore {
            source: "s".into(),
            value: value.into(),
            adopters: None,
            debt: None,
            page_line: 1,
        };
        assert_eq!(score_difference(&expected("66.66"), 1, 1000), None);
        assert_eq!(score_difference(&expected("unmeasured"), 0, 0), None);
        assert_eq!(score_difference(&expected("0.00"), 0, 2000), None);
        assert!(score_difference(&expected("66.67"), 1, 1000).is_some());
        assert_eq!(thousandths(1500), "1.5");
    }
}
