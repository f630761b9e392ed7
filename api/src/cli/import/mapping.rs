//! What a mapping file says: which column is which fact, and which word of a log is which act.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use litopys_domain::law::book::LawBook;
use litopys_domain::law::engine::FLAGS;
use litopys_domain::law::model::Law;
use litopys_domain::law::node::Node;
use litopys_domain::law::value::Type;
use litopys_domain::statement::{Answer, Author};
use serde::Deserialize;
use serde_json::Value;

use super::record::LEGACY;
use super::tally::Total;
use crate::cli::law_files;

/// How a file becomes acts. YAML, or JSON, which is YAML too.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mapping {
    pub procedure: String,
    /// Column of the legal date: a year, month, day or instant.
    pub occurred_at: String,
    /// Column whose equal values make one case, whose acts stand in their order. Without it every
    /// row is a case of its own.
    pub case: Option<String>,
    /// Column that says which act a row is. Without it every row is an attested record.
    pub act: Option<String>,
    /// The acts by what stands in the column `act`.
    #[serde(default)]
    pub acts: BTreeMap<String, ActMapping>,
    /// Column that says how many equal decisions a row stands for.
    pub count: Option<String>,
    /// Who decided, where the act does not say otherwise.
    pub author: Option<Author>,
    #[serde(default = "attested")]
    pub source: String,
    /// Facts of every act.
    #[serde(default)]
    pub facts: BTreeMap<String, Fact>,
    /// ISO 4217, of the sums of money.
    pub currency: Option<String>,
    /// The zone of the log's days.
    #[serde(default = "universal")]
    pub time_zone: String,
    /// The attestor's answers to flags, by rule, given where the rule fires.
    #[serde(default)]
    pub answers: BTreeMap<String, Answer>,
    /// Totals that are known of the file, to stand beside what the law's rules find.
    #[serde(default)]
    pub totals: Vec<Total>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActMapping {
    pub act: String,
    pub author: Option<Author>,
    #[serde(default)]
    pub facts: BTreeMap<String, Fact>,
}

/// Where a fact comes from: a column, or the same value for every row.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fact {
    pub column: Option<String>,
    /// Codes of the file that are others in the ledger; an empty one leaves the fact out.
    #[serde(default)]
    pub codes: BTreeMap<String, String>,
    pub value: Option<Value>,
}

fn attested() -> String {
    "PAPER-ATTESTED".to_owned()
}

fn universal() -> String {
    "UTC".to_owned()
}

/// The types of an act's fields, by field.
pub(crate) type Fields = BTreeMap<String, Type>;

impl Mapping {
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&path.display().to_string(), &text)
    }

    pub(crate) fn parse(name: &str, text: &str) -> anyhow::Result<Self> {
        let node = Node::from_yaml(name, text).map_err(|problem| anyhow!("{problem}"))?;
        let mapping: Self = node.read(name).map_err(|problem| anyhow!("{problem}"))?;
        mapping.check().with_context(|| format!("{name} does not hold together"))?;
        Ok(mapping)
    }

    fn check(&self) -> anyhow::Result<()> {
        if self.case.is_some() != self.act.is_some() || self.act.is_some() == self.acts.is_empty() {
            bail!("an event log needs `case`, `act` and `acts`; other files need none of them");
        }
        if self.totals.iter().any(|total| !total.is_sound()) {
            bail!("each of `totals` says once what it counts: `count`, `act` or `rule`");
        }
        if self.count.is_some() && self.case.is_some() {
            bail!("a row of an event log is one act: leave `count` out");
        }
        for (name, fact) in self.all_facts() {
            if fact.column.is_some() == fact.value.is_some() {
                bail!("the fact `{name}` takes either `column` or `value`");
            }
        }
        for (word, act) in &self.acts {
            if act.author.is_none() && self.author.is_none() {
                bail!("who did `{word}`? give an `author` to it or to the whole mapping");
            }
        }
        if self.acts.is_empty() && self.author.is_none() {
            bail!("the `author` is missing: whose decisions are these?");
        }
        Ok(())
    }

    pub(crate) fn all_facts(&self) -> impl Iterator<Item = (&String, &Fact)> {
        self.facts.iter().chain(self.acts.values().flat_map(|act| &act.facts))
    }

    /// The columns it reads.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &String> {
        let facts = self.all_facts().filter_map(|(_, fact)| fact.column.as_ref());
        let own = [&self.case, &self.act, &self.count].into_iter().flatten();
        facts.chain(own).chain([&self.occurred_at])
    }

    /// The fields of every act it makes, as the procedure's editions declare them. Acts, facts and
    /// rules that no edition has are a mistake of the mapping, not of every row.
    pub(crate) fn fields(&self, book: &LawBook) -> anyhow::Result<BTreeMap<String, Fields>> {
        let mut fields: BTreeMap<String, Fields> = BTreeMap::new();
        let mut rules: BTreeSet<String> = FLAGS.into_iter().map(str::to_owned).collect();
        let dates = book.edition_dates(&self.procedure);
        if dates.is_empty() {
            bail!("the law has no procedure `{}`", self.procedure);
        }
        for date in dates {
            let law = book
                .law(&self.procedure, date)
                .map_err(|problems| anyhow!(law_files::list(&problems)))?;
            for act in law.acts.values() {
                let own = act.fields.iter().map(|(name, field)| (name.clone(), field.ty.clone()));
                fields.entry(act.id.clone()).or_default().extend(own);
            }
            rules.extend(rules_of(&law));
        }
        self.check_names(&fields, &rules)?;
        Ok(fields)
    }

    fn check_names(
        &self,
        fields: &BTreeMap<String, Fields>,
        rules: &BTreeSet<String>,
    ) -> anyhow::Result<()> {
        let counted = self.totals.iter().filter_map(|total| total.act.as_ref());
        let acts = self.acts.values().map(|act| &act.act).chain(counted);
        if let Some(act) = acts.into_iter().find(|act| !fields.contains_key(*act)) {
            bail!("the procedure {} has no act `{act}`", self.procedure);
        }
        let facts = self
            .acts
            .values()
            .flat_map(|act| act.facts.keys().chain(self.facts.keys()).map(|fact| (&act.act, fact)));
        let declared = |act, fact| fields.get(act).is_some_and(|own| own.contains_key(fact));
        if let Some((act, fact)) = facts.into_iter().find(|(act, fact)| !declared(*act, *fact)) {
            bail!("{act} has no field `{fact}`");
        }
        let counted = self.totals.iter().filter_map(|total| total.rule.as_ref());
        if let Some(rule) = self.answers.keys().chain(counted).find(|rule| !rules.contains(*rule)) {
            bail!("the procedure {} has no rule `{rule}`", self.procedure);
        }
        Ok(())
    }

    /// What a row is, by the word in its column `act`.
    pub(crate) fn act(
        &self,
        word: Option<&str>,
    ) -> anyhow::Result<(&str, &Author, Vec<FactOf<'_>>)> {
        let whole = self.facts.iter();
        let Some(word) = word else {
            let author = self.author.as_ref().context("no author")?;
            return Ok((LEGACY, author, whole.collect()));
        };
        let act = self.acts.get(word).with_context(|| {
            let known: Vec<_> = self.acts.keys().map(String::as_str).collect();
            format!("`{word}` is no act of the mapping; it has {}", known.join(", "))
        })?;
        let author = act.author.as_ref().or(self.author.as_ref()).context("no author")?;
        Ok((&act.act, author, whole.chain(&act.facts).collect()))
    }
}

/// A fact's name and where it comes from.
pub(crate) type FactOf<'m> = (&'m String, &'m Fact);

fn rules_of(law: &Law) -> impl Iterator<Item = String> {
    let rules = law.acts.values().flat_map(|act| &act.rules).map(|rule| rule.id.clone());
    let clocks = law.clocks.iter().filter_map(|clock| clock.overdue.as_ref());
    rules.chain(clocks.map(|overdue| overdue.id.clone()))
}
