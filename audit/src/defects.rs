//! What stands against cases, found from the events alone: flags as judged again at the position
//! of each act with the subjects' other cases in view, answers under signature, terms that ran
//! out, and what only an auditor sees.
//!
//! Which other cases to read is looked up in `stream_subjects`; that this table is whole is for
//! [`crate::verify_all`] to say, as is whether the events themselves are sound.

mod ground;
mod own;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use litopys_domain::act::RecordedAct;
use litopys_domain::ids::StreamId;
use litopys_domain::law::defects::{OpenDefect, Raised, standing};
use litopys_domain::law::fold::{CaseState, View, state};
use litopys_domain::law::judge::judge_again;
use litopys_domain::violation::Words;
use serde::Serialize;
use sqlx::postgres::PgConnectOptions;

use crate::store::{CaseRow, Snapshot, StoreError};
use crate::verify::PAGE_EVENTS;
use crate::verify::law::{Cut, cases, load, others, read_cases};
use ground::Ground;
pub use own::OWN;

/// What stands against cases on a day.
#[derive(Debug, Clone, Serialize)]
pub struct DefectsReport {
    /// The day of the question: terms that run out later are no defects yet.
    pub on: Date,
    /// Cases looked at.
    pub cases_read: u64,
    pub defects: u64,
    /// Cases with defects, in the order of their ids.
    pub cases: Vec<CaseDefects>,
}

/// What stands against one case.
#[derive(Debug, Clone, Serialize)]
pub struct CaseDefects {
    pub case: StreamId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub procedure: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Words>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub office: Option<String>,
    /// The oldest first.
    pub defects: Vec<OpenDefect>,
}

/// Why defects cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum DefectsError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("this ledger holds no act of {0}")]
    NoCase(StreamId),
    #[error("this ledger has no genesis that can be read; run `litopys-audit verify --all`")]
    NoGenesis,
    #[error("the law cannot be loaded; run `litopys-audit verify --all`: {0}")]
    Law(String),
    #[error("the act at position {position} cannot be read; run `litopys-audit verify --all`")]
    Unreadable { position: i64 },
    #[error("{0} cannot be read; run `litopys-audit verify --all`")]
    UnreadableCase(String),
}

/// Tells what stands against a case, or against all of them, on a day; absent: the day of the
/// newest act.
pub async fn defects(
    database: &PgConnectOptions,
    case: Option<&StreamId>,
    on: Option<Date>,
) -> Result<DefectsReport, DefectsError> {
    let mut snapshot = Snapshot::open(database).await?;
    let ground = Ground::read(&mut snapshot).await?;
    let on = on.unwrap_or(ground.last_day);
    let mut report = DefectsReport { on, cases_read: 0, defects: 0, cases: Vec::new() };
    if let Some(case) = case {
        let rows = snapshot.cases(&[case.id()]).await?;
        if rows.is_empty() {
            return Err(DefectsError::NoCase(case.clone()));
        }
        page(&mut snapshot, &ground, cases(rows), &mut report).await?;
    } else {
        let mut cut = Cut::default();
        let mut rows = snapshot.case_acts("", 0, PAGE_EVENTS).await?;
        while let Some(last) = rows.last() {
            let (id, sequence) = (last.aggregate_id.clone(), last.sequence);
            page(&mut snapshot, &ground, cut.take(rows), &mut report).await?;
            rows = snapshot.case_acts(&id, sequence, PAGE_EVENTS).await?;
        }
        page(&mut snapshot, &ground, cut.rest(), &mut report).await?;
    }
    snapshot.close().await?;
    Ok(report)
}

/// Judges whole cases.
async fn page(
    snapshot: &mut Snapshot,
    ground: &Ground,
    whole: Vec<Vec<CaseRow>>,
    report: &mut DefectsReport,
) -> Result<(), DefectsError> {
    let files = readable(read_cases(whole))?;
    let shared = shared_subjects(snapshot, &files).await?;
    let wanted = files.iter().flat_map(|(stream, acts)| others(stream, acts, &shared)).collect();
    let known = readable(load(snapshot, &wanted).await?)?;
    for (stream, acts) in &files {
        report.cases_read += 1;
        let others = others(stream, acts, &shared);
        let others: Vec<_> =
            others.iter().filter_map(|one| known.get(one).map(Vec::as_slice)).collect();
        if let Some(found) = of_case(ground, acts, &others, report.on) {
            report.defects += found.defects.len() as u64;
            report.cases.push(found);
        }
    }
    Ok(())
}

type Files = BTreeMap<String, Vec<RecordedAct>>;

/// Cases with a payload that cannot be read are not passed over: nothing could be said of them.
fn readable(
    cases: impl Iterator<Item = (String, Option<Vec<RecordedAct>>)>,
) -> Result<Files, DefectsError> {
    let mut files = Files::new();
    for (stream, acts) in cases {
        match acts {
            Some(acts) => files.insert(stream, acts),
            None => return Err(DefectsError::UnreadableCase(stream)),
        };
    }
    Ok(files)
}

/// People whom several cases name, with those cases.
async fn shared_subjects(
    snapshot: &mut Snapshot,
    files: &Files,
) -> Result<HashMap<String, Vec<String>>, DefectsError> {
    let acts = files.values().flatten();
    let subjects: BTreeSet<String> =
        acts.flat_map(|act| &act.statement.subjects).map(ToString::to_string).collect();
    let subjects: Vec<&str> = subjects.iter().map(String::as_str).collect();
    let mut shared: HashMap<String, Vec<String>> = HashMap::new();
    for (subject, case) in snapshot.cases_of(&subjects).await? {
        shared.entry(subject).or_default().push(format!("case/{case}"));
    }
    shared.retain(|_, cases| cases.len() > 1);
    Ok(shared)
}

/// What stands against a case on a day; none where nothing does.
fn of_case(
    ground: &Ground,
    acts: &[RecordedAct],
    others: &[&[RecordedAct]],
    on: Date,
) -> Option<CaseDefects> {
    let laws = &ground.laws;
    let opening = acts.first()?;
    let case = state(laws, acts, View::new(Date::MAX, u64::MAX));
    let mut raised = Raised::new();
    for (index, act) in acts.iter().enumerate() {
        let mut verdict = judge_again(laws, &acts[..=index], others, act);
        let own = own::flags(ground, act, &verdict);
        verdict.flags.extend(own);
        raised.insert(act.hash, verdict.flags);
    }
    let mut defects = standing(laws, &case, &raised);
    defects.retain(|defect| defect.since <= on);
    (!defects.is_empty()).then(|| CaseDefects {
        case: opening.statement.stream.clone(),
        number: opening.number.clone(),
        procedure: case.procedure.map(str::to_owned),
        title: title(&case),
        office: case.office.map(str::to_owned),
        defects,
    })
}

fn title(case: &CaseState<'_>) -> Option<Words> {
    case.acts.iter().rev().find_map(|act| Some(act.law?.title.clone()))
}
