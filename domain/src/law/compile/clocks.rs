//! Clocks: what starts, stops and extends them.

use std::{collections::BTreeMap, sync::Arc};

use super::{Files, Parts, Source, asks_other_cases, words::Names};
use crate::{
    law::{
        calendar::Calendar,
        engine::EngineAct,
        file::{ActKind, ClockFile, Many, Precision, TriggerFile},
        model::{
            ClockChange, ClockEvent, ClockLaw, ExtendLaw, Length, StartLaw, Trigger, TriggerLaw,
        },
        problem::Problem,
        rule::Rule,
        value::Type,
    },
    violation::Certainty,
};

pub(super) fn compile(
    parts: &Parts<'_>,
    files: &Files<'_>,
    names: &Names<'_>,
    calendar: &Arc<Calendar>,
    problems: &mut Vec<Problem>,
) -> Vec<ClockLaw> {
    let mut clocks = Vec::new();
    for (id, file) in &files.procedure.clocks {
        let source = parts.procedure;
        let mut compiler = Compiler { source, id, file, parts, files, names, problems };
        clocks.push(compiler.clock(calendar));
    }
    clocks
}

/// What each act does to which clock.
pub(super) fn events(clocks: &[ClockLaw]) -> BTreeMap<String, Vec<ClockEvent>> {
    let mut events: BTreeMap<String, Vec<ClockEvent>> = BTreeMap::new();
    let mut add = |clock, trigger: &Trigger, what| {
        let event = ClockEvent { clock, of: trigger.of.clone(), what };
        events.entry(trigger.act.clone()).or_default().push(event);
    };
    for (index, clock) in clocks.iter().enumerate() {
        // One act may stop a clock and start it again.
        for (at, trigger) in clock.stops.iter().enumerate() {
            add(index, &trigger.on, ClockChange::Stop(at));
        }
        for (at, TriggerLaw { on, .. }) in clock.suspends.iter().enumerate() {
            add(index, on, ClockChange::Suspend(at));
            // What a court suspended goes on when it lifts the suspension.
            if on.act == EngineAct::DecisionSuspended.id() {
                let act = EngineAct::SuspensionLifted.id().to_owned();
                add(index, &Trigger { act, of: on.of.clone() }, ClockChange::Resume(None));
            }
        }
        for (at, trigger) in clock.resumes.iter().enumerate() {
            add(index, &trigger.on, ClockChange::Resume(Some(at)));
        }
        for (at, (trigger, _)) in clock.extends.iter().enumerate() {
            add(index, trigger, ClockChange::Extend(at));
        }
        if let Some(act) = &clock.fires {
            add(index, &Trigger { act: act.clone(), of: None }, ClockChange::Fire);
        }
        for (at, start) in clock.starts.iter().enumerate() {
            add(index, &start.on, ClockChange::Start(at));
        }
    }
    events
}

struct Compiler<'a, 'p> {
    source: Source<'a>,
    id: &'a str,
    file: &'a ClockFile,
    parts: &'a Parts<'a>,
    files: &'a Files<'a>,
    names: &'a Names<'a>,
    problems: &'p mut Vec<Problem>,
}

impl Compiler<'_, '_> {
    fn clock(&mut self, standard: &Arc<Calendar>) -> ClockLaw {
        let file = self.file;
        if file.within.is_some() == file.until.is_some() {
            self.complain(&[], "a clock has either `within` or `until`", "give one of them");
        }
        if !file.informs && file.overdue.is_none() && file.fires.is_none() {
            let message = "this clock does nothing when its term passes";
            self.complain(&[], message, "give `overdue`, or `fires`, or `informs: true`");
        }
        if !file.informs && file.stops.is_empty() && file.fires.is_none() {
            let hint = "name the acts that meet the term in `stops`, or the one it `fires`";
            self.complain(&[], "nothing stops this clock", hint);
        }
        self.check_fires();
        let length = file.within.as_ref().and_then(|text| self.length(text, "within"));
        let calendar = self.calendar(standard);
        for window in file.pauses.iter() {
            if !calendar.has_suspension(window) {
                let message = format!("the calendar has no window `{window}`");
                self.complain(&["pauses"], &message, "declare it under its `suspensions`");
            }
        }
        let allowance = file.recording_allowance.as_ref();
        ClockLaw {
            id: self.id.to_owned(),
            title: file.title.clone(),
            starts: self.starts(length),
            stops: self.conditional(&file.stops, "stops"),
            suspends: self.conditional(&file.suspends, "suspends"),
            resumes: self.conditional(&file.resumes, "resumes"),
            extends: self.extends(),
            rolls: file.rolls.unwrap_or(file.within.is_some()),
            length,
            pauses: file.pauses.to_vec(),
            calendar,
            warn: file.warn.iter().filter_map(|text| self.length(text, "warn")).collect(),
            overdue: file.overdue.clone(),
            fires: file.fires.clone(),
            allowance: allowance
                .and_then(|text| self.length(text, "recording_allowance"))
                .unwrap_or(Length::Days(0)),
            informs: file.informs,
            basis: file.basis.as_ref().map(|basis| basis.to_vec()).unwrap_or_default(),
            certainty: file
                .certainty
                .or(self.files.procedure.certainty)
                .unwrap_or(Certainty::Check),
        }
    }

    fn check_fires(&mut self) {
        let Some(act) = &self.file.fires else { return };
        match self.files.procedure.acts.get(act) {
            Some(law) if law.kind == ActKind::Service => {}
            Some(_) => {
                let hint = "the ledger signs it; give the act `kind: service`";
                self.complain(&["fires"], "only acts of kind `service` are fired", hint);
            }
            None => {
                let message = format!("there is no act `{act}`");
                self.complain(&["fires"], &message, "declare it under `acts`");
            }
        }
    }

    fn calendar(&mut self, standard: &Arc<Calendar>) -> Arc<Calendar> {
        let Some(id) = &self.file.calendar else { return Arc::clone(standard) };
        if let Some(calendar) = self.parts.calendars.get(id) {
            Arc::clone(calendar)
        } else {
            let message = format!("there is no calendar {id}");
            self.complain(&["calendar"], &message, "calendars lie in calendars/");
            Arc::clone(standard)
        }
    }

    fn starts(&mut self, length: Option<Length>) -> Vec<StartLaw> {
        let file = self.file;
        let mut starts = Vec::new();
        for on in self.triggers(&file.starts, "starts") {
            let when = file.when.as_ref().and_then(|text| self.condition(text, &on, "when"));
            let from =
                file.starts_from.as_ref().and_then(|text| self.moment(text, &on, "starts_from"));
            if matches!(length, Some(Length::Hours(_))) && !self.has_instant(&on, from.as_ref()) {
                let hint = "give the starting act `at: instant`, or count in days";
                self.complain(&["within"], "a clock in hours starts from an instant", hint);
            }
            let until = file.until.as_ref().and_then(|text| self.moment(text, &on, "until"));
            let (from, until) = (from.map(|(rule, _)| rule), until.map(|(rule, _)| rule));
            starts.push(StartLaw { on, when, from, until });
        }
        if starts.is_empty() {
            let hint = "name the act it counts from, such as `LetterServed(ActId)`";
            self.complain(&["starts"], "nothing starts this clock", hint);
        }
        starts
    }

    fn has_instant(&self, on: &Trigger, from: Option<&(Rule, Type)>) -> bool {
        match from {
            Some((_, ty)) => *ty == Type::Instant,
            // Letters may be served at an instant or on a day; a day counts from its end.
            None => {
                EngineAct::parse(&on.act).is_some()
                    || self
                        .files
                        .procedure
                        .acts
                        .get(&on.act)
                        .is_some_and(|act| act.at == Precision::Instant)
            }
        }
    }

    fn extends(&mut self) -> Vec<(Trigger, ExtendLaw)> {
        let mut extends = Vec::new();
        for (act, file) in &self.file.extends {
            let Some(trigger) = self.trigger(act, "extends") else { continue };
            let law = match (&file.within, &file.until) {
                (Some(text), None) => self.length(text, "extends").map(ExtendLaw::Within),
                (None, Some(text)) => {
                    self.moment(text, &trigger, "extends").map(|(rule, _)| ExtendLaw::Until(rule))
                }
                _ => {
                    let message = "an extension has `within` or `until`";
                    self.complain(&["extends", act], message, "give one of them");
                    None
                }
            };
            extends.extend(law.map(|law| (trigger, law)));
        }
        extends
    }

    fn triggers(&mut self, texts: &Many, key: &str) -> Vec<Trigger> {
        texts.iter().filter_map(|text| self.trigger(text, key)).collect()
    }

    fn conditional(&mut self, files: &[TriggerFile], key: &str) -> Vec<TriggerLaw> {
        let mut triggers = Vec::new();
        for file in files {
            let Some(on) = self.trigger(&file.act, key) else { continue };
            let when = file.when.as_ref().and_then(|text| self.condition(text, &on, key));
            triggers.push(TriggerLaw { on, when });
        }
        triggers
    }

    fn trigger(&mut self, text: &str, key: &str) -> Option<Trigger> {
        let trigger = Trigger::parse(text).filter(|trigger| {
            let known = |id: &String| self.names.drafts.contains_key(id);
            let concerned = match &trigger.of {
                None => true,
                Some(of) => EngineAct::parse(&trigger.act).is_some() && known(of),
            };
            known(&trigger.act) && concerned
        });
        if trigger.is_none() {
            let message = format!("`{text}` is no act of this edition");
            let hint = "write `ActId`, or `LetterServed(ActId)` for the service of one";
            let path = ["clocks", self.id, key];
            self.problems.push(self.source.problem(&path, message).hint(hint));
        }
        trigger
    }

    fn length(&mut self, text: &str, key: &str) -> Option<Length> {
        let length = Length::parse(text);
        if length.is_none() {
            let message = format!("`{text}` is no length");
            self.complain(&[key], &message, "write 24h, 30d, 15wd, 2m or 1y");
        }
        length
    }

    fn condition(&mut self, text: &str, on: &Trigger, key: &str) -> Option<Rule> {
        let words = self.names.of(&on.act)?;
        let path = ["clocks", self.id, key];
        let rule = Rule::condition(text, &words)
            .map_err(|error| self.problems.push(self.source.rule_problem(&path, error)))
            .ok()?;
        if asks_other_cases(&rule) {
            let hint = "the state of a case rests on its own acts; flag it in a rule instead";
            self.complain(&[key], "a clock may not hang on other cases", hint);
        }
        Some(rule)
    }

    fn moment(&mut self, text: &str, on: &Trigger, key: &str) -> Option<(Rule, Type)> {
        let words = self.names.of(&on.act)?;
        let path = ["clocks", self.id, key];
        match Rule::value_of(text, &words) {
            Ok((rule, ty @ (Type::Date | Type::Instant))) => Some((rule, ty)),
            Ok((_, ty)) => {
                let message = format!("a Date is needed here, this is {ty}");
                self.complain(&[key], &message, "such as `facts.leave_by`");
                None
            }
            Err(error) => {
                self.problems.push(self.source.rule_problem(&path, error));
                None
            }
        }
    }

    fn complain(&mut self, path: &[&str], message: &str, hint: &str) {
        let full: Vec<&str> = ["clocks", self.id].iter().chain(path).copied().collect();
        self.problems.push(self.source.problem(&full, message).hint(hint));
    }
}
