//! A case on its way from one office to another: who sees it, and who may act in it.

use litopys_api::auth::Scope;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::token_for;
use crate::support::client::{Client, Reply};
use crate::support::people::{Person, signed};

/// An officer of the ledger `app`, with a token for his or her own office alone.
struct Officer {
    person: Person,
    client: Client,
}

impl Officer {
    async fn new(app: &TestApp, person: &Person) -> Self {
        let office = person.office.unwrap();
        let scopes = [Scope::CaseRead, Scope::CaseWrite];
        let token = token_for(&person.stream.to_string(), &scopes, &[office]);
        Self { person: person.clone(), client: app.anonymous().await.with_token(&token) }
    }

    async fn enrolled(app: &TestApp, office: &'static str) -> Self {
        let person = Person::new("R-TO-OFF", Some(office));
        app.enrol(&person).await;
        Self::new(app, &person).await
    }

    /// Checks each way of looking at a case.
    async fn reads(&mut self, app: &TestApp, id: &str, allowed: bool) {
        let reflected = format!("?at_least={}", app.head().await - 1);
        let (row, defects) = (reflected.clone(), format!("/defects{reflected}"));
        for path in [&row, "/history", "/next-acts", "/acts/1/view", &defects] {
            let reply = self.client.get(&format!("/v1/cases/{id}{path}")).await;
            check(&reply, allowed, path);
        }
        let path = format!("/v1/cases/{id}/explanations");
        let reply = self.client.post_json(&path, &json!({"act": "TransferReceived"})).await;
        check(&reply, allowed, &path);
    }

    async fn draft(&mut self, case: &str, act: &str) -> Reply {
        let request = request(case, act, &self.person);
        self.client.post_json("/v1/drafts", &request).await
    }

    /// Hands in an act that this officer signed, with a draft that somebody with every right made:
    /// the door must hold against who knows the case's last act.
    async fn record(&mut self, app: &TestApp, case: &str, act: &str) -> (Value, Reply) {
        let request = request(case, act, &self.person);
        let scopes = [Scope::CaseRead, Scope::CaseWrite];
        let mut anywhere = app.client(&self.person, &scopes).await;
        let draft = anywhere.post_json("/v1/drafts", &request).await.json();
        let mut body = signed(draft["statement"].as_str().unwrap(), &[&self.person], &[]);
        body["disclosures"] = draft["disclosures"].clone();
        let reply = self.client.post_json("/v1/acts", &body).await;
        (body, reply)
    }

    /// Checks that a note may be drafted and recorded, or neither.
    async fn notes(&mut self, app: &TestApp, case: &str, allowed: bool) {
        check(&self.draft(case, "NoteAdded").await, allowed, "a draft");
        let before = app.head().await;
        let (_, reply) = self.record(app, case, "NoteAdded").await;
        check(&reply, allowed, "an act");
        assert_eq!(app.head().await - before, u64::from(allowed));
    }
}

fn check(reply: &Reply, allowed: bool, what: &str) {
    if allowed {
        assert!(matches!(reply.status, 200 | 201), "{what}: {}", reply.text());
    } else {
        assert_eq!(reply.problem(403), "other-office", "{what}");
    }
}

fn request(case: &str, act: &str, signer: &Person) -> Value {
    let mut request = json!({"act": act, "stream": case, "signers": [signer.signer()]});
    match act {
        "NoteAdded" => request["private"] = json!({"note": "Дзвінок"}),
        "Transferred" => {
            request["facts"] = json!({"to_office": "46", "ground": "TF-RESIDENCE"});
        }
        _ => {}
    }
    request
}

/// The cases on their way to an office.
async fn coming(officer: &mut Officer, office: &str) -> Vec<String> {
    let listed = officer.client.get(&format!("/v1/cases?coming_to={office}")).await.json();
    let rows = listed["rows"].as_array().unwrap();
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_on_its_way_is_the_senders_until_received_and_the_receivers_to_see_and_receive() {
    let app = TestApp::with_law().await;
    let (case, _) = app.open_case().await;
    let id = case.strip_prefix("case/").unwrap();
    let mut sender = Officer::new(&app, &app.officer).await;
    let mut receiver = Officer::enrolled(&app, "46").await;
    let mut third = Officer::enrolled(&app, "51").await;
    receiver.reads(&app, id, false).await;
    receiver.notes(&app, &case, false).await;

    let (transferred, reply) = sender.record(&app, &case, "Transferred").await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let at = reply.json()["position"].as_u64().unwrap();
    let row = sender.client.get(&format!("/v1/cases/{id}?at_least={at}")).await.json();
    let (office, to) = (&row["rows"][0]["office"], &row["rows"][0]["transfer"]["to"]);
    assert_eq!((office, to), (&json!("80"), &json!("46")));
    for (officer, sees, acts) in
        [(&mut sender, true, true), (&mut receiver, true, false), (&mut third, false, false)]
    {
        officer.reads(&app, id, sees).await;
        officer.notes(&app, &case, acts).await;
    }
    assert_eq!(coming(&mut receiver, "46").await, [id]);
    assert!(coming(&mut third, "51").await.is_empty());
    let others = third.client.get("/v1/cases?coming_to=46").await;
    assert_eq!(others.problem(403), "other-office");
    let waits = receiver.draft(&case, "NoteAdded").await.json();
    assert!(waits["detail"].as_str().unwrap().contains("TransferReceived"), "{waits}");
    receiver.client.language = Some("uk");
    let waits = receiver.draft(&case, "NoteAdded").await.json();
    assert!(waits["detail"].as_str().unwrap().contains("ще в дорозі"), "{waits}");

    // The law says who receives: not who sends. The third office does not even get to the law.
    let (_, reply) = third.record(&app, &case, "TransferReceived").await;
    check(&reply, false, "TransferReceived");
    check(&third.draft(&case, "TransferReceived").await, false, "a draft");
    let (_, reply) = sender.record(&app, &case, "TransferReceived").await;
    assert_eq!(reply.problem(422), "not-the-receiver");
    check(&receiver.draft(&case, "TransferReceived").await, true, "a draft");
    let (_, reply) = receiver.record(&app, &case, "TransferReceived").await;
    assert_eq!(reply.status, 201, "{}", reply.text());

    let at = reply.json()["position"].as_u64().unwrap();
    let row = receiver.client.get(&format!("/v1/cases?at_least={at}")).await.json();
    let (office, transfer) = (&row["rows"][0]["office"], &row["rows"][0]["transfer"]);
    assert_eq!((office, transfer), (&json!("46"), &json!(null)));
    for (officer, allowed) in [(&mut receiver, true), (&mut sender, false), (&mut third, false)] {
        officer.reads(&app, id, allowed).await;
        officer.notes(&app, &case, allowed).await;
    }
    assert!(coming(&mut receiver, "46").await.is_empty());
    // Whoever did not hear the answer then asks again, and hears it now.
    let again = sender.client.post_json("/v1/acts", &transferred).await;
    assert_eq!(again.status, 200, "{}", again.text());
}
