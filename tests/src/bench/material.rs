//! Rows of the size that real acts have, for the neutral references.

use litopys_domain::log::Hash;

/// What a row of the reference tables holds beside its ids.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) event_type: String,
    pub(crate) payload: String,
    pub(crate) leaf: [u8; 32],
}

/// A payload as the ledger stores it for a forced-return decision.
const PAYLOAD: &str = include_str!("payload.json");

/// `count` rows; only their ids, which the caller makes, differ.
pub(crate) fn rows(count: usize) -> Vec<Row> {
    let payload = PAYLOAD.trim_end();
    let leaf = *Hash::leaf(payload.as_bytes()).as_bytes();
    let row =
        Row { event_type: "ForcedReturnDecided".to_owned(), payload: payload.to_owned(), leaf };
    vec![row; count]
}
