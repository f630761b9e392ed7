//! Step 1: published figures go in as single acts and come out as published.

use anyhow::{Context as _, bail};
use litopys_domain::ids::ContentHash;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::stage::Stage;
use crate::cli::client::{Client, Server};
use crate::cli::import::{Attestor, Refiner, Sender, Years, unhcr_records};
use crate::cli::law_files;
use crate::cli::out::{progress, say};

const TABLE: &[u8] = include_bytes!("../../../data/asylum_decisions_ukr.csv");
/// The same as UNHCR sums it.
const PUBLISHED: &[u8] = include_bytes!("../../../data/asylum_decisions_ukr_by_year.csv");

/// Counts of one year.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(super) struct Counts {
    recognized: u64,
    other: u64,
    rejected: u64,
    closed: u64,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct YearFigures {
    year: i16,
    published: Counts,
    computed: Counts,
}

#[derive(Debug)]
pub(super) struct Figures {
    pub years: Vec<YearFigures>,
}

impl Figures {
    pub(super) fn verdict(&self) -> anyhow::Result<()> {
        let wrong: Vec<_> = self
            .years
            .iter()
            .filter(|year| year.published != year.computed)
            .map(|year| year.year.to_string())
            .collect();
        if self.years.is_empty() {
            bail!("no published year was compared");
        }
        if wrong.is_empty() { Ok(()) } else { bail!("figures differ in {}", wrong.join(", ")) }
    }
}

pub(super) fn run(stage: &Stage, years: &Years, leave_out: usize) -> anyhow::Result<Figures> {
    let last = load(stage, years, leave_out)?;
    let server =
        Server { url: stage.server.url.clone(), token: Some(stage.token("reader", "statistics")?) };
    let client = Client::new(&server);
    say!("GET /v1/statistics/decisions?by=year,outcome beside the published figures:");
    say!("  year   recognized       other    rejected      closed   (computed/published)");
    let mut figures = Figures { years: Vec::new() };
    for (year, published) in published(years)? {
        let path = format!(
            "/v1/statistics/decisions?by=outcome&year={year}&procedure=international-protection\
             &at_least={last}"
        );
        let computed = counts(&client.get(&path)?)?;
        let pair = |computed: u64, published: u64| format!("{computed}/{published}");
        say!(
            "  {year} {:>12}{:>12}{:>12}{:>12}   {}",
            pair(computed.recognized, published.recognized),
            pair(computed.other, published.other),
            pair(computed.rejected, published.rejected),
            pair(computed.closed, published.closed),
            if computed == published { "equal" } else { "DIFFERENT" }
        );
        figures.years.push(YearFigures { year, published, computed });
    }
    Ok(figures)
}

/// One attested act for each decision; answers with the last position.
fn load(stage: &Stage, years: &Years, leave_out: usize) -> anyhow::Result<u64> {
    let rows = unhcr_records(TABLE, years)?;
    let mut records = rows.records;
    records.truncate(records.len().saturating_sub(leave_out));
    let attestor = stage.person("attestor")?;
    let refiner = Refiner::new(
        super::ORIGIN,
        ContentHash::of(TABLE),
        Attestor {
            key: attestor.key.clone(),
            officer: attestor.stream.clone(),
            role: attestor.role().to_owned(),
            office: attestor.office().to_owned(),
        },
        law_files::read(None)?,
    );
    let actor = stage.actor(attestor, "case:write")?;
    let bar = progress("attesting", records.len() as u64);
    let began = std::time::Instant::now();
    let mut bad = rows.bad;
    let mut sender = Sender::new(actor.client, &refiner, None);
    let sent = sender.send(&records, &mut bad, |done| bar.set_position(done))?;
    bar.finish_and_clear();
    if let Some(bad) = bad.first() {
        bail!("line {}: {}", bad.line, bad.reason);
    }
    say!("{} acts signed, recorded and proved in {}", sent.recorded, super::seconds(began));
    sent.last_position.context("no year of the table was chosen")
}

#[derive(Debug, Deserialize)]
struct PublishedRow {
    year: i16,
    procedure_type: String,
    dec_level: String,
    recognized: u64,
    other: u64,
    rejected: u64,
    closed: u64,
}

/// Government first instance as UNHCR sums it; for 2011 first instance and appeal together.
fn published(years: &Years) -> anyhow::Result<Vec<(i16, Counts)>> {
    let mut found = Vec::new();
    for row in csv::Reader::from_reader(PUBLISHED).deserialize::<PublishedRow>() {
        let row = row.context("the published figures cannot be read")?;
        let level = if row.year == 2011 { "FA" } else { "FI" };
        if row.procedure_type == "G" && row.dec_level == level && years.hold(row.year) {
            let PublishedRow { recognized, other, rejected, closed, .. } = row;
            found.push((row.year, Counts { recognized, other, rejected, closed }));
        }
    }
    Ok(found)
}

/// The answer's cells, by what the law calls each outcome in statistics.
fn counts(answer: &Value) -> anyhow::Result<Counts> {
    let mut counts = Counts::default();
    for cell in answer["cells"].as_array().context("the statistics hold no cells")? {
        let decisions = cell["decisions"].as_u64().context("a cell without a count")?;
        match cell["outcome"].as_str() {
            Some("GENCONV") => counts.recognized += decisions,
            Some("SUB_PROT") => counts.other += decisions,
            Some("REJECTED") => counts.rejected += decisions,
            Some("CLOSED") => counts.closed += decisions,
            other => bail!("the statistics name the outcome {other:?}"),
        }
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_published_year_is_the_sum_of_its_rows() {
        let published = published(&Years::All).unwrap();
        assert_eq!(published.len(), 22);
        let total: u64 =
            published.iter().map(|(_, c)| c.recognized + c.other + c.rejected + c.closed).sum();
        assert_eq!(total, 26_982);
    }

    #[test]
    fn a_missing_act_is_a_difference() {
        let published = Counts { rejected: 2, ..Counts::default() };
        let computed = Counts { rejected: 1, ..Counts::default() };
        let figures = Figures { years: vec![YearFigures { year: 2023, published, computed }] };
        assert!(figures.verdict().unwrap_err().to_string().contains("2023"));
    }
}
