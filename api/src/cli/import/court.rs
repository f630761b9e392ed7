//! The law judges an event log's acts before they are signed, as the ledger will: rules that fire
//! need the attestor's answer under the signature.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use litopys_api::clock::Clock;
use litopys_domain::act::RecordedAct;
use litopys_domain::canonical;
use litopys_domain::ids::StatementHash;
use litopys_domain::law::book::LawBook;
use litopys_domain::law::file::Severity;
use litopys_domain::law::fold::View;
use litopys_domain::law::judge::judge;
use litopys_domain::law::laws::Laws;
use litopys_domain::law::package::Package;
use litopys_domain::legal_time::RecordedAt;
use litopys_domain::log::Hash;
use litopys_domain::statement::{Answer, FlagAnswer, Statement};

use super::mapping::Mapping;
use crate::cli::law_files;

/// What the law says of a flag that is still to be answered.
const UNANSWERED: &str = "flag-unanswered";

/// The laws of one procedure, the answers of the mapping, and the acts so far.
pub(crate) struct Court {
    laws: Laws,
    today: Date,
    now: RecordedAt,
    answers: BTreeMap<String, Answer>,
    /// By the first line of each case.
    cases: HashMap<u64, Vec<RecordedAct>>,
}

impl Court {
    pub(crate) fn new(book: &LawBook, mapping: &Mapping) -> anyhow::Result<Self> {
        let name = &mapping.time_zone;
        let zone = TimeZone::get(name).with_context(|| format!("`{name}` is no time zone"))?;
        let now = Clock::system().now();
        let today = now.to_zoned(zone.clone()).date();
        let mut laws = Laws::new(zone);
        for date in book.edition_dates(&mapping.procedure) {
            let package = book
                .package(&mapping.procedure, date)
                .map_err(|problems| anyhow!(law_files::list(&problems)))?;
            let fetch = |hash| package.texts.get(&hash).map(|text| Arc::clone(&text.content));
            laws.publish(0, Arc::new(Package::load(&package.manifest, &fetch)?));
        }
        let answers = mapping.answers.clone();
        let cases = HashMap::new();
        Ok(Self { laws, today, now: RecordedAt::new(now), answers, cases })
    }

    /// Completes an act of a case with what it saw, its basis and the answers to its flags, and
    /// names the rules that fire.
    pub(crate) fn hear(&self, case: u64, act: &mut Statement) -> anyhow::Result<Vec<String>> {
        let acts = self.cases.get(&case).map_or(&[][..], Vec::as_slice);
        act.seen = acts.last().map(|act| act.hash);
        let date = act.occurred_at.date_in(self.laws.zone());
        let procedure = act.law.as_ref().map(|law| law.procedure.as_str()).unwrap_or_default();
        let position = acts.len() as u64 + 1;
        let law = self.laws.in_force(procedure, date, position).map(|package| &package.law);
        if let Some(act_law) = law.and_then(|law| law.act(&act.act)) {
            act.basis.clone_from(&act_law.basis);
            act.basis.sort_unstable();
            act.basis.dedup();
        }
        let verdict = judge(&self.laws, acts, &[], act, View::new(self.today, position));
        let refusals: Vec<_> = verdict
            .refusals
            .iter()
            .filter(|refusal| refusal.code != UNANSWERED)
            .map(|refusal| format!("{} {}", refusal.pointer, refusal.says.en))
            .collect();
        if !refusals.is_empty() {
            bail!("{}", refusals.join("; "));
        }
        let (mut answers, mut rules) = (Vec::new(), Vec::new());
        for flag in verdict.flags {
            if flag.severity != Severity::D {
                let answer = self.answers.get(&flag.rule).with_context(|| {
                    let (rule, says) = (&flag.rule, &flag.says.en);
                    format!("{rule} fires ({says}), and the mapping's `answers` do not name it")
                })?;
                let rule = flag.rule.clone();
                answers.push(FlagAnswer { rule, answer: *answer, reason: None });
            }
            rules.push(flag.rule);
        }
        answers.sort_by_key(canonical::to_string);
        answers.dedup();
        act.flags = answers;
        Ok(rules)
    }

    /// Keeps an act as the next of its case.
    pub(crate) fn keep(&mut self, case: u64, statement: Statement, hash: StatementHash) {
        let acts = self.cases.entry(case).or_default();
        let sequence = acts.len() as u64 + 1;
        acts.push(RecordedAct {
            statement: Arc::new(statement),
            hash,
            position: sequence,
            sequence,
            number: None,
            recorded_at: self.now,
            leaf: Hash::leaf(&hash.0),
        });
    }
}
