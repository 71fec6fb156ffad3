//! The directories by which the plan groups files.
//!
//! In: the paths of the files to be worked on. Out: for each a directory that tells it from others: `src` or a directory in
//! which everything lies in one other says nothing of what is in it.

/// The directory for the sources of a project, whatever it is of.
const SOURCES: &str = "src";

/// Returns the directory by which a file is grouped among these; `.` for a file in the root.
pub(super) fn directory_of<'p>(path: &'p str, paths: &[&str]) -> &'p str {
    let mut trunk = ".";
    for (end, _) in path.match_indices('/') {
        let child = &path[..end];
        let is_sources = child.rsplit('/').next() == Some(SOURCES);
        if !is_sources && !holds_all(child, trunk, paths) {
            return child;
        }
        trunk = child;
    }
    trunk
}

/// Returns whether all files below a directory lie in one directory in it.
fn holds_all(child: &str, directory: &str, paths: &[&str]) -> bool {
    let below = |path: &str, directory: &str| path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'));
    paths.iter().filter(|path| directory == "." || below(path, directory)).all(|path| below(path, child))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(paths: &[&str]) -> Vec<String> {
        paths.iter().map(|path| directory_of(path, paths).to_owned()).collect()
    }

    #[test]
    fn a_directory_for_sources_is_no_group() {
        assert_eq!(groups(&["src/app/web/a.py", "src/app/db/b.py"]), ["src/app/web", "src/app/db"]);
        assert_eq!(groups(&["src/web/a.py", "src/db/b.py", "tools/c.py"]), ["src/web", "src/db", "tools"]);
        assert_eq!(groups(&["src/a.rs", "src/web/b.rs"]), ["src", "src/web"]);
    }

    #[test]
    fn files_are_grouped_where_they_part() {
        assert_eq!(groups(&["a.py", "app/b.py", "app/web/c.py"]), [".", "app", "app"]);
        assert_eq!(groups(&["app/web/deep/c.py", "lib/d.py"]), ["app", "lib"]);
        assert_eq!(groups(&["services/one/src/a/x.py", "services/two/src/b/y.py"]), ["services/one", "services/two"]);
    }
}
