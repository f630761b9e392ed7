//! What stands against a case, and the list that names it.

use litopys_domain::{
    law::{
        book::LawBook,
        defects::{Found, OpenDefect, Raised, asks_others, named, shown, standing},
        file::Severity,
        lists::defect_number,
    },
    statement::Answer,
};
use serde_json::json;

use crate::disputes::{dispute, put};
use crate::world::{Case, FILES, answer, decided, laws};

const LIST: &str = r#"
id: CL-DEFECT
title: {en: Defects, uk: Вади}
codes:
  - {code: DEF-001, en: Too late, uk: Запізно, attributes: {severity: U, judged: "rule, clock"}}
  - {code: DEF-002, en: Extended, uk: Продовжено, attributes: {severity: U, judged: rule}}
  - {code: DEF-006, en: Appeal, uk: Оскарження, attributes: {severity: U, judged: rule}}
  - {code: DEF-007, en: Other body, uk: Інший орган, attributes: {severity: "V, U", judged: rule}}
  - {code: DEF-009, en: Protection, uk: Захист, attributes: {severity: V, judged: rule}}
  - {code: DEF-018, en: Thirty days, uk: Тридцять днів, attributes: {severity: U, judged: rule}}
  - {code: DEF-019, en: Prosecutor, uk: Прокурор, attributes: {severity: U, judged: clock}}
  - {code: DEF-020, en: Ban, uk: Заборона, attributes: {severity: V, judged: rule}}
  - {code: ENG-AUTHOR, en: Author, uk: Автор, attributes: {severity: V, judged: engine, defect: DEF-009}}
"#;

/// What the linter says of the test law with this list.
fn lint(list: &str) -> Vec<String> {
    let files = FILES.iter().copied().chain([("codes/CL-DEFECT.yaml", list)]);
    let problems = LawBook::read(files).unwrap().lint();
    for problem in &problems {
        assert!(problem.hint.is_some() && problem.at.line > 0, "{problem}");
    }
    let about = |problem: String| problem.split_once(": ").unwrap().1.to_owned();
    problems.iter().map(|problem| about(problem.to_string())).collect()
}

#[test]
fn law_and_list_are_held_to_each_other() {
    let right = LIST.replace("\"rule, clock\"", "clock");
    assert_eq!(lint(&right), Vec::<String>::new());
    assert_eq!(
        lint(LIST),
        ["no rule of a procedure raises DEF-001 (raise it, or say in `judged` who does)"]
    );
    let change = |from: &str, to: &str| {
        assert!(right.contains(from), "{from}");
        lint(&right.replacen(from, to, 1))
    };
    assert_eq!(
        change(
            "severity: U, judged: clock}}\n  - {code: DEF-020",
            "severity: V, judged: clock}}\n  - {code: DEF-020"
        ),
        ["`DEF-019` weighs U, DEF-019 of CL-DEFECT V (let rule and list weigh it alike)"]
    );
    assert_eq!(
        change("code: DEF-020", "code: DEF-021"),
        [
            "no rule of a procedure raises DEF-021 (raise it, or say in `judged` who does)",
            "`DEF-020`: DEF-020 is not in CL-DEFECT (its codes stand in codes/CL-DEFECT.yaml)"
        ]
    );
    assert_eq!(
        change(
            "severity: U, judged: rule}}\n  - {code: DEF-019",
            "severity: U, judged: auditor}}\n  - {code: DEF-019"
        ),
        ["a rule of a procedure raises DEF-018 (say so in `judged`)"]
    );
    assert_eq!(
        change("judged: engine, defect", "judged: magic, defect"),
        [
            "ENG-AUTHOR: nothing judges by `magic` (rule, clock, engine or auditor; a `note` says what is not judged)"
        ]
    );
    assert_eq!(
        change(
            "severity: V, judged: rule}}\n  - {code: ENG",
            "severity: V, judged: \"rule, engine\"}}\n  - {code: ENG"
        ),
        ["no flag of the engine is DEF-020 (name the number as `defect` of a code ENG-…)"]
    );
}

#[test]
fn suffixes_belong_to_their_number() {
    assert_eq!(defect_number("DEF-004-LATE"), Some("DEF-004"));
    assert_eq!(defect_number("DEF-076"), Some("DEF-076"));
    for other in ["DEF-04", "DEF-0041", "DEF-00A", "ENG-AUTHOR", "DEF-", "ДЕФ-004"] {
        assert_eq!(defect_number(other), None, "{other}");
    }
}

fn told(case: &Case<'_>) -> Vec<OpenDefect> {
    let laws = laws();
    let related: Vec<_> = case.related.iter().map(Vec::as_slice).collect();
    let raised: Raised =
        case.acts.iter().map(|act| (act.hash, shown(&laws, &case.acts, &related, act))).collect();
    standing(&laws, &case.state(), &raised)
}

fn rules(found: &[OpenDefect]) -> Vec<(&str, Found, String)> {
    found.iter().map(|one| (one.rule.as_str(), one.found, one.since.to_string())).collect()
}

#[test]
fn an_answered_flag_stands_until_a_court_takes_the_act_away() {
    let laws = laws();
    let mut case = Case::new(&laws, "return", 1);
    case.act("Collected", "2025-03-03", json!({}));
    let facts = json!({"leave_by": "2025-05-10", "ground": "1", "minor": false});
    let mut late = case.draft("Decided", "2025-03-25T09:00:00Z", facts);
    late.flags = vec![answer("DEF-001"), answer("DEF-018")];
    let decision = case.take(late);
    case.act("ProsecutorTold", "2025-03-25T10:00:00Z", json!({}));
    let found = told(&case);
    assert_eq!(
        rules(&found),
        [
            ("DEF-001", Found::Late, "2025-03-25".to_owned()),
            ("DEF-018", Found::Flag, "2025-03-25".to_owned()),
        ]
    );
    assert_eq!(found[0].due.unwrap().to_string(), "2025-03-24");
    assert!(found.iter().all(|one| one.statement == decision && one.severity == Severity::U));
    assert!(found.iter().all(|one| one.answer == Some(Answer::Unavoidable)));
    assert_eq!(found[1].says.en, "More than 30 days");
    let mut annulled = case.draft("DecisionAnnulled", "2025-04-20", json!({"reasons": ["LS-01"]}));
    annulled.concerns = vec![decision];
    case.record(annulled);
    assert_eq!(rules(&told(&case)), []);
}

#[test]
fn a_term_that_runs_stands_from_the_day_after_it() {
    let laws = laws();
    let (mut case, decision) = decided(&laws);
    let found = told(&case);
    assert_eq!(rules(&found), [("DEF-019", Found::Overdue, "2025-03-12".to_owned())]);
    assert_eq!((found[0].statement, found[0].answer), (decision, None));
    let mut late = case.draft("ProsecutorTold", "2025-03-14T09:00:00Z", json!({}));
    late.flags = vec![answer("DEF-019")];
    case.take(late);
    let found = told(&case);
    assert_eq!(rules(&found), [("DEF-019", Found::Late, "2025-03-14".to_owned())]);
    assert_eq!(found[0].clock.as_deref(), Some("prosecutor"));
}

/// Nobody is asked to answer D, so no statement says it; rules about other cases among them see
/// those as they were at the position of the act.
#[test]
fn what_is_shown_sees_other_cases_as_of_the_act() {
    let laws = laws();
    let mut case = Case::new(&laws, "holding", 1);
    case.act("Placed", "2025-03-10T09:00:00Z", json!({}));
    case.act("Prolonged", "2025-03-20", json!({"since": "2025-03-10"}));
    let hours = ("HC-HOURS", Found::Flag, "2025-03-20".to_owned());
    let found = told(&case);
    assert_eq!(rules(&found), std::slice::from_ref(&hours));
    assert_eq!((found[0].severity, found[0].answer), (Severity::D, None));

    let mut other = Case::new(&laws, "return", 2);
    other.act("Collected", "2025-03-01", json!({}));
    case.see(&other);
    let open = ("HC-RETURN", Found::Flag, "2025-03-20".to_owned());
    assert_eq!(rules(&told(&case)), [hours.clone(), open]);
    // Recorded later, though it happened before.
    case.related[0][0].position = 5000;
    assert_eq!(rules(&told(&case)), [hours]);

    let asks: Vec<_> = case.acts.iter().map(|act| asks_others(&laws, act)).collect();
    assert_eq!(asks, [true, true], "how long was the person held?");
    let (decided, _) = decided(&laws);
    assert!(!decided.acts.iter().any(|act| asks_others(&laws, act)));
}

/// What the ledger signs may meet doubts of any severity, which nobody answers.
#[test]
fn what_nobody_answers_for_the_ledger_is_shown() {
    let laws = laws();
    let (mut parent, decision) = decided(&laws);
    let mut dispute = dispute(&laws, &parent, decision, "GRANTED");
    dispute.act("JudgmentFinal", "2025-04-20", json!({}));
    parent.serve(decision, "2025-03-11");
    parent.act("Cancelled", "2025-04-25", json!({}));
    parent.see(&dispute);
    let put = parent.take(put(&parent, &dispute).remove(0));
    assert!(asks_others(&laws, parent.acts.last().unwrap()));
    let found = told(&parent);
    let of_put: Vec<_> = found.iter().filter(|one| one.statement == put).collect();
    let [late] = &of_put[..] else { panic!("{found:#?}") };
    assert_eq!((late.rule.as_str(), late.severity), ("ENG-OUT-OF-ORDER", Severity::U));
    assert_eq!(late.answer, None);
}

#[test]
fn findings_are_named_by_the_list_of_their_law() {
    let right = LIST.replace("\"rule, clock\"", "clock");
    let files = FILES.iter().copied().chain([("codes/CL-DEFECT.yaml", right.as_str())]);
    let law = LawBook::read(files).unwrap().law("return", "2020-01-01".parse().unwrap()).unwrap();
    let name =
        |rule: &str| named(&law, rule).map(|name| format!("{} {}", name.code, name.title.en));
    assert_eq!(name("DEF-001-SUFFIX").unwrap(), "DEF-001 Too late");
    assert_eq!(name("ENG-AUTHOR").unwrap(), "DEF-009 Protection", "the number that the list gives");
    assert_eq!(name("RET-MINOR"), None);
}
