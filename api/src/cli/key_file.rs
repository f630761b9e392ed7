//! Private keys as files: PKCS#8 PEM (RFC 5958, RFC 8410), readable by OpenSSL.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, KeypairBytes};
use litopys_api::clock::random;
use litopys_domain::keys::PublicKey;
use zeroize::Zeroizing;

use super::data;

/// A fresh key from the operating system's randomness.
pub(crate) fn generate() -> anyhow::Result<SigningKey> {
    let secret = Zeroizing::new(random::<32>().context("the system gives no random bytes")?);
    Ok(SigningKey::from_bytes(&secret))
}

/// Writes a key where no file is yet, readable by its owner alone.
pub(crate) fn write_new(path: &Path, key: &SigningKey) -> anyhow::Result<()> {
    // Version 1, without the public key: older OpenSSL reads no other.
    let bytes = KeypairBytes { secret_key: key.to_bytes(), public_key: None };
    let pem = bytes.to_pkcs8_pem(LineEnding::LF).map_err(|error| anyhow!("{error}"))?;
    data::write_new(path, pem.as_bytes(), data::SECRET)
}

pub(crate) fn read(path: &Path) -> anyhow::Result<SigningKey> {
    let pem = fs::read_to_string(path)
        .map(Zeroizing::new)
        .with_context(|| format!("cannot read the key {}", path.display()))?;
    SigningKey::from_pkcs8_pem(pem.trim_start()).map_err(|error| {
        anyhow!(
            "{} is no Ed25519 private key in PKCS#8 PEM ({error}): `litopys keygen` makes one",
            path.display()
        )
    })
}

/// A key that may be given as a file or, where somebody else keeps it, as its public half.
pub(crate) enum Given {
    Private(SigningKey),
    Public(PublicKey),
}

impl Given {
    pub(crate) fn public(&self) -> PublicKey {
        match self {
            Self::Private(key) => PublicKey::of(key),
            Self::Public(key) => key.clone(),
        }
    }

    /// Takes a text that is no file for a public key.
    pub(crate) fn parse(text: &str) -> anyhow::Result<Self> {
        let path = Path::new(text);
        if path.exists() {
            return read(path).map(Self::Private);
        }
        text.parse().map(Self::Public).map_err(|error| {
            anyhow!("`{text}` is neither a key file nor a public key in base64url ({error})")
        })
    }
}
