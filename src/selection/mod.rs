//! Selection: which files are relevant (docs/design.md section 9).
//!
//! In: the tree, its texts, the rules. Out: the relevant files, loaded. The texts are searched for the words of the rules;
//! files in which one can be a symbol are extracted, and the names under which others could use a symbol are derived
//! from them; the texts are searched for those too, until there are none. Decides which files are looked at, never what
//! is found in them.

use std::collections::{BTreeMap, BTreeSet};

use crate::ablation::{Optimisation, is_off};
use crate::cache::{FingerprintBuilder, Stage, Vocabulary, WordFilter};
use crate::detect::symbols::Symbols;
use crate::detect::{self, Derived, Extent, Giver, Interest, Rules};
use crate::facts::Name;
use crate::lang;
use crate::resolve::Project;
use crate::rule::RuleSet;
use crate::source::{FileId, Language};
use crate::tree::{Tree, TreeFile};

mod changed_words;
mod counts;
mod definitions;
mod judge;
mod loader;
mod may_refer;
mod prefilter;
mod seeds;
mod test_code;
mod words;

pub use counts::WorkCounts;
pub use loader::Loader;
pub use may_refer::{MayRefer, ReferableNames};
pub use test_code::{is_test, is_test_place};

use definitions::Definitions;
use prefilter::Prefilter;
use seeds::Seeds;
use words::{Search, Uses, Words};

/// The words that are searched for so far, and the places where symbols can be defined.
#[derive(Debug)]
pub struct Selection {
    seeds: Seeds,
    definitions: Definitions,
}

impl Selection {
    /// Returns the selection for a rule set, which has searched for nothing yet.
    #[must_use]
    pub fn of_rules(loader: &Loader<'_>, rules: &RuleSet, symbols: &Symbols) -> Self {
        let (tree, layouts) = (loader.project.tree, &loader.project.layouts);
        Self {
            seeds: Seeds::of_rules(rules, symbols, layouts),
            definitions: Definitions::of_rules(rules, symbols, tree, layouts),
        }
    }

    /// Returns whether a pattern without any literal makes every file relevant.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.seeds.everything
    }

    /// Returns which values can denote something the rules speak of, by the names that are known by now.
    #[must_use]
    pub fn may_refer(&self, everything: bool) -> MayRefer<'_> {
        MayRefer {
            names: ReferableNames::of(&self.seeds.words),
            definitions: &self.definitions,
            importers: lang::importers(),
            all: everything || self.seeds.everything,
        }
    }

    /// Returns the stage of a question that is asked of files: all that it depends on besides them.
    #[must_use]
    pub fn stage(&self, tree: &Tree, rules: Rules<'_>, question: &str) -> Stage {
        let mut builder = FingerprintBuilder::default().with(question);
        rules.fingerprint(tree, &mut builder);
        self.stage_of(tree, builder, &[])
    }

    /// Completes a stage by all words, and those that are searched for.
    fn stage_of(&self, tree: &Tree, mut builder: FingerprintBuilder, searched: &[Words]) -> Stage {
        self.definitions.fingerprint(tree, &mut builder);
        let mut vocabulary = Vocabulary::default();
        for (purpose, of_languages) in [("known", self.seeds.words.as_slice()), ("searched for", searched)] {
            for (words, language) in of_languages.iter().zip(lang::languages()) {
                words.fingerprint(tree, &mut builder);
                words.add_to(&mut vocabulary, &format!("{purpose}, {language:?}"), tree);
            }
        }
        Stage { key: builder.finish(), words: vocabulary }
    }

    /// Selects the relevant files and loads them. `canonical` are names of classes that rules compare with.
    pub fn run(
        &mut self,
        loader: &mut Loader<'_>,
        rules: Rules<'_>,
        canonical: &BTreeMap<Derived, BTreeSet<Giver>>,
    ) -> BTreeSet<FileId> {
        self.add(loader, canonical);
        self.seeds.build();
        let mut relevant = self.search(loader, &self.seeds.words, 0);
        // Which files are relevant is part of the result, so a full analysis comes to it in the same way.
        if loader.is_exhaustive() {
            loader.load(&loader.all());
        }
        let mut open = relevant.clone();
        let mut round = 0;
        while !open.is_empty() {
            round += 1;
            let names = self.derived(loader, rules, &open, round);
            let (fresh, givers) = self.add(loader, &names);
            // The name may be spelled otherwise in the file that gives it (private names of classes).
            open = givers;
            if fresh.iter().any(|words| !words.is_empty()) {
                let found = self.search(loader, &fresh, round);
                relevant.extend(&found);
                open.extend(found);
            } else {
                self.search_nothing(loader, round);
            }
        }
        self.search_nothing(loader, round + 1);
        relevant
    }

    /// The names that files derive from symbols, each with the files that give it.
    fn derived(
        &self,
        loader: &mut Loader<'_>,
        rules: Rules<'_>,
        files: &BTreeSet<FileId>,
        round: u32,
    ) -> BTreeMap<Derived, BTreeSet<Giver>> {
        let may_refer = self.may_refer(false);
        let stage = self.stage(loader.project.tree, rules, &format!("derived names, round {round}"));
        let derived = loader.look(
            files,
            || stage,
            |resolver, file| {
                let Some(mut judge) = may_refer.judge(resolver.project, file) else { return Vec::new() };
                let mut holders = None;
                let mut holds = |value| {
                    let judge = holders.get_or_insert_with(|| may_refer.judge_of_holders(resolver.project, file));
                    judge.as_ref().is_some_and(|judge| judge.value(value))
                };
                detect::derived_names(resolver, rules, file, &mut judge, &mut holds)
            },
        );
        let mut names: BTreeMap<Derived, BTreeSet<Giver>> = BTreeMap::new();
        for (file, derived) in derived {
            for (name, extent) in derived {
                names.entry(name).or_default().insert((file, extent));
            }
        }
        names
    }

    /// Adds derived names; returns those that count in more places than before, ready to be searched for, and the files
    /// that give them.
    fn add(
        &mut self,
        loader: &Loader<'_>,
        names: &BTreeMap<Derived, BTreeSet<Giver>>,
    ) -> (Vec<Words>, BTreeSet<FileId>) {
        let project = &loader.project;
        let mut fresh: Vec<Words> = lang::languages().map(|_| Words::default()).collect();
        let mut givers = BTreeSet::new();
        for (derived, given_by) in names {
            for (place, language) in lang::languages().enumerate() {
                let of_language = given_by.iter().filter(|(file, _)| project.tree.file(*file).language == language);
                let of_language: Vec<&Giver> = of_language.collect();
                if of_language.is_empty() {
                    continue;
                }
                let mut uses = Uses::default();
                for &&(file, extent) in &of_language {
                    uses.widen(&given(loader, language, file, extent));
                }
                let words = &mut self.seeds.words[place];
                let new = &mut fresh[place];
                let more = match derived {
                    Derived::Symbol(name) => {
                        let spellings = lang::spellings(language, name);
                        spellings.filter(|it| words.add(it, &uses)).map(|it| new.add(&it, &uses)).count() > 0
                    }
                    Derived::Module(name) => words.add_root(name, &uses) && new.add_root(name, &uses),
                };
                if more {
                    givers.extend(of_language.iter().map(|(file, _)| *file));
                }
            }
        }
        for (words, new) in self.seeds.words.iter_mut().zip(&mut fresh) {
            if new.roots().next().is_some() {
                // What is reached through a package is reached through its new name.
                let rooted: Vec<(Name, Uses)> = words
                    .whole()
                    .filter(|(_, uses)| uses.rooted)
                    .map(|(word, uses)| (word.clone(), uses.clone()))
                    .collect();
                for (word, _) in rooted {
                    new.add(&word, &Uses { rooted: true, bare: true, ..Uses::default() });
                }
            }
            new.build(false);
        }
        (fresh, givers)
    }

    /// Keeps that no word was new in a round.
    fn search_nothing(&self, loader: &Loader<'_>, round: u32) {
        let none: Vec<Words> = lang::languages().map(|_| Words::default()).collect();
        let stage = || self.search_stage(loader.project.tree, &none, round);
        loader.record_empty_search(stage, self.definitions.inside());
    }

    fn search_stage(&self, tree: &Tree, words: &[Words], round: u32) -> Stage {
        self.stage_of(tree, FingerprintBuilder::default().with("search").with(round.to_le_bytes()), words)
    }

    /// Reads every file, and loads those that can name a symbol by one of these words.
    fn search(&self, loader: &mut Loader<'_>, words: &[Words], round: u32) -> BTreeSet<FileId> {
        if self.seeds.everything {
            let all = loader.all();
            loader.load(&all);
            return all;
        }
        let searches: Vec<Search<'_>> = words.iter().map(Search::new).collect();
        let tree = loader.project.tree;
        let may_admit = |file: &TreeFile, words: &WordFilter| {
            self.definitions.is_inside(file.id)
                || is_off(Optimisation::Words)
                || searches[lang::place(file.language)].may_find(words)
        };
        let admits = |project: &Project<'_>, file: &TreeFile, text: &str| {
            let language = lang::place(file.language);
            let filter = Prefilter {
                layouts: &project.layouts,
                definitions: &self.definitions,
                search: &searches[language],
                words: &self.seeds.words[language],
            };
            filter.admits(file, text)
        };
        loader.search(|| self.search_stage(tree, words, round), may_admit, admits)
    }
}

/// Returns the ways in which a name that a file gives counts.
fn given(loader: &Loader<'_>, language: Language, file: FileId, extent: Extent) -> Uses {
    let layout = loader.project.layouts.of(language);
    let bare = extent != Extent::Member;
    match extent {
        Extent::Inside if lang::policy(language).paths_import => {
            Uses { bare, inside: layout.inside_of(file), ..Uses::default() }
        }
        _ => match layout.package_of(file) {
            Some(package) => Uses { bare, given: BTreeSet::from([package]), ..Uses::default() },
            None => Uses { bare, anywhere: true, ..Uses::default() },
        },
    }
}

/// A length as an id; files beyond 32 MiB are not read.
fn small(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
