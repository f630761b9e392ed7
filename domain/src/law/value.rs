//! Types and values of facts and rules.

use std::fmt;

use jiff::{Timestamp, civil::Date};
use serde_json::Value as Json;

/// The longest a register or document number may be, in characters.
pub const NUMBER_CHARS_MAX: usize = 40;

/// What a field holds and what a rule computes with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// A calendar day, `2025-03-10`.
    Date,
    /// A second in time, `2025-03-10T09:00:00Z`.
    Instant,
    /// Months, `36m`; years are twelve of them, `3y`.
    Months,
    /// Calendar days, `30d`.
    Days,
    /// Working days, `15wd`; only in rules and clocks.
    WorkingDays,
    /// Hours, `24h`.
    Hours,
    /// Integer minor units and an ISO 4217 code.
    Money,
    /// A code of the named list.
    Code(String),
    Bool,
    Int,
    /// Free text: sealed only, never open.
    Text,
    /// A register or document number.
    Number,
    /// A reference to a stream or a document.
    Ref,
    /// One or more values of one type.
    List(Box<Type>),
}

impl Type {
    /// Reads a type as the files write it, such as `List<Code<TRC-REF>>`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(inner) = text.strip_prefix("List<").and_then(|rest| rest.strip_suffix('>')) {
            return match Self::parse(inner)? {
                Self::List(_) => None,
                item => Some(Self::List(Box::new(item))),
            };
        }
        if let Some(list) = text.strip_prefix("Code<").and_then(|rest| rest.strip_suffix('>')) {
            let named = !list.is_empty()
                && list.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
            return named.then(|| Self::Code(list.to_owned()));
        }
        Some(match text {
            "Date" => Self::Date,
            "Instant" => Self::Instant,
            "Months" => Self::Months,
            "Days" => Self::Days,
            "Hours" => Self::Hours,
            "Money" => Self::Money,
            "Bool" => Self::Bool,
            "Int" => Self::Int,
            "Text" => Self::Text,
            "Number" => Self::Number,
            "Ref" => Self::Ref,
            _ => return None,
        })
    }

    /// The code list this type draws from, also inside a list.
    pub fn code_list(&self) -> Option<&str> {
        match self {
            Self::Code(list) => Some(list),
            Self::List(item) => item.code_list(),
            _ => None,
        }
    }

    /// Whether this is free text, also inside a list.
    pub fn is_free_text(&self) -> bool {
        match self {
            Self::Text => true,
            Self::List(item) => item.is_free_text(),
            _ => false,
        }
    }

    /// Whether values of this type have an order.
    pub fn is_ordered(&self) -> bool {
        matches!(
            self,
            Self::Date
                | Self::Instant
                | Self::Months
                | Self::Days
                | Self::WorkingDays
                | Self::Hours
                | Self::Money
                | Self::Int
        )
    }

    /// Reads a fact of this type; `None` where the JSON does not hold one.
    pub fn read<'a>(&self, json: &'a Json) -> Option<Value<'a>> {
        match self {
            Self::Date => json.as_str()?.parse().ok().map(Value::Date),
            Self::Instant => read_instant(json.as_str()?).map(Value::Instant),
            Self::Months | Self::Days | Self::WorkingDays | Self::Hours => {
                let value = read_span(json.as_str()?)?;
                (value.kind() == Some(self)).then_some(value)
            }
            Self::Money => read_money(json),
            Self::Bool => json.as_bool().map(Value::Bool),
            Self::Int => json.as_i64().map(Value::Int),
            Self::Number => json.as_str().filter(|text| is_number(text)).map(Value::Text),
            Self::Text | Self::Ref | Self::Code(_) => {
                json.as_str().filter(|text| !text.is_empty()).map(Value::Text)
            }
            Self::List(item) => {
                let items = json.as_array().filter(|items| !items.is_empty())?;
                items.iter().map(|one| item.read(one)).collect::<Option<_>>().map(Value::List)
            }
        }
    }

    /// The JSON Schema of a fact of this type; `codes` gives the codes of a list.
    pub fn schema(&self, codes: &dyn Fn(&str) -> Vec<String>) -> Json {
        let pattern = |pattern: &str| serde_json::json!({"type": "string", "pattern": pattern});
        match self {
            Self::Date => serde_json::json!({"type": "string", "format": "date"}),
            Self::Instant => pattern(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"),
            Self::Months => pattern(r"^\d{1,4}[my]$"),
            Self::Days => pattern(r"^\d{1,6}d$"),
            Self::WorkingDays => pattern(r"^\d{1,6}wd$"),
            Self::Hours => pattern(r"^\d{1,6}h$"),
            Self::Money => serde_json::json!({
                "type": "object",
                "required": ["amount", "currency"],
                "additionalProperties": false,
                "properties": {
                    "amount": {"type": "integer"},
                    "currency": {"type": "string", "pattern": "^[A-Z]{3}$"}
                }
            }),
            Self::Code(list) => serde_json::json!({"type": "string", "enum": codes(list)}),
            Self::Bool => serde_json::json!({"type": "boolean"}),
            Self::Int => serde_json::json!({"type": "integer"}),
            Self::Text | Self::Ref => serde_json::json!({"type": "string", "minLength": 1}),
            Self::Number => {
                serde_json::json!({"type": "string", "minLength": 1, "maxLength": NUMBER_CHARS_MAX})
            }
            Self::List(item) => {
                serde_json::json!({"type": "array", "minItems": 1, "items": item.schema(codes)})
            }
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(list) => write!(f, "Code<{list}>"),
            Self::List(item) => write!(f, "List<{item}>"),
            other => write!(f, "{other:?}"),
        }
    }
}

/// A value while a rule is evaluated; it borrows from the statement or the rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// Nothing there. Every comparison with it is false.
    Absent,
    Date(Date),
    Instant(Timestamp),
    Months(i32),
    Days(i32),
    WorkingDays(i32),
    Hours(i32),
    Money(i64, &'a str),
    Bool(bool),
    Int(i64),
    /// Codes, texts, numbers and references.
    Text(&'a str),
    List(Vec<Value<'a>>),
}

impl Value<'_> {
    /// The date, where this is one.
    pub fn date(&self) -> Option<Date> {
        match self {
            Self::Date(date) => Some(*date),
            _ => None,
        }
    }

    /// The type of a span value.
    fn kind(&self) -> Option<&'static Type> {
        match self {
            Self::Months(_) => Some(&Type::Months),
            Self::Days(_) => Some(&Type::Days),
            Self::WorkingDays(_) => Some(&Type::WorkingDays),
            Self::Hours(_) => Some(&Type::Hours),
            _ => None,
        }
    }
}

/// Reads `36m`, `3y`, `30d`, `15wd` or `24h`; at most six digits.
pub fn read_span(text: &str) -> Option<Value<'static>> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    if digits == 0 || digits > 6 {
        return None;
    }
    let number: i32 = number.parse().ok()?;
    Some(match unit {
        "m" => Value::Months(number),
        "y" => Value::Months(number * 12),
        "d" => Value::Days(number),
        "wd" => Value::WorkingDays(number),
        "h" => Value::Hours(number),
        _ => return None,
    })
}

fn read_instant(text: &str) -> Option<Timestamp> {
    let second = text.len() == "2025-03-10T09:00:00Z".len() && text.ends_with('Z');
    second.then(|| text.parse().ok()).flatten()
}

fn read_money(json: &Json) -> Option<Value<'_>> {
    let map = json.as_object().filter(|map| map.len() == 2)?;
    let currency = map.get("currency")?.as_str()?;
    let coded = currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase());
    coded.then_some(Value::Money(map.get("amount")?.as_i64()?, currency))
}

/// Whether a text has the shape of a register or document number: letters, digits, `/`, `.`, `-`.
fn is_number(text: &str) -> bool {
    let chars = text.chars().count();
    (1..=NUMBER_CHARS_MAX).contains(&chars)
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '.' | '-'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn types_read_back_as_written() {
        for text in ["Date", "Code<CL-COUNTRY>", "List<Code<TRC-REF>>", "List<Date>", "Money"] {
            assert_eq!(Type::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "date", "Code<>", "Code<x>", "List<List<Int>>", "Float", "List<Int"] {
            assert_eq!(Type::parse(text), None, "{text}");
        }
    }

    #[test]
    fn facts_are_read_by_type() {
        let reads = |ty: &str, json: Json| Type::parse(ty).unwrap().read(&json).is_some();
        assert!(reads("Date", json!("2025-03-10")));
        assert!(!reads("Date", json!("2025-02-30")));
        assert!(reads("Instant", json!("2025-03-10T09:00:00Z")));
        assert!(!reads("Instant", json!("2025-03-10T09:00:00.5Z")));
        assert!(!reads("Instant", json!("2025-03-10T09:00:00+02:00")));
        assert!(reads("Months", json!("36m")) && reads("Months", json!("3y")));
        assert!(!reads("Months", json!("30d")) && !reads("Months", json!("9999999m")));
        assert!(reads("Money", json!({"amount": 170_000, "currency": "UAH"})));
        assert!(!reads("Money", json!({"amount": 1.5, "currency": "UAH"})));
        assert!(reads("Number", json!("80/12-а")) && !reads("Number", json!("free text")));
        assert!(!reads("List<Int>", json!([])) && !reads("List<Int>", json!([1, "2"])));
    }

    #[test]
    fn three_years_are_thirty_six_months() {
        assert_eq!(read_span("3y"), read_span("36m"));
    }
}
