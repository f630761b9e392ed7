//! Acts that should never have been taken, recorded all the same by whoever holds the database.

use ed25519_dalek::SigningKey;
use litopys_audit::{Report, VerifyOptions, verify_all};
use litopys_domain::act::{Act, SignedBy};
use litopys_domain::ids::StreamId;
use litopys_domain::keys::{PublicKey, sign_statement};
use litopys_migrations::Role;
use serde_json::json;

use crate::clean::{audit, stored};
use crate::ledger::{Hand, Ledger, Row};

/// Founds a ledger, lets `act` misuse it, publishes, and audits.
async fn misused(act: impl FnOnce(&mut Ledger)) -> (Ledger, Report) {
    let mut ledger = Ledger::founded();
    act(&mut ledger);
    ledger.publish();
    let report = audit(&stored(&ledger).await, &ledger.trust()).await;
    (ledger, report)
}

/// The only finding, which must be `code` at the last act.
fn only(ledger: &Ledger, report: &Report, code: &str) {
    let [finding] = report.findings.as_slice() else { panic!("{:#?}", report.findings) };
    let row: &Row = ledger.rows.last().unwrap();
    assert_eq!(finding.code, code);
    assert_eq!(finding.stream.as_deref(), Some(row.stream.to_string().as_str()));
    assert_eq!((finding.sequence, finding.position), (Some(row.sequence), Some(row.position)));
    assert!(!finding.en.is_empty() && !finding.uk.is_empty());
}

fn opening(ledger: &mut Ledger, hand: &Hand) {
    let case = StreamId::case(ledger.new_id());
    ledger.act(&case, "ReturnMaterialsCollected", json!({"ground": "1"}), &[hand]);
}

#[tokio::test]
async fn a_forged_signature_is_found() {
    let (ledger, report) = misused(|ledger| {
        let officer = ledger.officer.clone();
        let case = StreamId::case(ledger.new_id());
        let statement = ledger.statement(&case, "NoteAdded", &json!({"ground": "1"}), &[&officer]);
        let signature = sign_statement(&officer.key, "other bytes");
        let key = PublicKey::of(&officer.key).thumbprint();
        let act = Act::new(&statement.to_text(), vec![SignedBy { key, signature }]).unwrap();
        ledger.append(act);
    })
    .await;
    only(&ledger, &report, "forged-signature");
}

#[tokio::test]
async fn a_revoked_key_does_not_sign_any_more() {
    let (ledger, report) = misused(|ledger| {
        let (administrator, officer) = (ledger.administrator.clone(), ledger.officer.clone());
        opening(ledger, &officer);
        let facts = json!({"key": PublicKey::of(&officer.key).thumbprint(), "reason": "LOST"});
        let stream = officer.signer.by.clone();
        ledger.act(&stream, "KeyRevoked", facts, &[&administrator]);
        opening(ledger, &officer);
    })
    .await;
    only(&ledger, &report, "key-ended");
}

#[tokio::test]
async fn an_unknown_key_and_a_missing_post_are_found() {
    let (ledger, report) = misused(|ledger| {
        let key = SigningKey::from_bytes(&[9; 32]);
        let thief = Hand { key, ..ledger.officer.clone() };
        opening(ledger, &thief);
    })
    .await;
    only(&ledger, &report, "unknown-key");
    let (ledger, report) = misused(|ledger| {
        let mut officer = ledger.officer.clone();
        officer.signer.role = "R-TP-HEAD".to_owned();
        opening(ledger, &officer);
    })
    .await;
    only(&ledger, &report, "no-post");
    let (ledger, report) = misused(|ledger| {
        let (administrator, officer) = (ledger.administrator.clone(), ledger.officer.clone());
        let facts = json!({"from": "2026-01-01"});
        ledger.act(&officer.signer.by.clone(), "OfficerSuspended", facts, &[&administrator]);
        opening(ledger, &officer);
    })
    .await;
    only(&ledger, &report, "no-post");
}

#[tokio::test]
async fn a_post_is_judged_on_the_ledgers_day() {
    let ends = |until: &'static str| {
        misused(move |ledger| {
            let administrator = ledger.administrator.clone();
            let mut acting = ledger.officer.clone();
            acting.signer.role = "R-TP-HEAD".to_owned();
            let facts = json!({"from": "2026-01-01", "office": "80", "order": "12",
                               "role": "R-TP-HEAD", "until": until});
            ledger.act(&acting.signer.by.clone(), "OfficerActing", facts, &[&administrator]);
            opening(ledger, &acting);
        })
    };
    let (_, report) = ends("2026-03-02").await;
    assert_eq!(report.findings, []);
    let (ledger, report) = ends("2026-03-01").await;
    only(&ledger, &report, "no-post");
}

#[tokio::test]
async fn an_officer_slipped_in_is_found() {
    let (ledger, report) = misused(|ledger| {
        let id = StreamId::officer(ledger.new_id());
        let mut own = ledger.officer.clone();
        own.key = SigningKey::from_bytes(&[9; 32]);
        own.signer.by = id.clone();
        let facts = json!({"key": PublicKey::of(&own.key)});
        ledger.act(&id, "OfficerEnrolled", facts, &[&own]);
    })
    .await;
    only(&ledger, &report, "missing-signature");
}

#[tokio::test]
async fn a_statement_for_another_ledger_is_found() {
    let (ledger, report) = misused(|ledger| {
        let officer = ledger.officer.clone();
        let case = StreamId::case(ledger.new_id());
        let facts = json!({"ground": "1"});
        let mut statement = ledger.statement(&case, "NoteAdded", &facts, &[&officer]);
        statement.ledger = "ledger.example/other".to_owned();
        ledger.record(&statement, &[&officer]);
    })
    .await;
    only(&ledger, &report, "another-ledger");
}

#[tokio::test]
async fn what_the_signer_saw_must_stand_in_the_stream() {
    let seeing = |seen: fn(&Ledger) -> Option<usize>| {
        misused(move |ledger| {
            let officer = ledger.officer.clone();
            opening(ledger, &officer);
            let case = ledger.rows[4].stream.clone();
            let facts = json!({"ground": "1"});
            ledger.act(&case, "NoteAdded", facts.clone(), &[&officer]);
            let mut statement = ledger.statement(&case, "NoteAdded", &facts, &[&officer]);
            statement.seen = seen(ledger).map(|row| ledger.rows[row].hash);
            ledger.record(&statement, &[&officer]);
        })
    };
    let (_, report) = seeing(|_| Some(4)).await;
    assert_eq!(report.findings, [], "an older act of the case");
    let (ledger, report) = seeing(|_| Some(2)).await;
    only(&ledger, &report, "seen-unknown");
    let (ledger, report) = seeing(|_| None).await;
    only(&ledger, &report, "seen-missing");
}

#[tokio::test]
async fn another_package_than_was_due_is_found() {
    let (ledger, report) = misused(|ledger| {
        let officer = ledger.officer.clone();
        let case = StreamId::case(ledger.new_id());
        let facts = json!({"ground": "1"});
        let mut statement = ledger.statement(&case, "NoteAdded", &facts, &[&officer]);
        let law = statement.law.as_mut().unwrap();
        law.package = litopys_domain::ids::ContentHash::of(b"another");
        ledger.record(&statement, &[&officer]);
    })
    .await;
    only(&ledger, &report, "package-due");
}

#[tokio::test]
async fn another_genesis_or_key_than_the_trusted_is_found() {
    let mut ledger = Ledger::founded();
    ledger.publish();
    let database = stored(&ledger).await;
    let mut trust = ledger.trust();
    trust.genesis = [7; 32];
    let report = audit(&database, &trust).await;
    assert_eq!(report.findings.len(), 1);
    assert_eq!((report.findings[0].code, report.findings[0].position), ("genesis", Some(0)));
    let mut trust = ledger.trust();
    trust.ledger_key = PublicKey::of(&SigningKey::from_bytes(&[9; 32]));
    let report = audit(&database, &trust).await;
    let codes: Vec<_> = report.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["ledger-key"]);
}

#[tokio::test]
async fn acts_that_wait_too_long_for_a_checkpoint_are_found() {
    let mut ledger = Ledger::founded();
    ledger.publish();
    let officer = ledger.officer.clone();
    opening(&mut ledger, &officer);
    let database = stored(&ledger).await;
    let at = async |now: &str| {
        let options = VerifyOptions { now: Some(now.parse().unwrap()), ..Default::default() };
        let auditor = database.options(Role::Auditor);
        verify_all(&auditor, &ledger.trust(), &options, |_, _| {}).await.unwrap()
    };
    let report = at("2026-03-02T08:00:30Z").await;
    assert_eq!((report.findings.as_slice(), report.waiting), ([].as_slice(), 1));
    let report = at("2026-03-02T08:02:00Z").await;
    assert_eq!(report.findings[0].code, "checkpoint-late");
    assert_eq!(report.findings[0].interval.unwrap().from, 4);
}
