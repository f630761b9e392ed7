//! What the worklist says of what the ledger should sign and cannot.

use jiff::SignedDuration;
use litopys_api::clock::Clock;
use litopys_api::own_acts::{OwnActs, Round};
use litopys_domain::ids::StreamId;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{PROCEDURE, ledger_key};

/// So many days ago.
fn day(ago: i64) -> String {
    let at = Clock::system().now() - SignedDuration::from_hours(24 * ago);
    at.strftime("%Y-%m-%d").to_string()
}

/// A decision served long ago, whose term to leave has passed with its allowance; gives the case.
async fn overdue(app: &TestApp) -> String {
    let (person, _) = app
        .act(
            &json!({"act": "PersonRegistered", "private": {"family_name": "Тестенко"}}),
            &[&app.clerk],
        )
        .await;
    let opening = json!({
        "act": "ReturnMaterialsCollected", "procedure": PROCEDURE, "subjects": [person["stream"]],
        "occurred_at": day(60),
        "facts": {
            "violation": "1", "country": "GEO", "asylum_asked": false, "art31_assessed": true,
        },
        "private": {"art31_assessment": "Підстав за статтею 31 не виявлено"},
    });
    let (opened, _) = app.act(&opening, &[&app.clerk]).await;
    let case = opened["stream"].as_str().unwrap().to_owned();
    let decision = json!({
        "act": "ForcedReturnDecided", "stream": case, "subjects": [person["stream"]],
        "occurred_at": format!("{}T09:00:00Z", day(60)),
        "facts": {
            "leave_by": day(40), "ground": "1", "minor": false, "country": "GEO",
            "citizenship": "GEO", "art31_cleared": true,
        },
    });
    let (decided, _) = app.act(&decision, &[&app.officer]).await;
    let served = json!({
        "act": "LetterServed", "stream": case, "concerns": [decided["sha256"]],
        "occurred_at": day(60), "facts": {"channel": "in-person", "appeal_explained": true},
    });
    app.act(&served, &[&app.clerk]).await;
    case
}

/// What of a kind is overdue in a case, as the worklist of the office shows it.
async fn listed(app: &TestApp, case: &str, clock: &str) -> Option<Value> {
    let at = app.head().await - 1;
    let mut officer = app.officer().await;
    let path = format!("/v1/worklist?office=80&urgency=overdue&at_least={at}");
    let listed = officer.get(&path).await.json();
    let mut rows = listed["rows"].as_array().unwrap().iter();
    let of_case = |row: &&Value| row["case"].as_str() == case.strip_prefix("case/");
    rows.find(|row| row["clock"] == clock && of_case(row)).cloned()
}

async fn term_to_leave(app: &TestApp, case: &str) -> Value {
    listed(app, case, "leave").await.unwrap()
}

/// The statement of the last act of this id in a case.
async fn hash(app: &TestApp, case: &str, act: &str) -> String {
    let stream: StreamId = case.parse().unwrap();
    let acts = app.ledger.streams().load(&stream).await.unwrap();
    acts.iter().rfind(|one| one.statement.act == act).unwrap().hash.to_string()
}

/// What the ledger signs by itself once the read models know the whole log.
async fn round(app: &TestApp, own_acts: &mut OwnActs) -> Round {
    let at = app.head().await - 1;
    let reply = app.officer().await.get(&format!("/v1/cases?at_least={at}")).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    own_acts.round().await.unwrap()
}

/// Checks what is said of something hindered in a language: parts of the reason and of the remedy.
fn says(hindered: &Value, language: &str, why: &[&str], mend: &[&str]) {
    for (key, parts) in [("says", why), ("mend", mend)] {
        let text = hindered[key][language].as_str().unwrap();
        for part in parts {
            assert!(text.contains(part), "{part} in: {text}");
        }
    }
}

/// A stay of the decision in a case, recorded only now; gives the dispute and the act of the stay.
async fn stayed(app: &TestApp, case: &str) -> (String, String) {
    let claim = json!({
        "act": "ClaimFiled", "procedure": "court-dispute", "occurred_at": day(55),
        "author": {"role": "R-APP"},
        "facts": {
            "category": "D-RET", "claimant": "PERSON", "case": case, "court": "R-C1G",
            "decision": hash(app, case, "ForcedReturnDecided").await,
        },
    });
    let (claim, _) = app.act(&claim, &[&app.clerk]).await;
    let dispute = claim["stream"].as_str().unwrap().to_owned();
    let stay = json!({
        "act": "InterimMeasureGranted", "stream": dispute, "occurred_at": day(50),
        "author": {"role": "R-C1G"}, "facts": {"measure": "STAY", "instance": "FIRST"},
    });
    let (stay, _) = app.act(&stay, &[&app.clerk]).await;
    (dispute, stay["sha256"].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worklist_says_why_a_case_cannot_take_what_a_court_decided_until_it_did() {
    let app = TestApp::with_law().await;
    app.publish("court-dispute").await;
    let mut own_acts = OwnActs::new(app.ledger.clone(), ledger_key());
    // A dispute takes its place in a case where nothing is in its way: it only waits for a moment.
    let free = overdue(&app).await;
    stayed(&app, &free).await;
    let waits = listed(&app, &free, "waiting-put").await.unwrap();
    assert_eq!(waits.get("hindered"), None, "{waits}");
    assert_eq!(round(&app, &mut own_acts).await.signed, 1);
    assert_eq!(listed(&app, &free, "waiting-put").await, None);

    // Nobody knew of the stay when the ledger said that the term to leave had passed.
    let case = overdue(&app).await;
    assert_eq!(round(&app, &mut own_acts).await.signed, 1);
    let (dispute, stay) = stayed(&app, &case).await;
    let ended = round(&app, &mut own_acts).await;
    assert_eq!((ended.signed, ended.refused), (0, 1));
    let row = listed(&app, &case, "waiting-put").await.unwrap();
    assert_eq!((&row["fires"], &row["due"]), (&json!("DecisionSuspended"), &json!(day(50))));
    assert_eq!(row["started_by"], json!(stay));
    assert_eq!(row["dispute"].as_str(), dispute.strip_prefix("case/"));
    let hindered = &row["hindered"];
    assert_eq!((&hindered["act"], &hindered["case"]), (&json!("DecisionSuspended"), &json!(case)));
    let overdue = hash(&app, &case, "ReturnOverdue").await;
    let why = ["DecisionSuspended", &dispute, "ReturnOverdue"];
    says(hindered, "en", &[&why[..], &["cannot sign"]].concat(), &[&overdue, "in error"]);
    says(hindered, "uk", &[&why[..], &["не може"]].concat(), &[&overdue, "помилковим"]);

    let error = json!({"act": "EnteredInError", "stream": case, "concerns": [overdue]});
    app.act(&error, &[&app.clerk, &app.officer]).await;
    let term = &term_to_leave(&app, &case).await["hindered"];
    says(term, "en", &["ReturnOverdue", "signed once"], &["prolonged the term"]);
    says(term, "uk", &["ReturnOverdue", "вже було внесено"], &["продовжило строк"]);
    let row = listed(&app, &case, "waiting-put").await.unwrap();
    assert_eq!(row.get("hindered"), None, "nothing stands in the way any more: {row}");
    assert_eq!(round(&app, &mut own_acts).await.signed, 1);
    assert_eq!(listed(&app, &case, "waiting-put").await, None);
    hash(&app, &case, "DecisionSuspended").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worklist_says_why_the_ledger_cannot_sign_what_is_due() {
    let app = TestApp::with_law().await;
    let (free, case) = (overdue(&app).await, overdue(&app).await);
    // The return was overdue by then, but nobody had said so: documents were taken as in time.
    let cancelled = json!({
        "act": "StayDocumentsCancelled", "stream": case, "occurred_at": day(5),
        "facts": {"visa_cancelled": true, "ban_marked": true},
    });
    let (cancelled, _) = app.act(&cancelled, &[&app.clerk]).await;
    let term = term_to_leave(&app, &case).await;
    assert_eq!((&term["fires"], &term["urgency"]), (&json!("ReturnOverdue"), &json!("overdue")));
    let hindered = &term["hindered"];
    assert_eq!((&hindered["act"], &hindered["on"]), (&json!("ReturnOverdue"), &json!(day(39))));
    says(hindered, "en", &["cannot sign it", "StayDocumentsCancelled"], &["in error"]);
    says(hindered, "uk", &["не може", "StayDocumentsCancelled"], &["помилково"]);
    let waits = term_to_leave(&app, &free).await;
    assert_eq!(waits.get("hindered"), None, "it only waits for the ledger's clock: {waits}");

    // Once somebody has taken back what stands in the way, it only waits as well.
    let error = json!({
        "act": "EnteredInError", "stream": case, "concerns": [cancelled["sha256"]],
    });
    app.act(&error, &[&app.clerk, &app.officer]).await;
    let term = term_to_leave(&app, &case).await;
    assert_eq!(term.get("hindered"), None, "{term}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worklist_says_that_a_head_determines_the_state_before_the_ledger_signs() {
    let app = TestApp::with_law().await;
    let mut own_acts = OwnActs::new(app.ledger.clone(), ledger_key());
    let case = overdue(&app).await;
    let letter = hash(&app, &case, "LetterServed").await;
    let cancelled = json!({
        "act": "StayDocumentsCancelled", "stream": case, "occurred_at": day(58),
        "facts": {"visa_cancelled": true, "ban_marked": true},
    });
    app.act(&cancelled, &[&app.clerk]).await;
    let again = json!({
        "act": "LetterServed", "stream": case, "occurred_at": day(56),
        "concerns": [hash(&app, &case, "ForcedReturnDecided").await],
        "facts": {"channel": "in-person", "appeal_explained": true},
    });
    app.act(&again, &[&app.clerk]).await;
    // The first letter was never served, so the documents were cancelled before the decision was
    // announced; the term to leave runs all the same.
    let error = json!({
        "act": "EnteredInError", "stream": case, "concerns": [letter],
        "flags": [{"rule": "ENG-OUT-OF-ORDER", "answer": "accepted", "reason": "Лист не вручено"}],
    });
    app.act(&error, &[&app.clerk, &app.officer]).await;
    let ended = round(&app, &mut own_acts).await;
    assert_eq!((ended.signed, ended.refused), (0, 0));
    let hindered = &term_to_leave(&app, &case).await["hindered"];
    let due = format!("ReturnOverdue of {}", day(39));
    says(hindered, "en", &[&due, "does not sign", "out of order"], &["StateDetermined"]);
    let due = format!("ReturnOverdue від {}", day(39));
    says(hindered, "uk", &[&due, "не вносить", "порушено"], &["StateDetermined"]);

    let determined =
        json!({"act": "StateDetermined", "stream": case, "facts": {"state": "notified"}});
    app.act(&determined, &[&app.officer]).await;
    let term = term_to_leave(&app, &case).await;
    assert_eq!(term.get("hindered"), None, "{term}");
    assert_eq!(round(&app, &mut own_acts).await.signed, 1);
    assert_eq!(listed(&app, &case, "leave").await, None);
}
