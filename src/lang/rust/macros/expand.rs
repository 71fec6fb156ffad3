//! The text that a call of a macro stands for.
//!
//! In: a `macro_rules!` definition ([`super::definition`]) and the arguments of a call. Out: the text that the call
//! stands for: fragments that are names, paths and types are put in; all others become a name that nothing binds, since
//! what the caller wrote is judged where it is written. What the text then says is left to the walk.

use super::definition::MacroDef;
use super::matcher::{Bound, HOLE, Part, Tree, arms, part, trees};
use crate::lang::rust::syntax::lexer::Kind;
use crate::source::Span;

/// The word that stands for `$crate`; no identifier of real code.
pub const CRATE: &str = "__crate_of_the_macro";
/// Longer expansions are cut: no constructor hides in them.
const LONGEST: usize = 1 << 18;

/// The text that an invocation stands for: a function of its arguments and of the macro's definition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transcription {
    /// The text.
    pub code: String,
    /// The parts of the arguments that are put in as names.
    pub taken: Vec<Span>,
    /// The parts of the arguments that are put in as the code that they are.
    pub quoted: Vec<Span>,
}

impl MacroDef {
    /// Returns what an invocation with these arguments stands for; if no arm matches, what every arm says without its
    /// fragments.
    #[must_use]
    pub fn expand(&self, arguments: &str) -> Transcription {
        let arms = self.arms.get_or_init(|| arms(trees(&self.text)));
        let given = trees(arguments);
        let matching = arms.iter().find_map(|(matcher, body)| {
            let mut bound = Bound::default();
            let rest = bound.matches(&self.text, matcher, arguments, &given)?;
            rest.is_empty().then_some((bound, body))
        });
        let mut out = Transcription::default();
        match matching {
            Some((bound, body)) => {
                transcribe(&self.text, body, &bound, &mut out.code);
                bound.collect(&mut out.taken, |bound| &bound.taken);
                bound.collect(&mut out.quoted, |bound| &bound.quoted);
            }
            None => {
                for (_, body) in arms {
                    out.code.push_str("{ ");
                    transcribe(&self.text, body, &Bound::default(), &mut out.code);
                    out.code.push_str(" }\n");
                }
            }
        }
        out
    }
}

/// Writes a body with its fragments put in; repetitions once for each time they matched, or once without.
fn transcribe(text: &str, body: &[Tree], bound: &Bound, out: &mut String) {
    let mut at = 0;
    while let Some(tree) = body.get(at) {
        if out.len() > LONGEST {
            return;
        }
        at += 1;
        if !tree.is(b'$') {
            write(text, tree, bound, out);
            continue;
        }
        match body.get(at) {
            Some(Tree::Group { inside, .. }) => {
                let Part::Repeat { length, .. } = part(text, &body[at - 1..]) else { continue };
                let times: Vec<&Bound> = bound.many.iter().collect();
                let none = [bound];
                let times = if times.is_empty() { none.as_slice() } else { times.as_slice() };
                for one in times {
                    let mut merged = Bound { one: bound.one.clone(), many: one.many.clone(), ..Bound::default() };
                    merged.one.extend(one.one.iter().map(|(name, text)| (name.clone(), text.clone())));
                    transcribe(text, inside, &merged, out);
                    out.push('\n');
                }
                at = at - 1 + length;
            }
            Some(next) => {
                match next.word(text) {
                    Some("crate") => out.push_str(CRATE),
                    Some(name) => out.push_str(bound.get(name).unwrap_or(HOLE)),
                    None => {}
                }
                out.push(' ');
                at += 1;
            }
            None => {}
        }
    }
}

fn write(text: &str, tree: &Tree, bound: &Bound, out: &mut String) {
    match tree {
        Tree::Token(token) => {
            out.push_str(token.span.of(text));
            // Punctuation that stood together stays together.
            let next = text.as_bytes().get(token.span.end as usize);
            if !(matches!(token.kind, Kind::Punct(_)) && next.is_some_and(u8::is_ascii_punctuation)) {
                out.push(' ');
            }
        }
        Tree::Group { open, inside, close } => {
            out.push_str(open.span.of(text));
            transcribe(text, inside, bound, out);
            out.push_str(close.map_or("", |close| close.span.of(text)));
            out.push(' ');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::rust::layout::outline;
    use crate::source::FileId;

    fn expanded(rules: &str, arguments: &str) -> String {
        let outline = outline::outline(&format!("macro_rules! m {{ {rules} }}"));
        let rule = MacroDef::new(FileId(0), &outline.macros[0]);
        rule.expand(arguments).code.split_whitespace().collect()
    }

    #[test]
    fn names_paths_and_types_are_put_in() {
        assert_eq!(expanded("($u:expr) => { redis::Client::open($u) }", "a + b"), "redis::Client::open(__hole)");
        assert_eq!(
            expanded("($t:ty, $u:expr) => {{ <$t>::open($u) }};", "redis::Client, f(1)"),
            "{<redis::Client>::open(__hole)}"
        );
        assert_eq!(expanded("($p:path) => { $p(1) }", "a::b"), "a::b(1)");
        assert_eq!(expanded("($m:ident :: $n:ident) => { $crate::$m::$n() }", "a::b"), "__crate_of_the_macro::a::b()");
    }

    #[test]
    fn the_arm_that_matches_is_taken() {
        let rules = "(a) => { x::a() }; (b $n:ident) => { x::$n() }; ($($n:ident),* $(,)?) => { $(y::$n();)* };";
        assert_eq!(expanded(rules, "a"), "x::a()");
        assert_eq!(expanded(rules, "b c"), "x::c()");
        assert_eq!(expanded(rules, "k, l,"), "y::k();y::l();");
        assert_eq!(expanded(rules, "1 + 2"), "{x::a()}{x::__hole()}{y::__hole();}");
    }

    #[test]
    fn odd_rules_end() {
        for rules in ["", "(", "($", "($x", "($x:) => {$", "($($x:expr),*) => { $( }", "() => "] {
            for arguments in ["", "a", "(", "a, b"] {
                let _ = expanded(rules, arguments);
            }
        }
    }
}
