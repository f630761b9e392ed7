//! Who may sign: rows from the registry.

use std::collections::BTreeSet;

use litopys_domain::act::RecordedAct;
use litopys_domain::ids::{AggregateType, StreamId};
use litopys_domain::registry::{Registry, Signatory};

use super::rows::{CompetenceRow, PostRow, Rows, SignatoryRow, Texts};
use crate::reads::{KeyState, SuspensionSpan};

/// Whose rows an act may change. The ledger's own acts name officers, who gain or lose a key or
/// the administrator's role by them.
pub(super) fn touched(registry: &Registry, act: &RecordedAct) -> Vec<StreamId> {
    match act.statement.stream.kind() {
        AggregateType::Ledger => {
            registry.signatories().into_iter().map(|(stream, _)| stream.clone()).collect()
        }
        AggregateType::Officer | AggregateType::Service => vec![act.statement.stream.clone()],
        _ => Vec::new(),
    }
}

pub(super) fn rows(registry: &Registry, streams: &BTreeSet<StreamId>, rows: &mut Rows) {
    for stream in streams {
        let Some(signatory) = registry.signatory(stream) else { continue };
        let officer = stream.to_string();
        rows.posts.extend(signatory.posts.iter().map(|post| PostRow {
            officer: officer.clone(),
            role: post.role.clone(),
            office: post.office.clone(),
            from_day: post.from,
            until_day: post.until,
            acting_by_order: post.acting_by_order.clone(),
        }));
        rows.competences.extend(signatory.competences.iter().map(|held| CompetenceRow {
            officer: officer.clone(),
            course: held.course.clone(),
            from_day: held.from,
            until_day: held.until,
        }));
        rows.signatories.push(signatory_row(registry, stream, signatory));
    }
}

fn signatory_row(registry: &Registry, stream: &StreamId, signatory: &Signatory) -> SignatoryRow {
    let keys = signatory.keys.iter().map(|span| KeyState {
        thumbprint: span.key.thumbprint().to_string(),
        from: span.from,
        until: span.until,
    });
    let keys: Vec<_> = keys.collect();
    let suspensions = signatory.suspensions.iter();
    SignatoryRow {
        id: stream.to_string(),
        kind: stream.kind().as_str(),
        administrator: registry.is_administrator(stream),
        key: keys.iter().find(|key| key.until.is_none()).map(|key| key.thumbprint.clone()),
        keys,
        suspensions: suspensions
            .map(|span| SuspensionSpan { from: span.from, until: span.until })
            .collect(),
        services: Texts(signatory.acts.clone()),
    }
}
