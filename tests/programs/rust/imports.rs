//! `use` declarations, and the names that they bring.

use std::collections::BTreeMap;

use super::{Crate, Item, LIBRARY, Meaning, Names, Space, TYPES};

impl Crate<'_> {
    /// A path to a module as one can write it in another.
    pub fn module_path(&mut self, from: usize, to: usize) -> String {
        let path = self.path(to);
        let around = self.around(from);
        let mut ways =
            vec![std::iter::once("crate".to_owned()).chain(path.iter().cloned()).collect::<Vec<_>>().join("::")];
        for (up, ancestor) in around.iter().enumerate() {
            let above = self.path(*ancestor);
            if path.starts_with(&above) && path.len() >= above.len() {
                let start = if up == 0 { "self".to_owned() } else { vec!["super"; up].join("::") };
                let rest = &path[above.len()..];
                ways.push(std::iter::once(start).chain(rest.iter().cloned()).collect::<Vec<_>>().join("::"));
                if up == 0 && !rest.is_empty() && rest[0] != "redis" {
                    ways.push(rest.join("::"));
                }
            }
        }
        self.dice.pick(&ways).clone()
    }

    /// Adds one declaration to a module.
    pub fn import(&mut self, module: usize) {
        if self.dice.percent(50) { self.import_library(module) } else { self.import_tree(module) }
    }

    fn import_library(&mut self, module: usize) {
        let public = if self.dice.percent(60) { "pub " } else { "" };
        let root = if self.has_own_redis() || self.dice.percent(25) { "::redis" } else { "redis" };
        match self.dice.roll(10) {
            0 => {
                let bound = self.name("r");
                self.bind(
                    module,
                    &bound,
                    Item::LIBRARY,
                    !public.is_empty(),
                    &format!("{public}use {root} as {bound};"),
                );
            }
            1 => {
                let bound = self.name("r");
                let text = format!("{public}extern crate redis as {bound};");
                self.bind(module, &bound, Item::LIBRARY, !public.is_empty(), &text);
            }
            2 => {
                self.modules[module].globs.push((Item::LIBRARY, !public.is_empty()));
                self.modules[module].items.push(format!("{public}use {root}::*;"));
            }
            3 => {
                let (first, second) = (self.name("N"), self.name("r"));
                let text = format!("{public}use {root}::{{self as {second}, Client as {first}}};");
                if self.bind(module, &first, LIBRARY[0].1, !public.is_empty(), &text) {
                    self.bind(module, &second, Item::LIBRARY, !public.is_empty(), "");
                }
            }
            _ => {
                let (name, item) = *self.dice.pick(&LIBRARY);
                self.import_one(module, root, name, item, public);
            }
        }
    }

    /// `use path::name;`, perhaps under another name, perhaps in braces.
    fn import_one(&mut self, module: usize, path: &str, name: &str, item: Item, public: &str) {
        let bound = match self.dice.roll(3) {
            0 => name.to_owned(),
            1 if matches!(item.meaning, Meaning::Type(_)) => (*self.dice.pick(&TYPES)).to_owned(),
            _ => match item.meaning {
                Meaning::Type(_) => self.name("N"),
                _ => self.name("n"),
            },
        };
        let clause = if bound == name { name.to_owned() } else { format!("{name} as {bound}") };
        let text = match self.dice.roll(4) {
            0 => format!("{public}use {path}::{{{clause}}};"),
            1 if !path.starts_with("::") => format!("{public}use {{{path}::{clause}}};"),
            _ => format!("{public}use {path}::{clause};"),
        };
        self.bind(module, &bound, item, !public.is_empty(), &text);
    }

    fn import_tree(&mut self, module: usize) {
        let target = self.dice.roll(self.modules.len());
        if target == module {
            return;
        }
        let path = self.module_path(module, target);
        let reachable = self.around(module).contains(&target);
        let names: Vec<(String, Item, bool)> = self.modules[target]
            .own
            .iter()
            .filter(|(_, (item, public))| (*public || reachable) && item.space() != Space::Macro)
            .map(|((_, name), (item, public))| (name.clone(), *item, *public))
            .collect();
        let public = if self.dice.percent(60) { "pub " } else { "" };
        match self.dice.roll(6) {
            0 | 1 => {
                self.modules[module]
                    .globs
                    .push((Item { meaning: Meaning::Module(target), id: 1_000 + target }, !public.is_empty()));
                self.modules[module].items.push(format!("{public}use {path}::*;"));
            }
            2 if path.contains("::") => {
                let bound = self.name("m");
                let item = Item { meaning: Meaning::Module(target), id: 1_000 + target };
                self.bind(module, &bound, item, !public.is_empty(), &format!("{public}use {path} as {bound};"));
            }
            _ if !names.is_empty() => {
                let (name, item, is_public) = self.dice.pick(&names).clone();
                let public = if is_public { public } else { "" };
                self.import_one(module, &path, &name, item, public);
            }
            _ => {}
        }
    }

    /// Binds a name and adds the text that does it, unless the module has the name.
    fn bind(&mut self, module: usize, name: &str, item: Item, public: bool, text: &str) -> bool {
        let own = &mut self.modules[module].own;
        let key = (item.space(), name.to_owned());
        if own.contains_key(&key) {
            return false;
        }
        own.insert(key, (item, public));
        if !text.is_empty() {
            self.modules[module].items.push(text.to_owned());
        }
        true
    }

    /// Adds to the names of each module those that globs bring; a name that stands for two things is none.
    pub fn complete_names(&mut self) {
        let count = self.modules.len();
        let mut all: Vec<Names> = self.modules.iter().map(|it| it.own.clone()).collect();
        for _ in 0..=count {
            let before = all.clone();
            for (module, known) in all.iter_mut().enumerate() {
                let mut brought: BTreeMap<(Space, String), Option<(Item, bool)>> = BTreeMap::new();
                for (from, public) in &self.modules[module].globs {
                    let names: Vec<((Space, String), Item, bool)> = match from.meaning {
                        Meaning::Module(from) => {
                            let inside = self.around(module).contains(&from);
                            let names = before[from].iter().filter(|(_, (_, public))| *public || inside);
                            names.map(|(key, (item, public))| (key.clone(), *item, *public)).collect()
                        }
                        _ => LIBRARY
                            .iter()
                            .map(|(name, item)| ((item.space(), (*name).to_owned()), *item, true))
                            .collect(),
                    };
                    for (key, item, seen) in names {
                        let handed_on = *public && seen;
                        let known = brought.entry(key).or_insert(Some((item, handed_on)));
                        match known {
                            Some((other, handed)) if *other == item => *handed |= handed_on,
                            _ => *known = None,
                        }
                    }
                }
                let own = &self.modules[module].own;
                let mut names = own.clone();
                names.extend(
                    brought.into_iter().filter_map(|(key, it)| Some((key, it?))).filter(|it| !own.contains_key(&it.0)),
                );
                *known = names;
            }
            if all == before {
                break;
            }
        }
        for (module, names) in self.modules.iter_mut().zip(all) {
            module.names = names;
        }
    }
}
