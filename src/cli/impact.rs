//! `ssot impact`: which entry points reach a symbol or the violations of a rule.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::anyhow;
use clap::{Args, ValueEnum};
use clap_complete::ArgValueCandidates;

use super::args::{GlobalArgs, ScanArgs, SelectArgs, WalkArgs};
use super::progress::Progress;
use super::project::{self, ScannedProject};
use super::{RunOutcome, completions, terminal};
use crate::findings::Findings;
use crate::impact::{self, ImportGraph, SymbolFiles};
use crate::pipeline::{self, Inputs, Stopwatch};
use crate::render::{self, ImpactView, ListingForm};
use crate::rule::complaint::nearest;
use crate::rule::select::RuleFilter;
use crate::rule::{RuleSet, RulesText, load};
use crate::source::FileId;

/// Arguments of `ssot impact`.
#[derive(Debug, Args)]
pub(super) struct ImpactArgs {
    /// The id of a rule or source, or a symbol such as `app.redis_manager.RedisManager`, `redis.asyncio` or `redis::Client`
    /// [default: every violation and rival]
    #[arg(value_name = "SYMBOL|RULE", add = ArgValueCandidates::new(completions::rules_and_sources))]
    subject: Option<String>,

    /// How to write the result
    #[arg(long, visible_alias = "output-format", value_name = "FORMAT", default_value = "text")]
    format: ImpactShape,

    #[command(flatten)]
    walk: WalkArgs,
}

/// Formats of an impact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ImpactShape {
    /// A tree from each file to the entry points that reach it
    Text,
    /// A Mermaid flow chart
    Mermaid,
    /// A Graphviz graph
    Dot,
    /// One JSON document
    Json,
}

impl From<ImpactShape> for render::ImpactFormat {
    fn from(shape: ImpactShape) -> Self {
        match shape {
            ImpactShape::Text => Self::Text,
            ImpactShape::Mermaid => Self::Mermaid,
            ImpactShape::Dot => Self::Dot,
            ImpactShape::Json => Self::Json,
        }
    }
}

pub(super) fn run(global: &GlobalArgs, args: &ImpactArgs) -> anyhow::Result<RunOutcome> {
    let progress = Progress::start(global);
    let scan = ScanArgs { walk: args.walk.clone(), ..ScanArgs::default() };
    let project = project::open(global, &scan, &SelectArgs::default(), &progress)?;
    let tree = &project.files.tree;
    progress.stage(format!("reading the imports of {} files", tree.files().len()));
    let graph = ImportGraph::read(tree, &project.files.texts, &project.rules);
    let (subject, targets) = match &args.subject {
        Some(name) if !is_id(&project, name) => of_symbol(&project, &graph, name)?,
        asked => {
            progress.stage(format!("analysing {} files", tree.files().len()));
            let findings = pipeline::run(&project.inputs(false), &mut Stopwatch::start()).findings;
            of_rules(&findings, &project, asked.as_deref())
        }
    };
    let impact = impact::impact(&graph, tree, &project.rules.components, &targets);
    drop(progress);
    let mut bytes = Vec::new();
    render::impact(&ImpactView { subject: &subject, impact: &impact }, args.format.into(), &mut bytes)?;
    match args.format {
        ImpactShape::Text => {
            terminal::print_listing(&String::from_utf8_lossy(&bytes), ListingForm::Tree, global.color)?;
        }
        ImpactShape::Mermaid | ImpactShape::Dot | ImpactShape::Json => terminal::print(&bytes)?,
    }
    project.say_notices(global);
    if let Some(problem) = project.emptiness() {
        project.say_empty(&problem);
        return Ok(RunOutcome::Incomplete);
    }
    Ok(RunOutcome::Passed)
}

fn is_id(project: &ScannedProject, name: &str) -> bool {
    let rules = &project.rules;
    rules.rules.iter().any(|rule| *rule.id == *name) || rules.sources.iter().any(|source| *source.id == *name)
}

/// The files with a violation of a rule or source, or of any.
fn of_rules(findings: &Findings, project: &ScannedProject, asked: Option<&str>) -> (String, BTreeSet<FileId>) {
    let is_rule = asked.is_some_and(|name| project.rules.rules.iter().any(|rule| *rule.id == *name));
    let (rule, source) = if is_rule { (asked, None) } else { (None, asked) };
    let mut targets = impact::violating(&findings.violations, |it| {
        it.source.is_some()
            && rule.is_none_or(|id| *it.rule == *id)
            && source.is_none_or(|id| it.source.as_deref() == Some(id))
    });
    targets.extend(impact::rivals(&findings.rivals, |it| {
        rule.is_none_or(|id| *it.rule == *id) && source.is_none_or(|id| *it.source == *id)
    }));
    let subject = match (rule, source) {
        (Some(id), _) => format!("violations of the rule `{id}`"),
        (_, Some(id)) => format!("violations and rivals of the source `{id}`"),
        _ => "violations and rivals".to_owned(),
    };
    (subject, targets)
}

/// The file that a symbol stands in, or those that import or use it.
fn of_symbol(project: &ScannedProject, graph: &ImportGraph, name: &str) -> anyhow::Result<(String, BTreeSet<FileId>)> {
    let found = impact::find(graph, &project.files.tree, name);
    let mut files = found.files();
    if matches!(found, SymbolFiles::Outside(_)) {
        files.extend(uses_of(project, name));
    }
    if files.is_empty() {
        let rules = &project.rules;
        let ids: Vec<&str> =
            rules.rules.iter().map(|rule| &*rule.id).chain(rules.sources.iter().map(|source| &*source.id)).collect();
        let help = match nearest(name, &ids) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "expected the id of a rule or source, or a full path".to_owned(),
        };
        return Err(anyhow!("`{name}` is no rule, and no file defines, imports or uses it; {help}"));
    }
    let words = match found {
        SymbolFiles::Inside(_) => format!("the file of `{name}`"),
        SymbolFiles::Outside(_) => format!("imports and uses of `{name}`"),
    };
    Ok((words, files))
}

/// The files that use a symbol from outside the tree, under whatever name they know it: what a rule that bans it finds.
fn uses_of(project: &ScannedProject, symbol: &str) -> BTreeSet<FileId> {
    let source = "[[source]]\nid = \"symbol\"\nowners = []\n";
    let rule = "[[rule]]\nid = \"uses\"\nsource = \"symbol\"\nkind = \"reference\"\n";
    let text = format!("{source}{rule}ban = [{symbol:?}]\n");
    let file = RulesText { name: "symbol".into(), text: text.into(), pack: false };
    let (rules, problems) = load(file, &|_, path| Err(format!("there is no `{path}`")));
    if !problems.is_empty() {
        return BTreeSet::new();
    }
    let own = &project.rules;
    let rules = RuleSet { aliases: own.aliases.clone(), tests: own.tests.clone(), roots: own.roots.clone(), ..rules };
    let inputs = Inputs { rules: Arc::new(rules), selection: RuleFilter::default(), ..project.inputs(false) };
    let findings = pipeline::run(&inputs, &mut Stopwatch::start()).findings;
    findings.violations.iter().filter(|it| &*it.rule == "uses").map(|it| it.file).collect()
}
