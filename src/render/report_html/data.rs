//! The violations as compact data for the script of the page.
//!
//! In: the debt report. Out: JSON with each text once, which may stand in a `script` element.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::{Value, json};

use crate::debt::DebtReport;
use crate::rule::Severity;
use crate::violation::{Context, State, Violation};

use super::super::shared::Ordinals;
use super::super::text::message;

/// Each text once, by number.
#[derive(Default)]
struct Pool<'v> {
    numbers: HashMap<Cow<'v, str>, usize>,
    texts: Vec<Cow<'v, str>>,
}

impl<'v> Pool<'v> {
    fn number(&mut self, text: impl Into<Cow<'v, str>>) -> usize {
        let text = text.into();
        if let Some(number) = self.numbers.get(&text) {
            return *number;
        }
        self.texts.push(text.clone());
        self.numbers.insert(text, self.texts.len() - 1);
        self.texts.len() - 1
    }
}

/// The violations as compact JSON that may stand in a `script` element.
pub(super) fn data(debt: &DebtReport) -> String {
    let mut pool = Pool::default();
    let mut ordinals = Ordinals::default();
    let rows: Vec<Value> =
        debt.report.violations.iter().map(|it| row(it, &mut pool, ordinals.unique(&it.fingerprint))).collect();
    let text = json!({ "strings": pool.texts, "rows": rows }).to_string();
    // Nothing in it may end the element, or be a line end to a script.
    text.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

fn row<'v>(it: &'v Violation, pool: &mut Pool<'v>, identity: String) -> Value {
    let severity = match it.severity {
        Severity::Error => 2,
        Severity::Warning => 1,
        Severity::Note | Severity::Off => 0,
    };
    let state = match it.state {
        State::New => 0,
        State::Baselined => 1,
        State::Suppressed => 2,
    };
    let context = match it.context {
        Context::Runtime => 0,
        Context::Test => 1,
        Context::TypeChecking => 2,
    };
    let optional = |text: Option<&'v String>, pool: &mut Pool<'v>| match text {
        Some(text) => json!(pool.number(text.as_str())),
        None => json!(-1),
    };
    let instead = optional(it.use_instead.as_ref(), pool);
    let reason = optional(it.reason.as_ref(), pool);
    let via: Vec<_> = it
        .via
        .iter()
        .map(|step| json!([pool.number(&*step.path), step.line, pool.number(step.note.as_str())]))
        .collect();
    json!([
        severity,
        pool.number(&*it.path),
        it.start.line,
        it.start.column,
        pool.number(&*it.rule),
        pool.number(message(it)),
        instead,
        pool.number(it.scope.as_str()),
        state,
        context,
        it.points,
        reason,
        via,
        pool.number(identity),
    ])
}
