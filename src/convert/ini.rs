//! INI files as Python's `configparser` reads them: sections, keys, values that go on in indented lines.
//!
//! In: a text. Out: its sections with the lines of their entries.

/// A section.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct IniSection {
    pub name: String,
    /// 1-based line.
    pub line: u32,
    pub entries: Vec<IniEntry>,
}

/// A key with what is written for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IniEntry {
    pub key: String,
    /// Each line of the value that is not empty, with its number.
    pub values: Vec<(u32, String)>,
}

impl IniSection {
    /// Returns the parts of a value, which commas and line ends separate, each with its line.
    pub fn list(&self, keys: &[&str]) -> Vec<(u32, String)> {
        let entries = self.entries.iter().filter(|entry| keys.contains(&entry.key.as_str()));
        let lines = entries.flat_map(|entry| &entry.values);
        let parts = lines.flat_map(|(line, text)| text.split(',').map(move |part| (*line, part.trim().to_owned())));
        parts.filter(|(_, part)| !part.is_empty()).collect()
    }

    /// Returns a value of one line.
    pub fn text(&self, key: &str) -> Option<&str> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        entry.values.first().map(|(_, text)| text.as_str())
    }
}

/// Reads the sections of a text.
pub(super) fn parse(text: &str) -> Vec<IniSection> {
    let mut sections: Vec<IniSection> = Vec::new();
    for (number, raw) in (1u32..).zip(text.lines()) {
        let line = raw.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(name, _)| name) {
            sections.push(IniSection { name: name.trim().to_owned(), line: number, entries: Vec::new() });
            continue;
        }
        let Some(section) = sections.last_mut() else { continue };
        let continued = raw.starts_with([' ', '\t']);
        match (continued, section.entries.last_mut(), line.split_once(['=', ':'])) {
            (true, Some(entry), _) => entry.values.push((number, line.to_owned())),
            (_, _, Some((key, value))) => {
                let value = value.trim();
                let values = if value.is_empty() { Vec::new() } else { vec![(number, value.to_owned())] };
                section.entries.push(IniEntry { key: key.trim().to_lowercase().replace('_', "-"), values });
            }
            _ => {}
        }
    }
    sections
}
