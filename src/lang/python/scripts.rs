//! Console scripts that Python packages install.
//!
//! In: the texts of `pyproject.toml`, `setup.cfg` and `setup.py` files. Out: the file that each script enters. What a
//! manifest computes is not seen.

use crate::facts::Name;
use crate::lang::{EntryPoint, EntryPointKind, Layout, ModuleRef};
use crate::source::FileId;
use crate::tree::{Texts, Tree};

/// The files that console scripts enter, in the order of the manifests.
pub(super) fn console_scripts(tree: &Tree, texts: &dyn Texts, layout: &dyn Layout) -> Vec<(FileId, EntryPoint)> {
    let mut found = Vec::new();
    for manifest in &tree.manifests {
        let (directory, name) = manifest.rsplit_once('/').unwrap_or(("", manifest));
        let Ok(text) = texts.read(manifest) else { continue };
        let scripts = match name {
            "pyproject.toml" => of_pyproject(&text),
            "setup.cfg" => of_setup_cfg(&text),
            "setup.py" => of_setup_py(&text),
            _ => continue,
        };
        for (script, module) in scripts {
            if let Some(file) = locate(tree, layout, directory, &module) {
                let entry = EntryPoint { line: 0, kind: EntryPointKind::ConsoleScript, name: script };
                if !found.contains(&(file, entry.clone())) {
                    found.push((file, entry));
                }
            }
        }
    }
    found
}

/// The file of a dotted module that a manifest in `directory` names.
fn locate(tree: &Tree, layout: &dyn Layout, directory: &str, module: &str) -> Option<FileId> {
    let path = module.replace('.', "/");
    let beside = ["", "src/"].iter().find_map(|source| {
        let start = if directory.is_empty() { (*source).to_owned() } else { format!("{directory}/{source}") };
        [format!("{start}{path}.py"), format!("{start}{path}/__init__.py")].iter().find_map(|path| tree.by_path(path))
    });
    beside.or_else(|| {
        let segments: Vec<Name> = module.split('.').map(Name::from).collect();
        let (found, length) = layout.longest_module(&segments)?;
        match found {
            ModuleRef::File { file, .. } if length == segments.len() => Some(file),
            _ => None,
        }
    })
}

/// `name = package.module:function` as name and module.
fn script(name: &str, value: &str) -> Option<(String, String)> {
    let module = value.split([':', '[']).next().unwrap_or_default().trim();
    let name = name.trim();
    let valid = |text: &str, also: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_' || also.contains(c))
    };
    (valid(module, ".") && valid(name, "-.")).then(|| (name.to_owned(), module.to_owned()))
}

fn of_pyproject(text: &str) -> Vec<(String, String)> {
    let Ok(table) = text.parse::<toml::Table>() else { return Vec::new() };
    let at = |path: &[&str]| {
        path.iter().try_fold(&table, |table, key| table.get(*key).and_then(toml::Value::as_table)).into_iter().flatten()
    };
    let tables = [
        &["project", "scripts"][..],
        &["project", "gui-scripts"],
        &["project", "entry-points", "console_scripts"],
        &["tool", "poetry", "scripts"],
    ];
    let entries = tables.into_iter().flat_map(at);
    entries
        .filter_map(|(name, value)| script(name, value.as_str().or_else(|| value.get("callable")?.as_str())?))
        .collect()
}

/// The lines below `console_scripts =` in `[options.entry_points]`.
fn of_setup_cfg(text: &str) -> Vec<(String, String)> {
    let mut section = "";
    let mut key = "";
    let mut found = Vec::new();
    for line in text.lines() {
        let indented = line.starts_with([' ', '\t']);
        let line = line.trim();
        if line.starts_with('[') && !indented {
            section = line;
        } else if !indented {
            key = line.split('=').next().unwrap_or_default().trim();
        } else if section == "[options.entry_points]" && matches!(key, "console_scripts" | "gui_scripts") {
            found.extend(line.split_once('=').and_then(|(name, value)| script(name, value)));
        }
    }
    found
}

/// String literals of the form `name = package.module:function` after the word `console_scripts`.
fn of_setup_py(text: &str) -> Vec<(String, String)> {
    let Some((_, after)) = text.split_once("console_scripts") else { return Vec::new() };
    let list = after.split(']').next().unwrap_or_default();
    let literals = list.split(['"', '\'']).flat_map(str::lines);
    literals
        .filter(|literal| literal.contains(':'))
        .filter_map(|literal| literal.split_once('=').and_then(|(name, value)| script(name, value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: Vec<(String, String)>) -> Vec<String> {
        pairs.into_iter().map(|(name, module)| format!("{name} {module}")).collect()
    }

    #[test]
    fn manifests_name_their_scripts() {
        let pyproject =
            "[project.scripts]\na-b = \"pkg.cli:main\"\n[tool.poetry.scripts]\nold = { callable = \"pkg.old:run\" }\n";
        assert_eq!(of(of_pyproject(pyproject)), ["a-b pkg.cli", "old pkg.old"]);
        let cfg = "[metadata]\nname = x\n[options.entry_points]\nconsole_scripts =\n    one = pkg.a:main\n    two=pkg.b:main [extra]\n\
                   other =\n    no = pkg.c:main\n";
        assert_eq!(of(of_setup_cfg(cfg)), ["one pkg.a", "two pkg.b"]);
        let setup =
            "setup(entry_points={'console_scripts': ['x = pkg.x:main', \"y=pkg.y:main\"], 'z': ['z = pkg.z:q']})";
        assert_eq!(of(of_setup_py(setup)), ["x pkg.x", "y pkg.y"]);
        assert!(of_pyproject("= broken").is_empty());
    }
}
