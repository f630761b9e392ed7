//! What an audit says, as text and as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use crate::finding::Finding;
use crate::receipt::ReceiptReport;

/// The language of a text report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    #[default]
    En,
    Uk,
}

/// The outcome of an audit of a whole ledger.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub origin: String,
    /// Events read and checked.
    pub events: u64,
    pub streams: u64,
    /// Officers', services' and the ledger's signatures verified.
    pub signatures: u64,
    /// Cases judged again by the law, and their acts. Cases with faults of record are not.
    pub cases_judged: u64,
    pub acts_judged: u64,
    /// Ends of terms that were counted a second way.
    pub terms_counted: u64,
    /// Rows of the read models that were compared with a replay.
    pub rows_compared: u64,
    /// Stored checkpoints whose signatures verified.
    pub checkpoints: u64,
    /// Size of the largest stored checkpoint.
    pub published: u64,
    /// Acts not yet under a published checkpoint.
    pub waiting: u64,
    /// The root recomputed from the events, lowercase hex.
    pub root: String,
    /// What is no fault, but worth knowing.
    pub remarks: Vec<Remark>,
    pub findings: Vec<Finding>,
    /// Findings beyond those listed.
    pub more_findings: u64,
    pub seconds: f64,
}

/// Something that limits what was checked, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// Stable kebab-case code.
    pub code: &'static str,
    pub en: String,
    pub uk: String,
}

impl Remark {
    fn new(code: &'static str, en: impl Into<String>, uk: impl Into<String>) -> Self {
        Self { code, en: en.into(), uk: uk.into() }
    }

    pub(crate) fn reads_absent() -> Self {
        Self::new(
            "read-models-absent",
            "there are no read models to compare",
            "моделей для читання немає, порівнювати нічого",
        )
    }

    pub(crate) fn reads_version(found: i32, known: i32) -> Self {
        Self::new(
            "read-models-version",
            format!("read models of version {found} are not compared; version {known} is known"),
            format!("моделі для читання версії {found} не порівняно; відома версія {known}"),
        )
    }

    pub(crate) fn reads_behind(size: i64, of: i64) -> Self {
        Self::new(
            "read-models-behind",
            format!("read models reflect {size} of {of} acts, and were compared with those"),
            format!("моделі для читання відбивають дій: {size} з {of}; з ними й порівняно"),
        )
    }

    pub(crate) fn reads_rebuilt() -> Self {
        Self::new(
            "read-models-rebuilt",
            "the read models were built anew meanwhile and are not compared; verify again",
            "моделі для читання тим часом збудовано наново, їх не порівняно; перевірте ще раз",
        )
    }

    pub(crate) fn reads_unjudged() -> Self {
        Self::new(
            "read-models-unjudged",
            "read models are not compared: a package of the law is at fault",
            "моделі для читання не порівняно: пакет права має ваду",
        )
    }
}

impl Report {
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }

    /// Keeps what bears on the case `stream`: its own findings and those of the tree, of
    /// officers, services, procedures and the ledger, on which it rests.
    #[must_use]
    pub fn of_case(mut self, stream: &str) -> Self {
        let of_other_case =
            |of: &str| of != stream && (of.starts_with("case/") || of.starts_with("person/"));
        self.findings.retain(|finding| !finding.stream.as_deref().is_some_and(of_other_case));
        self
    }

    /// The report in words.
    pub fn to_text(&self, lang: Lang) -> String {
        let mut text = String::new();
        for finding in &self.findings {
            text.push_str(&finding.to_text(lang));
        }
        if self.more_findings > 0 {
            let n = self.more_findings;
            let more = match lang {
                Lang::En => format!("and {n} findings more\n"),
                Lang::Uk => format!("і ще зауважень: {n}\n"),
            };
            text.push_str(&more);
        }
        for remark in &self.remarks {
            // Writing to a string cannot fail.
            _ = match lang {
                Lang::En => writeln!(text, "note: {}", remark.en),
                Lang::Uk => writeln!(text, "примітка: {}", remark.uk),
            };
        }
        text.push_str(&self.summary(lang));
        text
    }

    fn summary(&self, lang: Lang) -> String {
        let Self { origin, events, streams, signatures, checkpoints, waiting, root, .. } = self;
        let (cases, acts, terms) = (self.cases_judged, self.acts_judged, self.terms_counted);
        let rows = self.rows_compared;
        let findings = self.findings.len() as u64 + self.more_findings;
        match lang {
            Lang::En => format!(
                "ledger {origin}: {events} events in {streams} streams, {signatures} signatures, \
                 {checkpoints} checkpoints\n{cases} cases judged again, \
                 {acts} acts, {terms} terms; {rows} rows of read models compared\nroot {root}\n{waiting} acts not yet under a published \
                 checkpoint\nfindings: {findings}\n"
            ),
            Lang::Uk => format!(
                "реєстр {origin}: подій {events}, потоків {streams}, підписів {signatures}, \
                 контрольних точок {checkpoints}\nсправ перевірено за законом: {cases}, дій: {acts}, \
                 строків: {terms}; рядків моделей для читання порівняно: {rows}\nкорінь {root}\nдій, ще не охоплених \
                 опублікованою контрольною точкою: {waiting}\nзауважень: {findings}\n"
            ),
        }
    }
}

impl ReceiptReport {
    /// The report in words.
    pub fn to_text(&self, lang: Lang) -> String {
        let mut text: String = self.findings.iter().map(|f| f.to_text(lang)).collect();
        let known = |value: &Option<String>| value.clone().unwrap_or_else(|| "?".to_owned());
        let (act, stream, at) = (known(&self.act), known(&self.stream), known(&self.recorded_at));
        let size = self.size.map_or_else(|| "?".to_owned(), |size| size.to_string());
        let Self { origin, position, findings, .. } = self;
        let findings = findings.len();
        let summary = match lang {
            Lang::En => format!(
                "ledger {origin}: {act} in {stream} at position {position}, recorded {at}, under \
                 a checkpoint of size {size}\nfindings: {findings}\n"
            ),
            Lang::Uk => format!(
                "реєстр {origin}: {act} у {stream} на позиції {position}, записано {at}, \
                 контрольна точка розміру {size}\nзауважень: {findings}\n"
            ),
        };
        text.push_str(&summary);
        text
    }
}

impl Finding {
    /// The finding in words: place, sentence, what was expected and found.
    pub fn to_text(&self, lang: Lang) -> String {
        let mut text = format!("{}: ", self.code);
        let (says, stream, sequence, position, interval, expected, found) = match lang {
            Lang::En => {
                (&self.en, "stream", "sequence", "position", "positions", "expected", "found")
            }
            Lang::Uk => {
                (&self.uk, "потік", "номер у потоці", "позиція", "позиції", "очікувано", "знайдено")
            }
        };
        text.push_str(says);
        text.push('\n');
        let mut line = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                // Writing to a string cannot fail.
                _ = writeln!(text, "    {name}: {value}");
            }
        };
        line(stream, self.stream.clone());
        line(sequence, self.sequence.map(|n| n.to_string()));
        line(position, self.position.map(|n| n.to_string()));
        let last = |from: u64, until: u64| format!("{from}–{}", until.saturating_sub(1).max(from));
        line(interval, self.interval.map(|i| last(i.from, i.until)));
        line(expected, Some(self.expected.clone()));
        line(found, Some(self.found.clone()));
        text
    }
}
