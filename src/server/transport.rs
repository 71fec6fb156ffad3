//! The transport: messages of the protocol out of bytes, and into them.
//!
//! In: a stream. Out: messages, or what is wrong with one. A message that cannot be understood costs itself: the stream goes
//! on behind it. Leaves what messages mean to [`super::session`].

use std::io::{self, BufRead, Read, Write};

use lsp_server::{ErrorCode, Message};
use serde_json::{Value, json};

/// A body is not longer: whoever announces more is not speaking this protocol.
const LONGEST: u64 = 1 << 30;

/// The next thing in a stream.
#[derive(Debug)]
pub(super) enum Received {
    /// A message.
    Message(Message),
    /// Bytes that are none.
    Malformed(Fault),
    /// The stream has ended.
    Closed,
}

/// The fault of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// The code of JSON-RPC.
    pub code: i32,
    /// The fault in words.
    pub words: String,
}

impl Fault {
    /// Returns the answer to a message whose id is not known.
    pub fn answer(&self) -> Value {
        json!({ "jsonrpc": "2.0", "id": null, "error": { "code": self.code, "message": self.words } })
    }
}

fn malformed(code: ErrorCode, words: impl Into<String>) -> Received {
    Received::Malformed(Fault { code: code as i32, words: words.into() })
}

/// Reads one message.
pub(super) fn read(input: &mut dyn BufRead) -> Received {
    match body(input) {
        Ok(Some(body)) => understood(&body),
        Ok(None) => Received::Closed,
        Err(error) if error.kind() == io::ErrorKind::InvalidData => malformed(ErrorCode::ParseError, error.to_string()),
        Err(_) => Received::Closed,
    }
}

fn understood(body: &[u8]) -> Received {
    match serde_json::from_slice::<Message>(body) {
        Ok(message) => Received::Message(message),
        Err(_) if serde_json::from_slice::<Value>(body).is_ok() => {
            malformed(ErrorCode::InvalidRequest, "this is JSON, but neither request, response nor notification")
        }
        Err(error) => malformed(ErrorCode::ParseError, format!("the message is no JSON: {error}")),
    }
}

/// Reads headers and the bytes that they announce; none at the end of the stream.
fn body(input: &mut dyn BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end_matches(['\r', '\n']);
        match (line, length) {
            ("", Some(length)) => return exactly(input, length).map(Some),
            // Lines between messages are nobody's.
            ("", None) => {}
            (header, _) => length = announced(header)?.or(length),
        }
    }
}

/// Reads the length out of a header, if it is the one that has it.
fn announced(header: &str) -> io::Result<Option<u64>> {
    let invalid = |words: String| io::Error::new(io::ErrorKind::InvalidData, words);
    let Some((name, value)) = header.split_once(':') else {
        let start: String = header.chars().take(40).collect();
        return Err(invalid(format!("`{start}` is no header; expected `Content-Length: N`")));
    };
    if !name.trim().eq_ignore_ascii_case("content-length") {
        return Ok(None);
    }
    match value.trim().parse() {
        Ok(length) if length <= LONGEST => Ok(Some(length)),
        _ => Err(invalid(format!("`{header}` announces no possible length"))),
    }
}

fn exactly(input: &mut dyn BufRead, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = input.take(length).read_to_end(&mut bytes)?;
    if read as u64 == length { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// Writes one message.
///
/// # Errors
/// Those of the stream.
pub(super) fn write(output: &mut dyn Write, message: &Value) -> io::Result<()> {
    let body = message.to_string();
    write!(output, "Content-Length: {}\r\n\r\n{body}", body.len())?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<String> {
        let mut input = bytes;
        let mut received = Vec::new();
        loop {
            received.push(match read(&mut input) {
                Received::Message(Message::Request(request)) => request.method,
                Received::Message(other) => format!("{other:?}"),
                Received::Malformed(fault) => fault.code.to_string(),
                Received::Closed => return received,
            });
        }
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn what_is_no_message_costs_itself_alone() {
        let good = framed(r#"{"jsonrpc":"2.0","id":1,"method":"shutdown"}"#);
        assert_eq!(all(good.as_bytes()), ["shutdown"]);
        for (bad, code) in [
            (framed("{"), "-32700"),
            (framed("[1, 2]"), "-32600"),
            (framed(r#"{"id": null}"#), "-32600"),
            ("nonsense\r\n".to_owned(), "-32700"),
            ("Content-Length: many\r\n".to_owned(), "-32700"),
            ("Content-Length: 99999999999999\r\n".to_owned(), "-32700"),
        ] {
            assert_eq!(all(format!("{bad}{good}").as_bytes()), [code, "shutdown"], "{bad}");
        }
    }

    #[test]
    fn other_headers_and_any_spelling_are_taken() {
        let body = r#"{"jsonrpc":"2.0","id":1,"method":"a"}"#;
        let text = format!("content-type: x\r\ncontent-length:{}\n\n{body}", body.len());
        assert_eq!(all(text.as_bytes()), ["a"]);
        assert_eq!(all(&text.as_bytes()[..text.len() - 1]), [""; 0], "a stream that breaks off");
    }

    #[test]
    fn what_is_written_is_read() {
        let mut bytes = Vec::new();
        write(&mut bytes, &json!({ "jsonrpc": "2.0", "id": 7, "method": "ü" })).expect("a vector takes all");
        assert_eq!(all(&bytes), ["ü"]);
    }
}
