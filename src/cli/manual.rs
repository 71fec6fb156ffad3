//! Words of help and of the manual page besides the options: examples and exit codes of each subcommand, the environment.
//!
//! In: nothing. Out: the definition of the command line with these words; [`man`](super::man) has them as sections.

use std::fmt::Write as _;

use clap::{Command, CommandFactory};

use super::Cli;

/// The words on a subcommand.
pub(super) struct Manual {
    /// The subcommand, with those above it.
    pub command: &'static str,
    /// Command lines, and what each does.
    pub examples: &'static [(&'static str, &'static str)],
    /// Exit codes, and what they mean; of all of them 2 is an error.
    pub exits: &'static [(u8, &'static str)],
}

const ERROR: (u8, &str) = (2, "The usage or the configuration is wrong, a path does not exist, or there is a defect.");
const DONE: (u8, &str) = (0, "It was done.");
const EMPTY: (u8, &str) = (3, "Nothing was scanned.");

/// Exit codes of the program as a whole.
pub(super) const EXITS: &[(u8, &str)] = &[
    (0, "The gate passed, or the command did what it was asked."),
    (1, "The gate failed, or the command found what it looks for."),
    ERROR,
    (3, "Nothing was scanned, or with --strict something could not be analysed."),
];

/// The variables of the environment that the program reads.
pub(super) const ENVIRONMENT: &[(&str, &str)] = &[
    ("SSOT_CONFIG", "The rules file, as --config."),
    ("SSOT_CACHE_DIR", "The directory for results that are kept between runs, as --cache-dir."),
    ("SSOT_CACHE", "With the value verify each run is done with and without kept results; a difference is an error."),
    ("NO_COLOR", "If it is set, output has no colour."),
    ("FORCE_COLOR, CLICOLOR_FORCE", "If set to anything but 0 or false, output has colour though it is no terminal."),
    ("CLICOLOR, TERM", "With CLICOLOR=0 or TERM=dumb output has no colour on a terminal."),
    ("COLUMNS", "The width of text, in place of that of the terminal."),
    ("CI", "In a job of CI progress is not shown."),
    ("GITHUB_STEP_SUMMARY", "With --format github a summary goes to this file."),
    ("GITHUB_BASE_REF", "The reference of --against where none is named, in a pull request on GitHub."),
    ("SOURCE_DATE_EPOCH", "The day of the run, in seconds since 1970, for suppressions that end."),
    ("GIT_INDEX_FILE", "The index that --staged reads, as git sets it for a hook."),
    ("PATH", "Where git is looked for."),
    ("SSOT_COMPLETE", "Set by completion scripts alone: the program then prints candidates."),
];

/// The words on each subcommand, in the order of the help.
pub(super) const MANUALS: &[Manual] = &[
    Manual {
        command: "check",
        examples: &[
            ("ssot check", "the whole project, for people"),
            ("ssot check src/app --select redis-direct-client", "what one rule finds in a directory"),
            ("ssot check --staged", "what is about to be committed"),
            ("ssot check --against origin/main --format github", "what a pull request brings"),
            ("ssot check --format json --output-file found.json --exit-zero", "for a program"),
        ],
        exits: &[
            (0, "The gate passed."),
            (1, "The gate failed; not with --exit-zero."),
            ERROR,
            (3, "Nothing was scanned, or with --strict a relevant file or use could not be analysed."),
        ],
    },
    Manual {
        command: "fix",
        examples: &[
            ("ssot fix --plan", "what can be done about every violation, and what speaks against it"),
            ("ssot fix --diff | git apply", "look at the patch, or pass it on"),
            ("ssot fix src/app --unsafe-fixes", "what a person has looked at, in one directory"),
        ],
        exits: &[DONE, (1, "With --diff: there is a patch."), ERROR, EMPTY],
    },
    Manual {
        command: "baseline",
        examples: &[("ssot baseline create --reason 'before the move'", "accept what is there today")],
        exits: &[
            DONE,
            (1, "With update: there are violations that it does not have, and nothing was written."),
            ERROR,
            EMPTY,
        ],
    },
    Manual {
        command: "baseline create",
        examples: &[("ssot baseline create --reason 'before the move'", "accept what is there today")],
        exits: &[DONE, ERROR, EMPTY],
    },
    Manual {
        command: "baseline update",
        examples: &[
            ("ssot baseline update", "follow what moved, remove what is gone"),
            ("ssot baseline update --allow-additions --reason 'hotfix 4711'", "accept what is new as well"),
        ],
        exits: &[DONE, (1, "There are violations that it does not have, and nothing was written."), ERROR, EMPTY],
    },
    Manual {
        command: "baseline prune",
        examples: &[("ssot baseline prune", "remove the entries that stand for nothing any more")],
        exits: &[DONE, ERROR, EMPTY],
    },
    Manual {
        command: "baseline show",
        examples: &[("ssot baseline show", "the entries, with the place of each today")],
        exits: &[DONE, ERROR, EMPTY],
    },
    Manual {
        command: "files",
        examples: &[
            ("ssot files", "what is scanned; what is not goes to standard error, with the reason"),
            ("ssot files src 2>/dev/null | wc -l", "how many files"),
        ],
        exits: &[DONE, ERROR, EMPTY],
    },
    Manual {
        command: "rules",
        examples: &[("ssot rules", "the rules of the project"), ("ssot rules --packs", "the packs that are built in")],
        exits: &[DONE, ERROR],
    },
    Manual {
        command: "rule",
        examples: &[("ssot rule redis-direct-client", "what it bans, why, and where it does not apply")],
        exits: &[DONE, ERROR],
    },
    Manual {
        command: "config",
        examples: &[("ssot config --show", "every value with the file and line that says it")],
        exits: &[DONE, ERROR],
    },
    Manual {
        command: "schema",
        examples: &[("ssot schema > ssot.schema.json", "for an editor")],
        exits: &[DONE, ERROR],
    },
    Manual {
        command: "score",
        examples: &[
            ("ssot score", "the score of each source"),
            ("ssot score --explain", "every term, so that the sum can be done by hand"),
            ("ssot score --format shields > badge.json", "a badge"),
        ],
        exits: &[DONE, ERROR, EMPTY],
    },
    Manual {
        command: "report",
        examples: &[
            ("ssot report -o issue.md", "the debt as an issue"),
            ("ssot report --update issue.md", "the same issue, some weeks later"),
            ("ssot report --format html -o debt.html", "a page"),
        ],
        exits: &[DONE, (1, "With --fail-on-criteria: a criterion is not met."), ERROR, EMPTY],
    },
    Manual {
        command: "report merge",
        examples: &[("ssot report merge a.json b.json -o all.md", "the reports of several projects as one")],
        exits: &[DONE, ERROR],
    },
    Manual {
        command: "history",
        examples: &[
            ("ssot history --since v1.0", "from a tag to HEAD"),
            ("ssot history --every week --format csv", "for a spreadsheet"),
        ],
        exits: &[DONE, ERROR, (3, "There is no commit to look at, or one could not be read.")],
    },
    Manual {
        command: "impact",
        examples: &[
            ("ssot impact", "which entry points reach a violation"),
            ("ssot impact app.redis_manager.RedisManager", "who reaches a symbol"),
            ("ssot impact redis-direct-client --format mermaid", "a chart of one rule"),
        ],
        exits: &[DONE, ERROR, EMPTY],
    },
    Manual {
        command: "explain",
        examples: &[
            ("ssot explain FILE:12", "why a line is reported, or why not"),
            ("ssot explain FILE:12:9 --json", "one name, for a program"),
        ],
        exits: &[DONE, ERROR],
    },
    Manual {
        command: "server",
        examples: &[("ssot server", "started by an editor, never by hand")],
        exits: &[(0, "The editor ended it in order."), (1, "The connection was lost."), ERROR],
    },
    Manual {
        command: "discover",
        examples: &[
            ("ssot discover", "concerns that several files own, with their evidence"),
            ("ssot discover src --format json", "in a directory, for a program"),
        ],
        exits: &[DONE, ERROR, EMPTY],
    },
    Manual {
        command: "init",
        examples: &[
            ("ssot init", "ask for each concern, and write ssot.toml"),
            ("ssot init --accept all --stdout", "look at it first"),
            ("ssot init --from pyproject.toml", "from the bans of another tool"),
        ],
        exits: &[DONE, ERROR],
    },
    Manual {
        command: "doctor",
        examples: &[("ssot doctor", "what is wrong with the rules")],
        exits: &[(0, "Nothing is wrong."), (1, "Something is."), ERROR, EMPTY],
    },
    Manual {
        command: "cache",
        examples: &[("ssot cache", "what is kept, and where"), ("ssot cache --clear", "remove it")],
        exits: &[DONE, ERROR],
    },
    Manual {
        command: "test",
        examples: &[
            ("ssot test", "whether the examples of the rules do as they say"),
            ("ssot test --evasions --select no-print", "which disguises of a ban are caught"),
        ],
        exits: &[(0, "Every example does as it says."), (1, "One does not."), ERROR],
    },
    Manual {
        command: "completions",
        examples: &[
            ("source <(ssot completions bash)", "in .bashrc; zsh likewise"),
            ("ssot completions fish > ~/.config/fish/completions/ssot.fish", "for fish"),
        ],
        exits: &[DONE, ERROR],
    },
    Manual { command: "man", examples: &[("ssot man | man -l -", "read it")], exits: &[DONE, ERROR] },
];

/// Returns the definition of the command line, with examples and exit codes in `--help`.
pub(super) fn command() -> Command {
    let mut command = Cli::command().after_long_help(sections(&[], EXITS));
    for manual in MANUALS {
        let mut names = manual.command.split(' ');
        let (first, below) = (names.next().unwrap_or_default(), names.next());
        let help = sections(manual.examples, manual.exits);
        command = command.mut_subcommand(first, |found| match below {
            None => found.after_long_help(help),
            Some(below) => found.mut_subcommand(below, |found| found.after_long_help(help)),
        });
    }
    command
}

/// Returns what is said of a subcommand, if there is something.
pub(super) fn of(command: &str) -> Option<&'static Manual> {
    MANUALS.iter().find(|manual| manual.command == command)
}

fn sections(examples: &[(&str, &str)], exits: &[(u8, &str)]) -> String {
    let mut text = String::new();
    if !examples.is_empty() {
        text.push_str("Examples:\n");
        for (code, what) in examples {
            let _infallible = writeln!(text, "  {code}\n          {what}");
        }
        text.push('\n');
    }
    text.push_str("Exit codes:\n");
    for (code, meaning) in exits {
        let _infallible = writeln!(text, "  {code}  {meaning}");
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every subcommand with its full name.
    fn names(above: &str, command: &Command) -> Vec<String> {
        let below = |it: &Command| {
            let name = format!("{above}{}", it.get_name());
            let more = names(&format!("{name} "), it);
            [vec![name], more].concat()
        };
        command.get_subcommands().flat_map(below).collect()
    }

    #[test]
    fn every_subcommand_has_examples_that_the_command_line_takes() {
        let all = names("", &Cli::command());
        assert_eq!(MANUALS.iter().map(|it| it.command).collect::<Vec<_>>(), all);
        for manual in MANUALS {
            assert!(manual.examples.iter().any(|(code, _)| code.contains(&format!("ssot {}", manual.command))));
            for (code, _) in manual.examples {
                let written = code.split("ssot ").nth(1).unwrap_or_default();
                let mut arguments = vec!["ssot"];
                for (at, part) in written.split('\'').enumerate() {
                    let words = part.split([' ', ')']).filter(|word| !word.is_empty());
                    match at % 2 {
                        0 => arguments.extend(words.take_while(|word| !matches!(*word, "|" | ">" | "2>/dev/null"))),
                        _ => arguments.push(part),
                    }
                }
                let parsed = command().try_get_matches_from(&arguments);
                assert!(parsed.is_ok(), "{code}: {arguments:?} {:?}", parsed.err());
            }
        }
    }

    #[test]
    fn help_has_examples_and_exit_codes() {
        for name in MANUALS.iter().map(|it| it.command) {
            let arguments: Vec<&str> = ["ssot"].into_iter().chain(name.split(' ')).chain(["--help"]).collect();
            let help = command().try_get_matches_from(arguments).expect_err("help").to_string();
            assert!(help.contains("Examples:\n  ") && help.contains("Exit codes:\n  0  "), "{help}");
        }
    }
}
