//! Times in force of things that stand several times under one name: they neither overlap nor leave
//! a hole, and none ends before it begins.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::law::{
    node::{Kind, Node, Place},
    problem::Problem,
};

/// Lists whose entries have a name and times in force, by the list's key and the name's key.
const NAMED: [(&str, &str); 4] =
    [("codes", "code"), ("rules", "id"), ("suspensions", "id"), ("worked", "basis")];

struct Span {
    since: Date,
    until: Date,
    at: Place,
}

/// Every such list below a node.
pub(super) fn check(file: &str, node: &Node, problems: &mut impl Extend<Problem>) {
    match &node.kind {
        Kind::List(items) => items.iter().for_each(|item| check(file, item, problems)),
        Kind::Map(pairs) => {
            for (key, value) in pairs {
                for (_, name) in NAMED.iter().filter(|(list, _)| *list == key.name) {
                    match &value.kind {
                        // The lists of a procedure stand under their names.
                        Kind::Map(lists) => {
                            for (_, list) in lists {
                                entries(file, list, name, problems);
                            }
                        }
                        _ => entries(file, value, name, problems),
                    }
                }
                check(file, value, problems);
            }
        }
        _ => {}
    }
}

fn entries(file: &str, list: &Node, name: &str, problems: &mut impl Extend<Problem>) {
    let Kind::List(items) = &list.kind else { return };
    let mut named: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
    for item in items {
        let bound = |key| item.get(key).and_then(Node::date);
        let (since, until) = (bound("since"), bound("until"));
        let span = Span {
            since: since.unwrap_or(Date::MIN),
            until: until.unwrap_or(Date::MAX),
            at: item.at,
        };
        let name = item.get(name).and_then(Node::text).unwrap_or_default();
        named.entry(name).or_default().push(span);
    }
    for (name, mut spans) in named {
        spans.sort_by_key(|span| (span.since, span.until));
        problems.extend(spans.iter().filter(|span| span.since >= span.until).map(|span| {
            let message =
                format!("`{name}` is in force from {} until {}: never", span.since, span.until);
            Problem::new(file, span.at, message).hint("`until` is the first day no longer in force")
        }));
        problems
            .extend(spans.windows(2).filter_map(|pair| meeting(file, name, &pair[0], &pair[1])));
    }
}

fn meeting(file: &str, name: &str, one: &Span, next: &Span) -> Option<Problem> {
    if next.since < one.until {
        let message = format!("`{name}` stands twice here for one time");
        return Some(
            Problem::new(file, next.at, message).hint("let one end where the next begins"),
        );
    }
    (next.since > one.until).then(|| {
        let message = format!("`{name}` is not in force from {} until {}", one.until, next.since);
        Problem::new(file, next.at, message)
            .hint("let one end where the next begins, or give the next another name")
    })
}
