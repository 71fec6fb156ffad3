//! Detecting: the places of one file that the rules speak of.
//!
//! In: the resolved project, the rules and one file. Out: hits and uses of canonical symbols, as ids and spans. Decides
//! neither severity nor order nor exemption; sees no syntax tree.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::facts::{Name, Site, SiteKind, ValueId};
use crate::findings::UnresolvedReason;
use crate::resolve::{Ancestor, Chain, ChainMemo, Denotation, Entity, LoadedFile, Meanings, PathRef, Resolver, Step};
use crate::rule::{Rule, RuleIndex, RuleKind, RuleSet, SourceIndex};
use crate::source::{FileId, Language, Span};
use crate::violation::{Confidence, Form};

mod adopt;
pub mod configure;
mod construct;
mod define;
mod derived;
mod fingerprint;
mod hit;
mod implement;
mod import;
pub mod path;
mod reference;
mod subclass;
pub mod symbols;
mod trail;

pub use derived::{Derived, Extent, Giver, Interest, derived_names};
pub use hit::{Detected, FileHits, Hit, Spot, Use};
pub use implement::{CanonicalClass, Evidence, HandOut, Part, Wrapped, canonical_classes, hand_outs};
use symbols::{Match, Meaning, Symbols};
use trail::Trail;

/// The rules, with all that the detectors need to judge by them.
#[derive(Clone, Copy)]
pub struct Rules<'r> {
    /// The rules.
    pub set: &'r RuleSet,
    /// Their symbols.
    pub symbols: &'r Symbols,
    /// The test for a file that is exempt from some rule of a source: canonical uses that come through it do not count.
    pub exempt: &'r (dyn Fn(SourceIndex, FileId) -> bool + Sync),
    /// For each source the classes of its canonical symbols; empty without rules that compare with them.
    pub canonical: &'r [Vec<CanonicalClass>],
}

/// Looks at every site of a file for which `interesting` holds.
pub fn detect(
    resolver: &Resolver<'_, '_>,
    rules: Rules<'_>,
    file: FileId,
    interesting: &mut dyn FnMut(ValueId) -> bool,
) -> FileHits {
    let path = &resolver.project.tree.file(file).path;
    let rules = Rules { symbols: rules.symbols.in_file(path), ..rules };
    let Some(mut at) = At::new(resolver, rules, file) else { return FileHits::default() };
    let facts = &at.loaded.facts;
    for (index, site) in facts.sites.iter().enumerate() {
        if !facts.invocations.is_empty() && !at.is_made(site, interesting) {
            continue;
        }
        match &site.kind {
            SiteKind::Import { named, star } if facts.choices.get(*named).iter().any(|&value| interesting(value)) => {
                import::statement(&mut at, index, facts.choices.get(*named), *star)
            }
            SiteKind::Call(call) if interesting(*call) => {
                import::dynamic(&mut at, index, *call);
                construct::call(&mut at, index, *call);
                if let Some(callee) = at.callee(*call) {
                    import::written(&mut at, index, callee);
                    reference::path(&mut at, index, callee);
                    adopt::path(&mut at, site, callee);
                    at.undecided(at.bound(callee));
                    import::given_on_demand(&mut at, callee);
                }
            }
            SiteKind::Reference { value, role } if interesting(*value) => {
                import::written(&mut at, index, *value);
                construct::value(&mut at, index, *value, *role);
                reference::path(&mut at, index, *value);
                adopt::reference(&mut at, site, *value, *role);
                at.undecided(*value);
                import::given_on_demand(&mut at, *value);
            }
            SiteKind::Literal(value) if interesting(*value) => {
                import::written(&mut at, index, *value);
                construct::literal(&mut at, index, *value);
                adopt::path(&mut at, site, *value);
            }
            SiteKind::Subclass { base, .. } if interesting(*base) => {
                import::written(&mut at, index, *base);
                subclass::base(&mut at, index, *base);
                if crate::lang::policy(at.language).paths_import {
                    reference::path(&mut at, index, *base);
                }
            }
            SiteKind::PatchTarget(value) if interesting(*value) => import::patch_target(&mut at, index, *value),
            _ => {}
        }
        if at.resolver.was_cut() {
            at.found.unresolved.push((site.span, UnresolvedReason::TooLong));
        }
    }
    implement::classes(&mut at, interesting);
    define::definitions(&mut at);
    configure::reads(&mut at);
    at.found.seen = at.seen.into_inner();
    at.found
}

/// One file under detection.
struct At<'d, 'p, 'a> {
    resolver: &'d Resolver<'p, 'a>,
    rules: Rules<'d>,
    file: FileId,
    loaded: &'d LoadedFile,
    language: Language,
    found: FileHits,
    seen: RefCell<BTreeSet<usize>>,
    judged: ChainMemo<PathRef, Judged>,
    judged_lineages: ChainMemo<Ancestor, JudgedLineage>,
    trails: ChainMemo<Step, Trail>,
}

/// The judgement of the rules on the paths of a chain.
#[derive(Debug, Clone, Default)]
struct Judged {
    /// Each meaning once, with the symbol.
    found: Arc<[(Meaning, String)]>,
    /// One of the paths leads to symbols that need not be written.
    is_way: bool,
}

/// The judgement of the rules on the classes from which one inherits.
#[derive(Debug, Clone, Default)]
struct JudgedLineage {
    /// Each meaning once, with the symbol and how sure it is that the class is meant.
    found: Arc<[(Meaning, String, bool)]>,
    /// A class leads to symbols that need not be written.
    is_way: bool,
}

/// A symbol of the rules that something denotes.
struct Found {
    meaning: Meaning,
    symbol: String,
    /// Index of the matching denotation.
    which: usize,
    /// That denotation surely is the symbol, or inherits from it.
    certain: bool,
}

impl<'d, 'p, 'a> At<'d, 'p, 'a> {
    /// A file that is loaded.
    fn new(resolver: &'d Resolver<'p, 'a>, rules: Rules<'d>, file: FileId) -> Option<Self> {
        let loaded = resolver.loaded(file)?;
        let language = resolver.project.tree.file(file).language;
        Some(Self {
            resolver,
            rules,
            file,
            loaded,
            language,
            found: FileHits::default(),
            seen: RefCell::default(),
            judged: ChainMemo::default(),
            judged_lineages: ChainMemo::default(),
            trails: ChainMemo::default(),
        })
    }

    fn site(&self, index: usize) -> &'d Site {
        &self.loaded.facts.sites[index]
    }

    fn value_span(&self, value: ValueId) -> Span {
        self.loaded.facts.values[value.index()].span
    }

    fn rule(&self, rule: RuleIndex) -> &'d Rule {
        &self.rules.set.rules[rule.0]
    }

    /// Returns whether code is there. What a macro makes is of interest only where the call means that macro.
    fn is_made(&self, site: &Site, interesting: &mut dyn FnMut(ValueId) -> bool) -> bool {
        let value = match site.kind {
            SiteKind::Call(call) if interesting(call) => self.callee(call).unwrap_or(call),
            SiteKind::Literal(value) | SiteKind::Reference { value, .. } if interesting(value) => value,
            _ => return true,
        };
        self.resolver.is_made(self.file, value)
    }

    /// The rules of a kind that judge this file.
    fn rules_of_kind(&self, kind: RuleKind) -> impl Iterator<Item = (RuleIndex, &'d Rule)> + use<'d> {
        let (path, language) = (Arc::clone(&self.resolver.project.tree.file(self.file).path), self.language);
        let rules = self.rules.set.rules.iter().enumerate().map(|(index, rule)| (RuleIndex(index), rule));
        let judges = move |rule: &Rule| rule.language.is_none_or(|only| only == language) && rule.within.holds(&path);
        rules.filter(move |(_, rule)| rule.kind == kind && judges(rule))
    }

    fn callee(&self, call: ValueId) -> Option<ValueId> {
        match &self.loaded.facts.values[call.index()].value {
            crate::facts::Value::Call { callee, .. } => Some(*callee),
            _ => None,
        }
    }

    /// Calls `each` for every match of the rules with one path.
    fn of_path(&self, path: &PathRef, mut each: impl FnMut(&[Name], Match<'d>)) {
        let module_names = match path {
            PathRef::External(_) => None,
            PathRef::Tree { module, .. } => Some(self.resolver.module_names(*module)),
        };
        for (at, name) in self.resolver.full_names(path).iter().enumerate() {
            let module = module_names.as_ref().and_then(|names| names.get(at)).map_or(0, Vec::len);
            for found in self.rules.symbols.matches(self.language, name, module) {
                self.seen.borrow_mut().insert(found.entry.id);
                each(name, found);
            }
        }
    }

    /// Adds the judgement of the rules on a denotation by its own paths, each meaning once.
    fn of_denotation(&self, denotation: &Denotation, which: usize, found: &mut Vec<Found>) {
        for (meaning, symbol) in self.of_chain(&denotation.paths).found.iter() {
            if !found.iter().any(|other| other.meaning == *meaning && other.which == which) {
                found.push(Found { meaning: *meaning, symbol: symbol.clone(), which, certain: true });
            }
        }
    }

    /// Returns the judgement of the rules on the paths of a chain. Chains share their tails, so each link is judged
    /// once.
    fn of_chain(&self, chain: &Chain<PathRef>) -> Judged {
        self.judged.answer(chain, |path, mut judged| {
            let mut all = Vec::new();
            self.of_path(path, |name, hit| {
                if !all.iter().any(|(meaning, _)| *meaning == hit.entry.meaning) {
                    all.push((hit.entry.meaning, self.spelled(name, &hit)));
                }
            });
            if !all.is_empty() {
                let others = judged.found.iter().filter(|(meaning, _)| !all.iter().any(|(known, _)| known == meaning));
                all = all.iter().chain(others).cloned().collect();
                judged.found = all.into();
            }
            judged.is_way |= self.is_way(path);
            judged
        })
    }

    /// Returns the judgement of the rules on the classes from which a class inherits, the nearest first.
    fn of_lineage(&self, class: &Denotation) -> JudgedLineage {
        let Entity::Item(item) = class.entity else { return JudgedLineage::default() };
        if !self.resolver.is_class(class) {
            return JudgedLineage::default();
        }
        self.judged_lineages.answer(&self.resolver.lineage(item), |ancestor, mut judged| {
            let own = self.of_chain(&ancestor.class.paths);
            if !own.found.is_empty() {
                let others = judged.found.iter();
                let others =
                    others.filter(|(meaning, ..)| !own.found.iter().any(|(known, _)| known == meaning)).cloned();
                let found = own.found.iter().map(|(meaning, symbol)| (*meaning, symbol.clone(), ancestor.certain));
                judged.found = found.chain(others).collect();
            }
            judged.is_way |= own.is_way;
            judged
        })
    }

    /// Returns whether a path leads to symbols: to a class whose members the rules name, or to a module of which they
    /// name all.
    fn is_way(&self, path: &PathRef) -> bool {
        let symbols = self.rules.symbols;
        self.resolver.full_names(path).iter().any(|name| symbols.is_way(self.language, &symbols.normalise(name)))
    }

    /// The symbol as the rules spell it, or the path where the rules have a wildcard or name a module around it.
    fn spelled(&self, name: &[Name], hit: &Match<'_>) -> String {
        let separator = self.language.separator();
        match hit.entry.pattern.literal() {
            Some(_) if hit.length == name.len() => hit.entry.pattern.text.clone(),
            _ => name.join(separator),
        }
    }

    /// Returns whether the rules ban the denotation for one of these kinds of its source: then it is never canonical.
    fn banned_for(&self, denotation: &Denotation, source: SourceIndex) -> bool {
        let mut found = Vec::new();
        self.of_denotation(denotation, 0, &mut found);
        found.iter().any(|found| match found.meaning {
            Meaning::Ban(rule) => self.rule(rule).source == source && self.rule(rule).kind != RuleKind::Import,
            Meaning::Canonical(_) | Meaning::Wrapped(_) => false,
        })
    }

    /// Adds the judgement of the rules on the classes that a class inherits from.
    fn of_ancestors(&self, class: &Denotation, which: usize, found: &mut Vec<Found>) {
        for (meaning, symbol, certain) in self.of_lineage(class).found.iter() {
            if !found.iter().any(|other| other.meaning == *meaning && other.which == which) {
                found.push(Found { meaning: *meaning, symbol: symbol.clone(), which, certain: *certain });
            }
        }
    }

    /// Reports the rules of some kinds that one of the meanings of `written` breaks.
    ///
    /// `found` is what the rules say of the meanings; the first match of each rule gives the chain.
    fn judge(&mut self, place: Place<'_>, found: &[(Found, Option<Form>)], kinds: &[RuleKind]) {
        let mut judged: Vec<RuleIndex> = Vec::new();
        for (hit, form) in found {
            let Meaning::Ban(rule) = hit.meaning else { continue };
            if !kinds.contains(&self.rule(rule).kind) || judged.contains(&rule) {
                continue;
            }
            judged.push(rule);
            let matching: Vec<&Found> =
                found.iter().filter(|(f, _)| f.meaning == hit.meaning).map(|(found, _)| found).collect();
            let denotation = &place.meanings[hit.which];
            let reached = self.form(denotation, place.written);
            let expansion = self.loaded.facts.expansion(place.written);
            let form = match (place.form, *form) {
                _ if expansion.is_some() => Form::Macro,
                (Some(form), _) => form,
                (None, Some(form)) if reached != Form::Dynamic => form,
                _ => reached,
            };
            let expanded = expansion.map(|from| Step::Expanded { file: from.file, span: from.span });
            let inherited = match denotation.entity {
                Entity::Item(item) if form == Form::Subclass => Some(Step::Inherited(item)),
                _ => None,
            };
            self.report(Hit {
                rule,
                spot: Spot::of(&self.loaded.facts.sites, place.site),
                symbol: hit.symbol.clone(),
                written: self.value_span(place.written),
                form,
                confidence: self.confidence(place.meanings, &matching, hit.which),
                steps: expanded.into_iter().chain(self.shown(denotation)).chain(inherited).collect(),
            });
        }
    }

    /// Returns the judgement of the rules on each meaning by its own paths.
    fn of_meanings(&self, meanings: &Meanings) -> Vec<(Found, Option<Form>)> {
        let mut found = Vec::new();
        for (which, denotation) in meanings.iter().enumerate() {
            self.of_denotation(denotation, which, &mut found);
        }
        found.into_iter().map(|found| (found, None)).collect()
    }

    /// Keeps a hit unless its place was reported for the same rule (and, for imports, the same module) before.
    fn report(&mut self, hit: Hit) {
        let import = self.rule(hit.rule).kind == RuleKind::Import;
        let mut here = self.found.hits.iter().rev().take_while(|other| other.spot.span == hit.spot.span);
        let same = |other: &Hit| if import { other.spot == hit.spot && other.symbol == hit.symbol } else { true };
        if !here.any(|other| other.rule == hit.rule && same(other)) {
            self.found.hits.push(hit);
        }
    }

    /// Returns the confidence of a match: high only where every meaning surely matches. What a subclass sets is one of
    /// its own alone.
    fn confidence(&self, meanings: &Meanings, matching: &[&Found], chosen: usize) -> Confidence {
        let open = |(which, denotation): (usize, &Denotation)| {
            !matching.iter().any(|found| found.which == which && found.certain)
                && (which == chosen || !denotation.is_overridden())
        };
        match self.trail(&meanings[chosen]).unsure || meanings.iter().enumerate().any(open) {
            true => Confidence::Medium,
            false => Confidence::High,
        }
    }

    /// Returns the form in which the code got to a denotation that has the given name at its end.
    fn form(&self, denotation: &Denotation, written: ValueId) -> Form {
        match self.loaded.facts.is_dynamic(written) {
            true => Form::Dynamic,
            false => self.trail(denotation).form,
        }
    }

    /// The value that a name of this file stands for, if it is only assigned once; else the value itself.
    fn bound(&self, value: ValueId) -> ValueId {
        let facts = &self.loaded.facts;
        match &facts.values[value.index()].value {
            crate::facts::Value::Name { reach, .. } => match reach.bindings(facts)[..] {
                [only] => match facts.bindings[only.index()].target {
                    crate::facts::Target::Value(value) => value,
                    _ => value,
                },
                _ => value,
            },
            _ => value,
        }
    }

    /// Notes a use that cannot be decided and could be one of the rules' symbols.
    fn undecided(&mut self, value: ValueId) {
        use crate::facts::{Undecided, Value};
        let node = &self.loaded.facts.values[value.index()];
        let Value::Undecided(Undecided::DynamicMember(object)) = node.value else { return };
        let holds = self.resolver.value(self.file, object).iter().any(|denotation| {
            let mut names = denotation.paths.iter().flat_map(|path| self.resolver.full_names(path));
            names.any(|name| self.rules.symbols.holds_symbols(self.language, &self.rules.symbols.normalise(&name)))
        });
        if holds {
            self.found.unresolved.push((node.span, UnresolvedReason::ComputedAttribute));
        }
    }
}

/// A place under judgement.
#[derive(Clone, Copy)]
struct Place<'m> {
    /// Index of the site.
    site: usize,
    /// The value that is written there.
    written: ValueId,
    /// All that it can denote.
    meanings: &'m Meanings,
    /// The form, where the place decides it.
    form: Option<Form>,
}
