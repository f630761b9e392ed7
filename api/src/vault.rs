//! Sealing of disclosures: personal and special values lie in the schema `vault`, encrypted.
//!
//! XChaCha20-Poly1305 under the master key; the associated data names stream, field and digest,
//! so that a row moved to another place does not open. Keys per person come with erasure.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use litopys_domain::ids::StreamId;
use litopys_domain::sealed::{Disclosure, SealedDigest};
use zeroize::Zeroizing;

use crate::append::SealedDisclosure;
use crate::clock;

/// Bytes of the nonce before each sealed value.
const NONCE_BYTES: usize = 24;

/// Why a value could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("the operating system gives no random bytes")]
    Random(#[from] getrandom::Error),
    #[error(
        "the sealed value of {field} in {stream} does not open: wrong key, or it was moved or changed"
    )]
    Sealed { stream: String, field: String },
}

/// The master key, as long as the process lives.
pub struct Vault {
    cipher: XChaCha20Poly1305,
}

impl Vault {
    pub fn new(key: &Zeroizing<[u8; 32]>) -> Self {
        Self { cipher: XChaCha20Poly1305::new(key.as_slice().into()) }
    }

    /// Seals a disclosure for its place.
    pub fn seal(
        &self,
        stream: &StreamId,
        disclosure: &Disclosure,
    ) -> Result<SealedDisclosure, VaultError> {
        let digest = disclosure.digest();
        let nonce = clock::random::<NONCE_BYTES>()?;
        let aad = associated(stream, &disclosure.field, digest);
        let payload = Payload { msg: disclosure.text().as_bytes(), aad: &aad };
        let sealed = self
            .cipher
            .encrypt(XNonce::from_slice(&nonce), payload)
            .map_err(|_| failed(stream, &disclosure.field))?;
        Ok(SealedDisclosure {
            digest: digest.to_string(),
            field: disclosure.field.clone(),
            sealed: [nonce.as_slice(), &sealed].concat(),
        })
    }

    /// Opens what [`Self::seal`] made for the same place.
    pub fn open(
        &self,
        stream: &StreamId,
        field: &str,
        digest: SealedDigest,
        sealed: &[u8],
    ) -> Result<Disclosure, VaultError> {
        let (nonce, sealed) =
            sealed.split_at_checked(NONCE_BYTES).ok_or_else(|| failed(stream, field))?;
        let aad = associated(stream, field, digest);
        let text = self
            .cipher
            .decrypt(XNonce::from_slice(nonce), Payload { msg: sealed, aad: &aad })
            .map_err(|_| failed(stream, field))?;
        let text = String::from_utf8(text).map_err(|_| failed(stream, field))?;
        let disclosure = Disclosure::parse(&text).map_err(|_| failed(stream, field))?;
        if disclosure.digest() == digest { Ok(disclosure) } else { Err(failed(stream, field)) }
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

fn associated(stream: &StreamId, field: &str, digest: SealedDigest) -> Vec<u8> {
    format!("{stream}\n{field}\n{digest}").into_bytes()
}

fn failed(stream: &StreamId, field: &str) -> VaultError {
    VaultError::Sealed { stream: stream.to_string(), field: field.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_only_in_its_place() {
        let vault = Vault::new(&Zeroizing::new([5; 32]));
        let stream = StreamId::person(clock::new_id());
        let disclosure = Disclosure::new([1; 16], "family_name", "Шевченко".into());
        let sealed = vault.seal(&stream, &disclosure).unwrap();
        let digest = disclosure.digest();
        let opened = vault.open(&stream, "family_name", digest, &sealed.sealed).unwrap();
        assert_eq!(opened, disclosure);
        let other = StreamId::person(clock::new_id());
        assert!(vault.open(&other, "family_name", digest, &sealed.sealed).is_err());
        assert!(vault.open(&stream, "given_name", digest, &sealed.sealed).is_err());
        assert!(vault.open(&stream, "family_name", digest, &sealed.sealed[..10]).is_err());
        let foreign = Vault::new(&Zeroizing::new([6; 32]));
        assert!(foreign.open(&stream, "family_name", digest, &sealed.sealed).is_err());
    }
}
