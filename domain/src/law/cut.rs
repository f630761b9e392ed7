//! Cuts a dated law file to one date, and finds the dates at which it changes.
//!
//! A list of `{from, is}` becomes the value in force; a map with `since` or `until` outside the
//! date goes away, and the two keys are dropped, so that a later change of the file never alters an
//! earlier edition.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{
    node::{Key, Kind, Node, Place},
    problem::Problem,
};

/// The edition of a file on `date`: the tree with `edition` added. `None` before the file's `since`
/// and from its `until` on.
pub(crate) fn cut(root: &Node, date: Date) -> Option<Node> {
    if !in_force(root, date) {
        return None;
    }
    let mut pairs = vec![(
        Key { name: "edition".to_owned(), at: root.at },
        Node { kind: Kind::Text(date.to_string()), at: root.at },
    )];
    for (key, value) in root.pairs() {
        let value = match key.name.as_str() {
            // An end that lies ahead must not change the editions before it.
            "until" => None,
            "switches" => Some(past_switches(value, date)),
            _ => cut_node(value, date),
        };
        pairs.extend(value.map(|value| (key.clone(), value)));
    }
    Some(Node { kind: Kind::Map(pairs), at: root.at })
}

/// Every date after the file's own `since` at which it changes, and where that is written.
pub(crate) fn switch_dates(file: &str, root: &Node) -> Result<BTreeMap<Date, Place>, Vec<Problem>> {
    let mut dates = Dates { file, found: BTreeMap::new(), problems: Vec::new() };
    for (key, value) in root.pairs() {
        match key.name.as_str() {
            "since" | "switches" => {}
            "until" => dates.add(value),
            _ => dates.collect(value),
        }
    }
    let start = root.get("since").and_then(Node::date);
    dates.found.retain(|date, _| Some(*date) > start);
    if dates.problems.is_empty() { Ok(dates.found) } else { Err(dates.problems) }
}

struct Dates<'a> {
    file: &'a str,
    found: BTreeMap<Date, Place>,
    problems: Vec<Problem>,
}

impl Dates<'_> {
    fn collect(&mut self, node: &Node) {
        match &node.kind {
            Kind::List(items) if is_dated(items) => {
                self.check_order(items);
                for item in items {
                    item.get("from").into_iter().for_each(|from| self.add(from));
                    item.get("is").into_iter().for_each(|is| self.collect(is));
                }
            }
            Kind::List(items) => items.iter().for_each(|item| self.collect(item)),
            Kind::Map(pairs) => {
                for (key, value) in pairs {
                    match key.name.as_str() {
                        "since" | "until" if is_bound(&key.name, value) => self.add(value),
                        "fires_on" | "silent_on" => {}
                        _ => self.collect(value),
                    }
                }
                self.check_interval(node);
            }
            _ => {}
        }
    }

    fn add(&mut self, node: &Node) {
        match node.date() {
            Some(date) => _ = self.found.entry(date).or_insert(node.at),
            None => self.problems.push(
                Problem::new(self.file, node.at, "this should be a date")
                    .hint("such as 2018-04-29"),
            ),
        }
    }

    fn check_order(&mut self, items: &[Node]) {
        let froms: Vec<_> =
            items.iter().filter_map(|i| i.get("from").map(|f| (f.date(), f.at))).collect();
        for pair in froms.windows(2) {
            if pair[0].0 >= pair[1].0 {
                let message = "dated values must ascend, without doubles";
                let problem = Problem::new(self.file, pair[1].1, message);
                self.problems.push(problem.hint("write the earliest `from` first"));
            }
        }
    }

    fn check_interval(&mut self, node: &Node) {
        let bound = |name| node.get(name).filter(|n| is_bound(name, n)).and_then(Node::date);
        if let (Some(since), Some(until)) = (bound("since"), bound("until"))
            && since >= until
        {
            let message = format!("in force from {since} until {until}: never");
            let hint = "`until` is the first day no longer in force";
            self.problems.push(Problem::new(self.file, node.at, message).hint(hint));
        }
    }
}

fn cut_node(node: &Node, date: Date) -> Option<Node> {
    let kind = match &node.kind {
        Kind::List(items) if is_dated(items) => {
            let value = items
                .iter()
                .rev()
                .find(|item| item.get("from").and_then(Node::date).is_some_and(|d| d <= date))?;
            return cut_node(value.get("is")?, date);
        }
        Kind::List(items) => Kind::List(items.iter().filter_map(|i| cut_node(i, date)).collect()),
        Kind::Map(_) if !in_force(node, date) => return None,
        Kind::Map(pairs) => Kind::Map(
            pairs
                .iter()
                .filter(|(key, value)| !is_bound(&key.name, value))
                .filter_map(|(key, value)| Some((key.clone(), cut_node(value, date)?)))
                .collect(),
        ),
        other => other.clone(),
    };
    Some(Node { kind, at: node.at })
}

fn past_switches(node: &Node, date: Date) -> Node {
    let Kind::List(items) = &node.kind else { return node.clone() };
    let past = |item: &&Node| item.get("on").and_then(Node::date).is_none_or(|on| on <= date);
    Node { kind: Kind::List(items.iter().filter(past).cloned().collect()), at: node.at }
}

fn in_force(node: &Node, date: Date) -> bool {
    let bound = |name| node.get(name).filter(|n| is_bound(name, n)).and_then(Node::date);
    bound("since").is_none_or(|since| since <= date) && bound("until").is_none_or(|end| date < end)
}

/// Whether a key bounds its map in time. A clock's `until` may be a rule, and then does not.
fn is_bound(name: &str, value: &Node) -> bool {
    matches!(name, "since" | "until") && value.date().is_some()
}

fn is_dated(items: &[Node]) -> bool {
    !items.is_empty()
        && items.iter().all(|item| {
            item.pairs().len() == 2 && item.get("from").is_some() && item.get("is").is_some()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(yaml: &str) -> Node {
        Node::from_yaml("test.yaml", yaml).unwrap()
    }

    fn edition(yaml: &str, date: &str) -> String {
        let cut = cut(&tree(yaml), date.parse().unwrap()).unwrap().to_json();
        serde_json_canonicalizer::to_string(&cut).unwrap()
    }

    const FILE: &str = "
since: 2010-01-01
within: [{from: 2010-01-01, is: 7wd}, {from: 2016-03-04, is: 15wd}]
rules:
  - {id: A, until: 2018-04-29}
  - {id: B, since: 2018-04-29}
clock: {until: facts.leave_by}
switches: [{on: 2016-03-04}, {on: 2018-04-29}]
";

    #[test]
    fn values_and_entries_follow_the_date() {
        assert_eq!(
            edition(FILE, "2010-01-01"),
            r#"{"clock":{"until":"facts.leave_by"},"edition":"2010-01-01","rules":[{"id":"A"}],"since":"2010-01-01","switches":[],"within":"7wd"}"#
        );
        assert_eq!(
            edition(FILE, "2018-04-29"),
            r#"{"clock":{"until":"facts.leave_by"},"edition":"2018-04-29","rules":[{"id":"B"}],"since":"2010-01-01","switches":[{"on":"2016-03-04"},{"on":"2018-04-29"}],"within":"15wd"}"#
        );
    }

    #[test]
    fn a_later_change_leaves_earlier_editions_alone() {
        let changed = FILE.replace("since: 2018-04-29}", "since: 2018-04-29, until: 2026-01-16}");
        assert_eq!(edition(FILE, "2018-04-29"), edition(&changed, "2018-04-29"));
    }

    #[test]
    fn dates_are_found_once_and_checked() {
        let dates = switch_dates("f", &tree(FILE)).unwrap();
        let dates: Vec<_> = dates.keys().map(ToString::to_string).collect();
        assert_eq!(dates, ["2016-03-04", "2018-04-29"]);
        let never = "since: 2010-01-01\nx: {since: 2015-01-01, until: 2015-01-01}";
        let problems = switch_dates("f.yaml", &tree(never)).unwrap_err();
        assert_eq!(
            problems[0].to_string(),
            "f.yaml:2:4: in force from 2015-01-01 until 2015-01-01: never (`until` is the first day no longer in force)"
        );
        let jumbled =
            "since: 2010-01-01\nx: [{from: 2015-01-01, is: 1}, {from: 2012-01-01, is: 2}]";
        assert_eq!(switch_dates("f.yaml", &tree(jumbled)).unwrap_err()[0].at.column, 39);
    }
}
