//! The state of a case: one pure function over its acts in legal order (DESIGN §6).
//!
//! Order = (legal date, position). Acts entered in error and rebutted presumptions are skipped and
//! shown. What takes an act back or puts its facts right counts for every legal date once it is
//! recorded: terms are counted from corrected facts, while no correction moves a state.
//! Where a late act makes recorded ones impossible, the case shows both states until a head
//! determines one.

mod clock;
mod court;
mod custody;
mod marks;
mod moment;
mod puts;

use jiff::civil::Date;
use serde::Serialize;

pub use clock::{ClockState, ClockStatus, Passed, Point};
pub use custody::{Link, Stop, Transfer, linked_case};
use marks::{Mark, Marks};
pub(crate) use moment::Moment;
pub use moment::Related;
pub use puts::Put;

use super::{
    engine::EngineAct,
    file::{ActKind, Severity},
    laws::{Due, Laws, Question},
    model::{ActLaw, From, Law, To},
};
use crate::{
    act::RecordedAct,
    ids::{StatementHash, StreamId},
    statement::{Answer, Statement},
    violation::Words,
};

/// Up to where a case is looked at: acts of legal dates not after `date`, at positions before
/// `position`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    pub date: Date,
    pub position: u64,
}

impl View {
    /// Everything recorded before `position`, on the ledger's date.
    pub fn new(date: Date, position: u64) -> Self {
        Self { date, position }
    }
}

/// An act as the fold reads it; also a candidate that has no place yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Item<'a> {
    pub statement: &'a Statement,
    pub hash: StatementHash,
    pub position: u64,
    /// The ledger's date at recording; `None` for a candidate.
    pub recorded_on: Option<Date>,
    pub number: Option<&'a str>,
    pub date: Date,
}

impl<'a> Item<'a> {
    pub(crate) fn of(laws: &Laws, act: &'a RecordedAct) -> Self {
        Self {
            statement: &act.statement,
            hash: act.hash,
            position: act.position,
            recorded_on: Some(act.recorded_at.timestamp().to_zoned(laws.zone().clone()).date()),
            number: act.number.as_deref(),
            date: act.statement.occurred_at.date_in(laws.zone()),
        }
    }
}

/// A case as of a view.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CaseState<'a> {
    pub procedure: Option<&'a str>,
    pub opened: Option<Opened<'a>>,
    /// `None` before the case is opened.
    pub state: Option<&'a str>,
    /// The state without the late acts, while the case is out of order.
    pub other_state: Option<&'a str>,
    pub is_out_of_order: bool,
    pub is_final: bool,
    pub is_closed: bool,
    /// The people the case is about: those its acts name, after a correction those that it and the
    /// acts after it name.
    #[serde(skip)]
    pub subjects: Vec<&'a StreamId>,
    /// People whom a correction took out of the case.
    #[serde(skip)]
    former_subjects: Vec<&'a StreamId>,
    /// The office that has the case: the one that opened it, or the last that received it.
    #[serde(skip)]
    pub office: Option<&'a str>,
    /// Set while the case is on its way to another office.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfer: Option<Transfer<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link<'a>>,
    /// Stops that were not lifted, those whose last day has passed among them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stops: Vec<Stop<'a>>,
    /// In legal order.
    pub acts: Vec<FoldedAct<'a>>,
    pub clocks: Vec<ClockState<'a>>,
    /// Answers under signature that stand.
    pub answers: Vec<Answered<'a>>,
    /// Terms that passed.
    pub defects: Vec<Defect<'a>>,
}

/// When and how a case was opened.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Opened<'a> {
    pub date: Date,
    pub position: u64,
    pub act: StatementHash,
    pub office: Option<&'a str>,
    pub number: Option<&'a str>,
}

/// One act in its legal place.
#[derive(Debug, Clone, Serialize)]
pub struct FoldedAct<'a> {
    #[serde(skip)]
    pub statement: &'a Statement,
    pub act: &'a str,
    pub hash: StatementHash,
    pub position: u64,
    /// The legal date it counts on.
    pub date: Date,
    pub recorded_on: Option<Date>,
    pub status: ActStatus,
    pub from: Option<&'a str>,
    pub to: Option<&'a str>,
    pub served_on: Option<Date>,
    /// The day of the judgment after which the decision stands no more.
    pub annulled_on: Option<Date>,
    /// Whether what was annulled is to be decided again.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub remitted: bool,
    /// Since when a court keeps the decision from being carried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspended_on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_on: Option<Date>,
    /// The annulled decision that this one rested on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis_lost: Option<StatementHash>,
    /// What this act of a dispute puts into another case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub puts: Option<Put<'a>>,
    /// The index among the case's acts of the judgment that annulled it.
    #[serde(skip)]
    annulled_at: Option<usize>,
    /// Clerical corrections of its facts, in legal order.
    #[serde(skip)]
    corrections: Vec<&'a Statement>,
    #[serde(skip)]
    pub law: Option<&'a Law>,
}

impl<'a> FoldedAct<'a> {
    /// The act's id, or the decision that an attested record holds.
    pub fn acts_as(&self) -> &'a str {
        acts_as(self.statement)
    }

    pub fn is_effective(&self) -> bool {
        self.status == ActStatus::Effective
    }

    /// An open fact, as corrected.
    pub fn fact(&self, name: &str) -> Option<&'a serde_json::Value> {
        let corrected = self.corrections.iter().rev().find_map(|one| one.facts.get(name));
        corrected.or_else(|| self.statement.facts.get(name))
    }

    fn act_law(&self) -> Option<&'a ActLaw> {
        self.law?.act(&self.statement.act)
    }
}

fn acts_as(statement: &Statement) -> &str {
    let record = statement.act == "LegacyRecordAttested";
    let decision = statement.facts.get("decision").filter(|_| record);
    decision.and_then(serde_json::Value::as_str).unwrap_or(&statement.act)
}

/// What became of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActStatus {
    Effective,
    EnteredInError,
    /// A presumption that a true act disproved.
    Rebutted,
    /// Not possible in its legal place.
    Impossible,
}

/// An answer to a flag.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Answered<'a> {
    pub rule: &'a str,
    pub answer: Answer,
    pub act: StatementHash,
}

/// A term that passed without what it asks for, or with it too late.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Defect<'a> {
    pub rule: &'a str,
    pub severity: Severity,
    pub says: &'a Words,
    pub clock: &'a str,
    /// The last day, or the day of the last moment, of the term.
    pub due: Date,
    /// The act that came too late; `None` while it is still missing.
    pub late: Option<StatementHash>,
    pub certainty: crate::violation::Certainty,
    pub basis: &'a [String],
}

/// The state of a case as of a view. `acts` are the acts of one case in any order.
pub fn state<'a>(laws: &'a Laws, acts: &'a [RecordedAct], view: View) -> CaseState<'a> {
    fold(laws, &items(laws, acts), view)
}

/// Recorded acts as the fold reads them, in legal order.
pub(crate) fn items<'a>(laws: &Laws, acts: &'a [RecordedAct]) -> Vec<Item<'a>> {
    let mut items: Vec<_> = acts.iter().map(|act| Item::of(laws, act)).collect();
    sort(&mut items);
    items
}

pub(crate) fn sort(items: &mut [Item<'_>]) {
    items.sort_by_key(|item| (item.date, item.position));
}

/// Folds items that stand in legal order.
pub(crate) fn fold<'a>(laws: &'a Laws, items: &[Item<'a>], view: View) -> CaseState<'a> {
    let recorded: Vec<Item<'a>> =
        items.iter().filter(|item| item.position < view.position).copied().collect();
    let Folded { mut case, culprits, determined } = replayed(laws, &recorded, view.date);
    let open: Vec<u64> = culprits.into_iter().filter(|position| *position > determined).collect();
    if !open.is_empty() {
        case.is_out_of_order = true;
        case.other_state = without(laws, &recorded, &open, view.date);
    }
    case.is_final = case.state.is_some_and(|state| {
        case.acts.last().and_then(|act| act.law).is_some_and(|law| law.is_final(state))
    });
    case.defects = clock::defects(&case.clocks, view.date);
    case
}

struct Folded<'a> {
    case: CaseState<'a>,
    culprits: Vec<u64>,
    /// The position of the last determination of the state.
    determined: u64,
}

/// Folds the recorded acts up to a legal date.
fn replayed<'a>(laws: &'a Laws, recorded: &[Item<'a>], until: Date) -> Folded<'a> {
    let visible = recorded.partition_point(|item| item.date <= until);
    let marks = Marks::of(laws, recorded, visible);
    let mut folder = Folder { laws, case: CaseState::default(), culprits: Vec::new() };
    for (index, item) in recorded[..visible].iter().enumerate() {
        folder.take(*item, &marks, index);
    }
    Folded { case: folder.case, culprits: folder.culprits, determined: marks.determined }
}

/// The case after one more act at the end of its legal order.
pub(crate) fn advance<'a>(laws: &'a Laws, case: &CaseState<'a>, item: Item<'a>) -> CaseState<'a> {
    let mut folder = Folder { laws, case: case.clone(), culprits: Vec::new() };
    let due = due_of(laws, case, &item);
    let none = Mark::default();
    let status = folder.apply(&item, due, &none, &[]);
    if status != ActStatus::Effective {
        folder.push(&item, due, &none, status);
    }
    folder.case
}

/// The state without the acts that came late.
fn without<'a>(
    laws: &'a Laws,
    recorded: &[Item<'a>],
    late: &[u64],
    until: Date,
) -> Option<&'a str> {
    let mut items = recorded.to_vec();
    items.retain(|item| !late.contains(&item.position));
    replayed(laws, &items, until).case.state
}

struct Folder<'a> {
    laws: &'a Laws,
    case: CaseState<'a>,
    /// Positions of acts whose late arrival made others impossible.
    culprits: Vec<u64>,
}

impl<'a> Folder<'a> {
    fn take(&mut self, item: Item<'a>, marks: &Marks<'a>, index: usize) {
        let due = due_of(self.laws, &self.case, &item);
        let mark = marks.get(index);
        let status = match marks.status(index) {
            Some(status) => status,
            None => self.apply(&item, due, mark, &marks.errors),
        };
        let to = self.case.state;
        if let Some(act) = self.case.acts.last_mut().filter(|act| act.hash == item.hash) {
            act.status = status;
            act.to = to;
        } else {
            self.push(&item, due, mark, status);
        }
        if status == ActStatus::Effective {
            let answers = item.statement.flags.iter().map(|flag| Answered {
                rule: &flag.rule,
                answer: flag.answer,
                act: item.hash,
            });
            self.case.answers.extend(answers);
        }
    }

    fn push(&mut self, item: &Item<'a>, due: Option<Due<'a>>, mark: &Mark<'a>, status: ActStatus) {
        self.case.acts.push(FoldedAct {
            statement: item.statement,
            act: &item.statement.act,
            hash: item.hash,
            position: item.position,
            date: item.date,
            recorded_on: item.recorded_on,
            status,
            from: self.case.state,
            to: self.case.state,
            served_on: mark.served_on,
            annulled_on: None,
            remitted: false,
            suspended_on: None,
            changed_on: None,
            basis_lost: None,
            puts: None,
            annulled_at: None,
            corrections: mark.corrections.clone(),
            law: due.map(Due::states_law),
        });
    }

    /// Moves state and clocks, where the act is possible.
    fn apply(
        &mut self,
        item: &Item<'a>,
        due: Option<Due<'a>>,
        mark: &Mark<'a>,
        errors: &[u64],
    ) -> ActStatus {
        let law = due.map(Due::states_law);
        let act = law.and_then(|law| law.act(&item.statement.act));
        let (Some(law), Some(act)) = (law, act) else { return ActStatus::Impossible };
        if possible(&self.case, law, act, item).is_err() {
            self.blame(item.position, errors);
            return ActStatus::Impossible;
        }
        let target = target(self.laws, &self.case, law, act, item);
        if self.case.opened.is_none() {
            self.case.procedure = Some(&law.procedure);
            self.case.opened = Some(opened(item));
        }
        self.push(item, due, mark, ActStatus::Effective);
        if let Some(outcome) = act.engine.filter(|engine| engine.is_court_outcome()) {
            self.case.take_outcome(outcome, item);
        }
        clock::run(self.laws, &mut self.case, law, item);
        let put = act.puts.as_ref().and_then(|p| puts::put(self.laws, &self.case, law, p, item));
        if let Some(act) = self.case.acts.last_mut() {
            act.puts = put;
        }
        self.case.state = target.or(self.case.state);
        self.case.keep(act.engine, item);
        ActStatus::Effective
    }

    /// Acts that stand before this one in law but were recorded after it, and acts that took others
    /// back after it.
    fn blame(&mut self, position: u64, errors: &[u64]) {
        self.culprits.extend(errors.iter().filter(|error| **error > position));
        let late =
            self.case.acts.iter().filter(|act| act.is_effective() && act.position > position);
        let material = late
            .filter(|act| act.act_law().is_some_and(|law| !law.immaterial && act.from != act.to));
        let positions: Vec<u64> = material.map(|act| act.position).collect();
        self.culprits.extend(positions);
    }
}

fn opened<'a>(item: &Item<'a>) -> Opened<'a> {
    Opened {
        date: item.date,
        position: item.position,
        act: item.hash,
        office: item.statement.signers.first().and_then(|signer| signer.office.as_deref()),
        number: item.number,
    }
}

/// The packages that judge an act in its place.
pub(crate) fn due_of<'a>(laws: &'a Laws, case: &CaseState<'a>, item: &Item<'_>) -> Option<Due<'a>> {
    let cited = item.statement.law.as_ref().map(|law| law.procedure.as_str());
    let question = Question {
        procedure: case.procedure.or(cited)?,
        date: item.date,
        opened: case.opened.map(|opened| opened.date),
        position: item.position,
    };
    if item.statement.act == "LegacyRecordAttested" {
        return laws.due_for_record(question);
    }
    laws.due(question)
}

/// Why an act is not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blocked {
    NotOpened,
    AlreadyOpen,
    Closed,
    NotClosed,
    WrongState,
    Final,
    NotDue,
    /// The case is on its way to another office.
    InTransfer,
    NoTransfer,
}

/// Whether an act is possible where the case stands.
pub(crate) fn possible(
    case: &CaseState<'_>,
    law: &Law,
    act: &ActLaw,
    item: &Item<'_>,
) -> Result<(), Blocked> {
    possible_act(case, law, act)?;
    if act.kind == ActKind::Service && !clock::is_due(&case.clocks, &act.id, item) {
        return Err(Blocked::NotDue);
    }
    Ok(())
}

/// As [`possible`], but for whether a term has passed.
pub(crate) fn possible_act(case: &CaseState<'_>, law: &Law, act: &ActLaw) -> Result<(), Blocked> {
    let Some(state) = case.state else {
        return if act.opens { Ok(()) } else { Err(Blocked::NotOpened) };
    };
    if case.is_closed && !act.engine.is_some_and(EngineAct::after_closing) {
        return Err(Blocked::Closed);
    }
    match act.engine {
        Some(engine) if engine.only_opens() => return Err(Blocked::AlreadyOpen),
        Some(EngineAct::Reopened) if !case.is_closed => return Err(Blocked::NotClosed),
        Some(EngineAct::Transferred) if case.transfer.is_some() => {
            return Err(Blocked::InTransfer);
        }
        Some(EngineAct::TransferReceived) if case.transfer.is_none() => {
            return Err(Blocked::NoTransfer);
        }
        Some(_) => return Ok(()),
        None => {}
    }
    match &act.from {
        From::Any if law.is_final(state) => return Err(Blocked::Final),
        From::States(states) if !states.iter().any(|one| one == state) => {
            return Err(if act.opens { Blocked::AlreadyOpen } else { Blocked::WrongState });
        }
        _ => {}
    }
    Ok(())
}

/// The state an act leads to; `None` where it stays.
pub(crate) fn target<'a>(
    laws: &'a Laws,
    case: &CaseState<'a>,
    law: &'a Law,
    act: &'a ActLaw,
    item: &Item<'a>,
) -> Option<&'a str> {
    if let Some(engine) = act.engine {
        return engine_target(case, law, engine, item);
    }
    match &act.to {
        To::Stays => None,
        To::State(state) => Some(state),
        To::Cases(cases) => {
            let moment = Moment::new(laws, law, case, item);
            let hit =
                cases.iter().find(|(when, _)| when.as_ref().is_none_or(|w| w.holds(&&moment)));
            hit.map(|(_, state)| state.as_str())
        }
    }
}

fn engine_target<'a>(
    case: &CaseState<'a>,
    law: &'a Law,
    engine: EngineAct,
    item: &Item<'a>,
) -> Option<&'a str> {
    if engine.names_state() {
        let state = item.statement.facts.get("state")?.as_str()?;
        return law.states.get_key_value(state).map(|(state, _)| state.as_str());
    }
    if engine.is_court_outcome() && engine != EngineAct::DecisionUpheld {
        // A decision that stands no more cannot fall once more.
        let fallen = |act: &FoldedAct<'_>| {
            act.annulled_on.is_some() && item.statement.concerns.contains(&act.hash)
        };
        if case.acts.iter().any(fallen) {
            return None;
        }
    }
    let from = |states: &Vec<String>| states.iter().any(|one| Some(one.as_str()) == case.state);
    let moves = law.on.get(&item.statement.act);
    let hit = moves.into_iter().flatten().find(|moved| {
        let concerned = moved.of.as_ref().is_none_or(|of| concerns(case, item.statement, of));
        concerned && moved.from.as_ref().is_none_or(from)
    });
    let restored = || {
        let upheld = engine == EngineAct::DecisionUpheld;
        case.state_restored(&item.statement.concerns).filter(|_| upheld)
    };
    hit.map(|moved| moved.to.as_str()).or_else(restored)
}

/// Whether a statement concerns an earlier act of this id.
pub(crate) fn concerns(case: &CaseState<'_>, statement: &Statement, of: &str) -> bool {
    statement
        .concerns
        .iter()
        .any(|hash| case.acts.iter().any(|act| act.hash == *hash && act.acts_as() == of))
}
