//! The rule language: small, typed, total.
//!
//! Literals `2025-03-10 · 36m · 3y · 30d · 15wd · 24h · 12 · "text or code" · true · ["a", "b"]`;
//! operators `== != < <= > >= && || ! in`; no arithmetic. A rule sees the statement, this case's
//! and the subjects' earlier acts and the package; never the clock and never its own act's
//! `recorded_at`.
//!
//! Paths: `facts.x`, `facts(ActId).x` (the latest such act of this case not after this one),
//! `has(sealed.x)`, `act.date`, `act.instant`, `act.office`, `act.source`,
//! `author.role|body|reference`, `signers.role|office`, `case.state`, `opened.date|office`,
//! `clock.ID.due`, `subjects`, `evidence`.
//!
//! Functions: `has(path)`, `count(list)`, `recorded(Act)`, `date_of(Act)`, `recorded_on(Act)`,
//! `times(Act)`, `same_signer(Act)`, `days|working_days|months|years|hours(n)`, `after(date,
//! span)`, `before(date, span)`, `due(date, span)`, `date(instant)`, `money(n, "UAH")`,
//! `param(name)`, `param_at(name, date)`, `same_body(a, b)`, `subject_has("procedure", [states])`,
//! `subject_term_open("procedure", [states], "clock")`, `subject_recorded("procedure", Act)`, and
//!
//! - `least(a, b)`, `greatest(a, b)`: of two values of one ordered type; amounts of different
//!   currencies give nothing.
//! - `multiply(x, n)`, `add(a, b)`: Money or Int; `n` is an Int.
//! - `instant_of(Act)`: Instant, optional; of acts `at: instant` and of the engine's acts.
//! - `in_force(Act)`: the latest such act of this case stands; of the outcomes in court that concern
//!   it the last one counts, and only `DecisionUpheld` leaves it in force.
//! - `held_since("procedure", Start, End)`: Date, optional (CNT-6). The day from which detention
//!   would have run without gaps: `act.date` less all days on which a subject of this case was held
//!   in any case of that procedure, this one included, up to the act. A period runs from a Start to
//!   the next End, both days counted; a day counts once. An act that is itself a Start begins a
//!   period. Absent when nobody is held.
//! - `stay_days(entries, exits, date, span)`: Int. Days in the country within the window of `span`
//!   days that ends on `date`; entries and exits are lists of dates in order, days of entry and exit
//!   count, a day counts once. Whoever has not left, because exits are fewer or absent, is there
//!   until `date`.
//! - `subject_open("procedure")`: a subject of this case has another case of that procedure that is
//!   neither final nor closed.
//!
//! What does not type does not load, so evaluation cannot fail. An optional value may be touched
//! only to the right of `has(x) &&` or `!has(x) ||`. Should a value still be missing (a parameter
//! not yet in force, an old act read under another edition), every comparison with it is false.

mod check;
mod expr;
mod lexer;
mod parser;
mod partial;
mod question;
#[cfg(test)]
mod tests;

use std::fmt;

pub use expr::{Scope, Seen};
pub use lexer::RULE_CHARS_MAX;
pub use parser::RULE_DEPTH_MAX;
pub use question::{Question, STATES};

use crate::law::value::{Type, Value};

/// The names a rule may use: what its act, its procedure and its package declare.
pub trait Vocabulary {
    /// Type and optionality of an open field of the act.
    fn field(&self, name: &str) -> Option<(Type, bool)>;
    /// Whether the act declares this sealed field.
    fn sealed(&self, name: &str) -> bool;
    /// Whether the procedure, or the engine, has this act.
    fn knows_act(&self, act: &str) -> bool;
    /// Type of an open field of another act.
    fn field_of(&self, act: &str, name: &str) -> Option<Type>;
    /// Whether a list holds a code; `None` where there is no such list.
    fn code(&self, list: &str, code: &str) -> Option<bool>;
    /// The type of a parameter.
    fn param(&self, name: &str) -> Option<Type>;
    /// Whether the procedure has this clock.
    fn clock(&self, id: &str) -> bool;
    /// Whether the act has an instant.
    fn has_instant(&self) -> bool;
    /// Whether another act may have an instant.
    fn act_has_instant(&self, act: &str) -> bool;
    /// Whether there is a state before the act.
    fn has_state(&self) -> bool;

    /// What may have been meant by an unknown path.
    fn hint(&self, path: &[String]) -> String {
        match path.first().map(String::as_str) {
            Some("act") => "`act` has date, office, source, and instant where `at: instant`".into(),
            Some("case") => "`case.state` exists only for acts that do not open a case".into(),
            Some("clock") => "a clock of this procedure is read as `clock.ID.due`".into(),
            Some("facts" | "sealed") => "declare the field under `fields`".into(),
            _ => "paths begin with facts, act, author, signers, case, opened, clock".into(),
        }
    }
}

/// A rule that does not parse or type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RuleError {
    /// The character of the rule where it goes wrong, from 0.
    pub at: usize,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
}

impl RuleError {
    fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), hint: None }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A typed rule, ready to evaluate.
#[derive(Clone, PartialEq, Eq)]
pub struct Rule {
    expr: expr::Expr,
    /// As the file writes it, for those who read the law.
    text: Box<str>,
}

impl Rule {
    /// Parses and types a condition.
    pub fn condition(text: &str, words: &dyn Vocabulary) -> Result<Self, RuleError> {
        let (rule, ty) = Self::typed(text, words, false)?;
        match ty {
            Type::Bool => Ok(rule),
            other => Err(RuleError::new(0, format!("the rule is {other}, it must be Bool"))
                .hint("compare it with something")),
        }
    }

    /// Parses and types a value that may be absent, such as a clock's last day.
    pub fn value_of(text: &str, words: &dyn Vocabulary) -> Result<(Self, Type), RuleError> {
        Self::typed(text, words, true)
    }

    fn typed(
        text: &str,
        words: &dyn Vocabulary,
        optional: bool,
    ) -> Result<(Self, Type), RuleError> {
        let tree = parser::parse(text)?;
        let checker = check::Checker { words };
        let none = std::collections::BTreeSet::new();
        let typed =
            if optional { checker.check(&tree, &none) } else { checker.sure(&tree, &none) }?;
        Ok((Self { expr: typed.expr, text: text.into() }, typed.ty))
    }

    /// The rule as it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the condition holds.
    pub fn holds<'a>(&'a self, scope: &dyn Scope<'a>) -> bool {
        self.expr.holds(scope)
    }

    /// The value, or [`Value::Absent`].
    pub fn value<'a>(&'a self, scope: &dyn Scope<'a>) -> Value<'a> {
        self.expr.value(scope)
    }

    /// Whether the condition holds, where some questions have no answer yet: `None` where it hangs
    /// on them.
    pub fn finding<'a>(
        &'a self,
        scope: &dyn Scope<'a>,
        open: &dyn Fn(&Question) -> bool,
    ) -> Option<bool> {
        partial::finding(&self.expr, scope, open)
    }

    /// Shows every question and parameter of the rule.
    pub fn visit<'a>(&'a self, mut see: impl FnMut(Seen<'a>)) {
        self.expr.visit(&mut see);
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rule({:?})", self.expr)
    }
}
