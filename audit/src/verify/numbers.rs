//! Case numbers: gap-free per office of the first signer, procedure's short code and year.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use litopys_domain::ids::AggregateType;

use super::row::Examined;
use crate::finding::{Fault, Finding};
use crate::store::CounterRow;

/// The office in the number of a case that a service or the ledger opened (CL-TO).
const CENTRAL_OFFICE: &str = "00";

/// Office, procedure's short code, year.
type Series = (String, String, i32);

#[derive(Debug, Default)]
pub(crate) struct Numbers {
    last: BTreeMap<Series, i64>,
}

impl Numbers {
    /// Checks the number of an opening act, or that another act has none.
    pub(crate) fn place(
        &mut self,
        examined: &Examined,
        zone: &TimeZone,
        findings: &mut Vec<Finding>,
    ) {
        let Some(entry) = &examined.entry else { return };
        let opens_case =
            entry.sequence == 1 && entry.statement.stream.kind() == AggregateType::Case;
        let (expected, found) = match (opens_case, &entry.number) {
            (false, None) => return,
            (false, Some(number)) => ("no number".to_owned(), number.clone()),
            (true, None) => ("a case number".to_owned(), "none".to_owned()),
            (true, Some(number)) => match read(number) {
                Some((series, running)) => {
                    let today = entry.recorded_at.timestamp().to_zoned(zone.clone()).date();
                    findings.extend(
                        check_year(series.2, today, number)
                            .map(|finding| finding.at(&examined.place)),
                    );
                    let office = entry.statement.signers.first().and_then(|s| s.office.as_deref());
                    return self.advance(series, running, office, examined, findings);
                }
                None => ("<office>-<short code>-<year>-<number>".to_owned(), number.clone()),
            },
        };
        findings.push(Finding::new(Fault::NumberMissing, expected, found).at(&examined.place));
    }

    fn advance(
        &mut self,
        series: Series,
        running: i64,
        office: Option<&str>,
        examined: &Examined,
        findings: &mut Vec<Finding>,
    ) {
        let (named, procedure, year) = &series;
        let office = office.unwrap_or(CENTRAL_OFFICE);
        if office != named {
            let expected = format!("a number of office {office}");
            findings.push(Finding::new(Fault::NumberMissing, expected, named).at(&examined.place));
        }
        let due = self.last.get(&series).map_or(1, |last| last + 1);
        if running != due {
            let text = |n| format!("{named}-{procedure}-{year}-{n:06}");
            findings
                .push(Finding::new(Fault::NumberGap, text(due), text(running)).at(&examined.place));
        }
        self.last.insert(series, running);
    }

    /// Compares the counters with the numbers met.
    pub(crate) fn compare(&self, rows: &[CounterRow]) -> Vec<Finding> {
        let stored: BTreeMap<Series, i64> = rows
            .iter()
            .map(|row| ((row.office.clone(), row.procedure.clone(), row.year), row.last))
            .collect();
        let series: std::collections::BTreeSet<_> = self.last.keys().chain(stored.keys()).collect();
        series
            .into_iter()
            .filter(|series| self.last.get(series) != stored.get(series))
            .map(|series @ (office, procedure, year)| {
                let text = |last: Option<&i64>| match last {
                    Some(last) => format!("{office}-{procedure}-{year} at {last}"),
                    None => format!("no row for {office}-{procedure}-{year}"),
                };
                let (expected, found) = (self.last.get(series), stored.get(series));
                Finding::new(Fault::NumberCounter, text(expected), text(found))
            })
            .collect()
    }
}

/// A number is of the year in which the ledger recorded the case, in its own time zone.
fn check_year(named: i32, today: Date, number: &str) -> Option<Finding> {
    let year = i32::from(today.year());
    (named != year)
        .then(|| Finding::new(Fault::NumberYear, format!("a number of the year {year}"), number))
}

/// Reads `80-FR-2026-000123`; an office's code may itself have hyphens.
fn read(number: &str) -> Option<(Series, i64)> {
    let mut parts = number.rsplitn(4, '-');
    let running = parts.next()?;
    let year: i32 = parts.next().filter(|year| year.len() == 4)?.parse().ok()?;
    let (procedure, office) = (parts.next()?, parts.next()?);
    let value: i64 = running.parse().ok()?;
    let plain = format!("{value:06}") == running && !office.is_empty() && !procedure.is_empty();
    plain.then(|| ((office.to_owned(), procedure.to_owned(), year), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_strictly() {
        let series = |office: &str| (office.to_owned(), "FR".to_owned(), 2026);
        assert_eq!(read("80-FR-2026-000123"), Some((series("80"), 123)));
        assert_eq!(read("PTPI-CHE-FR-2026-1000000"), Some((series("PTPI-CHE"), 1_000_000)));
        for bad in ["80-FR-2026-123", "FR-2026-000123", "80-FR-26-000123", "", "-FR-2026-000001"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
