//! Receipts: evidence against the ledger, and material for a restore.

use litopys_domain::log::Hash;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a caller keeps of a recorded act: position, exact payload, inclusion proof and the signed
/// checkpoint they hold under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Receipt {
    pub position: u64,
    /// The leaf's exact text.
    pub payload: String,
    /// Hashes of the inclusion proof, lowest first, in hex (RFC 9162 §2.1.3).
    #[schema(value_type = Vec<String>)]
    pub inclusion: Vec<Hash>,
    /// A C2SP signed note; size and root are taken from it alone.
    pub checkpoint: String,
}

impl Receipt {
    pub fn leaf(&self) -> Hash {
        Hash::leaf(self.payload.as_bytes())
    }
}
