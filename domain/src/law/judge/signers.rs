//! Who signs, for whom, in which office; and the codes a statement carries. That a signer really
//! holds the post is the registry's question.

use std::collections::BTreeSet;

use super::{Court, Flag, says};
use crate::{
    ids::AggregateType,
    law::{
        engine::{AUTHOR, EngineAct},
        file::{ActKind, Severity},
        lists::{OFFICES, PLACES},
    },
    statement::Signer,
};

impl Court<'_, '_> {
    pub(super) fn check_signers(&mut self) {
        let statement = self.statement;
        if self.act.kind == ActKind::Service {
            self.check_service();
            return;
        }
        if self.is_put() {
            return;
        }
        let distinct: BTreeSet<_> = statement.signers.iter().map(|signer| &signer.by).collect();
        if distinct.len() < self.act.signatures {
            self.refuse(says::too_few_signatures(self.act.signatures));
        }
        match &statement.author {
            None => self.check_own(),
            Some(author) => self.check_recorded(&author.role),
        }
        for (index, signer) in statement.signers.iter().enumerate() {
            self.check_office(index, signer);
        }
    }

    /// The signature is the decision.
    fn check_own(&mut self) {
        let act = self.act;
        if act.signed_by.is_empty() || act.kind == ActKind::External {
            self.refuse(says::author_required(&act.on_behalf_of));
            return;
        }
        let signers = &self.statement.signers;
        for (index, signer) in signers.iter().enumerate() {
            let fits = signer.by.kind() == AggregateType::Officer
                && act.signed_by.iter().flatten().any(|role| *role == signer.role);
            if !fits {
                self.refuse(says::may_not_sign(index, &signer.role, &act.signed_by));
            }
        }
        let together = |roles: &Vec<String>| {
            roles.iter().all(|role| signers.iter().any(|signer| signer.role == *role))
        };
        if !act.signed_by.iter().any(together) {
            self.refuse(says::not_all_signed(&act.signed_by));
        }
    }

    /// Recorded for somebody else: the recorder's right is required, the author's role only flags.
    fn check_recorded(&mut self, author: &str) {
        let act = self.act;
        for (index, signer) in self.statement.signers.iter().enumerate() {
            let fits = match signer.by.kind() {
                AggregateType::Officer => act.recorded_by.contains(&signer.role),
                AggregateType::Service => !act.services.is_empty(),
                _ => false,
            };
            if !fits {
                self.refuse(says::may_not_record(index, &signer.role, &act.recorded_by));
            }
        }
        let roles = self.act_law.lists.get("CL-ROLE");
        if roles.is_some_and(|roles| roles.on(author, self.item.date).is_none()) {
            self.refuse(says::unknown_role(author));
            return;
        }
        // A record's author is held to the decision the record holds, if it names one.
        let decider = match act.engine {
            Some(EngineAct::LegacyRecordAttested) => {
                let decision = self.statement.facts.get("decision");
                decision.and_then(serde_json::Value::as_str).and_then(|id| self.law.act(id))
            }
            _ => Some(act),
        };
        let Some(decider) = decider else { return };
        let mut named = decider.on_behalf_of.iter().chain(decider.signed_by.iter().flatten());
        if !named.any(|role| role == author) {
            self.flag(Flag {
                rule: AUTHOR.to_owned(),
                severity: Severity::V,
                answered: None,
                says: says::author_without_power(author, &decider.id),
                mend: None,
                basis: decider.basis.clone(),
                certainty: decider.certainty,
            });
        }
    }

    fn check_service(&mut self) {
        let fired = self.law.clocks.iter().any(|c| c.fires.as_deref() == Some(&self.act.id));
        for (index, signer) in self.statement.signers.iter().enumerate() {
            let fits = match signer.by.kind() {
                AggregateType::Ledger => fired,
                AggregateType::Service => !self.act.services.is_empty(),
                _ => false,
            };
            if !fits {
                self.refuse(says::only_services(index, &self.act.id));
            }
        }
        if self.statement.author.is_some() {
            self.refuse(says::author_not_allowed());
        }
    }

    /// The office must exist on the day of signing, in its own name.
    fn check_office(&mut self, index: usize, signer: &Signer) {
        if signer.by.kind() != AggregateType::Officer {
            return;
        }
        let today = self.view.date;
        let lists = &self.act_law.lists;
        let Some(office) = &signer.office else {
            self.refuse(says::office_missing(index));
            return;
        };
        let body = lists.get(OFFICES).is_some_and(|list| list.office_exists(office, today));
        let place = lists.get(PLACES).is_some_and(|list| list.on(office, today).is_some());
        if !body && !place {
            let successor = lists.get(OFFICES).and_then(|list| list.body(office, today));
            self.refuse(says::unknown_office(index, office, today, successor));
        }
    }

    /// Source and legal basis.
    pub(super) fn check_codes(&mut self) {
        let statement = self.statement;
        let lists = &self.act_law.lists;
        let source = lists.get("CL-SOURCE").and_then(|l| l.on(&statement.source, self.view.date));
        if source.is_none() {
            self.refuse(says::unknown_source(&statement.source));
        }
        let acts = lists.get("CL-ACT");
        for (index, basis) in statement.basis.iter().enumerate() {
            let act = basis.split(':').next().unwrap_or_default();
            if acts.is_some_and(|acts| !acts.knows(act)) {
                self.refuse(says::unknown_basis(index, basis));
            }
        }
        let decides = self.act.kind == ActKind::Decision && self.act.engine.is_none();
        if decides && statement.basis.is_empty() {
            self.refuse(says::missing_basis(&self.act.basis));
        }
    }
}
