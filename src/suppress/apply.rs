//! Applying suppressions: which violation each comment accepts.
//!
//! In: findings, rules, the day. Out: findings with suppressed violations, and the violations of the built-in rules
//! `bad-suppression` and `unused-suppression`, which carry no points and belong to no source.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::facts::Comment;
use crate::findings::{FileText, Findings};
use crate::rule::complaint::nearest;
use crate::rule::select::RuleFilter;
use crate::rule::{BUILT_IN_RULES, InlineIgnore, Rule, RuleSet, Severity};
use crate::source::Span;
use crate::violation::{Confidence, Context, Form, State, Violation};

use super::date::Date;
use super::parse::{Directive, directives};

/// The terms besides the code on which a suppression holds.
#[derive(Debug, Clone)]
pub struct Terms<'a> {
    /// The rules; those that the command line leaves out are among the disabled ones.
    pub rules: &'a RuleSet,
    /// The selection of the command line: a comment for a rule that does not apply is not unused.
    pub selection: &'a RuleFilter,
    /// The day.
    pub today: Date,
}

/// Gives violations that a comment accepts the state `Suppressed`, and adds what is wrong with comments.
pub fn apply(findings: &mut Findings, terms: &Terms<'_>) {
    let mut complaints = Vec::new();
    for text in findings.texts.iter().filter(|text| !text.comments.is_empty()) {
        let from = findings.violations.partition_point(|violation| violation.file < text.file);
        let to = findings.violations.partition_point(|violation| violation.file <= text.file);
        let violations = &mut findings.violations[from..to];
        let page = CommentedFile {
            text,
            own_lines: own_lines(text),
            broken: findings.not_parsed.contains(&text.file),
            statements: Statements::of(text, violations),
            violations,
        };
        complaints.extend(page.apply(terms));
    }
    if complaints.is_empty() {
        return;
    }
    findings.violations.append(&mut complaints);
    findings
        .violations
        .sort_by(|a, b| (a.file, a.start, &a.rule, &a.symbol).cmp(&(b.file, b.start, &b.rule, &b.symbol)));
}

/// One file while its comments are applied.
struct CommentedFile<'p> {
    text: &'p FileText,
    /// Lines that hold nothing but a marked comment.
    own_lines: BTreeSet<u32>,
    /// Not all of it was parsed, so that what a comment accepts may not have been found.
    broken: bool,
    statements: Statements,
    violations: &'p mut [Violation],
}

/// The lines of the statements of a file's violations.
struct Statements {
    /// First and last line of each, and which violation it is, by the first line.
    lines: Vec<(RangeInclusive<u32>, usize)>,
    /// The last line of each and of all before it.
    last: Vec<u32>,
}

impl Statements {
    fn of(text: &FileText, violations: &[Violation]) -> Self {
        let lines = violations.iter().map(|violation| lines_of(text, violation.statement));
        let mut lines: Vec<(RangeInclusive<u32>, usize)> = lines.zip(0..).collect();
        lines.sort_by_key(|(lines, at)| (*lines.start(), *at));
        let mut end = 0;
        let last = lines.iter().map(|(lines, _)| {
            end = end.max(*lines.end());
            end
        });
        let last = last.collect();
        Self { lines, last }
    }

    /// Returns the violations whose statements have one of some lines.
    fn on(&self, range: &RangeInclusive<u32>) -> impl Iterator<Item = usize> {
        let to = self.lines.partition_point(|(lines, _)| lines.start() <= range.end());
        let from = self.last.partition_point(|last| last < range.start()).min(to);
        let touches = |(lines, at): &(RangeInclusive<u32>, usize)| (lines.end() >= range.start()).then_some(*at);
        self.lines[from..to].iter().filter_map(touches)
    }

    /// Returns the violations whose statements begin on one of some lines.
    fn beginning_on(&self, range: &RangeInclusive<u32>) -> impl Iterator<Item = usize> {
        let from = self.lines.partition_point(|(lines, _)| lines.start() < range.start());
        self.lines[from..].iter().take_while(|(lines, _)| lines.start() <= range.end()).map(|(_, at)| *at)
    }
}

/// A rule as a comment names it.
struct NamedRule<'c> {
    id: &'c str,
    /// Its place in the comment.
    span: Span,
}

/// The built-in rule that a comment breaks, and how.
struct Complaint {
    rule: &'static str,
    message: String,
}

impl Complaint {
    fn bad(message: String) -> Self {
        Self { rule: BUILT_IN_RULES[0], message }
    }

    fn unused(message: String) -> Self {
        Self { rule: BUILT_IN_RULES[1], message }
    }
}

impl CommentedFile<'_> {
    fn apply(mut self, terms: &Terms<'_>) -> Vec<Violation> {
        let mut complaints = Vec::new();
        for comment in &self.text.comments {
            for read in directives(comment.span.of(&self.text.text)) {
                match read {
                    Ok(directive) => {
                        for (id, span) in &directive.rules {
                            let rule = NamedRule { id, span: *span };
                            let complaint = self.judge(terms, comment, &directive, id);
                            complaints.extend(complaint.and_then(|it| self.violation(terms, comment, rule, it)));
                        }
                    }
                    Err(malformed) => {
                        let message = format!("suppression without effect: {}", malformed.message);
                        let rule = NamedRule { id: "", span: malformed.span };
                        complaints.extend(self.violation(terms, comment, rule, Complaint::bad(message)));
                    }
                }
            }
        }
        complaints
    }

    /// Suppresses what the directive accepts for one rule, or says why it accepts nothing.
    fn judge(&mut self, terms: &Terms<'_>, comment: &Comment, directive: &Directive, id: &str) -> Option<Complaint> {
        let rule = match find(terms.rules, id, &self.text.path) {
            Err(message) => return Some(Complaint::bad(message)),
            Ok(_) if !terms.selection.has(id) => return None,
            Ok((_, false)) => {
                return Some(Complaint::unused(format!("unused suppression: rule `{id}` is switched off")));
            }
            Ok((rule, true)) => rule,
        };
        if let Some(message) = refused(rule, directive, comment, terms.today) {
            return Some(Complaint::bad(message));
        }
        let mut used = false;
        for at in self.covered(comment, directive.whole_file) {
            let violation = &mut self.violations[at];
            if *violation.rule == *id {
                used = true;
                if violation.is_active() {
                    violation.state = State::Suppressed;
                    violation.reason.clone_from(&directive.reason);
                }
            }
        }
        let place = if directive.whole_file { "in this file" } else { "here" };
        (!used && !self.broken).then(|| Complaint::unused(format!("unused suppression: nothing breaks `{id}` {place}")))
    }

    /// Returns the violations that the comment speaks of: those whose statement shares a line with it or begins on the
    /// line after it.
    fn covered(&self, comment: &Comment, whole_file: bool) -> BTreeSet<usize> {
        if whole_file {
            return (0..self.violations.len()).collect();
        }
        let lines = lines_of(self.text, comment.span);
        // Comments may be stacked: the statement follows the last of them.
        // Attributes belong to the statement, and what they say too.
        let attributes = comment.attributes.map(|span| self.line(span.start)..=self.line(span.end));
        let next = if comment.own_line {
            let mut next = lines.end() + 1;
            while self.own_lines.contains(&next) {
                next += 1;
            }
            // After an empty line they are none of the comment's.
            let attributes = attributes.filter(|lines| *lines.start() <= next);
            Some(next..=attributes.map_or(next, |lines| next.max(*lines.end())))
        } else {
            attributes
        };
        let begun = next.iter().flat_map(|next| self.statements.beginning_on(next));
        self.statements.on(&lines).chain(begun).collect()
    }

    fn line(&self, offset: u32) -> u32 {
        self.text.lines.position(&self.text.text, offset).line
    }

    /// Returns the violation of a built-in rule that a complaint about a comment is.
    fn violation(
        &self,
        terms: &Terms<'_>,
        comment: &Comment,
        named: NamedRule<'_>,
        complaint: Complaint,
    ) -> Option<Violation> {
        let Complaint { rule, message } = complaint;
        let NamedRule { id, span } = named;
        if !terms.selection.has(rule) {
            return None;
        }
        let text = &self.text.text;
        let span = Span::new(comment.span.start + span.start, comment.span.start + span.end);
        Some(Violation {
            rule: rule.into(),
            source: None,
            kind: None,
            severity: Severity::Warning,
            confidence: Confidence::High,
            points: 0,
            file: self.text.file,
            path: Arc::clone(&self.text.path),
            span,
            statement: comment.span,
            start: self.text.lines.position(text, span.start),
            end: self.text.lines.position(text, span.end),
            symbol: id.to_owned(),
            written: span.of(text).to_owned(),
            form: Form::Direct,
            scope: String::new(),
            context: Context::Runtime,
            via: Vec::new(),
            message,
            use_instead: None,
            fingerprint: String::new(),
            state: State::New,
            reason: None,
        })
    }
}

/// The rule of that id and whether it applies, or what is wrong with the id.
fn find<'r>(rules: &'r RuleSet, id: &str, path: &str) -> Result<(&'r Rule, bool), String> {
    if BUILT_IN_RULES.contains(&id) {
        return Err(format!("suppression without effect: `{id}` cannot be suppressed; correct the comment instead"));
    }
    let named = |rules: &'r [Rule]| rules.iter().find(|rule| *rule.id == *id && rule.within.holds(path));
    if let Some(rule) = named(&rules.rules) {
        return Ok((rule, true));
    }
    if let Some(rule) = named(&rules.disabled) {
        return Ok((rule, false));
    }
    if let Some(elsewhere) = rules.rules.iter().find(|rule| *rule.id == *id) {
        let place = elsewhere.within.suffix();
        return Err(format!("suppression without effect: rule `{id}` does not hold here but elsewhere{place}"));
    }
    let known: Vec<&str> = rules.rules.iter().map(|rule| &*rule.id).collect();
    let meant = nearest(id, &known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    Err(format!("suppression without effect: there is no rule `{id}`{meant}"))
}

/// Returns the reason for which a directive that names a rule of the set does not hold.
fn refused(rule: &Rule, directive: &Directive, comment: &Comment, today: Date) -> Option<String> {
    let why = if rule.inline_ignore == InlineIgnore::Deny {
        format!("rule `{}` accepts no suppressions", rule.id)
    } else if directive.whole_file && !comment.at_top {
        "`file-ignore` stands before the first statement of its file".to_owned()
    } else if rule.inline_ignore == InlineIgnore::Reason && directive.reason.is_none() {
        format!("it gives no reason: write `ignore[{}] reason`", rule.id)
    } else {
        let until = directive.until.filter(|&until| until < today)?;
        format!("it ended with {until}")
    };
    Some(format!("suppression without effect: {why}"))
}

/// Returns whether a comment accepts something up to a day, so that its state depends on the day.
#[must_use]
pub fn depends_on_day(findings: &Findings) -> bool {
    let comments = findings.texts.iter().flat_map(|text| text.comments.iter().map(|it| it.span.of(&text.text)));
    comments.flat_map(directives).flatten().any(|directive| directive.until.is_some())
}

/// Lines that hold nothing but a marked comment.
fn own_lines(text: &FileText) -> BTreeSet<u32> {
    text.comments.iter().filter(|comment| comment.own_line).flat_map(|comment| lines_of(text, comment.span)).collect()
}

/// The lines that a span touches.
pub(super) fn lines_of(text: &FileText, span: Span) -> RangeInclusive<u32> {
    let line = |offset| text.lines.position(&text.text, offset).line;
    let last = span.end.saturating_sub(1).max(span.start);
    line(span.start)..=line(last)
}
