//! Proposal: rules for what a survey found.
//!
//! In: a [`Survey`]. Out: the packs whose libraries are imported, and a source with a rule for each other library of which
//! several files build clients; as the text of a rules file.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::Name;
use crate::lang;
use crate::rule::explain;
use crate::rule::pack::{DEFAULT, PACKS, Pack};
use crate::rule::{RuleSet, RulesText, load, load_pack};
use crate::source::{FileId, Language};

use super::survey::{Library, Survey};
use super::{Concern, Discovery};

/// Rules for a project.
#[derive(Debug, Clone, Default)]
pub struct Proposal {
    /// Packs that fit, with the number of files that import one of their libraries.
    pub packs: Vec<(&'static str, usize)>,
    /// Sources with their rules, those of packs among them.
    pub proposed: Vec<Proposed>,
}

/// A source with its rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// The source's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The pack that has it.
    pub pack: Option<&'static str>,
    /// It holds connections or other resources.
    pub client: bool,
    /// Says what speaks for it, in a few words each.
    pub evidence: Vec<String>,
    /// Its rules as lines of TOML; empty for those of a pack.
    pub rules: String,
}

/// A library is a concern where so many files build of it.
const LEAST_FILES: usize = 2;

impl Proposal {
    /// Proposes rules for what a survey found.
    #[must_use]
    pub fn of(survey: &Survey) -> Self {
        let mut proposal = Self::default();
        let mut covered: BTreeSet<(Language, Name)> = BTreeSet::new();
        for pack in PACKS {
            let (rules, _) = load_pack(pack);
            let roots = roots(&rules);
            let fits = survey.libraries.iter().filter(|(key, _)| roots.contains(*key));
            let files: BTreeSet<FileId> = fits.flat_map(|(_, library)| library.imported_by.iter().copied()).collect();
            if !files.is_empty() {
                proposal.packs.push((pack.name, files.len()));
                let evidence = vec![format!("{} files import what the pack `{}` knows", files.len(), pack.name)];
                proposal.proposed.extend(rules.sources.iter().map(|source| Proposed {
                    id: source.id.to_string(),
                    title: source.title.clone(),
                    pack: Some(pack.name),
                    client: pack.client,
                    evidence: evidence.clone(),
                    rules: String::new(),
                }));
            }
            covered.extend(roots);
        }
        for ((language, root), library) in &survey.libraries {
            let standard = lang::front_end(*language).is_standard(root);
            if !standard && !covered.contains(&(*language, root.clone())) {
                let own = own(&proposal, *language, root, library);
                proposal.proposed.extend(own);
            }
        }
        proposal
    }

    /// Writes a rules file with all of it and no owner declared.
    #[must_use]
    pub fn trial(&self) -> String {
        let packs: Vec<&str> = self.packs.iter().map(|(pack, _)| *pack).collect();
        let rules: Vec<&str> = self.proposed.iter().map(|it| it.rules.as_str()).collect();
        format!("{}\n{}", extends(&packs), rules.join("\n"))
    }
}

/// The rules of all packs, for the names that are third-party.
pub(super) fn everything() -> RuleSet {
    let packs: Vec<&str> = PACKS.iter().map(|pack| pack.name).collect();
    let text = extends(&packs);
    load(RulesText { name: "packs".into(), text: text.into(), pack: false }, &|_, path| Err(path.to_owned())).0
}

fn extends(packs: &[&str]) -> String {
    let packs: Vec<String> = packs.iter().map(|pack| format!("\"{pack}\"")).collect();
    format!("extends = [{}]\n", packs.join(", "))
}

/// The first names of what a pack's rules ban.
fn roots(rules: &RuleSet) -> BTreeSet<(Language, Name)> {
    let banned = rules.rules.iter().flat_map(|rule| &rule.ban);
    banned.filter_map(|pattern| Some((pattern.language, pattern.root()?.clone()))).collect()
}

/// A source for a library of which several files build clients.
fn own(proposal: &Proposal, language: Language, root: &Name, library: &Library) -> Option<Proposed> {
    let clients: BTreeMap<&Vec<Name>, _> = library
        .built
        .iter()
        .filter(|(_, (built, _))| !built.resources.is_empty() || !built.life.is_empty() && built.held)
        .collect();
    let files: BTreeSet<FileId> = clients.values().flat_map(|(_, files)| files.iter().copied()).collect();
    let held = clients.values().any(|(built, _)| built.held);
    if files.len() < LEAST_FILES || !held {
        return None;
    }
    let taken = |id: &str| proposal.proposed.iter().any(|it| it.id == id) || PACKS.iter().any(|pack| pack.name == id);
    let plain = root.replace('_', "-").to_lowercase();
    let id = if taken(&plain) { format!("{plain}-{}", language.0.name) } else { plain };
    let resources: BTreeSet<&str> =
        clients.values().flat_map(|(it, _)| it.resources.iter().map(String::as_str)).collect();
    let life: BTreeSet<&str> = clients.values().flat_map(|(it, _)| it.life.iter().map(String::as_str)).collect();
    let mut evidence = vec![format!("{} files build clients of `{root}`", files.len())];
    let named = |words: BTreeSet<&str>| words.into_iter().collect::<Vec<_>>().join(", ");
    if !resources.is_empty() {
        evidence.push(format!("with a resource as argument: {}", named(resources)));
    }
    if !life.is_empty() {
        evidence.push(format!("with a life cycle: {}", named(life)));
    }
    let ban: Vec<String> =
        clients.keys().map(|path| format!("  {},\n", toml::Value::String(path.join(language.separator())))).collect();
    let title = format!("Clients of {root}");
    let rules = format!(
        "[[source]]\nid = \"{id}\"\ntitle = \"{title}\"\n\n[[rule]]\nid = \"{id}-client\"\nsource = \"{id}\"\n\
         kind = \"construct\"\nban = [\n{}]\nseverity-in-tests = \"note\"\n\
         reason = \"a client made here goes around the shared one\"\n",
        ban.concat()
    );
    Some(Proposed { id, title, pack: None, client: true, evidence, rules })
}

/// Writes a first rules file with the accepted concerns.
#[must_use]
pub fn rules_file(discovery: &Discovery, accepted: &[&Concern]) -> String {
    let fits = |pack: &Pack| pack.client && discovery.packs.iter().any(|(name, _)| *name == pack.name);
    let chosen = |pack: &Pack| accepted.iter().any(|it| it.proposed.pack == Some(pack.name));
    let mut packs: Vec<&str> = PACKS.iter().filter(|&pack| fits(pack) || chosen(pack)).map(|pack| pack.name).collect();
    if packs.is_empty() && accepted.is_empty() {
        packs.push(DEFAULT.name);
    }
    let declared: Vec<String> = accepted.iter().map(|concern| declared(concern)).collect();
    explain::init_text(&packs, (!declared.is_empty()).then(|| declared.join("\n")).as_deref())
}

/// The lines of one concern, with what they stand on as comments.
#[must_use]
pub fn declared(concern: &Concern) -> String {
    let Proposed { id, title, evidence, rules, .. } = &concern.proposed;
    let mut text = format!("# {title}: {}.\n", evidence.join("; "));
    if let (Some(owner), Some(declaration)) = (&concern.owner, &concern.declaration) {
        text += &format!(
            "# `{}` was inferred as the owner: of the files that build and hand out, most others ({}) use its names.\n\
             # Correct it if it is another; a declared owner is never inferred.\n",
            owner.path, owner.users
        );
        let canonical = declaration.lines().filter(|line| line.starts_with("canonical")).collect::<Vec<_>>().join("\n");
        return match rules.split_once(&format!("id = \"{id}\"\n")) {
            Some((before, after)) => format!("{text}{before}id = \"{id}\"\n{canonical}\n{after}"),
            None => format!("{text}{declaration}\n"),
        };
    }
    text += "# No owner stands out. Files that build and hand out, with the names by which they do:\n";
    for rival in &concern.rivals {
        text += &format!("#   {} ({} users): {}\n", rival.path, rival.users, rival.names.join(", "));
    }
    text += "# Name the one that is right in `canonical = [...]`, or write `owners = []` if none is:\n";
    match rules.is_empty() {
        true => format!("{text}[[source]]\nid = \"{id}\"\n"),
        false => format!("{text}{rules}"),
    }
}
