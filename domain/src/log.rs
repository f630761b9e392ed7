//! The transparency log: hashes, compact range, tiles, proofs, signed notes and checkpoints.
//!
//! Everything here is pure and knows nothing of HTTP or SQL: hashes, tile bytes and keys come in as
//! values, and what has to be stored or sent goes out as values.
//!
//! | module | implements |
//! | --- | --- |
//! | [`hash`] | RFC 9162 §2.1.1, leaf and node hashes |
//! | [`node`] | addresses of full subtrees, and the tiles that hold them |
//! | [`range`] | the right edge of the tree of RFC 9162 §2.1 |
//! | [`tile`] | C2SP `tlog-tiles`: paths, hash tiles, entry bundles |
//! | [`batch`] | several leaves appended together: their tiles and inclusion proofs |
//! | [`proof`] | RFC 9162 §2.1.3 and §2.1.4, inclusion and consistency proofs |
//! | [`note`] | C2SP `signed-note`, and the signature of C2SP `tlog-cosignature` |
//! | [`checkpoint`] | C2SP `tlog-checkpoint` |
//! | [`offline`] | C2SP `tlog-proof`, a proof and its checkpoint in one file |
//!
//! An append, its receipt, and the receipt's check by someone who has only the log's public key:
//!
//! ```
//! use ed25519_dalek::SigningKey;
//! use litopys_domain::log::{
//!     Batch, Checkpoint, CheckpointPolicy, Hash, NoteSigner, TileBuilder, verify_inclusion,
//! };
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let signer = NoteSigner::new("ledger.example/decisions", SigningKey::from_bytes(&[1; 32]))?;
//! let leaf = Hash::leaf(b"the payload's bytes");
//!
//! let mut batch = Batch::new(TileBuilder::new());
//! batch.push(Hash::leaf(b"an earlier act"));
//! let position = batch.push(leaf);
//! // Here the rows, the batch's full tiles and its compact range are committed.
//! let proof = batch.prove(position)?;
//! let log = batch.into_builder();
//! let note = Checkpoint::new("ledger.example/decisions", log.size(), log.root())?.sign(&signer)?;
//!
//! let policy = CheckpointPolicy::log_only("ledger.example/decisions", signer.key().clone());
//! let checkpoint = policy.open(note.to_string().as_bytes())?.checkpoint;
//! verify_inclusion(leaf, position, &proof, checkpoint.size(), checkpoint.root())?;
//! # Ok(())
//! # }
//! ```

mod base64;
pub mod batch;
pub mod checkpoint;
pub mod hash;
pub mod node;
pub mod note;
pub mod offline;
pub mod proof;
pub mod range;
pub mod tile;

pub use batch::Batch;
pub use checkpoint::{Checkpoint, CheckpointError, CheckpointPolicy, OpenedCheckpoint};
pub use hash::{Hash, HashError};
pub use node::NodeAddress;
pub use note::{Note, NoteError, NoteSigner, VerifierKey};
pub use offline::{OfflineProof, OfflineProofError};
pub use proof::{ProofError, ProofPlan, verify_consistency, verify_inclusion};
pub use range::{CompactRange, RangeError};
pub use tile::{Tile, TileBuilder, TileError, TileId, TilePath};

/// Leaves a log may hold, because Postgres stores positions and sizes as `bigint`.
///
/// Checkpoints of other logs may state any `u64`; only our own trees are held to this limit.
pub const LEAVES_MAX: u64 = i64::MAX.unsigned_abs();
