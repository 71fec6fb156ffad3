//! What the tests of the rules file share.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ssot::problem::Problem;
use ssot::rule::{RuleSet, RulesText, load};

/// Loads the first of some files; the others are there to be extended.
pub fn load_files(files: &[(&str, &str)]) -> (RuleSet, Vec<Problem>) {
    let texts: BTreeMap<&str, &str> = files.iter().copied().collect();
    let text_of = |name: &str| {
        let text = texts.get(name).ok_or_else(|| "there is no such file".to_owned())?;
        Ok(RulesText { name: name.into(), text: (*text).into(), pack: false })
    };
    let first = text_of(files[0].0).unwrap();
    load(first, &|_, path| text_of(path))
}

/// Problems as text: place, message, what is underlined, help.
pub fn rendered(problems: &[Problem]) -> String {
    let mut text = String::new();
    for problem in problems {
        let severity = format!("{:?}", problem.severity).to_lowercase();
        let caret = problem.excerpt.as_ref().map(|e| e.span.of(&e.text).lines().next().unwrap_or_default().to_owned());
        let (path, line, column, message) = (&problem.path, problem.line, problem.column, &problem.message);
        writeln!(text, "{path}:{line}:{column}: {severity}: {message}").unwrap();
        writeln!(text, "    at   {}", caret.unwrap_or_default()).unwrap();
        writeln!(text, "    help {}", problem.help.as_deref().unwrap_or("NONE")).unwrap();
    }
    text
}

/// The problems of a single `ssot.toml`.
#[allow(dead_code, reason = "not every test file needs it")]
pub fn problems_of(text: &str) -> String {
    rendered(&load_files(&[("ssot.toml", text)]).1)
}
