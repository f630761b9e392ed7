//! Names: streams, statement hashes, content hashes. Parsed once at the edge, then carried as types.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Why a name could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    #[error("a SHA-256 is written as 64 lowercase hexadecimal digits, found `{0}`")]
    Sha256(String),
    #[error("a stream is written <aggregate type>/<id>, found `{0}`")]
    Stream(String),
    #[error(
        "unknown aggregate type `{0}`; one of case, officer, service, procedure, person, ledger"
    )]
    Aggregate(String),
    #[error("`{0}` is no lowercase UUID of version 7 (imports: version 8)")]
    Uuid(String),
    #[error(
        "`{0}` is no origin; 1 to 128 characters of a-z, 0-9, `.`, `-`, `_`, `/`, such as `ledger.example/main`"
    )]
    Origin(String),
    #[error("`{0}` is no procedure id; lowercase words joined by hyphens, such as `forced-return`")]
    Procedure(String),
}

macro_rules! sha256_name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub [u8; 32]);

        impl $name {
            /// The SHA-256 of `bytes` (FIPS 180-4).
            pub fn of(bytes: &[u8]) -> Self {
                Self(Sha256::digest(bytes).into())
            }

            pub fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                parse_sha256(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                parsed(deserializer)
            }
        }
    };
}

sha256_name!(
    /// A statement's name: the SHA-256 of its canonical bytes.
    StatementHash
);
sha256_name!(
    /// The SHA-256 of a content-addressed text: a package, an edition, a code list, a document.
    ContentHash
);

fn parse_sha256(text: &str) -> Result<[u8; 32], IdError> {
    let lowercase = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let mut bytes = [0; 32];
    if lowercase && hex::decode_to_slice(text, &mut bytes).is_ok() {
        return Ok(bytes);
    }
    Err(IdError::Sha256(clipped(text)))
}

/// What a stream is about; equals postgres-es's `aggregate_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AggregateType {
    Case,
    Ledger,
    Officer,
    Person,
    Procedure,
    Service,
}

impl AggregateType {
    pub const ALL: [Self; 6] =
        [Self::Case, Self::Ledger, Self::Officer, Self::Person, Self::Procedure, Self::Service];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Ledger => "ledger",
            Self::Officer => "officer",
            Self::Person => "person",
            Self::Procedure => "procedure",
            Self::Service => "service",
        }
    }
}

impl FromStr for AggregateType {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| IdError::Aggregate(clipped(text)))
    }
}

impl fmt::Display for AggregateType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The name of a stream, `<aggregate type>/<id>`.
///
/// `procedure/<id>` and `ledger/<origin>` are named; all others carry a UUID of version 7, or of
/// version 8 where an import derived it from ledger, file and line (RFC 9562 §5.7, §5.8).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId {
    kind: AggregateType,
    id: String,
}

impl StreamId {
    pub fn case(id: Uuid) -> Self {
        Self { kind: AggregateType::Case, id: id.to_string() }
    }

    pub fn officer(id: Uuid) -> Self {
        Self { kind: AggregateType::Officer, id: id.to_string() }
    }

    pub fn person(id: Uuid) -> Self {
        Self { kind: AggregateType::Person, id: id.to_string() }
    }

    pub fn service(id: Uuid) -> Self {
        Self { kind: AggregateType::Service, id: id.to_string() }
    }

    pub fn procedure(id: &str) -> Result<Self, IdError> {
        Self::new(AggregateType::Procedure, id)
    }

    pub fn ledger(origin: &str) -> Result<Self, IdError> {
        Self::new(AggregateType::Ledger, origin)
    }

    /// Checks `id` against the form its kind asks for.
    pub fn new(kind: AggregateType, id: &str) -> Result<Self, IdError> {
        match kind {
            AggregateType::Ledger => check_origin(id)?,
            AggregateType::Procedure => check_procedure(id)?,
            _ => check_uuid(id)?,
        }
        Ok(Self { kind, id: id.to_owned() })
    }

    pub fn kind(&self) -> AggregateType {
        self.kind
    }

    /// What stands behind the slash; postgres-es's `aggregate_id`.
    pub fn id(&self) -> &str {
        &self.id
    }
}

fn check_uuid(id: &str) -> Result<(), IdError> {
    let parsed = Uuid::try_parse(id).map_err(|_| IdError::Uuid(clipped(id)))?;
    let known = matches!(parsed.get_version_num(), 7 | 8);
    let mut buffer = Uuid::encode_buffer();
    let canonical = parsed.hyphenated().encode_lower(&mut buffer) == id;
    if known && canonical { Ok(()) } else { Err(IdError::Uuid(clipped(id))) }
}

fn check_origin(id: &str) -> Result<(), IdError> {
    let legal = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'/');
    if (1..=128).contains(&id.len()) && id.bytes().all(legal) && !id.starts_with('/') {
        return Ok(());
    }
    Err(IdError::Origin(clipped(id)))
}

fn check_procedure(id: &str) -> Result<(), IdError> {
    let word =
        |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if id.len() <= 64 && id.split('-').all(word) {
        return Ok(());
    }
    Err(IdError::Procedure(clipped(id)))
}

impl FromStr for StreamId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let (kind, id) = text.split_once('/').ok_or_else(|| IdError::Stream(clipped(text)))?;
        Self::new(kind.parse()?, id)
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.id)
    }
}

impl fmt::Debug for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StreamId({self})")
    }
}

impl Serialize for StreamId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StreamId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer)
    }
}

/// Deserialises through `FromStr`, so that a type has one text form and one parser.
pub(crate) fn parsed<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
    T::Err: fmt::Display,
{
    let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
    text.parse().map_err(de::Error::custom)
}

/// Outside text quoted in an error stays short.
pub(crate) fn clipped(text: &str) -> String {
    const CHARS_MAX: usize = 80;
    match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_read_strictly() {
        for good in [
            "case/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e77",
            "officer/0192f0c4-7d1e-8c2a-9b43-1f6f0d3a5e77",
            "procedure/forced-return",
            "ledger/ledger.example/main",
        ] {
            assert_eq!(good.parse::<StreamId>().unwrap().to_string(), good);
        }
        for bad in [
            "case",
            "case/",
            "case/0192F0C4-7d1e-7c2a-9b43-1f6f0d3a5e77",
            "case/0192f0c47d1e7c2a9b431f6f0d3a5e77",
            "case/0192f0c4-7d1e-4c2a-9b43-1f6f0d3a5e77",
            "dossier/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e77",
            "procedure/Forced-return",
            "procedure/forced--return",
            "ledger/",
            "ledger//x",
            "ledger/Україна",
        ] {
            assert!(bad.parse::<StreamId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn hashes_are_lowercase_hex() {
        let hash = StatementHash::of(b"abc");
        assert_eq!(
            hash.to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(hash.to_string().parse::<StatementHash>().unwrap(), hash);
        assert!(hash.to_string().to_uppercase().parse::<StatementHash>().is_err());
        assert!("ab".parse::<StatementHash>().is_err());
    }
}
