//! Types a rule. What passes here cannot fail when it is evaluated.
//!
//! Optional values: a rule may touch one only where the language can see that it is there, that is
//! to the right of `has(x) &&` or of `!has(x) ||`. Everything else does not load.

use std::collections::BTreeSet;

use super::{
    RuleError, Vocabulary,
    expr::{Constant, Expr, Move, Pairing},
    parser::{Kind, Op, Tree},
    question::Question,
};
use crate::law::{
    lists::OFFICES,
    value::{Type, Value, read_span},
};

const FUNCTIONS: &str = "functions: has count recorded date_of instant_of recorded_on times \
    same_signer in_force days working_days months years hours after before due date money param \
    param_at least greatest multiply add stay_days held_since same_body subject_has subject_open \
    subject_term_open subject_recorded";

/// Questions known to have an answer, by the way they are written.
type Present = BTreeSet<String>;

/// A typed part of a rule.
pub(super) struct Typed {
    pub expr: Expr,
    pub ty: Type,
    at: usize,
    /// The optional question this value hangs on, unless it is known to be there.
    unsure: Option<String>,
    if_true: Present,
    if_false: Present,
}

pub(super) struct Checker<'v> {
    pub words: &'v dyn Vocabulary,
}

impl Checker<'_> {
    pub(super) fn check(&self, tree: &Tree, present: &Present) -> Result<Typed, RuleError> {
        let at = tree.at;
        match &tree.kind {
            Kind::Number(text) => number(text, at),
            Kind::Text(text) => Ok(constant(Constant::Text(text.clone()), Type::Text, at)),
            Kind::Bool(truth) => Ok(constant(Constant::Bool(*truth), Type::Bool, at)),
            Kind::List(items) => self.list(items, at, present),
            Kind::Path(path) => self.path(path, at, present),
            Kind::Call(name, arguments, steps) => self.call(name, arguments, steps, at, present),
            Kind::Not(inner) => {
                let inner = self.truth(inner, present)?;
                Ok(Typed {
                    expr: Expr::Not(Box::new(inner.expr)),
                    if_true: inner.if_false,
                    if_false: inner.if_true,
                    ..plain(Expr::Constant(Constant::Bool(true)), Type::Bool, at)
                })
            }
            Kind::And(parts) => self.all(parts, at, present),
            Kind::Or(parts) => self.any(parts, at, present),
            Kind::Compare(Op::In, item, list) => self.member(item, list, present),
            Kind::Compare(op, left, right) => self.compare(*op, left, right, present),
        }
    }

    /// A part whose value must be there.
    pub(super) fn sure(&self, tree: &Tree, present: &Present) -> Result<Typed, RuleError> {
        let typed = self.check(tree, present)?;
        match &typed.unsure {
            None => Ok(typed),
            Some(key) => Err(RuleError::new(typed.at, format!("`{key}` may be absent here"))
                .hint(format!("write `has({key}) && …` before it"))),
        }
    }

    fn truth(&self, tree: &Tree, present: &Present) -> Result<Typed, RuleError> {
        let typed = self.sure(tree, present)?;
        expect(&typed, &Type::Bool)?;
        Ok(typed)
    }

    fn all(&self, parts: &[Tree], at: usize, present: &Present) -> Result<Typed, RuleError> {
        let (exprs, known) = self.junction(parts, present, |typed| typed.if_true)?;
        Ok(Typed { if_true: known, ..plain(Expr::And(exprs), Type::Bool, at) })
    }

    fn any(&self, parts: &[Tree], at: usize, present: &Present) -> Result<Typed, RuleError> {
        let (exprs, known) = self.junction(parts, present, |typed| typed.if_false)?;
        Ok(Typed { if_false: known, ..plain(Expr::Or(exprs), Type::Bool, at) })
    }

    fn junction(
        &self,
        parts: &[Tree],
        present: &Present,
        learns: fn(Typed) -> Present,
    ) -> Result<(Vec<Expr>, Present), RuleError> {
        let mut known = present.clone();
        let mut learned = Present::new();
        let mut exprs = Vec::new();
        for part in parts {
            let mut typed = self.truth(part, &known)?;
            exprs.push(std::mem::replace(&mut typed.expr, Expr::Constant(Constant::Bool(true))));
            let news = learns(typed);
            known.extend(news.iter().cloned());
            learned.extend(news);
        }
        Ok((exprs, learned))
    }

    fn compare(
        &self,
        op: Op,
        left: &Tree,
        right: &Tree,
        present: &Present,
    ) -> Result<Typed, RuleError> {
        let (left, right) = (self.sure(left, present)?, self.sure(right, present)?);
        self.comparable(&left, &right)?;
        if !matches!(op, Op::Equal | Op::Unequal) && !left.ty.is_ordered() {
            return Err(RuleError::new(left.at, format!("`{}` has no order", left.ty))
                .hint("compare it with `==` or `!=`"));
        }
        let at = left.at;
        Ok(plain(Expr::Compare(op, Box::new((left.expr, right.expr))), Type::Bool, at))
    }

    fn member(&self, item: &Tree, list: &Tree, present: &Present) -> Result<Typed, RuleError> {
        let (item, list) = (self.sure(item, present)?, self.sure(list, present)?);
        let Type::List(inner) = &list.ty else {
            return Err(RuleError::new(list.at, format!("`in` needs a list, this is {}", list.ty)));
        };
        let element =
            Typed { ty: (**inner).clone(), ..plain(list.expr.clone(), Type::Bool, list.at) };
        if let Expr::List(options) = &list.expr {
            for option in options {
                let option =
                    Typed { ty: element.ty.clone(), ..plain(option.clone(), Type::Bool, list.at) };
                self.comparable(&item, &option)?;
            }
        } else {
            self.comparable(&item, &element)?;
        }
        let at = item.at;
        Ok(plain(Expr::Compare(Op::In, Box::new((item.expr, list.expr))), Type::Bool, at))
    }

    /// Two values may be compared when their types agree; a text literal is checked against the
    /// code list.
    fn comparable(&self, left: &Typed, right: &Typed) -> Result<(), RuleError> {
        match (&left.ty, &right.ty) {
            (a, b) if a == b && !matches!(a, Type::List(_)) => Ok(()),
            (Type::Code(list), Type::Text) => self.code_literal(list, right),
            (Type::Text, Type::Code(list)) => self.code_literal(list, left),
            (Type::Text, Type::Number | Type::Ref) | (Type::Number | Type::Ref, Type::Text) => {
                Ok(())
            }
            (a, b) => Err(RuleError::new(right.at, format!("{a} cannot be compared with {b}"))
                .hint("both sides must have one type; `date(x)` makes a Date of an Instant")),
        }
    }

    fn code_literal(&self, list: &str, typed: &Typed) -> Result<(), RuleError> {
        let Expr::Constant(Constant::Text(code)) = &typed.expr else { return Ok(()) };
        match self.words.code(list, code) {
            Some(true) => Ok(()),
            Some(false) => Err(RuleError::new(typed.at, format!("`{code}` is not in {list}"))),
            None => Err(RuleError::new(typed.at, format!("there is no code list {list}"))),
        }
    }

    fn list(&self, items: &[Tree], at: usize, present: &Present) -> Result<Typed, RuleError> {
        let mut exprs = Vec::new();
        let mut ty: Option<Type> = None;
        for item in items {
            let typed = self.sure(item, present)?;
            match &ty {
                Some(ty) => expect(&typed, ty)?,
                None => ty = Some(typed.ty),
            }
            exprs.push(typed.expr);
        }
        let ty = ty.ok_or_else(|| RuleError::new(at, "the list is empty"))?;
        Ok(plain(Expr::List(exprs), Type::List(Box::new(ty)), at))
    }

    fn path(&self, path: &[String], at: usize, present: &Present) -> Result<Typed, RuleError> {
        let steps: Vec<&str> = path.iter().map(String::as_str).collect();
        let question = match steps.as_slice() {
            ["facts", name] => self.field(name, at)?,
            ["act", "date"] => Question::ActDate,
            ["act", "instant"] if self.words.has_instant() => Question::ActInstant,
            ["act", "office"] => Question::ActOffice,
            ["act", "source"] => Question::ActSource,
            ["author", "role"] => Question::AuthorRole,
            ["author", "body"] => Question::AuthorBody,
            ["author", "reference"] => Question::AuthorReference,
            ["signers", "role"] => Question::SignerRoles,
            ["signers", "office"] => Question::SignerOffices,
            ["case", "state"] if self.words.has_state() => Question::CaseState,
            ["opened", "date"] => Question::OpenedDate,
            ["opened", "office"] => Question::OpenedOffice,
            ["clock", id, "due"] if self.words.clock(id) => Question::ClockDue((*id).to_owned()),
            ["sealed", name] if self.words.sealed(name) => Question::Sealed((*name).to_owned()),
            ["subjects"] => Question::Subjects,
            ["evidence"] => Question::Evidence,
            _ => {
                return Err(RuleError::new(at, format!("`{}` is not known here", path.join(".")))
                    .hint(self.words.hint(path)));
            }
        };
        Ok(ask(question, at, present))
    }

    fn field(&self, name: &str, at: usize) -> Result<Question, RuleError> {
        let Some((ty, optional)) = self.words.field(name) else {
            let what = if self.words.sealed(name) { "sealed" } else { "not declared" };
            return Err(RuleError::new(at, format!("the field `{name}` is {what}")).hint(
                "a rule reads open fields of its act; of sealed ones it may ask `has(sealed.x)`",
            ));
        };
        Ok(Question::Fact { name: name.to_owned(), ty, optional })
    }

    fn call(
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

fn plain(expr: Expr, ty: Type, at: usize) -> Typed {
    let (if_true, if_false) = (Present::new(), Present::new());
    Typed { expr, ty, at, unsure: None, if_true, if_false }
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

fn constant(value: Constant, ty: Type, at: usize) -> Typed {
    plain(Expr::Constant(value), ty, at)
}

fn ask(question: Question, at: usize, present: &Present) -> Typed {
    let key = question.to_string();
    let unsure = (question.is_optional() && !present.contains(&key)).then_some(key);
    let ty = question.ty();
    Typed { unsure, ..plain(Expr::Ask(question), ty, at) }
}

fn expect(typed: &Typed, ty: &Type) -> Result<(), RuleError> {
    if &typed.ty == ty {
        return Ok(());
    }
    Err(RuleError::new(typed.at, format!("{ty} is needed here, this is {}", typed.ty)))
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

fn number(text: &str, at: usize) -> Result<Typed, RuleError> {
    if let Ok(date) = text.parse() {
        return Ok(constant(Constant::Date(date), Type::Date, at));
    }
    if let Some(span) = read_span(text) {
        let (value, ty) = match span {
            Value::Months(n) => (Constant::Months(n), Type::Months),
            Value::Days(n) => (Constant::Days(n), Type::Days),
            Value::WorkingDays(n) => (Constant::WorkingDays(n), Type::WorkingDays),
            Value::Hours(n) => (Constant::Hours(n), Type::Hours),
            _ => return Err(RuleError::new(at, format!("`{text}` is not a span"))),
        };
        return Ok(constant(value, ty, at));
    }
    match text.parse() {
        Ok(int) if text.bytes().all(|b| b.is_ascii_digit()) => {
            Ok(constant(Constant::Int(int), Type::Int, at))
        }
        _ => Err(RuleError::new(at, format!("`{text}` is no number, span or date"))
            .hint("write `12`, `30d`, `15wd`, `36m`, `3y`, `24h` or `2025-03-10`")),
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
