//! Imports and entry points of a Python file, for the import graph.
//!
//! In: a path and a text. Out: [`FileImports`]. A pass of its own over the syntax tree: it binds no names, so that every
//! file of a large tree can be read. What is an entry point is for [`entry_points`](super::entry_points).

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Arguments, Expr, ExprLambda, Parameters, Stmt, StmtFunctionDef, StmtIf, UnaryOp};
use ruff_text_size::{Ranged, TextRange};

use crate::facts::{Anchor, Name};
use crate::lang::{EntryPoint, EntryPointKind, FileImports, Import, ImportTime};
use crate::source::LineIndex;

/// Finds what a file imports and the points at which it can be entered.
pub(super) fn imports(path: &str, text: &str) -> FileImports {
    if super::depth::is_stub(path) {
        return FileImports::default();
    }
    let found = super::depth::walked(path, text, |reading| {
        let mut pass = Pass::new(path, reading.mended.as_deref().unwrap_or(text));
        pass.visit_body(&reading.parsed.syntax().body);
        pass.found
    });
    let mut found = found.unwrap_or_default();
    if path == "__main__.py" || path.ends_with("/__main__.py") {
        let package = path.trim_end_matches("__main__.py").trim_end_matches('/');
        let name = format!("python -m {}", package.rsplit('/').next().unwrap_or_default());
        found.entries.push(EntryPoint { line: 0, kind: EntryPointKind::Script, name });
    }
    found.entries.sort();
    found.entries.dedup();
    found
}

/// The walk over one file.
pub(super) struct Pass<'a> {
    text: &'a str,
    pub(super) path: &'a str,
    lines: LineIndex,
    time: ImportTime,
    found: FileImports,
}

impl<'a> Pass<'a> {
    fn new(path: &'a str, text: &'a str) -> Self {
        let (lines, found) = (LineIndex::default(), FileImports::default());
        Self { text, path, lines, time: ImportTime::Load, found }
    }

    fn line(&self, range: TextRange) -> u32 {
        self.lines.position(self.text, range.start().to_u32()).line
    }

    fn import(&mut self, level: u32, module: &str, members: Vec<Name>, range: TextRange, time: ImportTime) {
        let anchor = if level == 0 { Anchor::Absolute } else { Anchor::Package(level) };
        let path = module.split('.').filter(|segment| !segment.is_empty()).map(Name::new).collect();
        let line = self.line(range);
        self.found.imports.push(Import { anchor, path, members, line, time });
    }

    pub(super) fn entry(&mut self, kind: EntryPointKind, name: impl Into<String>, range: TextRange) {
        let line = self.line(range);
        self.found.entries.push(EntryPoint { line, kind, name: name.into() });
    }

    /// Returns whether the file imports a package, as far as it was read.
    pub(super) fn has(&self, package: &str) -> bool {
        self.found.imports.iter().any(|import| {
            import.anchor == Anchor::Absolute && import.path.first().is_some_and(|first| first == package)
        })
    }

    /// A module that is imported by a literal name.
    fn dynamic(&mut self, callee: &Expr, arguments: &Arguments, range: TextRange) {
        if !matches!(last_name(callee), Some("import_module" | "__import__")) {
            return;
        }
        let Some(name) = first_text(arguments) else { return };
        let level = name.len() - name.trim_start_matches('.').len();
        self.import(u32::try_from(level).unwrap_or(0), name.trim_start_matches('.'), Vec::new(), range, self.time);
    }

    /// The time at which a statement here runs; a lazy one waits until its name is used.
    fn when(&self, lazy: bool) -> ImportTime {
        if lazy { ImportTime::Deferred } else { self.time }
    }

    /// Visits code that runs at another time; inside of a function everything is deferred.
    fn at(&mut self, time: ImportTime, visit: impl FnOnce(&mut Self)) {
        let outer = self.time;
        self.time = outer.max(time);
        visit(self);
        self.time = outer;
    }

    /// Defaults are evaluated where the function is made.
    fn defaults(&mut self, parameters: &'a Parameters) {
        parameters.iter_non_variadic_params().filter_map(|it| it.default()).for_each(|it| self.visit_expr(it));
    }

    fn function(&mut self, function: &'a StmtFunctionDef) {
        self.decorators(function);
        function.decorator_list.iter().for_each(|it| self.visit_expr(&it.expression));
        self.defaults(&function.parameters);
        self.at(ImportTime::Deferred, |pass| pass.visit_body(&function.body));
    }

    fn lambda(&mut self, lambda: &'a ExprLambda) {
        lambda.parameters.iter().for_each(|it| self.defaults(it));
        self.at(ImportTime::Deferred, |pass| pass.visit_expr(&lambda.body));
    }

    /// Visits the branches of an `if`, less those that only type checkers see.
    fn branches(&mut self, branch: &'a StmtIf) {
        let mut time = ImportTime::Load;
        if is_main(&branch.test) {
            self.entry(EntryPointKind::Script, "__main__", branch.range);
            time = ImportTime::Start;
        }
        self.visit_expr(&branch.test);
        let mut types = type_checking(&branch.test);
        if types != Some(true) {
            self.at(time, |pass| pass.visit_body(&branch.body));
        }
        for clause in &branch.elif_else_clauses {
            clause.test.iter().for_each(|test| self.visit_expr(test));
            let own = clause.test.as_ref().and_then(type_checking);
            if types != Some(false) && own != Some(true) {
                self.visit_body(&clause.body);
            }
            types = if own.is_some() { own } else { types };
        }
    }
}

impl<'a> Visitor<'a> for Pass<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    self.import(0, alias.name.as_str(), Vec::new(), import.range, self.when(import.is_lazy));
                }
                return;
            }
            Stmt::ImportFrom(import) => {
                let members = import.names.iter().map(|alias| Name::new(alias.name.as_str())).collect();
                let module = import.module.as_ref().map_or("", |module| module.as_str());
                return self.import(import.level, module, members, import.range, self.when(import.is_lazy));
            }
            Stmt::If(branch) => return self.branches(branch),
            Stmt::FunctionDef(function) => return self.function(function),
            Stmt::ClassDef(class) => self.class(class),
            Stmt::Assign(assign) => {
                assign.targets.iter().filter_map(last_name).for_each(|name| self.assigned(name, &assign.value));
            }
            Stmt::AugAssign(assign) => {
                last_name(&assign.target).into_iter().for_each(|name| self.assigned(name, &assign.value));
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Call(call) => {
                self.dynamic(&call.func, &call.arguments, call.range());
                self.call(&call.func, &call.arguments, call.range());
            }
            Expr::Lambda(lambda) => return self.lambda(lambda),
            _ => {}
        }
        walk_expr(self, expression);
    }

    /// Annotations are evaluated for nothing that counts here.
    fn visit_annotation(&mut self, _annotation: &'a Expr) {}
}

/// Returns true for a test that holds only while types are checked, false for one that holds only at run time.
fn type_checking(test: &Expr) -> Option<bool> {
    match test {
        Expr::UnaryOp(negation) if negation.op == UnaryOp::Not => type_checking(&negation.operand).map(|it| !it),
        Expr::BoolOp(operation) if operation.op == ruff_python_ast::BoolOp::And => {
            operation.values.iter().any(|part| type_checking(part) == Some(true)).then_some(true)
        }
        _ => (last_name(test) == Some("TYPE_CHECKING")).then_some(true),
    }
}

/// The last segment of a dotted name.
pub(super) fn last_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}

pub(super) fn text_of(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::StringLiteral(literal) => Some(literal.value.to_str()),
        _ => None,
    }
}

pub(super) fn first_text(arguments: &Arguments) -> Option<&str> {
    arguments.args.first().and_then(text_of)
}

/// `__name__ == "__main__"`, either way round, also as a part of a condition.
fn is_main(test: &Expr) -> bool {
    match test {
        Expr::Compare(compare) => {
            let sides = [&*compare.left].into_iter().chain(&compare.comparators);
            let (mut name, mut main) = (false, false);
            for side in sides {
                name |= matches!(side, Expr::Name(it) if it.id.as_str() == "__name__");
                main |= text_of(side) == Some("__main__");
            }
            name && main
        }
        Expr::BoolOp(conditions) => conditions.values.iter().any(is_main),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imported(text: &str) -> Vec<String> {
        let shown = |it: &Import| {
            format!("{:?} {} [{}] {} {:?}", it.anchor, it.path.join("."), it.members.join(","), it.line, it.time)
        };
        imports("a.py", text).imports.iter().map(shown).collect()
    }

    #[test]
    fn imports_at_any_depth_except_those_for_type_checkers() {
        let text = "import a.b, c\ntry:\n    from . import d, e\nexcept ImportError:\n    from ..f.g import h\n\
                    if TYPE_CHECKING:\n    import only_types\nelse:\n    import run\ndef f():\n    import lazily\n    \
                    importlib.import_module('.dyn')\n    __import__('plain.dyn')\n    import_module(name)\n\
                    if not typing.TYPE_CHECKING:\n    import shown\nelse:\n    import only_types\n";
        assert_eq!(
            imported(text),
            [
                "Absolute a.b [] 1 Load",
                "Absolute c [] 1 Load",
                "Package(1)  [d,e] 3 Load",
                "Package(2) f.g [h] 5 Load",
                "Absolute run [] 9 Load",
                "Absolute lazily [] 11 Deferred",
                "Package(1) dyn [] 12 Deferred",
                "Absolute plain.dyn [] 13 Deferred",
                "Absolute shown [] 16 Load",
            ]
        );
        assert_eq!(imports("a.pyi", text), FileImports::default());
    }

    #[test]
    fn what_stands_in_no_function_runs_at_load() {
        let text = "class A:\n    import in_class\n    def f(self, x=__import__('default')):\n        import in_method\n\
                    with a:\n    import in_with\nfor a in b:\n    import in_loop\n@decorate(__import__('decorator'))\n\
                    async def g(): import in_async\nf = lambda x=__import__('of_lambda'): __import__('in_lambda')\n\
                    def __getattr__(name): return importlib.import_module('.hook', __name__)\n";
        assert_eq!(
            imported(text),
            [
                "Absolute in_class [] 2 Load",
                "Absolute default [] 3 Load",
                "Absolute in_method [] 4 Deferred",
                "Absolute in_with [] 6 Load",
                "Absolute in_loop [] 8 Load",
                "Absolute decorator [] 9 Load",
                "Absolute in_async [] 10 Deferred",
                "Absolute of_lambda [] 11 Load",
                "Absolute in_lambda [] 11 Deferred",
                "Package(1) hook [] 12 Deferred",
            ]
        );
    }

    #[test]
    fn lazy_imports_and_those_of_a_program_run_later() {
        let text = "lazy import a\nimport b\nlazy from c import d\nif __name__ == '__main__':\n    import e\n    \
                    def f():\n        import g\nelse:\n    import h\n";
        assert_eq!(
            imported(text),
            [
                "Absolute a [] 1 Deferred",
                "Absolute b [] 2 Load",
                "Absolute c [d] 3 Deferred",
                "Absolute e [] 5 Start",
                "Absolute g [] 7 Deferred",
                "Absolute h [] 9 Load",
            ]
        );
    }
}
