//! Snippets in the manner of rustc, through `annotate-snippets`.
//!
//! In: a violation or a problem and the texts it points into. Out: text. Only the lines between the first and the last
//! annotation are handed to the library, so that a large file costs no more than a small one.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{
    Annotation, AnnotationKind, Element, Group, Level, Message, Origin, Renderer, Snippet, normalize_untrusted_str,
};

use crate::problem::{Problem, ProblemSeverity};
use crate::report::Report;
use crate::rule::{Rule, RuleSet, Severity};
use crate::source::{FileId, LineIndex, Span};
use crate::violation::{Confidence, State, Via, Violation};

use super::RenderOptions;
use super::text::{clean, message, rules_of};

/// Writes a problem with a caret and its remedy.
///
/// # Errors
/// Those of the writer.
pub fn problem(problem: &Problem, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let level = match problem.severity {
        ProblemSeverity::Error => Level::ERROR,
        ProblemSeverity::Warning => Level::WARNING,
    };
    let title = level.primary_title(clean(&problem.message).into_owned());
    let mut elements: Vec<Element<'_>> = Vec::new();
    if let Some(excerpt) = &problem.excerpt {
        let index = LineIndex::default();
        let mark = SnippetMark { span: excerpt.span, label: None, primary: true };
        elements.push(cut(&problem.path, &excerpt.text, &index, &[mark]).into());
    } else if !problem.path.is_empty() {
        elements.push(origin(&problem.path, problem.line, problem.column).into());
    }
    elements.extend(problem.help.iter().map(|help| text_message(Level::HELP, help).into()));
    let group = if elements.is_empty() { Group::with_title(title) } else { title.elements(elements) };
    writeln!(out, "{}", renderer(options).render(&[group]))
}

/// Renders the violations of one report; keeps the line index of each file it has shown.
pub(in crate::render) struct Snippets<'r> {
    report: &'r Report,
    renderer: Renderer,
    indexes: BTreeMap<FileId, LineIndex>,
    /// The reason for which each rule exists, by its id.
    whys: BTreeMap<&'r str, String>,
}

impl<'r> Snippets<'r> {
    pub(in crate::render) fn new(report: &'r Report, options: &RenderOptions) -> Self {
        let rules = report.rules.rules.iter();
        let whys = rules.filter_map(|rule| Some((&*rule.id, why(rule, &report.rules)?))).collect();
        Self { report, renderer: renderer(options), indexes: BTreeMap::new(), whys }
    }

    /// The address of more on a rule, or else on its source. Terminals make it a link behind the name of the rule.
    fn docs(&self, violation: &Violation) -> Option<String> {
        let rule = self.report.rules.rule_at(&violation.rule, &violation.path)?;
        let of_source = || self.report.rules.sources.get(rule.source.0)?.docs.as_ref();
        let address = rule.docs.as_ref().or_else(of_source)?;
        let is_web = address.starts_with("https://") || address.starts_with("http://");
        is_web.then(|| clean(address).into_owned())
    }

    /// Writes the violations of one place with the chain that led there, what to write instead, and why. The reason of a
    /// rule is said where it is first broken.
    pub(in crate::render) fn place(
        &mut self,
        place: &[&'r Violation],
        exempted: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let [violation, others @ ..] = place else { return Ok(()) };
        let violation: &'r Violation = violation;
        let title = level(violation, exempted)
            .primary_title(clean(&message(violation)).into_owned())
            .id(clean(&rules_of(place)).into_owned());
        let title = match self.docs(violation).filter(|_| others.is_empty()) {
            Some(url) => title.id_url(url.clone()),
            None => title,
        };
        let mut elements = self.places(violation);
        elements.extend(notes(violation, self.whys.remove(&*violation.rule)).into_iter().map(Element::from));
        for other in others {
            let also = format!("also {}[{}]: {}", other.severity.name(), other.rule, message(other));
            elements.push(text_message(Level::NOTE, &also).into());
            let mut more = notes(other, self.whys.remove(&*other.rule));
            if other.instead().is_some() && other.instead() == violation.instead() {
                // What to write instead comes first, and is said already.
                more.remove(0);
            }
            elements.extend(more.into_iter().map(Element::from));
        }
        writeln!(out, "{}\n", self.renderer.render(&[title.elements(elements)]))
    }

    /// The place and the steps of its chain: those in files whose text is known as snippets, the others as notes.
    fn places(&mut self, violation: &'r Violation) -> Vec<Element<'r>> {
        let mut files: Vec<(FileId, Vec<SnippetMark>)> = Vec::new();
        let mut elements = Vec::new();
        let mut told = Vec::new();
        if self.text(violation.file).is_some() {
            files.push((violation.file, vec![SnippetMark { span: violation.span, label: None, primary: true }]));
        } else {
            elements.push(origin(&violation.path, violation.start.line, violation.start.column).into());
        }
        for step in &violation.via {
            let shown = step.file.and_then(|file| Some((file, self.step_span(file, step)?)));
            let Some((file, span)) = shown else {
                told.push(text_message(Level::NOTE, &format!("{}:{}: {}", step.path, step.line, step.note)).into());
                continue;
            };
            let mark = SnippetMark { span, label: Some(step.note.clone()), primary: false };
            match files.iter_mut().find(|(known, marks)| *known == file && marks.iter().all(|it| it.is_near(span))) {
                Some((_, marks)) => marks.push(mark),
                None => files.push((file, vec![mark])),
            }
        }
        for (file, marks) in files {
            let path = if file == violation.file { &violation.path } else { via_path(violation, file) };
            if let Some((text, index)) = self.text(file) {
                elements.push(cut(path, text, index, &marks).into());
            }
        }
        elements.extend(told);
        elements
    }

    fn text(&mut self, file: FileId) -> Option<(&'r Arc<str>, &LineIndex)> {
        let text = self.report.texts.get(&file)?;
        let index = self.indexes.entry(file).or_default();
        Some((text, index))
    }

    /// The bytes of a step; its whole line when only the line is known.
    fn step_span(&mut self, file: FileId, step: &Via) -> Option<Span> {
        let (text, index) = self.text(file)?;
        if step.span.start < step.span.end {
            return Some(step.span);
        }
        let line = index.line_span(text, step.line)?;
        let code = line.of(text);
        let indent = u32::try_from(code.len() - code.trim_start().len()).unwrap_or(0);
        Some(Span::new(line.start + indent, line.end))
    }
}

/// A marked place.
struct SnippetMark {
    span: Span,
    label: Option<String>,
    primary: bool,
}

impl SnippetMark {
    /// Returns true if both fit into one snippet: what lies between them is cut out for display, but has to be read.
    fn is_near(&self, other: Span) -> bool {
        const FAR: u32 = 1 << 14;
        self.span.start.abs_diff(other.start) < FAR
    }
}

fn via_path(violation: &Violation, file: FileId) -> &Arc<str> {
    violation.via.iter().find(|step| step.file == Some(file)).map_or(&violation.path, |step| &step.path)
}

fn level(violation: &Violation, exempted: bool) -> Level<'static> {
    if exempted {
        return Level::NOTE.with_name("exempted");
    }
    match (violation.state, violation.severity) {
        (State::New, Severity::Error) => Level::ERROR,
        (State::New, Severity::Warning) => Level::WARNING,
        (State::New, Severity::Note | Severity::Off) => Level::NOTE,
        (State::Baselined | State::Suppressed, _) => Level::NOTE.with_name(violation.state.name()),
    }
}

/// Returns the replacement, the confidence if it is not high, and the reason of the rule.
fn notes(violation: &Violation, why: Option<String>) -> Vec<Message<'static>> {
    let mut notes = Vec::new();
    if let Some(instead) = violation.instead() {
        notes.push(text_message(Level::HELP, &format!("use {instead} instead")));
    }
    if violation.confidence != Confidence::High {
        notes.push(text_message(Level::NOTE, &format!("confidence is {}", violation.confidence.name())));
    }
    notes.extend(why.map(|why| text_message(Level::NOTE, &why)));
    if let Some(reason) = &violation.reason {
        notes.push(text_message(Level::NOTE, &format!("accepted because: {reason}")));
    }
    notes
}

/// The reason of the rule, or else of its source, with the place that says so, and where there is more.
fn why(rule: &Rule, rules: &RuleSet) -> Option<String> {
    let source = rules.sources.get(rule.source.0);
    let place = if rule.origin.file.is_empty() { String::new() } else { format!(" ({})", rule.origin.place()) };
    let reason = rule.reason.as_ref().or_else(|| source?.reason.as_ref()).map(|reason| format!("{reason}{place}"));
    let docs = rule.docs.as_ref().or_else(|| source?.docs.as_ref()).map(|docs| format!("more: {docs}"));
    let parts: Vec<String> = reason.into_iter().chain(docs).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn text_message(level: Level<'static>, text: &str) -> Message<'static> {
    level.message(normalize_untrusted_str(&clean(text)))
}

fn origin(path: &str, line: u32, column: u32) -> Origin<'_> {
    let mut origin = Origin::path(clean(path));
    if line > 0 {
        origin = origin.line(line as usize);
        if column > 0 {
            origin = origin.char_column(column as usize);
        }
    }
    origin
}

fn renderer(options: &RenderOptions) -> Renderer {
    let renderer = if options.color { Renderer::styled() } else { Renderer::plain() };
    renderer.term_width(options.width)
}

/// A snippet of the lines that the marks are on. A mark over several lines ends with its first.
fn cut<'a>(path: &'a str, text: &'a str, index: &LineIndex, marks: &[SnippetMark]) -> Snippet<'a, Annotation<'a>> {
    let ranges: Vec<(Range<usize>, u32)> = marks.iter().map(|mark| first_line(text, index, mark.span)).collect();
    let first = ranges.iter().map(|(_, line)| *line).min().unwrap_or(1);
    let last = ranges.iter().map(|(_, line)| *line).max().unwrap_or(1);
    let from = index.line_span(text, first).map_or(0, |span| span.start as usize);
    let to = index.line_span(text, last).map_or(text.len(), |span| span.end as usize);
    let annotations = marks.iter().zip(&ranges).map(|(mark, (range, _))| {
        let kind = if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let label = mark.label.as_ref().map(|label| clean(label).into_owned());
        kind.span(range.start - from..range.end - from).label(label)
    });
    Snippet::source(line_feeds(text.get(from..to).unwrap_or_default()))
        .line_start(first as usize)
        .path(clean(path))
        .annotations(annotations)
}

/// The part of `span` on its first line, kept inside the text and on character boundaries, and that line.
fn first_line(text: &str, index: &LineIndex, span: Span) -> (Range<usize>, u32) {
    let start = boundary(text, span.start as usize);
    let line = index.position(text, u32::try_from(start).unwrap_or(u32::MAX)).line;
    let line_end = index.line_span(text, line).map_or(text.len(), |line| line.end as usize);
    let end = boundary(text, span.end as usize).clamp(start, line_end.max(start));
    (start.min(end)..end, line)
}

/// The nearest character boundary at or before `at`.
fn boundary(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at)
}

/// The text with a lone carriage return, which ends a line here, as a line feed of the same length.
fn line_feeds(text: &str) -> Cow<'_, str> {
    let lone = |at: usize| text.as_bytes().get(at + 1) != Some(&b'\n');
    if !memchr::memchr_iter(b'\r', text.as_bytes()).any(lone) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.char_indices().map(|(at, c)| if c == '\r' && lone(at) { '\n' } else { c }).collect())
}
