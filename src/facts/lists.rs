//! Lists: many short lists in two vectors, so that each costs the place of its id.

use super::TextId;

/// Names a list of a [`Lists`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ListId(pub(super) u32);

impl ListId {
    /// The list that is empty in every [`Lists`].
    pub const EMPTY: Self = Self(0);

    /// Returns the number of the list in the order of [`Lists::iter`].
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Takes the items of a list in memory of their exact size, and leaves an empty list with the memory it had.
pub(super) fn exact<T>(list: &mut Vec<T>) -> Vec<T> {
    let mut taken = Vec::with_capacity(list.len());
    taken.append(list);
    taken
}

/// Lists of one kind of thing, kept one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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

    /// Returns the lists, the empty one first.
    pub fn iter(&self) -> impl Iterator<Item = &[T]> {
        (0..=self.ends.len()).map(|at| self.get(ListId(u32::try_from(at).unwrap_or(u32::MAX))))
    }

    /// Returns how many lists there are, with the empty one.
    #[must_use]
    pub fn count(&self) -> usize {
        self.ends.len() + 1
    }

    /// Returns the items of all lists, in the order in which they were added.
    #[must_use]
    pub fn all(&self) -> &[T] {
        &self.items
    }

    /// Takes the lists in memory of their exact size, and leaves none with the memory they had.
    #[must_use]
    pub fn take(&mut self) -> Self {
        Self { items: exact(&mut self.items), ends: exact(&mut self.ends) }
    }
}

/// Texts, kept one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct LiteralTexts {
    all: String,
    /// The end of each text.
    ends: Vec<u32>,
}

impl LiteralTexts {
    /// Adds a text and returns its id.
    pub fn add(&mut self, text: &str) -> TextId {
        self.all.push_str(text);
        self.ends.push(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        TextId(u32::try_from(self.ends.len() - 1).unwrap_or(u32::MAX))
    }

    /// Returns a text.
    #[must_use]
    pub fn get(&self, text: TextId) -> &str {
        let end = |at: usize| self.ends.get(at).map_or(0, |&end| end as usize);
        let start = text.index().checked_sub(1).map_or(0, end);
        self.all.get(start..end(text.index())).unwrap_or_default()
    }

    /// Takes the texts in memory of their exact size, and leaves none with the memory they had.
    #[must_use]
    pub fn take(&mut self) -> Self {
        let taken = Self { all: self.all.as_str().to_owned(), ends: exact(&mut self.ends) };
        self.all.clear();
        taken
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
        assert_eq!(lists.iter().nth(other.index()), Some(&[3][..]));
        assert_eq!(lists.iter().map(<[_]>::len).collect::<Vec<_>>(), [0, 2, 1]);
        assert_eq!(lists.take().get(other), [3]);
        assert_eq!(lists, Lists::default());
    }

    #[test]
    fn each_text_is_what_was_added() {
        let mut texts = LiteralTexts::default();
        let ids = ["a", "", "bc"].map(|text| texts.add(text));
        assert_eq!(ids.map(|id| texts.get(id).to_owned()), ["a", "", "bc"]);
        assert_eq!(texts.take().get(ids[2]), "bc");
        assert_eq!(texts, LiteralTexts::default());
    }
}
