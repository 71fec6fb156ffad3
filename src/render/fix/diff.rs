//! A patch in the unified format, over bytes: files may be in any encoding.

use std::io::{self, Write};

use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};

/// Lines around a change.
const CONTEXT: usize = 3;

/// A file before and after.
#[derive(Debug, Clone, Copy)]
pub struct PatchedFile<'a> {
    /// Its path, relative to where the patch is applied.
    pub path: &'a str,
    /// Its bytes before.
    pub before: &'a [u8],
    /// Its bytes after.
    pub after: &'a [u8],
}

/// Writes a patch that `git apply` takes in the directory that paths are relative to.
///
/// # Errors
/// Those of the writer.
pub fn patch(files: &[PatchedFile<'_>], out: &mut dyn Write) -> io::Result<()> {
    for file in files {
        let (before, after) = (lines(file.before), lines(file.after));
        let operations = capture_diff_slices(Algorithm::Myers, &before, &after);
        writeln!(out, "--- {}\n+++ {}", name("a/", file.path), name("b/", file.path))?;
        for group in group_diff_ops(operations, CONTEXT) {
            hunk(&group, &before, &after, out)?;
        }
    }
    Ok(())
}

fn hunk(group: &[DiffOp], before: &[&[u8]], after: &[&[u8]], out: &mut dyn Write) -> io::Result<()> {
    let (Some(first), Some(last)) = (group.first(), group.last()) else { return Ok(()) };
    let old = first.old_range().start..last.old_range().end;
    let new = first.new_range().start..last.new_range().end;
    writeln!(out, "@@ -{} +{} @@", range(&old), range(&new))?;
    for operation in group {
        if operation.tag() == DiffTag::Equal {
            for line in &before[operation.old_range()] {
                put(b" ", line, out)?;
            }
            continue;
        }
        for line in &before[operation.old_range()] {
            put(b"-", line, out)?;
        }
        for line in &after[operation.new_range()] {
            put(b"+", line, out)?;
        }
    }
    Ok(())
}

fn put(sign: &[u8], line: &[u8], out: &mut dyn Write) -> io::Result<()> {
    out.write_all(sign)?;
    out.write_all(line)?;
    if line.ends_with(b"\n") { Ok(()) } else { out.write_all(b"\n\\ No newline at end of file\n") }
}

/// A range of lines as a hunk names it: from 1 on; an empty one by the line before it.
fn range(lines: &std::ops::Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        length => format!("{},{length}", lines.start + 1),
    }
}

/// Splits at line feeds alone, as git does.
fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

/// A path in the head of a patch, quoted where it must be.
fn name(prefix: &str, path: &str) -> String {
    let plain = !path.chars().any(|c| c == '"' || c == '\\' || c.is_control());
    match plain {
        true if path.contains(' ') => format!("{prefix}{path}\t"),
        true => format!("{prefix}{path}"),
        false => {
            let mut quoted = format!("\"{prefix}");
            for byte in path.bytes() {
                match byte {
                    b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
                    0x20..=0x7e => quoted.push(char::from(byte)),
                    _ => quoted.push_str(&format!("\\{byte:03o}")),
                }
            }
            quoted + "\""
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(path: &str, before: &str, after: &str) -> String {
        let mut bytes = Vec::new();
        patch(&[PatchedFile { path, before: before.as_bytes(), after: after.as_bytes() }], &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn hunks_have_context_and_say_where_a_file_ends_without_a_line_end() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\nend";
        let after = "1\ntwo\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n";
        assert_eq!(
            shown("a.py", before, after),
            "--- a/a.py\n+++ b/a.py\n@@ -1,5 +1,5 @@\n 1\n-2\n+two\n 3\n 4\n 5\n@@ -10,4 +10,3 @@\n 10\n 11\n 12\n-end\n\\ No newline at end of file\n"
        );
    }

    #[test]
    fn names_that_would_be_misread_are_quoted() {
        assert!(shown("a b.py", "1\n", "2\n").starts_with("--- a/a b.py\t\n"));
        assert!(shown("ä\".py", "1\n", "2\n").starts_with("--- \"a/\\303\\244\\\".py\"\n"));
    }
}
