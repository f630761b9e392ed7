//! Offline proofs (C2SP `tlog-proof`): a leaf's inclusion proof and the checkpoint it leads to, in
//! one file.
//!
//! The file says neither size nor root outside its checkpoint, and both are taken from there only
//! after the checkpoint is verified.

use std::fmt;
use std::str::FromStr;

use super::base64;
use super::checkpoint::{CheckpointError, CheckpointPolicy, OpenedCheckpoint};
use super::hash::Hash;
use super::note::NOTE_BYTES_MAX;
use super::proof::{PROOF_HASHES_MAX, ProofError, verify_inclusion};

/// Bytes of the longest file that is read; room for a note and as much of extra data.
pub const OFFLINE_PROOF_BYTES_MAX: usize = 2 * NOTE_BYTES_MAX + 4096;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// An offline proof whose form is sound; it proves something only after [`OfflineProof::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfflineProof {
    /// What the application adds. Nobody has signed it.
    pub extra: Option<Vec<u8>>,
    /// Position of the leaf, from 0.
    pub index: u64,
    /// The inclusion proof, the leaf's sibling first.
    pub proof: Vec<Hash>,
    /// The signed checkpoint, as the log gave it out.
    pub checkpoint: String,
}

/// Why a file is not read, or does not prove.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OfflineProofError {
    /// Longer than is read.
    #[error("a proof file is at most {OFFLINE_PROOF_BYTES_MAX} bytes, found {found}")]
    TooLong {
        /// Bytes given.
        found: usize,
    },
    /// Another file, or another version.
    #[error("a proof file begins with the line {FIRST_LINE}")]
    FirstLine,
    /// An extra line that is not canonical base64.
    #[error("the extra line of a proof file is padded base64")]
    Extra,
    /// No index line, or not a plain decimal `u64`.
    #[error("a proof file has a line with index and a decimal number without leading zeros")]
    Index,
    /// A line of the proof that is not a hash.
    #[error("hash {place} of the proof is not the padded base64 of 32 bytes")]
    Hash {
        /// Place of the hash, from 1.
        place: usize,
    },
    /// More hashes than any log needs.
    #[error("a proof has at most {PROOF_HASHES_MAX} hashes")]
    TooManyHashes,
    /// No empty line and checkpoint after the proof.
    #[error("a proof file ends in an empty line and a signed checkpoint")]
    NoCheckpoint,
    /// A checkpoint that is not trusted.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A proof that does not hold under the checkpoint.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

impl OfflineProof {
    /// Checks the checkpoint against `policy`, then that `leaf` (a leaf hash) is in its tree, and
    /// gives the checkpoint.
    pub fn verify(
        &self,
        leaf: Hash,
        policy: &CheckpointPolicy,
    ) -> Result<OpenedCheckpoint, OfflineProofError> {
        let opened = policy.open(self.checkpoint.as_bytes())?;
        let (size, root) = (opened.checkpoint.size(), opened.checkpoint.root());
        verify_inclusion(leaf, self.index, &self.proof, size, root)?;
        Ok(opened)
    }
}

impl fmt::Display for OfflineProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", base64::encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", hash.to_base64()))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for OfflineProof {
    type Err = OfflineProofError;

    /// Reads a file; what comes out prints as the same text.
    fn from_str(text: &str) -> Result<Self, OfflineProofError> {
        if text.len() > OFFLINE_PROOF_BYTES_MAX {
            return Err(OfflineProofError::TooLong { found: text.len() });
        }
        let (head, checkpoint) = text.split_once("\n\n").ok_or(OfflineProofError::NoCheckpoint)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(FIRST_LINE) {
            return Err(OfflineProofError::FirstLine);
        }
        let extra = match lines.peek().and_then(|line| line.strip_prefix("extra ")) {
            None => None,
            Some(base64) => {
                lines.next();
                Some(base64::decode(base64).ok_or(OfflineProofError::Extra)?)
            }
        };
        let index = lines.next().and_then(parse_index).ok_or(OfflineProofError::Index)?;
        let mut proof = Vec::new();
        for (place, line) in (1..).zip(lines) {
            if place > PROOF_HASHES_MAX {
                return Err(OfflineProofError::TooManyHashes);
            }
            let hash = Hash::from_base64(line).map_err(|_| OfflineProofError::Hash { place })?;
            proof.push(hash);
        }
        Ok(Self { extra, index, proof, checkpoint: checkpoint.to_owned() })
    }
}

fn parse_index(line: &str) -> Option<u64> {
    let digits = line.strip_prefix("index ")?;
    digits.parse().ok().filter(|index: &u64| index.to_string() == digits)
}
