//! Flags and their answers.

use super::{Court, Flag, says};
use crate::{
    ids::AggregateType,
    law::{engine::OUT_OF_ORDER, file::Severity},
};

impl Court<'_, '_> {
    /// Raises a flag; of two with one id the graver counts.
    pub(super) fn flag(&mut self, mut flag: Flag) {
        let answer = self.statement.flags.iter().find(|answer| answer.rule == flag.rule);
        flag.answered = answer.map(|answer| answer.answer);
        match self.verdict.flags.iter_mut().find(|other| other.rule == flag.rule) {
            // V sorts before U before D.
            Some(other) if flag.severity < other.severity => *other = flag,
            Some(_) => {}
            None => self.verdict.flags.push(flag),
        }
    }

    /// Nobody answers for the ledger: that a term passed before it spoke is a defect of the case, and
    /// what a court decided is true whatever it upsets. But what the ledger only presumes must not
    /// upset what others did since.
    fn asks_signer(&self, flag: &Flag) -> bool {
        let mut signers = self.statement.signers.iter();
        let by_ledger = signers.all(|signer| signer.by.kind() == AggregateType::Ledger);
        !by_ledger || (flag.rule == OUT_OF_ORDER && !self.is_put())
    }

    pub(super) fn check_answers(&mut self) {
        let unanswered = self.verdict.flags.iter().filter(|flag| {
            flag.severity != Severity::D && flag.answered.is_none() && self.asks_signer(flag)
        });
        let unanswered: Vec<_> = unanswered.map(says::unanswered).collect();
        self.verdict.refusals.extend(unanswered);
        for (index, answer) in self.statement.flags.iter().enumerate() {
            // A running clock may come from an earlier edition, and its defect with it.
            let known = self.act_law.knows_rule(&answer.rule)
                || self.laws.editions(&self.law.procedure).any(|law| law.knows_rule(&answer.rule));
            if !known {
                self.refuse(says::unknown_rule(index, &answer.rule));
            }
        }
    }
}
