//! Bytes to text: UTF-8, or what a file declares where its language has that.

use std::borrow::Cow;

use super::unreadable;
use crate::lang::{self, FrontEnd};
use crate::problem::{Problem, ProblemSeverity};
use crate::source::Language;

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// The text of a file, without a byte order mark.
pub(super) fn decode<'b>(path: &str, language: Option<Language>, bytes: &'b [u8]) -> Result<Cow<'b, str>, Problem> {
    let lost = |message: String, help: &str| unreadable(path, ProblemSeverity::Error, message).with_help(help);
    if let Some(name) = foreign_mark(bytes) {
        return Err(lost(format!("the file is {name}, not UTF-8"), "save it as UTF-8"));
    }
    if let Some(at) = memchr::memchr(0, bytes) {
        let message = format!("the file holds a NUL byte on line {}", line_of(bytes, at));
        return Err(lost(message, "remove the byte, or exclude the file if it is no source text"));
    }
    let front_end = language.map(lang::front_end);
    let declared = front_end.and_then(|front_end| front_end.declared_encoding(bytes));
    match declared {
        Some(label) if !bytes.is_ascii() && !is_utf8(&label) => {
            let Some(encoding) = front_end.and_then(|front_end| front_end.encoding(&label)) else {
                let message = format!("the file declares the encoding `{label}`, which is not known");
                return Err(lost(message, "save it as UTF-8"));
            };
            let (text, malformed) = encoding.decode_without_bom_handling(bytes);
            if malformed {
                let message = format!("the file is not in the encoding `{label}` that it declares");
                return Err(lost(message, "save it as UTF-8"));
            }
            Ok(text)
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
