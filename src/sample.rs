//! A small project with one of everything that a renderer meets, for tests of scores and formats.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::code_host::CheckedOut;
use crate::criteria::{EvidenceFile, JudgedCriterion, MeasuredValue, Outcome};
use crate::debt::{self, DebtReport, Method, PlanBasis};
use crate::findings::{
    Adopter, Findings, ImplementationRole, InferredOwner, Rival, SourceFindings, Unresolved, UnresolvedReason,
};
use crate::gate::{self, Measured};
use crate::impact::{EntryGroup, Exposure, Hop, Impact, ReachCount, Reaching, TargetFile};
use crate::lang::{EntryPoint, EntryPointKind};
use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::report::{self, Filters, Report, ReportParts};
use crate::rule::select::RuleFilter;
use crate::rule::{
    Bound, Component, FileGlob, GateSettings, InlineIgnore, Limit, Origin, Parameters, Policy, Rule, RuleFixes,
    RuleKind, RuleSet, Severity, Source, SourceIndex, Subtree, UseInstead,
};
use crate::score::score;
use crate::source::{FileId, LineIndex, Span};
use crate::suppress::{Date, Terms};
use crate::tree::{Skipped, Tree};
use crate::triage::triage;
use crate::violation::{Advice, Confidence, Context, Form, State, Via, Violation};

const RULES: &str = "\
[[source]]
id = \"redis\"
reason = \"every further client opens its own connection pool\"

[[rule]]
id = \"redis-direct-construction\"
source = \"redis\"
kind = \"construct\"

[[rule]]
id = \"redis-deprecated-import\"
source = \"redis\"
kind = \"import\"
weight = 1.5
allow-in = [{ path = \"gone/**\", reason = \"was moved\" }]
";

const FILES: [(&str, &str); 9] = [
    ("app/broken.py", "import redis\ndef (:\n"),
    ("app/redis_manager.py", "import redis\n\nredis_manager = redis.Redis()\n"),
    ("app/shared.py", "\"\"\"Shared.\"\"\"\nfrom redis import Redis as CoreRedis\n"),
    (
        "app/users.py",
        "from app.redis_manager import redis_manager\n\n\ndef load():\n    return redis_manager.get(\"u\")\n",
    ),
    (
        "app/websocket/handler.py",
        "\"\"\"Handlers.\"\"\"\nfrom app.shared import CoreRedis as R\n\n\nclass Handler:\n    def start(self):\n        self.client = R(\n            db=1,\n        )\n",
    ),
    (
        "app/websocket/pool.py",
        "import importlib\r\n\r\ndef open():\r\n\treturn (\"日本語 e\u{301}\", importlib.import_module(\"redis\").Redis(host=\"a.very.long.host.name.that.does.not.fit.into.one.line.of.a.terminal.example.org\"))\r\n",
    ),
    ("legacy/old.py", "from app.redis_legacy import get_redis, set_redis, delete_redis\n"),
    ("legacy/shim.py", "from app.redis_legacy import get_redis\n"),
    ("tests/test_pool.py", "import redis\n\ndef test_pool():\n    assert redis.Redis()\n    patch(\"redis.Redis\")\n"),
];

/// The sample's tree.
pub(crate) fn tree() -> Tree {
    let files = FILES.iter().map(|(path, _)| (Arc::from(*path), crate::lang::PYTHON)).collect();
    let skipped = Skipped { path: "build".into(), reason: "ignored by .gitignore".to_owned() };
    Tree::new(files, Vec::new(), vec![skipped])
}

/// The text of a file of the sample.
pub(crate) fn text(file: FileId) -> Option<Arc<str>> {
    FILES.get(file.index()).map(|(_, text)| Arc::from(*text))
}

fn rules_origin(needle: &str) -> Origin {
    let start = u32::try_from(RULES.find(needle).unwrap()).unwrap();
    Origin {
        file: "ssot.toml".into(),
        text: RULES.into(),
        span: Span::new(start, start + u32::try_from(needle.len()).unwrap()),
        pack: false,
        base: Arc::default(),
    }
}

/// A rule with the usual defaults.
pub(crate) fn rule(id: &str, source: usize, kind: RuleKind, weight: u32) -> Rule {
    Rule {
        id: id.into(),
        source: SourceIndex(source),
        kind,
        ban: Vec::new(),
        use_instead: UseInstead::default(),
        rename: [].into(),
        fixes: RuleFixes::default(),
        severity: Severity::Error,
        severity_in_tests: None,
        weight,
        allow_in: Vec::new(),
        overrides: Vec::new(),
        reason: None,
        docs: None,
        language: None,
        inline_ignore: InlineIgnore::default(),
        policy: Policy::default(),
        examples_bad: Vec::new(),
        examples_good: Vec::new(),
        parameters: Parameters::default(),
        origin: Origin::default(),
        within: Subtree::default(),
        changed_by: None,
    }
}

fn source(id: &str, reason: &str) -> Source {
    Source {
        id: id.into(),
        title: id.to_owned(),
        reason: Some(reason.to_owned()),
        docs: None,
        canonical: Vec::new(),
        canonical_declared: false,
        owners: Vec::new(),
        owners_declared: false,
        fail_under: None,
        origin: Origin::default(),
        within: Subtree::default(),
    }
}

/// A component of the files that the glob names.
pub(crate) fn component(id: &str, glob: &str) -> Component {
    let paths = vec![FileGlob::new(glob, Origin::default()).unwrap()];
    Component { id: id.into(), paths, owned: None, fail_under: None, impact: None, origin: Origin::default() }
}

/// The sample's rules: two sources, the second of which nothing uses; two overlapping components.
pub(crate) fn rules() -> RuleSet {
    let construct = Rule {
        origin: rules_origin("id = \"redis-direct-construction\""),
        ..rule("redis-direct-construction", 0, RuleKind::Construct, 1_000)
    };
    let import = Rule {
        reason: Some("superseded in issue 226".to_owned()),
        origin: rules_origin("id = \"redis-deprecated-import\""),
        ..rule("redis-deprecated-import", 0, RuleKind::Import, 1_500)
    };
    RuleSet {
        sources: vec![
            source("redis", "every further client opens its own connection pool"),
            source("mail", "one sender"),
        ],
        rules: vec![construct, import, rule("mail-client", 1, RuleKind::Reference, 1_000)],
        components: vec![component("websocket", "app/websocket/**"), component("app", "app/**")],
        ..RuleSet::default()
    }
}

fn span_of(path: &str, needle: &str) -> (FileId, Span) {
    let at = FILES.iter().position(|(known, _)| *known == path).unwrap();
    let start = u32::try_from(FILES[at].1.find(needle).unwrap()).unwrap();
    (FileId(u32::try_from(at).unwrap()), Span::new(start, start + u32::try_from(needle.len()).unwrap()))
}

/// A violation of the construction rule at `needle` of a file of the sample.
pub(crate) fn violation(path: &str, needle: &str) -> Violation {
    let (file, span) = span_of(path, needle);
    let text = text(file).unwrap();
    let index = LineIndex::default();
    Violation {
        rule: "redis-direct-construction".into(),
        source: Some("redis".into()),
        kind: Some(RuleKind::Construct),
        severity: Severity::Error,
        confidence: Confidence::High,
        points: 2_000,
        file,
        path: path.into(),
        span,
        statement: span,
        start: index.position(&text, span.start),
        end: index.position(&text, span.end),
        symbol: "redis.Redis".to_owned(),
        written: needle.split('(').next().unwrap().to_owned(),
        form: Form::Direct,
        scope: String::new(),
        context: Context::Runtime,
        via: Vec::new(),
        message: "`redis.Redis` is constructed outside its owner".to_owned(),
        use_instead: Some("app.redis_manager.redis_manager".to_owned()),
        advice: Advice::default(),
        fingerprint: String::new(),
        state: State::New,
        reason: None,
    }
}

fn via(path: &str, needle: &str, note: &str) -> Via {
    let (file, span) = span_of(path, needle);
    let text = text(file).unwrap();
    let line = LineIndex::default().position(&text, span.start).line;
    Via { path: path.into(), line, note: note.to_owned(), span, file: Some(file) }
}

fn import(path: &str, needle: &str) -> Violation {
    Violation {
        rule: "redis-deprecated-import".into(),
        kind: Some(RuleKind::Import),
        symbol: "app.redis_legacy".to_owned(),
        written: "app.redis_legacy".to_owned(),
        severity: Severity::Warning,
        points: 1_500,
        message: "`app.redis_legacy` is superseded".to_owned(),
        ..violation(path, needle)
    }
}

fn violations() -> Vec<Violation> {
    vec![
        Violation {
            form: Form::ReExport,
            scope: "Handler.start".to_owned(),
            via: vec![
                via("app/websocket/handler.py", "CoreRedis as R", "imported as `R`"),
                via("app/shared.py", "Redis as CoreRedis", "re-exported as `CoreRedis`"),
                Via {
                    path: "app/gone.py".into(),
                    line: 7,
                    note: "defined here".to_owned(),
                    span: Span::default(),
                    file: None,
                },
            ],
            ..violation("app/websocket/handler.py", "R(\n            db=1,\n        )")
        },
        Violation {
            form: Form::Dynamic,
            confidence: Confidence::Medium,
            scope: "open".to_owned(),
            ..violation("app/websocket/pool.py", "importlib.import_module(\"redis\").Redis")
        },
        import("legacy/old.py", "from app.redis_legacy import get_redis, set_redis, delete_redis"),
        Violation {
            severity: Severity::Note,
            points: 0,
            context: Context::Test,
            scope: "test_pool".to_owned(),
            ..violation("tests/test_pool.py", "redis.Redis()")
        },
        Violation {
            form: Form::String,
            points: 0,
            severity: Severity::Note,
            context: Context::Test,
            message: String::new(),
            use_instead: None,
            advice: Advice::default(),
            ..violation("tests/test_pool.py", "\"redis.Redis\"")
        },
    ]
}

fn problems() -> Vec<Problem> {
    let broken: Arc<str> = FILES[0].1.into();
    let dead = rules_origin("\"gone/**\"");
    vec![
        Problem::at(
            ProblemSeverity::Error,
            ProblemKind::Parse,
            "app/broken.py",
            &broken,
            Span::new(17, 18),
            "expected a name after `def`",
        ),
        Problem::at(
            ProblemSeverity::Warning,
            ProblemKind::DeadEntry,
            "ssot.toml",
            &dead.text,
            dead.span,
            "no file matches `gone/**`",
        )
        .with_help("remove the entry, or correct the path"),
        Problem::whole_file(
            ProblemSeverity::Warning,
            ProblemKind::Read,
            "app/locked.py",
            "cannot be read: permission denied",
        ),
    ]
}

/// Returns the findings of the sample before triage.
pub(crate) fn findings() -> Findings {
    let (users, use_span) = span_of("app/users.py", "redis_manager.get");
    let owner = span_of("app/redis_manager.py", "redis").0;
    let redis = SourceFindings {
        adopters: vec![Adopter {
            file: users,
            span: use_span,
            line: 5,
            symbol: "app.redis_manager.redis_manager".to_owned(),
            production: true,
        }],
        owners: BTreeSet::from([owner]),
        inferred_owner: Some(InferredOwner {
            file: owner,
            path: "app/redis_manager.py".into(),
            users: 1,
            names: vec!["app.redis_manager.redis_manager".to_owned()],
            others: Vec::new(),
            declaration: "[[source]]\nid = \"redis\"\ncanonical = [\"app.redis_manager.redis_manager\"]".to_owned(),
        }),
        candidates: None,
    };
    Findings {
        violations: violations(),
        owned: Vec::new(),
        exempted: vec![Violation {
            reason: Some("the shim itself".to_owned()),
            ..import("legacy/shim.py", "from app.redis_legacy import get_redis")
        }],
        sources: vec![redis, SourceFindings::default()],
        rivals: vec![Rival {
            rule: "redis-rival".into(),
            source: "redis".into(),
            file: span_of("app/users.py", "redis").0,
            path: "app/auth.py".into(),
            line: 52,
            column: 1,
            name: "AuthRedis".to_owned(),
            scope: String::new(),
            symbol: "app.auth.AuthRedis".to_owned(),
            role: ImplementationRole::Rival,
            context: Context::Runtime,
            wraps: vec!["redis.Redis".to_owned()],
            shared_methods: vec!["get".to_owned(), "set".to_owned()],
            canonical_methods: 6,
            importers: 4,
        }],
        unresolved: vec![Unresolved {
            path: "app/users.py".into(),
            line: 5,
            column: 12,
            written: "getattr(redis, name)".to_owned(),
            reason: UnresolvedReason::ComputedAttribute,
        }],
        problems: problems(),
        analysed: 3,
        relevant: (0..8).map(FileId).collect(),
        not_parsed: vec![FileId(0)],
        texts: Vec::new(),
    }
}

/// The report of the sample, with two violations accepted: one by a comment, one by a baseline.
pub(crate) fn report() -> Report {
    report_of(findings(), accept)
}

/// The report of a run of the sample that found nothing.
pub(crate) fn clean_report() -> Report {
    let found = findings();
    let clean = Findings { sources: found.sources, relevant: found.relevant, ..Findings::default() };
    report_of(clean, |_| {})
}

fn accept(findings: &mut Findings) {
    findings.violations[2].state = State::Baselined;
    findings.violations[2].reason = Some("moves with the next release".to_owned());
    findings.violations[4].state = State::Suppressed;
    findings.violations[4].reason = Some("only a name".to_owned());
}

/// Returns the terms by which the sample is triaged.
pub(crate) fn terms<'a>(rules: &'a RuleSet, selection: &'a RuleFilter) -> Terms<'a> {
    Terms { rules, selection, today: Date::parse("2026-07-01").unwrap() }
}

fn report_of(findings: Findings, accept: impl FnOnce(&mut Findings)) -> Report {
    let (rules, tree) = (rules(), tree());
    let mut findings = triage(findings, &terms(&rules, &RuleFilter::default()), None).findings;
    accept(&mut findings);
    let score = score(&findings, &rules, &tree);
    let settings =
        GateSettings { fail_under: Some(9_500), max_errors: Some(5), unanalysed: Some(0), ..GateSettings::default() };
    let measured = Measured { unanalysed: findings.not_parsed.len() as u64, ..Measured::default() };
    let gate = gate::evaluate(&settings, &rules, &score, &findings.violations, &measured);
    let unanalysed = findings.not_parsed.len() as u64;
    let inputs = ReportParts {
        rules: Arc::new(rules),
        tree: &tree,
        findings,
        score,
        gate,
        filters: &Filters::default(),
        problems: Vec::new(),
        notices: vec!["no rules file found; the built-in pack `redis` applies".to_owned()],
        comparison: None,
        elapsed_ms: None,
        stale: 0,
        unanalysed,
    };
    report::build(inputs, &mut text)
}

/// The debt report of the sample, with an entry point that reaches a violation and criteria of every outcome.
pub(crate) fn debt() -> DebtReport {
    let (findings, rules, tree) = (findings(), rules(), tree());
    let plan = debt::plan(&plan_basis(&findings, &rules, &tree, &[]));
    let impact = impact();
    let exposures = vec![impact.whole, Exposure::default()];
    let report = Report { checked_out: checked_out(), ..report() };
    let (criteria, method) = (criteria(), method());
    debt::build(debt::DebtParts { report, impact, exposures, plan, criteria, method, changes: None })
}

/// All that the plan of the sample is made of, with these entry points.
pub(crate) fn plan_basis<'a>(
    findings: &'a Findings,
    rules: &'a RuleSet,
    tree: &'a Tree,
    groups: &'a [EntryGroup],
) -> PlanBasis<'a> {
    static NONE: BTreeSet<FileId> = BTreeSet::new();
    PlanBasis { findings, rules, tree, targets: &NONE, groups, fixes: &[], unused: &NONE }
}

fn impact() -> Impact {
    let entry = |kind, name: &str, line| EntryPoint { line, kind, name: name.to_owned() };
    let hop = |path: &str, line, deferred| Hop { path: path.into(), line, deferred };
    let both = |loading, reaching| ReachCount { loading, reaching };
    let exposure = |modules, exposed, entries| Exposure { modules, exposed, entries };
    let target = |path: &str, entries| TargetFile { path: path.into(), entries };
    let reaching = |path: &str, entry, deferred| Reaching {
        path: path.into(),
        entry,
        chain: vec![hop(path, 3, deferred), hop("app/websocket/handler.py", 0, false)],
        reaches: both(u64::from(!deferred), 2),
    };
    Impact {
        targets: vec![
            target("app/websocket/handler.py", both(1, 2)),
            target("app/websocket/pool.py", both(0, 2)),
            target("legacy/old.py", both(0, 0)),
        ],
        entries: vec![
            reaching("app/main.py", entry(EntryPointKind::App, "FastAPI", 5), false),
            reaching("app/rooms.py", entry(EntryPointKind::WebSocket, "/ws/<room>|`id`", 9), true),
        ],
        entry_points: 7,
        in_tests: both(0, 1),
        whole: exposure(8, both(3, 4), both(1, 2)),
        components: vec![
            ("websocket".into(), exposure(2, both(2, 2), both(0, 0))),
            ("app".into(), exposure(6, both(2, 3), both(1, 2))),
        ],
    }
}

fn criteria() -> Vec<JudgedCriterion> {
    let limit = |bound, value| Limit { bound, value };
    let judged = |id: &str, title: &str, outcome, limit, value| JudgedCriterion {
        id: id.into(),
        title: title.to_owned(),
        subject: "what is measured".to_owned(),
        limit,
        outcome,
        value,
        detail: "how it came about".to_owned(),
        evidence: None,
    };
    let log = EvidenceFile { path: "evidence/ws.log".to_owned(), time: Some("2026-01-02T03:04:05Z".to_owned()) };
    vec![
        judged("one", "One manager", Outcome::NotMet, limit(Bound::AtMost, 0), Some(MeasuredValue::Count(1))),
        JudgedCriterion {
            evidence: Some(log),
            ..judged(
                "closes",
                "Few closes with 1011",
                Outcome::Met,
                limit(Bound::Below, 5_000),
                Some(MeasuredValue::Share { part: 1, whole: 40 }),
            )
        },
        judged("agents", "Agents answer", Outcome::NotMeasured, limit(Bound::Above, 95_000), None),
    ]
}

fn method() -> Method {
    Method { rules: vec![("ssot.toml".into(), "ab".repeat(32))], imports: 11, unread: 0 }
}

/// A project in a repository with a commit that was changed since.
pub(crate) fn checked_out() -> CheckedOut {
    CheckedOut {
        project: "shop/web".to_owned(),
        commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        date: Some("2026-01-02".to_owned()),
        changed: true,
        links: None,
    }
}
