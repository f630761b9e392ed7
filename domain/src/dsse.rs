//! DSSE v1 pre-authentication encoding: what an officer's key really signs.

/// The payload type of a statement.
pub const STATEMENT_TYPE: &str = "application/vnd.litopys.statement+json";

/// `PAE(type, body)` of the DSSE v1 protocol: `DSSEv1 <len type> <type> <len body> <body>`,
/// lengths in bytes, decimal.
pub fn pae(payload_type: &str, body: &[u8]) -> Vec<u8> {
    let mut out =
        format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), body.len()).into_bytes();
    out.extend_from_slice(body);
    out
}
