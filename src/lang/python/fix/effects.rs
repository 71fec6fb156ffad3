//! Effects at import: what a module does when it is loaded, besides binding its own names.
//!
//! In: a file. Out: the first place with an effect, and the files that loading it loads. Calls at module level are effects
//! but for a list (docs/fixes.md): loggers, types made by calls, constants, instances of classes of the tree that only set
//! attributes. What is not known is an effect.

use std::cell::RefCell;
use std::collections::BTreeSet;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Decorator, ExceptHandler, Expr, Stmt, StmtClassDef, StmtFunctionDef, StmtIf};
use ruff_text_size::Ranged;
use rustc_hash::FxHashMap;

use super::harmless::{HARMLESS_BASES, HARMLESS_CALLS, HARMLESS_DECORATORS, lists};
use super::script::{BoundTo, ImportStatement, Script};
use super::scripts::{End, Scripts};
use super::shapes::path_of;
use crate::facts::Name;
use crate::lang::python::names::is_standard;
use crate::lang::{Located, ModuleRef};
use crate::source::FileId;

/// An effect: where, and in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LoadEffect {
    pub file: FileId,
    pub at: u32,
    pub what: String,
}

/// The effects of files, each judged once.
pub(super) struct LoadEffects<'s, 'a> {
    scripts: &'s Scripts<'a>,
    own: RefCell<FxHashMap<FileId, Option<LoadEffect>>>,
    direct: RefCell<FxHashMap<FileId, Vec<FileId>>>,
}

impl<'s, 'a> LoadEffects<'s, 'a> {
    pub fn new(scripts: &'s Scripts<'a>) -> Self {
        Self { scripts, own: RefCell::default(), direct: RefCell::default() }
    }

    /// Returns the effect of the first of these files that has one.
    pub fn of(&self, files: impl Iterator<Item = FileId>) -> Option<LoadEffect> {
        files.filter_map(|file| self.own(file)).next()
    }

    fn own(&self, file: FileId) -> Option<LoadEffect> {
        if let Some(known) = self.own.borrow().get(&file) {
            return known.clone();
        }
        // A circle of classes that construct each other has none of its own.
        self.own.borrow_mut().insert(file, None);
        let found = match self.scripts.script(file) {
            Some(script) => EffectPass::new(self.scripts, &script).body(script.body()),
            None => Some((0, "cannot be read".to_owned())),
        };
        let found = found.map(|(at, what)| LoadEffect { file, at, what });
        self.own.borrow_mut().insert(file, found.clone());
        found
    }

    /// Returns the files that are loaded when some files are, with the packages around each.
    pub fn closure(&self, roots: impl IntoIterator<Item = FileId>) -> BTreeSet<FileId> {
        let mut found = BTreeSet::new();
        let mut open: Vec<FileId> = roots.into_iter().collect();
        while let Some(file) = open.pop() {
            if found.insert(file) {
                open.extend(self.direct(file));
            }
        }
        found
    }

    /// Returns the files that a file loads when it is loaded, in source order; its packages come first.
    pub fn direct(&self, file: FileId) -> Vec<FileId> {
        if let Some(known) = self.direct.borrow().get(&file) {
            return known.clone();
        }
        let mut found = self.packages(Scripts::own_module(file));
        if let Some(script) = self.scripts.script(file) {
            let loading = script.imports.iter().filter(|it| !it.type_checking && !script.is_deferred(it.scope));
            found.extend(loading.flat_map(|import| self.of_import(&script, import)));
        }
        found.retain(|it| *it != file);
        self.direct.borrow_mut().insert(file, found.clone());
        found
    }

    /// Returns the files that an import statement loads itself.
    pub fn of_import(&self, script: &Script, import: &ImportStatement) -> Vec<FileId> {
        let mut found = Vec::new();
        for name in &import.names {
            let module = match self.scripts.module_of(script, import, name) {
                Located::Module(module) | Located::Either(module, _) => module,
                Located::External(_) | Located::Nowhere => continue,
            };
            found.extend(self.with_packages(module));
            if import.from.is_some()
                && let Some(child) = self.scripts.around.child(module, &name.path[0])
            {
                found.extend(Scripts::file_of(child));
            }
        }
        found
    }

    /// Returns the files that run when a module is imported by itself.
    pub fn with_packages(&self, module: ModuleRef) -> Vec<FileId> {
        let mut found = self.packages(module);
        found.extend(Scripts::file_of(module));
        found
    }

    fn packages(&self, module: ModuleRef) -> Vec<FileId> {
        let around = self.scripts.around;
        let Some(name) = around.names(module).into_iter().next() else { return Vec::new() };
        let Some(file) = Scripts::file_of(module) else { return Vec::new() };
        let prefixes =
            (1..name.len()).map(|length| around.locate(file, crate::facts::Anchor::Absolute, &name[..length]));
        prefixes
            .filter_map(|located| match located {
                Located::Module(module) => Scripts::file_of(module),
                _ => None,
            })
            .collect()
    }
}

/// An effect in one file: where, and in words.
type OwnEffect = Option<(u32, String)>;

/// Looks for the first effect in some statements of one file.
struct EffectPass<'p, 'a> {
    scripts: &'p Scripts<'a>,
    script: &'p Script,
    /// In a function: its receiver and locals may be written.
    in_function: bool,
    depth: u32,
    found: OwnEffect,
}

impl<'p, 'a> EffectPass<'p, 'a> {
    fn new(scripts: &'p Scripts<'a>, script: &'p Script) -> Self {
        Self { scripts, script, in_function: false, depth: 0, found: None }
    }

    fn body(&mut self, body: &[Stmt]) -> OwnEffect {
        for statement in body {
            self.visit_stmt(statement);
            if self.found.is_some() {
                break;
            }
        }
        self.found.take()
    }

    fn effect(&mut self, at: impl Ranged, what: String) {
        self.found.get_or_insert((at.start().to_u32(), what));
    }

    /// Returns where a path ends that is read at module level; none for builtins.
    fn ends(&self, path: &[Name]) -> Option<Vec<End>> {
        self.script.scopes[0].bound.contains_key(&path[0]).then(|| {
            let ends = self.scripts.member(Scripts::own_module(self.script.file), &path[0]);
            self.scripts.members(ends, &path[1..])
        })
    }

    /// Returns whether a call of a path does nothing but give a value.
    fn is_harmless(&self, path: &[Name], harmless: &str) -> bool {
        let last = path[path.len() - 1].as_str();
        let lower = last.to_lowercase();
        if lower.contains("logger") || is_logging(path) {
            return true;
        }
        if path.len() > 1 && path[0] == "self" || path[0] == "super" || path[0] == "cls" && last == "__new__" {
            return path[0] != "self";
        }
        if last == "get" && path.iter().any(|segment| segment == "environ") {
            return true;
        }
        match self.ends(path) {
            None => lists(harmless, last),
            Some(ends) => {
                !ends.is_empty()
                    && ends.iter().all(|end| match end {
                        End::External(_) => lists(harmless, last),
                        End::Definition(..) => self.constructs_quietly(end),
                        _ => false,
                    })
            }
        }
    }

    /// Returns whether making an instance of a class of the tree only sets attributes.
    fn constructs_quietly(&self, class: &End) -> bool {
        let End::Definition(file, name) = class else { return false };
        if self.depth > 8 {
            return false;
        }
        let Some(script) = self.scripts.script(*file) else { return false };
        let Some(definition) = class_definition(script.body(), name) else { return false };
        let mut quiet = true;
        let mut has_init = false;
        for statement in &definition.body {
            let Stmt::FunctionDef(function) = statement else { continue };
            if !matches!(function.name.as_str(), "__init__" | "__new__" | "__post_init__") {
                continue;
            }
            has_init |= function.name.as_str() == "__init__";
            let mut pass =
                EffectPass { in_function: true, depth: self.depth + 1, ..EffectPass::new(self.scripts, &script) };
            quiet &= pass.body(&function.body).is_none();
        }
        let dataclass = definition.decorator_list.iter().any(|it| last_of(&it.expression) == Some("dataclass"));
        if !quiet || has_init || dataclass {
            return quiet;
        }
        let bases = definition.arguments.iter().flat_map(|arguments| &arguments.args);
        let module = Scripts::own_module(*file);
        bases.into_iter().all(|base| {
            let Some(path) = path_of(base) else { return matches!(base, Expr::Subscript(_)) };
            if !script.scopes[0].bound.contains_key(&path[0]) {
                return true;
            }
            let ends = self.scripts.members(self.scripts.member(module, &path[0]), &path[1..]);
            let deeper = EffectPass { depth: self.depth + 1, ..EffectPass::new(self.scripts, &script) };
            ends.iter().all(|end| match end {
                End::External(path) => is_standard(&path[0]) || path.last().is_some_and(|it| lists(HARMLESS_BASES, it)),
                End::Definition(..) => deeper.constructs_quietly(end),
                _ => false,
            })
        })
    }

    fn decorators(&mut self, decorators: &[Decorator]) {
        for decorator in decorators {
            let callee = match &decorator.expression {
                Expr::Call(call) => &call.func,
                other => other,
            };
            let harmless = path_of(callee).is_some_and(|path| {
                self.is_harmless(&path, HARMLESS_DECORATORS) || path.len() > 1 && path[..2] == ["pytest", "mark"]
            });
            if !harmless {
                let name = self.script.code(callee.range()).to_owned();
                self.effect(decorator, format!("is decorated by `{name}`, which may register it"));
            }
        }
    }

    fn class(&mut self, class: &StmtClassDef) {
        self.decorators(&class.decorator_list);
        for base in class.arguments.iter().flat_map(|arguments| &arguments.args) {
            let base = if let Expr::Subscript(subscript) = base { &*subscript.value } else { base };
            let registers = |end: &End| match end {
                End::External(path) => {
                    let known = path.last().is_some_and(|it| lists(HARMLESS_BASES, it));
                    !(known || is_standard(&path[0]))
                }
                End::Definition(..) => !self.scripts.is_class(end),
                End::Module(_) | End::Missing | End::Unknown => true,
            };
            let registering = match path_of(base) {
                Some(path) => self.ends(&path).is_some_and(|ends| ends.iter().any(registers)),
                None => true,
            };
            if registering {
                let name = self.script.code(base.range()).to_owned();
                self.effect(base, format!("inherits from `{name}`, which may register it"));
            }
        }
        for statement in &class.body {
            self.visit_stmt(statement);
        }
    }

    fn function(&mut self, function: &StmtFunctionDef) {
        self.decorators(&function.decorator_list);
        let defaults = function.parameters.iter_non_variadic_params().filter_map(|it| it.default.as_deref());
        defaults.for_each(|it| self.visit_expr(it));
    }

    fn branch(&mut self, branch: &StmtIf) {
        let name = last_of(&branch.test);
        let is_main = self.script.code(branch.test.range()).contains("__main__");
        self.visit_expr(&branch.test);
        if name != Some("TYPE_CHECKING") && !is_main {
            branch.body.iter().for_each(|it| self.visit_stmt(it));
        }
        for clause in &branch.elif_else_clauses {
            clause.test.iter().for_each(|it| self.visit_expr(it));
            clause.body.iter().for_each(|it| self.visit_stmt(it));
        }
    }

    /// A write to a member or element: an effect if it is that of something from elsewhere.
    fn write(&mut self, target: &Expr) {
        let mut at = target;
        let mut within = false;
        let root = loop {
            match at {
                Expr::Attribute(it) => (at, within) = (&it.value, true),
                Expr::Subscript(it) => {
                    self.visit_expr(&it.slice);
                    (at, within) = (&it.value, true);
                }
                Expr::Starred(it) => at = &it.value,
                Expr::Tuple(it) => return it.elts.iter().for_each(|it| self.write(it)),
                Expr::List(it) => return it.elts.iter().for_each(|it| self.write(it)),
                Expr::Name(name) => break Some(name.id.as_str()),
                _ => break None,
            }
        };
        let Some(root) = root.filter(|_| within) else { return };
        let imported = self.script.bound(0, root).iter().any(|it| matches!(it.to, BoundTo::Import(..)));
        if imported
            || self.in_function && !matches!(root, "self" | "cls") && self.script.scopes[0].bound.contains_key(root)
        {
            let code = self.script.code(target.range()).to_owned();
            self.effect(target, format!("writes to `{code}`"));
        }
    }
}

impl<'v> Visitor<'v> for EffectPass<'_, '_> {
    fn visit_stmt(&mut self, statement: &'v Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => self.class(class),
            Stmt::If(branch) => self.branch(branch),
            Stmt::Assign(assign) => {
                self.visit_expr(&assign.value);
                assign.targets.iter().for_each(|it| self.write(it));
            }
            Stmt::AugAssign(assign) => {
                self.visit_expr(&assign.value);
                self.write(&assign.target);
            }
            Stmt::AnnAssign(assign) => {
                assign.value.iter().for_each(|it| self.visit_expr(it));
                self.write(&assign.target);
            }
            Stmt::Delete(delete) => delete.targets.iter().for_each(|it| self.write(it)),
            Stmt::Raise(raise) => self.effect(raise, "raises an exception".to_owned()),
            Stmt::Global(it) if self.in_function => self.effect(it, "writes a global name".to_owned()),
            Stmt::Try(attempt) => {
                attempt.body.iter().for_each(|it| self.visit_stmt(it));
                attempt.orelse.iter().chain(&attempt.finalbody).for_each(|it| self.visit_stmt(it));
                for ExceptHandler::ExceptHandler(handler) in &attempt.handlers {
                    handler.body.iter().filter(|it| !it.is_raise_stmt()).for_each(|it| self.visit_stmt(it));
                }
            }
            Stmt::With(with) => {
                let code = self.script.code(with.range).lines().next().unwrap_or_default().to_owned();
                self.effect(with, format!("enters `{code}`"));
            }
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'v Expr) {
        match expression {
            Expr::Lambda(_) => {}
            Expr::Await(it) => self.effect(it, "awaits something".to_owned()),
            Expr::Call(call) => {
                let harmless = match path_of(&call.func) {
                    Some(path) => self.is_harmless(&path, HARMLESS_CALLS),
                    // Methods of literals and of what a harmless call gives.
                    None => match &*call.func {
                        Expr::Attribute(member) => {
                            self.visit_expr(&member.value);
                            member.value.is_string_literal_expr()
                                || member.value.is_f_string_expr()
                                || self.is_super(&member.value)
                        }
                        _ => false,
                    },
                };
                if !harmless {
                    let code = self.script.code(call.func.range()).to_owned();
                    self.effect(call, format!("calls `{code}`"));
                }
                self.visit_arguments(&call.arguments);
            }
            _ => visitor::walk_expr(self, expression),
        }
    }

    fn visit_annotation(&mut self, _expression: &'v Expr) {}
}

impl EffectPass<'_, '_> {
    fn is_super(&self, expression: &Expr) -> bool {
        matches!(expression, Expr::Call(call) if last_of(&call.func) == Some("super"))
    }
}

/// Returns whether a path is a method by which a logger writes a line.
fn is_logging(path: &[Name]) -> bool {
    let levels = ["debug", "info", "warning", "error", "critical", "exception", "log"];
    let last = path[path.len() - 1].as_str();
    path.len() > 1
        && levels.contains(&last)
        && path[..path.len() - 1].iter().any(|it| it.to_lowercase().contains("log"))
}

fn last_of(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(member) => Some(member.attr.as_str()),
        _ => None,
    }
}

/// Returns the class of a name at the top of a file, also below an `if` or `try`.
pub(super) fn class_definition<'s>(body: &'s [Stmt], name: &str) -> Option<&'s StmtClassDef> {
    body.iter().find_map(|statement| match statement {
        Stmt::ClassDef(class) if class.name.as_str() == name => Some(class),
        Stmt::If(branch) => class_definition(&branch.body, name)
            .or_else(|| branch.elif_else_clauses.iter().find_map(|it| class_definition(&it.body, name))),
        Stmt::Try(attempt) => class_definition(&attempt.body, name),
        _ => None,
    })
}

/// Returns the function of a name at the top of a file.
pub(super) fn function_definition<'s>(body: &'s [Stmt], name: &str) -> Option<&'s StmtFunctionDef> {
    body.iter().find_map(|statement| match statement {
        Stmt::FunctionDef(function) if function.name.as_str() == name => Some(function),
        Stmt::If(branch) => function_definition(&branch.body, name),
        Stmt::Try(attempt) => function_definition(&attempt.body, name),
        _ => None,
    })
}
