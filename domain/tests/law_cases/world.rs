//! A small world: two procedures, a handful of codes, and a case that is told act by act.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use jiff::{civil::Date, tz::TimeZone};
use litopys_domain::{
    act::RecordedAct,
    ids::{ContentHash, StatementHash, StreamId},
    law::{
        book::LawBook,
        fold::{CaseState, View, state},
        judge::{Verdict, judge},
        laws::{Laws, Question},
        package::Shelf,
    },
    log::Hash,
    statement::{Answer, Author, FlagAnswer, LawRef, Signer, Statement, VERSION},
};
use serde_json::{Value as Json, json};

pub(crate) const FILES: &[(&str, &str)] = &[
    ("procedures/return.yaml", include_str!("law/return.yaml")),
    ("procedures/protection.yaml", include_str!("law/protection.yaml")),
    ("procedures/holding.yaml", include_str!("law/holding.yaml")),
    ("procedures/dispute.yaml", include_str!("law/dispute.yaml")),
    ("procedures/general.yaml", include_str!("law/general.yaml")),
    ("calendars/UA.yaml", include_str!("law/UA.yaml")),
    ("parameters/stay_max.yaml", include_str!("law/stay_max.yaml")),
    ("codes/CL-ROLE.yaml", include_str!("law/CL-ROLE.yaml")),
    ("codes/CL-ACT.yaml", include_str!("law/CL-ACT.yaml")),
    ("codes/CL-TO.yaml", include_str!("law/CL-TO.yaml")),
    ("codes/CL-SOURCE.yaml", include_str!("law/CL-SOURCE.yaml")),
    ("codes/CL-APPEAL.yaml", include_str!("law/CL-APPEAL.yaml")),
    ("codes/CL-LANG.yaml", include_str!("law/CL-LANG.yaml")),
    ("codes/CL-CHANNEL.yaml", include_str!("law/CL-CHANNEL.yaml")),
    ("codes/CL-LOSS.yaml", include_str!("law/CL-LOSS.yaml")),
    ("codes/CL-LINK.yaml", include_str!("law/CL-LINK.yaml")),
    ("codes/CL-STOP.yaml", include_str!("law/CL-STOP.yaml")),
    ("codes/CL-NOT-ACCEPTED.yaml", include_str!("law/CL-NOT-ACCEPTED.yaml")),
    ("codes/CL-TRANSFER.yaml", include_str!("law/CL-TRANSFER.yaml")),
    ("codes/CL-COMPETENCE.yaml", include_str!("law/CL-COMPETENCE.yaml")),
];

pub(crate) fn book() -> LawBook {
    LawBook::read(FILES.iter().copied()).unwrap()
}

pub(crate) fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// Every edition of the book, published before position 0 is used by cases; read once.
pub(crate) fn laws() -> Laws {
    static LAWS: LazyLock<Laws> = LazyLock::new(published);
    LAWS.clone()
}

fn published() -> Laws {
    let book = book();
    let mut shelf = Shelf::default();
    let mut laws = Laws::new(TimeZone::get("Europe/Kyiv").unwrap());
    for procedure in book.procedures() {
        for date in book.edition_dates(procedure) {
            let texts = book.package(procedure, date).unwrap_or_else(|problems| {
                panic!("{procedure} {date}: {}", problems[0]);
            });
            let fetch = |hash| texts.texts.get(&hash).map(|text| Arc::clone(&text.content));
            laws.publish(0, Arc::new(shelf.load(&texts.manifest, &fetch).unwrap()));
        }
    }
    laws
}

/// A case and what the ledger knows of it. Positions start at 100.
pub(crate) struct Case<'l> {
    laws: &'l Laws,
    procedure: &'static str,
    stream: StreamId,
    pub(crate) subject: StreamId,
    pub(crate) acts: Vec<RecordedAct>,
    pub(crate) related: Vec<Vec<RecordedAct>>,
    pub(crate) today: Date,
    next: u64,
}

impl<'l> Case<'l> {
    pub(crate) fn new(laws: &'l Laws, procedure: &'static str, number: u8) -> Self {
        Self {
            laws,
            procedure,
            stream: format!("case/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e{number:02x}").parse().unwrap(),
            subject: "person/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5eff".parse().unwrap(),
            acts: Vec::new(),
            related: Vec::new(),
            today: date("2025-12-31"),
            next: 100,
        }
    }

    /// Lets it see another case, whose acts were recorded before all of its own.
    pub(crate) fn see(&mut self, other: &Case<'_>) {
        let early = |act: &RecordedAct| RecordedAct { position: act.position - 50, ..act.clone() };
        self.related = vec![other.acts.iter().map(early).collect()];
    }

    pub(crate) fn view(&self) -> View {
        View::new(self.today, self.next)
    }

    /// A sound draft of an act: law, office and subject are right; roles are the act's first
    /// alternative.
    pub(crate) fn draft(&self, act: &str, at: &str, facts: Json) -> Statement {
        let occurred_at: litopys_domain::legal_time::LegalTime = at.parse().unwrap();
        let opened = self.state().opened.map(|opened| opened.date);
        let day = occurred_at.date_in(self.laws.zone());
        let question =
            Question { procedure: self.procedure, date: day, opened, position: self.next };
        let due = self.laws.due_for_record(question).or_else(|| self.laws.due(question));
        let law = due.map(|due| LawRef {
            procedure: self.procedure.to_owned(),
            edition: due.law().edition,
            package: due.package.hash,
        });
        let known = due.and_then(|due| due.law().act(act));
        let roles = known.and_then(|law| law.signed_by.first().cloned());
        let roles = roles.unwrap_or_else(|| {
            vec![known.and_then(|law| law.recorded_by.first().cloned()).unwrap_or_default()]
        });
        let service =
            known.is_some_and(|law| law.kind == litopys_domain::law::file::ActKind::Service);
        Statement {
            version: VERSION.to_owned(),
            ledger: "ledger.example/test".to_owned(),
            stream: self.stream.clone(),
            seen: self.acts.last().map(|act| act.hash),
            nonce: "0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e78".parse().unwrap(),
            act: act.to_owned(),
            law,
            subjects: vec![self.subject.clone()],
            facts: facts.as_object().unwrap().clone(),
            sealed: BTreeMap::new(),
            concerns: Vec::new(),
            evidence: Vec::new(),
            instrument: None,
            basis: vec!["L3773:26".to_owned()],
            flags: Vec::new(),
            occurred_at,
            source: "NATIVE".to_owned(),
            author: None,
            signers: if service { vec![ledger()] } else { officers(&roles) },
        }
    }

    pub(crate) fn judge(&self, candidate: &Statement) -> Verdict {
        let related: Vec<&[RecordedAct]> = self.related.iter().map(Vec::as_slice).collect();
        judge(self.laws, &self.acts, &related, candidate, self.view())
    }

    /// Records without asking the law, as an import or an older program might have.
    pub(crate) fn record(&mut self, statement: Statement) -> StatementHash {
        let hash = StatementHash::of(statement.to_text().as_bytes());
        self.acts.push(RecordedAct {
            statement: Arc::new(statement),
            hash,
            position: self.next,
            sequence: self.acts.len() as u64 + 1,
            number: self.acts.is_empty().then(|| "80-RT-2025-000001".to_owned()),
            recorded_at: format!("{}T12:00:00.000000Z", self.today).parse().unwrap(),
            leaf: Hash::leaf(b""),
        });
        self.next += 1;
        hash
    }

    /// Judges and records; panics where the act is refused.
    pub(crate) fn take(&mut self, statement: Statement) -> StatementHash {
        let verdict = self.judge(&statement);
        assert!(verdict.is_sound(), "{}: {:#?}", statement.act, verdict.refusals);
        self.record(statement)
    }

    pub(crate) fn act(&mut self, act: &str, at: &str, facts: Json) -> StatementHash {
        let draft = self.draft(act, at, facts);
        self.take(draft)
    }

    pub(crate) fn serve(&mut self, decision: StatementHash, at: &str) -> StatementHash {
        let mut draft = self.draft("LetterServed", at, json!({"channel": "in-person"}));
        draft.concerns = vec![decision];
        self.take(draft)
    }

    pub(crate) fn state(&self) -> CaseState<'_> {
        state(self.laws, &self.acts, View::new(date("9999-12-31"), self.next))
    }

    pub(crate) fn state_on(&self, day: &str) -> CaseState<'_> {
        state(self.laws, &self.acts, View::new(date(day), self.next))
    }
}

pub(crate) fn ledger() -> Signer {
    let by = StreamId::ledger("ledger.example/test").unwrap();
    Signer { by, role: "R-SYS".to_owned(), office: None }
}

pub(crate) fn officers(roles: &[String]) -> Vec<Signer> {
    roles
        .iter()
        .enumerate()
        .map(|(index, role)| Signer {
            by: format!("officer/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5ea{index}").parse().unwrap(),
            role: role.clone(),
            office: Some("80".to_owned()),
        })
        .collect()
}

pub(crate) fn author(role: &str) -> Author {
    Author { role: role.to_owned(), body: None, reference: Some("620/3416/19".to_owned()) }
}

pub(crate) fn answer(rule: &str) -> FlagAnswer {
    FlagAnswer { rule: rule.to_owned(), answer: Answer::Unavoidable, reason: None }
}

/// The codes of a verdict's refusals with their pointers.
pub(crate) fn refusals(verdict: &Verdict) -> Vec<String> {
    verdict.refusals.iter().map(|one| format!("{} {}", one.code, one.pointer)).collect()
}

pub(crate) fn flags(verdict: &Verdict) -> Vec<&str> {
    verdict.flags.iter().map(|flag| flag.rule.as_str()).collect()
}

/// A case of forced return up to the decision.
pub(crate) fn decided(laws: &Laws) -> (Case<'_>, StatementHash) {
    let mut case = Case::new(laws, "return", 1);
    case.act("Collected", "2025-03-01", json!({}));
    let facts = json!({"leave_by": "2025-04-01", "ground": "1", "minor": false});
    let decision = case.act("Decided", "2025-03-10T09:00:00Z", facts);
    (case, decision)
}

pub(crate) fn no_package() -> ContentHash {
    ContentHash::of(b"none")
}
