//! What a rule rests on: articles with the titles of their acts of law, how sure the reading is, and
//! since when the text stands.

use jiff::civil::Date;
use litopys_domain::law::model::{ActLaw, Law, RuleLaw};
use litopys_domain::violation::Certainty;

pub(super) struct Sources<'l> {
    pub law: &'l Law,
    /// Oldest first.
    pub earlier: &'l [Law],
}

impl Sources<'_> {
    /// Article, source and certainty, as labels and texts.
    pub(super) fn ground(
        &self,
        basis: &[String],
        certainty: Certainty,
    ) -> Vec<(&'static str, String)> {
        let mut side = Vec::new();
        if !basis.is_empty() {
            side.push(("Article · Стаття", basis.join(", ")));
        }
        let mut sources: Vec<String> =
            basis.iter().filter_map(|article| self.act(article)).collect();
        sources.dedup();
        if !sources.is_empty() {
            side.push(("Source · Джерело", sources.join("; ")));
        }
        side.push(("Certainty · Певність", format!("{certainty:?}").to_lowercase()));
        side
    }

    /// The act of law that `L3773:26(1)` names.
    fn act(&self, article: &str) -> Option<String> {
        let code = article.split(':').next()?;
        let acts = self.law.lists.get("CL-ACT")?;
        acts.on(code, self.law.edition).map(|act| act.title.uk.clone())
    }

    /// The first edition from which on the rule stood as it stands.
    pub(super) fn rule_since(&self, act: &ActLaw, rule: &RuleLaw) -> Date {
        let same = |law: &&Law| {
            let rules = law.act(&act.id).map(|act| act.rules.as_slice()).unwrap_or_default();
            rules.iter().any(|old| {
                old.id == rule.id
                    && old.condition() == rule.condition()
                    && old.effect == rule.effect
                    && old.says == rule.says
            })
        };
        let before = self.earlier.iter().rev().take_while(same).last();
        before.map_or(self.law.edition, |law| law.edition)
    }
}
