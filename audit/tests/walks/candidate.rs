//! Statements that an officer might draft: facts of the declared types and codes, plausible days,
//! roles that may sign, and for the engine's acts something fit to concern.

use jiff::ToSpan;
use jiff::civil::Date;
use litopys_domain::ids::{AggregateType, StatementHash, StreamId};
use litopys_domain::law::engine::EngineAct;
use litopys_domain::law::file::{ActKind, Kept, Precision};
use litopys_domain::law::fold::{ActStatus, CaseState, FoldedAct};
use litopys_domain::law::laws::Due;
use litopys_domain::law::lists::OFFICES;
use litopys_domain::law::model::{ActLaw, Law};
use litopys_domain::law::value::Type;
use litopys_domain::statement::Statement;
use litopys_domain::violation::Violation;
use serde_json::{Map, Value as Json, json};

use crate::tape::Tape;

/// A day on which an act is drafted in a case.
pub(crate) struct Desk<'c> {
    pub stream: &'c StreamId,
    pub due: Due<'c>,
    pub case: &'c CaseState<'c>,
    pub seen: Option<StatementHash>,
    pub date: Date,
    /// How many acts the case has, which makes nonces and people differ.
    pub number: usize,
    /// The ledger signs: a term has passed.
    pub by_ledger: bool,
    /// What an engine act should concern, where the case holds it.
    pub of: Option<&'c str>,
    /// The decision of another case that a dispute is about.
    pub attacks: Option<(&'c StreamId, StatementHash)>,
}

/// Days from the act's to those that facts name.
const DAYS: [i32; 14] = [0, 0, 1, 3, 7, 14, 30, 90, 180, 365, 1000, -1, -10, -60];

impl Desk<'_> {
    /// A draft of an act; `None` where the case holds nothing it could concern.
    pub(crate) fn draft(&self, act: &ActLaw, tape: &mut Tape) -> Option<Statement> {
        let law = self.due.law();
        let mut statement = json!({
            "version": "litopys/1", "ledger": "ledger.example/test", "stream": self.stream,
            "nonce": format!("0192f0c4-7d1e-7c2a-9b43-1f6f0d3a{:04x}", self.number), "act": act.id,
            "law": {"procedure": law.procedure, "edition": law.edition, "package": self.due.package.hash},
            "subjects": [person(1)], "occurred_at": self.moment(act, tape), "source": "NATIVE",
        });
        let parts = statement.as_object_mut()?;
        if let Some(seen) = self.seen {
            parts.insert("seen".to_owned(), json!(seen));
        }
        let mut basis = act.basis.clone();
        basis.sort_unstable();
        basis.dedup();
        put(parts, "basis", json!(basis));
        let mut facts = facts(law, act, self.date, tape);
        if let Some((case, decision)) = self.attacks.filter(|_| names_decision(act)) {
            facts.insert("case".to_owned(), json!(case));
            facts.insert("decision".to_owned(), json!(decision));
        }
        put(parts, "facts", Json::Object(facts));
        put(parts, "sealed", Json::Object(sealed(act, tape)));
        self.sign(act, parts, tape);
        if let Some(engine) = act.engine {
            self.complete(engine, law, parts, tape)?;
        }
        if parts["facts"].as_object().is_some_and(Map::is_empty) {
            parts.remove("facts");
        }
        Some(serde_json::from_value(statement).unwrap())
    }

    /// Says otherwise, or leaves out, the facts for which a draft was refused; `None` where nothing
    /// of the kind would help.
    pub(crate) fn mend(
        &self,
        act: &ActLaw,
        mut statement: Statement,
        refused: &[Violation],
        tape: &mut Tape,
    ) -> Option<Statement> {
        if act.engine.is_some() || tape.below(4) == 0 {
            return None;
        }
        let named = refused.iter().filter_map(|one| one.pointer.strip_prefix("/facts/"));
        let fields: Vec<_> = named.filter_map(|name| act.fields.get_key_value(name)).collect();
        if fields.is_empty() {
            return None;
        }
        for (name, field) in fields {
            let value = value(self.due.law(), &field.ty, self.date, tape);
            match value.filter(|_| !field.optional || tape.flip()) {
                Some(value) => statement.facts.insert(name.clone(), value),
                None => statement.facts.remove(name),
            };
        }
        statement.flags.clear();
        Some(statement)
    }

    fn moment(&self, act: &ActLaw, tape: &mut Tape) -> String {
        if act.engine.is_none() && act.at == Precision::Instant {
            return format!("{}T{:02}:30:00Z", self.date, 6 + tape.below(10));
        }
        self.date.to_string()
    }

    fn sign(&self, act: &ActLaw, parts: &mut Map<String, Json>, tape: &mut Tape) {
        if act.kind == ActKind::Service {
            let signer = if self.by_ledger {
                json!({"by": "ledger/ledger.example/test", "role": "R-SYS"})
            } else {
                json!({"by": format!("service/{}", uuid(9)), "role": "R-SYS"})
            };
            parts.insert("signers".to_owned(), json!([signer]));
            return;
        }
        let own = act.kind != ActKind::External && !act.signed_by.is_empty();
        let recorded = !act.on_behalf_of.is_empty() && !act.recorded_by.is_empty();
        let mut roles = if recorded && (!own || tape.flip()) {
            let role = tape.pick(&act.on_behalf_of);
            parts.insert("author".to_owned(), json!({"role": role}));
            tape.pick(&act.recorded_by).cloned().into_iter().collect()
        } else if own {
            tape.pick(&act.signed_by).cloned().unwrap_or_default()
        } else {
            let author = act.signed_by.iter().flatten().chain(&act.on_behalf_of).next();
            parts.insert("author".to_owned(), json!({"role": author.map_or("R-DMS-HEAD", |r| r)}));
            tape.pick(&act.recorded_by).cloned().into_iter().collect::<Vec<_>>()
        };
        while roles.len() < act.signatures {
            roles.push(roles[0].clone());
        }
        let shift = tape.below(3);
        let signers: Vec<_> = (0..)
            .zip(roles)
            .map(|(n, role)| {
                let by = format!("officer/{}", uuid(32 + shift * 8 + n));
                json!({"by": by, "role": role, "office": "80"})
            })
            .collect();
        parts.insert("signers".to_owned(), json!(signers));
    }

    /// What the engine's own acts need beside their fields.
    fn complete(
        &self,
        engine: EngineAct,
        law: &Law,
        parts: &mut Map<String, Json>,
        tape: &mut Tape,
    ) -> Option<()> {
        use EngineAct as E;
        let day = |days: i32| json!(self.date.saturating_add(days.days()));
        match engine {
            E::LegacyRecordAttested => {
                parts.insert("source".to_owned(), json!("PAPER-ATTESTED"));
                fact(parts, "decision", None);
            }
            E::CaseTakenOver => {
                let clocks: Vec<_> = law.clocks.iter().map(|clock| &clock.id).collect();
                let running = tape.pick(&clocks).filter(|_| self.date.day() % 2 == 1);
                fact(parts, "running", running.map(|clock| json!([clock])));
                fact(parts, "started_on", running.map(|_| json!([day(-5)])));
                fact(parts, "due_on", running.map(|_| json!([day(20)])));
            }
            E::DocumentAttached => {
                let document = json!([{"document": "ab".repeat(32), "use": "relied-on"}]);
                parts.insert("evidence".to_owned(), document);
            }
            E::Assigned => fact(parts, "officer", Some(json!(format!("officer/{}", uuid(7))))),
            E::ClericalErrorCorrected => self.correct(law, parts, tape)?,
            E::LetterServed => {
                self.concern(parts, tape, |act| act.status == ActStatus::Effective)?;
            }
            E::EnteredInError => {
                let opening = self.case.opened.map(|opened| opened.act);
                let fits = |act: &FoldedAct<'_>| {
                    let alone = self.case.acts.len() == 1;
                    act.is_effective()
                        && act.served_on.is_none()
                        && (alone || Some(act.hash) != opening)
                };
                self.concern(parts, tape, fits)?;
            }
            E::StopLifted | E::StopOverridden => {
                let stops: Vec<_> = self.case.stops.iter().map(|stop| stop.act).collect();
                parts.insert("concerns".to_owned(), json!([tape.pick(&stops)?]));
            }
            E::SubjectCorrected => {
                let number =
                    if self.case.subjects.iter().any(|one| one.id() == uuid(1)) { 2 } else { 1 };
                parts.insert("subjects".to_owned(), json!([person(number)]));
            }
            E::Transferred => self.transfer(law, parts, tape)?,
            E::TransferReceived => {
                let to = self.case.transfer?.to;
                parts["signers"][0]["office"] = json!(to);
            }
            E::Linked => {
                fact(parts, "case", Some(json!(format!("case/{}", uuid(600 + self.number)))));
            }
            E::Unlinked => {
                let link = self.case.links.first()?;
                fact(parts, "case", Some(json!(link.case)));
                fact(parts, "link", Some(json!(link.link)));
            }
            engine if engine.is_court_outcome() => self.judged(engine, parts, tape)?,
            _ => {}
        }
        Some(())
    }

    /// To an office of another body.
    fn transfer(&self, law: &Law, parts: &mut Map<String, Json>, tape: &mut Tape) -> Option<()> {
        let offices = &law.lists[OFFICES];
        let body = |office| offices.body(office, self.date);
        let from = body(self.case.office.unwrap_or("80"));
        let others: Vec<_> = offices
            .all_on(self.date)
            .map(|(code, _)| code)
            .filter(|code| body(code) != from)
            .collect();
        fact(parts, "to_office", Some(json!(tape.pick(&others)?)));
        Some(())
    }

    /// A judgment on a decision that it may concern.
    fn judged(
        &self,
        engine: EngineAct,
        parts: &mut Map<String, Json>,
        tape: &mut Tape,
    ) -> Option<()> {
        fact(parts, "by", None);
        fact(parts, "dispute", None);
        let fits = |act: &FoldedAct<'_>| {
            let kind = act.law.and_then(|law| law.act(act.acts_as())).map(|law| law.kind);
            act.is_effective()
                && kind == Some(ActKind::Decision)
                && (act.annulled_on.is_none() || engine == EngineAct::DecisionUpheld)
                && (act.suspended_on.is_some() || engine != EngineAct::SuspensionLifted)
        };
        self.concern(parts, tape, fits)
    }

    fn concern(
        &self,
        parts: &mut Map<String, Json>,
        tape: &mut Tape,
        fits: impl Fn(&FoldedAct<'_>) -> bool,
    ) -> Option<()> {
        let acts = self.case.acts.iter().filter(|act| act.date <= self.date && fits(act));
        let (meant, others): (Vec<_>, Vec<_>) =
            acts.partition(|act| self.of.is_some_and(|of| act.acts_as() == of));
        let acts = if meant.is_empty() { others } else { meant };
        let hashes: Vec<_> = acts.iter().map(|act| act.hash).collect();
        parts.insert("concerns".to_owned(), json!([tape.pick(&hashes)?]));
        Some(())
    }

    /// Says another value for one open fact of an act.
    fn correct(&self, law: &Law, parts: &mut Map<String, Json>, tape: &mut Tape) -> Option<()> {
        let open = |act: &&FoldedAct<'_>| act.is_effective() && !act.statement.facts.is_empty();
        let acts: Vec<_> = self.case.acts.iter().filter(open).collect();
        let act = tape.pick(&acts)?;
        let fields = &law.act(act.acts_as())?.fields;
        let names: Vec<_> =
            act.statement.facts.keys().filter(|n| fields.contains_key(*n)).collect();
        let name = tape.pick(&names)?;
        let value = value(law, &fields[*name].ty, self.date, tape)?;
        fact(parts, name, Some(value));
        parts.insert("concerns".to_owned(), json!([act.hash]));
        Some(())
    }
}

/// Whether an act opens a dispute about a decision of another case.
fn names_decision(act: &ActLaw) -> bool {
    let is_ref = |name| act.fields.get(name).is_some_and(|field| matches!(field.ty, Type::Ref));
    act.opens && is_ref("case") && is_ref("decision")
}

fn put(parts: &mut Map<String, Json>, name: &str, value: Json) {
    let is_empty = match &value {
        Json::Array(items) => items.is_empty(),
        Json::Object(items) => items.is_empty(),
        _ => false,
    };
    if !is_empty || name == "facts" {
        parts.insert(name.to_owned(), value);
    }
}

fn fact(parts: &mut Map<String, Json>, name: &str, value: Option<Json>) {
    let Some(facts) = parts.get_mut("facts").and_then(Json::as_object_mut) else { return };
    match value {
        Some(value) => facts.insert(name.to_owned(), value),
        None => facts.remove(name),
    };
}

fn facts(law: &Law, act: &ActLaw, date: Date, tape: &mut Tape) -> Map<String, Json> {
    let mut facts = Map::new();
    for (name, field) in act.fields.iter().filter(|(_, field)| field.kept == Kept::Open) {
        let wanted = !field.optional || tape.flip();
        if let Some(value) = value(law, &field.ty, date, tape).filter(|_| wanted) {
            facts.insert(name.clone(), value);
        }
    }
    facts
}

fn sealed(act: &ActLaw, tape: &mut Tape) -> Map<String, Json> {
    let fields = act.fields.iter().filter(|(_, field)| field.kept != Kept::Open);
    let wanted = fields.filter(|(_, field)| !field.optional || tape.flip());
    wanted.map(|(name, _)| (name.clone(), json!("A".repeat(43)))).collect()
}

/// A plausible value; `None` where the list has no code on that day.
fn value(law: &Law, ty: &Type, date: Date, tape: &mut Tape) -> Option<Json> {
    let span = |tape: &mut Tape, counts: &[i32], unit: &str| {
        tape.pick(counts).map(|count| json!(format!("{count}{unit}")))
    };
    match ty {
        Type::Date => {
            let days = *tape.pick(&DAYS)?;
            Some(json!(date.saturating_add(days.days())))
        }
        Type::Instant => Some(json!(format!("{date}T{:02}:15:00Z", 5 + tape.below(12)))),
        Type::Months => span(tape, &[1, 3, 6, 12, 24, 36, 60], "m"),
        Type::Days => span(tape, &[1, 3, 5, 10, 15, 30], "d"),
        Type::WorkingDays => span(tape, &[1, 5, 15], "wd"),
        Type::Hours => span(tape, &[3, 24, 72], "h"),
        Type::Money => {
            let amount = *tape.pick(&[1_700, 17_000, 51_000, 170_000, 340_000, 510_000])?;
            Some(json!({"amount": amount, "currency": "UAH"}))
        }
        Type::Code(list) => {
            let codes: Vec<_> = law.lists.get(list)?.all_on(date).map(|(code, _)| code).collect();
            tape.pick(&codes).map(|code| json!(code))
        }
        Type::Bool => Some(json!(tape.flip())),
        Type::Int => Some(json!(*tape.pick(&[0, 1, 2, 3, 5, 10, 30, 90])?)),
        Type::Text => Some(json!("x")),
        Type::Number => Some(json!(format!("{}/25", 1 + tape.below(900)))),
        Type::Ref => Some(json!(format!("case/{}", uuid(700 + tape.below(50))))),
        Type::List(item) => {
            let mut items = Vec::new();
            for _ in 0..=tape.below(2) {
                let one = value(law, item, date, tape)?;
                if !items.contains(&one) {
                    items.push(one);
                }
            }
            items.sort_by_key(Json::to_string);
            Some(json!(items))
        }
    }
}

pub(crate) fn uuid(number: usize) -> String {
    format!("0192f0c4-7d1e-7c2a-9b43-1f6f0d3b{number:04x}")
}

fn person(number: usize) -> StreamId {
    format!("{}/{}", AggregateType::Person, uuid(number)).parse().unwrap()
}
