//! The rules by which the names of a language are looked up, where languages differ.
//!
//! In: nothing; each front end has one. Out: constants that resolving and detecting ask instead of asking which language a
//! file is in.

/// The module whose members are the builtins, where a language has such names.
pub const BUILTINS: &str = "builtins";

/// The name by which code reads that module without an import.
pub const BUILTINS_NAME: &str = "__builtins__";

/// The function of a module that gives the members which the module does not bind.
pub const MEMBER_HOOK: &str = "__getattr__";

/// The rules by which the names of a language are looked up, where languages differ.
#[derive(Debug)]
pub struct LookupPolicy {
    /// The meaning of a name that nothing in its file binds.
    pub unbound: Unbound,
    /// The test for the name of a builtin.
    pub is_builtin: fn(&str) -> bool,
    /// The names that every file has without an import, in order, each with the path that defines it.
    pub prelude: &'static [(&'static str, &'static [&'static str])],
    /// Packages outside the tree that are one under another name: alias, real.
    pub same_packages: &'static [(&'static str, &'static str)],
    /// Functions that import a module named by a string, by their path.
    pub importers: &'static [(&'static [&'static str], Importer)],
    /// Functions that bind arguments to a callable, by their path.
    pub partials: &'static [&'static [&'static str]],
    /// A path that denotes a banned function or constructor and is passed as a value constructs (form `value`).
    pub values_construct: bool,
    /// Instances of a class make instances by the same members as the class does.
    pub instances_construct: bool,
    /// A path to a variant builds its enum when it is called or filled in.
    pub variants_construct: bool,
    /// A path that begins with a package's name imports what it names, as an import of it would.
    pub paths_import: bool,
    /// An import names its path itself, also as a member of a module of the tree; judged without following re-exports.
    pub member_imports_follow: bool,
    /// The ways in which environment variables are read.
    pub environment: Environment,
    /// The signs by which a class shows that it only says what others implement.
    pub interfaces: Interfaces,
    /// Methods that only set an instance up or show it.
    pub constructors: &'static [&'static str],
}

/// The signs by which a class shows that it only says what others implement; by last names.
#[derive(Debug)]
pub struct Interfaces {
    /// Bases that make a class one.
    pub bases: &'static [&'static str],
    /// Decorators of methods; a class of which every public method has one is one too.
    pub decorators: &'static [&'static str],
}

/// The ways in which a language's programs read environment variables; everything by its path outside the tree.
#[derive(Debug)]
pub struct Environment {
    /// Mappings from names of variables to values.
    pub mappings: &'static [&'static [&'static str]],
    /// Methods of such a mapping that take the name of a variable first and give its value.
    pub lookups: &'static [&'static str],
    /// Those that change the mapping too: where their value is dropped nothing is read.
    pub changes: &'static [&'static str],
    /// Functions that take the name of a variable first and give its value.
    pub readers: &'static [&'static [&'static str]],
    /// Classes of which an instance, called or by any of its methods, takes the name of a variable first.
    pub handles: &'static [&'static [&'static str]],
    /// Packages whose functions and classes name variables in an argument `envvar`.
    pub options: &'static [&'static str],
    /// Classes whose subclasses have a field for each variable.
    pub settings: &'static [&'static [&'static str]],
    /// Whole words, one of which stands in each file that reads any variable.
    pub words: &'static [&'static str],
}

/// The meaning of a name that nothing in its file binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unbound {
    /// Nothing, unless it is a builtin ([`LookupPolicy::is_builtin`]), a member of the module `builtins`.
    Builtins,
    /// A package outside the file, if the layout knows one of that name.
    Package,
}

/// The result that an importing function makes of its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Importer {
    /// `import_module(name, package=None)`: the module that is named.
    Named,
    /// `__import__(name, globals, locals, fromlist, level)`: the first segment, or the module if `fromlist` is given.
    Builtin,
}
