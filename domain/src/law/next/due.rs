//! The ledger's own acts: what it signs by itself, and under which law.

use jiff::civil::Date;

use super::super::{
    fold::{CaseState, View, fold, items, possible_act},
    laws::{Laws, Question},
};
use crate::{
    act::RecordedAct,
    ids::StatementHash,
    statement::{LawRef, Statement},
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

/// The service acts that are due in a case on `view.date`, and were due and possible where they
/// belong in legal order. A case that is closed or out of order owes none.
pub fn due_acts(laws: &Laws, acts: &[RecordedAct], view: View) -> Vec<DueAct> {
    let items = items(laws, acts);
    let now = fold(laws, &items, View { date: Date::MAX, ..view });
    if now.is_closed || now.is_out_of_order {
        return Vec::new();
    }
    let ripe = now.clocks.iter().filter(|c| c.is_running() && view.date > c.waits_until());
    let due = ripe.filter_map(|clock| {
        let act = clock.law.fires.as_deref()?;
        let date = clock.fires_on();
        let before = fold(laws, &items, View { date, ..view });
        // A term that an act ended on a day before itself did not run out on that day.
        let mut then = before.clocks.iter().filter(|one| one.is_running());
        then.find(|one| one.law.fires.as_deref() == Some(act) && one.fires_on() == date)?;
        let question = Question {
            procedure: before.procedure?,
            date,
            opened: before.opened.map(|opened| opened.date),
            position: view.position,
        };
        let law = laws.due(question)?.states_law();
        possible_act(&before, law, law.act(act)?).ok()?;
        Some(DueAct {
            act: act.to_owned(),
            date,
            clock: clock.clock.to_owned(),
            started_by: clock.started_by,
            cited: Cited::of(laws, &before, act, date, view.position)?,
        })
    });
    due.collect()
}

/// Whether the ledger signed this before: it says a thing once, even if that was taken back.
pub fn was_signed(acts: &[RecordedAct], statement: &Statement) -> bool {
    acts.iter().any(|act| {
        act.statement.nonce == statement.nonce && act.statement.signers == statement.signers
    })
}
