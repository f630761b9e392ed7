//! What engine acts do to a case beside its state and clocks: whose it is, whom it is about, which
//! cases hang together with it, which acts are stopped.

use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value as Json;

use super::{CaseState, Item};
use crate::{
    ids::{AggregateType, StatementHash, StreamId},
    law::engine::EngineAct,
    statement::Statement,
};

/// A case on its way to another office. It stays with the sender until it is received.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Transfer<'a> {
    pub act: StatementHash,
    pub since: Date,
    /// The office of CL-TO that is to receive it.
    pub to: &'a str,
}

/// Another case that this one hangs together with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Link<'a> {
    /// The stream of the other case.
    pub case: &'a str,
    /// A code of CL-LINK.
    pub link: &'a str,
    pub act: StatementHash,
    pub since: Date,
}

/// Acts that may not be taken for the time being. Lifted stops are gone.
#[derive(Debug, Clone, Serialize)]
pub struct Stop<'a> {
    pub act: StatementHash,
    pub blocks: Vec<&'a str>,
    /// A code of CL-STOP.
    pub ground: &'a str,
    pub since: Date,
    /// Its last day, where it has one.
    pub until: Option<Date>,
    /// Overrides that no act has used yet; each lets one act pass.
    pub overrides: usize,
}

impl Stop<'_> {
    pub fn is_in_force(&self, date: Date) -> bool {
        self.since <= date && self.until.is_none_or(|until| date <= until)
    }

    fn names(&self, act: &str, date: Date) -> bool {
        self.is_in_force(date) && self.blocks.contains(&act)
    }
}

/// The other case that a link names, if it names one.
pub fn linked_case(statement: &Statement) -> Option<StreamId> {
    let named: StreamId = statement.facts.get("case")?.as_str()?.parse().ok()?;
    (named.kind() == AggregateType::Case && named != statement.stream).then_some(named)
}

impl<'a> CaseState<'a> {
    /// The stop that keeps an act from being taken on a date, if one does.
    pub fn stop_of(&self, act: &str, date: Date) -> Option<&Stop<'a>> {
        self.stops.iter().find(|stop| stop.overrides == 0 && stop.names(act, date))
    }

    pub fn is_linked(&self, case: &str, link: &str) -> bool {
        self.links.iter().any(|one| one.case == case && one.link == link)
    }

    /// Takes in an effective act.
    pub(super) fn keep(&mut self, engine: Option<EngineAct>, item: &Item<'a>) {
        self.name_subjects(engine, item);
        if self.office.is_none() {
            self.office = item.statement.signers.first().and_then(|one| one.office.as_deref());
        }
        let Some(engine) = engine else {
            self.pass_stops(item);
            return;
        };
        let concerned = item.statement.concerns.first().copied();
        match engine {
            EngineAct::Closed => self.is_closed = true,
            EngineAct::Reopened => self.is_closed = false,
            EngineAct::Transferred => {
                self.transfer = text(item, "to_office").map(|to| Transfer {
                    act: item.hash,
                    since: item.date,
                    to,
                });
            }
            EngineAct::TransferReceived => {
                let received = self.transfer.take().map(|transfer| transfer.to);
                self.office = received.or(self.office);
            }
            EngineAct::Linked => self.links.extend(link(item)),
            EngineAct::Unlinked => {
                if let Some(gone) = link(item) {
                    self.links.retain(|one| (one.case, one.link) != (gone.case, gone.link));
                }
            }
            EngineAct::Stopped => self.stops.push(stop(item)),
            EngineAct::StopLifted => self.stops.retain(|stop| Some(stop.act) != concerned),
            EngineAct::StopOverridden => {
                let overridden = self.stops.iter_mut().filter(|stop| Some(stop.act) == concerned);
                overridden.for_each(|stop| stop.overrides += 1);
            }
            _ => {}
        }
    }

    /// A correction says who is meant from there on; every other act may bring somebody in.
    fn name_subjects(&mut self, engine: Option<EngineAct>, item: &Item<'a>) {
        let named = &item.statement.subjects;
        if engine == Some(EngineAct::SubjectCorrected) && !named.is_empty() {
            let before = std::mem::take(&mut self.subjects);
            self.former_subjects.extend(before);
            self.former_subjects.retain(|former| !named.contains(former));
        }
        for subject in named {
            if !self.subjects.contains(&subject) {
                self.subjects.push(subject);
            }
        }
    }

    /// An overridden stop lets one act pass.
    fn pass_stops(&mut self, item: &Item<'a>) {
        for stop in &mut self.stops {
            if stop.overrides > 0 && stop.names(&item.statement.act, item.date) {
                stop.overrides -= 1;
            }
        }
    }

    /// Whether a correction took this person out of the case.
    pub(crate) fn is_former_subject(&self, subject: &StreamId) -> bool {
        self.former_subjects.contains(&subject)
    }
}

fn text<'a>(item: &Item<'a>, fact: &str) -> Option<&'a str> {
    item.statement.facts.get(fact).and_then(Json::as_str)
}

fn link<'a>(item: &Item<'a>) -> Option<Link<'a>> {
    let (case, link) = (text(item, "case")?, text(item, "link")?);
    Some(Link { case, link, act: item.hash, since: item.date })
}

fn stop<'a>(item: &Item<'a>) -> Stop<'a> {
    let blocks = item.statement.facts.get("blocks").and_then(Json::as_array);
    Stop {
        act: item.hash,
        blocks: blocks.into_iter().flatten().filter_map(Json::as_str).collect(),
        ground: text(item, "ground").unwrap_or_default(),
        since: item.date,
        until: text(item, "until").and_then(|date| date.parse().ok()),
        overrides: 0,
    }
}
