//! The gate for Python: whether a word in a text can denote what other files call by it, judged without parsing.
//!
//! In: the text and one occurrence of a word. Out: false only if no name of the file can lead to the word's symbol. A
//! symbol comes in by an import that names it or something it is reached through, by a star import, by a dynamic import,
//! as a member of something imported, or it is defined here. Comments and strings that look like code only admit more.

use memchr::memmem;

use crate::lang::WordUse;

/// What a text imports, read once.
#[derive(Debug, Default)]
pub struct Imports<'t> {
    /// An import statement names one of the words.
    named: bool,
    /// `import *`.
    star: bool,
    /// Names a function that imports by string.
    dynamic: bool,
    /// Names that import statements bind.
    bound: Vec<&'t str>,
}

impl<'t> Imports<'t> {
    /// Reads the import statements of a text; `names` says which words lead to a symbol.
    #[must_use]
    pub fn of(text: &'t str, names: &dyn Fn(&str) -> bool) -> Self {
        let mut imports = Self::default();
        let mut after = 0;
        for at in memmem::find_iter(text.as_bytes(), "import") {
            if at < after {
                continue;
            }
            let rest = &text[at..];
            if rest.starts_with("import_module") || text[..at].ends_with("__") && rest.starts_with("import__") {
                imports.dynamic = true;
                continue;
            }
            if !is_word(text, at, at + "import".len()) {
                continue;
            }
            let start = statement_start(text, at);
            let end = statement_end(text, at + "import".len());
            imports.statement(text, start, at, end, names);
            after = end;
        }
        imports
    }

    fn statement(&mut self, text: &'t str, start: usize, keyword: usize, end: usize, names: &dyn Fn(&str) -> bool) {
        self.star |= text[keyword..end].contains('*');
        for word in words(&text[start..keyword]) {
            self.named |= names(word);
        }
        let imported = &text[(keyword + "import".len()).min(end)..end];
        for word in words(imported) {
            self.named |= names(word);
            self.bound.push(word);
        }
    }

    /// Whether the occurrence can denote a symbol.
    #[must_use]
    pub fn admits(&self, text: &str, word: &WordUse) -> bool {
        if self.named || !word.root && (self.star || self.dynamic) {
            return true;
        }
        if word.root {
            return false;
        }
        let before = &text[..word.start];
        if defines(before, &text[word.end..]) {
            return true;
        }
        let Some(object) = before.strip_suffix('.') else { return false };
        let chain = chain_before(object);
        let quoted = object[..object.len() - chain.len()].ends_with(['"', '\'']);
        quoted || chain.is_empty() || self.leads(text, chain)
    }

    /// Whether an object is a name that an import binds, or may be assigned from one.
    fn leads(&self, text: &str, chain: &str) -> bool {
        let root = chain.split('.').next().unwrap_or_default();
        if self.bound.contains(&root) {
            return true;
        }
        if chain == "self" || chain == "cls" {
            return false;
        }
        // `core = app.core`, `self.core = app.core`: the object itself is assigned from something imported.
        let object = if matches!(root, "self" | "cls") {
            chain.split('.').take(2).collect::<Vec<_>>().join(".")
        } else {
            root.to_owned()
        };
        memmem::find_iter(text.as_bytes(), object.as_bytes()).any(|at| {
            let Some(value) = text[at + object.len()..].trim_start_matches([' ', '\t']).strip_prefix('=') else {
                return false;
            };
            let value = value.trim_start_matches([' ', '\t', '(']);
            let value_root = value.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            self.bound.contains(&value_root)
        })
    }
}

/// The dotted chain of names at the end of a text.
fn chain_before(text: &str) -> &str {
    let length = text
        .chars()
        .rev()
        .take_while(|&c| c.is_alphanumeric() || c == '_' || c == '.')
        .map(char::len_utf8)
        .sum::<usize>();
    &text[text.len() - length..]
}

/// Whether the word is being defined: `class W`, `def W`, or `W = ...` at the start of a line.
fn defines(before: &str, after: &str) -> bool {
    let line = before.rsplit(['\n', '\r']).next().unwrap_or_default();
    let keyword = line.trim_end_matches([' ', '\t', '\\']);
    keyword.ends_with("class")
        || keyword.ends_with("def")
        || keyword.is_empty() && after.trim_start_matches([' ', '\t']).starts_with(['=', ':'])
}

fn is_word(text: &str, start: usize, end: usize) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    !text[..start].chars().next_back().is_some_and(part) && !text[end..].chars().next().is_some_and(part)
}

/// The start of the line, or of the first line that is continued up to it.
fn statement_start(text: &str, at: usize) -> usize {
    let mut start = line_start(text, at);
    while let Some(before) = text[..start].trim_end_matches(['\n', '\r']).strip_suffix('\\') {
        start = line_start(text, before.len());
    }
    start
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind(['\n', '\r']).map_or(0, |found| found + 1)
}

/// The end of the line, of the last continued line, or of the parenthesis that opens after `import`.
fn statement_end(text: &str, from: usize) -> usize {
    let rest = &text[from..];
    if rest.trim_start_matches([' ', '\t', '\\', '\n', '\r']).starts_with('(') {
        return rest.find(')').map_or(text.len(), |at| from + at);
    }
    let mut end = from;
    loop {
        let line = text[end..].find(['\n', '\r']).map_or(text.len(), |at| end + at);
        if line == text.len() || !text[..line].ends_with('\\') {
            return line;
        }
        end = line + text[line..].chars().take_while(|c| matches!(c, '\n' | '\r')).count();
    }
}

/// The identifiers of a piece of text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(text: &str, word: &str) -> bool {
        let imports = Imports::of(text, &|name| name == "Redis" || name == "redis");
        memmem::find_iter(text.as_bytes(), word).any(|start| {
            let end = start + word.len();
            is_word(text, start, end) && imports.admits(text, &WordUse { start, end, root: word == "redis" })
        })
    }

    #[test]
    fn a_word_comes_in_by_an_import() {
        for text in [
            "from redis import Redis\nRedis()",
            "from app.core import (\n    a,\n    Redis,\n)\n",
            "from app \\\n    import Redis\n",
            "x = 1; import redis\nredis.Redis()",
            "from app import *\nRedis()",
            "import app\napp.core.Redis()",
            "import app\ncore = app.core\ncore.Redis()",
            "import app\nclass A:\n    def f(self):\n        self.core = app.core\n        self.core.Redis()",
            "patch('app.core.Redis')",
            "m = __import__(name)\nm.Redis()",
            "class Redis:\n    pass\n",
            "Redis = 1\n",
        ] {
            assert!(admits(text, "Redis"), "{text}");
        }
    }

    #[test]
    fn a_word_that_nothing_brings_in_is_not_code_that_matters() {
        for text in ["# Redis\nimport os\n", "def f(Redis): ...\n", "import os\nself.Redis()", "import os\nx = 'Redis'"]
        {
            assert!(!admits(text, "Redis"), "{text}");
        }
        assert!(!admits("# redis is fast\nimport os\n", "redis"));
        assert!(admits("import redis.asyncio as r\n", "redis"));
    }
}
