//! Each role can do its work and nothing else. The table of rights below is DESIGN §5 in full:
//! what is not in it must be absent.

use std::collections::BTreeSet;

use litopys_migrations::testing::{self, TestDatabase};
use litopys_migrations::{Role, schema};

use crate::rows::{REFUSED, insert_event, insert_others, sqlstate};

/// Role, table, rights.
const GRANTED: &[(Role, &str, &str)] = &[
    (Role::Writer, "public.events", "SELECT INSERT"),
    (Role::Writer, "public.tiles", "SELECT INSERT"),
    (Role::Writer, "public.checkpoints", "SELECT INSERT"),
    (Role::Writer, "public.packages", "SELECT INSERT"),
    (Role::Writer, "public.stream_subjects", "SELECT INSERT"),
    (Role::Writer, "public.log_head", "SELECT UPDATE"),
    (Role::Writer, "public.case_numbers", "SELECT INSERT UPDATE"),
    (Role::Writer, "vault.disclosures", "SELECT INSERT DELETE"),
    (Role::Projector, "public.events", "SELECT"),
    (Role::Projector, "public.checkpoints", "SELECT"),
    (Role::Projector, "public.packages", "SELECT"),
    (Role::Projector, "public.stream_subjects", "SELECT"),
    (Role::Auditor, "public.events", "SELECT"),
    (Role::Auditor, "public.tiles", "SELECT"),
    (Role::Auditor, "public.checkpoints", "SELECT"),
    (Role::Auditor, "public.packages", "SELECT"),
    (Role::Auditor, "public.stream_subjects", "SELECT"),
    (Role::Auditor, "public.log_head", "SELECT"),
    (Role::Auditor, "public.case_numbers", "SELECT"),
];

#[tokio::test]
async fn the_rights_are_exactly_those_listed() {
    let database = testing::database().await;
    let expected: BTreeSet<(String, String, String)> = GRANTED
        .iter()
        .flat_map(|(role, table, rights)| {
            rights
                .split(' ')
                .map(|right| (role.name().to_owned(), (*table).to_owned(), right.to_owned()))
        })
        .collect();
    // has_table_privilege also counts what comes by ownership, membership and PUBLIC.
    let found: Vec<(String, String, String)> = sqlx::query_as(
        "select role, format('%s.%s', nspname, relname), verb
         from unnest($1::text[]) as roles (role),
              unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES',
                           'TRIGGER']) as verbs (verb),
              pg_class join pg_namespace on pg_namespace.oid = relnamespace
         where nspname in ('public', 'vault') and relkind in ('r', 'v', 'm', 'S')
           and has_schema_privilege(role, pg_namespace.oid, 'usage')
           and has_table_privilege(role, pg_class.oid, verb)",
    )
    .bind(Role::LIMITED.map(Role::name).as_slice())
    .fetch_all(&database.pool(Role::Superuser))
    .await
    .unwrap();
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
}

#[tokio::test]
async fn the_log_belongs_to_a_role_that_cannot_log_in() {
    let database = testing::database().await;
    let owned: Vec<(String, bool)> = sqlx::query_as(
        "select relname::text, rolname = 'litopys_owner' and not rolcanlogin and not rolsuper
         from pg_class join pg_namespace on pg_namespace.oid = relnamespace
                       join pg_roles on pg_roles.oid = relowner
         where nspname in ('public', 'vault') and relkind = 'r'
           and relname <> '_sqlx_migrations'",
    )
    .fetch_all(&database.pool(Role::Superuser))
    .await
    .unwrap();
    assert_eq!(owned.len(), 8);
    assert!(owned.iter().all(|(_, by_owner)| *by_owner), "{owned:?}");
}

#[tokio::test]
async fn the_limited_roles_have_no_power_over_the_cluster() {
    let database = testing::database().await;
    let powerful: i64 = sqlx::query_scalar(
        "select count(*) from pg_roles where rolname like 'litopys\\_%'
           and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)",
    )
    .fetch_one(&database.pool(Role::Superuser))
    .await
    .unwrap();
    assert_eq!(powerful, 0);
}

#[tokio::test]
async fn the_writer_appends_and_cannot_change() {
    let database = testing::database().await;
    let pool = database.pool(Role::Writer);
    insert_event(&pool, 0).await.unwrap();
    insert_others(&pool).await;
    sqlx::query("update log_head set size = 1").execute(&pool).await.unwrap();
    sqlx::query("insert into vault.disclosures values ('d', 's', 'f', $1, '')")
        .bind([0_u8; 32].as_slice())
        .execute(&pool)
        .await
        .unwrap();
    sqlx::query("delete from vault.disclosures").execute(&pool).await.unwrap();
    refused(
        &database,
        Role::Writer,
        &[
            "update events set position = 7",
            "delete from events",
            "truncate events",
            "drop table events",
            "alter table events disable trigger append_only",
            "update checkpoints set note = ''",
            "delete from log_head",
            "create table extra (a int)",
            "create schema extra",
            "set role litopys_owner",
        ],
    )
    .await;
}

#[tokio::test]
async fn the_projector_reads_the_log_and_owns_its_schemas() {
    let database = testing::database().await;
    let pool = database.pool(Role::Projector);
    sqlx::query("select * from events").execute(&pool).await.unwrap();
    for statement in ["create schema reads", "create table reads.cases (id text)"] {
        sqlx::query(statement).execute(&pool).await.unwrap();
    }
    refused(
        &database,
        Role::Projector,
        &[
            "select * from vault.disclosures",
            "insert into packages values ('', '', '')",
            "update log_head set size = 1",
            "select * from case_numbers",
        ],
    )
    .await;
    for role in [Role::Writer, Role::Auditor] {
        let read = sqlx::query("select * from reads.cases").execute(&database.pool(role)).await;
        assert!(read.is_ok(), "{role}: {read:?}");
        refused(&database, role, &["insert into reads.cases values ('x')"]).await;
    }
    refused(&database, Role::Statistician, &["select * from reads.cases"]).await;
}

#[tokio::test]
async fn the_auditor_only_reads_and_never_the_vault() {
    let database = testing::database().await;
    refused(
        &database,
        Role::Auditor,
        &[
            "select * from vault.disclosures",
            "insert into checkpoints values (1, '', now())",
            "update log_head set size = 1",
            "select * from log_head for update",
            "create schema mine",
        ],
    )
    .await;
}

#[tokio::test]
async fn the_statistician_sees_nothing_of_the_log() {
    let database = testing::database().await;
    let statements = [
        "select * from public.events",
        "select * from public.log_head",
        "select * from public.packages",
        "select * from vault.disclosures",
        "create table public.mine (a int)",
        "create schema mine",
        "create temporary table mine (a int)",
    ];
    refused(&database, Role::Statistician, &statements).await;
}

#[tokio::test]
async fn migrating_again_and_from_many_sides_changes_nothing() {
    let cluster = testing::shared_cluster().await;
    let admin = cluster.superuser_options("postgres");
    let names = ["many_a", "many_b", "many_a", "many_b", "many_a"];
    let runs = names.map(|name| {
        let admin = admin.clone();
        tokio::spawn(async move { schema::prepare_database(&admin, name).await })
    });
    for run in runs {
        run.await.unwrap().unwrap();
    }
    schema::prepare_database(&admin, "many_a").await.unwrap();
}

async fn refused(database: &TestDatabase, role: Role, statements: &[&str]) {
    let pool = database.pool(role);
    for statement in statements {
        let result = sqlx::query(statement).execute(&pool).await;
        assert_eq!(sqlstate(result), REFUSED, "{role}: {statement}");
    }
}
