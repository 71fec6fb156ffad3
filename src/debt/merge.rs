//! The reports of several projects as one.
//!
//! In: the JSON documents of `ssot report` or `ssot check`, each with the name of its file. Out: a [`MergedReport`]: the projects
//! in the order of their need, sums and pooled scores. Nothing is measured anew; what a document does not say is not told.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Deserialize;

use crate::score::Score;

/// The version of the documents that are read.
const SCHEMA: u32 = 1;

/// Several reports as one.
#[derive(Debug, Clone, PartialEq)]
pub struct MergedReport {
    /// The projects, the lowest production score first; those without a score last.
    pub projects: Vec<ProjectReport>,
    /// Each source that a project has, by id, with what all projects have of it.
    pub sources: Vec<SourceSum>,
    /// Adopters and debt of all projects.
    pub overall: Score,
    /// Those of production code.
    pub production: Score,
}

/// A project as a merged report shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct ProjectReport {
    /// Its name: as its report has it, otherwise that of the file.
    pub name: String,
    /// The commit that was measured, and its day.
    pub commit: Option<String>,
    /// The day of that commit.
    pub date: Option<String>,
    /// Its score.
    pub overall: Score,
    /// The score of its production code.
    pub production: Score,
    /// Its violations.
    pub violations: u64,
    /// Those in production code.
    pub in_production: u64,
    /// Its rival implementations.
    pub rivals: Vec<RivalPlace>,
    /// Entry points that reach a violation or a rival, and all of them; none if the document is that of a check.
    pub entry_points: Option<(u64, u64)>,
    /// Its priority; none if the document is that of a check.
    pub priority: Option<String>,
    /// Criteria that are met, and all of them.
    pub criteria: (u64, u64),
    /// The first phase of its plan, as title and violations.
    pub first: Option<(String, u64)>,
    /// Its sources: id, score, production score, violations.
    pub sources: Vec<SourceSum>,
}

/// A source in one or several projects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSum {
    /// Its id.
    pub id: String,
    /// Its score.
    pub overall: Score,
    /// The score of production code.
    pub production: Score,
    /// Its violations.
    pub violations: u64,
    /// The projects in which something uses it or breaks its rules.
    pub projects: u64,
}

/// A rival implementation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RivalPlace {
    /// The class.
    pub symbol: String,
    /// Its file.
    pub path: String,
    /// Its line.
    pub line: u32,
    role: String,
}

/// A JSON document of `ssot report` or `ssot check`, as far as it is read here.
#[derive(Debug, Deserialize)]
pub struct ReportDocument {
    schema: u32,
    score: ScoreDocument,
    violations: Vec<ViolationDocument>,
    implementations: Vec<RivalPlace>,
    impact: Option<ReachDocument>,
    #[serde(default)]
    plan: Vec<PhaseDocument>,
    #[serde(default)]
    criteria: Vec<CriterionDocument>,
    method: Option<MethodDocument>,
    priority: Option<PriorityDocument>,
}

#[derive(Debug, Deserialize)]
struct ScoreDocument {
    #[serde(flatten)]
    terms: ScoreTerms,
    production: ScoreTerms,
    sources: Vec<SourceDocument>,
}

#[derive(Debug, Deserialize)]
struct SourceDocument {
    id: String,
    #[serde(flatten)]
    terms: ScoreTerms,
    production: ScoreTerms,
}

#[derive(Debug, Deserialize)]
struct ScoreTerms {
    measured: bool,
    adopters: u64,
    debt: f64,
}

#[derive(Debug, Deserialize)]
struct ViolationDocument {
    source: Option<String>,
    context: String,
}

#[derive(Debug, Deserialize)]
struct ReachDocument {
    entry_points: u64,
    reaching: Vec<serde::de::IgnoredAny>,
}

#[derive(Debug, Deserialize)]
struct PhaseDocument {
    title: String,
    counts: CountsDocument,
}

#[derive(Debug, Deserialize)]
struct CountsDocument {
    violations: u64,
}

#[derive(Debug, Deserialize)]
struct CriterionDocument {
    outcome: String,
}

#[derive(Debug, Deserialize)]
struct MethodDocument {
    #[serde(default)]
    project: String,
    commit: Option<String>,
    date: Option<String>,
}

#[derive(Debug, Deserialize)]
struct PriorityDocument {
    name: String,
}

impl ScoreTerms {
    /// The terms in the units of a score; nothing where nothing was measured, so that it pools nothing.
    fn score(&self) -> Score {
        // Points have at most three places.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let debt = (self.debt * 1_000.0).round().max(0.0) as u64;
        if self.measured { Score { adopters: self.adopters, debt } } else { Score::default() }
    }
}

impl ReportDocument {
    /// Reads a document.
    ///
    /// # Errors
    /// When it is no JSON, or not that of a report or a check.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let document: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        match document.schema {
            SCHEMA => Ok(document),
            other => Err(format!("its schema is {other}, and {SCHEMA} is read")),
        }
    }

    fn project(self, file: &str) -> ProjectReport {
        let of_source = |id: &str| self.violations.iter().filter(|it| it.source.as_deref() == Some(id)).count() as u64;
        let sources = self.score.sources.iter().map(|it| {
            let (overall, violations) = (it.terms.score(), of_source(&it.id));
            let projects = u64::from(overall.measured() || violations > 0);
            SourceSum { id: it.id.clone(), overall, production: it.production.score(), violations, projects }
        });
        let named = self.method.as_ref().map(|it| it.project.clone()).filter(|name| !name.is_empty());
        let met = self.criteria.iter().filter(|it| it.outcome == "met").count() as u64;
        ProjectReport {
            name: named.unwrap_or_else(|| file.to_owned()),
            overall: self.score.terms.score(),
            production: self.score.production.score(),
            violations: self.violations.len() as u64,
            in_production: self.violations.iter().filter(|it| it.context != "test").count() as u64,
            entry_points: self.impact.map(|it| (it.reaching.len() as u64, it.entry_points)),
            priority: self.priority.map(|it| it.name),
            criteria: (met, self.criteria.len() as u64),
            first: self.plan.into_iter().next().map(|it| (it.title, it.counts.violations)),
            sources: sources.collect(),
            commit: self.method.as_ref().and_then(|it| it.commit.clone()),
            date: self.method.and_then(|it| it.date),
            rivals: self.implementations.into_iter().filter(|it| it.role == "rival").collect(),
        }
    }
}

/// Merges documents, each with the name of its file.
#[must_use]
pub fn merge(documents: impl IntoIterator<Item = (String, ReportDocument)>) -> MergedReport {
    let read = documents.into_iter().map(|(file, document)| (document.project(&file), file));
    let mut projects: Vec<(ProjectReport, String)> = read.collect();
    let names: Vec<String> = projects.iter().map(|(project, _)| project.name.clone()).collect();
    for (project, file) in &mut projects {
        // Two projects of one repository, or one twice.
        if names.iter().filter(|name| **name == project.name).count() > 1 && *file != project.name {
            project.name = format!("{} ({file})", project.name);
        }
    }
    let mut projects: Vec<ProjectReport> = projects.into_iter().map(|(project, _)| project).collect();
    let rank = |score: Score| (!score.measured(), if score.measured() { score.hundredths() } else { 0 });
    projects.sort_by_key(|it| (rank(it.production), rank(it.overall), Reverse(it.violations), it.name.clone()));
    let mut sources: BTreeMap<&str, SourceSum> = BTreeMap::new();
    for it in projects.iter().flat_map(|project| &project.sources) {
        let none = || SourceSum {
            id: it.id.clone(),
            overall: Score::default(),
            production: Score::default(),
            violations: 0,
            projects: 0,
        };
        let sum = sources.entry(&it.id).or_insert_with(none);
        sum.overall = sum.overall.pooled(it.overall);
        sum.production = sum.production.pooled(it.production);
        sum.violations += it.violations;
        sum.projects += it.projects;
    }
    let pooled = |of: fn(&ProjectReport) -> Score| projects.iter().map(of).fold(Score::default(), Score::pooled);
    MergedReport {
        overall: pooled(|it| it.overall),
        production: pooled(|it| it.production),
        sources: sources.into_values().collect(),
        projects,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{Format, RenderOptions, render, report_json};
    use crate::sample;

    fn report() -> ReportDocument {
        let mut bytes = Vec::new();
        report_json(&sample::debt(), &mut bytes).unwrap();
        ReportDocument::parse(&bytes).unwrap()
    }

    fn check() -> ReportDocument {
        let mut bytes = Vec::new();
        render(&sample::clean_report(), Format::Json, &RenderOptions::default(), &mut bytes).unwrap();
        ReportDocument::parse(&bytes).unwrap()
    }

    #[test]
    fn the_numbers_of_a_project_are_those_of_its_report() {
        let debt = sample::debt();
        let merged = merge([("file".to_owned(), report())]);
        let it = &merged.projects[0];
        assert_eq!((it.name.as_str(), it.date.as_deref()), ("shop/web", Some("2026-01-02")));
        assert_eq!((it.overall, it.production), (debt.report.score.overall, debt.report.score.production));
        assert_eq!((it.violations, it.in_production), (debt.counts.violations, debt.counts.production));
        assert_eq!(it.entry_points, Some((2, 7)));
        assert_eq!(it.criteria, (1, 3));
        assert_eq!(Some(it.rivals.len() as u64), debt.rivals());
        assert_eq!(it.first.as_ref().map(|it| &it.0), debt.plan.first().map(|it| &it.title));
        assert_eq!((merged.overall, merged.production), (it.overall, it.production));
    }

    #[test]
    fn scores_are_pooled_and_the_lowest_comes_first() {
        let (one, clean) = (sample::debt().report.score, sample::clean_report().score);
        let merged = merge([("clean".to_owned(), check()), ("a".to_owned(), report()), ("b".to_owned(), report())]);
        assert_eq!(merged.overall.debt, 2 * one.overall.debt + clean.overall.debt);
        assert_eq!(merged.production.adopters, 2 * one.production.adopters + clean.production.adopters);
        let names: Vec<&str> = merged.projects.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["shop/web (a)", "shop/web (b)", "clean"], "a name that stands twice says which file");
        let redis = merged.sources.iter().find(|it| it.id == "redis").unwrap();
        assert_eq!(redis.violations, 2 * sample::debt().sources[0].counts.violations);
        assert!(redis.projects >= 2);
        assert!(merged.projects[2].entry_points.is_none() && merged.projects[2].priority.is_none());
    }

    #[test]
    fn what_is_no_report_is_refused() {
        for text in ["", "[]", "{\"schema\": 1}", "{\"schema\": 1, \"commits\": []}"] {
            assert!(ReportDocument::parse(text.as_bytes()).is_err(), "{text}");
        }
        let other = serde_json::json!({"schema": 2, "violations": [], "implementations": [], "score": {
            "measured": false, "adopters": 0, "debt": 0, "sources": [],
            "production": {"measured": false, "adopters": 0, "debt": 0}}});
        let refused = ReportDocument::parse(other.to_string().as_bytes()).unwrap_err();
        assert!(refused.contains("schema is 2"), "{refused}");
    }
}
