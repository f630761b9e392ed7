//! What is due and cannot be signed, told to people: the ledger presumes nothing that upsets what
//! others recorded since, so somebody must settle it.

mod says;

use jiff::civil::Date;
use litopys_domain::act::RecordedAct;
use litopys_domain::ids::{StatementHash, StreamId};
use litopys_domain::law::fold::{View, state};
use litopys_domain::law::next::{acts_put, ripe_terms, was_signed};
use litopys_domain::statement::Statement;
use litopys_domain::violation::{Violation, Words};
use serde::Serialize;

use super::{OwedPut, load, owed_put, statement_of};
use crate::ledger::Ledger;
use crate::stored::StoredError;
use crate::tail::World;

/// That a term passed, where the ledger does not sign it as the log stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hindered {
    pub act: String,
    /// Its legal date.
    pub on: Date,
    /// The term that ran out.
    #[serde(skip)]
    pub clock: String,
    /// The act that started the term.
    #[serde(skip)]
    pub started_by: StatementHash,
    /// Why it is not signed.
    pub says: Words,
    /// What people can do about it.
    pub mend: Words,
}

/// A court outcome that would be refused in the case it is put into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HinderedPut {
    pub act: String,
    /// Its legal date.
    pub on: Date,
    /// The case it is put into.
    pub case: StreamId,
    /// The decision it concerns.
    pub decision: StatementHash,
    /// Why it is refused.
    pub says: Words,
    /// What people can do about it.
    pub mend: Words,
}

impl Ledger {
    /// Why the ledger does not sign that terms of a case passed; nothing of those where it merely has
    /// not yet.
    ///
    /// # Errors
    /// The case, or what its law looks at, cannot be read.
    pub async fn hindered(&self, case: &StreamId) -> Result<Vec<Hindered>, StoredError> {
        let (acts, view) = load(self, case).await?;
        let world = self.tail().world();
        let mut hindered = Vec::new();
        for term in ripe_terms(&world.laws, &acts, view) {
            let (act, on) = (term.act.clone(), term.date);
            let (clock, started_by) = (term.clock.clone(), term.started_by);
            let said = match term.owed() {
                Err(why) => Some(says::withheld(&act, on, &why)),
                // The origin of a founded ledger always names its stream.
                Ok(due) => match statement_of(&world, case, &acts, &due) {
                    None => None,
                    Some(statement) if was_signed(&acts, &statement) => {
                        Some(says::signed_before(&act, on))
                    }
                    Some(statement) => {
                        let why = self.refusal(&world, &statement, &acts, view).await?;
                        why.map(|why| says::refused(&act, &why))
                    }
                },
            };
            let told = said.map(|(says, mend)| Hindered { act, on, clock, started_by, says, mend });
            hindered.extend(told);
        }
        Ok(hindered)
    }

    /// Why the ledger cannot put what the act `by` of a dispute puts into another case; none where
    /// it is there, where it merely was not put yet, and where nothing is to be put.
    ///
    /// # Errors
    /// A case, or what its law looks at, cannot be read.
    pub async fn hindered_put(
        &self,
        dispute: &StreamId,
        by: &str,
    ) -> Result<Option<HinderedPut>, StoredError> {
        let world = self.tail().world();
        let acts = self.streams().load(dispute).await?;
        let dispute_state = state(&world.laws, &acts, View::new(Date::MAX, u64::MAX));
        let mut puts = acts_put(&dispute_state).into_iter();
        let Some(put) = puts.find(|put| put.by.to_string() == by) else { return Ok(None) };
        let (says, mend) = match owed_put(self, &put.case, dispute, by).await? {
            OwedPut::Nothing => return Ok(None),
            OwedPut::NoSuchCase => (says::no_such_case(&put.case), says::mend_claim(dispute)),
            OwedPut::NoLaw => (says::no_law(put.date), says::mend_law(put.date)),
            OwedPut::Statement(statement) => {
                let (acts, view) = load(self, &put.case).await?;
                let Some(why) = self.refusal(&world, &statement, &acts, view).await? else {
                    return Ok(None);
                };
                let mend = says::mend_put(dispute, put.date, &why);
                (why.says, mend)
            }
        };
        Ok(Some(HinderedPut {
            act: put.act.to_owned(),
            on: put.date,
            case: put.case,
            decision: put.decision,
            says: says::put(put.act, dispute, &says),
            mend,
        }))
    }

    /// Why an act would be refused at the end of the log.
    async fn refusal(
        &self,
        world: &World,
        statement: &Statement,
        acts: &[RecordedAct],
        view: View,
    ) -> Result<Option<Violation>, StoredError> {
        let (circumstances, _) = self.circumstances(world, statement, acts, view.position).await?;
        let review = circumstances.review(acts, statement);
        Ok(review.ok().and_then(|review| review.violations.into_iter().next()))
    }
}
