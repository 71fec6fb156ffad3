//! `ssot check --add-ignore`: comments that accept what is reported.

use std::path::Path;

use anyhow::{Context, bail};

use super::args::GlobalArgs;
use super::cache;
use super::check::CheckArgs;
use super::progress::Progress;
use super::terminal;
use crate::findings::FileText;
use crate::pipeline::Stopwatch;
use crate::rule::{InlineIgnore, RuleSet};
use crate::store;
use crate::suppress::write::{self, Edit};
use crate::violation::Violation;

/// Writes the comments and says how many, and where there is no place for one.
pub(super) fn run(global: &GlobalArgs, args: &CheckArgs, reason: &str) -> anyhow::Result<()> {
    if !write::is_reason(reason) {
        bail!(
            "--add-ignore: `{reason}` cannot be the reason of a suppression: it is one line of words without `until=` and without another comment"
        );
    }
    let progress = Progress::start(global);
    let project = args.open(global, &progress)?;
    let inputs = args.inputs(&project)?;
    progress.stage(format!("analysing {} files", inputs.tree.files().len()));
    let run = cache::run(global, &project, &inputs, &mut Stopwatch::start())?;
    drop(progress);
    let filters = args.filters(&project);
    let open = |violation: &&Violation| violation.is_active() && filters.keep(violation);
    let (mut accepted, mut files, mut left) = (0, 0, Vec::new());
    for file in &run.findings.texts {
        let here = run.findings.violations.iter().filter(|violation| violation.file == file.file);
        let (can, cannot): (Vec<&Violation>, Vec<&Violation>) =
            here.filter(open).partition(|violation| accepts(&inputs.rules, violation));
        left.extend(cannot.iter().map(|it| format!("{}:{}: `{}` accepts none", it.path, it.start.line, it.rule)));
        if can.is_empty() {
            continue;
        }
        let path = project.root.join(&*file.path);
        let Some(mark) = byte_order_mark(&path, file)? else {
            left.push(format!("{}: it is no UTF-8 text, or has changed", file.path));
            continue;
        };
        let Edit { text, accepted: here, refused } = write::add(file, &can, reason);
        left.extend(refused.iter().map(|(line, _)| format!("{}:{line}: there is no place for a comment", file.path)));
        if here > 0 {
            store::write(&path, &[mark, text.as_bytes()].concat())?;
            accepted += here;
            files += 1;
        }
    }
    let mut said = format!("suppressions added: {accepted} violations in {files} files\n");
    left.iter().for_each(|line| said += &format!("not suppressed: {line}\n"));
    if !global.quiet {
        terminal::print_error(&said);
    }
    Ok(())
}

/// Returns true if the violation's rule accepts suppressions.
fn accepts(rules: &RuleSet, violation: &Violation) -> bool {
    rules.rules.iter().any(|rule| rule.id == violation.rule && rule.inline_ignore != InlineIgnore::Deny)
}

/// Returns the bytes before the text in the file, if the rest of the file is the text byte by byte.
#[expect(clippy::disallowed_methods, reason = "the command line compares what it is about to write over")]
fn byte_order_mark(path: &Path, file: &FileText) -> anyhow::Result<Option<&'static [u8]>> {
    let bytes = std::fs::read(path).with_context(|| format!("`{}` could not be read", file.path))?;
    Ok([&b""[..], b"\xef\xbb\xbf"].into_iter().find(|mark| bytes.strip_prefix(*mark) == Some(file.text.as_bytes())))
}
