//! Patterns of symbols: paths with `*` and `**`, whose separator says the language.

use unicode_normalization::UnicodeNormalization;

use crate::facts::Name;
use crate::lang;
use crate::source::Language;

use super::Origin;

/// A path pattern; see docs/design.md section 2.
#[derive(Debug, Clone)]
pub struct SymbolPattern {
    /// As written.
    pub text: String,
    /// The language it names.
    pub language: Language,
    /// Its segments, at least one.
    pub segments: Vec<SegmentPattern>,
    /// The place where it is written.
    pub origin: Origin,
    /// A word that every file has which names it directly, where that is not its own last segment: the module of a name
    /// that was not written but found in an owner.
    pub word: Option<Name>,
}

/// One segment of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SegmentPattern {
    /// Exactly this name.
    Literal(Name),
    /// `*` inside: any run of characters in one segment.
    Wildcard(Name),
    /// `**`: any number of segments, also none.
    AnyDepth,
}

/// The reason why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    /// Says what is wrong, in one sentence without a final full stop.
    pub message: String,
    /// Says what to write.
    pub help: String,
}

impl SymbolPattern {
    /// Reads a pattern. Its separator says the language; a single segment is of language `bare`.
    ///
    /// # Errors
    /// When the text is not a path of identifiers and wildcards.
    pub fn parse(text: &str, bare: Language, origin: Origin) -> Result<Self, PatternError> {
        let fail = |message: String, help: &str| Err(PatternError { message, help: help.to_owned() });
        let language = match lang::language_of_symbol(text, bare) {
            Ok(language) => language,
            Err([one, other]) => {
                let [(own, of), (its, and)] = [(one.separator(), one.0.title), (other.separator(), other.0.title)];
                let help = format!("a path of {of} has `{own}`, a path of {and} has `{its}` between its segments");
                return fail(format!("`{text}` mixes `{own}` and `{its}`"), &help);
            }
        };
        if text.ends_with(')') {
            return fail(format!("`{text}` is a call"), "write the path of what is called, without parentheses");
        }
        let mut segments = Vec::new();
        for segment in text.split(language.separator()) {
            match SegmentPattern::parse(segment, language) {
                Ok(parsed) => segments.push(parsed),
                Err(help) if segment.is_empty() => return fail(format!("`{text}` has an empty segment"), help),
                Err(help) => return fail(format!("`{segment}` in `{text}` is no name"), help),
            }
        }
        if segments.windows(2).any(|pair| pair == [SegmentPattern::AnyDepth, SegmentPattern::AnyDepth]) {
            return fail(format!("`{text}` has `**` twice in a row"), "one `**` stands for any number of segments");
        }
        Ok(Self { text: text.to_owned(), language, segments, origin, word: None })
    }

    /// Tells whether the pattern names exactly the path with these segments.
    #[must_use]
    pub fn matches(&self, path: &[Name]) -> bool {
        matches_segments(&self.segments, path)
    }

    /// Measures the shortest prefix of `path` that the pattern names, if it names any; the whole path is one.
    #[must_use]
    pub fn matches_prefix(&self, path: &[Name]) -> Option<usize> {
        (1..=path.len()).find(|&length| self.matches(&path[..length]))
    }

    /// Tells whether it names a definition: a pattern of one segment by its own name in any language, a longer one by one of
    /// its full paths.
    #[must_use]
    pub fn names_definition(&self, language: Language, name: &str, paths: &[Vec<Name>]) -> bool {
        match self.segments.as_slice() {
            [only] => only.matches(name),
            _ => self.language == language && paths.iter().any(|path| self.matches(path)),
        }
    }

    /// Returns the path itself, if the pattern has no wildcard.
    #[must_use]
    pub fn literal(&self) -> Option<Vec<Name>> {
        self.segments
            .iter()
            .map(|segment| match segment {
                SegmentPattern::Literal(name) => Some(name.clone()),
                SegmentPattern::Wildcard(_) | SegmentPattern::AnyDepth => None,
            })
            .collect()
    }

    /// Returns the segments before the first wildcard.
    #[must_use]
    pub fn literal_prefix(&self) -> Vec<Name> {
        let literal = |segment: &SegmentPattern| match segment {
            SegmentPattern::Literal(name) => Some(name.clone()),
            SegmentPattern::Wildcard(_) | SegmentPattern::AnyDepth => None,
        };
        self.segments.iter().map_while(literal).collect()
    }

    /// Returns the first segment, if it has no wildcard.
    #[must_use]
    pub fn root(&self) -> Option<&Name> {
        match self.segments.first()? {
            SegmentPattern::Literal(name) => Some(name),
            SegmentPattern::Wildcard(_) | SegmentPattern::AnyDepth => None,
        }
    }
}

impl SegmentPattern {
    /// Tells whether it can stand for this one segment.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        match self {
            Self::Literal(literal) => literal == name,
            Self::Wildcard(glob) => wildcard_matches(glob, name),
            Self::AnyDepth => true,
        }
    }

    /// Returns what every name that it stands for contains: itself, or the longest part between wildcards; none if that is too
    /// short to be searched for.
    #[must_use]
    pub fn part(&self) -> Option<&str> {
        match self {
            Self::Literal(name) => Some(name),
            Self::Wildcard(glob) => glob.split('*').max_by_key(|part| part.len()).filter(|part| part.len() > 2),
            Self::AnyDepth => None,
        }
    }

    /// Reads one segment, or says what to write.
    fn parse(segment: &str, language: Language) -> Result<Self, &'static str> {
        if segment == "**" {
            return Ok(Self::AnyDepth);
        }
        if segment.contains("**") {
            return Err("`**` must be a whole segment; `*` stands for characters inside one");
        }
        let front_end = lang::front_end(language);
        let name = front_end.plain_name(segment);
        if front_end.is_marked(name) {
            return Ok(Self::Literal(name.into()));
        }
        if name.is_empty() {
            return Err("write the full path, with one separator between two names and none at the ends");
        }
        if front_end.is_anchor(name) {
            return Err("start with the name of the crate, also for the crates of this tree");
        }
        if name.contains('-') {
            return Err("names in paths have `_` where a package's name has `-`");
        }
        let ascii_ok = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || c == '_' || c == '*';
        if name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(|c| ascii_ok(c) && !c.is_whitespace()) {
            return Err("expected a path of identifiers in which `*` and `**` may stand");
        }
        let normal: Name = name.nfkc().collect();
        Ok(if normal.contains('*') { Self::Wildcard(normal) } else { Self::Literal(normal) })
    }
}

/// Tells whether segments name exactly the path with these names.
#[must_use]
pub fn matches_segments(pattern: &[SegmentPattern], path: &[Name]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some((SegmentPattern::AnyDepth, rest)), _) => {
            (0..=path.len()).any(|skip| matches_segments(rest, &path[skip..]))
        }
        (Some(_), None) => false,
        (Some((SegmentPattern::Literal(name), rest)), Some((first, tail))) => {
            name == first && matches_segments(rest, tail)
        }
        (Some((SegmentPattern::Wildcard(glob), rest)), Some((first, tail))) => {
            wildcard_matches(glob, first) && matches_segments(rest, tail)
        }
    }
}

/// Tells whether `text` matches `glob`, in which `*` stands for any run of characters.
#[must_use]
pub fn wildcard_matches(glob: &str, text: &str) -> bool {
    let mut parts = glob.split('*');
    let Some(rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    let mut rest = rest;
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{PYTHON, RUST};

    fn pattern(text: &str) -> SymbolPattern {
        SymbolPattern::parse(text, PYTHON, Origin::default()).unwrap()
    }

    fn matches(text: &str, path: &str) -> bool {
        let pattern = pattern(text);
        let path: Vec<Name> = path.split(pattern.language.separator()).map(Name::from).collect();
        pattern.matches(&path)
    }

    #[test]
    fn stars_stay_in_a_segment_and_double_stars_cross() {
        assert!(matches("a.b", "a.b") && !matches("a.b", "a") && !matches("a.b", "a.b.c"));
        assert!(matches("a.*", "a.b") && !matches("a.*", "a") && !matches("a.*", "a.b.c"));
        assert!(matches("a.*_manager", "a.redis_manager") && !matches("a.*_manager", "a.manager"));
        assert!(matches("*a*b", "xaab") && !matches("*a*b", "xba"));
        assert!(matches("**.managers.m", "managers.m") && matches("**.managers.m", "a.b.managers.m"));
        assert!(matches("a.**.z", "a.z") && matches("a.**.z", "a.b.c.z") && !matches("a.**.z", "a.b"));
        assert!(matches("redis::*::open", "redis::Client::open"));
    }

    #[test]
    fn the_shortest_prefix_that_a_pattern_names_is_found() {
        let path: Vec<Name> = ["a", "b", "c"].map(Name::from).to_vec();
        assert_eq!(pattern("a.b").matches_prefix(&path), Some(2));
        assert_eq!(pattern("**.b").matches_prefix(&path), Some(2));
        assert_eq!(pattern("a.c").matches_prefix(&path), None);
    }

    #[test]
    fn the_separator_decides_the_language() {
        assert_eq!(pattern("a.b").language, PYTHON);
        assert_eq!(pattern("a::b").language, RUST);
        assert_eq!(pattern("a").language, PYTHON);
        let bare = SymbolPattern::parse("a", RUST, Origin::default()).unwrap();
        assert_eq!(bare.language, RUST);
    }

    #[test]
    fn names_compare_after_normalisation() {
        assert_eq!(pattern("\u{fb01}le.x").literal(), pattern("file.x").literal());
        assert_eq!(pattern("a::r#type").literal(), pattern("a::type").literal());
        assert_eq!(pattern("a.*").literal(), None);
        assert_eq!(pattern("*.a").root(), None);
    }
}
