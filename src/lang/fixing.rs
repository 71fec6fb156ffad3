//! Fixes: the vocabulary in which a front end proposes edits for places that break rules.
//!
//! In: nothing. Out: [`Breach`], one place with all that its rule says; [`FixProposal`], the edits for it with every doubt;
//! [`Surroundings`], by which a front end asks for other files of the project. What is done with proposals is for
//! `crate::fix`.

use std::fmt;
use std::sync::Arc;

use super::{Located, ModuleRef};
use crate::facts::{Anchor, Name};
use crate::source::{FileId, Span};

/// A replacement of some bytes of a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextEdit {
    /// The bytes that go; empty for an insertion.
    pub span: Span,
    /// The text that comes in their place.
    pub text: String,
}

/// The degree to which a fix can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Applicability {
    /// All guarantees hold.
    Safe,
    /// One does not, and a person must say that it does not matter.
    Unsafe,
    /// There is nothing that a program can write.
    Manual,
}

impl Applicability {
    /// Every applicability, from the best to the worst.
    pub const ALL: [Self; 3] = [Self::Safe, Self::Unsafe, Self::Manual];

    /// Returns the word in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
            Self::Manual => "manual",
        }
    }
}

/// A promise that a safe fix keeps (docs/design.md section 11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Guarantee {
    /// The old and the new path end in one definition, through every branch.
    SameObject,
    /// No other file takes the name from here.
    NobodyLosesIt,
    /// No module that is not imported any more has an effect at import.
    NoLostEffect,
    /// All that resolved still does.
    Resolves,
    /// Members, arguments, sync and async, and the life of a shared instance agree.
    Fits,
    /// The new name is free in every scope between its binding and its uses.
    NoCapture,
    /// No cycle of imports that run at load time.
    NoCycle,
    /// One branch, or one configuration, is as good as all.
    EveryBranch,
    /// No other rule is broken; suppressed and generated code stays.
    NoOtherRule,
}

impl Guarantee {
    /// Every guarantee, in the order of docs/design.md.
    pub const ALL: [Self; 9] = [
        Self::SameObject,
        Self::NobodyLosesIt,
        Self::NoLostEffect,
        Self::Resolves,
        Self::Fits,
        Self::NoCapture,
        Self::NoCycle,
        Self::EveryBranch,
        Self::NoOtherRule,
    ];

    /// Returns the words in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SameObject => "same object",
            Self::NobodyLosesIt => "nobody loses it",
            Self::NoLostEffect => "no lost effect",
            Self::Resolves => "resolves",
            Self::Fits => "fits",
            Self::NoCapture => "no capture",
            Self::NoCycle => "no cycle",
            Self::EveryBranch => "every branch",
            Self::NoOtherRule => "no other rule",
        }
    }
}

impl fmt::Display for Guarantee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A guarantee that does not hold, with the place that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The guarantee.
    pub guarantee: Guarantee,
    /// Says why, in a sentence without a full stop: "closes what it built".
    pub sentence: String,
    /// The place that shows it: a file and a byte of it.
    pub place: Option<(FileId, u32)>,
    /// No person can wave it aside: the code would break.
    pub fatal: bool,
}

/// The work of a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FixAction {
    /// Deletes an import that nothing uses.
    Delete,
    /// Writes the replacement in the place of what is imported.
    Rewrite,
    /// Takes the shared instance, or what a factory gives, in the place of a construction.
    Replace,
}

impl FixAction {
    /// Returns the word in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Rewrite => "rewrite",
            Self::Replace => "replace",
        }
    }
}

/// The edits for one breach, and what speaks against them.
#[derive(Debug, Clone, Default)]
pub struct FixProposal {
    /// The work that the edits do; none where there are none.
    pub action: Option<FixAction>,
    /// The edits, of the breach's own file.
    pub edits: Vec<TextEdit>,
    /// The guarantees that do not hold, the gravest first.
    pub doubts: Vec<Doubt>,
    /// The code to write instead.
    pub suggestion: Option<String>,
}

impl FixProposal {
    /// Makes one that leaves the code to a person.
    #[must_use]
    pub fn manual(doubt: Doubt, suggestion: Option<String>) -> Self {
        Self { action: None, edits: Vec::new(), doubts: vec![doubt], suggestion }
    }

    /// Returns how far it can be trusted.
    #[must_use]
    pub fn applicability(&self) -> Applicability {
        match self.doubts.iter().map(|doubt| doubt.fatal).max() {
            _ if self.action.is_none() => Applicability::Manual,
            Some(true) => Applicability::Manual,
            Some(false) => Applicability::Unsafe,
            None => Applicability::Safe,
        }
    }
}

/// The kinds of places that break a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BreachKind {
    /// An import statement, or a path that imports.
    Import,
    /// A call or literal that constructs.
    Construct,
    /// A string that names a module at run time, or the target of a patch.
    Text,
    /// Something else: there is no fix for it.
    Other,
}

/// One place that breaks a rule.
#[derive(Clone, Copy)]
pub struct Breach<'r> {
    /// The kind of place.
    pub kind: BreachKind,
    /// The bytes that the violation points at.
    pub span: Span,
    /// The whole statement.
    pub statement: Span,
    /// The banned symbol.
    pub symbol: &'r str,
    /// The name is reached through a subclass, a value or a string, so that the place is not what it seems.
    pub indirect: Option<&'static str>,
    /// All that the rule says of fixes.
    pub terms: &'r FixTerms<'r>,
}

/// All that a rule says of fixes, in the language of the breach.
pub struct FixTerms<'r> {
    /// Returns how many segments of a full name the rule bans: the shortest prefix.
    pub banned: &'r dyn Fn(&[Name]) -> Option<usize>,
    /// The path to write instead.
    pub use_instead: Option<Vec<Name>>,
    /// Full old names with full new ones; an old name of one segment is one of any banned module, a new one is of the
    /// module of `use_instead`.
    pub rename: Vec<(Vec<Name>, Vec<Name>)>,
    /// Keyword arguments that may be left out.
    pub dropped: Vec<Name>,
    /// Keyword arguments under their new names.
    pub mapped: Vec<(Name, Name)>,
    /// Members of the old object under their new names.
    pub members: Vec<(Name, Name)>,
    /// Members that end the life of an object.
    pub ends_life: Vec<Name>,
    /// Pairs of full names that the rule declares to be the same.
    pub equivalent: Vec<(Vec<Name>, Vec<Name>)>,
    /// Effects of the old modules at import do not count.
    pub ignore_effects: bool,
}

impl fmt::Debug for FixTerms<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FixTerms").field("use_instead", &self.use_instead).finish_non_exhaustive()
    }
}

/// The rest of the project, as the fixes of one file need to know it.
pub trait Surroundings {
    /// Returns the text of a file; none if it cannot be read.
    fn text(&self, file: FileId) -> Option<Arc<str>>;
    /// Returns the path of a file.
    fn path(&self, file: FileId) -> &str;
    /// Returns where a module is that is named in a file, at the level of the file's own module.
    fn locate(&self, file: FileId, anchor: Anchor, path: &[Name]) -> Located;
    /// Returns the full names of a module, the most natural one first.
    fn names(&self, module: ModuleRef) -> Vec<Vec<Name>>;
    /// Returns the submodule of a module that is a file or directory of its own.
    fn child(&self, module: ModuleRef, name: &str) -> Option<ModuleRef>;
    /// Returns the files of the language whose texts have a word, as a whole one.
    fn files_with(&self, word: &str) -> Vec<FileId>;
    /// Returns the files of the language, in path order.
    fn files(&self) -> Vec<FileId>;
    /// Returns the manifests in the directory of a file and in those around it, the nearest first: path and text.
    fn manifests(&self, file: FileId) -> Vec<(Arc<str>, Arc<str>)>;
    /// Fixes that are not safe will be applied as well.
    fn unsafe_fixes(&self) -> bool;
}

/// Proposes fixes for the breaches of files.
pub trait Fixer: Sync {
    /// Returns the words by which other files of the project can speak of what the imports of a file bind.
    fn words(&self, file: FileId, around: &dyn Surroundings) -> Vec<Name>;
    /// Returns for each file a proposal for each breach, in their order.
    fn propose(&self, files: &[(FileId, Vec<Breach<'_>>)], around: &dyn Surroundings) -> Vec<Vec<FixProposal>>;
    /// Returns whether a text can be read without an error.
    fn reads(&self, path: &str, text: &str) -> bool;
}
