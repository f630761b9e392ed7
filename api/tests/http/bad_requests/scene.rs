//! What the mutators start from: sound acts, recorded and not, and tokens.

use std::time::Duration;

use ed25519_dalek::SigningKey;
use litopys_api::auth::{Grant, Scope, TokenIssuer};
use litopys_api::clock::{self, Clock};
use litopys_domain::ids::{StatementHash, StreamId};
use litopys_domain::statement::Statement;
use serde_json::{Value, json};

use crate::support::app::{ORIGIN, PROCEDURE, token, token_for, token_key};
use crate::support::people::{registration, signed, statement};
use crate::support::{Person, TestApp};

/// A request, and the problem it must meet.
pub(super) struct Sent {
    pub(super) token: Option<String>,
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) media_type: &'static str,
    pub(super) body: Vec<u8>,
    pub(super) expected: &'static str,
}

/// A statement with what was drafted along with it.
#[derive(Debug, Clone)]
pub(super) struct Drafted {
    pub(super) statement: Statement,
    pub(super) disclosures: Value,
}

/// People, tokens and drafts of one ledger.
pub(super) struct Scene {
    pub(super) officer: Person,
    pub(super) clerk: Person,
    /// Enrolled, and then his key was revoked.
    pub(super) gone: Person,
    pub(super) token: String,
    /// The last act of the officer's own stream.
    pub(super) last: Option<StatementHash>,
    /// Opens a case; never recorded.
    pub(super) opening: Drafted,
    /// A note drafted before the case was decided.
    pub(super) stale: Drafted,
    /// The decision, drafted to follow itself.
    pub(super) twice: Drafted,
}

impl Scene {
    pub(super) async fn of(app: &TestApp) -> Self {
        let gone = Person::new("R-TO-OFF", Some("80"));
        app.enrol(&gone).await;
        revoke(app, &gone).await;
        let (case, person) = app.open_case().await;
        let opening = json!({
            "act": "ReturnMaterialsCollected", "procedure": PROCEDURE, "subjects": [person],
            "facts": {
                "violation": "1", "country": "GEO", "asylum_asked": false, "art31_assessed": true,
            },
            "private": {"art31_assessment": "Підстав за статтею 31 не виявлено"},
        });
        let note = json!({"act": "NoteAdded", "stream": case, "private": {"note": "Дзвінок"}});
        let opening = draft(app, opening, &app.clerk).await;
        let stale = draft(app, note, &app.clerk).await;
        let (decided, _) = app.decide(&case, &person).await;
        let text = decided["statement"].as_str().unwrap();
        let mut twice = Drafted {
            statement: Statement::parse(text).unwrap(),
            disclosures: decided["disclosures"].clone(),
        };
        twice.statement.seen = Some(StatementHash::of(text.as_bytes()));
        Self {
            officer: app.officer.clone(),
            clerk: app.clerk.clone(),
            gone,
            last: last_of(app, &app.officer).await,
            token: token(&app.officer.stream.to_string(), &[Scope::CaseRead, Scope::CaseWrite]),
            opening,
            stale,
            twice,
        }
    }

    /// An act handed in by its signer.
    pub(super) fn act(&self, person: &Person, body: &Value, expected: &'static str) -> Sent {
        let token = token(&person.stream.to_string(), &[Scope::CaseRead, Scope::CaseWrite]);
        Sent { token: Some(token), ..self.post(body.to_string(), expected) }
    }

    /// A body from the officer.
    pub(super) fn post(&self, body: impl Into<Vec<u8>>, expected: &'static str) -> Sent {
        Sent {
            token: Some(self.token.clone()),
            method: "POST",
            path: "/v1/acts".to_owned(),
            media_type: "application/json",
            body: body.into(),
            expected,
        }
    }

    /// A sound registration, one thing of which is changed before it is signed.
    pub(super) fn registration(
        &self,
        expected: &'static str,
        change: impl FnOnce(&mut Statement),
    ) -> Sent {
        let (mut statement, disclosures) = registration(&self.officer);
        change(&mut statement);
        let body = signed(&statement.to_text(), &[&self.officer], &disclosures);
        self.act(&self.officer, &body, expected)
    }

    /// A sound registration, changed as a JSON value before it is signed.
    pub(super) fn value(&self, expected: &'static str, change: impl FnOnce(&mut Value)) -> Sent {
        let (statement, disclosures) = registration(&self.officer);
        let mut value = serde_json::to_value(&statement).unwrap();
        change(&mut value);
        let body = signed(&value.to_string(), &[&self.officer], &disclosures);
        self.act(&self.officer, &body, expected)
    }

    /// A sound registration, changed after it was signed.
    pub(super) fn body(&self, expected: &'static str, change: impl FnOnce(&mut Value)) -> Sent {
        let (statement, disclosures) = registration(&self.officer);
        let mut body = signed(&statement.to_text(), &[&self.officer], &disclosures);
        change(&mut body);
        self.act(&self.officer, &body, expected)
    }

    /// A sound opening of a case, one thing of which is changed before it is signed.
    pub(super) fn opening(
        &self,
        expected: &'static str,
        change: impl FnOnce(&mut Statement),
    ) -> Sent {
        let mut opening = self.opening.clone();
        opening.statement.stream = StreamId::case(clock::new_id());
        self.drafted(opening, &self.clerk, expected, change)
    }

    /// A draft under a fresh nonce, changed and signed.
    pub(super) fn drafted(
        &self,
        mut drafted: Drafted,
        signer: &Person,
        expected: &'static str,
        change: impl FnOnce(&mut Statement),
    ) -> Sent {
        drafted.statement.nonce = clock::new_id();
        change(&mut drafted.statement);
        let mut body = signed(&drafted.statement.to_text(), &[signer], &[]);
        body["disclosures"] = drafted.disclosures;
        self.act(signer, &body, expected)
    }

    /// A reader's token with one thing wrong, shown at a door that asks for one.
    pub(super) fn door(&self, token: String, expected: &'static str) -> Sent {
        Sent { token: Some(token), ..self.get("/v1/proofs/0", expected) }
    }

    pub(super) fn get(&self, path: &str, expected: &'static str) -> Sent {
        let path = path.to_owned();
        Sent { method: "GET", path, ..self.post("", expected) }
    }

    /// The officer's token as others would see or make it.
    pub(super) fn minted(&self, origin: &str, key: &SigningKey, seconds_ago: i64) -> String {
        let from = Clock::system().now() - jiff::SignedDuration::from_secs(seconds_ago);
        let grant = Grant {
            name: self.officer.stream.to_string(),
            scopes: vec![Scope::CaseRead],
            offices: Vec::new(),
        };
        let issuer = TokenIssuer::new(origin, key).unwrap();
        issuer.mint(&grant, from, Duration::from_mins(1)).unwrap()
    }

    pub(super) fn sound_token(&self) -> String {
        self.minted(ORIGIN, &token_key(), 0)
    }

    pub(super) fn token_for(&self, scopes: &[Scope], offices: &[&str]) -> String {
        token_for(&self.officer.stream.to_string(), scopes, offices)
    }
}

async fn draft(app: &TestApp, mut request: Value, signer: &Person) -> Drafted {
    request["signers"] = json!([signer.signer()]);
    let mut client = app.client(signer, &[Scope::CaseWrite]).await;
    let draft = client.post_json("/v1/drafts", &request).await.json();
    assert_eq!(draft["violations"], json!([]), "{draft}");
    let statement = Statement::parse(draft["statement"].as_str().unwrap()).unwrap();
    Drafted { statement, disclosures: draft["disclosures"].clone() }
}

async fn revoke(app: &TestApp, person: &Person) {
    let administrator = &app.administrators[1];
    let facts = json!({"key": person.thumbprint(), "reason": "LOST"});
    let mut revoked = statement(&person.stream, "KeyRevoked", &facts, &[administrator]);
    revoked.seen = last_of(app, person).await;
    let body = signed(&revoked.to_text(), &[administrator], &[]);
    let mut client = app.client(administrator, &[Scope::Admin]).await;
    let reply = client.post_json("/v1/acts", &body).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
}

async fn last_of(app: &TestApp, person: &Person) -> Option<StatementHash> {
    let acts = app.ledger.streams().load(&person.stream).await.unwrap();
    acts.last().map(|act| act.hash)
}
