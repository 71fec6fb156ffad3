//! The macros of a tree, and which of them a name can mean.
//!
//! In: the `macro_rules!` definitions, calls and renames that outlines tell. Out: the definitions by their names and by those under which a `use` passes them on. What a call stands for is
//! left to [`super::expand`], which definition a path leads to, to the walk.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::definition::MacroDef;
use crate::facts::Name;
use crate::lang::rust::layout::outline::Outline;
use crate::source::FileId;

/// The macros of a tree.
#[derive(Debug, Default)]
pub struct MacroTable {
    /// The definitions of a name, by their files in file order.
    definitions: FxHashMap<Name, Vec<(FileId, Vec<MacroDef>)>>,
    /// Names under which a `use` passes macros on, each with their names before.
    aliases: BTreeMap<Name, BTreeSet<Name>>,
    /// Names of macros that are invoked.
    called: FxHashSet<Name>,
    /// Names of the tree's own crates: a macro of any other crate is none of the tree's.
    pub crates: BTreeSet<Name>,
}

impl MacroTable {
    /// Returns the macros of one file by itself.
    #[must_use]
    pub fn of_file(outline: &Outline) -> Self {
        let mut macros = Self::default();
        macros.add(FileId(0), outline);
        macros.settle(&[(FileId(0), outline)], &|_| BTreeSet::new());
        macros
    }

    /// Adds what a file defines and renames; files come in their order.
    pub fn add(&mut self, file: FileId, outline: &Outline) {
        for source in &outline.macros {
            let of_name = self.definitions.entry(source.name.clone()).or_default();
            let definition = MacroDef::new(file, source);
            match of_name.last_mut().filter(|(last, _)| *last == file) {
                Some((_, definitions)) => definitions.push(definition),
                None => of_name.push((file, vec![definition])),
            }
        }
        for (alias, name) in &outline.aliases {
            self.aliases.entry(alias.clone()).or_default().insert(name.clone());
        }
    }

    /// Forgets the renames of what is no macro, and notes which macros are invoked, once all files are added. A file that
    /// was not read word by word may name a macro in a comment or a string alone: `calls` are those of such a file when
    /// it is, and it is read only for a macro that no other file surely invokes.
    pub fn settle(&mut self, outlines: &[(FileId, &Outline)], calls: &(dyn Fn(FileId) -> BTreeSet<Name> + Sync)) {
        let leads = |alias: &Name| self.names_before(alias).iter().any(|name| self.definitions.contains_key(*name));
        let idle: Vec<Name> = self.aliases.keys().filter(|alias| !leads(alias)).cloned().collect();
        for alias in idle {
            self.aliases.remove(&alias);
        }
        let is_macro = |name: &&Name| self.definitions.contains_key(*name) || self.aliases.contains_key(*name);
        let mut called: FxHashSet<Name> = FxHashSet::default();
        let mut perhaps: BTreeMap<Name, Vec<FileId>> = BTreeMap::new();
        for (file, outline) in outlines {
            for name in outline.calls.iter().filter(is_macro).flat_map(|called| self.named_by(called)) {
                if outline.rough {
                    perhaps.entry(name.clone()).or_default().push(*file);
                } else {
                    called.insert(name.clone());
                }
            }
        }
        perhaps.retain(|name, _| !called.contains(name));
        let calls_it = |name: &Name, file: FileId| calls(file).iter().any(|it| self.named_by(it).contains(name));
        let found: Vec<Name> = perhaps
            .into_par_iter()
            .filter(|(name, files)| files.iter().any(|file| calls_it(name, *file)))
            .map(|(name, _)| name)
            .collect();
        called.extend(found);
        self.called = called;
    }

    /// Returns the names under which a macro is passed on.
    #[must_use]
    pub fn aliases_of(&self, name: &str) -> Vec<Name> {
        let leads = |alias: &&Name| self.names_before(alias).iter().any(|before| **before == name);
        self.aliases.keys().filter(leads).cloned().collect()
    }

    /// Tells whether anything in the tree invokes a macro of this name.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.called.contains(name)
    }

    /// Tells whether the tree defines a macro of this name, or passes one on by it.
    #[must_use]
    pub fn defines(&self, name: &str) -> bool {
        self.definitions.contains_key(name) || self.aliases.contains_key(name)
    }

    /// Returns the definitions that a bare name means at a place of a file by its text alone: the last one before the
    /// place in a block around it, and those before it as long as each may not be there.
    #[must_use]
    pub fn visible(&self, name: &str, file: FileId, at: u32) -> Vec<&MacroDef> {
        let of_name = self.definitions.get(name).map_or(&[][..], Vec::as_slice);
        let own = of_name.binary_search_by_key(&file, |(file, _)| *file).map_or(&[][..], |at| &of_name[at].1);
        let mut seen: Vec<&MacroDef> = own.iter().filter(|it| it.extent.start <= at && at < it.extent.end).collect();
        let certain = seen.iter().rposition(|it| !it.conditional).unwrap_or(0);
        seen.split_off(certain)
    }

    /// Returns all definitions that a name can mean in other blocks.
    #[must_use]
    pub fn named(&self, name: &Name) -> Vec<&MacroDef> {
        let of = |name: &Name| self.definitions.get(name).into_iter().flatten().flat_map(|(_, all)| all);
        let of = |name: &Name| of(name).filter(|it| !it.local);
        self.named_by(name).into_iter().flat_map(of).collect()
    }

    /// A name of a macro, and those that it stands for.
    fn named_by<'m>(&'m self, name: &'m Name) -> BTreeSet<&'m Name> {
        let mut names = self.names_before(name);
        names.insert(name);
        names
    }

    /// The names that an alias stands for, those they stand for, and so on.
    fn names_before<'m>(&'m self, alias: &str) -> BTreeSet<&'m Name> {
        let mut found = BTreeSet::new();
        let mut open: Vec<&'m Name> = self.aliases.get(alias).into_iter().flatten().collect();
        while let Some(name) = open.pop() {
            if found.insert(name) {
                open.extend(self.aliases.get(name).into_iter().flatten());
            }
        }
        found.retain(|name| name.as_str() != alias);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::rust::layout::outline;

    /// The bodies that `m` can mean at the `@` of a text.
    fn seen(text: &str) -> Vec<String> {
        let at = u32::try_from(text.find('@').unwrap()).unwrap();
        let macros = MacroTable::of_file(&outline::outline(text));
        macros.visible("m", FileId(0), at).iter().map(|it| it.text.trim().to_owned()).collect()
    }

    #[test]
    fn the_last_definition_in_a_block_around_the_place_counts() {
        let one = "macro_rules! m { 1 }";
        let two = "macro_rules! m { 2 }";
        assert_eq!(seen(&format!("{one} @ {two}")), ["1"]);
        assert_eq!(seen(&format!("{one} {two} @")), ["2"]);
        assert_eq!(seen(&format!("{one} fn f() {{ {two} }} @")), ["1"]);
        assert_eq!(seen(&format!("{one} fn f() {{ {two} @ }}")), ["2"]);
        assert_eq!(seen(&format!("{one} mod a {{ {two} }} @")), ["1"]);
        assert_eq!(seen(&format!("{one} #[macro_use] mod a {{ mod b {{ {two} }} }} @")), ["1"]);
        assert_eq!(seen(&format!("{one} #[macro_use] mod a {{ {two} }} @")), ["2"]);
        assert_eq!(seen(&format!("fn f() {{ {one} }} @")), [""; 0]);
    }

    #[test]
    fn what_may_not_be_there_hides_nothing() {
        let one = "macro_rules! m { 1 }";
        let two = "macro_rules! m { 2 }";
        assert_eq!(seen(&format!("{one} #[cfg(a)] {two} @")), ["1", "2"]);
        assert_eq!(seen(&format!("{one} #[cfg(a)] #[macro_use] mod a {{ {two} }} @")), ["1", "2"]);
        assert_eq!(seen(&format!("{one} cfg_if! {{ if #[cfg(a)] {{ {two} }} }} @")), ["1", "2"]);
        assert_eq!(seen(&format!("#[cfg(a)] {one} #[allow(x)] {two} @")), ["2"]);
    }

    #[test]
    fn renames_lead_to_macros_and_calls_of_them_count() {
        let text = "macro_rules! m { () => {} } pub use m as n; use crate::{a, b::{n as o}, c as d}; fn f(x: u8) { x as y; o!() }";
        let macros = MacroTable::of_file(&outline::outline(text));
        assert_eq!(macros.aliases_of("m"), ["n", "o"]);
        assert!(macros.defines("o") && !macros.defines("d") && !macros.defines("y"));
        assert!(macros.is_called("m"));
        assert_eq!(macros.named(&"o".into()).len(), 1);
    }

    #[test]
    fn what_may_be_a_comment_is_looked_at() {
        let names = |names: &[&str]| names.iter().map(|name| Name::from(*name)).collect::<BTreeSet<_>>();
        let defining = outline::outline("macro_rules! m { () => {} } macro_rules! x { () => {} }");
        let rough = Outline { calls: names(&["m", "x"]), rough: true, ..Outline::default() };
        let mut macros = MacroTable::default();
        macros.add(FileId(0), &defining);
        let exact = |_| outline::outline("fn f() { /* m!() */ x!() }").calls;
        macros.settle(&[(FileId(0), &defining), (FileId(1), &rough)], &exact);
        assert!(!macros.is_called("m") && macros.is_called("x"));
        assert_eq!(macros.visible("m", FileId(0), 50).len(), 1);
    }
}
