//! The debt report of the sample.

use super::*;
use crate::impact::EntryGroup;
use crate::rule::{FileGlob, Origin, Phase, RuleSet};
use crate::sample;
use crate::score::score;
use crate::source::FileId;

#[test]
fn what_is_counted_is_what_is_listed() {
    let debt = sample::debt();
    let listed = &debt.report.violations;
    assert_eq!(debt.counts.violations, listed.len() as u64);
    assert_eq!(debt.rules.iter().map(|rule| rule.counts.violations).sum::<u64>(), debt.counts.violations);
    assert_eq!(debt.files.iter().map(|file| file.counts.violations).sum::<u64>(), debt.counts.violations);
    assert_eq!(debt.counts.production + debt.counts.in_tests, debt.counts.violations);
    assert_eq!(debt.counts.errors + debt.counts.warnings + debt.counts.notes, debt.counts.violations);
    assert_eq!(debt.counts.points, debt.report.score.overall.debt);
    assert_eq!(debt.counts.accepted, debt.report.summary.baselined + debt.report.summary.suppressed);
    for rule in &debt.report.summary.by_rule {
        let counts = debt.rules.iter().find(|it| it.id == rule.rule).unwrap().counts;
        assert_eq!((counts.violations, counts.files, counts.lines), (rule.violations, rule.files, rule.lines));
        assert_eq!(counts.in_tests, rule.in_tests);
    }
    for component in &debt.components {
        let parts: u64 = component.scores.iter().map(|(_, part)| part.violations).sum();
        assert_eq!(parts, component.counts.violations);
    }
}

#[test]
fn phases_have_no_file_in_common_and_lead_to_the_full_score() {
    let (findings, rules, tree) = (sample::findings(), sample::rules(), sample::tree());
    let phases = plan(&sample::plan_basis(&findings, &rules, &tree, &[]));
    let shown: Vec<_> = phases.iter().map(|it| (it.id.as_str(), it.files.len(), it.after.hundredths())).collect();
    assert_eq!(shown, [("component-websocket", 2, 5_714), ("directory-legacy", 1, 10_000)]);
    assert_eq!(phases[0].before, score(&findings, &rules, &tree).overall);
    assert_eq!(phases[1].before, phases[0].after);
    assert!(phases.iter().all(|it| it.adopted.hundredths() >= it.after.hundredths()));
    let files: Vec<_> = phases.iter().flat_map(|it| &it.files).collect();
    assert_eq!(files.iter().collect::<BTreeSet<_>>().len(), files.len());
}

#[test]
fn phases_of_the_rules_file_come_first_in_their_order() {
    let phase = |id: &str, glob: &str| Phase {
        id: id.into(),
        title: id.to_uppercase(),
        paths: vec![FileGlob::new(glob, Origin::default()).unwrap()],
        origin: Origin::default(),
    };
    let phases = vec![phase("old", "legacy/**"), phase("none", "gone/**"), phase("all", "**")];
    let rules = RuleSet { phases, ..sample::rules() };
    let phases = plan(&sample::plan_basis(&sample::findings(), &rules, &sample::tree(), &[]));
    let shown: Vec<_> = phases.iter().map(|it| (it.id.as_str(), it.declared, it.files.len())).collect();
    assert_eq!(shown, [("old", true, 1), ("none", true, 0), ("all", true, 2)]);
    assert_eq!(phases[1].before, phases[1].after);
}

#[test]
fn the_most_affected_files_and_symbols_come_first() {
    let debt = sample::debt();
    let points: Vec<u64> = debt.files.iter().map(|file| file.counts.points).collect();
    assert!(points.is_sorted_by(|a, b| a >= b), "{points:?}");
    assert_eq!(debt.replacements[0].old, "redis.Redis");
    assert_eq!(debt.title, "redis, mail: 5 violations in 4 files against the single source of truth");
}

#[test]
fn what_frees_most_entry_points_for_its_work_comes_first_and_what_is_left_is_told() {
    let (findings, rules, tree) = (sample::findings(), sample::rules(), sample::tree());
    let file = |path: &str| tree.by_path(path).unwrap();
    let (handler, pool, old) = (file("app/websocket/handler.py"), file("app/websocket/pool.py"), file("legacy/old.py"));
    let group = |entries, loaded: &[FileId], reached: &[FileId]| EntryGroup {
        file: old,
        program: false,
        entries,
        loaded: loaded.iter().copied().collect(),
        reached: reached.iter().copied().collect(),
    };
    let groups = [
        group(9, &[old], &[old, pool]),
        group(5, &[handler, pool], &[handler, pool]),
        group(2, &[handler, old], &[handler, old]),
        group(1, &[], &[pool]),
    ];
    let phases = plan(&sample::plan_basis(&findings, &rules, &tree, &groups));
    let shown: Vec<_> =
        phases.iter().map(|it| (it.title.as_str(), it.files.len(), it.left.loading, it.left.reaching)).collect();
    assert_eq!(shown, [("Free 9 entry points", 1, 7, 17), ("Free 7 entry points", 2, 0, 0)]);
    let files: Vec<_> = phases.iter().flat_map(|it| &it.files).collect();
    assert_eq!(files.iter().collect::<BTreeSet<_>>().len(), files.len());
    assert_eq!(phases[1].after.hundredths(), 10_000);
}
