//! Base64 as C2SP notes use it: standard alphabet, padding required, no stray trailing bits
//! (RFC 4648 §4 and §3.5), so that one value has exactly one text.

use ::base64::Engine;
use ::base64::engine::general_purpose::STANDARD;

pub(super) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Decodes strictly; `None` for anything that [`encode`] would not have written.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}
