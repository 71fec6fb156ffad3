//! The rows of the table of violations, and the same as compact data for the script of the page.
//!
//! In: the report and what of it is shown. Out: places; JSON with each text once, which may stand in a `script` element.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::{Value, json};

use crate::report::Report;
use crate::rule::Severity;
use crate::violation::{Context, State, Violation};

use super::super::RenderOptions;
use super::super::sentences::{self, Ordinals};
use super::super::text::{clean, message, places_of, steers};

/// A row of the table.
pub(in crate::render) struct ViolationRow<'r> {
    /// The violation, or what would be one without an exemption.
    pub violation: &'r Violation,
    /// Others at the same place.
    pub others: Vec<&'r Violation>,
    /// An identity that no other row has.
    pub identity: String,
    /// One of [`STATES`].
    pub state: &'static str,
}

/// The state that is shown for an exempted place.
const EXEMPTED: &str = "exempted";

/// States in the order in which the script numbers them.
pub(in crate::render) const STATES: [&str; 4] =
    [State::New.name(), State::Baselined.name(), State::Suppressed.name(), EXEMPTED];

/// Lists the rows of a report: violations, then exempted places where they are asked for.
pub(in crate::render) fn places<'r>(report: &'r Report, options: &RenderOptions) -> Vec<ViolationRow<'r>> {
    let violations = places_of(sentences::listed(report, options).into_iter(), |(violation, _)| *violation);
    let mut ordinals = Ordinals::default();
    let exempted = report.set_apart().filter(|_| options.show_exempted).map(|violation| {
        let identity = ordinals.unique(&format!("{EXEMPTED}-{}", violation.fingerprint));
        ViolationRow { violation, others: Vec::new(), identity, state: EXEMPTED }
    });
    violations
        .into_iter()
        .filter_map(|place| {
            let mut place = place.into_iter();
            let (violation, identity) = place.next()?;
            let others = place.map(|(other, _)| other).collect();
            Some(ViolationRow { violation, others, identity, state: violation.state.name() })
        })
        .chain(exempted)
        .collect()
}

/// Each text once, by number.
#[derive(Default)]
struct Pool<'v> {
    numbers: HashMap<Cow<'v, str>, usize>,
    texts: Vec<Cow<'v, str>>,
}

impl<'v> Pool<'v> {
    fn number(&mut self, text: impl Into<Cow<'v, str>>) -> usize {
        let text = match text.into() {
            text if text.chars().any(steers) => Cow::Owned(clean(&text).into_owned()),
            text => text,
        };
        if let Some(number) = self.numbers.get(&text) {
            return *number;
        }
        self.texts.push(text.clone());
        self.numbers.insert(text, self.texts.len() - 1);
        self.texts.len() - 1
    }
}

/// The rows as compact JSON that may stand in a `script` element.
pub(in crate::render) fn data(places: &[ViolationRow<'_>]) -> String {
    let mut pool = Pool::default();
    let rows: Vec<Value> = places.iter().map(|place| row(place, &mut pool)).collect();
    let text = json!({ "strings": pool.texts, "rows": rows }).to_string();
    // Nothing in it may end the element.
    text.replace('<', "\\u003c")
}

fn row<'v>(place: &'v ViolationRow<'_>, pool: &mut Pool<'v>) -> Value {
    let it = place.violation;
    let severity = match it.severity {
        Severity::Error => 2,
        Severity::Warning => 1,
        Severity::Note | Severity::Off => 0,
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
    let all = || std::iter::once(it).chain(place.others.iter().copied());
    let rules: Vec<usize> = all().map(|it| pool.number(&*it.rule)).collect();
    let messages: Vec<usize> = all().map(|it| pool.number(message(it))).collect();
    let instead = it.replacement().map_or_else(|| json!(-1), |code| json!(pool.number(code)));
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
        rules,
        messages,
        instead,
        pool.number(it.scope.as_str()),
        STATES.iter().position(|state| *state == place.state),
        context,
        all().map(|it| it.points).sum::<u64>(),
        reason,
        via,
        pool.number(place.identity.as_str()),
    ])
}
