//! A third language that only this test knows: its front end goes through discovery, selection, resolving, detecting and
//! reporting without a word of it in `src/`.
//!
//! `use a/b as c` imports, `call c/d` calls, `class X < Y` defines; a path has `/` between its segments.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at once")]

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use ssot::discover::{Options, discover};
use ssot::facts::{
    Anchor, Binding, BindingId, Definition, DefinitionId, DefinitionKind, FileFacts, How, ListId, Name, Namespaces,
    Reach, Receiver, Scope, ScopeId, ScopeKind, Site, SiteKind, Target, Value, ValueId, ValueNode,
};
use ssot::lang::words::WordStyle;
use ssot::lang::{
    Environment, FrontEnd, ImportScan, Interfaces, Layout, Located, LookupPolicy, ModuleRef, Occurrence, Unbound,
    python, rust,
};
use ssot::pipeline::{Inputs, ReportSettings, Stopwatch, report, run};
use ssot::render::{Format, RenderOptions, render};
use ssot::report::Filters;
use ssot::rule::select::RuleFilter;
use ssot::rule::{GateSettings, RulesText, load};
use ssot::source::{FileId, Language, LanguageNames, Span};
use ssot::suppress::Date;
use ssot::tree::{Texts, Tree, TreeFile};

static NAMES: LanguageNames = LanguageNames { name: "toy", title: "Toy", extensions: &["toy"], separator: "/" };
static FRONT_ENDS: [&dyn FrontEnd; 3] = [&python::FRONT_END, &rust::FRONT_END, &ToyFrontEnd];
static POLICY: LookupPolicy = LookupPolicy {
    unbound: Unbound::Builtins,
    is_builtin: |_| false,
    prelude: &[],
    same_packages: &[],
    importers: &[],
    partials: &[],
    values_construct: false,
    instances_construct: false,
    variants_construct: false,
    paths_import: false,
    member_imports_follow: false,
    environment: Environment {
        mappings: &[],
        lookups: &[],
        readers: &[],
        handles: &[],
        settings: &[],
        words: &[],
        changes: &[],
        options: &[],
    },
    interfaces: Interfaces { bases: &[], decorators: &[] },
    constructors: &[],
};

struct ToyFrontEnd;

impl FrontEnd for ToyFrontEnd {
    fn language(&self) -> Language {
        Language(&NAMES)
    }

    fn policy(&self) -> &'static LookupPolicy {
        &POLICY
    }

    fn extract(&self, _path: &str, text: &Arc<str>) -> FileFacts {
        extract(text)
    }

    fn layout(&self, tree: &Tree, _texts: &dyn Texts, _roots: Option<&[String]>) -> Box<dyn Layout> {
        let toys = tree.files().iter().filter(|file| file.language == self.language());
        Box::new(ToyLayout(toys.map(|file| (segments(file.path.trim_end_matches(".toy")), file.id)).collect()))
    }

    fn scan_imports<'t>(&self, text: &'t str) -> ImportScan<'t> {
        let paths: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("use ")?.split(' ').next()).collect();
        let names = paths.iter().flat_map(|path| path.split('/')).collect();
        ImportScan {
            names,
            roots: paths.iter().filter_map(|path| path.split('/').next()).collect(),
            ..ImportScan::default()
        }
    }

    fn occurrence(&self, _scan: &ImportScan<'_>, text: &str, place: Range<usize>) -> Occurrence {
        let line = text[..place.start].rfind('\n').map_or(0, |at| at + 1);
        match text[..place.start].ends_with('/') {
            _ if text[line..].starts_with("use ") => Occurrence::Imported,
            true => Occurrence::Member,
            false => Occurrence::Bare,
        }
    }

    fn comment_sign(&self) -> &'static str {
        "#"
    }

    fn same_code(&self, one: &str, other: &str) -> bool {
        one == other
    }

    fn word_style(&self) -> WordStyle {
        WordStyle::Lines
    }
}

/// A file is a module under its path.
#[derive(Debug)]
struct ToyLayout(BTreeMap<Vec<Name>, FileId>);

impl Layout for ToyLayout {
    fn module_around(&self, _facts: Option<&FileFacts>, file: FileId, _scope: ScopeId) -> ModuleRef {
        ModuleRef::File { file, scope: ScopeId::MODULE }
    }

    fn locate(&self, _from: ModuleRef, _anchor: Anchor, path: &[Name]) -> Located {
        self.longest_module(path)
            .filter(|(_, length)| *length == path.len())
            .map_or_else(|| Located::External(path.to_vec()), |(module, _)| Located::Module(module))
    }

    fn child(&self, _module: ModuleRef, _name: &str) -> Option<ModuleRef> {
        None
    }

    fn names(&self, module: ModuleRef) -> Vec<Vec<Name>> {
        let is = |id: FileId| matches!(module, ModuleRef::File { file, .. } if file == id);
        self.0.iter().filter(|(_, id)| is(**id)).map(|(path, _)| path.clone()).collect()
    }

    fn extract(&self, _file: &TreeFile, text: &Arc<str>) -> FileFacts {
        extract(text)
    }

    fn longest_module(&self, path: &[Name]) -> Option<(ModuleRef, usize)> {
        let module = |length: usize| Some((self.0.get(&path[..length]).copied()?, length));
        let found = (1..=path.len()).rev().find_map(module);
        found.map(|(file, length)| (ModuleRef::File { file, scope: ScopeId::MODULE }, length))
    }
}

fn segments(path: &str) -> Vec<Name> {
    path.split('/').map(Name::from).collect()
}

fn extract(text: &str) -> FileFacts {
    let module = Scope {
        kind: ScopeKind::Module,
        parent: None,
        definition: None,
        name: Name::default(),
        test: false,
        members: Vec::new(),
        stars: Vec::new(),
    };
    let mut facts = FileFacts { scopes: vec![module], ..FileFacts::default() };
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + u32::try_from(line.trim_end().len()).unwrap();
        let span = Span::new(start, end);
        start += u32::try_from(line.len()).unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["use", path, "as", name] => {
                let mut path = segments(path);
                let last = path.pop().filter(|_| !path.is_empty());
                let module = value(&mut facts, span, Value::module(Anchor::Absolute, path));
                let named = last.map_or(module, |name| member(&mut facts, span, module, name));
                bind(&mut facts, span, name, How::Import, Target::Value(named));
                let named = facts.choices.add([named]);
                site(&mut facts, span, SiteKind::Import { named, star: false });
            }
            ["call", path] => {
                let callee = written(&mut facts, span, path);
                let call = value(&mut facts, span, Value::Call { callee, arguments: ListId::EMPTY });
                site(&mut facts, span, SiteKind::Call(call));
            }
            ["class", name, bases @ ..] => {
                let bases: Vec<ValueId> = bases.iter().skip(1).map(|base| written(&mut facts, span, base)).collect();
                let id = DefinitionId(u32::try_from(facts.definitions.len()).unwrap());
                for &base in &bases {
                    site(&mut facts, span, SiteKind::Subclass { definition: Some(id), base });
                }
                facts.definitions.push(class(name, span, bases));
                bind(&mut facts, span, name, How::Definition, Target::Definition(id));
            }
            _ => {}
        }
    }
    let reach = |at: usize| Reach::one(BindingId(u32::try_from(at).unwrap()));
    let members = facts.bindings.iter().enumerate().map(|(at, binding)| (binding.name.clone(), reach(at)));
    facts.scopes[0].members = members.collect::<BTreeMap<_, _>>().into_iter().collect();
    facts
}

fn value(facts: &mut FileFacts, span: Span, value: Value) -> ValueId {
    facts.values.push(ValueNode { value, span, scope: ScopeId::MODULE });
    ValueId(u32::try_from(facts.values.len() - 1).unwrap())
}

fn member(facts: &mut FileFacts, span: Span, object: ValueId, name: Name) -> ValueId {
    value(facts, span, Value::Member { object, name })
}

fn written(facts: &mut FileFacts, span: Span, path: &str) -> ValueId {
    let mut path = segments(path).into_iter();
    let name = path.next().unwrap();
    let at = facts.bindings.iter().rposition(|it| it.name == name).map(|at| BindingId(u32::try_from(at).unwrap()));
    let reach = at.map_or(Reach::UNBOUND, Reach::one);
    let first = value(facts, span, Value::Name { name, reach });
    path.fold(first, |object, name| member(facts, span, object, name))
}

fn bind(facts: &mut FileFacts, span: Span, name: &str, how: How, target: Target) {
    let (name, scope, namespaces) = (Name::from(name), ScopeId::MODULE, Namespaces::ALL);
    facts.bindings.push(Binding { name, scope, span, how, target, namespaces, public: true, type_checking: false });
}

fn site(facts: &mut FileFacts, span: Span, kind: SiteKind) {
    facts.sites.push(Site { kind, span, statement: span, scope: ScopeId::MODULE, type_checking: false });
}

fn class(name: &str, span: Span, bases: Vec<ValueId>) -> Definition {
    Definition {
        name: name.into(),
        kind: DefinitionKind::Class,
        scope: ScopeId::MODULE,
        body: None,
        span,
        name_span: span,
        bases,
        decorators: Vec::new(),
        attributes: Vec::new(),
        receiver: Receiver::None,
        returns: Vec::new(),
        filled: Vec::new(),
        delegates: None,
        idle: false,
    }
}

const RULES: &str = r#"
[[source]]
id = "redis"
canonical = ["app/store/Store"]

[[rule]]
id = "redis-new"
source = "redis"
kind = "construct"
ban = ["redis/Client"]
use-instead = "app/store/Store"

[[rule]]
id = "redis-subclass"
source = "redis"
kind = "subclass"
language = "toy"
ban = ["redis/Client"]
"#;

const FILES: [(&str, &str); 6] = [
    ("app/store.toy", "use redis/Client as Client\nclass Store\ncall Client\n"),
    ("app/hop.toy", "use app/store/Client as Renamed\n"),
    ("app/jobs.toy", "use app/hop/Renamed as Job\n\ncall Job\n"),
    ("app/mine.toy", "use redis/Client as Base\nclass Mine < Base\n"),
    ("app/other.toy", "use os/path as path\ncall path\n"),
    ("app/plain.toy", "# Client of redis\nuse app/store/Store as Store\ncall Store\n"),
];

fn json(exhaustive: bool, root: &std::path::Path) -> serde_json::Value {
    let found = discover(root, &Options::default());
    assert_eq!(found.tree.files().len(), FILES.len());
    let file = RulesText { name: "ssot.toml".into(), text: RULES.into(), pack: false };
    let (rules, problems) = load(file, &|_, path| Err(format!("no {path}")));
    assert!(problems.is_empty(), "{problems:?}");
    let inputs = Inputs {
        tree: &found.tree,
        texts: &found.texts,
        rules: Arc::new(rules),
        exhaustive,
        counts: None,
        last: false,
        selection: RuleFilter::default(),
        today: Date::parse("2026-01-01").unwrap(),
        baseline: None,
        problems: Vec::new(),
        notices: Vec::new(),
    };
    let run = run(&inputs, &mut Stopwatch::start());
    let (filters, gate) = (Filters::default(), GateSettings::default());
    let settings = ReportSettings {
        filters: &filters,
        gate: &gate,
        allow_stale: false,
        allow_rule_changes: false,
        nothing_scanned: None,
        strict: false,
        snippets: false,
    };
    let mut out = Vec::new();
    render(&report(inputs, run, None, &settings), Format::Json, &RenderOptions::default(), &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

#[test]
fn a_language_that_the_program_does_not_know_is_analysed() {
    ssot::lang::install(&FRONT_ENDS).unwrap();
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in FILES {
        let path = directory.path().join(path);
        #[allow(clippy::disallowed_methods, reason = "a tree to discover")]
        std::fs::create_dir_all(path.parent().unwrap()).and_then(|()| std::fs::write(&path, text)).unwrap();
    }
    let report = json(false, directory.path());
    let violations = report["violations"].as_array().unwrap();
    let shown = |it: &serde_json::Value| {
        let text = |key: &str| it[key].as_str().unwrap_or_default().to_owned();
        format!("{} {}:{} {} {}", text("rule"), text("path"), it["line"], text("symbol"), text("use_instead"))
    };
    assert_eq!(
        violations.iter().map(shown).collect::<Vec<_>>(),
        [
            "redis-new app/jobs.toy:3 redis/Client app/store/Store",
            "redis-subclass app/mine.toy:2 redis/Client app/store/Store"
        ]
    );
    assert_eq!(report["summary"]["files_relevant"], 5);
    assert_eq!(report["violations"], json(true, directory.path())["violations"]);
}
