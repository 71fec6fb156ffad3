//! What is recorded: bindings, values, sites.

use super::told;

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
    assert_eq!(told.bindings("e"), ["1: <Absolute d>", "5: *<Absolute v> else 1"]);
    assert_eq!(told.bindings("r"), ["2: <Absolute m.n>.q", "5: *<Absolute v> else 2"]);
}
