//! Text of the project inside Markdown.
//!
//! In: any text. Out: Markdown that shows it and that nothing in it can turn into markup, a mention or another cell.

use super::text::clean;

/// Characters of one text in a cell.
const CELL: usize = 500;

/// Text of the project as code, inside a table cell or outside.
pub(in crate::render) fn code(text: &str) -> String {
    let text = short(&clean(text));
    // A code span keeps everything but these: a backtick ends it, a bar ends the cell even inside.
    if text.is_empty() || text.contains(['`', '|']) || text.starts_with(' ') || text.ends_with(' ') {
        return format!("<code>{}</code>", entities(&text));
    }
    format!("`{text}`")
}

/// A sentence: what stands between two backticks is code, all else is shown as it is.
pub(in crate::render) fn prose(text: &str) -> String {
    let text = short(&clean(text));
    if text.matches('`').count() % 2 == 1 {
        return entities(&text);
    }
    let parts = text.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { code(part) } else { entities(part) }).collect()
}

/// Everything that could be markup as entities: HTML, emphasis, links, images, cells. `@` is parted from what follows, so
/// that nobody is mentioned.
pub(in crate::render) fn entities(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => result.push_str("&amp;"),
            '<' => result.push_str("&lt;"),
            '>' => result.push_str("&gt;"),
            '`' | '*' | '_' | '[' | ']' | '|' | '~' | '\\' | '#' | '!' | '$' => {
                result.push_str(&format!("&#{};", u32::from(c)));
            }
            '@' => result.push_str("@\u{2060}"),
            c => result.push(c),
        }
    }
    result
}

/// At most [`CELL`] characters.
fn short(text: &str) -> String {
    match text.char_indices().nth(CELL) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
