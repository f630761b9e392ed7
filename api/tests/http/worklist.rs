//! What the worklist says of terms whose passing the ledger should sign and cannot.

use jiff::SignedDuration;
use litopys_api::clock::Clock;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::PROCEDURE;

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

/// The term to leave, as the worklist of the office shows it.
async fn term_to_leave(app: &TestApp, case: &str) -> Value {
    let at = app.head().await - 1;
    let mut officer = app.officer().await;
    let path = format!("/v1/worklist?office=80&urgency=overdue&at_least={at}");
    let listed = officer.get(&path).await.json();
    let rows = listed["rows"].as_array().unwrap();
    let term = rows
        .iter()
        .find(|row| row["clock"] == "leave" && row["case"].as_str() == case.strip_prefix("case/"));
    term.unwrap_or_else(|| panic!("{listed}")).clone()
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
    for (language, cannot, mend) in
        [("en", "cannot sign it", "in error"), ("uk", "не може", "помилково")]
    {
        let says = hindered["says"][language].as_str().unwrap();
        assert!(says.contains(cannot) && says.contains("StayDocumentsCancelled"), "{says}");
        let told = hindered["mend"][language].as_str().unwrap();
        assert!(told.contains(mend), "{told}");
    }
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
