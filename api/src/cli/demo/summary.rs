//! What a demonstration found, for whoever compares.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use serde::Serialize;
use serde_json::Value;

use super::audit::Audited;
use super::figures::{Figures, YearFigures};

#[derive(Debug, Serialize)]
pub(super) struct Summary {
    origin: &'static str,
    /// Published and computed, year by year.
    years: Vec<YearFigures>,
    /// Acts in the ledger when it was audited.
    events: u64,
    pub cases: Vec<String>,
    pub refusals: Vec<String>,
    audit: Value,
    /// What the auditor says about the one act that was changed in a copy.
    tampering: Value,
    /// For each step.
    seconds: BTreeMap<&'static str, f64>,
}

impl Summary {
    pub(super) fn new(origin: &'static str) -> Self {
        Self {
            origin,
            years: Vec::new(),
            events: 0,
            cases: Vec::new(),
            refusals: Vec::new(),
            audit: Value::Null,
            tampering: Value::Null,
            seconds: BTreeMap::new(),
        }
    }

    pub(super) fn timed<T>(
        &mut self,
        step: &'static str,
        run: impl FnOnce() -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let began = Instant::now();
        let result = run().with_context(|| format!("the demonstration failed in `{step}`"));
        self.seconds.insert(step, began.elapsed().as_secs_f64());
        result
    }

    /// Keeps the figures, and fails where one differs.
    pub(super) fn figures(&mut self, figures: Figures) -> anyhow::Result<()> {
        let verdict = figures.verdict();
        self.years = figures.years;
        verdict
    }

    pub(super) fn audited(&mut self, audited: Audited) {
        self.events = audited.events;
        self.audit = audited.report;
        self.tampering = audited.finding;
    }

    pub(super) fn write(&self, path: &Path) -> anyhow::Result<()> {
        if let Some(dir) = path.parent() {
            std::fs::create_dir_all(dir)
                .with_context(|| format!("cannot create {}", dir.display()))?;
        }
        let text = serde_json::to_string_pretty(self)? + "\n";
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    }
}
