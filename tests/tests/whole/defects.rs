//! What stands against cases is the same by the read models and by the events.

use litopys_api::draft::DraftRequest;
use litopys_projections::reads::{self, DefectFilter};
use litopys_tests::agency::{Who, author, object};
use serde_json::json;

use crate::service::{Service, id};

/// A rule of severity D about another case: nobody answers it, so no statement says it.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_application_stands_against_the_person() {
    let service = Service::open("2025-03-10", &["international-protection"]).await;
    let person = service.agency.person().await.unwrap();
    let mut cases = Vec::new();
    for _ in 0..2 {
        let filed = DraftRequest {
            procedure: Some("international-protection".to_owned()),
            subjects: vec![person.clone()],
            facts: object(json!({"subsequent": false})),
            author: author("R-APP"),
            occurred_at: Some("2025-03-10".parse().unwrap()),
            ..service.agency.request("ProtectionApplicationFiled", &[Who::Clerk]).unwrap()
        };
        let draft = service.agency.draft(filed).await.unwrap();
        service.agency.record_text(&draft.statement, draft.disclosures).await.unwrap();
        cases.push(draft.stream);
    }
    service.audit().await;
    let filter = DefectFilter { rule: Some("DEF-047".to_owned()), ..DefectFilter::default() };
    let found = reads::defects(service.agency.ledger.pool(), &filter, None, 10).await.unwrap();
    let found: Vec<_> =
        found.rows.iter().map(|one| (one.case, one.severity.as_str(), &one.answer)).collect();
    assert_eq!(found, [(id(&cases[1]), "D", &None)]);
}
