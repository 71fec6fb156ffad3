//! `ssot check --watch`: the check, again after each change of the files that it reads.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use anyhow::Context;
use notify::event::{CreateKind, ModifyKind, RemoveKind};
use notify::{Event, EventKind, RecursiveMode, Watcher};

use super::args::GlobalArgs;
use super::{RunOutcome, terminal};
use crate::config::{self, RulesOrigin, Settings};
use crate::lang;

/// So long nothing may change before the check begins again: programs write several files at once.
const PAUSE: Duration = Duration::from_millis(100);

/// Leaves an empty screen, and nothing to be undone when the program is stopped.
const CLEAR: &str = "\x1b[2J\x1b[3J\x1b[H";

/// Runs a check now and after each change of what it reads, until the program is stopped. An error is shown, and waits for
/// the next change.
pub(super) fn run(
    global: &GlobalArgs,
    settings: &Settings,
    mut check: impl FnMut() -> anyhow::Result<RunOutcome>,
) -> anyhow::Result<RunOutcome> {
    let root = &settings.root;
    let (sender, events) = mpsc::channel();
    let told = move |event: notify::Result<Event>| {
        let _over = sender.send(event);
    };
    let mut watcher = notify::recommended_watcher(told).context("files cannot be watched")?;
    watcher.watch(root, RecursiveMode::Recursive).with_context(|| {
        format!("`{}` cannot be watched; on Linux fs.inotify.max_user_watches bounds it", root.display())
    })?;
    if let RulesOrigin::File(rules) = &settings.origin
        && let Some(directory) = rules.parent().filter(|directory| !directory.starts_with(root))
    {
        let failed = || format!("`{}` cannot be watched", directory.display());
        watcher.watch(directory, RecursiveMode::NonRecursive).with_context(failed)?;
    }
    loop {
        if io::stdout().is_terminal() {
            terminal::print(CLEAR)?;
        }
        if let Err(error) = check() {
            terminal::complain(&error, global.color);
        }
        if !global.quiet {
            terminal::print_error(&format!("watching {}\n", root.display()));
        }
        wait(&events)?;
    }
}

/// Waits for a change that matters, and then for a pause.
fn wait(events: &Receiver<notify::Result<Event>>) -> anyhow::Result<()> {
    loop {
        let event = events.recv().context("files are watched no more")?;
        if event.map_or(true, |event| matters(&event)) {
            break;
        }
    }
    while events.recv_timeout(PAUSE).is_ok() {}
    Ok(())
}

/// Returns whether an event can change what a check finds: a source file, settings, or a directory that comes or goes.
fn matters(event: &Event) -> bool {
    let directory = match event.kind {
        EventKind::Access(_) => return false,
        EventKind::Create(CreateKind::Folder) | EventKind::Remove(RemoveKind::Folder) => true,
        EventKind::Modify(ModifyKind::Name(_)) => event.paths.iter().any(|path| path.extension().is_none()),
        _ => event.need_rescan(),
    };
    let of_git = |path: &Path| path.components().any(|part| part.as_os_str() == ".git");
    let is_read = |path: &Path| lang::of_path(path).is_some() || config::is_settings(path);
    event.need_rescan() || event.paths.iter().any(|path| !of_git(path) && (directory || is_read(path)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{AccessKind, DataChange, RenameMode};

    #[test]
    fn only_what_a_check_reads_matters() {
        let of = |kind, path: &str| matters(&Event::new(kind).add_path(path.into()));
        let write = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        for path in ["/p/app/a.py", "/p/ssot.toml", "/p/ssot-baseline.toml", "/p/.gitignore", "/p/setup.cfg"] {
            assert!(of(write, path), "{path}");
            assert!(!of(EventKind::Access(AccessKind::Any), path), "{path}");
        }
        for path in ["/p/report.json", "/p/.git/index", "/p/.git/a.py", "/p/notes"] {
            assert!(!of(write, path), "{path}");
        }
        assert!(of(EventKind::Remove(RemoveKind::Folder), "/p/app"));
        assert!(of(EventKind::Modify(ModifyKind::Name(RenameMode::Any)), "/p/app"));
        assert!(!of(EventKind::Create(CreateKind::Folder), "/p/.git/objects"));
    }
}
