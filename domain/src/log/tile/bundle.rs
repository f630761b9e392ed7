//! Entry bundles (C2SP `tlog-tiles`, "Log Entries"): each entry behind its big-endian `u16` length.

use super::TILE_WIDTH;

/// Bytes of the longest entry, what a `u16` can say.
pub const ENTRY_BYTES_MAX: usize = u16::MAX as usize;

/// Bytes of the longest bundle.
pub const BUNDLE_BYTES_MAX: usize = TILE_WIDTH as usize * (LENGTH_BYTES + ENTRY_BYTES_MAX);

const LENGTH_BYTES: usize = 2;

/// Why an entry does not fit a bundle, or bytes are not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// The entry's length does not fit its prefix.
    #[error("an entry is at most {ENTRY_BYTES_MAX} bytes, found {found}")]
    EntryTooLong {
        /// Bytes of the entry.
        found: usize,
    },
    /// More entries are wanted than a bundle holds.
    #[error("a bundle holds 1 to {TILE_WIDTH} entries, {wanted} were asked for")]
    Width {
        /// Entries asked for.
        wanted: u16,
    },
    /// The bytes end inside an entry or before it.
    #[error("the bundle ends in entry {entry} of {wanted}")]
    Truncated {
        /// Place of the entry, from 0.
        entry: u16,
        /// Entries asked for.
        wanted: u16,
    },
    /// Bytes are left after the last entry.
    #[error("{found} bytes follow the last of the bundle's {wanted} entries")]
    Trailing {
        /// Bytes left.
        found: usize,
        /// Entries asked for.
        wanted: u16,
    },
}

/// Appends one entry to a bundle.
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), BundleError> {
    let length =
        u16::try_from(entry.len()).map_err(|_| BundleError::EntryTooLong { found: entry.len() })?;
    bundle.reserve(LENGTH_BYTES + entry.len());
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

/// The entries of a bundle that must hold exactly `width` of them (as its path says).
pub fn parse_bundle(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, BundleError> {
    if width == 0 || width > TILE_WIDTH {
        return Err(BundleError::Width { wanted: width });
    }
    let mut rest = bytes;
    let mut entries = Vec::with_capacity(usize::from(width));
    for entry in 0..width {
        let (bytes, after) =
            split_entry(rest).ok_or(BundleError::Truncated { entry, wanted: width })?;
        entries.push(bytes);
        rest = after;
    }
    if !rest.is_empty() {
        return Err(BundleError::Trailing { found: rest.len(), wanted: width });
    }
    Ok(entries)
}

fn split_entry(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<LENGTH_BYTES>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}
