//! Anchors: what tells violations of one key apart without naming lines.
//!
//! In: the words of a file and the place of a violation. Out: hashes of the place, of its statement, and of the logical
//! lines around it.

use std::cell::Cell;
use std::fmt;

use crate::findings::FileText;
use crate::lang::front_end;
use crate::lang::words::{Word, WordStyle, hash, words};
use crate::source::{Language, Span};

/// The number of lines that are kept to each side.
const REACH: usize = 3;

/// Hashes of 24 bits of a place and what is around it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Anchors {
    /// The code that the violation points at, with its arguments and the path to it in its statement.
    pub site: u32,
    /// The whole statement; where blocks are in braces the lines that it is in.
    pub statement: u32,
    /// The logical lines before the statement, nearest first.
    pub before: Vec<u32>,
    /// The logical lines after it, nearest first.
    pub after: Vec<u32>,
}

impl Anchors {
    /// Reads what [`fmt::Display`] writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number = |word: &str| u32::from_str_radix(word, 16).ok().filter(|_| word.len() == 6);
        let list = |part: &str| part.split_whitespace().map(number).collect::<Option<Vec<u32>>>();
        let mut parts = text.split('|');
        let (own, before, after) = (list(parts.next()?)?, list(parts.next()?)?, list(parts.next()?)?);
        match (own.as_slice(), parts.next()) {
            (&[site, statement], None) => Some(Self { site, statement, before, after }),
            _ => None,
        }
    }

    /// Counts the lines around that are the same, in any order.
    #[must_use]
    pub fn in_common(&self, other: &Self) -> usize {
        let mut rest: Vec<u32> = other.before.iter().chain(&other.after).copied().collect();
        let mut count = 0;
        for line in self.before.iter().chain(&self.after) {
            if let Some(at) = rest.iter().position(|other| other == line) {
                rest.swap_remove(at);
                count += 1;
            }
        }
        count
    }

    /// Returns true if the code before the place is still in the lines of its file: then what stood there was removed
    /// or replaced, and an equal statement elsewhere is another. `new` is that statement, if it is in the same file.
    #[must_use]
    pub fn remain(&self, lines: &[u32], new: Option<&Self>) -> bool {
        let Some((&nearest, above)) = self.before.split_first() else { return false };
        let above = above.first();
        let seen = lines.iter().enumerate().filter(|&(at, &line)| {
            let before = at.checked_sub(1).and_then(|at| lines.get(at));
            line == nearest && above.is_none_or(|above| before == Some(above))
        });
        // The new place has what is above itself.
        let own = new
            .is_some_and(|new| new.before.first() == Some(&nearest) && (above.is_none() || new.before.get(1) == above));
        seen.count() > usize::from(own)
    }
}

impl fmt::Display for Anchors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06x} {:06x} |", self.site, self.statement)?;
        self.before.iter().try_for_each(|line| write!(f, " {line:06x}"))?;
        write!(f, " |")?;
        self.after.iter().try_for_each(|line| write!(f, " {line:06x}"))
    }
}

/// The hashes of the logical lines of a text.
#[must_use]
pub fn logical_lines(language: Language, text: &str) -> Vec<u32> {
    lines_of(language, text, &words(language, text)).into_iter().map(|(_, hash)| hash).collect()
}

/// The logical lines that hold something, in order.
fn lines_of(language: Language, text: &str, words: &[Word]) -> Vec<(Span, u32)> {
    let groups = words.chunk_by(|_, next| !next.first);
    let line = |group: &[Word]| {
        let (first, last) = (group.first()?, group.last()?);
        Some((first.span.cover(last.span), hash(language, text, group)?))
    };
    groups.filter_map(line).collect()
}

/// The words and logical lines of one file.
#[derive(Debug)]
pub struct FileWords<'t> {
    text: &'t FileText,
    words: Vec<Word>,
    /// The logical lines that hold something, in order.
    pub lines: Vec<(Span, u32)>,
    /// The statement that was hashed last, with and without what is in its parentheses: a large one can hold thousands
    /// of places.
    last: Cell<Option<(Span, [u32; 2])>>,
}

impl<'t> FileWords<'t> {
    /// Takes a file apart.
    #[must_use]
    pub fn new(text: &'t FileText) -> Self {
        let words = words(text.language, &text.text);
        let lines = lines_of(text.language, &text.text, &words);
        Self { text, words, lines, last: Cell::new(None) }
    }

    /// The anchors of a place, and the index of the first line that is not before its statement.
    #[must_use]
    pub fn anchors(&self, site: Span, statement: Span) -> (Anchors, usize) {
        let from = self.lines.partition_point(|(line, _)| line.end <= statement.start);
        let to = self.lines.partition_point(|(line, _)| line.start < statement.end).max(from);
        let anchors = Anchors {
            site: self.hash(self.element(site).cover(self.with_arguments(site))),
            statement: self.statement(self.covering(from, to).unwrap_or(statement))[0],
            before: self.lines[..from].iter().rev().take(REACH).map(|(_, hash)| *hash).collect(),
            after: self.lines[to..].iter().take(REACH).map(|(_, hash)| *hash).collect(),
        };
        (anchors, from)
    }

    /// Returns hashes that tell equal violations of one scope apart, each more than the one before: of the statement without
    /// arguments, of the statement, and of the place in it. What is around the statement plays no part.
    #[must_use]
    pub fn identities(&self, site: Span, statement: Span) -> [u32; 3] {
        let (anchors, from) = self.anchors(site, statement);
        let to = self.lines.partition_point(|(line, _)| line.start < statement.end).max(from);
        let whole = self.covering(from, to).unwrap_or(statement);
        let place = (anchors.statement.rotate_left(7) ^ anchors.site) & 0xff_ffff;
        [self.statement(whole)[1], anchors.statement, place]
    }

    /// The hashes of a statement, whole and without arguments.
    fn statement(&self, span: Span) -> [u32; 2] {
        match self.last.get() {
            Some((last, hashes)) if last == span => hashes,
            _ => {
                let hashes = [self.hash(span), self.hash_without_arguments(span)];
                self.last.set(Some((span, hashes)));
                hashes
            }
        }
    }

    fn hash_without_arguments(&self, span: Span) -> u32 {
        let mut depth = 0usize;
        let outside = |word: &&Word| {
            match word.span.of(&self.text.text) {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ => return depth == 0,
            }
            false
        };
        let words: Vec<Word> = self.within(span).iter().filter(outside).copied().collect();
        hash(self.text.language, &self.text.text, &words).unwrap_or(0)
    }

    /// A place with what leads to it since the last comma or bracket, such as a key: it tells equal elements of one statement
    /// apart.
    fn element(&self, site: Span) -> Span {
        const FAR: usize = 40;
        let at = self.words.partition_point(|word| word.span.start < site.start);
        let mut start = site;
        let mut depth = 0usize;
        if self.words.get(at).is_some_and(|word| word.first) {
            return site;
        }
        for word in self.words[..at].iter().rev().take(FAR) {
            match word.span.of(&self.text.text) {
                ")" | "]" | "}" => depth += 1,
                "(" | "[" | "{" if depth == 0 => break,
                "(" | "[" | "{" => depth -= 1,
                "," if depth == 0 => break,
                _ => {}
            }
            start = word.span;
            if word.first {
                break;
            }
        }
        start.cover(site)
    }

    /// A path that is called with its arguments where blocks are in braces, since the place of a call does not have them there:
    /// they tell the calls of one statement apart.
    fn with_arguments(&self, site: Span) -> Span {
        let text = |word: &Word| word.span.of(&self.text.text);
        let next = &self.words[self.words.partition_point(|word| word.span.start < site.end)..];
        if !self.has_braces() || next.first().is_none_or(|word| text(word) != "(") {
            return site;
        }
        let mut depth = 0usize;
        let end = next.iter().find(|word| {
            match text(word) {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        });
        end.map_or(site, |end| site.cover(end.span))
    }

    /// The whole of some lines where blocks are in braces: whether a body has some decides there what is a statement.
    fn covering(&self, from: usize, to: usize) -> Option<Span> {
        let (first, last) = (self.lines.get(from..to)?.first()?, self.lines.get(to.checked_sub(1)?)?);
        self.has_braces().then(|| first.0.cover(last.0))
    }

    fn has_braces(&self) -> bool {
        front_end(self.text.language).word_style() == WordStyle::Braces
    }

    fn hash(&self, span: Span) -> u32 {
        hash(self.text.language, &self.text.text, self.within(span)).unwrap_or(0)
    }

    fn within(&self, span: Span) -> &[Word] {
        let from = self.words.partition_point(|word| word.span.start < span.start);
        let to = self.words.partition_point(|word| word.span.start < span.end).max(from);
        &self.words[from..to]
    }
}
