//! An impact as JSON: an object of its own, and a part of the debt report.
//!
//! In: the impact. Out: values to serialise, keys in the order of the contract.

use serde::Serialize;

use crate::impact::{Exposure, Hop, Impact, ReachCount, Reaching, TargetFile};
use crate::render::check::json::Hundredths;

#[derive(Serialize)]
pub(in crate::render) struct ExposureJson {
    modules: u64,
    exposed: u64,
    entry_points: u64,
    /// Percent of the modules; null without modules.
    share: Option<Hundredths>,
    load_time: LoadExposureJson,
}

#[derive(Serialize)]
struct LoadExposureJson {
    exposed: u64,
    entry_points: u64,
    share: Option<Hundredths>,
}

impl ExposureJson {
    pub(in crate::render) fn of(it: Exposure) -> Self {
        let Exposure { modules, exposed, entries } = it;
        let load_time = LoadExposureJson {
            exposed: exposed.loading,
            entry_points: entries.loading,
            share: it.load_share().map(Hundredths),
        };
        Self {
            modules,
            exposed: exposed.reaching,
            entry_points: entries.reaching,
            share: it.share().map(Hundredths),
            load_time,
        }
    }
}

/// The impact on some files.
#[derive(Serialize)]
pub(in crate::render) struct ImpactJson<'r> {
    targets: Vec<&'r str>,
    target_files: Vec<TargetJson<'r>>,
    unreached: Vec<&'r str>,
    entry_points: u64,
    in_tests: u64,
    in_tests_load_time: u64,
    exposure: ExposureJson,
    components: Vec<ComponentExposureJson<'r>>,
    reaching: Vec<ReachingJson<'r>>,
}

#[derive(Serialize)]
struct TargetJson<'r> {
    path: &'r str,
    entry_points: u64,
    load_time_entry_points: u64,
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
    /// Its chain is one of imports that all run at load.
    load_time: bool,
    reaches: u64,
    reaches_load_time: u64,
    chain: Vec<HopJson<'r>>,
}

#[derive(Serialize)]
struct HopJson<'r> {
    path: &'r str,
    line: u32,
    deferred: bool,
}

impl<'r> ImpactJson<'r> {
    pub(in crate::render) fn of(it: &'r Impact) -> Self {
        let hop = |hop: &'r Hop| HopJson { path: &hop.path, line: hop.line, deferred: hop.deferred };
        let reaching = |it: &'r Reaching| ReachingJson {
            kind: it.entry.kind.name(),
            name: &it.entry.name,
            path: &it.path,
            line: it.entry.line,
            load_time: it.loads(),
            reaches: it.reaches.reaching,
            reaches_load_time: it.reaches.loading,
            chain: it.chain.iter().map(hop).collect(),
        };
        let target = |it: &'r TargetFile| {
            let ReachCount { loading, reaching } = it.entries;
            TargetJson { path: &it.path, entry_points: reaching, load_time_entry_points: loading }
        };
        Self {
            targets: it.targets.iter().map(|it| &*it.path).collect(),
            target_files: it.targets.iter().map(target).collect(),
            unreached: it.unreached().map(|it| &*it.path).collect(),
            entry_points: it.entry_points,
            in_tests: it.in_tests.reaching,
            in_tests_load_time: it.in_tests.loading,
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
