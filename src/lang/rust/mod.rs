//! The Rust front end.
//!
//! In: the text of one file. Out: its facts. `syn` parses; a file that it rejects is taken apart into items, and what
//! does not parse then is scanned for paths ([`recover`]). A text that nests deeper than a stack can bear is scanned
//! only. No file is an error.

pub mod cargo;
pub mod gate;
pub mod includes;
pub mod layout;

mod attributes;
mod bodies;
mod body;
mod calls;
mod comments;
mod crates;
mod declare;
mod expand;
mod fields;
mod items;
mod lexer;
mod macros;
mod names;
mod outline;
mod paths;
mod places;
mod quiet;
mod recover;
mod rough;
mod rules;
mod scan;
mod texts;
mod walk;

use crate::facts::{Anchor, FileFacts, ScopeId, SyntaxProblem};
use crate::lang::Environment;
use crate::source::{FileId, Span};

use bodies::Bodies;
use names::Names;
use places::Places;
use quiet::Quiet;
use rules::Macros;
use walk::Walker;

/// Nesting up to which the ordinary stack suffices: brackets, and operators in one expression.
const SHALLOW: (u32, u32) = (64, 256);
/// Nesting up to which a stack of [`DEEP_STACK`] bytes suffices.
const DEEP: (u32, u32) = (1_000, 10_000);
/// Bytes of text for each value, about.
const VALUE: usize = 40;
/// Reserved for the rare deep file; only what is touched becomes memory.
const DEEP_STACK: usize = 512 << 20;

/// How Rust programs read environment variables. The macros that do so when a program is built are no paths.
pub const ENVIRONMENT: Environment = Environment {
    mappings: &[],
    lookups: &[],
    readers: &[
        &["std", "env", "var"],
        &["std", "env", "var_os"],
        &["std", "env!"],
        &["std", "option_env!"],
        &["dotenvy", "var"],
        &["dotenv", "var"],
        &["clap", "env"],
    ],
    handles: &[],
    settings: &[],
    words: &["env", "option_env", "dotenv", "dotenvy"],
};

/// The facts of one Rust file by itself. Spans are byte offsets of `text`, byte order mark and shebang included.
#[must_use]
pub fn extract(path: &str, text: &str) -> FileFacts {
    let defines = memchr::memmem::find(text.as_bytes(), b"macro_rules").is_some();
    let macros = if defines { Macros::of_file(&outline::outline(text)) } else { Macros::default() };
    let macros = macros.reader(&|_| outline::Outline::default());
    extract_in(
        path,
        text,
        Context { file: FileId(0), macros, layout: None, includes: walk::Includes::default(), asked: false },
    )
}

/// What a file's facts depend on besides its text.
#[derive(Clone, Copy)]
struct Context<'c> {
    /// Which file it is.
    file: FileId,
    /// The macros of the tree.
    macros: rules::Reader<'c>,
    /// The modules of the tree, if it is part of one.
    layout: Option<&'c layout::RustLayout>,
    /// Which files stand in each other.
    includes: walk::Includes<'c>,
    /// Others ask what the file's names mean; its own code is not judged.
    asked: bool,
}

fn extract_in(path: &str, text: &str, context: Context<'_>) -> FileFacts {
    let at = start_of_code(text);
    let mut quiet = Quiet::new(text);
    let mut bodies = context.asked.then(|| Bodies::new(text));
    let tokens = lexer::tokens(text, at).inspect(|token| {
        quiet.see(token);
        bodies.iter_mut().for_each(|bodies| bodies.see(token));
    });
    let nesting = lexer::nesting_of(text, tokens);
    let (mut quiet, unread) = (quiet.spans, bodies.map(|bodies| bodies.spans).unwrap_or_default());
    if !unread.is_empty() {
        quiet.retain(|span| {
            let next = unread.partition_point(|body| body.end <= span.start);
            unread.get(next).is_none_or(|body| span.start < body.start)
        });
        quiet.extend(&unread);
        quiet.sort_unstable_by_key(|span| span.start);
    }
    let facts =
        |text, at, quiet: &[Span], context| FileFacts { unread: unread.clone(), ..facts(text, at, quiet, context) };
    if !nesting.exceeds(SHALLOW.0, SHALLOW.1) {
        return facts(text, at, &quiet, context);
    }
    std::thread::scope(|scope| {
        let deep = std::thread::Builder::new().name(path.to_owned()).stack_size(DEEP_STACK);
        let handle = deep.spawn_scoped(scope, || {
            if nesting.exceeds(DEEP.0, DEEP.1) { too_deep(text, at, context) } else { facts(text, at, &quiet, context) }
        });
        handle.ok().and_then(|handle| handle.join().ok()).unwrap_or_else(|| lost(at))
    })
}

fn facts(text: &str, at: usize, quiet: &[Span], context: Context<'_>) -> FileFacts {
    let blanked = (!quiet.is_empty()).then(|| lexer::blanked(text, quiet.iter().copied()));
    let code = &blanked.as_deref().unwrap_or(text)[at..];
    let mut facts = match syn::parse_file(code) {
        Ok(file) => {
            let mut walker = walker(code, names::count(at), context);
            walker.file(&file);
            walker.finish()
        }
        Err(error) => {
            let span = Places::new(code, names::count(at)).span(error.span());
            recover::facts(text, at, SyntaxProblem { span, message: error.to_string() }, context)
        }
    };
    facts.comments = comments::directives(text, at);
    proc_macro2::extra::invalidate_current_thread_spans();
    facts
}

fn too_deep(text: &str, at: usize, context: Context<'_>) -> FileFacts {
    let message = "nested too deeply to be parsed; only scanned for paths".to_owned();
    let span = Span::new(names::count(at), names::count(at));
    let mut facts = recover::facts(text, at, SyntaxProblem { span, message }, context);
    facts.comments = comments::directives(text, at);
    proc_macro2::extra::invalidate_current_thread_spans();
    facts
}

/// A file for which there was no stack.
fn lost(at: usize) -> FileFacts {
    let span = Span::new(names::count(at), names::count(at));
    let problem = SyntaxProblem { span, message: "nested too deeply to be read".to_owned() };
    FileFacts { problems: vec![problem], ..Names::with_module().finish() }
}

/// A walker in the module scope of a file, of which `text` is the part that begins at `base`.
fn walker<'a>(text: &'a str, base: u32, context: Context<'a>) -> Walker<'a> {
    let mut names = Names::with_module();
    names.facts.values.reserve(text.len() / VALUE);
    Walker {
        names,
        places: Places::new(text, base),
        scope: ScopeId::MODULE,
        implementation: None,
        statement: Span::default(),
        declared: rustc_hash::FxHashMap::default(),
        aliases: rustc_hash::FxHashMap::default(),
        forwards: rustc_hash::FxHashMap::default(),
        bodies: rustc_hash::FxHashMap::default(),
        made: rustc_hash::FxHashMap::default(),
        texts: 0,
        defaults: Vec::new(),
        macros: context.macros,
        file: context.file,
        includes: context.includes,
        layout: context.layout,
        expanding: Vec::new(),
        extents: None,
    }
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
        self.items(&file.items);
    }

    fn finish(mut self) -> FileFacts {
        self.settle_defaults();
        self.names.finish()
    }
}

/// The first byte after a byte order mark and a shebang line.
fn start_of_code(text: &str) -> usize {
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let rest = &text[mark..];
    if !rest.starts_with("#!") {
        return mark;
    }
    let mut after = lexer::tokens(rest, 2).filter(|token| token.kind != lexer::Kind::Comment);
    if after.next().is_some_and(|token| token.kind == lexer::Kind::Open(b'[')) {
        return mark;
    }
    mark + rest.find('\n').unwrap_or(rest.len())
}

#[cfg(test)]
mod tests;
