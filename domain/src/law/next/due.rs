//! The ledger's own acts: what it signs by itself, and under which law.

use jiff::civil::Date;

use super::super::{
    fold::{CaseState, View, fold, items, possible_act},
    judge::{case_closed, did_not_run, disputed, impossible_act, no_edition},
    laws::{Due, Laws, Question},
};
use crate::{
    act::RecordedAct,
    ids::StatementHash,
    statement::{LawRef, Statement},
    violation::Violation,
};

/// A service act that a clock which ran out asks of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueAct {
    pub act: String,
    /// Its legal date.
    pub date: Date,
    /// The clock that ran out.
    pub clock: String,
    /// The act that started the clock.
    pub started_by: StatementHash,
    pub cited: Cited,
}

impl RipeTerm {
    /// The act that the ledger owes.
    ///
    /// # Errors
    /// Why it owes none.
    pub fn owed(self) -> Result<DueAct, Box<Violation>> {
        let Self { act, date, clock, started_by, cited } = self;
        Ok(DueAct { act, date, clock, started_by, cited: cited? })
    }
}

/// What an act of the ledger cites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cited {
    pub law: LawRef,
    pub basis: Vec<String>,
}

impl Cited {
    /// The law in force on the legal date of an act of this case; `None` where no edition is
    /// published or the edition does not know the act.
    pub fn of(
        laws: &Laws,
        case: &CaseState<'_>,
        act: &str,
        date: Date,
        position: u64,
    ) -> Option<Self> {
        let question = Question {
            procedure: case.procedure?,
            date,
            opened: case.opened.map(|opened| opened.date),
            position,
        };
        let due = laws.due(question)?;
        let mut basis = due.law().act(act)?.basis.clone();
        basis.sort_unstable();
        basis.dedup();
        let law = LawRef {
            procedure: due.law().procedure.clone(),
            edition: due.law().edition,
            package: due.package.hash,
        };
        Some(Self { law, basis })
    }
}

/// A term of a case that ran out and fires a service act, with its allowance passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RipeTerm {
    pub act: String,
    /// The legal date of the act.
    pub date: Date,
    pub clock: String,
    /// The act that started the clock.
    pub started_by: StatementHash,
    /// What the act would cite, or why the ledger does not owe it.
    pub cited: Result<Cited, Box<Violation>>,
}

/// The terms that ran out in a case and are ripe on `view.date`. The ledger owes the acts of those
/// that were due and possible where they belong in legal order; in a case that is closed or out of
/// order it owes none.
pub fn ripe_terms(laws: &Laws, acts: &[RecordedAct], view: View) -> Vec<RipeTerm> {
    let items = items(laws, acts);
    let now = fold(laws, &items, View { date: Date::MAX, ..view });
    let ripe = now.clocks.iter().filter(|c| c.is_running() && view.date > c.waits_until());
    let terms = ripe.filter_map(|clock| {
        let act = clock.law.fires.as_deref()?;
        let date = clock.fires_on();
        let before = || fold(laws, &items, View { date, ..view });
        Some(RipeTerm {
            act: act.to_owned(),
            date,
            clock: clock.clock.to_owned(),
            started_by: clock.started_by,
            cited: withheld(&now).map_or_else(|| cited(laws, &before(), act, date, view), Err),
        })
    });
    terms.collect()
}

/// Why the ledger says nothing at all in a case.
fn withheld(now: &CaseState<'_>) -> Option<Box<Violation>> {
    let disputed = now.is_out_of_order.then(|| disputed(now));
    disputed.or_else(|| now.is_closed.then(case_closed)).map(Box::new)
}

/// What the act cites where it belongs in legal order, or why it has no place there.
fn cited(
    laws: &Laws,
    before: &CaseState<'_>,
    act: &str,
    date: Date,
    view: View,
) -> Result<Cited, Box<Violation>> {
    // A term that an act ended on a day before itself did not run out on that day.
    let mut then = before.clocks.iter().filter(|one| one.is_running());
    if !then.any(|one| one.law.fires.as_deref() == Some(act) && one.fires_on() == date) {
        return Err(Box::new(did_not_run(date)));
    }
    let question = before.procedure.map(|procedure| Question {
        procedure,
        date,
        opened: before.opened.map(|opened| opened.date),
        position: view.position,
    });
    let law = question.and_then(|question| laws.due(question)).map(Due::states_law);
    let Some((law, fired)) = law.and_then(|law| Some((law, law.act(act)?))) else {
        return Err(Box::new(no_edition(before, date)));
    };
    possible_act(before, law, fired)
        .map_err(|blocked| Box::new(impossible_act(blocked, law, fired, before)))?;
    let cited = Cited::of(laws, before, act, date, view.position);
    cited.ok_or_else(|| Box::new(no_edition(before, date)))
}

/// The service acts that the ledger owes in a case on `view.date`.
pub fn due_acts(laws: &Laws, acts: &[RecordedAct], view: View) -> Vec<DueAct> {
    ripe_terms(laws, acts, view).into_iter().filter_map(|term| term.owed().ok()).collect()
}

/// Whether the ledger signed this before: it says a thing once, even if that was taken back.
pub fn was_signed(acts: &[RecordedAct], statement: &Statement) -> bool {
    acts.iter().any(|act| {
        act.statement.nonce == statement.nonce && act.statement.signers == statement.signers
    })
}
