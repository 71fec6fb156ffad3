//! Nesting: every file is walked on a stack that is large enough for it, or not at all.
//!
//! In: a file, and a walk of its tree. Out: what the walk gives; for a file whose nesting no stack would hold, nothing. The
//! parser grows its own stack; the walk of the tree and its disposal do not, so the tokens are asked first how deep a tree
//! they can make.

use std::mem::ManuallyDrop;
use std::thread;

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{ModModule, PySourceType};
use ruff_python_parser::lexer;
use ruff_python_parser::{Mode, Parsed, parse_unchecked_source};

use super::extract::facts;
use super::recover::{self, Reading};
use super::walker::MAX_DEPTH;
use crate::facts::{FileFacts, SyntaxProblem};
use crate::source::Span;

/// Trees up to this depth are walked on the caller's stack, which may be a small one.
const SHALLOW: u32 = 150;

/// Deeper trees are not built.
const DEEPEST: u32 = 30_000;

/// Stack for one level of the walk, which stops at [`MAX_DEPTH`]; frames are large without optimisation.
const WALK_PER_LEVEL: usize = 16 * 1024;

/// Stack for one level of visitors and of the disposal of the tree, which do not stop.
const REST_PER_LEVEL: usize = 4 * 1024;

/// Texts up to this size are parsed before they are measured: they cannot make the parser's own stack grow too far.
const SMALL: usize = 128 * 1024;

/// The facts of one file, on a stack of sufficient size.
pub(super) fn with_enough_stack(path: &str, text: &str) -> FileFacts {
    let stub = is_stub(path);
    walked(path, text, |reading| facts(text, reading, stub)).unwrap_or_else(|| too_deep(text))
}

/// Returns whether the file only declares types.
pub(super) fn is_stub(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extension == "pyi")
}

/// Runs a walk of the file's tree on a stack of sufficient size; returns none for a file that is nested too deeply.
pub(super) fn walked<T: Send>(path: &str, text: &str, walk: impl FnOnce(Reading) -> T + Send) -> Option<T> {
    let kind = if is_stub(path) { PySourceType::Stub } else { PySourceType::Python };
    if text.len() > SMALL && lexed_depth(text) > DEEPEST {
        return None;
    }
    let parsed = parse_unchecked_source(text, kind);
    let depth = depth_bound(parsed.tokens().iter().map(|token| token.kind()));
    if depth <= SHALLOW {
        return Some(walk(recover::read(text, parsed, kind)));
    }
    if depth > DEEPEST {
        // Disposing of such a tree would overflow the stack.
        std::mem::forget(parsed);
        return None;
    }
    let stack = MAX_DEPTH as usize * WALK_PER_LEVEL + depth as usize * REST_PER_LEVEL;
    // If there is no memory for such a stack the tree must not be disposed of on this one.
    let parsed = ManuallyDrop::new(parsed);
    thread::scope(|scope| {
        let walk = move || walk(recover::read(text, ManuallyDrop::into_inner(parsed), kind));
        let walk = thread::Builder::new().stack_size(stack).spawn_scoped(scope, walk);
        walk.ok().and_then(|walk| walk.join().ok())
    })
}

/// The reading of a text whose tree a small stack holds. The parser ends lines in brackets that are never closed, which
/// the tokens alone do not tell.
pub(super) fn shallow(text: &str, kind: PySourceType) -> Option<Parsed<ModModule>> {
    if text.len() > SMALL && lexed_depth(text) > DEEPEST {
        return None;
    }
    let parsed = parse_unchecked_source(text, kind);
    if depth_bound(parsed.tokens().iter().map(|token| token.kind())) > SHALLOW {
        // Disposing of such a tree could overflow the stack.
        std::mem::forget(parsed);
        return None;
    }
    Some(parsed)
}

fn lexed_depth(text: &str) -> u32 {
    let mut lexer = lexer::lex(text, Mode::Module);
    depth_bound(std::iter::from_fn(|| Some(lexer.next_token()).filter(|&kind| kind != TokenKind::EndOfFile)))
}

fn too_deep(text: &str) -> FileFacts {
    let message = "nested too deeply to be analysed".to_owned();
    let end = text.find('\n').unwrap_or(text.len()).min(200);
    let span = Span::new(0, super::symbols::index(end));
    FileFacts { problems: vec![SyntaxProblem { span, message }], ..FileFacts::default() }
}

/// Returns a bound on the depth of the tree that the tokens can make.
///
/// Within brackets, an element is at most as deep as it has tokens that build on others: operators, dots, brackets.
/// A comma or a line end begins anew.
fn depth_bound(tokens: impl Iterator<Item = TokenKind>) -> u32 {
    let mut deepest = 0u32;
    // Operators of the present element, and those of the elements around it with their brackets.
    let (mut here, mut around, mut suites) = (0u32, 0u32, 0u32);
    let mut outer: Vec<(u32, u32)> = Vec::new();
    for kind in tokens {
        match kind {
            TokenKind::Lpar
            | TokenKind::Lsqb
            | TokenKind::Lbrace
            | TokenKind::FStringStart
            | TokenKind::TStringStart => {
                here += 1;
                outer.push((here, around));
                around += here;
                here = 0;
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace | TokenKind::FStringEnd | TokenKind::TStringEnd => {
                (here, around) = outer.pop().unwrap_or((here, around))
            }
            // The commas of its parameters do not end the element in which it stands.
            TokenKind::Lambda => {
                around += here + 1;
                here = 0;
            }
            TokenKind::Newline => {
                outer.clear();
                (here, around) = (0, 0);
            }
            TokenKind::Comma | TokenKind::Semi => here = 0,
            TokenKind::Indent => suites += 1,
            TokenKind::Dedent => suites = suites.saturating_sub(1),
            TokenKind::Name
            | TokenKind::String
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Colon
            | TokenKind::Comment
            | TokenKind::NonLogicalNewline
            | TokenKind::FStringMiddle
            | TokenKind::TStringMiddle => {}
            _ => here += 1,
        }
        deepest = deepest.max(here + around + suites);
    }
    deepest
}
