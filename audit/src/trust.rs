//! What the verifier trusts, from a file of his own: never from the ledger under audit.

use std::path::Path;

use litopys_domain::keys::PublicKey;
use serde::{Deserialize, Serialize};

use crate::note::{KeyKind, NoteError, NoteKey};

/// `trust.json`, as `litopys init` writes it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trust {
    /// The ledger's name.
    pub origin: String,
    /// The ledger's Ed25519 public key, base64url.
    pub ledger_key: PublicKey,
    /// Leaf hash of the act at position 0, lowercase hex.
    #[serde(with = "hex_hash")]
    pub genesis: [u8; 32],
    /// Verifier keys of witnesses, `<name>+<id>+<base64>` of type 0x04.
    #[serde(default)]
    pub witnesses: Vec<String>,
    /// How many witnesses must have cosigned a checkpoint.
    #[serde(default)]
    pub quorum: usize,
}

/// Why there is nothing to trust.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    #[error("cannot read the trust file `{path}`; `litopys init` writes it")]
    Read { path: String, source: std::io::Error },
    #[error("`{path}` is no trust file: origin, ledger_key, genesis, witnesses, quorum")]
    Form { path: String, source: serde_json::Error },
    #[error("the trust file names a witness that cannot be used")]
    Witness(#[from] NoteError),
    #[error("`{0}` is no witness key: a key of type 0x04 (cosignature/v1) is needed")]
    WitnessKind(String),
}

impl Trust {
    pub fn load(path: &Path) -> Result<Self, TrustError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|source| TrustError::Read { path: name.clone(), source })?;
        let trust: Self = serde_json::from_str(&text)
            .map_err(|source| TrustError::Form { path: name, source })?;
        trust.witness_keys()?;
        Ok(trust)
    }

    /// The witnesses' keys.
    pub fn witness_keys(&self) -> Result<Vec<NoteKey>, TrustError> {
        let parse = |text: &String| match NoteKey::parse(text)? {
            key if key.kind() == KeyKind::Cosignature => Ok(key),
            _ => Err(TrustError::WitnessKind(text.clone())),
        };
        self.witnesses.iter().map(parse).collect()
    }
}

mod hex_hash {
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(hash: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode(hash))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(from)?;
        let mut hash = [0; 32];
        hex::decode_to_slice(&text, &mut hash).map_err(de::Error::custom)?;
        if hex::encode(hash) == text { Ok(hash) } else { Err(de::Error::custom("lowercase hex")) }
    }
}
