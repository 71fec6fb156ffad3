//! Hits: what one file has, as ids and spans.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::facts::{Definition, FileFacts, ScopeId, Site};
use crate::findings::UnresolvedReason;
use crate::resolve::{ItemRef, Step};
use crate::rule::{RuleIndex, SourceIndex};
use crate::source::{FileId, Span};
use crate::violation::{Confidence, Form};

use super::{Derived, Evidence, Extent, HandOut};
use crate::cache::Keepable;

/// A place where a rule is broken, if its file is neither an owner nor exempt.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Hit {
    /// The rule.
    pub rule: RuleIndex,
    /// The place.
    pub spot: Spot,
    /// The banned symbol.
    pub symbol: String,
    /// The bytes of the name as written.
    pub written: Span,
    /// The way by which the code got there.
    pub form: Form,
    /// The degree to which that is sure.
    pub confidence: Confidence,
    /// The chain.
    pub steps: Vec<Step>,
}

/// A place in a file that a violation can point at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spot {
    /// The text that it points at.
    pub span: Span,
    /// The whole statement, for suppressions.
    pub statement: Span,
    /// The innermost scope around it.
    pub scope: ScopeId,
    /// Stands under `if TYPE_CHECKING:`.
    pub type_checking: bool,
    /// Index among the sites of the file, if it is one.
    pub site: Option<usize>,
}

impl Spot {
    /// The name of a definition; its statement begins with its decorators.
    #[must_use]
    pub fn of_definition(facts: &FileFacts, definition: &Definition, type_checking: bool) -> Self {
        let decorators = definition.decorators.iter().map(|value| facts.values[value.index()].span.start);
        let start = decorators.chain([definition.span.start, definition.name_span.start]).min().unwrap_or_default();
        let statement = Span::new(start, definition.name_span.end);
        Self { span: definition.name_span, statement, scope: definition.scope, type_checking, site: None }
    }

    /// The place of a site.
    pub(super) fn of(sites: &[Site], index: usize) -> Self {
        let Site { span, statement, scope, type_checking, .. } = sites[index];
        Self { span, statement, scope, type_checking, site: Some(index) }
    }
}

/// The findings in one file.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct FileHits {
    /// Places where a rule is broken, in site order; each place once per rule.
    pub hits: Vec<Hit>,
    /// The first use of a canonical symbol of each source; where that is in test code, also the first that is not.
    pub uses: Vec<Use>,
    /// Entries of the symbols that a name in the file matched, to find those that nothing matches.
    pub seen: BTreeSet<usize>,
    /// Places where the file leaves a rule undecided, with the reason.
    pub unresolved: Vec<(Span, UnresolvedReason)>,
    /// The evidence of the file on classes that may implement a source a second time, its own and those it adds to.
    pub classes: Vec<(ItemRef, Evidence)>,
    /// Classes of other files that it takes from their modules.
    pub imported: BTreeSet<ItemRef>,
    /// Files whose modules its import statements name, where a rule asks who imports what.
    pub modules: BTreeSet<FileId>,
    /// Rules of kind `implement` to whose source's symbols it is nothing but another way.
    pub reexports: Vec<RuleIndex>,
}

impl FileHits {
    /// Calls `see` for each file of which a hit shows a place.
    pub fn shown(&self, see: &mut dyn FnMut(FileId)) {
        for step in self.hits.iter().flat_map(|hit| &hit.steps) {
            see(step.file());
        }
    }

    /// Gives every file that the hits name another number.
    pub fn renumber(&mut self, number: &dyn Fn(FileId) -> FileId) {
        for step in self.hits.iter_mut().flat_map(|hit| &mut hit.steps) {
            let file = step.file_mut();
            *file = number(*file);
        }
        let numbered = |item: ItemRef| ItemRef { file: number(item.file), ..item };
        self.classes.iter_mut().for_each(|(item, _)| *item = numbered(*item));
        self.imported = self.imported.iter().copied().map(numbered).collect();
        self.modules = self.modules.iter().copied().map(number).collect();
    }
}

impl Keepable for Vec<(Derived, Extent)> {
    fn shown(&self, _see: &mut dyn FnMut(FileId)) {}
    fn renumber(&mut self, _number: &dyn Fn(FileId) -> FileId) {}
}

impl Keepable for Vec<HandOut> {
    fn shown(&self, _see: &mut dyn FnMut(FileId)) {}
    fn renumber(&mut self, _number: &dyn Fn(FileId) -> FileId) {}
}

/// The findings in each of some files, in path order.
pub type Detected = Vec<(FileId, FileHits)>;

/// A run-time use of a canonical symbol.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Use {
    /// The source.
    pub source: SourceIndex,
    /// Its place.
    pub span: Span,
    /// It stands in code that is marked as test code.
    pub test: bool,
    /// The canonical symbol.
    pub symbol: String,
}
