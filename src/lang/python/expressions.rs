//! The walk of expressions: every one is visited once, in the order in which it is evaluated.
//!
//! In: an expression. Out: the value it denotes ([`OPAQUE`] for most), and sites for the calls and references in it.

use ruff_python_ast::{
    BoolOp, CmpOp, Comprehension, Expr, ExprAttribute, ExprBoolOp, ExprDict, ExprIf, ExprLambda, ExprList, ExprNamed,
    ExprTuple, FStringPart, InterpolatedStringElement, InterpolatedStringElements, Operator,
};
use ruff_text_size::{Ranged, TextRange};

use super::walker::{Body, Context, Later, OPAQUE, Walker, span};
use crate::facts::{
    Argument, Definition, DefinitionKind, How, Name, Role, ScopeKind, SiteKind, Target, Value, ValueId, begins_like_url,
};

/// Dictionaries of more keys than this are data, not settings.
const MOST_KEYS: usize = 32;

/// Concatenated literals beyond this many bytes are no names of anything.
const MAX_JOINED_TEXT: usize = 2_000;

impl<'a> Walker<'a> {
    /// Visits an expression that is read, and records the reference if it is a name or a chain of members.
    pub(super) fn read(&mut self, expr: &'a Expr) -> ValueId {
        let value = match expr {
            Expr::Subscript(subscript) => {
                if let Some(held) = self.held_type(subscript, expr) {
                    return held;
                }
                let object = self.read(&subscript.value);
                let key = self.read(&subscript.slice);
                self.lookup(object, key, expr);
                return self.subscript(object, expr);
            }
            _ => self.chain(expr),
        };
        if matches!(self.value_of(value), Value::Name { .. } | Value::Member { .. })
            && matches!(expr, Expr::Name(_) | Expr::Attribute(_) | Expr::Call(_))
        {
            let span = super::walker::span(expr.range());
            self.site(SiteKind::Reference { value, role: self.context.role }, span);
        }
        value
    }

    pub(super) fn read_all(&mut self, exprs: impl IntoIterator<Item = &'a Expr>) {
        for expr in exprs {
            self.read(expr);
        }
    }

    /// Visits an expression without recording a reference to it: a callee, or the object of a member.
    pub(super) fn chain(&mut self, expr: &'a Expr) -> ValueId {
        if !self.descend(expr.range()) {
            return OPAQUE;
        }
        let value = self.visit(expr);
        self.ascend();
        value
    }

    fn visit(&mut self, expr: &'a Expr) -> ValueId {
        match expr {
            Expr::Name(name) => self.name(&name.id, name.range),
            Expr::Attribute(attribute) => self.attribute(attribute),
            Expr::Call(call) => self.call(call),
            Expr::Subscript(subscript) => {
                if let Some(held) = self.held_type(subscript, expr) {
                    return held;
                }
                let object = self.chain(&subscript.value);
                let key = self.read(&subscript.slice);
                self.lookup(object, key, expr);
                self.subscript(object, expr)
            }
            Expr::StringLiteral(literal) => {
                if self.context.role == Role::Annotation {
                    return self.written_type(literal.value.to_str(), literal.range);
                }
                let text = self.text(literal.value.to_str(), literal.range);
                self.url(text);
                text
            }
            Expr::BytesLiteral(literal) if self.context.role != Role::Annotation => {
                let bytes: Vec<u8> = literal.value.bytes().take(MAX_JOINED_TEXT).collect();
                let Ok(text) = String::from_utf8(bytes) else { return OPAQUE };
                let text = self.text(&text, literal.range);
                self.url(text);
                text
            }
            Expr::FString(string) => self.f_string(string),
            Expr::BinOp(_) => self.operations(expr),
            Expr::BoolOp(operation) => self.boolean(operation, expr),
            Expr::If(conditional) => self.conditional_expression(conditional, expr),
            Expr::Named(named) => self.walrus(named),
            Expr::Await(awaited) => self.read(&awaited.value),
            Expr::Starred(starred) => {
                self.read(&starred.value);
                OPAQUE
            }
            Expr::Lambda(lambda) => self.lambda(lambda),
            Expr::Dict(dict) => self.dictionary(dict),
            Expr::List(ExprList { elts, .. }) | Expr::Tuple(ExprTuple { elts, .. }) => self.display(elts, expr.range()),
            _ => {
                self.parts(expr);
                OPAQUE
            }
        }
    }

    fn boolean(&mut self, operation: &'a ExprBoolOp, expr: &Expr) -> ValueId {
        let mut values = Vec::with_capacity(operation.values.len());
        let mut operands = operation.values.iter();
        values.extend(operands.next().map(|first| self.read(first)));
        self.maybe(|walker| values.extend(operands.map(|operand| walker.read(operand))));
        match operation.op {
            // What `and` gives is its last operand, or something false, which is nothing that rules speak of.
            BoolOp::And => values.pop().unwrap_or(OPAQUE),
            BoolOp::Or => self.any_of(&values, expr.range()),
        }
    }

    fn conditional_expression(&mut self, conditional: &'a ExprIf, expr: &Expr) -> ValueId {
        self.read(&conditional.test);
        let (before, mark) = (self.block, self.flow.mark());
        self.arm(before);
        let body = self.read(&conditional.body);
        let end = self.block;
        self.arm(before);
        let orelse = self.read(&conditional.orelse);
        if self.has_walrus {
            self.block = self.flow.join(before, self.flow.since(mark), &[end, self.block]);
        }
        self.any_of(&[body, orelse], expr.range())
    }

    fn walrus(&mut self, named: &'a ExprNamed) -> ValueId {
        let value = self.read(&named.value);
        if let Expr::Name(name) = &*named.target {
            let target = self.target_of(&named.value, value);
            let scope = self.symbols.walrus_scope(self.context.scope);
            self.bind_in(scope, &name.id, name.range, How::Assignment, target);
        } else {
            self.read(&named.target);
        }
        value
    }

    /// A list or tuple: kept if it is short and holds nothing but string literals, as lists of names do.
    fn display(&mut self, elements: &'a [Expr], range: TextRange) -> ValueId {
        let texts: Option<Vec<&str>> = elements
            .iter()
            .map(|element| match element {
                Expr::StringLiteral(literal) if elements.len() <= 32 => Some(literal.value.to_str()),
                _ => None,
            })
            .collect();
        match texts {
            Some(texts) if !texts.is_empty() => {
                if texts.iter().any(|text| begins_like_url(text)) {
                    self.read_all(elements);
                }
                let count = super::symbols::index(texts.len());
                let mut ids = texts.into_iter().map(|text| self.facts.texts.add(text)).collect::<Vec<_>>().into_iter();
                ids.next().map_or(OPAQUE, |first| self.value(Value::Texts(first, count), range))
            }
            _ => {
                self.read_all(elements);
                OPAQUE
            }
        }
    }

    /// A dictionary; in the body of a class one with names for keys is kept as `dict(name=value)` would be.
    fn dictionary(&mut self, dict: &'a ExprDict) -> ValueId {
        let in_class = self.symbols.kind(self.context.scope) == ScopeKind::Class;
        let mut arguments = Vec::new();
        for item in &dict.items {
            self.read_all(&item.key);
            let value = self.read(&item.value);
            if let (true, Some(Expr::StringLiteral(key))) = (in_class, &item.key) {
                arguments.push(Argument { keyword: Some(Name::new(key.value.to_str())), value });
            }
        }
        if arguments.is_empty() || arguments.len() > MOST_KEYS {
            return OPAQUE;
        }
        let arguments = self.facts.arguments.add(arguments);
        self.value(Value::Call { callee: OPAQUE, arguments }, dict.range)
    }

    /// Expressions that denote nothing themselves but have parts.
    fn parts(&mut self, expr: &'a Expr) {
        match expr {
            Expr::UnaryOp(operation) => {
                self.read(&operation.operand);
            }
            Expr::Compare(comparison) => {
                let mut left = self.read(&comparison.left);
                for (operator, comparator) in comparison.ops.iter().zip(&comparison.comparators) {
                    let right = self.read(comparator);
                    if matches!(operator, CmpOp::In | CmpOp::NotIn) {
                        self.lookup(right, left, expr);
                    }
                    left = right;
                }
            }
            Expr::Set(set) => self.read_all(&set.elts),
            Expr::ListComp(comp) => self.comprehension(&comp.generators, [Some(&*comp.elt), None]),
            Expr::SetComp(comp) => self.comprehension(&comp.generators, [Some(&*comp.elt), None]),
            Expr::Generator(comp) => self.comprehension(&comp.generators, [Some(&*comp.elt), None]),
            Expr::DictComp(comp) => {
                self.comprehension(&comp.generators, [comp.key.as_deref(), Some(&*comp.value)]);
            }
            Expr::Yield(yielded) => {
                let value = yielded.value.as_deref().map_or(OPAQUE, |value| self.read(value));
                if let Some(function) = self.context.function.filter(|_| value != OPAQUE) {
                    self.facts.yields.push((function, value));
                }
            }
            Expr::YieldFrom(yielded) => {
                self.read(&yielded.value);
            }
            Expr::Slice(slice) => {
                self.read_all([&slice.lower, &slice.upper, &slice.step].into_iter().filter_map(Option::as_deref));
            }
            Expr::TString(string) => {
                for part in &string.value {
                    self.interpolations(&part.elements);
                }
            }
            _ => {}
        }
    }

    /// Records that `key`, which may be put together, is looked up in `object`.
    fn lookup(&mut self, object: ValueId, key: ValueId, expr: &Expr) {
        if self.has_environ && object != OPAQUE && self.context.role == Role::Value {
            self.site(SiteKind::Key { object, key }, super::walker::span(expr.range()));
        }
    }

    /// Records a string literal that begins like a URL.
    fn url(&mut self, text: ValueId) {
        if matches!(self.value_of(text), Value::Text(it) if begins_like_url(self.facts.text(*it))) {
            let span = self.facts.values[text.index()].span;
            self.site(SiteKind::Url(text), span);
        }
    }

    fn attribute(&mut self, attribute: &'a ExprAttribute) -> ValueId {
        if attribute.attr.as_str() == "__class__"
            && let Some((class, true)) = self.receiver(&attribute.value)
        {
            self.chain(&attribute.value);
            return self.value(Value::Receiver { class, instance: false }, attribute.range);
        }
        if attribute.attr.as_str() == "__class__" {
            let instance = self.read(&attribute.value);
            return self.type_of(instance, attribute.range);
        }
        let object = self.chain(&attribute.value);
        self.member(object, attribute)
    }

    /// The class of what `instance` denotes.
    pub(super) fn type_of(&mut self, instance: ValueId, range: TextRange) -> ValueId {
        if instance == OPAQUE { OPAQUE } else { self.value(Value::TypeOf(instance), range) }
    }

    /// `object.name`, unless nothing is known of the object.
    pub(super) fn member(&mut self, object: ValueId, attribute: &ExprAttribute) -> ValueId {
        if object == OPAQUE || matches!(self.value_of(object), Value::Text(_)) || attribute.attr.id.is_empty() {
            return OPAQUE;
        }
        let symbol = self.symbol(&attribute.attr.id);
        let name = self.symbols.name(symbol).clone();
        self.value(Value::Member { object, name }, attribute.range)
    }

    fn subscript(&mut self, object: ValueId, expr: &Expr) -> ValueId {
        if object == OPAQUE || matches!(self.value_of(object), Value::Text(_)) {
            return OPAQUE;
        }
        self.value(Value::Subscript { object }, expr.range())
    }

    pub(super) fn any_of(&mut self, values: &[ValueId], range: TextRange) -> ValueId {
        if values.iter().all(|&value| value == OPAQUE) {
            return OPAQUE;
        }
        let values = self.facts.choices.add(values.iter().copied());
        self.value(Value::AnyOf(values), range)
    }

    /// A text with white space is no name of anything, unless it is a URL.
    fn text(&mut self, text: &str, range: TextRange) -> ValueId {
        if text.contains(char::is_whitespace) && !begins_like_url(text) {
            return OPAQUE;
        }
        let text = self.facts.texts.add(text);
        self.value(Value::Text(text), range)
    }

    /// A chain of binary operations, however long: its left sides are not nested for the walk.
    fn operations(&mut self, expr: &'a Expr) -> ValueId {
        let mut chain = Vec::new();
        let mut first = expr;
        while let Expr::BinOp(operation) = first {
            chain.push((operation, first));
            first = &operation.left;
        }
        let mut value = self.read(first);
        if self.context.role == Role::Annotation {
            // A chain of alternatives is one list, not a nest of pairs.
            let mut values = vec![value];
            let alternatives = chain.iter().all(|(operation, _)| operation.op == Operator::BitOr);
            values.extend(chain.into_iter().rev().map(|(operation, _)| self.read(&operation.right)));
            return if alternatives { self.any_of(&values, expr.range()) } else { OPAQUE };
        }
        for (operation, whole) in chain.into_iter().rev() {
            let right = self.read(&operation.right);
            value = self.operation(operation.op, value, right, whole);
        }
        value
    }

    /// Joined string literals.
    fn operation(&mut self, operator: Operator, left: ValueId, right: ValueId, expr: &Expr) -> ValueId {
        if let (Operator::Add, &Value::Text(a), &Value::Text(b)) = (operator, self.value_of(left), self.value_of(right))
        {
            let (a, b) = (self.facts.text(a), self.facts.text(b));
            if a.len() + b.len() <= MAX_JOINED_TEXT {
                let text = [a, b].concat();
                return self.text(&text, expr.range());
            }
        }
        OPAQUE
    }

    fn f_string(&mut self, string: &'a ruff_python_ast::ExprFString) -> ValueId {
        let mut text = Some(String::new());
        // What is written before the first expression.
        let mut head = String::new();
        for part in &string.value {
            match part {
                FStringPart::Literal(literal) => {
                    if let Some(text) = &mut text {
                        text.push_str(&literal.value);
                        head.push_str(&literal.value);
                    }
                }
                FStringPart::FString(part) => {
                    self.interpolations(&part.elements);
                    for element in &part.elements {
                        match (element, &mut text) {
                            (InterpolatedStringElement::Literal(literal), Some(text)) => {
                                text.push_str(&literal.value);
                                head.push_str(&literal.value);
                            }
                            _ => text = None,
                        }
                    }
                }
            }
        }
        if self.context.role == Role::Annotation {
            return OPAQUE;
        }
        let whole = text.is_some();
        if !whole && !begins_like_url(&head) {
            return OPAQUE;
        }
        let value = self.text(&head, string.range);
        self.url(value);
        if whole { value } else { OPAQUE }
    }

    fn interpolations(&mut self, elements: &'a InterpolatedStringElements) {
        for element in elements.interpolations() {
            if !self.descend(element.range) {
                return;
            }
            self.read(&element.expression);
            if let Some(format) = &element.format_spec {
                self.interpolations(&format.elements);
            }
            self.ascend();
        }
    }

    /// Visits what may or may not be evaluated. Only a walrus can make a difference.
    fn maybe(&mut self, walk: impl FnOnce(&mut Self)) {
        if !self.has_walrus {
            return walk(self);
        }
        let before = self.block;
        let mark = self.flow.mark();
        self.block = self.flow.after(before);
        walk(self);
        let writes = self.flow.since(mark);
        self.block = self.flow.join(before, writes, &[before, self.block]);
    }

    /// Begins one arm of a conditional expression.
    fn arm(&mut self, before: super::flow::Block) {
        if self.has_walrus {
            self.block = self.flow.after(before);
        }
    }

    fn comprehension(&mut self, generators: &'a [Comprehension], elements: [Option<&'a Expr>; 2]) {
        let Some((first, _)) = generators.split_first() else {
            return self.read_all(elements.into_iter().flatten());
        };
        let first_element = self.iterated(&first.iter);
        let scope = self.add_scope(ScopeKind::Block, "", None, false);
        for generator in generators {
            self.declare_targets(scope, &generator.target);
        }
        let context = Context { scope, ..self.context };
        let outer = self.block;
        self.maybe(|walker| {
            walker.block = walker.flow.enter(walker.block, scope);
            walker.within(context, |walker| {
                for (at, generator) in generators.iter().enumerate() {
                    let element = match at {
                        0 => &first_element,
                        _ => &walker.iterated(&generator.iter),
                    };
                    walker.assign(&generator.target, element, How::Other);
                    walker.read_all(&generator.ifs);
                }
                walker.read_all(elements.into_iter().flatten());
            });
            walker.scope_flows[scope.index()].end = walker.block;
        });
        if !self.has_walrus {
            self.block = outer;
        }
    }

    /// A function without a name; a value only if what it gives can be one.
    fn lambda(&mut self, lambda: &'a ExprLambda) -> ValueId {
        let parameters = lambda.parameters.as_deref().map(|list| self.parameters(list, None)).unwrap_or_default();
        let scope = self.add_scope(ScopeKind::Function, "<lambda>", None, false);
        let context = Context { scope, function: None, ..self.context };
        let gives = matches!(
            &*lambda.body,
            Expr::Name(_) | Expr::Attribute(_) | Expr::Call(_) | Expr::If(_) | Expr::BoolOp(_) | Expr::Lambda(_)
        );
        let place = span(lambda.range);
        // Nobody can name it from outside: it stands in its own scope.
        let made = || Definition::without_name(DefinitionKind::Function, Name::new("<lambda>"), scope, place);
        let definition = gives.then(|| self.add_definition(made()));
        self.later.push(Later { context, body: Body::Lambda(&lambda.body, definition), parameters });
        definition.map_or(OPAQUE, |definition| self.value(Value::Item(definition), lambda.range))
    }

    /// Returns the target that an assignment of `value` binds: `None` is no meaning at all.
    pub(super) fn target_of(&self, expr: &Expr, value: ValueId) -> Target {
        match expr {
            Expr::NoneLiteral(_) => Target::Absent,
            _ if value == OPAQUE => Target::Opaque,
            _ => Target::Value(value),
        }
    }
}
