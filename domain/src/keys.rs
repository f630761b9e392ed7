//! Officers', services' and the ledger's keys: one acceptance rule everywhere.
//!
//! Ed25519 (RFC 8032) under `verify_strict`, with keys that at enrolment were canonically encoded
//! and of prime order. No batch verification: its verdict differs on edge cases.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use curve25519_dalek::edwards::CompressedEdwardsY;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::dsse;
use crate::ids::{clipped, parsed};

/// Why a key or a signature is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("`{0}` is no Ed25519 public key: 32 bytes in base64url without padding")]
    Encoding(String),
    #[error("the key is not canonically encoded or not of prime order (torsion): make a new one")]
    Weak,
    #[error("`{0}` is no key thumbprint (RFC 7638): 43 characters of base64url")]
    Thumbprint(String),
    #[error("`{0}` is no signature: 64 bytes in base64url without padding")]
    Signature(String),
    #[error("the signature does not verify under the key `{0}`")]
    Forged(Thumbprint),
}

/// The RFC 7638 thumbprint of an Ed25519 key (RFC 8037 §2).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Thumbprint([u8; 32]);

/// A public key that passed the enrolment rule.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    key: VerifyingKey,
    thumbprint: Thumbprint,
}

impl PublicKey {
    /// Accepts 32 bytes that are the canonical encoding of a point of prime order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let point = CompressedEdwardsY(*bytes).decompress().ok_or(KeyError::Weak)?;
        let canonical = point.compress().to_bytes() == *bytes;
        if !canonical || !point.is_torsion_free() || point.is_small_order() {
            return Err(KeyError::Weak);
        }
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::Weak)?;
        Ok(Self { thumbprint: thumbprint(bytes), key })
    }

    pub fn of(key: &SigningKey) -> Self {
        let key = key.verifying_key();
        Self { thumbprint: thumbprint(key.as_bytes()), key }
    }

    pub fn thumbprint(&self) -> Thumbprint {
        self.thumbprint
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// The dalek key, for formats that carry it themselves (signed notes).
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.key
    }

    /// Checks a signature over the pre-authentication encoding of a statement's bytes.
    pub fn verify_statement(&self, pae: &[u8], signature: &Signature) -> Result<(), KeyError> {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        self.key.verify_strict(pae, &signature).map_err(|_| KeyError::Forged(self.thumbprint))
    }
}

/// Signs a statement's canonical bytes.
pub fn sign_statement(key: &SigningKey, statement: &str) -> Signature {
    let pae = dsse::pae(dsse::STATEMENT_TYPE, statement.as_bytes());
    Signature(key.sign(&pae).to_bytes())
}

fn thumbprint(bytes: &[u8; 32]) -> Thumbprint {
    let x = URL_SAFE_NO_PAD.encode(bytes);
    let jwk = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    Thumbprint(Sha256::digest(jwk).into())
}

/// Decodes exactly `N` bytes of base64url; refuses stray trailing bits and padding.
fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let bytes = decode(text).ok_or_else(|| KeyError::Encoding(clipped(text)))?;
        Self::from_bytes(&bytes)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl FromStr for Thumbprint {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        decode(text).map(Self).ok_or_else(|| KeyError::Thumbprint(clipped(text)))
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Thumbprint({self})")
    }
}

/// 64 bytes of an Ed25519 signature; base64url in text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; 64]);

impl FromStr for Signature {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        decode(text).map(Self).ok_or_else(|| KeyError::Signature(clipped(text)))
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({self})")
    }
}

macro_rules! text_serde {
    ($($name:ty),*) => {$(
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
    )*};
}

text_serde!(PublicKey, Thumbprint, Signature);
