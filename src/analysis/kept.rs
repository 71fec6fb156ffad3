//! Findings as they are kept between runs: without the texts of files, which are read again.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::facts::Comment;
use crate::findings::{FileText, Findings, Rival, SourceFindings, Unresolved};
use crate::problem::{Excerpt, Problem, ProblemKind, ProblemSeverity};
use crate::source::{FileId, LineIndex, Span};
use crate::tree::{Texts, Tree};
use crate::violation::Violation;

#[derive(Serialize, Deserialize)]
struct KeptFindings {
    violations: Vec<Violation>,
    exempted: Vec<Violation>,
    owned: Vec<Violation>,
    sources: Vec<SourceFindings>,
    rivals: Vec<Rival>,
    unresolved: Vec<Unresolved>,
    problems: Vec<KeptProblem>,
    /// Texts in which problems have a place, other than those of source files.
    excerpts: Vec<Arc<str>>,
    relevant: Vec<FileId>,
    analysed: usize,
    not_parsed: Vec<FileId>,
    texts: Vec<KeptText>,
}

#[derive(Serialize, Deserialize)]
struct KeptProblem {
    path: Arc<str>,
    place: (u32, u32),
    severity: ProblemSeverity,
    kind: ProblemKind,
    message: String,
    help: Option<String>,
    excerpt: Option<(KeptExcerpt, Span)>,
}

#[derive(Serialize, Deserialize)]
enum KeptExcerpt {
    /// The text of the file that the problem is about.
    OfFile,
    /// One of those that are kept.
    Listed(usize),
}

#[derive(Serialize, Deserialize)]
struct KeptText {
    file: FileId,
    /// Its path, where it is no file of the tree.
    path: Option<Arc<str>>,
    comments: Vec<Comment>,
}

/// Returns findings as bytes.
pub(super) fn encode(findings: &Findings) -> Option<Vec<u8>> {
    let Findings {
        violations,
        exempted,
        owned,
        sources,
        rivals,
        unresolved,
        problems,
        relevant,
        analysed,
        not_parsed,
        texts,
    } = findings.clone();
    let mut excerpts: Vec<Arc<str>> = Vec::new();
    let problems = problems.into_iter().map(|problem| {
        let excerpt = problem.excerpt.map(|Excerpt { text, span }| {
            if problem.kind == ProblemKind::Parse {
                return (KeptExcerpt::OfFile, span);
            }
            let known = excerpts.iter().position(|known| *known == text);
            let at = known.unwrap_or_else(|| {
                excerpts.push(text);
                excerpts.len() - 1
            });
            (KeptExcerpt::Listed(at), span)
        });
        let place = (problem.line, problem.column);
        let Problem { path, severity, kind, message, help, .. } = problem;
        KeptProblem { path, place, severity, kind, message, help, excerpt }
    });
    let problems = problems.collect();
    let texts = texts.into_iter().map(|text| KeptText {
        file: text.file,
        path: (text.file == FileId::ABSENT).then_some(text.path),
        comments: text.comments,
    });
    let texts = texts.collect();
    let kept = KeptFindings {
        violations,
        exempted,
        owned,
        sources,
        rivals,
        unresolved,
        problems,
        excerpts,
        relevant,
        analysed,
        not_parsed,
        texts,
    };
    postcard::to_stdvec(&kept).ok()
}

/// Reads findings from bytes, and the texts that they need from the files of today; none if one of these cannot be read.
pub(super) fn decode(bytes: &[u8], tree: &Tree, texts: &dyn Texts) -> Option<Findings> {
    let kept: KeptFindings = postcard::from_bytes(bytes).ok()?;
    let mut problems = Vec::new();
    for problem in kept.problems {
        let KeptProblem { path, place: (line, column), severity, kind, message, help, excerpt } = problem;
        let excerpt = match excerpt {
            None => None,
            Some((KeptExcerpt::OfFile, span)) => Some(Excerpt { text: texts.read(&path).ok()?, span }),
            Some((KeptExcerpt::Listed(at), span)) => Some(Excerpt { text: Arc::clone(kept.excerpts.get(at)?), span }),
        };
        problems.push(Problem { path, line, column, severity, kind, message, help, excerpt });
    }
    let mut read = Vec::new();
    for KeptText { file, path, comments } in kept.texts {
        let (path, language, text) = match path {
            Some(path) => (path, crate::lang::of_bare_names(), Arc::from("")),
            None => {
                let entry = tree.files().get(file.index())?;
                (Arc::clone(&entry.path), entry.language, texts.read(&entry.path).ok()?)
            }
        };
        read.push(FileText { file, path, language, text, lines: LineIndex::default(), comments });
    }
    Some(Findings {
        violations: kept.violations,
        exempted: kept.exempted,
        owned: kept.owned,
        sources: kept.sources,
        rivals: kept.rivals,
        unresolved: kept.unresolved,
        problems,
        relevant: kept.relevant,
        analysed: kept.analysed,
        not_parsed: kept.not_parsed,
        texts: read,
    })
}
