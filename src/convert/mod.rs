//! Conversion: rules from the configuration of another tool (docs/design.md section 12).
//!
//! In: the name and text of a configuration file, and the paths of the project. Out: a [`Conversion`]: the text of a rules file,
//! and for each entry with its line whether it was converted, and why not. What a rule cannot say is left, never bent.

use std::collections::BTreeSet;

use thiserror::Error;

use crate::lang;

mod cargo_deny;
mod clippy;
mod draft;
mod import_linter;
mod ini;
mod pylint;
mod ruff;
mod table;
mod tach;

use draft::RulesDraft;
pub use draft::{Conversion, ConvertedEntry, EntryOutcome};

/// A configuration that cannot be converted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConvertError {
    /// It is no valid file of its format.
    #[error("{name}:{line}: {message}")]
    Invalid {
        /// Its name.
        name: String,
        /// 1-based line.
        line: u32,
        /// Says what is wrong.
        message: String,
    },
    /// It is not that of a known tool.
    #[error(
        "`{0}` has no configuration of ruff, pylint, import-linter, tach, clippy or cargo-deny that bans anything; known are \
         ruff.toml, pyproject.toml, .pylintrc, .importlinter, setup.cfg, tach.toml, clippy.toml and deny.toml"
    )]
    Unknown(String),
}

/// Converts a configuration file. `paths` are the files of the project.
///
/// # Errors
/// When the file is invalid, or of no known tool.
pub fn convert(name: &str, text: &str, paths: &[&str]) -> Result<Conversion, ConvertError> {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let mut draft = RulesDraft::new(name, paths);
    if file.ends_with(".toml") {
        let document = table::Document::parse(text).map_err(|(line, message)| ConvertError::Invalid {
            name: name.to_owned(),
            line,
            message,
        })?;
        match file {
            "tach.toml" => tach::convert(&document, &mut draft),
            "clippy.toml" | ".clippy.toml" => clippy::convert(&document, &mut draft),
            "deny.toml" | ".deny.toml" => cargo_deny::convert(&document, &mut draft),
            "pyproject.toml" => {
                ruff::convert(&document, &["tool", "ruff"], &mut draft);
                pylint::convert_table(&document, &mut draft);
                import_linter::convert_table(&document, &mut draft);
                tach::convert_in(&document, &["tool", "tach"], &mut draft);
            }
            _ => ruff::convert(&document, &[], &mut draft),
        }
    } else {
        let sections = ini::parse(text);
        pylint::convert_sections(&sections, &mut draft);
        import_linter::convert_sections(&sections, &mut draft);
    }
    draft.finish().ok_or_else(|| ConvertError::Unknown(name.to_owned()))
}

/// Returns the language of crates, whose paths have `::`; one name alone says none.
fn of_crates() -> Option<&'static str> {
    lang::of_symbol("::").next().map(|language| language.name())
}

/// The globs of the files of a dotted module, among the paths of the project.
fn module_globs(module: &str, paths: &[&str]) -> Vec<String> {
    let plain = module.trim_end_matches(".**").trim_end_matches(".*").replace('.', "/");
    let roots: BTreeSet<&str> = ["", "src/"].into();
    let mut globs = Vec::new();
    for root in roots {
        let directory = format!("{root}{plain}/");
        let files = lang::of_bare_names().0.extensions.iter().map(|extension| format!("{root}{plain}.{extension}"));
        globs.extend(files.filter(|file| paths.contains(&file.as_str())));
        if paths.iter().any(|path| path.starts_with(&directory)) {
            globs.push(format!("{directory}**"));
        }
    }
    globs
}

#[cfg(test)]
mod tests;
