//! Import scan: what a text can bring in from other files, read from its tokens without a parse.
//!
//! In: nothing; the front ends make these. Out: plain data for the selection, which decides by it whether a word found in
//! a text can be one of a symbol there. A scan may see more imports than a parse would (in prose, in strings), never fewer.

/// The imports of a text and what its words are there.
#[derive(Debug, Default)]
pub struct ImportScan<'t> {
    /// Every name that an import writes, modules and members alike.
    pub names: Vec<&'t str>,
    /// The first names of absolute imports; where paths import, the names from which a path goes on.
    pub roots: Vec<&'t str>,
    /// An import counts from the file's own package or crate.
    pub relative: bool,
    /// An import takes whatever the other module has.
    pub star: bool,
    /// Modules are imported by names that need not be written as such.
    pub dynamic: bool,
    /// Members are read by computed names.
    pub computed: bool,
    /// As what each word of the code stands, by its first byte, where the scan tells.
    pub places: Vec<(u32, Occurrence)>,
}

/// As what a word stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occurrence {
    /// In prose: a comment, or a string that names nothing.
    Prose,
    /// A name by itself.
    Bare,
    /// Inside an import.
    Imported,
    /// Part of a written path, the name of a macro or alone among its arguments.
    Path,
    /// A member of something.
    Member,
    /// A string of its own that can be an argument which names a member, or a module where such are imported.
    Quoted,
    /// A dotted string, which can name a module or the target of a patch.
    Dotted,
}
