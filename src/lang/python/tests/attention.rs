//! Which bodies are left out when only some can matter.

use crate::facts::Name;
use crate::lang::Focus;
use crate::lang::python::extract_focused;

/// The first lines of the bodies that are left out of a text when `Redis` matters.
fn left_out(text: &str) -> Vec<String> {
    let focus = Focus::new([Name::from("Redis")].iter(), std::iter::empty(), std::iter::empty()).unwrap();
    let facts = extract_focused("m.py", text, Some(&focus));
    let mut places = facts.unread;
    places.sort();
    places.iter().map(|place| place.of(text).lines().next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_body_without_a_word_that_matters_is_left_out() {
    let text = "from redis import Redis\n\n\ndef f():\n    g(1)\n\n\nclass A:\n    def m(self):\n        x = self.y\n";
    assert_eq!(left_out(text), ["def f():", "def m(self):"]);
}

#[test]
fn what_can_matter_is_read() {
    for (text, why) in [
        ("def f():\n    Redis()\n", "the word itself"),
        ("def f():\n    g('app.Redis')\n", "the word in a string"),
        ("def f(c=Redis):\n    c()\n", "a default"),
        ("@wrap(Redis)\ndef f():\n    pass\n", "a decorator"),
        ("R = Redis\ndef f():\n    R()\n", "a name of the module"),
        ("R = Redis\nS = R\ndef f():\n    S()\n", "a name given by another"),
        ("from redis import (\n    a,\n    Redis as R,\n)\ndef f():\n    R()\n", "an import under another name"),
        ("def make():\n    return Redis\ndef f():\n    make()()\n", "a function that returns it"),
        ("def init():\n    global R\n    R = Redis\ndef f():\n    R()\n", "a name that a function binds"),
        ("class A(Redis):\n    def m(self):\n        super()\n", "a class that inherits"),
        (
            "class A(Redis): pass\nclass B(A):\n    def m(self):\n        self.x()\n",
            "a class that inherits at a distance",
        ),
        ("def f(o, n):\n    getattr(o, n)()\n", "a computed name"),
        ("import redis\nclass A:\n    def m(self):\n        self.lib = redis\n", "an attribute"),
        ("import redis\ndef f():\n    return redis\n", "what is returned"),
        ("import redis\ndef f():\n    yield redis\n", "what is yielded"),
        ("from redis import *\ndef f():\n    g()\n", "anything that a star import brings"),
        ("def f():\n    \u{ff32}edis()\n", "another spelling of the word"),
        ("def f(:\n    pass\ndef g():\n    pass\n", "anything in a text with errors"),
    ] {
        assert_eq!(left_out(text), [""; 0], "{why}");
    }
}

#[test]
fn what_is_left_out_has_no_sites_and_its_function_is_still_known() {
    let focus = Focus::new([Name::from("Redis")].iter(), std::iter::empty(), std::iter::empty()).unwrap();
    let facts = extract_focused("m.py", "def f():\n    g(1)\n\n\nf()\n", Some(&focus));
    assert_eq!(facts.sites.len(), 1, "only the call of f");
    assert!(facts.scopes[0].member("f").is_some());
}
