//! What stands against cases, listed.

use litopys_domain::statement::{Answer, FlagAnswer};
use litopys_migrations::Role;
use litopys_projections::reads::{DefectFilter, OpenDefect, defects};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::ledger::{Draft, Ledger, case_id, running};
use crate::reads::return_case;

async fn found(pool: &PgPool, filter: &DefectFilter) -> Vec<OpenDefect> {
    let (mut rows, mut next) = (Vec::new(), None);
    loop {
        let page = defects(pool, filter, next.as_deref(), 1).await.unwrap();
        rows.extend(page.rows);
        next = page.next;
        if next.is_none() {
            return rows;
        }
    }
}

fn shape(rows: &[OpenDefect]) -> Vec<(String, &str, &str)> {
    rows.iter().map(|one| (one.since.to_string(), one.rule.as_str(), one.found.as_str())).collect()
}

/// Three returns: told too late and answered, told in time, never told.
async fn three() -> Ledger {
    let mut ledger = Ledger::founded().await;
    for case in 1..=3 {
        return_case(&mut ledger, case, "2026-12-10").await;
    }
    let (law, act) = ("forced-return", "ProsecutorNotifiedOfReturn");
    let mut late = ledger.case(1, law, act).on("2026-11-23T09:00:00Z");
    late.0.flags =
        vec![FlagAnswer { rule: "DEF-019".to_owned(), answer: Answer::Accepted, reason: None }];
    let in_time = ledger.case(2, law, act).on("2026-11-21T08:00:00Z");
    ledger.append(vec![late, in_time]).await;
    ledger
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_is_listed_by_day_office_rule_and_severity() {
    let mut ledger = three().await;
    let runner = ledger.project().await;
    let pool = ledger.database.pool(Role::Writer);
    let about_prosecutor = |on: &str| DefectFilter {
        rule: Some("DEF-019".to_owned()),
        on: Some(on.parse().unwrap()),
        ..DefectFilter::default()
    };
    let rows = found(&pool, &about_prosecutor("2026-11-21")).await;
    assert_eq!(shape(&rows), [], "the term runs until nine o'clock of this day");
    let rows = found(&pool, &about_prosecutor("2026-11-22")).await;
    assert_eq!(shape(&rows), [("2026-11-22".to_owned(), "DEF-019", "overdue")]);
    assert_eq!((rows[0].case, rows[0].act.as_str()), (case_id(3), "ForcedReturnDecided"));
    assert_eq!((rows[0].answer.as_deref(), rows[0].clock.as_deref()), (None, Some("prosecutor")));
    let rows = found(&pool, &about_prosecutor("2026-11-23")).await;
    assert_eq!(
        shape(&rows),
        [
            ("2026-11-23".to_owned(), "DEF-019", "late"),
            ("2026-11-22".to_owned(), "DEF-019", "overdue"),
        ]
    );
    let late = &rows[0];
    assert_eq!((late.case, late.answer.as_deref()), (case_id(1), Some("accepted")));
    assert_eq!((late.severity.as_str(), late.certainty.as_str()), ("U", "sure"));
    assert_eq!(late.due.unwrap().to_string(), "2026-11-21");
    assert_eq!(late.defect.as_deref(), Some("DEF-019"));
    assert!(late.title.as_ref().unwrap().uk.starts_with("Прокурора не повідомлено"));

    let some = |text: &str| Some(text.to_owned());
    let base = about_prosecutor("2026-11-23");
    for (filter, expected) in [
        (DefectFilter { office: some("80"), ..base.clone() }, 2),
        (DefectFilter { office: some("46"), ..base.clone() }, 0),
        (DefectFilter { severity: some("U"), ..base.clone() }, 2),
        (DefectFilter { severity: some("V"), ..base.clone() }, 0),
        (DefectFilter { answer: some("accepted"), ..base.clone() }, 1),
        (DefectFilter { procedure: some("entry-ban"), ..base.clone() }, 0),
        (DefectFilter { case: Some(case_id(3)), ..base.clone() }, 1),
        (DefectFilter { rule: some("DEF-01"), ..base }, 0),
    ] {
        assert_eq!(found(&pool, &filter).await.len(), expected, "{filter:?}");
    }

    let told = ledger.last_of(1).unwrap();
    let error = ledger.case(1, "forced-return", "EnteredInError").concerns(told);
    ledger.append(vec![error]).await;
    running(&runner, ledger.size).await;
    let rows =
        found(&pool, &DefectFilter { case: Some(case_id(1)), ..about_prosecutor("2026-11-23") })
            .await;
    assert_eq!(shape(&rows), [("2026-11-22".to_owned(), "DEF-019", "overdue")], "still missing");
}

/// The rows of acts that are judged once must not hang on which batch brought them.
#[tokio::test(flavor = "multi_thread")]
async fn a_rebuilt_list_equals_the_live_one() {
    let mut ledger = three().await;
    let runner = ledger.project().await;
    let facts = json!({"officer": crate::ledger::officer(3)});
    let assigned = ledger.case(3, "forced-return", "Assigned").on("2026-11-24").facts(facts);
    ledger.append(vec![assigned]).await;
    running(&runner, ledger.size).await;
    let live = ledger.dump("reads.defects").await;
    assert!(live.contains("DEF-019"), "{live}");
    drop(runner);
    litopys_projections::rebuild(&ledger.options(), |_| ()).await.unwrap();
    assert_eq!(ledger.dump("reads.defects").await, live);
}

fn filed(ledger: &mut Ledger, case: u32, person: u128, on: &str) -> Draft {
    let draft = ledger.case(case, "international-protection", "ProtectionApplicationFiled");
    draft.facts(json!({"subsequent": false})).about(person).on(on)
}

async fn twice(pool: &PgPool) -> Vec<(Uuid, String)> {
    let filter = DefectFilter {
        rule: Some("DEF-047".to_owned()),
        on: Some("2026-12-31".parse().unwrap()),
        ..DefectFilter::default()
    };
    let rows = found(pool, &filter).await;
    rows.into_iter().map(|one| (one.case, one.severity)).collect()
}

/// Nobody answers a flag of severity D, so no statement holds it: the projector asks the person's
/// other cases itself, and sees of them what was there at the position of the act.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_persons_other_case_shows_is_listed() {
    let mut ledger = Ledger::founded().await;
    let first = filed(&mut ledger, 1, 1, "2026-11-10");
    ledger.append(vec![first]).await;
    let runner = ledger.project().await;
    let pool = ledger.database.pool(Role::Writer);
    assert_eq!(twice(&pool).await, []);

    // Another person, and this one again; then one with two cases of which neither saw the other:
    // the first was recorded before it, the second happened before it.
    let drafts = vec![
        filed(&mut ledger, 2, 2, "2026-11-11"),
        filed(&mut ledger, 3, 1, "2026-11-12"),
        filed(&mut ledger, 4, 3, "2026-11-13"),
        filed(&mut ledger, 5, 3, "2026-11-09"),
    ];
    ledger.append(drafts).await;
    running(&runner, ledger.size).await;
    let expected = [(case_id(3), "D".to_owned())];
    assert_eq!(twice(&pool).await, expected);

    // A projector that has just started knows neither case, and judges the whole case again.
    drop(runner);
    let facts = json!({"officer": crate::ledger::officer(3)});
    let law = "international-protection";
    let assigned = ledger.case(3, law, "Assigned").on("2026-11-24").facts(facts);
    ledger.append(vec![assigned]).await;
    let runner = ledger.project().await;
    assert_eq!(twice(&pool).await, expected);
    let live = ledger.dump("reads.defects").await;
    drop(runner);
    for page_max in [1, 2, 1000] {
        let mut options = ledger.options();
        options.feed.page_max = page_max;
        litopys_projections::rebuild(&options, |_| ()).await.unwrap();
        assert_eq!(ledger.dump("reads.defects").await, live, "pages of {page_max}");
    }
}
