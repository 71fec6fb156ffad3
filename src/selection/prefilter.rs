//! The prefilter: whether a text can name a symbol of the rules (docs/design.md section 9).
//!
//! In: the words that are searched for, one file and its text. Out: a verdict, without a parse. A file is admitted if it
//! has one of the words and the word can be one of a symbol there: an import names it, or what holds it is imported, or
//! the file can define it.

use std::cell::OnceCell;

use crate::ablation::{Optimisation, is_off};
use crate::facts::Name;
use crate::lang::text::{changed_by_nfkc, nfkc};
use crate::lang::{ImportScan, Layouts, Occurrence};
use crate::tree::TreeFile;

use super::definitions::Definitions;
use super::words::{Found, Search, Uses, What};

/// The knowledge of the prefilter besides the words.
#[derive(Clone, Copy)]
pub struct Prefilter<'p> {
    /// The places of the modules.
    pub layouts: &'p Layouts,
    /// The files that can define a symbol.
    pub definitions: &'p Definitions,
    /// The words.
    pub search: &'p Search<'p>,
    /// All words, of which `search` may have only those that are new.
    pub words: &'p super::words::Words,
}

impl Prefilter<'_> {
    /// Returns whether a file can name one of the symbols, also after NFKC normalisation.
    #[must_use]
    pub fn admits(&self, file: &TreeFile, text: &str) -> bool {
        self.definitions.is_inside(file.id)
            || is_off(Optimisation::Words)
            || self.admits_as_is(file, text)
            || changed_by_nfkc(text) && self.admits_as_is(file, &nfkc(text))
    }

    fn admits_as_is(&self, file: &TreeFile, text: &str) -> bool {
        let mut found = self.search.find(text).peekable();
        if found.peek().is_none() {
            return false;
        }
        if is_off(Optimisation::Imports) {
            return true;
        }
        let view = View { filter: self, file, text, imports: OnceCell::new() };
        found.any(|found| view.admits(&found))
    }
}

/// One text while its words are judged; what it imports is read once, when the first word is found.
struct View<'v, 't> {
    filter: &'v Prefilter<'v>,
    file: &'v TreeFile,
    text: &'t str,
    imports: OnceCell<Imports<'t>>,
}

/// The imports of a text, in their relation to the words.
struct Imports<'t> {
    scan: ImportScan<'t>,
    /// One of them names a word.
    named: bool,
    /// One can bring in a name of the tree.
    internal: bool,
    /// One names a package outside the tree that holds symbols.
    rooted: bool,
}

impl<'t> View<'_, 't> {
    fn admits(&self, found: &Found<'_>) -> bool {
        match found.what {
            What::Mark => true,
            What::Word(uses) => uses.alone || self.admits_word(found, uses),
            What::Root => {
                let imports = self.imports();
                imports.rooted && (imports.scan.computed || self.occurrence(found) == Occurrence::Imported)
            }
        }
    }

    fn admits_word(&self, found: &Found<'_>, uses: &Uses) -> bool {
        let Imports { scan, named, .. } = self.imports();
        if *named {
            return true;
        }
        let word = &self.text[found.start..found.end];
        match self.occurrence(found) {
            Occurrence::Prose => false,
            Occurrence::Dotted => true,
            // What a subclass sets the methods of its base can use, and need no import for that.
            Occurrence::Member if !uses.bare && self.is_of_receiver(found.start) => true,
            Occurrence::Imported | Occurrence::Path | Occurrence::Member => self.can_reach(uses),
            Occurrence::Quoted => scan.dynamic || scan.computed && self.can_reach(uses),
            Occurrence::Bare => {
                let taken = scan.star || self.filter.layouts.of(self.file.language).shares_scope(self.file.id);
                let written = crate::lang::policy(self.file.language).paths_import && self.is_near(uses);
                uses.bare && (taken && self.can_reach(uses) || written)
                    || self.filter.definitions.can_define(self.filter.layouts, self.file, word, self.text)
            }
        }
    }

    /// Returns whether the member that begins at a place is one of the receiver of a method.
    fn is_of_receiver(&self, at: usize) -> bool {
        let object = self.text[..at].trim_end().strip_suffix('.').unwrap_or_default().trim_end();
        ["self", "cls"].iter().any(|receiver| object.ends_with(receiver))
    }

    /// Returns whether a name of the file can lead to the symbols of a word.
    fn can_reach(&self, uses: &Uses) -> bool {
        let file = self.file.id;
        let layout = self.filter.layouts.of(self.file.language);
        let Imports { scan, internal, .. } = self.imports();
        self.is_near(uses)
            || scan.dynamic
            || *internal && (layout.sees(file, &uses.given) || uses.inside.contains(&file))
    }

    /// Returns whether the file is of a package that defines symbols of a word, or names one outside the tree.
    fn is_near(&self, uses: &Uses) -> bool {
        let Imports { scan, internal, rooted, .. } = self.imports();
        let layout = self.filter.layouts.of(self.file.language);
        uses.rooted && *rooted
            || uses.anywhere && (scan.relative || !scan.names.is_empty())
            || *internal && layout.sees(self.file.id, &uses.defined)
    }

    fn occurrence(&self, found: &Found<'_>) -> Occurrence {
        crate::lang::front_end(self.file.language).occurrence(&self.imports().scan, self.text, found.start..found.end)
    }

    fn imports(&self) -> &Imports<'t> {
        self.imports.get_or_init(|| {
            let Prefilter { layouts, words, .. } = *self.filter;
            let scan = crate::lang::front_end(self.file.language).scan_imports(self.text);
            let paths = crate::lang::policy(self.file.language).paths_import;
            let layout = layouts.of(self.file.language);
            let counts = |root: &&str| {
                let uses = words.uses_of_root(root);
                uses.is_some_and(|uses| {
                    uses.anywhere || layout.sees(self.file.id, &uses.given) || uses.inside.contains(&self.file.id)
                })
            };
            let rooted = scan.roots.iter().chain(if paths { &[] } else { scan.names.as_slice() }).any(counts);
            // Where paths import, a word counts only in files that can see what defines it.
            let named = !paths && scan.names.iter().any(|name| words.names(name));
            let internal = paths
                || scan.relative
                || scan.roots.iter().any(|root| layouts.is_in_tree(self.file, &Name::from(*root)));
            Imports { scan, named, internal, rooted }
        })
    }
}
