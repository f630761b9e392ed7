//! Lists, filters and pages.

use std::collections::BTreeSet;

use litopys_domain::ids::StatementHash;
use litopys_domain::statement::Author;
use litopys_migrations::Role;
use litopys_projections::reads::cursor::ListError;
use litopys_projections::reads::{
    CaseFilter, Now, OfficerFilter, Urgency, WorklistFilter, case, cases, officers,
    person_registered, timeline, worklist,
};
use serde_json::json;

use crate::ledger::{Ledger, ORIGIN, case_id, id, officer, running};

/// 30 cases: 20 returns of 80 and 46, 10 applications for protection.
async fn thirty() -> Ledger {
    let mut ledger = Ledger::founded().await;
    let mut drafts = Vec::new();
    for n in 0_u32..30 {
        let (procedure, act) = match n % 3 {
            0 => ("international-protection", "ProtectionApplicationFiled"),
            _ => ("forced-return", "ReturnMaterialsCollected"),
        };
        let country = if n % 2 == 0 { "AFG" } else { "SYR" };
        let mut draft = ledger
            .case(n, procedure, act)
            .facts(json!({"citizenship": country}))
            .on(&format!("2026-10-{:02}", n / 2 + 1));
        draft.0.subjects = vec![litopys_domain::ids::StreamId::person(id(u128::from(n / 10)))];
        draft.0.signers[0].office = Some(if n % 5 == 0 { "46" } else { "80" }.to_owned());
        drafts.push(draft);
    }
    ledger.append(drafts).await;
    ledger
}

#[tokio::test(flavor = "multi_thread")]
async fn cases_are_found_by_each_filter_and_paged_without_holes() {
    let ledger = thirty().await;
    let _runner = ledger.project().await;
    let pool = ledger.database.pool(Role::Writer);
    let subject = format!("person/{}", id(1));
    let date = |text: &str| Some(text.parse().unwrap());
    let some = |text: &str| Some(text.to_owned());
    let none = CaseFilter::default;
    for (filter, expected) in [
        (none(), 30),
        (CaseFilter { number: some("80-FR-2026-"), ..none() }, 30),
        (CaseFilter { number: some("80-FR-2026-000004"), ..none() }, 1),
        (CaseFilter { number: some("80_FR"), ..none() }, 0),
        (CaseFilter { procedure: some("forced-return"), ..none() }, 20),
        (CaseFilter { office: some("46"), ..none() }, 6),
        (CaseFilter { citizenship: some("AFG"), ..none() }, 15),
        (CaseFilter { subject: Some(subject), ..none() }, 10),
        (CaseFilter { opened_from: date("2026-10-03"), ..none() }, 26),
        (
            CaseFilter { opened_from: date("2026-10-03"), opened_to: date("2026-10-03"), ..none() },
            2,
        ),
        (CaseFilter { procedure: some("forced-return"), citizenship: some("SYR"), ..none() }, 10),
    ] {
        let (mut seen, mut next, mut pages) = (Vec::new(), None, 0);
        loop {
            let answer = cases(&pool, &filter, next.as_deref(), 4).await.unwrap();
            assert_eq!(answer.position, Some(ledger.size - 1));
            seen.extend(answer.rows.iter().map(|case| (case.opened, case.id)));
            pages += 1;
            next = answer.next;
            if next.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), expected, "{filter:?}");
        assert_eq!(pages, expected.div_ceil(4).max(1));
        assert!(seen.is_sorted_by(|a, b| a > b));
        assert_eq!(BTreeSet::from_iter(&seen).len(), expected);
    }
    let stranger = cases(&pool, &none(), Some("AAAA"), 4).await.unwrap_err();
    assert!(matches!(stranger, ListError::Cursor(_)), "{stranger}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_and_its_timeline_are_shown_as_recorded() {
    let mut ledger = thirty().await;
    let mut note = ledger.case(7, "forced-return", "NoteAdded").on("2026-11-20");
    let author = Author { role: "R-C1G".to_owned(), body: None, reference: None };
    note.0.author = Some(author.clone());
    let law = note.0.law.clone().unwrap();
    let noted = ledger.append(vec![note]).await[0];
    let _runner = ledger.project().await;
    let pool = ledger.database.pool(Role::Writer);
    let found = case(&pool, case_id(7)).await.unwrap().rows.remove(0);
    assert_eq!((found.acts, found.last_act.as_str()), (2, "NoteAdded"));
    assert_eq!(found.last_statement, noted.to_string());
    assert_eq!(found.last_position, ledger.size - 1);
    assert_eq!(found.opened.to_string(), "2026-10-04");
    assert_eq!(found.procedure_title.unwrap().uk, "Примусове повернення");
    assert_eq!(found.citizenship.as_deref(), Some("SYR"));

    let acts = timeline(&pool, case_id(7)).await.unwrap().rows;
    let shape: Vec<_> = acts.iter().map(|act| (act.sequence, act.act.as_str())).collect();
    assert_eq!(shape, [(1, "ReturnMaterialsCollected"), (2, "NoteAdded")]);
    assert_eq!(acts[1].act_title.as_ref().unwrap().en, "Note added");
    assert_eq!(acts[1].signers[0].by, officer(1));
    assert_eq!(acts[1].occurred_at, "2026-11-20");
    assert_eq!(acts[1].author, Some(author));
    assert_eq!(
        (acts[1].edition, acts[1].package.clone()),
        (Some(law.edition), Some(law.package.to_string()))
    );
    assert!(case(&pool, id(99)).await.unwrap().rows.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn officers_show_posts_competences_and_the_key_in_force() {
    let mut ledger = Ledger::founded().await;
    let key =
        |n| litopys_domain::keys::PublicKey::of(&ed25519_dalek::SigningKey::from_bytes(&[n; 32]));
    let anna = officer(9).to_string();
    let post =
        json!({"role": "R-TO-OFF", "office": "46", "from": "2026-01-01", "until": "2026-06-30"});
    let drafts = vec![
        ledger.draft(&anna, "OfficerEnrolled").facts(json!({"key": key(9)})),
        ledger.draft(&anna, "OfficerAppointed").facts(post),
        ledger
            .draft(&anna, "OfficerAppointed")
            .facts(json!({"role": "R-TO-HEAD", "office": "80", "from": "2026-07-01"})),
        ledger
            .draft(&anna, "CompetenceGranted")
            .facts(json!({"course": "C-RET", "from": "2026-01-01", "until": "2026-12-31"})),
        ledger.draft(&anna, "OfficerActing").facts(json!({
            "role": "R-TP-HEAD", "office": "8001", "from": "2026-08-01", "until": "2026-08-31",
            "order": "17-k",
        })),
        ledger.draft(&anna, "KeyRotated").facts(json!({"key": key(10)})),
        ledger.draft(&format!("person/{}", id(5)), "PersonRegistered"),
    ];
    ledger.append(drafts).await;
    let runner = ledger.project().await;
    let pool = ledger.database.pool(Role::Writer);
    let all = officers(&pool, &OfficerFilter::default(), None, 10).await.unwrap();
    let ids: Vec<_> = all.rows.iter().map(|officer| officer.id.clone()).collect();
    assert_eq!(ids, [format!("ledger/{ORIGIN}"), officer(1).to_string(), anna.clone()]);
    assert!(all.rows[1].administrator && !all.rows[2].administrator);
    let shown = &all.rows[2];
    assert_eq!(shown.key.as_deref(), Some(&*key(10).thumbprint().to_string()));
    assert_eq!(shown.keys[0].until, Some(shown.keys[1].from));
    assert_eq!((shown.posts.len(), shown.competences.len()), (3, 1));
    assert_eq!(shown.posts[2].acting_by_order.as_deref(), Some("17-k"));

    let with = |office: &str, on: &str| OfficerFilter {
        office: Some(office.to_owned()),
        on: Some(on.parse().unwrap()),
        ..OfficerFilter::default()
    };
    for (office, on, found) in
        [("46", "2026-06-30", 1), ("46", "2026-07-01", 0), ("80", "2030-01-01", 1)]
    {
        let answer = officers(&pool, &with(office, on), None, 10).await.unwrap();
        assert_eq!(answer.rows.len(), found, "{office} {on}");
    }
    assert!(person_registered(&pool, id(5)).await.unwrap().is_some());
    assert!(person_registered(&pool, id(6)).await.unwrap().is_none());

    let thumbprint = key(10).thumbprint();
    let revoked =
        ledger.draft(&anna, "KeyRevoked").facts(json!({"key": thumbprint, "reason": "LOST"}));
    ledger.append(vec![revoked]).await;
    running(&runner, ledger.size).await;
    let filter = OfficerFilter { id: Some(anna), ..OfficerFilter::default() };
    let shown = officers(&pool, &filter, None, 10).await.unwrap().rows.remove(0);
    assert_eq!(shown.key, None);
    assert_eq!(shown.keys[1].until, Some(ledger.size - 1));
}

/// Collects, decides and serves a return; gives the names of the acts.
pub(crate) async fn return_case(
    ledger: &mut Ledger,
    case: u32,
    leave_by: &str,
) -> Vec<StatementHash> {
    let decided = json!({
        "leave_by": leave_by, "ban": "3y", "ground": "1", "minor": false, "country": "SYR",
    });
    let (act, law) = ("ForcedReturnDecided", "forced-return");
    let drafts = vec![
        ledger.case(case, law, "ReturnMaterialsCollected").on("2026-11-19").facts(json!({
            "violation": "1", "asylum_asked": false, "art31_assessed": true, "citizenship": "SYR",
        })),
        ledger.case(case, law, act).on("2026-11-20T09:00:00Z").facts(decided),
    ];
    let mut names = ledger.append(drafts).await;
    let served = ledger
        .case(case, law, "LetterServed")
        .on("2026-11-20")
        .concerns(names[1])
        .facts(json!({"channel": "in-person"}));
    names.extend(ledger.append(vec![served]).await);
    names
}

/// Noon (UTC) of a day.
fn noon(day: &str) -> Now {
    Now { today: day.parse().unwrap(), at: format!("{day}T12:00:00Z").parse().unwrap() }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_law_gives_states_and_terms() {
    let mut ledger = Ledger::founded().await;
    let assigned = ledger
        .case(2, "forced-return", "Assigned")
        .on("2026-11-21")
        .facts(json!({"officer": officer(3)}));
    return_case(&mut ledger, 1, "2026-12-10").await;
    return_case(&mut ledger, 2, "2026-12-05").await;
    ledger.append(vec![assigned]).await;
    let runner = ledger.project().await;
    let pool = ledger.database.pool(Role::Writer);
    let found = case(&pool, case_id(2)).await.unwrap().rows.remove(0);
    assert_eq!(found.state.as_deref(), Some("notified"));
    assert_eq!(found.state_title.unwrap().uk, "Рішення оголошено");
    assert_eq!(found.next_due.unwrap().to_string(), "2026-11-21");
    assert_eq!(found.assigned_to, Some(officer(3).to_string()));
    assert!(!found.is_final && !found.disputed);

    let terms = worklist(&pool, &WorklistFilter::default(), noon("2026-12-05"), None, 10)
        .await
        .unwrap()
        .rows;
    let shape: Vec<_> =
        terms.iter().map(|term| (term.clock.as_str(), term.due.to_string(), term.case)).collect();
    let (one, two) = (case_id(1), case_id(2));
    let expected = [
        ("prosecutor", "2026-11-21", one),
        ("prosecutor", "2026-11-21", two),
        ("leave", "2026-12-05", two),
        ("leave", "2026-12-10", one),
        ("ban", "2029-11-20", one),
        ("ban", "2029-11-20", two),
    ];
    assert_eq!(shape, expected.map(|(clock, due, case)| (clock, due.to_owned(), case)));
    assert_eq!(terms[0].due_at.unwrap().to_string(), "2026-11-21T09:00:00Z");
    assert_eq!(terms[2].fires.as_deref(), Some("ReturnOverdue"));
    assert_eq!(terms[2].fires_on.unwrap().to_string(), "2026-12-16");
    assert_eq!(terms[2].warn_from.unwrap().to_string(), "2026-11-30");
    assert!(terms[4].informs && !terms[3].informs);
    let urgencies: Vec<_> = terms.iter().map(|term| term.urgency).collect();
    let expected = [
        Urgency::Overdue,
        Urgency::Overdue,
        Urgency::Due,
        Urgency::Warned,
        Urgency::Running,
        Urgency::Running,
    ];
    assert_eq!(urgencies, expected);

    let today = noon("2026-12-05");
    let none = WorklistFilter::default;
    let (mut paged, mut next) = (Vec::new(), None);
    loop {
        let page = worklist(&pool, &none(), today, next.as_deref(), 2).await.unwrap();
        paged.extend(page.rows);
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!(paged, terms);
    worklists_are_narrowed(&pool, today).await;
    drop(runner);
}

async fn worklists_are_narrowed(pool: &sqlx::PgPool, today: Now) {
    let none = WorklistFilter::default;
    let some = |text: &str| Some(text.to_owned());
    let urgent = |urgencies: &[Urgency]| Some(urgencies.to_vec());
    for (filter, expected) in [
        (WorklistFilter { urgency: urgent(&[Urgency::Overdue]), ..none() }, 2),
        (WorklistFilter { urgency: urgent(&[Urgency::Due]), ..none() }, 1),
        (WorklistFilter { urgency: urgent(&[Urgency::Warned]), ..none() }, 1),
        (WorklistFilter { urgency: urgent(&[Urgency::Due, Urgency::Running]), ..none() }, 3),
        (WorklistFilter { office: some("80"), ..none() }, 6),
        (WorklistFilter { office: some("46"), ..none() }, 0),
        (WorklistFilter { assigned_to: Some(officer(3).to_string()), ..none() }, 3),
        (WorklistFilter { due_to: Some("2026-12-05".parse().unwrap()), ..none() }, 3),
        (WorklistFilter { procedure: some("international-protection"), ..none() }, 0),
    ] {
        let found = worklist(pool, &filter, today, None, 10).await.unwrap().rows;
        assert_eq!(found.len(), expected, "{filter:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn later_acts_change_what_became_of_earlier_ones() {
    let mut ledger = Ledger::founded().await;
    let names = return_case(&mut ledger, 1, "2026-12-10").await;
    let runner = ledger.project().await;
    let pool = ledger.database.pool(Role::Writer);
    let shown = timeline(&pool, case_id(1)).await.unwrap().rows;
    assert_eq!(shown[1].served_on.unwrap().to_string(), "2026-11-20");
    assert_eq!(shown[2].to_state.as_deref(), Some("notified"));

    let annulled =
        ledger.case(1, "forced-return", "DecisionAnnulled").on("2026-11-25").concerns(names[1]);
    let late =
        ledger.case(1, "forced-return", "ProsecutorNotifiedOfReturn").on("2026-11-23T09:00:00Z");
    let error = ledger.case(1, "forced-return", "EnteredInError").concerns(names[2]);
    ledger.append(vec![late, error, annulled]).await;
    running(&runner, ledger.size).await;
    let shown = timeline(&pool, case_id(1)).await.unwrap().rows;
    let statuses: Vec<_> = shown.iter().map(|act| act.status.as_str()).collect();
    let mut expected = ["effective"; 6];
    expected[2] = "entered-in-error";
    assert_eq!(statuses, expected);
    assert_eq!(shown[1].annulled_on.unwrap().to_string(), "2026-11-25");
    let found = case(&pool, case_id(1)).await.unwrap().rows.remove(0);
    assert_eq!(found.state.as_deref(), Some("annulled"));
    assert_eq!(
        worklist(&pool, &WorklistFilter::default(), noon("2026-12-05"), None, 10)
            .await
            .unwrap()
            .rows,
        []
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_term_kept_too_late_is_a_defect() {
    let mut ledger = Ledger::founded().await;
    return_case(&mut ledger, 1, "2026-12-10").await;
    let told = |at: &str| (at.to_owned(), "ProsecutorNotifiedOfReturn");
    return_case(&mut ledger, 2, "2026-12-10").await;
    for (case, (at, act)) in [(1, told("2026-11-23T09:00:00Z")), (2, told("2026-11-21T08:00:00Z"))]
    {
        let draft = ledger.case(case, "forced-return", act).on(&at);
        ledger.append(vec![draft]).await;
    }
    let _runner = ledger.project().await;
    let pool = ledger.database.pool(Role::Writer);
    let mut defects = Vec::new();
    for n in [1, 2] {
        defects.push(case(&pool, case_id(n)).await.unwrap().rows.remove(0).defects);
    }
    assert_eq!(defects, [1, 0]);
}
