//! Verifies a whole ledger from its stored bytes.

mod authority;
mod evidence;
mod findings;
pub(crate) mod law;
mod numbers;
mod packages;
mod parallel;
mod replay;
mod row;
mod streams;
mod walk;

use std::collections::HashMap;
use std::time::Instant;

use jiff::Timestamp;
use sqlx::postgres::PgConnectOptions;

pub use findings::FINDINGS_MAX;

use crate::finding::{Fault, Finding};
use crate::report::{Remark, Report};
use crate::store::{Snapshot, StoreError, SubjectRow};
use crate::trust::{Trust, TrustError};
use replay::Replay;
use walk::{Page, Walk};

/// Events read and checked together.
pub(crate) const PAGE_EVENTS: i64 = 1024;
/// Rows of the smaller tables read together.
const PAGE_ROWS: i64 = 1000;

/// How a ledger is verified.
#[derive(Debug, Clone)]
pub struct VerifyOptions {
    /// How long an act may wait for a published checkpoint, in seconds.
    pub cadence_seconds: i64,
    /// The moment against which waiting acts are judged; the newest act's where none is given.
    pub now: Option<Timestamp>,
}

impl Default for VerifyOptions {
    fn default() -> Self {
        Self { cadence_seconds: 60, now: None }
    }
}

/// Why nothing could be verified; no verdict on the ledger either way.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error("the check of a page did not end")]
    Task(#[from] tokio::task::JoinError),
}

/// Verifies everything in the database against `trust`. `progress` is told how many events were
/// read, and of how many.
pub async fn verify_all(
    database: &PgConnectOptions,
    trust: &Trust,
    options: &VerifyOptions,
    mut progress: impl FnMut(u64, u64),
) -> Result<Report, VerifyError> {
    let started = Instant::now();
    let mut snapshot = Snapshot::open(database).await?;
    let head = snapshot.head().await?;
    let walk = Walk::new(trust.clone(), trust.witness_keys()?, head);
    let count = snapshot.event_count().await?;
    let mut walk = walk_events(&mut snapshot, walk, count, &mut progress).await?;
    walk.findings.name_missing(&walk.streams.gaps);
    check_ledger_key(&mut walk, trust);
    check_totals(&mut snapshot, &mut walk, count).await?;
    check_looking_back(&mut snapshot, &mut walk).await?;
    check_tables(&mut snapshot, &mut walk).await?;
    check_waiting(&mut walk, options);
    let mut remarks = Vec::new();
    let mut replay = Replay::begin(&mut snapshot, &walk, &mut remarks).await?;
    let judged = law::judge_cases(&mut snapshot, &mut walk, replay.as_mut()).await?;
    let rows_compared = match (replay, &judged) {
        (Some(replay), Some(_)) => replay.end(&mut snapshot, &mut walk, &mut remarks).await?,
        (Some(_), None) => {
            remarks.push(Remark::reads_unjudged());
            0
        }
        (None, _) => 0,
    };
    let judged = judged.unwrap_or_default();
    snapshot.close().await?;
    Ok(Report {
        origin: trust.origin.clone(),
        events: walk.read.unsigned_abs(),
        streams: walk.streams.len() as u64,
        signatures: walk.signatures,
        cases_judged: judged.cases,
        acts_judged: judged.acts,
        terms_counted: judged.terms,
        rows_compared,
        checkpoints: walk.evidence.checkpoints,
        published: walk.evidence.published,
        waiting: walk.evidence.size().saturating_sub(walk.evidence.published),
        root: hex::encode(walk.evidence.root()),
        remarks,
        more_findings: walk.findings.more,
        findings: walk.findings.sorted(),
        seconds: started.elapsed().as_secs_f64(),
    })
}

/// Reads the next page while the last one is checked.
async fn walk_events(
    snapshot: &mut Snapshot,
    mut walk: Walk,
    count: i64,
    progress: &mut impl FnMut(u64, u64),
) -> Result<Walk, VerifyError> {
    walk.pending.extend(snapshot.checkpoints(i64::MIN, 0).await?);
    walk.reach();
    let mut page = read_page(snapshot, i64::MIN).await?;
    while let Some(last) = page.events.last().map(|event| event.position) {
        let task = tokio::task::spawn_blocking(move || {
            walk.take(page);
            walk
        });
        let (next, checked) = tokio::join!(read_page(snapshot, last.saturating_add(1)), task);
        (page, walk) = (next?, checked?);
        check_tiles(snapshot, &mut walk).await?;
        progress(walk.read.unsigned_abs(), count.unsigned_abs());
    }
    Ok(walk)
}

async fn read_page(snapshot: &mut Snapshot, from: i64) -> Result<Page, StoreError> {
    let events = snapshot.events(from, PAGE_EVENTS).await?;
    let checkpoints = match events.last() {
        Some(last) => {
            let reached = last.position.saturating_add(1);
            snapshot.checkpoints(from.max(0).saturating_add(1), reached).await?
        }
        None => Vec::new(),
    };
    Ok(Page { events, checkpoints })
}

async fn check_tiles(snapshot: &mut Snapshot, walk: &mut Walk) -> Result<(), StoreError> {
    let tiles = &walk.evidence.tiles;
    if tiles.is_empty() {
        return Ok(());
    }
    let (levels, indexes): (Vec<_>, Vec<_>) = tiles.iter().map(|t| (t.level, t.index)).unzip();
    let stored = snapshot.tiles(&levels, &indexes).await?;
    let findings = walk.evidence.compare_tiles(&stored);
    walk.findings.extend(findings);
    Ok(())
}

/// The trusted key must be one that the ledger's own acts name (threats V7, V13).
fn check_ledger_key(walk: &mut Walk, trust: &Trust) {
    let ledger = litopys_domain::ids::StreamId::ledger(&trust.origin).ok();
    let signatory = ledger.and_then(|ledger| walk.registry.signatory(&ledger));
    let keys = signatory.map_or(&[][..], |signatory| &signatory.keys);
    if !keys.iter().any(|span| span.key == trust.ledger_key) {
        let found: Vec<_> = keys.iter().map(|span| span.key.to_string()).collect();
        let found = if found.is_empty() { "none".to_owned() } else { found.join(", ") };
        walk.findings.push(Finding::new(Fault::LedgerKey, &trust.ledger_key, found));
    }
}

/// Counts, the head, and what lies beyond the last event: a short read is a failure.
async fn check_totals(
    snapshot: &mut Snapshot,
    walk: &mut Walk,
    count: i64,
) -> Result<(), StoreError> {
    if walk.read != count {
        walk.findings.push(Finding::new(Fault::ShortRead, count, walk.read));
    }
    let last = walk.last_recorded_at.map(litopys_domain::legal_time::RecordedAt::microseconds);
    walk.findings.extend(walk.evidence.compare_head(count, last));
    let reached = walk.next_position;
    for row in snapshot.checkpoints(reached.saturating_add(1), i64::MAX).await? {
        let found = format!("read {reached} of {}", row.size);
        let finding = Finding::new(Fault::CheckpointBeyond, row.size, found);
        walk.findings.push(finding.within(reached.unsigned_abs(), row.size.unsigned_abs()));
    }
    let full = walk.evidence.full_tiles();
    let beyond = snapshot.tiles_beyond(&full).await?;
    walk.findings.extend(beyond.into_iter().map(|(l, i)| evidence::extra_tile(l, i)));
    for (hash, positions) in snapshot.repeated_statements().await? {
        let [first, again @ ..] = positions.as_slice() else { continue };
        let expected = format!("{} once, at position {first}", hex::encode(hash));
        walk.findings.extend(again.iter().map(|position| {
            let found = format!("again at position {position}");
            Finding::new(Fault::StatementRepeated, &expected, found).at_position(*position)
        }));
    }
    Ok(())
}

/// Acts that follow an older act than the one before them: it must stand in their stream.
async fn check_looking_back(snapshot: &mut Snapshot, walk: &mut Walk) -> Result<(), StoreError> {
    let acts = std::mem::take(&mut walk.streams.looking_back);
    for acts in acts.chunks(usize::try_from(PAGE_ROWS).unwrap_or(1)) {
        let hashes: Vec<_> = acts.iter().map(|act| act.seen.to_vec()).collect();
        let known = snapshot.statements(&hashes).await?;
        let known: HashMap<_, _> =
            known.into_iter().map(|(hash, stream, sequence)| (hash, (stream, sequence))).collect();
        walk.findings.extend(acts.iter().filter_map(|act| {
            let found = match known.get(act.seen.as_slice()) {
                Some((stream, at)) if *stream == act.place.stream && *at < act.place.sequence => {
                    return None;
                }
                Some((stream, at)) => format!("{stream} {at}"),
                None => "no statement of this ledger".to_owned(),
            };
            let expected = format!("{} an earlier act of the stream", hex::encode(act.seen));
            Some(Finding::new(Fault::SeenUnknown, expected, found).at(&act.place))
        }));
    }
    Ok(())
}

/// The tables beside the log that the appender keeps.
async fn check_tables(snapshot: &mut Snapshot, walk: &mut Walk) -> Result<(), StoreError> {
    let counters = snapshot.counters().await?;
    walk.findings.extend(walk.numbers.compare(&counters));
    let mut after: Option<SubjectRow> = None;
    loop {
        let rows = snapshot.subjects(after.as_ref(), PAGE_ROWS).await?;
        walk.findings.extend(rows.iter().filter_map(|row| walk.streams.meet(row)));
        let Some(last) = rows.into_iter().last() else { break };
        after = Some(last);
    }
    walk.findings.extend(walk.streams.unmet());
    let mut after = Vec::new();
    loop {
        let rows = snapshot.packages(&after, PAGE_ROWS / 10).await?;
        let Some(last) = rows.last() else { break };
        after.clone_from(&last.sha256);
        for row in &rows {
            let finding = walk.packages.meet(&row.sha256, &row.kind, &row.content);
            walk.findings.extend(finding);
        }
    }
    walk.findings.extend(walk.packages.missing());
    Ok(())
}

/// Acts behind the last published checkpoint are no fault, unless they wait too long.
fn check_waiting(walk: &mut Walk, options: &VerifyOptions) {
    let (Some(oldest), Some(newest)) = (walk.oldest_unpublished, walk.last_recorded_at) else {
        return;
    };
    let now = options.now.map_or(newest.timestamp(), |now| now.max(newest.timestamp()));
    let waited = now.as_second() - oldest.timestamp().as_second();
    if waited > options.cadence_seconds {
        let published = walk.evidence.published;
        let expected =
            format!("a checkpoint within {} seconds of {oldest}", options.cadence_seconds);
        let found = format!("none after size {published}, {waited} seconds later");
        let finding = Finding::new(Fault::CheckpointLate, expected, found);
        walk.findings.push(finding.within(published, walk.evidence.size()));
    }
}

/// Microseconds since 1970 as text.
fn instant(microseconds: i64) -> String {
    jiff::Timestamp::from_microsecond(microseconds)
        .map_or_else(|_| microseconds.to_string(), |at| format!("{at:.6}"))
}
