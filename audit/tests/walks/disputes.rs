//! Walks of a court dispute and of the case whose decision it attacks: what the dispute puts there
//! the ledger signs, and what it did not put is refused by the writer and found by the auditor.

use std::collections::BTreeSet;

use jiff::civil::Date;
use litopys_audit::judgment::Books;
use litopys_domain::ids::StreamId;
use litopys_domain::law::fold::{FoldedAct, View, state};
use litopys_domain::law::next::{Cited, PutAct, acts_put, put_by};
use litopys_domain::statement::Statement;
use serde_json::json;

use crate::candidate::uuid;
use crate::tape::Tape;
use crate::walk::{Walk, Walked, is_decision, is_excused};

pub(crate) const DISPUTE: &str = "court-dispute";
/// The places of the two cases in a walk.
const PARENT: usize = 0;
const DISPUTED: usize = 1;
/// The most acts of both.
const ACTS_MAX: usize = 30;
/// What brings a dispute to outcomes that count.
const PUTTING: [&str; 4] =
    ["InterimMeasureGranted", "InterimMeasureLifted", "JudgmentBecameFinal", "CassationDecided"];

/// Walks through a case until it holds a decision, and then through it and a dispute about it.
pub(crate) fn walk_dispute(books: &Books, parent: &str, tape: &mut Tape) -> Result<Walked, String> {
    let mut walk = Walk::begin(books, &[parent, DISPUTE], &BTreeSet::new(), tape)?;
    walk.want_decisions(PARENT);
    walk.cases[DISPUTED].wanted = PUTTING.into_iter().map(str::to_owned).collect();
    while !tape.is_at_end()
        && walk.cases.iter().map(|case| case.acts.len()).sum::<usize>() < ACTS_MAX
    {
        let case = state(books.laws(), &walk.cases[PARENT].acts, whole());
        let decided = case.acts.iter().any(is_decision);
        walk.at = if decided && tape.below(5) != 0 { DISPUTED } else { PARENT };
        walk.step(tape)?;
        walk.put(tape)?;
        walk.pass_time(tape);
    }
    walk.audit()?;
    Ok(walk.walked)
}

fn whole() -> View {
    View::new(Date::MAX, u64::MAX)
}

impl Walk<'_> {
    /// Signs for the ledger what the dispute puts into the parent and has not yet.
    fn put(&mut self, tape: &mut Tape) -> Result<(), String> {
        self.at = PARENT;
        let mut left = 0;
        while let Some(statement) = self.waiting().into_iter().nth(left) {
            for (code, wrong) in mistaken(&statement, &self.waiting(), tape) {
                self.refuse(code, wrong)?;
            }
            let verdict = self.judge(&statement);
            if verdict.is_sound() {
                self.record(statement.clone(), &verdict);
                self.walked.puts.push(statement.act.clone());
                let mut again = statement;
                again.seen = self.acts().last().map(|act| act.hash);
                self.refuse("already-put", again)?;
                continue;
            }
            left += 1;
            self.compare(statement.clone(), &verdict)?;
            // A parent that is out of order, or would be, waits for somebody to look at it; so does
            // one whose decision was taken back.
            let codes: Vec<_> = verdict.refusals.iter().map(|refusal| refusal.code).collect();
            let case = state(self.books.laws(), self.acts(), whole());
            let decision = case.acts.iter().find(|act| statement.concerns.contains(&act.hash));
            let stands = decision.is_some_and(FoldedAct::is_effective);
            let waits =
                |code: &&str| *code == "state-disputed" || (*code == "unfit-concern" && !stands);
            if !codes.iter().all(waits) && !is_excused(&statement, &verdict) {
                let text = statement.to_text();
                return Err(self.told(&format!("what a dispute puts is refused: {codes:?} {text}")));
            }
        }
        Ok(())
    }

    /// What the dispute puts, as the ledger would sign it now.
    fn waiting(&self) -> Vec<Statement> {
        let laws = self.books.laws();
        let dispute = state(laws, &self.cases[DISPUTED].acts, whole());
        let parent = state(laws, self.acts(), whole());
        let is_new = |put: &PutAct<'_>| {
            let mut acts = self.acts().iter();
            put.case == self.cases[PARENT].stream
                && acts.all(|act| put_by(&act.statement) != Some(put.by))
        };
        let statement = |put: PutAct<'_>| {
            let cited = Cited::of(laws, &parent, put.act, put.date, self.position())?;
            let statement = json!({
                "version": "litopys/1", "ledger": "ledger.example/test", "stream": put.case,
                "nonce": uuid(0x8000 + self.acts().len()), "act": put.act, "law": cited.law,
                "concerns": [put.decision], "facts": {"by": put.by, "dispute": put.dispute},
                "occurred_at": put.date, "source": "NATIVE",
                "seen": self.acts().last().map(|act| act.hash),
                "signers": [{"by": "ledger/ledger.example/test", "role": "R-SYS"}],
            });
            let mut statement: Statement = serde_json::from_value(statement).unwrap();
            statement.basis = cited.basis;
            Some(statement)
        };
        acts_put(&dispute).into_iter().filter(is_new).filter_map(statement).collect()
    }

    /// The writer refuses the statement for this and the auditor finds the same.
    fn refuse(&self, code: &str, statement: Statement) -> Result<(), String> {
        let verdict = self.judge(&statement);
        if !verdict.refusals.iter().any(|refusal| refusal.code == code) {
            let text = statement.to_text();
            return Err(self.told(&format!("not refused for {code}: {text}")));
        }
        self.compare(statement, &verdict)
    }
}

/// The statement as the ledger must not sign it, with the code of its refusal.
fn mistaken(
    statement: &Statement,
    waiting: &[Statement],
    tape: &mut Tape,
) -> Vec<(&'static str, Statement)> {
    let changed = |change: &dyn Fn(&mut Statement)| {
        let mut wrong = statement.clone();
        change(&mut wrong);
        wrong
    };
    let other =
        if statement.act == "DecisionUpheld" { "DecisionChanged" } else { "DecisionUpheld" };
    let mut wrong = vec![
        ("not-put", changed(&|wrong| other.clone_into(&mut wrong.act))),
        ("not-put", changed(&|wrong| wrong.facts["by"] = json!("ab".repeat(32)))),
        (
            "not-put",
            changed(&|wrong| {
                let elsewhere: StreamId = format!("case/{}", uuid(9)).parse().unwrap();
                wrong.facts["dispute"] = json!(elsewhere);
            }),
        ),
    ];
    // Another act of the dispute that puts something else.
    let differs = |one: &&Statement| one.act != statement.act;
    if let Some(one) = waiting.iter().find(differs) {
        wrong.push(("not-put", changed(&|wrong| wrong.facts["by"] = one.facts["by"].clone())));
    }
    wrong.into_iter().filter(|_| tape.flip()).collect()
}
