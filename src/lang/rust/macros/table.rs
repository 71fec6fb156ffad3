//! The macros of a tree, and which of them a name can mean.
//!
//! In: the `macro_rules!` definitions, calls and renames that outlines tell, of most files only by name until somebody
//! asks. Out: the definitions by their names and by those under which a `use` passes them on. What a call stands for is
//! left to [`super::expand`], which definition a path leads to, to the walk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::definition::MacroDef;
use crate::facts::Name;
use crate::lang::rust::layout::outline::Outline;
use crate::source::FileId;

/// The macros of a tree.
#[derive(Debug, Default)]
pub struct MacroTable {
    /// Files that define a macro of a name, or seem to, in file order.
    definers: FxHashMap<Name, Vec<FileId>>,
    /// What these files define; found out when it is first asked.
    defined: FxHashMap<FileId, OnceLock<Defined>>,
    /// Names under which a `use` passes macros on, each with their names before.
    aliases: BTreeMap<Name, BTreeSet<Name>>,
    callers: FxHashMap<Name, Callers>,
    /// Names of the tree's own crates: a macro of any other crate is none of the tree's.
    pub crates: BTreeSet<Name>,
}

/// The macros of a file by their names, in its order.
type Defined = FxHashMap<Name, Vec<MacroDef>>;

/// The macros of a tree, with the way to read what was not read yet.
#[derive(Clone, Copy)]
pub struct Reader<'m> {
    macros: &'m MacroTable,
    /// The outline of a file, read to its end.
    outline: &'m (dyn Fn(FileId) -> Outline + Sync),
}

/// The files that call a macro, or seem to.
#[derive(Debug, Default)]
struct Callers {
    /// Each with whether the call is certain.
    files: Vec<(FileId, bool)>,
    /// Whether there is a call; found out when it is first asked.
    called: OnceLock<bool>,
}

impl MacroTable {
    /// The macros of one file by itself.
    #[must_use]
    pub fn of_file(outline: &Outline) -> Self {
        let mut macros = Self::default();
        macros.add(FileId(0), outline);
        macros.settle(std::iter::once((FileId(0), outline)));
        macros.defined.insert(FileId(0), OnceLock::from(defined(FileId(0), outline)));
        macros
    }

    /// Adds what a file defines and renames.
    pub fn add(&mut self, file: FileId, outline: &Outline) {
        for name in &outline.defines {
            self.definers.entry(name.clone()).or_default().push(file);
            self.defined.entry(file).or_default();
        }
        for (alias, name) in &outline.aliases {
            self.aliases.entry(alias.clone()).or_default().insert(name.clone());
        }
    }

    /// Forgets the renames of what is no macro, and notes who calls macros, once all files are added.
    pub fn settle<'o>(&mut self, outlines: impl Iterator<Item = (FileId, &'o Outline)>) {
        let leads = |alias: &Name| self.names_before(alias).iter().any(|name| self.definers.contains_key(*name));
        let idle: Vec<Name> = self.aliases.keys().filter(|alias| !leads(alias)).cloned().collect();
        for alias in idle {
            self.aliases.remove(&alias);
        }
        let is_macro = |name: &&Name| self.definers.contains_key(*name) || self.aliases.contains_key(*name);
        let mut callers: FxHashMap<Name, Callers> = FxHashMap::default();
        for (file, outline) in outlines {
            for called in outline.calls.iter().filter(is_macro) {
                for name in self.named_by(called) {
                    callers.entry(name.clone()).or_default().files.push((file, !outline.rough));
                }
            }
        }
        self.callers = callers;
    }

    /// These macros, with the way to read the outline of a file to its end.
    #[must_use]
    pub fn reader<'m>(&'m self, outline: &'m (dyn Fn(FileId) -> Outline + Sync)) -> Reader<'m> {
        Reader { macros: self, outline }
    }

    /// Names under which a macro is passed on.
    #[must_use]
    pub fn aliases_of(&self, name: &str) -> Vec<Name> {
        let leads = |alias: &&Name| self.names_before(alias).iter().any(|before| **before == name);
        self.aliases.keys().filter(leads).cloned().collect()
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

/// The macros that the outline of a file tells.
fn defined(file: FileId, outline: &Outline) -> Defined {
    let mut defined = Defined::default();
    for rules in &outline.macros {
        defined.entry(rules.name.clone()).or_default().push(MacroDef::new(file, rules));
    }
    defined
}

impl<'m> Reader<'m> {
    /// The definitions of a name in a file.
    fn of(&self, file: FileId, name: &str) -> &'m [MacroDef] {
        let Some(known) = self.macros.defined.get(&file) else { return &[] };
        known.get_or_init(|| defined(file, &(self.outline)(file))).get(name).map_or(&[], Vec::as_slice)
    }

    /// The definitions of a name in all files.
    fn all(&self, name: &str) -> impl Iterator<Item = &'m MacroDef> {
        let files = self.macros.definers.get(name).into_iter().flatten();
        files.flat_map(|file| self.of(*file, name))
    }

    /// Whether anything in the tree calls a macro of this name. Calls that may stand in comments or strings are looked at
    /// until one is found: nearly always the first.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        let Some(Callers { files, called }) = self.macros.callers.get(name) else { return false };
        let calls_it = |file: FileId| {
            let outline = (self.outline)(file);
            outline.calls.iter().any(|called| self.macros.named_by(called).iter().any(|before| before.as_str() == name))
        };
        *called
            .get_or_init(|| files.iter().any(|(_, certain)| *certain) || files.iter().any(|(file, _)| calls_it(*file)))
    }

    /// Whether the tree defines a macro of this name, or passes one on by it.
    #[must_use]
    pub fn defines(&self, name: &str) -> bool {
        self.all(name).next().is_some()
            || self.macros.names_before(name).iter().any(|before| self.all(before).next().is_some())
    }

    /// The definitions that a bare name means at a place of a file by its text alone: the last one before the place in a
    /// block around it, and those before it as long as each may not be there.
    #[must_use]
    pub fn visible(&self, name: &str, file: FileId, at: u32) -> Vec<&'m MacroDef> {
        let own = self.of(file, name).iter();
        let mut seen: Vec<&MacroDef> = own.filter(|rule| rule.extent.start <= at && at < rule.extent.end).collect();
        let certain = seen.iter().rposition(|rule| !rule.conditional).unwrap_or(0);
        seen.split_off(certain)
    }

    /// All definitions that a name can mean somewhere.
    #[must_use]
    pub fn named(&self, name: &Name) -> Vec<&'m MacroDef> {
        self.macros.named_by(name).into_iter().flat_map(|name| self.all(name)).collect()
    }

    /// Whether the tree has a crate of this name.
    #[must_use]
    pub fn has_crate(&self, name: &Name) -> bool {
        self.macros.crates.contains(name)
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
        let reader = macros.reader(&|_| Outline::default());
        reader.visible("m", FileId(0), at).iter().map(|rule| rule.text.trim().to_owned()).collect()
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
        let reader = macros.reader(&|_| Outline::default());
        assert!(reader.defines("o") && !reader.defines("d") && !reader.defines("y"));
        assert!(reader.is_called("m"));
        assert_eq!(reader.named(&"o".into()).len(), 1);
    }

    #[test]
    fn what_may_be_a_comment_is_looked_at() {
        let names = |names: &[&str]| names.iter().map(|name| Name::from(*name)).collect::<BTreeSet<_>>();
        let rough =
            Outline { calls: names(&["n", "x"]), defines: names(&["m", "x"]), rough: true, ..Outline::default() };
        let mut macros = MacroTable::default();
        macros.add(FileId(0), &rough);
        macros.settle(std::iter::once((FileId(0), &rough)));
        let text = "macro_rules! m { () => {} } // macro_rules! x { () => {} }\nfn f() { /* m!() */ x!() }";
        let read = |_| outline::outline(text);
        let reader = macros.reader(&read);
        assert!(reader.defines("m") && !reader.defines("x"));
        assert!(!reader.is_called("m") && reader.is_called("x"));
        assert_eq!(reader.visible("m", FileId(0), 50).len(), 1);
    }
}
