//! Legal time: when something happened in law, to the precision the source gives.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ids::{clipped, parsed};

/// `occurred_at` of a statement.
///
/// Written `2026`, `2026-11`, `2026-11-22` or `2026-11-22T10:15:30Z`; a year or a month only
/// where a paper record gives no more. Seconds are the finest step the law counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LegalTime {
    Year(i16),
    Month(i16, i8),
    Date(Date),
    Instant(Timestamp),
}

/// Why a legal time could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no legal time; write 2026-11-22, or 2026-11-22T10:15:30Z in UTC, or 2026-11 or 2026 for a paper record"
)]
pub struct LegalTimeError(String);

impl LegalTime {
    /// The day on which the act counts: an instant by its date in the ledger's time zone, a
    /// record of reduced precision at the end of its month or year (DESIGN §6).
    pub fn date_in(&self, zone: &TimeZone) -> Date {
        match *self {
            Self::Year(year) => Date::constant(year, 12, 31),
            Self::Month(year, month) => Date::constant(year, month, 1).last_of_month(),
            Self::Date(date) => date,
            Self::Instant(at) => at.to_zoned(zone.clone()).date(),
        }
    }

    /// True where the record gives only a month or a year.
    pub fn is_reduced(&self) -> bool {
        matches!(self, Self::Year(_) | Self::Month(..))
    }
}

impl FromStr for LegalTime {
    type Err = LegalTimeError;

    fn from_str(text: &str) -> Result<Self, LegalTimeError> {
        read(text)
            .filter(|time| time.to_string() == text)
            .ok_or_else(|| LegalTimeError(clipped(text)))
    }
}

/// Reads by length; the caller compares with the one canonical spelling.
fn read(text: &str) -> Option<LegalTime> {
    match text.len() {
        4 => text.parse().ok().filter(|year| (1000..=9999).contains(year)).map(LegalTime::Year),
        7 => {
            let (year, month) = text.split_once('-')?;
            let date = Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?;
            Some(LegalTime::Month(date.year(), date.month()))
        }
        10 => text.parse().ok().map(LegalTime::Date),
        20 if text.ends_with('Z') => text.parse().ok().map(LegalTime::Instant),
        _ => None,
    }
}

impl fmt::Display for LegalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year(year) => write!(f, "{year:04}"),
            Self::Month(year, month) => write!(f, "{year:04}-{month:02}"),
            Self::Date(date) => write!(f, "{date}"),
            Self::Instant(at) => write!(f, "{at:.0}"),
        }
    }
}

impl Serialize for LegalTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LegalTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer)
    }
}

/// The ledger's clock at recording, always with microseconds: `2026-11-22T10:15:30.123456Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordedAt(Timestamp);

impl RecordedAt {
    /// Cuts to the microsecond, the precision of Postgres.
    pub fn new(at: Timestamp) -> Self {
        Self(Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(Timestamp::MIN))
    }

    pub fn timestamp(self) -> Timestamp {
        self.0
    }

    pub fn microseconds(self) -> i64 {
        self.0.as_microsecond()
    }
}

impl FromStr for RecordedAt {
    type Err = LegalTimeError;

    fn from_str(text: &str) -> Result<Self, LegalTimeError> {
        text.parse::<Timestamp>()
            .ok()
            .map(RecordedAt)
            .filter(|at| at.to_string() == text)
            .ok_or_else(|| LegalTimeError(clipped(text)))
    }
}

impl fmt::Display for RecordedAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}", self.0)
    }
}

impl Serialize for RecordedAt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RecordedAt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_per_time() {
        for good in ["2026", "2026-11", "2026-11-22", "2026-11-22T10:15:30Z", "1999-02-28"] {
            assert_eq!(good.parse::<LegalTime>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "26",
            "+999",
            "2026-13",
            "2026-02-30",
            "2026-1-2",
            "2026-11-22T10:15:30+02:00",
            "2026-11-22T10:15:30z",
            "2026-11-22 10:15:30Z",
            "2026-11-22T10:15:60Z",
            "2026-11-22T10:15:30.5Z",
            "２０２６",
        ] {
            assert!(bad.parse::<LegalTime>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_day_is_the_ledgers() {
        let kyiv = TimeZone::get("Europe/Kyiv").unwrap();
        let day = |text: &str| text.parse::<LegalTime>().unwrap().date_in(&kyiv).to_string();
        assert_eq!(day("2026-11-22T22:30:00Z"), "2026-11-23");
        assert_eq!(day("2024-02"), "2024-02-29");
        assert_eq!(day("2024"), "2024-12-31");
    }

    #[test]
    fn recorded_times_carry_microseconds() {
        let text = "2026-11-22T10:15:30.123400Z";
        assert_eq!(text.parse::<RecordedAt>().unwrap().to_string(), text);
        assert!("2026-11-22T10:15:30.1234Z".parse::<RecordedAt>().is_err());
        assert!("2026-11-22T10:15:30Z".parse::<RecordedAt>().is_err());
    }
}
