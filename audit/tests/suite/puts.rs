//! What an act of a dispute puts into the case of the decision, signed by the ledger.

use std::sync::LazyLock;

use jiff::civil::Date;
use litopys_domain::ids::{StatementHash, StreamId};
use litopys_domain::law::model::Law;
use litopys_domain::statement::{Author, LawRef, Statement};
use serde_json::{Value, json};

use crate::clean::{audit, stored};
use crate::law::codes_at_last;
use crate::ledger::{BOOK, Hand, Ledger, Step};

const DISPUTE: &str = "court-dispute";

/// The law of disputes in force on the day of these ledgers.
static LAW: LazyLock<Law> = LazyLock::new(|| {
    let day: Date = "2026-03-02".parse().unwrap();
    let editions = BOOK.edition_dates(DISPUTE).into_iter();
    BOOK.law(DISPUTE, editions.filter(|date| *date <= day).max().unwrap()).unwrap()
});

/// A decided return, and a dispute about it that was won on appeal and is final.
struct Won {
    ledger: Ledger,
    person: StreamId,
    parent: StreamId,
    decision: StatementHash,
    dispute: StreamId,
    cited: LawRef,
    /// The judgment on appeal, and the act that made it final.
    judgment: StatementHash,
    made_final: StatementHash,
}

fn won() -> Won {
    let mut ledger = Ledger::founded();
    let cited = ledger.publish_law(DISPUTE, LAW.edition);
    let parent = ledger.open();
    let person = ledger.subject_of(&parent);
    ledger.step(&parent, &person, Step::Decided);
    let (decision, dispute) = (ledger.last_of(&parent), StreamId::case(ledger.new_id()));
    let none = decision;
    let mut won =
        Won { ledger, person, parent, decision, dispute, cited, judgment: none, made_final: none };
    won.dispute_it();
    won
}

impl Won {
    fn dispute_it(&mut self) {
        let claim = json!({"case": self.parent, "category": "D-RET", "claimant": "PERSON",
            "decision": self.decision});
        let first = json!({"outcome": "DISMISSED", "term_from": "2026-03-02"});
        let appeal = json!({"loss": ["LS-07"], "outcome": "APPEAL-REVERSED",
            "result": "GRANTED-FULL"});
        self.recorded("ClaimFiled", "R-APP", &claim);
        let opened = json!({"court_case_no": "160/1/26", "form": "SIMPLIFIED"});
        self.recorded("ProceedingsOpened", "R-C1A", &opened);
        self.recorded("FirstInstanceDecided", "R-C1A", &first);
        self.recorded("AppealFiled", "R-APP", &json!({"by": "PERSON"}));
        self.recorded("AppealDecided", "R-C2", &appeal);
        self.judgment = self.ledger.last_of(&self.dispute);
        let system = self.ledger.system.clone();
        let statement = self.statement("JudgmentBecameFinal", &json!({}), &system);
        self.ledger.record(&statement, &[&system]);
        self.made_final = self.ledger.last_of(&self.dispute);
    }

    /// The officer records what another did.
    fn recorded(&mut self, act: &str, author: &str, facts: &Value) {
        let officer = self.ledger.officer.clone();
        let mut statement = self.statement(act, facts, &officer);
        let author = json!({"role": author});
        statement.author = Some(serde_json::from_value::<Author>(author).unwrap());
        self.ledger.record(&statement, &[&officer]);
    }

    fn statement(&mut self, act: &str, facts: &Value, hand: &Hand) -> Statement {
        let mut statement = self.ledger.statement(&self.dispute, act, facts, &[hand]);
        statement.law = Some(self.cited.clone());
        statement.subjects = vec![self.person.clone()];
        statement.basis.clone_from(&LAW.act(act).unwrap().basis);
        statement.basis.sort_unstable();
        statement
    }

    /// What the ledger is to sign in the case of the decision.
    fn outcome(&mut self) -> Statement {
        let system = self.ledger.system.clone();
        let facts = json!({"by": self.made_final, "dispute": self.dispute});
        let mut statement =
            self.ledger.statement(&self.parent, "DecisionAnnulled", &facts, &[&system]);
        statement.basis = Vec::new();
        statement.concerns = vec![self.decision];
        statement
    }

    fn put(&mut self, statement: &Statement) {
        let system = self.ledger.system.clone();
        self.ledger.record(statement, &[&system]);
    }
}

/// The codes found at an outcome after `change`.
async fn found(change: impl FnOnce(&mut Statement, &Won)) -> Vec<&'static str> {
    let mut won = won();
    let mut outcome = won.outcome();
    change(&mut outcome, &won);
    won.put(&outcome);
    codes_at_last(&won.ledger).await
}

#[tokio::test]
async fn a_final_judgment_puts_its_outcome_into_the_case_of_the_decision() {
    let mut won = won();
    let outcome = won.outcome();
    won.put(&outcome);
    won.ledger.publish();
    let report = audit(&stored(&won.ledger).await, &won.ledger.trust()).await;
    assert_eq!(report.findings, []);
    // The return and the dispute; three acts there, six here.
    assert_eq!((report.cases_judged, report.acts_judged), (2, 9));
}

#[tokio::test]
async fn an_outcome_that_names_another_act_of_the_dispute_is_found() {
    let judgment = |outcome: &mut Statement, won: &Won| {
        outcome.facts.insert("by".to_owned(), json!(won.judgment));
    };
    assert_eq!(found(judgment).await, ["not-put"]);
    let own_case = |outcome: &mut Statement, won: &Won| {
        outcome.facts.insert("dispute".to_owned(), json!(won.parent));
    };
    assert_eq!(found(own_case).await, ["not-put"]);
}

#[tokio::test]
async fn an_outcome_put_twice_is_found() {
    let mut won = won();
    let outcome = won.outcome();
    won.put(&outcome);
    let again = won.outcome();
    won.put(&again);
    assert_eq!(codes_at_last(&won.ledger).await, ["already-put"]);
}

#[tokio::test]
async fn an_outcome_of_another_kind_decision_or_day_is_found() {
    for kind in ["DecisionRemitted", "DecisionChanged", "DecisionUpheld", "DecisionSuspended"] {
        let other = |outcome: &mut Statement, _: &Won| outcome.act = kind.to_owned();
        assert_eq!(found(other).await, ["not-put"], "{kind}");
    }
    let day_after = |outcome: &mut Statement, _: &Won| {
        outcome.occurred_at = "2026-03-03".parse().unwrap();
    };
    assert_eq!(found(day_after).await, ["not-put"]);
}

#[tokio::test]
async fn an_officer_who_says_what_a_dispute_put_is_found() {
    let mut won = won();
    let officer = won.ledger.officer.clone();
    let mut outcome = won.outcome();
    outcome.signers = vec![officer.signer.clone()];
    let court = json!({"role": "R-C2"});
    outcome.author = Some(serde_json::from_value::<Author>(court).unwrap());
    won.ledger.record(&outcome, &[&officer]);
    assert_eq!(codes_at_last(&won.ledger).await, ["not-put", "not-put"]);
}
