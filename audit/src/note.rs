//! Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature), read by
//! `signed_note` and `tlog_tiles` and then verified more strictly than they do.
//!
//! `signed_note` passes over a second signature of a key that it has verified, and verifies
//! loosely. Here every signature line of a known key must verify, with `verify_strict`; one that
//! does not spoils the whole note.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::VerifyingKey;
use litopys_domain::keys::PublicKey;
use signed_note::{Note, Signature, is_key_name_valid, key_id};
use tlog_tiles::Checkpoint;

/// Bytes of the longest note that is read.
pub const NOTE_BYTES_MAX: usize = 64 * 1024;
/// Signature lines that a note may have; C2SP asks for at least 16.
pub const SIGNATURES_MAX: usize = 64;

/// What a key signs: notes as they are, or with the time at which a witness saw them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// Signature type 0x01.
    Ed25519,
    /// Signature type 0x04, `cosignature/v1`.
    Cosignature,
}

/// A key whose signatures on notes count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteKey {
    name: String,
    id: u32,
    kind: KeyKind,
    key: VerifyingKey,
}

/// Why a note or a key is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    #[error("a note has at most {NOTE_BYTES_MAX} bytes and {SIGNATURES_MAX} signatures")]
    Size,
    #[error("the note is malformed")]
    Malformed,
    #[error("the signature of {name} does not verify")]
    BadSignature { name: String },
    #[error("no known key has signed the note")]
    Unsigned,
    #[error("the note's text is no checkpoint")]
    NoCheckpoint,
    #[error("the checkpoint is of `{found}`, expected `{expected}`")]
    OtherOrigin { expected: String, found: String },
    #[error("{found} known witnesses have cosigned, {quorum} are needed")]
    Quorum { found: usize, quorum: usize },
    #[error("`{0}` is no verifier key: <name>+<8 lower-case hex digits>+<base64>")]
    Key(String),
}

/// Size and root that a verified checkpoint states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    pub size: u64,
    pub root: [u8; 32],
}

impl NoteKey {
    /// The key with which the ledger `origin` signs its checkpoints.
    pub fn of_ledger(origin: &str, key: &PublicKey) -> Self {
        Self::new(origin, KeyKind::Ed25519, key)
    }

    fn new(name: &str, kind: KeyKind, key: &PublicKey) -> Self {
        let mut encoded = vec![kind.type_byte()];
        encoded.extend_from_slice(key.as_bytes());
        let (id, key) = (key_id(name, &encoded), *key.verifying_key());
        Self { name: name.to_owned(), id, kind, key }
    }

    /// Reads a verifier key `<name>+<id>+<base64>` in its one spelling.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        Self::read(text).ok_or_else(|| NoteError::Key(text.chars().take(120).collect()))
    }

    fn read(text: &str) -> Option<Self> {
        let (name, rest) = text.split_once('+')?;
        let (id, encoded) = rest.split_once('+')?;
        let bytes = STANDARD.decode(encoded).ok()?;
        let (kind, key) = bytes.split_first()?;
        let kind = match kind {
            1 => KeyKind::Ed25519,
            4 => KeyKind::Cosignature,
            _ => return None,
        };
        let key = PublicKey::from_bytes(key.try_into().ok()?).ok()?;
        let read = Self::new(name, kind, &key);
        (is_key_name_valid(name) && id == format!("{:08x}", read.id)).then_some(read)
    }

    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    fn signed(&self, text: &[u8], signature: &[u8]) -> bool {
        let verify = |message: &[u8], signature: &[u8]| {
            ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
        };
        match self.kind {
            KeyKind::Ed25519 => verify(text, signature),
            KeyKind::Cosignature => {
                let Some((time, signature)) = signature.split_first_chunk::<8>() else {
                    return false;
                };
                // tlog-cosignature caps the time at 2^63 − 1.
                let time = i64::from_be_bytes(*time);
                let head = format!("cosignature/v1\ntime {time}\n");
                time >= 0 && verify(&[head.as_bytes(), text].concat(), signature)
            }
        }
    }
}

impl KeyKind {
    fn type_byte(self) -> u8 {
        match self {
            Self::Ed25519 => 1,
            Self::Cosignature => 4,
        }
    }
}

/// Verifies a note; gives its text and those of `keys` that signed it, each once.
pub fn open<'k>(note: &[u8], keys: &'k [NoteKey]) -> Result<(String, Vec<&'k NoteKey>), NoteError> {
    if note.len() > NOTE_BYTES_MAX {
        return Err(NoteError::Size);
    }
    let text = Note::from_bytes(note).map_err(|_| NoteError::Malformed)?.text().to_vec();
    let text = String::from_utf8(text).map_err(|_| NoteError::Malformed)?;
    let lines = note.get(text.len() + 1..).unwrap_or_default();
    let lines = lines.strip_suffix(b"\n").ok_or(NoteError::Malformed)?;
    let mut signed: Vec<&NoteKey> = Vec::new();
    for (count, line) in lines.split(|byte| *byte == b'\n').enumerate() {
        if count == SIGNATURES_MAX {
            return Err(NoteError::Size);
        }
        let signature = Signature::from_bytes(line).map_err(|_| NoteError::Malformed)?;
        let known = |key: &&NoteKey| key.name == signature.name() && key.id == signature.id();
        for key in keys.iter().filter(known) {
            if !key.signed(text.as_bytes(), signature.signature()) {
                return Err(NoteError::BadSignature { name: key.name.clone() });
            }
            if !signed.contains(&key) {
                signed.push(key);
            }
        }
    }
    if signed.is_empty() { Err(NoteError::Unsigned) } else { Ok((text, signed)) }
}

/// Verifies a checkpoint of `origin`: signed by one of the Ed25519 keys among `keys`, which are
/// the ledger's, and by at least `quorum` witnesses, counted by public key.
pub fn open_checkpoint(
    note: &[u8],
    origin: &str,
    keys: &[NoteKey],
    quorum: usize,
) -> Result<Stated, NoteError> {
    let (text, signed) = open(note, keys)?;
    let checkpoint =
        Checkpoint::from_bytes(text.as_bytes()).map_err(|_| NoteError::NoCheckpoint)?;
    if checkpoint.origin() != origin {
        let (expected, found) = (origin.to_owned(), checkpoint.origin().to_owned());
        return Err(NoteError::OtherOrigin { expected, found });
    }
    if !signed.iter().any(|key| key.kind == KeyKind::Ed25519) {
        return Err(NoteError::Unsigned);
    }
    let mut witnesses: Vec<_> = signed
        .iter()
        .filter(|key| key.kind == KeyKind::Cosignature)
        .map(|key| key.key.to_bytes())
        .collect();
    witnesses.sort_unstable();
    witnesses.dedup();
    if witnesses.len() < quorum {
        return Err(NoteError::Quorum { found: witnesses.len(), quorum });
    }
    Ok(Stated { size: checkpoint.size(), root: checkpoint.hash().0 })
}

/// Reads a checkpoint's text, verified or not.
pub fn read_checkpoint(text: &str) -> Result<Checkpoint, NoteError> {
    Checkpoint::from_bytes(text.as_bytes()).map_err(|_| NoteError::NoCheckpoint)
}
