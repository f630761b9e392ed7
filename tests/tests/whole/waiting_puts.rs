//! Outcomes of disputes that the case of the decision cannot take: an officer sees each in the
//! worklist, and what it says to do lets the case take it.

use litopys_api::own_acts::HinderedPut;
use litopys_domain::ids::{StatementHash, StreamId};
use litopys_projections::reads::{self, Now, WorkItem, WorklistFilter};
use litopys_tests::agency::{Who, author};
use serde_json::{Value, json};

use crate::service::{Service, granted, id};

/// The outcomes that wait in the worklist of the office, and what is said of each.
async fn waiting(service: &Service) -> Vec<(WorkItem, Option<HinderedPut>)> {
    service.settle().await;
    let ledger = &service.agency.ledger;
    let filter = WorklistFilter { office: Some("80".to_owned()), ..WorklistFilter::default() };
    let now = Now { today: ledger.today(&ledger.tail().world()), at: ledger.clock().now() };
    let rows = reads::worklist(ledger.pool(), &filter, now, None, 50).await.unwrap().rows;
    let mut waiting = Vec::new();
    for row in rows.into_iter().filter(|row| row.clock == "waiting-put") {
        let dispute = StreamId::case(row.dispute.unwrap());
        let hindered = ledger.hindered_put(&dispute, &row.started_by).await.unwrap();
        waiting.push((row, hindered));
    }
    waiting
}

/// Checks that one outcome waits, in this case, and parts of what is said of it in both languages.
async fn waits(service: &Service, case: &StreamId, act: &str, why: [&str; 2], mend: [&str; 2]) {
    let waiting = waiting(service).await;
    let [(row, Some(hindered))] = &waiting[..] else { panic!("{waiting:?}") };
    assert_eq!((row.case, row.fires.as_deref()), (id(case), Some(act)));
    says(hindered, why, mend);
}

fn says(hindered: &HinderedPut, why: [&str; 2], mend: [&str; 2]) {
    for (words, [en, uk]) in [(&hindered.says, why), (&hindered.mend, mend)] {
        assert!(words.en.contains(en) && words.uk.contains(uk), "{words:?}");
    }
}

/// Rounds until a process that remembers nothing signs nothing; what was signed, and what was
/// refused last.
async fn settled(service: &mut Service) -> (usize, usize) {
    let mut signed = 0;
    loop {
        service.restart();
        let round = service.rounds().await;
        signed += round.signed;
        if round.signed == 0 {
            return (signed, round.refused);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_out_of_order_takes_an_outcome_once_a_head_determined_its_state() {
    let mut service = Service::open("2025-03-10", &["forced-return", "court-dispute"]).await;
    let (parent, decision) = service.served_decision("2025-05-20").await;
    service.calendar.turn_to("2025-05-12").unwrap();
    let mut departed = service.of(&parent, "DepartureConfirmed", "2025-05-10T09:00:00Z", json!({}));
    departed.author = author("R-DPSU");
    service.act(departed).await;
    // Only then the office learns of the judgment, final since before the departure.
    service.calendar.turn_to("2025-06-02").unwrap();
    granted(&service, &parent, decision).await;
    assert_eq!(settled(&mut service).await, (3, 0));
    assert_eq!(service.story(&parent).await.1, "annulled");
    assert_eq!(waiting(&service).await, []);

    // A second claim about the same decision went the same way.
    granted(&service, &parent, decision).await;
    let (_, refused) = settled(&mut service).await;
    // Both processes tried both outcomes.
    assert_eq!((refused, waiting(&service).await.len()), (4, 2));
    let (why, mend) = (["out of order", "порушено"], ["StateDetermined", "StateDetermined"]);
    let (row, hindered) = waiting(&service).await.remove(0);
    assert_eq!(row.fires.as_deref(), Some("DecisionSuspended"));
    says(&hindered.unwrap(), why, mend);
    service.audit().await;

    let facts = json!({"state": "departed"});
    let mut determined = service.of(&parent, "StateDetermined", "2025-06-02", facts);
    determined.signers = vec![service.agency.keys.signer(Who::Head).unwrap()];
    service.act(determined).await;
    assert_eq!(settled(&mut service).await, (2, 0));
    assert_eq!(waiting(&service).await, []);
    assert_eq!(service.story(&parent).await.1, "departed");
    service.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_names_what_is_no_decision_is_corrected_in_the_dispute() {
    let mut service = Service::open("2025-03-10", &["forced-return", "court-dispute"]).await;
    let (parent, decision) = service.served_decision("2025-05-20").await;
    service.calendar.turn_to("2025-04-22").unwrap();
    let letter = service.hash(&parent, "LetterServed").await;
    let dispute = granted(&service, &parent, letter).await;
    assert_eq!(settled(&mut service).await.1, 2);
    let mend = ["which case and decision", "яке рішення"];
    waits(&service, &parent, "DecisionSuspended", ["LetterServed", "LetterServed"], mend).await;

    // The right decision, in a case that is not in the ledger: the row is about the dispute.
    let claim = service.hash(&dispute, "ClaimFiled").await;
    let nowhere = StreamId::case(litopys_api::clock::new_id());
    let facts = json!({"case": nowhere, "decision": decision.to_string()});
    correct(&service, &dispute, claim, facts).await;
    assert_eq!(settled(&mut service).await, (0, 0));
    let why = ["not in the ledger", "немає в реєстрі"];
    waits(&service, &dispute, "DecisionSuspended", why, mend).await;

    correct(&service, &dispute, claim, json!({"case": parent})).await;
    let (row, hindered) = waiting(&service).await.remove(0);
    assert_eq!((row.case, hindered), (id(&parent), None));
    assert_eq!(settled(&mut service).await, (1, 0));
    assert_eq!(waiting(&service).await, []);
    service.audit().await;
}

async fn correct(service: &Service, dispute: &StreamId, claim: StatementHash, facts: Value) {
    let mut correction = service.of(dispute, "ClericalErrorCorrected", "2025-04-22", facts);
    correction.concerns = vec![claim];
    correction.signers = vec![service.agency.keys.signer(Who::Head).unwrap()];
    service.act(correction).await;
}
