//! The one pass over all events, in the order of their positions.

use std::collections::VecDeque;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use litopys_domain::legal_time::RecordedAt;
use litopys_domain::registry::Registry;
use litopys_domain::statement::{Signer, Statement};

use super::authority;
use super::evidence::Evidence;
use super::findings::Findings;
use super::numbers::Numbers;
use super::packages::Packages;
use super::parallel;
use super::row::{self, Examined};
use super::streams::Streams;
use crate::finding::{Fault, Finding, Place};
use crate::note::NoteKey;
use crate::payload::Entry;
use crate::signatures::SignatureJob;
use crate::store::{CheckpointRow, EventRow, HeadRow};
use crate::trust::Trust;

/// Events read together, and the checkpoints whose sizes they reach.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) events: Vec<EventRow>,
    pub(crate) checkpoints: Vec<CheckpointRow>,
}

/// A signature to be verified, with its act's place and its signer.
type Job<'a> = (&'a Place, &'a Signer, SignatureJob<'a>);

/// All that is known at the position reached.
#[derive(Debug)]
pub(crate) struct Walk {
    trust: Trust,
    witnesses: Vec<NoteKey>,
    pub(crate) registry: Registry,
    pub(crate) evidence: Evidence,
    pub(crate) streams: Streams,
    pub(crate) numbers: Numbers,
    pub(crate) packages: Packages,
    pub(crate) findings: Findings,
    /// Stored checkpoints whose size the tree has not reached.
    pub(crate) pending: VecDeque<CheckpointRow>,
    pub(crate) next_position: i64,
    pub(crate) last_recorded_at: Option<RecordedAt>,
    /// When the first event behind each new checkpoint was recorded.
    pub(crate) oldest_unpublished: Option<RecordedAt>,
    pub(crate) read: i64,
    pub(crate) signatures: u64,
    pub(crate) time_zone: TimeZone,
}

impl Walk {
    pub(crate) fn new(trust: Trust, witnesses: Vec<NoteKey>, head: Option<HeadRow>) -> Self {
        Self {
            trust,
            witnesses,
            registry: Registry::default(),
            evidence: Evidence::new(head),
            streams: Streams::default(),
            numbers: Numbers::default(),
            packages: Packages::default(),
            findings: Findings::default(),
            pending: VecDeque::new(),
            next_position: 0,
            last_recorded_at: None,
            oldest_unpublished: None,
            read: 0,
            signatures: 0,
            time_zone: TimeZone::UTC,
        }
    }

    /// Checks a page and takes it in.
    pub(crate) fn take(&mut self, page: Page) {
        let examined = parallel::map(page.events, row::examine);
        self.pending.extend(page.checkpoints);
        let mut jobs = Vec::with_capacity(examined.len());
        for event in &examined {
            self.findings.extend(event.findings.iter().cloned());
            self.place(event);
            self.judge(event, &mut jobs);
            self.reach();
        }
        self.signatures += jobs.len() as u64;
        let forged = parallel::map(jobs, |(place, signer, job): Job<'_>| {
            (!job.is_sound()).then(|| {
                let expected = format!("a signature of {} over the statement", signer.by);
                Finding::new(Fault::SignatureForged, expected, "it does not verify").at(place)
            })
        });
        self.findings.extend(forged.into_iter().flatten());
    }

    /// Verifies the checkpoints whose size the tree has reached.
    pub(crate) fn reach(&mut self) {
        let size = self.evidence.size();
        let reached = |row: &mut CheckpointRow| u64::try_from(row.size).is_ok_and(|n| n <= size);
        while let Some(row) = self.pending.pop_front_if(reached) {
            let finding = self.evidence.check(&row, &self.trust, &self.registry, &self.witnesses);
            self.findings.extend(finding);
            self.oldest_unpublished = None;
        }
    }

    /// Where the event stands: position, stream, time, number.
    fn place(&mut self, event: &Examined) {
        self.read += 1;
        let position = event.row.position;
        if position < self.next_position {
            let expected = format!("position {}", self.next_position);
            self.findings
                .push(Finding::new(Fault::PositionRepeated, expected, position).at(&event.place));
        } else {
            if position > self.next_position {
                let (from, until) = (self.next_position, position);
                let found = format!("position {position} follows");
                let gap = Finding::new(Fault::PositionGap, format!("position {from}"), found);
                self.findings
                    .push(gap.at_position(from).within(from.unsigned_abs(), until.unsigned_abs()));
                for missing in self.evidence.skipped(from, until) {
                    self.evidence.push_missing(missing);
                    self.reach();
                }
            }
            self.evidence.push(position, event.leaf, event.logged_leaf());
            self.next_position = position.saturating_add(1);
            self.findings.extend(self.evidence.beyond_head(&event.place));
        }
        if position == 0 && event.leaf != self.trust.genesis {
            let (expected, found) = (hex::encode(self.trust.genesis), hex::encode(event.leaf));
            self.findings.push(Finding::new(Fault::Genesis, expected, found).at(&event.place));
        }
        let mut found = Vec::new();
        self.streams.place(event, &mut found);
        self.numbers.place(event, &self.time_zone, &mut found);
        self.findings.extend(found);
    }

    /// Whether the act could be taken: ledger, time, keys, posts, package.
    fn judge<'e>(&mut self, event: &'e Examined, jobs: &mut Vec<Job<'e>>) {
        let Some(entry) = &event.entry else { return };
        let statement = &entry.statement;
        let mut found = Vec::new();
        self.check_time(event, entry);
        if statement.ledger != self.trust.origin {
            let foreign = Finding::new(Fault::OtherLedger, &self.trust.origin, &statement.ledger);
            found.push(foreign.at(&event.place));
        }
        let today = entry.recorded_at.timestamp().to_zoned(self.time_zone.clone()).date();
        if entry.is_interpreted {
            self.judge_content(event, entry, today, &mut found);
        }
        let verifiable = authority::signature_jobs(&self.registry, event, entry, &mut found);
        jobs.extend(verifiable.into_iter().map(|(signer, job)| (&event.place, signer, job)));
        self.findings.extend(found);
    }

    /// What only a version that is known here lets be judged: registry, posts, date, package.
    fn judge_content(
        &mut self,
        event: &Examined,
        entry: &Entry,
        today: Date,
        found: &mut Vec<Finding>,
    ) {
        let statement = &entry.statement;
        found.extend(self.check_date(statement, today).map(|finding| finding.at(&event.place)));
        if authority::is_registry_act(&statement.act) {
            found.extend(authority::judge_registry_act(&mut self.registry, event, entry, today));
            if let Some(founding) = self.registry.founding() {
                self.time_zone = founding.time_zone.clone();
            }
        } else {
            let content = [authority::check_act(statement), authority::check_person(statement)];
            found.extend(content.into_iter().flatten().map(|f| f.at(&event.place)));
            let posts = authority::check_posts(&self.registry, statement, today);
            found.extend(posts.into_iter().map(|finding| finding.at(&event.place)));
        }
        self.packages.place(event, entry, found);
    }

    /// More than a day ahead cannot be true; of a case's acts the law says so.
    fn check_date(&self, statement: &Statement, today: Date) -> Option<Finding> {
        let day = statement.occurred_at.date_in(&self.time_zone);
        let latest = today.tomorrow().unwrap_or(today);
        let told = statement.law.is_some() || statement.occurred_at.is_reduced();
        (!told && day > latest)
            .then(|| Finding::new(Fault::FutureDate, format!("{latest} or before"), day))
    }

    fn check_time(&mut self, event: &Examined, entry: &Entry) {
        let at = entry.recorded_at;
        if let Some(last) = self.last_recorded_at.filter(|last| at < *last) {
            let expected = format!("{last} or later");
            self.findings.push(Finding::new(Fault::RecordedAtOrder, expected, at).at(&event.place));
        }
        self.last_recorded_at = Some(at);
        self.oldest_unpublished.get_or_insert(at);
    }
}
