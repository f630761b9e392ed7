//! Cases under the real law.

use jiff::ToSpan as _;
use litopys_api::clock::Clock;
use litopys_api::draft::DraftRequest;
use litopys_api::record::RecordError;
use litopys_domain::ids::StreamId;
use litopys_domain::law::file::Severity;
use litopys_domain::law::fold::{View, state};
use litopys_domain::statement::Answer;
use litopys_domain::violation::Certainty;
use litopys_migrations::Role;
use litopys_migrations::testing::database;
use litopys_tests::agency::{Agency, Who, answer, hash_of, object};
use litopys_tests::forced_return;
use serde_json::json;

/// An agency with a case of forced return that was opened today.
async fn agency_with_case() -> (Agency, StreamId, StreamId) {
    let database = database().await;
    let agency = Agency::found(database.options(Role::Writer), Clock::system()).await.unwrap();
    let person = agency.person().await.unwrap();
    let draft = agency.draft(forced_return::opened(&agency.keys, &person).unwrap()).await.unwrap();
    agency.record_text(&draft.statement, draft.disclosures).await.unwrap();
    (agency, draft.stream, person)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forced_return_is_decided_and_served() {
    let (agency, case, person) = agency_with_case().await;
    let today = agency.ledger.today(&agency.ledger.tail().world());
    let leave_by = today.checked_add(14.days()).unwrap();
    let decision = forced_return::decided(&agency.keys, &case, &person, leave_by).unwrap();
    let decision = agency.act(decision).await.unwrap();
    let served = forced_return::served(&agency.keys, &case, hash_of(&decision).unwrap()).unwrap();
    agency.act(served).await.unwrap();
    let recorded = agency.ledger.streams().load(&case).await.unwrap();
    let world = agency.ledger.tail().world();
    let state = state(&world.laws, &recorded, View::new(today, u64::MAX));
    assert_eq!(state.state, Some("notified"));
    assert_eq!(recorded[0].number.as_deref(), Some(&*format!("80-FR-{}-000001", today.year())));
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_do_not_overtake_a_signed_draft_but_decisions_do() {
    let (agency, case, person) = agency_with_case().await;
    let today = agency.ledger.today(&agency.ledger.tail().world());
    let leave_by = today.checked_add(14.days()).unwrap();
    let request = forced_return::decided(&agency.keys, &case, &person, leave_by).unwrap();
    let first = agency.draft(request.clone()).await.unwrap();
    let second = agency.draft(request).await.unwrap();
    agency.act(forced_return::note(&agency.keys, &case).unwrap()).await.unwrap();
    agency.record_text(&first.statement, first.disclosures).await.unwrap();
    let second = agency.signed(&second.statement, second.disclosures).unwrap();
    let refused = agency.ledger.record(second).await.unwrap_err();
    assert!(matches!(&refused, RecordError::Moved(new) if new.len() == 2), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_sent_again_gives_the_same_position() {
    let (agency, case, _) = agency_with_case().await;
    let draft = agency.draft(forced_return::note(&agency.keys, &case).unwrap()).await.unwrap();
    let signed = agency.signed(&draft.statement, draft.disclosures).unwrap();
    let first = agency.ledger.record(signed.clone()).await.unwrap();
    let again = agency.ledger.record(signed).await.unwrap();
    assert!(first.fresh && !again.fresh);
    assert_eq!(first.receipt.position, again.receipt.position);
    assert_eq!(first.receipt.payload, again.receipt.payload);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_case_signed_beforehand_is_recorded_act_by_act() {
    let (agency, _, person) = agency_with_case().await;
    let world = agency.ledger.tail().world();
    let today = agency.ledger.today(&world);
    let law = litopys_tests::chain::law_today(&agency).unwrap();
    let now = agency.ledger.clock().now();
    let shared = litopys_tests::chain::Shared::new(&agency.keys, law, today, now).unwrap();
    for act in litopys_tests::chain::forced_return(&shared, &person).unwrap() {
        let recorded = agency.ledger.record(act.clone()).await;
        assert!(recorded.is_ok(), "{recorded:#?}\n{}", act.statement);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_competence_is_shown_and_never_refuses() {
    let (agency, case, person) = agency_with_case().await;
    let today = agency.ledger.today(&agency.ledger.tail().world());
    let leave_by = today.checked_add(14.days()).unwrap();
    let decided = forced_return::decided(&agency.keys, &case, &person, leave_by).unwrap();
    let head = agency.keys.stream(Who::Head).unwrap();
    let about_head = async |act: &str, facts: serde_json::Value| {
        let request = DraftRequest {
            stream: Some(head.clone()),
            facts: object(facts),
            ..agency.request(act, &[Who::Administrator]).unwrap()
        };
        agency.act(request).await.unwrap();
    };
    let shown = async || {
        let draft = agency.draft(decided.clone()).await.unwrap();
        let flag = draft.flags.into_iter().find(|flag| flag.rule == "DEF-046");
        flag.map(|flag| (flag.severity, flag.certainty))
    };
    let lacking = Some((Severity::D, Certainty::Design));
    assert_eq!(shown().await, lacking);
    let granted = json!({"course": "C-RET", "from": "2020-01-01", "until": "2099-12-31"});
    about_head("CompetenceGranted", granted).await;
    assert_eq!(shown().await, None);
    // Suspended for errors since yesterday.
    let ended =
        json!({"course": "C-RET", "on": today.yesterday().unwrap(), "reason": "ERROR-RATE"});
    about_head("CompetenceEnded", ended).await;
    assert_eq!(shown().await, lacking);
    let mut answered = decided.clone();
    answered.flags = vec![answer("DEF-046", Answer::Unavoidable, "Іншого керівника немає")];
    agency.act(answered).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_no_case_is_refused() {
    let (agency, case, person) = agency_with_case().await;
    let link = |to: &StreamId| DraftRequest {
        stream: Some(case.clone()),
        facts: object(json!({"case": to.to_string(), "link": "RELATED"})),
        ..agency.request("Linked", &[Who::Clerk]).unwrap()
    };
    let nowhere = StreamId::case(litopys_api::clock::new_id());
    let draft = agency.ledger.draft(link(&nowhere)).await.unwrap();
    let codes: Vec<_> =
        draft.violations.iter().map(|one| (one.code, one.pointer.as_str())).collect();
    assert_eq!(codes, [("unknown-case", "/facts/case")]);
    let signed = agency.signed(&draft.statement, draft.disclosures).unwrap();
    let refused = agency.ledger.record(signed).await.unwrap_err();
    assert!(matches!(refused, RecordError::Refused(_)), "{refused:?}");
    let other = agency.draft(forced_return::opened(&agency.keys, &person).unwrap()).await.unwrap();
    agency.record_text(&other.statement, other.disclosures).await.unwrap();
    agency.act(link(&other.stream)).await.unwrap();
}
