//! Fixes of paths that are written in full, in code, in arguments of macros and in bodies of macros.

use super::RustFix;
use super::items::{RustItemKind, plain};
use crate::facts::Name;
use crate::lang::fixing::{Breach, Doubt, FixAction, FixProposal, Guarantee, TextEdit};
use crate::source::Span;

/// A path by its segments.
pub(super) struct WrittenPath {
    pub segments: Vec<(Name, Span)>,
    pub leading: bool,
    /// Index of the token behind it.
    pub after: usize,
}

impl RustFix<'_, '_> {
    /// Proposes a fix for a path.
    pub(super) fn path(&self, breach: &Breach<'_>) -> FixProposal {
        let first = self.items.token_at(breach.span.start);
        if let Some(path) = self.written_path(first)
            && let Some(banned) = self.banned_part(&path, breach)
        {
            return self.rewritten(&path, banned, breach);
        }
        self.in_macro(breach)
    }

    /// Returns the path that begins at a token.
    pub(super) fn written_path(&self, first: usize) -> Option<WrittenPath> {
        let items = &*self.items;
        let leading = items.is_path_sign(first);
        let mut at = if leading { first + 2 } else { first };
        let mut segments = Vec::new();
        while items.is_word(at) {
            segments.push((Name::from(plain(items.word(at))), items.tokens[at].span));
            at += 1;
            if !items.is_path_sign(at) || !items.is_word(at + 2) {
                break;
            }
            at += 2;
        }
        (!segments.is_empty()).then_some(WrittenPath { segments, leading, after: at })
    }

    fn banned_part(&self, path: &WrittenPath, breach: &Breach<'_>) -> Option<usize> {
        let names: Vec<Name> = path.segments.iter().map(|(name, _)| name.clone()).collect();
        let length = (breach.terms.banned)(&names)?;
        (names[..length].join("::") == breach.symbol).then_some(length)
    }

    fn rewritten(&self, path: &WrittenPath, banned: usize, breach: &Breach<'_>) -> FixProposal {
        let items = &*self.items;
        let old: Vec<Name> = path.segments.iter().map(|(name, _)| name.clone()).collect();
        let start = path.segments[0].1.start;
        let Some(target) = self.target(&old, banned, breach.terms, start) else {
            let sentence = "the rule does not say what to use instead".to_owned();
            let doubt =
                Doubt { guarantee: Guarantee::Resolves, sentence, place: Some((items.file, start)), fatal: true };
            return FixProposal::manual(doubt, None);
        };
        let new = target.full(&old);
        let suggestion = Some(new.join("::"));
        let mut edits = Vec::new();
        let shadowed = !path.leading && self.is_shadowed(items.scope_at(start), &new[0]);
        let lead = if shadowed { "::" } else { "" };
        if let Some((_, last)) = target.banned.checked_sub(1).and_then(|at| path.segments.get(at)) {
            edits
                .push(TextEdit { span: Span::new(start, last.end), text: format!("{lead}{}", target.base.join("::")) });
        }
        if let (Some(name), Some((_, place))) = (&target.renamed, path.segments.last()) {
            edits.push(TextEdit { span: *place, text: name.to_string() });
        }
        FixProposal { action: Some(FixAction::Rewrite), edits, doubts: target.doubts, suggestion }
    }

    /// Proposes a fix for a path in the body of a macro that is called at the place: one for all its calls.
    fn in_macro(&self, breach: &Breach<'_>) -> FixProposal {
        let items = &*self.items;
        let place = Some((items.file, breach.span.start));
        let doubt = |guarantee, sentence: &str, fatal| Doubt { guarantee, sentence: sentence.to_owned(), place, fatal };
        let name = plain(breach.span.of(&items.text));
        let defined = items
            .scopes
            .iter()
            .flat_map(|scope| &scope.items)
            .find(|it| it.kind == RustItemKind::Macro && it.name == *name);
        let Some(defined) = defined else {
            return FixProposal::manual(
                doubt(Guarantee::Resolves, "the place names the module by another path than its own", true),
                None,
            );
        };
        let end = items.closing(defined.after);
        let found = (defined.after..end).find_map(|at| {
            let begins = at == 0 || !items.is_path_sign(at.saturating_sub(2)) && items.is_word(at);
            let path = self.written_path(at).filter(|_| begins)?;
            Some((self.banned_part(&path, breach)?, path))
        });
        match found {
            Some((banned, path)) => {
                let mut proposal = self.rewritten(&path, banned, breach);
                let sentence = "stands in the body of a macro, so that every call of it changes, also in other crates";
                proposal.doubts.push(doubt(Guarantee::EveryBranch, sentence, false));
                proposal
            }
            None => FixProposal::manual(
                doubt(Guarantee::Resolves, "comes from the body of a macro in another file", true),
                None,
            ),
        }
    }
}
