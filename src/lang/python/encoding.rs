//! The encoding that a Python file declares (PEP 263).
//!
//! In: the bytes of a file. Out: the label in its first lines, and what a label means.

use encoding_rs::Encoding;

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// The encoding that a comment in the first two lines declares; the second counts if the first is blank or a comment.
pub(super) fn declared_encoding(bytes: &[u8]) -> Option<String> {
    if bytes.starts_with(UTF8_MARK) {
        return None;
    }
    for line in bytes.split(|&byte| byte == b'\n' || byte == b'\r').take(2) {
        let line = line.trim_ascii_start();
        match line.first() {
            None => {}
            Some(b'#') => {
                if let Some(label) = cookie(line) {
                    return Some(label);
                }
            }
            Some(_) => return None,
        }
    }
    None
}

/// `coding[:=]\s*([-\w.]+)` in a comment.
fn cookie(comment: &[u8]) -> Option<String> {
    let mut rest = comment;
    loop {
        rest = &rest[memchr::memmem::find(rest, b"coding")? + b"coding".len()..];
        let Some(b':' | b'=') = rest.first() else { continue };
        let name = rest[1..].trim_ascii_start();
        let length =
            name.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')).count();
        if length > 0 {
            return Some(String::from_utf8_lossy(&name[..length]).to_ascii_lowercase());
        }
    }
}

/// The encoding that Python means by a name; the Encoding Standard knows most of them under the same label.
pub(super) fn encoding(label: &str) -> Option<&'static Encoding> {
    let plain = label.replace('_', "-");
    let known = match plain.as_str() {
        name if name.starts_with("latin-1") || name.starts_with("iso-latin-1") => "iso-8859-1",
        "8859" | "cp819" => "iso-8859-1",
        "cp932" | "ms932" | "mskanji" => "shift_jis",
        "cp936" | "ms936" => "gbk",
        "cp949" | "ms949" | "uhc" => "euc-kr",
        "cp950" | "ms950" => "big5",
        "mac-roman" => "macintosh",
        name => name,
    };
    // Python's UTF-16 has no ASCII, and the Encoding Standard reads none of what it calls `replacement`.
    let unread = [encoding_rs::UTF_16LE, encoding_rs::UTF_16BE, encoding_rs::REPLACEMENT, encoding_rs::X_USER_DEFINED];
    Encoding::for_label(known.as_bytes())
        .or_else(|| Encoding::for_label(known.replace("iso8859-", "iso-8859-").as_bytes()))
        .filter(|encoding| !unread.contains(encoding))
}

/// Returns true for an encoding that is not decoded here and leaves ASCII as it is.
pub(super) fn extends_ascii(label: &str) -> bool {
    EXTENDS_ASCII.contains(&label.replace(['_', '-'], "").as_str())
}

/// Names of such encodings, without hyphens.
const EXTENDS_ASCII: [&str; 31] = [
    "big5hkscs",
    "cp1006",
    "cp1125",
    "cp437",
    "cp720",
    "cp737",
    "cp775",
    "cp850",
    "cp852",
    "cp855",
    "cp856",
    "cp857",
    "cp858",
    "cp860",
    "cp861",
    "cp862",
    "cp863",
    "cp865",
    "eucjis2004",
    "eucjisx0213",
    "hproman8",
    "johab",
    "koi8t",
    "kz1048",
    "mbcs",
    "oem",
    "palmos",
    "ptcp154",
    "shiftjis2004",
    "shiftjisx0213",
    "tis620",
];
