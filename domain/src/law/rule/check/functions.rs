//! The functions that a rule may call, and what each takes.

use super::{Checker, Present, Typed, ask, constant, expect, number, plain};
use crate::law::{
    lists::OFFICES,
    rule::{
        RuleError,
        expr::{Constant, Expr, Move, Pairing},
        parser::{Kind, Tree},
        question::Question,
    },
    value::Type,
};

const FUNCTIONS: &str = "functions: has count recorded date_of instant_of recorded_on times \
    same_signer in_force days working_days months years hours after before due date money param \
    param_at least greatest multiply add stay_days held_since same_body subject_has subject_open \
    subject_term_open subject_recorded";

impl Checker<'_> {
    pub(super) fn call(
        &self,
        name: &str,
        arguments: &[Tree],
        steps: &[String],
        at: usize,
        present: &Present,
    ) -> Result<Typed, RuleError> {
        if name == "facts" {
            return self.fact_of(arguments, steps, at, present);
        }
        if !steps.is_empty() {
            return Err(RuleError::new(at, format!("nothing can follow `{name}(…)`")));
        }
        match (name, arguments) {
            ("has", [inner]) => self.has(inner, at, present),
            ("count", [list]) => {
                let list = self.sure(list, present)?;
                if !matches!(list.ty, Type::List(_)) {
                    return Err(RuleError::new(at, format!("{} cannot be counted", list.ty)));
                }
                Ok(plain(Expr::Count(Box::new(list.expr)), Type::Int, at))
            }
            ("days" | "working_days" | "months" | "years" | "hours", [length]) => {
                span(name, length, at)
            }
            ("after", [start, length]) => self.shift(Move::After, start, length, present),
            ("before", [start, length]) => self.shift(Move::Before, start, length, present),
            ("due", [start, length]) => self.shift(Move::Due, start, length, present),
            ("least", [a, b]) => self.choice(Pairing::Least, a, b, present),
            ("greatest", [a, b]) => self.choice(Pairing::Greatest, a, b, present),
            ("multiply", [a, n]) => self.multiply(a, n, present),
            ("add", [a, b]) => self.add(a, b, present),
            ("stay_days", [entries, exits, date, length]) => {
                self.stay_days([entries, exits, date, length], at, present)
            }
            ("date", [instant]) => {
                let instant = self.sure(instant, present)?;
                expect(&instant, &Type::Instant)?;
                Ok(plain(Expr::DateOf(Box::new(instant.expr)), Type::Date, at))
            }
            ("money", [amount, currency]) => money(amount, currency, at),
            ("param", [name]) => self.param(name, None, at),
            ("param_at", [name, date]) => {
                let date = self.sure(date, present)?;
                expect(&date, &Type::Date)?;
                self.param(name, Some(date.expr), at)
            }
            ("same_body", [a, b]) => {
                let (a, b) = (self.sure(a, present)?, self.sure(b, present)?);
                expect_office(&a)?;
                expect_office(&b)?;
                Ok(plain(Expr::SameBody(Box::new((a.expr, b.expr))), Type::Bool, at))
            }
            _ => Ok(ask(self.question(name, arguments, at)?, at, present)),
        }
    }

    fn question(&self, name: &str, arguments: &[Tree], at: usize) -> Result<Question, RuleError> {
        Ok(match (name, arguments) {
            ("recorded", [act]) => Question::Recorded(self.act(act)?),
            ("date_of", [act]) => Question::DateOf(self.act(act)?),
            ("instant_of", [act]) => Question::InstantOf(self.act_with_instant(act)?),
            ("recorded_on", [act]) => Question::RecordedOn(self.act(act)?),
            ("times", [act]) => Question::Times(self.act(act)?),
            ("same_signer", [act]) => Question::SameSigner(self.act(act)?),
            ("in_force", [act]) => Question::InForce(self.act(act)?),
            ("held_since", [procedure, start, end]) => Question::HeldSince {
                procedure: literal(procedure)?,
                start: word(start)?,
                end: word(end)?,
            },
            ("subject_open", [procedure]) => Question::SubjectOpen(literal(procedure)?),
            ("subject_has", [procedure, states]) => {
                Question::SubjectHas { procedure: literal(procedure)?, states: literals(states)? }
            }
            ("subject_term_open", [procedure, states, clock]) => Question::SubjectTermOpen {
                procedure: literal(procedure)?,
                states: literals(states)?,
                clock: literal(clock)?,
            },
            ("subject_recorded", [procedure, act]) => {
                Question::SubjectRecorded { procedure: literal(procedure)?, act: word(act)? }
            }
            _ => {
                return Err(RuleError::new(
                    at,
                    format!("there is no function `{name}` with {} arguments", arguments.len()),
                )
                .hint(FUNCTIONS));
            }
        })
    }

    fn act(&self, tree: &Tree) -> Result<String, RuleError> {
        let act = word(tree)?;
        if self.words.knows_act(&act) {
            return Ok(act);
        }
        Err(RuleError::new(tree.at, format!("this procedure has no act `{act}`"))
            .hint("name an act of this edition or of the engine"))
    }

    fn act_with_instant(&self, tree: &Tree) -> Result<String, RuleError> {
        let act = self.act(tree)?;
        if self.words.act_has_instant(&act) {
            return Ok(act);
        }
        Err(RuleError::new(tree.at, format!("{act} has a day, no instant"))
            .hint("use `date_of`, or give the act `at: instant`"))
    }

    fn fact_of(
        &self,
        arguments: &[Tree],
        steps: &[String],
        at: usize,
        present: &Present,
    ) -> Result<Typed, RuleError> {
        let ([act], [name]) = (arguments, steps) else {
            return Err(RuleError::new(
                at,
                "an earlier act's field is written `facts(ActId).field`",
            ));
        };
        let act = self.act(act)?;
        let Some(ty) = self.words.field_of(&act, name) else {
            return Err(RuleError::new(at, format!("{act} has no open field `{name}`"))
                .hint("declare it under the act's `fields`, `kept: open`"));
        };
        Ok(ask(Question::FactOf { act, name: name.clone(), ty }, at, present))
    }

    fn has(&self, inner: &Tree, at: usize, present: &Present) -> Result<Typed, RuleError> {
        let inner = self.check(inner, present)?;
        let Expr::Ask(question) = &inner.expr else {
            return Err(RuleError::new(
                inner.at,
                "`has` asks for a path, such as `has(facts.ban)`",
            ));
        };
        let key = question.to_string();
        let expr = Expr::Has(question.clone());
        Ok(Typed { if_true: Present::from([key]), ..plain(expr, Type::Bool, at) })
    }

    fn shift(
        &self,
        by: Move,
        start: &Tree,
        length: &Tree,
        present: &Present,
    ) -> Result<Typed, RuleError> {
        let (start, length) = (self.sure(start, present)?, self.sure(length, present)?);
        let fits = match (&start.ty, &length.ty) {
            (Type::Date, Type::Days | Type::WorkingDays | Type::Months) => true,
            (Type::Instant, Type::Hours) => by != Move::Due,
            _ => false,
        };
        if !fits {
            let found = format!("a term cannot be counted from {} by {}", start.ty, length.ty);
            return Err(RuleError::new(length.at, found)
                .hint("dates take days, working days, months and years; instants take hours"));
        }
        let (ty, at) = (start.ty, start.at);
        Ok(plain(Expr::Shift(by, Box::new((start.expr, length.expr))), ty, at))
    }

    /// The lesser or the greater of two values of one ordered type.
    fn choice(
        &self,
        how: Pairing,
        a: &Tree,
        b: &Tree,
        present: &Present,
    ) -> Result<Typed, RuleError> {
        let (a, b) = (self.sure(a, present)?, self.sure(b, present)?);
        if !a.ty.is_ordered() {
            return Err(RuleError::new(a.at, format!("`{}` has no order", a.ty)));
        }
        expect(&b, &a.ty)?;
        Ok(pair(how, a, b))
    }

    fn multiply(&self, a: &Tree, n: &Tree, present: &Present) -> Result<Typed, RuleError> {
        let (a, n) = (self.sure(a, present)?, self.sure(n, present)?);
        summable(&a)?;
        expect(&n, &Type::Int)?;
        Ok(pair(Pairing::Multiply, a, n))
    }

    fn add(&self, a: &Tree, b: &Tree, present: &Present) -> Result<Typed, RuleError> {
        let (a, b) = (self.sure(a, present)?, self.sure(b, present)?);
        summable(&a)?;
        expect(&b, &a.ty)?;
        Ok(pair(Pairing::Add, a, b))
    }

    /// Nobody has left yet where the exits are absent, so they need no `has`.
    fn stay_days(
        &self,
        [entries, exits, last, length]: [&Tree; 4],
        at: usize,
        present: &Present,
    ) -> Result<Typed, RuleError> {
        let dates = Type::List(Box::new(Type::Date));
        let (entries, exits) = (self.sure(entries, present)?, self.check(exits, present)?);
        let (last, length) = (self.sure(last, present)?, self.sure(length, present)?);
        expect(&entries, &dates)?;
        expect(&exits, &dates)?;
        expect(&last, &Type::Date)?;
        expect(&length, &Type::Days)?;
        let parts = Box::new([entries.expr, exits.expr, last.expr, length.expr]);
        Ok(plain(Expr::StayDays(parts), Type::Int, at))
    }

    fn param(&self, name: &Tree, date: Option<Expr>, at: usize) -> Result<Typed, RuleError> {
        let id = word(name).or_else(|_| literal(name))?;
        let Some(ty) = self.words.param(&id) else {
            return Err(RuleError::new(name.at, format!("there is no parameter `{id}`"))
                .hint("parameters lie in parameters/"));
        };
        Ok(plain(Expr::Param(id, ty.clone(), date.map(Box::new)), ty, at))
    }
}

fn pair(how: Pairing, a: Typed, b: Typed) -> Typed {
    let (ty, at) = (a.ty, a.at);
    plain(Expr::Pair(how, Box::new((a.expr, b.expr))), ty, at)
}

fn summable(typed: &Typed) -> Result<(), RuleError> {
    match typed.ty {
        Type::Int | Type::Money => Ok(()),
        _ => Err(RuleError::new(typed.at, format!("Int or Money is needed, this is {}", typed.ty))),
    }
}

/// An office: as the engine knows it, as a code of the offices, or as a number.
fn expect_office(typed: &Typed) -> Result<(), RuleError> {
    match &typed.ty {
        Type::Text | Type::Number => Ok(()),
        Type::Code(list) if list == OFFICES => Ok(()),
        other => {
            let message = format!("an office (Code<{OFFICES}>) is needed here, this is {other}");
            Err(RuleError::new(typed.at, message))
        }
    }
}

fn span(unit: &str, length: &Tree, at: usize) -> Result<Typed, RuleError> {
    let Kind::Number(digits) = &length.kind else {
        return Err(RuleError::new(length.at, format!("`{unit}` takes a written number")));
    };
    let suffix = match unit {
        "days" => "d",
        "working_days" => "wd",
        "months" => "m",
        "years" => "y",
        _ => "h",
    };
    number(&format!("{digits}{suffix}"), at)
}

fn money(amount: &Tree, currency: &Tree, at: usize) -> Result<Typed, RuleError> {
    let Kind::Number(digits) = &amount.kind else {
        return Err(RuleError::new(amount.at, "an amount is a written number of minor units"));
    };
    let amount = digits
        .parse()
        .map_err(|_| RuleError::new(amount.at, "an amount is a written number of minor units"))?;
    Ok(constant(Constant::Money(amount, literal(currency)?), Type::Money, at))
}

fn word(tree: &Tree) -> Result<String, RuleError> {
    match &tree.kind {
        Kind::Path(path) if path.len() == 1 => Ok(path[0].clone()),
        _ => Err(RuleError::new(tree.at, "a bare name is needed here")),
    }
}

fn literal(tree: &Tree) -> Result<String, RuleError> {
    match &tree.kind {
        Kind::Text(text) => Ok(text.clone()),
        _ => Err(RuleError::new(tree.at, "a text in quotes is needed here")),
    }
}

fn literals(tree: &Tree) -> Result<Vec<String>, RuleError> {
    match &tree.kind {
        Kind::List(items) if !items.is_empty() => items.iter().map(literal).collect(),
        _ => Err(RuleError::new(tree.at, "a list of texts is needed here")),
    }
}
