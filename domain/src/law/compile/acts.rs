//! Acts, their fields and rules.

use std::collections::BTreeMap;

use super::{
    Files, Parts, Source, asks_other_cases,
    words::{Draft, Names},
};
use crate::{
    law::{
        engine::EngineAct,
        file::{ActFile, Addition, FieldFile, Kept, Precision, PutsFile, RuleFile, ToFile},
        model::{ActLaw, Effect, FieldLaw, From, Origin, PutsLaw, RuleLaw, To},
        problem::Problem,
        rule::Rule,
        value::Type,
    },
    violation::Certainty,
};

const OWN_ACTS: &str = "the state of a case rests on its own acts; flag it in a rule instead";
const TYPES: &str = "Date, Instant, Months, Days, Hours, Money, Code<LIST>, Bool, Int, Text, Number, Ref or List of one";

/// Every act with its place, the procedure's first.
fn every_act<'f>(
    parts: &Parts<'f>,
    files: &'f Files<'f>,
) -> impl Iterator<Item = (Source<'f>, &'f String, &'f ActFile)> {
    let own = parts.procedure;
    let own = files.procedure.acts.iter().map(move |(id, act)| (own, id, act));
    own.chain(files.engine.acts.iter().map(|(id, act)| (files.engine_source, id, act)))
}

/// The additions of general law that fit an act, with their index.
fn additions<'f>(
    files: &'f Files<'f>,
    id: &'f str,
    act: &'f ActFile,
) -> impl Iterator<Item = (Source<'f>, usize, &'f Addition)> {
    let fits = move |to: &super::super::file::AddTo| {
        (to.kinds.contains(&act.kind) || to.acts.iter().any(|a| a == id))
            && !to.except.iter().any(|a| a == id)
            && EngineAct::parse(id).is_none()
    };
    files.generals.iter().flat_map(move |(source, general)| {
        general
            .adds
            .iter()
            .enumerate()
            .filter(move |(_, addition)| fits(&addition.to))
            .map(move |(index, addition)| (*source, index, addition))
    })
}

pub(super) fn drafts(
    parts: &Parts<'_>,
    files: &Files<'_>,
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, Draft> {
    let mut drafts = BTreeMap::new();
    for (source, id, act) in every_act(parts, files) {
        let engine = EngineAct::parse(id);
        let mut fields = BTreeMap::new();
        let mut add = |source: Source<'_>, path: &[&str], name: &str, file: &FieldFile| {
            let added = field(file).map(|law| fields.insert(name.to_owned(), law));
            match added {
                Err((message, hint)) => problems.push(source.problem(path, message).hint(hint)),
                Ok(Some(_)) => {
                    let message = format!("{id} has the field `{name}` already");
                    problems.push(source.problem(path, message).hint("rename one of them"));
                }
                Ok(None) => {}
            }
        };
        for (name, file) in &act.fields {
            add(source, &["acts", id, "fields", name], name, file);
        }
        for (source, index, addition) in additions(files, id, act) {
            for (name, file) in &addition.fields {
                add(source, &["adds", &index.to_string(), "fields", name], name, file);
            }
        }
        let opens = match engine {
            Some(EngineAct::LegacyRecordAttested | EngineAct::CaseTakenOver) => true,
            // Only where the procedure says what a case is that begins so.
            Some(EngineAct::ApplicationNotAccepted) => files.procedure.on.contains_key(id),
            _ => files.procedure.opened_by.contains(id),
        };
        let draft = Draft { fields, has_instant: act.at == Precision::Instant, opens };
        if drafts.insert(id.clone(), draft).is_some() {
            let message = format!("{id} is an act of the engine");
            let problem = parts.procedure.problem(&["acts", id], message);
            problems.push(problem.hint("every case has it; map it under `on`"));
        }
    }
    for id in &files.procedure.opened_by {
        if !files.procedure.acts.contains_key(id) {
            let message = format!("`opened_by` names {id}, which is no act in this edition");
            let problem = parts.procedure.problem(&["opened_by"], message);
            problems.push(problem.hint("declare it under `acts`, in force from the first day"));
        }
    }
    drafts
}

/// The field, or what is wrong with it and how to mend it.
fn field(file: &FieldFile) -> Result<FieldLaw, (String, &'static str)> {
    let unknown = || (format!("there is no type `{}`", file.ty), TYPES);
    let ty = Type::parse(&file.ty).ok_or_else(unknown)?;
    if file.kept == Kept::Open && ty.is_free_text() {
        let hint = "make it personal, or use a Code or Number";
        return Err(("free text is never open".to_owned(), hint));
    }
    if file.kept != Kept::Open && (file.purpose.is_none() || file.keep.is_none()) {
        let message = "a sealed field says its `purpose` and how long to `keep` it".to_owned();
        return Err((message, "such as `purpose: {en: …, uk: …}, keep: 75y`"));
    }
    Ok(FieldLaw {
        ty,
        optional: file.optional,
        kept: file.kept,
        title: file.title.clone(),
        purpose: file.purpose.clone(),
        keep: file.keep.clone(),
    })
}

pub(super) fn compile(
    parts: &Parts<'_>,
    files: &Files<'_>,
    names: &Names<'_>,
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, ActLaw> {
    let mut acts = BTreeMap::new();
    for (source, id, file) in every_act(parts, files) {
        let mut compiler = ActCompiler { source, id, file, files, names, problems };
        let law = compiler.act();
        acts.insert(id.clone(), law);
    }
    acts
}

struct ActCompiler<'a, 'p> {
    source: Source<'a>,
    id: &'a str,
    file: &'a ActFile,
    files: &'a Files<'a>,
    names: &'a Names<'a>,
    problems: &'p mut Vec<Problem>,
}

impl ActCompiler<'_, '_> {
    fn act(&mut self) -> ActLaw {
        let file = self.file;
        let signed_by: Vec<Vec<String>> =
            file.signed_by.iter().map(|roles| roles.to_vec()).collect();
        let mut recorded_by = file.recorded_by.clone();
        if recorded_by.is_empty() {
            recorded_by = signed_by.iter().flatten().cloned().collect();
        }
        let draft = self.names.drafts.get(self.id);
        ActLaw {
            id: self.id.to_owned(),
            title: file.title.clone(),
            kind: file.kind,
            at: file.at,
            opens: draft.is_some_and(|draft| draft.opens),
            from: self.states_from(),
            to: self.target(),
            signatures: file.signatures.unwrap_or(1),
            signed_by,
            on_behalf_of: file.on_behalf_of.clone(),
            recorded_by,
            services: file.services.clone(),
            competence: file.competence.clone(),
            basis: file.basis.to_vec(),
            immaterial: file.immaterial,
            fields: draft.map(|draft| draft.fields.clone()).unwrap_or_default(),
            rules: self.rules(),
            must_be_served: file.must_be_served,
            in_time_by: file.in_time_by.as_ref().and_then(|text| self.in_time_by(text)),
            appeal: file.appeal.to_vec(),
            suspensive: file.suspensive,
            letter: file.letter.clone(),
            feeds: file.feeds.to_vec(),
            certainty: self.certainty(None),
            puts: file.puts.as_ref().and_then(|puts| self.puts(puts)),
            instance: file.instance.clone(),
            engine: EngineAct::parse(self.id),
        }
    }

    fn certainty(&self, own: Option<Certainty>) -> Certainty {
        own.or(self.file.certainty).or(self.files.procedure.certainty).unwrap_or(Certainty::Check)
    }

    fn states_from(&mut self) -> From {
        if self.file.from.iter().any(|state| state == "any") {
            return From::Any;
        }
        for state in self.file.from.iter() {
            self.known_state(state, "from");
        }
        From::States(self.file.from.to_vec())
    }

    fn target(&mut self) -> To {
        match &self.file.to {
            ToFile::Stays => To::Stays,
            ToFile::State(state) => {
                self.known_state(state, "to");
                To::State(state.clone())
            }
            ToFile::Cases(cases) => {
                let open_ended = cases.last().is_none_or(|last| last.when.is_some())
                    || cases.iter().rev().skip(1).any(|case| case.when.is_none());
                if open_ended {
                    let message = "the last case, and only it, has no `when`";
                    self.complain(&["to"], message, "write `{is: state}` as the last one");
                }
                let mut compiled = Vec::new();
                for (index, case) in cases.iter().enumerate() {
                    self.known_state(&case.is, "to");
                    let path = ["acts", self.id, "to", &index.to_string(), "when"];
                    let when = case
                        .when
                        .as_ref()
                        .and_then(|text| self.condition(self.source, &path, text));
                    if when.as_ref().is_some_and(asks_other_cases) {
                        let message = "where an act leads may not hang on other cases";
                        self.complain(&["to"], message, OWN_ACTS);
                    }
                    compiled.push((when, case.is.clone()));
                }
                To::Cases(compiled)
            }
        }
    }

    fn puts(&mut self, file: &PutsFile) -> Option<PutsLaw> {
        let mut acts = Vec::new();
        for (index, case) in file.act.iter().enumerate() {
            if !EngineAct::parse(&case.is).is_some_and(EngineAct::is_court_outcome) {
                let message = format!("{} is no outcome of a court", case.is);
                self.complain(&["puts", "act"], &message, "such as DecisionUpheld");
            }
            let path = ["acts", self.id, "puts", "act", &index.to_string(), "when"];
            let when = case.when.as_ref().and_then(|text| self.condition(self.source, &path, text));
            if when.as_ref().is_some_and(asks_other_cases) {
                let message = "what an act puts may not hang on other cases";
                self.complain(&["puts", "act"], message, OWN_ACTS);
            }
            acts.push((when, case.is.clone()));
        }
        if acts.iter().rev().skip(1).any(|(when, _)| when.is_none()) || acts.is_empty() {
            let message = "only the last outcome may lack `when`";
            self.complain(&["puts", "act"], message, "say when each of the others is put");
        }
        let case = self.reference("case", &file.case);
        let decision = self.reference("decision", &file.decision);
        Some(PutsLaw { case: case?, decision: decision?, acts })
    }

    fn in_time_by(&mut self, text: &str) -> Option<Rule> {
        let words = self.names.of(self.id)?;
        match Rule::value_of(text, &words) {
            Ok((rule, Type::Date | Type::Instant)) if !asks_other_cases(&rule) => Some(rule),
            Ok((_, ty)) => {
                let message = format!("a Date of this case is needed here, this is {ty}");
                self.complain(&["in_time_by"], &message, "such as `facts.posted_on`");
                None
            }
            Err(error) => {
                let path = ["acts", self.id, "in_time_by"];
                self.problems.push(self.source.rule_problem(&path, error));
                None
            }
        }
    }

    fn reference(&mut self, key: &str, text: &str) -> Option<Rule> {
        let words = self.names.of(self.id)?;
        match Rule::value_of(text, &words) {
            Ok((rule, Type::Ref)) => Some(rule),
            Ok((_, ty)) => {
                let message = format!("a Ref is needed here, this is {ty}");
                self.complain(&["puts", key], &message, "such as `facts(ActId).case`");
                None
            }
            Err(error) => {
                let path = ["acts", self.id, "puts", key];
                self.problems.push(self.source.rule_problem(&path, error));
                None
            }
        }
    }

    fn known_state(&mut self, state: &str, key: &str) {
        if !self.files.procedure.states.contains_key(state) {
            let message = format!("there is no state `{state}`");
            let path = ["acts", self.id, key];
            self.problems.push(self.source.problem(&path, message).hint("declare it in `states`"));
        }
    }

    fn complain(&mut self, path: &[&str], message: &str, hint: &str) {
        let full: Vec<&str> = ["acts", self.id].iter().chain(path).copied().collect();
        self.problems.push(self.source.problem(&full, message).hint(hint));
    }

    fn rules(&mut self) -> Vec<RuleLaw> {
        let mut rules: Vec<RuleLaw> = Vec::new();
        for (index, rule) in self.file.rules.iter().enumerate() {
            let path = ["acts", self.id, "rules", &index.to_string()];
            let compiled = self.rule(self.source, &path, rule, None);
            self.add_rule(&mut rules, compiled, self.source, &path);
        }
        for (source, add, addition) in additions(self.files, self.id, self.file) {
            let general = self.files.generals.iter().find(|(s, _)| s.file == source.file);
            let certainty = general.and_then(|(_, general)| general.certainty);
            for (index, rule) in addition.rules.iter().enumerate() {
                let path = ["adds", &add.to_string(), "rules", &index.to_string()];
                let compiled = self.rule(source, &path, rule, certainty);
                self.add_rule(&mut rules, compiled, source, &path);
            }
        }
        rules
    }

    fn add_rule(
        &mut self,
        rules: &mut Vec<RuleLaw>,
        rule: Option<RuleLaw>,
        source: Source<'_>,
        path: &[&str],
    ) {
        let Some(rule) = rule else { return };
        if rules.iter().any(|other| other.id == rule.id) {
            let message = format!("{} has a rule {} already", self.id, rule.id);
            let hint = "give it another id, or let the other end with `until` before";
            self.problems.push(source.problem(path, message).hint(hint));
        }
        rules.push(rule);
    }

    fn rule(
        &mut self,
        source: Source<'_>,
        path: &[&str],
        file: &RuleFile,
        certainty: Option<Certainty>,
    ) -> Option<RuleLaw> {
        let certainty = self.certainty(file.certainty.or(certainty));
        let (key, text, effect) = match (&file.refuse, &file.flag, file.severity) {
            (Some(text), None, None) if certainty != Certainty::Design || self.is_engine() => {
                ("refuse", text, Effect::Refuse)
            }
            (Some(_), None, None) => {
                let message = "a `design` rule never refuses";
                self.problems.push(source.problem(path, message).hint("let it `flag`"));
                return None;
            }
            (None, Some(text), Some(severity)) => ("flag", text, Effect::Flag(severity)),
            _ => {
                let message = "a rule has `refuse`, or `flag` with `severity`";
                let hint = "a severity is V, U or D";
                self.problems.push(source.problem(path, message).hint(hint));
                return None;
            }
        };
        let full: Vec<&str> = path.iter().chain([&key]).copied().collect();
        Some(RuleLaw {
            id: file.id.clone(),
            effect,
            condition: self.condition(source, &full, text)?,
            says: file.says.clone(),
            mend: file.mend.clone(),
            basis: file.basis.as_ref().map(|basis| basis.to_vec()).unwrap_or_default(),
            certainty,
            examples: [file.fires_on.clone(), file.silent_on.clone()],
            origin: Origin { file: source.file.to_owned(), at: source.root.nearest(path).at },
        })
    }

    fn is_engine(&self) -> bool {
        EngineAct::parse(self.id).is_some()
    }

    fn condition(&mut self, source: Source<'_>, path: &[&str], text: &str) -> Option<Rule> {
        let words = self.names.of(self.id)?;
        Rule::condition(text, &words)
            .map_err(|error| self.problems.push(source.rule_problem(path, error)))
            .ok()
    }
}
