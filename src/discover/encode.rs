//! Text to bytes: a file that is changed keeps its byte order mark and its encoding.

use super::decode;
use crate::lang;
use crate::source::Language;

/// Returns the bytes of a changed file: `after` in the place of `before`, in the encoding of `bytes`.
///
/// # Errors
/// When `bytes` are not those of `before`, because the file has changed meanwhile or its encoding does not give back what
/// was read; or when it cannot hold the new text.
pub(super) fn encode(
    path: &str,
    language: Option<Language>,
    bytes: &[u8],
    before: &str,
    after: &str,
) -> Result<Vec<u8>, String> {
    let changed = || "it has changed meanwhile".to_owned();
    if decode::decode(path, language, bytes).ok().as_deref() != Some(before) {
        return Err(changed());
    }
    let mark: &[u8] = if bytes.starts_with(decode::UTF8_MARK) { decode::UTF8_MARK } else { &[] };
    if &bytes[mark.len()..] == before.as_bytes() {
        let ascii = before.is_ascii() && !after.is_ascii();
        if ascii && decode::decode(path, language, after.as_bytes()).ok().as_deref() != Some(after) {
            return Err("its encoding does not have every character of the new text".to_owned());
        }
        return Ok([mark, after.as_bytes()].concat());
    }
    let front_end = language.map(lang::front_end);
    let encoding = front_end.and_then(|it| it.encoding(&it.declared_encoding(bytes)?));
    let encoding = encoding.ok_or_else(|| "its encoding cannot be written".to_owned())?;
    if encoding.encode(before).0 != bytes {
        return Err("its encoding would not give back the same bytes".to_owned());
    }
    match encoding.encode(after) {
        (new, _, false) => Ok(new.into_owned()),
        (_, _, true) => Err("its encoding does not have every character of the new text".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::PYTHON;

    fn python(bytes: &[u8], before: &str, after: &str) -> Result<Vec<u8>, String> {
        encode("a.py", Some(PYTHON), bytes, before, after)
    }

    #[test]
    fn marks_and_encodings_stay() {
        assert_eq!(python(b"\xef\xbb\xbfa = 1\n", "a = 1\n", "b = 1\n"), Ok(b"\xef\xbb\xbfb = 1\n".to_vec()));
        let latin = b"# coding: latin-1\na = '\xe9'\n";
        let (before, after) = ("# coding: latin-1\na = 'é'\n", "# coding: latin-1\nb = 'é'\n");
        assert_eq!(python(latin, before, after), Ok(b"# coding: latin-1\nb = '\xe9'\n".to_vec()));
    }

    #[test]
    fn a_file_that_has_changed_is_refused() {
        assert_eq!(python(b"a = 2\n", "a = 1\n", "b = 1\n"), Err("it has changed meanwhile".to_owned()));
    }

    #[test]
    fn what_the_encoding_lacks_is_refused() {
        let latin = b"# coding: latin-1\na = '\xe9'\n";
        let (before, after) = ("# coding: latin-1\na = 'é'\n", "# coding: latin-1\na = 'й'\n");
        assert!(python(latin, before, after).is_err());
        assert!(python(b"# coding: ascii\na\n", "# coding: ascii\na\n", "# coding: ascii\nй\n").is_err());
    }
}
