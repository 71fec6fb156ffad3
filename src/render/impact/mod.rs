//! The impact on some files: as a tree of text, a Mermaid or Graphviz diagram, or JSON.
//!
//! In: the impact and what was asked for. Out: bytes. The tree has the files that were asked for at its root and leads from
//! each to those that import it, along the best chains of entry points alone. An import that is deferred is marked everywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::Serialize;

use crate::impact::{Impact, ReachCount, Reaching, TargetFile};

pub(super) mod json;

use json::ImpactJson;

use crate::render::check::json::write;
use crate::render::style::figures;
use crate::render::style::text::{clean, count};

/// The formats of an impact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum ImpactFormat {
    /// A tree.
    #[default]
    Text,
    /// A Mermaid flow chart.
    Mermaid,
    /// A Graphviz graph.
    Dot,
    /// One JSON document.
    Json,
}

/// An impact with what it is one of.
#[derive(Debug, Clone, Copy)]
pub struct ImpactView<'a> {
    /// The question in words: ``rule `redis-direct-client` ``.
    pub subject: &'a str,
    /// The impact.
    pub impact: &'a Impact,
}

/// Writes an impact.
///
/// # Errors
/// Those of the writer.
pub fn impact(view: &ImpactView<'_>, format: ImpactFormat, out: &mut dyn Write) -> io::Result<()> {
    match format {
        ImpactFormat::Text => text(view, out),
        ImpactFormat::Mermaid => mermaid(view, out),
        ImpactFormat::Dot => dot(view, out),
        ImpactFormat::Json => {
            let ImpactView { subject, impact } = *view;
            write(&ImpactDocument { schema: 1, subject, impact: ImpactJson::of(impact) }, out)
        }
    }
}

#[derive(Serialize)]
struct ImpactDocument<'a> {
    schema: u32,
    subject: &'a str,
    #[serde(flatten)]
    impact: ImpactJson<'a>,
}

/// A file in the tree of chains, with those that import it on a chain and with its own entry points.
#[derive(Default)]
struct Branch<'a> {
    importers: BTreeMap<ImportingFile<'a>, Branch<'a>>,
    entries: Vec<&'a Reaching>,
}

/// A file that imports the one above it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct ImportingFile<'a> {
    path: &'a str,
    line: u32,
    deferred: bool,
}

/// The chains, from the files that were asked for to the entry points.
fn branches(impact: &Impact) -> BTreeMap<&str, Branch<'_>> {
    let mut roots: BTreeMap<&str, Branch<'_>> =
        impact.targets.iter().map(|it| (&*it.path, Branch::default())).collect();
    for reaching in &impact.entries {
        let Some((target, importers)) = reaching.chain.split_last() else { continue };
        let mut branch = roots.entry(&target.path).or_default();
        for hop in importers.iter().rev() {
            let importer = ImportingFile { path: &hop.path, line: hop.line, deferred: hop.deferred };
            branch = branch.importers.entry(importer).or_default();
        }
        branch.entries.push(reaching);
    }
    roots
}

fn text(view: &ImpactView<'_>, out: &mut dyn Write) -> io::Result<()> {
    let ImpactView { subject, impact } = view;
    let branches = branches(impact);
    writeln!(out, "{subject}: {}", count(impact.targets.len() as u64, "file"))?;
    for target in impact.targets.iter().filter(|it| it.entries.reaching > 0) {
        let Some(branch) = branches.get(&*target.path) else { continue };
        let nearer = if branch.importers.is_empty() && branch.entries.is_empty() {
            format!(" (by {}, nearer to others)", count(target.entries.reaching, "entry point"))
        } else {
            String::new()
        };
        writeln!(out, "\n{}{nearer}", clean(&target.path))?;
        draw(branch, &mut Vec::new(), out)?;
    }
    let unreached: Vec<&TargetFile> = impact.unreached().collect();
    if !unreached.is_empty() {
        writeln!(out, "\nreached by no entry point: {}", count(unreached.len() as u64, "file"))?;
    }
    for target in unreached {
        writeln!(out, "  {}", clean(&target.path))?;
    }
    let ReachCount { loading, reaching } = impact.reaching();
    let tests = impact.in_tests;
    writeln!(
        out,
        "\n{loading} of {} outside test code load one at load time, {reaching} reach one with deferred imports \
         (in test code {} and {})",
        count(impact.entry_points, "entry point"),
        tests.loading,
        tests.reaching,
    )?;
    writeln!(out, "exposure {}", figures::exposure(impact.whole))?;
    for (id, exposure) in &impact.components {
        writeln!(out, "  {} {}", clean(id), figures::exposure(*exposure))?;
    }
    Ok(())
}

/// Writes what stands below a file: its entry points, then the files that import it. `shape` tells of each ancestor whether
/// more follows below it.
fn draw(branch: &Branch<'_>, shape: &mut Vec<bool>, out: &mut dyn Write) -> io::Result<()> {
    let mut left = branch.entries.len() + branch.importers.len();
    let mut lead = |shape: &[bool]| {
        left -= 1;
        let bars: String = shape.iter().map(|more| if *more { "│  " } else { "   " }).collect();
        (format!("{bars}{} ", if left == 0 { "└─" } else { "├─" }), left > 0)
    };
    for entry in &branch.entries {
        let place = if entry.entry.line == 0 { String::new() } else { format!(" (line {})", entry.entry.line) };
        writeln!(out, "{}▶ {}{place}", lead(shape).0, clean(&figures::entry(entry)))?;
    }
    for (importer, below) in &branch.importers {
        let (bars, more) = lead(shape);
        let place = match importer.line {
            0 => " (in this package)".to_owned(),
            line => format!(":{line}"),
        };
        let deferred = if importer.deferred { " (when called)" } else { "" };
        writeln!(out, "{bars}{}{place}{deferred}", clean(importer.path))?;
        shape.push(more);
        draw(below, shape, out)?;
        shape.pop();
    }
    Ok(())
}

/// The chains as a graph: its files, the entry points of each, and its edges, importer first, with whether they are
/// deferred for all that take them.
struct Diagram<'a> {
    files: BTreeSet<&'a str>,
    targets: BTreeSet<&'a str>,
    entries: BTreeMap<&'a str, Vec<&'a Reaching>>,
    edges: BTreeMap<(&'a str, &'a str), bool>,
}

impl<'a> Diagram<'a> {
    fn of(impact: &'a Impact) -> Self {
        let targets: BTreeSet<&str> = impact.targets.iter().map(|it| &*it.path).collect();
        let mut diagram = Self { files: targets.clone(), targets, entries: BTreeMap::new(), edges: BTreeMap::new() };
        for reaching in &impact.entries {
            diagram.entries.entry(&reaching.path).or_default().push(reaching);
            diagram.files.extend(reaching.chain.iter().map(|hop| &*hop.path));
            for pair in reaching.chain.windows(2) {
                let edge = diagram.edges.entry((&*pair[0].path, &*pair[1].path)).or_insert(true);
                *edge &= pair[0].deferred;
            }
        }
        diagram
    }
}

/// Text inside a quoted label of Mermaid.
fn mermaid_label(text: &str) -> String {
    clean(text).chars().fold(String::new(), |mut label, c| {
        match c {
            '"' | '<' | '>' | '&' | '#' | '`' | '\\' | '[' | ']' | '{' | '}' | '|' => {
                label.push_str(&format!("#{};", u32::from(c)));
            }
            c => label.push(c),
        }
        label
    })
}

fn mermaid(view: &ImpactView<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Diagram { files, targets, entries, edges } = Diagram::of(view.impact);
    let files: Vec<&str> = files.into_iter().collect();
    let number = |file: &str| files.binary_search(&file).unwrap_or_default();
    writeln!(out, "flowchart LR")?;
    for (at, file) in files.iter().enumerate() {
        let label = mermaid_label(file);
        let class = if targets.contains(file) { ":::target" } else { "" };
        writeln!(out, "  f{at}[\"{label}\"]{class}")?;
        for (nth, entry) in entries.get(file).into_iter().flatten().enumerate() {
            let label = mermaid_label(&figures::entry(entry));
            writeln!(out, "  f{at}e{nth}([\"{label}\"]):::entry --> f{at}")?;
        }
    }
    for ((from, to), deferred) in edges {
        let arrow = if deferred { "-. when called .->" } else { "-->" };
        writeln!(out, "  f{} {arrow} f{}", number(from), number(to))?;
    }
    writeln!(out, "  classDef target fill:#c0392b,color:#fff,stroke:#7b241c")?;
    writeln!(out, "  classDef entry fill:#1f6feb,color:#fff,stroke:#154a9e")
}

fn dot_text(text: &str) -> String {
    format!("\"{}\"", clean(text).replace('\\', "\\\\").replace('"', "\\\""))
}

fn dot(view: &ImpactView<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Diagram { targets, entries, edges, .. } = Diagram::of(view.impact);
    writeln!(out, "digraph impact {{\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];")?;
    for target in &targets {
        writeln!(out, "  {} [style=filled, fillcolor=\"#c0392b\", fontcolor=white];", dot_text(target))?;
    }
    for (file, entries) in &entries {
        for entry in entries {
            let name = dot_text(&format!("{} {}", figures::entry(entry), figures::entry_place(entry)));
            let label = dot_text(&figures::entry(entry));
            writeln!(out, "  {name} [label={label}, shape=oval];\n  {name} -> {};", dot_text(file))?;
        }
    }
    for ((from, to), deferred) in edges {
        let style = if deferred { " [style=dashed, label=\"when called\"]" } else { "" };
        writeln!(out, "  {} -> {}{style};", dot_text(from), dot_text(to))?;
    }
    writeln!(out, "}}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn shown(format: ImpactFormat) -> String {
        let debt = sample::debt();
        let mut bytes = Vec::new();
        let view = ImpactView { subject: "source `redis`", impact: &debt.impact };
        impact(&view, format, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_tree_leads_from_files_to_entry_points() {
        insta::assert_snapshot!("impact_text", shown(ImpactFormat::Text));
    }

    #[test]
    fn diagrams_escape_what_a_label_may_hold() {
        insta::assert_snapshot!("impact_mermaid", shown(ImpactFormat::Mermaid));
        insta::assert_snapshot!("impact_dot", shown(ImpactFormat::Dot));
    }

    #[test]
    fn json_has_every_chain() {
        let document: serde_json::Value = serde_json::from_str(&shown(ImpactFormat::Json)).unwrap();
        assert_eq!(document["reaching"].as_array().unwrap().len(), 2);
        assert_eq!(document["reaching"][0]["chain"][1]["path"], "app/websocket/handler.py");
        assert_eq!(document["exposure"]["share"], 50.0);
        assert_eq!(document["exposure"]["load_time"]["share"], 37.5);
        assert_eq!(document["unreached"], serde_json::json!(["legacy/old.py"]));
        let deferred = |nth: usize| document["reaching"][nth]["chain"][0]["deferred"].as_bool();
        assert_eq!((deferred(0), deferred(1)), (Some(false), Some(true)));
    }
}
