//! Needs: whether anything needs what an import binds: the file itself, its strings and comments, other files, test runners.
//!
//! In: a name of an import statement. Out: why it stays; nothing if it can go.

use super::imports::FileFix;
use super::script::{Access, BoundTo, ImportStatement, ImportedName, NameScopeKind, NameUse};
use super::scripts::End;
use crate::facts::Name;

impl FileFix<'_, '_> {
    /// Returns why an import stays though it may look unused; none if nothing needs it.
    pub fn stays(&self, import: &ImportStatement, name: &ImportedName) -> Option<&'static str> {
        let script = &*self.script;
        let from = import.from.is_some();
        let bound = name.bound(from);
        let owner = script.owner(import.scope, bound).unwrap_or(import.scope);
        let dotted = !from && name.asname.is_none() && name.path.len() > 1;
        let begins = |it: &&NameUse| {
            !dotted || it.members.iter().map(|(name, _)| name).take(name.path.len() - 1).eq(&name.path[1..])
        };
        if script.uses_of(owner, bound).filter(|it| it.access != Access::Written).any(|it| begins(&it)) {
            return Some("it is used");
        }
        if dotted && script.uses_of(owner, bound).next().is_some() && script.bound(owner, bound).len() < 2 {
            return Some("its package is used");
        }
        let alone = script.bound(owner, bound).len() == 1 || dotted;
        if !alone && import.guard.is_some() {
            return Some("the name has another meaning where the import fails");
        }
        if !alone && script.uses_of(owner, bound).next().is_some() {
            return Some("the name is bound elsewhere too");
        }
        if import.guard.is_some() && script.blocks[import.block].length == 1 {
            return Some("its failure is what the code asks for");
        }
        let taken = if dotted { &name.path[name.path.len() - 1] } else { bound };
        self.stays_for_others(import, name, owner).or_else(|| {
            let taken = script.scopes[owner].kind == NameScopeKind::Module
                && !self.scripts.takers(script.file, taken).is_empty();
            taken.then_some("another file takes it from here")
        })
    }

    /// Returns why an import stays that nothing in the file uses; none if nobody else can need it.
    pub fn stays_for_others(
        &self,
        import: &ImportStatement,
        name: &ImportedName,
        owner: usize,
    ) -> Option<&'static str> {
        let script = &*self.script;
        let bound = name.bound(import.from.is_some());
        if name.asname.as_ref().is_some_and(|it| name.path.len() == 1 && *it == name.path[0]) {
            return Some("`X as X` hands it on");
        }
        if self.has_pragma(import, name) {
            return Some("a comment says that it stays");
        }
        if script.exports.as_ref().is_some_and(|exports| exports.contains(bound)) {
            return Some("`__all__` lists it");
        }
        if self.is_mentioned(owner, bound) {
            return Some("a string or a parameter has its name");
        }
        match script.scopes[owner].kind {
            NameScopeKind::Module => {}
            NameScopeKind::Class => return Some("it is an attribute of a class"),
            NameScopeKind::Function { .. } | NameScopeKind::Expression => return None,
        }
        if self.only_imports() {
            return Some("the file has nothing but imports, and hands them on");
        }
        self.is_fixture(import, name).then_some("a test runner looks it up by its name")
    }

    /// Returns whether a file has nothing but imports: what it imports is there for others, also outside the tree.
    fn only_imports(&self) -> bool {
        use ruff_python_ast::Stmt;
        self.script.body().iter().all(|it| match it {
            Stmt::Import(_) | Stmt::ImportFrom(_) => true,
            Stmt::Expr(it) => it.value.is_string_literal_expr(),
            _ => false,
        })
    }

    /// Returns whether strings of the file, its reflection or parameters of its functions can mean a name.
    pub fn is_mentioned(&self, owner: usize, name: &Name) -> bool {
        let script = &*self.script;
        let literal = script.literals.iter().any(|it| match it.docstring {
            true => it.value.lines().any(|line| is_doctest(line) && has_word(line, name)),
            false => it.annotation && has_word(&it.value, name) || is_like_type(&it.value) && has_word(&it.value, name),
        });
        let comment = |it: &crate::source::Span| {
            let text = it.of(&script.text);
            text.contains("type:") && has_word(text, name)
        };
        let parameter = || {
            owner == 0
                && script.scopes.iter().any(|scope| {
                    scope
                        .bound
                        .get(name)
                        .is_some_and(|bound| bound.iter().any(|it| matches!(it.to, BoundTo::Parameter)))
                })
        };
        let reflects = ["globals", "locals", "vars", "eval", "exec", "dir"];
        let reflection = script.uses.iter().any(|it| {
            reflects.contains(&it.name.as_str()) && it.call.is_some() && script.owner(it.scope, &it.name).is_none()
        });
        literal || script.comments.iter().any(comment) || parameter() || reflection
    }

    /// Returns whether a comment at the import says that it stays though nothing uses it.
    fn has_pragma(&self, import: &ImportStatement, name: &ImportedName) -> bool {
        let script = &*self.script;
        let start = script.line(import.range.start().to_usize()).start;
        let lines =
            [start, script.line(name.range.start().to_usize()).start, script.line(import.range.end().to_usize()).start];
        let file_wide = |text: &str| text.contains("flake8: noqa") || text.contains("ruff: noqa");
        script.comments.iter().any(|it| {
            let text = it.of(&script.text).to_lowercase();
            let on_line = lines.contains(&script.line(it.start as usize).start);
            let codes = text.split_once("noqa").map(|(_, rest)| rest.trim_start_matches([' ', ':']));
            let all =
                codes.is_some_and(|codes| codes.is_empty() || !codes.starts_with(|c: char| c.is_ascii_alphabetic()));
            let stays = all
                || codes.is_some_and(|codes| codes.contains("f401") || codes.contains("f403"))
                || text.contains("unused-import")
                || text.contains("pyflakes:ignore")
                || text.contains("isort: keep")
                || text.contains("re-export")
                || text.contains("reexport");
            on_line && stays || file_wide(&text)
        })
    }

    /// Returns whether what is imported is a fixture or hook of a test runner.
    fn is_fixture(&self, import: &ImportStatement, name: &ImportedName) -> bool {
        let path = self.scripts.around.path(self.script.file);
        if path == "conftest.py" || path.ends_with("/conftest.py") || name.bound(true).starts_with("pytest_") {
            return true;
        }
        let ends = self.scripts.ends_of_import(&self.script, import, name);
        ends.iter().any(|end| {
            let End::Definition(file, name) = end else { return false };
            let Some(script) = self.scripts.script(*file) else { return true };
            super::effects::function_definition(script.body(), name)
                .is_some_and(|it| it.decorator_list.iter().any(|it| script.code(it.range).contains("fixture")))
        })
    }
}

fn is_doctest(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with(">>>") || line.starts_with("...")
}

/// Returns whether a text has a name as a whole word.
pub(super) fn has_word(text: &str, name: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(part) && !text[at + name.len()..].chars().next().is_some_and(part)
    })
}

/// Returns whether a string can be an expression of types or a dotted path: no two words stand side by side in it.
fn is_like_type(text: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']' | ',' | '|' | ' ' | ':');
    !text.is_empty() && text.len() < 400 && text.chars().all(allowed) && {
        let words: Vec<&str> = text.split(' ').filter(|it| !it.is_empty()).collect();
        words.windows(2).all(|pair| pair[0].ends_with([',', '|', '[']) || pair[1].starts_with('|'))
    }
}
