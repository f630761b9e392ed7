//! The auditor over a ledger that the real append path wrote under the real law, with the read
//! models that the real projections made of it.

use jiff::ToSpan as _;
use litopys_api::clock::Clock;
use litopys_audit::{Finding, Report, Trust, VerifyOptions, verify_all};
use litopys_domain::ids::StreamId;
use litopys_domain::keys::PublicKey;
use litopys_migrations::Role;
use litopys_migrations::testing::{TestDatabase, database};
use litopys_projections::{Runner, RunnerOptions, Status};
use litopys_tests::agency::{Agency, ORIGIN, hash_of};
use litopys_tests::forced_return;
use sqlx::Executor as _;

/// Cases in the test ledgers, of four acts each.
const CASES: u64 = 3;

/// Writes cases from their opening to the service of the decision.
async fn written(database: &TestDatabase) -> (Agency, Vec<StreamId>) {
    let agency = Agency::found(database.options(Role::Writer), Clock::system()).await.unwrap();
    let person = agency.person().await.unwrap();
    let today = agency.ledger.today(&agency.ledger.tail().world());
    let mut cases = Vec::new();
    for _ in 0..CASES {
        let opened = forced_return::opened(&agency.keys, &person).unwrap();
        let draft = agency.draft(opened).await.unwrap();
        agency.record_text(&draft.statement, draft.disclosures).await.unwrap();
        let case = draft.stream;
        agency.act(forced_return::note(&agency.keys, &case).unwrap()).await.unwrap();
        let leave_by = today.checked_add(14.days()).unwrap();
        let decision = forced_return::decided(&agency.keys, &case, &person, leave_by).unwrap();
        let decision = agency.act(decision).await.unwrap();
        let served =
            forced_return::served(&agency.keys, &case, hash_of(&decision).unwrap()).unwrap();
        agency.act(served).await.unwrap();
        cases.push(case);
    }
    let reader = agency.ledger.reader();
    litopys_api::publish::publish(agency.ledger.pool(), reader, None).await.unwrap();
    (agency, cases)
}

async fn audit(database: &TestDatabase, agency: &Agency) -> Report {
    let genesis = agency.ledger.reader().receipt(0).await.unwrap().unwrap();
    let trust = Trust {
        origin: ORIGIN.to_owned(),
        ledger_key: PublicKey::of(&agency.keys.ledger),
        genesis: *litopys_domain::log::Hash::leaf(genesis.payload.as_bytes()).as_bytes(),
        witnesses: Vec::new(),
        quorum: 0,
    };
    let options = VerifyOptions::default();
    verify_all(&database.options(Role::Auditor), &trust, &options, |_, _| {}).await.unwrap()
}

/// Folds the whole log into the read models, and stops.
async fn project(database: &TestDatabase, agency: &Agency) {
    let size = agency.ledger.reader().head().await.unwrap().size;
    let runner = Runner::start(RunnerOptions::new(database.options(Role::Projector)));
    let reflected = |status: &Status| match status {
        Status::Running { size: at } => *at == size,
        Status::Stopped { error, .. } => panic!("{error}"),
        _ => false,
    };
    runner.status().wait_for(reflected).await.unwrap();
}

/// Runs SQL as one who may do everything.
async fn tamper(database: &TestDatabase, sql: &str) {
    let pool = database.pool(Role::Superuser);
    pool.execute(sql).await.unwrap();
    pool.close().await;
}

fn remarks(report: &Report) -> Vec<&'static str> {
    report.remarks.iter().map(|remark| remark.code).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_ledger_records_is_sound() {
    let database = database().await;
    let (agency, _) = written(&database).await;
    let head = agency.ledger.reader().head().await.unwrap();
    let report = audit(&database, &agency).await;
    assert_eq!(report.findings, []);
    assert_eq!((report.events, report.published), (head.size, head.size));
    assert_eq!((report.cases_judged, report.acts_judged), (CASES, 4 * CASES));
    assert_eq!((remarks(&report), report.rows_compared), (vec!["read-models-absent"], 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn read_models_are_those_of_a_replay() {
    let database = database().await;
    let (agency, cases) = written(&database).await;
    project(&database, &agency).await;
    let report = audit(&database, &agency).await;
    assert_eq!((&*report.findings, remarks(&report)), (&[][..], vec![]));
    // A case's own row, its acts, and at least one term and one counted decision.
    assert!(report.rows_compared >= 7 * CASES, "{}", report.rows_compared);
    // What comes later is not yet reflected.
    agency.act(forced_return::note(&agency.keys, &cases[0]).unwrap()).await.unwrap();
    let report = audit(&database, &agency).await;
    assert_eq!((&*report.findings, remarks(&report)), (&[][..], vec!["read-models-behind"]));
    tamper(&database, "update reads.progress set size = size + 2").await;
    let report = audit(&database, &agency).await;
    let ahead = |finding: &Finding| finding.expected.starts_with("reads.progress.size");
    assert!(report.findings.iter().any(ahead), "{:#?}", report.findings);
}

#[tokio::test(flavor = "multi_thread")]
async fn read_models_that_were_tampered_with_are_found() {
    let database = database().await;
    let (agency, cases) = written(&database).await;
    project(&database, &agency).await;
    let [first, second, third] = cases.as_slice() else { panic!("three cases") };
    let sql = format!(
        "update reads.cases set state = 'opened' where id = '{}';
         update reads.timeline set recorded_at = recorded_at - interval '1 day'
          where case_id = '{}' and sequence = 3;
         delete from reads.timeline where case_id = '{}' and sequence = 2;
         update statistics_units.decisions set citizenship = 'XXA' where case_id = '{}';
         insert into reads.worklist select (jsonb_populate_record(w,
             jsonb_build_object('case_id', '{absent}'))).* from reads.worklist w limit 1;
         update reads.posts set role = 'R-DMS-HEAD' where role = 'R-TO-OFF';
         update reads.persons set registered_at = registered_at - interval '1 day'",
        first.id(),
        first.id(),
        second.id(),
        third.id(),
        absent = litopys_api::clock::new_id(),
    );
    tamper(&database, &sql).await;
    let report = audit(&database, &agency).await;
    assert!(report.findings.iter().all(|finding| finding.code == "read-model-differs"));
    let has = |stream: Option<&StreamId>, expected: &str, found: &str| {
        let fits = |finding: &&Finding| {
            stream.is_none_or(|stream| finding.stream == Some(stream.to_string()))
                && finding.expected.contains(expected)
                && finding.found.contains(found)
        };
        assert!(report.findings.iter().any(|f| fits(&f)), "{expected}: {:#?}", report.findings);
    };
    has(Some(first), "reads.cases.state of", "opened");
    has(Some(first), "reads.timeline.recorded_at of 3", "");
    has(Some(second), "reads.timeline 2: one row", "0 rows");
    has(Some(third), "statistics_units.decisions.citizenship of", "XXA");
    has(None, "reads.worklist: no row", "a row");
    has(None, "reads.posts", "0 rows");
    has(None, "reads.persons: position", "position");
    let at = report.findings.iter().find(|finding| finding.sequence == Some(3)).unwrap();
    let text = at.to_text(litopys_audit::Lang::Uk);
    assert!(text.contains("модель для читання відрізняється"), "{text}");
}
