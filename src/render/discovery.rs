//! Findings of `ssot discover`, as text and as JSON.
//!
//! In: a [`Discovery`]. Out: the concerns with their evidence, and what else several files share. Decides nothing.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::style::RenderOptions;
use super::style::text::{Paint, clean, count, score_with_terms};
use crate::discovery::{Concern, Discovery};
use crate::findings::OwnerCandidate;
use crate::score::{Score, UNUSED};

/// So many entries of a list are shown as text; JSON has all.
const MOST: usize = 5;

/// Writes the concerns for people.
///
/// # Errors
/// Those of the writer.
pub fn discovery_text(found: &Discovery, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint::new(options);
    if found.concerns.is_empty() {
        writeln!(out, "nothing found: no client, and nothing that the packs know, is built in several places")?;
    }
    for (at, concern) in found.concerns.iter().enumerate() {
        concern_text(at + 1, concern, paint, out)?;
    }
    let names = |list: &[(String, usize)]| {
        let shown: Vec<String> =
            list.iter().take(MOST).map(|(name, files)| format!("{} ({files})", clean(name))).collect();
        let more = list.len() - shown.len();
        if more > 0 { format!("{}, and {more} more", shown.join(", ")) } else { shown.join(", ") }
    };
    for (title, list) in [
        ("environment variables read in several files", &found.variables),
        ("schemes of URLs in several files", &found.schemes),
    ] {
        if !list.is_empty() {
            writeln!(out, "{title}: {}", names(list))?;
        }
    }
    if !found.shims.is_empty() {
        writeln!(out, "modules that only hand on another's names:")?;
        for shim in found.shims.iter().take(MOST) {
            let importers = count(shim.importers as u64, "file");
            writeln!(out, "  {} hands on {} (imported by {importers})", clean(&shim.module), clean(&shim.of))?;
        }
        if found.shims.len() > MOST {
            writeln!(out, "  and {} more", found.shims.len() - MOST)?;
        }
    }
    let packs: Vec<String> = found.packs.iter().map(|(pack, files)| format!("{pack} ({files})")).collect();
    let packs = if packs.is_empty() { "none".to_owned() } else { packs.join(", ") };
    writeln!(out, "packs whose libraries are imported, with the number of files: {packs}")?;
    writeln!(
        out,
        "looked at {} of the program itself; `ssot init` writes rules for what is above",
        count(found.files as u64, "file")
    )
}

fn concern_text(number: usize, concern: &Concern, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let proposed = &concern.proposed;
    let title = format!("{number}. {}", clean(&proposed.title));
    writeln!(out, "{} [{}], {} confidence", paint.bold(&title), proposed.id, concern.confidence.name())?;
    match &concern.owner {
        Some(owner) => writeln!(out, "   canonical: {}", candidate(owner))?,
        None => writeln!(out, "   canonical: none stands out")?,
    }
    for rival in concern.rivals.iter().take(MOST) {
        writeln!(out, "   also handed out: {}", candidate(rival))?;
    }
    more(concern.rivals.len(), "   also handed out: ", out)?;
    let places = count(concern.sites.len() as u64, "place");
    writeln!(out, "   built directly: {places} in {}", count(concern.files() as u64, "file"))?;
    for site in concern.sites.iter().take(MOST) {
        writeln!(out, "     {}:{} {}", clean(&site.path), site.line, clean(&site.symbol))?;
    }
    more(concern.sites.len(), "     ", out)?;
    writeln!(out, "   evidence: {}", clean(&proposed.evidence.join("; ")))?;
    let scored = |score: Score| match concern.owner {
        Some(_) => score_with_terms(score, UNUSED, paint),
        None => "not measured without an owner".to_owned(),
    };
    writeln!(out, "   score: {}; outside tests {}\n", scored(concern.score), scored(concern.production))
}

fn more(all: usize, indent: &str, out: &mut dyn Write) -> io::Result<()> {
    if all > MOST { writeln!(out, "{indent}and {} more", all - MOST) } else { Ok(()) }
}

fn candidate(it: &OwnerCandidate) -> String {
    let users = count(it.users as u64, "file");
    format!("{} in {} (used by {users})", clean(&it.names.join(", ")), clean(&it.path))
}

/// Writes the concerns as one JSON document.
///
/// # Errors
/// Those of the writer.
pub fn discovery_json(found: &Discovery, out: &mut dyn Write) -> io::Result<()> {
    let counted = |list: &[(String, usize)]| -> Vec<Value> {
        list.iter().map(|(name, files)| json!({"name": name, "files": files})).collect()
    };
    let shims: Vec<Value> = found
        .shims
        .iter()
        .map(|it| json!({"module": it.module, "path": &*it.path, "of": &*it.of, "importers": it.importers}))
        .collect();
    let packs: Vec<Value> = found.packs.iter().map(|(name, files)| json!({"name": name, "files": files})).collect();
    let document = json!({
        "schema": 1,
        "concerns": found.concerns.iter().map(concern_json).collect::<Vec<_>>(),
        "packs": packs,
        "variables": counted(&found.variables),
        "schemes": counted(&found.schemes),
        "reexports": shims,
        "files": found.files,
    });
    writeln!(out, "{document:#}")
}

fn concern_json(concern: &Concern) -> Value {
    let candidate = |it: &OwnerCandidate| json!({"path": &*it.path, "names": it.names, "users": it.users});
    let score = |it: Score| {
        json!({"score": f64::from(it.hundredths()) / 100.0, "measured": it.measured(), "adopters": it.adopters,
               "debt": f64::from(u32::try_from(it.debt).unwrap_or(u32::MAX)) / 1_000.0})
    };
    let sites: Vec<Value> = concern
        .sites
        .iter()
        .map(|site| json!({"path": &*site.path, "line": site.line, "symbol": site.symbol}))
        .collect();
    json!({
        "id": concern.proposed.id,
        "title": concern.proposed.title,
        "pack": concern.proposed.pack,
        "confidence": concern.confidence.name(),
        "evidence": concern.proposed.evidence,
        "canonical": concern.owner.as_ref().map(candidate),
        "rivals": concern.rivals.iter().map(candidate).collect::<Vec<_>>(),
        "sites": sites,
        "score": score(concern.score),
        "production": score(concern.production),
        "declaration": concern.declaration,
    })
}
