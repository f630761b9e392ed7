use std::sync::Arc;

use jiff::tz::TimeZone;
use litopys_domain::act::RecordedAct;
use litopys_domain::ids::StatementHash;
use litopys_domain::law::explain::explain;
use litopys_domain::law::fold::View;
use litopys_domain::law::laws::Laws;
use litopys_domain::law::package::Shelf;
use litopys_domain::log::Hash;
use litopys_domain::statement::Statement;
use serde_json::json;

use super::*;
use crate::cli::law_files;

fn laws() -> Laws {
    let book = law_files::read(None).unwrap();
    let mut laws = Laws::new(TimeZone::get("Europe/Kyiv").unwrap());
    for date in book.edition_dates("forced-return") {
        let texts = book.package("forced-return", date).unwrap();
        let fetch = |hash| texts.texts.get(&hash).map(|text| Arc::clone(&text.content));
        laws.publish(0, Arc::new(Shelf::default().load(&texts.manifest, &fetch).unwrap()));
    }
    laws
}

fn statement(act: &str, at: &str, facts: &Value, signers: &Value) -> Statement {
    let nobody = "0".repeat(64);
    let mut fields = json!({
        "version": "litopys/1",
        "ledger": "ledger.example/test",
        "stream": "case/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e77",
        "nonce": "0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e78",
        "act": act,
        "law": {"procedure": "forced-return", "edition": "2023-12-15", "package": nobody},
        "subjects": ["person/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e79"],
        "occurred_at": at,
        "source": "NATIVE",
        "facts": facts,
        "signers": signers,
    });
    let map = fields.as_object_mut().unwrap();
    if facts_are_empty(map) {
        map.remove("facts");
    }
    serde_json::from_value(fields).unwrap()
}

fn facts_are_empty(map: &serde_json::Map<String, Value>) -> bool {
    map["facts"].as_object().is_none_or(serde_json::Map::is_empty)
}

/// A return case whose materials were collected on 3 March 2025.
fn case() -> Vec<RecordedAct> {
    let facts = json!({"violation": "1", "asylum_asked": false, "art31_assessed": true});
    let signers = json!([{
        "by": "officer/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e80", "role": "R-TO-OFF", "office": "80",
    }]);
    let opening = statement("ReturnMaterialsCollected", "2025-03-03", &facts, &signers);
    vec![RecordedAct {
        hash: StatementHash::of(opening.to_text().as_bytes()),
        statement: Arc::new(opening),
        position: 1,
        sequence: 1,
        number: None,
        recorded_at: "2025-03-03T12:00:00.000000Z".parse().unwrap(),
        leaf: Hash::EMPTY_ROOT,
    }]
}

fn told(act: &str, at: &str, facts: &Value, signers: &Value, lang: Lang) -> String {
    let (laws, acts) = (laws(), case());
    let candidate = statement(act, at, facts, signers);
    let view = View::new("2025-03-10".parse().unwrap(), 2);
    let explained = explain(&laws, &acts, &[], &candidate, view).unwrap();
    words(&serde_json::to_value(explained).unwrap(), lang)
}

#[test]
fn a_decision_with_nothing_given_is_open() {
    let words =
        told("ForcedReturnDecided", "2025-03-10T09:00:00Z", &json!({}), &json!([]), Lang::En);
    insta::assert_snapshot!(words);
}

#[test]
fn a_decision_with_its_facts_is_told_rule_by_rule() {
    let facts = json!({"leave_by": "2025-05-01", "ground": "1", "minor": true, "country": "GEO"});
    let head = json!([{
        "by": "officer/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e81", "role": "R-TO-HEAD", "office": "80",
    }]);
    insta::assert_snapshot!(told(
        "ForcedReturnDecided",
        "2025-03-10T09:00:00Z",
        &facts,
        &head,
        Lang::Uk
    ));
}

#[test]
fn what_the_state_does_not_allow_says_why() {
    let words =
        told("DepartureConfirmed", "2025-03-10T09:00:00Z", &json!({}), &json!([]), Lang::En);
    assert!(words.contains("not possible: "), "{words}");
    assert!(words.contains("state: materials-collected, Materials collected"), "{words}");
}
