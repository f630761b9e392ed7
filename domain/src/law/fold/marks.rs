//! What acts say about other acts: entered in error, rebutted, served, corrected.

use jiff::civil::Date;

use super::{ActStatus, Item};
use crate::{
    law::{
        engine::EngineAct,
        file::ActKind,
        laws::{Laws, Question},
    },
    statement::Statement,
};

#[derive(Debug, Clone, Default)]
pub(super) struct Mark<'a> {
    status: Option<ActStatus>,
    pub served_on: Option<Date>,
    /// In legal order, so that the last one that names a fact says it.
    pub corrections: Vec<&'a Statement>,
}

/// One mark per item.
pub(super) struct Marks<'a> {
    of_items: Vec<Mark<'a>>,
    /// Positions of effective acts that took others back.
    pub errors: Vec<u64>,
    /// The position of the last determination of the state; 0 where there is none.
    pub determined: u64,
}

impl<'a> Marks<'a> {
    /// `items` stand in legal order; the first `visible` of them are folded. What takes an act back
    /// or puts it right is about the record: it counts for every legal date once it is recorded.
    pub(super) fn of(laws: &Laws, items: &[Item<'a>], visible: usize) -> Self {
        let none = vec![Mark::default(); items.len()];
        let mut marks = Self { of_items: none, errors: Vec::new(), determined: 0 };
        marks.take_back(items);
        marks.put_right(items);
        let items = &items[..visible];
        for (index, item) in items.iter().enumerate() {
            if marks.of_items[index].status.is_some() {
                continue;
            }
            let engine = EngineAct::parse(&item.statement.act);
            if engine == Some(EngineAct::StateDetermined) {
                marks.determined = marks.determined.max(item.position);
            }
            for hash in &item.statement.concerns {
                let Some(target) = items.iter().position(|other| other.hash == *hash) else {
                    continue;
                };
                marks.concern(laws, items, (index, target), engine);
            }
        }
        marks
    }

    /// The latest record counts first, so that an error about an error restores the act.
    fn take_back(&mut self, items: &[Item<'a>]) {
        let mut order: Vec<usize> = (0..items.len())
            .filter(|index| items[*index].statement.act == "EnteredInError")
            .collect();
        order.sort_by_key(|index| std::cmp::Reverse(items[*index].position));
        for index in order {
            if self.of_items[index].status.is_some() {
                continue;
            }
            self.errors.push(items[index].position);
            for hash in &items[index].statement.concerns {
                if let Some(target) = items.iter().position(|other| other.hash == *hash) {
                    self.of_items[target].status = Some(ActStatus::EnteredInError);
                }
            }
        }
    }

    fn put_right(&mut self, items: &[Item<'a>]) {
        for (index, item) in items.iter().enumerate() {
            let corrects = item.statement.act == EngineAct::ClericalErrorCorrected.id();
            if !corrects || self.of_items[index].status.is_some() {
                continue;
            }
            for hash in &item.statement.concerns {
                if let Some(target) = items.iter().position(|other| other.hash == *hash) {
                    self.of_items[target].corrections.push(item.statement);
                }
            }
        }
    }

    fn concern(
        &mut self,
        laws: &Laws,
        items: &[Item<'a>],
        (index, target): (usize, usize),
        engine: Option<EngineAct>,
    ) {
        let (item, other) = (&items[index], &items[target]);
        let mark = &mut self.of_items[target];
        match engine {
            Some(EngineAct::LetterServed) => {
                mark.served_on = Some(mark.served_on.map_or(item.date, |d| d.min(item.date)));
            }
            Some(EngineAct::ClericalErrorCorrected) => {}
            _ => {
                let earlier = item.date < other.date && item.position > other.position;
                if earlier && mark.status.is_none() && is_presumption(laws, other) {
                    mark.status = Some(ActStatus::Rebutted);
                }
            }
        }
    }

    pub(super) fn status(&self, index: usize) -> Option<ActStatus> {
        self.of_items[index].status
    }

    pub(super) fn get(&self, index: usize) -> &Mark<'a> {
        &self.of_items[index]
    }
}

/// Whether an act is one that a clock signed.
pub(super) fn is_presumption(laws: &Laws, item: &Item<'_>) -> bool {
    let Some(law) = &item.statement.law else { return false };
    let question = Question {
        procedure: &law.procedure,
        date: item.date,
        opened: None,
        position: item.position,
    };
    laws.due(question)
        .and_then(|due| due.law().act(&item.statement.act))
        .is_some_and(|act| act.kind == ActKind::Service)
}
