//! Lineage: the classes that a class of the tree inherits from.
//!
//! In: a class. Out: its bases and theirs, nearest first, to any length and each once. Of one that is met twice the last
//! place counts, which is what the method resolution order does for classes that share a base. A class with one base has
//! what that has and the base in front, so that a chain of classes costs its length.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{Chain, Denotation, Entity, ItemRef, Name, Resolver};

/// A class from which another inherits.
#[derive(Debug, Clone)]
pub struct Ancestor {
    /// The class.
    pub class: Denotation,
    /// Every base on the way there has but one meaning.
    pub certain: bool,
}

/// The key by which an ancestor is known as met.
#[derive(PartialEq, Eq, Hash)]
enum Mark {
    Item(ItemRef),
    External(Arc<[Name]>),
}

enum Work {
    Enter(Ancestor),
    Leave(Ancestor),
}

impl Resolver<'_, '_> {
    /// The classes that a class of the tree inherits from, nearest first.
    pub fn ancestors(&self, item: ItemRef) -> impl Iterator<Item = Denotation> + use<> {
        let mut at = self.lineage(item);
        std::iter::from_fn(move || {
            let (_, ancestor, rest) = at.split()?;
            let (class, rest) = (ancestor.class.clone(), rest.clone());
            at = rest;
            Some(class)
        })
    }

    /// The same, each with how sure it is.
    #[must_use]
    pub fn lineage(&self, item: ItemRef) -> Chain<Ancestor> {
        if let Some(known) = self.known_lineage(item) {
            return known;
        }
        self.open_answer();
        let ((chain, found), complete) = self.apart(|| self.find_lineage(item));
        let shared = self.close_answer(&self.project.shared.lineages, || item, &chain, complete);
        if complete {
            let remembered = |(at, lineage)| (at, self.remembered(lineage, shared.filter(|_| at == item)));
            self.lineages.borrow_mut().extend(found.into_iter().map(remembered));
        }
        chain
    }

    /// The lineage of a class if it is known already, here or to others.
    fn known_lineage(&self, item: ItemRef) -> Option<Chain<Ancestor>> {
        if let Some(known) = self.lineages.borrow().get(&item) {
            return Some(self.reuse(known));
        }
        let (known, id) = self.shared(&self.project.shared.lineages, &item)?;
        self.lineages.borrow_mut().insert(item, self.remembered(known.clone(), Some(id)));
        Some(known)
    }

    /// The lineage of a class, and those of the classes on the way to the first that has not one base alone.
    fn find_lineage(&self, item: ItemRef) -> (Chain<Ancestor>, Vec<(ItemRef, Chain<Ancestor>)>) {
        let mut heirs: Vec<(ItemRef, Ancestor)> = Vec::new();
        let mut met = FxHashSet::default();
        let mut at = item;
        let mut chain = loop {
            if let Some(known) = self.known_lineage(at) {
                break known;
            }
            if !met.insert(at) {
                return (self.full_lineage(item), Vec::new());
            }
            match self.bases(at, true).as_slice() {
                [base @ Ancestor { class: Denotation { entity: Entity::Item(above), .. }, certain: true }] => {
                    heirs.push((at, base.clone()));
                    at = *above;
                }
                _ => break self.full_lineage(at),
            }
        };
        let mut found = vec![(at, chain.clone())];
        for (heir, base) in heirs.into_iter().rev() {
            chain = chain.with(base);
            found.push((heir, chain.clone()));
        }
        (chain, found)
    }

    fn full_lineage(&self, item: ItemRef) -> Chain<Ancestor> {
        let mut met = FxHashSet::from_iter([Mark::Item(item)]);
        // Found from the farthest to the nearest: the last base first, and every class after those it inherits from.
        let mut found = Vec::new();
        let mut work: Vec<Work> = self.bases(item, true).into_iter().map(Work::Enter).collect();
        while let Some(next) = work.pop() {
            match next {
                Work::Leave(ancestor) => found.push(ancestor),
                Work::Enter(ancestor) => {
                    let mark = match &ancestor.class.entity {
                        Entity::Item(item) => Some(Mark::Item(*item)),
                        _ => ancestor.class.external_path().map(|path| Mark::External(Arc::clone(path))),
                    };
                    if !mark.is_some_and(|mark| met.insert(mark)) {
                        continue;
                    }
                    let above = match ancestor.class.entity {
                        Entity::Item(item) => self.bases(item, ancestor.certain),
                        _ => Vec::new(),
                    };
                    work.push(Work::Leave(ancestor));
                    work.extend(above.into_iter().map(Work::Enter));
                }
            }
        }
        found.into_iter().fold(Chain::default(), |chain, ancestor| chain.with(ancestor))
    }

    /// Returns the classes that the bases of a class can be, in order.
    fn bases(&self, item: ItemRef, certain: bool) -> Vec<Ancestor> {
        let Some(definition) = self.item_definition(item) else { return Vec::new() };
        let of_base = |&base| {
            let meanings = self.value(item.file, base);
            let certain = certain && meanings.len() == 1;
            let classes = meanings.iter().filter(|it| self.is_class(it) || matches!(it.entity, Entity::External));
            classes.map(|class| Ancestor { class: class.clone(), certain }).collect::<Vec<_>>()
        };
        definition.bases.iter().flat_map(of_base).collect()
    }
}
