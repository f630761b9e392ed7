//! Streams: contiguous from 1, chained by leaf hashes, opened without and followed with `seen`.
//!
//! What is kept grows with the number of streams, not of events.

use std::collections::HashMap;

use litopys_domain::ids::AggregateType;

use super::row::Examined;
use crate::finding::{Fault, Finding, Place};
use crate::payload::Entry;
use crate::store::SubjectRow;

#[derive(Debug, Default)]
pub(crate) struct Streams {
    heads: HashMap<Box<str>, StreamHead>,
    /// Acts that name an older act than the one before them, to be looked up.
    pub(crate) looking_back: Vec<LookingBack>,
    /// Sequences that are missing.
    pub(crate) gaps: Vec<SequenceGap>,
}

/// One act that its stream lacks, somewhere between two positions.
#[derive(Debug)]
pub(crate) struct SequenceGap {
    pub(crate) stream: String,
    pub(crate) sequence: i64,
    pub(crate) after: i64,
    pub(crate) before: i64,
}

#[derive(Debug)]
struct StreamHead {
    sequence: i64,
    position: i64,
    leaf: [u8; 32],
    /// The leaf hash that the database holds for the last act.
    logged_leaf: [u8; 32],
    statement: [u8; 32],
    /// Subjects, each with the position that first named it and whether its row was met.
    subjects: Vec<Subject>,
}

#[derive(Debug)]
struct Subject {
    name: Box<str>,
    position: i64,
    met: bool,
}

/// An act whose `seen` is not the act before it.
#[derive(Debug)]
pub(crate) struct LookingBack {
    pub(crate) place: Place,
    pub(crate) seen: [u8; 32],
}

impl Streams {
    /// Checks an event against its stream's head, and makes it the head.
    pub(crate) fn place(&mut self, examined: &Examined, findings: &mut Vec<Finding>) {
        let place = &examined.place;
        let head = self.heads.get(place.stream.as_str());
        let expected = head.map_or(1, |head| head.sequence + 1);
        if place.sequence != expected {
            findings.push(Finding::new(Fault::SequenceGap, expected, place.sequence).at(place));
            if place.sequence == expected + 1 {
                self.gaps.push(SequenceGap {
                    stream: place.stream.clone(),
                    sequence: expected,
                    after: head.map_or(-1, |head| head.position),
                    before: place.position,
                });
            }
        }
        if let Some(entry) = &examined.entry {
            check_previous(head, entry, place, expected, findings);
            if let Some(looking_back) = check_seen(head, entry, place, findings) {
                self.looking_back.push(looking_back);
            }
            let subjects = entry.statement.subjects.iter().map(ToString::to_string);
            let unknown = subjects.filter(|name| !self.heads.contains_key(name.as_str()));
            findings.extend(unknown.map(|name| {
                Finding::new(Fault::SubjectUnknown, name, "no act registers it").at(place)
            }));
        }
        self.advance(examined);
    }

    fn advance(&mut self, examined: &Examined) {
        let place = &examined.place;
        let next = StreamHead {
            sequence: place.sequence,
            position: place.position,
            leaf: examined.leaf,
            logged_leaf: examined.logged_leaf(),
            statement: examined.entry.as_ref().map_or([0; 32], |e| e.statement_hash.0),
            subjects: Vec::new(),
        };
        let head = match self.heads.get_mut(place.stream.as_str()) {
            Some(head) => {
                *head = StreamHead { subjects: std::mem::take(&mut head.subjects), ..next };
                head
            }
            None => self.heads.entry(place.stream.as_str().into()).or_insert(next),
        };
        for subject in examined.entry.iter().flat_map(|entry| &entry.statement.subjects) {
            let name = subject.to_string();
            if !head.subjects.iter().any(|known| *known.name == *name) {
                let position = place.position;
                head.subjects.push(Subject { name: name.into(), position, met: false });
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.heads.len()
    }

    /// Subjects that more than one case names, each with those cases.
    pub(crate) fn shared_subjects(&self) -> HashMap<String, Vec<String>> {
        let mut cases: HashMap<&str, Vec<&str>> = HashMap::new();
        for (stream, head) in self.heads.iter().filter(|(stream, _)| stream.starts_with("case/")) {
            for subject in &head.subjects {
                cases.entry(&subject.name).or_default().push(stream);
            }
        }
        let shared = cases.into_iter().filter(|(_, cases)| cases.len() > 1);
        let owned = |cases: Vec<&str>| cases.into_iter().map(str::to_owned).collect();
        shared.map(|(subject, cases)| (subject.to_owned(), owned(cases))).collect()
    }

    /// Compares a row of `stream_subjects` with what the acts named.
    pub(crate) fn meet(&mut self, row: &SubjectRow) -> Option<Finding> {
        let stream = format!("{}/{}", row.aggregate_type, row.aggregate_id);
        let head = self.heads.get_mut(stream.as_str());
        let subject =
            head.and_then(|head| head.subjects.iter_mut().find(|s| *s.name == *row.subject));
        let found = format!("{} first at position {}", row.subject, row.position);
        let expected = match subject {
            Some(subject) => {
                subject.met = true;
                if subject.position == row.position {
                    return None;
                }
                format!("{} first at position {}", row.subject, subject.position)
            }
            None => format!("no row: the stream never names {}", row.subject),
        };
        let mut finding = Finding::new(Fault::SubjectRow, expected, found);
        finding.stream = Some(stream);
        Some(finding.at_position(row.position))
    }

    /// The subjects that acts name and no row holds.
    pub(crate) fn unmet(&self) -> Vec<Finding> {
        let mut findings: Vec<_> = self
            .heads
            .iter()
            .flat_map(|(stream, head)| head.subjects.iter().map(move |s| (stream, s)))
            .filter(|(_, subject)| !subject.met)
            .map(|(stream, subject)| {
                let mut finding = Finding::new(Fault::SubjectMissing, &subject.name, "no row");
                finding.stream = Some(stream.to_string());
                finding.at_position(subject.position)
            })
            .collect();
        findings.sort_by_key(|finding| finding.position);
        findings
    }
}

fn check_previous(
    head: Option<&StreamHead>,
    entry: &Entry,
    place: &Place,
    expected_sequence: i64,
    findings: &mut Vec<Finding>,
) {
    let found = entry.previous;
    let agrees = match (head, found) {
        (None, None) => true,
        // Where the act before was altered, that is found there; the chain still holds to what
        // the log says of it.
        (Some(head), Some(previous)) => previous == head.leaf || previous == head.logged_leaf,
        // The gap was found; what went before it cannot be compared.
        (None, Some(_)) => place.sequence != expected_sequence,
        (Some(_), None) => false,
    };
    if !agrees {
        let text = |leaf: Option<[u8; 32]>| leaf.map_or_else(|| "absent".to_owned(), hex::encode);
        let expected = text(head.map(|head| head.leaf));
        findings.push(Finding::new(Fault::Chain, expected, text(found)).at(place));
    }
}

fn check_seen(
    head: Option<&StreamHead>,
    entry: &Entry,
    place: &Place,
    findings: &mut Vec<Finding>,
) -> Option<LookingBack> {
    match (head, entry.statement.seen) {
        (Some(head), Some(seen)) if seen.0 != head.statement => {
            // Only the law of a case knows acts that may be passed over.
            if entry.statement.stream.kind() != AggregateType::Case {
                let expected = hex::encode(head.statement);
                findings.push(Finding::new(Fault::SeenStale, expected, seen).at(place));
            }
            Some(LookingBack { place: place.clone(), seen: seen.0 })
        }
        (None, Some(seen)) => {
            findings.push(Finding::new(Fault::SeenUnknown, "absent", seen).at(place));
            None
        }
        (Some(_), None) => {
            findings.push(Finding::new(Fault::SeenMissing, "an earlier act", "absent").at(place));
            None
        }
        _ => None,
    }
}
