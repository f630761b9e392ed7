//! Rows of a file, read as a mapping says.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context as _, bail};
use csv::StringRecord;
use litopys_domain::law::value::Type;
use serde_json::{Map, Value, json};

use super::mapping::{Fact, Fields, Mapping};
use super::{BadRow, Record, Rows};

/// Most decisions of one row; more is taken for a mistake in the file.
const COUNT_MAX: u32 = 100_000;
/// Minor units of a currency have two digits.
const MINOR_DIGITS: usize = 2;

pub(super) fn records(
    bytes: &[u8],
    mapping: &Mapping,
    fields: &BTreeMap<String, Fields>,
) -> anyhow::Result<Rows> {
    let mut reader = csv::Reader::from_reader(bytes);
    let headers = reader.headers().context("the file has no header")?.clone();
    for name in mapping.columns() {
        if !headers.iter().any(|header| header == name) {
            let known: Vec<_> = headers.iter().collect();
            bail!("the file has no column `{name}`; it has {}", known.join(", "));
        }
    }
    let mut table = Table { mapping, fields, headers: &headers, cases: HashMap::new() };
    let mut rows = Rows::default();
    for read in reader.records() {
        match read {
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                rows.bad.push(BadRow { line, column: None, reason: error.to_string() });
            }
            Ok(row) => {
                let line = row.position().map_or(0, csv::Position::line);
                match table.read(&row, line) {
                    Ok(records) => rows.records.extend(records),
                    Err(Bad { column, error }) => {
                        rows.bad.push(BadRow { line, column, reason: format!("{error:#}") });
                    }
                }
            }
        }
    }
    Ok(rows)
}

/// What is wrong with a row, and in which of its columns (from 1).
struct Bad {
    column: Option<usize>,
    error: anyhow::Error,
}

impl From<anyhow::Error> for Bad {
    fn from(error: anyhow::Error) -> Self {
        Self { column: None, error }
    }
}

struct Table<'m> {
    mapping: &'m Mapping,
    fields: &'m BTreeMap<String, Fields>,
    headers: &'m StringRecord,
    /// The first line of each case.
    cases: HashMap<String, u64>,
}

impl Table<'_> {
    /// What stands in a column, made into something; the error names the column.
    fn take<'r, T>(
        &self,
        row: &'r StringRecord,
        name: &str,
        make: impl FnOnce(&'r str) -> anyhow::Result<T>,
    ) -> Result<T, Bad> {
        let index = self.headers.iter().position(|header| header == name).unwrap_or_default();
        let text = row.get(index).unwrap_or_default();
        make(text).with_context(|| format!("`{name}`")).map_err(|error| {
            let column = Some(index + 1);
            Bad { column, error }
        })
    }

    fn read(&mut self, row: &StringRecord, line: u64) -> Result<Vec<Record>, Bad> {
        let mapping = self.mapping;
        let occurred_at = self.take(row, &mapping.occurred_at, |text| Ok(text.parse()?))?;
        let count = match &mapping.count {
            None => 1,
            Some(name) => self.take(row, name, read_count)?,
        };
        let (act, author, from) = match &mapping.act {
            None => mapping.act(None)?,
            Some(name) => self.take(row, name, |word| mapping.act(Some(word)))?,
        };
        let fields = self.fields.get(act);
        let mut facts = Map::new();
        for (name, fact) in from {
            let ty = fields.and_then(|fields| fields.get(name));
            if let Some(value) = self.fact(row, fact, ty)? {
                facts.insert(name.clone(), value);
            }
        }
        let case = match &mapping.case {
            None => line,
            Some(name) => {
                let key = self.take(row, name, |key| {
                    anyhow::ensure!(!key.is_empty(), "no case is named");
                    Ok(key.to_owned())
                })?;
                *self.cases.entry(key).or_insert(line)
            }
        };
        let record = |n: u32| Record {
            line,
            copy: n.to_string(),
            case,
            procedure: mapping.procedure.clone(),
            act: act.to_owned(),
            occurred_at,
            facts: facts.clone(),
            author: author.clone(),
            source: mapping.source.clone(),
        };
        Ok((0..count).map(record).collect())
    }

    fn fact(
        &self,
        row: &StringRecord,
        fact: &Fact,
        ty: Option<&Type>,
    ) -> Result<Option<Value>, Bad> {
        let Some(column) = &fact.column else { return Ok(fact.value.clone()) };
        self.take(row, column, |text| {
            let text = fact.codes.get(text).map_or(text, String::as_str);
            if text.is_empty() {
                return Ok(None);
            }
            value(text, ty, self.mapping.currency.as_deref()).map(Some)
        })
    }
}

fn read_count(text: &str) -> anyhow::Result<u32> {
    let count = text.parse().ok().filter(|count| *count <= COUNT_MAX);
    count.with_context(|| format!("`{text}`: a count is expected"))
}

/// A column's text as a fact of the type that the law declares; fields it does not declare are
/// for the law to judge.
fn value(text: &str, ty: Option<&Type>, currency: Option<&str>) -> anyhow::Result<Value> {
    let Some(ty) = ty else { return Ok(text.into()) };
    let made = match ty {
        Type::Money => {
            let currency = currency.context("the mapping names no `currency`")?;
            minor_units(text).map(|amount| json!({"amount": amount, "currency": currency}))
        }
        Type::Int => text.parse::<i64>().ok().map(Value::from),
        Type::Bool => text.parse::<bool>().ok().map(Value::from),
        Type::List(item) => return Ok(json!([value(text, Some(item), currency)?])),
        _ => Some(text.into()),
    };
    made.filter(|value| ty.read(value).is_some()).with_context(|| format!("`{text}` is no {ty}"))
}

/// `49.25` is 4925, exactly or not at all.
fn minor_units(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let cents = part.trim_end_matches('0');
    if whole.is_empty() || !digits(whole) || !digits(cents) || cents.len() > MINOR_DIGITS {
        return None;
    }
    format!("{whole}{cents:0<MINOR_DIGITS$}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGISTER: &str = "
procedure: forced-return
occurred_at: day
count: n
author: {role: R-TO-HEAD}
facts:
  state: {value: decided}
  country: {column: origin, codes: {UNK: XXX}}
";
    const LOG: &str = "
procedure: fine
case: id
act: what
occurred_at: day
author: {role: R-TO-OFF}
currency: EUR
acts:
  Paid: {act: PaymentReceived, facts: {total: {column: sum}}}
";

    fn read(mapping: &str, text: &str) -> anyhow::Result<Rows> {
        let total = ("total".to_owned(), Type::Money);
        let fields = [("PaymentReceived".to_owned(), Fields::from([total]))];
        records(text.as_bytes(), &Mapping::parse("m.yaml", mapping)?, &fields.into())
    }

    #[test]
    fn columns_become_facts() {
        let rows = read(REGISTER, "day,n,origin\n2020-02-03,2,UNK\n2020,1,AFG\n").unwrap();
        let countries: Vec<_> =
            rows.records.iter().map(|r| (r.line, r.facts["country"].clone())).collect();
        assert_eq!(countries, [(2, "XXX".into()), (2, "XXX".into()), (3, "AFG".into())]);
        assert_ne!(rows.records[0].copy, rows.records[1].copy);
    }

    #[test]
    fn a_bad_row_keeps_its_line_and_column() {
        let rows =
            read(REGISTER, "day,n,origin\nsoon,1,AFG\n2020,x,AFG\n2021,1,AFG\n2021,1\n").unwrap();
        let bad: Vec<_> = rows.bad.iter().map(|bad| (bad.line, bad.column)).collect();
        assert_eq!(bad, [(2, Some(1)), (3, Some(2)), (5, None)]);
        assert_eq!(rows.records.len(), 1);
    }

    #[test]
    fn a_column_that_is_not_there_stops_the_import() {
        let error = read(REGISTER, "day,n\n2020,1\n").unwrap_err().to_string();
        assert!(error.contains("`origin`") && error.contains("day, n"), "{error}");
    }

    #[test]
    fn rows_of_one_case_share_its_first_line() {
        let text = "id,day,what,sum\nA,2020-01-02,Paid,49.25\nB,2020-01-02,Paid,7\n\
                    A,2020-01-03,Paid,50.0\nA,2020-01-03,Lost,1\nA,2020-01-03,Paid,1.234\n";
        let rows = read(LOG, text).unwrap();
        let acts: Vec<_> = rows.records.iter().map(|r| (r.line, r.case)).collect();
        assert_eq!(acts, [(2, 2), (3, 3), (4, 2)]);
        let sums: Vec<_> =
            rows.records.iter().map(|r| r.facts["total"]["amount"].as_i64().unwrap()).collect();
        assert_eq!(sums, [4925, 700, 5000]);
        let bad: Vec<_> = rows.bad.iter().map(|bad| (bad.line, bad.column)).collect();
        assert_eq!(bad, [(5, Some(3)), (6, Some(4))]);
        assert!(rows.bad[0].reason.contains("`Lost` is no act"), "{}", rows.bad[0].reason);
    }

    #[test]
    fn a_mapping_that_does_not_hold_together_is_refused_with_its_place() {
        let error = Mapping::parse("m.yaml", "procedure: x\noccured_at: day\n").unwrap_err();
        assert!(error.to_string().starts_with("m.yaml:2:"), "{error}");
        let half = LOG.replace("case: id\n", "");
        let error = format!("{:#}", Mapping::parse("m.yaml", &half).unwrap_err());
        assert!(error.contains("an event log needs"), "{error}");
    }
}
