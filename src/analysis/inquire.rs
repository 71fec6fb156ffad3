//! Inquiring: what the names at a place denote, and which symbols of the rules they are.
//!
//! In: the project after an analysis, and a line of a file. Out: an [`Inquiry`]: the names that stand there, each meaning of
//! each with its chain, and the entries of the rules that match it. Judges nothing: why a match is reported or not is for
//! [`crate::explain`].

use crate::detect::symbols::{Meaning, Symbols};
use crate::facts::{DefinitionKind, Role, Site, SiteKind, Value, ValueId};
use crate::resolve::{Denotation, Entity, ItemRef, LoadedFile, ModuleRef, PathRef, Project, Resolver};
use crate::rule::{RuleIndex, RuleSet, SourceIndex};
use crate::selection::Loader;
use crate::source::{FileId, Language, Span};
use crate::violation::Via;
use crate::violations::via;

/// Tells what stands on a line.
#[derive(Debug, Clone, Default)]
pub struct Inquiry {
    /// The names, in source order.
    pub names: Vec<InquiredName>,
}

/// A name with what it denotes.
#[derive(Debug, Clone)]
pub struct InquiredName {
    /// As written.
    pub written: String,
    /// Its bytes.
    pub span: Span,
    /// Says as what it stands there.
    pub standing: Standing,
    /// All that it can denote.
    pub meanings: Vec<InquiredMeaning>,
}

/// One meaning of a name.
#[derive(Debug, Clone)]
pub struct InquiredMeaning {
    /// Tells what it is, in words.
    pub what: String,
    /// The full names by which it can be reached, the one nearest to the use first.
    pub paths: Vec<String>,
    /// The steps that lead there.
    pub hops: Vec<Via>,
    /// The rules that ban it.
    pub bans: Vec<InquiredBan>,
    /// The sources of which it is canonical.
    pub canonical: Vec<SourceIndex>,
    /// Another symbol of the same last name that rules ban.
    pub namesake: Option<InquiredBan>,
}

/// A rule that bans a symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InquiredBan {
    /// The rule; one that is switched off by its index among those.
    pub rule: RuleIndex,
    /// It is switched off.
    pub off: bool,
    /// The symbol as the rules write it.
    pub symbol: String,
    /// A base of the class is the symbol, not the class itself.
    pub inherited: bool,
}

/// Says as what a name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// In an import statement.
    Import,
    /// It is called.
    Call,
    /// It is read.
    Reference,
    /// It says a type.
    Annotation,
    /// A class inherits from it, or a trait is implemented.
    Base,
    /// A value of it is written out.
    Literal,
    /// A string names it.
    Text,
}

impl Standing {
    /// Returns as what stands whose member stands in this way: what is before the dot of a call is read, not called. The
    /// statement of an import has its names for itself.
    fn of_object(self) -> Option<Self> {
        match self {
            Self::Import => None,
            Self::Annotation => Some(Self::Annotation),
            Self::Call | Self::Reference | Self::Base | Self::Literal | Self::Text => Some(Self::Reference),
        }
    }

    /// Returns it in words, for "this is ...".
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Import => "an import",
            Self::Call => "a call",
            Self::Reference => "a reference",
            Self::Annotation => "an annotation",
            Self::Base => "a base",
            Self::Literal => "a literal",
            Self::Text => "a string",
        }
    }
}

/// Asks what stands on a line, or at a byte of it.
pub(super) fn inquire(
    loader: &mut Loader<'_>,
    rules: &RuleSet,
    symbols: &Symbols,
    file: FileId,
    place: &InquiredPlace,
) -> Inquiry {
    let files = [file].into();
    loader.load(&files);
    let answers = loader.ask(&files, |resolver, file| {
        let Some(loaded) = resolver.loaded(file) else { return Vec::new() };
        let asker =
            Asker { resolver, rules, symbols, file, loaded, language: resolver.project.tree.file(file).language };
        asker.names(place)
    });
    Inquiry { names: answers.into_iter().flat_map(|(_, names)| names).collect() }
}

/// A line, or a column of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InquiredPlace {
    /// 1-based.
    pub line: u32,
    /// 1-based, in characters.
    pub column: Option<u32>,
}

struct Asker<'q, 'p, 'a> {
    resolver: &'q Resolver<'p, 'a>,
    rules: &'q RuleSet,
    symbols: &'q Symbols,
    file: FileId,
    loaded: &'q LoadedFile,
    language: Language,
}

impl Asker<'_, '_, '_> {
    fn names(&self, place: &InquiredPlace) -> Vec<InquiredName> {
        let mut found: Vec<(Span, Standing, ValueId)> = Vec::new();
        for site in &self.loaded.facts.sites {
            for (value, standing) in self.values(site) {
                if !self.resolver.is_made(self.file, value) {
                    continue;
                }
                let mut next = Some((value, standing));
                while let Some((value, standing)) = next {
                    let node = &self.loaded.facts.values[value.index()];
                    // Names of an import have their places in the statement.
                    let span = if node.span.start == node.span.end { site.span } else { node.span };
                    if self.is_at(span, site.span, place)
                        && !found.iter().any(|(known, _, other)| *known == span && *other == value)
                    {
                        found.push((span, standing, value));
                    }
                    next = match node.value {
                        Value::Member { object, .. } => standing.of_object().map(|standing| (object, standing)),
                        _ => None,
                    };
                }
            }
        }
        found.sort_by_key(|(span, _, value)| (span.start, std::cmp::Reverse(span.end), *value));
        found.into_iter().map(|(span, standing, value)| self.name(span, standing, value)).collect()
    }

    fn values(&self, site: &Site) -> Vec<(ValueId, Standing)> {
        let one = |value: ValueId, standing| vec![(value, standing)];
        match &site.kind {
            SiteKind::Import { named, .. } => {
                let named = self.loaded.facts.choices.get(*named);
                named.iter().map(|&value| (value, Standing::Import)).collect()
            }
            SiteKind::Call(call) => match self.loaded.facts.values[call.index()].value {
                Value::Call { callee, .. } => one(callee, Standing::Call),
                _ => Vec::new(),
            },
            SiteKind::Reference { value, role: Role::Annotation } => one(*value, Standing::Annotation),
            SiteKind::Reference { value, .. } => one(*value, Standing::Reference),
            SiteKind::Literal(value) => one(*value, Standing::Literal),
            SiteKind::Subclass { base, .. } => one(*base, Standing::Base),
            SiteKind::Key { object, .. } => one(*object, Standing::Reference),
            SiteKind::Url(value) | SiteKind::PatchTarget(value) => one(*value, Standing::Text),
        }
    }

    fn is_at(&self, span: Span, statement: Span, place: &InquiredPlace) -> bool {
        let position = |offset| self.loaded.lines.position(&self.loaded.text, offset);
        let (start, end) = (position(span.start), position(span.end));
        match place.column {
            Some(column) => {
                let at = (place.line, column);
                (start.line, start.column) <= at && at < (end.line, end.column)
            }
            None => start.line == place.line || position(statement.start).line == place.line,
        }
    }

    fn name(&self, span: Span, standing: Standing, value: ValueId) -> InquiredName {
        let written = span.of(&self.loaded.text).split_whitespace().collect::<Vec<_>>().join(" ");
        let meanings = self.resolver.value(self.file, value).iter().map(|it| self.meaning(it)).collect();
        InquiredName { written, span, standing, meanings }
    }

    fn meaning(&self, denotation: &Denotation) -> InquiredMeaning {
        let project = self.resolver.project;
        let mut meaning = InquiredMeaning {
            what: what(project, denotation, self.language.separator()),
            paths: Vec::new(),
            hops: denotation.steps.iter().filter_map(|step| via(project, *step)).collect(),
            bans: Vec::new(),
            canonical: Vec::new(),
            namesake: None,
        };
        self.match_paths(denotation, false, &mut meaning);
        if let Entity::Item(item) = denotation.entity
            && self.resolver.is_class(denotation)
        {
            for ancestor in self.resolver.ancestors(item) {
                self.match_paths(&ancestor, true, &mut meaning);
            }
        }
        if meaning.bans.is_empty() && meaning.canonical.is_empty() {
            meaning.namesake = self.namesake(denotation);
        }
        meaning
    }

    fn match_paths(&self, denotation: &Denotation, inherited: bool, meaning: &mut InquiredMeaning) {
        for path in denotation.paths.iter() {
            let modules = match path {
                PathRef::External(_) => None,
                PathRef::Tree { module, .. } => Some(self.resolver.module_names(*module)),
            };
            for (at, name) in self.resolver.full_names(path).iter().enumerate() {
                let text = name.join(self.language.separator());
                if !inherited && !meaning.paths.contains(&text) {
                    meaning.paths.push(text);
                }
                let module = modules.as_ref().and_then(|names| names.get(at)).map_or(0, Vec::len);
                for found in self.symbols.matches(self.language, name, module) {
                    match found.entry.meaning {
                        Meaning::Ban(rule) => {
                            let symbol = found.entry.pattern.text.clone();
                            let ban = InquiredBan { rule, off: false, symbol, inherited };
                            if !meaning.bans.iter().any(|known| known.rule == rule && !known.off) {
                                meaning.bans.push(ban);
                            }
                        }
                        Meaning::Canonical(source) if !inherited && !meaning.canonical.contains(&source) => {
                            meaning.canonical.push(source);
                        }
                        Meaning::Canonical(_) | Meaning::Wrapped(_) => {}
                    }
                }
                for (index, rule) in self.rules.disabled.iter().enumerate() {
                    let patterns = rule.ban.iter().filter(|pattern| pattern.language == self.language);
                    let mut matching = patterns.filter(|pattern| pattern.matches_prefix(name).is_some());
                    if let Some(pattern) = matching.next()
                        && !meaning.bans.iter().any(|known| known.off && known.rule == RuleIndex(index))
                    {
                        let symbol = pattern.text.clone();
                        meaning.bans.push(InquiredBan { rule: RuleIndex(index), off: true, symbol, inherited });
                    }
                }
            }
        }
    }

    /// A banned symbol that has the same last name.
    fn namesake(&self, denotation: &Denotation) -> Option<InquiredBan> {
        let path = denotation.paths.iter().next()?;
        let names = self.resolver.full_names(path);
        let last = names.first()?.last()?;
        self.symbols.entries().iter().find_map(|entry| {
            let same = entry.pattern.segments.last() == Some(&crate::rule::SegmentPattern::Literal(last.clone()));
            match entry.meaning {
                Meaning::Ban(rule) if same => {
                    Some(InquiredBan { rule, off: false, symbol: entry.pattern.text.clone(), inherited: false })
                }
                _ => None,
            }
        })
    }
}

/// Says what a denotation is.
fn what(project: &Project<'_>, denotation: &Denotation, separator: &str) -> String {
    match &denotation.entity {
        Entity::Module(module) => match module {
            ModuleRef::File { file, .. } => format!("the module {}", project.tree.file(*file).path),
            ModuleRef::Directory(_) => "a package without a file of its own".to_owned(),
        },
        Entity::Item(item) => defined(project, *item),
        Entity::Method { function, .. } => format!("as a member, {}", defined(project, *function)),
        Entity::External => match denotation.external_path() {
            Some(path) => format!("{}, outside the project", path.join(separator)),
            None => "something outside the project".to_owned(),
        },
        Entity::Instance(class) => format!("an instance of {}", what(project, class, separator)),
        Entity::Super(item) => format!("the bases of {}", defined(project, *item)),
        Entity::Opaque => "something local that is not followed".to_owned(),
    }
}

fn defined(project: &Project<'_>, item: ItemRef) -> String {
    let path = &project.tree.file(item.file).path;
    let Some(loaded) = project.loaded(item.file) else { return format!("something in {path}") };
    let Some(definition) = loaded.facts.definitions.get(item.definition.index()) else {
        return format!("something in {path}");
    };
    let kind = match definition.kind {
        DefinitionKind::Class => "the class",
        DefinitionKind::Function => "the function",
        DefinitionKind::Struct => "the struct",
        DefinitionKind::Enum => "the enum",
        DefinitionKind::Variant => "the variant",
        DefinitionKind::Trait => "the trait",
        DefinitionKind::Constant => "the constant",
        DefinitionKind::Module => "the module",
        DefinitionKind::Macro => "the macro",
    };
    let line = loaded.lines.position(&loaded.text, definition.name_span.start).line;
    format!("{kind} {} defined at {path}:{line}", definition.name)
}
