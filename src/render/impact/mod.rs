//! The impact on some files: as a tree of text, a Mermaid or Graphviz diagram, or JSON.
//!
//! In: the impact and what was asked for. Out: bytes. The tree has the files that were asked for at its root and leads from
//! each to those that import it, along the shortest chains of entry points alone.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::Serialize;

use crate::impact::{Impact, Reaching};

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

/// The union of the chains: each file with those that import it on a chain, and with its own entry points.
#[derive(Default)]
struct Forest<'a> {
    importers: BTreeMap<&'a str, BTreeMap<&'a str, u32>>,
    entries: BTreeMap<&'a str, Vec<&'a Reaching>>,
    roots: BTreeSet<&'a str>,
}

impl<'a> Forest<'a> {
    fn of(impact: &'a Impact) -> Self {
        let mut forest = Self { roots: impact.targets.iter().map(|it| &**it).collect(), ..Self::default() };
        for reaching in &impact.entries {
            forest.entries.entry(&reaching.path).or_default().push(reaching);
            for pair in reaching.chain.windows(2) {
                forest.importers.entry(&pair[1].path).or_default().insert(&pair[0].path, pair[0].line);
            }
        }
        forest
    }

    /// The edges, importer first.
    fn edges(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.importers.iter().flat_map(|(to, from)| from.keys().map(|from| (*from, *to)))
    }

    /// Every file on a chain, and the roots.
    fn files(&self) -> BTreeSet<&'a str> {
        self.edges().flat_map(|(from, to)| [from, to]).chain(self.roots.iter().copied()).collect()
    }
}

fn text(view: &ImpactView<'_>, out: &mut dyn Write) -> io::Result<()> {
    let ImpactView { subject, impact } = view;
    let forest = Forest::of(impact);
    writeln!(out, "{subject}: {}", count(impact.targets.len() as u64, "file"))?;
    for root in &forest.roots {
        writeln!(out, "\n{}", clean(root))?;
        let mut shape = Vec::new();
        branch(&forest, root, &mut shape, out)?;
    }
    writeln!(
        out,
        "\n{} of {} outside test code reach one ({} in test code)",
        impact.entries.len(),
        count(impact.entry_points, "entry point"),
        impact.in_tests
    )?;
    writeln!(out, "exposure {}", figures::exposure(impact.whole))?;
    for (id, exposure) in &impact.components {
        writeln!(out, "  {} {}", clean(id), figures::exposure(*exposure))?;
    }
    Ok(())
}

/// Writes what stands below a file: its entry points, then the files that import it. `shape` tells of each ancestor whether
/// more follows below it.
fn branch(forest: &Forest<'_>, file: &str, shape: &mut Vec<bool>, out: &mut dyn Write) -> io::Result<()> {
    let entries = forest.entries.get(file).map_or(&[][..], Vec::as_slice);
    let importers = forest.importers.get(file);
    let mut left = entries.len() + importers.map_or(0, BTreeMap::len);
    let mut lead = |shape: &[bool]| {
        left -= 1;
        let bars: String = shape.iter().map(|more| if *more { "│  " } else { "   " }).collect();
        (format!("{bars}{} ", if left == 0 { "└─" } else { "├─" }), left > 0)
    };
    for entry in entries {
        let place = if entry.entry.line == 0 { String::new() } else { format!(" (line {})", entry.entry.line) };
        writeln!(out, "{}▶ {}{place}", lead(shape).0, clean(&figures::entry(entry)))?;
    }
    for (importer, line) in importers.into_iter().flatten() {
        let (bars, more) = lead(shape);
        writeln!(out, "{bars}{}:{line}", clean(importer))?;
        shape.push(more);
        branch(forest, importer, shape, out)?;
        shape.pop();
    }
    Ok(())
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
    let forest = Forest::of(view.impact);
    let files: Vec<&str> = forest.files().into_iter().collect();
    let number = |file: &str| files.binary_search(&file).unwrap_or_default();
    writeln!(out, "flowchart LR")?;
    for (at, file) in files.iter().enumerate() {
        let label = mermaid_label(file);
        let class = if forest.roots.contains(file) { ":::target" } else { "" };
        writeln!(out, "  f{at}[\"{label}\"]{class}")?;
        for (nth, entry) in forest.entries.get(file).into_iter().flatten().enumerate() {
            let label = mermaid_label(&figures::entry(entry));
            writeln!(out, "  f{at}e{nth}([\"{label}\"]):::entry --> f{at}")?;
        }
    }
    for (from, to) in forest.edges() {
        writeln!(out, "  f{} --> f{}", number(from), number(to))?;
    }
    writeln!(out, "  classDef target fill:#c0392b,color:#fff,stroke:#7b241c")?;
    writeln!(out, "  classDef entry fill:#1f6feb,color:#fff,stroke:#154a9e")
}

fn dot_text(text: &str) -> String {
    format!("\"{}\"", clean(text).replace('\\', "\\\\").replace('"', "\\\""))
}

fn dot(view: &ImpactView<'_>, out: &mut dyn Write) -> io::Result<()> {
    let forest = Forest::of(view.impact);
    writeln!(out, "digraph impact {{\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];")?;
    for root in &forest.roots {
        writeln!(out, "  {} [style=filled, fillcolor=\"#c0392b\", fontcolor=white];", dot_text(root))?;
    }
    for (file, entries) in &forest.entries {
        for entry in entries {
            let name = dot_text(&format!("{} {}", figures::entry(entry), figures::entry_place(entry)));
            let label = dot_text(&figures::entry(entry));
            writeln!(out, "  {name} [label={label}, shape=oval];\n  {name} -> {};", dot_text(file))?;
        }
    }
    for (from, to) in forest.edges() {
        writeln!(out, "  {} -> {};", dot_text(from), dot_text(to))?;
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
    }
}
