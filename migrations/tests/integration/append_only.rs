//! The triggers hold against everyone who does not remove them, the superuser included.

use litopys_migrations::{Role, testing};

use crate::rows::{REFUSED, insert_event, insert_others, sqlstate};

const TABLES: [&str; 5] = ["events", "tiles", "checkpoints", "packages", "stream_subjects"];

#[tokio::test]
async fn nothing_is_changed_deleted_or_truncated() {
    let database = testing::database().await;
    let pool = database.pool(Role::Superuser);
    insert_event(&pool, 0).await.unwrap();
    insert_others(&pool).await;
    for table in TABLES {
        let column = first_column(&pool, table).await;
        for statement in [
            format!("update {table} set {column} = {column}"),
            format!("delete from {table}"),
            format!("truncate {table}"),
            format!("truncate {table} cascade"),
        ] {
            let refused = sqlx::query(&statement).execute(&pool).await;
            assert_eq!(sqlstate(refused), REFUSED, "{statement}");
        }
        let rows: i64 = sqlx::query_scalar(&format!("select count(*) from {table}"))
            .fetch_one(&pool)
            .await
            .unwrap();
        assert_eq!(rows, 1, "{table}");
    }
}

#[tokio::test]
async fn the_replica_role_does_not_pass_the_triggers_by() {
    let database = testing::database().await;
    let pool = database.pool(Role::Superuser);
    insert_event(&pool, 0).await.unwrap();
    let mut connection = pool.acquire().await.unwrap();
    sqlx::query("set session_replication_role = replica").execute(&mut *connection).await.unwrap();
    let refused = sqlx::query("delete from events").execute(&mut *connection).await;
    assert_eq!(sqlstate(refused), REFUSED);
}

#[tokio::test]
async fn a_refusal_names_the_table_and_the_reason() {
    let database = testing::database().await;
    let pool = database.pool(Role::Superuser);
    let error = sqlx::query("delete from events").execute(&pool).await.unwrap_err();
    assert_eq!(
        error.as_database_error().unwrap().message(),
        "delete on events is refused: the log is append-only"
    );
}

#[tokio::test]
async fn an_act_enters_once_and_a_position_is_taken_once() {
    let database = testing::database().await;
    let pool = database.pool(Role::Writer);
    insert_event(&pool, 0).await.unwrap();
    let error = insert_event(&pool, 0).await.unwrap_err();
    assert!(error.as_database_error().unwrap().is_unique_violation());
    for constraint in ["events_position_key", "events_statement_sha256_key"] {
        let found: bool =
            sqlx::query_scalar("select exists (select from pg_constraint where conname = $1)")
                .bind(constraint)
                .fetch_one(&pool)
                .await
                .unwrap();
        assert!(found, "{constraint}");
    }
}

async fn first_column(pool: &sqlx::PgPool, table: &str) -> String {
    sqlx::query_scalar(
        "select column_name::text from information_schema.columns
         where table_schema = 'public' and table_name = $1 and ordinal_position = 1",
    )
    .bind(table)
    .fetch_one(pool)
    .await
    .unwrap()
}
