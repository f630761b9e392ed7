//! Paths of tiles and bundles (C2SP `tlog-tiles`, "Merkle Tree" and "Log Entries"), relative to the
//! log's prefix: `tile/<L>/<N>[.p/<W>]` and `tile/entries/<N>[.p/<W>]`.

use std::fmt;
use std::str::FromStr;

use super::{TILE_WIDTH, TileId};

/// Highest level that a path may name.
const LEVEL_MAX: u8 = 63;

/// Places above this would number leaves past `u64`.
const INDEX_MAX: u64 = u64::MAX / TILE_WIDTH as u64;

/// Bytes of the longest path: five groups of digits more than the longest index needs.
const PATH_BYTES_MAX: usize = 64;

/// What a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TileKind {
    /// Hashes of this tile level.
    Hashes {
        /// 0 to 63.
        level: u8,
    },
    /// The entries behind the leaf hashes of the level-0 tile of the same index.
    Entries,
}

/// A tile or bundle as a client asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TilePath {
    kind: TileKind,
    index: u64,
    width: u16,
}

/// Why a path, or its parts, name no tile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TilePathError {
    /// Does not begin with `tile/` and a level or `entries`.
    #[error("a tile path begins with `tile/entries/` or `tile/` and a level from 0 to {LEVEL_MAX}")]
    Kind,
    /// The index is not written in groups of three digits.
    #[error(
        "a tile index is written in groups of three digits, all but the last behind an x, as x001/x234/067"
    )]
    Index,
    /// The width of a partial tile is not written as 1 to 255.
    #[error("a partial tile ends in .p/ and its width, from 1 to 255 without leading zeros")]
    Width,
}

impl TilePath {
    /// Names the tile or bundle of `width` hashes or entries, 256 when it is full.
    pub fn new(kind: TileKind, index: u64, width: u16) -> Result<Self, TilePathError> {
        if matches!(kind, TileKind::Hashes { level } if level > LEVEL_MAX) {
            return Err(TilePathError::Kind);
        }
        if index > INDEX_MAX {
            return Err(TilePathError::Index);
        }
        if !(1..=TILE_WIDTH).contains(&width) {
            return Err(TilePathError::Width);
        }
        Ok(Self { kind, index, width })
    }

    /// Hashes or entries.
    pub fn kind(&self) -> TileKind {
        self.kind
    }

    /// Place within the level, or among the bundles.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Hashes or entries asked for, 1 to 256.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// Whether all 256 are asked for.
    pub fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The hash tile of this path; `None` for a bundle.
    pub fn tile(&self) -> Option<TileId> {
        match self.kind {
            TileKind::Hashes { level } => Some(TileId { level, index: self.index }),
            TileKind::Entries => None,
        }
    }

    /// Smallest log that has everything this path asks for; `None` if no log of `u64` leaves does.
    pub fn size_needed(&self) -> Option<u64> {
        let hashes =
            self.index.checked_mul(u64::from(TILE_WIDTH))?.checked_add(self.width.into())?;
        let level = match self.kind {
            TileKind::Hashes { level } => u32::from(level),
            TileKind::Entries => 0,
        };
        hashes.checked_mul(u64::from(TILE_WIDTH).checked_pow(level)?)
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes { level } => write!(f, "tile/{level}/")?,
            TileKind::Entries => f.write_str("tile/entries/")?,
        }
        write_index(f, self.index)?;
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

impl FromStr for TilePath {
    type Err = TilePathError;

    fn from_str(path: &str) -> Result<Self, TilePathError> {
        if path.len() > PATH_BYTES_MAX {
            return Err(TilePathError::Index);
        }
        let rest = path.strip_prefix("tile/").ok_or(TilePathError::Kind)?;
        let (kind, rest) = rest.split_once('/').ok_or(TilePathError::Kind)?;
        let kind = match kind {
            "entries" => TileKind::Entries,
            level => TileKind::Hashes { level: decimal(level).ok_or(TilePathError::Kind)? },
        };
        let (index, width) = match rest.split_once(".p/") {
            None => (rest, TILE_WIDTH),
            Some((index, width)) => {
                let width = decimal::<u16>(width).filter(|width| *width < TILE_WIDTH);
                (index, width.ok_or(TilePathError::Width)?)
            }
        };
        Self::new(kind, parse_index(index).ok_or(TilePathError::Index)?, width)
    }
}

fn write_index(f: &mut fmt::Formatter<'_>, index: u64) -> fmt::Result {
    if index >= 1000 {
        write_leading(f, index / 1000)?;
    }
    write!(f, "{:03}", index % 1000)
}

fn write_leading(f: &mut fmt::Formatter<'_>, groups: u64) -> fmt::Result {
    if groups >= 1000 {
        write_leading(f, groups / 1000)?;
    }
    write!(f, "x{:03}/", groups % 1000)
}

fn parse_index(text: &str) -> Option<u64> {
    let mut groups = text.split('/').peekable();
    let mut index = 0_u64;
    let mut first = true;
    while let Some(group) = groups.next() {
        let is_last = groups.peek().is_none();
        let digits = if is_last { group } else { group.strip_prefix('x')? };
        if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let value = digits.parse::<u64>().ok()?;
        // A leading group of zeros would be a second path to the same tile.
        if first && !is_last && value == 0 {
            return None;
        }
        index = index.checked_mul(1000)?.checked_add(value)?;
        first = false;
    }
    Some(index)
}

/// A decimal number without sign or leading zeros.
fn decimal<T: FromStr + fmt::Display>(text: &str) -> Option<T> {
    let value = text.parse::<T>().ok()?;
    (value.to_string() == text).then_some(value)
}
