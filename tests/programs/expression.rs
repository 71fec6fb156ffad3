//! Expressions whose value is a class.

use crate::python::{Kind, Names, Writer};

/// The paths in reach that are classes.
pub fn classes(names: &Names) -> Vec<(String, Kind)> {
    let mut all = Vec::new();
    for (name, kind) in &names.all {
        reach(&mut all, name.clone(), kind, 0);
    }
    all
}

fn reach(all: &mut Vec<(String, Kind)>, written: String, kind: &Kind, depth: usize) {
    if depth > 4 {
        return;
    }
    match kind {
        Kind::Banned | Kind::Safe => all.push((written, kind.clone())),
        Kind::Library => {
            all.push((format!("{written}.Redis"), Kind::Banned));
            all.push((format!("{written}.Other"), Kind::Safe));
        }
        Kind::Members(members) => {
            members.iter().for_each(|(name, kind)| reach(all, format!("{written}.{name}"), kind, depth + 1));
        }
        Kind::Returns(kind) => reach(all, format!("{written}()"), kind, depth + 1),
        Kind::Table(entries) => {
            entries.iter().for_each(|(key, kind)| reach(all, format!("{written}[{key}]"), kind, depth + 1));
        }
        Kind::Instance(_) => {}
    }
}

/// Whether a path is names with dots between them.
pub fn is_dotted(text: &str) -> bool {
    text.chars().all(|it| it.is_alphanumeric() || "._".contains(it))
}

/// An expression for a class; there must be one in reach.
pub fn class_expression(writer: &mut Writer<'_>, names: &mut Names, depth: usize) -> (String, Kind) {
    let all = classes(names);
    let (path, kind) = writer.dice.pick(&all).clone();
    if depth > 2 {
        return (path, kind);
    }
    let text = match writer.dice.roll(40) {
        4..=6 | 15 if !writer.subscripts => path,
        0 => format!("(None or {path})"),
        1 => format!("({path} if True else None)"),
        2 => {
            names.fix_all();
            format!("(lambda: {path})()")
        }
        3 => format!("(True and {path})"),
        4 => format!("({path}, 1)[0]"),
        5 => format!("[1, {path}][-1]"),
        6 => format!("{{\"k\": {path}, 2: None}}[\"k\"]"),
        7 => format!("({path})"),
        8 if is_dotted(&path) && path.contains('.') => {
            let (owner, name) = path.rsplit_once('.').unwrap();
            format!("getattr({owner}, \"{name}\")")
        }
        9 if is_dotted(&path) && path.contains('.') => {
            let (owner, name) = path.rsplit_once('.').unwrap();
            format!("getattr({owner}, \"{name}\", None)")
        }
        10 => {
            let name = writer.name("w");
            if !writer.walrus {
                return (path, kind);
            }
            names.bind(&name, kind.clone());
            format!("({name} := {path})")
        }
        11 => {
            let (other, second) = class_expression(writer, names, depth + 1);
            if writer.dice.percent(50) {
                return (format!("({path} or {other})"), kind);
            }
            return (format!("({path} and {other})"), second);
        }
        12 => {
            let (other, _) = class_expression(writer, names, depth + 1);
            let condition = if kind == Kind::Banned { "1 < 2" } else { "not None" };
            format!("({path} if {condition} else {other})")
        }
        13 => format!("type(\"T\", ({path},), {{}})"),
        14 => {
            names.fix_all();
            format!("(lambda it={path}: it)()")
        }
        15 => format!("[{path} for _ in (1,)][0]"),
        _ => path,
    };
    (text, kind)
}
