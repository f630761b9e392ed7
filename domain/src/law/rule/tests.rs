//! One `check` for each question: what loads, and what holds.

use std::collections::BTreeMap;

use jiff::{civil::Date, tz::TimeZone};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::law::calendar::{Calendar, tests::weekends};

/// A vocabulary with one act, `Decided`, and an earlier one, `Filed`.
struct Words;

impl Vocabulary for Words {
    fn field(&self, name: &str) -> Option<(Type, bool)> {
        let (ty, optional) = match name {
            "leave_by" => ("Date", false),
            "ban" => ("Months", true),
            "minor" => ("Bool", false),
            "ground" => ("Code<RET-GR>", false),
            "grounds" => ("List<Code<RET-GR>>", true),
            "fine" => ("Money", true),
            "at" => ("Instant", false),
            "entries" => ("List<Date>", false),
            "exits" => ("List<Date>", true),
            "count" => ("Int", false),
            "body" => ("Code<CL-TO>", false),
            "number" => ("Number", true),
            _ => return None,
        };
        Type::parse(ty).map(|ty| (ty, optional))
    }

    fn sealed(&self, name: &str) -> bool {
        name == "reasons"
    }

    fn knows_act(&self, act: &str) -> bool {
        matches!(act, "Filed" | "Decided")
    }

    fn field_of(&self, act: &str, name: &str) -> Option<Type> {
        (act == "Filed" && name == "stay_until").then_some(Type::Date)
    }

    fn code(&self, list: &str, code: &str) -> Option<bool> {
        match list {
            "RET-GR" => Some(matches!(code, "1" | "2")),
            STATES => Some(matches!(code, "filed" | "decided")),
            "CL-ROLE" => Some(code.starts_with("R-")),
            _ => None,
        }
    }

    fn param(&self, name: &str) -> Option<Type> {
        (name == "cap").then_some(Type::Months)
    }

    fn clock(&self, id: &str) -> bool {
        id == "leave-term"
    }

    fn has_instant(&self) -> bool {
        true
    }

    fn act_has_instant(&self, act: &str) -> bool {
        act == "Decided"
    }

    fn has_state(&self) -> bool {
        true
    }
}

/// Answers by the way questions are written.
struct Answers {
    facts: BTreeMap<String, Json>,
    calendar: Calendar,
    zone: TimeZone,
}

impl<'a> Scope<'a> for &'a Answers {
    fn answer(&self, question: &'a Question) -> Value<'a> {
        let read = self.facts.get(&question.to_string()).and_then(|json| question.ty().read(json));
        read.unwrap_or(Value::Absent)
    }

    fn param(&self, _: &str, _: &Type, date: Date) -> Value<'a> {
        Value::Months(if date.year() < 2016 { 12 } else { 18 })
    }

    fn act_date(&self) -> Date {
        Date::constant(2025, 3, 10)
    }

    fn same_body(&self, one: &str, other: &str) -> bool {
        one[..2] == other[..2]
    }

    fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    fn zone(&self) -> &TimeZone {
        &self.zone
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the tests write their facts in place")]
fn holds(rule: &str, facts: Json) -> bool {
    let facts = facts.as_object().unwrap().clone().into_iter().collect();
    let zone = TimeZone::get("Europe/Kyiv").unwrap();
    let answers = Answers { facts, calendar: weekends(), zone };
    Rule::condition(rule, &Words).unwrap_or_else(|error| panic!("{rule}: {error}")).holds(&&answers)
}

fn refused(rule: &str, at: usize, part: &str) {
    let error = Rule::condition(rule, &Words).expect_err(rule);
    assert!(error.message.contains(part), "{rule}: {}", error.message);
    assert_eq!(error.at, at, "{rule}: {}", error.message);
}

#[test]
fn dates_spans_and_terms() {
    let rule = "facts.leave_by > after(act.date, days(30))";
    let leave = |day: &str| json!({"act.date": "2025-03-10", "facts.leave_by": day});
    assert!(holds(rule, leave("2025-04-10")));
    assert!(!holds(rule, leave("2025-04-09")));
    assert!(holds("before(facts.leave_by, 15wd) == 2025-12-10", leave("2025-12-31")));
    assert!(holds("after(facts.leave_by, 2m) == 2025-05-24", leave("2025-03-24")));
    assert!(holds("due(facts.leave_by, 2m) == 2025-05-26", leave("2025-03-24")), "it rolls");
    assert!(holds("after(facts.leave_by, 999999y) > 9999-12-30", leave("2025-03-24")));
    assert!(holds("years(3) == 36m && days(30) < 31d", json!({})));
}

#[test]
fn instants_keep_minutes_and_dates_follow_the_zone() {
    let facts = json!({"facts.at": "2025-03-10T22:30:00Z", "act.instant": "2025-03-09T22:30:00Z"});
    assert!(holds("facts.at == after(act.instant, 24h)", facts.clone()));
    assert!(!holds("facts.at > after(act.instant, hours(24))", facts.clone()));
    assert!(holds("date(facts.at) == 2025-03-11", facts), "past midnight in Kyiv");
}

#[test]
fn optional_values_need_has() {
    refused("facts.ban != 36m", 0, "may be absent");
    refused("!(facts.ban == 36m)", 2, "may be absent");
    refused("has(facts.ban) || facts.ban != 36m", 18, "may be absent");
    refused("facts(Filed).stay_until < act.date", 0, "may be absent");
    refused("has(facts.fine) && facts.ban == 36m", 19, "may be absent");
    let rule = "has(facts.ban) && facts.ban != years(3)";
    assert!(holds(rule, json!({"facts.ban": "5y"})));
    assert!(!holds(rule, json!({"facts.ban": "36m"})));
    assert!(!holds(rule, json!({})));
    assert!(holds("!has(facts.ban) || facts.ban == 3y", json!({})));
    assert!(holds("!(has(facts.ban) && facts.ban == 3y)", json!({})));
}

#[test]
fn codes_are_checked_against_their_list() {
    assert!(holds("facts.ground in [\"1\", \"2\"]", json!({"facts.ground": "2"})));
    assert!(!holds("facts.ground == \"1\"", json!({"facts.ground": "2"})));
    assert!(holds(
        "has(facts.grounds) && \"1\" in facts.grounds && count(facts.grounds) == 2",
        json!({"facts.grounds": ["2", "1"]})
    ));
    refused("facts.ground == \"3\"", 16, "not in RET-GR");
    refused("facts.ground in [\"1\", \"9\"]", 16, "not in RET-GR");
    refused("case.state == \"open\"", 14, "not in STATES");
    assert!(holds("\"R-INT\" in signers.role", json!({"signers.role": ["R-TO-OFF", "R-INT"]})));
}

#[test]
fn offices_are_compared_however_they_are_written() {
    let facts = json!({"facts.body": "80", "facts.number": "8011", "act.office": "8001"});
    assert!(holds("same_body(facts.body, \"8011\")", facts.clone()));
    assert!(holds("has(act.office) && same_body(facts.body, act.office)", facts.clone()));
    assert!(!holds("has(facts.number) && same_body(\"12\", facts.number)", facts.clone()));
    assert!(holds("has(facts.number) && same_body(facts.body, facts.number)", facts));
    refused("same_body(facts.ground, \"80\")", 10, "Code<CL-TO>) is needed here");
}

#[test]
fn money_compares_within_a_currency_only() {
    let rule = "has(facts.fine) && facts.fine < money(170000, \"UAH\")";
    assert!(holds(rule, json!({"facts.fine": {"amount": 51_000, "currency": "UAH"}})));
    assert!(!holds(rule, json!({"facts.fine": {"amount": 51_000, "currency": "EUR"}})));
}

#[test]
fn the_lesser_and_the_greater() {
    let facts = json!({"facts.leave_by": "2025-03-10", "facts.ban": "5y", "facts.count": 7});
    assert!(holds("least(facts.leave_by, 2025-01-01) == 2025-01-01", facts.clone()));
    assert!(holds("greatest(facts.leave_by, 2025-01-01) == facts.leave_by", facts.clone()));
    assert!(holds("has(facts.ban) && least(facts.ban, 36m) == 3y", facts.clone()));
    assert!(holds("greatest(facts.count, 7) == 7 && least(24h, 48h) == 24h", facts.clone()));
    assert!(!holds("least(money(1, \"UAH\"), money(2, \"EUR\")) < money(9, \"UAH\")", facts));
    refused("least(facts.leave_by, 36m) == 36m", 22, "Date is needed here");
    refused("least(facts.minor, true)", 6, "no order");
    refused("least(facts.ban, 36m) == 36m", 6, "may be absent");
}

#[test]
fn amounts_grow_and_add_up() {
    let fine = |amount: i64| json!({"facts.fine": {"amount": amount, "currency": "UAH"}, "facts.count": 3});
    let rule = "has(facts.fine) && facts.fine == multiply(money(1700, \"UAH\"), facts.count)";
    assert!(holds(rule, fine(5_100)));
    assert!(!holds(rule, fine(5_101)));
    assert!(holds(
        "has(facts.fine) && add(facts.fine, facts.fine) == money(200, \"UAH\")",
        fine(100)
    ));
    let mixed = "has(facts.fine) && add(facts.fine, money(1, \"EUR\")) > money(0, \"UAH\")";
    assert!(!holds(mixed, fine(1)));
    assert!(holds("add(multiply(facts.count, 2), 1) == 7", fine(1)));
    assert!(holds("multiply(9223372036854775807, 2) == 9223372036854775807", fine(1)), "it stops");
    refused("multiply(36m, 2) == 72m", 9, "Int or Money");
    refused("add(money(1, \"UAH\"), 1) == 1", 21, "Money is needed here");
}

#[test]
fn days_of_stay_within_a_window() {
    let stay =
        |entries: &[&str], exits: &[&str]| json!({"facts.entries": entries, "facts.exits": exits});
    let days =
        |n: i64| format!("stay_days(facts.entries, facts.exits, 2025-06-30, days(180)) == {n}");
    assert!(holds(&days(90), stay(&["2025-04-02"], &["2025-06-30"])), "both days count");
    assert!(holds(&days(90), stay(&["2025-04-02"], &[])), "still there");
    assert!(
        holds(&days(1), stay(&["2025-01-01"], &["2025-01-02"])),
        "the window opens on 2 January"
    );
    assert!(holds(&days(0), stay(&["2024-12-01"], &["2025-01-01"])));
    let twice = stay(&["2025-05-01", "2025-05-03"], &["2025-05-03", "2025-05-05"]);
    assert!(holds(&days(5), twice), "a day of exit and entry counts once");
    assert!(holds(&days(0), stay(&["2025-07-01"], &[])), "after the day");
    refused("stay_days(facts.at, facts.exits, act.date, 180d) > 90", 10, "List<Date> is needed");
    refused("stay_days(facts.entries, facts.exits, act.date, 6m) > 90", 48, "Days is needed");
}

#[test]
fn questions_about_acts_and_other_cases() {
    let rule = "has(instant_of(Decided)) && facts.at > after(instant_of(Decided), 72h)";
    let facts =
        json!({"facts.at": "2025-03-13T09:00:01Z", "instant_of(Decided)": "2025-03-10T09:00:00Z"});
    assert!(holds(rule, facts));
    refused("has(instant_of(Filed))", 15, "has a day, no instant");
    refused("instant_of(Decided) == act.instant", 0, "may be absent");
    assert!(holds("!in_force(Decided)", json!({"in_force(Decided)": false})));
    let held = "has(held_since(\"holding\", In, Out)) && act.date > after(held_since(\"holding\", In, Out), 12m)";
    let since = |day: &str| json!({"held_since(\"holding\", In, Out)": day});
    assert!(holds(held, with(&since("2024-03-09"), "act.date", "2025-03-10")));
    assert!(!holds(held, with(&since("2024-03-10"), "act.date", "2025-03-10")));
    refused("held_since(\"holding\", In, Out) == act.date", 0, "may be absent");
    assert!(holds("subject_open(\"record\")", json!({"subject_open(\"record\")": true})));
}

fn with(facts: &Json, key: &str, value: &str) -> Json {
    let mut facts = facts.clone();
    facts[key] = value.into();
    facts
}

#[test]
fn parameters_go_by_date() {
    assert!(holds("param(cap) == 18m && param_at(cap, 2012-01-01) == 12m", json!({})));
    refused("param(nmdg) == 18m", 6, "no parameter");
}

#[test]
fn what_does_not_type_does_not_load() {
    refused("facts.minor == 1", 15, "cannot be compared");
    refused("facts.leave_by", 0, "must be Bool");
    refused("facts.ground < \"2\"", 0, "no order");
    refused("facts.leave_by > after(act.date, 24h)", 33, "cannot be counted");
    refused("facts.reasons == \"x\"", 0, "sealed");
    refused("has(facts.leave_by > act.date)", 4, "asks for a path");
    refused("facts.leave_by + 1 == 2", 15, "does not belong");
    refused("1 < 2 < 3", 6, "should end");
    refused("recorded(Unknown)", 9, "no act");
    refused("clock.other.due == act.date", 0, "not known");
    refused("1 == 1 &&", 9, "ends too early");
    refused("\"open", 0, "does not end");
    refused("2025-02-30 == act.date", 0, "no number");
    refused("f(1)", 0, "no function");
    assert!(holds("has(sealed.reasons)", json!({"sealed.reasons": true})));
    assert!(!holds("has(sealed.reasons)", json!({})));
    assert!(holds(
        "has(clock.leave-term.due) && clock.leave-term.due < act.date",
        json!({"act.date": "2025-01-02", "clock.leave-term.due": "2025-01-01"})
    ));
}

#[test]
fn hostile_rules_are_errors() {
    let nested = |n: usize| format!("{}true{}", "(".repeat(n), ")".repeat(n));
    assert!(Rule::condition(&nested(RULE_DEPTH_MAX), &Words).is_ok());
    assert!(Rule::condition(&nested(RULE_DEPTH_MAX + 1), &Words).is_err());
    assert!(Rule::condition(&nested(10_000), &Words).is_err());
    assert!(Rule::condition(&"!".repeat(900), &Words).is_err());
    assert!(Rule::condition(&format!("true{}", " && true".repeat(120)), &Words).is_ok());
}

fn any_fact() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        "[0-9]{1,7}[mydwh]{0,2}".prop_map(Json::from),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}".prop_map(Json::from),
        "\\PC{0,8}".prop_map(Json::from),
        proptest::collection::vec("[0-9]".prop_map(Json::from), 0..3).prop_map(Json::from),
    ]
}

proptest! {
    #[test]
    fn the_parser_never_panics(text in "\\PC{0,200}") {
        let _ = Rule::condition(&text, &Words);
    }

    #[test]
    fn near_rules_never_panic(parts in proptest::collection::vec(prop_oneof![
        Just("facts.ban"), Just("has("), Just(")"), Just("&&"), Just("||"), Just("!"), Just("36m"),
        Just("after("), Just(","), Just("act.date"), Just("=="), Just("<"), Just("in"), Just("["),
        Just("]"), Just("\"1\""), Just("facts(Filed)"), Just(".stay_until"), Just("true"), Just("count("),
    ], 0..40)) {
        let _ = Rule::condition(&parts.join(" "), &Words);
    }

    #[test]
    fn evaluation_is_total(leave in any_fact(), ban in any_fact(), ground in any_fact(), at in any_fact()) {
        let facts = json!({
            "facts.leave_by": leave, "facts.ban": ban, "facts.ground": ground, "facts.at": at,
            "facts.entries": [leave], "facts.exits": [at], "facts.count": ban
        });
        for rule in [
            "facts.leave_by > after(act.date, 999999d) || due(facts.leave_by, 15wd) == act.date",
            "!has(facts.ban) || facts.ban == 3y",
            "facts.ground in [\"1\"] && date(facts.at) < 2025-01-01",
            "after(facts.at, 999999h) > facts.at && count(signers.role) == 0",
            "stay_days(facts.entries, facts.exits, act.date, 999999d) > multiply(facts.count, facts.count)",
        ] {
            holds(rule, facts.clone());
        }
    }
}
