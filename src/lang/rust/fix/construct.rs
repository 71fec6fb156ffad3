//! Fixes of constructions: the shared instance in the place of a value of one's own. Never safe: a reference takes the place of
//! an owned value.

use super::RustFix;
use super::items::{RustItemKind, UseItem, UseLeaf};
use super::names::RustEnd;
use super::paths::WrittenPath;
use crate::facts::Name;
use crate::lang::fixing::{Breach, Doubt, FixAction, FixProposal, FixTerms, Guarantee, TextEdit};
use crate::source::Span;

impl RustFix<'_, '_> {
    /// Proposes a fix for a construction.
    pub(super) fn construction(&self, breach: &Breach<'_>) -> FixProposal {
        let items = &*self.items;
        let place = Some((items.file, breach.span.start));
        let fatal = |guarantee, sentence: String| Doubt { guarantee, sentence, place, fatal: true };
        let manual = |guarantee, sentence: &str| FixProposal::manual(fatal(guarantee, sentence.to_owned()), None);
        let Some(new) = &breach.terms.use_instead else {
            return manual(Guarantee::Resolves, "the rule does not say what to use instead");
        };
        if let Some(why) = breach.indirect {
            return manual(Guarantee::SameObject, why);
        }
        let path = self.written_path(items.token_at(breach.span.start));
        let Some(path) = path.filter(|it| items.is(it.after, b'(')) else {
            return manual(Guarantee::Fits, "what constructs is not called here");
        };
        let suggestion = Some(format!("{}()", new.join("::")));
        let mut doubts = Vec::new();
        match self.names.ends(items.file, new).as_slice() {
            [RustEnd::Item(file, inline, name)] => {
                let kind = self.gives(*file, inline, &name[0], &path);
                doubts.extend(kind.map(|why| fatal(Guarantee::Fits, why)));
            }
            _ => doubts.push(fatal(Guarantee::Resolves, format!("there is no public function `{}`", new.join("::")))),
        }
        let close = items.closing(path.after);
        let sentence = format!("takes `{}`, which others use too, in the place of a value of its own", new.join("::"));
        doubts.push(Doubt { guarantee: Guarantee::SameObject, sentence, place, fatal: false });
        if close > path.after + 1 {
            let passed =
                Span::new(items.tokens[path.after + 1].span.start, items.tokens[close - 1].span.end).of(&items.text);
            let sentence = format!("passes `{passed}`, which the shared instance does not take");
            doubts.push(Doubt { guarantee: Guarantee::Fits, sentence, place, fatal: false });
        }
        let end = self.unwrapped(close + 1);
        doubts.extend(self.owned(&path, end, breach.terms).map(|why| fatal(Guarantee::Fits, why)));
        let whole = Span::new(breach.span.start, items.tokens[end - 1].span.end);
        if self.has_comment(whole) {
            doubts.push(fatal(Guarantee::Fits, "a comment stands in the call, and would be lost".to_owned()));
        }
        doubts.sort_by_key(|doubt| !doubt.fatal);
        let (name, import) = self.function_name(new, &path);
        let mut edits = vec![TextEdit { span: whole, text: format!("{name}()") }];
        edits.extend(import);
        FixProposal { action: Some(FixAction::Replace), edits, doubts, suggestion }
    }

    /// Says why a function does not give what a constructor of a type does, if so.
    fn gives(&self, file: crate::source::FileId, inline: &[Name], name: &Name, path: &WrittenPath) -> Option<String> {
        let items = self.names.items(file)?;
        let scope = items.scopes.iter().find(|scope| scope.is_module && scope.path == *inline)?;
        let item = scope.items.iter().find(|it| it.name == *name && it.kind == RustItemKind::Function);
        let Some(item) = item else { return Some(format!("`{name}` is no function")) };
        let open = (item.after..items.tokens.len()).find(|at| items.is(*at, b'('))?;
        let close = items.closing(open);
        if close > open + 1 {
            return Some(format!("`{name}` takes arguments"));
        }
        let body = (close..items.tokens.len()).find(|at| items.is(*at, b'{') || items.is(*at, b';'))?;
        let class = path.segments.iter().rev().nth(1).map(|(name, _)| name.clone())?;
        let given = (close..body).any(|at| items.word(at) == class.as_str());
        let wrapped = (close..body).any(|at| matches!(items.word(at), "Result" | "Option"));
        let head = (item.after.saturating_sub(4)..item.after).any(|at| items.word(at) == "async");
        match (given, wrapped || head) {
            (false, _) => Some(format!("`{name}` gives no `{class}`")),
            (true, true) => Some(format!("`{name}` gives a `{class}` only behind something else")),
            (true, false) => None,
        }
    }

    /// Returns the index of the token behind `?`, `.unwrap()` and `.expect(..)`.
    fn unwrapped(&self, at: usize) -> usize {
        let items = &*self.items;
        if items.is(at, b'?') {
            return at + 1;
        }
        let called = items.is(at, b'.') && matches!(items.word(at + 1), "unwrap" | "expect" | "unwrap_or_default");
        if called && items.is(at + 2, b'(') { items.closing(at + 2) + 1 } else { at }
    }

    /// Says why a reference does not do where a value is made, if so.
    fn owned(&self, path: &WrittenPath, end: usize, terms: &FixTerms<'_>) -> Option<String> {
        let items = &*self.items;
        let first = items.token_at(path.segments[0].1.start) - if path.leading { 2 } else { 0 };
        if items.is(end, b'.') && items.is_word(end + 1) {
            return self.ended(items.word(end + 1), terms);
        }
        let bound = first >= 3 && items.is(first - 1, b'=') && items.is_word(first - 2);
        let is_let = bound && items.word(first - 3) == "let" && items.is(end, b';');
        if !is_let {
            return Some("an owned value is expected here".to_owned());
        }
        let name = items.word(first - 2).to_owned();
        let scope = &items.scopes[items.scope_at(items.tokens[first].span.start)];
        let uses = (end..items.tokens.len()).take_while(|at| items.tokens[*at].span.start < scope.span.end);
        for at in uses.filter(|at| items.word(*at) == name) {
            let member = at > 0 && (items.is(at - 1, b'.') || items.is_path_sign(at.saturating_sub(2)));
            if member {
                continue;
            }
            if !(items.is(at + 1, b'.') && items.is_word(at + 2)) {
                return Some(format!("`{name}` is moved or given away, and an owned value is expected there"));
            }
            if let Some(why) = self.ended(items.word(at + 2), terms) {
                return Some(why);
            }
        }
        None
    }

    fn ended(&self, member: &str, terms: &FixTerms<'_>) -> Option<String> {
        let ends = terms.ends_life.iter().any(|name| name == member);
        ends.then(|| format!("ends the life of what it built, by `{member}`"))
    }

    /// Returns how to call a function, and the edit that imports it where the import of the type goes.
    fn function_name(&self, new: &[Name], path: &WrittenPath) -> (String, Option<TextEdit>) {
        let items = &*self.items;
        let scope = items.scope_at(path.segments[0].1.start);
        let lead = if self.is_shadowed(scope, &new[0]) { "::" } else { "" };
        let full = format!("{lead}{}", new.join("::"));
        let (Some((last, module)), [(class, at), ..]) = (new.split_last(), path.segments.as_slice()) else {
            return (full, None);
        };
        let used = |name: &str, but: Span| {
            items.tokens.iter().filter(|token| token.span != but && token.span.of(&items.text) == name).count()
        };
        let leaf_of = |item: &UseItem| -> Option<UseLeaf> {
            let leaf = item.leaves.iter().find(|leaf| leaf.bound() == Some(class) && leaf.rename.is_none())?;
            let names = leaf.names();
            (names[..names.len() - 1] == *module && item.start == item.keyword.start).then(|| leaf.clone())
        };
        let Some((_, leaf)) = items.uses.iter().find_map(|item| Some((item, leaf_of(item)?))) else {
            return (full, None);
        };
        let Some((_, place)) = leaf.path.last() else { return (full, None) };
        let only = used(class, *at) == 1;
        if only && used(last, *at) == 0 {
            let edit = TextEdit { span: *place, text: last.to_string() };
            return (last.to_string(), Some(edit));
        }
        (full, None)
    }
}
