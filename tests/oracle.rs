//! Imports and calls as our front end extracts them agree with those of an independent parser.
//!
//! Runs over every Python file of the fixture pages and of the directory in `SSOT_CORPUS`, if it is set; files that the
//! other parser rejects are counted and passed over. Differences that are known stand in `oracle-triage.md`.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read their corpus from the disk")]

mod pages;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustpython_parser::ast::text_size::TextRange;
use rustpython_parser::ast::{self, Fold, Ranged};
use rustpython_parser::{Mode, parse};
use ssot::facts::{Anchor, FileFacts, SiteKind, Value, ValueId};
use ssot::source::{LineIndex, Span};

/// One import or call: its first byte and what it names.
type Mention = (u32, String);

/// What one parser sees in one file.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    imports: BTreeSet<Mention>,
    calls: BTreeSet<Mention>,
}

/// The other parser's view.
struct Other<'a> {
    text: &'a str,
    seen: Seen,
}

impl Fold<TextRange> for Other<'_> {
    type TargetU = TextRange;
    type Error = std::convert::Infallible;
    type UserContext = ();

    fn will_map_user(&mut self, _: &TextRange) {}

    fn map_user(&mut self, range: TextRange, (): ()) -> Result<TextRange, Self::Error> {
        Ok(range)
    }

    fn fold_stmt_import(&mut self, node: ast::StmtImport) -> Result<ast::StmtImport, Self::Error> {
        for alias in &node.names {
            self.seen.imports.insert((node.start().into(), alias.name.replace('.', "/")));
        }
        ast::fold::fold_stmt_import(self, node)
    }

    fn fold_stmt_import_from(&mut self, node: ast::StmtImportFrom) -> Result<ast::StmtImportFrom, Self::Error> {
        let dots = ".".repeat(node.level.map_or(0, |level| level.to_usize()));
        let module = node.module.as_ref().map_or(String::new(), |module| module.replace('.', "/"));
        let base = format!("{dots}{module}");
        for alias in node.names.iter().filter(|alias| alias.name.as_str() != "*") {
            let member =
                if module.is_empty() { format!("{base}{}", alias.name) } else { format!("{base}/{}", alias.name) };
            self.seen.imports.insert((node.start().into(), member));
        }
        self.seen.imports.insert((node.start().into(), base));
        ast::fold::fold_stmt_import_from(self, node)
    }

    fn fold_expr_call(&mut self, node: ast::ExprCall) -> Result<ast::ExprCall, Self::Error> {
        let callee = if is_chain(&node.func) && node.func.start() == node.start() {
            squeeze(Span::new(node.func.start().into(), node.func.end().into()).of(self.text))
        } else {
            "?".to_owned()
        };
        self.seen.calls.insert((node.start().into(), callee));
        ast::fold::fold_expr_call(self, node)
    }
}

fn is_chain(expression: &ast::Expr) -> bool {
    match expression {
        ast::Expr::Name(_) => true,
        ast::Expr::Attribute(attribute) => is_chain(&attribute.value),
        _ => false,
    }
}

/// The text without white space; empty when it holds more than a chain, such as a comment or parentheses.
fn squeeze(text: &str) -> String {
    if text.contains(['#', '(']) { "?".to_owned() } else { text.split(['\\', ' ', '\t', '\r', '\n']).collect() }
}

fn other(text: &str) -> Option<Seen> {
    let module = parse(text, Mode::Module, "").ok()?;
    let mut other = Other { text, seen: Seen::default() };
    let Ok(_) = other.fold(module);
    Some(other.seen)
}

fn ours(text: &str, chains: &BTreeSet<u32>) -> Seen {
    let facts = ssot::lang::front_end(ssot::lang::PYTHON).extract("a.py", &Arc::from(text));
    let mut seen = Seen::default();
    for site in &facts.sites {
        match &site.kind {
            SiteKind::Import { named, .. } if is_statement(site.span.of(text)) => {
                let named = facts.choices.get(*named);
                seen.imports.extend(named.iter().map(|value| (site.span.start, name_of(&facts, *value))));
            }
            SiteKind::Call(value) => {
                let node = &facts.values[value.index()];
                let Value::Call { callee, .. } = &node.value else { panic!("a call site without a call") };
                let callee = facts.values[callee.index()].span;
                // A decorator or metaclass is called without a call being written.
                if callee == node.span {
                    continue;
                }
                // The other parser decides which callees are plain chains; for those the text must agree.
                let plain = chains.contains(&site.span.start) && callee.start == site.span.start;
                let written = if plain { squeeze(callee.of(text)) } else { "?".to_owned() };
                seen.calls.insert((site.span.start, written));
            }
            _ => {}
        }
    }
    seen
}

fn is_statement(text: &str) -> bool {
    ["import", "from"]
        .iter()
        .any(|word| text.strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', '\t', '\\', '.', '\u{c}'])))
}

fn name_of(facts: &FileFacts, value: ValueId) -> String {
    match &facts.values[value.index()].value {
        Value::Module(module) => {
            let dots = match &module.anchor {
                Anchor::Package(level) => ".".repeat(*level as usize),
                _ => String::new(),
            };
            format!("{dots}{}", module.path.join("/"))
        }
        Value::Member { object, name, .. } => {
            let object = name_of(facts, *object);
            if object.is_empty() || object.ends_with('.') {
                format!("{object}{name}")
            } else {
                format!("{object}/{name}")
            }
        }
        other => panic!("an import names {other:?}"),
    }
}

/// What a comparison of many files gives.
#[derive(Debug, Default)]
struct Tally {
    files: usize,
    rejected: usize,
    imports: usize,
    calls: usize,
    differences: Vec<String>,
}

impl Tally {
    fn add(&mut self, name: &str, text: &str) {
        self.files += 1;
        let Some(theirs) = other(text) else {
            self.rejected += 1;
            return;
        };
        let chains: BTreeSet<u32> = theirs.calls.iter().filter(|call| call.1 != "?").map(|call| call.0).collect();
        let ours = ours(text, &chains);
        self.imports += theirs.imports.len();
        self.calls += theirs.calls.len();
        let index = LineIndex::default();
        for (what, ours, theirs) in [("import", &ours.imports, &theirs.imports), ("call", &ours.calls, &theirs.calls)] {
            for (who, mentions) in [("only we", ours.difference(theirs)), ("only they", theirs.difference(ours))] {
                for (offset, named) in mentions {
                    let place = index.position(text, *offset);
                    self.differences.push(format!("{name}:{}:{} {who} see {what} {named}", place.line, place.column));
                }
            }
        }
    }

    fn check(&self, what: &str) {
        println!(
            "{what}: {} files ({} not accepted by the other parser), {} imports, {} calls, {} differences",
            self.files,
            self.rejected,
            self.imports,
            self.calls,
            self.differences.len()
        );
        let triaged = triaged();
        let unknown: Vec<&String> =
            self.differences.iter().filter(|difference| !is_triaged(difference, &triaged)).collect();
        assert!(
            unknown.is_empty(),
            "{} differences are not in oracle-triage.md:\n{}",
            unknown.len(),
            unknown.iter().take(50).map(|line| line.as_str()).collect::<Vec<_>>().join("\n")
        );
    }
}

/// Entries ``- `path:line` reason`` of the triage file; a path is matched by its end.
fn triaged() -> Vec<String> {
    let text = std::fs::read_to_string(pages::root().join("tests/oracle-triage.md")).unwrap();
    let entries = text.lines().filter_map(|line| line.strip_prefix("- `")?.split_once('`'));
    entries.filter(|(_, reason)| reason.trim().len() > 10).map(|(place, _)| place.to_owned()).collect()
}

fn is_triaged(difference: &str, triaged: &[String]) -> bool {
    let place = difference.split(' ').next().unwrap_or_default();
    let line = place.rsplit_once(':').map_or(place, |(line, _)| line);
    triaged.iter().any(|entry| line.ends_with(entry.as_str()))
}

#[test]
fn the_fixture_pages_agree() {
    let mut tally = Tally::default();
    for page in pages::pages("python") {
        for scenario in &page.scenarios {
            for file in scenario
                .files
                .iter()
                .filter(|file| ssot::lang::of_path(Path::new(&file.path)) == Some(ssot::lang::PYTHON))
            {
                tally.add(&format!("{}:{}/{}", page.name, file.page_line, file.path), &file.text);
            }
        }
    }
    assert!(tally.imports > 300 && tally.calls > 600, "too little was compared: {tally:?}");
    tally.check("fixtures");
}

#[test]
fn a_corpus_agrees() {
    let Ok(corpus) = std::env::var("SSOT_CORPUS") else {
        println!("SSOT_CORPUS is not set: nothing compared");
        return;
    };
    let mut paths = Vec::new();
    collect(Path::new(&corpus), &mut paths);
    paths.sort();
    assert!(!paths.is_empty(), "no Python file below {corpus}");
    // Both parsers recurse as deep as the code nests.
    let worker = std::thread::Builder::new().stack_size(256 << 20).spawn(move || {
        let mut tally = Tally::default();
        for path in paths {
            if let Ok(text) = std::fs::read_to_string(&path) {
                tally.add(&path.to_string_lossy(), text.trim_start_matches('\u{feff}'));
            }
        }
        tally
    });
    worker.unwrap().join().unwrap().check(&corpus);
}

fn collect(directory: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => collect(&path, paths),
            Ok(kind) if kind.is_file() && path.extension().is_some_and(|extension| extension == "py") => {
                paths.push(path)
            }
            _ => {}
        }
    }
}

#[test]
fn the_comparison_sees_a_difference() {
    let seen = other("import a.b\nfrom ..c import d, e\nx.y(z())\n(f)()\n").unwrap();
    let names = |mentions: &BTreeSet<Mention>| mentions.iter().map(|m| m.1.clone()).collect::<Vec<_>>();
    assert_eq!(names(&seen.imports), ["a/b", "..c", "..c/d", "..c/e"]);
    assert_eq!(names(&seen.calls), ["x.y", "z", "?"].map(str::to_owned));
    assert!(is_triaged("p.md:9/app/a.py:3:1 only we see call f", &["app/a.py:3".to_owned()]));
    assert!(!is_triaged("p.md:9/app/a.py:33:1 only we see call f", &["app/a.py:3".to_owned()]));
}
