//! Tokens, policy, paths and methods.

use std::time::Duration;

use ed25519_dalek::SigningKey;
use litopys_api::auth::policy::{ROUTES, scopes};
use litopys_api::auth::{Action, Grant, Scope, TokenIssuer};
use litopys_api::clock::Clock;
use litopys_api::http::openapi;

use crate::support::TestApp;
use crate::support::app::{ORIGIN, token, token_key};

/// Every documented route has a policy, and every policy a route.
#[test]
fn no_route_is_without_a_policy() {
    let document = serde_json::to_value(openapi()).unwrap();
    let mut documented = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            documented.push(format!("{} {path}", method.to_uppercase()));
        }
    }
    let listed: Vec<_> =
        ROUTES.iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    for route in &documented {
        assert!(listed.contains(route), "{route} has no policy");
    }
    for route in &listed {
        let page = route.contains(" /docs") || route.ends_with("/openapi.json");
        assert!(page || documented.contains(route), "{route} is no documented route");
    }
}

/// A concrete path for a route's template.
fn concrete(template: &str) -> String {
    let path = template
        .replace("{position}", "0")
        .replace("{level}", "0")
        .replace("{*index}", "000")
        .replace("{code}", "not-found")
        .replace("{id}", "0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e77")
        .replace("{n}", "1")
        .replace("{list}", "CL-TO")
        .replace("{table}", "decisions");
    assert!(!path.contains('{') || path.contains("{*rest}"), "say what {template} looks like");
    path.replace("{*rest}", "index.html")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_open_needs_a_token_with_a_right_scope() {
    let app = TestApp::start().await;
    for (method, template, action) in ROUTES {
        let path = concrete(template);
        let mut anonymous = app.anonymous().await;
        let reply = anonymous.send(method.as_str(), &path, &[], b"").await;
        if *action == Action::Open {
            // A process whose read models are still being made is not ready, and says so.
            let told = path == "/readyz" && reply.status == 503;
            assert!(told || matches!(reply.status, 200..400 | 404), "{path}: {}", reply.status);
            continue;
        }
        assert_eq!(reply.problem(401), "token-missing", "{path}");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
        let others: Vec<_> =
            Scope::ALL.into_iter().filter(|scope| !scopes(*action).contains(scope)).collect();
        if !others.is_empty() {
            let mut other = app.reader(&others).await;
            let reply = other.send(method.as_str(), &path, &[], b"").await;
            assert_eq!(reply.problem(403), "not-permitted", "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unsound_tokens_are_refused_each_with_its_reason() {
    let app = TestApp::start().await;
    let grant = || Grant { name: "reader".to_owned(), scopes: vec![Scope::Log], offices: vec![] };
    let mint = |origin: &str, key: &SigningKey, seconds_ago: i64| {
        let from = Clock::system().now() - jiff::SignedDuration::from_secs(seconds_ago);
        let issuer = TokenIssuer::new(origin, key).unwrap();
        issuer.mint(&grant(), from, Duration::from_mins(1)).unwrap()
    };
    let sound = mint(ORIGIN, &token_key(), 0);
    let (signed, signature) = sound.rsplit_once('.').unwrap();
    let claims = signed.split_once('.').unwrap().1;
    let other = if signature.starts_with('A') { "B" } else { "A" };
    let cases = [
        (mint(ORIGIN, &token_key(), 61), "token-expired"),
        (mint(ORIGIN, &token_key(), -61), "token-early"),
        (mint("ledger.example/other", &token_key(), 0), "token-from-another-issuer"),
        (mint(ORIGIN, &SigningKey::from_bytes(&[77; 32]), 0), "token-key-unknown"),
        // {"alg":"none","typ":"JWT"}
        (format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}."), "token-not-eddsa"),
        (format!("{signed}.{other}{}", &signature[1..]), "token-forged"),
        ("nonsense".to_owned(), "token-malformed"),
        ("x".repeat(5000), "token-malformed"),
        (token("case/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e77", &[Scope::Log]), "token-claims"),
    ];
    for (token, code) in cases {
        let mut client = app.anonymous().await.with_token(&token);
        assert_eq!(client.get("/v1/proofs/0").await.problem(401), code, "{token}");
    }
    let mut client = app.anonymous().await.with_token(&sound);
    assert_eq!(client.get("/v1/proofs/0").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_paths_and_methods_are_problems_too() {
    let app = TestApp::start().await;
    let mut client = app.officer().await;
    assert_eq!(client.get("/v1/nothing").await.problem(404), "not-found");
    let reply = client.send("DELETE", "/v1/acts", &[], b"").await;
    assert_eq!(reply.problem(405), "method-not-allowed");
    assert_eq!(reply.header("allow"), Some("POST"));
    assert_eq!(client.get("/v1/proofs/minus").await.problem(400), "invalid-parameter");
    assert_eq!(client.get("/v1/proofs/0?depth=1").await.problem(400), "invalid-parameter");
    assert_eq!(client.send("HEAD", "/v1/proofs/0", &[], b"").await.status, 200);
    assert_eq!(client.get("/problems/forged-signature").await.json()["status"], 422);
    assert_eq!(client.get("/problems/Nonsense!").await.problem(404), "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_carry_ids_and_security_headers() {
    let app = TestApp::start().await;
    let reply = app.anonymous().await.get("/livez").await;
    assert!(reply.header("x-request-id").is_some_and(|id| id.len() == 36));
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert!(reply.header("content-security-policy").is_some_and(|p| p.contains("'none'")));
}
