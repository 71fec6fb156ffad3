//! Test code: which files are (docs/design.md section 2).
//!
//! In: a path, the rules, what the layouts know of declarations. Out: a verdict on a whole file.

use crate::resolve::Project;
use crate::rule::RuleSet;
use crate::source::FileId;

/// Returns whether a whole file is test code: by its place, by the rules file, by the declarations that lead to it, or by
/// its own word.
#[must_use]
pub fn is_test(project: &Project<'_>, rules: &RuleSet, file: FileId) -> bool {
    let own_word = project.loaded(file).is_some_and(|loaded| loaded.facts.test_only);
    own_word || project.layouts.rust.is_test(file) || is_test_path(&project.tree.file(file).path, rules)
}

/// Returns whether a file is test code by its place or by the rules file.
#[must_use]
pub fn is_test_path(path: &str, rules: &RuleSet) -> bool {
    is_usual_place(path) || rules.tests.iter().any(|glob| glob.matches(path))
}

fn is_usual_place(path: &str) -> bool {
    let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    directory.split('/').any(|part| part == "tests" || part == "test")
        || stem == "conftest"
        || stem.starts_with("test_")
        || stem.ends_with("_test")
}
