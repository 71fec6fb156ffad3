//! The walk of statements that branch, loop or catch, and of the jumps out of them.
//!
//! In: a compound statement. Out: the same facts as for any statement; the blocks of [`super::flow`] say in what order
//! control can pass. A handler is reached from every point of its `try` suite.

use ruff_python_ast::{
    ElifElseClause, ExceptHandler, Expr, Number, Stmt, StmtFor, StmtIf, StmtTry, StmtWhile, StmtWith,
};

use super::flow::Block;
use super::targets::Assigned;
use super::walker::{Frame, Jump, Walker};
use crate::facts::{How, Target, Value};

/// Context managers that swallow exceptions, so that their suite may end at any point.
const SWALLOWING: [&str; 4] = ["suppress", "raises", "assertRaises", "assertRaisesRegex"];

impl<'a> Walker<'a> {
    pub(super) fn compound(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::If(conditional) => self.conditional(conditional),
            Stmt::While(looped) => self.while_loop(looped),
            Stmt::For(looped) => self.for_loop(looped),
            Stmt::With(with) => self.with(with),
            Stmt::Try(attempt) => self.attempt(attempt),
            Stmt::Match(matched) => self.match_statement(matched),
            _ => {}
        }
    }

    fn conditional(&mut self, conditional: &'a StmtIf) {
        self.header(conditional, &*conditional.test);
        self.read(&conditional.test);
        let (before, mark) = (self.block, self.flow.mark());
        let outer = self.context.type_checking;
        // Whether what follows the branches so far runs while types are checked only.
        let mut rest = outer;
        let mut kind = self.type_checking_test(&conditional.test);
        let mut ends = vec![self.branch(before, &conditional.body, outer || kind == Some(true))];
        rest |= kind == Some(false);
        let mut fall = before;
        let mut exhaustive = false;
        for clause in &conditional.elif_else_clauses {
            self.context.type_checking = rest;
            fall = self.flow.after(fall);
            self.block = fall;
            kind = None;
            if let Some(test) = &clause.test {
                self.header(clause, test);
                self.read(test);
                kind = self.type_checking_test(test);
                fall = self.block;
            }
            exhaustive = clause.test.is_none();
            ends.push(self.clause(fall, clause, rest || kind == Some(true)));
            rest |= kind == Some(false);
        }
        self.context.type_checking = outer;
        if !exhaustive {
            ends.push(fall);
        }
        self.block = self.flow.join(before, self.flow.since(mark), &ends);
    }

    fn clause(&mut self, from: Block, clause: &'a ElifElseClause, type_checking: bool) -> Block {
        self.branch(from, &clause.body, type_checking)
    }

    fn branch(&mut self, from: Block, body: &'a [Stmt], type_checking: bool) -> Block {
        let outer = std::mem::replace(&mut self.context.type_checking, type_checking);
        self.block = self.flow.after(from);
        self.suite(body);
        self.context.type_checking = outer;
        self.block
    }

    /// `Some(true)` if the test holds only while types are checked, `Some(false)` if it holds only at run time.
    fn type_checking_test(&mut self, test: &'a Expr) -> Option<bool> {
        match test {
            Expr::UnaryOp(negation) if negation.op == ruff_python_ast::UnaryOp::Not => {
                self.type_checking_test(&negation.operand).map(|kind| !kind)
            }
            Expr::BoolOp(operation) if operation.op == ruff_python_ast::BoolOp::And => {
                operation.values.iter().any(|part| self.type_checking_test(part) == Some(true)).then_some(true)
            }
            Expr::Attribute(attribute) if attribute.attr.as_str() == "TYPE_CHECKING" => {
                let binding = self.single_binding(&attribute.value)?;
                let Target::Value(value) = self.facts.bindings.get(binding.index())?.target else { return None };
                self.is_typing(value).then_some(true)
            }
            Expr::Name(name) => {
                let Some(binding) = self.single_binding(test) else {
                    return (name.id.as_str() == "TYPE_CHECKING").then_some(true);
                };
                match self.facts.bindings.get(binding.index())?.target {
                    Target::Value(value) => match self.value_of(value) {
                        Value::Member { object, name, .. } => {
                            (name == "TYPE_CHECKING" && self.is_typing(*object)).then_some(true)
                        }
                        _ => None,
                    },
                    // `TYPE_CHECKING = False` is read by type checkers as true.
                    Target::Opaque => (name.id.as_str() == "TYPE_CHECKING").then_some(true),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn is_typing(&self, value: crate::facts::ValueId) -> bool {
        match self.value_of(value) {
            Value::Module(module) => {
                matches!(&module.path[..], [only] if matches!(only.as_str(), "typing" | "typing_extensions"))
            }
            _ => false,
        }
    }

    fn while_loop(&mut self, looped: &'a StmtWhile) {
        self.header(looped, &*looped.test);
        let (before, mark) = (self.block, self.flow.mark());
        let head = self.flow.open_loop(before);
        self.block = head;
        self.read(&looped.test);
        let tested = self.block;
        let breaks = self.loop_body(head, tested, None, &looped.body);
        let endless = match &*looped.test {
            Expr::BooleanLiteral(literal) => literal.value,
            Expr::NumberLiteral(literal) => matches!(&literal.value, Number::Int(int) if *int != 0),
            _ => false,
        };
        let exit = if endless { self.flow.unreachable(tested) } else { self.flow.after(tested) };
        self.after_loop(before, mark, exit, &looped.orelse, breaks);
    }

    fn for_loop(&mut self, looped: &'a StmtFor) {
        self.header(looped, &*looped.iter);
        let element = self.iterated(&looped.iter);
        let (before, mark) = (self.block, self.flow.mark());
        let head = self.flow.open_loop(before);
        let breaks = self.loop_body(head, head, Some((&looped.target, element)), &looped.body);
        let exit = self.flow.after(head);
        self.after_loop(before, mark, exit, &looped.orelse, breaks);
    }

    fn loop_body(
        &mut self,
        head: Block,
        tested: Block,
        target: Option<(&'a Expr, Assigned)>,
        body: &'a [Stmt],
    ) -> Vec<Block> {
        self.block = self.flow.after(tested);
        if let Some((target, element)) = target {
            self.assign(target, &element, How::Other);
        }
        self.frames.push(Frame::Loop { head, breaks: Vec::new() });
        self.suite(body);
        let breaks = match self.frames.pop() {
            Some(Frame::Loop { breaks, .. }) => breaks,
            _ => Vec::new(),
        };
        self.flow.back(head, self.block);
        self.flow.close_loop(head);
        breaks
    }

    fn after_loop(&mut self, before: Block, mark: u32, exit: Block, orelse: &'a [Stmt], breaks: Vec<Block>) {
        self.block = exit;
        self.suite(orelse);
        let mut ends = breaks;
        ends.push(self.block);
        self.block = self.flow.join(before, self.flow.since(mark), &ends);
    }

    fn with(&mut self, with: &'a StmtWith) {
        let mut swallows = false;
        if let Some(last) = with.items.last() {
            self.header(with, last);
        }
        for item in &with.items {
            let managed = self.read(&item.context_expr);
            swallows |= swallows_exceptions(&item.context_expr);
            if let Some(target) = &item.optional_vars {
                // What manages itself, as clients do, is what `as` names.
                let made = item.context_expr.is_call_expr() || item.context_expr.is_name_expr();
                let target_of = if made { self.target_of(&item.context_expr, managed) } else { Target::Opaque };
                self.assign(target, &Assigned::One(target_of), How::Other);
            }
        }
        let (before, mark) = (self.block, self.flow.mark());
        self.block = self.flow.after(before);
        self.suite(&with.body);
        if swallows {
            let writes = self.flow.since(mark);
            let anywhere = self.flow.any(before, writes);
            self.block = self.flow.join(before, writes, &[self.block, anywhere]);
        }
    }

    fn attempt(&mut self, attempt: &'a StmtTry) {
        self.context.statement.end = self.context.statement.start + 3;
        let (before, mark) = (self.block, self.flow.mark());
        let finally = !attempt.finalbody.is_empty();
        if finally {
            self.frames.push(Frame::Finally { pending: Vec::new() });
        }
        self.block = self.flow.after(before);
        self.suite(&attempt.body);
        let body_end = self.block;
        let raised = self.flow.any(before, self.flow.since(mark));
        let mut ends = Vec::with_capacity(attempt.handlers.len() + 1);
        for ExceptHandler::ExceptHandler(handler) in &attempt.handlers {
            self.block = self.flow.after(raised);
            if let Some(kind) = &handler.type_ {
                self.header(handler, &**kind);
                self.read(kind);
            }
            if let Some(name) = &handler.name {
                self.bind(&name.id, name.range, How::Other, Target::Opaque);
            }
            self.suite(&handler.body);
            if let Some(name) = &handler.name {
                self.unbind(&name.id);
            }
            ends.push(self.block);
        }
        self.block = body_end;
        if !attempt.orelse.is_empty() {
            self.block = self.flow.after(body_end);
            self.suite(&attempt.orelse);
        }
        ends.insert(0, self.block);
        let writes = self.flow.since(mark);
        self.block = self.flow.join(before, writes, &ends);
        if finally {
            let anywhere = self.flow.any(before, writes);
            self.finally(anywhere, &attempt.finalbody);
        }
    }

    /// The `finally` suite, entered from anywhere; each way that leads through it goes on with what it wrote.
    fn finally(&mut self, entry: Block, body: &'a [Stmt]) {
        let pending = match self.frames.pop() {
            Some(Frame::Finally { pending }) => pending,
            _ => Vec::new(),
        };
        let normal = self.block;
        let mark = self.flow.mark();
        self.block = self.flow.after(entry);
        self.suite(body);
        let (changed, writes) = (self.block, self.flow.since(mark));
        for (jump, from) in pending {
            let through = self.flow.select(from, changed, writes);
            self.leave(jump, through);
        }
        self.block = self.flow.select(normal, changed, writes);
    }

    /// `break`, `continue`, `return`: the rest of the suite is unreachable.
    pub(super) fn jump(&mut self, jump: Jump) {
        self.leave(jump, self.block);
        self.block = self.flow.unreachable(self.block);
    }

    fn leave(&mut self, jump: Jump, from: Block) {
        for frame in self.frames.iter_mut().rev() {
            match frame {
                Frame::Finally { pending } => return pending.push((jump, from)),
                Frame::Loop { head, breaks } => match jump {
                    Jump::Break => return breaks.push(from),
                    Jump::Continue => return self.flow.back(*head, from),
                    Jump::Return => {}
                },
            }
        }
        if jump == Jump::Return {
            self.returns.push(from);
        }
    }
}

fn swallows_exceptions(expr: &Expr) -> bool {
    let Expr::Call(call) = expr else { return false };
    match &*call.func {
        Expr::Name(name) => SWALLOWING.contains(&name.id.as_str()),
        Expr::Attribute(attribute) => SWALLOWING.contains(&attribute.attr.as_str()),
        _ => false,
    }
}
