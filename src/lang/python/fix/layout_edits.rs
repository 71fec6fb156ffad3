//! Edits of import statements: removing names and statements, and where new ones go.
//!
//! In: a statement of a file. Out: the smallest edits; what is around stays: comments, line ends, indentation, `;`.

use ruff_python_ast::Stmt;
use ruff_text_size::{Ranged, TextRange};

use super::script::{FromModule, ImportStatement, Script, span};
use crate::facts::Name;
use crate::lang::fixing::{Surroundings, TextEdit};
use crate::source::Span;

impl Script {
    /// Returns the edit that removes a statement; none if comments inside it would be lost.
    pub fn without_statement(&self, import: &ImportStatement) -> Option<TextEdit> {
        let (start, end) = (import.range.start().to_usize(), import.range.end().to_usize());
        if self.has_comment(import.range) {
            return None;
        }
        if self.blocks[import.block].length == 1 && self.blocks[import.block].parent.is_some() {
            return Some(TextEdit { span: span(import.range), text: "pass".to_owned() });
        }
        let line = self.line(start);
        let before = &self.text[line.start..start];
        let after = &self.text[end..self.line(end).end];
        let rest = after.trim_start_matches([' ', '\t', '\u{c}']);
        let edit = |from: usize, to: usize| Some(TextEdit { span: at(from, to), text: String::new() });
        if let Some(more) = rest.strip_prefix(';') {
            let skipped = more.trim_start_matches([' ', '\t']);
            if !skipped.is_empty() && !skipped.starts_with('#') {
                return edit(start, end + after.len() - skipped.len());
            }
        }
        if !before.trim().is_empty() {
            // Another statement stands before it on the line, behind a `;`.
            let kept = before.trim_end().trim_end_matches(';').trim_end().len();
            return edit(line.start + kept, end + after.len() - rest.trim_start_matches(';').len());
        }
        if rest.trim_start_matches(';').trim().starts_with('#') {
            return edit(start, end + after.len() - rest.trim_start_matches(';').trim_start().len());
        }
        let stop = self.line(end).end;
        let line_end = match &self.text[stop..] {
            rest if rest.starts_with("\r\n") => 2,
            "" => 0,
            _ => 1,
        };
        // A file that ends without a line end keeps ending so.
        let from = if line_end == 0 && line.start > 0 {
            self.text[..line.start].trim_end_matches(['\r', '\n']).len()
        } else {
            line.start
        };
        let from = if line_end == 0 && line.start > 0 { from.max(line.start - self.line_end().len()) } else { from };
        edit(from, stop + line_end)
    }

    /// Returns whether a comment stands in a range.
    pub fn has_comment(&self, range: TextRange) -> bool {
        let range = span(range);
        self.comments.iter().any(|it| range.start <= it.start && it.start < range.end)
    }

    /// Returns the edits that remove some names of a statement of which others stay; none if a comment would be lost.
    pub fn without_names(&self, import: &ImportStatement, gone: &[usize]) -> Option<Vec<TextEdit>> {
        let mut edits = Vec::new();
        let names = &import.names;
        for &at in gone {
            let follows = (at + 1..names.len()).find(|next| !gone.contains(next));
            let range = match follows {
                Some(_) => TextRange::new(names[at].range.start(), names[at + 1].range.start()),
                None => TextRange::new(names[at - 1].range.end(), names[at].range.end()),
            };
            if self.has_comment(range) {
                return None;
            }
            edits.push(TextEdit { span: span(range), text: String::new() });
        }
        Some(edits)
    }

    /// Returns the edit that adds a statement before another, on a line of its own where that stands on one.
    pub fn before_statement(&self, range: TextRange, code: &str) -> TextEdit {
        let start = range.start().to_usize();
        let line = self.line(start);
        let before = &self.text[line.start..start];
        let text = match before.trim().is_empty() {
            true => format!("{code}{}{before}", self.line_end()),
            false => format!("{code}; "),
        };
        TextEdit { span: at(start, start), text }
    }

    /// Returns the edit that adds an import at the top of the module: behind the last import of its first statements, or
    /// behind the docstring, or at the first statement.
    pub fn at_top(&self, code: &str) -> TextEdit {
        let mut last: Option<&Stmt> = None;
        for (index, statement) in self.body().iter().enumerate() {
            let docstring = index == 0 && matches!(statement, Stmt::Expr(it) if it.value.is_string_literal_expr());
            match statement {
                Stmt::Import(_) | Stmt::ImportFrom(_) => last = Some(statement),
                _ if docstring => last = Some(statement),
                Stmt::If(_) | Stmt::Try(_) => {}
                _ => break,
            }
        }
        let Some(last) = last else {
            return match self.body().first() {
                Some(first) => self.before_statement(first.range(), code),
                None => {
                    TextEdit { span: at(self.text.len(), self.text.len()), text: format!("{code}{}", self.line_end()) }
                }
            };
        };
        let end = last.range().end().to_usize();
        let line = self.line(end);
        let after = self.text[end..line.end].trim();
        if after.starts_with(';') || after.starts_with('\\') {
            return match self.body().iter().find(|it| it.range().start() >= last.range().end()) {
                Some(next) => self.before_statement(next.range(), code),
                None => TextEdit { span: at(end, end), text: format!("; {code}") },
            };
        }
        TextEdit { span: at(line.end, line.end), text: format!("{}{code}", self.line_end()) }
    }

    /// Returns a module as a `from` import writes it: relative where the import was and both are in one top package.
    pub fn module_text(&self, from: &FromModule, module: &[Name], around: &dyn Surroundings) -> String {
        let own = around.names(super::scripts::Scripts::own_module(self.file)).into_iter().next();
        let Some(mut package) = own.filter(|_| from.level > 0) else { return module.join(".") };
        let path = around.path(self.file);
        if !(path.ends_with("/__init__.py") || path == "__init__.py" || path.ends_with("/__init__.pyi")) {
            package.pop();
        }
        let common = package.iter().zip(module).take_while(|(a, b)| a == b).count();
        if common == 0 {
            return module.join(".");
        }
        ".".repeat(package.len() - common + 1) + &module[common..].join(".")
    }
}

fn at(from: usize, to: usize) -> Span {
    let index = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(index(from), index(to))
}
