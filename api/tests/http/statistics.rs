//! `GET /v1/statistics/{table}`.

use litopys_api::auth::Scope;
use serde_json::json;

use crate::support::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn figures_come_as_of_a_position_in_two_formats() {
    let app = TestApp::with_law().await;
    let (case, person) = app.open_case().await;
    let before = app.head().await - 1;
    let (draft, receipt) = app.decide(&case, &person).await;
    let last = receipt["position"].as_u64().unwrap();
    let mut reader = app.reader(&[Scope::Statistics]).await;
    let path = "/v1/statistics/decisions?by=year,citizenship,procedure";
    let table = reader.get(&format!("{path}&as_of={last}")).await.json();
    assert_eq!(table["total"], 1, "{table}");
    assert_eq!(table["cells"][0]["citizenship"], "GEO");
    assert_eq!(table["as_of"], last);
    let statement: serde_json::Value =
        serde_json::from_str(draft["statement"].as_str().unwrap()).unwrap();
    let year = &statement["occurred_at"].as_str().unwrap()[..4];
    let csv = reader.get(&format!("{path}&as_of={last}&format=csv")).await;
    assert_eq!(
        csv.text(),
        format!("year,citizenship,procedure,decisions\r\n{year},GEO,forced-return,1\r\n")
    );
    assert_eq!(csv.header("litopys-as-of"), Some(last.to_string().as_str()));
    let earlier = reader.get(&format!("{path}&as_of={before}")).await.json();
    assert_eq!(earlier["cells"], json!([]), "the earlier figure comes out again");
    let accepted =
        reader.send("GET", "/v1/statistics/decisions", &[("accept", "text/csv")], b"").await;
    assert!(accepted.text().starts_with("year,decisions\r\n"));
    assert_eq!(reader.get("/v1/statistics/other").await.problem(404), "not-found");
    for query in ["by=colour", "year=x", "format=xml", "as_of=-1"] {
        let reply = reader.get(&format!("/v1/statistics/decisions?{query}")).await;
        assert_eq!(reply.problem(400), "invalid-parameter", "{query}");
    }
}
