//! The prelude: names that every Rust file has without an import, by the paths that define them.
//!
//! Source: the Rust 2024 standard library, `std::prelude` and the macros that it exports at its root.

/// A name and the path that defines it.
type Item = (&'static str, &'static [&'static str]);

/// Names of the prelude of the newest edition and the macros of the standard library, in order, but for
/// [`NAMED_LIKE_MODULES`].
pub const PRELUDE: &[Item] = &[
    ("AsMut", &["std", "convert", "AsMut"]),
    ("AsRef", &["std", "convert", "AsRef"]),
    ("AsyncFn", &["std", "ops", "AsyncFn"]),
    ("AsyncFnMut", &["std", "ops", "AsyncFnMut"]),
    ("AsyncFnOnce", &["std", "ops", "AsyncFnOnce"]),
    ("Box", &["std", "boxed", "Box"]),
    ("Clone", &["std", "clone", "Clone"]),
    ("Copy", &["std", "marker", "Copy"]),
    ("Debug", &["std", "fmt", "Debug"]),
    ("Default", &["std", "default", "Default"]),
    ("DoubleEndedIterator", &["std", "iter", "DoubleEndedIterator"]),
    ("Drop", &["std", "ops", "Drop"]),
    ("Eq", &["std", "cmp", "Eq"]),
    ("Err", &["std", "result", "Result", "Err"]),
    ("ExactSizeIterator", &["std", "iter", "ExactSizeIterator"]),
    ("Extend", &["std", "iter", "Extend"]),
    ("Fn", &["std", "ops", "Fn"]),
    ("FnMut", &["std", "ops", "FnMut"]),
    ("FnOnce", &["std", "ops", "FnOnce"]),
    ("From", &["std", "convert", "From"]),
    ("FromIterator", &["std", "iter", "FromIterator"]),
    ("Future", &["std", "future", "Future"]),
    ("Hash", &["std", "hash", "Hash"]),
    ("Into", &["std", "convert", "Into"]),
    ("IntoFuture", &["std", "future", "IntoFuture"]),
    ("IntoIterator", &["std", "iter", "IntoIterator"]),
    ("Iterator", &["std", "iter", "Iterator"]),
    ("None", &["std", "option", "Option", "None"]),
    ("Ok", &["std", "result", "Result", "Ok"]),
    ("Option", &["std", "option", "Option"]),
    ("Ord", &["std", "cmp", "Ord"]),
    ("PartialEq", &["std", "cmp", "PartialEq"]),
    ("PartialOrd", &["std", "cmp", "PartialOrd"]),
    ("Result", &["std", "result", "Result"]),
    ("Send", &["std", "marker", "Send"]),
    ("Sized", &["std", "marker", "Sized"]),
    ("Some", &["std", "option", "Option", "Some"]),
    ("String", &["std", "string", "String"]),
    ("Sync", &["std", "marker", "Sync"]),
    ("ToOwned", &["std", "borrow", "ToOwned"]),
    ("ToString", &["std", "string", "ToString"]),
    ("TryFrom", &["std", "convert", "TryFrom"]),
    ("TryInto", &["std", "convert", "TryInto"]),
    ("Unpin", &["std", "marker", "Unpin"]),
    ("Vec", &["std", "vec", "Vec"]),
    ("align_of", &["std", "mem", "align_of"]),
    ("align_of_val", &["std", "mem", "align_of_val"]),
    ("assert", &["std", "assert"]),
    ("assert_eq", &["std", "assert_eq"]),
    ("assert_ne", &["std", "assert_ne"]),
    ("bool", &["bool"]),
    ("cfg", &["std", "cfg"]),
    ("char", &["char"]),
    ("column", &["std", "column"]),
    ("compile_error", &["std", "compile_error"]),
    ("concat", &["std", "concat"]),
    ("dbg", &["std", "dbg"]),
    ("debug_assert", &["std", "debug_assert"]),
    ("debug_assert_eq", &["std", "debug_assert_eq"]),
    ("debug_assert_ne", &["std", "debug_assert_ne"]),
    ("drop", &["std", "mem", "drop"]),
    ("eprint", &["std", "eprint"]),
    ("eprintln", &["std", "eprintln"]),
    ("f32", &["f32"]),
    ("f64", &["f64"]),
    ("file", &["std", "file"]),
    ("format", &["std", "format"]),
    ("format_args", &["std", "format_args"]),
    ("i128", &["i128"]),
    ("i16", &["i16"]),
    ("i32", &["i32"]),
    ("i64", &["i64"]),
    ("i8", &["i8"]),
    ("include", &["std", "include"]),
    ("include_bytes", &["std", "include_bytes"]),
    ("include_str", &["std", "include_str"]),
    ("isize", &["isize"]),
    ("line", &["std", "line"]),
    ("matches", &["std", "matches"]),
    ("module_path", &["std", "module_path"]),
    ("option_env", &["std", "option_env"]),
    ("print", &["std", "print"]),
    ("println", &["std", "println"]),
    ("size_of", &["std", "mem", "size_of"]),
    ("size_of_val", &["std", "mem", "size_of_val"]),
    ("str", &["str"]),
    ("stringify", &["std", "stringify"]),
    ("thread_local", &["std", "thread_local"]),
    ("todo", &["std", "todo"]),
    ("try", &["std", "try"]),
    ("u128", &["u128"]),
    ("u16", &["u16"]),
    ("u32", &["u32"]),
    ("u64", &["u64"]),
    ("u8", &["u8"]),
    ("unimplemented", &["std", "unimplemented"]),
    ("unreachable", &["std", "unreachable"]),
    ("usize", &["usize"]),
    ("write", &["std", "write"]),
    ("writeln", &["std", "writeln"]),
];

/// Macros of the standard library that are called like a module of it: a path means the module.
pub const NAMED_LIKE_MODULES: [&str; 3] = ["env", "panic", "vec"];

/// Returns whether a name is in the prelude.
#[must_use]
pub fn has(name: &str) -> bool {
    PRELUDE.binary_search_by_key(&name, |(name, _)| name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order_so_that_they_are_found() {
        assert!(PRELUDE.is_sorted_by_key(|(name, _)| name));
        assert!(has("Vec") && has("println") && has("usize") && !has("redis"));
    }
}
