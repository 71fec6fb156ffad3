//! Rivals: which classes implement a source a second time, and in what role (docs/design.md section 7).
//!
//! In: what the detectors saw of classes in all files. Out: [`Rival`]s of every role, and a hit for each that is a
//! violation. A class is one when it keeps a client of its own, inherits from one, or has the name and a share of the
//! methods of the canonical class.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::detect::symbols::Symbols;
use crate::detect::{
    CanonicalClass, Derived, Detected, Evidence, Extent, Giver, Hit, Part, Rules, Spot, canonical_classes,
};
use crate::facts::{Definition, ScopeId};
use crate::findings::{ImplementationRole, Rival};
use crate::lang::without_extension;
use crate::resolve::{ItemRef, Project, Resolver};
use crate::rule::{Rule, RuleIndex, RuleKind, RuleSet, SourceIndex};
use crate::selection::{Loader, is_test};
use crate::source::FileId;
use crate::violation::{Confidence, Context, Form};

/// For each source with a rule of kind `implement` the classes of its canonical symbols.
#[must_use]
pub fn canonical(loader: &mut Loader<'_>, rules: &RuleSet, symbols: &Symbols) -> Vec<Vec<CanonicalClass>> {
    let mut found = vec![Vec::new(); rules.sources.len()];
    for (index, source) in rules.sources.iter().enumerate() {
        let index = SourceIndex(index);
        if !rules.rules.iter().any(|rule| rule.kind == RuleKind::Implement && rule.source == index) {
            continue;
        }
        let files = loader.project.tree.files().iter();
        let owners: BTreeSet<FileId> =
            files.filter(|file| source.owners.iter().any(|it| it.matches(&file.path))).map(|file| file.id).collect();
        loader.load(&owners);
        found[index.0] = classes(loader, rules, symbols, &owners, index);
    }
    found
}

fn classes(
    loader: &mut Loader<'_>,
    rules: &RuleSet,
    symbols: &Symbols,
    owners: &BTreeSet<FileId>,
    source: SourceIndex,
) -> Vec<CanonicalClass> {
    loop {
        let resolver = Resolver::new(&loader.project);
        let context = Rules { set: rules, symbols, exempt: &|_, _| false, canonical: &[] };
        let all = owners.iter().flat_map(|&owner| canonical_classes(&resolver, context, owner, source));
        let found: BTreeMap<ItemRef, CanonicalClass> = all.map(|class| (class.item, class)).collect();
        let wanted = resolver.into_wanted();
        if !loader.load(&wanted) {
            return found.into_values().collect();
        }
    }
}

/// The names of the canonical classes: what inherits from one mentions it.
#[must_use]
pub fn canonical_names(loader: &Loader<'_>, canonical: &[Vec<CanonicalClass>]) -> BTreeMap<Derived, BTreeSet<Giver>> {
    let mut names: BTreeMap<Derived, BTreeSet<Giver>> = BTreeMap::new();
    for class in canonical.iter().flatten() {
        if let Some(definition) = definition(&loader.project, class.item) {
            names
                .entry(Derived::Symbol(definition.name.clone()))
                .or_default()
                .insert((class.item.file, Extent::Anyone));
        }
    }
    names
}

fn definition<'p>(project: &'p Project<'_>, item: ItemRef) -> Option<&'p Definition> {
    project.load(item.file)?.facts.definitions.get(item.definition.index())
}

/// A rival and the place of its definition.
#[derive(Debug)]
pub struct Placed {
    /// The rule that speaks of it.
    pub rule: RuleIndex,
    /// The rival.
    pub rival: Rival,
    /// The hit, if it is a violation.
    pub hit: Option<Hit>,
}

/// All implementations, in path, line and rule order.
#[must_use]
pub fn find(
    loader: &Loader<'_>,
    rules: &RuleSet,
    detected: &Detected,
    canonical: &[Vec<CanonicalClass>],
) -> Vec<Placed> {
    let implement: Vec<(RuleIndex, &Rule)> = rules
        .rules
        .iter()
        .enumerate()
        .map(|(index, rule)| (RuleIndex(index), rule))
        .filter(|(_, rule)| rule.kind == RuleKind::Implement)
        .collect();
    if implement.is_empty() {
        return Vec::new();
    }
    let mut classes: BTreeMap<ItemRef, Evidence> = BTreeMap::new();
    for (_, hits) in detected {
        for (item, evidence) in &hits.classes {
            classes.entry(*item).or_default().merge(evidence.clone());
        }
    }
    let importers = |item: ItemRef| detected.iter().filter(|(_, hits)| hits.imported.contains(&item)).count();
    let resolver = Resolver::new(&loader.project);
    let judge = Judge { project: &loader.project, rules, resolver: &resolver, canonical };
    let mut found = Vec::new();
    for (file, hits) in detected {
        for &index in &hits.reexports {
            if let Some(mut placed) = judge.module(*file, index) {
                let by = detected.iter().filter(|(other, hits)| other != file && hits.modules.contains(file));
                placed.rival.importers = by.count() as u64;
                found.push(placed);
            }
        }
    }
    for (item, evidence) in &classes {
        for &(index, rule) in &implement {
            if let Some(mut placed) = judge.class(*item, evidence, index, rule) {
                placed.rival.importers = importers(*item) as u64;
                found.push(placed);
            }
        }
    }
    found
}

struct Judge<'j, 'a> {
    project: &'j Project<'a>,
    rules: &'j RuleSet,
    resolver: &'j Resolver<'j, 'a>,
    canonical: &'j [Vec<CanonicalClass>],
}

impl Judge<'_, '_> {
    /// A module that does nothing but hand on what is canonical.
    fn module(&self, file: FileId, index: RuleIndex) -> Option<Placed> {
        let rule = &self.rules.rules[index.0];
        let source = &self.rules.sources[rule.source.0];
        let entry = self.project.tree.file(file);
        let judged = rule.within.holds(&entry.path) && !is_test(self.project, self.rules, file);
        if !judged || source.owners.iter().any(|owner| owner.matches(&entry.path)) {
            return None;
        }
        let module = self.project.module_around(file, ScopeId::MODULE);
        let name = self.project.module_names(module).into_iter().next()?;
        let rival = Rival {
            rule: Arc::clone(&rule.id),
            source: Arc::clone(&source.id),
            file,
            path: Arc::clone(&entry.path),
            line: 1,
            column: 1,
            name: name.last()?.to_string(),
            scope: String::new(),
            symbol: name.join(entry.language.separator()),
            role: ImplementationRole::Shim,
            context: Context::Runtime,
            wraps: Vec::new(),
            shared_methods: Vec::new(),
            canonical_methods: 0,
            importers: 0,
        };
        Some(Placed { rule: index, rival, hit: None })
    }

    fn class(&self, item: ItemRef, evidence: &Evidence, index: RuleIndex, rule: &Rule) -> Option<Placed> {
        let project = &self.project;
        let source = &self.rules.sources[rule.source.0];
        let file = project.tree.file(item.file);
        if source.owners.iter().any(|owner| owner.matches(&file.path))
            || rule.language.is_some_and(|language| language != file.language)
            || !rule.within.holds(&file.path)
        {
            return None;
        }
        let loaded = project.load(item.file)?;
        let definition = definition(project, item)?;
        let nothing = Part::default();
        let part = evidence.rules.get(&index).unwrap_or(&nothing);
        let names = self.resolver.item_names(item);
        let named = rule.parameters.names.iter().any(|it| it.names_definition(file.language, &definition.name, &names));
        let classes = self.canonical.get(rule.source.0).map(Vec::as_slice).unwrap_or_default();
        let (shared, canonical_methods) = shared(classes, evidence);
        let smaller = evidence.methods.len().min(canonical_methods);
        let alike = shared.len() >= smaller.clamp(1, LEAST_SHARED) && shared.len() * 3 >= smaller;
        let test = is_test(self.project, self.rules, item.file) || loaded.facts.scopes[definition.scope.index()].test;
        let shim = part.others == 0 && (part.forwards > 0 || part.extends) && is_own(part);
        let keeps = part.keeps(definition.kind);
        let alike = alike && !evidence.interface;
        let makes = part.wraps.values().any(|wrapped| wrapped.kept || wrapped.made);
        let rival = keeps || part.extends || named && (alike || makes);
        let shim = shim && (rival || named || alike);
        if !rival && !shim && !part.is_handed() || test && is_test_case(&definition.name, evidence) {
            return None;
        }
        let role = if test || is_double(&definition.name, &file.path) {
            ImplementationRole::Double
        } else if shim {
            ImplementationRole::Shim
        } else if rival {
            ImplementationRole::Rival
        } else {
            ImplementationRole::User
        };
        let separator = file.language.separator();
        let symbol = names.first().map_or_else(|| definition.name.to_string(), |name| name.join(separator));
        let place = loaded.lines.position(&loaded.text, definition.name_span.start);
        let rival = Rival {
            rule: Arc::clone(&rule.id),
            source: Arc::clone(&source.id),
            file: item.file,
            path: Arc::clone(&file.path),
            line: place.line,
            column: place.column,
            name: definition.name.to_string(),
            scope: loaded.facts.scope_name(definition.scope),
            symbol: symbol.clone(),
            role,
            context: if test { Context::Test } else { Context::Runtime },
            wraps: part.wraps.keys().chain(&part.takes).cloned().collect::<BTreeSet<_>>().into_iter().collect(),
            shared_methods: shared,
            canonical_methods: canonical_methods as u64,
            importers: 0,
        };
        let hit = (role == ImplementationRole::Rival).then(|| Hit {
            rule: index,
            spot: Spot::of_definition(&loaded.facts, definition, false),
            symbol,
            written: definition.name_span,
            form: Form::Direct,
            confidence: if keeps { Confidence::High } else { Confidence::Medium },
            steps: Vec::new(),
        });
        Some(Placed { rule: index, rival, hit })
    }
}

/// So many shared methods are no coincidence; of a smaller interface all must be shared.
const LEAST_SHARED: usize = 3;

/// The public methods shared with the canonical class that has most of them, and how many that has.
fn shared(classes: &[CanonicalClass], evidence: &Evidence) -> (Vec<String>, usize) {
    let common = |class: &CanonicalClass| class.methods.intersection(&evidence.methods).count();
    let Some(nearest) = classes.iter().max_by_key(|class| (common(class), std::cmp::Reverse(class.item))) else {
        return (Vec::new(), 0);
    };
    let shared = nearest.methods.intersection(&evidence.methods).map(ToString::to_string).collect();
    (shared, nearest.methods.len())
}

/// Returns whether a class has no client but the canonical one.
fn is_own(part: &Part) -> bool {
    part.wraps.values().all(|wrapped| wrapped.canonical)
}

/// Words that mark a stand-in for tests, in the name of a class or of what holds it.
const STAND_INS: [&str; 6] = ["mock", "fake", "stub", "dummy", "double", "spy"];

/// Returns whether a class is named as a stand-in, or stands among stand-ins.
fn is_double(name: &str, path: &str) -> bool {
    words(name).chain(without_extension(path).split('/').flat_map(words)).any(|word| {
        let word = word.to_lowercase();
        STAND_INS.iter().any(|it| word == *it || word.strip_prefix(it).is_some_and(|rest| rest == "s" || rest == "ed"))
    })
}

/// The words of a name in snake or camel case.
fn words(name: &str) -> impl Iterator<Item = String> + '_ {
    let mut words: Vec<String> = Vec::new();
    let mut before = '_';
    for c in name.chars() {
        if !c.is_alphanumeric() {
            before = '_';
            continue;
        }
        if before == '_' || c.is_uppercase() && !before.is_uppercase() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c);
        }
        before = c;
    }
    words.into_iter()
}

/// A class of test cases uses clients and is no implementation of anything.
fn is_test_case(name: &str, evidence: &Evidence) -> bool {
    name.starts_with("Test") && !evidence.methods.is_empty() && evidence.methods.iter().all(|it| it.starts_with("test"))
        || evidence.methods.iter().any(|method| method.starts_with("test_"))
}
