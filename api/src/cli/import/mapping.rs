//! Any other file: a mapping says which column is which fact.

use std::collections::BTreeMap;

use anyhow::Context as _;
use csv::StringRecord;
use litopys_domain::statement::Author;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{BadRow, Record, Rows};

/// Most decisions of one row; more is taken for a mistake in the file.
const COUNT_MAX: u32 = 100_000;

/// How columns become facts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mapping {
    procedure: String,
    /// Column of the legal date: a year, month, day or instant.
    occurred_at: String,
    /// Column that says how many equal decisions a row stands for.
    #[serde(default)]
    count: Option<String>,
    author: Author,
    #[serde(default = "attested")]
    source: String,
    facts: BTreeMap<String, Fact>,
}

fn attested() -> String {
    "PAPER-ATTESTED".to_owned()
}

/// Where a fact comes from.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Fact {
    Column {
        column: String,
        /// Codes of the file that are others in the ledger.
        #[serde(default)]
        codes: BTreeMap<String, String>,
    },
    Same {
        value: Value,
    },
}

pub(super) fn records(bytes: &[u8], mapping: &Mapping) -> anyhow::Result<Rows> {
    let mut reader = csv::Reader::from_reader(bytes);
    let headers = reader.headers().context("the file has no header")?.clone();
    let columns = Columns { headers: &headers };
    mapping.check(&columns)?;
    let mut rows = Rows::default();
    for read in reader.records() {
        let line = match &read {
            Ok(row) => row.position().map_or(0, csv::Position::line),
            Err(error) => error.position().map_or(0, csv::Position::line),
        };
        let made = read.map_err(Into::into).and_then(|row| mapping.read(&row, &columns, line));
        match made {
            Ok(records) => rows.records.extend(records),
            Err(error) => rows.bad.push(BadRow { line, reason: format!("{error:#}") }),
        }
    }
    Ok(rows)
}

struct Columns<'a> {
    headers: &'a StringRecord,
}

impl Columns<'_> {
    fn index(&self, name: &str) -> anyhow::Result<usize> {
        self.headers.iter().position(|header| header == name).with_context(|| {
            let known: Vec<_> = self.headers.iter().collect();
            format!("the file has no column `{name}`; it has {}", known.join(", "))
        })
    }

    fn value<'r>(&self, row: &'r StringRecord, name: &str) -> anyhow::Result<&'r str> {
        row.get(self.index(name)?).with_context(|| format!("the row has no `{name}`"))
    }
}

impl Mapping {
    /// Columns that are not there are a mistake of the mapping, not of every row.
    fn check(&self, columns: &Columns<'_>) -> anyhow::Result<()> {
        let facts = self.facts.values().filter_map(|fact| match fact {
            Fact::Column { column, .. } => Some(column),
            Fact::Same { .. } => None,
        });
        for name in facts.chain(&self.count).chain([&self.occurred_at]) {
            columns.index(name)?;
        }
        Ok(())
    }

    fn read(
        &self,
        row: &StringRecord,
        columns: &Columns<'_>,
        line: u64,
    ) -> anyhow::Result<Vec<Record>> {
        let occurred_at = columns.value(row, &self.occurred_at)?.parse()?;
        let count = match &self.count {
            None => 1,
            Some(name) => {
                let text = columns.value(row, name)?;
                let count = text.parse().ok().filter(|count| *count <= COUNT_MAX);
                count.with_context(|| format!("`{name}` is `{text}`: a count is expected"))?
            }
        };
        let mut facts = Map::new();
        for (name, fact) in &self.facts {
            let value = match fact {
                Fact::Same { value } => value.clone(),
                Fact::Column { column, codes } => {
                    let text = columns.value(row, column)?;
                    codes.get(text).map_or(text, String::as_str).into()
                }
            };
            if value != "" {
                facts.insert(name.clone(), value);
            }
        }
        Ok((0..count)
            .map(|n| Record {
                line,
                copy: n.to_string(),
                procedure: self.procedure.clone(),
                occurred_at,
                facts: facts.clone(),
                author: self.author.clone(),
                source: self.source.clone(),
            })
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping() -> Mapping {
        serde_json::from_value(serde_json::json!({
            "procedure": "forced-return",
            "occurred_at": "day",
            "count": "n",
            "author": {"role": "R-TO-HEAD"},
            "facts": {
                "state": {"value": "decided"},
                "country": {"column": "origin", "codes": {"UNK": "XXX"}},
            },
        }))
        .unwrap()
    }

    #[test]
    fn columns_become_facts() {
        let rows = records(b"day,n,origin\n2020-02-03,2,UNK\n2020,1,AFG\n", &mapping()).unwrap();
        let countries: Vec<_> =
            rows.records.iter().map(|r| (r.line, r.facts["country"].clone())).collect();
        assert_eq!(countries, [(2, "XXX".into()), (2, "XXX".into()), (3, "AFG".into())]);
        assert_ne!(rows.records[0].copy, rows.records[1].copy);
    }

    #[test]
    fn a_bad_row_keeps_its_line() {
        let rows = records(b"day,n,origin\nsoon,1,AFG\n2020,x,AFG\n2021,1,AFG\n", &mapping());
        let rows = rows.unwrap();
        assert_eq!(rows.bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(rows.records.len(), 1);
    }

    #[test]
    fn a_column_that_is_not_there_stops_the_import() {
        let error = records(b"day,n\n2020,1\n", &mapping()).unwrap_err().to_string();
        assert!(error.contains("`origin`") && error.contains("day, n"), "{error}");
    }
}
