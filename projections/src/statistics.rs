//! Published figures: counts of decisions, as of any position of the log.
//!
//! The figures come from `statistics.decisions`, which shows cells and never units; the
//! statistician's role suffices.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sqlx::PgPool;

use crate::error::{ProjectionError, signed, unsigned};

/// What cells are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dimension {
    Year,
    Citizenship,
    Procedure,
    Act,
    Outcome,
}

impl Dimension {
    pub const ALL: [Self; 5] =
        [Self::Year, Self::Citizenship, Self::Procedure, Self::Act, Self::Outcome];
}

/// Which decisions to count; an empty list leaves a dimension open.
#[derive(Debug, Clone, Default)]
pub struct DecisionFilter {
    /// Of the legal date.
    pub years: Vec<i32>,
    /// Codes of CL-COUNTRY; an empty text stands for "not stated".
    pub citizenships: Vec<String>,
    pub procedures: Vec<String>,
    pub outcomes: Vec<String>,
}

/// One cell. Dimensions that were not asked for are left out; so is a citizenship nobody stated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DecisionCell {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citizenship: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub procedure: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    pub decisions: u64,
}

/// The table asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decisions {
    /// The last position counted.
    pub as_of: u64,
    pub dimensions: BTreeSet<Dimension>,
    pub cells: Vec<DecisionCell>,
    /// The sum of all cells.
    pub total: u64,
}

/// Counts decisions that stood at position `as_of`, acts at later positions left out of account.
///
/// The caller sees to it that `as_of` is reflected already (`reads::wait_for`): the statistician,
/// who may ask this too, sees no progress.
pub async fn decisions(
    pool: &PgPool,
    filter: &DecisionFilter,
    group_by: &BTreeSet<Dimension>,
    as_of: u64,
) -> Result<Decisions, ProjectionError> {
    let by = |dimension| group_by.contains(&dimension);
    let rows = sqlx::query!(
        r#"select case when $6 then year end as year,
                  case when $7 then citizenship end as citizenship,
                  case when $8 then procedure end as procedure,
                  case when $9 then act end as act,
                  case when $10 then outcome end as outcome,
                  sum(decisions)::bigint as "decisions!"
             from statistics.decisions($1, $2, $3, $4, $5)
            group by 1, 2, 3, 4, 5
            order by 1, 2, 3, 4, 5"#,
        signed(as_of),
        given(&filter.years) as Option<&[i32]>,
        given(&filter.citizenships) as Option<&[String]>,
        given(&filter.procedures) as Option<&[String]>,
        given(&filter.outcomes) as Option<&[String]>,
        by(Dimension::Year),
        by(Dimension::Citizenship),
        by(Dimension::Procedure),
        by(Dimension::Act),
        by(Dimension::Outcome),
    )
    .map(|row| DecisionCell {
        year: row.year,
        citizenship: row.citizenship,
        procedure: row.procedure,
        act: row.act,
        outcome: row.outcome,
        decisions: unsigned(row.decisions),
    })
    .fetch_all(pool)
    .await?;
    let total = rows.iter().map(|cell| cell.decisions).sum();
    Ok(Decisions { as_of, dimensions: group_by.clone(), cells: rows, total })
}

impl Decisions {
    /// The header of [`Self::records`]: the dimensions asked for, then `decisions`.
    pub fn header(&self) -> Vec<&'static str> {
        let mut header: Vec<_> = self.dimensions.iter().map(|d| d.name()).collect();
        header.push("decisions");
        header
    }

    /// The cells as rows of text, for CSV; what is not stated is empty.
    pub fn records(&self) -> impl Iterator<Item = Vec<String>> {
        self.cells.iter().map(|cell| {
            let values = self.dimensions.iter().map(|dimension| cell.value(*dimension));
            values.chain([cell.decisions.to_string()]).collect()
        })
    }
}

impl DecisionCell {
    fn value(&self, dimension: Dimension) -> String {
        match dimension {
            Dimension::Year => self.year.map(|year| year.to_string()),
            Dimension::Citizenship => self.citizenship.clone(),
            Dimension::Procedure => self.procedure.clone(),
            Dimension::Act => self.act.clone(),
            Dimension::Outcome => self.outcome.clone(),
        }
        .unwrap_or_default()
    }
}

impl Dimension {
    /// As in headers and queries.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Citizenship => "citizenship",
            Self::Procedure => "procedure",
            Self::Act => "act",
            Self::Outcome => "outcome",
        }
    }
}

fn given<T>(list: &[T]) -> Option<&[T]> {
    (!list.is_empty()).then_some(list)
}
