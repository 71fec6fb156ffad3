//! Import statements.
//!
//! In: `import` and `from ... import`. Out: one site for each statement, naming every module and member it names, and
//! a binding for each name it makes.

use ruff_python_ast::{StmtImport, StmtImportFrom};
use ruff_text_size::Ranged;

use super::walker::{Walker, span};
use crate::facts::{Anchor, How, Name, SiteKind, Target, Value, ValueId};
use crate::source::Span;

impl<'a> Walker<'a> {
    pub(super) fn import(&mut self, import: &'a StmtImport) {
        let mut named = Vec::with_capacity(import.names.len());
        for alias in &import.names {
            let path: Vec<Name> = alias.name.split('.').map(Name::new).collect();
            let Some(first) = path.first().cloned() else { continue };
            let whole = path.len() == 1;
            let module = self.value(Value::module(Anchor::Absolute, path), alias.name.range);
            named.push(module);
            match &alias.asname {
                Some(name) => self.bind(&name.id, alias.range, How::Import, Target::Value(module)),
                None => {
                    let bound = if whole {
                        module
                    } else {
                        let top = Value::module(Anchor::Absolute, vec![first.clone()]);
                        self.value(top, alias.name.range)
                    };
                    self.bind(&first, alias.range, How::Import, Target::Value(bound));
                }
            }
        }
        self.import_site(named, false, span(import.range));
    }

    pub(super) fn import_from(&mut self, import: &'a StmtImportFrom) {
        let anchor = if import.level == 0 { Anchor::Absolute } else { Anchor::Package(import.level) };
        let path: Vec<Name> =
            import.module.as_ref().map(|module| module.split('.').map(Name::new).collect()).unwrap_or_default();
        let place = import.module.as_ref().map_or(import.range, Ranged::range);
        let module = self.value(Value::module(anchor, path), place);
        let mut named = vec![module];
        let mut star = false;
        for alias in &import.names {
            if alias.name.as_str() == "*" {
                star = true;
                let id = super::symbols::index(self.stars.len());
                self.stars.push((module, self.context.scope, span(alias.range)));
                self.block = self.flow.star(self.block, id);
                continue;
            }
            if alias.name.id.is_empty() {
                continue;
            }
            let name = Name::new(alias.name.as_str());
            let member = self.value(Value::Member { object: module, name }, alias.name.range);
            named.push(member);
            let bound = alias.asname.as_ref().unwrap_or(&alias.name);
            if bound.as_str() == "__all__" {
                self.exports.unknown(self.context.scope);
            }
            self.bind(&bound.id, alias.range, How::Import, Target::Value(member));
        }
        self.import_site(named, star, span(import.range));
    }

    fn import_site(&mut self, named: Vec<ValueId>, star: bool, statement: Span) {
        let named = self.facts.choices.add(named);
        self.site(SiteKind::Import { named, star }, statement);
    }
}
