//! Discovery: concerns of a project that have several owners, found without rules (docs/design.md section 12).
//!
//! In: a tree, its texts, and what the project says of itself (roots, test files). Out: a [`Discovery`]: the packs whose
//! libraries the program imports, and [`Concern`]s ranked with their evidence. A concern is found in two steps: a survey of
//! what the program builds of which libraries proposes rules; the analysis under those rules says who owns the source, who
//! goes around it, and its score. What `ssot init` writes are the same rules, so that a check gives that score.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::analysis::{self, AnalysisOptions};
use crate::findings::{Findings, OwnerCandidate, SourceFindings};
use crate::problem::ProblemSeverity;
use crate::rule::{RuleSet, RulesText, load};
use crate::score::{self, Score};
use crate::tree::Snapshot;
use crate::violation::{Confidence, Context};

mod proposal;
mod sites;
mod survey;

pub use proposal::{Proposal, Proposed, declared, rules_file};
pub use survey::ReexportModule;

/// Says what was found.
#[derive(Debug, Clone, Default)]
pub struct Discovery {
    /// Concerns with several owners, the most telling first.
    pub concerns: Vec<Concern>,
    /// Built-in packs whose libraries the program imports, with the number of files that do.
    pub packs: Vec<(&'static str, usize)>,
    /// Environment variables that several files read, with their number, most first.
    pub variables: Vec<(String, usize)>,
    /// Schemes of URLs that stand in several files, with their number, most first.
    pub schemes: Vec<(String, usize)>,
    /// Modules that do nothing but hand on what another has, the most imported first.
    pub shims: Vec<ReexportModule>,
    /// The number of files of the program itself that were read.
    pub files: usize,
}

/// A concern that several files own.
#[derive(Debug, Clone)]
pub struct Concern {
    /// The rules that speak of it.
    pub proposed: Proposed,
    /// The candidate for the owner, if one stands out.
    pub owner: Option<OwnerCandidate>,
    /// The lines that declare it.
    pub declaration: Option<String>,
    /// Other files that hand out what they build.
    pub rivals: Vec<OwnerCandidate>,
    /// Places outside tests that go around the owner.
    pub sites: Vec<DirectSite>,
    /// The score that a check gives.
    pub score: Score,
    /// That of production code.
    pub production: Score,
    /// Says how sure it is that this is a concern, and whose.
    pub confidence: Confidence,
}

/// A place that builds for itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DirectSite {
    /// The file.
    pub path: Arc<str>,
    /// 1-based line.
    pub line: u32,
    /// Says what is built.
    pub symbol: String,
}

impl Concern {
    /// Counts the files that build for themselves.
    #[must_use]
    pub fn files(&self) -> usize {
        self.sites.iter().map(|site| &site.path).collect::<BTreeSet<_>>().len()
    }
}

/// A variable or scheme is worth a word where so many files have it.
const SEVERAL: usize = 3;

/// Finds the concerns of a project. `base` says where its modules are and what is test code.
#[must_use]
pub fn discover(snapshot: Snapshot<'_>, base: &RuleSet) -> Discovery {
    let survey = surveyed(snapshot, base);
    let proposal = Proposal::of(&survey);
    let concerns = judge(snapshot, base, &proposal);
    let counted = |map: &BTreeMap<String, BTreeSet<crate::source::FileId>>| {
        let mut counted: Vec<(String, usize)> = map.iter().map(|(name, files)| (name.clone(), files.len())).collect();
        counted.retain(|(_, files)| *files >= SEVERAL);
        counted.sort_by_key(|(_, files)| std::cmp::Reverse(*files));
        counted
    };
    let mut shims = survey.shims.clone();
    shims.sort_by(|a, b| b.importers.cmp(&a.importers).then_with(|| a.path.cmp(&b.path)));
    Discovery {
        concerns,
        packs: proposal.packs,
        variables: counted(&survey.variables),
        schemes: counted(&survey.schemes),
        shims,
        files: survey.files,
    }
}

/// Returns the built-in packs whose libraries the program imports, with the number of files that do.
#[must_use]
pub fn fitting_packs(snapshot: Snapshot<'_>, base: &RuleSet) -> Vec<(&'static str, usize)> {
    Proposal::of(&surveyed(snapshot, base)).packs
}

fn surveyed(snapshot: Snapshot<'_>, base: &RuleSet) -> survey::Survey {
    let layouts = analysis::layouts(snapshot.tree, snapshot.texts, &proposal::everything());
    survey::survey(snapshot, &layouts, base)
}

/// Analyses the project under the proposed rules, and keeps what has several owners.
fn judge(snapshot: Snapshot<'_>, base: &RuleSet, proposal: &Proposal) -> Vec<Concern> {
    let text = proposal.trial();
    let file = RulesText { name: "proposal".into(), text: text.into(), pack: false };
    let (mut rules, problems) = load(file, &|_, path| Err(format!("`{path}` is no pack")));
    if problems.iter().any(|problem| problem.severity == ProblemSeverity::Error) || rules.sources.is_empty() {
        return Vec::new();
    }
    rules.roots.clone_from(&base.roots);
    rules.tests.clone_from(&base.tests);
    rules.exclude.clone_from(&base.exclude);
    let options = AnalysisOptions::default();
    let findings = analysis::analyse(snapshot.tree, snapshot.texts, &rules, &options);
    let card = score::score(&findings, &rules, snapshot.tree);
    let mut concerns = Vec::new();
    for ((source, known), scored) in rules.sources.iter().zip(&findings.sources).zip(&card.sources) {
        let Some(proposed) = proposal.proposed.iter().find(|it| it.id == *source.id) else { continue };
        let sites = direct_sites(&findings, &source.id);
        let mut concern = Concern {
            proposed: proposed.clone(),
            owner: owner_of(known),
            declaration: known.inferred_owner.as_ref().map(|owner| owner.declaration.clone()),
            rivals: rivals_of(known),
            sites,
            score: scored.total,
            production: scored.production,
            confidence: Confidence::Low,
        };
        concern.confidence = confidence(&concern);
        let owners = concern.files() + usize::from(concern.owner.is_some());
        if owners > 1 {
            concerns.push(concern);
        }
    }
    // What holds connections before what is only done in many places; then where most files build for themselves.
    concerns.sort_by_key(|it| {
        let telling = it.files() + 2 * it.rivals.len() + it.owner.as_ref().map_or(0, |owner| owner.users);
        (!it.proposed.client, std::cmp::Reverse((it.confidence != Confidence::Low, telling)), it.proposed.id.clone())
    });
    concerns
}

fn owner_of(known: &SourceFindings) -> Option<OwnerCandidate> {
    let owner = known.inferred_owner.as_ref()?;
    Some(OwnerCandidate { path: Arc::clone(&owner.path), users: owner.users, names: owner.names.clone() })
}

fn rivals_of(known: &SourceFindings) -> Vec<OwnerCandidate> {
    match &known.inferred_owner {
        Some(owner) => owner.others.clone(),
        None => known.candidates.clone().unwrap_or_default(),
    }
}

fn direct_sites(findings: &Findings, source: &str) -> Vec<DirectSite> {
    let of_source = findings.violations.iter().filter(|it| {
        it.source.as_deref() == Some(source)
            && it.points > 0
            && it.context != Context::Test
            && crate::purpose::Purpose::of_path(&it.path).is_none()
    });
    let sites =
        of_source.map(|it| DirectSite { path: Arc::clone(&it.path), line: it.start.line, symbol: it.symbol.clone() });
    sites.collect()
}

fn confidence(concern: &Concern) -> Confidence {
    match (&concern.owner, concern.rivals.len()) {
        (Some(owner), _) if owner.users > 1 => Confidence::High,
        (Some(_), _) => Confidence::Medium,
        (None, rivals) if rivals > 1 || concern.files() > 2 => Confidence::Medium,
        _ => Confidence::Low,
    }
}
