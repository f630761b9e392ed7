//! Figures as of several positions, and who may see what.

use std::collections::BTreeSet;

use litopys_domain::ids::StatementHash;
use litopys_migrations::Role;
use litopys_projections::statistics::{DecisionFilter, Dimension, decisions};
use serde_json::json;
use sqlx::PgPool;

use crate::ledger::{Ledger, running};

const REFUSED: &str = "ProtectionRefused";
const RECOGNISED: &str = "RefugeeRecognised";

/// Attests a paper record of a decision; returns its name and position.
async fn attest(
    ledger: &mut Ledger,
    case: u32,
    decision: &str,
    country: &str,
    year: &str,
) -> (StatementHash, u64) {
    let mut draft = ledger.case(case, "international-protection", "LegacyRecordAttested");
    "PAPER-ATTESTED".clone_into(&mut draft.0.source);
    let facts = json!({"state": "refused", "decision": decision, "citizenship": country});
    let hash = ledger.append(vec![draft.facts(facts).on(year)]).await[0];
    (hash, ledger.size - 1)
}

async fn act(ledger: &mut Ledger, case: u32, act: &str, concerns: StatementHash) -> u64 {
    let draft = ledger.case(case, "international-protection", act).concerns(concerns);
    ledger.append(vec![draft]).await;
    ledger.size - 1
}

async fn total(pool: &PgPool, as_of: u64) -> u64 {
    decisions(pool, &DecisionFilter::default(), &BTreeSet::new(), as_of).await.unwrap().total
}

#[tokio::test(flavor = "multi_thread")]
async fn old_vintages_come_out_again() {
    let mut ledger = Ledger::founded().await;
    let (first, at_first) = attest(&mut ledger, 1, REFUSED, "AFG", "2023").await;
    let (second, at_second) = attest(&mut ledger, 2, RECOGNISED, "SYR", "2023").await;
    let error = act(&mut ledger, 1, "EnteredInError", first).await;
    let annulled = act(&mut ledger, 2, "DecisionAnnulled", second).await;
    let runner = ledger.project().await;
    let pool = ledger.database.pool(Role::Writer);
    for (as_of, expected) in [
        (at_first - 1, 0),
        (at_first, 1),
        (at_second, 2),
        (error, 1),
        (annulled, 0),
        (annulled + 100, 0),
    ] {
        assert_eq!(total(&pool, as_of).await, expected, "as of {as_of}");
    }
    // The annulment itself was entered in error: the decision counts again, from here on.
    let annulment: StatementHash = {
        let name: String = sqlx::query_scalar(
            "select encode(statement_sha256, 'hex') from events where position = $1",
        )
        .bind(i64::try_from(annulled).unwrap())
        .fetch_one(&ledger.pool)
        .await
        .unwrap();
        name.parse().unwrap()
    };
    let again = act(&mut ledger, 2, "EnteredInError", annulment).await;
    running(&runner, ledger.size).await;
    for (as_of, expected) in [(at_second, 2), (annulled, 0), (again, 1)] {
        assert_eq!(total(&pool, as_of).await, expected, "as of {as_of}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_moves_a_decision_to_another_cell() {
    let mut ledger = Ledger::founded().await;
    let (hash, before) = attest(&mut ledger, 1, REFUSED, "AFG", "2023").await;
    let correction = ledger
        .case(1, "international-protection", "ClericalErrorCorrected")
        .concerns(hash)
        .facts(json!({"citizenship": "SYR"}));
    ledger.append(vec![correction]).await;
    let _runner = ledger.project().await;
    let pool = ledger.database.pool(Role::Writer);
    let by = BTreeSet::from([Dimension::Citizenship]);
    for (as_of, country) in [(before, "AFG"), (ledger.size - 1, "SYR")] {
        let table = decisions(&pool, &DecisionFilter::default(), &by, as_of).await.unwrap();
        assert_eq!(table.total, 1);
        assert_eq!(table.cells[0].citizenship.as_deref(), Some(country));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cells_add_up_along_every_dimension() {
    let mut ledger = Ledger::founded().await;
    for case in 0_u32..24 {
        let decision =
            [RECOGNISED, "ComplementaryProtectionRecognised", REFUSED][case as usize % 3];
        let country = ["AFG", "SYR"][case as usize % 2];
        let year = ["2022", "2023-05", "2023-06-01", "2024"][case as usize % 4];
        attest(&mut ledger, case, decision, country, year).await;
    }
    let return_decided =
        ledger.case(100, "forced-return", "ForcedReturnDecided").on("2026-11-20T09:00:00Z");
    ledger.append(vec![return_decided]).await;
    let _runner = ledger.project().await;
    let pool = ledger.database.pool(Role::Statistician);
    let as_of = ledger.size;
    let all = BTreeSet::from(Dimension::ALL);
    for bits in 0_usize..32 {
        let by: BTreeSet<_> = all
            .iter()
            .copied()
            .enumerate()
            .filter(|(n, _)| bits >> n & 1 == 1)
            .map(|(_, d)| d)
            .collect();
        let table = decisions(&pool, &DecisionFilter::default(), &by, as_of).await.unwrap();
        assert_eq!(table.total, 25, "{by:?}");
    }
    let filter = DecisionFilter {
        years: vec![2023],
        citizenships: vec!["AFG".to_owned()],
        procedures: vec!["international-protection".to_owned()],
        ..DecisionFilter::default()
    };
    let by = BTreeSet::from([Dimension::Year, Dimension::Act]);
    let table = decisions(&pool, &filter, &by, as_of).await.unwrap();
    assert_eq!(table.header(), ["year", "act", "decisions"]);
    let lines: Vec<_> = table.records().map(|record| record.join(",")).collect();
    assert_eq!(
        lines,
        [
            "2023,ComplementaryProtectionRecognised,2",
            "2023,ProtectionRefused,2",
            "2023,RefugeeRecognised,2",
        ]
    );
    let outcomes = [("GENCONV", 2), ("SUB_PROT", 2), ("REJECTED", 2), ("CLOSED", 0)];
    for (outcome, expected) in outcomes {
        let filter = DecisionFilter { outcomes: vec![outcome.to_owned()], ..filter.clone() };
        let table = decisions(&pool, &filter, &BTreeSet::new(), as_of).await.unwrap();
        assert_eq!(table.total, expected, "{outcome}");
    }
    let unstated =
        DecisionFilter { citizenships: vec![String::new()], ..DecisionFilter::default() };
    assert_eq!(decisions(&pool, &unstated, &by, as_of).await.unwrap().total, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_statistician_sees_cells_and_nothing_else() {
    let mut ledger = Ledger::founded().await;
    attest(&mut ledger, 1, REFUSED, "AFG", "2023").await;
    let _runner = ledger.project().await;
    for round in ["first", "rebuilt"] {
        let statistician = ledger.database.pool(Role::Statistician);
        assert_eq!(total(&statistician, ledger.size).await, 1, "{round}");
        for (role, table, visible) in [
            (Role::Statistician, "statistics_units.decisions", false),
            (Role::Statistician, "reads.cases", false),
            (Role::Statistician, "events", false),
            (Role::Writer, "statistics_units.decisions", false),
            (Role::Writer, "reads.cases", true),
            (Role::Auditor, "statistics_units.decisions", true),
            (Role::Auditor, "reads.timeline", true),
        ] {
            let seen = sqlx::query(&format!("select from {table} limit 1"))
                .fetch_all(&ledger.database.pool(role))
                .await;
            assert_eq!(seen.is_ok(), visible, "{round}: {role} on {table}");
            let changed = sqlx::query(&format!("delete from {table}"))
                .execute(&ledger.database.pool(role))
                .await;
            assert!(changed.is_err(), "{round}: {role} changed {table}");
        }
        litopys_projections::rebuild(&ledger.options(), |_| ()).await.unwrap();
    }
}
