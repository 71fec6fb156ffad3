//! Calls, and the few builtin functions whose calls denote something else than their result.
//!
//! In: a call expression. Out: a site for it, and its value: the call, or for `getattr`, `super` and `type` what they
//! stand for.

use ruff_python_ast::{ArgOrKeyword, Expr, ExprCall};
use ruff_text_size::Ranged;

use super::walker::{OPAQUE, Walker, span};
use crate::facts::{Argument, Definition, DefinitionKind, How, Name, Role, SiteKind, Undecided, Value, ValueId};

/// Callees whose first argument may name a module and a member in a string.
const PATCHERS: [&str; 2] = ["patch", "setattr"];

/// Methods of such a callee that take the same argument (`patch.dict("a.b")`).
const PATCH_METHODS: [&str; 2] = ["dict", "multiple"];

/// Methods that put their arguments into a container.
const ADDERS: [&str; 10] =
    ["add", "append", "appendleft", "extend", "insert", "put", "put_nowait", "push", "setdefault", "update"];

impl<'a> Walker<'a> {
    pub(super) fn call(&mut self, call: &'a ExprCall) -> ValueId {
        let callee = self.chain(&call.func);
        let count = call.arguments.args.len() + call.arguments.keywords.len();
        let mut arguments = Vec::with_capacity(count);
        let role = self.context.role;
        self.context.role = self.role_of_arguments();
        let mut bases = None;
        let makes_class = call.arguments.args.len() == 3 && self.is_builtin(&call.func, "type");
        for (at, argument) in call.arguments.iter_source_order().enumerate() {
            match argument {
                ArgOrKeyword::Arg(Expr::Tuple(tuple)) if makes_class && at == 1 => {
                    bases = Some(tuple.elts.iter().map(|base| self.read(base)).collect::<Vec<_>>());
                    arguments.push(Argument { keyword: None, value: OPAQUE });
                }
                _ => arguments.push(self.argument(argument)),
            }
        }
        self.context.role = role;
        if let Expr::Attribute(method) = &*call.func
            && ADDERS.contains(&method.attr.as_str())
        {
            for argument in arguments.iter().filter(|it| it.value != OPAQUE) {
                self.fill(&method.value, argument.value);
            }
        }
        self.set_attribute(call, &arguments);
        let patched = self.patch_target(call, &arguments);
        let special = match bases {
            Some(bases) => Some(self.made_class(call, &arguments, bases)),
            None => self.special(call, &arguments),
        };
        let range = call.range();
        let arguments = self.facts.arguments.add(arguments);
        let value = self.value(Value::Call { callee, arguments }, range);
        self.site(SiteKind::Call(value), span(range));
        if let Some(text) = patched {
            self.site(SiteKind::PatchTarget(text), span(range));
        }
        special.unwrap_or(value)
    }

    fn argument(&mut self, argument: ArgOrKeyword<'a>) -> Argument {
        match argument {
            ArgOrKeyword::Arg(expr) => Argument { keyword: None, value: self.read(expr) },
            ArgOrKeyword::Keyword(keyword) => {
                let value = self.read(&keyword.value);
                match &keyword.arg {
                    Some(name) => Argument { keyword: Some(Name::new(name.as_str())), value },
                    None => Argument { keyword: None, value: OPAQUE },
                }
            }
        }
    }

    /// Arguments of a call inside an annotation are evaluated like any other.
    fn role_of_arguments(&self) -> Role {
        match self.context.role {
            Role::Annotation => Role::Value,
            role => role,
        }
    }

    /// `setattr(self, "name", value)` and `object.__setattr__(self, "name", value)` assign like `self.name = value`.
    fn set_attribute(&mut self, call: &ExprCall, arguments: &[Argument]) {
        let sets = match &*call.func {
            Expr::Attribute(method) => method.attr.as_str() == "__setattr__",
            function => self.is_builtin(function, "setattr"),
        };
        let (true, [object, name, value]) = (sets, &*call.arguments.args) else { return };
        let (Expr::StringLiteral(name), Some(given)) = (name, arguments.get(2)) else { return };
        if let Some((class, _)) = self.receiver(object) {
            let target = self.target_of(value, given.value);
            self.attribute_of(class, name.value.to_str(), span(call.range()), How::Assignment, target);
        }
    }

    fn special(&mut self, call: &'a ExprCall, arguments: &[Argument]) -> Option<ValueId> {
        let Expr::Name(name) = &*call.func else { return None };
        match name.id.as_str() {
            "getattr" if self.is_builtin(&call.func, "getattr") => self.getattr(call, arguments),
            "super" if self.is_builtin(&call.func, "super") => {
                let class = self.context.class?.id;
                Some(self.value(Value::Super { class, instance: self.context.instance }, call.range()))
            }
            "type" if self.is_builtin(&call.func, "type") && arguments.len() == 1 => {
                match self.receiver(call.arguments.args.first()?) {
                    Some((class, true)) => Some(self.value(Value::Receiver { class, instance: false }, call.range())),
                    Some(_) => None,
                    None => Some(self.type_of(arguments.first()?.value, call.range())),
                }
            }
            // What they wrap is what a member of the class is.
            "staticmethod" | "classmethod" if arguments.len() == 1 && self.is_builtin(&call.func, &name.id) => {
                let wrapped = arguments.first()?.value;
                (wrapped != OPAQUE).then(|| self.any_of(&[wrapped], call.range()))
            }
            _ => None,
        }
    }

    /// `type("X", (Base,), {})`: a class without a statement.
    fn made_class(&mut self, call: &ExprCall, arguments: &[Argument], bases: Vec<ValueId>) -> ValueId {
        let name = match arguments.first().map(|argument| self.value_of(argument.value)) {
            Some(Value::Text(text)) => Name::new(self.facts.text(*text)),
            _ => Name::default(),
        };
        let place = span(call.range());
        let definition = Definition::without_name(DefinitionKind::Class, name, self.context.scope, place);
        let id = self.add_definition(Definition { bases: bases.clone(), ..definition });
        for base in bases {
            self.site(SiteKind::Subclass { definition: Some(id), base }, place);
        }
        self.value(Value::Item(id), call.range())
    }

    fn getattr(&mut self, call: &ExprCall, arguments: &[Argument]) -> Option<ValueId> {
        let [object, name, ..] = arguments else { return None };
        if object.keyword.is_some() || name.keyword.is_some() || object.value == OPAQUE {
            return None;
        }
        let value = match self.value_of(name.value) {
            Value::Text(text) => Value::Member { object: object.value, name: Name::new(self.facts.text(*text)) },
            _ => Value::Undecided(Undecided::DynamicMember(object.value)),
        };
        let is_member = matches!(value, Value::Member { .. });
        let value = self.value(value, call.range());
        self.facts.dynamic.extend(is_member.then_some(value));
        Some(value)
    }

    fn patch_target(&self, call: &ExprCall, arguments: &[Argument]) -> Option<ValueId> {
        let patches = match &*call.func {
            Expr::Attribute(method) if PATCH_METHODS.contains(&method.attr.as_str()) => {
                matches!(&*method.value, Expr::Name(name) if name.id.as_str() == "patch")
                    || matches!(&*method.value, Expr::Attribute(inner) if inner.attr.as_str() == "patch")
            }
            Expr::Name(name) => PATCHERS.contains(&name.id.as_str()),
            Expr::Attribute(attribute) => PATCHERS.contains(&attribute.attr.as_str()),
            _ => false,
        };
        if !patches {
            return None;
        }
        let first = arguments.first().filter(|argument| argument.keyword.as_deref().is_none_or(|k| k == "target"))?;
        match self.value_of(first.value) {
            Value::Text(text) if is_dotted_name(self.facts.text(*text)) => Some(first.value),
            _ => None,
        }
    }
}

/// At least two identifiers with dots between.
fn is_dotted_name(text: &str) -> bool {
    let identifier = |segment: &str| {
        segment.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
            && segment.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    text.contains('.') && text.split('.').all(identifier)
}
