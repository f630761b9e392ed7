//! Officers' signatures: Ed25519 over the DSSE encoding of the statement's exact bytes.

use ed25519_dalek::{Signature, VerifyingKey};

/// One signature to be verified, with the key that the registry names for its position.
#[derive(Debug)]
pub(crate) struct SignatureJob<'a> {
    pub(crate) key: VerifyingKey,
    pub(crate) signature: [u8; 64],
    pub(crate) statement: &'a [u8],
}

/// `PAE(type, body)` of the DSSE v1 protocol, lengths in bytes.
pub fn pae(statement: &[u8]) -> Vec<u8> {
    const TYPE: &str = "application/vnd.litopys.statement+json";
    let head = format!("DSSEv1 {} {TYPE} {} ", TYPE.len(), statement.len());
    let mut out = Vec::with_capacity(head.len() + statement.len());
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(statement);
    out
}

impl SignatureJob<'_> {
    /// The one acceptance rule: strict, never in batches, whose verdict differs (RFC 8032 §8.9).
    pub(crate) fn is_sound(&self) -> bool {
        let signature = Signature::from_bytes(&self.signature);
        self.key.verify_strict(&pae(self.statement), &signature).is_ok()
    }
}
