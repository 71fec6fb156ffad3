//! Survey: what the program's own files build of which libraries.
//!
//! In: a tree and its texts. Out: a [`Survey`] over all files outside tests, examples, migrations and their like. Files are read
//! one by one and forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::facts::{Anchor, FileFacts, How, Name, ScopeId, SiteKind, Target, Value};
use crate::lang::{Layouts, Located, ModuleRef};
use crate::purpose::Purpose;
use crate::rule::RuleSet;
use crate::selection::is_test_place;
use crate::source::{FileId, Language};
use crate::tree::{Snapshot, TreeFile};

use super::sites::{self, Built, FileSites};

/// Says what the program builds and reads.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// Libraries outside the tree, by language and first name.
    pub libraries: BTreeMap<(Language, Name), Library>,
    /// Environment variables with the files that read them.
    pub variables: BTreeMap<String, BTreeSet<FileId>>,
    /// Schemes of URLs with the files that have one.
    pub schemes: BTreeMap<String, BTreeSet<FileId>>,
    /// Modules that do nothing but hand on what others have.
    pub shims: Vec<ReexportModule>,
    /// The number of files that were read.
    pub files: usize,
}

/// A library and what is built of it.
#[derive(Debug, Clone, Default)]
pub struct Library {
    /// Files that import it.
    pub imported_by: BTreeSet<FileId>,
    /// Says what is built, by path, with what speaks for a client and the files that build it.
    pub built: BTreeMap<Vec<Name>, (Built, BTreeSet<FileId>)>,
}

/// A module that does nothing but hand on the names of one other module of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReexportModule {
    /// Its file.
    pub path: Arc<str>,
    /// Its name.
    pub module: String,
    /// The file of the module whose names it hands on.
    pub of: Arc<str>,
    /// The number of other files that import it.
    pub importers: usize,
}

struct FileSurvey {
    file: FileId,
    sites: FileSites,
    /// The file whose names it hands on, if it does nothing else.
    hands_on: Option<FileId>,
    /// The files whose modules it imports.
    imports: BTreeSet<FileId>,
}

/// Reads all files of the program itself.
#[must_use]
pub fn survey(snapshot: Snapshot<'_>, layouts: &Layouts, rules: &RuleSet) -> Survey {
    let Snapshot { tree, texts } = snapshot;
    let read = |file: &TreeFile| {
        if is_test_place(layouts, rules, file) || Purpose::of_path(&file.path).is_some() {
            return None;
        }
        let text = texts.read(&file.path).ok()?;
        if Purpose::of(&file.path, &text).is_some() {
            return None;
        }
        let facts = layouts.extract(file, &text);
        if facts.test_only {
            return None;
        }
        let sites = sites::read(layouts, file, &facts);
        let (imports, hands_on) = links(layouts, file, &facts);
        Some(FileSurvey { file: file.id, sites, hands_on, imports })
    };
    let files: Vec<FileSurvey> = tree.files().par_iter().filter_map(read).collect();
    let mut found = Survey { files: files.len(), ..Survey::default() };
    for FileSurvey { file, sites, .. } in &files {
        let language = tree.file(*file).language;
        for root in &sites.imported {
            found.libraries.entry((language, root.clone())).or_default().imported_by.insert(*file);
        }
        for (path, built) in &sites.built {
            let library = found.libraries.entry((language, path[0].clone())).or_default();
            let (known, by) = library.built.entry(path.clone()).or_default();
            known.resources.extend(built.resources.iter().cloned());
            known.life.extend(built.life.iter().cloned());
            known.held |= built.held;
            by.insert(*file);
        }
        for name in &sites.variables {
            found.variables.entry(name.clone()).or_default().insert(*file);
        }
        for scheme in &sites.schemes {
            found.schemes.entry(scheme.clone()).or_default().insert(*file);
        }
    }
    for shim in &files {
        let Some(of) = shim.hands_on else { continue };
        let importers = files.iter().filter(|it| it.file != shim.file && it.imports.contains(&shim.file)).count();
        let module = ModuleRef::File { file: shim.file, scope: ScopeId::MODULE };
        let language = tree.file(shim.file).language;
        let name = layouts.of(language).names(module).into_iter().next().unwrap_or_default();
        found.shims.push(ReexportModule {
            path: Arc::clone(&tree.file(shim.file).path),
            module: name.join(language.separator()),
            of: Arc::clone(&tree.file(of).path),
            importers,
        });
    }
    found
}

/// The files that a file imports from, and the one whose names it hands on if it does nothing else.
fn links(layouts: &Layouts, file: &TreeFile, facts: &FileFacts) -> (BTreeSet<FileId>, Option<FileId>) {
    let layout = layouts.of(file.language);
    let own = ModuleRef::File { file: file.id, scope: ScopeId::MODULE };
    let located = |anchor: Anchor, path: &[Name]| match layout.locate(own, anchor, path) {
        Located::Module(ModuleRef::File { file, scope: ScopeId::MODULE }) => Some(file),
        _ => None,
    };
    let module_of = |value: crate::facts::ValueId| match &facts.values[value.index()].value {
        Value::Module(module) => located(module.anchor, &module.path),
        Value::Member { object, name, .. } => match &facts.values[object.index()].value {
            Value::Module(module) => {
                let inner: Vec<Name> = module.path.iter().chain([name]).cloned().collect();
                located(module.anchor, &inner).or_else(|| located(module.anchor, &module.path))
            }
            _ => None,
        },
        _ => None,
    };
    let mut imports = BTreeSet::new();
    for site in &facts.sites {
        if let SiteKind::Import { named, .. } = &site.kind {
            imports.extend(facts.choices.get(*named).iter().filter_map(|&value| module_of(value)));
        }
    }
    imports.remove(&file.id);
    let names_only = |binding: &crate::facts::Binding| match binding.how {
        How::Import | How::Star => true,
        How::Assignment => binding.name.starts_with("__") || matches!(binding.target, Target::Absent),
        _ => false,
    };
    let calls = facts.sites.iter().any(|site| matches!(site.kind, SiteKind::Call(_)));
    let pure = facts.definitions.is_empty() && !calls && facts.bindings.iter().all(names_only);
    // A package hands on what its own modules have as a matter of course.
    let package = layout.names(own).first().is_some_and(|name| {
        let stem = crate::lang::without_extension(&file.path).rsplit('/').next().unwrap_or_default();
        name.last().is_none_or(|last| last != stem)
    });
    let only = (imports.len() == 1).then(|| imports.first().copied()).flatten();
    (imports, only.filter(|_| pure && !package))
}
