//! Acts that should never have been taken, recorded all the same by whoever holds the database.

use ed25519_dalek::SigningKey;
use litopys_audit::{Report, VerifyOptions, verify_all};
use litopys_domain::act::{Act, SignedBy};
use litopys_domain::ids::{AggregateType, StatementHash, StreamId};
use litopys_domain::keys::{PublicKey, sign_statement};
use litopys_migrations::Role;
use serde_json::json;

use crate::clean::{audit, stored};
use crate::ledger::{Hand, Ledger, Row, Step};

/// Founds a ledger, lets `act` misuse it, publishes, and audits.
async fn misused(act: impl FnOnce(&mut Ledger)) -> (Ledger, Report) {
    let mut ledger = Ledger::founded();
    ledger.register();
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

/// A lawful opening of a case, of the person registered first, by `hand`.
fn opening(ledger: &mut Ledger, hand: &Hand) {
    let case = StreamId::case(ledger.new_id());
    let is_person = |row: &&Row| row.stream.kind() == AggregateType::Person;
    let person = ledger.rows.iter().find(is_person).unwrap().stream.clone();
    let statement = ledger.step_statement(&case, &person, Step::Collected, hand);
    ledger.record(&statement, &[hand]);
}

#[tokio::test]
async fn a_forged_signature_is_found() {
    let (ledger, report) = misused(|ledger| {
        let officer = ledger.officer.clone();
        let (person, case) = (ledger.register(), StreamId::case(ledger.new_id()));
        let statement = ledger.step_statement(&case, &person, Step::Collected, &officer);
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
        let (person, case) = (ledger.register(), StreamId::case(ledger.new_id()));
        let mut statement = ledger.step_statement(&case, &person, Step::Collected, &officer);
        statement.ledger = "ledger.example/other".to_owned();
        ledger.record(&statement, &[&officer]);
    })
    .await;
    only(&ledger, &report, "another-ledger");
}

#[tokio::test]
async fn what_the_signer_saw_must_stand_in_the_stream() {
    let seeing = |seen: fn(&Ledger) -> Option<StatementHash>| {
        misused(move |ledger| {
            let (officer, case) = (ledger.officer.clone(), ledger.open());
            let person = ledger.subject_of(&case);
            ledger.step(&case, &person, Step::Noted);
            let mut statement = ledger.step_statement(&case, &person, Step::Decided, &officer);
            statement.seen = seen(ledger);
            ledger.record(&statement, &[&officer]);
            if statement.seen.is_some() {
                let mut late = ledger.step_statement(&case, &person, Step::Noted, &officer);
                late.seen = statement.seen;
                ledger.record(&late, &[&officer]);
            }
        })
    };
    // The note may be passed over, the decision may not.
    let opening = |ledger: &Ledger| Some(ledger.rows[ledger.rows.len() - 2].hash);
    let (ledger, report) = seeing(opening).await;
    only(&ledger, &report, "seen-stale");
    let (_, report) = seeing(|ledger| Some(ledger.rows[2].hash)).await;
    let codes: Vec<_> = report.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["seen-unknown", "seen-unknown"]);
    let (ledger, report) = seeing(|_| None).await;
    only(&ledger, &report, "seen-missing");
}

#[tokio::test]
async fn another_package_than_was_due_is_found() {
    let (ledger, report) = misused(|ledger| {
        let officer = ledger.officer.clone();
        let (person, case) = (ledger.register(), StreamId::case(ledger.new_id()));
        let mut statement = ledger.step_statement(&case, &person, Step::Collected, &officer);
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
    ledger.register();
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
    assert_eq!(report.findings[0].interval.unwrap().from, 5);
}

#[tokio::test]
async fn checkpoints_of_a_rotated_key_hold_from_the_rotation_on() {
    let rotated = |signs_new: bool| async move {
        let mut ledger = Ledger::founded();
        ledger.publish();
        let trust = ledger.trust();
        let (old, administrator) = (ledger.system.clone(), ledger.administrator.clone());
        let new = Hand { key: SigningKey::from_bytes(&[8; 32]), ..old.clone() };
        let facts = json!({"key": PublicKey::of(&new.key)});
        let hands: &[&Hand] =
            if signs_new { &[&old, &new, &administrator] } else { &[&old, &administrator] };
        ledger.act(&old.signer.by.clone(), "LedgerKeyRotated", facts, hands);
        ledger.system = new;
        ledger.register();
        ledger.publish();
        audit(&stored(&ledger).await, &trust).await
    };
    let report = rotated(true).await;
    assert_eq!((report.findings.as_slice(), report.checkpoints), ([].as_slice(), 2));
    let report = rotated(false).await;
    assert_eq!(report.findings[0].code, "missing-signature", "{:#?}", report.findings);
}

#[tokio::test]
async fn a_checkpoint_signed_by_a_stolen_or_unknown_key_is_found() {
    let mut ledger = Ledger::founded();
    let trust = ledger.trust();
    ledger.system.key = SigningKey::from_bytes(&[8; 32]);
    ledger.publish();
    let report = audit(&stored(&ledger).await, &trust).await;
    let codes: Vec<_> = report.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["checkpoint-note"]);
}

#[tokio::test]
async fn a_date_too_far_ahead_is_found() {
    let (ledger, report) = misused(|ledger| {
        let administrator = ledger.administrator.clone();
        let stream = ledger.officer.signer.by.clone();
        let facts = json!({"office": "80", "on": "2026-03-01", "role": "R-TO-HEAD"});
        let mut statement = ledger.statement(&stream, "PostEnded", &facts, &[&administrator]);
        statement.occurred_at = "2026-03-04".parse().unwrap();
        ledger.record(&statement, &[&administrator]);
    })
    .await;
    only(&ledger, &report, "future-date");
}

#[tokio::test]
async fn a_clock_turned_back_is_found() {
    let (ledger, report) = misused(|ledger| {
        ledger.clock -= jiff::SignedDuration::from_mins(10);
        ledger.register();
    })
    .await;
    only(&ledger, &report, "recorded-at-order");
}
