//! The import scan of Python: import statements by the parser's tokenizer, and as what a word stands.
//!
//! In: a text and the places of words in it. Out: an [`ImportScan`] and an [`Occurrence`] for each place. Only import
//! statements are lexed, from their keyword on: what stands before a statement in its line, broken or not, hides none.
//! Comments and strings that look like statements only add imports.

use std::ops::Range;

use memchr::memmem;
use ruff_python_trivia::{SimpleTokenKind, SimpleTokenizer};
use ruff_text_size::TextSize;

use crate::lang::text::{is_whole_word, tail};
use crate::lang::{ImportScan, Occurrence};

/// Characters that can stand between two tokens beside comments.
const SPACE: [char; 6] = [' ', '\t', '\\', '\r', '\n', '\x0c'];

/// Functions that import by a string.
const IMPORTERS: [&str; 2] = ["import_module", "__import__"];

/// Texts of code that reads members by computed names.
const COMPUTED: [&str; 3] = ["getattr", "__dict__", "vars("];

/// Scans the imports of a text.
#[must_use]
pub fn scan(text: &str) -> ImportScan<'_> {
    let mut scan = ImportScan::default();
    let mut done = 0;
    for at in memmem::find_iter(text.as_bytes(), "import") {
        let end = at + "import".len();
        if at < done {
            continue;
        }
        if !is_whole_word(text.as_bytes(), at, end) {
            let importer = |name: &&str| text[..end].ends_with(*name) || text[at..].starts_with(*name);
            scan.dynamic |= IMPORTERS.iter().any(importer) || text[..at].ends_with("__");
            continue;
        }
        done = statement(text, at, end, &mut scan);
    }
    scan.dynamic |= scan.names.iter().any(|name| IMPORTERS.contains(name));
    scan.computed = COMPUTED.iter().any(|form| memmem::find(text.as_bytes(), form.as_bytes()).is_some());
    scan
}

/// Reads the statement whose keyword `import` stands from `at` to `end`; returns where what it imports ends.
fn statement<'t>(text: &'t str, at: usize, end: usize, scan: &mut ImportScan<'t>) -> usize {
    let source = source(&text[..at]);
    if let Some(module) = source {
        let named = module.trim_start_matches(SPACE);
        scan.relative |= named.starts_with('.');
        scan.roots.extend(words(named).next().filter(|_| !named.starts_with('.')));
        scan.names.extend(words(module));
    }
    let start = TextSize::try_from(end).unwrap_or_default();
    let (mut stop, mut first, mut depth) = (end, true, 0u32);
    for token in SimpleTokenizer::starts_at(start, text) {
        match token.kind {
            SimpleTokenKind::LParen => depth += 1,
            SimpleTokenKind::RParen if depth > 0 => depth -= 1,
            SimpleTokenKind::Star => scan.star = true,
            SimpleTokenKind::Whitespace
            | SimpleTokenKind::Continuation
            | SimpleTokenKind::Dot
            | SimpleTokenKind::As => {}
            SimpleTokenKind::Comment if depth > 0 => {}
            SimpleTokenKind::Newline if depth > 0 || text[..stop].ends_with('\\') => {}
            SimpleTokenKind::Comma => first = true,
            _ if is_name(&text[token.range]) => {
                let word = &text[token.range];
                if std::mem::take(&mut first) && source.is_none() {
                    scan.roots.push(word);
                }
                scan.names.push(word);
            }
            _ => return stop,
        }
        stop = token.range.end().to_usize();
    }
    stop
}

/// Returns whether a token is a name or a keyword; the tokenizer tells keywords apart, and takes what is not ASCII in
/// pieces.
fn is_name(token: &str) -> bool {
    token.chars().all(|c| c.is_alphanumeric() || c == '_') && !token.is_empty()
}

/// Returns what stands between `from` and the keyword at the end of a text; none where there is no such clause.
fn source(before: &str) -> Option<&str> {
    let outside = |c: char| !(c.is_alphanumeric() || c == '_' || c == '.' || SPACE.contains(&c));
    let clause = tail(before).rsplit(outside).next().unwrap_or_default();
    let from = memmem::rfind_iter(clause.as_bytes(), "from")
        .find(|&at| is_whole_word(clause.as_bytes(), at, at + "from".len()))?;
    let module = &clause[from + "from".len()..];
    // The clause is one line unless a backslash continues it.
    let lines = module.split('\n');
    let continued = lines.clone().take(lines.count() - 1).all(|line| line.trim_end_matches('\r').ends_with('\\'));
    (continued && !module.trim_matches(SPACE).is_empty()).then_some(module)
}

/// Returns as what the word at a place stands.
#[must_use]
pub fn occurrence(scan: &ImportScan<'_>, text: &str, place: Range<usize>) -> Occurrence {
    let (before, after) = (&text[..place.start], &text[place.end..]);
    let line = tail(before).rsplit(['\n', '\r']).next().unwrap_or_default();
    // What looks like a comment can be the part of a string, in whose line a quote or a brace stands.
    if line.find('#').is_some_and(|hash| !line.contains(['"', '\'']) && !line[hash..].contains('{')) {
        return Occurrence::Prose;
    }
    let chain = before.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_' || c == '.');
    let quoted = chain.ends_with(['"', '\'']);
    if quoted && (chain.len() < before.len() || after.starts_with('.')) {
        return Occurrence::Dotted;
    }
    if follows_dot(before) {
        return Occurrence::Member;
    }
    match quoted {
        // A function that imports can have another name, so that any string may be what it is given.
        true if scan.dynamic || is_member_name(chain) => Occurrence::Quoted,
        true => Occurrence::Prose,
        false => Occurrence::Bare,
    }
}

/// Returns whether the last token of a text is a dot; line ends and comments may follow it.
fn follows_dot(before: &str) -> bool {
    let mut head = tail(before);
    loop {
        let code = head.trim_end_matches(SPACE);
        if code.ends_with('.') {
            return true;
        }
        let line = code.rsplit(['\r', '\n']).next().unwrap_or_default();
        match line.find('#') {
            // A comment ends with its line, so what follows it stands in another.
            Some(hash) if head[code.len()..].contains(['\r', '\n']) => {
                head = &code[..code.len() - line.len() + hash];
            }
            _ => return false,
        }
        // A comment of its own line has a line end before it.
        if !head.trim_end_matches([' ', '\t']).ends_with(['\r', '\n']) {
            return head.trim_end_matches(SPACE).ends_with('.');
        }
    }
}

/// Returns whether the string that begins with the quote at the end of a text is an argument of `getattr` or its like, as
/// far as the brackets before it tell.
fn is_member_name(quote: &str) -> bool {
    let head = tail(quote);
    memmem::rfind(head.as_bytes(), b"attr(").is_some_and(|at| {
        let between = &head[at + "attr(".len()..];
        between.matches('(').count() >= between.matches(')').count()
    })
}

/// Returns the identifiers of a piece of text; what is not ASCII counts as part of one.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> String {
        scan(text).names.join(" ")
    }

    #[test]
    fn every_form_of_an_import_is_seen() {
        for (text, written) in [
            ("from redis import Redis\nRedis()", "redis Redis"),
            ("from app.core import (\n    a,  # noqa (one)\n    Redis as R,\n)\nx", "app core a Redis R"),
            ("from app \\\n    import Redis\n", "app Redis"),
            ("x = 1; import redis; y", "redis"),
            ("import a.b as c, d\ne", "a b c d"),
            ("try: from app import Redis\nexcept X: pass", "app Redis"),
            ("# a comment \\\nfrom redis import Redis\n", "redis Redis"),
            ("\"\"\"\n# x\"\"\"; from redis import Redis\n", "redis Redis"),
            ("lazy import redis\n", "redis"),
            ("lazy from redis import Redis\n", "redis Redis"),
            ("x = )) import redis\n", "redis"),
            ("from . import core\n", "core"),
            ("from\\\n ..a import core\n", "a core"),
            ("import \\\n redis\n", "redis"),
            ("from app import ключ\n", "app ключ"),
        ] {
            assert_eq!(names(text), written, "{text}");
        }
        assert!(scan("from app import *\nx").star && !scan("import a\nb * c").star);
        assert!(scan("from .a import b").relative && scan("from . import b").relative && !scan("import a.b").relative);
        assert!(
            scan("m = import_module('a')").dynamic && scan("m = __import__(n)").dynamic && !scan("imported").dynamic
        );
        assert_eq!(scan("import a.b, c.d\nfrom e.f import g\nfrom .h import i").roots, ["a", "c", "e"]);
    }

    #[test]
    fn a_word_stands_as_what_its_surroundings_say() {
        use Occurrence::{Bare, Dotted, Member, Prose, Quoted};
        for (text, expected) in [
            ("Redis()", Bare),
            ("app.core.Redis()", Member),
            ("make()\\\n  .Redis", Member),
            ("(x.\n  # why\n  Redis)", Member),
            ("# see x.Redis", Prose),
            ("f'{x.Redis} # {y}'", Member),
            ("getattr(core, 'Redis')", Quoted),
            ("getattr(core, 'x' 'Redis')", Quoted),
            ("{'Redis': 1}", Prose),
            ("getattr(core, x), ['a', 'Redis']", Prose),
            ("getattr(core(x), 'Redis')", Quoted),
            ("'the Redis client'", Bare),
            ("patch('app.core.Redis')", Dotted),
            ("patch('Redis.make')", Dotted),
        ] {
            let start = text.find("Redis").unwrap();
            assert_eq!(occurrence(&scan(text), text, start..start + 5), expected, "{text}");
        }
    }
}
