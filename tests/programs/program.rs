//! A generated program, and what is wrong with what was said about it.

use std::collections::BTreeSet;

/// Stands in the texts of a program for the name of its package.
pub const PACKAGE: &str = "pkg00000";

/// A program with one package.
#[derive(Clone, Debug)]
pub struct Program {
    pub seed: u64,
    /// Paths below the package, with texts.
    pub files: Vec<(String, String)>,
}

impl Program {
    /// The files as they are written: the package has a name of its own among those of a batch.
    pub fn named(&self, package: &str) -> impl Iterator<Item = (String, String)> + '_ {
        let package = package.to_owned();
        self.files.iter().map(move |(path, text)| (format!("{package}/{path}"), text.replace(PACKAGE, &package)))
    }

    /// The text with its seed, as a person wants to read it.
    pub fn shown(&self) -> String {
        let files = self.files.iter().filter(|file| !file.1.is_empty());
        files.map(|(path, text)| format!("--- {path}\n{text}")).collect()
    }

    /// The programs that have one piece less: a file, or a line with what is indented below it.
    pub fn smaller(&self) -> Vec<Self> {
        let mut all = Vec::new();
        for (at, (_, text)) in self.files.iter().enumerate() {
            let lines: Vec<&str> = text.lines().collect();
            let mut add = |text: String| {
                let mut program = self.clone();
                program.files[at].1 = text;
                all.push(program);
            };
            if !text.is_empty() {
                add(String::new());
            }
            for first in 0..lines.len() {
                let block = block(&lines, first);
                add([&lines[..first], &lines[block..]].concat().join("\n") + "\n");
                // What is inside without what is around it.
                if block > first + 1 {
                    let inner = inner(&lines[first + 1..block]);
                    let kept = lines[..first].iter().map(|line| (*line).to_owned()).chain(inner);
                    let kept: Vec<String> = kept.chain(lines[block..].iter().map(|line| (*line).to_owned())).collect();
                    add(kept.join("\n") + "\n");
                }
            }
        }
        all
    }
}

fn depth(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The end of a line together with what is indented below it, and with the brace that closes it.
fn block(lines: &[&str], first: usize) -> usize {
    let own = depth(lines[first]);
    let mut end = first + 1;
    while end < lines.len() && depth(lines[end]) > own {
        end += 1;
    }
    let closes = lines.get(end).is_some_and(|line| depth(line) == own && line.trim_start().starts_with('}'));
    if end > first + 1 && closes { end + 1 } else { end }
}

/// A suite, less the indentation that it has more than its header.
fn inner(lines: &[&str]) -> Vec<String> {
    let own = lines.first().map_or(0, |line| depth(line));
    let less = own.min(4);
    lines.iter().filter(|line| depth(line) >= own).map(|line| line[less..].to_owned()).collect()
}

/// A place of a program: file below the package, line, column.
pub type Place = (String, usize, usize);

/// What a report says of a program that is not so.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// Constructions that were executed and not reported.
    pub missed: BTreeSet<Place>,
    /// Places of high confidence where something else was made.
    pub wrong: BTreeSet<Place>,
}

impl Faults {
    pub fn is_empty(&self) -> bool {
        self.missed.is_empty() && self.wrong.is_empty()
    }

    /// Whether a smaller program still shows what a larger one did.
    pub fn shows(&self, larger: &Self) -> bool {
        (!larger.missed.is_empty() && !self.missed.is_empty()) || (!larger.wrong.is_empty() && !self.wrong.is_empty())
    }
}

/// Takes pieces away from a program as long as it stays at fault; `batch` candidates are judged at once.
pub fn reduce(
    program: &Program,
    faults: &Faults,
    batch: usize,
    judge: &dyn Fn(&[Program]) -> Vec<Faults>,
) -> (Program, Faults) {
    let (mut program, mut faults) = (program.clone(), faults.clone());
    let (mut next, mut failed) = (0, 0);
    loop {
        let mut candidates = program.smaller();
        if failed >= candidates.len() {
            return (program, faults);
        }
        // Goes on where the last piece was taken: what was kept before it is tried again in the next round.
        next %= candidates.len();
        candidates.rotate_left(next);
        candidates.truncate(batch);
        let judged = judge(&candidates);
        match judged.iter().position(|found| found.shows(&faults)) {
            Some(at) => {
                (program, faults) = (candidates.swap_remove(at), judged[at].clone());
                (next, failed) = (next + at, 0);
            }
            None => (next, failed) = (next + candidates.len(), failed + candidates.len()),
        }
    }
}
