//! The auditor's own reading of canonical form: JCS (RFC 8785), narrowed as DESIGN §3 says.
//!
//! One pass over the bytes, without building anything: a text that passes has exactly one
//! spelling. Keys are ASCII, so that their byte order is the UTF-16 order of RFC 8785 §3.2.3.
//! A test holds it to `serde_jcs`.

/// Deepest nesting of arrays and objects inside a statement.
pub const DEPTH_MAX: usize = 32;
/// Longest key, in bytes.
const KEY_BYTES_MAX: usize = 64;
/// The largest integer that every JSON parser keeps: 2^53 − 1 (RFC 8259 §6).
const INTEGER_MAX: u64 = (1 << 53) - 1;

/// Where and why a text is not canonical.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule} at byte {offset}")]
pub struct FormError {
    pub offset: usize,
    pub rule: &'static str,
}

/// Checks a payload: an object that holds a statement, hence one level deeper than it.
pub fn check_payload(text: &str) -> Result<(), FormError> {
    check(text, DEPTH_MAX + 1)
}

/// Checks that `text` is one canonical object, nested at most `depth_max` deep.
pub fn check(text: &str, depth_max: usize) -> Result<(), FormError> {
    let mut scanner = Scanner { bytes: text.as_bytes(), at: 0, depth_max };
    if scanner.peek() != Some(b'{') {
        return scanner.fail("not an object");
    }
    scanner.value(0)?;
    if scanner.at == text.len() { Ok(()) } else { scanner.fail("more than one value") }
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    depth_max: usize,
}

impl<'a> Scanner<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn fail<T>(&self, rule: &'static str) -> Result<T, FormError> {
        Err(FormError { offset: self.at, rule })
    }

    fn expect(&mut self, byte: u8, rule: &'static str) -> Result<(), FormError> {
        if self.peek() == Some(byte) {
            self.at += 1;
            return Ok(());
        }
        self.fail(rule)
    }

    fn value(&mut self, depth: usize) -> Result<(), FormError> {
        if depth > self.depth_max {
            return self.fail("nested too deep");
        }
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => match self.string()? {
                b"" => self.fail("an empty string"),
                _ => Ok(()),
            },
            Some(b'-' | b'0'..=b'9') => self.integer(),
            _ => self.literal(),
        }
    }

    fn literal(&mut self) -> Result<(), FormError> {
        for word in [b"true".as_slice(), b"false"] {
            if self.bytes[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(());
            }
        }
        self.fail("neither object, array, string, integer, true nor false")
    }

    fn object(&mut self, depth: usize) -> Result<(), FormError> {
        self.at += 1;
        let mut before: &[u8] = b"";
        loop {
            let key = self.key()?;
            if key <= before {
                return self.fail("keys are sorted, each once");
            }
            before = key;
            self.expect(b':', "a colon follows a key")?;
            self.value(depth + 1)?;
            match self.peek() {
                Some(b',') => self.at += 1,
                _ => return self.expect(b'}', "a comma or `}` follows a field"),
            }
        }
    }

    fn key(&mut self) -> Result<&'a [u8], FormError> {
        self.expect(b'"', "a key, in an object that is not empty")?;
        let rest = &self.bytes[self.at..];
        let snake = |b: &&u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_');
        let length = rest.iter().take_while(snake).count();
        let key = &rest[..length];
        self.at += length;
        if !key.first().is_some_and(u8::is_ascii_lowercase) || length > KEY_BYTES_MAX {
            return self.fail("keys are ASCII snake_case");
        }
        self.expect(b'"', "keys are ASCII snake_case")?;
        Ok(key)
    }

    fn array(&mut self, depth: usize) -> Result<(), FormError> {
        self.at += 1;
        if self.peek() == Some(b']') {
            return self.fail("an empty array");
        }
        loop {
            self.value(depth + 1)?;
            match self.peek() {
                Some(b',') => self.at += 1,
                _ => return self.expect(b']', "a comma or `]` follows an item"),
            }
        }
    }

    /// Reads a string and gives what stands between its quotes, escapes as written.
    fn string(&mut self) -> Result<&'a [u8], FormError> {
        self.at += 1;
        let start = self.at;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(0x20..) => self.at += 1,
                _ => return self.fail("a control character or the end within a string"),
            }
        }
        self.at += 1;
        Ok(&self.bytes[start..self.at - 1])
    }

    /// Only what must be escaped is, and in its short form (RFC 8785 §3.2.2.2).
    fn escape(&mut self) -> Result<(), FormError> {
        const RULE: &str = "an escape that the canonical form does not use";
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let code = self.bytes.get(self.at + 2..self.at + 6).unwrap_or_default();
                let [b'0', b'0', high @ (b'0' | b'1'), low @ (b'0'..=b'9' | b'a'..=b'f')] = code
                else {
                    return self.fail(RULE);
                };
                // \u0000 is NUL, 8 9 a c d have short forms.
                let short = matches!(low, b'0' | b'8' | b'9' | b'a' | b'c' | b'd');
                if *high == b'0' && short {
                    return self.fail(RULE);
                }
                self.at += 6;
            }
            _ => return self.fail(RULE),
        }
        Ok(())
    }

    fn integer(&mut self) -> Result<(), FormError> {
        let negative = self.peek() == Some(b'-');
        self.at += usize::from(negative);
        let start = self.at;
        let mut value: u64 = 0;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            value = value.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
            self.at += 1;
        }
        let digits = &self.bytes[start..self.at];
        let plain = match digits {
            [b'0'] => !negative,
            [b'1'..=b'9', ..] => true,
            _ => false,
        };
        let ends = !matches!(self.peek(), Some(b'.' | b'e' | b'E' | b'+' | b'-'));
        if plain && ends && value <= INTEGER_MAX {
            return Ok(());
        }
        self.fail("only integers within ±(2^53−1), plainly written")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(text: &str) -> bool {
        check(text, DEPTH_MAX).is_ok()
    }

    #[test]
    fn canonical_texts_pass() {
        for good in [
            r#"{"a":[1,-2,true,"ї"],"b":{"c":"\n\u0001\u001f\"\\ ~"}}"#,
            r#"{"a":9007199254740991,"a_b":-9007199254740991,"ab":0}"#,
        ] {
            assert!(sound(good), "{good}");
        }
    }

    #[test]
    fn other_spellings_are_refused_with_their_place() {
        for bad in [
            "[1]",
            "{}",
            r#"{"a":""}"#,
            r#"{"a":[]}"#,
            r#"{"a":null}"#,
            r#"{"a":1.0}"#,
            r#"{"a":1e3}"#,
            r#"{"a":-0}"#,
            r#"{"a":01}"#,
            r#"{"a":9007199254740992}"#,
            r#"{"b":1,"a":1}"#,
            r#"{"a":1,"a":1}"#,
            r#"{"A":1}"#,
            r#"{"_a":1}"#,
            r#"{"a-b":1}"#,
            r#"{"a": 1}"#,
            r#"{"a":1} "#,
            r#"{"a":1,}"#,
            r#"{"a":[1,]}"#,
            r#"{"a":"\/"}"#,
            r#"{"a":"\u000A"}"#,
            r#"{"a":"\u000a"}"#,
            r#"{"a":"\u0000"}"#,
            r#"{"a":"\u0041"}"#,
            r#"{"a":"\ud800"}"#,
            r#"{"a":"x"#,
            r#"{"a":tru}"#,
            r#"{"a":1}{"a":1}"#,
            "{",
            "",
        ] {
            assert!(!sound(bad), "{bad}");
        }
        let error = check(r#"{"a":1,"b":1.5}"#, DEPTH_MAX).unwrap_err();
        assert_eq!(error.offset, 12);
    }

    #[test]
    fn nesting_has_a_limit() {
        let nested = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
        assert!(sound(&nested(DEPTH_MAX)));
        assert!(!sound(&nested(DEPTH_MAX + 1)));
    }

    /// Every text that differs from a sound one in one byte, or lacks one, is judged as
    /// `serde_jcs` and the narrowing rules judge it.
    #[test]
    fn it_agrees_with_serde_jcs() {
        let sound_text = r#"{"a":[1,-20,true,{"z":"ї\n"}],"b":"x\u0001y","c_1":false}"#;
        let bytes = sound_text.as_bytes();
        let mut seen = [0, 0];
        for at in 0..bytes.len() {
            for byte in b"\0 \"\\/{}[],:0129-.eEaAbz_nu".iter().copied().map(Some).chain([None]) {
                let mut changed = bytes.to_vec();
                match byte {
                    Some(byte) => changed[at] = byte,
                    None => drop(changed.remove(at)),
                }
                let Ok(text) = String::from_utf8(changed) else { continue };
                assert_eq!(sound(&text), by_serde_jcs(&text), "{text}");
                seen[usize::from(sound(&text))] += 1;
            }
        }
        assert!(seen.iter().all(|count| *count > 50), "{seen:?}");
    }

    fn by_serde_jcs(text: &str) -> bool {
        let Ok(value) = serde_json::from_str::<serde_json::Value>(text) else { return false };
        value.is_object()
            && narrowed(&value)
            && serde_jcs::to_string(&value).is_ok_and(|canonical| canonical == text)
    }

    fn narrowed(value: &serde_json::Value) -> bool {
        use serde_json::Value;
        let key = |k: &String| {
            k.starts_with(|c: char| c.is_ascii_lowercase())
                && k.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_'))
        };
        match value {
            Value::Null => false,
            Value::Bool(_) => true,
            Value::Number(n) => n.as_i64().is_some_and(|n| n.unsigned_abs() <= INTEGER_MAX),
            Value::String(text) => !text.is_empty() && !text.contains('\0'),
            Value::Array(items) => !items.is_empty() && items.iter().all(narrowed),
            Value::Object(fields) => {
                !fields.is_empty() && fields.iter().all(|(k, v)| key(k) && narrowed(v))
            }
        }
    }
}
