//! The facts of a file.
//!
//! In: its text. Out: its facts. `syn` parses; a file that it rejects is taken apart into items, and what does not parse
//! then is scanned for paths ([`recover`]). A text that nests deeper than a stack can bear is scanned only.

use super::layout::RustLayout;
use super::layout::included::Includes;
use super::layout::macro_scope::MacroScope;
use super::layout::outline::outline;
use super::macros::table::MacroTable;
use super::syntax::comments;
use super::syntax::count::count;
use super::syntax::lexer::{self, Nesting, start_of_code};
use super::syntax::span_map::SpanMap;
use super::walk;
use super::walk::context::Context;
use super::walk::recover;
use super::walk::scopes::Names;
use crate::facts::{FileFacts, SyntaxProblem};
use crate::source::Span;
use crate::tree::TreeFile;

/// Reserved for the rare deep file; only what is touched becomes memory.
const DEEP_STACK: usize = 512 << 20;

/// Extracts the facts of one Rust file by itself, with its own macros followed: a function of the text. Spans are byte
/// offsets of `text`, byte order mark and shebang included.
#[must_use]
pub fn extract(path: &str, text: &str) -> FileFacts {
    let defines = memchr::memmem::find(text.as_bytes(), b"macro_rules").is_some();
    let table = if defines { MacroTable::of_file(&outline(text)) } else { MacroTable::default() };
    extract_in(path, text, Context { macros: MacroScope::alone(&table), includes: Includes::default() })
}

fn extract_in(path: &str, text: &str, context: Context<'_>) -> FileFacts {
    let at = start_of_code(text);
    let nesting = lexer::nesting(text, at);
    if !nesting.exceeds(Nesting::SHALLOW) {
        return facts(text, at, context);
    }
    std::thread::scope(|scope| {
        let deep = std::thread::Builder::new().name(path.to_owned()).stack_size(DEEP_STACK);
        let handle = deep.spawn_scoped(scope, || {
            if nesting.exceeds(Nesting::DEEP) { too_deep(text, at, context) } else { facts(text, at, context) }
        });
        handle.ok().and_then(|handle| handle.join().ok()).unwrap_or_else(|| lost(at))
    })
}

fn facts(text: &str, at: usize, context: Context<'_>) -> FileFacts {
    let code = &text[at..];
    let mut facts = match syn::parse_file(code) {
        Ok(file) => walk::facts(&file, code, count(at), context),
        Err(error) => {
            let span = SpanMap::new(code, count(at)).span(error.span());
            recover::facts(text, at, SyntaxProblem { span, message: error.to_string() }, context)
        }
    };
    complete(&mut facts, text, at, context);
    facts
}

fn too_deep(text: &str, at: usize, context: Context<'_>) -> FileFacts {
    let message = "nested too deeply to be parsed; only scanned for paths".to_owned();
    let span = Span::new(count(at), count(at));
    let mut facts = recover::facts(text, at, SyntaxProblem { span, message }, context);
    complete(&mut facts, text, at, context);
    facts
}

/// Adds what the walk does not: comments, and the sites in macros that nothing invokes.
fn complete(facts: &mut FileFacts, text: &str, at: usize, context: Context<'_>) {
    facts.comments = comments::directives(text, at);
    for defined in &mut facts.macros {
        let sites = std::mem::take(&mut defined.sites);
        if !context.macros.is_called(&facts.definitions[defined.definition.index()].name) {
            facts.sites.extend(sites);
        }
    }
    facts.sites.sort_by_key(|site| site.span.start);
    proc_macro2::extra::invalidate_current_thread_spans();
}

/// A file for which there was no stack.
fn lost(at: usize) -> FileFacts {
    let span = Span::new(count(at), count(at));
    let problem = SyntaxProblem { span, message: "nested too deeply to be read".to_owned() };
    FileFacts { problems: vec![problem], ..Names::with_module().finish() }
}

impl RustLayout {
    /// Extracts the facts of a file of the tree: a function of its text, of the files that stand in it or around it, and
    /// of the definitions of the macros that it invokes.
    #[must_use]
    pub fn extract(&self, file: &TreeFile, text: &str) -> FileFacts {
        let context = Context { macros: MacroScope::of_file(self, file.id), includes: self.includes_of(file.id) };
        extract_in(&file.path, text, context)
    }
}
