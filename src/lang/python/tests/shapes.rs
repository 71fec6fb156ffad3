//! What is recorded: bindings, values, sites.

use super::{Told, told};
use crate::facts::{Receiver, Role, SiteKind, Value};

#[test]
fn imports_name_and_bind() {
    let told =
        told("import a.b.c, d as e\nfrom m.n import p, q as r\nfrom . import s\nfrom ..t import u\nfrom v import *\n");
    assert_eq!(
        told.imports(),
        [
            "1:1 <Absolute a.b.c> <Absolute d>",
            "2:1 <Absolute m.n> <Absolute m.n>.p <Absolute m.n>.q",
            "3:1 <Package(1) > <Package(1) >.s",
            "4:1 <Package(2) t> <Package(2) t>.u",
            "5:1 <Absolute v> *",
        ]
    );
    assert_eq!(told.bindings("a"), ["1: <Absolute a>", "5: *<Absolute v> else 1"]);
    assert_eq!(told.bindings("e")[0], "1: <Absolute d>");
    assert_eq!(told.bindings("r")[0], "2: <Absolute m.n>.q");
    assert_eq!(told.bindings("*"), ["5: *<Absolute v> else ?"]);
}

#[test]
fn calls_span_what_cpython_says() {
    let told = told("(a)(b.c(), *d, k=e(), **z)\n@f(1)\ndef g(x=h()): pass\nx = f'{i(j)}' 'k'\n(l\n .m()\n)()\n");
    assert_eq!(
        told.calls(),
        [
            "1:1 a(b.c(), _, k=e(), _)",
            "1:5 b.c()",
            "1:18 e()",
            "2:2 f(_)",
            "2:2 f(_)()",
            "3:9 h()",
            "4:8 i(j)",
            "5:1 l.m()()",
            "5:2 l.m()"
        ]
    );
}

#[test]
fn every_place_of_a_call_is_walked() {
    let text = "class C(a(), metaclass=b()):\n    x: c() = d()\n    def m(self, p: e() = f()) -> g(): return h()\n\
                match i():\n    case j.k if l():\n        m()\ntype T = n()\nlambda q=o(): p()\n\
                [r() for s in t() if u() for v in w()]\n{x(): y()}\nasync def z():\n    await aa()\n    yield ab()\n\
                with ac() as ad[ae()]: pass\ndel af()[0]\nassert ag(), ah()\nraise ai() from aj()\n";
    let told = told(text);
    let called: Vec<String> =
        told.calls().iter().filter_map(|c| Some(c.split_once(' ')?.1.trim_end_matches("()").to_owned())).collect();
    let expected = "a b b c d f e g h i l m n o p r t u w x y aa ab ac ae af ag ah ai aj";
    let (mut called, mut expected) = (called, expected.split(' ').map(str::to_owned).collect::<Vec<_>>());
    called.sort();
    expected.sort();
    assert_eq!(called, expected);
}

#[test]
fn references_are_the_longest_chains_that_are_not_callees() {
    let told = told(
        "a.b.c\nd.e()\nf(g.h).i\ndef j(k: l.m = n.o) -> 'p.q': pass\n@r.s\nclass t(u.v[w]): pass\ndel x.y, z\n\
         isinstance(aa, ab.ac)\nad = ae\naf: ag | None\n",
    );
    assert_eq!(
        told.references(),
        [
            "1:1 a.b.c Value",
            "3:1 f(g.h).i Value",
            "3:3 g.h Value",
            "4:10 l.m Annotation",
            "4:16 n.o Value",
            "6:9 u.v Value",
            "6:13 w Value",
            "7:5 x.y Passive",
            "7:10 z Passive",
            "8:12 aa Value",
            "8:16 ab.ac Value",
            "9:6 ae Value",
            "10:5 ag Annotation",
        ]
    );
}

#[test]
fn assignments_keep_what_they_bind() {
    let told = told(
        "a = b = m.C\nd, (e, *f), g = m.D, (m.E, 1, 2), m.G\nh = None\ni += 1\nj: m.J\nk: m.K = m.L\n(n := m.N)\n\
         o = m.O if c else m.P\np = x or m.Q\n[q, r] = z\n*s, t = m.S, m.S, m.T\nfor u in z: pass\nu = m.U()[0]\n\
         v = 'a' 'b' + f'c'\nw = f'{x}'\n",
    );
    for (name, expected) in [
        ("a", "1: m.C"),
        ("b", "1: m.C"),
        ("d", "2: m.D"),
        ("e", "2: m.E"),
        ("f", "2: _"),
        ("g", "2: m.G"),
        ("h", "3: None"),
        ("i", "4: _"),
        ("k", "6: m.L"),
        ("n", "7: m.N"),
        ("o", "8: m.O|m.P"),
        ("p", "9: x|m.Q"),
        ("q", "10: _"),
        ("s", "11: _"),
        ("t", "11: m.T"),
        ("v", "14: 'abc'"),
        ("w", "15: _"),
    ] {
        assert_eq!(told.bindings(name), [expected], "{name}");
    }
    assert_eq!(told.bindings("u"), ["12: _", "13: m.U()[]"]);
    assert!(told.bindings("j").is_empty());
}

#[test]
fn alternatives_of_a_type_are_one_list() {
    assert_eq!(told("def f(a: A | B | None | m.C): pass\n").bindings("a"), ["1: of:A|B|_|m.C"]);
}

#[test]
fn parameters_mean_their_default_or_their_type() {
    let told = told("def f(a, b: T, c=m.C, d: T = m.D, e: T = None, *g: T, h=1, **i): pass\nlambda j=m.J: j\n");
    for (name, expected) in [
        ("a", "1: _"),
        ("b", "1: of:T"),
        ("c", "1: m.C|_"),
        ("d", "1: m.D|of:T"),
        ("e", "1: of:T"),
        ("g", "1: _"),
        ("h", "1: _"),
        ("i", "1: _"),
        ("j", "2: m.J|_"),
    ] {
        assert_eq!(told.bindings(name), [expected], "{name}");
    }
}

#[test]
fn methods_have_receivers() {
    let text = "class C:\n    def a(self): self\n    @classmethod\n    def b(cls): pass\n    @staticmethod\n\
                \x20   def c(x): pass\n    def __new__(klass): pass\n    def d(me):\n        def e(f): me\n        type(me)()\n\
                \x20       me.__class__.g()\n        super().d()\n        lambda: super().x\n    @classmethod\n\
                \x20   def h(k): super().h()\ndef i(self): pass\n";
    let told = told(text);
    assert_eq!(told.bindings("self"), ["2: self:C", "16: _"]);
    assert_eq!(told.bindings("cls"), ["4: cls:C"]);
    assert_eq!(told.bindings("x"), ["6: _"]);
    assert_eq!(told.bindings("klass"), ["7: cls:C"]);
    assert_eq!(told.bindings("f"), ["9: _"]);
    assert_eq!(
        told.calls(),
        [
            "3:6 classmethod()",
            "5:6 staticmethod()",
            "10:9 cls:C()",
            "10:9 type(me)",
            "11:9 cls:C.g()",
            "12:9 superC.d()".replace("superC", "super:C").as_str(),
            "12:9 super()",
            "13:17 super()",
            "14:6 classmethod()",
            "15:15 supercls:C.h()",
            "15:15 super()"
        ]
    );
    let receivers: Vec<Receiver> = told.facts.definitions.iter().map(|d| d.receiver).collect();
    use Receiver::{Class, Instance, None};
    let mut named: Vec<(String, Receiver)> =
        told.facts.definitions.iter().map(|d| d.name.to_string()).zip(receivers).collect();
    named.sort_by(|a, b| a.0.cmp(&b.0));
    let expected = [
        ("<lambda>", None),
        ("C", None),
        ("__new__", Class),
        ("a", Instance),
        ("b", Class),
        ("c", None),
        ("d", Instance),
        ("e", None),
        ("h", Class),
        ("i", None),
    ];
    assert_eq!(named, expected.map(|(n, r)| (n.to_owned(), r)));
}

#[test]
fn attributes_of_the_receiver_are_kept_with_the_class() {
    let text = "class C:\n    y: T\n    z = m.Z\n    def __init__(self, p):\n        self.a = m.A\n        self.b, self.c = m.B, p\n\
                \x20       def g():\n            self.a = None\n    @classmethod\n    def h(cls):\n        cls.a = m.H\n        self.a = 1\n";
    let told = told(text);
    let class = told.facts.definitions.iter().find(|d| d.name == "C").unwrap();
    let attributes: Vec<String> = class.attributes.iter().map(|(n, r)| format!("{n}: {}", told.reach(r))).collect();
    assert_eq!(attributes, ["a: 5 8 11", "b: 6", "c: 6"]);
    assert_eq!(told.bindings("a"), ["5: m.A", "8: None", "11: m.H"]);
    assert_eq!(told.bindings("b"), ["6: m.B"]);
    let body = &told.facts.scopes[class.body.unwrap().index()];
    let members: Vec<&str> = body.members.iter().map(|(n, _)| n.as_str()).collect();
    assert_eq!(members, ["__init__", "h", "y", "z"]);
    assert_eq!(told.bindings("y"), ["2: of:T"]);
}

#[test]
fn dynamic_members_are_members() {
    let told = told("getattr(m, 'A')()\ngetattr(m, 'A' 'B')\ngetattr(m, n)()\nx = getattr(m, 'C', None)\n");
    assert_eq!(told.calls()[0], "1:1 m.?A()");
    assert!(told.references().contains(&"2:1 m.?AB Value".to_owned()));
    assert!(told.calls()[3].starts_with("3:1 DynamicMember"), "{:?}", told.calls());
    assert_eq!(told.bindings("x"), ["4: m.?C"]);
    let shadowed = super::told("def getattr(a, b): pass\ngetattr(m, 'A')()\n");
    assert_eq!(shadowed.calls(), ["2:1 getattr(m, 'A')()", "2:1 getattr(m, 'A')"]);
}

fn checked(told: &Told) -> Vec<u32> {
    let sites = told.facts.sites.iter().filter(|site| site.type_checking);
    sites.map(|site| told.line(site.span)).collect()
}

#[test]
fn type_checking_blocks_are_known() {
    let text = "import typing as t\nfrom typing import TYPE_CHECKING as TC\nif t.TYPE_CHECKING:\n    import a\nelse:\n    import b\n\
                if not TC:\n    import c\nelif x:\n    import d\nelse:\n    import e\nif TC and x:\n    import f\nimport g\n";
    assert_eq!(checked(&told(text)), [4, 9, 10, 12, 14]);
    assert_eq!(checked(&told("TYPE_CHECKING = False\nif TYPE_CHECKING:\n    import a\nimport b\n")), [3]);
    assert!(checked(&told("from m import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\n")).is_empty());
}

#[test]
fn exports_are_literal_or_unknown() {
    let exports = |text: &str| told(text).facts.exports.map(|names| names.join(" "));
    assert_eq!(exports("x = 1\n"), None);
    assert_eq!(
        exports("__all__ = ['a', 'b']\n__all__ += ('c',)\n__all__.append('d')\n__all__.extend(['e'])\n").unwrap(),
        "a b c d e"
    );
    assert_eq!(exports("__all__: list[str] = ['a'] + ['b', 'a']\n__all__.remove('a')\n").unwrap(), "b");
    assert_eq!(exports("if c:\n    __all__ = ['a']\nelse:\n    __all__ = ['b']\n").unwrap(), "a b");
    assert_eq!(exports("__all__ = ['a']\n__all__ = ['b']\n").unwrap(), "b");
    assert_eq!(exports("__all__ = ['a'] + m.__all__\n"), None);
    assert_eq!(exports("__all__ = ['a']\n__all__ += m.__all__\n"), None);
    assert_eq!(exports("from m import __all__\n"), None);
    assert_eq!(exports("def f():\n    __all__ = ['a']\n"), None);
    let passive = told("__all__ = ['a'] + m.__all__\n");
    assert_eq!(passive.references(), ["1:19 m.__all__ Passive"]);
}

#[test]
fn patch_targets_are_dotted_names() {
    let text = "patch('a.b.C')\nmock.patch('a.b', new=x)\nmonkeypatch.setattr('a.b', 1)\nclient.patch('/a/b.c')\n\
                setattr(a, 'b.c', 1)\npatch.dict('a.b', {})\npatch.object(a, 'b.c')\n@patch('a.b')\ndef f(): pass\npatch(target='a.b')\npatch('a')\n";
    let told = told(text);
    let targets = told.sites(|site| match site {
        SiteKind::PatchTarget(id) => Some(told.value(*id)),
        _ => None,
    });
    assert_eq!(targets, ["1:1 'a.b.C'", "2:1 'a.b'", "3:1 'a.b'", "6:1 'a.b'", "8:2 'a.b'", "10:1 'a.b'"]);
}

#[test]
fn classes_have_a_site_for_each_base() {
    let told = told("@d\nclass C(m.A, B[int], metaclass=M):  # x\n    pass\nclass D: pass\n");
    let bases = told.sites(|site| match site {
        SiteKind::Subclass { base, .. } => Some(told.value(*base)),
        _ => None,
    });
    assert_eq!(bases, ["2:1 m.A", "2:1 B[]"]);
    let site = told.facts.sites.iter().find(|site| matches!(site.kind, SiteKind::Subclass { .. })).unwrap();
    assert_eq!(site.span.of(&told.text), "class C(m.A, B[int], metaclass=M)");
    assert_eq!(told.facts.definitions[0].bases.len(), 2);
    assert_eq!(told.facts.definitions[0].decorators.len(), 1);
}

#[test]
fn definitions_begin_at_their_keyword() {
    let told = told(
        "@a\n# def\n@b(\n)\nasync   def f():\n    return m.A\n@c\nclass D:\n    @e\n    def g(self): return self\n",
    );
    let spans: Vec<&str> =
        told.facts.definitions.iter().map(|d| d.span.of(&told.text).split(['\n', '(']).next().unwrap()).collect();
    assert_eq!(spans, ["async   def f", "class D:", "def g"]);
    assert_eq!(told.facts.definitions[0].returns.len(), 1);
    assert_eq!(told.value(told.facts.definitions[0].returns[0]), "m.A");
}

#[test]
fn statements_are_headers_of_compound_statements() {
    let told = told("if a(\n):\n    b()\nwith c() as x, \\\n     d():\n    e(1,\n      2)\n");
    let lines: Vec<(u32, usize)> = told
        .facts
        .sites
        .iter()
        .filter(|site| matches!(site.kind, SiteKind::Call(_)))
        .map(|site| (told.line(site.span), site.statement.of(&told.text).lines().count()))
        .collect();
    assert_eq!(lines, [(1, 2), (3, 1), (4, 2), (5, 2), (6, 2)]);
}

#[test]
fn marked_comments_are_tokens() {
    let text = "#!x\n\"\"\"# ssot: no\"\"\"\n# ssot: file-ignore[a] r\nimport b  # ssot: ignore[c] s\n# other\nx = '# ssot: no'\n  # ssot: ignore[d]\n";
    let told = told(text);
    let told: Vec<(u32, bool, bool)> =
        told.facts.comments.iter().map(|c| (told.line(c.span), c.own_line, c.at_top)).collect();
    assert_eq!(told, [(3, true, true), (4, false, false), (7, true, false)]);
}

#[test]
fn broken_files_give_what_can_be_read() {
    let told = told("import a\nx = = 3\nclass\nc()\ndef f():\n    y = (1 +\n    b()\nd()\n");
    assert!(!told.facts.problems.is_empty());
    assert_eq!(told.imports(), ["1:1 <Absolute a>"]);
    assert!(told.calls().contains(&"7:5 b()".to_owned()), "{:?}", told.calls());
    assert!(told.calls().contains(&"4:1 c()".to_owned()), "{:?}", told.calls());
    assert!(told.calls().contains(&"8:1 d()".to_owned()), "{:?}", told.calls());
    let newer = super::told("type X = int\nf'{x!r:{y}}' f\"{'a' + \"b\"}\"\nexcept_ = 1\nlazy = 2\n");
    assert!(newer.facts.problems.is_empty(), "{:?}", newer.facts.problems);
}

#[test]
fn nesting_is_bounded_but_never_fatal() {
    for levels in [140, 400, 3_000, 20_000, 60_000] {
        for (open, middle, close) in [
            ("(", "1", ")"),
            ("a(", "b", ")"),
            ("", "a", ".b"),
            ("", "a", "()"),
            ("- ", "1", ""),
            ("", "a", "+b"),
            ("[", "", "]"),
            ("lambda a, b: ", "1", ""),
        ] {
            let text = format!("{}{middle}{}\nx()\n", open.repeat(levels), close.repeat(levels));
            let told = told(&text);
            let deep = told.facts.problems.iter().any(|problem| problem.message.contains("nested too deeply"));
            assert_eq!(
                deep,
                levels > 1_000 && !["(", "lambda a, b: "].contains(&open) && close != "+b" || levels > 30_000,
                "{open}{close} {levels}"
            );
            if levels < 30_000 {
                assert!(told.facts.sites.iter().any(|site| site.span.of(&text) == "x()"), "{open}{close} {levels}");
            }
        }
    }
    let suites: String = (0..140).map(|at| format!("{}class C:\n", " ".repeat(at))).collect();
    assert_eq!(told(&format!("{suites}{}x\n", " ".repeat(140))).uses("x").len(), 1);
}

#[test]
fn annotations_are_no_run_time_use() {
    let told = told("'doc'\nx: a.B[c] = d\ny: 'e.F'\n'loose'\n");
    let roles: Vec<Role> = told
        .facts
        .sites
        .iter()
        .filter_map(|site| match site.kind {
            SiteKind::Reference { role, .. } => Some(role),
            _ => None,
        })
        .collect();
    assert_eq!(roles, [Role::Annotation, Role::Annotation, Role::Value]);
    assert!(!told.facts.values.iter().any(|node| matches!(node.value, Value::Text(_))));
}

#[test]
fn what_only_local_values_reach_is_no_site() {
    let told =
        told("from m import g\ndef f(p, q=g):\n    for i in p.rows:\n        i.name\n        q.name\n        g\n");
    assert_eq!(told.references(), ["2:12 g Value", "5:9 q.name Value", "6:9 g Value"]);
}

#[test]
fn texts_with_white_space_are_no_names() {
    let told = told("a = 'x.y'\nb = 'x y'\nc = 'redis://h/0 x'\nd = 'x' + ' y'\n");
    let targets = ["a", "b", "c", "d"].map(|name| told.bindings(name).concat());
    assert_eq!(targets, ["1: 'x.y'", "2: _", "3: 'redis://h/0 x'", "4: _"]);
}
