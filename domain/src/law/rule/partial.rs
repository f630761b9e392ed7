//! What a rule says while some of its questions have no answer yet: yes, no, or that it hangs on
//! them (Kleene's logic).

use super::{Scope, Seen, expr::Expr, question::Question};

type Open<'o> = &'o dyn Fn(&Question) -> bool;

pub(super) fn finding<'a>(expr: &'a Expr, scope: &dyn Scope<'a>, open: Open<'_>) -> Option<bool> {
    match expr {
        Expr::Not(inner) => finding(inner, scope, open).map(|truth| !truth),
        Expr::And(parts) => all(parts, scope, open, true),
        // Somebody says yes, unless all say no.
        Expr::Or(parts) => all(parts, scope, open, false),
        leaf if hangs(leaf, open) => None,
        leaf => Some(leaf.holds(scope)),
    }
}

/// `usual` where every part says so, the opposite where one does, else open.
fn all<'a>(parts: &'a [Expr], scope: &dyn Scope<'a>, open: Open<'_>, usual: bool) -> Option<bool> {
    let mut said = Some(usual);
    for part in parts {
        match finding(part, scope, open) {
            Some(truth) if truth == usual => {}
            Some(truth) => return Some(truth),
            None => said = None,
        }
    }
    said
}

fn hangs(expr: &Expr, open: Open<'_>) -> bool {
    let mut found = false;
    expr.visit(&mut |seen| {
        if let Seen::Question(question) = seen {
            found |= open(question);
        }
    });
    found
}
