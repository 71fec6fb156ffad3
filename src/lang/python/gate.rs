//! The gate for Python: whether a word in a text can denote what other files call by it, judged without parsing.
//!
//! In: the text and one occurrence of a word. Out: false only if no name of the file can lead to the word's symbol. A
//! symbol comes in by an import that names it or something it is reached through, by a star import, by a dynamic import,
//! as a member of something imported, or it is defined here. Comments and strings that look like code only admit more.

use memchr::memmem;

use crate::lang::focus::{SPACE, ends_with_dot, nearby};
use crate::lang::{Known, WordUse};

/// What a text imports, read once.
#[derive(Debug, Default)]
pub struct Imports {
    /// An import statement names one of the words.
    named: bool,
    /// An import statement names a package outside the tree that holds symbols: what it binds has them as members.
    rooted: bool,
    /// `import *`.
    star: bool,
    /// Names a function that imports by string.
    dynamic: bool,
    /// An import statement can bind a name of the tree.
    binds: bool,
    /// There is an import statement.
    any: bool,
}

impl Imports {
    /// Reads the import statements of a text.
    #[must_use]
    pub fn of(text: &str, known: &Known<'_>) -> Self {
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
            if in_comment(&text[..at]) {
                continue;
            }
            let end = statement_end(text, at + "import".len());
            // What looks like a continued line can be the end of a comment.
            let starts = [statement_start(text, at), line_start(text, at)];
            if let Some(source) = starts.iter().find_map(|&start| clause(&text[start..at])) {
                imports.statement(source, &text[at..end], known);
                if imports.named {
                    // Everything is admitted.
                    break;
                }
                after = end;
            }
        }
        imports
    }

    /// A statement: what it imports from, and what it imports, after the keyword.
    fn statement(&mut self, source: &str, imported: &str, known: &Known<'_>) {
        self.star |= imported.contains('*');
        self.any = true;
        for word in words(source).chain(words(imported)) {
            self.named |= (known.names)(word);
            self.rooted = self.rooted || (known.roots)(word);
        }
        if self.binds || self.named {
            return;
        }
        self.binds = match words(source).next() {
            Some(root) => source.trim_start_matches(SPACE).starts_with('.') || (known.inside)(root),
            None => source.contains('.') || words(imported).any(known.inside),
        };
    }

    /// Whether the occurrence can denote a symbol; `can_define` says whether a definition of that name here counts.
    #[must_use]
    pub fn admits(&self, text: &str, word: &WordUse, can_define: &dyn Fn(&str) -> bool) -> bool {
        if self.named {
            return true;
        }
        let before = &text[..word.start];
        if in_comment(before) {
            return false;
        }
        if word.root {
            // A member by a computed name is undecided.
            return self.rooted && COMPUTED.iter().any(|form| memmem::find(text.as_bytes(), form.as_bytes()).is_some());
        }
        if self.star && !word.member {
            return true;
        }
        if !word.member && defines(before, &text[word.end..]) {
            return can_define(&text[word.start..word.end]);
        }
        let member = ends_with_dot(before);
        let after = &text[word.end..];
        // A member of anything can be one of something imported: of a module, a class, an instance, under any name.
        let brings = self.binds || self.rooted || word.anywhere && self.any;
        if member && (brings || self.dynamic) && !is_assigned(before, after) {
            // What an import statement has between dots are modules.
            return !(word.member && in_import(before, after));
        }
        let Some(string) = string_start(before) else { return false };
        if member || after.starts_with('.') || continues(&text[..string]) {
            return self.dynamic || is_argument(&text[..string], true);
        }
        let whole = after.starts_with(['"', '\'']);
        let attribute = whole && brings && is_argument(&text[..string], false);
        self.dynamic || attribute && memmem::rfind(nearby(before).as_bytes(), b"getattr").is_some()
    }
}

/// What members by computed names are written with.
const COMPUTED: [&str; 3] = ["getattr", "__dict__", "vars("];

/// Whether a text ends inside a comment. What looks like one can be part of a string: then a quote stands before it in
/// its line or after it, unless the string began in a line before; of such a string only what stands in braces is code.
fn in_comment(before: &str) -> bool {
    let line = last_line(before);
    let hash = memchr::memchr(b'#', line.as_bytes());
    hash.is_some_and(|hash| !line.contains(['"', '\'']) && !line[hash..].contains('{'))
}

/// Whether the place between two texts is in a line that is an import statement.
fn in_import(before: &str, after: &str) -> bool {
    let line = last_line(before).trim_start_matches([' ', '\t']);
    let rest = after.split(['\n', '\r']).next().unwrap_or_default();
    !line.contains(';') && (line.starts_with("import ") || line.starts_with("from ") && rest.contains(" import"))
}

/// Whether the member between two texts is given a value by a statement of its own, as in `x.word = 1`: that is no use of
/// it, and the value has its own words.
fn is_assigned(before: &str, after: &str) -> bool {
    let value = after.trim_start_matches([' ', '\t']).strip_prefix('=');
    // An f-string shows an expression in the form `{x.word=}`.
    let is_value = value.is_some_and(|value| !value.trim_start_matches(SPACE).starts_with(['=', '}', '!', ':']));
    is_value && begins_statement(before.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_' || c == '.'))
}

/// Whether a statement begins at the end of a text: in a line of its own, after one that ends a statement or begins a
/// suite. In doubt it does not.
fn begins_statement(before: &str) -> bool {
    let above = before.trim_end_matches([' ', '\t']);
    if !above.is_empty() && !above.ends_with(['\r', '\n']) {
        return false;
    }
    let lines = nearby(above).rsplit(['\r', '\n']).map(|line| line.trim_matches([' ', '\t', '\x0c']));
    let Some(last) = lines.into_iter().find(|line| !line.is_empty() && !line.starts_with('#')) else {
        return above.len() == nearby(above).len();
    };
    const HEADERS: [&str; 14] = [
        "if", "elif", "else", "for", "while", "try", "except", "finally", "with", "def", "class", "async", "match",
        "case",
    ];
    let is_header = |line: &str| {
        let word = line.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        HEADERS.contains(&word) || line.starts_with(')')
    };
    let opens = |line: &str| line.matches(['(', '[', '{']).count() > line.matches([')', ']', '}']).count();
    match last.chars().next_back() {
        _ if last.contains('#') => false,
        Some(':') => is_header(last) && !opens(last),
        Some(end) => end.is_alphanumeric() || matches!(end, '_' | ')' | ']' | '}' | '"' | '\'' | ';'),
        None => true,
    }
}

/// The end of the last line of a text: all of it unless it is very long.
fn last_line(before: &str) -> &str {
    let near = nearby(before);
    &near[line_start(near, near.len())..]
}

/// Where the string begins whose first characters are the dotted chain of names at the end of a text.
fn string_start(before: &str) -> Option<usize> {
    let quoted = before.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_' || c == '.');
    let head = quoted.trim_end_matches(['"', '\'']);
    (head.len() < quoted.len()).then(|| head.trim_end_matches(|c: char| c.is_ascii_alphabetic()).len())
}

/// Whether a string that begins at the end of a text can be an argument of a call, or a later part of one, as far as what
/// stands before it tells: the first or a named one, or a later one.
fn is_argument(before: &str, first: bool) -> bool {
    let head = before.trim_end_matches(|c: char| c.is_whitespace() || c == '\\');
    let comment = last_line(head).contains('#');
    comment || head.ends_with(['(', '=', '+', '"', '\'']) || !first && head.ends_with(',')
}

/// Whether a string that begins at the end of a text is a later part of one.
fn continues(before: &str) -> bool {
    before.trim_end_matches(SPACE).ends_with(['+', '"', '\''])
}

/// Whether the word is being defined: `class W`, `def W`, or `W = ...` at the start of a line.
fn defines(before: &str, after: &str) -> bool {
    let keyword = before.trim_end_matches([' ', '\t', '\\']);
    keyword.ends_with("class")
        || keyword.ends_with("def")
        || (keyword.is_empty() || keyword.ends_with(['\n', '\r']))
            && after.trim_start_matches([' ', '\t']).starts_with(['=', ':'])
}

fn is_word(text: &str, start: usize, end: usize) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    !text[..start].chars().next_back().is_some_and(part) && !text[end..].chars().next().is_some_and(part)
}

/// What an import statement has before its keyword: nothing or `from` and a module. None if it is no such statement.
fn clause(before: &str) -> Option<&str> {
    let outside = |c: char| c.is_whitespace() || matches!(c, '\\' | '\u{feff}');
    // A suite can stand in the line of its header, and statements one after another.
    let clause = before.rsplit([';', ':']).next().unwrap_or_default().trim_matches(outside);
    let module = clause.strip_prefix("from");
    let is_module = module.is_some_and(|it| it.starts_with(|c: char| c == '.' || outside(c)));
    (clause.is_empty() || is_module).then_some(module.unwrap_or_default())
}

/// The start of the line, or of the first line that is continued up to it.
fn statement_start(text: &str, at: usize) -> usize {
    let mut start = line_start(text, at);
    // A comment ends with its line, whatever it ends with.
    while let Some(before) =
        text[..start].trim_end_matches(['\n', '\r']).strip_suffix('\\').filter(|before| !in_comment(before))
    {
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
        return closing(text, from);
    }
    let mut end = from;
    loop {
        let line = text[end..].find(['\n', '\r', ';']).map_or(text.len(), |at| end + at);
        if line == text.len() || !text[..line].ends_with('\\') {
            return line;
        }
        end = line + text[line..].chars().take_while(|c| matches!(c, '\n' | '\r')).count();
    }
}

/// The parenthesis that closes the names of an import, outside comments.
fn closing(text: &str, from: usize) -> usize {
    let mut at = from;
    while let Some(found) = text[at..].find([')', '#']) {
        if text[at + found..].starts_with(')') {
            return at + found;
        }
        at = text[at + found..].find(['\n', '\r']).map_or(text.len(), |end| at + found + end);
    }
    text.len()
}

/// The identifiers of a piece of text; what is not ASCII counts as part of one.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(text: &str, word: &str) -> bool {
        let known = Known {
            names: &|name| name == "Redis",
            roots: &|name| name == "redis",
            defines: &|_| true,
            inside: &|name| name == "app",
        };
        let imports = Imports::of(text, &known);
        memmem::find_iter(text.as_bytes(), word).any(|start| {
            let end = start + word.len();
            is_word(text, start, end)
                && imports.admits(
                    text,
                    &WordUse { start, end, root: word == "redis", member: word == "client", anywhere: word == "Any" },
                    &|_| true,
                )
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
            "import app\na, core = 1, app.core\ncore.Redis()",
            "from app.core import make\nmake().Redis()",
            "from .core import Base\nclass A(Base):\n    def f(self):\n        self.Redis()",
            "from app import core\ngetattr(core, 'Redis')",
            "from app.core import (  # noqa (one)\n    Redis,\n)\n",
            "try: from app import Redis\nexcept ImportError: pass",
            "import app\nclass A:\n    def f(self):\n        self.core = app.core\n        self.core.Redis()",
            "patch('app.core.Redis')",
            "patch('Redis.make')",
            "patch(\n    # a comment\n    'app.core.Redis')",
            "patch(  # a comment\n    target='app.core.Redis')",
            "patch('app' '.core.Redis')",
            "m = __import__(name)\nm.Redis()",
            "m = import_module('app.core')\nm.Redis = m.Redis()",
            "import_module('app.Redis')",
            "import redis as r\nr.Redis()",
            "import redis\ngetattr(redis, 'Redis')",
            "from app import core\nx = core.Redis == 1",
            "from app import core\nf'{core.Redis=}'",
            "from app import core\nf\"\"\"\n# {core.Redis}\"\"\"",
            "from app import core\nx = \"\"\"\n# a\"\"\" + core.Redis",
            "from app import core\nx: 'core.Redis' = 1",
            "# a comment \\\nfrom redis import Redis\n",
            "# don't \\\nfrom redis import Redis\n",
            "\"\"\"\n# x\"\"\"; from redis import Redis\n",
            "from os import path; from app import core\ncore.Redis()",
            "from \\\n    .core import x\nx.Redis()",
            "from app import core\ndef f(x: core.Redis = None): ...",
            "from app import core\ndef f(\n    x: core.Redis = None): ...",
            "from app import core\ndef f(\n    x:\n    core.Redis = None): ...",
            "from app import core\ndef f(\n    x: None |\n    core.Redis = None): ...",
            "from app import core\nclass A:\n    c: core.Redis = None",
            "from app import core\nf\"\"\"{core.Redis=\n}\"\"\"",
            "from app import core\n(core.\n    Redis)()",
            "from app import core\n(core.  # a comment\n    Redis)()",
            "from app import core\ncore . Redis()",
            "from app import core\ngetattr(core, (n := 'Redis'))()",
            "from app import core\ngetattr(core, '' + 'Redis')()",
            "patch('app.core' + '.Redis')",
            "patch('app.core.' 'Redis')",
            "class Redis:\n    pass\n",
            "Redis = 1\n",
        ] {
            assert!(admits(text, "Redis"), "{text}");
        }
    }

    #[test]
    fn a_word_that_nothing_brings_in_is_not_code_that_matters() {
        for text in [
            "# Redis\nimport os\n",
            "# import Redis (\nimport os\n",
            "Do import Redis.\n",
            "def f(Redis): ...\n",
            "import os\nself.Redis()",
            "import os\nx = 'Redis'",
            "# from redis import Redis\n",
            "# old: from redis import Redis\n",
            "from app import core\ncore.x()  # was core.Redis()\n",
            "from app import core\ncore.Redis = 1\n",
            "from app import core\nif x:\n    # a comment\n    core.Redis = 1\n",
            "from app import core\ndef f(\n    a,\n) -> None:\n    core.Redis = 1\n",
            "import redis\n\"\"\"prose on Redis\"\"\"\n",
            "from app import core\ngetattr(core, 'x')\nx = {'Redis': 1}\n",
            "from app import core\nx = ['Redis.x']\n",
            "m = __import__(name)\nx = 'on Redis'",
        ] {
            assert!(!admits(text, "Redis"), "{text}");
        }
        assert!(!admits("# redis is fast\nimport os\n", "redis"));
        assert!(!admits("import redis.asyncio as r\n", "redis"));
        assert!(admits("import redis.asyncio as r\ngetattr(r, name)", "redis"));
        assert!(!admits("import x\nx.Redis()", "Redis"));
        assert!(admits("import x\nx.Any()", "Any"));
    }

    #[test]
    fn a_member_of_a_class_is_used_as_one() {
        for text in ["from app import A\nA.client", "from app import A\ngetattr(A, 'client')", "patch('app.A.client')"]
        {
            assert!(admits(text, "client"), "{text}");
        }
        for text in [
            "from app import client\nclient()",
            "from app import *\nclient()",
            "client = 1",
            "from app.client import A\nA()",
        ] {
            assert!(!admits(text, "client"), "{text}");
        }
    }
}
