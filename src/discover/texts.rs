//! Texts of files on disk, with texts from elsewhere laid over them.

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::regular::open;
use super::status::DirectoryStatus;
use super::{decode, unreadable};
use crate::lang;
use crate::problem::{Problem, ProblemSeverity};
use crate::tree::{Identity, Texts, Tree, TreeFile};

/// Contents that are kept somewhere else than in files.
pub trait Objects: std::fmt::Debug + Send + Sync {
    /// The content of an object.
    ///
    /// # Errors
    /// A sentence that says why there is none.
    fn read(&self, object: &str) -> Result<Vec<u8>, String>;
}

/// Reads files below a root.
#[derive(Debug, Default)]
pub struct DiskTexts {
    root: PathBuf,
    /// Files whose name is not UTF-8, by the name that is shown.
    odd: HashMap<Arc<str>, PathBuf>,
    /// Texts that stand for files, whatever the disk has.
    laid_over: HashMap<Arc<str>, Result<Arc<str>, Problem>>,
    /// Files whose content is an object.
    objects: HashMap<Arc<str>, String>,
    store: Option<Arc<dyn Objects>>,
}

impl DiskTexts {
    /// Texts of the files below `root`; `odd` gives the real paths of those whose names are not UTF-8.
    #[must_use]
    pub fn new(root: PathBuf, odd: HashMap<Arc<str>, PathBuf>) -> Self {
        Self { root, odd, ..Self::default() }
    }

    /// Takes the content of these files from objects, whatever the disk has.
    pub fn take_from(&mut self, store: Arc<dyn Objects>, objects: HashMap<Arc<str>, String>) {
        self.store = Some(store);
        self.objects = objects;
    }

    /// Takes the content of the files of others from where they have it.
    pub fn adopt(&mut self, others: Self) {
        self.odd.extend(others.odd);
        if let Some(store) = others.store {
            self.take_from(store, others.objects);
        }
    }

    /// Lets `bytes` stand for the file at `path`, whether there is one or not.
    pub fn lay_over(&mut self, path: &str, bytes: Vec<u8>) {
        let text = decode::decode(path, lang::of_path(Path::new(path)), &bytes).map(|text| text.as_ref().into());
        self.laid_over.insert(path.into(), text);
    }
}

impl DiskTexts {
    /// Returns where a file is, its bytes, and what they are to be when one text takes the place of another.
    ///
    /// # Errors
    /// A sentence that says why it cannot be written.
    pub fn rewritten(&self, path: &str, before: &str, after: &str) -> Result<(PathBuf, Vec<u8>, Vec<u8>), String> {
        let real = self.odd.get(path).cloned().unwrap_or_else(|| self.root.join(path));
        let mut bytes = Vec::new();
        let length = read_regular(&real, &mut bytes)?;
        bytes.truncate(length);
        let new = super::encode::encode(path, lang::of_path(Path::new(path)), &bytes, before, after)?;
        Ok((real, bytes, new))
    }
}

impl Texts for DiskTexts {
    fn read(&self, path: &str) -> Result<Arc<str>, Problem> {
        let mut text: Option<Arc<str>> = None;
        self.show(path, &mut Vec::new(), &mut |shown| text = Some(shown.into()))?;
        Ok(text.unwrap_or_default())
    }

    fn show(&self, path: &str, buffer: &mut Vec<u8>, see: &mut dyn FnMut(&str)) -> Result<(), Problem> {
        if let Some(text) = self.laid_over.get(path) {
            see(&text.clone()?);
            return Ok(());
        }
        if let (Some(object), Some(store)) = (self.objects.get(path), &self.store) {
            let bytes = store.read(object).map_err(|reason| {
                let message = format!("the file could not be read: {reason}");
                unreadable(path, ProblemSeverity::Error, message)
            })?;
            let text = decode::decode(path, lang::of_path(Path::new(path)), &bytes)?;
            see(&text);
            return Ok(());
        }
        let real = self.odd.get(path).cloned().unwrap_or_else(|| self.root.join(path));
        let length = read_regular(&real, buffer).map_err(|reason| {
            let message = format!("the file could not be read: {reason}");
            unreadable(path, ProblemSeverity::Error, message)
        })?;
        let text = decode::decode(path, lang::of_path(Path::new(path)), &buffer[..length])?;
        see(&text);
        Ok(())
    }

    fn identities(&self, tree: &Tree) -> Vec<Option<Identity>> {
        let directory = |file: &TreeFile| file.path.rsplit_once('/').map_or("", |(directory, _)| directory).to_owned();
        let groups: Vec<&[TreeFile]> = tree.files().chunk_by(|one, other| directory(one) == directory(other)).collect();
        let of_group = |files: &&[TreeFile]| {
            let statuses = files.first().and_then(|first| DirectoryStatus::of(&self.root.join(directory(first))));
            let identity = |file: &TreeFile| {
                if self.laid_over.contains_key(&file.path) {
                    return None;
                }
                if let Some(object) = self.objects.get(&file.path) {
                    return Some(Identity::Object(object.as_str().into()));
                }
                match self.odd.get(&file.path) {
                    Some(odd) => DirectoryStatus::of(odd.parent()?)?.identity(odd.file_name()?.as_ref()),
                    None => statuses.as_ref()?.identity(file.path.rsplit('/').next()?.as_ref()),
                }
            };
            files.iter().map(identity).collect::<Vec<_>>()
        };
        groups.par_iter().flat_map_iter(of_group).collect()
    }
}

/// Reads a regular file into the beginning of `memory`, which grows as needed and is never cleared; gives the length.
/// Opening does not wait, as it would for a pipe. Most files take four system calls.
fn read_regular(path: &Path, memory: &mut Vec<u8>) -> Result<usize, String> {
    let words = |error: std::io::Error| super::walk::reason(&error);
    let mut file = open(path).map_err(words)?;
    let metadata = file.metadata().map_err(words)?;
    if !metadata.is_file() {
        return Err("it is no regular file".to_owned());
    }
    let size = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    let mut length = 0;
    loop {
        if size.max(length) > decode::LARGEST {
            return Err(decode::TOO_LARGE.to_owned());
        }
        if memory.len() <= size.max(length) {
            memory.resize(size.max(length).max(memory.len()) + ROOM, 0);
        }
        match file.read(&mut memory[length..]) {
            Ok(0) => return Ok(length),
            Ok(count) => length += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(words(error)),
        }
        // With room to spare a short read is the end; only files that do not know their size need another.
        if length == size && length < memory.len() {
            return Ok(length);
        }
    }
}

/// Room beyond a file's size.
const ROOM: usize = 16 * 1024;
