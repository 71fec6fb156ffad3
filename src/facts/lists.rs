//! Lists: many short lists in two vectors, so that each costs the place of its id.

/// Names a list of a [`Lists`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ListId(pub(super) u32);

impl ListId {
    /// The list that is empty in every [`Lists`].
    pub const EMPTY: Self = Self(0);
}

/// Lists of one kind of thing, kept one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lists<T> {
    items: Vec<T>,
    /// The end of each list, from the second on; the first is empty.
    ends: Vec<u32>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { items: Vec::new(), ends: Vec::new() }
    }
}

impl<T> Lists<T> {
    /// Adds a list and returns its id.
    pub fn add(&mut self, items: impl IntoIterator<Item = T>) -> ListId {
        let before = self.items.len();
        self.items.extend(items);
        if self.items.len() == before {
            return ListId::EMPTY;
        }
        self.ends.push(u32::try_from(self.items.len()).unwrap_or(u32::MAX));
        ListId(u32::try_from(self.ends.len()).unwrap_or(u32::MAX))
    }

    /// Returns the items of a list.
    #[must_use]
    pub fn get(&self, list: ListId) -> &[T] {
        let at = list.0 as usize;
        let end = |at: usize| at.checked_sub(1).and_then(|at| self.ends.get(at)).map_or(0, |&end| end as usize);
        match at {
            0 => &[],
            _ => self.items.get(end(at - 1)..end(at)).unwrap_or_default(),
        }
    }

    /// Returns the items of all lists, in the order in which they were added.
    #[must_use]
    pub fn all(&self) -> &[T] {
        &self.items
    }

    /// Takes the lists in memory of their exact size, and leaves none with the memory they had.
    #[must_use]
    pub fn take(&mut self) -> Self {
        Self { items: self.items.drain(..).collect(), ends: self.ends.drain(..).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_list_has_its_own_items() {
        let mut lists = Lists::default();
        let one = lists.add([1, 2]);
        let none = lists.add([]);
        let other = lists.add([3]);
        assert_eq!(lists.get(one), [1, 2]);
        assert_eq!((none, lists.get(none)), (ListId::EMPTY, &[][..]));
        assert_eq!(lists.get(other), [3]);
        assert_eq!(lists.all(), [1, 2, 3]);
    }
}
