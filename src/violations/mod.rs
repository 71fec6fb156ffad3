//! Violations: hits of all files become violations with severity, place and chain.
//!
//! In: what the detectors found. Out: what is reported of each file ([`FileFindings`]), and of all together [`Findings`].
//! Owners are dropped here, exempt places set apart.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::detect::{FileHits, Hit, Use};
use crate::facts::{Comment, How, SyntaxProblem};
use crate::findings::{Adopter, FileText, Findings, SourceFindings, Unresolved};
use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::resolve::{ItemRef, LoadedFile, Project, Step};
use crate::rivals::Placed;
use crate::rule::{FileGlob, Rule, RuleIndex, RuleKind, RuleSet, Severity, SourceIndex};
use crate::selection::{Loader, is_test};
use crate::source::{FileId, LineIndex, Span};
use crate::tree::TreeFile;
use crate::violation::{Advice, Context, Form, State, Via, Violation};

mod paths;

pub use paths::load;

/// The findings of one file.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct FileFindings {
    /// Violations, in the order of the hits.
    pub violations: Vec<Violation>,
    /// Places that an `allow-in` entry exempts.
    pub exempted: Vec<Violation>,
    /// Places that are an owner's, and may do what the rule bans.
    pub owned: Vec<Violation>,
    /// The sources of which it uses a canonical symbol.
    pub adopted: Vec<(SourceIndex, Adopter)>,
    /// Uses that were not decided.
    pub unresolved: Vec<Unresolved>,
    /// Places that the parser could not make sense of.
    pub syntax: Vec<SyntaxProblem>,
    /// Its comments that contain the mark.
    pub comments: Vec<Comment>,
}

impl FileFindings {
    /// Gives every file that is named another number.
    pub fn renumber(&mut self, number: &dyn Fn(FileId) -> FileId) {
        for violation in self.violations.iter_mut().chain(&mut self.exempted).chain(&mut self.owned) {
            violation.file = number(violation.file);
            violation.via.iter_mut().for_each(|via| via.file = via.file.map(number));
        }
        self.adopted.iter_mut().for_each(|(_, adopter)| adopter.file = number(adopter.file));
    }
}

/// Returns the files that own each source, in the order of the sources.
#[must_use]
pub fn owners(project: &Project<'_>, rules: &RuleSet) -> Vec<BTreeSet<FileId>> {
    rules.sources.iter().map(|source| matching(project, &source.owners)).collect()
}

/// Returns what is reported of a file with these hits; `owners` are those of each source.
#[must_use]
pub fn collect(
    project: &Project<'_>,
    rules: &RuleSet,
    owners: &[BTreeSet<FileId>],
    file: FileId,
    hits: &FileHits,
) -> FileFindings {
    let Some(loaded) = project.loaded(file) else { return FileFindings::default() };
    let view = View { project, rules, file: project.tree.file(file), loaded, test: is_test(project, rules, file) };
    view.collect(hits, owners)
}

/// Returns the findings of a finished selection, in path, line, column, rule order.
#[must_use]
pub fn findings(
    loader: &Loader<'_>,
    rules: &RuleSet,
    found: Vec<(FileId, FileFindings)>,
    rivals: Vec<Placed>,
) -> Findings {
    let project = &loader.project;
    let of_source = |owners| SourceFindings { owners, ..SourceFindings::default() };
    let mut findings = Findings {
        sources: owners(project, rules).into_iter().map(of_source).collect(),
        problems: loader.unreadable().cloned().collect(),
        analysed: project.tree.files().iter().filter(|file| loader.counts_as_loaded(file.id)).count(),
        relevant: found.iter().map(|(file, _)| *file).collect(),
        ..Findings::default()
    };
    let shown = found.par_iter().filter(|(_, of_file)| !of_file.violations.is_empty() || !of_file.comments.is_empty());
    let texts = shown.filter_map(|(file, of_file)| file_text(project, *file, of_file.comments.clone()));
    findings.texts = texts.collect();
    for (file, of_file) in found {
        let FileFindings { violations, exempted, owned, adopted, unresolved, syntax, comments: _ } = of_file;
        if !syntax.is_empty() {
            findings.not_parsed.push(file);
            findings.problems.extend(syntax_problems(project, file, &syntax));
        }
        for (source, adopter) in adopted {
            findings.sources[source.0].adopters.push(adopter);
        }
        findings.violations.extend(violations);
        findings.exempted.extend(exempted);
        findings.owned.extend(owned);
        findings.unresolved.extend(unresolved);
    }
    implementations(project, rules, rivals, &mut findings);
    paths::violations(project, rules, &mut findings);
    let order = |v: &Violation| (v.file, v.start, Arc::clone(&v.rule), v.symbol.clone());
    findings.violations.sort_by_cached_key(order);
    findings.exempted.sort_by_cached_key(order);
    findings.owned.sort_by_cached_key(order);
    findings.unresolved.sort();
    findings.unresolved.dedup();
    findings
}

/// Adds the implementations of sources, and a violation for each rival of a rule that has more than it accepts.
fn implementations(project: &Project<'_>, rules: &RuleSet, rivals: Vec<Placed>, findings: &mut Findings) {
    let mut found: BTreeMap<RuleIndex, Vec<Violation>> = BTreeMap::new();
    for placed in rivals {
        let (file, rule) = (placed.rival.file, &rules.rules[placed.rule.0]);
        let Some(loaded) = project.load(file) else { continue };
        let view = View { project, rules, file: project.tree.file(file), loaded, test: is_test(project, rules, file) };
        let message = placed.rival.describe(&rules.sources[rule.source.0].title);
        let violation = placed.hit.and_then(|hit| view.violation(&hit, rule)).map(|it| Violation { message, ..it });
        if let Some(entry) = rule.allow_in.iter().find(|entry| entry.path.matches(&view.file.path)) {
            let reason = Some(entry.reason.clone());
            findings.exempted.extend(violation.map(|violation| Violation { reason, ..violation }));
            continue;
        }
        found.entry(placed.rule).or_default().extend(violation);
        if !findings.texts.iter().any(|text| text.file == file) {
            findings.texts.extend(file_text(project, file, loaded.facts.comments.clone()));
        }
        findings.rivals.push(placed.rival);
    }
    for (rule, violations) in found {
        if violations.len() > rules.rules[rule.0].parameters.limit as usize {
            findings.violations.extend(violations);
        }
    }
    findings.texts.sort_by_key(|text| text.file);
    findings.rivals.sort_by(|a, b| (a.file, a.line, a.column, &a.rule).cmp(&(b.file, b.line, b.column, &b.rule)));
}

/// The files of the tree that one of the globs names.
fn matching(project: &Project<'_>, globs: &[FileGlob]) -> BTreeSet<FileId> {
    if globs.is_empty() {
        return BTreeSet::new();
    }
    let files = project.tree.files().iter();
    files.filter(|file| globs.iter().any(|glob| glob.matches(&file.path))).map(|file| file.id).collect()
}

/// The text of a file for triage; none if it cannot be read (any more).
fn file_text(project: &Project<'_>, file: FileId, comments: Vec<Comment>) -> Option<FileText> {
    let entry = project.tree.file(file);
    let (text, lines) = match project.loaded(file) {
        Some(loaded) => (Arc::clone(&loaded.text), loaded.lines.clone()),
        None => (project.files.texts().read(&entry.path).ok()?, LineIndex::default()),
    };
    Some(FileText { file, path: Arc::clone(&entry.path), language: entry.language, text, lines, comments })
}

fn syntax_problems(project: &Project<'_>, file: FileId, syntax: &[SyntaxProblem]) -> Vec<Problem> {
    let Some(FileText { path, text, .. }) = file_text(project, file, Vec::new()) else { return Vec::new() };
    let problem = |problem: &SyntaxProblem| {
        let message = format!("syntax error: {}", problem.message);
        Problem::at(ProblemSeverity::Warning, ProblemKind::Parse, &path, &text, problem.span, message)
            .with_help("what could be read before and after the error was analysed")
    };
    syntax.iter().map(problem).collect()
}

/// One file while its hits are collected.
struct View<'v, 'a> {
    project: &'v Project<'a>,
    rules: &'v RuleSet,
    file: &'v TreeFile,
    loaded: &'v LoadedFile,
    test: bool,
}

impl View<'_, '_> {
    fn collect(&self, hits: &FileHits, owners: &[BTreeSet<FileId>]) -> FileFindings {
        let facts = &self.loaded.facts;
        let mut found = FileFindings {
            syntax: facts.problems.clone(),
            comments: facts.comments.clone(),
            ..FileFindings::default()
        };
        for hit in &hits.hits {
            let rule = &self.rules.rules[hit.rule.0];
            let owners = &owners[rule.source.0];
            // What a macro of an owner says is the owner's code, wherever it is called.
            let of_owner = |step: &Step| matches!(step, Step::Expanded { file, .. } if owners.contains(file));
            let Some(violation) = self.violation(hit, rule) else { continue };
            let source = &self.rules.sources[rule.source.0].id;
            let by_owner = match owners.contains(&self.file.id) {
                true => Some(format!("the file owns source `{source}`")),
                false => hit.steps.iter().any(of_owner).then(|| format!("a macro of an owner of `{source}` says it")),
            };
            if by_owner.is_some() {
                found.owned.push(Violation { reason: by_owner, ..violation });
                continue;
            }
            match rule.allow_in.iter().find(|entry| entry.path.matches(&self.file.path)) {
                Some(entry) => found.exempted.push(Violation { reason: Some(entry.reason.clone()), ..violation }),
                None => found.violations.push(violation),
            }
        }
        for used in &hits.uses {
            let production = !self.test && !used.test;
            match found.adopted.iter_mut().find(|(source, _)| *source == used.source) {
                Some((_, known)) => known.production |= production,
                None if owners[used.source.0].contains(&self.file.id) => {}
                None if self.test && !self.points_in_tests(used) => {}
                None => found.adopted.push((used.source, self.adopter(used, production))),
            }
        }
        for &(span, reason) in &hits.unresolved {
            let at = self.loaded.lines.position(&self.loaded.text, span.start);
            found.unresolved.push(Unresolved {
                path: Arc::clone(&self.file.path),
                line: at.line,
                column: at.column,
                written: one_line(span.of(&self.loaded.text)),
                reason,
            });
        }
        found
    }

    fn points_in_tests(&self, used: &Use) -> bool {
        self.rules.rules.iter().any(|rule| {
            rule.source == used.source && rule.severity_at(&self.file.path, true).points() > 0 && rule.weight > 0
        })
    }

    fn adopter(&self, used: &Use, production: bool) -> Adopter {
        let line = self.loaded.lines.position(&self.loaded.text, used.span.start).line;
        Adopter { file: self.file.id, span: used.span, line, symbol: used.symbol.clone(), production }
    }

    fn violation(&self, hit: &Hit, rule: &Rule) -> Option<Violation> {
        let site = hit.spot;
        let test = self.test || self.loaded.facts.scopes[site.scope.index()].test;
        let context = match (site.type_checking, test) {
            (true, _) => Context::TypeChecking,
            (false, true) => Context::Test,
            (false, false) => Context::Runtime,
        };
        let mut severity = rule.severity_at(&self.file.path, test);
        let only_types = site.type_checking && rule.kind == RuleKind::Import;
        if severity > Severity::Note && (only_types || hit.form == Form::String) {
            severity = Severity::Note;
        }
        if severity == Severity::Off {
            return None;
        }
        let text = &self.loaded.text;
        let written = one_line(hit.written.of(text));
        let place = |offset| self.loaded.lines.position(text, offset);
        Some(Violation {
            rule: Arc::clone(&rule.id),
            source: Some(Arc::clone(&self.rules.sources[rule.source.0].id)),
            kind: Some(rule.kind),
            severity,
            confidence: hit.confidence,
            points: severity.points() * u64::from(rule.weight),
            file: self.file.id,
            path: Arc::clone(&self.file.path),
            span: site.span,
            statement: site.statement,
            start: place(site.span.start),
            end: place(site.span.end),
            message: match hit.form {
                Form::String => format!("string names `{}`, which is banned", hit.symbol),
                _ => rule.kind.meta().message(&hit.symbol, &written, &self.rules.sources[rule.source.0]),
            },
            symbol: hit.symbol.clone(),
            written,
            form: hit.form,
            scope: self.loaded.facts.scope_name(site.scope),
            context,
            via: hit.steps.iter().filter_map(|step| via(self.project, *step)).collect(),
            use_instead: rule.use_instead.for_language(self.file.language).map(str::to_owned),
            advice: Advice::default(),
            fingerprint: String::new(),
            state: State::New,
            reason: None,
        })
    }
}

/// Puts a step of a chain in words; none for steps that say nothing new.
#[must_use]
pub fn via(project: &Project<'_>, step: Step) -> Option<Via> {
    let (file, span, note) = match step {
        Step::Bound { file, binding } => {
            let binding = project.loaded(file)?.facts.bindings.get(binding.index())?;
            let name = &binding.name;
            let note = match binding.how {
                How::Import => format!("imported as {name}"),
                How::Star => format!("{name} comes from a star import"),
                How::Assignment => format!("assigned to {name}"),
                How::Parameter => format!("parameter {name}"),
                How::Definition | How::Join => return None,
                How::Other => format!("bound to {name}"),
            };
            (file, binding.span, note)
        }
        Step::Inherited(item) => at_definition(project, item, |name| format!("{name} inherits it"))?,
        Step::Overridden(item) => at_definition(project, item, |name| format!("set by its subclass {name}"))?,
        Step::Returned(item) => at_definition(project, item, |name| format!("returned by {name}"))?,
        Step::Expanded { file, span } => (file, span, "written in the body of this macro".to_owned()),
        Step::Dynamic { file, span } => (file, span, "named by a string".to_owned()),
    };
    let loaded = project.loaded(file)?;
    let line = loaded.lines.position(&loaded.text, span.start).line;
    Some(Via { path: Arc::clone(&project.tree.file(file).path), line, note, span, file: Some(file) })
}

fn at_definition(
    project: &Project<'_>,
    item: ItemRef,
    note: impl Fn(&str) -> String,
) -> Option<(FileId, Span, String)> {
    let definition = project.loaded(item.file)?.facts.definitions.get(item.definition.index())?;
    Some((item.file, definition.name_span, note(&definition.name)))
}

/// The text with runs of white space as one space, at most 120 characters.
fn one_line(text: &str) -> String {
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match joined.char_indices().nth(119) {
        Some((at, _)) if joined.len() > at => format!("{}…", &joined[..at]),
        _ => joined,
    }
}
