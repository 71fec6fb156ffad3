//! Members and signatures: whether what is done with an object can be done with another.
//!
//! In: uses of a name that denotes an object, and the class of the object that is to take its place. Out: doubts, and edits
//! where the rule gives members other names.

use std::collections::BTreeMap;

use ruff_python_ast::{Parameters, Stmt, StmtFunctionDef};
use ruff_text_size::TextRange;

use super::effects::{class_definition, function_definition};
use super::script::{Access, CallResult, CallShape, NameUse, Script, span};
use super::scripts::{End, Scripts};
use super::shapes::path_of;
use crate::facts::Name;
use crate::lang::fixing::{Doubt, FixTerms, Guarantee, TextEdit};

/// The members of a class, also those that it inherits.
#[derive(Debug, Default)]
pub(super) struct ClassMembers {
    pub name: Name,
    methods: BTreeMap<Name, CallSignature>,
    others: Vec<Name>,
    /// It inherits from something that is not known, or answers for any name.
    open: bool,
}

/// The ways to call a function.
#[derive(Debug, Clone)]
pub(super) struct CallSignature {
    pub is_async: bool,
    positional: Vec<Name>,
    keyword_only: Vec<Name>,
    required: Vec<Name>,
    variadic: bool,
    options: bool,
}

/// Uses of an object that another is to take the place of.
pub(super) struct ObjectUse<'t> {
    /// Members before those of the object: the object is `name.a.b` for 2.
    pub skip: usize,
    /// The members of the class of the new object; none if they are not known.
    pub new: Option<&'t ClassMembers>,
    /// Those of the old one.
    pub old: Option<&'t ClassMembers>,
    /// The new object is shared: nobody may change or end it.
    pub shared: bool,
    pub terms: &'t FixTerms<'t>,
}

impl CallSignature {
    fn of(parameters: &Parameters, is_async: bool, bound: bool) -> Self {
        let positional = parameters.posonlyargs.iter().chain(&parameters.args).skip(usize::from(bound));
        let name = |it: &ruff_python_ast::ParameterWithDefault| Name::from(it.parameter.name.as_str());
        let all = positional.clone().chain(&parameters.kwonlyargs);
        Self {
            is_async,
            positional: positional.map(name).collect(),
            keyword_only: parameters.kwonlyargs.iter().map(name).collect(),
            required: all.filter(|it| it.default.is_none()).map(name).collect(),
            variadic: parameters.vararg.is_some(),
            options: parameters.kwarg.is_some(),
        }
    }

    /// Says why a call does not fit, if so.
    pub fn misfit(&self, call: &CallShape) -> Option<String> {
        if call.positional > self.positional.len() && !self.variadic && !call.spread {
            return Some(format!("{} arguments are passed and {} taken", call.positional, self.positional.len()));
        }
        let known = |name: &&Name| self.positional.contains(*name) || self.keyword_only.contains(*name);
        if let Some(unknown) = call.keywords.iter().find(|it| !known(it) && !self.options) {
            return Some(format!("the argument `{unknown}` is not taken"));
        }
        if call.spread {
            return None;
        }
        let given = self.positional.get(..call.positional).unwrap_or(&self.positional);
        let missing = self.required.iter().find(|it| !given.contains(it) && !call.keywords.contains(it));
        missing.map(|name| format!("the argument `{name}` is not passed"))
    }
}

impl ClassMembers {
    /// Returns whether instances have a member.
    fn has(&self, name: &str) -> bool {
        self.open || is_dunder(name) || self.methods.contains_key(name) || self.others.iter().any(|it| it == name)
    }
}

impl Scripts<'_> {
    /// Returns the members of a class of the tree.
    pub(super) fn members_of(&self, class: &End) -> Option<ClassMembers> {
        let mut members = ClassMembers::default();
        self.collect(class, &mut members, 0)?;
        Some(members)
    }

    fn collect(&self, class: &End, members: &mut ClassMembers, depth: u32) -> Option<()> {
        let End::Definition(file, name) = class else { return None };
        let script = self.script(*file)?;
        let definition = class_definition(script.body(), name)?;
        if depth == 0 {
            members.name = name.clone();
        }
        for statement in &definition.body {
            collect_statement(statement, members);
        }
        let inside = |it: &&NameUse| definition.range.contains_range(it.range) && it.name == "self";
        let set = script.uses.iter().filter(inside).filter(|it| it.member_access == Access::Written);
        members.others.extend(set.filter_map(|it| it.members.first()).map(|(name, _)| name.clone()));
        for base in definition.arguments.iter().flat_map(|arguments| &arguments.args) {
            let known = path_of(base).and_then(|path| {
                if !script.scopes[0].bound.contains_key(&path[0]) {
                    return (path == ["object"]).then_some(());
                }
                let ends = self.members(self.member(Self::own_module(*file), &path[0]), &path[1..]);
                match ends.as_slice() {
                    [End::External(path)] => path
                        .last()
                        .is_some_and(|it| matches!(it.as_str(), "ABC" | "Protocol" | "Generic"))
                        .then_some(()),
                    [end] if depth < 16 => self.collect(end, members, depth + 1),
                    _ => None,
                }
            });
            members.open |= known.is_none() && !matches!(base, ruff_python_ast::Expr::Subscript(_));
        }
        Some(())
    }

    /// Returns how a function or class of the tree is called.
    pub(super) fn signature(&self, end: &End) -> Option<CallSignature> {
        let End::Definition(file, name) = end else { return None };
        let script = self.script(*file)?;
        if let Some(function) = function_definition(script.body(), name) {
            return function
                .decorator_list
                .is_empty()
                .then(|| CallSignature::of(&function.parameters, function.is_async, false));
        }
        let members = self.members_of(end)?;
        match members.methods.get("__init__") {
            Some(signature) => Some(signature.clone()),
            None if members.open => None,
            None => Some(CallSignature::of(&Parameters::default(), false, false)),
        }
    }
}

fn collect_statement(statement: &Stmt, members: &mut ClassMembers) {
    match statement {
        Stmt::FunctionDef(function) => method(function, members),
        Stmt::ClassDef(class) => members.others.push(Name::from(class.name.as_str())),
        Stmt::Assign(assign) => {
            let targets = assign.targets.iter().filter_map(path_of).filter(|path| path.len() == 1);
            members.others.extend(targets.map(|path| path[0].clone()));
        }
        Stmt::AnnAssign(assign) => members.others.extend(path_of(&assign.target).map(|path| path[0].clone())),
        Stmt::If(branch) => {
            let clauses = branch.elif_else_clauses.iter().flat_map(|clause| &clause.body);
            branch.body.iter().chain(clauses).for_each(|it| collect_statement(it, members));
        }
        Stmt::Import(_) | Stmt::ImportFrom(_) | Stmt::For(_) | Stmt::With(_) | Stmt::Try(_) => members.open = true,
        _ => {}
    }
}

fn method(function: &StmtFunctionDef, members: &mut ClassMembers) {
    let name = Name::from(function.name.as_str());
    if matches!(name.as_str(), "__getattr__" | "__getattribute__") {
        members.open = true;
    }
    let decorators: Vec<Vec<Name>> = function.decorator_list.iter().filter_map(|it| path_of(&it.expression)).collect();
    let last = |known: &str| decorators.iter().any(|path| path.last().is_some_and(|it| it == known));
    match function.decorator_list.len() {
        0 => drop(
            members
                .methods
                .entry(name)
                .or_insert_with(|| CallSignature::of(&function.parameters, function.is_async, true)),
        ),
        _ if last("staticmethod") || last("classmethod") => {
            let bound = last("classmethod");
            let signature = CallSignature::of(&function.parameters, function.is_async, bound);
            members.methods.entry(name).or_insert(signature);
        }
        _ => members.others.push(name),
    }
}

fn is_dunder(name: &str) -> bool {
    name.len() > 4 && name.starts_with("__") && name.ends_with("__")
}

impl ObjectUse<'_> {
    /// Returns what speaks against another object in these uses, and renames members as the rule says.
    pub fn judge<'s>(
        &self,
        script: &Script,
        uses: impl Iterator<Item = &'s NameUse>,
        edits: &mut Vec<TextEdit>,
    ) -> Vec<Doubt> {
        let mut doubts = Vec::new();
        let mut given_away = None;
        for it in uses {
            let doubt = |guarantee, sentence: String| Doubt {
                guarantee,
                sentence,
                place: Some((script.file, it.range.start().to_u32())),
                fatal: true,
            };
            if it.entered && it.call.is_none() && it.members.len() == self.skip && self.shared {
                doubts.push(doubt(Guarantee::Fits, "ends the life of what it built by `with`".to_owned()));
            }
            let Some((member, range)) = it.members.get(self.skip) else {
                if it.access == Access::Read && it.call.is_none() && it.members.len() == self.skip {
                    if self.shared && is_patched(script, it.range) {
                        doubts.push(doubt(Guarantee::Fits, "changes the members of what it built".to_owned()));
                    }
                    given_away.get_or_insert_with(|| Doubt {
                        fatal: false,
                        ..doubt(
                            Guarantee::Fits,
                            "gives the object away, and what is done with it there is not known".to_owned(),
                        )
                    });
                }
                continue;
            };
            let last = it.members.len() == self.skip + 1;
            if self.shared && it.member_access != Access::Read {
                doubts.push(doubt(Guarantee::Fits, format!("sets `{member}` on what it built, which would be shared")));
                continue;
            }
            let call = it.call.as_ref().filter(|_| last);
            doubts.extend(
                self.judge_member(member, *range, call, it.awaited, edits).map(|why| doubt(Guarantee::Fits, why)),
            );
        }
        doubts.extend(given_away);
        doubts
    }

    /// Says why a member cannot be used, if so.
    pub fn judge_member(
        &self,
        member: &Name,
        range: TextRange,
        call: Option<&CallShape>,
        awaited: bool,
        edits: &mut Vec<TextEdit>,
    ) -> Option<String> {
        if self.shared && self.terms.ends_life.contains(member) {
            return Some(format!("closes what it built, by `{member}`"));
        }
        let renamed = self.terms.members.iter().find(|(old, _)| old == member).map(|(_, new)| new);
        if let Some(new) = renamed {
            edits.push(TextEdit { span: span(range), text: new.to_string() });
        }
        let new = self.new?;
        let name = renamed.unwrap_or(member);
        if !new.has(name) {
            return Some(format!("uses `{name}`, which `{}` does not have", new.name));
        }
        let (signature, call) = (new.methods.get(name)?, call?);
        if let Some(why) = signature.misfit(call) {
            return Some(format!("calls `{name}` as `{}` does not take it: {why}", new.name));
        }
        let before = self.old.and_then(|old| old.methods.get(member)).map(|it| it.is_async);
        match (signature.is_async, awaited) {
            _ if before == Some(signature.is_async) => None,
            (true, false) => Some(format!("calls `{name}` without `await`, which is a coroutine of `{}`", new.name)),
            (false, true) => Some(format!("awaits `{name}`, which is no coroutine of `{}`", new.name)),
            _ => None,
        }
    }
}

/// Returns whether an expression is what a call patches or sets members of.
fn is_patched(script: &Script, range: TextRange) -> bool {
    const PATCHES: [&str; 6] = ["setattr", "delattr", "patch.object", "patch.multiple", "patch.dict", "mock.patch"];
    let takes = |it: &&super::script::CallSite| it.arguments.first().is_some_and(|(_, argument)| *argument == range);
    script.calls.iter().filter(takes).any(|call| {
        let callee = script.code(call.range).split('(').next().unwrap_or_default();
        PATCHES.iter().any(|name| callee.ends_with(name))
    })
}

impl Scripts<'_> {
    /// Returns what speaks against another object in what becomes of the result of a call.
    pub(super) fn result_doubts(
        &self,
        script: &Script,
        call: TextRange,
        object: &ObjectUse<'_>,
        edits: &mut Vec<TextEdit>,
    ) -> Vec<Doubt> {
        let Some(site) = script.calls.iter().find(|it| it.range == call) else { return Vec::new() };
        let place = Some((script.file, site.range.start().to_u32()));
        let doubt =
            |sentence: &str, fatal| Doubt { guarantee: Guarantee::Fits, sentence: sentence.to_owned(), place, fatal };
        match &site.result {
            CallResult::Named(name) => {
                let owner = script.owner(site.scope, name).unwrap_or(site.scope);
                let uses = script.uses_of(owner, name).filter(|it| it.access != Access::Written);
                object.judge(script, uses, edits)
            }
            CallResult::Attribute(path) => {
                let same = |it: &&NameUse| {
                    it.name == path[0] && it.members.iter().take(path.len() - 1).map(|(name, _)| name).eq(&path[1..])
                };
                let stored = |it: &&NameUse| it.members.len() == path.len() - 1 && it.member_access == Access::Written;
                let object = ObjectUse { skip: path.len() - 1, ..*object };
                object.judge(script, script.uses.iter().filter(same).filter(|it| !stored(it)), edits)
            }
            CallResult::Member(member, call, awaited) => {
                let range = TextRange::empty(site.range.end());
                let why = object.judge_member(member, range, call.as_ref(), *awaited, edits);
                why.map(|why| doubt(&why, true)).into_iter().collect()
            }
            CallResult::Entered if object.shared => vec![doubt("ends the life of what it builds by `with`", true)],
            CallResult::Entered => Vec::new(),
            CallResult::Given => {
                vec![doubt("gives away what it builds, and what is done with it there is not known", false)]
            }
        }
    }
}
