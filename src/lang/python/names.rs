//! The names of Python's standard library and of its builtins.
//!
//! In: a name. Out: whether it is one of them in any version of Python that is in use. The lists are those of ruff.

use ruff_python_stdlib::builtins::is_python_builtin;
use ruff_python_stdlib::sys::is_known_standard_library;

/// The newest minor version of Python 3 whose names are known, and the oldest that still counts.
const VERSIONS: std::ops::RangeInclusive<u8> = 7..=15;

/// Returns whether the standard library has a module of that name.
pub(super) fn is_standard(name: &str) -> bool {
    VERSIONS.rev().any(|minor| is_known_standard_library(minor, name))
}

/// Returns whether a name that nothing binds is one of the module `builtins`.
pub(super) fn is_builtin(name: &str) -> bool {
    is_python_builtin(name, *VERSIONS.end(), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_and_builtins_of_all_versions() {
        for name in ["logging", "asyncio", "zoneinfo", "distutils", "asynchat", "tomllib"] {
            assert!(is_standard(name), "{name}");
        }
        assert!(!is_standard("redis"));
        for name in ["print", "open", "__import__", "ExceptionGroup", "list"] {
            assert!(is_builtin(name), "{name}");
        }
        assert!(!is_builtin("redis") && !is_builtin("__builtins__"));
    }
}
