//! Test code: which files are (docs/design.md section 2).
//!
//! In: a path, the rules, what the layouts know of declarations. Out: a verdict on a whole file.

use crate::lang::{Layouts, front_end};
use crate::resolve::Project;
use crate::rule::RuleSet;
use crate::source::FileId;
use crate::tree::TreeFile;

/// Returns whether a whole file is test code: by its place, by the rules file, by the declarations that lead to it, or by
/// its own word.
#[must_use]
pub fn is_test(project: &Project<'_>, rules: &RuleSet, file: FileId) -> bool {
    let own_word = project.loaded(file).is_some_and(|loaded| loaded.facts.test_only);
    own_word || is_test_place(&project.layouts, rules, project.tree.file(file))
}

/// Returns whether a file is test code by its place, by the rules file or by the declarations that lead to it.
#[must_use]
pub fn is_test_place(layouts: &Layouts, rules: &RuleSet, file: &TreeFile) -> bool {
    layouts.of(file.language).is_test(file.id)
        || front_end(file.language).is_test_path(&file.path)
        || rules.tests.iter().any(|glob| glob.matches(&file.path))
}
