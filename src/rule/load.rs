//! From the text of a rules file to the checked rules.
//!
//! In: the text of one file and a way to read those it extends and those in the directories it lists. Out: a
//! [`RuleSet`] and every problem of every file that took part. Reads nothing itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::problem::Problem;

use super::check::check;
use super::complaint::{MessageAndHelp, error, help};
use super::decode::{decode, has_section};
use super::pack::{self, Pack};
use super::projects::{self, SubFile};
use super::shape::quoted;
use super::tree::Node;
use super::{FileGlob, RuleSet, RulesFile};

/// The text of a rules file.
#[derive(Debug, Clone)]
pub struct RulesText {
    /// Path as shown, or `pack:redis`; two files are the same file if they have the same name.
    pub name: Arc<str>,
    /// Its text, without a byte order mark.
    pub text: Arc<str>,
    /// It is a built-in pack.
    pub pack: bool,
}

/// Reads the rules file that another extends: takes the name of that other file and the path as it is written there,
/// and gives the text, or one sentence that says why there is none.
pub type ReadExtended<'a> = dyn Fn(&str, &str) -> Result<RulesText, String> + 'a;

/// A directory that `projects` lists.
#[derive(Debug, Clone)]
pub struct ListedDirectory {
    /// Its path, relative to the project root.
    pub path: Arc<str>,
    /// The rules file in it, or the reason why it cannot be read; none where it has no rules file.
    pub file: Option<Result<RulesText, Problem>>,
}

/// Finds the directories that a pattern of `projects` names.
pub type ListDirectories<'a> = dyn Fn(&FileGlob) -> Vec<ListedDirectory> + 'a;

/// Loads a rules file with all it extends; the directories that it lists are not looked for. With a problem of severity error the rules are not complete.
#[must_use]
pub fn load(file: RulesText, read: &ReadExtended<'_>) -> (RuleSet, Vec<Problem>) {
    load_listed(file, read, None)
}

/// Loads the topmost rules file with all it extends, and the rules files of the directories that it lists.
#[must_use]
pub fn load_listed(
    file: RulesText,
    read: &ReadExtended<'_>,
    list: Option<&ListDirectories<'_>>,
) -> (RuleSet, Vec<Problem>) {
    let mut problems = Vec::new();
    let top = Loader::of(&file, &"".into(), BTreeSet::new(), read);
    problems.extend(top.problems);
    let rules = match top.merged {
        Some(merged) if !top.broken => {
            let mut rules = check(merged.clone(), top.incomplete, &mut problems);
            rules.files = top.files;
            let directories = projects::listed(&merged, list, &mut rules, &mut problems);
            let mut above = vec![projects::Level { directory: "".into(), tree: merged, loaded: top.loaded }];
            for (directory, text) in directories {
                above.retain(|level| super::subtree::is_below(&directory, &level.directory));
                let Some(level) = above.last() else { continue };
                let sub = Loader::of(&text, &directory, level.loaded.clone(), read);
                problems.extend(sub.problems);
                let Some(own) = sub.merged.filter(|_| !sub.broken) else { continue };
                let file = SubFile { directory, own, incomplete: sub.incomplete, files: sub.files, loaded: sub.loaded };
                let level = projects::add(&mut rules, level, file, &mut problems);
                above.push(level);
            }
            rules
        }
        _ => RuleSet { files: top.files, ..RuleSet::default() },
    };
    problems.sort();
    problems.dedup();
    (rules, problems)
}

/// Reads which directories a rules file lists, for a search of the topmost; whatever else is in it is not looked at.
#[must_use]
pub fn listed_patterns(file: &RulesText) -> Vec<FileGlob> {
    let decoded = decode(file, &"".into(), &mut Vec::new());
    projects::patterns(&decoded.root, &mut Vec::new())
}

/// Loads a built-in pack alone, as when there is no rules file.
#[must_use]
pub fn load_pack(pack: &Pack) -> (RuleSet, Vec<Problem>) {
    load(pack.rules_text(), &|_, path| Err(format!("a built-in pack cannot extend `{path}`")))
}

/// Tells whether a file is a manifest that has a table of rules.
#[must_use]
pub fn manifest_has_rules(file: &RulesText) -> bool {
    has_section(file)
}

struct Loader<'a> {
    read: &'a ReadExtended<'a>,
    /// The directory that file patterns are relative to.
    base: Arc<str>,
    /// The files that are being loaded, outermost first.
    chain: Vec<Arc<str>>,
    /// Names of the files that are loaded, also above.
    loaded: BTreeSet<Arc<str>>,
    /// The files that are loaded, extended files first.
    files: Vec<RulesFile>,
    merged: Option<Node>,
    broken: bool,
    /// An extended file could not be read.
    incomplete: bool,
    problems: Vec<Problem>,
}

impl<'a> Loader<'a> {
    /// Loads a file and what it extends; what is `loaded` already is not loaded again.
    fn of(file: &RulesText, base: &Arc<str>, loaded: BTreeSet<Arc<str>>, read: &'a ReadExtended<'a>) -> Self {
        let mut loader = Loader {
            read,
            base: Arc::clone(base),
            chain: Vec::new(),
            loaded,
            files: Vec::new(),
            merged: None,
            broken: false,
            incomplete: false,
            problems: Vec::new(),
        };
        loader.visit(file);
        loader
    }

    fn visit(&mut self, file: &RulesText) {
        let decoded = decode(file, &self.base, &mut self.problems);
        self.broken |= decoded.broken;
        self.chain.push(Arc::clone(&file.name));
        for entry in decoded.root.list_at("extends") {
            self.extend(file, entry);
        }
        self.chain.pop();
        self.duplicates(&decoded.root);
        let sha256 = format!("{:x}", Sha256::digest(file.text.as_bytes()));
        self.files.push(RulesFile { name: Arc::clone(&file.name), sha256 });
        self.loaded.insert(Arc::clone(&file.name));
        match &mut self.merged {
            Some(merged) => merged.merge(decoded.root),
            None => self.merged = Some(decoded.root),
        }
    }

    fn extend(&mut self, file: &RulesText, entry: &Node) {
        let Some(written) = entry.text() else { return };
        match self.find(file, written) {
            Ok(extended) => {
                if let Some(at) = self.chain.iter().position(|name| *name == extended.name) {
                    let circle: Vec<&str> = self.chain[at..].iter().map(AsRef::as_ref).collect();
                    let message = format!("`{}` extends itself", extended.name);
                    let chain = format!("{} -> {}", circle.join(" -> "), extended.name);
                    self.problems.push(error(&entry.origin, message).with_help(format!("the circle is {chain}")));
                } else if !self.loaded.contains(&extended.name) {
                    self.visit(&extended);
                }
            }
            Err(MessageAndHelp { message, help }) => {
                self.incomplete = true;
                self.problems.push(error(&entry.origin, message).with_help(help));
            }
        }
    }

    /// Finds the text that an entry of `extends` names.
    fn find(&self, file: &RulesText, written: &str) -> Result<RulesText, MessageAndHelp> {
        if written.contains(['/', '\\']) || written.ends_with(".toml") {
            return (self.read)(&file.name, written).map_err(|why| {
                let help = "a path in `extends` is relative to the file that says it".to_owned();
                MessageAndHelp { message: format!("cannot extend `{written}`: {why}"), help }
            });
        }
        pack::find(written).map(Pack::rules_text).ok_or_else(|| {
            let names: Vec<&str> = pack::PACKS.iter().map(|pack| pack.name).collect();
            let otherwise = format!("built-in packs are {}; a path ends in `.toml`", quoted(&names));
            let message = format!("there is no built-in pack `{written}`");
            MessageAndHelp { message, help: help(written, &names, &otherwise) }
        })
    }

    /// Reports two entries of one file with the same id; across files they merge.
    fn duplicates(&mut self, root: &Node) {
        for section in ["source", "rule", "component", "criterion", "phase"] {
            let mut seen: BTreeMap<&str, &Node> = BTreeMap::new();
            let ids = root.list_at(section).iter().filter_map(|entry| entry.get("id"));
            for (text, id) in ids.filter_map(|id| Some((id.text()?, id))) {
                match seen.get(text) {
                    Some(first) => {
                        let several =
                            if section == "criterion" { "criteria".to_owned() } else { format!("{section}s") };
                        let message = format!("there are two {several} with the id `{text}`");
                        let help = format!("the first is in line {}; give one of them another id", first.origin.line());
                        self.problems.push(error(&id.origin, message).with_help(help));
                    }
                    None => {
                        seen.insert(text, id);
                    }
                }
            }
        }
    }
}
