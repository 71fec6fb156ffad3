//! An impact as JSON: an object of its own, and a part of the debt report.
//!
//! In: the impact. Out: values to serialise, keys in the order of the contract.

use serde::Serialize;

use crate::impact::{Exposure, Hop, Impact, Reaching};
use crate::render::check::json::Hundredths;

#[derive(Serialize)]
pub(in crate::render) struct ExposureJson {
    modules: u64,
    exposed: u64,
    entry_points: u64,
    /// Percent of the modules; null without modules.
    share: Option<Hundredths>,
}

impl ExposureJson {
    pub(in crate::render) fn of(it: Exposure) -> Self {
        let Exposure { modules, exposed, entries } = it;
        Self { modules, exposed, entry_points: entries, share: it.share().map(Hundredths) }
    }
}

/// The impact on some files.
#[derive(Serialize)]
pub(in crate::render) struct ImpactJson<'r> {
    targets: Vec<&'r str>,
    entry_points: u64,
    in_tests: u64,
    exposure: ExposureJson,
    components: Vec<ComponentExposureJson<'r>>,
    reaching: Vec<ReachingJson<'r>>,
}

#[derive(Serialize)]
struct ComponentExposureJson<'r> {
    id: &'r str,
    #[serde(flatten)]
    exposure: ExposureJson,
}

#[derive(Serialize)]
struct ReachingJson<'r> {
    kind: &'static str,
    name: &'r str,
    path: &'r str,
    line: u32,
    reaches: u64,
    chain: Vec<HopJson<'r>>,
}

#[derive(Serialize)]
struct HopJson<'r> {
    path: &'r str,
    line: u32,
}

impl<'r> ImpactJson<'r> {
    pub(in crate::render) fn of(it: &'r Impact) -> Self {
        let hop = |hop: &'r Hop| HopJson { path: &hop.path, line: hop.line };
        let reaching = |it: &'r Reaching| ReachingJson {
            kind: it.entry.kind.name(),
            name: &it.entry.name,
            path: &it.path,
            line: it.entry.line,
            reaches: it.reaches,
            chain: it.chain.iter().map(hop).collect(),
        };
        Self {
            targets: it.targets.iter().map(|it| &**it).collect(),
            entry_points: it.entry_points,
            in_tests: it.in_tests,
            exposure: ExposureJson::of(it.whole),
            components: it
                .components
                .iter()
                .map(|(id, exposure)| ComponentExposureJson { id, exposure: ExposureJson::of(*exposure) })
                .collect(),
            reaching: it.entries.iter().map(reaching).collect(),
        }
    }
}
