//! Where the next page begins: the sort key of the last row seen, opaque to the client.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Longest cursor, in characters.
const CHARS_MAX: usize = 512;

/// A cursor that this list did not give out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no cursor of this list; take `next` of an answer, unchanged")]
pub struct CursorError(String);

pub(super) fn encode<K: Serialize>(key: &K) -> String {
    // Keys are dates, ids and texts: they always render.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default())
}

pub(super) fn decode<K: DeserializeOwned>(cursor: &str) -> Result<K, CursorError> {
    let bytes = (cursor.len() <= CHARS_MAX).then(|| URL_SAFE_NO_PAD.decode(cursor).ok()).flatten();
    let key = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    key.ok_or_else(|| CursorError(cursor.chars().take(40).collect()))
}

/// Why a list was not answered.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    #[error(transparent)]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Projection(#[from] crate::error::ProjectionError),
}

impl From<sqlx::Error> for ListError {
    fn from(error: sqlx::Error) -> Self {
        Self::Projection(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_read_back_and_strangers_are_refused() {
        let key = ("2026-11-22".to_owned(), 7);
        assert_eq!(decode::<(String, i32)>(&encode(&key)).unwrap(), key);
        for bad in ["", "%%%", "bnVsbA", &"A".repeat(600)] {
            assert!(decode::<(String, i32)>(bad).is_err(), "{bad}");
        }
    }
}
