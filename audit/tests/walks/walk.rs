//! One walk: acts of one case, or of several of one person, each judged by the writer and again by
//! the auditor.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;
use litopys_audit::judgment::Books;
use litopys_domain::act::RecordedAct;
use litopys_domain::ids::{AggregateType, StatementHash, StreamId};
use litopys_domain::law::engine::{EngineAct, OUT_OF_ORDER};
use litopys_domain::law::file::{ActKind, Severity};
use litopys_domain::law::fold::{CaseState, View, state};
use litopys_domain::law::judge::{Flag, Verdict, judge};
use litopys_domain::law::laws::{Due, Laws, Question};
use litopys_domain::law::next::{NextAct, due_acts, next_acts};
use litopys_domain::log::Hash;
use litopys_domain::statement::{Answer, FlagAnswer, Statement};

use crate::candidate::{Desk, uuid};
use crate::goal::{Lead, leads};
use crate::published::editions;
use crate::tape::Tape;

/// The last day on which a walk begins.
const LAST: Date = Date::constant(2026, 9, 1);
/// No term is waited for beyond this day.
const WAITED_UNTIL: Date = Date::constant(2040, 1, 1);
/// Drafts of one act before it is given up: its facts may contradict each other.
const DRAFTS_MAX: usize = 12;
/// The most acts of a case, and of one in which only so few acts are wanted any more.
const ACTS_MAX: usize = 14;
const ACTS_MAX_LAST: usize = 24;
const LAST_WANTED: usize = 8;
/// What generated facts may run into: rules that refuse contradictions, a presumption to be
/// mended first.
const CONTRADICTIONS: [&str; 3] = ["rule-refuses", "flag-unanswered", "rebuts-presumption"];

/// What a walk came across.
#[derive(Default)]
pub(crate) struct Walked {
    pub taken: BTreeSet<String>,
    pub acts: u64,
    pub terms: u64,
    /// Flags of the writer that rest on another case of the person.
    pub crossed: u64,
    /// Outcomes that a dispute put into its parent.
    pub puts: Vec<String>,
}

/// A case with what the writer said of each of its acts.
pub(crate) struct Case<'b> {
    pub procedure: &'b str,
    pub stream: StreamId,
    pub acts: Vec<RecordedAct>,
    pub wanted: BTreeSet<String>,
    flags: Vec<Vec<String>>,
}

pub(crate) struct Walk<'b> {
    pub books: &'b Books,
    pub cases: Vec<Case<'b>>,
    /// The case in hand.
    pub at: usize,
    pub today: Date,
    pub walked: Walked,
}

/// Walks until the case takes no more or the tape ends. The error says what is not as it must be.
/// What is wanted is done before anything else, where that is possible.
pub(crate) fn walk(
    books: &Books,
    procedure: &str,
    wanted: &BTreeSet<String>,
    tape: &mut Tape,
) -> Result<Walked, String> {
    let mut walk = Walk::begin(books, &[procedure], wanted, tape)?;
    let last = (1..LAST_WANTED).contains(&wanted.len());
    let most = if last { ACTS_MAX_LAST } else { ACTS_MAX };
    while !tape.is_at_end() && walk.acts().len() < most {
        walk.step(tape)?;
        walk.pass_time(tape);
    }
    walk.audit()?;
    Ok(walk.walked)
}

/// Walks through two cases of one person by turns, the second first: a rule of the first case asks
/// at these acts how the second stands.
pub(crate) fn walk_both(
    books: &Books,
    procedures: [&str; 2],
    asking: &BTreeSet<String>,
    tape: &mut Tape,
) -> Result<Walked, String> {
    let mut walk = Walk::begin(books, &procedures, &BTreeSet::new(), tape)?;
    walk.want_decisions(1);
    walk.cases[0].wanted.clone_from(asking);
    let ahead = 1 + tape.below(6);
    while !tape.is_at_end() && walk.cases.iter().any(|case| case.acts.len() < ACTS_MAX / 2) {
        walk.at = usize::from(walk.cases[1].acts.len() < ahead || tape.below(4) == 0);
        walk.step(tape)?;
        walk.pass_time(tape);
        // Asked again and again, as the other case moves.
        walk.cases[0].wanted.clone_from(asking);
    }
    walk.audit()?;
    Ok(walk.walked)
}

impl<'b> Walk<'b> {
    /// On a day of an edition that has something wanted, of several procedures of the youngest.
    pub(crate) fn begin(
        books: &'b Books,
        procedures: &[&'b str],
        wanted: &BTreeSet<String>,
        tape: &mut Tape,
    ) -> Result<Self, String> {
        let mut start = Date::MIN;
        for procedure in procedures {
            let (fitting, others): (Vec<_>, Vec<_>) = editions(procedure)
                .into_iter()
                .filter(|date| *date <= LAST)
                .partition(|date| has_any(books.laws(), procedure, *date, wanted));
            let dates = if fitting.is_empty() { others } else { fitting };
            start = start.max(*tape.pick(&dates).ok_or("no edition")?);
        }
        let days = i32::try_from(tape.below(400)).unwrap_or(0).days();
        let case = |(number, &procedure): (usize, &&'b str)| Case {
            procedure,
            stream: format!("case/{}", uuid(number)).parse().unwrap(),
            acts: Vec::new(),
            wanted: wanted.clone(),
            flags: Vec::new(),
        };
        Ok(Self {
            books,
            cases: procedures.iter().enumerate().map(case).collect(),
            at: 0,
            today: start.saturating_add(days).min(LAST),
            walked: Walked::default(),
        })
    }

    /// Wants the decisions of a case's procedure.
    pub(crate) fn want_decisions(&mut self, at: usize) {
        let case = &mut self.cases[at];
        let package = self.books.laws().in_force(case.procedure, self.today, u64::MAX);
        let acts = package.iter().flat_map(|package| package.law.acts.values());
        let decisions = acts.filter(|act| act.kind == ActKind::Decision && act.engine.is_none());
        case.wanted = decisions.map(|act| act.id.clone()).collect();
    }

    pub(crate) fn acts(&self) -> &[RecordedAct] {
        &self.cases[self.at].acts
    }

    /// The other cases.
    fn related(&self, of: usize) -> Vec<&[RecordedAct]> {
        let others = self.cases.iter().enumerate().filter(|(at, _)| *at != of);
        others.map(|(_, case)| case.acts.as_slice()).filter(|acts| !acts.is_empty()).collect()
    }

    fn view(&self) -> View {
        View::new(self.today, self.position())
    }

    pub(crate) fn position(&self) -> u64 {
        let acts: usize = self.cases.iter().map(|case| case.acts.len()).sum();
        acts as u64 + 100
    }

    /// The case in hand, whole.
    fn state(&self) -> CaseState<'_> {
        state(self.books.laws(), self.acts(), View { date: Date::MAX, ..self.view() })
    }

    /// What is wanted of the case in hand, and what leads there.
    fn leads(&self, case: &CaseState<'_>) -> [Vec<Lead>; 2] {
        let wanted = &self.cases[self.at].wanted;
        match self.due(self.today, case.opened.map(|opened| opened.date)) {
            Some(due) if !wanted.is_empty() => leads(due.states_law(), case, wanted),
            _ => [Vec::new(), Vec::new()],
        }
    }

    /// The next working moment, or the day after a term that runs has passed.
    pub(crate) fn pass_time(&mut self, tape: &mut Tape) {
        let case = self.state();
        let leads = self.leads(&case);
        let (awaited, running): (Vec<_>, Vec<_>) =
            case.clocks.iter().filter(|clock| clock.is_running()).partition(|clock| {
                let fires = clock.law.fires.as_ref();
                fires.is_some_and(|fires| leads.iter().flatten().any(|lead| lead.act == *fires))
            });
        let days = [0, 0, 1, 3, 10, 40][tape.below(6)].days();
        let wait = if awaited.is_empty() { tape.below(3) == 0 } else { tape.below(3) != 0 };
        let from = if awaited.is_empty() { &running } else { &awaited };
        let passed = tape.pick(from).map(|clock| clock.waits_until().saturating_add(1.day()));
        let passed = passed.filter(|day| wait && *day > self.today && *day < WAITED_UNTIL);
        self.today = passed.unwrap_or_else(|| self.today.saturating_add(days));
    }

    /// Tries two acts that are not offered, and takes one that is.
    pub(crate) fn step(&mut self, tape: &mut Tape) -> Result<(), String> {
        let procedure = self.cases[self.at].procedure;
        let next = next_acts(self.books.laws(), procedure, self.acts(), self.view());
        let (refused, offered): (Vec<_>, Vec<_>) =
            next.into_iter().partition(|act| act.refused.is_some());
        for _ in 0..2 {
            if let Some(act) = tape.pick(&refused) {
                self.try_refused(act, tape)?;
            }
        }
        let Some((act, of)) = self.choose(&offered, tape) else { return Ok(()) };
        self.take(act, of.as_deref(), tape)
    }

    fn choose<'n>(
        &self,
        offered: &'n [NextAct],
        tape: &mut Tape,
    ) -> Option<(&'n NextAct, Option<String>)> {
        for leads in self.leads(&self.state()) {
            let find = |lead: Lead| {
                offered.iter().find(|act| act.act == lead.act).map(|act| (act, lead.of))
            };
            let found: Vec<_> = leads.into_iter().filter_map(find).collect();
            if !found.is_empty() && tape.below(6) != 0 {
                return tape.pick(&found).cloned();
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
        tape.pick(from).map(|act| (*act, None))
    }

    /// What is offered is accepted once its flags are answered.
    fn take(&mut self, act: &NextAct, of: Option<&str>, tape: &mut Tape) -> Result<(), String> {
        let mut mended = None;
        for _ in 0..DRAFTS_MAX {
            let draft = mended.take().or_else(|| self.draft(act, of, tape));
            let Some(mut statement) = draft else { return Ok(()) };
            let verdict = self.judge(&statement);
            answer(&mut statement, &verdict);
            let answered =
                if statement.flags.is_empty() { verdict } else { self.judge(&statement) };
            if answered.is_sound() {
                self.record(statement, &answered);
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
            mended = self
                .desk(act, None, |desk, law| desk.mend(law, statement, &answered.refusals, tape));
        }
        Ok(())
    }

    /// What is not offered is refused or flagged, and the auditor says the same of it.
    fn try_refused(&mut self, act: &NextAct, tape: &mut Tape) -> Result<(), String> {
        let Some(statement) = self.draft(act, None, tape) else { return Ok(()) };
        let verdict = self.judge(&statement);
        if verdict.is_sound() && verdict.flags.is_empty() {
            let why = act.refused.as_ref().map(|refused| &refused.says.en);
            return Err(self.told(&format!("{} was not offered ({why:?}), and passes", act.act)));
        }
        self.compare(statement, &verdict)
    }

    /// The auditor says of a statement, were it recorded, what the writer says.
    pub(crate) fn compare(&self, statement: Statement, verdict: &Verdict) -> Result<(), String> {
        let id = statement.act.clone();
        let mut acts = self.acts().to_vec();
        acts.push(self.recorded(statement));
        let judged = self.books.judge_act(&acts, acts.len() - 1, &self.related(self.at));
        let found: Vec<_> = judged.findings.iter().map(|finding| finding.code).collect();
        let refused: Vec<_> = verdict.refusals.iter().map(|refusal| refusal.code).collect();
        if found != refused || told(&judged.verdict.flags) != told(&verdict.flags) {
            let both = format!("the writer refuses {refused:?}, the auditor {found:?}");
            return Err(self.told(&format!("{id}: {both}")));
        }
        Ok(())
    }

    fn draft(&self, act: &NextAct, of: Option<&str>, tape: &mut Tape) -> Option<Statement> {
        self.desk(act, of, |desk, law| desk.draft(law, tape))
    }

    /// Sits down to an act of the case in hand.
    fn desk<T>(
        &self,
        act: &NextAct,
        of: Option<&str>,
        work: impl FnOnce(&Desk<'_>, &litopys_domain::law::model::ActLaw) -> Option<T>,
    ) -> Option<T> {
        let case = self.state();
        let fired = due_acts(self.books.laws(), self.acts(), self.view())
            .into_iter()
            .find(|due| due.act == act.act);
        let date = fired.as_ref().map_or(self.today, |due| due.date);
        let due = self.due(date, case.opened.map(|opened| opened.date))?;
        let desk = Desk {
            stream: &self.cases[self.at].stream,
            due,
            case: &case,
            seen: self.acts().last().map(|act| act.hash),
            date,
            number: usize::try_from(self.position()).ok()?,
            by_ledger: fired.is_some(),
            of,
            attacks: self.attacked(),
        };
        work(&desk, due.law().act(&act.act)?)
    }

    /// The last decision of the other case.
    fn attacked(&self) -> Option<(&StreamId, StatementHash)> {
        let (_, other) = self.cases.iter().enumerate().find(|(at, _)| *at != self.at)?;
        let case = state(self.books.laws(), &other.acts, View::new(Date::MAX, u64::MAX));
        let decision = case.acts.iter().rfind(|act| is_decision(act))?;
        Some((&other.stream, decision.hash))
    }

    fn due(&self, date: Date, opened: Option<Date>) -> Option<Due<'_>> {
        let procedure = self.cases[self.at].procedure;
        let question = Question { procedure, date, opened, position: self.position() };
        self.books.laws().due(question)
    }

    pub(crate) fn judge(&self, statement: &Statement) -> Verdict {
        self.judge_among(statement, &self.related(self.at))
    }

    fn judge_among(&self, statement: &Statement, related: &[&[RecordedAct]]) -> Verdict {
        judge(self.books.laws(), self.acts(), related, statement, self.view())
    }

    fn recorded(&self, statement: Statement) -> RecordedAct {
        let hash = StatementHash::of(statement.to_text().as_bytes());
        RecordedAct {
            statement: Arc::new(statement),
            hash,
            position: self.position(),
            sequence: self.acts().len() as u64 + 1,
            number: None,
            recorded_at: format!("{}T12:00:00.000000Z", self.today).parse().unwrap(),
            leaf: Hash::leaf(b""),
        }
    }

    pub(crate) fn record(&mut self, statement: Statement, verdict: &Verdict) {
        if self.cases.len() > 1 {
            let alone = told(&self.judge_among(&statement, &[]).flags);
            let crossed = told(&verdict.flags).iter().filter(|flag| !alone.contains(flag)).count();
            self.walked.crossed += crossed as u64;
        }
        self.walked.taken.insert(statement.act.clone());
        let act = self.recorded(statement);
        let case = &mut self.cases[self.at];
        case.wanted.remove(&act.statement.act);
        case.acts.push(act);
        case.flags.push(told(&verdict.flags));
    }

    /// The auditor finds nothing against what the writer took, sees the same flags, though all
    /// cases went on since, and counts the terms alike.
    pub(crate) fn audit(&mut self) -> Result<(), String> {
        for (at, case) in self.cases.iter().enumerate() {
            let related = self.related(at);
            for (index, flags) in case.flags.iter().enumerate() {
                let judged = self.books.judge_act(&case.acts, index, &related);
                let found = told(&judged.verdict.flags);
                if !judged.findings.is_empty() || found != *flags {
                    let act = &case.acts[index].statement.act;
                    let both = format!("the writer flags {flags:?}, the auditor {found:?}");
                    return Err(self.told(&format!("{act}: {both}, {:#?}", judged.findings)));
                }
            }
            let whole = state(self.books.laws(), &case.acts, View::new(Date::MAX, u64::MAX));
            let terms = self.books.count_terms(&case.acts, &whole);
            if !terms.wrong.is_empty() {
                return Err(self.told(&format!("the auditor finds {:#?}", terms.wrong)));
            }
            self.walked.acts += case.acts.len() as u64;
            self.walked.terms += terms.counted;
        }
        Ok(())
    }

    pub(crate) fn told(&self, what: &str) -> String {
        let case = |case: &Case<'_>| {
            let acts = case.acts.iter().map(|act| {
                format!("{} {} {}", act.position, act.statement.occurred_at, act.statement.act)
            });
            format!("{} ({})", case.procedure, acts.collect::<Vec<_>>().join(", "))
        };
        let cases: Vec<_> = self.cases.iter().map(case).collect();
        format!("on {} after {}: {what}", self.today, cases.join(" and "))
    }
}

/// Whether the edition has one of these acts.
fn has_any(laws: &Laws, procedure: &str, edition: Date, acts: &BTreeSet<String>) -> bool {
    let package = laws.in_force(procedure, edition, u64::MAX);
    package.is_some_and(|package| acts.iter().any(|act| package.law.act(act).is_some()))
}

/// Flags in a form that compares.
fn told(flags: &[Flag]) -> Vec<String> {
    let tell = |flag: &Flag| format!("{} {:?} {:?}", flag.rule, flag.severity, flag.answered);
    flags.iter().map(tell).collect()
}

fn is_own(act: &NextAct) -> bool {
    EngineAct::parse(&act.act).is_none()
}

/// Whether an act is a decision of its procedure that stands.
pub(crate) fn is_decision(act: &litopys_domain::law::fold::FoldedAct<'_>) -> bool {
    let law = act.law.and_then(|law| law.act(act.act));
    let decides = law.is_some_and(|law| law.kind == ActKind::Decision && law.engine.is_none());
    decides && act.is_effective()
}

/// Whether an act that was offered may be refused: for what its facts contradict, or, where the
/// ledger presumes, for what it would upset.
pub(crate) fn is_excused(statement: &Statement, verdict: &Verdict) -> bool {
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
    let answer = |flag: &Flag| FlagAnswer {
        rule: flag.rule.clone(),
        answer: Answer::Unavoidable,
        reason: None,
    };
    statement.flags = asked.map(answer).collect();
    statement.flags.sort_by(|a, b| a.rule.cmp(&b.rule));
}
