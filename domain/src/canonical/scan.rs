//! One pass over the bytes of a text: is it canonical? What is wrong, if it is not, the slow way
//! says; a property test holds the two together.

use super::{DEPTH_MAX, INTEGER_MAX, is_snake_case};

/// Whether a text is the narrowed canonical form of some value.
pub(super) fn is_canonical(text: &str) -> bool {
    value(text.as_bytes(), 0).is_some_and(<[u8]>::is_empty)
}

/// Reads one value and gives what stands behind it.
fn value(bytes: &[u8], depth: usize) -> Option<&[u8]> {
    if depth > DEPTH_MAX {
        return None;
    }
    match bytes {
        [b'{', rest @ ..] => object(rest, depth + 1),
        [b'[', rest @ ..] => array(rest, depth + 1),
        [b'"', b'"', ..] => None,
        [b'"', rest @ ..] => string(rest),
        [b't', rest @ ..] => rest.strip_prefix(b"rue"),
        [b'f', rest @ ..] => rest.strip_prefix(b"alse"),
        _ => integer(bytes),
    }
}

fn object(mut bytes: &[u8], depth: usize) -> Option<&[u8]> {
    let mut before: &[u8] = b"";
    loop {
        let inner = bytes.strip_prefix(b"\"")?;
        let end = inner.iter().position(|&byte| byte == b'"')?;
        let key = &inner[..end];
        if key <= before || !is_snake_case(key) {
            return None;
        }
        before = key;
        match value(inner[end + 1..].strip_prefix(b":")?, depth)? {
            [b',', rest @ ..] => bytes = rest,
            [b'}', rest @ ..] => return Some(rest),
            _ => return None,
        }
    }
}

fn array(mut bytes: &[u8], depth: usize) -> Option<&[u8]> {
    loop {
        match value(bytes, depth)? {
            [b',', rest @ ..] => bytes = rest,
            [b']', rest @ ..] => return Some(rest),
            _ => return None,
        }
    }
}

/// Reads on to the quote that ends a string. Only what must be escaped is, in its shortest form
/// (RFC 8785 §3.2.2.2).
fn string(mut bytes: &[u8]) -> Option<&[u8]> {
    loop {
        let plain = bytes.iter().position(|&byte| byte < 0x20 || byte == b'"' || byte == b'\\')?;
        match &bytes[plain..] {
            [b'"', rest @ ..] => return Some(rest),
            [b'\\', b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't', rest @ ..] => bytes = rest,
            [b'\\', b'u', b'0', b'0', high, low, rest @ ..] if is_control(*high, *low) => {
                bytes = rest;
            }
            _ => return None,
        }
    }
}

/// The two last digits of a control character without a short escape, which is not NUL.
fn is_control(high: u8, low: u8) -> bool {
    match high {
        b'0' => matches!(low, b'1'..=b'7' | b'b' | b'e' | b'f'),
        b'1' => matches!(low, b'0'..=b'9' | b'a'..=b'f'),
        _ => false,
    }
}

fn integer(bytes: &[u8]) -> Option<&[u8]> {
    let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let length = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = digits.split_at(length);
    let is_negative = digits.len() < bytes.len();
    let is_plain = match number {
        [b'0'] => !is_negative,
        [b'1'..=b'9', ..] => length <= 16,
        _ => false,
    };
    let size = number.iter().fold(0, |n: i64, digit| n.wrapping_mul(10) + i64::from(digit - b'0'));
    (is_plain && size <= INTEGER_MAX).then_some(rest)
}
