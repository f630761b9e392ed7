//! Cases over HTTP: lists, history on both time axes, views, next acts, worklist, offices.

use litopys_api::auth::Scope;
use serde_json::json;

use crate::support::TestApp;
use crate::support::app::token_for;
use crate::support::people::signed;

fn id(stream: &str) -> &str {
    stream.strip_prefix("case/").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_found_told_on_both_axes_and_shown_as_its_signer_saw_it() {
    let app = TestApp::with_law().await;
    let (case, person) = app.open_case().await;
    let (_, receipt) = app.decide(&case, &person).await;
    let last = receipt["position"].as_u64().unwrap();
    let mut officer = app.officer().await;

    let listed = officer.get(&format!("/v1/cases?subject={person}&at_least={last}")).await.json();
    assert_eq!(listed["rows"].as_array().unwrap().len(), 1);
    assert_eq!(listed["rows"][0]["acts"], 2);
    assert!(listed["position"].as_u64().unwrap() >= last);
    let id = id(&case);
    let one = officer.get(&format!("/v1/cases/{id}")).await.json();
    assert_eq!(one["rows"][0], listed["rows"][0]);

    let history = officer.get(&format!("/v1/cases/{id}/history")).await.json();
    assert_eq!(history["acts"].as_array().unwrap().len(), 2);
    assert_eq!(history["acts"][1]["statement"]["act"], "ForcedReturnDecided");
    assert_eq!(history["state"]["state"], "decided");
    assert_eq!(one["rows"][0]["state"], "decided");
    let before = last - 1;
    let earlier =
        officer.get(&format!("/v1/cases/{id}/history?recorded_until={before}")).await.json();
    assert_eq!(earlier["acts"].as_array().unwrap().len(), 1);
    let at = history["acts"][0]["recorded_at"].as_str().unwrap();
    let by_instant =
        officer.get(&format!("/v1/cases/{id}/history?recorded_until={at}")).await.json();
    assert_eq!(by_instant["acts"], earlier["acts"]);
    let past = officer.get(&format!("/v1/cases/{id}/history?occurred_until=2020-01-01")).await;
    assert_eq!(past.json()["acts"], json!([]));

    let view = officer.get(&format!("/v1/cases/{id}/acts/2/view")).await.json();
    assert_eq!(view["acts"], earlier["acts"], "the decision was taken on the materials alone");
    assert_eq!(view["state"]["state"], earlier["state"]["state"]);
    let view = officer.get(&format!("/v1/cases/{id}/acts/1/view")).await.json();
    assert_eq!(view["acts"], json!([]), "who opens a case sees none");
    assert_eq!(officer.get(&format!("/v1/cases/{id}/acts/3/view")).await.problem(404), "not-found");

    let next = officer.get(&format!("/v1/cases/{id}/next-acts")).await.json();
    let served = next["rows"].as_array().unwrap().iter().find(|act| act["act"] == "LetterServed");
    assert_eq!(served.unwrap()["refused"], json!(null));
    assert_eq!(served.unwrap()["sign_as"], json!(["R-TO-HEAD"]));
    let first = &next["rows"][0];
    assert!(first["refused"].is_null() && first["sign_as"] == json!(["R-TO-HEAD"]), "{first}");
    let due = officer.get(&format!("/v1/worklist?office=80&at_least={last}")).await.json();
    assert!(due["rows"].as_array().unwrap().iter().any(|term| term["case"] == id), "{due}");

    let far = "2100-01-01";
    let against = officer.get(&format!("/v1/cases/{id}/defects?on={far}")).await.json();
    let rules: Vec<_> = against["rows"].as_array().unwrap().iter().map(|d| &d["rule"]).collect();
    assert!(rules.contains(&&json!("DEF-019")), "nobody told the prosecutor: {against}");
    // Severity D is shown, and nobody had to answer it for the decision to be recorded.
    let number = against["rows"].as_array().unwrap().iter().find(|d| d["rule"] == "DECISION-NO");
    assert_eq!(
        (&number.unwrap()["severity"], &number.unwrap()["answer"]),
        (&json!("D"), &json!(null))
    );
    let path = format!("/v1/defects?office=80&rule=DEF-019&severity=U&on={far}");
    let listed = officer.get(&path).await.json();
    assert_eq!(listed["rows"][0]["case"], id);
    assert_eq!(listed["rows"][0]["found"], "overdue");
    let today = officer.get("/v1/defects?office=80&severity=V").await.json();
    assert_eq!(today["rows"], json!([]));
    let nobody = "/v1/cases/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e77/defects";
    assert_eq!(officer.get(nobody).await.problem(404), "not-found");
    let none = "/v1/worklist?office=80&assigned_to=officer/nobody&urgency=overdue,warned";
    assert_eq!(officer.get(none).await.json()["rows"], json!([]));
    let bad = officer.get("/v1/worklist?urgency=soon").await;
    assert_eq!(bad.problem(400), "invalid-parameter");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_is_explained_rule_by_rule() {
    let app = TestApp::with_law().await;
    let (case, _) = app.open_case().await;
    let id = id(&case);
    let scopes = [Scope::CaseRead];
    let mut reader = app.anonymous().await.with_token(&token_for("reader", &scopes, &["80"]));
    let path = format!("/v1/cases/{id}/explanations");
    let ask = json!({"act": "ForcedReturnDecided", "signer": {"by": "officer/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e80", "role": "R-TO-OFF", "office": "80"}});
    let told = reader.post_json(&path, &ask).await.json();
    assert_eq!(told["state"], "materials-collected", "{told}");
    assert_eq!(told["next"]["refused"], json!(null), "{told}");
    assert_eq!(told["role_fits"], "records");
    let late = told["rules"].as_array().unwrap().iter().find(|rule| rule["rule"] == "DEF-018");
    assert_eq!(late.unwrap()["holds"], json!(null), "the day to leave by was not given");
    let facts = json!({"weather": "fine", "leave_by": "soon", "ground": "77", "minor": 7});
    let unfit = json!({"act": "ForcedReturnDecided", "facts": facts});
    let reply = reader.post_json(&path, &unfit).await;
    assert_eq!(reply.problem(422), "unknown-code", "that of the first violation");
    let violations = reply.json()["violations"].clone();
    let mut found: Vec<_> = violations
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (one["code"].as_str().unwrap().to_owned(), one["pointer"].as_str().unwrap().to_owned())
        })
        .collect();
    found.sort_unstable();
    let expected = [
        ("unknown-code", "/facts/ground"),
        ("unknown-fact", "/facts/weather"),
        ("wrong-fact", "/facts/leave_by"),
        ("wrong-fact", "/facts/minor"),
    ];
    assert_eq!(found, expected.map(|(code, pointer)| (code.to_owned(), pointer.to_owned())));
    let unknown = reader.post_json(&path, &json!({"act": "Nothing"})).await;
    assert_eq!(unknown.problem(404), "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_sees_the_cases_of_its_offices_only() {
    let app = TestApp::with_law().await;
    let (case, _) = app.open_case().await;
    let id = id(&case);
    let last = app.head().await - 1;
    let scopes = [Scope::CaseRead, Scope::CaseWrite];
    let mut own = app.anonymous().await.with_token(&token_for("reader", &scopes, &["80"]));
    let listed = own.get(&format!("/v1/cases?at_least={last}")).await.json();
    assert_eq!(listed["rows"].as_array().unwrap().len(), 1);
    let mut other = app.anonymous().await.with_token(&token_for("reader", &scopes, &["46"]));
    let listed = other.get("/v1/cases").await.json();
    assert_eq!(listed["rows"], json!([]));
    for path in ["", "/history", "/next-acts", "/acts/1/view", "/defects"] {
        let reply = other.get(&format!("/v1/cases/{id}{path}")).await;
        assert_eq!(reply.problem(403), "other-office", "{path}");
        assert_eq!(own.get(&format!("/v1/cases/{id}{path}")).await.status, 200, "{path}");
    }
    assert_eq!(own.get("/v1/disputes?category=D-RET").await.json()["rows"], json!([]));
    for list in ["cases", "worklist", "defects", "disputes"] {
        let path = format!("/v1/{list}?office=80");
        assert_eq!(other.get(&path).await.problem(403), "other-office");
    }
    let path = format!("/v1/cases/{id}/explanations");
    let reply = other.post_json(&path, &json!({"act": "NoteAdded"})).await;
    assert_eq!(reply.problem(403), "other-office");
    let draft = json!({"act": "NoteAdded", "stream": case, "signers": []});
    assert_eq!(other.post_json("/v1/drafts", &draft).await.problem(403), "other-office");
    let two = token_for("reader", &scopes, &["46", "80"]);
    let mut two = app.anonymous().await.with_token(&two);
    assert_eq!(two.get("/v1/cases").await.problem(400), "invalid-parameter");
    let listed = two.get("/v1/cases?office=80").await.json();
    assert_eq!(listed["rows"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_pages_and_wait_for_a_position() {
    let app = TestApp::with_law().await;
    for _ in 0..3 {
        app.open_case().await;
    }
    let last = app.head().await - 1;
    let mut officer = app.officer().await;
    let first = officer.get(&format!("/v1/cases?limit=2&at_least={last}")).await.json();
    assert_eq!(first["rows"].as_array().unwrap().len(), 2);
    let next = first["next"].as_str().unwrap();
    let second = officer.get(&format!("/v1/cases?limit=2&after={next}")).await.json();
    assert_eq!(second["rows"].as_array().unwrap().len(), 1);
    assert_eq!(second.get("next"), None);
    assert_eq!(officer.get("/v1/cases?after=zzz").await.problem(400), "invalid-parameter");
    assert_eq!(officer.get("/v1/cases?limit=0").await.problem(400), "invalid-parameter");
    assert_eq!(officer.get("/v1/cases?limit=501").await.problem(400), "invalid-parameter");
    assert_eq!(officer.get("/v1/cases?name=x").await.problem(400), "invalid-parameter");
    let beyond = officer.get(&format!("/v1/cases?at_least={}", last + 1)).await;
    assert_eq!(beyond.problem(404), "not-found");
    let officers = officer.get("/v1/officers?role=R-TO-HEAD&office=80").await.json();
    assert_eq!(officers["rows"][0]["id"], app.officer.stream.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_too_late_is_told_what_is_new() {
    let app = TestApp::with_law().await;
    let (case, person) = app.open_case().await;
    let mut clerk = app.client(&app.clerk, &[Scope::CaseWrite]).await;
    let note = json!({
        "act": "NoteAdded", "stream": case, "private": {"note": "Дзвінок"},
        "signers": [app.clerk.signer()],
    });
    let drafted = clerk.post_json("/v1/drafts", &note).await.json();
    let (decided, receipt) = app.decide(&case, &person).await;
    let mut body = signed(drafted["statement"].as_str().unwrap(), &[&app.clerk], &[]);
    body["disclosures"] = drafted["disclosures"].clone();
    let reply = clerk.post_json("/v1/acts", &body).await;
    assert_eq!(reply.problem(409), "stream-moved");
    let unseen = json!([{
        "statement": decided["sha256"], "act": "ForcedReturnDecided", "sequence": 2,
        "position": receipt["position"],
    }]);
    assert_eq!(reply.json()["unseen"], unseen);
}
