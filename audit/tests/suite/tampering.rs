//! Every way of tampering by SQL is found, and located where something contradicts.
//!
//! A superuser switches the triggers off, as an attacker with that right would.

use litopys_audit::{Finding, Interval, Report};
use litopys_domain::log::Hash;
use litopys_migrations::Role;
use sqlx::Executor as _;

use crate::clean::{audit, stored};
use crate::ledger::{Ledger, Row, Step};

/// A decision in a full tile, in the middle of its stream, and between two checkpoints.
const VICTIM: usize = 303;
/// A decision behind the last full tile.
const TAIL: usize = 880;
const CHECKPOINT_EVERY: usize = 50;

fn ledger() -> Ledger {
    let mut ledger = Ledger::founded();
    ledger.fill(700, 8, CHECKPOINT_EVERY);
    ledger
}

/// Stores a sound ledger, changes it by `sql`, and audits it.
async fn tampered(sql: &str) -> (Ledger, Report) {
    let ledger = ledger();
    let report = after(&ledger, sql).await;
    (ledger, report)
}

async fn after(ledger: &Ledger, sql: &str) -> Report {
    let database = stored(ledger).await;
    let pool = database.pool(Role::Superuser);
    let script = format!(
        "set session_replication_role = replica;
         alter table events disable trigger append_only;
         alter table tiles disable trigger append_only;
         alter table checkpoints disable trigger append_only;
         alter table packages disable trigger append_only;
         alter table stream_subjects disable trigger append_only;
         {sql}"
    );
    pool.execute(script.as_str()).await.unwrap();
    pool.close().await;
    audit(&database, &ledger.trust()).await
}

/// Code and place of every finding.
fn places(report: &Report) -> Vec<(&'static str, Option<i64>)> {
    report.findings.iter().map(|finding| (finding.code, finding.position)).collect()
}

fn is_at(finding: &Finding, row: &Row) {
    assert_eq!(finding.stream.as_deref(), Some(row.stream.to_string().as_str()));
    assert_eq!(finding.sequence, Some(row.sequence));
    assert_eq!(finding.position, Some(row.position));
}

/// A finding's position, where it is that of `index`.
fn position(index: usize) -> Option<i64> {
    i64::try_from(index).ok()
}

/// The interval between the stored checkpoints around a position.
fn around(ledger: &Ledger, index: usize) -> Interval {
    let sizes = ledger.notes.iter().map(|(size, _)| usize::try_from(*size).unwrap());
    let from = sizes.clone().filter(|size| *size <= index).max().unwrap_or(0);
    let until = sizes.filter(|size| *size > index).min().unwrap();
    Interval { from: from as u64, until: until as u64 }
}

/// `update events set … where position = VICTIM`
fn set(column: &str, value: &str) -> String {
    format!("update events set {column} = {value} where position = {VICTIM};")
}

async fn one_finding(sql: &str, code: &str) -> Finding {
    let (ledger, report) = tampered(sql).await;
    let [finding] = report.findings.as_slice() else { panic!("{:#?}", report.findings) };
    assert_eq!(finding.code, code);
    is_at(finding, &ledger.rows[VICTIM]);
    finding.clone()
}

#[tokio::test]
async fn a_changed_payload_is_found_at_its_event() {
    let sql = "payload = replace(payload::text, '2026-03-20', '2026-03-21')::json";
    let (ledger, report) =
        tampered(&format!("update events set {sql} where position = {VICTIM};")).await;
    let found = places(&report);
    let expected = ["leaf-hash", "statement-hash", "forged-signature"];
    assert_eq!(found, expected.map(|code| (code, position(VICTIM))));
    report.findings.iter().for_each(|finding| is_at(finding, &ledger.rows[VICTIM]));
    assert_eq!(report.findings[0].expected, ledger.rows[VICTIM].leaf.to_string());
}

#[tokio::test]
async fn a_payload_in_another_spelling_is_found() {
    let sql = set("payload", "replace(payload::text, '\"facts\":', '\"facts\": ')::json");
    let (ledger, report) = tampered(&sql).await;
    assert_eq!(
        places(&report),
        [("leaf-hash", position(VICTIM)), ("payload-form", position(VICTIM))]
    );
    is_at(&report.findings[0], &ledger.rows[VICTIM]);
}

#[tokio::test]
async fn a_changed_leaf_hash_is_found_at_its_event() {
    one_finding(&set("leaf_hash", "sha256('x')"), "leaf-hash").await;
}

#[tokio::test]
async fn every_other_column_is_found_at_its_event() {
    for (column, value, code, found) in [
        ("aggregate_type", "'person'", "column-aggregate-type", "person"),
        ("aggregate_id", "'elsewhere'", "column-aggregate-id", "elsewhere"),
        ("sequence", "99", "column-sequence", "99"),
        ("event_type", "'NoteAdded2'", "column-event-type", "NoteAdded2"),
        ("event_version", "'litopys/2'", "column-event-version", "litopys/2"),
        ("metadata", "'{\"a\":1}'", "column-metadata", "{\"a\":1}"),
        ("statement_sha256", "sha256('y')", "statement-hash", ""),
        (
            "recorded_at",
            "timestamptz '2026-03-01 00:00:00.5Z'",
            "column-recorded-at",
            "2026-03-01T00:00:00.500000Z",
        ),
    ] {
        let finding = one_finding(&set(column, value), code).await;
        assert!(found.is_empty() || finding.found == found, "{finding:?}");
    }
}

#[tokio::test]
async fn a_moved_position_is_found_by_the_gap_and_the_place() {
    let (ledger, report) = tampered(&set("position", "5000")).await;
    let gap = &report.findings[0];
    assert_eq!((gap.code, gap.position), ("position-gap", position(VICTIM)));
    let moved = report.findings.iter().filter(|f| f.position == Some(5000));
    let moved: Vec<_> = moved.map(|finding| finding.code).collect();
    assert!(moved.contains(&"sequence-gap"), "{moved:?}");
    let root = report.findings.iter().find(|f| f.code == "checkpoint-root").unwrap();
    assert_eq!(root.interval, Some(around(&ledger, VICTIM)));
}

#[tokio::test]
async fn a_deleted_event_is_found_by_its_gap() {
    let sql = format!("delete from events where position = {VICTIM};");
    let (ledger, report) = tampered(&sql).await;
    let gap = &report.findings[0];
    assert_eq!((gap.code, gap.position), ("position-gap", position(VICTIM)));
    let row = &ledger.rows[VICTIM];
    is_at(gap, row);
    let next = ledger.rows.iter().find(|r| r.stream == row.stream && r.sequence > row.sequence);
    let sequence = report.findings.iter().find(|f| f.code == "sequence-gap").unwrap();
    is_at(sequence, next.unwrap());
    assert_eq!(sequence.expected, row.sequence.to_string());
    let root = report.findings.iter().find(|f| f.code == "checkpoint-root").unwrap();
    assert_eq!(root.interval, Some(around(&ledger, VICTIM)));
    let head = report.findings.iter().find(|f| f.code == "head-size").unwrap();
    assert_eq!((head.expected.as_str(), head.found.as_str()), ("886", "887"));
}

#[tokio::test]
async fn a_checkpoint_in_a_gap_is_compared_all_the_same() {
    let sql = "delete from events where position in (349, 350);";
    let (_, report) = tampered(sql).await;
    let root = report.findings.iter().find(|f| f.code == "checkpoint-root").unwrap();
    assert_eq!(root.interval, Some(Interval { from: 300, until: 350 }));
}

#[tokio::test]
async fn a_deleted_event_whose_followers_move_up_is_found() {
    let sql = format!(
        "delete from events where position = {VICTIM};
         update events set position = position + 1000000 where position > {VICTIM};
         update events set position = position - 1000001 where position > 1000000;
         update log_head set size = size - 1;"
    );
    let (ledger, report) = tampered(&sql).await;
    let row = &ledger.rows[VICTIM];
    let first = &report.findings[0];
    assert_eq!((first.code, first.position), ("tile-hash", position(VICTIM)));
    let gap = report.findings.iter().find(|f| f.code == "sequence-gap").unwrap();
    assert_eq!(gap.stream.as_deref(), Some(row.stream.to_string().as_str()));
    assert_eq!(gap.expected, row.sequence.to_string());
    let root = report.findings.iter().find(|f| f.code == "checkpoint-root").unwrap();
    assert_eq!(root.interval, Some(around(&ledger, VICTIM)));
}

#[tokio::test]
async fn a_swapped_pair_is_found_at_both_places() {
    let other = VICTIM + 1;
    let sql = format!(
        "update events set position = 1000000 where position = {VICTIM};
         update events set position = {VICTIM} where position = {other};
         update events set position = {other} where position = 1000000;"
    );
    let (ledger, report) = tampered(&sql).await;
    let tiles: Vec<_> = report.findings.iter().filter(|f| f.code == "tile-hash").collect();
    let at: Vec<_> = tiles.iter().map(|finding| finding.position).collect();
    assert_eq!(at, [position(VICTIM), position(other)]);
    let order = report.findings.iter().find(|f| f.code == "recorded-at-order").unwrap();
    assert_eq!(order.position, position(other));
    assert_eq!(order.stream.as_deref(), Some(ledger.rows[VICTIM].stream.to_string().as_str()));
    let root = report.findings.iter().find(|f| f.code == "checkpoint-root").unwrap();
    assert_eq!(root.interval, Some(around(&ledger, VICTIM)));
}

#[tokio::test]
async fn an_extra_row_of_the_writers_role_is_found() {
    let mut ledger = ledger();
    let database = stored(&ledger).await;
    let trust = ledger.trust();
    let case = ledger.rows[VICTIM].stream.clone();
    let person = ledger.subject_of(&case);
    ledger.step(&case, &person, Step::Noted);
    let row = ledger.rows.last().unwrap();
    let writer = database.pool(Role::Writer);
    sqlx::query(
        "insert into events values ('case', $1, $2, 'NoteAdded', 'litopys/1', $3::json, '{}', $4,
             $5, $6, timestamptz 'epoch' + $7 * interval '1 microsecond')",
    )
    .bind(case.id())
    .bind(row.sequence)
    .bind(&row.payload)
    .bind(row.position)
    .bind(row.leaf.as_bytes().as_slice())
    .bind(row.hash.0.as_slice())
    .bind(row.recorded_at.microseconds())
    .execute(&writer)
    .await
    .unwrap();
    writer.close().await;
    let report = audit(&database, &trust).await;
    let [finding] = report.findings.as_slice() else { panic!("{:#?}", report.findings) };
    assert_eq!(finding.code, "row-beyond-head");
    is_at(finding, row);
    assert_eq!(finding.expected, "887 events");
}

#[tokio::test]
async fn a_changed_head_is_found() {
    for (sql, code) in [
        ("update log_head set size = 9;", "head-size"),
        ("update log_head set size = 900;", "head-size"),
        ("update log_head set compact_range = compact_range || sha256('x');", "head-range"),
        ("update log_head set last_recorded_at = now();", "head-recorded-at"),
        ("delete from log_head;", "head-size"),
    ] {
        let (_, report) = tampered(sql).await;
        let found: Vec<_> = report.findings.iter().map(|finding| finding.code).collect();
        assert_eq!(found, [code], "{sql}");
    }
}

#[tokio::test]
async fn a_changed_tile_is_found_at_its_position() {
    let sql = format!(
        "update tiles set hashes = overlay(hashes placing sha256('x') from 1 + 32 * ({VICTIM} - 256))
         where level = 0 and tile_index = 1;"
    );
    let (ledger, report) = tampered(&sql).await;
    assert_eq!(places(&report), [("tile-hash", position(VICTIM))]);
    assert!(report.findings[0].expected.contains(&ledger.rows[VICTIM].leaf.to_string()));
    let (_, report) = tampered("delete from tiles where tile_index = 1;").await;
    assert_eq!(report.findings[0].code, "tile-missing");
    assert_eq!(report.findings[0].interval, Some(Interval { from: 256, until: 512 }));
    let (_, report) = tampered("insert into tiles select 0, 3, hashes from tiles limit 1;").await;
    assert_eq!(places(&report), [("tile-extra", None)]);
}

#[tokio::test]
async fn a_changed_note_is_found() {
    let (_, report) = tampered(
        "update checkpoints set note = replace(note, e'\\n300\\n', e'\\n301\\n') where size = 300;",
    )
    .await;
    assert_eq!(places(&report), [("checkpoint-note", None)]);
    assert_eq!(report.findings[0].interval, Some(Interval { from: 0, until: 300 }));
    let (_, report) = tampered("update checkpoints set size = 310 where size = 300;").await;
    assert_eq!(places(&report), [("checkpoint-size", None)]);
    let sql = "insert into checkpoints select 10000, note, now() from checkpoints limit 1;";
    let (_, report) = tampered(sql).await;
    assert_eq!(places(&report), [("checkpoint-beyond", None)]);
}

#[tokio::test]
async fn the_cut_tail_of_the_log_is_found() {
    let (_, report) = tampered("delete from events where position >= 880;").await;
    let codes: Vec<_> = report.findings.iter().map(|finding| finding.code).collect();
    assert!(codes.contains(&"head-size") && codes.contains(&"checkpoint-beyond"), "{codes:?}");
    let beyond = report.findings.iter().find(|f| f.code == "checkpoint-beyond").unwrap();
    assert_eq!(beyond.found, "read 880 of 887");
}

#[tokio::test]
async fn an_event_edited_with_its_own_hash_alone_is_found_by_tile_and_chain() {
    let written = |at: &str| format!(r#"to_char(({at}) at time zone 'UTC', 'HH24:MI:SS.US"Z"')"#);
    let (old, new) = (written("recorded_at"), written("recorded_at + interval '1us'"));
    let sql = format!(
        "update events set payload = replace(payload::text, {old}, {new})::json,
             recorded_at = recorded_at + interval '1us' where position = {VICTIM};
         update events set leaf_hash = sha256('\\x00' || convert_to(payload::text, 'UTF8'))
             where position = {VICTIM};"
    );
    let (ledger, report) = tampered(&sql).await;
    let row = &ledger.rows[VICTIM];
    let next = ledger.rows.iter().find(|r| r.stream == row.stream && r.sequence > row.sequence);
    let next = next.unwrap();
    let located = [("tile-hash", Some(row.position)), ("chain", Some(next.position))];
    assert_eq!(places(&report)[..2], located);
    is_at(&report.findings[1], next);
    assert_eq!(report.findings[1].found, row.leaf.to_string());
    let root = report.findings.iter().find(|f| f.code == "checkpoint-root").unwrap();
    assert_eq!(root.interval, Some(around(&ledger, VICTIM)));
}

/// An attacker with the officer's and the administrator's keys, and no more than the database.
async fn rewritten(index: usize) -> (Ledger, Report) {
    let mut ledger = ledger();
    let (trust, notes) = (ledger.trust(), ledger.notes.clone());
    let interval_of = ledger.notes.clone();
    ledger.rewrite(index);
    ledger.notes = notes;
    let database = stored(&ledger).await;
    let report = audit(&database, &trust).await;
    ledger.notes = interval_of;
    (ledger, report)
}

#[tokio::test]
async fn an_event_edited_with_all_its_hashes_is_found_between_two_checkpoints() {
    for index in [VICTIM, TAIL, 205] {
        let (ledger, report) = rewritten(index).await;
        assert_ne!(Hash::leaf(ledger.rows[index].payload.as_bytes()), Hash::leaf(b""));
        let [finding] = report.findings.as_slice() else { panic!("{:#?}", report.findings) };
        assert_eq!((finding.code, finding.position), ("checkpoint-root", None));
        assert_eq!(finding.interval, Some(around(&ledger, index)));
    }
}

#[tokio::test]
async fn the_tables_beside_the_log_are_compared() {
    for (sql, code) in [
        ("update case_numbers set last = last + 1;", "number-counter"),
        ("delete from case_numbers;", "number-counter"),
        ("update packages set content = content || '.' where kind = 'letter';", "package-hash"),
        ("delete from packages;", "package-missing"),
        ("update stream_subjects set position = position + 1 where position = 187;", "subject-row"),
        ("delete from stream_subjects where position = 187;", "subject-missing"),
    ] {
        let (_, report) = tampered(sql).await;
        assert!(report.findings.iter().any(|finding| finding.code == code), "{sql}");
    }
}
