//! Facts of small texts, dumped one site a line.

use super::extract;
use crate::facts::{Anchor, BindingId, FileFacts, Reach, Role, SiteKind, Target, Value, ValueId};
use crate::source::LineIndex;

/// What a value denotes as far as this file knows.
fn shown(facts: &FileFacts, value: ValueId, depth: u32) -> String {
    if depth > 12 {
        return "...".to_owned();
    }
    match &facts.values[value.index()].value {
        Value::Name { name, reach } => match meanings(facts, reach, depth + 1).as_slice() {
            [] => name.to_string(),
            some => some.join("|"),
        },
        Value::Member { object, name, .. } => format!("{}::{name}", shown(facts, *object, depth + 1)),
        Value::Module(module) => {
            let mut parts: Vec<String> = match &module.anchor {
                Anchor::Absolute => vec![String::new()],
                Anchor::Package(n) => vec![format!("package{n}")],
                Anchor::Module(0) => vec!["self".to_owned()],
                Anchor::Module(n) => vec!["super".to_owned(); *n as usize],
                Anchor::Crate => vec!["crate".to_owned()],
                Anchor::CrateOf(file) => vec![format!("crate of {}", file.0)],
                Anchor::ModuleOf(file) => vec![format!("module of {}", file.0)],
            };
            parts.extend(module.path.iter().map(ToString::to_string));
            parts.join("::")
        }
        Value::SelfType(index) => {
            format!("Self={}", shown(facts, facts.implementations[*index as usize].target, depth + 1))
        }
        Value::Call { callee, .. } => shown(facts, *callee, depth + 1),
        Value::InstanceOf(class) => format!("~{}", shown(facts, *class, depth + 1)),
        _ => "?".to_owned(),
    }
}

fn meanings(facts: &FileFacts, reach: &Reach, depth: u32) -> Vec<String> {
    reach.bindings(facts).iter().map(|&id| meaning(facts, id, depth)).collect()
}

fn meaning(facts: &FileFacts, id: BindingId, depth: u32) -> String {
    let binding = &facts.bindings[id.index()];
    match &binding.target {
        Target::Value(value) => shown(facts, *value, depth),
        Target::Definition(id) => format!("#{}", facts.definitions[id.index()].name),
        Target::Star(star) => {
            let star = facts.star(*star).unwrap();
            let modules: Vec<String> = star.modules.iter().map(|&m| shown(facts, m, depth + 1)).collect();
            let otherwise = match meanings(facts, &star.otherwise, depth + 1).as_slice() {
                [] => binding.name.to_string(),
                some => some.join("|"),
            };
            format!("<{}>::{} else {otherwise}", modules.join(","), binding.name)
        }
        Target::Absent | Target::Opaque => format!("opaque {}", binding.name),
    }
}

fn is_of_prelude(line: &str) -> bool {
    let meaning = line.split(' ').nth(2).unwrap_or_default();
    super::prelude::has(meaning.split("::").next().unwrap_or_default())
}

/// Sites as `line:column kind meaning @scope`, in source order, without those of the prelude.
fn dump(text: &str) -> Vec<String> {
    let facts = extract("a.rs", text);
    let index = LineIndex::default();
    let line = |site: &crate::facts::Site| {
        let (kind, value) = match &site.kind {
            SiteKind::Import { named, star } => (if *star { "use*" } else { "use" }, facts.choices.get(*named)[0]),
            SiteKind::Call(value) => ("call", *value),
            SiteKind::Reference { value, role: Role::Value } => ("value", *value),
            SiteKind::Reference { value, .. } => ("type", *value),
            SiteKind::Literal(value) => ("literal", *value),
            SiteKind::Subclass { base, .. } => ("impl", *base),
            SiteKind::PatchTarget(value) => ("patch", *value),
            SiteKind::Key { object, .. } => ("key", *object),
            SiteKind::Url(value) => ("url", *value),
        };
        let place = index.position(text, site.span.start);
        let mut names = Vec::new();
        let mut at = Some(site.scope);
        while let Some(id) = at {
            let scope = &facts.scopes[id.index()];
            if !scope.name.is_empty() {
                names.insert(0, scope.name.to_string());
            }
            at = scope.parent;
        }
        let test = if facts.scopes[site.scope.index()].test { " test" } else { "" };
        let scope = if names.is_empty() { String::new() } else { format!(" @{}", names.join(".")) };
        format!("{}:{} {kind} {}{scope}{test}", place.line, place.column, shown(&facts, value, 0))
    };
    facts.sites.iter().map(line).filter(|line| !is_of_prelude(line)).collect()
}

/// The dump without imports and types.
fn uses(text: &str) -> Vec<String> {
    let keep = |line: &String| !line.contains(" use") && !line.contains(" type ");
    dump(text).into_iter().filter(keep).collect()
}

#[test]
fn imports_and_paths() {
    let text = "\
use redis::{self, aio::ConnectionManager as CM, Client};
use redis as r;
pub(crate) use std::{collections::HashMap, fmt::{self}};
extern crate deadpool_redis as dp;
fn f() {
    let c = redis::Client::open(\"x\")?.get();
    Client::open(1);
    r::Client::open(2);
    CM::new(Client::open);
    dp::Config::from_url(1);
    ::redis::Client::open(2);
    crate::a::b();
    self::x();
    super::super::y::z();
}
";
    assert_eq!(
        dump(text),
        [
            "1:1 use redis",
            "1:1 use redis::aio::ConnectionManager",
            "1:1 use redis::Client",
            "2:1 use redis",
            "3:1 use std::collections::HashMap",
            "3:1 use std::fmt",
            "4:1 use ::deadpool_redis",
            "6:13 call redis::Client::open @f",
            "7:5 call redis::Client::open @f",
            "8:5 call redis::Client::open @f",
            "9:5 call redis::aio::ConnectionManager::new @f",
            "9:13 value redis::Client::open @f",
            "10:5 call ::deadpool_redis::Config::from_url @f",
            "11:5 call ::redis::Client::open @f",
            "12:5 call crate::a::b @f",
            "13:5 call self::x @f",
            "14:5 call super::super::y::z @f",
        ]
    );
}

#[test]
fn scopes_and_shadowing() {
    let text = "\
use redis::Client;
mod inner {
    fn g() { Client::open(1); redis::x(); }
    mod redis { }
}
fn a() { use other::Client; Client::open(2); { use third::Client; Client::open(3); } Client::open(4); }
fn b<Client: T>() { Client::open(5); fn c() { Client::open(6); } }
fn d() { let redis = 1; fn redis() {} redis::Client::open(redis); }
fn e() { Client::open(7); struct Client; }
fn h() { fn k() { Client::open(8) } use nested::Client; }
impl<Client> X<Client> { fn f() { Client::open(9); } }
";
    assert_eq!(
        uses(text),
        [
            "3:14 call Client::open @inner.g",
            "3:31 call #redis::x @inner.g",
            "6:29 call other::Client::open @a",
            "6:67 call third::Client::open @a",
            "6:86 call other::Client::open @a",
            "7:47 call redis::Client::open @b.c",
            "8:39 call redis::Client::open @d",
            "9:10 call #Client::open @e",
            "10:19 call nested::Client::open @h.k",
        ]
    );
}

#[test]
fn globs_come_after_explicit_names() {
    let text = "\
use fred::prelude::*;
use super::*;
use std::Config;
fn a() { Builder::from_config(1); Config::new(); }
fn b() { use inner::*; Builder::x(); Config::y(); }
mod m { fn c() { Builder::z(); } }
";
    assert_eq!(
        uses(text),
        [
            "4:10 call <fred::prelude,super>::Builder else Builder::from_config @a",
            "4:35 call <fred::prelude,super>::std else std::Config::new @a",
            "5:24 call <<super>::inner else inner>::Builder else <fred::prelude,super>::Builder else Builder::x @b",
            "5:38 call <<super>::inner else inner>::Config else <fred::prelude,super>::std else std::Config::y @b",
            "6:18 call Builder::z @m.c",
        ]
    );
}

#[test]
fn an_import_does_not_see_itself() {
    let text = "#[cfg(a)] use redis::{self, Client}; #[cfg(b)] use redis::{self, Client}; use redis; use log::log; mod log {} fn f() { Client::open(1); }";
    let uses = dump(text);
    assert_eq!(uses.last().unwrap(), "1:120 call redis::Client|redis::Client::open @f");
    assert!(uses.contains(&"1:86 use #log::log".to_owned()), "{uses:?}");
}

#[test]
fn literals_defaults_and_patterns() {
    let text = "\
use x::{Config, Kind};
struct Own { config: Config, other: Box<Config> }
fn f() {
    let c: Config = Default::default();
    let d = Config { host: Config::host(), ..Default::default() };
    let o = Own { config: Default::default(), other: Default::default() };
    if let Config { host } = d {}
    match k { Kind::A(n) => Kind::B(n), Kind::C => n, n => n }
    <Config as Default>::default();
    <Config>::new();
    let g = Config::new;
    g(1);
}
static C: Config = Default::default();
impl Config { fn n() -> Self { Self { config: Self::x() } } }
impl Own { fn o() -> Self { Self { config: Default::default() } } }
";
    assert_eq!(
        uses(text),
        [
            "4:21 literal x::Config @f",
            "4:21 call x::Config::default @f",
            "5:13 literal x::Config @f",
            "5:28 call x::Config::host @f",
            "6:13 literal #Own @f",
            "6:27 literal x::Config @f",
            "6:27 call x::Config::default @f",
            "8:29 call x::Kind::B @f",
            "9:5 call x::Config::default @f",
            "9:5 literal x::Config @f",
            "10:5 call x::Config::new @f",
            "11:13 value x::Config::new @f",
            "14:20 literal x::Config",
            "14:20 call x::Config::default",
            "15:32 literal Self=x::Config @Config.n",
            "15:47 call Self=x::Config::x @Config.n",
            "16:29 literal Self=#Own @Own.o",
            "16:44 literal x::Config @Own.o",
            "16:44 call x::Config::default @Own.o",
        ]
    );
}

#[test]
fn types_traits_and_aliases() {
    let text = "\
use redis::{Client, Commands};
type Alias<T> = Client<T>;
struct S<T> { c: Option<Client>, t: T }
impl Commands for S<Client> { fn m(&self, c: &Client) -> Result<Self, Error> { Alias::<u8>::open(1) } }
trait Sub: Commands { fn n() -> Box<dyn Commands> { Self::n() } }
fn g() -> impl Future<Output = Result<Client>> { Vec::<Client>::new() }
";
    let dumped = dump(text);
    assert_eq!(
        dumped[2..],
        [
            "2:17 type redis::Client",
            "3:25 type redis::Client @S",
            "4:6 impl redis::Commands",
            "4:19 type #S",
            "4:21 type redis::Client",
            "4:47 type redis::Client @S.m",
            "4:65 type Self=#S @S.m",
            "4:80 call redis::Client::open @S.m",
            "5:12 type redis::Commands",
            "5:41 type redis::Commands @Sub.n",
            "5:53 call Self=#Sub::n @Sub.n",
            "6:39 type redis::Client @g",
            "6:56 type redis::Client @g",
        ]
    );
    let facts = extract("a.rs", text);
    let returns: Vec<String> =
        facts.definitions.iter().flat_map(|d| &d.returns).map(|&value| shown(&facts, value, 0)).collect();
    assert_eq!(returns, ["~redis::Client", "~Self=#S"]);
}

#[test]
fn macro_arguments() {
    let text = "\
use redis::Client;
fn f() {
    println!(\"{}\", Client::open(1));
    tokio::select! { a = Client::open(2) => { Client::open(3); } }
    vec![Client::open(4); 2];
    maplit! { x => Client::open(5), y => Config { c: Client::open } }
    json!({ \"a\": Client::open(6) });
    outer!(inner!(Client::open(7)));
    m! { fn Client() }
    assert!(matches!(x, Some(_)), \"{a}\", a = Client::open(8));
}
lazy_static! { static ref C: Client = Client::open(9).unwrap(); }
thread_local! { static T: Client = Client::open(10) }
cfg_if! {
    if #[cfg(a)] { mod child; use other::Thing; } else { fn z() { Thing::new(); } }
}
";
    assert_eq!(
        uses(text),
        [
            "3:20 call redis::Client::open @f",
            "4:5 call tokio::select @f",
            "4:26 call redis::Client::open @f",
            "4:47 call redis::Client::open @f",
            "5:5 call ::std::vec! @f",
            "5:10 call redis::Client::open @f",
            "6:20 call redis::Client::open @f",
            "6:54 value redis::Client::open @f",
            "7:18 call redis::Client::open @f",
            "8:19 call redis::Client::open @f",
            "10:46 call redis::Client::open @f",
            "12:39 call redis::Client::open",
            "13:36 call redis::Client::open",
            "15:67 call other::Thing::new @z",
        ]
    );
    let facts = extract("a.rs", text);
    assert_eq!(facts.modules.len(), 1);
}

#[test]
fn test_code() {
    let text = "\
use a::b;
#[cfg(test)] use c::d;
#[cfg(test)] mod tests { fn f() { b::x(); } }
#[cfg(all(test, unix))] mod more;
#[tokio::test] async fn t() { b::y(); }
#[cfg(test)] impl Z { fn g() { b::z(); } }
fn h() { #[cfg(test)] b::w(); #[cfg(test)] let v = b::v(); b::u(); }
";
    let facts = extract("a.rs", text);
    assert!(facts.modules[0].test);
    let test: Vec<String> = dump(text).into_iter().filter(|line| line.ends_with(" test")).collect();
    assert_eq!(
        test,
        [
            "2:14 use c::d test",
            "3:35 call b::x @tests.f test",
            "5:3 type tokio::test @t test",
            "5:31 call a::b::y @t test",
            "6:32 call a::b::z @Z.g test",
            "7:23 call a::b::w @h test",
            "7:52 call a::b::v @h test",
        ]
    );
    assert!(extract("a.rs", "#![cfg(test)]\nfn f() {}").test_only);
}

#[test]
fn broken_files_keep_what_parses() {
    let text = "\
use redis::Client;
fn f() { let x = ; Client::open(1); redis::Client::open(2) }
fn g() { Client::open(3) }
struct S { a: }
impl S { fn h() { Client::open(4) } fn i() { let = Client::open(5); } }
";
    let facts = extract("a.rs", text);
    assert_eq!(facts.problems.len(), 1);
    assert_eq!(facts.problems[0].span.of(text), ";");
    let calls: Vec<String> = uses(text);
    assert_eq!(
        calls,
        [
            "2:20 call redis::Client::open @f",
            "2:37 call redis::Client::open @f",
            "3:10 call redis::Client::open @g",
            "5:19 call redis::Client::open @S.h",
            "5:52 call redis::Client::open @S.i",
        ]
    );
    assert_eq!(uses("use redis::Client;\nfn f() { //! x\n Client::open(1); //! é\n }").len(), 1);
    assert_eq!(uses("use redis::Client;\nfn f() { Client::open(1); \nfn g( { Client::open(2)").len(), 2);
}

#[test]
fn offsets_are_those_of_the_file() {
    for before in ["\u{feff}", "#!/usr/bin/env rust\n", "\u{feff}#!/x\r\n", "/* ü */ ", "#![allow(x)]\r\n"] {
        let text = format!("{before}fn f() {{ \"é\"; a::b(); }}");
        let facts = extract("a.rs", &text);
        assert!(facts.problems.is_empty(), "{before:?} {:?}", facts.problems);
        assert_eq!(facts.sites[0].span.of(&text), "a::b", "{before:?}");
        assert_eq!(facts.sites[0].statement.of(&text), "a::b();", "{before:?}");
    }
}

#[test]
fn depth_is_no_danger() {
    let deep = |n: usize| format!("fn f() {{ {}a::b(){} }}", "(".repeat(n), ")".repeat(n));
    for n in [100, 900, 200_000] {
        let facts = extract("a.rs", &deep(n));
        assert_eq!(facts.sites.len(), 1, "{n}");
        assert_eq!(facts.problems.is_empty(), n < 1000, "{n}");
    }
    for text in ["-", "a.b.", "!", "&&", "1 + ", "if a {} else ", "|| "] {
        let facts = extract("a.rs", &format!("fn f() {{ {} a::b() }}", text.repeat(100_000)));
        assert!(!facts.problems.is_empty(), "{text}");
    }
    assert!(extract("a.rs", &format!("use {}a;", "a::".repeat(200_000))).sites.is_empty());
}

#[test]
fn statements_end_where_blocks_begin() {
    let text =
        "fn f() -> a::T {\n  if a::b() { a::c(); }\n  match a::d() { x => a::e(), }\n  let y = a::g(|| a::h());\n}";
    let facts = extract("a.rs", text);
    let statements: Vec<&str> = facts.sites.iter().map(|site| site.statement.of(text)).collect();
    assert_eq!(
        statements,
        [
            "fn f() -> a::T ",
            "if a::b()",
            "a::c();",
            "match a::d()",
            "a::e()",
            "let y = a::g(|| a::h());",
            "let y = a::g(|| a::h());"
        ]
    );
}

#[test]
fn macros_of_the_file_are_followed() {
    let text = "\
use redis::Client as C;
macro_rules! connect { ($u:expr) => { C::open($u) }; }
macro_rules! make { ($t:ty, $f:ident) => { <$t>::$f(1) }; }
macro_rules! krate { () => { let x: C = Default::default(); $crate::c::D { a: 1 } }; }
macro_rules! unused { ($x:ident) => { C::open($crate::url()) }; }
macro_rules! items { ($($n:ident),*) => { $( fn $n() { C::open(stringify!($n)) } )* }; }
fn f() { connect!(C::open(2)); make!(C, open); krate!(); other::connect!(1); }
items!(a, b);
";
    assert_eq!(
        uses(text),
        [
            "5:39 call redis::Client::open",
            "5:48 call crate::url",
            "7:10 call #connect @f",
            "7:10 call redis::Client::open @f",
            "7:19 call redis::Client::open @f",
            "7:32 call #make @f",
            "7:32 call redis::Client::open @f",
            "7:48 call #krate @f",
            "7:48 literal redis::Client @f",
            "7:48 call redis::Client::default @f",
            "7:48 literal crate of 0::c::D @f",
            "7:58 call other::connect @f",
            "8:1 call #items",
            "8:1 call redis::Client::open @a",
            "8:1 call redis::Client::open @b",
        ]
    );
    let facts = extract("a.rs", text);
    let spans: Vec<&str> =
        facts.expansions.iter().map(|it| facts.invocations[it.invocation as usize].span.of(text)).collect();
    assert_eq!(spans, ["connect", "make", "krate", "krate", "krate", "krate", "items", "items"]);
    assert_eq!(facts.macros.iter().map(|m| m.paths.len()).collect::<Vec<_>>(), [1, 0, 3, 2, 2]);
}

#[test]
fn macros_that_double_at_each_level_end_and_take_nothing_from_two_levels_of_others() {
    let doubling: String =
        (1..16).map(|at| format!("macro_rules! m{at} {{ () => {{ m{}!(); m{}!() }}; }}\n", at - 1, at - 1)).collect();
    let text = format!(
        "macro_rules! m0 {{ () => {{ redis::open() }}; }}\n{doubling}fn f() {{ m15!(); }}\nfn g() {{ m0!(); m1!(); }}\n"
    );
    let uses = uses(&text);
    for place in ["18:10 call redis::open @g", "18:17 call redis::open @g"] {
        assert!(uses.iter().any(|line| line == place), "{place}");
    }
}
