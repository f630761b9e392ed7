//! Cases of forced return (P10), as far as tests need them.

use litopys_api::draft::DraftRequest;
use litopys_domain::ids::{StatementHash, StreamId};
use serde_json::json;

use crate::agency::{Keys, Who, object, request};

/// Opens a case about `person`.
pub fn opened(keys: &Keys, person: &StreamId) -> anyhow::Result<DraftRequest> {
    Ok(DraftRequest {
        procedure: Some("forced-return".to_owned()),
        subjects: vec![person.clone()],
        facts: object(json!({
            "violation": "1",
            "country": "GEO",
            "asylum_asked": false,
            "art31_assessed": true,
        })),
        private: [("art31_assessment".to_owned(), json!("Підстав за статтею 31 не виявлено"))]
            .into(),
        ..request(keys, "ReturnMaterialsCollected", &[Who::Clerk])?
    })
}

/// The decision, by the head, to leave by `leave_by`.
pub fn decided(
    keys: &Keys,
    case: &StreamId,
    person: &StreamId,
    leave_by: jiff::civil::Date,
) -> anyhow::Result<DraftRequest> {
    Ok(DraftRequest {
        stream: Some(case.clone()),
        subjects: vec![person.clone()],
        facts: object(json!({
            "leave_by": leave_by,
            "ground": "1",
            "minor": false,
            "country": "GEO",
            "citizenship": "GEO",
            "art31_cleared": true,
        })),
        ..request(keys, "ForcedReturnDecided", &[Who::Head])?
    })
}

/// A note; it moves nothing.
pub fn note(keys: &Keys, case: &StreamId) -> anyhow::Result<DraftRequest> {
    Ok(DraftRequest {
        stream: Some(case.clone()),
        private: [("note".to_owned(), json!("Зателефоновано"))].into(),
        ..request(keys, "NoteAdded", &[Who::Clerk])?
    })
}

/// Service of the decision in person.
pub fn served(
    keys: &Keys,
    case: &StreamId,
    decision: StatementHash,
) -> anyhow::Result<DraftRequest> {
    Ok(DraftRequest {
        stream: Some(case.clone()),
        concerns: vec![decision],
        facts: object(json!({"channel": "in-person", "appeal_explained": true})),
        ..request(keys, "LetterServed", &[Who::Clerk])?
    })
}
