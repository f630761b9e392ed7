//! Why an act is possible in a case or not, rule by rule, before anything is drafted.

use serde::Serialize;
use serde_json::Value as Json;

use super::{
    file::{ActKind, Severity},
    fold::{Item, Moment, Related, View, fold, items},
    judge::judge,
    laws::{Laws, Question as DueQuestion},
    model::{ActLaw, Effect, From, RuleLaw},
    next::{NextAct, next_acts},
    rule::{Question, Scope as _, Seen},
    value::Value,
};
use crate::{
    act::RecordedAct,
    ids::StatementHash,
    statement::Statement,
    violation::{Certainty, Violation, Words},
};

/// An act in a case, explained.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    pub procedure: String,
    /// The edition that judges the act.
    pub edition: jiff::civil::Date,
    /// The legal date it is judged on.
    pub on: jiff::civil::Date,
    /// The state on that date.
    pub state: Option<String>,
    pub state_title: Option<Words>,
    /// States in which it is possible; `None` is any that is not final.
    pub from: Option<Vec<String>>,
    /// State, stop, who signs, terms that wait, and what refuses it as the case stands now.
    pub next: NextAct,
    /// Whether the role given may sign it, or record it for another; `None` where none was given.
    pub role_fits: Option<RoleFit>,
    pub rules: Vec<RuleFinding>,
    /// Facts given that the act cannot hold: rules would be asked of nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unfit: Vec<Violation>,
}

/// Codes of refusals that say of a given fact that it can never be one of the act.
const UNFIT: [&str; 4] = ["fact-must-be-sealed", "unknown-code", "unknown-fact", "wrong-fact"];

/// What a role may do with an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RoleFit {
    Signs,
    Records,
    Neither,
}

/// One rule, with what it asks and what it finds.
#[derive(Debug, Clone, Serialize)]
pub struct RuleFinding {
    pub rule: String,
    /// `None` where it refuses.
    pub severity: Option<Severity>,
    /// Whether it refuses or flags; `None` where that hangs on what was not given yet.
    pub holds: Option<bool>,
    pub condition: String,
    pub asks: Vec<Asked>,
    pub says: Words,
    pub mend: Option<Words>,
    pub basis: Vec<String>,
    pub certainty: Certainty,
}

/// A question of a rule and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// As the rule writes it.
    pub question: String,
    /// `None` where there is no answer.
    pub answer: Option<Json>,
    /// It is for the signer to give, and was not given.
    pub is_open: bool,
}

/// Explains the act of `candidate` in its case. What the candidate leaves out is open: signers, the
/// author, facts. `None` where no edition in force on its date has the act.
pub fn explain<'a>(
    laws: &'a Laws,
    acts: &'a [RecordedAct],
    related: &[Related<'a>],
    candidate: &'a Statement,
    view: View,
) -> Option<Explanation> {
    let date = candidate.occurred_at.date_in(laws.zone());
    let items = items(laws, acts);
    let case = fold(laws, &items, View { date, ..view });
    let procedure = case.procedure.or(candidate.law.as_ref().map(|law| law.procedure.as_str()))?;
    let opened = case.opened.map(|opened| opened.date);
    let due = laws.due(DueQuestion { procedure, date, opened, position: view.position })?;
    let act = due.law().act(&candidate.act)?;
    let item = Item {
        statement: candidate,
        hash: StatementHash([0; 32]),
        position: view.position,
        recorded_on: None,
        number: None,
        date,
    };
    let moment = Moment::new(laws, due.law(), &case, &item).among(related);
    let open = |question: &Question| is_open(question, candidate, act);
    let next = next_acts(laws, procedure, acts, View { date, ..view });
    Some(Explanation {
        procedure: procedure.to_owned(),
        edition: due.law().edition,
        on: date,
        state: case.state.map(str::to_owned),
        state_title: case
            .state
            .and_then(|state| due.states_law().states.get(state))
            .map(|state| state.title.clone()),
        from: match &act.from {
            From::Any => None,
            From::States(states) => Some(states.clone()),
        },
        next: next.into_iter().find(|next| next.act == act.id)?,
        role_fits: candidate.signers.first().map(|signer| fit(act, &signer.role)),
        rules: act.rules.iter().map(|rule| finding(rule, &moment, &open)).collect(),
        unfit: unfit(laws, acts, related, candidate, view),
    })
}

/// What is wrong with the facts given; what is missing is told as open.
fn unfit<'a>(
    laws: &'a Laws,
    acts: &'a [RecordedAct],
    related: &[Related<'a>],
    candidate: &'a Statement,
    view: View,
) -> Vec<Violation> {
    if candidate.facts.is_empty() {
        return Vec::new();
    }
    let mut refusals = judge(laws, acts, related, candidate, view).refusals;
    refusals.retain(|one| UNFIT.contains(&one.code) && one.pointer.starts_with("/facts/"));
    refusals
}

fn fit(act: &ActLaw, role: &str) -> RoleFit {
    let is = |one: &String| one == role;
    if act.kind != ActKind::External && act.signed_by.iter().flatten().any(is) {
        RoleFit::Signs
    } else if act.recorded_by.iter().any(is) {
        RoleFit::Records
    } else {
        RoleFit::Neither
    }
}

fn finding<'a>(
    rule: &'a RuleLaw,
    moment: &Moment<'a, '_>,
    open: &dyn Fn(&Question) -> bool,
) -> RuleFinding {
    let mut asks: Vec<Asked> = Vec::new();
    rule.condition.visit(|seen| {
        let Seen::Question(question) = seen else { return };
        let written = question.to_string();
        if asks.iter().any(|asked| asked.question == written) {
            return;
        }
        let is_open = open(question);
        let answer = if is_open { None } else { shown(&moment.answer(question)) };
        asks.push(Asked { question: written, answer, is_open });
    });
    RuleFinding {
        rule: rule.id.clone(),
        severity: match rule.effect {
            Effect::Refuse => None,
            Effect::Flag(severity) => Some(severity),
        },
        holds: rule.condition.finding(&moment, open),
        condition: rule.condition.text().to_owned(),
        asks,
        says: rule.says.clone(),
        mend: rule.mend.clone(),
        basis: rule.basis.clone(),
        certainty: rule.certainty,
    }
}

/// What a candidate has not said yet. An optional fact is taken as left out on purpose once any fact
/// is given.
fn is_open(question: &Question, candidate: &Statement, act: &ActLaw) -> bool {
    match question {
        Question::Fact { name, optional, .. } => {
            !candidate.facts.contains_key(name) && (!optional || candidate.facts.is_empty())
        }
        Question::Sealed(name) => {
            !candidate.sealed.contains_key(name) && candidate.facts.is_empty()
        }
        Question::SignerRoles
        | Question::SignerOffices
        | Question::ActOffice
        | Question::SameSigner(_) => candidate.signers.is_empty(),
        Question::AuthorRole | Question::AuthorBody | Question::AuthorReference => {
            act.kind == ActKind::External && candidate.author.is_none()
        }
        Question::Evidence => candidate.evidence.is_empty() && candidate.facts.is_empty(),
        _ => false,
    }
}

/// An answer as facts are written; nothing where there is none.
fn shown(value: &Value<'_>) -> Option<Json> {
    Some(match value {
        Value::Absent => return None,
        Value::Date(date) => Json::from(date.to_string()),
        Value::Instant(at) => Json::from(at.to_string()),
        Value::Months(n) => Json::from(format!("{n}m")),
        Value::Days(n) => Json::from(format!("{n}d")),
        Value::WorkingDays(n) => Json::from(format!("{n}wd")),
        Value::Hours(n) => Json::from(format!("{n}h")),
        Value::Money(amount, currency) => {
            serde_json::json!({"amount": amount, "currency": currency})
        }
        Value::Bool(truth) => Json::from(*truth),
        Value::Int(int) => Json::from(*int),
        Value::Text(text) => Json::from(*text),
        Value::List(items) => Json::Array(items.iter().filter_map(shown).collect()),
    })
}
