//! Fixes of Rust files: what to write in the place of what breaks a rule, and what speaks against it.
//!
//! In: the breaches of files, and the rest of the project by [`Surroundings`]. Out: a proposal for each. Everything is read
//! from tokens ([`items`]), so that branches which no configuration builds and arguments of macros are edited like the rest.
//! What nothing uses is left to the compiler, which warns of it: only a second `use` of the same name in one scope goes.

use std::rc::Rc;

use crate::facts::Name;
use crate::lang::fixing::{Breach, BreachKind, Doubt, FixProposal, FixTerms, Fixer, Guarantee, Surroundings};
use crate::source::FileId;

mod construct;
mod items;
mod names;
mod paths;
mod uses;

use items::RustItems;
use names::{RustEnd, RustNames};

/// The fixer.
pub(super) static FIXER: RustFixer = RustFixer;

/// Proposes fixes for Rust.
#[derive(Debug)]
pub(super) struct RustFixer;

impl Fixer for RustFixer {
    fn words(&self, _file: FileId, _around: &dyn Surroundings) -> Vec<Name> {
        Vec::new()
    }

    fn propose(&self, files: &[(FileId, Vec<Breach<'_>>)], around: &dyn Surroundings) -> Vec<Vec<FixProposal>> {
        let names = RustNames::new(around);
        files.iter().map(|(file, breaches)| propose(*file, breaches, &names)).collect()
    }

    fn reads(&self, _path: &str, text: &str) -> bool {
        let start = items::lexer_start(text);
        syn::parse_file(&text[start..]).is_ok()
    }
}

fn propose(file: FileId, breaches: &[Breach<'_>], names: &RustNames<'_>) -> Vec<FixProposal> {
    let manual = |guarantee, sentence: &str| {
        let doubt = Doubt { guarantee, sentence: sentence.to_owned(), place: Some((file, 0)), fatal: true };
        FixProposal::manual(doubt, None)
    };
    let readable = names.items(file).filter(|items| FIXER.reads("", &items.text));
    let Some(items) = readable else {
        let why = "the file cannot be parsed, so that nothing can be proven";
        return breaches.iter().map(|_| manual(Guarantee::Resolves, why)).collect();
    };
    let fix = RustFix { names, items };
    breaches
        .iter()
        .map(|breach| match breach.kind {
            BreachKind::Import => fix.import(breach),
            BreachKind::Construct => fix.construction(breach),
            BreachKind::Text | BreachKind::Other => manual(Guarantee::Fits, "there is no fix for this kind of place"),
        })
        .collect()
}

/// The fixes of one file.
struct RustFix<'f, 'a> {
    names: &'f RustNames<'a>,
    items: Rc<RustItems>,
}

/// An old path with the one to write: the first `banned` segments become `base`, and the rest stays but for its last name.
struct RustTarget {
    base: Vec<Name>,
    banned: usize,
    /// The new last name, where that is another.
    renamed: Option<Name>,
    doubts: Vec<Doubt>,
}

impl RustTarget {
    /// Returns the whole new path.
    fn full(&self, old: &[Name]) -> Vec<Name> {
        let mut path: Vec<Name> = self.base.iter().chain(&old[self.banned.min(old.len())..]).cloned().collect();
        if let (Some(name), Some(last)) = (&self.renamed, path.last_mut()) {
            *last = name.clone();
        }
        path
    }
}

impl RustFix<'_, '_> {
    /// Returns a proposal for an import: a `use`, or a path that is written in full.
    fn import(&self, breach: &Breach<'_>) -> FixProposal {
        let items = &*self.items;
        let of_use = |it: &&items::UseItem| {
            let inside = it.whole.start <= breach.span.start && breach.span.end <= it.whole.end;
            inside && !it.leaves.is_empty()
        };
        match items.uses.iter().find(of_use) {
            Some(item) => self.use_item(item, breach),
            None => self.path(breach),
        }
    }

    /// Returns what to write in the place of an old full path of which the rule bans the first segments.
    fn target(&self, old: &[Name], banned: usize, terms: &FixTerms<'_>, at: u32) -> Option<RustTarget> {
        let file = self.items.file;
        let instead = terms.use_instead.as_ref();
        let renamed = terms.rename.iter().find(|(from, _)| match from.as_slice() {
            [name] => old.len() > banned && old.get(banned) == Some(name),
            full => old.starts_with(full),
        });
        let mut target = match (renamed, instead) {
            (Some((from, to)), _) => {
                let length = if from.len() == 1 { banned + 1 } else { from.len() };
                let full = match (to.as_slice(), instead) {
                    ([name], Some(base)) => base.iter().cloned().chain([name.clone()]).collect(),
                    _ => to.clone(),
                };
                let (last, base) = full.split_last()?;
                let same = old.get(length - 1) == Some(last);
                if length == old.len() {
                    let renamed = if same { None } else { Some(last.clone()) };
                    RustTarget { base: base.to_vec(), banned: length - 1, renamed, doubts: Vec::new() }
                } else {
                    RustTarget { base: full, banned: length, renamed: None, doubts: Vec::new() }
                }
            }
            (None, Some(instead)) => {
                let is_module = self.names.ends(file, instead).iter().any(|it| matches!(it, RustEnd::Module(..)));
                let item = !is_module && self.names.root_of(file, &instead[0]).is_some();
                if item && banned == old.len() {
                    RustTarget { base: instead.clone(), banned, renamed: None, doubts: Vec::new() }
                } else {
                    let base = if item { &instead[..instead.len() - 1] } else { instead.as_slice() };
                    let by_path = RustTarget { base: base.to_vec(), banned, renamed: None, doubts: Vec::new() };
                    self.moved_up(by_path, old)
                }
            }
            (None, None) => return None,
        };
        target.doubts = self.different(old, &target.full(old), terms, at);
        Some(target)
    }

    /// Returns the same target without the modules between, where only that has the item: `new::Client` for
    /// `old::prelude::Client`.
    fn moved_up(&self, target: RustTarget, old: &[Name]) -> RustTarget {
        let direct = RustTarget { base: target.base.clone(), banned: old.len() - 1, renamed: None, doubts: Vec::new() };
        let ends = |target: &RustTarget| self.names.ends(self.items.file, &target.full(old));
        let is_missing = ends(&target).contains(&RustEnd::Missing);
        let is_same = || ends(&direct) == self.names.ends(self.items.file, old);
        if target.banned + 1 < old.len() && is_missing && is_same() { direct } else { target }
    }

    /// Returns what speaks against the new path being the old one.
    fn different(&self, old: &[Name], new: &[Name], terms: &FixTerms<'_>, at: u32) -> Vec<Doubt> {
        let file = self.items.file;
        let doubt =
            |guarantee, sentence: String, fatal| vec![Doubt { guarantee, sentence, place: Some((file, at)), fatal }];
        let (written, instead) = (old.join("::"), new.join("::"));
        let (from, to) = (self.names.ends(file, old), self.names.ends(file, new));
        if let Some(why) = self.no_dependency(&new[0]) {
            return doubt(Guarantee::Resolves, why, true);
        }
        if to.contains(&RustEnd::Missing) || to.is_empty() {
            return doubt(Guarantee::Resolves, format!("there is no public `{instead}`"), true);
        }
        if from.contains(&RustEnd::Missing) || from.is_empty() {
            return doubt(Guarantee::Resolves, format!("`{written}` does not exist today"), true);
        }
        let vouched = terms.equivalent.iter().any(|(a, b)| a == old && b == new);
        if from == to || vouched {
            return Vec::new();
        }
        doubt(Guarantee::SameObject, format!("`{written}` is another item than `{instead}`"), false)
    }

    /// Says what the manifest lacks if code of the file cannot name a crate.
    fn no_dependency(&self, name: &Name) -> Option<String> {
        let file = self.items.file;
        if self.names.root_of(file, name).is_some() || matches!(name.as_str(), "std" | "core" | "alloc") {
            return self.not_declared(name);
        }
        let (path, text) = self.names.around.manifests(file).into_iter().next()?;
        let package = name.replace('_', "-");
        let declares = text.lines().any(|line| {
            let key = line
                .trim_start()
                .trim_start_matches("[dependencies.")
                .split(['=', ']', '.'])
                .next()
                .unwrap_or_default()
                .trim();
            key.trim_matches('"') == package || key == name.as_str()
        });
        if declares {
            return self.not_declared(name);
        }
        Some(format!("`{path}` does not have the crate: add `{package} = {{ .. }}` to its dependencies"))
    }

    /// Says what the crate lacks if its edition wants crates to be declared.
    fn not_declared(&self, name: &Name) -> Option<String> {
        let manifests = self.names.around.manifests(self.items.file);
        let (_, text) = manifests.first()?;
        let old = text.contains("[package]") && (text.contains("edition = \"2015\"") || !text.contains("edition"));
        let root = self.names.around.locate(self.items.file, crate::facts::Anchor::Crate, &[]);
        let declared = match root {
            crate::lang::Located::Module(crate::lang::ModuleRef::File { file, .. }) => {
                self.names.items(file).is_some_and(|items| {
                    items.scopes[0]
                        .items
                        .iter()
                        .any(|it| it.kind == items::RustItemKind::ExternCrate && it.name == *name)
                })
            }
            _ => true,
        };
        (old && !declared && !matches!(name.as_str(), "std" | "core"))
            .then(|| format!("write `extern crate {name};` in the root of the crate first"))
    }

    /// Returns whether a name at the beginning of a path means something else than a crate in a scope.
    fn is_shadowed(&self, scope: usize, name: &Name) -> bool {
        let items = &*self.items;
        let mut at = Some(scope);
        while let Some(scope) = at {
            if self.names.is_bound(items, scope, name) {
                return true;
            }
            if items.scopes[scope].is_module {
                break;
            }
            at = items.scopes[scope].parent;
        }
        false
    }
}
