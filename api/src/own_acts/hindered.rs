//! What is due and cannot be signed, told to people: the ledger presumes nothing that upsets what
//! others recorded since, so somebody must settle it.

mod says;

use jiff::civil::Date;
use litopys_domain::act::RecordedAct;
use litopys_domain::ids::{StatementHash, StreamId};
use litopys_domain::law::fold::{View, state};
use litopys_domain::law::next::acts_put;
use litopys_domain::statement::Statement;
use litopys_domain::violation::{Violation, Words};
use serde::Serialize;

use super::{OwedPut, load, owed, owed_put};
use crate::ledger::Ledger;
use crate::stored::StoredError;
use crate::tail::World;

/// An act of the ledger that is due and would be refused as the log stands.
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
    /// Why it is refused.
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
    /// What the ledger should sign in a case and cannot; nothing where it merely has not yet.
    ///
    /// # Errors
    /// The case, or what its law looks at, cannot be read.
    pub async fn hindered(&self, case: &StreamId) -> Result<Vec<Hindered>, StoredError> {
        let (acts, view) = load(self, case).await?;
        let world = self.tail().world();
        // The origin of a founded ledger always names its stream.
        let owed = owed(&world, case, &acts, view).unwrap_or_default();
        let mut hindered = Vec::new();
        for (due, statement) in owed {
            if let Some(violation) = self.refusal(&world, &statement, &acts, view).await? {
                hindered.push(Hindered {
                    says: says::term(&due.act, &violation),
                    mend: says::mend_term(),
                    act: due.act,
                    on: due.date,
                    clock: due.clock,
                    started_by: due.started_by,
                });
            }
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
        let Some(mut put) = to_put(&world, &acts, by) else { return Ok(None) };
        let (says, mend) = match owed_put(self, &put.case, dispute, by).await? {
            OwedPut::Nothing => return Ok(None),
            OwedPut::NoSuchCase => (says::no_such_case(&put.case), says::mend_claim(dispute)),
            OwedPut::NoLaw => (says::no_law(put.on), says::mend_law(put.on)),
            OwedPut::Statement(statement) => {
                let (acts, view) = load(self, &put.case).await?;
                let Some(why) = self.refusal(&world, &statement, &acts, view).await? else {
                    return Ok(None);
                };
                let mend = says::mend_put(dispute, put.on, &why);
                (why.says, mend)
            }
        };
        put.says = says::put(&put.act, dispute, &says);
        put.mend = mend;
        Ok(Some(put))
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

/// What an act of a dispute puts into another case, with nothing said yet.
fn to_put(world: &World, dispute: &[RecordedAct], by: &str) -> Option<HinderedPut> {
    let dispute = state(&world.laws, dispute, View::new(Date::MAX, u64::MAX));
    let put = acts_put(&dispute).into_iter().find(|put| put.by.to_string() == by)?;
    Some(HinderedPut {
        act: put.act.to_owned(),
        on: put.date,
        case: put.case,
        decision: put.decision,
        says: Words::new("", ""),
        mend: Words::new("", ""),
    })
}
