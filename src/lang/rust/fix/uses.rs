//! Fixes of `use`: the first segments change in place; leaves that part from their tree get a `use` of their own.

use super::items::{UseItem, UseLeaf};
use super::names::RustEnd;
use super::{RustFix, RustTarget};
use crate::facts::Name;
use crate::lang::fixing::{Breach, Doubt, FixAction, FixProposal, Guarantee, TextEdit};
use crate::source::Span;

/// A leaf that the rule bans, with what becomes of it.
struct PlannedLeaf<'u> {
    at: usize,
    leaf: &'u UseLeaf,
    target: RustTarget,
    /// The same name is bound to the same item in this scope already.
    twice: bool,
}

impl RustFix<'_, '_> {
    /// Proposes a fix for a `use` with all its leaves that one rule bans.
    pub(super) fn use_item(&self, item: &UseItem, breach: &Breach<'_>) -> FixProposal {
        let terms = breach.terms;
        let place = Some((self.items.file, item.keyword.start));
        let doubt = |guarantee, sentence: String| Doubt { guarantee, sentence, place, fatal: true };
        let mut planned = Vec::new();
        for (at, leaf) in item.leaves.iter().enumerate() {
            let old = leaf.names();
            let Some(banned) = (terms.banned)(&old).filter(|length| old[..*length].join("::") == breach.symbol) else {
                continue;
            };
            let Some(target) = self.target(&old, banned, terms, item.keyword.start) else {
                let sentence = "the rule does not say what to use instead".to_owned();
                return FixProposal::manual(doubt(Guarantee::Resolves, sentence), None);
            };
            let twice = self.is_bound_twice(item, at, &target.full(&old));
            planned.push(PlannedLeaf { at, leaf, target, twice });
        }
        if planned.is_empty() {
            let sentence = "the place names the module by another path than its own".to_owned();
            return FixProposal::manual(doubt(Guarantee::Resolves, sentence), None);
        }
        let mut doubts: Vec<Doubt> = Vec::new();
        for it in &planned {
            for doubt in &it.target.doubts {
                if !doubts.contains(doubt) {
                    doubts.push(doubt.clone());
                }
            }
            if it.leaf.glob && !it.target.doubts.is_empty() {
                let sentence = "names and traits that `*` brings cannot be listed without types".to_owned();
                doubts.insert(0, doubt(Guarantee::NobodyLosesIt, sentence));
            }
        }
        let code: Vec<String> = planned.iter().map(|it| self.use_code(item, it)).collect();
        let suggestion = Some(code.join("\n"));
        match self.use_edits(item, &planned) {
            Some((action, edits)) => FixProposal { action: Some(action), edits, doubts, suggestion },
            None => {
                let sentence = "a comment stands among the names, and would be lost".to_owned();
                doubts.insert(0, doubt(Guarantee::NobodyLosesIt, sentence));
                FixProposal { doubts, suggestion, ..FixProposal::default() }
            }
        }
    }

    /// Returns whether another `use` of the same scope binds the name of a leaf to the same item, and is seen as far.
    fn is_bound_twice(&self, item: &UseItem, at: usize, new: &[Name]) -> bool {
        let items = &*self.items;
        let Some(bound) = item.leaves[at].bound() else { return false };
        let to = self.names.ends(items.file, new);
        if to.contains(&RustEnd::Missing) {
            return false;
        }
        let bare = |item: &UseItem| item.whole.start == item.start;
        items.uses.iter().any(|other| {
            let same = |leaf: &UseLeaf| {
                leaf.bound() == Some(bound)
                    && self.names.ends_of_written(items, other.scope, &leaf.names(), leaf.leading) == to
            };
            other.keyword != item.keyword
                && other.scope == item.scope
                && bare(other)
                && bare(item)
                && (other.public || item.start == item.keyword.start)
                && other.leaves.iter().any(same)
        })
    }

    /// Returns a `use` of its own for one leaf.
    fn use_code(&self, item: &UseItem, it: &PlannedLeaf<'_>) -> String {
        let old = it.leaf.names();
        let mut path = it.target.full(&old);
        let first = path[0].clone();
        let shown = Span::new(item.start, item.keyword.start).of(&self.items.text);
        let lead = if it.leaf.leading || self.is_shadowed(item.scope, &first) { "::" } else { "" };
        let rename = match (&it.leaf.rename, &it.target.renamed, it.leaf.glob) {
            (Some(name), _, _) => format!(" as {name}"),
            (None, Some(_), false) => format!(" as {}", old[old.len() - 1]),
            _ => String::new(),
        };
        if it.leaf.glob {
            path.push(Name::from("*"));
        }
        match it.leaf.is_self {
            true => format!("{shown}use {lead}{}::{{self{rename}}};", path.join("::")),
            false => format!("{shown}use {lead}{}{rename};", path.join("::")),
        }
    }

    /// Returns the edits of a `use`; none if a comment would be lost.
    fn use_edits(&self, item: &UseItem, planned: &[PlannedLeaf<'_>]) -> Option<(FixAction, Vec<TextEdit>)> {
        let text = &self.items.text;
        let all = planned.len() == item.leaves.len();
        if all && planned.iter().all(|it| it.twice) {
            return Some((FixAction::Delete, vec![self.without_use(item)?]));
        }
        let base = &planned[0].target.base;
        let together = |it: &PlannedLeaf<'_>| {
            !it.twice && it.target.base == *base && it.leaf.path.len() > it.target.banned.saturating_sub(1)
        };
        // The tokens that change are those of these leaves alone.
        let own = |it: &PlannedLeaf<'_>| {
            let last = it.leaf.path.get(it.target.banned.max(1) - 1).map(|(_, span)| *span);
            item.leaves.iter().enumerate().all(|(at, leaf)| {
                planned.iter().any(|other| other.at == at && other.target.banned == it.target.banned)
                    || !leaf.path.iter().any(|(_, span)| {
                        Some(*span) == last || it.leaf.path.first().is_some_and(|(_, first)| first == span)
                    })
            })
        };
        if planned.iter().all(|it| together(it) && own(it) && it.target.banned > 0) {
            let mut edits = Vec::new();
            for it in planned {
                let (first, last) = (it.leaf.path.first()?.1, it.leaf.path.get(it.target.banned - 1)?.1);
                let shadowed = !it.leaf.leading && self.is_shadowed(item.scope, &base[0]);
                let lead = if shadowed { "::" } else { "" };
                edits.push(TextEdit {
                    span: Span::new(first.start, last.end),
                    text: format!("{lead}{}", base.join("::")),
                });
                if let Some(new) = &it.target.renamed {
                    let (old, place) = it.leaf.path.last()?;
                    let text = if it.leaf.rename.is_some() { new.to_string() } else { format!("{new} as {old}") };
                    edits.push(TextEdit { span: *place, text });
                }
            }
            edits.sort();
            edits.dedup();
            return Some((FixAction::Rewrite, edits));
        }
        let mut edits = Vec::new();
        if all {
            edits.push(self.without_use(item)?);
        } else {
            edits.extend(self.without_leaves(item, planned)?);
        }
        let indent = indentation(text, item.whole.start);
        let attributes = Span::new(item.whole.start, item.start).of(text);
        let new = planned
            .iter()
            .filter(|it| !it.twice)
            .map(|it| format!("{attributes}{}{}{indent}", self.use_code(item, it), line_end(text)));
        let new: String = new.collect();
        if all {
            let trimmed = new.trim_end_matches([' ', '\t', '\r', '\n']).to_owned();
            return Some((FixAction::Rewrite, vec![TextEdit { span: item.whole, text: trimmed }]));
        }
        edits.push(TextEdit { span: Span::new(item.whole.start, item.whole.start), text: new });
        Some((FixAction::Rewrite, edits))
    }

    /// Returns the edit that removes a `use` with its line.
    fn without_use(&self, item: &UseItem) -> Option<TextEdit> {
        let text = &self.items.text;
        if self.has_comment(item.whole) {
            return None;
        }
        let (start, end) = (item.whole.start as usize, item.whole.end as usize);
        let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let rest = &text[end..];
        let after = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let alone = text[line..start].trim().is_empty() && rest[..after].trim().is_empty();
        let spaces = rest.len() - rest.trim_start_matches(' ').len();
        let (from, to) = if alone { (line, end + after) } else { (start, end + spaces) };
        let index = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Some(TextEdit { span: Span::new(index(from), index(to)), text: String::new() })
    }

    /// Returns the edits that take leaves out of their braces; none if a comment or an empty tree would be left.
    fn without_leaves(&self, item: &UseItem, planned: &[PlannedLeaf<'_>]) -> Option<Vec<TextEdit>> {
        let items = &*self.items;
        let mut edits = Vec::new();
        for it in planned {
            if !it.leaf.grouped {
                return None;
            }
            let (first, last) = (items.token_at(it.leaf.span.start), items.token_at(it.leaf.span.end));
            let range = if items.is(last, b',') {
                let next = items.tokens.get(last + 1)?.span.start;
                Span::new(it.leaf.span.start, if items.is(last + 1, b'}') { items.tokens[last].span.end } else { next })
            } else if first > 0 && items.is(first - 1, b',') {
                Span::new(items.tokens[first - 1].span.start, it.leaf.span.end)
            } else {
                // It is alone in its braces.
                return None;
            };
            if self.has_comment(range) || range.end > item.whole.end {
                return None;
            }
            edits.push(TextEdit { span: range, text: String::new() });
        }
        Some(edits)
    }

    pub(super) fn has_comment(&self, range: Span) -> bool {
        self.items.comments.iter().any(|it| range.start <= it.start && it.start < range.end)
    }
}

fn indentation(text: &str, at: u32) -> &str {
    let line = &text[..at as usize];
    let start = line.rfind('\n').map_or(0, |at| at + 1);
    let blank = line[start..].trim().is_empty();
    if blank { &line[start..] } else { "" }
}

fn line_end(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}
