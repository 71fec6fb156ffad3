//! Tests on facts, told by lines: each use of a name with the lines of the bindings that can reach it.

use super::extract;
use crate::facts::{FileFacts, Reach, SiteKind, Target, Value, ValueId};
use crate::source::{LineIndex, Span};

mod flow;
mod shapes;

/// The facts of a text, with lines.
struct Told {
    facts: FileFacts,
    text: String,
    lines: LineIndex,
}

fn told(text: &str) -> Told {
    Told { facts: extract("m.py", text), text: text.to_owned(), lines: LineIndex::default() }
}

impl Told {
    fn line(&self, span: Span) -> u32 {
        self.lines.position(&self.text, span.start).line
    }

    fn place(&self, span: Span) -> String {
        let at = self.lines.position(&self.text, span.start);
        format!("{}:{}", at.line, at.column)
    }

    /// `3 5 ?`: lines of the bindings, and `?` if nothing of the file may apply as well.
    fn reach(&self, reach: &Reach) -> String {
        let mut words: Vec<String> = reach
            .bindings(&self.facts)
            .iter()
            .map(|id| self.line(self.facts.bindings[id.index()].span).to_string())
            .collect();
        if reach.unbound() {
            words.push("?".to_owned());
        }
        words.join(" ")
    }

    /// Every use of `name` in source order: `use at line: reach`.
    fn uses(&self, name: &str) -> Vec<String> {
        let mut all: Vec<_> = self
            .facts
            .values
            .iter()
            .filter_map(|node| match &node.value {
                Value::Name { name: found, reach } if found == name => Some((node.span, reach)),
                _ => None,
            })
            .collect();
        all.sort_by_key(|(span, _)| *span);
        all.iter().map(|(span, reach)| format!("{}: {}", self.line(*span), self.reach(reach))).collect()
    }

    fn member(&self, name: &str) -> String {
        self.facts.scopes[0].member(name).map(|reach| self.reach(reach)).unwrap_or_default()
    }

    /// A value in a form close to the source.
    fn value(&self, id: ValueId) -> String {
        match &self.facts.values[id.index()].value {
            Value::Name { name, .. } => name.to_string(),
            Value::Member { object, name } => {
                format!("{}{}{name}", self.value(*object), if self.facts.is_dynamic(id) { ".?" } else { "." })
            }
            Value::Module(module) => format!("<{:?} {}>", module.anchor, module.path.join(".")),
            Value::Call { callee, arguments } => {
                let arguments: Vec<String> = self
                    .facts
                    .arguments
                    .get(*arguments)
                    .iter()
                    .map(|a| match &a.keyword {
                        Some(keyword) => format!("{keyword}={}", self.value(a.value)),
                        None => self.value(a.value),
                    })
                    .collect();
                format!("{}({})", self.value(*callee), arguments.join(", "))
            }
            Value::Subscript { object } => format!("{}[]", self.value(*object)),
            Value::AnyOf(values) => {
                self.facts.choices.get(*values).iter().map(|&v| self.value(v)).collect::<Vec<_>>().join("|")
            }
            Value::Texts(first, count) => format!("{:?}", self.facts.texts(*first, *count).collect::<Vec<_>>()),
            Value::Text(text) => format!("'{}'", self.facts.text(*text)),
            Value::Receiver { class, instance } => {
                format!("{}:{}", if *instance { "self" } else { "cls" }, self.facts.definitions[class.index()].name)
            }
            Value::Super { class, instance } => {
                format!("super{}:{}", if *instance { "" } else { "cls" }, self.facts.definitions[class.index()].name)
            }
            Value::InstanceOf(of) => format!("of:{}", self.value(*of)),
            Value::TypeOf(of) => format!("type:{}", self.value(*of)),
            Value::Undecided(why) => format!("{why:?}"),
            Value::Item(id) => format!("item:{}", self.facts.definitions[id.index()].name),
            Value::SelfType(_) | Value::Opaque => "_".to_owned(),
        }
    }

    fn target(&self, target: &Target) -> String {
        match target {
            Target::Value(id) => self.value(*id),
            Target::Definition(id) => format!("def {}", self.facts.definitions[id.index()].name),
            Target::Star(star) => {
                let star = self.facts.star(*star).unwrap();
                format!("*{} else {}", self.value(star.modules[0]), self.reach(&star.otherwise))
            }
            Target::Absent => "None".to_owned(),
            Target::Opaque => "_".to_owned(),
        }
    }

    /// Bindings of a name: `line: target`.
    fn bindings(&self, name: &str) -> Vec<String> {
        let mut all: Vec<_> = self.facts.bindings.iter().filter(|b| b.name == name).collect();
        all.sort_by_key(|b| b.span);
        all.iter().map(|b| format!("{}: {}", self.line(b.span), self.target(&b.target))).collect()
    }

    fn calls(&self) -> Vec<String> {
        self.sites(|site| match site {
            SiteKind::Call(id) => Some(self.value(*id)),
            _ => None,
        })
    }

    fn references(&self) -> Vec<String> {
        self.sites(|site| match site {
            SiteKind::Reference { value, role } => Some(format!("{} {role:?}", self.value(*value))),
            _ => None,
        })
    }

    fn imports(&self) -> Vec<String> {
        self.sites(|site| match site {
            SiteKind::Import { named, star } => {
                let named: Vec<String> = self.facts.choices.get(*named).iter().map(|&v| self.value(v)).collect();
                Some(format!("{}{}", named.join(" "), if *star { " *" } else { "" }))
            }
            _ => None,
        })
    }

    fn sites(&self, tell: impl Fn(&SiteKind) -> Option<String>) -> Vec<String> {
        self.facts
            .sites
            .iter()
            .filter_map(|site| tell(&site.kind).map(|what| format!("{} {what}", self.place(site.span))))
            .collect()
    }
}
