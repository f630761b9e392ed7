//! The tree rebuilt from the events against what was kept of it: tiles, checkpoints, the head.
//!
//! Where an event's bytes do not have the hash stored beside them, the fault is found at that
//! event; from there on two trees are kept, of the bytes and of the stored hashes, and evidence
//! that agrees with either is no further finding.

use std::collections::HashSet;

use litopys_domain::ids::StreamId;
use litopys_domain::registry::Registry;

use crate::finding::{Fault, Finding, Place};
use crate::note::{self, NoteKey};
use crate::store::{CheckpointRow, HeadRow};
use crate::tree::{FullTile, Tree};
use crate::trust::Trust;

/// More differing hashes of one tile than this are told by the first alone.
const DIFFERENCES_MAX: usize = 8;
/// A gap wider than this is not filled: the tree ends there.
const GAP_MAX: i64 = 1 << 16;
const HASH_BYTES: usize = 32;

#[derive(Debug, Default)]
pub(crate) struct Evidence {
    tree: Tree,
    /// The tree of the stored hashes, once it differs.
    logged: Option<Tree>,
    /// Full tiles to be compared, from either tree.
    pub(crate) tiles: Vec<FullTile>,
    pub(crate) logged_tiles: Vec<FullTile>,
    /// Positions whose leaf is known to be wrong or missing.
    faulty: HashSet<i64>,
    bad_tiles: HashSet<(i16, i64)>,
    /// The largest checkpoint that agrees with the events.
    pub(crate) agreed: u64,
    /// How many checkpoints were verified, and whether one disagreed.
    pub(crate) checkpoints: u64,
    disagreed: bool,
    /// The largest stored checkpoint.
    pub(crate) published: u64,
    broken: bool,
    head: Option<HeadRow>,
    /// Whether the tree agreed with the head when it had the head's size.
    head_agrees: bool,
}

impl Evidence {
    pub(crate) fn new(head: Option<HeadRow>) -> Self {
        Self { head, ..Self::default() }
    }

    pub(crate) fn size(&self) -> u64 {
        self.tree.size()
    }

    pub(crate) fn root(&self) -> [u8; 32] {
        self.tree.root()
    }

    /// Adds the leaf of an event.
    pub(crate) fn push(&mut self, position: i64, leaf: [u8; 32], logged: [u8; 32]) {
        if leaf != logged {
            self.faulty.insert(position);
            if self.logged.is_none() {
                self.logged = Some(self.tree.clone());
            }
        }
        self.tree.push(leaf, &mut self.tiles);
        if let Some(tree) = &mut self.logged {
            tree.push(logged, &mut self.logged_tiles);
        }
        let head = self.head.as_ref().filter(|head| u64::try_from(head.size) == Ok(self.size()));
        if let Some(head) = head {
            self.head_agrees = self.agrees(|tree| tree.compact_range() == head.compact_range);
        }
    }

    /// An event that lies beyond the head's size is a finding where the head itself is sound.
    pub(crate) fn beyond_head(&self, place: &Place) -> Option<Finding> {
        let head =
            self.head.as_ref().filter(|head| self.head_agrees && place.position >= head.size)?;
        let expected = format!("{} events", head.size);
        let found = format!("an event at position {}", place.position);
        Some(Finding::new(Fault::RowBeyondHead, expected, found).at(place))
    }

    /// The positions from `from` to `until` that have no event, to be kept free; none where the
    /// gap is too wide, which breaks the tree.
    pub(crate) fn skipped(&mut self, from: i64, until: i64) -> std::ops::Range<i64> {
        self.broken |= until.saturating_sub(from) > GAP_MAX;
        if self.broken { 0..0 } else { from..until }
    }

    /// Keeps the place of an event that is missing, so that what follows stands where it did.
    pub(crate) fn push_missing(&mut self, position: i64) {
        self.faulty.insert(position);
        self.push(position, [0; 32], [0; 32]);
    }

    fn agrees(&self, of: impl Fn(&Tree) -> bool) -> bool {
        !self.broken && (of(&self.tree) || self.logged.as_ref().is_some_and(of))
    }

    /// Verifies a stored checkpoint whose size the tree has reached.
    pub(crate) fn check(
        &mut self,
        row: &CheckpointRow,
        trust: &Trust,
        registry: &Registry,
        witnesses: &[NoteKey],
    ) -> Option<Finding> {
        let size = u64::try_from(row.size).unwrap_or_default();
        self.published = self.published.max(size);
        let mut keys = ledger_keys(trust, registry, size);
        keys.extend_from_slice(witnesses);
        let place = |finding: Finding| finding.within(0, size);
        let opened = note::open_checkpoint(row.note.as_bytes(), &trust.origin, &keys, trust.quorum);
        let stated = match opened {
            Ok(stated) => stated,
            Err(error) => {
                let expected = format!("a signed checkpoint of size {size}");
                return Some(place(Finding::new(Fault::CheckpointNote, expected, error)));
            }
        };
        self.checkpoints += 1;
        if stated.size != size {
            return Some(place(Finding::new(Fault::CheckpointSize, stated.size, size)));
        }
        if self.agrees(|tree| tree.root() == stated.root) {
            self.agreed = self.agreed.max(size);
            return None;
        }
        // After the first disagreement no later root can agree: one interval says it all.
        if std::mem::replace(&mut self.disagreed, true) {
            return None;
        }
        let (expected, found) = (hex::encode(stated.root), hex::encode(self.tree.root()));
        Some(Finding::new(Fault::CheckpointRoot, expected, found).within(self.agreed, size))
    }

    /// Compares the tiles filled since the last call with the stored ones.
    pub(crate) fn compare_tiles(&mut self, stored: &[(i16, i64, Vec<u8>)]) -> Vec<Finding> {
        let mut findings = Vec::new();
        let tiles = std::mem::take(&mut self.tiles);
        let logged = std::mem::take(&mut self.logged_tiles);
        for tile in tiles {
            let found = stored.iter().find(|(l, i, _)| (*l, *i) == (tile.level, tile.index));
            let Some((_, _, hashes)) = found else {
                self.bad_tiles.insert((tile.level, tile.index));
                findings.push(
                    Finding::new(Fault::TileMissing, name(tile.level, tile.index), "no row")
                        .at_tile(tile.level, tile.index),
                );
                continue;
            };
            if *hashes == tile.hashes || logged.iter().any(|l| l.same_place(&tile, hashes)) {
                continue;
            }
            self.bad_tiles.insert((tile.level, tile.index));
            findings.extend(self.differences(&tile, hashes));
        }
        findings
    }

    /// One finding for each hash of a tile that differs, unless its cause was found before.
    fn differences(&self, tile: &FullTile, stored: &[u8]) -> Vec<Finding> {
        let pairs = tile.hashes.chunks(HASH_BYTES).zip(stored.chunks(HASH_BYTES));
        let mut differing: Vec<_> = (tile.index * 256..)
            .zip(pairs)
            .filter(|(_, (computed, stored))| computed != stored)
            .filter(|(below, _)| match tile.level {
                0 => !self.faulty.contains(below),
                level => !self.bad_tiles.contains(&(level - 1, *below)),
            })
            .collect();
        let mut further = String::new();
        if differing.len() > DIFFERENCES_MAX {
            further = format!(", and {} more differ in this tile", differing.len() - 1);
            differing.truncate(1);
        }
        let finding = |(below, (computed, stored)): (i64, (&[u8], &[u8]))| {
            let at = name(tile.level, tile.index);
            let expected = format!("{at}: {}", hex::encode(computed));
            let found = format!("{}{further}", hex::encode(stored));
            let finding = Finding::new(Fault::TileHash, expected, found);
            match tile.level {
                0 => finding.at_position(below),
                level => finding.at_tile(level - 1, below),
            }
        };
        differing.into_iter().map(finding).collect()
    }

    pub(crate) fn full_tiles(&self) -> Vec<(i16, i64)> {
        self.tree.full_tiles().collect()
    }

    /// Compares `log_head` with `count` events, the last recorded at `last` microseconds.
    pub(crate) fn compare_head(&self, count: i64, last: Option<i64>) -> Vec<Finding> {
        let Some(head) = &self.head else {
            return vec![Finding::new(Fault::HeadSize, count, "no row in log_head")];
        };
        if head.size != count {
            // A sound head that counts less was told at each event beyond it.
            let told = self.head_agrees && head.size < count;
            return Vec::from_iter(
                (!told).then(|| Finding::new(Fault::HeadSize, count, head.size)),
            );
        }
        let mut findings = Vec::new();
        if !self.agrees(|tree| tree.compact_range() == head.compact_range) {
            let expected = hex::encode(self.tree.compact_range());
            let found = hex::encode(&head.compact_range);
            findings.push(Finding::new(Fault::HeadRange, expected, found));
        }
        if head.last_recorded_at != last {
            let text = |at: Option<i64>| at.map_or_else(|| "none".to_owned(), super::instant);
            let (expected, found) = (text(last), text(head.last_recorded_at));
            findings.push(Finding::new(Fault::HeadRecordedAt, expected, found));
        }
        findings
    }
}

impl FullTile {
    fn same_place(&self, other: &Self, hashes: &[u8]) -> bool {
        (self.level, self.index) == (other.level, other.index) && self.hashes == hashes
    }
}

impl Finding {
    /// The positions that a tile covers.
    fn at_tile(self, level: i16, index: i64) -> Self {
        let width = 256_u64.saturating_pow(u32::from(level.unsigned_abs()) + 1);
        let from = width.saturating_mul(index.unsigned_abs());
        self.within(from, from.saturating_add(width))
    }
}

pub(crate) fn extra_tile(level: i16, index: i64) -> Finding {
    Finding::new(Fault::TileExtra, "no such tile yet", name(level, index)).at_tile(level, index)
}

fn name(level: i16, index: i64) -> String {
    format!("tile {level}/{index}")
}

/// The trusted key, and those that took its place by acts of the ledger itself.
fn ledger_keys(trust: &Trust, registry: &Registry, size: u64) -> Vec<NoteKey> {
    let mut keys = vec![trust.ledger_key.clone()];
    let ledger = StreamId::ledger(&trust.origin).ok();
    let spans = ledger.and_then(|ledger| registry.signatory(&ledger).map(|s| s.keys.clone()));
    // A checkpoint is signed with a key that was in force when its last event was recorded.
    let in_force = spans.unwrap_or_default().into_iter().filter(|span| {
        span.from < size && span.until.is_none_or(|until| size <= until.saturating_add(1))
    });
    for span in in_force {
        if span.key != trust.ledger_key {
            keys.push(span.key);
        }
    }
    keys.iter().map(|key| NoteKey::of_ledger(&trust.origin, key)).collect()
}
