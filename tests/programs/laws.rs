//! Changes of a program that change nothing of what it does: what is reported must be the same, at the places where it is
//! then, with the same confidence.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::batch::{check, reported, write};
use crate::dice::Dice;
use crate::program::{Place, Program};

/// A changed program, and how a place of the program is called in it.
pub struct Changed {
    program: Program,
    moved: Box<dyn Fn(&Place) -> Place>,
}

/// A change; none of a program that it does not fit.
pub type Change = fn(&Program, &mut Dice) -> Option<Changed>;

/// Laws of both languages, with their names.
pub const COMMON: [(&str, Change); 2] = [("lines between lines", spread), ("names renamed", renamed)];
/// Laws of Python.
pub const PYTHON: [(&str, Change); 4] = [
    ("an unrelated module", unrelated_module),
    ("blanks around dots and before brackets", spaced_python),
    ("a module behind a star import", behind_star),
    ("a script in a function", wrapped),
];
/// Laws of Rust.
pub const RUST: [(&str, Change); 4] = [
    ("an unrelated crate", unrelated_crate),
    ("blanks around paths", spaced_rust),
    ("the root one block deeper", inside),
    ("a root file of another name", other_root),
];

/// What a program is said to do: places with the confidence.
type Said = BTreeMap<Place, bool>;

/// Holds each law against each program; returns a line for each difference.
pub fn differences(programs: &[Program], rules: &str, laws: &[(&str, Change)]) -> Vec<String> {
    let before = said(programs, rules);
    let mut found = Vec::new();
    for (law, change) in laws {
        let changed: Vec<(usize, Changed)> = programs
            .iter()
            .enumerate()
            .filter_map(|(at, program)| Some((at, change(program, &mut Dice::new(program.seed))?)))
            .collect();
        assert!(!changed.is_empty(), "{law}: it fits no program");
        let texts: Vec<Program> = changed.iter().map(|(_, it)| it.program.clone()).collect();
        for ((at, it), after) in changed.iter().zip(said(&texts, rules)) {
            let expected: Said = before[*at].iter().map(|(place, high)| ((it.moved)(place), *high)).collect();
            if expected != after {
                let mut text = format!("{law}: seed {}", it.program.seed);
                for (sign, one, other) in [('-', &expected, &after), ('+', &after, &expected)] {
                    for (place, high) in one.iter().filter(|(place, high)| other.get(*place) != Some(high)) {
                        let line = it.program.files.iter().find(|file| file.0 == place.0);
                        let line = line.and_then(|file| file.1.lines().nth(place.1 - 1)).unwrap_or_default();
                        write!(text, "\n{sign} {place:?} high {high}: {}", line.trim()).unwrap();
                    }
                }
                found.push(text);
            }
        }
    }
    found
}

fn said(programs: &[Program], rules: &str) -> Vec<Said> {
    let directory = tempfile::tempdir().unwrap();
    let project = directory.path().canonicalize().unwrap();
    let names = write(programs, &project);
    let mut all = reported(&check(&project, rules, false));
    let of =
        |name: &String| all.remove(name).unwrap_or_default().into_iter().map(|(place, it)| (place, it.2)).collect();
    names.iter().map(of).collect()
}

/// Rewrites each line; `rewritten` gives the new line, and the column that one of the old line has in it, both from 1.
fn by_line(program: &Program, rewritten: fn(&str) -> (String, Vec<usize>)) -> Changed {
    let mut columns: BTreeMap<(String, usize), Vec<usize>> = BTreeMap::new();
    let mut changed = program.clone();
    for (path, text) in changed.files.iter_mut().filter(|(path, _)| is_source(path)) {
        let mut out = String::new();
        for (at, line) in text.lines().enumerate() {
            let (line, map) = rewritten(line);
            columns.insert((path.clone(), at + 1), map);
            out += &format!("{line}\n");
        }
        *text = out;
    }
    let moved = move |(path, line, column): &Place| {
        let column = columns.get(&(path.clone(), *line)).map_or(*column, |map| map[column - 1] + 1);
        (path.clone(), *line, column)
    };
    Changed { program: changed, moved: Box::new(moved) }
}

fn is_source(path: &str) -> bool {
    path.ends_with(".py") || path.ends_with(".rs")
}

/// Puts comments and empty lines before lines.
fn spread(program: &Program, dice: &mut Dice) -> Option<Changed> {
    let mut lines: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut changed = program.clone();
    for (path, text) in changed.files.iter_mut().filter(|(path, _)| is_source(path)) {
        let comment = if path.ends_with(".py") { "# redis.Redis()" } else { "// redis::Client::open(1)" };
        let mut out = Vec::new();
        for line in text.lines() {
            match dice.roll(4) {
                0 => out.push(String::new()),
                1 => out.push(comment.to_owned()),
                _ => {}
            }
            out.push(line.to_owned());
            lines.entry(path.clone()).or_default().push(out.len());
        }
        *text = out.join("\n") + "\n";
    }
    let moved = move |(path, line, column): &Place| (path.clone(), lines[path][line - 1], *column);
    Some(Changed { program: changed, moved: Box::new(moved) })
}

/// Gives every name of the program's own that ends in a number another one, files too.
fn renamed(program: &Program, _: &mut Dice) -> Option<Changed> {
    let mut it = by_line(program, |line| {
        let (mut out, mut map) = (String::new(), Vec::new());
        let mut word = String::new();
        for c in line.chars().chain([' ']) {
            if c.is_ascii_alphanumeric() || c == '_' {
                map.push(out.len() + word.len());
                word.push(c);
                continue;
            }
            out += &other_name(&word);
            word.clear();
            map.push(out.len());
            out.push(c);
        }
        out.pop();
        (out, map)
    });
    for (path, _) in it.program.files.iter_mut().filter(|(path, _)| is_source(path)) {
        *path = other_path(path);
    }
    let columns = it.moved;
    it.moved = Box::new(move |place| {
        let (path, line, column) = columns(place);
        (other_path(&path), line, column)
    });
    Some(it)
}

fn other_name(word: &str) -> String {
    let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let own = !letters.is_empty() && letters != word && !["u", "pkg"].contains(&letters);
    if own { format!("{word}_other") } else { word.to_owned() }
}

fn other_path(path: &str) -> String {
    let (stem, end) = path.rsplit_once('.').unwrap();
    let parts: Vec<String> = stem
        .split('/')
        .map(|part| match part.strip_suffix("_text") {
            // What an attribute names is one word.
            Some(_) => part.to_owned(),
            None => other_name(part),
        })
        .collect();
    format!("{}.{end}", parts.join("/"))
}

fn unrelated_module(program: &Program, _: &mut Dice) -> Option<Changed> {
    let text = "class Redis:\n    pass\n\n\nOther = Client = make = cache = R = item = Redis\nRedis()\n";
    Some(with_file(program, "unrelated.py", text))
}

fn unrelated_crate(program: &Program, _: &mut Dice) -> Option<Changed> {
    let macros: String =
        (100..130).map(|at| format!("#[macro_export]\nmacro_rules! make{at} {{ ($($t:tt)*) => {{}}; }}\n")).collect();
    let text = format!(
        "{macros}pub struct Client;\nimpl Client {{ pub fn open(_: u32) {{}} }}\npub fn connect(_: u32) {{}}\n"
    );
    let mut it = with_file(program, "unrelated/src/lib.rs", &text);
    it.program.files.push((
        "unrelated/Cargo.toml".to_owned(),
        "[package]\nname = \"unrelated\"\nversion = \"0.1.0\"\nedition = \"2021\"\n".to_owned(),
    ));
    Some(it)
}

fn with_file(program: &Program, path: &str, text: &str) -> Changed {
    let mut program = program.clone();
    program.files.push((path.to_owned(), text.to_owned()));
    Changed { program, moved: Box::new(Clone::clone) }
}

/// Blanks where the tokens of Python allow them: around dots between names, before opening brackets of calls.
fn spaced_python(program: &Program, _: &mut Dice) -> Option<Changed> {
    Some(by_line(program, |line| {
        let chars: Vec<char> = line.chars().collect();
        let (mut out, mut map, mut quoted) = (String::new(), Vec::new(), false);
        for (at, &c) in chars.iter().enumerate() {
            quoted ^= c == '"';
            let before = at.checked_sub(1).map_or(' ', |at| chars[at]);
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let after = chars.get(at + 1).copied().unwrap_or(' ');
            let dot = c == '.' && (is_word(before) || before == ')') && (after.is_ascii_alphabetic() || after == '_');
            if !quoted && (dot || c == '(' && is_word(before)) {
                out.push(' ');
            }
            map.push(out.len());
            out.push(c);
            if !quoted && dot {
                out.push(' ');
            }
        }
        (out, map)
    }))
}

/// Blanks around the signs of paths.
fn spaced_rust(program: &Program, _: &mut Dice) -> Option<Changed> {
    Some(by_line(program, |line| {
        let (mut out, mut map) = (String::new(), Vec::new());
        let chars: Vec<char> = line.chars().collect();
        for (at, &c) in chars.iter().enumerate() {
            let is_sign = |at: usize| chars.get(at) == Some(&':') && chars.get(at + 1) == Some(&':');
            if is_sign(at) && at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '>') {
                out.push(' ');
            }
            map.push(out.len());
            out.push(c);
            if at > 0 && is_sign(at - 1) {
                out.push(' ');
            }
        }
        (out, map)
    }))
}

/// Moves what a module holds into another, and leaves a star import of it behind.
fn behind_star(program: &Program, dice: &mut Dice) -> Option<Changed> {
    let is_module = |file: &&(String, String)| file.0.starts_with("mod") && !file.1.contains("__all__");
    let modules: Vec<&(String, String)> = program.files.iter().filter(is_module).collect();
    if modules.is_empty() {
        return None;
    }
    let path = dice.pick(&modules).0.clone();
    let mut changed = program.clone();
    let file = changed.files.iter_mut().find(|file| file.0 == path).unwrap();
    let text = std::mem::replace(&mut file.1, "from .held import *\n".to_owned());
    changed.files.push(("held.py".to_owned(), text));
    let moved =
        move |(at, line, column): &Place| (if *at == path { "held.py".to_owned() } else { at.clone() }, *line, *column);
    Some(Changed { program: changed, moved: Box::new(moved) })
}

/// Puts a script into a function that it calls. A class in a function reads names otherwise than one in a module.
fn wrapped(program: &Program, _: &mut Dice) -> Option<Changed> {
    let mut changed = program.clone();
    let (_, text) = changed.files.iter_mut().find(|file| file.0 == "main.py")?;
    if ["import *", "class ", "global ", "__all__"].iter().any(|word| text.contains(word)) {
        return None;
    }
    let body: String = text.lines().map(|line| format!("    {line}\n")).collect();
    *text = format!("def script():\n{body}\n\nscript()\n");
    let moved = |(path, line, column): &Place| match path.as_str() {
        "main.py" => (path.clone(), line + 1, column + 4),
        _ => (path.clone(), *line, *column),
    };
    Some(Changed { program: changed, moved: Box::new(moved) })
}

/// Puts the functions of a crate's root one block deeper.
fn inside(program: &Program, _: &mut Dice) -> Option<Changed> {
    let mut changed = program.clone();
    let (_, text) = changed.files.iter_mut().find(|file| file.0 == "src/main.rs")?;
    let at = text.find("\nfn main() {\n").map(|at| at + "\nfn main() {\n".len())?;
    let first = text[..at].lines().count();
    let body = text[at..].trim_end().strip_suffix('}')?.to_owned();
    *text = format!("{}{{\n{body}}}\n}}\n", &text[..at]);
    let moved = move |(path, line, column): &Place| {
        (path.clone(), line + usize::from(path == "src/main.rs" && *line > first), *column)
    };
    Some(Changed { program: changed, moved: Box::new(moved) })
}

/// Calls the root file of a crate otherwise, as its manifest says.
fn other_root(program: &Program, _: &mut Dice) -> Option<Changed> {
    let mut changed = program.clone();
    for (path, text) in &mut changed.files {
        match path.as_str() {
            "src/main.rs" => "src/start.rs".clone_into(path),
            "Cargo.toml" => *text += "\n[[bin]]\nname = \"start\"\npath = \"src/start.rs\"\n",
            _ => {}
        }
    }
    let moved = |(path, line, column): &Place| {
        (if path == "src/main.rs" { "src/start.rs".to_owned() } else { path.clone() }, *line, *column)
    };
    Some(Changed { program: changed, moved: Box::new(moved) })
}
