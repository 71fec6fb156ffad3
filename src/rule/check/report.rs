//! Checks `[report]`.

use crate::rule::ReportTerms;
use crate::rule::tree::Node;

use super::Checker;

/// Characters of a name that the trackers of code hosts take.
const LONGEST: usize = 50;

impl Checker<'_> {
    /// Reads under what the debt is filed.
    pub(super) fn report(&mut self, report: &Node) -> ReportTerms {
        let priority = report.get("priority").and_then(|node| self.filed_under(node, "a priority"));
        let labels = report.get("labels");
        ReportTerms {
            priority,
            labels: labels.map(|it| it.list().iter().filter_map(|node| self.filed_under(node, "a label")).collect()),
        }
    }

    /// Reads a name that stands in one line, in a list whose entries commas part.
    fn filed_under(&mut self, node: &Node, what: &str) -> Option<String> {
        let text = node.text()?;
        if text.trim() != text || text.contains([',', '\n', '\r']) || text.chars().count() > LONGEST {
            let help =
                format!("expected at most {LONGEST} characters in one line, without a comma or space around them");
            self.error(&node.origin, format!("`{}` cannot be {what}", text.escape_debug()), help);
            return None;
        }
        Some(text.to_owned())
    }
}
