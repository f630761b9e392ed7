//! Canonical JSON: JCS (RFC 8785), further narrowed so that no two parsers can read it differently.
//!
//! Keys are ASCII `snake_case`, numbers are integers within ±(2^53−1), and there is no duplicate
//! key, lone surrogate, NUL, empty array, empty object or empty string anywhere (DESIGN §3).
//! Bytes are checked once, at the door; after that they are opaque.

mod scan;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Deepest nesting of arrays and objects.
pub const DEPTH_MAX: usize = 32;
/// The largest integer that every JSON parser keeps: 2^53 − 1 (RFC 8259 §6).
pub const INTEGER_MAX: i64 = (1 << 53) - 1;

/// Why a text is not canonical; `pointer` is an RFC 6901 JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    #[error("not JSON at line {line}, column {column}: {message}")]
    Json { line: usize, column: usize, message: String },
    #[error(
        "not in canonical form (RFC 8785) from byte {offset} on; expected `{expected}`: sort keys, drop white space, write no key twice"
    )]
    Form { offset: usize, expected: String },
    #[error("{rule} at `{pointer}`")]
    Narrowed { pointer: String, rule: &'static str },
}

/// Reads a canonical text into a type that mirrors it; `None` where either does not fit, and
/// [`parse`] says why.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    if scan::is_canonical(text) { serde_json::from_str(text).ok() } else { None }
}

/// Reads a canonical text; refuses everything that differs from its own canonical form.
pub fn parse(text: &str) -> Result<Value, CanonicalError> {
    let value: Value = serde_json::from_str(text).map_err(|error| CanonicalError::Json {
        line: error.line(),
        column: error.column(),
        message: error.to_string(),
    })?;
    check(&value)?;
    // A narrowed value (ASCII keys, which the map sorts, and integers) has one text in JCS and in
    // serde_json, which is the faster; a property test holds them together.
    let canonical = value.to_string();
    if canonical == text {
        return Ok(value);
    }
    let offset = canonical.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count();
    let rest = String::from_utf8_lossy(&canonical.as_bytes()[offset..]);
    Err(CanonicalError::Form { offset, expected: rest.chars().take(24).collect() })
}

/// The JCS text of a value of ours.
///
/// Our types serialise to JSON with string keys and integers only, which cannot fail.
pub fn to_string<T: Serialize>(value: &T) -> String {
    serde_json_canonicalizer::to_string(value).unwrap_or_default()
}

/// Checks the narrowed form of a value, without its spelling.
pub fn check(value: &Value) -> Result<(), CanonicalError> {
    walk(value, &mut Vec::new())
}

fn walk<'v>(value: &'v Value, path: &mut Vec<Step<'v>>) -> Result<(), CanonicalError> {
    if path.len() > DEPTH_MAX {
        return narrowed(path, "nested deeper than 32 levels");
    }
    match value {
        Value::Null => narrowed(path, "null: leave the field out instead"),
        Value::Bool(_) => Ok(()),
        Value::Number(number) => match number.as_i64() {
            Some(n) if (-INTEGER_MAX..=INTEGER_MAX).contains(&n) => Ok(()),
            _ => narrowed(path, "only integers within ±(2^53−1) are allowed"),
        },
        Value::String(text) => check_string(text, path),
        Value::Array(items) if items.is_empty() => {
            narrowed(path, "an empty array: leave the field out instead")
        }
        Value::Array(items) => {
            items.iter().enumerate().try_for_each(|(i, item)| within(path, Step::Index(i), item))
        }
        Value::Object(fields) if fields.is_empty() => {
            narrowed(path, "an empty object: leave the field out instead")
        }
        Value::Object(fields) => fields.iter().try_for_each(|(key, item)| {
            if !is_snake_case(key.as_bytes()) {
                path.push(Step::Key(key));
                return narrowed(path, "keys are ASCII snake_case");
            }
            within(path, Step::Key(key), item)
        }),
    }
}

enum Step<'v> {
    Key(&'v str),
    Index(usize),
}

fn within<'v>(
    path: &mut Vec<Step<'v>>,
    step: Step<'v>,
    item: &'v Value,
) -> Result<(), CanonicalError> {
    path.push(step);
    walk(item, path)?;
    path.pop();
    Ok(())
}

fn check_string(text: &str, path: &[Step<'_>]) -> Result<(), CanonicalError> {
    if text.is_empty() {
        return narrowed(path, "an empty string: leave the field out instead");
    }
    if text.contains('\0') {
        return narrowed(path, "the character NUL");
    }
    Ok(())
}

fn narrowed(path: &[Step<'_>], rule: &'static str) -> Result<(), CanonicalError> {
    let pointer = path
        .iter()
        .map(|step| match step {
            Step::Key(key) => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Step::Index(index) => format!("/{index}"),
        })
        .collect();
    Err(CanonicalError::Narrowed { pointer, rule })
}

/// `[a-z][a-z0-9_]*`, at most 64 bytes.
pub fn is_snake_case(key: &[u8]) -> bool {
    let tail = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'_';
    key.len() <= 64 && key.first().is_some_and(u8::is_ascii_lowercase) && key.iter().all(tail)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_canonical_spelling_passes() {
        parse(r#"{"a":[1,-2,true,"ї"],"b":{"c":"\n"}}"#).unwrap();
        for bad in [
            r#"{"b":1,"a":2}"#,
            r#"{"a":1, "b":2}"#,
            r#"{"a":1,"a":1}"#,
            r#"{"a":1.0}"#,
            r#"{"a":1e2}"#,
            r#"{"a":-0}"#,
            r#"{"a":9007199254740992}"#,
            r#"{"a":"\u0457"}"#,
            r#"{"a":"\ud800"}"#,
            r#"{"a":"\u0000"}"#,
            r#"{"a":""}"#,
            r#"{"a":[]}"#,
            r#"{"a":{}}"#,
            r#"{"a":null}"#,
            r#"{"A":1}"#,
            r#"{"ї":1}"#,
            "{\"a\":1}\n",
            "{\"a\":1",
            "",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
            assert!(!scan::is_canonical(bad), "{bad}");
        }
        for depth in [31, 32, 33, 10_000] {
            let nested = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
            assert_eq!(parse(&nested).is_ok(), depth <= 32);
            assert_eq!(scan::is_canonical(&nested), depth <= 32);
        }
    }

    /// A canonical text with a few bytes changed, which is canonical or not.
    fn nearly() -> impl Strategy<Value = String> {
        let pieces = [
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"a\":",
            "\"b\":",
            "\"a_1\":",
            "\"A\":",
            "1",
            "0",
            "-",
            "-1",
            "00",
            "9007199254740991",
            "9007199254740992",
            "99999999999999999999",
            "1.5",
            "true",
            "false",
            "null",
            "\"x\"",
            "\"\"",
            "\"ї\"",
            "\"\\n\"",
            "\"\\u000a\"",
            "\"\\u001f\"",
            "\"\\u001F\"",
            "\"\\u0000\"",
            "\"\\u0041\"",
            "\"\\/\"",
            "\"\n\"",
            "\"\u{7f}\"",
            " ",
        ];
        prop::collection::vec(prop::sample::select(pieces.to_vec()), 1..9)
            .prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn both_ways_agree(text in nearly(), wrap in 0..3_usize) {
            let text = match wrap {
                0 => text,
                1 => format!("{{\"a\":{text}}}"),
                _ => format!("[{text}]"),
            };
            prop_assert_eq!(scan::is_canonical(&text), parse(&text).is_ok(), "{}", text);
        }
    }

    #[test]
    fn errors_say_where() {
        let narrowed = parse(r#"{"a":{"b":[1,""]}}"#).unwrap_err();
        assert_eq!(
            narrowed.to_string(),
            "an empty string: leave the field out instead at `/a/b/1`"
        );
        let form = parse(r#"{"a":1,"a":1}"#).unwrap_err();
        assert!(form.to_string().contains("from byte 6 on"), "{form}");
    }
}
