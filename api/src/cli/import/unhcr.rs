//! UNHCR's table of asylum decisions in Ukraine, one record for each decision it counts.

use std::collections::HashMap;
use std::str::FromStr;

use anyhow::{Context as _, anyhow};
use litopys_domain::built_in::LAW_FILES;
use litopys_domain::law::node::Node;
use litopys_domain::legal_time::LegalTime;
use litopys_domain::statement::Author;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::record::LEGACY;
use super::{BadRow, Record, Rows};

/// UNHCR's columns, the state each leaves a case in, and the decision that was taken.
const OUTCOMES: [(&str, &str, &str); 4] = [
    ("recognized", "recognised-refugee", "RefugeeRecognised"),
    ("other", "recognised-complementary", "ComplementaryProtectionRecognised"),
    ("rejected", "refused", "ProtectionRefused"),
    ("closed", "discontinued", "ProtectionApplicationWithdrawn"),
];
/// The only year whose first instance UNHCR counts together with appeals.
const FIRST_AND_APPEAL: i16 = 2011;
/// UNHCR's own codes of origin that are not ISO.
const ORIGINS: &str = "codes/CL-UNHCR-ORIGIN.yaml";
/// Release 2022.12.0 lost the code for unknown origin and left it empty.
const UNKNOWN_ORIGIN: &str = "UNK";

/// Which years to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Years {
    All,
    Only(Vec<i16>),
}

impl Years {
    pub(crate) fn hold(&self, year: i16) -> bool {
        match self {
            Self::All => true,
            Self::Only(years) => years.contains(&year),
        }
    }
}

impl FromStr for Years {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self::All);
        }
        let years: Result<_, _> = text.split(',').map(|year| year.trim().parse()).collect();
        years
            .map(Self::Only)
            .map_err(|_| format!("`{text}` names no years: write 2023, or 2022,2023, or all"))
    }
}

/// The columns that matter.
#[derive(Debug, Deserialize)]
struct Row {
    year: i16,
    coo: String,
    procedure_type: String,
    dec_level: String,
    dec_pc: String,
    recognized: u32,
    other: u32,
    rejected: u32,
    closed: u32,
}

impl Row {
    /// Government first instance, persons; see the data's README.
    fn is_taken(&self) -> bool {
        let level =
            self.dec_level == "FI" || (self.dec_level == "FA" && self.year == FIRST_AND_APPEAL);
        self.procedure_type == "G" && self.dec_pc == "P" && level
    }

    fn count(&self, outcome: &str) -> u32 {
        match outcome {
            "recognized" => self.recognized,
            "other" => self.other,
            "rejected" => self.rejected,
            _ => self.closed,
        }
    }
}

/// Every decision of the chosen years; rows of other procedures and levels are left out, rows
/// that cannot be read are bad.
pub(crate) fn records(bytes: &[u8], years: &Years) -> anyhow::Result<Rows> {
    let origins = origins()?;
    let mut reader = csv::Reader::from_reader(bytes);
    let headers = reader.headers().context("the file has no header")?.clone();
    let mut rows = Rows::default();
    for read in reader.records() {
        let (line, row) = match read {
            Err(error) => (line_of(error.position()), Err(error.to_string())),
            Ok(text) => {
                let row = text.deserialize::<Row>(Some(&headers));
                (line_of(text.position()), row.map_err(|error| reason(&error)))
            }
        };
        match row {
            Err(reason) => rows.bad.push(BadRow { line, column: None, reason }),
            Ok(row) if row.is_taken() && years.hold(row.year) => {
                rows.records.extend(decisions(&row, line, &origins));
            }
            Ok(_) => {}
        }
    }
    Ok(rows)
}

fn line_of(position: Option<&csv::Position>) -> u64 {
    position.map_or(0, csv::Position::line)
}

/// Which column is wrong, and how.
fn reason(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => err.to_string(),
        _ => error.to_string(),
    }
}

fn decisions(row: &Row, line: u64, origins: &HashMap<String, String>) -> Vec<Record> {
    let origin = if row.coo.is_empty() { UNKNOWN_ORIGIN } else { row.coo.as_str() };
    let country = origins.get(origin).map_or(origin, String::as_str);
    let mut records = Vec::new();
    for (outcome, state, decision) in OUTCOMES {
        let facts: Map<String, Value> = [
            ("citizenship".to_owned(), country.into()),
            ("decision".to_owned(), decision.into()),
            ("state".to_owned(), state.into()),
        ]
        .into_iter()
        .collect();
        records.extend((0..row.count(outcome)).map(|n| Record {
            line,
            copy: format!("{outcome} {n}"),
            case: line,
            procedure: "international-protection".to_owned(),
            act: LEGACY.to_owned(),
            occurred_at: LegalTime::Year(row.year),
            facts: facts.clone(),
            author: Author {
                role: "R-DMS-HEAD".to_owned(),
                body: None,
                reference: Some(format!("UNHCR Refugee Data Finder, {}", row.year)),
            },
            source: "MIGRATED".to_owned(),
        }));
    }
    records
}

/// UNHCR's code to that of CL-COUNTRY, where they differ.
fn origins() -> anyhow::Result<HashMap<String, String>> {
    let (path, text) = LAW_FILES
        .iter()
        .find(|(path, _)| *path == ORIGINS)
        .with_context(|| format!("{ORIGINS} is not built in"))?;
    let list = Node::from_yaml(path, text).map_err(|problem| anyhow!("{problem}"))?.to_json();
    let codes = list["codes"].as_array().map_or(&[][..], Vec::as_slice);
    let pair = |code: &Value| {
        let country = code["attributes"]["country"].as_str()?;
        Some((code["code"].as_str()?.to_owned(), country.to_owned()))
    };
    Ok(codes.iter().filter_map(pair).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[u8] = include_bytes!("../../../data/asylum_decisions_ukr.csv");

    #[test]
    fn the_table_holds_26982_decisions_of_first_instance() {
        let rows = records(TABLE, &Years::All).unwrap();
        assert_eq!(rows.records.len(), 26_982);
        assert!(rows.bad.is_empty(), "{:?}", rows.bad);
        let year = records(TABLE, &"2023".parse().unwrap()).unwrap();
        assert_eq!(year.records.len(), 171);
    }

    #[test]
    fn origins_are_countries_of_the_code_list() {
        let rows = records(TABLE, &Years::All).unwrap();
        let tibet =
            |r: &&Record| r.facts["citizenship"] == "TIB" || r.facts["citizenship"] == "UNK";
        assert_eq!(rows.records.iter().filter(tibet).count(), 0);
    }

    #[test]
    fn a_bad_row_is_named_and_the_others_go_on() {
        let text = "year,coo,procedure_type,dec_level,dec_pc,recognized,other,rejected,closed\n\
                    2023,AFG,G,FI,P,1,0,0,0\n\
                    2023,SYR,G,FI,P,many,0,0,0\n\
                    2023,,G,FI,P,0,1,0,0\n";
        let rows = records(text.as_bytes(), &Years::All).unwrap();
        assert_eq!(rows.records.len(), 2);
        assert_eq!(rows.records[1].facts["citizenship"], "XXX");
        assert_eq!(rows.bad.len(), 1);
        assert_eq!(rows.bad[0].line, 3);
    }
}
