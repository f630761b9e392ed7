//! Types a rule. What passes here cannot fail when it is evaluated.
//!
//! Optional values: a rule may touch one only where the language can see that it is there, that is
//! to the right of `has(x) &&` or of `!has(x) ||`. Everything else does not load.

mod functions;

use std::collections::BTreeSet;

use super::{
    RuleError, Vocabulary,
    expr::{Constant, Expr},
    parser::{Kind, Op, Tree},
    question::Question,
};
use crate::law::value::{Type, Value, read_span};

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
}

fn plain(expr: Expr, ty: Type, at: usize) -> Typed {
    let (if_true, if_false) = (Present::new(), Present::new());
    Typed { expr, ty, at, unsure: None, if_true, if_false }
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
