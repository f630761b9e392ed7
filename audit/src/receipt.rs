//! A single receipt, verified without the ledger: evidence against it.

use litopys_domain::ids::AggregateType;
use serde::{Deserialize, Serialize};
use tlog_tiles::{Hash, RecordProof, check_record, record_hash};

use crate::finding::{Fault, Finding, Place};
use crate::note::{self, NoteKey};
use crate::payload::{self, Entry};
use crate::trust::{Trust, TrustError};

/// What the ledger answered when it recorded an act.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Receipt {
    /// The act's place in the log, from 0.
    pub position: u64,
    /// The payload's exact text, the leaf.
    pub payload: String,
    /// Hashes of the inclusion proof (RFC 9162 §2.1.3), lowercase hex, from the leaf upwards.
    pub inclusion: Vec<String>,
    /// The signed checkpoint that the proof leads to.
    pub checkpoint: String,
}

/// What a receipt shows.
#[derive(Debug, Clone, Serialize)]
pub struct ReceiptReport {
    pub origin: String,
    pub position: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded_at: Option<String>,
    /// Size of the checkpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    pub findings: Vec<Finding>,
}

/// Verifies form, ledger, inclusion and checkpoint. Whether a signer's key was in force is known
/// only to the log: `verify --all` says it.
pub fn verify_receipt(receipt: &Receipt, trust: &Trust) -> Result<ReceiptReport, TrustError> {
    let mut findings = Vec::new();
    let entry = payload::read(&receipt.payload)
        .map_err(|error| {
            let expected = "an act in canonical form";
            findings.push(Finding::new(Fault::PayloadForm, expected, error));
        })
        .ok();
    let place = place_of(receipt, entry.as_ref());
    if let Some(entry) = entry.as_ref().filter(|e| e.statement.ledger != trust.origin) {
        let found = &entry.statement.ledger;
        findings.push(Finding::new(Fault::OtherLedger, &trust.origin, found).at(&place));
    }
    let leaf = record_hash(receipt.payload.as_bytes());
    if receipt.position == 0 && leaf.0 != trust.genesis {
        let (expected, found) = (hex::encode(trust.genesis), hex::encode(leaf.0));
        findings.push(Finding::new(Fault::Genesis, expected, found).at(&place));
    }
    let mut keys = vec![NoteKey::of_ledger(&trust.origin, &trust.ledger_key)];
    keys.extend(trust.witness_keys()?);
    let note = receipt.checkpoint.as_bytes();
    let size = match note::open_checkpoint(note, &trust.origin, &keys, trust.quorum) {
        Ok(stated) => {
            let root = Hash(stated.root);
            let proves = proof(&receipt.inclusion).is_some_and(|proof| {
                check_record(&proof, stated.size, root, receipt.position, leaf).is_ok()
            });
            if !proves {
                let expected = format!("a proof to the root {}", hex::encode(stated.root));
                let found = format!("leaf {} is not shown by it", hex::encode(leaf.0));
                findings.push(Finding::new(Fault::Inclusion, expected, found).at(&place));
            }
            Some(stated.size)
        }
        Err(error) => {
            findings.push(Finding::new(Fault::CheckpointNote, "a signed checkpoint", error));
            None
        }
    };
    Ok(ReceiptReport {
        origin: trust.origin.clone(),
        position: receipt.position,
        stream: entry.as_ref().map(|entry| entry.statement.stream.to_string()),
        act: entry.as_ref().map(|entry| entry.statement.act.clone()),
        recorded_at: entry.as_ref().map(|entry| entry.recorded_at.to_string()),
        size,
        findings,
    })
}

fn place_of(receipt: &Receipt, entry: Option<&Entry>) -> Place {
    let position = i64::try_from(receipt.position).unwrap_or(i64::MAX);
    match entry {
        Some(entry) => Place {
            stream: entry.statement.stream.to_string(),
            sequence: i64::try_from(entry.sequence).unwrap_or(i64::MAX),
            position,
        },
        None => Place { stream: AggregateType::Ledger.to_string(), sequence: 0, position },
    }
}

fn proof(hashes: &[String]) -> Option<RecordProof> {
    let one = |text: &String| {
        let mut hash = [0; 32];
        hex::decode_to_slice(text, &mut hash).ok()?;
        (hex::encode(hash) == *text).then_some(Hash(hash))
    };
    hashes.iter().map(one).collect()
}
