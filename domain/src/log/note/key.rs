//! Keys of signed notes: their ids and text (C2SP `signed-note`, "Verifier keys"), and their
//! signatures, type 0x01 (Ed25519) and 0x04 (C2SP `tlog-cosignature`, `cosignature/v1`).

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer, SigningKey};
use sha2::{Digest, Sha256};

use super::KEY_ID_BYTES;
use crate::keys::PublicKey;
use crate::log::base64;

/// Latest time that a cosignature may state (C2SP `tlog-cosignature`).
const TIMESTAMP_MAX: u64 = i64::MAX.unsigned_abs();

/// Bytes of the longest key name; the specification sets no limit of its own.
const NAME_BYTES_MAX: usize = 1024;

const PUBLIC_KEY_BYTES: usize = 32;
const TIMESTAMP_BYTES: usize = 8;

/// The short id of a key: the first bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; KEY_ID_BYTES]);

/// What a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// The note's text.
    Ed25519,
    /// A header with the time, then the note's text.
    CosignatureV1,
}

/// A public key that may verify notes; its text is `<name>+<id in hex>+<base64 of type and key>`.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: KeyId,
    kind: KeyKind,
    public: PublicKey,
}

/// A key that signs notes with ordinary Ed25519 signatures. `Debug` does not show the secret.
pub struct NoteSigner {
    key: VerifierKey,
    secret: SigningKey,
}

/// Why something is not a note key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not three fields parted by plus signs.
    #[error("a verifier key is written <name>+<id>+<base64>")]
    Form,
    /// Empty, too long, or with spaces, plus signs or control characters.
    #[error(
        "a key name is 1 to {NAME_BYTES_MAX} bytes without spaces, plus signs or control characters"
    )]
    Name,
    /// The id is not eight lowercase hexadecimal digits.
    #[error("a key id is eight lowercase hexadecimal digits")]
    IdForm,
    /// The id belongs to another name, type or key.
    #[error("the key id is {found}, but name, type and key give {expected}")]
    IdMismatch {
        /// Id computed.
        expected: KeyId,
        /// Id written.
        found: KeyId,
    },
    /// Neither Ed25519 (0x01) nor `cosignature/v1` (0x04), or not 32 bytes after the type.
    #[error("a verifier key is the padded base64 of type 0x01 or 0x04 and 32 bytes")]
    Type,
    /// Bytes that are no point, not its canonical encoding, or not of prime order.
    #[error("the public key is not a canonical Ed25519 key of prime order")]
    Weak,
}

/// A signature that does not verify; no more is said, as nothing more can be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadSignature;

impl KeyId {
    /// Wraps the four bytes that a signature line begins with.
    pub const fn from_bytes(bytes: [u8; KEY_ID_BYTES]) -> Self {
        Self(bytes)
    }

    /// The four bytes.
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl KeyKind {
    const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::CosignatureV1 => 0x04,
        }
    }

    fn from_byte(byte: u8) -> Option<Self> {
        [Self::Ed25519, Self::CosignatureV1].into_iter().find(|kind| kind.byte() == byte)
    }
}

impl VerifierKey {
    /// A key of this name; the public key must be canonical and of prime order.
    pub fn new(
        name: &str,
        kind: KeyKind,
        public: &[u8; PUBLIC_KEY_BYTES],
    ) -> Result<Self, KeyError> {
        if !is_name(name) {
            return Err(KeyError::Name);
        }
        let public = PublicKey::from_bytes(public).map_err(|_| KeyError::Weak)?;
        let digest = Sha256::new()
            .chain_update(name)
            .chain_update([b'\n', kind.byte()])
            .chain_update(public.as_bytes())
            .finalize();
        let id = KeyId([digest[0], digest[1], digest[2], digest[3]]);
        Ok(Self { name: name.to_owned(), id, kind, public })
    }

    /// Name of the signer.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Short id.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// What the key signs.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The raw public key. Witnesses are counted by it: cosignatures do not bind the name.
    pub fn public_bytes(&self) -> &[u8; PUBLIC_KEY_BYTES] {
        self.public.as_bytes()
    }

    /// Verifies what follows the key id in a signature line, and gives a cosignature's time.
    pub(super) fn verify(&self, text: &[u8], bytes: &[u8]) -> Result<Option<u64>, BadSignature> {
        match self.kind {
            KeyKind::Ed25519 => self.verify_strict(text, bytes).map(|()| None),
            KeyKind::CosignatureV1 => {
                let (time, signature) =
                    bytes.split_first_chunk::<TIMESTAMP_BYTES>().ok_or(BadSignature)?;
                let time = u64::from_be_bytes(*time);
                if time > TIMESTAMP_MAX {
                    return Err(BadSignature);
                }
                self.verify_strict(&cosigned_message(time, text), signature)?;
                Ok(Some(time))
            }
        }
    }

    fn verify_strict(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        let signature = Signature::from_slice(signature).map_err(|_| BadSignature)?;
        self.public.verifying_key().verify_strict(message, &signature).map_err(|_| BadSignature)
    }
}

impl NoteSigner {
    /// Signs under `name` with `secret`.
    pub fn new(name: &str, secret: SigningKey) -> Result<Self, KeyError> {
        let key = VerifierKey::new(name, KeyKind::Ed25519, secret.verifying_key().as_bytes())?;
        Ok(Self { key, secret })
    }

    /// The key that verifies what this one signs.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    pub(super) fn sign(&self, text: &[u8]) -> [u8; Signature::BYTE_SIZE] {
        self.secret.sign(text).to_bytes()
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        // The base64 may hold plus signs itself.
        let mut fields = text.splitn(3, '+');
        let (Some(name), Some(id), Some(base64)) = (fields.next(), fields.next(), fields.next())
        else {
            return Err(KeyError::Form);
        };
        let found = parse_id(id).ok_or(KeyError::IdForm)?;
        let bytes = base64::decode(base64).ok_or(KeyError::Type)?;
        let (kind, public) = bytes.split_first().ok_or(KeyError::Type)?;
        let kind = KeyKind::from_byte(*kind).ok_or(KeyError::Type)?;
        let key = Self::new(name, kind, public.try_into().map_err(|_| KeyError::Type)?)?;
        if key.id != found {
            return Err(KeyError::IdMismatch { expected: key.id, found });
        }
        Ok(key)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&[self.kind.byte()], self.public.as_bytes().as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, self.id, base64::encode(&bytes))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

impl fmt::Debug for NoteSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NoteSigner({})", self.key)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", u32::from_be_bytes(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// Whether a signature line may carry this name: it must part cleanly from what surrounds it.
pub(super) fn is_name(name: &str) -> bool {
    let is_refused = |c: char| c == '+' || c.is_whitespace() || c < ' ';
    (1..=NAME_BYTES_MAX).contains(&name.len()) && !name.contains(is_refused)
}

fn parse_id(text: &str) -> Option<KeyId> {
    let mut bytes = [0; KEY_ID_BYTES];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    let id = KeyId(bytes);
    (id.to_string() == text).then_some(id)
}

fn cosigned_message(time: u64, text: &[u8]) -> Vec<u8> {
    let mut message = format!("cosignature/v1\ntime {time}\n").into_bytes();
    message.extend_from_slice(text);
    message
}
