//! Runs the examples of rules.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{civil::Date, tz::TimeZone};
use serde_json::Value as Json;

use crate::law::{
    calendar::Calendar,
    file::Example,
    lists::OFFICES,
    model::{Law, RuleLaw},
    problem::Problem,
    rule::{Question, Scope, Seen},
    value::{Type, Value},
};

/// Examples whose date no edition of their rule covers.
#[derive(Default)]
pub(super) struct Unrun {
    seen: BTreeMap<(String, String), Problem>,
    ran: BTreeSet<(String, String)>,
}

impl Unrun {
    pub(super) fn problems(self) -> impl Iterator<Item = Problem> {
        let ran = self.ran;
        self.seen.into_iter().filter(move |(key, _)| !ran.contains(key)).map(|(_, p)| p)
    }
}

/// Runs every rule's examples that fall into the edition, which ends before `next`.
pub(super) fn run(law: &Law, next: Date, unrun: &mut Unrun) -> Vec<Problem> {
    let mut problems = Vec::new();
    for act in law.acts.values() {
        for rule in &act.rules {
            for (example, fires) in rule.examples.iter().zip([true, false]) {
                let what = if fires { "fires_on" } else { "silent_on" };
                let Some(example) = example else {
                    let message = format!("{} has no example `{what}`", rule.id);
                    let hint = format!("add `{what}: {{facts.x: …}}`, written as the rule asks");
                    problems.push(at(rule, message).hint(hint));
                    continue;
                };
                problems.extend(unknown_keys(rule, example));
                let date = match date_of(example, law.edition) {
                    Ok(date) => date,
                    Err(message) => {
                        let message = format!("{what} of {}: {message}", rule.id);
                        problems.push(at(rule, message).hint("such as `act.date: 2025-03-10`"));
                        continue;
                    }
                };
                let key = (format!("{}/{}", act.id, rule.id), what.to_owned());
                if law.edition > date || date >= next {
                    let message = format!(
                        "{what} of {} is dated {date}, when the rule is not in force",
                        rule.id
                    );
                    let problem = at(rule, message).hint("give a day on which it is in force");
                    unrun.seen.entry(key).or_insert(problem);
                    continue;
                }
                unrun.ran.insert(key);
                let scope = ExampleScope { law, example, date, zone: TimeZone::UTC };
                if rule.condition.holds(&&scope) != fires {
                    let found = if fires { "does not fire" } else { "fires" };
                    let message = format!("{} {found} on its example `{what}`", rule.id);
                    problems.push(at(rule, message).hint("mend the rule or the example"));
                }
            }
        }
    }
    problems
}

fn at(rule: &RuleLaw, message: String) -> Problem {
    Problem::new(&rule.origin.file, rule.origin.at, message)
}

fn date_of(example: &Example, edition: Date) -> Result<Date, String> {
    match example.get("act.date") {
        None => Ok(edition),
        Some(json) => json
            .as_str()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| format!("act.date {json} is no date")),
    }
}

/// Keys the rule does not ask for, and values of another type.
fn unknown_keys(rule: &RuleLaw, example: &Example) -> Vec<Problem> {
    let mut asked: BTreeMap<String, Type> = BTreeMap::new();
    rule.condition.visit(|seen| {
        if let Seen::Question(question) = seen {
            let ty = match question {
                Question::SubjectHas { .. } => Type::Text,
                other => other.ty(),
            };
            asked.insert(question.to_string(), ty);
        }
    });
    asked.insert("act.date".to_owned(), Type::Date);
    let mut problems = Vec::new();
    for (key, json) in example {
        match asked.get(key) {
            None => problems.push(
                at(rule, format!("{} does not ask for `{key}`", rule.id))
                    .hint("write it as the rule does"),
            ),
            Some(ty) if ty.read(json).is_none() && json != &serde_json::json!([]) => {
                let message = format!("`{key}: {json}` is no {ty}");
                problems.push(at(rule, message).hint("write a value of that type"));
            }
            Some(_) => {}
        }
    }
    problems
}

struct ExampleScope<'a> {
    law: &'a Law,
    example: &'a Example,
    date: Date,
    zone: TimeZone,
}

impl<'a> ExampleScope<'a> {
    fn json(&self, question: &Question) -> Option<&'a Json> {
        self.example.get(&question.to_string())
    }
}

impl<'a> Scope<'a> for &ExampleScope<'a> {
    fn answer(&self, question: &'a Question) -> Value<'a> {
        let read = self.json(question);
        match question {
            Question::ActDate => Value::Date(self.date),
            Question::SubjectHas { states, .. } => {
                let state = read.and_then(Json::as_str);
                Value::Bool(state.is_some_and(|state| states.iter().any(|s| s == state)))
            }
            Question::Times(_) => read.and_then(Json::as_i64).map_or(Value::Int(0), Value::Int),
            other => read.and_then(|json| other.ty().read(json)).unwrap_or(Value::Absent),
        }
    }

    fn param(&self, name: &str, ty: &Type, date: Date) -> Value<'a> {
        let value = self.law.parameters.get(name).and_then(|parameter| parameter.on(date));
        value.and_then(|json| ty.read(json)).unwrap_or(Value::Absent)
    }

    fn act_date(&self) -> Date {
        self.date
    }

    fn same_body(&self, one: &str, other: &str) -> bool {
        let body = |office| self.law.lists.get(OFFICES).and_then(|l| l.body(office, self.date));
        body(one).is_some_and(|found| body(other) == Some(found))
    }

    fn calendar(&self) -> &Calendar {
        &self.law.calendar
    }

    fn zone(&self) -> &TimeZone {
        &self.zone
    }
}
