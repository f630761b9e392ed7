//! Counting what the law's rules found in imported acts, beside totals known from elsewhere.

use std::collections::{BTreeMap, HashSet};

use litopys_domain::violation::Words;
use serde::Deserialize;

use crate::cli::out::say;

/// A total that is known of a file: of cases or acts, of acts of one kind, or of acts for which a
/// rule or a clock of the law fired.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Total {
    title: Words,
    count: Option<Whole>,
    pub act: Option<String>,
    pub rule: Option<String>,
    known: u64,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Whole {
    Cases,
    Acts,
}

impl Total {
    /// Whether it says what is counted, once.
    pub(crate) fn is_sound(&self) -> bool {
        let named = [self.count.is_some(), self.act.is_some(), self.rule.is_some()];
        named.into_iter().filter(|named| *named).count() == 1
    }
}

/// What the ledger has of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    cases: HashSet<u64>,
    acts: BTreeMap<String, u64>,
    rules: BTreeMap<String, u64>,
}

impl Tally {
    /// Counts an act that the ledger has, and the rules that fired for it.
    pub(crate) fn take(&mut self, case: u64, act: &str, rules: &[String]) {
        self.cases.insert(case);
        *self.acts.entry(act.to_owned()).or_default() += 1;
        for rule in rules {
            *self.rules.entry(rule.clone()).or_default() += 1;
        }
    }

    fn count(&self, total: &Total) -> u64 {
        let of = |map: &BTreeMap<String, u64>, name: &Option<String>| {
            name.as_ref().and_then(|name| map.get(name)).copied().unwrap_or_default()
        };
        match total.count {
            Some(Whole::Cases) => self.cases.len() as u64,
            Some(Whole::Acts) => self.acts.values().sum(),
            None => of(&self.acts, &total.act) + of(&self.rules, &total.rule),
        }
    }

    /// Prints every total beside the known one, and answers how many differ.
    pub(crate) fn compare(&self, totals: &[Total]) -> usize {
        if totals.is_empty() {
            return 0;
        }
        say!();
        say!("{:>9} {:>9}", "computed", "known");
        let mut different = 0;
        for total in totals {
            let computed = self.count(total);
            let equal = computed == total.known;
            different += usize::from(!equal);
            let mark = if equal { "equal    " } else { "DIFFERENT" };
            let Words { en, uk } = &total.title;
            say!("{computed:>9} {:>9}  {mark}  {en} · {uk}", total.known);
        }
        different
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_counted() {
        let totals: Vec<Total> = serde_json::from_value(serde_json::json!([
            {"title": {"en": "Cases", "uk": "Справи"}, "count": "cases", "known": 2},
            {"title": {"en": "Acts", "uk": "Дії"}, "count": "acts", "known": 3},
            {"title": {"en": "Sent", "uk": "Надіслано"}, "act": "Sent", "known": 2},
            {"title": {"en": "Late", "uk": "Пізно"}, "rule": "LATE", "known": 1},
        ]))
        .unwrap();
        let mut tally = Tally::default();
        tally.take(2, "Opened", &[]);
        tally.take(2, "Sent", &["LATE".to_owned()]);
        tally.take(4, "Sent", &[]);
        assert_eq!(tally.compare(&totals), 0);
        tally.take(4, "Sent", &["LATE".to_owned()]);
        assert_eq!(tally.compare(&totals), 3, "acts, sent and late");
    }
}
