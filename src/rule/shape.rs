//! The shape of a rules file: which keys each table has and what each key takes.
//!
//! In: nothing. Out: constants that drive decoding, merging and showing a rules file and of which the
//! [JSON schema](super::schema) and the reference are made, so that a key is named and described once.

use crate::source::Language;

use super::choice::ChoiceMeta;
use super::overrides::OVERRIDE;
use super::{ComponentsFrom, InlineIgnore, MeasureKind, Policy, RuleKind, Severity};
use super::{fixes, parameters};

/// A table of a rules file.
#[derive(Debug)]
pub(super) struct Table {
    /// Names the table in the schema.
    pub name: &'static str,
    /// Says what the table is.
    pub about: &'static str,
    /// Lists its keys.
    pub keys: &'static [Key],
}

/// A key of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    /// Its name.
    pub name: &'static str,
    /// The values that it takes.
    pub shape: Shape,
    /// Says what it means.
    pub about: &'static str,
    /// The value that holds when it is absent, as TOML, if that can be said in one.
    pub default: Option<&'static str>,
    /// It must be there, even where an extended file has the table too.
    pub required: bool,
}

impl Key {
    pub(super) const fn or(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }

    pub(super) const fn required(self) -> Self {
        Self { required: true, ..self }
    }
}

/// The values that a key takes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// A string that is not empty.
    Text,
    /// Such a string, by which entries of several files are merged.
    Id,
    /// A list of strings that are not empty.
    Texts,
    /// `true` or `false`.
    Flag,
    /// A whole number, not negative.
    Count,
    /// A number with a fraction, not negative.
    Decimal(Decimal),
    /// One of some words.
    Word(ChoiceMeta),
    /// A table.
    Table(&'static Table),
    /// A string, which means what is said here, or a table.
    TextOrTable(&'static str, &'static Table),
    /// A table from names of the user's choice to strings.
    TextMap,
    /// A table from names of the user's choice to tables.
    NamedTables(&'static Table),
    /// A list of tables; merged by `id` where they have one.
    Tables(&'static Table),
}

/// The numbers that a key takes: from 0 on, in decimal notation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decimal {
    /// The number of places that there may be after the point.
    pub places: usize,
    /// The highest one.
    pub most: u32,
}

/// A score, in hundredths.
pub(super) const SCORE: Decimal = Decimal { places: 2, most: 100 };

/// A factor or a limit, in thousandths.
pub(super) const FACTOR: Decimal = Decimal { places: 3, most: 1_000_000 };

impl Shape {
    /// Says what was expected, for a message: "a string".
    pub fn expected(&self) -> String {
        match self {
            Self::Text | Self::Id => "a string".to_owned(),
            Self::Texts => "a list of strings".to_owned(),
            Self::Flag => "`true` or `false`".to_owned(),
            Self::Count => "a whole number, 0 or more".to_owned(),
            Self::Decimal(_) => "a number, 0 or more".to_owned(),
            Self::Word(choice) => format!("one of {}", quoted(&choice.words())),
            Self::Table(_) => "a table".to_owned(),
            Self::TextOrTable(_, table) => format!("a string, or a table with the keys {}", table.quoted_keys()),
            Self::TextMap => "a table of strings".to_owned(),
            Self::NamedTables(_) => "a table of tables".to_owned(),
            Self::Tables(table) => format!("a list of tables with the keys {}", table.quoted_keys()),
        }
    }
}

impl Table {
    /// Returns the key of a name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// Lists the names of its keys.
    pub fn names(&self) -> Vec<&'static str> {
        self.keys.iter().map(|key| key.name).collect()
    }

    /// Lists the names of its keys in back quotes, separated by commas.
    pub fn quoted_keys(&self) -> String {
        quoted(&self.names())
    }
}

/// Puts names in back quotes, separated by commas.
pub(super) fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Makes a key that may be absent.
pub(super) const fn key(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key { name, shape, about, default: None, required: false }
}

/// Puts lists of keys together; `N` is how many they have.
const fn joined<const N: usize>(lists: &[&[Key]]) -> [Key; N] {
    let mut all = [lists[0][0]; N];
    let (mut list, mut at) = (0, 0);
    while list < lists.len() {
        let mut key = 0;
        while key < lists[list].len() {
            all[at] = lists[list][key];
            (key, at) = (key + 1, at + 1);
        }
        list += 1;
    }
    all
}

/// The whole file.
pub(super) const FILE: &Table = &Table {
    name: "RulesFile",
    about: "Rules file of `ssot`: the sources of truth of a project and what may not go around them.",
    keys: &[
        key(
            "extends",
            Shape::Texts,
            "Built-in packs by name, other rules files by path relative to this one. What this file says is merged into \
             them: lists are appended, single values replaced.",
        )
        .or("[]"),
        key(
            "exclude",
            Shape::Texts,
            "Files that are not scanned, besides those that `.gitignore` names. Patterns are anchored at the project \
             root; `*` stays within a segment, `**` crosses.",
        )
        .or("[]"),
        key("tests", Shape::Texts, "Files that are test code besides the usual places.").or("[]"),
        key(
            "projects",
            Shape::Texts,
            "Patterns of directories whose own rules files are read too: what such a file says holds below its directory, \
             to which its file patterns are relative. Only in the topmost rules file.",
        )
        .or("[]"),
        key("python", Shape::Table(ROOTS), "How Python modules are found."),
        key(
            "gate",
            Shape::Table(GATE),
            "When a run fails. Without any condition it fails on each active violation of severity warning or error.",
        ),
        key("source", Shape::Tables(SOURCE), "Concerns that must have one source of truth."),
        key("rule", Shape::Tables(RULE), "Policies, each with an id."),
        key("alias", Shape::Tables(ALIAS), "Public paths that name the same module or item."),
        key("component", Shape::Tables(COMPONENT), "Named parts of the tree, for reports and scores."),
        key(
            "components",
            Shape::Word(ChoiceMeta::of::<ComponentsFrom>()),
            "Where further components come from. Only in the topmost rules file.",
        ),
        key(
            "criterion",
            Shape::Tables(CRITERION),
            "What must hold for the debt to count as paid, for `ssot report`.",
        ),
        key(
            "phase",
            Shape::Tables(PHASE),
            "Steps of the migration plan of `ssot report`, in order. A file belongs to the first that names it.",
        ),
        key("report", Shape::Table(REPORT), "Under what `ssot report` files the debt."),
    ],
};

const ROOTS: &Table = &Table {
    name: "Python",
    about: "How Python modules are found.",
    keys: &[key(
        "roots",
        Shape::Texts,
        "Directories from which absolute imports are looked up, relative to the project root; detected when absent.",
    )],
};

const CONDITIONS: &[Key] = &[
    key("fail-under", Shape::Decimal(SCORE), "The lowest overall score that passes, with at most 2 decimal places."),
    key(
        "fail-under-production",
        Shape::Decimal(SCORE),
        "The lowest score of the code outside tests that passes, with at most 2 decimal places.",
    ),
    key("no-new", Shape::Flag, "Fail on a violation that the baseline or reference does not have."),
    key(
        "score-drop",
        Shape::Flag,
        "Fail when the score is lower than the reference's and there is a new violation with points.",
    ),
    key(
        "max-violations",
        Shape::Table(MAX_VIOLATIONS),
        "The highest number of active violations of each severity that passes.",
    ),
    key(
        "unanalysed",
        Shape::Count,
        "The highest number of relevant files that could not be read or parsed that passes.",
    ),
];

const GATE: &Table = &Table {
    name: "Gate",
    about: "Conditions under which a run fails; absent ones are not checked.",
    keys: &joined::<{ CONDITIONS.len() + 1 }>(&[
        CONDITIONS,
        &[key("profile", Shape::NamedTables(PROFILE), "Other sets of conditions, chosen by name.")],
    ]),
};

const PROFILE: &Table =
    &Table { name: "Profile", about: "A set of conditions that is chosen by name; as in `[gate]`.", keys: CONDITIONS };

const MAX_VIOLATIONS: &Table = &Table {
    name: "MaxViolations",
    about: "The highest number of active violations of each severity that passes.",
    keys: &[
        key("error", Shape::Count, "Errors."),
        key("warning", Shape::Count, "Warnings."),
        key("note", Shape::Count, "Notes."),
    ],
};

const SOURCE: &Table = &Table {
    name: "Source",
    about: "A concern that must have one source of truth.",
    keys: &[
        key("id", Shape::Id, "Its id; an id that an extended file has too merges into the source there.").required(),
        key("title", Shape::Text, "A short title, such as \"Redis access\"."),
        key("reason", Shape::Text, "Why there must be only one."),
        key("docs", Shape::Text, "A link or path to more."),
        key(
            "canonical",
            Shape::Texts,
            "What code shall use, fully qualified: `.` paths are Python, `::` paths Rust. A module covers its members. \
             When absent, the names through which the owners hand the source out.",
        ),
        key(
            "owners",
            Shape::Texts,
            "Files that implement it and may do what is banned elsewhere. When absent, the files that define what is \
             canonical. When both are absent, an owner is inferred.",
        ),
        key(
            "fail-under",
            Shape::Decimal(SCORE),
            "The lowest score of this source that passes, in place of that of the gate.",
        ),
    ],
};

pub(super) const RULE: &Table = &Table {
    name: "Rule",
    about: "One policy. What is required may be absent when an extended file has a rule with this id.",
    keys: &joined::<{ OF_EVERY_RULE.len() + parameters::KEYS.len() + fixes::KEYS.len() }>(&[
        OF_EVERY_RULE,
        parameters::KEYS,
        fixes::KEYS,
    ]),
};

/// The keys that a rule of any kind reads.
const OF_EVERY_RULE: &[Key] = &[
    key("id", Shape::Id, "Its id; an id that an extended file has too merges into the rule there.").required(),
    key("source", Shape::Text, "The id of the source it protects."),
    key("kind", Shape::Word(ChoiceMeta::of::<RuleKind>()), "What it looks for."),
    key(
        "ban",
        Shape::Texts,
        "Paths that may not be used: `.` paths are Python, `::` paths Rust. `*` is any run of characters in a segment, \
         `**` any number of segments. Required for the kinds import, construct, reference and subclass.",
    ),
    key(
        "use-instead",
        Shape::TextOrTable("One path; its separator says for which language.", USE_INSTEAD),
        "What to write instead: one path, or one for each language.",
    ),
    key(
        "rename",
        Shape::TextMap,
        "Old names to new ones, for fixes: full names; a bare old name is one of any banned module, a bare new name one \
         of the module of `use-instead`.",
    ),
    key("reason", Shape::Text, "Why."),
    key("docs", Shape::Text, "A link or path to more."),
    key("severity", Shape::Word(ChoiceMeta::of::<Severity>()), "What a violation costs.").or("\"error\""),
    key(
        "severity-in-tests",
        Shape::Word(ChoiceMeta::of::<Severity>()),
        "What a violation costs in test code; as `severity` when absent.",
    ),
    key("weight", Shape::Decimal(FACTOR), "Factor of the points, with at most 3 decimal places.").or("1"),
    key("allow-in", Shape::Tables(EXEMPTION), "Files in which the rule does not apply."),
    key("override", Shape::Tables(OVERRIDE), "Severities that hold in some files alone."),
    key("enabled", Shape::Flag, "`false` switches the rule off.").or("true"),
    key(
        "language",
        Shape::Word(ChoiceMeta::of::<Language>()),
        "The only language in which the rule applies; then paths of one segment are of it.",
    ),
    key("inline-ignore", Shape::Word(ChoiceMeta::of::<InlineIgnore>()), "What inline suppressions need.")
        .or("\"reason\""),
    key("policy", Shape::Word(ChoiceMeta::of::<Policy>()), "Whether violations can be put into a baseline.")
        .or("\"ratchet\""),
    key("examples", Shape::Table(EXAMPLES), "Code that shows what the rule means."),
];

const USE_INSTEAD: &Table = &Table {
    name: "UseInstead",
    about: "A path for each language.",
    keys: &[key("python", Shape::Text, "In Python."), key("rust", Shape::Text, "In Rust.")],
};

const EXEMPTION: &Table = &Table {
    name: "Exemption",
    about: "Files in which a rule does not apply.",
    keys: &[key("path", Shape::Text, "Which files.").required(), key("reason", Shape::Text, "Why.").required()],
};

const EXAMPLES: &Table = &Table {
    name: "Examples",
    about: "Code that shows what a rule means.",
    keys: &[
        key("bad", Shape::Texts, "Whole files with a violation.").or("[]"),
        key("good", Shape::Texts, "Whole files without one.").or("[]"),
    ],
};

const ALIAS: &Table = &Table {
    name: "Alias",
    about: "Two public paths of one module or item.",
    keys: &[
        key("path", Shape::Text, "The path as code writes it.").required(),
        key("is", Shape::Text, "The path it stands for.").required(),
    ],
};

const COMPONENT: &Table = &Table {
    name: "Component",
    about: "A named part of the tree.",
    keys: &[
        key("id", Shape::Id, "Its id; an id that an extended file has too merges into the component there.").required(),
        key("paths", Shape::Texts, "Its files."),
        key(
            "fail-under",
            Shape::Decimal(SCORE),
            "The lowest score of this component, pooled over sources, that passes.",
        ),
        key(
            "impact",
            Shape::Text,
            "What its debt endangers, in a sentence; `ssot report` says it while the component has debt.",
        ),
    ],
};

const REPORT: &Table = &Table {
    name: "Report",
    about: "Under what `ssot report` files the debt.",
    keys: &[
        key("priority", Shape::Text, "The priority, such as \"P1\", in place of the one that the numbers give."),
        key(
            "labels",
            Shape::Texts,
            "The labels, in place of `ssot` and one for each source with violations; an empty list for none.",
        ),
    ],
};

pub(super) const CRITERION: &Table = &Table {
    name: "Criterion",
    about: "A condition on a measured value or on evidence: one measure, and one limit.",
    keys: &[
        key("id", Shape::Id, "Its id; an id that an extended file has too merges into the criterion there.").required(),
        key("title", Shape::Text, "What it demands, in words; the id when absent."),
        key("measure", Shape::Word(ChoiceMeta::of::<MeasureKind>()), "What is measured."),
        key("source", Shape::Text, "Only this source. Not for evidence."),
        key("rule", Shape::Text, "Only this rule. Not for evidence, nor for implementations."),
        key("component", Shape::Text, "Only this component. Not for evidence."),
        key("file", Shape::Text, "Evidence: the file, relative to the project root."),
        key(
            "name",
            Shape::Text,
            "Measure junit: a regular expression for the names of tests (`class::name`); all tests when absent.",
        ),
        key("pointer", Shape::Text, "Measure json: a JSON pointer (RFC 6901) to the number."),
        key(
            "among",
            Shape::Text,
            "Measure log: a regular expression for the lines that are counted; all lines when absent.",
        ),
        key("matching", Shape::Text, "Measure log: a regular expression for those of them whose share is the value."),
        key("at-least", Shape::Decimal(FACTOR), "The value must be this or more."),
        key("at-most", Shape::Decimal(FACTOR), "The value must be this or less."),
        key("above", Shape::Decimal(FACTOR), "The value must be more than this."),
        key("below", Shape::Decimal(FACTOR), "The value must be less than this."),
    ],
};

const PHASE: &Table = &Table {
    name: "Phase",
    about: "A step of the migration plan.",
    keys: &[
        key("id", Shape::Id, "Its id; an id that an extended file has too merges into the phase there.").required(),
        key("title", Shape::Text, "What is done in it, in words; the id when absent."),
        key("paths", Shape::Texts, "Its files."),
    ],
};
