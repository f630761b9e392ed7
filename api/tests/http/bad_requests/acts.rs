//! Sound signed acts with exactly one thing wrong.

use litopys_api::clock;
use litopys_domain::ids::{ContentHash, StatementHash, StreamId};
use litopys_domain::sealed::Disclosure;
use serde_json::json;

use super::scene::{Scene, Sent};
use crate::support::Person;
use crate::support::people::{registration, signed, statement};

type Mutator = (&'static str, fn(&Scene) -> Sent);

pub(super) const MUTATORS: &[Mutator] = &[
    ("a signature with one bit turned", |scene| {
        scene.body("forged-signature", |body| {
            let signature = body["signatures"][0]["signature"].as_str().unwrap();
            let first = if signature.starts_with('A') { "B" } else { "A" };
            body["signatures"][0]["signature"] = json!(format!("{first}{}", &signature[1..]));
        })
    }),
    ("the signature of another act", |scene| {
        let (other, _) = registration(&scene.officer);
        let other = signed(&other.to_text(), &[&scene.officer], &[]);
        scene.body("forged-signature", |body| body["signatures"] = other["signatures"].clone())
    }),
    ("a stranger's key", |scene| {
        let (statement, disclosures) = registration(&scene.officer);
        let stranger = Person { key: Person::new("R-TO-HEAD", None).key, ..scene.officer.clone() };
        let body = signed(&statement.to_text(), &[&stranger], &disclosures);
        scene.act(&scene.officer, &body, "unknown-key")
    }),
    ("a second signature with a revoked key", |scene| {
        let (mut statement, disclosures) = registration(&scene.officer);
        statement.signers.push(scene.gone.signer());
        let body = signed(&statement.to_text(), &[&scene.officer, &scene.gone], &disclosures);
        scene.act(&scene.officer, &body, "key-ended")
    }),
    ("an act of another officer", |scene| {
        let (statement, disclosures) = registration(&scene.clerk);
        let body = signed(&statement.to_text(), &[&scene.clerk], &disclosures);
        scene.act(&scene.officer, &body, "not-a-signer")
    }),
    ("meant for another ledger", |scene| {
        scene.registration("another-ledger", |s| "ledger.example/other".clone_into(&mut s.ledger))
    }),
    ("a date far ahead", |scene| {
        scene.registration("future-date", |s| s.occurred_at = "2999-01-01".parse().unwrap())
    }),
    ("a post in another office", |scene| {
        scene.registration("no-post", |s| s.signers[0].office = Some("46".to_owned()))
    }),
    ("a post of another role", |scene| {
        scene.registration("no-post", |s| "R-DMS-HEAD".clone_into(&mut s.signers[0].role))
    }),
    ("an act that no stream knows", |scene| {
        scene.registration("unknown-act", |s| "PersonInvented".clone_into(&mut s.act))
    }),
    ("an open fact of a person", |scene| {
        scene.registration("unknown-fact", |s| {
            s.facts.insert("height".to_owned(), json!(180));
        })
    }),
    ("an act never recorded as the one seen", |scene| {
        scene.registration("unknown-seen", |s| s.seen = Some(StatementHash::of(b"nothing")))
    }),
    ("a sealed value that is not sent along", |scene| {
        scene.body("missing-disclosure", |body| body["disclosures"] = json!([]))
    }),
    ("a disclosure of another value", |scene| {
        let other = Disclosure::new([7; 16], "family_name", "Інша".into());
        scene.body("disclosure-mismatch", |body| body["disclosures"] = json!([other.text()]))
    }),
    ("a disclosure that is none", |scene| {
        scene.body("invalid-disclosure", |body| body["disclosures"] = json!(["%%%"]))
    }),
    ("a field that statements do not have", |scene| {
        scene.value("invalid-statement-field", |s| s["mood"] = json!("good"))
    }),
    ("a stream that is none", |scene| {
        scene.value("invalid-statement-field", |s| s["stream"] = json!("person/1"))
    }),
    ("a floating-point number", |scene| {
        scene.value("narrowed-statement", |s| s["facts"] = json!({"height": 1.8}))
    }),
    ("an empty object", |scene| scene.value("narrowed-statement", |s| s["facts"] = json!({}))),
    ("a version to come", |scene| {
        scene.value("unknown-version", |s| s["version"] = json!("litopys/2"))
    }),
    ("white space in the signed text", |scene| {
        let (statement, disclosures) = registration(&scene.officer);
        let text = statement.to_text().replacen("\":", "\": ", 1);
        let body = signed(&text, &[&scene.officer], &disclosures);
        scene.act(&scene.officer, &body, "not-canonical")
    }),
    ("a signed text that breaks off", |scene| {
        let (statement, disclosures) = registration(&scene.officer);
        let text = statement.to_text();
        let body = signed(&text[..text.len() - 1], &[&scene.officer], &disclosures);
        scene.act(&scene.officer, &body, "statement-not-json")
    }),
    ("a statement of more than 60 KiB", |scene| {
        scene.registration("statement-too-large", |s| {
            s.facts.insert("text".to_owned(), "x".repeat(61 * 1024).into());
        })
    }),
    ("two signatures for one signer", |scene| {
        scene.body("signature-count", |body| {
            let one = body["signatures"][0].clone();
            body["signatures"] = json!([one, one]);
        })
    }),
    ("a new key that does not sign", |scene| {
        let facts = json!({"key": Person::new("R-TO-HEAD", None).public()});
        let officer = &scene.officer;
        let mut rotated = statement(&officer.stream, "KeyRotated", &facts, &[officer]);
        rotated.seen = scene.last;
        let body = signed(&rotated.to_text(), &[officer], &[]);
        scene.act(officer, &body, "missing-signature")
    }),
    ("a person nobody registered", |scene| {
        scene.opening("unknown-subject", |s| s.subjects = vec![StreamId::person(clock::new_id())])
    }),
    ("a law nobody published", |scene| {
        scene.opening("wrong-law", |s| {
            s.law.as_mut().unwrap().package = ContentHash::of(b"nothing");
        })
    }),
    ("a fact that is missing", |scene| {
        scene.opening("missing-fact", |s| _ = s.facts.remove("violation"))
    }),
    ("a code that its list does not have", |scene| {
        scene
            .opening("unknown-code", |s| _ = s.facts.insert("country".to_owned(), json!("NOWHERE")))
    }),
    ("a fact that the act does not have", |scene| {
        scene.opening("unknown-fact", |s| _ = s.facts.insert("colour".to_owned(), json!("red")))
    }),
    ("a decision taken twice", |scene| {
        scene.drafted(scene.twice.clone(), &scene.officer, "impossible-transition", |_| ())
    }),
    ("a case that moved since", |scene| {
        scene.drafted(scene.stale.clone(), &scene.clerk, "stream-moved", |_| ())
    }),
];
