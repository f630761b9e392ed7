//! For which office a token may open a case, whatever posts its officer holds.

use litopys_api::auth::Scope;
use litopys_api::clock;
use litopys_domain::ids::StreamId;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{PROCEDURE, lines, ndjson, token_for};
use crate::support::client::{Client, Reply};
use crate::support::people::{Person, signed};

const SCOPES: [Scope; 2] = [Scope::CaseRead, Scope::CaseWrite];

fn opening(subject: &str, signer: &Person) -> Value {
    json!({
        "act": "ReturnMaterialsCollected", "procedure": PROCEDURE, "subjects": [subject],
        "facts": {
            "violation": "1", "country": "GEO", "asylum_asked": false, "art31_assessed": true,
        },
        "private": {"art31_assessment": "Підстав за статтею 31 не виявлено"},
        "signers": [signer.signer()],
    })
}

async fn bound(app: &TestApp, person: &Person, office: &str) -> Client {
    let token = token_for(&person.stream.to_string(), &SCOPES, &[office]);
    app.anonymous().await.with_token(&token)
}

/// What `signer` signs of a draft that a token for all offices lets be made.
async fn signed_opening(app: &TestApp, subject: &str, signer: &Person) -> Value {
    let mut anywhere = app.client(signer, &SCOPES).await;
    let draft = anywhere.post_json("/v1/drafts", &opening(subject, signer)).await.json();
    assert_eq!(draft["violations"], json!([]), "{draft}");
    let mut body = signed(draft["statement"].as_str().unwrap(), &[signer], &[]);
    body["disclosures"] = draft["disclosures"].clone();
    body
}

fn check(reply: &Reply, detail: &str) {
    assert_eq!(reply.problem(403), "other-office");
    let problem = reply.json();
    assert!(problem["detail"].as_str().unwrap().contains(detail), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_cases_for_its_own_offices_only() {
    let app = TestApp::with_law().await;
    // One officer with posts in two offices, and a token for the first.
    let here = &app.clerk;
    let there = Person { office: Some("46"), ..here.clone() };
    app.appoint(&there).await;
    let mut own = bound(&app, here, "80").await;
    let registration = json!({"act": "PersonRegistered", "private": {"family_name": "Тестенко"}});
    let (person, _) = app.act(&registration, &[here]).await;
    let subject = person["stream"].as_str().unwrap();

    // A draft, one with a stream of its own, and one of many.
    let mut elsewhere = opening(subject, &there);
    check(&own.post_json("/v1/drafts", &elsewhere).await, "its own offices only");
    let both = json!([elsewhere, opening(subject, here)]);
    elsewhere["stream"] = json!(StreamId::case(clock::new_id()));
    own.language = Some("uk");
    check(&own.post_json("/v1/drafts", &elsewhere).await, "лише для своїх органів");
    own.language = None;
    let drafted = own.post_json("/v1/drafts", &both).await.json();
    assert_eq!(drafted[0]["problem"]["status"], json!(403), "{drafted}");
    assert_eq!(drafted[1]["draft"]["violations"], json!([]), "{drafted}");

    // An act, and one of many.
    let body = signed_opening(&app, subject, &there).await;
    let before = app.head().await;
    check(&own.post_json("/v1/acts", &body).await, "its own offices only");
    let here = signed_opening(&app, subject, here).await;
    let many = ndjson(&[body.clone(), here]);
    let reply = own.post("/v1/acts", "application/x-ndjson", many.as_bytes()).await;
    let statuses: Vec<_> = lines(reply.text()).iter().map(|line| line["status"].clone()).collect();
    assert_eq!(statuses, [403, 201]);
    assert_eq!(app.head().await - before, 1);

    // A token for the other office opens it, and the first sees nothing of it.
    let mut other = bound(&app, &there, "46").await;
    let opened = other.post_json("/v1/acts", &body).await;
    assert_eq!(opened.status, 201, "{}", opened.text());
    let statement: Value = serde_json::from_str(body["statement"].as_str().unwrap()).unwrap();
    let id = statement["stream"].as_str().unwrap().strip_prefix("case/").unwrap().to_owned();
    let at = opened.json()["position"].clone();
    let path = format!("/v1/cases/{id}?at_least={at}");
    assert_eq!(own.get(&path).await.problem(403), "other-office");
    assert_eq!(other.get(&path).await.status, 200);
    let unknown = format!("/v1/cases/{}/history", clock::new_id());
    assert_eq!(own.get(&unknown).await.problem(404), "not-found");
}
