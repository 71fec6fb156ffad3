//! The first rules file of a project.

/// Writes a commented rules file that extends packs. `declared` are the lines of sources and rules; without any, the
/// lines to write are there as a comment.
#[must_use]
pub fn init_text(packs: &[&str], declared: Option<&str>) -> String {
    let pack = crate::rule::pack::DEFAULT.name;
    let packs: Vec<String> = packs.iter().map(|pack| format!("\"{pack}\"")).collect();
    let declared = declared.map_or_else(
        || {
            format!(
                "# The one place that code shall take its client from. No file of the project stands out as one that makes and\n\
                 # hands out a client, so that none could be inferred. Names that do:\n\
                 #\n\
                 # [[source]]\n\
                 # id = \"{pack}\"\n\
                 # canonical = [\"app.cache.client\"]   # what code shall use, fully qualified; Rust: \"infra::cache::client\"\n\
                 # owners = [\"app/cache.py\"]          # the files that may make a client\n"
            )
        },
        str::to_owned,
    );
    format!("{HEAD}\nextends = [{}]\n\n{SCAN}\n{declared}{RULE}", packs.join(", "))
}

const HEAD: &str = "\
# Rules of ssot: what is the single source of truth, and what may not go around it.
# `ssot rules` lists the rules, `ssot rule ID` explains one, `ssot config --show` shows what applies and from where.

# Rules that come with the program. What this file says about a source or rule of the same id is merged into them.";

const SCAN: &str = "\
# Files that are not scanned, besides those in .gitignore; and further files that are test code.
# exclude = [\"vendor/**\"]
# tests = [\"qa/**\"]

# A run fails on any violation of severity warning or error, until there are conditions here.
# [gate]
# fail-under = 95.0
";

const RULE: &str = "
# A rule of your own, for example for a module that has been superseded:
#
# [[rule]]
# id = \"old-cache-module\"
# source = \"redis\"
# kind = \"import\"
# ban = [\"app.old_cache\"]
# use-instead = \"app.cache.client\"
# reason = \"superseded by app.cache\"
# allow-in = [{ path = \"app/compat.py\", reason = \"the compatibility shim itself\" }]

# To change or switch off a rule of the pack, name its id:
#
# [[rule]]
# id = \"redis-deprecated-name\"
# enabled = false
";
