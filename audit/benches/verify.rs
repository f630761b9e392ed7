//! Events per CPU second of the auditor, over a ledger made for it: `cargo bench -p litopys-audit`.
//! `EVENTS=200000` measures a larger one.

#![expect(clippy::unwrap_used, reason = "a bench that cannot go on has failed")]

use std::time::Instant;

use litopys_audit::{VerifyOptions, verify_all};
use litopys_migrations::Role;
use litopys_migrations::testing::database;

#[path = "../tests/suite/ledger.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod ledger;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let events = std::env::var("EVENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(50_000_usize);
    for case_acts in [4, 12] {
        measure(events, case_acts).await;
    }
}

/// Audits a ledger of cases of `case_acts` acts, three times.
#[expect(clippy::print_stdout, reason = "a measurement is printed")]
#[expect(clippy::float_arithmetic, reason = "rates")]
async fn measure(events: usize, case_acts: usize) {
    let mut ledger = ledger::Ledger::founded();
    ledger.case_acts = case_acts;
    ledger.fill(events, 500, 1000);
    let database = database().await;
    let pool = database.pool(Role::Superuser);
    ledger.store(&pool).await;
    pool.close().await;
    let bytes: usize = ledger.rows.iter().map(|row| row.payload.len()).sum();
    let (events, bytes) = (ledger.rows.len(), bytes / ledger.rows.len());
    println!("{events} events of {bytes} bytes on average, cases of {case_acts} acts");
    let (options, auditor) = (VerifyOptions::default(), database.options(Role::Auditor));
    for _ in 0..3 {
        let (started, cpu) = (Instant::now(), cpu_seconds());
        let report = verify_all(&auditor, &ledger.trust(), &options, |_, _| {}).await.unwrap();
        let (wall, cpu) = (started.elapsed().as_secs_f64(), cpu_seconds() - cpu);
        assert_eq!(report.findings, []);
        let events = f64::from(u32::try_from(report.events).unwrap());
        println!(
            "{wall:.2} s, {:.0} events/s; {cpu:.2} CPU s, {:.0} events per CPU second",
            events / wall,
            events / cpu
        );
    }
}

/// User and system time of this process, without Postgres's.
#[expect(clippy::float_arithmetic, reason = "seconds")]
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    let ticks: u32 = fields[11..13].iter().map(|n| n.parse::<u32>().unwrap()).sum();
    f64::from(ticks) / 100.0
}
