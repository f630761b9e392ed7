//! What the rows about officers, services and the ledger must hold.

use jiff::civil::Date;
use litopys_domain::ids::StreamId;
use litopys_domain::registry::{Registry, Signatory};
use serde_json::{Value, json};

use super::super::findings::Findings;
use super::differences;
use crate::store::{Snapshot, StoreError};

/// Compares all of them, and tells how many there are.
pub(super) async fn compare(
    snapshot: &mut Snapshot,
    registry: &Registry,
    findings: &mut Findings,
) -> Result<u64, StoreError> {
    let (mut signatories, mut posts, mut competences) = (Vec::new(), Vec::new(), Vec::new());
    for (stream, signatory) in registry.signatories() {
        signatories.push(row(registry, stream, signatory));
        posts.extend(signatory.posts.iter().map(|post| {
            json!({
                "officer": stream.to_string(),
                "role": post.role,
                "office": post.office,
                "from_day": post.from,
                "until_day": post.until,
                "acting_by_order": post.acting_by_order,
            })
        }));
        competences.extend(signatory.competences.iter().map(|held| {
            json!({
                "officer": stream.to_string(),
                "course": held.course,
                "from_day": held.from,
                "until_day": held.until,
            })
        }));
    }
    let mut rows = 0;
    for (table, key, expected) in [
        ("reads.signatories", &["id"][..], signatories),
        (
            "reads.posts",
            &["officer", "role", "office", "from_day", "until_day", "acting_by_order"],
            posts,
        ),
        ("reads.competences", &["officer", "course", "from_day", "until_day"], competences),
    ] {
        let stored = snapshot.signer_rows(table).await?;
        rows += stored.len() as u64;
        findings.extend(differences(table, key, &expected, &stored));
    }
    Ok(rows)
}

fn row(registry: &Registry, stream: &StreamId, signatory: &Signatory) -> Value {
    let in_force = signatory.keys.iter().find(|span| span.until.is_none());
    let key = |span: &litopys_domain::registry::KeySpan| {
        let mut key = json!({"thumbprint": span.key.thumbprint().to_string(), "from": span.from});
        if let Some(until) = span.until {
            key["until"] = json!(until);
        }
        key
    };
    let suspension = |from: Date, until: Option<Date>| json!({"from": from, "until": until});
    let suspensions = signatory.suspensions.iter().map(|span| suspension(span.from, span.until));
    json!({
        "id": stream.to_string(),
        "kind": stream.kind().as_str(),
        "administrator": registry.is_administrator(stream),
        "key": in_force.map(|span| span.key.thumbprint().to_string()),
        "keys": signatory.keys.iter().map(key).collect::<Vec<_>>(),
        "suspensions": suspensions.collect::<Vec<_>>(),
        "services": signatory.acts,
    })
}
