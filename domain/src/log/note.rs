//! Signed notes (C2SP `signed-note`), read strictly, with Ed25519 signatures and the cosignatures of
//! C2SP `tlog-cosignature`.
//!
//! A note is a text, an empty line and signature lines. A signature of an unknown key is passed
//! over; one of a known key that does not verify spoils the whole note.

mod key;

pub use key::{KeyError, KeyId, KeyKind, NoteSigner, VerifierKey};

use std::fmt;

use super::base64;

/// Bytes of the longest note that is read.
pub const NOTE_BYTES_MAX: usize = 64 * 1024;

/// Signature lines that a note may have; C2SP asks for at least 16.
pub const SIGNATURES_MAX: usize = 64;

/// What a signature line begins with: an em dash and a space.
const LINE_PREFIX: &str = "\u{2014} ";

const KEY_ID_BYTES: usize = 4;

/// A note whose form is sound; its signatures count only after [`Note::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// One signature line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    name: String,
    id: KeyId,
    bytes: Vec<u8>,
}

/// A signature that was made by a known key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifiedSignature<'a> {
    /// The key that made it.
    pub key: &'a VerifierKey,
    /// Seconds since 1970 that a cosignature states; `None` for an ordinary signature.
    pub timestamp: Option<u64>,
}

/// Why a note is not read, trusted or made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Longer than is read.
    #[error("a note is at most {NOTE_BYTES_MAX} bytes, found {found}")]
    TooLong {
        /// Bytes given.
        found: usize,
    },
    /// More signature lines than are read.
    #[error("a note has at most {SIGNATURES_MAX} signatures")]
    TooManySignatures,
    /// Bytes that are not UTF-8.
    #[error("a note is UTF-8 text")]
    Utf8,
    /// A control character below U+0020 other than the newline.
    #[error("a note has no control characters except newlines")]
    Control,
    /// No empty line before the signatures.
    #[error("a note's text ends in a newline, and an empty line parts it from the signatures")]
    NoEmptyLine,
    /// No signatures, or the last one's line does not end.
    #[error("a note ends in one or more signature lines, each with its newline")]
    NoSignatures,
    /// A line that is not a signature line.
    #[error(
        "signature line {line} is not an em dash, a key name and padded base64, parted by spaces"
    )]
    Line {
        /// Line within the signature block, from 1.
        line: usize,
    },
    /// A key that is known, and a signature that it did not make.
    #[error("the signature of {name} ({id}) does not verify")]
    BadSignature {
        /// Name of the key.
        name: String,
        /// Id of the key.
        id: KeyId,
    },
    /// Two known keys that a signature line could not tell apart.
    #[error("two known keys share the name {name} and the id {id}")]
    AmbiguousKeys {
        /// Name of both keys.
        name: String,
        /// Id of both keys.
        id: KeyId,
    },
    /// Nobody known has signed.
    #[error("no known key has signed the note")]
    Unsigned,
}

impl Note {
    /// Signs `text`, which must end in a newline, with each of `signers`.
    pub fn sign(text: &str, signers: &[&NoteSigner]) -> Result<Self, NoteError> {
        check_characters(text)?;
        if !text.ends_with('\n') {
            return Err(NoteError::NoEmptyLine);
        }
        match signers.len() {
            0 => return Err(NoteError::NoSignatures),
            1..=SIGNATURES_MAX => {}
            _ => return Err(NoteError::TooManySignatures),
        }
        let signatures = signers.iter().map(|signer| NoteSignature {
            name: signer.key().name().to_owned(),
            id: signer.key().id(),
            bytes: signer.sign(text.as_bytes()).to_vec(),
        });
        let note = Self { text: text.to_owned(), signatures: signatures.collect() };
        match note.to_string().len() {
            0..=NOTE_BYTES_MAX => Ok(note),
            found => Err(NoteError::TooLong { found }),
        }
    }

    /// Reads a note; what comes out prints as the same bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteError::TooLong { found: bytes.len() });
        }
        let note = std::str::from_utf8(bytes).map_err(|_| NoteError::Utf8)?;
        check_characters(note)?;
        // The text may have empty lines of its own, signature lines may not: the last one parts.
        let end = note.rfind("\n\n").ok_or(NoteError::NoEmptyLine)?;
        let (text, lines) = (&note[..=end], &note[end + 2..]);
        let lines = lines.strip_suffix('\n').ok_or(NoteError::NoSignatures)?;
        let mut signatures = Vec::new();
        for (place, line) in lines.split('\n').enumerate() {
            if place == SIGNATURES_MAX {
                return Err(NoteError::TooManySignatures);
            }
            signatures.push(parse_line(line).ok_or(NoteError::Line { line: place + 1 })?);
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// The signed text, with its final newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines in order, verified or not.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// The signatures of known keys, each key once, in the order of the lines.
    ///
    /// Fails when a known key's signature is bad, even beside a good one, and when there is none.
    pub fn verify<'a>(
        &self,
        known: &[&'a VerifierKey],
    ) -> Result<Vec<VerifiedSignature<'a>>, NoteError> {
        check_distinct(known)?;
        let mut verified: Vec<VerifiedSignature<'a>> = Vec::new();
        for line in &self.signatures {
            let Some(key) = known.iter().copied().find(|key| line.is_by(key)) else { continue };
            let timestamp = key
                .verify(self.text.as_bytes(), &line.bytes)
                .map_err(|_| NoteError::BadSignature { name: line.name.clone(), id: line.id })?;
            if verified.iter().all(|earlier| earlier.key != key) {
                verified.push(VerifiedSignature { key, timestamp });
            }
        }
        if verified.is_empty() { Err(NoteError::Unsigned) } else { Ok(verified) }
    }
}

impl NoteSignature {
    /// Name of the key that claims to have signed.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Id of the key that claims to have signed.
    pub fn id(&self) -> KeyId {
        self.id
    }

    fn is_by(&self, key: &VerifierKey) -> bool {
        self.id == key.id() && self.name == key.name()
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.id.as_bytes(), self.bytes.as_slice()].concat();
        write!(f, "{LINE_PREFIX}{} {}", self.name, base64::encode(&bytes))
    }
}

fn check_characters(note: &str) -> Result<(), NoteError> {
    if note.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
        return Err(NoteError::Control);
    }
    Ok(())
}

fn check_distinct(known: &[&VerifierKey]) -> Result<(), NoteError> {
    for (place, key) in known.iter().enumerate() {
        let is_rival = |other: &&VerifierKey| {
            other.id() == key.id() && other.name() == key.name() && other != key
        };
        if known[..place].iter().any(is_rival) {
            return Err(NoteError::AmbiguousKeys { name: key.name().to_owned(), id: key.id() });
        }
    }
    Ok(())
}

fn parse_line(line: &str) -> Option<NoteSignature> {
    let (name, base64) = line.strip_prefix(LINE_PREFIX)?.split_once(' ')?;
    if !key::is_name(name) {
        return None;
    }
    let bytes = base64::decode(base64)?;
    let (id, signature) = bytes.split_first_chunk::<KEY_ID_BYTES>()?;
    if signature.is_empty() {
        return None;
    }
    Some(NoteSignature {
        name: name.to_owned(),
        id: KeyId::from_bytes(*id),
        bytes: signature.to_vec(),
    })
}
