//! The walk over the syntax tree of a file.
//!
//! In: `syn` nodes. Out: facts in [`scopes::Names`]: items are declared before anything in their scope is walked, then
//! expressions, types and patterns become values and sites.

pub mod context;
pub mod recover;
pub mod scopes;
pub mod walker;

mod attribute_paths;
mod declare;
mod fields;
mod invocations;
mod items;
mod macro_paths;
mod paths;
mod scan;
mod texts;
mod visit;

use context::Context;
use walker::Walker;

use crate::facts::{Anchor, FileFacts, ScopeId};
use crate::lang::rust::syntax::attributes;
use crate::source::Span;

/// The facts of a file that parses; `text` is the part of it that begins at `base`.
#[must_use]
pub fn facts(file: &syn::File, text: &str, base: u32, context: Context<'_>) -> FileFacts {
    let mut walker = Walker::new(text, base, context);
    walker.file(file);
    walker.finish()
}

impl Walker<'_> {
    fn file(&mut self, file: &syn::File) {
        let test = attributes::is_test(&file.attrs);
        self.names.facts.test_only = test;
        self.names.facts.scopes[ScopeId::MODULE.index()].test = test;
        if let Some((around, inside)) = self.includes.around {
            self.glob_of(Anchor::ModuleOf(around), inside.to_vec(), Span::default());
        }
        self.declare_items(file.items.iter());
        for attribute in &file.attrs {
            let place = self.map.span(attribute.bracket_token.span.join());
            self.stated(place, |w| w.attributes(std::slice::from_ref(attribute)));
        }
        self.items(&file.items);
    }

    fn finish(mut self) -> FileFacts {
        self.settle_defaults();
        self.names.finish()
    }
}
