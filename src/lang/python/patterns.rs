//! The walk of `match`.
//!
//! In: a match statement. Out: captures as bindings, sites for class patterns, values and guards.

use ruff_python_ast::{Pattern, StmtMatch};
use ruff_text_size::Ranged;

use super::targets::Assigned;
use super::walker::Walker;
use crate::facts::How;

impl<'a> Walker<'a> {
    pub(super) fn match_statement(&mut self, matched: &'a StmtMatch) {
        self.header(matched, &*matched.subject);
        let subject = self.matched(&matched.subject);
        let (before, mark) = (self.block, self.flow.mark());
        let mut fall = before;
        let mut exhaustive = false;
        let mut ends = Vec::with_capacity(matched.cases.len() + 1);
        for case in &matched.cases {
            self.header(case, &case.pattern);
            self.block = self.flow.after(fall);
            let case_mark = self.flow.mark();
            self.pattern(&case.pattern, &subject);
            if let Some(guard) = &case.guard {
                self.header(case, &**guard);
                self.read(guard);
                let writes = self.flow.since(case_mark);
                fall = self.flow.join(fall, writes, &[fall, self.block]);
                self.block = self.flow.after(self.block);
            } else {
                exhaustive |= case.pattern.is_irrefutable();
            }
            self.suite(&case.body);
            ends.push(self.block);
        }
        if !exhaustive {
            ends.push(fall);
        }
        self.block = self.flow.join(before, self.flow.since(mark), &ends);
    }

    /// Binds the captures of a pattern to what they take of the subject.
    fn pattern(&mut self, pattern: &'a Pattern, subject: &Assigned<'_>) {
        if !self.descend(pattern.range()) {
            return;
        }
        match pattern {
            Pattern::MatchValue(value) => {
                self.read(&value.value);
            }
            Pattern::MatchSingleton(_) => {}
            Pattern::MatchSequence(sequence) => {
                let star = sequence.patterns.iter().position(Pattern::is_match_star);
                for (at, part) in sequence.patterns.iter().enumerate() {
                    let element = subject.element(at, sequence.patterns.len(), star);
                    self.pattern(part, element.unwrap_or(&Assigned::OPAQUE));
                }
            }
            Pattern::MatchOr(either) => either.patterns.iter().for_each(|pattern| self.pattern(pattern, subject)),
            Pattern::MatchMapping(mapping) => {
                self.read_all(&mapping.keys);
                for (key, pattern) in mapping.keys.iter().zip(&mapping.patterns) {
                    self.pattern(pattern, subject.value_of(key).unwrap_or(&Assigned::OPAQUE));
                }
                self.capture(mapping.rest.as_ref(), &Assigned::OPAQUE);
            }
            Pattern::MatchClass(class) => {
                self.read(&class.cls);
                self.patterns(&class.arguments.patterns);
                class.arguments.keywords.iter().for_each(|keyword| self.pattern(&keyword.pattern, &Assigned::OPAQUE));
            }
            Pattern::MatchStar(star) => self.capture(star.name.as_ref(), &Assigned::OPAQUE),
            Pattern::MatchAs(bound) => {
                if let Some(inner) = &bound.pattern {
                    self.pattern(inner, subject);
                }
                self.capture(bound.name.as_ref(), subject);
            }
        }
        self.ascend();
    }

    /// Patterns of parts of which nothing is known.
    fn patterns(&mut self, patterns: &'a [Pattern]) {
        patterns.iter().for_each(|pattern| self.pattern(pattern, &Assigned::OPAQUE));
    }

    fn capture(&mut self, name: Option<&'a ruff_python_ast::Identifier>, subject: &Assigned<'_>) {
        if let Some(name) = name {
            self.bind(&name.id, name.range, How::Other, subject.whole());
        }
    }
}
