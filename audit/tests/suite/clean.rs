//! Sound ledgers give no findings.

use litopys_audit::{Report, Trust, VerifyOptions, verify_all};
use litopys_migrations::Role;
use litopys_migrations::testing::{TestDatabase, database};

use crate::ledger::Ledger;

pub(crate) async fn audit(database: &TestDatabase, trust: &Trust) -> Report {
    let options = VerifyOptions::default();
    verify_all(&database.options(Role::Auditor), trust, &options, |_, _| {}).await.unwrap()
}

pub(crate) async fn stored(ledger: &Ledger) -> TestDatabase {
    let database = database().await;
    let pool = database.pool(Role::Superuser);
    ledger.store(&pool).await;
    pool.close().await;
    database
}

#[tokio::test]
async fn a_sound_ledger_has_no_findings() {
    let mut ledger = Ledger::founded();
    ledger.fill(700, 8, 50);
    let database = stored(&ledger).await;
    let report = audit(&database, &ledger.trust()).await;
    assert_eq!(report.findings, []);
    assert_eq!(report.events, 887);
    assert_eq!(report.signatures, 889);
    assert_eq!((report.cases_judged, report.acts_judged), (176, 700));
    // At least the prosecutor's 24 hours of each decision.
    assert!(report.terms_counted >= 175, "{}", report.terms_counted);
    assert_eq!(report.checkpoints, ledger.notes.len() as u64);
    assert_eq!((report.published, report.waiting), (887, 0));
}

#[tokio::test]
async fn a_ledger_of_the_genesis_alone_is_sound() {
    let ledger = Ledger::founded();
    let database = stored(&ledger).await;
    let report = audit(&database, &ledger.trust()).await;
    assert_eq!(report.findings, []);
    assert_eq!((report.events, report.waiting), (4, 4));
}
