//! The tables keep what they are given.

use litopys_migrations::{Role, testing};

use crate::rows::{PAYLOAD, insert_event};

#[tokio::test]
async fn a_payload_comes_back_byte_for_byte() {
    let database = testing::database().await;
    let pool = database.pool(Role::Writer);
    insert_event(&pool, 0).await.unwrap();
    let stored: String =
        sqlx::query_scalar("select payload::text from events").fetch_one(&pool).await.unwrap();
    assert_eq!(stored, PAYLOAD);
}

#[tokio::test]
async fn the_log_starts_empty_and_has_one_head() {
    let database = testing::database().await;
    let pool = database.pool(Role::Superuser);
    let (size, range): (i64, Vec<u8>) =
        sqlx::query_as("select size, compact_range from log_head").fetch_one(&pool).await.unwrap();
    assert_eq!((size, range.as_slice()), (0, [].as_slice()));
    let second =
        sqlx::query("insert into log_head (\"only\", size, compact_range) values (false, 0, '')")
            .execute(&pool)
            .await
            .unwrap_err();
    assert!(second.as_database_error().unwrap().is_check_violation());
}

#[tokio::test]
async fn databases_are_ordered_by_bytes_whatever_the_host_says() {
    let database = testing::database().await;
    let sorted: Vec<String> = sqlx::query_scalar(
        "select v from unnest(array['b', 'A', 'a', 'є', 'Я']) as t (v) order by v",
    )
    .fetch_all(&database.pool(Role::Writer))
    .await
    .unwrap();
    assert_eq!(sorted, ["A", "a", "b", "Я", "є"]);
}

#[tokio::test]
async fn tests_do_not_see_each_other() {
    let (one, other) = tokio::join!(testing::database(), testing::database());
    insert_event(&one.pool(Role::Writer), 0).await.unwrap();
    let count: i64 = sqlx::query_scalar("select count(*) from events")
        .fetch_one(&other.pool(Role::Writer))
        .await
        .unwrap();
    assert_eq!(count, 0);
}

#[tokio::test]
async fn a_url_reaches_the_same_database() {
    let database = testing::database().await;
    let pool = sqlx::PgPool::connect(&database.url(Role::Auditor)).await.unwrap();
    let (name, role): (String, String) =
        sqlx::query_as("select current_database()::text, current_user::text")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!((name.as_str(), role.as_str()), (database.name(), "litopys_auditor"));
    let copy = database.cluster().client("psql", database.name(), Role::Auditor);
    let output = { copy }.args(["-Atc", "select current_user"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "litopys_auditor");
    let by_url = std::process::Command::new(database.cluster().bin("psql"))
        .arg(database.url(Role::Writer))
        .args(["-Atc", "select current_user"])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&by_url.stdout).trim(), "litopys_writer");
}

#[tokio::test]
async fn a_copy_holds_the_same_and_can_be_changed_alone() {
    let database = testing::database().await;
    let original = database.pool(Role::Writer);
    insert_event(&original, 0).await.unwrap();
    let copy = database.copy().await;
    let pool = copy.pool(Role::Superuser);
    sqlx::query("alter table events disable trigger append_only").execute(&pool).await.unwrap();
    sqlx::query("update events set event_type = 'Forged'").execute(&pool).await.unwrap();
    let read = "select payload::text, event_type from events";
    let changed: (String, String) =
        sqlx::query_as(read).fetch_one(&copy.pool(Role::Auditor)).await.unwrap();
    assert_eq!(changed, (PAYLOAD.to_owned(), "Forged".to_owned()));
    let kept: (String, String) = sqlx::query_as(read).fetch_one(&original).await.unwrap();
    assert_eq!(kept, (PAYLOAD.to_owned(), "NoteAdded".to_owned()));
}
