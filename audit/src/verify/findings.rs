//! Findings, kept up to a limit: a ruined ledger must not exhaust the auditor.

use std::collections::HashSet;

use crate::finding::Finding;

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
