//! Code lists, parameters and offices, looked up on a date.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::Value as Json;

use super::{
    file::{CodeFile, ListFile, ParameterFile},
    problem::Unready,
    value::Type,
};
use crate::violation::Words;

/// The code list of territorial bodies.
pub const OFFICES: &str = "CL-TO";
/// The code list of centres, which also sign as offices.
pub const PLACES: &str = "CL-PLACE";
/// The code list of procedural defects, with which every finding is named.
pub const DEFECTS: &str = "CL-DEFECT";
/// How often a body may have been merged on.
const MERGERS_MAX: usize = 8;

/// The number in the id of a finding: `DEF-004` of `DEF-004-LATE`; none for what has no number.
pub fn defect_number(rule: &str) -> Option<&str> {
    let (number, rest) = rule.split_at_checked("DEF-000".len())?;
    let digits = number.strip_prefix("DEF-")?.bytes().all(|byte| byte.is_ascii_digit());
    (digits && (rest.is_empty() || rest.starts_with('-'))).then_some(number)
}

/// A code list. One code may stand several times, each for its own span of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeList {
    codes: BTreeMap<String, Vec<Code>>,
}

/// A code, when it is in force, and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    pub title: Words,
    pub since: Option<Date>,
    /// The first day it is gone.
    pub until: Option<Date>,
    pub merged_into: Option<String>,
    pub attributes: BTreeMap<String, String>,
}

impl Code {
    pub fn in_force(&self, date: Date) -> bool {
        self.since.is_none_or(|since| since <= date) && self.until.is_none_or(|end| date < end)
    }
}

impl CodeList {
    pub(crate) fn new(codes: &[CodeFile]) -> Self {
        let mut list = Self::default();
        for code in codes {
            list.codes.entry(code.code.clone()).or_default().push(Code {
                title: Words::new(&code.en, &code.uk),
                since: code.since,
                until: code.until,
                merged_into: code.merged_into.clone(),
                attributes: code.attributes.clone(),
            });
        }
        list
    }

    pub(crate) fn from_file(file: &ListFile) -> Self {
        Self::new(&file.codes)
    }

    /// Whether the list ever held the code.
    pub fn knows(&self, code: &str) -> bool {
        self.codes.contains_key(code)
    }

    /// The last entry of a code, whatever the date.
    pub fn last(&self, code: &str) -> Option<&Code> {
        self.codes.get(code)?.last()
    }

    /// The code as it is on a date.
    pub fn on(&self, code: &str, date: Date) -> Option<&Code> {
        self.codes.get(code)?.iter().find(|entry| entry.in_force(date))
    }

    /// Every code in force on a date.
    pub fn all_on(&self, date: Date) -> impl Iterator<Item = (&str, &Code)> {
        self.codes.iter().filter_map(move |(code, entries)| {
            entries.iter().find(|entry| entry.in_force(date)).map(|entry| (code.as_str(), entry))
        })
    }

    /// The territorial body an office belongs to on a date: units (`RRUU`) count by their first two
    /// digits, and `merged_into` is followed. `None` for what is no office of the list.
    pub fn body(&self, office: &str, date: Date) -> Option<&str> {
        let unit = office.len() == 4 && office.bytes().all(|b| b.is_ascii_digit());
        let mut code = if unit { office.get(..2)? } else { office };
        for _ in 0..MERGERS_MAX {
            let (known, entries) = self.codes.get_key_value(code)?;
            if entries.iter().any(|entry| entry.in_force(date)) {
                return Some(known);
            }
            let merged = entries
                .iter()
                .rfind(|entry| entry.until.is_some_and(|until| until <= date))
                .and_then(|entry| entry.merged_into.as_deref());
            match merged {
                Some(next) => code = next,
                None => return Some(known),
            }
        }
        None
    }

    /// Whether an office exists on a date in its own name: `80`, or `8011` while `80` exists.
    pub fn office_exists(&self, office: &str, date: Date) -> bool {
        let unit = office.len() == 4 && office.bytes().all(|b| b.is_ascii_digit());
        let code = if unit { office.get(..2).unwrap_or(office) } else { office };
        self.on(code, date).is_some()
    }
}

/// A dated parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    pub title: Words,
    pub ty: Type,
    values: Vec<(Date, Json)>,
}

impl Parameter {
    /// The error says what is wrong, and where.
    pub(crate) fn new(file: &ParameterFile) -> Result<Self, Unready> {
        let unknown = || Unready {
            path: vec!["type".to_owned()],
            message: format!("there is no type {}", file.ty),
        };
        let ty = Type::parse(&file.ty).ok_or_else(unknown)?;
        let values: Vec<_> = file.values.iter().map(|v| (v.from, v.is.clone())).collect();
        if let Some(index) = values.iter().position(|(_, value)| ty.read(value).is_none()) {
            let message = format!("the value from {} is no {ty}", values[index].0);
            return Err(Unready::at("values", index, message));
        }
        let unordered = values.windows(2).position(|pair| pair[0].0 >= pair[1].0);
        let unordered = unordered.or(values.is_empty().then_some(0));
        if let Some(index) = unordered {
            let message = "values must be there and ascend by `from`";
            return Err(Unready::at("values", index + 1, message));
        }
        Ok(Self { title: file.title.clone(), ty, values })
    }

    /// The value in force on a date.
    pub fn on(&self, date: Date) -> Option<&Json> {
        self.values.iter().rfind(|(from, _)| *from <= date).map(|(_, value)| value)
    }

    /// The first day it has a value.
    pub fn starts(&self) -> Date {
        self.values.first().map_or(Date::MAX, |(from, _)| *from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offices() -> CodeList {
        let yaml = r#"
id: CL-TO
title: {en: Bodies, uk: Органи}
codes:
  - {code: "46", en: West, uk: Захід}
  - {code: "26", en: Frankivsk, uk: Франківськ, until: 2024-01-01, merged_into: "46"}
  - {code: "01", en: Crimea, uk: Крим, until: 2015-01-01}
"#;
        CodeList::from_file(&serde_saphyr::from_str(yaml).unwrap())
    }

    #[test]
    fn mergers_are_followed_by_date() {
        let body = |office: &str, date: &str| {
            offices().body(office, date.parse().unwrap()).map(str::to_owned)
        };
        assert_eq!(body("2601", "2023-12-31").as_deref(), Some("26"));
        assert_eq!(body("2601", "2024-01-01").as_deref(), Some("46"));
        assert_eq!(body("46", "2024-01-01").as_deref(), Some("46"));
        assert_eq!(body("99", "2024-01-01"), None);
        assert!(!offices().office_exists("2601", "2024-01-01".parse().unwrap()));
        assert!(!offices().office_exists("01", "2020-01-01".parse().unwrap()));
        assert!(offices().office_exists("4601", "2020-01-01".parse().unwrap()));
    }
}
