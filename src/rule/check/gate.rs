//! Checks `[gate]` and its profiles, and decimal numbers.

use crate::rule::shape::{Decimal, SCORE};
use crate::rule::tree::{Node, Value};
use crate::rule::{GateSettings, Origin};

use super::Checker;

impl Checker<'_> {
    /// Reads the conditions of one gate table.
    pub(super) fn gate(&mut self, gate: &Node) -> GateSettings {
        let mut settings = GateSettings {
            no_new: flag(gate, "no-new"),
            score_drop: flag(gate, "score-drop"),
            unanalysed: self.count(gate, "unanalysed"),
            fail_under: self.floor(gate, "fail-under"),
            fail_under_production: self.floor(gate, "fail-under-production"),
            ..GateSettings::default()
        };
        if let Some(most) = gate.get("max-violations") {
            settings.max_errors = self.count(most, "error");
            settings.max_warnings = self.count(most, "warning");
            settings.max_notes = self.count(most, "note");
        }
        origins(gate, "", &mut |key, origin| {
            settings.origins.insert(key, origin);
        });
        settings
    }

    /// Reads the score at a key, in hundredths, if there is one.
    pub(super) fn floor(&mut self, table: &Node, key: &str) -> Option<u32> {
        self.decimal(table.get(key)?, SCORE)
    }

    /// Reads the whole number at a key, if there is one.
    pub(in crate::rule) fn count(&mut self, table: &Node, key: &str) -> Option<u64> {
        let node = table.get(key)?;
        let Value::Number(digits) = &node.value else { return None };
        let parsed = digits.parse().ok();
        if parsed.is_none() {
            self.error(&node.origin, format!("`{key}` is out of range"), "expected a whole number, 0 or more");
        }
        parsed
    }

    /// Reads a decimal number as a whole number of its last place.
    pub(super) fn decimal(&mut self, node: &Node, takes: Decimal) -> Option<u32> {
        let Decimal { places, most } = takes;
        let Value::Number(digits) = &node.value else { return None };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > places {
            let help = format!("expected at most {places} places after the point");
            self.error(&node.origin, format!("`{digits}` has too many places"), help);
            return None;
        }
        let scale = 10_u32.pow(u32::try_from(places).unwrap_or(0));
        let scaled = format!("{whole}{fraction:0<places$}").parse::<u32>().ok();
        let scaled = scaled.filter(|scaled| *scaled <= most.saturating_mul(scale));
        if scaled.is_none() {
            self.error(&node.origin, format!("`{digits}` is out of range"), format!("expected 0 to {most}"));
        }
        scaled
    }
}

fn flag(table: &Node, key: &str) -> Option<bool> {
    match table.get(key)?.value {
        Value::Flag(flag) => Some(flag),
        _ => None,
    }
}

/// Calls `found` for each key below a table that is not a profile, with its dotted name.
fn origins(table: &Node, prefix: &str, found: &mut impl FnMut(String, Origin)) {
    for (key, node) in table.table().into_iter().flatten() {
        let name = format!("{prefix}{key}");
        match node.value {
            Value::Table(_) if key == "profile" => {}
            Value::Table(_) => origins(node, &format!("{name}."), found),
            _ => found(name, node.origin.clone()),
        }
    }
}
