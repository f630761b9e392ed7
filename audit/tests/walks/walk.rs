//! One walk: acts of one case, each judged by the writer and again by the auditor.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;
use litopys_audit::judgment::Books;
use litopys_domain::act::RecordedAct;
use litopys_domain::ids::{AggregateType, StatementHash, StreamId};
use litopys_domain::law::engine::{EngineAct, OUT_OF_ORDER};
use litopys_domain::law::file::{ActKind, Severity};
use litopys_domain::law::fold::{View, state};
use litopys_domain::law::judge::{Verdict, judge};
use litopys_domain::law::laws::{Due, Question};
use litopys_domain::law::next::{NextAct, due_acts, next_acts};
use litopys_domain::log::Hash;
use litopys_domain::statement::{Answer, FlagAnswer, Statement};

use crate::candidate::{Desk, uuid};
use crate::published::editions;
use crate::tape::Tape;

/// The last day on which a walk begins.
const LAST: Date = Date::constant(2026, 9, 1);
/// Drafts of one act before it is given up: its facts may contradict each other.
const DRAFTS_MAX: usize = 6;
/// The most acts of a walk.
const ACTS_MAX: usize = 14;
/// What generated facts may run into: rules that refuse contradictions, a presumption to be
/// mended first.
const CONTRADICTIONS: [&str; 3] = ["rule-refuses", "flag-unanswered", "rebuts-presumption"];

/// What a walk came across.
#[derive(Default)]
pub(crate) struct Walked {
    pub offered: BTreeSet<String>,
    pub taken: BTreeSet<String>,
    pub acts: u64,
    pub terms: u64,
}

struct Walk<'b> {
    books: &'b Books,
    procedure: &'b str,
    stream: StreamId,
    acts: Vec<RecordedAct>,
    today: Date,
    walked: Walked,
}

/// Walks until the case takes no more or the tape ends. The error says what is not as it must be.
pub(crate) fn walk(books: &Books, procedure: &str, tape: &mut Tape) -> Result<Walked, String> {
    let dates = editions(procedure);
    let edition = *tape.pick(&dates).ok_or("no edition")?;
    let start = edition.saturating_add(i32::try_from(tape.below(400)).unwrap_or(0).days());
    let mut walk = Walk {
        books,
        procedure,
        stream: format!("case/{}", uuid(0)).parse().unwrap(),
        acts: Vec::new(),
        today: start.min(LAST),
        walked: Walked::default(),
    };
    while !tape.is_at_end() && walk.acts.len() < ACTS_MAX {
        walk.step(tape)?;
        walk.pass_time(tape);
    }
    walk.audit()?;
    Ok(walk.walked)
}

impl Walk<'_> {
    fn view(&self) -> View {
        View::new(self.today, self.position())
    }

    fn position(&self) -> u64 {
        self.acts.len() as u64 + 100
    }

    /// The next working moment, or the day after a term that runs has passed.
    fn pass_time(&mut self, tape: &mut Tape) {
        let case = state(self.books.laws(), &self.acts, self.view());
        let running: Vec<_> = case.clocks.iter().filter(|clock| clock.is_running()).collect();
        let passed = tape.pick(&running).map(|clock| clock.waits_until().saturating_add(1.day()));
        let days = [0, 0, 1, 3, 10, 40][tape.below(6)].days();
        self.today = match passed {
            Some(day)
                if day > self.today && day < Date::constant(2040, 1, 1) && tape.below(3) == 0 =>
            {
                day
            }
            _ => self.today.saturating_add(days),
        };
    }

    fn step(&mut self, tape: &mut Tape) -> Result<(), String> {
        let next = next_acts(self.books.laws(), self.procedure, &self.acts, self.view());
        let (refused, offered): (Vec<_>, Vec<_>) =
            next.into_iter().partition(|act| act.refused.is_some());
        for _ in 0..2 {
            if let Some(act) = tape.pick(&refused) {
                self.try_refused(act, tape)?;
            }
        }
        let service: Vec<_> = offered.iter().filter(|act| act.kind == ActKind::Service).collect();
        let own: Vec<_> = offered.iter().filter(|act| is_own(act)).collect();
        let all: Vec<_> = offered.iter().collect();
        // A term that has passed is put on record more often than not.
        let from = match tape.below(4) {
            0 => &all,
            1 | 2 if !service.is_empty() => &service,
            _ if own.is_empty() => &all,
            _ => &own,
        };
        let Some(act) = tape.pick(from).copied() else { return Ok(()) };
        self.walked.offered.insert(act.act.clone());
        self.take(act, tape)
    }

    /// What is offered is accepted once its flags are answered.
    fn take(&mut self, act: &NextAct, tape: &mut Tape) -> Result<(), String> {
        for _ in 0..DRAFTS_MAX {
            let Some(mut statement) = self.draft(act, tape) else { return Ok(()) };
            let verdict = self.judge(&statement);
            answer(&mut statement, &verdict);
            let answered = self.judge(&statement);
            if answered.is_sound() {
                self.record(statement);
                self.walked.taken.insert(act.act.clone());
                return Ok(());
            }
            if !is_excused(&statement, &answered) {
                let why: Vec<_> =
                    answered.refusals.iter().map(|r| (r.code, &r.pointer, &r.says.en)).collect();
                return Err(self.told(&format!(
                    "{} was offered and refused: {why:?}\n{}",
                    act.act,
                    statement.to_text()
                )));
            }
        }
        Ok(())
    }

    /// What is not offered is refused or flagged, and the auditor says the same of it.
    fn try_refused(&mut self, act: &NextAct, tape: &mut Tape) -> Result<(), String> {
        let Some(statement) = self.draft(act, tape) else { return Ok(()) };
        let verdict = self.judge(&statement);
        if verdict.is_sound() && verdict.flags.is_empty() {
            let why = act.refused.as_ref().map(|refused| &refused.says.en);
            return Err(self.told(&format!("{} was not offered ({why:?}), and passes", act.act)));
        }
        let mut acts = self.acts.clone();
        acts.push(self.recorded(statement));
        let found = self.books.judge(&acts, &[]);
        let found: Vec<_> = found.iter().map(|finding| finding.code).collect();
        let refused: Vec<_> = verdict.refusals.iter().map(|refusal| refusal.code).collect();
        if found != refused {
            let both = format!("the writer refuses {refused:?}, the auditor {found:?}");
            return Err(self.told(&format!("{}: {both}", act.act)));
        }
        Ok(())
    }

    fn draft(&self, act: &NextAct, tape: &mut Tape) -> Option<Statement> {
        let laws = self.books.laws();
        let view = self.view();
        let case = state(laws, &self.acts, View { date: Date::MAX, ..view });
        let fired = due_acts(laws, &self.acts, view).into_iter().find(|due| due.act == act.act);
        let date = fired.as_ref().map_or(self.today, |due| due.date);
        let due = self.due(date, case.opened.map(|opened| opened.date))?;
        let desk = Desk {
            stream: &self.stream,
            due,
            case: &case,
            seen: self.acts.last().map(|act| act.hash),
            date,
            number: self.acts.len(),
            by_ledger: fired.is_some(),
        };
        desk.draft(due.law().act(&act.act)?, tape)
    }

    fn due(&self, date: Date, opened: Option<Date>) -> Option<Due<'_>> {
        let position = self.position();
        let question = Question { procedure: self.procedure, date, opened, position };
        self.books.laws().due(question)
    }

    fn judge(&self, statement: &Statement) -> Verdict {
        judge(self.books.laws(), &self.acts, &[], statement, self.view())
    }

    fn recorded(&self, statement: Statement) -> RecordedAct {
        let hash = StatementHash::of(statement.to_text().as_bytes());
        RecordedAct {
            statement: Arc::new(statement),
            hash,
            position: self.position(),
            sequence: self.acts.len() as u64 + 1,
            number: None,
            recorded_at: format!("{}T12:00:00.000000Z", self.today).parse().unwrap(),
            leaf: Hash::leaf(b""),
        }
    }

    fn record(&mut self, statement: Statement) {
        let act = self.recorded(statement);
        self.acts.push(act);
    }

    /// The auditor finds nothing against what the writer took, and counts its terms alike.
    fn audit(&mut self) -> Result<(), String> {
        let found = self.books.judge(&self.acts, &[]);
        let whole = state(self.books.laws(), &self.acts, View::new(Date::MAX, u64::MAX));
        let terms = self.books.count_terms(&self.acts, &whole);
        self.walked.acts += self.acts.len() as u64;
        self.walked.terms += terms.counted;
        if found.is_empty() && terms.wrong.is_empty() {
            return Ok(());
        }
        Err(self.told(&format!("the auditor finds {found:#?} {:#?}", terms.wrong)))
    }

    fn told(&self, what: &str) -> String {
        let acts: Vec<_> = self
            .acts
            .iter()
            .map(|act| format!("{} {}", act.statement.occurred_at, act.statement.act))
            .collect();
        format!("on {} after {}: {what}", self.today, acts.join(", "))
    }
}

fn is_own(act: &NextAct) -> bool {
    EngineAct::parse(&act.act).is_none()
}

/// Whether an act that was offered may be refused: for what its facts contradict, or, where the
/// ledger presumes, for what it would upset.
fn is_excused(statement: &Statement, verdict: &Verdict) -> bool {
    let mut codes = verdict.refusals.iter().map(|refusal| refusal.code);
    if is_by_ledger(statement) {
        let upsets = verdict.flags.iter().any(|flag| flag.rule == OUT_OF_ORDER);
        return upsets && codes.all(|code| code == "flag-unanswered");
    }
    codes.all(|code| CONTRADICTIONS.contains(&code))
}

fn is_by_ledger(statement: &Statement) -> bool {
    statement.signers.iter().any(|signer| signer.by.kind() == AggregateType::Ledger)
}

/// Answers every flag that must be; nobody answers for the ledger.
fn answer(statement: &mut Statement, verdict: &Verdict) {
    if is_by_ledger(statement) {
        return;
    }
    let asked = verdict.flags.iter().filter(|flag| flag.severity != Severity::D);
    let answer = |flag: &litopys_domain::law::judge::Flag| FlagAnswer {
        rule: flag.rule.clone(),
        answer: Answer::Unavoidable,
        reason: None,
    };
    statement.flags = asked.map(answer).collect();
    statement.flags.sort_by(|a, b| a.rule.cmp(&b.rule));
}
