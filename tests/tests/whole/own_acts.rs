//! What the ledger signs by itself: terms that ran out, and what disputes put into the cases of the
//! decisions they attack.

use litopys_api::draft::DraftRequest;
use litopys_api::own_acts::Round;
use litopys_domain::ids::{StatementHash, StreamId};
use litopys_domain::law::fold::ActStatus;
use litopys_domain::statement::Signer;
use litopys_projections::reads::{self, DisputeFilter, Now, WorklistFilter};
use litopys_tests::agency::{Who, author, object, request};
use serde_json::json;
use sqlx::types::Uuid;

use crate::service::{Service, count, granted, id};

#[tokio::test(flavor = "multi_thread")]
async fn an_overdue_return_is_signed_once_and_rebutted_by_a_late_departure() {
    let mut service = Service::open("2025-03-10", &["forced-return"]).await;
    let (case, _) = service.served_decision("2025-03-24").await;
    // The last day of the allowance for a departure that reaches the file late.
    service.calendar.turn_to("2025-04-03").unwrap();
    assert_eq!(service.rounds().await, Round::default());
    // Nobody ran for two months; then two processes start at once.
    service.calendar.turn_to("2025-06-01").unwrap();
    service.restart();
    let round = service.rounds().await;
    assert_eq!((round.signed, round.refused), (1, 0));
    let (acts, now) = service.story(&case).await;
    assert_eq!((count(&acts, "ReturnOverdue"), now.as_str()), (1, "overdue"));
    service.restart();
    assert_eq!(service.rounds().await.signed, 0);

    // The departure was before the end of the term.
    let overdue = service.hash(&case, "ReturnOverdue").await;
    let mut departed = service.of(&case, "DepartureConfirmed", "2025-03-23T09:00:00Z", json!({}));
    departed.author = author("R-DPSU");
    departed.concerns = vec![overdue];
    service.act(departed).await;
    let (acts, now) = service.story(&case).await;
    assert_eq!(now, "departed");
    assert!(acts.contains(&("ReturnOverdue".to_owned(), ActStatus::Rebutted)), "{acts:?}");
    service.restart();
    assert_eq!(service.rounds().await, Round::default());
    service.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_is_consent_until_an_answer_given_in_time_comes_in() {
    let mut service = Service::open("2025-02-03", &["readmission-inbound"]).await;
    let clerk = service.agency.keys.stream(Who::Clerk).unwrap();
    for role in ["R-DMS-OFF", "R-DMS-DIR"] {
        let keys = &service.agency.keys;
        let appointed = DraftRequest {
            stream: Some(clerk.clone()),
            facts: object(json!({"role": role, "office": "00", "from": "2000-01-01"})),
            ..request(keys, "OfficerAppointed", &[Who::Administrator]).unwrap()
        };
        service.agency.act(appointed).await.unwrap();
    }
    let central = |role: &str| {
        let (role, office) = (role.to_owned(), Some("00".to_owned()));
        vec![Signer { by: clerk.clone(), role, office }]
    };
    let asked = json!({"procedure": "STANDARD", "category": "OWN", "partner": "POL",
        "protocol": "IP-PL", "evidence": ["PROOF"], "citizenship": "UKR"});
    let person = service.agency.person().await.unwrap();
    let case = service
        .open_case(DraftRequest {
            procedure: Some("readmission-inbound".to_owned()),
            subjects: vec![person],
            facts: object(asked),
            author: author("R-FCA"),
            signers: central("R-DMS-OFF"),
            ..service.agency.request("ReadmissionRequested", &[]).unwrap()
        })
        .await;
    let facts = json!({"received_at": "2025-02-03T09:00:00Z"});
    let mut registered = service.of(&case, "ReadmissionRequestRegistered", "2025-02-03", facts);
    registered.signers = central("R-DMS-OFF");
    service.act(registered).await;

    // Day 14 and three days of allowance; then silence has spoken.
    service.calendar.turn_to("2025-02-20").unwrap();
    assert_eq!(service.rounds().await, Round::default());
    service.calendar.turn_to("2025-02-21").unwrap();
    let round = service.rounds().await;
    assert_eq!((round.signed, round.refused), (1, 0));
    let acts = service.agency.ledger.streams().load(&case).await.unwrap();
    let silence = &acts.last().unwrap().statement;
    assert_eq!(
        (silence.act.as_str(), silence.occurred_at.to_string()),
        ("ReadmissionDeemedAccepted", "2025-02-18".to_owned())
    );
    assert_eq!(silence.nonce.get_version_num(), 8);

    // The refusal of day 13 comes in on day 21: it names what it disproves.
    service.calendar.turn_to("2025-02-24").unwrap();
    let presumed = service.hash(&case, "ReadmissionDeemedAccepted").await;
    let facts = json!({"grounds": ["1"]});
    let mut refused = service.of(&case, "ReadmissionRefused", "2025-02-16", facts);
    refused.signers = central("R-DMS-DIR");
    refused.concerns = vec![presumed];
    refused.private = [("reasons".to_owned(), json!("Громадянство не підтверджено"))].into();
    service.act(refused).await;
    assert_eq!(service.story(&case).await.1, "refused");
    service.calendar.turn_to("2025-09-01").unwrap();
    service.restart();
    assert_eq!(service.rounds().await.signed, 0, "the consent that never was does not lapse");
    service.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_puts_what_the_court_decided_into_the_case_of_the_decision() {
    let mut service = Service::open("2025-03-10", &["forced-return", "court-dispute"]).await;
    let (parent, decision) = service.served_decision("2025-04-05").await;
    service.calendar.turn_to("2025-04-22").unwrap();
    let dispute = granted(&service, &parent, decision).await;
    // The stay stops the term to leave, so the return is not overdue though its day has passed.
    let round = service.rounds().await;
    assert_eq!((round.signed, round.refused), (1, 0));
    let timeline = service.timeline(&parent).await;
    let decided = timeline.iter().find(|row| row.act == "ForcedReturnDecided").unwrap();
    assert_eq!(decided.suspended_on, Some("2025-03-14".parse().unwrap()));
    service.calendar.turn_to("2025-05-11").unwrap();
    assert_eq!(service.rounds().await.signed, 0, "an appeal may still be on its way");

    // The judgment is final by the ledger's clock, and then known in the parent.
    service.calendar.turn_to("2025-06-01").unwrap();
    assert_eq!(service.rounds().await.signed, 1);
    assert_eq!(service.story(&dispute).await.1, "final");
    service.restart();
    assert_eq!(service.rounds().await.signed, 1);
    let (acts, now) = service.story(&parent).await;
    assert_eq!((count(&acts, "DecisionAnnulled"), now.as_str()), (1, "annulled"));
    service.restart();
    assert_eq!(service.rounds().await.signed, 0);
    shows_the_dispute(&service, &parent, &dispute, decision).await;
    service.audit().await;

    // An appeal was posted in time: the judgment was not final, and what was put has fallen.
    let finality = service.hash(&dispute, "JudgmentBecameFinal").await;
    let appeal = json!({"by": "DMS"});
    let mut appeal = service.of(&dispute, "AppealFiled", "2025-04-30", appeal);
    appeal.signers = vec![service.agency.keys.signer(Who::Head).unwrap()];
    appeal.concerns = vec![finality];
    service.act(appeal).await;
    let fallen = fallen(&service).await;
    assert_eq!(fallen, [id(&parent)]);
    service.audit().await;

    // Two persons take it back; the ledger does not put it once more.
    let put = service.hash(&parent, "DecisionAnnulled").await;
    let mut error = service.of(&parent, "EnteredInError", "2025-06-01", json!({}));
    error.signers =
        [Who::Clerk, Who::Head].map(|who| service.agency.keys.signer(who).unwrap()).into();
    error.concerns = vec![put];
    service.act(error).await;
    assert!(self::fallen(&service).await.is_empty());
    service.restart();
    assert_eq!(service.rounds().await.signed, 0);
    service.audit().await;
}

/// The cases in which an outcome fell, as the worklist of the office shows them.
async fn fallen(service: &Service) -> Vec<Uuid> {
    service.settle().await;
    let filter = WorklistFilter { office: Some("80".to_owned()), ..WorklistFilter::default() };
    let at = service.agency.ledger.clock().now();
    let now = Now { today: service.agency.ledger.today(&service.agency.ledger.tail().world()), at };
    let pool = service.agency.ledger.pool();
    let rows = reads::worklist(pool, &filter, now, None, 50).await.unwrap().rows;
    rows.iter().filter(|row| row.clock == "fallen-put").map(|row| row.case).collect()
}

async fn shows_the_dispute(
    service: &Service,
    parent: &StreamId,
    dispute: &StreamId,
    decision: StatementHash,
) {
    let timeline = service.timeline(parent).await;
    let put = timeline.iter().find(|row| row.act == "DecisionAnnulled").unwrap();
    let finality = service.hash(dispute, "JudgmentBecameFinal").await.to_string();
    assert_eq!(put.put_by.as_deref(), Some(finality.as_str()));
    let puts = service.timeline(dispute).await.into_iter().rfind(|row| row.puts.is_some()).unwrap();
    assert_eq!(puts.puts.unwrap()["act"], "DecisionAnnulled");
    let filter = DisputeFilter {
        category: Some("D-RET".to_owned()),
        instance: Some("FIRST".to_owned()),
        court: Some("R-C1G".to_owned()),
        outcome: Some("GRANTED-FULL".to_owned()),
        effect: Some("DecisionAnnulled".to_owned()),
        decided_case: Some(parent.to_string()),
        decision: Some(decision.to_string()),
        ..DisputeFilter::default()
    };
    let pool = service.agency.ledger.pool();
    let rows = reads::disputes(pool, &filter, None, 10).await.unwrap().rows;
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((row.case, row.court_case_no.as_deref()), (id(dispute), Some("160/5321/25")));
    let other = DisputeFilter { category: Some("D-ADM".to_owned()), ..filter };
    assert!(reads::disputes(pool, &other, None, 10).await.unwrap().rows.is_empty());
}
