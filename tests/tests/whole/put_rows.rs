//! Rows about disputes that do not follow from the events: the auditor finds each and names it, and
//! nobody is fooled into signing by them.

use litopys_api::own_acts::Round;
use litopys_audit::Finding;
use litopys_domain::ids::{StatementHash, StreamId};
use litopys_migrations::Role;
use sqlx::{Executor as _, PgPool};

use crate::service::{Service, granted};

/// A statement that the log does not hold.
const NOWHERE: &str = "00000000000000000000000000000000000000000000000000000000000000ff";

/// A dispute with a stay, known in the case of its decision, and the keeping of what is tampered
/// with.
struct Scene {
    service: Service,
    pool: PgPool,
    parent: StreamId,
    decision: StatementHash,
    dispute: StreamId,
    /// The act of the dispute that puts the stay.
    stay: StatementHash,
}

impl Scene {
    async fn open() -> Self {
        let mut service = Service::open("2025-03-10", &["forced-return", "court-dispute"]).await;
        let (parent, decision) = service.served_decision("2025-04-05").await;
        service.calendar.turn_to("2025-04-22").unwrap();
        let dispute = granted(&service, &parent, decision).await;
        assert_eq!(service.rounds().await.signed, 1);
        service.audit().await;
        let stay = service.hash(&dispute, "InterimMeasureGranted").await;
        let pool = service.database.pool(Role::Superuser);
        let keep = "create schema kept;
             create table kept.disputes as select * from reads.disputes;
             create table kept.puts as select * from reads.puts";
        pool.execute(keep).await.unwrap();
        Self { service, pool, parent, decision, dispute, stay }
    }

    async fn restore(&self) {
        let sql = "delete from reads.disputes; delete from reads.puts;
             insert into reads.disputes select * from kept.disputes;
             insert into reads.puts select * from kept.puts";
        self.pool.execute(sql).await.unwrap();
    }

    /// What the auditor finds after `sql`; everything is as before then.
    async fn found(&self, sql: &str) -> Vec<Finding> {
        self.pool.execute(sql).await.unwrap();
        let findings = self.service.report().await.findings;
        self.restore().await;
        assert!(findings.iter().all(|one| one.code == "read-model-differs"), "{findings:#?}");
        findings
    }

    /// Checks that these are all the findings after `sql`: stream, what was expected, what is there.
    async fn finds(&self, sql: &str, expected: &[(&StreamId, &str, &str)]) {
        let found = self.found(sql).await;
        let mut found: Vec<_> = found
            .iter()
            .map(|one| (one.stream.clone().unwrap_or_default(), &*one.expected, one.found.as_str()))
            .collect();
        let mut expected: Vec<_> =
            expected.iter().map(|(stream, row, is)| (stream.to_string(), *row, *is)).collect();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{sql}");
    }

    /// Checks each column by itself: a finding names table, column and row.
    async fn finds_columns(&self, table: &str, key: &str, columns: &[(&str, &str)]) {
        let set: Vec<_> =
            columns.iter().map(|(column, value)| format!("{column} = {value}")).collect();
        let found = self.found(&format!("update {table} set {}", set.join(", "))).await;
        assert!(found.iter().all(|one| one.stream == Some(self.dispute.to_string())));
        let mut found: Vec<_> =
            found.iter().map(|one| one.expected.split_once(": ").unwrap().0.to_owned()).collect();
        let mut expected: Vec<_> =
            columns.iter().map(|(column, _)| format!("{table}.{column} of {key}")).collect();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_disputes_that_is_changed_deleted_or_invented_is_found() {
    let scene = Scene::open().await;
    let (dispute, parent) = (scene.dispute.id(), scene.parent.id());
    let columns = [
        ("number", "'80-CD-2025-999999'"),
        ("procedure", "'forced-return'"),
        ("state", "'closed'"),
        ("state_title", r#"'{"en": "Closed", "uk": "Закрито"}'"#),
        ("is_final", "not is_final"),
        ("office", "'46'"),
        ("opened", "opened - 1"),
        ("category", "'D-ADM'"),
        ("instance", "'CASSATION'"),
        ("court", "'R-C3'"),
        ("court_case_no", "'1/1/25'"),
        ("outcome", "'REFUSED'"),
        ("effect", "null"),
        ("decided_case", "null"),
        ("decision", "null"),
    ];
    scene.finds_columns("reads.disputes", dispute, &columns).await;
    scene
        .finds(
            "delete from reads.disputes",
            &[(&scene.dispute, &format!("reads.disputes {dispute}: one row"), "0 rows")],
        )
        .await;
    let invented = |of: &str| {
        format!(
            "insert into reads.disputes select (jsonb_populate_record(d,
                 jsonb_build_object('case_id', '{of}'))).* from reads.disputes d"
        )
    };
    // Of a case that disputes nothing, and of one that the log does not hold.
    scene
        .finds(
            &invented(parent),
            &[(&scene.parent, &format!("reads.disputes {parent}: no row"), "1 rows")],
        )
        .await;
    let absent = StreamId::case(litopys_api::clock::new_id());
    scene.finds(&invented(absent.id()), &[(&absent, "reads.disputes: no row", "a row")]).await;
    scene.service.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_puts_that_is_changed_deleted_or_invented_is_found() {
    let mut scene = Scene::open().await;
    let stay = scene.stay.to_string();
    let columns = [
        ("position", "position + 1"),
        ("case_id", "dispute"),
        ("decision", "statement"),
        ("act", "'DecisionUpheld'"),
        ("legal_date", "legal_date - 1"),
    ];
    scene.finds_columns("reads.puts", &stay, &columns).await;
    let missing = format!("reads.puts {stay}: one row");
    scene.finds("delete from reads.puts", &[(&scene.dispute, &missing, "0 rows")]).await;
    // Filed under another act, or under another case.
    let elsewhere = format!("reads.puts {NOWHERE}: no row");
    scene
        .finds(
            &format!("update reads.puts set statement = '{NOWHERE}'"),
            &[(&scene.dispute, &missing, "0 rows"), (&scene.dispute, &elsewhere, "1 rows")],
        )
        .await;
    let moved = format!("reads.puts {stay}: no row");
    scene
        .finds(
            "update reads.puts set dispute = case_id",
            &[(&scene.dispute, &missing, "0 rows"), (&scene.parent, &moved, "1 rows")],
        )
        .await;
    let invented = |dispute: &StreamId| {
        format!(
            "insert into reads.puts (statement, dispute, position, case_id, decision, act, legal_date)
             values ('{NOWHERE}', '{}', 1, '{}', '{}', 'DecisionAnnulled', '2025-04-21')",
            dispute.id(),
            scene.parent.id(),
            scene.decision,
        )
    };
    scene.finds(&invented(&scene.dispute), &[(&scene.dispute, &elsewhere, "1 rows")]).await;
    let absent = StreamId::case(litopys_api::clock::new_id());
    let statement = format!("statement {NOWHERE}");
    scene.finds(&invented(&absent), &[(&absent, "reads.puts: no row", &statement)]).await;

    // The ledger takes an invented row for a candidate, and the log does not bear it out.
    scene.pool.execute(invented(&scene.dispute).as_str()).await.unwrap();
    scene.service.restart();
    let round = scene.service.rounds().await;
    assert_eq!(round, Round { signed: 0, idle: 2, refused: 0 });
    scene.restore().await;
    scene.service.audit().await;
}
