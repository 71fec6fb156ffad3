//! Pieces of HTML: text, code, tables.
//!
//! In: texts of the project. Out: markup in which none of them can become an element.

use std::fmt::Write as _;

use super::super::text::steers;

/// Text between tags or in a quoted attribute.
pub(in crate::render) fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, c| {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c if steers(c) => escaped.extend(c.escape_default()),
            c => escaped.push(c),
        }
        escaped
    })
}

/// Code that may break after its separators.
pub(in crate::render) fn code(text: &str) -> String {
    let parts: Vec<String> = text.split_inclusive(['/', '.', ':']).map(escaped).collect();
    format!("<code>{}</code>", parts.join("<wbr>"))
}

/// A sentence in which what stands between backticks is code.
pub(in crate::render) fn prose(text: &str) -> String {
    if text.matches('`').count() % 2 == 1 {
        return escaped(text);
    }
    let parts = text.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { code(part) } else { escaped(part) }).collect()
}

/// A table whose cells are HTML; `#` before a title makes a column of numbers, `=` one that fills a line on a phone.
pub(in crate::render) fn table(columns: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let name = |title: &str| title.trim_start_matches(['#', '=']).to_owned();
    let class = |title: &str| match title.as_bytes().first() {
        Some(b'#') => " class=\"n\"",
        Some(b'=') => " class=\"wide\"",
        _ => "",
    };
    let heads: String = columns.iter().map(|title| format!("<th{}>{}</th>", class(title), name(title))).collect();
    let mut text = format!("<div class=\"scroll\"><table class=\"cards\"><thead><tr>{heads}</tr></thead><tbody>\n");
    for row in rows {
        let cell =
            |(title, cell): (&&str, &String)| format!("<td{} data-name=\"{}\">{cell}</td>", class(title), name(title));
        let cells: String = columns.iter().zip(&row).map(cell).collect();
        let _infallible = writeln!(text, "<tr>{cells}</tr>");
    }
    text + "</tbody></table></div>\n"
}

/// A value in the fragment of an address.
pub(in crate::render) fn encoded(value: &str) -> String {
    value.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-_./".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _infallible = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}
