//! `POST /v1/acts`.

use litopys_api::auth::Scope;
use litopys_api::receipt::Receipt;
use litopys_domain::log::{CheckpointPolicy, NoteSigner, verify_inclusion};
use litopys_domain::statement::Statement;
use serde_json::{Value, json};

use crate::support::app::{ORIGIN, PROCEDURE, ledger_key, lines, ndjson};
use crate::support::people::{registering, registration, signed, statement};
use crate::support::{Person, TestApp};

fn prove(receipt: &Value) -> Receipt {
    let receipt: Receipt = serde_json::from_value(receipt.clone()).unwrap();
    let log = NoteSigner::new(ORIGIN, ledger_key()).unwrap().key().clone();
    let opened = CheckpointPolicy::log_only(ORIGIN, log).open(receipt.checkpoint.as_bytes());
    let checkpoint = opened.unwrap().checkpoint;
    let (size, root) = (checkpoint.size(), checkpoint.root());
    verify_inclusion(receipt.leaf(), receipt.position, &receipt.inclusion, size, root).unwrap();
    receipt
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_act_gets_a_receipt_and_is_recorded_once() {
    let app = TestApp::start().await;
    let mut officer = app.officer().await;
    let body = registering(&app.officer);
    let first = officer.post_json("/v1/acts", &body).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let receipt = prove(&first.json());
    assert_eq!(receipt.position, 3);
    assert!(receipt.payload.contains(body["statement"].as_str().unwrap()));
    assert_eq!(first.header("location"), Some("/v1/proofs/3"));
    let again = officer.post_json("/v1/acts", &body).await;
    assert_eq!(again.status, 200);
    assert_eq!(prove(&again.json()).payload, receipt.payload);
    assert_eq!(app.head().await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_signer_hands_in_an_act() {
    let app = TestApp::start().await;
    let other = Person::new("R-C1G", Some("80"));
    app.enrol(&other).await;
    let body = registering(&app.officer);
    let mut client = app.client(&other, &[Scope::CaseWrite, Scope::Admin]).await;
    assert_eq!(client.post_json("/v1/acts", &body).await.problem(403), "not-a-signer");
    let mut reader = app.reader(&[Scope::CaseWrite]).await;
    assert_eq!(reader.post_json("/v1/acts", &body).await.problem(403), "not-a-signer");
    let mut blind = app.client(&app.officer, &[Scope::CaseRead]).await;
    assert_eq!(blind.post_json("/v1/acts", &body).await.problem(403), "not-permitted");
    let facts = json!({"role": "R-TO-HEAD", "office": "46", "from": "2026-01-01"});
    let own = statement(&other.stream, "OfficerAppointed", &facts, &[&app.officer]);
    let body = signed(&own.to_text(), &[&app.officer], &[]);
    let reply = app.officer().await.post_json("/v1/acts", &body).await;
    assert_eq!(reply.problem(403), "not-permitted", "registry acts are the administrators'");
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_say_where_and_how_to_mend_in_the_callers_language() {
    let app = TestApp::start().await;
    let (mut unsound, disclosures) = registration(&app.officer);
    unsound.occurred_at = "2999-01-01".parse().unwrap();
    let body = signed(&unsound.to_text(), &[&app.officer], &disclosures);
    let mut officer = app.officer().await;
    let reply = officer.post_json("/v1/acts", &body).await;
    assert_eq!(reply.problem(422), "future-date");
    let violation = &reply.json()["violations"][0];
    assert_eq!(violation["pointer"], "/occurred_at");
    assert_eq!(violation["mend"], "write when it happened");
    officer.language = Some("uk-UA, en;q=0.5");
    let reply = officer.post_json("/v1/acts", &body).await;
    assert_eq!(reply.header("content-language"), Some("uk"));
    assert_eq!(reply.json()["violations"][0]["mend"], "зазначте, коли це сталося");
    assert_eq!(app.head().await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_acts_are_answered_line_by_line_in_order() {
    let app = TestApp::start().await;
    let mut bodies: Vec<_> = (0..600).map(|_| registering(&app.officer)).collect();
    bodies[7]["signatures"][0]["signature"] = bodies[8]["signatures"][0]["signature"].clone();
    bodies[9] = json!({"statement": 1});
    bodies[11] = bodies[10].clone();
    let text = ndjson(&bodies);
    let text = text.replacen("{\"statement\":1}", "{\"statement\":", 1);
    let reply = app.officer().await.post("/v1/acts", "application/x-ndjson", text.as_bytes()).await;
    assert_eq!(reply.status, 200);
    let answers = lines(reply.text());
    assert_eq!(answers.len(), 600);
    for (place, answer) in answers.iter().enumerate() {
        match place {
            7 => assert_eq!(answer["problem"]["type"], "/problems/forged-signature"),
            9 => assert_eq!(answer["problem"]["type"], "/problems/malformed-json"),
            11 => assert_eq!(answer["status"], 200, "the act of the line before"),
            _ => {
                assert_eq!(answer["status"], 201, "{answer}");
                let receipt = prove(&answer["receipt"]);
                assert!(receipt.payload.contains(bodies[place]["statement"].as_str().unwrap()));
            }
        }
    }
    assert_eq!(app.head().await, 3 + 597);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_of_another_shape_are_refused() {
    let app = TestApp::start().await;
    let mut officer = app.officer().await;
    let mut body = registering(&app.officer);
    body["surprise"] = json!(1);
    assert_eq!(officer.post_json("/v1/acts", &body).await.problem(400), "invalid-body");
    let mut body = registering(&app.officer);
    body["signatures"][0]["key"] = json!("short");
    let reply = officer.post_json("/v1/acts", &body).await;
    assert_eq!(reply.problem(400), "invalid-body");
    assert_eq!(reply.json()["violations"][0]["pointer"], "/signatures/0/key");
    let reply = officer.post("/v1/acts", "application/json", b"{\"statement\":").await;
    assert_eq!(reply.problem(400), "malformed-json");
    let reply = officer.post("/v1/acts", "text/plain", b"{}").await;
    assert_eq!(reply.problem(415), "unsupported-media-type");
    let reply = officer.post("/v1/acts", "application/json", &vec![b' '; 600 * 1024]).await;
    assert_eq!(reply.problem(413), "body-too-large");
    let mut officer = app.officer().await;
    let mut body = registering(&app.officer);
    body["disclosures"] = json!(vec!["x"; 300]);
    assert_eq!(officer.post_json("/v1/acts", &body).await.problem(400), "invalid-body");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_may_rest_on_the_lines_before() {
    let app = TestApp::with_law().await;
    let (person, disclosures) = registration(&app.clerk);
    let known = app.open_case().await.1;
    let request = json!({
        "act": "ReturnMaterialsCollected", "procedure": PROCEDURE, "subjects": [known],
        "facts": {
            "violation": "1", "country": "GEO", "asylum_asked": false, "art31_assessed": true,
        },
        "private": {"art31_assessment": "Підстав за статтею 31 не виявлено"},
        "signers": [app.clerk.signer()],
    });
    let mut clerk = app.client(&app.clerk, &[Scope::CaseRead, Scope::CaseWrite]).await;
    let draft = clerk.post_json("/v1/drafts", &request).await.json();
    let mut opening = Statement::parse(draft["statement"].as_str().unwrap()).unwrap();
    opening.subjects = vec![person.stream.clone()];
    let mut opening = signed(&opening.to_text(), &[&app.clerk], &[]);
    opening["disclosures"] = draft["disclosures"].clone();
    let person = signed(&person.to_text(), &[&app.clerk], &disclosures);
    let text = ndjson(&[person, opening]);
    let reply = clerk.post("/v1/acts", "application/x-ndjson", text.as_bytes()).await;
    for answer in lines(reply.text()) {
        assert_eq!(answer["status"], 201, "{answer}");
    }
}
