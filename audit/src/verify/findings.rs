//! Findings, kept up to a limit: a ruined ledger must not exhaust the auditor.

use std::collections::HashSet;

use super::streams::SequenceGap;
use crate::finding::{Fault, Finding};

/// Most findings that are reported one by one; the rest are counted.
pub const FINDINGS_MAX: usize = 1000;

#[derive(Debug, Default)]
pub(crate) struct Findings {
    kept: Vec<Finding>,
    /// Findings beyond [`FINDINGS_MAX`].
    pub(crate) more: u64,
}

impl Findings {
    pub(crate) fn push(&mut self, finding: Finding) {
        if self.kept.len() < FINDINGS_MAX {
            self.kept.push(finding);
        } else {
            self.more += 1;
        }
    }

    pub(crate) fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        findings.into_iter().for_each(|finding| self.push(finding));
    }

    /// Takes over what another pass found.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.more += other.more;
        self.extend(other.kept);
    }

    /// Names the act that is missing at a position, where only one stream lacks one there.
    pub(crate) fn name_missing(&mut self, gaps: &[SequenceGap]) {
        for finding in self.kept.iter_mut().filter(|f| f.code == Fault::PositionGap.code()) {
            let Some(position) = finding.position else { continue };
            let mut fitting = gaps.iter().filter(|g| g.after < position && position < g.before);
            if let (Some(gap), None) = (fitting.next(), fitting.next()) {
                finding.stream = Some(gap.stream.clone());
                finding.sequence = Some(gap.sequence);
            }
        }
    }

    /// The streams that have findings.
    pub(crate) fn streams(&self) -> HashSet<String> {
        self.kept.iter().filter_map(|finding| finding.stream.clone()).collect()
    }

    /// Located findings first, in the order of their positions; then those of intervals.
    pub(crate) fn sorted(mut self) -> Vec<Finding> {
        self.kept.sort_by_key(|finding| {
            let from = finding.interval.map(|interval| interval.from);
            (finding.position.is_none(), finding.position, from)
        });
        self.kept
    }
}
