//! Lineage: the classes that a class of the tree inherits from.
//!
//! In: a class. Out: its bases and theirs, nearest first, to any length and each once. Of one that is met twice the last
//! place counts, which is what the method resolution order does for classes that share a base.

use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::{Denotation, Entity, ItemRef, Name, Resolver};

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
    External(Rc<[Name]>),
}

enum Work {
    Enter(Ancestor),
    Leave(Ancestor),
}

impl Resolver<'_, '_> {
    /// The classes that a class of the tree inherits from, nearest first.
    #[must_use]
    pub fn ancestors(&self, item: ItemRef) -> Vec<Denotation> {
        self.lineage(item).into_iter().map(|ancestor| ancestor.class).collect()
    }

    /// The same, each with how sure it is.
    #[must_use]
    pub fn lineage(&self, item: ItemRef) -> Vec<Ancestor> {
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
                        _ => ancestor.class.external_path().map(|path| Mark::External(Rc::clone(path))),
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
        found.reverse();
        found
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
