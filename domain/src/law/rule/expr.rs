//! The typed tree of a rule and its total evaluator.

use std::cmp::Ordering;

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use super::{parser::Op, question::Question};
use crate::law::{
    calendar::{Calendar, days_of},
    value::{Type, Value},
};

/// What a rule is evaluated against.
pub trait Scope<'a> {
    /// The answer, or [`Value::Absent`].
    fn answer(&self, question: &'a Question) -> Value<'a>;
    /// A dated parameter on a date, read as `ty`.
    fn param(&self, name: &str, ty: &Type, date: Date) -> Value<'a>;
    /// The legal date of the act judged.
    fn act_date(&self) -> Date;
    /// Whether two office codes mean one territorial body on the act's date.
    fn same_body(&self, one: &str, other: &str) -> bool;
    /// Working days.
    fn calendar(&self) -> &Calendar;
    /// The ledger's time zone.
    fn zone(&self) -> &TimeZone;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Constant {
    Date(Date),
    Months(i32),
    Days(i32),
    WorkingDays(i32),
    Hours(i32),
    Money(i64, String),
    Bool(bool),
    Int(i64),
    Text(String),
}

/// How a term moves a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Move {
    /// Plain calendar, forward.
    After,
    /// Plain calendar, back.
    Before,
    /// Forward to the end of a term: rolls to a working day (CNT-2).
    Due,
}

/// What is made of two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pairing {
    Least,
    Greatest,
    Multiply,
    Add,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expr {
    Constant(Constant),
    Ask(Question),
    Has(Question),
    Count(Box<Expr>),
    List(Vec<Expr>),
    Shift(Move, Box<(Expr, Expr)>),
    Pair(Pairing, Box<(Expr, Expr)>),
    /// Entries, exits, last day and length of the window.
    StayDays(Box<[Expr; 4]>),
    DateOf(Box<Expr>),
    Param(String, Type, Option<Box<Expr>>),
    SameBody(Box<(Expr, Expr)>),
    Not(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Compare(Op, Box<(Expr, Expr)>),
}

impl Expr {
    pub(super) fn value<'a>(&'a self, scope: &dyn Scope<'a>) -> Value<'a> {
        match self {
            Self::Constant(constant) => constant.value(),
            Self::Ask(question) => scope.answer(question),
            Self::Has(question) => Value::Bool(match scope.answer(question) {
                Value::Absent => false,
                Value::Bool(sealed) if matches!(question, Question::Sealed(_)) => sealed,
                _ => true,
            }),
            Self::Count(list) => match list.value(scope) {
                Value::List(items) => Value::Int(i64::try_from(items.len()).unwrap_or(i64::MAX)),
                _ => Value::Int(0),
            },
            Self::List(items) => Value::List(items.iter().map(|item| item.value(scope)).collect()),
            Self::Shift(by, pair) => {
                shift(*by, &pair.0.value(scope), &pair.1.value(scope), scope.calendar())
            }
            Self::Pair(how, pair) => paired(*how, pair.0.value(scope), pair.1.value(scope)),
            Self::StayDays(parts) => {
                let [entries, exits, last, length] = parts.each_ref().map(|p| p.value(scope));
                stay_days(&entries, &exits, &last, &length)
            }
            Self::DateOf(instant) => match instant.value(scope) {
                Value::Instant(instant) => {
                    Value::Date(instant.to_zoned(scope.zone().clone()).date())
                }
                _ => Value::Absent,
            },
            Self::Param(name, ty, None) => scope.param(name, ty, scope.act_date()),
            Self::Param(name, ty, Some(date)) => match date.value(scope) {
                Value::Date(date) => scope.param(name, ty, date),
                _ => Value::Absent,
            },
            other => Value::Bool(other.holds(scope)),
        }
    }

    pub(super) fn holds<'a>(&'a self, scope: &dyn Scope<'a>) -> bool {
        match self {
            Self::Not(inner) => !inner.holds(scope),
            Self::And(parts) => parts.iter().all(|part| part.holds(scope)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(scope)),
            Self::Compare(op, pair) => {
                compare(*op, &pair.0.value(scope), &pair.1.value(scope)).unwrap_or(false)
            }
            Self::SameBody(pair) => match (pair.0.value(scope), pair.1.value(scope)) {
                (Value::Text(one), Value::Text(other)) => scope.same_body(one, other),
                _ => false,
            },
            other => other.value(scope) == Value::Bool(true),
        }
    }

    /// Every question and parameter of the rule, for the linter.
    pub(super) fn visit<'a>(&'a self, see: &mut dyn FnMut(Seen<'a>)) {
        match self {
            Self::Constant(_) => {}
            Self::Ask(question) | Self::Has(question) => see(Seen::Question(question)),
            Self::Param(name, _, date) => {
                see(Seen::Param(name));
                if let Some(date) = date {
                    date.visit(see);
                }
            }
            Self::Count(inner) | Self::DateOf(inner) | Self::Not(inner) => inner.visit(see),
            Self::List(parts) | Self::And(parts) | Self::Or(parts) => {
                for part in parts {
                    part.visit(see);
                }
            }
            Self::StayDays(parts) => parts.iter().for_each(|part| part.visit(see)),
            Self::Shift(_, pair)
            | Self::Pair(_, pair)
            | Self::SameBody(pair)
            | Self::Compare(_, pair) => {
                pair.0.visit(see);
                pair.1.visit(see);
            }
        }
    }
}

/// A leaf of a rule.
#[derive(Debug, Clone, Copy)]
pub enum Seen<'a> {
    Question(&'a Question),
    Param(&'a str),
}

impl Constant {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Date(date) => Value::Date(*date),
            Self::Months(n) => Value::Months(*n),
            Self::Days(n) => Value::Days(*n),
            Self::WorkingDays(n) => Value::WorkingDays(*n),
            Self::Hours(n) => Value::Hours(*n),
            Self::Money(amount, currency) => Value::Money(*amount, currency),
            Self::Bool(truth) => Value::Bool(*truth),
            Self::Int(int) => Value::Int(*int),
            Self::Text(text) => Value::Text(text),
        }
    }
}

/// Absent values and different currencies have no relation: every comparison with them is false.
fn compare(op: Op, left: &Value<'_>, right: &Value<'_>) -> Option<bool> {
    if op == Op::In {
        let Value::List(items) = right else { return None };
        return Some(items.iter().any(|item| compare(Op::Equal, left, item) == Some(true)));
    }
    let order = match (left, right) {
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Instant(a), Value::Instant(b)) => a.cmp(b),
        (Value::Months(a), Value::Months(b))
        | (Value::Days(a), Value::Days(b))
        | (Value::WorkingDays(a), Value::WorkingDays(b))
        | (Value::Hours(a), Value::Hours(b)) => a.cmp(b),
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Money(a, one), Value::Money(b, other)) if one == other => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        _ => return None,
    };
    Some(match op {
        Op::Equal => order == Ordering::Equal,
        Op::Unequal => order != Ordering::Equal,
        Op::Less => order == Ordering::Less,
        Op::LessOrEqual => order != Ordering::Greater,
        Op::Greater => order == Ordering::Greater,
        Op::GreaterOrEqual => order != Ordering::Less,
        Op::In => false,
    })
}

/// Amounts of different currencies have neither a least one nor a sum. What grows past the largest
/// number stops there.
fn paired<'a>(how: Pairing, left: Value<'a>, right: Value<'a>) -> Value<'a> {
    match (how, left, right) {
        (Pairing::Least, a, b) => match compare(Op::LessOrEqual, &a, &b) {
            Some(true) => a,
            Some(false) => b,
            None => Value::Absent,
        },
        (Pairing::Greatest, a, b) => match compare(Op::GreaterOrEqual, &a, &b) {
            Some(true) => a,
            Some(false) => b,
            None => Value::Absent,
        },
        (Pairing::Multiply, Value::Int(a), Value::Int(n)) => Value::Int(a.saturating_mul(n)),
        (Pairing::Multiply, Value::Money(a, currency), Value::Int(n)) => {
            Value::Money(a.saturating_mul(n), currency)
        }
        (Pairing::Add, Value::Int(a), Value::Int(b)) => Value::Int(a.saturating_add(b)),
        (Pairing::Add, Value::Money(a, one), Value::Money(b, other)) if one == other => {
            Value::Money(a.saturating_add(b), one)
        }
        _ => Value::Absent,
    }
}

/// Days in the country within the window of `length` days that ends on `last`. A missing list of
/// exits is an empty one; whoever has not left is there until `last`.
fn stay_days<'a>(
    entries: &Value<'_>,
    exits: &Value<'_>,
    last: &Value<'_>,
    length: &Value<'_>,
) -> Value<'a> {
    let (Value::List(entries), Value::Date(last), Value::Days(length)) = (entries, last, length)
    else {
        return Value::Absent;
    };
    let exits = match exits {
        Value::List(exits) => exits.as_slice(),
        _ => &[],
    };
    let Some(back) = length.checked_sub(1) else { return Value::Int(0) };
    let first = last.saturating_sub(back.days());
    let stay = |(index, entry): (usize, &Value<'_>)| {
        let exit = exits.get(index).map_or(Some(*last), Value::date)?;
        Some((entry.date()?.max(first), exit.min(*last)))
    };
    Value::Int(days_of(entries.iter().enumerate().filter_map(stay).collect()))
}

fn shift<'a>(by: Move, start: &Value<'a>, length: &Value<'a>, calendar: &Calendar) -> Value<'a> {
    match (start, length) {
        (Value::Instant(instant), Value::Hours(hours)) => {
            let signed = if by == Move::Before { -i64::from(*hours) } else { i64::from(*hours) };
            let limit = if signed < 0 { Timestamp::MIN } else { Timestamp::MAX };
            Value::Instant(instant.checked_add(signed.hours()).unwrap_or(limit))
        }
        (Value::Date(date), length) => {
            let moved = match (by, length) {
                (Move::Before, length) => calendar.back(*date, length),
                (Move::After | Move::Due, length) => calendar.forward(*date, length),
            };
            match (by, moved) {
                (Move::Due, Some(date)) => Value::Date(calendar.roll(date)),
                (_, Some(date)) => Value::Date(date),
                (_, None) => Value::Absent,
            }
        }
        _ => Value::Absent,
    }
}
