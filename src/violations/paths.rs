//! Violations of rules of kind `path`.
//!
//! In: the rules and the tree. Out: a violation at the head of each file that must not exist, and one for each pattern
//! that no file has though it must, under the path that the pattern itself is.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::detect::path::{PathHit, paths};
use crate::findings::{FileText, Findings};
use crate::lang::of_bare_names;
use crate::resolve::Project;
use crate::rule::{RuleSet, Severity};
use crate::selection::{Loader, is_test};
use crate::source::{FileId, LineIndex, Position, Span};
use crate::violation::{Advice, Confidence, Context, Form, State, Violation};

/// Loads the files that must not exist: a baseline wants to see what they hold.
pub fn load(loader: &mut Loader<'_>, rules: &RuleSet) {
    let files: BTreeSet<FileId> = paths(rules, loader.project.tree).iter().filter_map(|hit| hit.file).collect();
    loader.load(&files);
}

/// Adds what the rules say of the files of the tree; owners and exempt files are heeded as elsewhere.
pub(super) fn violations(project: &Project<'_>, rules: &RuleSet, findings: &mut Findings) {
    let tree = project.tree;
    for hit in paths(rules, tree) {
        let rule = &rules.rules[hit.rule.0];
        let source = &rules.sources[rule.source.0];
        let path: Arc<str> =
            hit.file.map_or_else(|| hit.pattern.text.as_str().into(), |it| Arc::clone(&tree.file(it).path));
        if hit.file.is_some() && source.owners.iter().any(|owner| owner.matches(&path)) {
            continue;
        }
        let test = hit.file.is_some_and(|file| is_test(project, rules, file));
        let Some(violation) = violation(rules, &hit, path, test) else { continue };
        match rule.allow_in.iter().find(|entry| entry.path.matches(&violation.path)) {
            Some(entry) => findings.exempted.push(Violation { reason: Some(entry.reason.clone()), ..violation }),
            None => {
                keep_text(project, findings, &violation);
                findings.violations.push(violation);
            }
        }
    }
}

/// Keeps what a baseline reads of the file of a violation; of a file that is missing that is nothing.
fn keep_text(project: &Project<'_>, findings: &mut Findings, violation: &Violation) {
    let file = violation.file;
    if findings.texts.iter().any(|text| text.file == file) {
        return;
    }
    let loaded = project.loaded(file);
    let text = loaded.map_or_else(|| Arc::from(""), |loaded| Arc::clone(&loaded.text));
    findings.texts.push(FileText {
        file,
        path: Arc::clone(&violation.path),
        language: loaded.map_or_else(of_bare_names, |_| project.tree.file(file).language),
        lines: LineIndex::default(),
        text,
        comments: loaded.map(|loaded| loaded.facts.comments.clone()).unwrap_or_default(),
    });
    findings.texts.sort_by_key(|text| text.file);
}

fn violation(rules: &RuleSet, hit: &PathHit<'_>, path: Arc<str>, test: bool) -> Option<Violation> {
    let rule = &rules.rules[hit.rule.0];
    let severity = rule.severity_at(&path, test);
    let pattern = &hit.pattern.text;
    let message = match hit.file {
        None if pattern.contains(['*', '?', '[', '{']) => format!("no file matches `{pattern}`, and one must"),
        None => format!("`{pattern}` must exist, and does not"),
        Some(_) if **pattern == *path => format!("`{path}` must not exist"),
        Some(_) => format!("`{path}` must not exist: it matches `{pattern}`"),
    };
    let start = Position { line: 1, column: 1 };
    (severity != Severity::Off).then(|| Violation {
        rule: Arc::clone(&rule.id),
        source: Some(Arc::clone(&rules.sources[rule.source.0].id)),
        kind: Some(rule.kind),
        severity,
        confidence: Confidence::High,
        points: severity.points() * u64::from(rule.weight),
        file: hit.file.unwrap_or(FileId::ABSENT),
        span: Span::default(),
        statement: Span::default(),
        start,
        end: start,
        message,
        symbol: path.to_string(),
        written: path.to_string(),
        path,
        form: Form::Direct,
        scope: String::new(),
        context: if test { Context::Test } else { Context::Runtime },
        via: Vec::new(),
        use_instead: None,
        advice: Advice::default(),
        fingerprint: String::new(),
        state: State::New,
        reason: None,
    })
}
