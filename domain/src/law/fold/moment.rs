//! What a rule sees: the statement, the case before it, its subjects' other cases, the package.

mod others;

use jiff::{civil::Date, tz::TimeZone};
use serde_json::Value as Json;

use super::{CaseState, FoldedAct, Item};
use crate::{
    act::RecordedAct,
    ids::StreamId,
    law::{
        calendar::Calendar,
        laws::Laws,
        lists::OFFICES,
        model::Law,
        rule::{Question, Scope},
        value::{Type, Value},
    },
    legal_time::LegalTime,
    statement::Statement,
};

/// The acts of another case that shares a subject.
pub type Related<'a> = &'a [RecordedAct];

/// An act in its place in a case.
pub(crate) struct Moment<'a, 's> {
    laws: &'a Laws,
    law: &'a Law,
    case: &'s CaseState<'a>,
    item: Item<'a>,
    others: &'s [Related<'a>],
}

impl<'a, 's> Moment<'a, 's> {
    pub(crate) fn new(
        laws: &'a Laws,
        law: &'a Law,
        case: &'s CaseState<'a>,
        item: &Item<'a>,
    ) -> Self {
        Self { laws, law, case, item: *item, others: &[] }
    }

    /// With the subjects' other cases.
    pub(crate) fn among(mut self, others: &'s [Related<'a>]) -> Self {
        self.others = others;
        self
    }

    fn statement(&self) -> &'a Statement {
        self.item.statement
    }

    /// A fact of the act itself; where the case holds the act already, as corrected.
    fn own_fact(&self, name: &str) -> Option<&'a Json> {
        let recorded = self.case.acts.last().filter(|act| act.hash == self.item.hash);
        let facts = &self.item.statement.facts;
        recorded.map_or_else(|| facts.get(name), |act| act.fact(name))
    }

    /// Whether an act of the case is an effective earlier one of this id.
    fn is_earlier(&self, act: &FoldedAct<'a>, id: &str) -> bool {
        act.is_effective() && act.hash != self.item.hash && act.acts_as() == id
    }

    fn latest(&self, id: &str) -> Option<&FoldedAct<'a>> {
        self.case.acts.iter().rfind(|act| self.is_earlier(act, id))
    }

    fn times(&self, id: &str) -> i64 {
        let count = self.case.acts.iter().filter(|act| self.is_earlier(act, id)).count();
        i64::try_from(count).unwrap_or(i64::MAX)
    }

    fn texts<'t>(texts: impl Iterator<Item = &'t str>) -> Value<'t> {
        Value::List(texts.map(Value::Text).collect())
    }
}

fn text(text: Option<&str>) -> Value<'_> {
    text.map_or(Value::Absent, Value::Text)
}

fn date(date: Option<Date>) -> Value<'static> {
    date.map_or(Value::Absent, Value::Date)
}

fn fact<'a>(json: Option<&'a Json>, ty: &Type) -> Value<'a> {
    json.and_then(|json| ty.read(json)).unwrap_or(Value::Absent)
}

impl<'a> Scope<'a> for &Moment<'a, '_> {
    fn answer(&self, question: &'a Question) -> Value<'a> {
        let statement = self.statement();
        let author = statement.author.as_ref();
        match question {
            Question::Fact { name, ty, .. } => fact(self.own_fact(name), ty),
            Question::FactOf { act, name, ty } => {
                fact(self.latest(act).and_then(|act| act.fact(name)), ty)
            }
            Question::Sealed(name) => Value::Bool(statement.sealed.contains_key(name)),
            Question::ActDate => Value::Date(self.item.date),
            Question::ActInstant => match statement.occurred_at {
                LegalTime::Instant(at) => Value::Instant(at),
                _ => Value::Absent,
            },
            Question::ActOffice => {
                text(statement.signers.first().and_then(|s| s.office.as_deref()))
            }
            Question::ActSource => Value::Text(&statement.source),
            Question::AuthorRole => text(author.map(|author| author.role.as_str())),
            Question::AuthorBody => text(author.and_then(|author| author.body.as_deref())),
            Question::AuthorReference => text(author.and_then(|a| a.reference.as_deref())),
            Question::SignerRoles => {
                Moment::texts(statement.signers.iter().map(|signer| signer.role.as_str()))
            }
            Question::SignerOffices => {
                Moment::texts(statement.signers.iter().filter_map(|s| s.office.as_deref()))
            }
            Question::CaseState => text(self.case.state),
            Question::OpenedDate => {
                date(Some(self.case.opened.map_or(self.item.date, |opened| opened.date)))
            }
            Question::OpenedOffice => text(match self.case.opened {
                Some(opened) => self.case.office.or(opened.office),
                None => statement.signers.first().and_then(|s| s.office.as_deref()),
            }),
            Question::ClockDue(id) => {
                let mut clocks = self.case.clocks.iter().rev();
                let running = clocks.find(|clock| clock.clock == id && clock.is_running());
                date(running.map(|clock| clock.due_on))
            }
            Question::Subjects => Moment::texts(statement.subjects.iter().map(StreamId::id)),
            Question::Evidence => Moment::texts(statement.evidence.iter().map(|_| "document")),
            Question::Recorded(act) => Value::Bool(self.latest(act).is_some()),
            Question::DateOf(act) => date(self.latest(act).map(|act| act.date)),
            Question::InstantOf(act) => match self.latest(act).map(|a| a.statement.occurred_at) {
                Some(LegalTime::Instant(at)) => Value::Instant(at),
                _ => Value::Absent,
            },
            Question::InForce(act) => Value::Bool(self.latest(act).is_some_and(FoldedAct::stands)),
            Question::RecordedOn(act) => date(self.latest(act).and_then(|act| act.recorded_on)),
            Question::Times(act) => Value::Int(self.times(act)),
            Question::SameSigner(act) => Value::Bool(self.latest(act).is_some_and(|act| {
                let mut earlier = act.statement.signers.iter();
                earlier.any(|one| statement.signers.iter().any(|s| s.by == one.by))
            })),
            Question::HeldSince { .. }
            | Question::SubjectOpen(_)
            | Question::SubjectHas { .. }
            | Question::SubjectTermOpen { .. }
            | Question::SubjectRecorded { .. } => self.ask_others(question),
        }
    }

    fn param(&self, name: &str, ty: &Type, date: Date) -> Value<'a> {
        fact(self.law.parameters.get(name).and_then(|parameter| parameter.on(date)), ty)
    }

    fn act_date(&self) -> Date {
        self.item.date
    }

    fn same_body(&self, one: &str, other: &str) -> bool {
        let Some(offices) = self.law.lists.get(OFFICES) else { return one == other };
        let body = offices.body(one, self.item.date);
        body.is_some() && body == offices.body(other, self.item.date)
    }

    fn calendar(&self) -> &Calendar {
        &self.law.calendar
    }

    fn zone(&self) -> &TimeZone {
        self.laws.zone()
    }
}
