//! Procedures and code lists, by date.

use crate::support::TestApp;
use crate::support::app::PROCEDURE;

#[tokio::test(flavor = "multi_thread")]
async fn the_law_is_told_as_of_a_day() {
    let app = TestApp::with_law().await;
    let mut officer = app.officer().await;
    let all = officer.get("/v1/procedures").await.json();
    assert_eq!(all["rows"][0]["procedure"], PROCEDURE);
    let editions = all["rows"][0]["editions"].as_array().unwrap().clone();
    for edition in &editions {
        let day = edition.as_str().unwrap();
        let told = officer.get(&format!("/v1/procedures/{PROCEDURE}?on={day}")).await.json();
        assert_eq!(told["edition"], *edition);
        assert_eq!(told["short"], "FR");
        let opening = &told["acts"][0];
        assert_eq!(opening["refused"], serde_json::Value::Null);
        assert!(opening["facts"]["properties"].is_object());
        assert!(told["text"].is_object());
    }
    let early = officer.get(&format!("/v1/procedures/{PROCEDURE}?on=1990-01-01")).await;
    assert_eq!(early.problem(404), "not-found");
    assert_eq!(officer.get("/v1/procedures/nothing").await.problem(404), "not-found");
    let bad = officer.get(&format!("/v1/procedures/{PROCEDURE}?on=tomorrow")).await;
    assert_eq!(bad.problem(400), "invalid-parameter");

    let bodies = officer.get("/v1/codes/CL-TO?on=2026-11-22").await.json();
    let has = |code: &str| bodies["rows"].as_array().unwrap().iter().any(|c| c["code"] == code);
    assert!(has("80"), "{bodies}");
    // A list of a procedure's own, and its states as one.
    let own = format!("/v1/codes/RET-GR?procedure={PROCEDURE}&on=2026-11-22");
    let own = officer.get(&own).await.json();
    assert_eq!(own["rows"][0]["code"], "1", "{own}");
    let elsewhere = officer.get("/v1/codes/RET-GR?procedure=nothing").await;
    assert_eq!(elsewhere.problem(404), "not-found");
    assert_eq!(officer.get("/v1/codes/CL-NONE").await.problem(404), "not-found");
}
