//! Makes an edition ready: reads the trees into types, types every rule, resolves every name that
//! the engine relies on. The same way serves files and editions that come back from the log.

mod acts;
mod clocks;
mod words;

use std::{collections::BTreeMap, sync::Arc};

use super::{
    calendar::Calendar,
    engine::{CALENDAR, ENGINE, ENGINE_NODE, EngineAct},
    file::{EngineFile, GeneralFile, ProcedureFile},
    lists::{CodeList, Parameter},
    model::{Law, OnLaw, StateLaw, Trigger},
    node::Node,
    problem::Problem,
    rule::{Rule, RuleError, STATES, Seen},
};
use crate::{law::file::ActKind, violation::Words};

/// The pseudo list of the procedure's decisions.
pub(crate) const DECISIONS: &str = "DECISIONS";
/// The pseudo list of the procedure's own acts, without those that a term signs.
pub(crate) const ACTS: &str = "ACTS";
/// The pseudo list of the procedure's clocks.
pub(crate) const CLOCKS: &str = "CLOCKS";

const RULES_HINT: &str = "a rule compares values such as `facts.x < after(act.date, days(30))` and joins conditions with && and ||";

/// A tree and the name it has in messages.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub file: &'a str,
    pub root: &'a Node,
}

impl Source<'_> {
    /// A problem at the deepest part of `path` that exists.
    pub(crate) fn problem(&self, path: &[&str], message: impl Into<String>) -> Problem {
        Problem::new(self.file, self.root.nearest(path).at, message)
    }

    fn rule_problem(&self, path: &[&str], error: RuleError) -> Problem {
        let mut at = self.root.nearest(path).at;
        if at.line > 0 {
            at.column += error.at as u64;
        }
        let mut problem = Problem::new(self.file, at, error.message);
        problem.hint = error.hint.or_else(|| Some(RULES_HINT.to_owned()));
        problem
    }
}

/// The state of a case rests on its own acts alone, so `to` and clocks may not ask about other
/// cases.
fn asks_other_cases(rule: &Rule) -> bool {
    let mut asks = false;
    rule.visit(|seen| {
        asks |= matches!(seen, Seen::Question(question) if question.asks_other_cases());
    });
    asks
}

/// What a law is made of: cut trees and what they look up.
pub(crate) struct Parts<'a> {
    pub procedure: Source<'a>,
    pub includes: Vec<Source<'a>>,
    pub lists: BTreeMap<String, Arc<CodeList>>,
    pub parameters: BTreeMap<String, Arc<Parameter>>,
    pub calendars: BTreeMap<String, Arc<Calendar>>,
}

/// The files of an edition, read.
struct Files<'a> {
    procedure: ProcedureFile,
    generals: Vec<(Source<'a>, GeneralFile)>,
    engine: &'static EngineFile,
    engine_source: Source<'static>,
}

/// Compiles an edition, or lists everything that is wrong with it.
pub(crate) fn compile(parts: &Parts<'_>) -> Result<Law, Vec<Problem>> {
    let files = read(parts)?;
    let mut problems = Vec::new();
    let lists = all_lists(parts, &files);
    let standard = files.procedure.calendar.as_deref().unwrap_or(CALENDAR);
    let calendar = parts.calendars.get(standard).cloned().unwrap_or_else(|| {
        let message = format!("there is no calendar {standard}");
        let hint = "calendars lie in calendars/; a procedure names its own with `calendar`";
        problems.push(parts.procedure.problem(&["calendar"], message).hint(hint));
        Arc::default()
    });
    let drafts = acts::drafts(parts, &files, &mut problems);
    let names = words::Names {
        drafts: &drafts,
        lists: &lists,
        parameters: &parts.parameters,
        clocks: files.procedure.clocks.keys().map(String::as_str).collect(),
    };
    let acts = acts::compile(parts, &files, &names, &mut problems);
    let clocks = clocks::compile(parts, &files, &names, &calendar, &mut problems);
    let on = moves(parts, &files, &acts, &mut problems);
    let file = files.procedure;
    if !problems.is_empty() {
        return Err(problems);
    }
    let clock_events = clocks::events(&clocks);
    let general = files.generals.iter().flat_map(|(_, general)| &general.switches);
    let switches = file.switches.iter().chain(general);
    Ok(Law {
        edition: file.edition,
        states: file
            .states
            .into_iter()
            .map(|(id, state)| {
                let title = Words::new(state.en, state.uk);
                (id, StateLaw { title, is_final: state.is_final })
            })
            .collect(),
        opened_by: file.opened_by,
        switches: switches.map(|s| (s.on, s.pending)).collect(),
        procedure: file.id,
        short: file.short,
        title: file.title,
        acts,
        clocks,
        on,
        clock_events,
        lists,
        parameters: parts.parameters.clone(),
        calendars: parts.calendars.clone(),
        calendar,
    })
}

fn read<'a>(parts: &Parts<'a>) -> Result<Files<'a>, Vec<Problem>> {
    let one = |problem: &Problem| vec![problem.clone()];
    let engine = ENGINE.as_ref().map_err(one)?;
    let root = ENGINE_NODE.as_ref().map_err(one)?;
    let source = &parts.procedure;
    let procedure = source.root.read(source.file).map_err(|problem| vec![problem])?;
    let mut generals = Vec::new();
    let mut problems = Vec::new();
    for source in &parts.includes {
        match source.root.read(source.file) {
            Ok(general) => generals.push((*source, general)),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let engine_source = Source { file: "engine.yaml", root };
    Ok(Files { procedure, generals, engine, engine_source })
}

/// The package's lists, those of the files, and the pseudo lists.
fn all_lists(parts: &Parts<'_>, files: &Files<'_>) -> BTreeMap<String, Arc<CodeList>> {
    let mut lists = parts.lists.clone();
    let inline = files.generals.iter().flat_map(|(_, general)| &general.codes);
    for (id, codes) in files.procedure.codes.iter().chain(inline) {
        lists.insert(id.clone(), Arc::new(CodeList::new(codes)));
    }
    let named = |id: &str, title: Words| super::file::CodeFile {
        code: id.to_owned(),
        en: title.en,
        uk: title.uk,
        since: None,
        until: None,
        merged_into: None,
        basis: None,
        certainty: None,
        attributes: BTreeMap::new(),
    };
    let file = &files.procedure;
    let states = file.states.iter().map(|(id, s)| named(id, Words::new(&s.en, &s.uk)));
    let acts = file.acts.iter().filter(|(_, act)| act.kind != ActKind::Service);
    let acts = acts.map(|(id, act)| named(id, act.title.clone()));
    let clocks = file.clocks.iter().map(|(id, clock)| named(id, clock.title.clone()));
    let decisions = file.acts.iter().filter(|(_, act)| act.kind == ActKind::Decision);
    let decisions = decisions.map(|(id, act)| named(id, act.title.clone()));
    let pseudo: [(&str, Vec<_>); 4] = [
        (STATES, states.collect()),
        (DECISIONS, decisions.collect()),
        (ACTS, acts.collect()),
        (CLOCKS, clocks.collect()),
    ];
    for (id, codes) in pseudo {
        lists.insert(id.to_owned(), Arc::new(CodeList::new(&codes)));
    }
    lists
}

/// The states an act leads to; of an engine act those that the procedure maps it to.
fn led_to(files: &Files<'_>, act: &super::model::ActLaw) -> Vec<String> {
    if act.engine.is_none() {
        return act.targets().map(str::to_owned).collect();
    }
    let mapped = files
        .procedure
        .on
        .iter()
        .filter(|(key, _)| Trigger::parse(key).is_some_and(|trigger| trigger.act == act.id));
    mapped.map(|(_, entry)| entry.to.clone()).collect()
}

/// What engine acts do to the state.
fn moves(
    parts: &Parts<'_>,
    files: &Files<'_>,
    acts: &BTreeMap<String, super::model::ActLaw>,
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, Vec<OnLaw>> {
    let source = &parts.procedure;
    let states = &files.procedure.states;
    let mut on: BTreeMap<String, Vec<OnLaw>> = BTreeMap::new();
    for (key, entry) in &files.procedure.on {
        let path = ["on", key.as_str()];
        let trigger = Trigger::parse(key).filter(|trigger| {
            acts.get(&trigger.act).is_some_and(|act| act.engine.is_some())
                && trigger.of.as_ref().is_none_or(|of| acts.contains_key(of))
        });
        let Some(trigger) = trigger else {
            let message =
                format!("`{key}` is no engine act that concerns an act of this procedure");
            problems.push(source.problem(&path, message).hint("such as `LetterServed(ActId)`"));
            continue;
        };
        for state in entry.from.iter().chain([&entry.to]) {
            if !states.contains_key(state) {
                let problem = source.problem(&path, format!("there is no state `{state}`"));
                problems.push(problem.hint("declare it in `states`"));
            }
        }
        if EngineAct::parse(&trigger.act).is_some_and(EngineAct::names_state) {
            let message = format!("{} says its state itself", trigger.act);
            problems.push(source.problem(&path, message).hint("leave it out of `on`"));
        }
        let opens = trigger.act == "ApplicationNotAccepted";
        if opens && (trigger.of.is_some() || !entry.from.is_empty()) {
            let message =
                "ApplicationNotAccepted opens a case: it concerns nothing and has no `from`";
            problems
                .push(source.problem(&path, message).hint("write `ApplicationNotAccepted: state`"));
        }
        let from = if !entry.from.is_empty() {
            Some(entry.from.to_vec())
        } else if trigger.act == "LetterServed" {
            trigger.of.as_ref().and_then(|of| acts.get(of)).map(|act| led_to(files, act))
        } else {
            None
        };
        let law = OnLaw { of: trigger.of, from, to: entry.to.clone() };
        on.entry(trigger.act).or_default().push(law);
    }
    // What names an act goes before what takes any.
    for laws in on.values_mut() {
        laws.sort_by_key(|law| law.of.is_none());
    }
    on
}
