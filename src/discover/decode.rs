//! Bytes to text: UTF-8, or what a file declares where its language has that.

use std::borrow::Cow;

use super::unreadable;
use crate::lang::{self, FrontEnd};
use crate::problem::{Problem, ProblemSeverity};
use crate::source::Language;

/// The byte order mark of UTF-8.
pub(super) const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// Larger files are not read: each byte of a text can take about 64 bytes of memory while it is analysed.
pub(super) const LARGEST: usize = 32 << 20;
pub(super) const TOO_LARGE: &str = "it is larger than 32 MiB; exclude it if it is data";

/// The text of a file, without a byte order mark.
pub(super) fn decode<'b>(path: &str, language: Option<Language>, bytes: &'b [u8]) -> Result<Cow<'b, str>, Problem> {
    let lost = |message: String, help: &str| unreadable(path, ProblemSeverity::Error, message).with_help(help);
    if bytes.len() > LARGEST {
        return Err(unreadable(path, ProblemSeverity::Error, format!("the file could not be read: {TOO_LARGE}")));
    }
    if let Some(name) = foreign_mark(bytes) {
        return Err(lost(format!("the file is {name}, not UTF-8"), "save it as UTF-8"));
    }
    if let Some(at) = memchr::memchr(0, bytes) {
        let message = format!("the file holds a NUL byte on line {}", line_of(bytes, at));
        return Err(lost(message, "remove the byte, or exclude the file if it is no source text"));
    }
    if is_large_file_pointer(bytes) {
        let help = "`git lfs pull` gets its text";
        return Err(lost("the file is a Git LFS pointer, and its text is not here".to_owned(), help));
    }
    let front_end = language.map(lang::front_end);
    let declared = front_end.and_then(|front_end| Some((front_end, front_end.declared_encoding(bytes)?)));
    match declared {
        Some((front_end, label)) if !is_utf8(&label) => {
            let text = in_encoding(front_end, &label, bytes);
            text.map_err(|what| lost(format!("the file {what}"), "save it as UTF-8"))
        }
        _ => {
            let own = bytes.strip_prefix(UTF8_MARK).unwrap_or(bytes);
            std::str::from_utf8(own).map(Cow::Borrowed).map_err(|error| {
                let line = line_of(own, error.valid_up_to());
                let help = front_end.map_or("save it as UTF-8", FrontEnd::encoding_help);
                lost(format!("the file is not UTF-8 on line {line}"), help)
            })
        }
    }
}

/// The text of a file that declares this encoding, or what is wrong with it. Where bytes of ASCII may mean something else
/// (`unicode_escape`, `utf-7`), or the encoding is not known, no file can be read, not even one that looks like ASCII.
fn in_encoding<'b>(front_end: &dyn FrontEnd, label: &str, bytes: &'b [u8]) -> Result<Cow<'b, str>, String> {
    let malformed = || format!("is not in the encoding `{label}` that it declares");
    let ascii = || std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| malformed());
    let plain = label.replace('_', "-");
    if matches!(plain.as_str(), "ascii" | "us-ascii" | "646") || plain.starts_with("ansi-x3.4-19") {
        return if bytes.is_ascii() { ascii() } else { Err(malformed()) };
    }
    match front_end.encoding(label) {
        Some(encoding) => match encoding.decode_without_bom_handling(bytes) {
            (text, false) => Ok(text),
            (_, true) => Err(malformed()),
        },
        None if bytes.is_ascii() && front_end.extends_ascii(label) => ascii(),
        None => Err(format!("declares the encoding `{label}`, which cannot be read")),
    }
}

/// Returns true for what Git LFS checks out where the content itself is not there.
fn is_large_file_pointer(bytes: &[u8]) -> bool {
    const HEADS: [&[u8]; 2] =
        [b"version https://git-lfs.github.com/spec/v1", b"version https://hawser.github.com/spec/v1"];
    let ends = |rest: &[u8]| matches!(rest.first(), Some(b'\n' | b'\r'));
    bytes.len() < 1024 && HEADS.iter().any(|head| bytes.strip_prefix(*head).is_some_and(ends))
}

/// The name of another Unicode encoding by its byte order mark.
fn foreign_mark(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16"),
        _ => None,
    }
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    memchr::memchr_iter(b'\n', &bytes[..at]).count() + 1
}

fn is_utf8(label: &str) -> bool {
    let plain = label.replace('_', "-");
    matches!(plain.as_str(), "utf8" | "u8" | "utf-8") || plain.starts_with("utf-8-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{PYTHON, RUST};

    fn python(bytes: &[u8]) -> Result<String, String> {
        decode("a.py", Some(PYTHON), bytes).map(|text| text.to_string()).map_err(|p| p.message)
    }

    #[test]
    fn utf8_with_and_without_mark() {
        assert_eq!(python("ä = 1\n".as_bytes()), Ok("ä = 1\n".to_owned()));
        assert_eq!(python(b"\xef\xbb\xbfx = 1\n"), Ok("x = 1\n".to_owned()));
        assert_eq!(python("# coding: latin-1\nx = 'a'\n".as_bytes()), Ok("# coding: latin-1\nx = 'a'\n".to_owned()));
    }

    #[test]
    fn a_python_file_is_read_in_the_encoding_it_declares() {
        for label in ["latin-1", "Latin_1", "iso-8859-1", "iso8859-15", "cp1252", "iso_8859_1", "latin-1-unix"] {
            let bytes = [b"#!/usr/bin/python\n# -*- coding: ", label.as_bytes(), b" -*-\nx = '\xe9'\n"].concat();
            assert!(python(&bytes).is_ok_and(|text| text.ends_with("x = 'é'\n")), "{label}");
        }
        let cyrillic = b"# vim: set fileencoding=koi8_r :\nx = '\xc1'\n";
        assert!(python(cyrillic).is_ok_and(|text| text.ends_with("'а'\n")));
        let japanese = b"# coding=cp932\nx = '\x82\xa0'\n";
        assert!(python(japanese).is_ok_and(|text| text.ends_with("'あ'\n")));
    }

    #[test]
    fn a_declaration_counts_only_in_the_first_two_lines_and_only_in_a_comment() {
        assert_eq!(python(b"\n\n# coding: latin-1\nx = '\xe9'\n"), Err("the file is not UTF-8 on line 4".to_owned()));
        assert_eq!(python(b"x = 1\n# coding: latin-1\n'\xe9'\n"), Err("the file is not UTF-8 on line 3".to_owned()));
        let rust = decode("a.rs", Some(RUST), b"// coding: latin-1\n// \xe9");
        assert_eq!(rust.map_err(|p| p.message), Err("the file is not UTF-8 on line 2".to_owned()));
    }

    #[test]
    fn an_encoding_in_which_ascii_is_not_ascii_costs_the_file() {
        for label in
            ["unicode_escape", "raw_unicode_escape", "utf-7", "utf_16", "klingon", "cp037", "idna", "rot13", "hz"]
        {
            let text = format!("# coding: {label}\nx = 1\n");
            assert!(python(text.as_bytes()).is_err_and(|message| message.contains("cannot be read")), "{label}");
        }
        for label in ["cp437", "ascii", "johab", "mac_roman", "TIS-620", "gb18030", "euc_jp"] {
            let text = format!("# coding: {label}\nx = 1\n");
            assert_eq!(python(text.as_bytes()), Ok(text), "{label}");
        }
        assert!(python(b"# coding: ascii\n'\xe9'").is_err() && python(b"# coding: cp437\n'\xe9'").is_err());
    }

    #[test]
    fn a_pointer_of_git_lfs_is_no_text() {
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
        assert!(python(pointer).is_err_and(|message| message.contains("Git LFS")));
        assert!(decode("a.rs", Some(lang::RUST), pointer).is_err());
    }

    #[test]
    fn what_is_no_text_is_a_problem_with_a_remedy() {
        let problem = |bytes: &[u8]| decode("a.py", Some(PYTHON), bytes).expect_err("no text");
        for bytes in
            [&b"\xff\xfex\0"[..], b"\xfe\xff\0x", b"x = 1\n\0", b"# coding: klingon\n'\xe9'", b"# coding: cp932\n\x82"]
        {
            assert!(problem(bytes).help.is_some(), "{bytes:?}");
        }
        assert_eq!(problem(b"x\n\0").message, "the file holds a NUL byte on line 2");
        assert_eq!(problem(b"\xff\xfex\0").message, "the file is UTF-16, not UTF-8");
    }
}
