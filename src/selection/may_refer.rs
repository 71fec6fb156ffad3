//! May refer: which values of a file can denote something the rules speak of, judged before they are resolved.
//!
//! In: names, without one of which on its way a value cannot denote a symbol of the rules. Out: a verdict for each value,
//! so that resolving is asked only where it can matter.

use rustc_hash::FxHashSet;

use crate::ablation::{Optimisation, is_off};
use crate::facts::{Anchor, BindingId, DefinitionId, FileFacts, Name, Reach, ScopeKind, Target, Value, ValueId};
use crate::resolve::Project;
use crate::source::FileId;

use super::definitions::Definitions;
use super::words::Words;

/// ReferableNames that can be on the way to a symbol.
#[derive(Debug, Default)]
pub struct ReferableNames {
    /// Whole names.
    pub words: FxHashSet<Name>,
    /// ReferableNames that count only as members of classes and their instances.
    pub members: FxHashSet<Name>,
    /// Parts of names, from wildcards.
    pub parts: Vec<Name>,
    /// ReferableNames of modules outside the tree that hold symbols.
    pub roots: FxHashSet<Name>,
}

impl ReferableNames {
    /// Collects the names of the words of all languages.
    #[must_use]
    pub fn of(words: &[Words]) -> Self {
        let mut names = Self::default();
        for words in words {
            let of_kind = |bare: bool| words.whole().filter(move |(_, uses)| uses.bare == bare);
            names.words.extend(of_kind(true).map(|(word, _)| word.clone()));
            names.members.extend(of_kind(false).filter(|(_, uses)| !uses.alone).map(|(word, _)| word.clone()));
            names.parts.extend(words.parts().filter(|(_, uses)| uses.bare).map(|(part, _)| part.clone()));
            names.roots.extend(words.roots().cloned());
        }
        names
    }
}

/// Judges which values of a file can denote something.
#[derive(Debug)]
pub struct MayRefer<'s> {
    /// Functions that bring in what no name in the file announces.
    pub(super) importers: Vec<&'static str>,
    pub(super) names: ReferableNames,
    pub(super) definitions: &'s Definitions,
    /// Every value can.
    pub(super) all: bool,
}

impl MayRefer<'_> {
    fn named(&self, name: &str) -> bool {
        let name = crate::lang::unmarked(name);
        self.names.words.contains(name)
            || self.importers.contains(&name)
            || self.names.parts.iter().any(|part| name.contains(part.as_str()))
    }

    /// Returns whether a module of the rules may stand inside the file: what it holds is named there without its name.
    fn has_inside(&self, facts: &FileFacts) -> bool {
        facts.scopes.iter().skip(1).any(|scope| scope.kind == ScopeKind::Module && self.named(&scope.name))
    }

    /// A judge of the values of one file, if that is loaded.
    #[must_use]
    pub fn judge<'f>(&'f self, project: &'f Project<'_>, file: FileId) -> Option<Judge<'f>> {
        self.judge_of(project, file, false)
    }

    /// A judge of the values of one file, if that is loaded, for which what holds symbols matters as well.
    #[must_use]
    pub fn judge_of_holders<'f>(&'f self, project: &'f Project<'_>, file: FileId) -> Option<Judge<'f>> {
        self.judge_of(project, file, true)
    }

    fn judge_of<'f>(&'f self, project: &'f Project<'_>, file: FileId, holders: bool) -> Option<Judge<'f>> {
        let facts = &project.loaded(file)?.facts;
        let mut judge = Judge {
            may_refer: self,
            holders,
            own: FxHashSet::default(),
            all: self.all || is_off(Optimisation::Values) || self.definitions.is_inside(file) || self.has_inside(facts),
            facts,
            values: vec![Verdict::Unknown; facts.values.len()],
            bindings: vec![Verdict::Unknown; facts.bindings.len()],
            cycles: 0,
        };
        judge.learn_own();
        Some(judge)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Unknown,
    /// Being judged: a cycle through it adds nothing.
    Open,
    No,
    Yes,
}

/// Remembers its verdicts on one file's values.
#[derive(Debug)]
pub struct Judge<'f> {
    may_refer: &'f MayRefer<'f>,
    /// ReferableNames of modules that hold symbols count too.
    holders: bool,
    /// ReferableNames of the file's modules that lead to such a symbol, for paths that begin with a module of the file.
    own: FxHashSet<Name>,
    all: bool,
    facts: &'f FileFacts,
    values: Vec<Verdict>,
    bindings: Vec<Verdict>,
    /// The number of times that a cycle was met; a "no" that was found while one was open is not remembered.
    cycles: u32,
}

/// After so many cycles everything that depends on one is taken to matter: only work is lost by that.
const MOST_CYCLES: u32 = 10_000;

impl Judge<'_> {
    /// Learns the private names by which `self::`, `super::` and `crate::` paths and globs reach a symbol inside the
    /// file: no other file can use them, so they are no names that are searched for.
    fn learn_own(&mut self) {
        let anchored = |value: &Value| {
            let inside = |anchor| matches!(anchor, Anchor::Module(_) | Anchor::Crate | Anchor::ModuleOf(_));
            matches!(value, Value::Module(module) if inside(module.anchor))
        };
        let facts = self.facts;
        if self.all || !facts.values.iter().any(|node| anchored(&node.value)) {
            return;
        }
        let of_module = |id: &BindingId| {
            let binding = &facts.bindings[id.index()];
            facts.scopes[binding.scope.index()].kind == ScopeKind::Module && !binding.name.is_empty()
        };
        let ids: Vec<BindingId> = (0u32..).map(BindingId).take(facts.bindings.len()).filter(of_module).collect();
        loop {
            let before = self.own.len();
            for &id in &ids {
                let name = &facts.bindings[id.index()].name;
                if !self.named(name) && self.binding(id) {
                    self.own.insert(name.clone());
                }
            }
            if self.own.len() == before {
                return;
            }
            let forget = |verdict: &mut Verdict| {
                if *verdict == Verdict::No {
                    *verdict = Verdict::Unknown;
                }
            };
            self.values.iter_mut().for_each(forget);
            self.bindings.iter_mut().for_each(forget);
        }
    }

    fn named(&self, name: &str) -> bool {
        self.own.contains(name)
            || self.may_refer.named(name)
            || self.holders && self.may_refer.names.roots.contains(name)
    }

    /// Returns whether a name matters where it can be that of a member.
    fn member(&self, name: &str) -> bool {
        self.named(name) || self.may_refer.names.members.contains(name)
    }

    /// Returns whether a value can denote something the rules speak of.
    pub fn value(&mut self, id: ValueId) -> bool {
        if self.all {
            return true;
        }
        match self.values[id.index()] {
            Verdict::Yes => return true,
            Verdict::No => return false,
            Verdict::Open => {
                self.cycles += 1;
                return self.cycles > MOST_CYCLES;
            }
            Verdict::Unknown => self.values[id.index()] = Verdict::Open,
        }
        let before = self.cycles;
        let facts = self.facts;
        let yes = match &facts.values[id.index()].value {
            Value::Name { name, reach } => self.named(name) || self.reach(*reach),
            Value::Member { object, name, .. } => self.member(name) || self.value(*object),
            Value::Module(module) => module.path.iter().any(|name| self.named(name)),
            Value::Call { callee, arguments } => {
                self.value(*callee) || facts.arguments.get(*arguments).iter().any(|argument| self.value(argument.value))
            }
            Value::Subscript { object } | Value::InstanceOf(object) | Value::TypeOf(object) => self.value(*object),
            Value::AnyOf(options) => facts.choices.get(*options).iter().any(|&option| self.value(option)),
            Value::Text(text) => facts.text(*text).split('.').any(|part| self.member(part)),
            Value::Texts(first, count) => facts.texts(*first, *count).any(|text| self.member(text)),
            Value::Receiver { class, .. } | Value::Super { class, .. } | Value::Item(class) => self.class(*class),
            Value::SelfType(index) => facts
                .implementations
                .get(*index as usize)
                .is_some_and(|implementation| self.value(implementation.target)),
            // What it holds need not be named here.
            Value::Undecided(_) => true,
            Value::Opaque => false,
        };
        self.values[id.index()] = self.verdict(yes, before);
        yes
    }

    fn verdict(&self, yes: bool, cycles_before: u32) -> Verdict {
        match yes {
            true => Verdict::Yes,
            false if self.cycles == cycles_before => Verdict::No,
            false => Verdict::Unknown,
        }
    }

    fn reach(&mut self, reach: Reach) -> bool {
        reach.bindings(self.facts).iter().any(|&binding| self.binding(binding))
    }

    fn binding(&mut self, id: BindingId) -> bool {
        match self.bindings[id.index()] {
            Verdict::Yes => return true,
            Verdict::No => return false,
            Verdict::Open => {
                self.cycles += 1;
                return self.cycles > MOST_CYCLES;
            }
            Verdict::Unknown => self.bindings[id.index()] = Verdict::Open,
        }
        let before = self.cycles;
        let facts = self.facts;
        let yes = match &facts.bindings[id.index()].target {
            Target::Value(value) => self.value(*value),
            Target::Definition(definition) => self.class(*definition),
            Target::Star(star) => {
                self.named(&facts.bindings[id.index()].name)
                    || facts.star(*star).is_some_and(|star| {
                        star.modules.iter().any(|&module| self.value(module)) || self.reach(star.otherwise)
                    })
            }
            Target::Absent | Target::Opaque => false,
        };
        self.bindings[id.index()] = self.verdict(yes, before);
        yes
    }

    /// A class or function can matter by its own name, by its bases, or by what it returns.
    fn class(&mut self, id: DefinitionId) -> bool {
        let facts = self.facts;
        let definition = &facts.definitions[id.index()];
        self.member(&definition.name)
            || definition.bases.iter().chain(&definition.returns).any(|&value| self.value(value))
    }
}
