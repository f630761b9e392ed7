//! Requests that are bad before any act is judged.

use ed25519_dalek::SigningKey;
use litopys_api::auth::Scope;
use litopys_api::http::BODY_BYTES_MAX;
use serde_json::json;

use super::scene::{Scene, Sent};
use crate::support::app::{ORIGIN, token_key};
use crate::support::people::{registering, registration, signed};

type Mutator = (&'static str, fn(&Scene) -> Sent);

pub(super) const MUTATORS: &[Mutator] = &[
    ("no token", |scene| Sent { token: None, ..scene.get("/v1/proofs/0", "token-missing") }),
    ("an expired token", |scene| {
        scene.door(scene.minted(ORIGIN, &token_key(), 61), "token-expired")
    }),
    ("a token of tomorrow", |scene| {
        scene.door(scene.minted(ORIGIN, &token_key(), -86_400), "token-early")
    }),
    ("a token of another ledger", |scene| {
        let token = scene.minted("ledger.example/other", &token_key(), 0);
        scene.door(token, "token-from-another-issuer")
    }),
    ("a token by an unknown key", |scene| {
        let key = SigningKey::from_bytes(&[99; 32]);
        scene.door(scene.minted(ORIGIN, &key, 0), "token-key-unknown")
    }),
    ("a token signed with nothing", |scene| {
        let token = scene.sound_token();
        let claims = token.split('.').nth(1).unwrap();
        // {"alg":"none","typ":"JWT"}
        let none = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}.");
        scene.door(none, "token-not-eddsa")
    }),
    ("a token with other claims", |scene| {
        let (mine, admin) =
            (scene.sound_token(), scene.token_for(&[Scope::Admin, Scope::Audit], &["*"]));
        let claims = admin.split('.').nth(1).unwrap();
        let parts: Vec<_> = mine.split('.').collect();
        scene.door(format!("{}.{claims}.{}", parts[0], parts[2]), "token-forged")
    }),
    ("a token that is none", |scene| scene.door("sesame".to_owned(), "token-malformed")),
    ("a token of somebody whose key was revoked", |scene| {
        let (statement, disclosures) = registration(&scene.gone);
        let body = signed(&statement.to_text(), &[&scene.gone], &disclosures);
        scene.act(&scene.gone, &body, "token-holder-ended")
    }),
    ("a token without the scope", |scene| {
        let token = scene.token_for(&[Scope::CaseRead], &["80"]);
        let body = registering(&scene.officer).to_string();
        Sent { token: Some(token), ..scene.post(body, "not-permitted") }
    }),
    ("entries without the scope", |scene| scene.get("/tile/entries/000", "not-permitted")),
    ("cases of another office", |scene| {
        let token = scene.token_for(&[Scope::CaseRead], &["46"]);
        Sent { token: Some(token), ..scene.get("/v1/cases?office=80", "other-office") }
    }),
    ("a body that breaks off", |scene| {
        let body = registering(&scene.officer).to_string();
        scene.post(&body.as_bytes()[..body.len() / 2], "malformed-json")
    }),
    ("brackets without end", |scene| scene.post("[".repeat(10_000), "malformed-json")),
    ("bytes that are no text", |scene| {
        scene.post(b"{\"statement\":\"\xff\xfe\"}", "malformed-json")
    }),
    ("a number for a statement", |scene| {
        scene.post(r#"{"statement":1,"signatures":[]}"#, "invalid-body")
    }),
    ("a body with a surprise", |scene| {
        let mut body = registering(&scene.officer);
        body["surprise"] = json!(true);
        scene.post(body.to_string(), "invalid-body")
    }),
    ("a signature that is none", |scene| {
        let mut body = registering(&scene.officer);
        body["signatures"][0]["signature"] = json!("short");
        scene.post(body.to_string(), "invalid-body")
    }),
    ("text instead of JSON", |scene| {
        let body = registering(&scene.officer).to_string();
        Sent { media_type: "text/plain", ..scene.post(body, "unsupported-media-type") }
    }),
    ("a body that is too large", |scene| {
        scene.post(vec![b' '; BODY_BYTES_MAX + 1], "body-too-large")
    }),
    ("a path that leads nowhere", |scene| scene.get("/v1/wishes", "not-found")),
    ("a tile that is not there", |scene| {
        let token = scene.token_for(&[Scope::Log], &[]);
        Sent { token: Some(token), ..scene.get("/tile/0/x999/000", "not-found") }
    }),
    ("a method that is not allowed", |scene| Sent {
        method: "DELETE",
        ..scene.post("", "method-not-allowed")
    }),
    ("a position that is no number", |scene| scene.get("/v1/proofs/first", "invalid-parameter")),
    ("a cursor of another list", |scene| scene.get("/v1/cases?after=bnVsbA", "invalid-parameter")),
    ("a draft of nothing", |scene| {
        let body = json!({"act": "Nothing", "signers": [scene.officer.signer()]});
        let path = "/v1/drafts".to_owned();
        Sent { path, ..scene.post(body.to_string(), "invalid-draft") }
    }),
];
