//! Checkpoints (C2SP `tlog-checkpoint`): origin, size and root of a log as the text of a signed note.

use std::fmt;
use std::str::FromStr;

use super::hash::Hash;
use super::note::{KeyKind, Note, NoteError, NoteSigner, VerifiedSignature, VerifierKey};

/// The state of a log, as the text of a note says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
    extensions: Vec<String>,
}

/// What a reader demands of a checkpoint.
#[derive(Clone, Debug)]
pub struct CheckpointPolicy {
    /// The log's name, the checkpoint's first line.
    pub origin: String,
    /// The log's own key, of kind [`KeyKind::Ed25519`].
    pub log: VerifierKey,
    /// Witnesses' keys, of kind [`KeyKind::CosignatureV1`].
    pub witnesses: Vec<VerifierKey>,
    /// How many different witness keys must have cosigned.
    pub quorum: usize,
}

/// A checkpoint that meets a [`CheckpointPolicy`]; size and root of a log come only from here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedCheckpoint {
    /// What the log signed.
    pub checkpoint: Checkpoint,
    /// The known witnesses that signed, each public key once, the log's own left out.
    pub cosignatures: Vec<Cosignature>,
}

/// A witness's verified word that it saw the checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosignature {
    /// The witness's key.
    pub key: VerifierKey,
    /// Seconds since 1970 by the witness's clock.
    pub timestamp: u64,
}

/// Why a checkpoint is not read, trusted or signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note around it.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Fewer than three lines, an empty line, or no final newline.
    #[error("a checkpoint is three or more non-empty lines, each with its newline")]
    Lines,
    /// An origin that is empty, or has a newline or another control character.
    #[error("a checkpoint's origin is a non-empty line without control characters")]
    Origin,
    /// A size that is not a plain decimal `u64`.
    #[error("a checkpoint's size is a decimal number below 2^64 without leading zeros")]
    Size,
    /// A root that is not the canonical base64 of 32 bytes, or not the empty log's for size 0.
    #[error("a checkpoint's root is the padded base64 of 32 bytes, for size 0 the hash of nothing")]
    Root,
    /// A checkpoint of another log.
    #[error("the checkpoint is of {found}, expected {expected}")]
    OtherOrigin {
        /// The log asked about.
        expected: String,
        /// The log found.
        found: String,
    },
    /// The log itself has not signed.
    #[error("the checkpoint is not signed by {log}")]
    NotSignedByLog {
        /// Name of the log's key.
        log: String,
    },
    /// Too few witnesses have signed.
    #[error("{found} known witnesses have cosigned the checkpoint, {quorum} are needed")]
    Quorum {
        /// Different witness keys found.
        found: usize,
        /// Different witness keys demanded.
        quorum: usize,
    },
    /// A key of the wrong kind for its part.
    #[error("{name}: a log signs with a key of type 0x01, a witness with one of type 0x04")]
    KeyKind {
        /// Name of the key.
        name: String,
    },
}

impl Checkpoint {
    /// The state of our own log, which uses no extension lines.
    pub fn new(origin: &str, size: u64, root: Hash) -> Result<Self, CheckpointError> {
        if origin.is_empty() || origin.chars().any(|c| c < ' ') {
            return Err(CheckpointError::Origin);
        }
        if size == 0 && root != Hash::EMPTY_ROOT {
            return Err(CheckpointError::Root);
        }
        Ok(Self { origin: origin.to_owned(), size, root, extensions: Vec::new() })
    }

    /// Name of the log.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Root of the tree.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// Further lines: signed, but without a meaning here.
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    /// Signs the checkpoint as a note.
    pub fn sign(&self, signer: &NoteSigner) -> Result<Note, CheckpointError> {
        Ok(Note::sign(&self.to_string(), &[signer])?)
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, self.root.to_base64())?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    /// Reads a note's text; what comes out prints as the same text.
    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let lines = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?;
        let mut lines = lines.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(CheckpointError::Lines);
        };
        let size = size.parse().ok().filter(|number: &u64| number.to_string() == size);
        let root = Hash::from_base64(root).map_err(|_| CheckpointError::Root)?;
        let mut checkpoint = Self::new(origin, size.ok_or(CheckpointError::Size)?, root)?;
        checkpoint.extensions = lines.map(str::to_owned).collect();
        let is_refused = |line: &String| line.is_empty() || line.chars().any(|c| c < ' ');
        if checkpoint.extensions.iter().any(is_refused) {
            return Err(CheckpointError::Lines);
        }
        Ok(checkpoint)
    }
}

impl CheckpointPolicy {
    /// The policy of a reader who trusts the log's key alone.
    pub fn log_only(origin: &str, log: VerifierKey) -> Self {
        Self { origin: origin.to_owned(), log, witnesses: Vec::new(), quorum: 0 }
    }

    /// Reads a signed checkpoint and checks everything that the policy demands.
    pub fn open(&self, note: &[u8]) -> Result<OpenedCheckpoint, CheckpointError> {
        self.check_kinds()?;
        let note = Note::parse(note)?;
        let known: Vec<_> = std::iter::once(&self.log).chain(&self.witnesses).collect();
        let signatures = note.verify(&known)?;
        let checkpoint: Checkpoint = note.text().parse()?;
        if checkpoint.origin != self.origin {
            return Err(CheckpointError::OtherOrigin {
                expected: self.origin.clone(),
                found: checkpoint.origin,
            });
        }
        if signatures.iter().all(|signature| *signature.key != self.log) {
            return Err(CheckpointError::NotSignedByLog { log: self.log.name().to_owned() });
        }
        let cosignatures = count_witnesses(&signatures, &self.log);
        if cosignatures.len() < self.quorum {
            return Err(CheckpointError::Quorum { found: cosignatures.len(), quorum: self.quorum });
        }
        Ok(OpenedCheckpoint { checkpoint, cosignatures })
    }

    fn check_kinds(&self) -> Result<(), CheckpointError> {
        let is_wrong = |key: &&VerifierKey| key.kind() != KeyKind::CosignatureV1;
        let wrong = if self.log.kind() == KeyKind::Ed25519 {
            self.witnesses.iter().find(is_wrong)
        } else {
            Some(&self.log)
        };
        match wrong {
            Some(key) => Err(CheckpointError::KeyKind { name: key.name().to_owned() }),
            None => Ok(()),
        }
    }
}

/// The cosignatures among `signatures`, each public key once. The witness's name is not part of what
/// it signs, so one key under two names is one witness; and the log is no witness of itself.
fn count_witnesses(signatures: &[VerifiedSignature<'_>], log: &VerifierKey) -> Vec<Cosignature> {
    let mut cosignatures: Vec<Cosignature> = Vec::new();
    for signature in signatures {
        let Some(timestamp) = signature.timestamp else { continue };
        let counted = cosignatures.iter().map(|earlier| &earlier.key).chain([log]);
        let public = signature.key.public_bytes();
        if counted.into_iter().all(|key| key.public_bytes() != public) {
            cosignatures.push(Cosignature { key: signature.key.clone(), timestamp });
        }
    }
    cosignatures
}
