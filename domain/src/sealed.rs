//! Sealed fields: personal and special values stand in a statement as salted digests only.
//!
//! A disclosure is that of SD-JWT (RFC 9901 §4.2.1): base64url of the JSON array
//! `[salt, field name, value]`; its digest is base64url(SHA-256(ASCII of the disclosure)) (§4.2.3).

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::ids::{clipped, parsed};

/// Bytes of salt in a disclosure of ours; RFC 9901 §9.3 asks for 128 bits.
pub const SALT_BYTES: usize = 16;
/// Longest disclosure taken from outside.
pub const DISCLOSURE_BYTES_MAX: usize = 48 * 1024;

/// Why a disclosure or a digest is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealedError {
    #[error("`{0}` is no digest: 32 bytes in base64url without padding")]
    Digest(String),
    #[error("the disclosure is no base64url text of at most 48 KiB")]
    Encoding,
    #[error("the disclosure is no JSON array of salt, field name and value (RFC 9901 §4.2.1)")]
    Shape,
    #[error("the disclosure names the field `{0}`: field names are ASCII snake_case")]
    Field(String),
    #[error("the disclosure's salt has less than 128 bits: ask for a new draft")]
    Salt,
}

/// The digest that stands in a statement for a sealed value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SealedDigest([u8; 32]);

/// One disclosure: the exact text, and what it opens to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosure {
    text: String,
    pub field: String,
    pub value: Value,
}

impl Disclosure {
    /// Seals `value` under `field` with fresh random `salt`.
    pub fn new(salt: [u8; SALT_BYTES], field: &str, value: Value) -> Self {
        let salt = URL_SAFE_NO_PAD.encode(salt);
        let array = Value::Array(vec![salt.into(), field.into(), value.clone()]);
        let text = URL_SAFE_NO_PAD.encode(array.to_string());
        Self { text, field: field.to_owned(), value }
    }

    /// Reads a disclosure from outside.
    pub fn parse(text: &str) -> Result<Self, SealedError> {
        if text.len() > DISCLOSURE_BYTES_MAX {
            return Err(SealedError::Encoding);
        }
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| SealedError::Encoding)?;
        let (salt, field, value): (String, String, Value) =
            serde_json::from_slice(&json).map_err(|_| SealedError::Shape)?;
        if !crate::canonical::is_snake_case(field.as_bytes()) {
            return Err(SealedError::Field(clipped(&field)));
        }
        let salt_bytes = URL_SAFE_NO_PAD.decode(&salt).map_err(|_| SealedError::Salt)?;
        if salt_bytes.len() < SALT_BYTES {
            return Err(SealedError::Salt);
        }
        Ok(Self { text: text.to_owned(), field, value })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn digest(&self) -> SealedDigest {
        SealedDigest::of(&self.text)
    }
}

impl SealedDigest {
    /// RFC 9901 §4.2.3.
    pub fn of(disclosure: &str) -> Self {
        Self(Sha256::digest(disclosure).into())
    }
}

impl FromStr for SealedDigest {
    type Err = SealedError;

    fn from_str(text: &str) -> Result<Self, SealedError> {
        URL_SAFE_NO_PAD
            .decode(text)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or_else(|| SealedError::Digest(clipped(text)))
    }
}

impl fmt::Display for SealedDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for SealedDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedDigest({self})")
    }
}

impl Serialize for SealedDigest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SealedDigest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer)
    }
}
