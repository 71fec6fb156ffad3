//! Matching entries and places of one key, one to one.
//!
//! In: the anchors of the entries, in the order of the file, and of the places, in the order of the code. Out: pairs.
//! What stays without a partner is gone, or new: so a pair needs a reason. Exact anchors come first; then places with
//! the same statement, unless the old place is still to be seen without it; then places whose statement was edited but
//! whose surroundings are the same. Within each step an alignment keeps the order.

use std::collections::{BTreeMap, BTreeSet};

use super::anchors::Anchors;

/// A place that may be what an entry stands for.
#[derive(Debug, Clone)]
pub struct AnchoredLine {
    /// Its anchors.
    pub anchors: Anchors,
    /// The index of its logical line in its file.
    pub line: usize,
}

/// A pair of an entry and a place, as indices.
pub type Pair = (usize, usize);

/// The place of an entry as it looks today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum OldPlace {
    /// Its neighbours have changed too.
    Unknown,
    /// They are next to each other: the statement was removed, or moved.
    Closed,
    /// Something else is between them: it was replaced.
    Replaced,
}

/// Above this many comparisons an alignment takes the first fit.
const MOST: usize = 4_000_000;

/// Pairs entries with places of the same key. `lines` are the logical lines of the file, none when the entry is looked
/// for in another file than its own.
#[must_use]
pub fn pairs(entries: &[&Anchors], places: &[AnchoredLine], lines: Option<&[u32]>) -> Vec<Pair> {
    let mut matcher =
        Matcher { entries, places, of_entry: vec![None; entries.len()], of_place: vec![None; places.len()] };
    matcher.exact();
    matcher.same_statement(lines);
    while matcher.same_surroundings() {}
    matcher.of_entry.iter().enumerate().filter_map(|(entry, place)| Some((entry, (*place)?))).collect()
}

struct Matcher<'m> {
    entries: &'m [&'m Anchors],
    places: &'m [AnchoredLine],
    of_entry: Vec<Option<usize>>,
    of_place: Vec<Option<usize>>,
}

impl Matcher<'_> {
    fn pair(&mut self, (entry, place): Pair) {
        self.of_entry[entry] = Some(place);
        self.of_place[place] = Some(entry);
    }

    fn free_entries(&self) -> Vec<usize> {
        (0..self.entries.len()).filter(|&entry| self.of_entry[entry].is_none()).collect()
    }

    fn free_places(&self) -> Vec<usize> {
        (0..self.places.len()).filter(|&place| self.of_place[place].is_none()).collect()
    }

    /// All anchors are equal. Of several equal ones the last are taken: what was added above is new.
    fn exact(&mut self) {
        let mut free: BTreeMap<&Anchors, Vec<usize>> = BTreeMap::new();
        let places = self.places;
        for (place, it) in places.iter().enumerate() {
            free.entry(&it.anchors).or_default().push(place);
        }
        for entry in (0..self.entries.len()).rev() {
            if let Some(place) = free.get_mut(self.entries[entry]).and_then(Vec::pop) {
                self.pair((entry, place));
            }
        }
    }

    fn same_statement(&mut self, lines: Option<&[u32]>) {
        let mut groups: BTreeMap<(u32, u32), (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for entry in self.free_entries() {
            let it = self.entries[entry];
            groups.entry((it.site, it.statement)).or_default().0.push(entry);
        }
        for place in self.free_places() {
            let it = &self.places[place].anchors;
            groups.entry((it.site, it.statement)).or_default().1.push(place);
        }
        for (old, new) in groups.into_values().filter(|(old, new)| !old.is_empty() && !new.is_empty()) {
            let now: Vec<OldPlace> = old.iter().map(|&entry| self.old_place(self.entries[entry], lines)).collect();
            let weight = |i: usize, j: usize| {
                let (entry, place) = (self.entries[old[i]], &self.places[new[j]].anchors);
                match (neighbours(entry, place), entry.in_common(place)) {
                    (2, _) => 8,
                    (1, _) => 6,
                    (_, common @ 1..) if now[i] < OldPlace::Replaced => 2 + u32::try_from(common.min(3)).unwrap_or(0),
                    _ => u32::from(now[i] == OldPlace::Unknown),
                }
            };
            let found: Vec<Pair> =
                align(old.len(), new.len(), &weight).into_iter().map(|(i, j)| (old[i], new[j])).collect();
            found.into_iter().for_each(|pair| self.pair(pair));
        }
    }

    /// Looks at the place of an entry today: its neighbours without a place of this key between them say that the violation
    /// was removed, and an equal one elsewhere may be another.
    fn old_place(&self, entry: &Anchors, lines: Option<&[u32]>) -> OldPlace {
        const BETWEEN: usize = 4;
        let Some(lines) = lines else { return OldPlace::Closed };
        let (Some(before), Some(after)) = (entry.before.first(), entry.after.first()) else { return OldPlace::Unknown };
        let stored = entry.before.len() + entry.after.len();
        let holds_place = |from: usize, to: usize| self.places.iter().any(|it| from < it.line && it.line < to);
        let same = |list: &[u32], at: &dyn Fn(usize) -> Option<usize>| {
            let same = |(k, line): (usize, &u32)| at(k).and_then(|at| lines.get(at)) == Some(line);
            list.iter().enumerate().filter(|&it| same(it)).count()
        };
        let mut place = OldPlace::Unknown;
        for (from, _) in lines.iter().enumerate().filter(|(_, line)| *line == before) {
            for to in ((from + 1)..lines.len().min(from + 1 + BETWEEN)).filter(|&to| lines[to] == *after) {
                let around = same(&entry.before, &|k| from.checked_sub(k)) + same(&entry.after, &|k| Some(to + k));
                if around >= stored.min(3) && !holds_place(from, to) {
                    place = place.max(if to == from + 1 { OldPlace::Closed } else { OldPlace::Replaced });
                }
            }
        }
        place
    }

    /// The statement differs, but what is around it is the same. True if a pair was found, which may be what another
    /// one was waiting for.
    fn same_surroundings(&mut self) -> bool {
        let (old, new) = (self.free_entries(), self.free_places());
        // Statements that were edited and found again count as the same where they are the surroundings of others.
        let known: BTreeSet<(u32, u32)> = self
            .entries
            .iter()
            .zip(&self.of_entry)
            .filter_map(|(entry, place)| Some((entry.statement, self.places[(*place)?].anchors.statement)))
            .collect();
        let weight = |i: usize, j: usize| surroundings(self.entries[old[i]], &self.places[new[j]].anchors, &known);
        let found = align(old.len(), new.len(), &weight);
        let any = !found.is_empty();
        let found: Vec<Pair> = found.into_iter().map(|(i, j)| (old[i], new[j])).collect();
        found.into_iter().for_each(|pair| self.pair(pair));
        any
    }
}

/// Measures the likeness of the surroundings of an entry and a place; 0 if it does not make them a pair.
fn surroundings(old: &Anchors, new: &Anchors, known: &BTreeSet<(u32, u32)>) -> u32 {
    let same = |old: Option<&u32>, new: Option<&u32>| {
        old.zip(new).is_some_and(|(&old, &new)| old == new || known.contains(&(old, new)))
    };
    let before = same(old.before.first(), new.before.first());
    let after = same(old.after.first(), new.after.first());
    let same_site = u32::from(old.site == new.site);
    match (before, after) {
        (true, true) => 8 + same_site,
        (true, false) | (false, true) => 6 + same_site,
        _ if level(&old.before, &new.before) && level(&old.after, &new.after) => 4 + same_site,
        _ => 0,
    }
}

/// Counts the equal lines among the two next to the statement.
#[must_use]
pub fn neighbours(old: &Anchors, new: &Anchors) -> usize {
    let same = |a: &[u32], b: &[u32]| usize::from(!a.is_empty() && a.first() == b.first());
    same(&old.before, &new.before) + same(&old.after, &new.after)
}

/// Returns true if a line at the same distance is the same.
fn level(old: &[u32], new: &[u32]) -> bool {
    old.iter().zip(new).any(|(old, new)| old == new)
}

/// The pairs of greatest total weight that do not cross; a weight of 0 is no pair. Of equal choices those with later
/// places are taken.
fn align(olds: usize, news: usize, weight: &dyn Fn(usize, usize) -> u32) -> Vec<Pair> {
    if olds == 0 || news == 0 {
        return Vec::new();
    }
    if olds.saturating_mul(news) > MOST {
        return first_fit(olds, news, weight);
    }
    let width = news + 1;
    let mut best = vec![0u32; (olds + 1) * width];
    for i in (0..olds).rev() {
        for j in (0..news).rev() {
            let paired = match weight(i, j) {
                0 => 0,
                weight => weight + best[(i + 1) * width + j + 1],
            };
            best[i * width + j] = paired.max(best[(i + 1) * width + j]).max(best[i * width + j + 1]);
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut pairs = Vec::new();
    while i < olds && j < news {
        let here = best[i * width + j];
        if here == best[i * width + j + 1] {
            j += 1;
        } else if here == best[(i + 1) * width + j] {
            i += 1;
        } else {
            pairs.push((i, j));
            i += 1;
            j += 1;
        }
    }
    pairs
}

fn first_fit(olds: usize, news: usize, weight: &dyn Fn(usize, usize) -> u32) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let mut from = 0;
    for i in 0..olds {
        // A bounded look ahead keeps this linear.
        let ahead = from..news.min(from + 1_000);
        if let Some(j) = ahead.into_iter().find(|&j| weight(i, j) > 0) {
            pairs.push((i, j));
            from = j + 1;
        }
    }
    pairs
}
