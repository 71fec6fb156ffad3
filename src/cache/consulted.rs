//! Consulted: what an answer depended on beside the text of its own file.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::Name;
use crate::source::FileId;

/// The things that an answer depended on beside the text of its own file.
#[derive(Debug, Default, Clone)]
pub struct Consulted {
    /// The files whose facts were read, each with the part that was.
    pub files: BTreeMap<FileId, Consultation>,
    /// The names that subclasses were asked for, each with a hash of what they set.
    pub heirs: BTreeMap<Name, u64>,
    /// The names by which modules were looked for, found or not.
    pub module_names: BTreeSet<Name>,
    /// The file puts names together that its text does not spell.
    pub composed: bool,
}

impl Consulted {
    /// Depends on what another answer depended on as well.
    pub fn extend(&mut self, other: Self) {
        let Self { files, heirs, module_names, composed } = other;
        for (file, Consultation { whole, names }) in files {
            let known = self.files.entry(file).or_default();
            known.whole |= whole;
            known.names.extend(names);
        }
        self.heirs.extend(heirs);
        self.module_names.extend(module_names);
        self.composed |= composed;
    }
}

/// The part of a file's facts that was read.
#[derive(Debug, Default, Clone)]
pub struct Consultation {
    /// Any of them may have been.
    pub whole: bool,
    /// The names by which its module was asked, and [`crate::facts::IMPORTS`] if it was asked for its imports: what was read
    /// is what these lead to.
    pub names: BTreeSet<Name>,
}
