//! `POST /v1/drafts`.

use serde_json::json;

use crate::support::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_says_what_stands_in_its_way() {
    let app = TestApp::with_law().await;
    let (case, person) = app.open_case().await;
    let mut officer = app.officer().await;
    let mut request = json!({
        "act": "ForcedReturnDecided", "stream": case, "subjects": [person],
        "facts": {"ground": "1"}, "signers": [app.officer.signer()],
    });
    let draft = officer.post_json("/v1/drafts", &request).await;
    assert_eq!(draft.status, 200, "{}", draft.text());
    let draft = draft.json();
    assert!(!draft["violations"].as_array().unwrap().is_empty());
    assert!(draft["words"]["uk"].as_str().unwrap().contains("ForcedReturnDecided"));

    request["surprise"] = json!(true);
    assert_eq!(officer.post_json("/v1/drafts", &request).await.problem(400), "invalid-body");
    let opening = json!({"act": "Nothing", "signers": [app.officer.signer()]});
    let reply = officer.post_json("/v1/drafts", &opening).await;
    assert_eq!(reply.problem(422), "invalid-draft");
    assert_eq!(reply.json()["violations"][0]["pointer"], "/stream");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_drafts_are_answered_in_order() {
    let app = TestApp::with_law().await;
    let mut officer = app.officer().await;
    let person = json!({
        "act": "PersonRegistered", "private": {"family_name": "Перша"},
        "signers": [app.officer.signer()],
    });
    let nothing = json!({"act": "Nothing", "signers": [app.officer.signer()]});
    let answers = officer.post_json("/v1/drafts", &json!([person, nothing, person])).await.json();
    assert_eq!(answers[0]["draft"]["violations"], json!([]));
    assert_eq!(answers[1]["problem"]["type"], "/problems/invalid-draft");
    assert_eq!(answers[2]["draft"]["disclosures"].as_array().unwrap().len(), 1);
    let flood = json!(vec![nothing; 101]);
    assert_eq!(officer.post_json("/v1/drafts", &flood).await.problem(400), "invalid-body");
}
