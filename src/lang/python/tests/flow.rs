//! Which bindings reach a use.

use super::{Told, told};
use crate::facts::{BindingId, How, Target, Value};

#[track_caller]
fn uses(text: &str, name: &str, expected: &[&str]) {
    assert_eq!(told(text).uses(name), expected, "{text}");
}

#[test]
fn straight_line_order_counts() {
    uses("x\nx = 1\nx\nx = 2\nx\ndel x\nx\n", "x", &["1: ?", "3: 2", "5: 4", "6: 4", "7: ?"]);
}

#[test]
fn branches_join() {
    let text = "import a as x\nif c:\n    x = 1\n    x\nelif d:\n    pass\nelse:\n    x = 2\nx\n";
    uses(text, "x", &["4: 3", "9: 1 3 8"]);
    uses("if c:\n    x = 1\nx\n", "x", &["3: 2 ?"]);
}

#[test]
fn a_terminated_branch_does_not_flow_on_but_counts() {
    let text = "def f():\n    x = 1\n    if c:\n        x = 2\n        return\n        x\n    x\n";
    uses(text, "x", &["6: 4", "7: 2"]);
    uses("x = 1\nraise E\nx\nx = 2\nx\n", "x", &["3: 1", "5: 4"]);
}

#[test]
fn loops_carry_later_bindings_to_their_top() {
    uses("x = 1\nfor i in y:\n    x\n    x = 2\nx\n", "x", &["3: 1 4", "5: 1 4"]);
    uses("x = 1\nwhile x:\n    x = 2\n    if c:\n        x = 3\n        continue\n    x\n", "x", &["2: 1 3 5", "7: 3"]);
    let text = "x = 1\nwhile True:\n    x = 2\n    if c:\n        break\n    x = 3\nx\n";
    uses(text, "x", &["7: 3"]);
    let text = "x = 1\nfor i in y:\n    x = 2\n    if c:\n        break\n    x = 3\nelse:\n    x = 4\nx\n";
    uses(text, "x", &["9: 3 8"]);
    uses("while True:\n    x = 1\nx\n", "x", &["3: 2 ?"]);
}

#[test]
fn nested_loops_close_over_each_other() {
    let text = "x = 0\nfor a in y:\n    for b in y:\n        x\n    for c in y:\n        x = 1\n    x\nx\n";
    uses(text, "x", &["4: 1 6", "7: 1 6", "8: 1 6"]);
}

/// The bindings in all reaches of a text of `count` parts.
fn listed(count: usize, part: impl Fn(usize) -> String) -> usize {
    let text: String = (0..count).map(part).collect();
    let facts = told(&format!("x = 1\n{text}")).facts;
    facts.reaches.iter().map(<[_]>::len).sum()
}

#[test]
fn ways_that_meet_again_and_again_take_room_by_their_number() {
    let branches = |i: usize| format!("if a{i}:\n    x = x or {i}\nx\n");
    let loops = |i: usize| format!("for a{i} in y:\n    x = x or {i}\n    x\n");
    assert!(listed(2_000, branches) < 3 * listed(1_000, branches));
    assert!(listed(2_000, loops) < 3 * listed(1_000, loops));
    let inside = |i: usize| match i {
        0 => "while a:\n    x\n".to_owned(),
        _ => format!("    if a{i}:\n        x = x or {i}\n    x\n"),
    };
    assert!(listed(2_000, inside) < 3 * listed(1_000, inside));
}

#[test]
fn a_join_of_many_is_one_binding_to_the_next_and_loses_none() {
    let text: String = (0..40).map(|i| format!("if a{i}:\n    x = {i}\n")).collect();
    let Told { facts, .. } = told(&format!("x = 1\n{text}"));
    let (joins, written): (Vec<BindingId>, Vec<BindingId>) = {
        let end = facts.scopes[0].member("x").expect("it is a name of the module");
        end.bindings(&facts).into_iter().partition(|id| facts.bindings[id.index()].how == How::Join)
    };
    let [join] = joins[..] else { panic!("{joins:?}") };
    let Target::Value(value) = facts.bindings[join.index()].target else {
        panic!("{:?}", facts.bindings[join.index()])
    };
    let Value::Name { reach, .. } = &facts.values[value.index()].value else { panic!("a join is a name") };
    let mut all: Vec<BindingId> = reach.bindings(&facts).into_iter().chain(written).collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 41);
}

#[test]
fn handlers_are_reached_from_every_point() {
    let text = "x = 0\ntry:\n    x = 1\n    f()\n    x = 2\nexcept E as e:\n    x\nelse:\n    x\nx\n";
    uses(text, "x", &["7: 1 3 5", "9: 5", "10: 1 3 5"]);
    let text = "try:\n    from redis import Redis\nexcept ImportError:\n    Redis = None\nRedis\n";
    uses(text, "Redis", &["5: 2 4"]);
    uses("x = 0\ntry:\n    raise E\n    x = 1\nexcept E:\n    x\n", "x", &["6: 1"]);
    uses("try:\n    f()\nexcept E as e:\n    e\ne\n", "e", &["4: 3", "5: ?"]);
}

#[test]
fn finally_sees_everything_but_passes_on_the_normal_way() {
    let text = "x = 0\ntry:\n    x = 1\nfinally:\n    x\nx\n";
    uses(text, "x", &["5: 1 3", "6: 3"]);
    let text = "def f():\n    x = 0\n    for i in y:\n        try:\n            break\n        finally:\n            x = 2\n    x\n";
    uses(text, "x", &["8: 2 7"]);
    let text = "x = 0\ntry:\n    x = 1\nexcept E:\n    raise\nfinally:\n    if c:\n        x = 3\nx\n";
    uses(text, "x", &["9: 1 3 8"]);
}

#[test]
fn with_joins_only_where_exceptions_are_swallowed() {
    uses("x = 0\nwith a:\n    x = 1\nx\n", "x", &["4: 3"]);
    uses("x = 0\nwith suppress(E):\n    x = 1\nx\n", "x", &["4: 1 3"]);
}

#[test]
fn match_binds_captures_and_joins() {
    let text = "match v:\n    case [x, *r]:\n        x\n    case {'k': x, **m} if x:\n        x\n    case C(a=x) | x:\n        x\nx\n";
    uses(text, "x", &["3: 2", "4: 4", "5: 4", "7: 6", "8: 2 4 6"]);
}

#[test]
fn free_names_mean_the_end_of_the_owner() {
    uses("x = 1\ndef f():\n    x\nx = 2\n", "x", &["3: 4"]);
    uses("def f():\n    x\nif c:\n    x = 1\n", "x", &["2: 4 ?"]);
    let text =
        "def f():\n    x = 1\n    def g():\n        return x\n    if c:\n        x = 2\n        return g\n    x = 3\n";
    uses(text, "x", &["4: 6 8"]);
    uses("x = 1\nf = lambda: x\nx = 2\n", "x", &["2: 3"]);
}

#[test]
fn locals_are_local_throughout_a_function() {
    uses("x = 1\ndef f():\n    x\n    x = 2\n    x\n", "x", &["3: ", "5: 4"]);
    uses("x = 1\ndef f(x):\n    x\n", "x", &["3: 2"]);
}

#[test]
fn class_scopes_are_skipped_and_run_inline() {
    let text = "x = 1\nclass C:\n    x\n    x = 2\n    x\n    def m(self):\n        x\n    y = [x for _ in x]\nx\n";
    uses(text, "x", &["3: 1", "5: 4", "7: 1", "8: 1", "8: 4", "9: 1"]);
    let text = "for i in y:\n    class C:\n        x\n        x = 1\n";
    uses(text, "x", &["3: ?"]);
}

#[test]
fn global_and_nonlocal_bind_outside() {
    let text = "x = None\ndef f():\n    global x\n    x\n    x = 1\n    x\ndef g():\n    x\nx\n";
    uses(text, "x", &["4: 1 5", "6: 5", "8: 1 5", "9: 1 5"]);
    assert_eq!(told(text).member("x"), "1 5");
    let text = "def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\n    x\n    def h():\n        x\n";
    uses(text, "x", &["6: 2 5", "8: 2 5"]);
    uses("def f():\n    global x\n    x = 1\nx\n", "x", &["4: 3 ?"]);
}

#[test]
fn comprehensions_have_their_own_scope() {
    let text = "x = 1\n[x for x in x]\nx\n{x: y for y in x for x in y if x}\n";
    let mut all = told(text).uses("x");
    all.dedup();
    assert_eq!(all, ["2: 2", "2: 1", "3: 1", "4: 4", "4: 1", "4: 4"]);
}

#[test]
fn walrus_binds_outside_comprehensions_and_may_not_run() {
    uses("def f():\n    [x := y for y in z]\n    x\n", "x", &["3: 2"]);
    uses("x = 0\na and (x := 1)\nx\n", "x", &["3: 1 2"]);
    uses("x = 0\nif (x := 1):\n    x\n", "x", &["3: 2"]);
    uses("def f():\n    y = (x := 1) if c else x\n    x\nx = 0\n", "x", &["2: ", "3: 2"]);
}

#[test]
fn stars_may_bring_any_name() {
    let told = told("x = 1\nfrom m import *\nx\nlen\nx = 2\nx\n");
    assert_eq!(told.uses("x"), ["3: 2", "6: 5"]);
    assert_eq!(told.uses("len"), ["4: 2"]);
    assert_eq!(told.bindings("x"), ["1: _", "2: *<Absolute m> else 1", "5: _"]);
    assert_eq!(told.bindings("len"), ["2: *<Absolute m> else ?"]);
    assert_eq!(told.facts.scopes[0].stars.len(), 1);
}

#[test]
fn annotations_may_look_ahead() {
    uses("def f(a: C): pass\nclass C: pass\n", "C", &["1: 2"]);
}

#[test]
fn stubs_have_no_order() {
    let text = "class A(B): pass\nclass B: pass\n";
    let stub = super::Told { facts: crate::lang::python::extract("m.pyi", text), ..told(text) };
    assert_eq!(stub.uses("B"), ["1: 2"]);
    uses(text, "B", &["1: ?"]);
}

#[test]
fn private_names_are_mangled() {
    let told = told("class _A:\n    __x = 1\n    def m(self):\n        self.__y = __z\n");
    assert_eq!(told.bindings("_A__x"), ["2: _"]);
    assert_eq!(told.bindings("_A__y"), ["4: _A__z"]);
    assert_eq!(told.uses("_A__z"), ["4: ?"]);
}

#[test]
fn names_compare_after_nfkc() {
    uses("ﬁ = 1\nfi\n", "fi", &["2: 1"]);
}

#[test]
fn type_parameters_have_their_own_scope() {
    uses("def f[T](a: T) -> T:\n    T\nT\n", "T", &["1: 1", "1: 1", "2: 1", "3: ?"]);
    uses("class C[T](B[T]):\n    a: T\n    def m(self, b: T): pass\n", "T", &["1: 1", "2: 1", "3: 1"]);
    uses("type A[T] = list[T]\nA\n", "A", &["2: 1"]);
}
