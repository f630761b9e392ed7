//! The law again: every act of every case is judged at its own position, by the packages that
//! the log had published before it (DESIGN §6).
//!
//! Packages, editions and the fold are `domain::law`, shared with the writer; which acts are
//! judged, and with which others in view, is worked out here; `judgment` judges them. Cases whose
//! record is itself at fault are not judged: their findings say so already.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::civil::Date;
use litopys_domain::act::RecordedAct;
use litopys_domain::ids::{ContentHash, StreamId};
use litopys_domain::law::fold::{View, state};
use litopys_domain::law::next::put_from;
use litopys_domain::law::package::{Package, Shelf};

use super::packages::Published;
use super::replay::{Replay, Stored};
use super::{PAGE_EVENTS, VerifyError, parallel};
use crate::finding::{Fault, Finding};
use crate::judgment::Books;
use crate::laws;
use crate::payload;
use crate::store::{CaseRow, Snapshot, StoreError};
use crate::verify::walk::Walk;

/// One case with all that judging it looks at.
struct CaseFile {
    stream: String,
    acts: Vec<RecordedAct>,
    related: Vec<Arc<Vec<RecordedAct>>>,
    stored: Option<Stored>,
}

/// How much was judged.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Judged {
    pub(crate) cases: u64,
    pub(crate) acts: u64,
    /// Ends of terms that were counted a second way.
    pub(crate) terms: u64,
}

impl std::ops::AddAssign for Judged {
    fn add_assign(&mut self, other: Self) {
        self.cases += other.cases;
        self.acts += other.acts;
        self.terms += other.terms;
    }
}

/// Judges all cases, and compares them with the read models where there are any; none where the
/// law is at fault.
pub(crate) async fn judge_cases(
    snapshot: &mut Snapshot,
    walk: &mut Walk,
    mut replay: Option<&mut Replay>,
) -> Result<Option<Judged>, VerifyError> {
    let Some(books) = load_laws(snapshot, walk).await?.map(Arc::new) else { return Ok(None) };
    let shared = walk.streams.shared_subjects();
    let mut judged = Judged::default();
    let mut cut = Cut::default();
    let mut rows = snapshot.case_acts("", 0, PAGE_EVENTS).await?;
    while let Some(last) = rows.last() {
        let (id, sequence) = (last.aggregate_id.clone(), last.sequence);
        let whole = cut.take(rows);
        let files = open_files(snapshot, walk, &shared, whole, replay.as_deref_mut()).await?;
        let after = Some((id.as_str(), sequence));
        let page = judge_page(snapshot, &books, files, after).await?;
        rows = page.close(walk, replay.as_deref_mut(), &mut judged);
    }
    let files = open_files(snapshot, walk, &shared, cut.rest(), replay.as_deref_mut()).await?;
    let page = judge_page(snapshot, &books, files, None).await?;
    page.close(walk, replay, &mut judged);
    Ok(Some(judged))
}

/// Cases in a row of pages: the last case of a page may go on in the next.
#[derive(Default)]
pub(crate) struct Cut {
    kept: Vec<CaseRow>,
}

impl Cut {
    pub(crate) fn take(&mut self, rows: Vec<CaseRow>) -> Vec<Vec<CaseRow>> {
        self.kept.extend(rows);
        let last = self.kept.last().map(|row| row.aggregate_id.clone()).unwrap_or_default();
        let open = self.kept.partition_point(|row| row.aggregate_id < last);
        let rest = self.kept.split_off(open);
        let whole = std::mem::replace(&mut self.kept, rest);
        cases(whole)
    }

    pub(crate) fn rest(self) -> Vec<Vec<CaseRow>> {
        cases(self.kept)
    }
}

pub(crate) fn cases(rows: Vec<CaseRow>) -> Vec<Vec<CaseRow>> {
    let mut cases: Vec<Vec<CaseRow>> = Vec::new();
    for row in rows {
        match cases.last_mut().filter(|case| case[0].aggregate_id == row.aggregate_id) {
            Some(case) => case.push(row),
            None => cases.push(vec![row]),
        }
    }
    cases
}

/// Reads whole cases with all that is compared with them.
async fn open_files(
    snapshot: &mut Snapshot,
    walk: &Walk,
    shared: &HashMap<String, Vec<String>>,
    whole: Vec<Vec<CaseRow>>,
    replay: Option<&mut Replay>,
) -> Result<Vec<CaseFile>, VerifyError> {
    let faulty = walk.findings.streams();
    let mut files = Vec::with_capacity(whole.len());
    for (stream, acts) in read_cases(whole) {
        if let Some(acts) = acts.filter(|_| !faulty.contains(&stream)) {
            files.push(CaseFile { stream, acts, related: Vec::new(), stored: None });
        }
    }
    relate(snapshot, shared, &mut files).await?;
    if let Some(replay) = replay {
        let cases: Vec<_> = files.iter().map(|file| file.acts.as_slice()).collect();
        let stored = replay.fetch(snapshot, &cases).await?;
        for (file, stored) in files.iter_mut().zip(stored) {
            file.stored = Some(stored);
        }
    }
    Ok(files)
}

/// A page of cases judged, and the acts that follow.
struct JudgedPage {
    next: Vec<CaseRow>,
    judged: Judged,
    verdicts: Vec<CaseVerdict>,
}

/// What is to be said of one case.
struct CaseVerdict {
    findings: Vec<Finding>,
    /// Of its rows in the read models.
    rows: Vec<Finding>,
    terms: u64,
}

impl JudgedPage {
    fn close(
        self,
        walk: &mut Walk,
        mut replay: Option<&mut Replay>,
        judged: &mut Judged,
    ) -> Vec<CaseRow> {
        *judged += self.judged;
        for verdict in self.verdicts {
            walk.findings.extend(verdict.findings);
            judged.terms += verdict.terms;
            if let Some(replay) = replay.as_deref_mut() {
                replay.take(verdict.rows);
            }
        }
        self.next
    }
}

/// Judges whole cases, and meanwhile reads the page after `after`.
async fn judge_page(
    snapshot: &mut Snapshot,
    books: &Arc<Books>,
    files: Vec<CaseFile>,
    after: Option<(&str, i64)>,
) -> Result<JudgedPage, VerifyError> {
    let judged = Judged {
        cases: files.len() as u64,
        acts: files.iter().map(|file| file.acts.len() as u64).sum(),
        terms: 0,
    };
    let books = Arc::clone(books);
    let task =
        tokio::task::spawn_blocking(move || parallel::map(files, |file| judge_case(&books, &file)));
    let (next, verdicts) = match after {
        Some((id, sequence)) => {
            let (next, found) = tokio::join!(snapshot.case_acts(id, sequence, PAGE_EVENTS), task);
            (next?, found?)
        }
        None => (Vec::new(), task.await?),
    };
    Ok(JudgedPage { next, judged, verdicts })
}

/// Hands each case the other cases of its subjects, and the disputes that its court outcomes say
/// they come from.
async fn relate(
    snapshot: &mut Snapshot,
    shared: &HashMap<String, Vec<String>>,
    files: &mut [CaseFile],
) -> Result<(), VerifyError> {
    let others = |file: &CaseFile| others(&file.stream, &file.acts, shared);
    let wanted: BTreeSet<String> = files.iter().flat_map(others).collect();
    let known: HashMap<String, Arc<Vec<RecordedAct>>> = load(snapshot, &wanted)
        .await?
        .filter_map(|(stream, acts)| Some((stream, Arc::new(acts?))))
        .collect();
    for file in files {
        file.related = others(file).iter().filter_map(|s| known.get(s).map(Arc::clone)).collect();
    }
    Ok(())
}

/// The other cases that judging a case looks at: those of its subjects, of whom `shared` tells
/// who is named by several, and the disputes that its court outcomes say they come from.
pub(crate) fn others(
    stream: &str,
    acts: &[RecordedAct],
    shared: &HashMap<String, Vec<String>>,
) -> BTreeSet<String> {
    let subjects = acts.iter().flat_map(|act| &act.statement.subjects);
    let streams = subjects.filter_map(|subject| shared.get(&subject.to_string())).flatten();
    let disputes = acts.iter().filter_map(|act| put_from(&act.statement));
    let streams = streams.cloned().chain(disputes.map(|dispute| dispute.to_string()));
    streams.filter(|other| other != stream).collect()
}

/// The acts of these cases, by their streams, as [`read_cases`] gives them.
pub(crate) async fn load(
    snapshot: &mut Snapshot,
    streams: &BTreeSet<String>,
) -> Result<impl Iterator<Item = (String, Option<Vec<RecordedAct>>)>, StoreError> {
    let ids: Vec<_> = streams.iter().filter_map(|s| s.strip_prefix("case/")).collect();
    let rows = if ids.is_empty() { Vec::new() } else { snapshot.cases(&ids).await? };
    Ok(read_cases(cases(rows)))
}

/// Reads the payloads of whole cases again; no acts where one of them cannot be read.
pub(crate) fn read_cases(
    whole: Vec<Vec<CaseRow>>,
) -> impl Iterator<Item = (String, Option<Vec<RecordedAct>>)> {
    whole.into_iter().map(|rows| (format!("case/{}", rows[0].aggregate_id), read_acts(&rows)))
}

fn read_acts(rows: &[CaseRow]) -> Option<Vec<RecordedAct>> {
    let read = |row: &CaseRow| {
        let entry = payload::read(&row.payload).ok()?;
        // A row filed under another case was found before, too.
        let filed = entry.statement.stream.id() == row.aggregate_id;
        entry.recorded_at_position(row.position).filter(|_| filed)
    };
    rows.iter().map(read).collect()
}

/// What the law says against a case's acts, and what the read models say of it otherwise.
fn judge_case(books: &Books, file: &CaseFile) -> CaseVerdict {
    let laws = books.laws();
    let related: Vec<&[RecordedAct]> = file.related.iter().map(|acts| acts.as_slice()).collect();
    let mut findings = books.judge(&file.acts, &related);
    let whole = state(laws, &file.acts, View::new(Date::MAX, u64::MAX));
    let terms = books.count_terms(&file.acts, &whole);
    findings.extend(terms.wrong);
    let stored = file.stored.as_ref();
    let rows = stored.map(|stored| stored.compare(laws, &file.acts, &related, &whole));
    let rows = rows.unwrap_or_default();
    CaseVerdict { findings, rows, terms: terms.counted }
}

/// Every published package, compiled from its stored texts. With one of them at fault nothing
/// can be judged.
async fn load_laws(snapshot: &mut Snapshot, walk: &mut Walk) -> Result<Option<Books>, VerifyError> {
    let mut sound = true;
    let mut books = Books::new(walk.time_zone.clone());
    let mut loaded: HashMap<ContentHash, Arc<Package>> = HashMap::new();
    let mut shelf = Shelf::default();
    for published in walk.packages.published.clone() {
        let package = if let Some(package) = loaded.get(&published.package) {
            Ok(Arc::clone(package))
        } else {
            let found = laws::load(snapshot, &mut shelf, published.package).await?;
            found.map(|(package, terms)| {
                books.count_by(&package, terms);
                Arc::new(package)
            })
        };
        match package.and_then(|package| fits(&package, &published).map(|()| package)) {
            Ok(package) => {
                loaded.insert(published.package, Arc::clone(&package));
                let position = u64::try_from(published.place.position).unwrap_or_default();
                books.publish(position, package);
            }
            Err(why) => {
                let expected = format!("a package of {} that compiles", published.edition);
                let finding = Finding::new(Fault::PackageUnsound, expected, why);
                walk.findings.push(finding.at(&published.place));
                sound = false;
            }
        }
    }
    Ok(sound.then_some(books))
}

fn fits(package: &Package, published: &Published) -> Result<(), String> {
    let stream = StreamId::procedure(&package.law.procedure).map(|stream| stream.to_string());
    if stream.as_ref() != Ok(&published.place.stream) || package.law.edition != published.edition {
        return Err(format!("it is {} of {}", package.law.procedure, package.law.edition));
    }
    Ok(())
}
