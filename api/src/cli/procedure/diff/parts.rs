//! What changes in states, in what acts of every case do, in codes and in amounts.

use std::collections::{BTreeMap, BTreeSet};

use litopys_domain::law::model::Law;
use litopys_domain::law::reading::EngineWay;
use litopys_domain::law::rule::Seen;

use super::sides::{Sides, value_change};
use super::{Entry, told};

pub(super) fn states(sides: &Sides<'_>) -> Vec<Entry> {
    let lang = sides.lang;
    let mut entries = Vec::new();
    for (id, state) in &sides.new.states {
        let title = lang.of(&state.title);
        let Some(old) = sides.old.states.get(id) else {
            entries.push(Entry::of(told!(lang, "new: {id}, “{title}”", "новий: {id}, «{title}»")));
            continue;
        };
        let mut how: Vec<_> =
            value_change(lang, lang.pick("title", "назва"), lang.of(&old.title), title)
                .into_iter()
                .collect();
        if old.is_final != state.is_final {
            let text = if state.is_final {
                ("is final now", "тепер остаточний")
            } else {
                ("is final no more", "більше не остаточний")
            };
            how.push(lang.pick(text.0, text.1).to_owned());
        }
        if !how.is_empty() {
            entries.push(Entry { what: id.clone(), how });
        }
    }
    for id in sides.old.states.keys().filter(|id| !sides.new.states.contains_key(*id)) {
        let title = sides.state(sides.old, id);
        entries.push(Entry::of(told!(lang, "gone: {id}, {title}", "більше немає: {id}, {title}")));
    }
    entries
}

/// `DecisionAnnulled(X) leads to “Annulled”`, where it did not before or does no more.
pub(super) fn engine_ways(sides: &Sides<'_>) -> Vec<Entry> {
    let lang = sides.lang;
    let words = |law: &Law| -> BTreeSet<String> {
        let one = |way: EngineWay<'_>| {
            let act = way.of.map_or_else(|| way.act.to_owned(), |of| format!("{}({of})", way.act));
            let from = way.from.map(|from| from.iter().map(String::as_str).collect::<Vec<_>>());
            let from = from.map(|from| sides.states(law, &from)).unwrap_or_default();
            let to = sides.state(law, way.to);
            told!(lang, "{act} {from} leads to {to}", "{act} {from} веде до {to}")
                .replace("  ", " ")
        };
        law.engine_ways().map(one).collect()
    };
    let (old, new) = (words(sides.old), words(sides.new));
    let came = new.difference(&old).map(|text| told!(lang, "new: {text}", "нове: {text}"));
    let went = old.difference(&new).map(|text| told!(lang, "no more: {text}", "більше ні: {text}"));
    came.chain(went).map(Entry::of).collect()
}

/// Codes of the lists that facts draw from, as they are on the two days.
pub(super) fn codes(sides: &Sides<'_>) -> Vec<Entry> {
    let lang = sides.lang;
    let mut entries = Vec::new();
    for id in lists(sides.old).union(&lists(sides.new)) {
        let on = |law: &Law, day| -> BTreeMap<String, String> {
            let codes = law.lists.get(*id).map(|list| list.all_on(day));
            let titled = |(code, one): (&str, &litopys_domain::law::lists::Code)| {
                (code.to_owned(), lang.of(&one.title).to_owned())
            };
            codes.into_iter().flatten().map(titled).collect()
        };
        let (old, new) = (on(sides.old, sides.days[0]), on(sides.new, sides.days[1]));
        let mut how = Vec::new();
        for (code, title) in &new {
            match old.get(code) {
                None => how.push(told!(lang, "new: {code}, {title}", "новий: {code}, {title}")),
                Some(before) => how.extend(value_change(lang, code, before, title)),
            }
        }
        for (code, title) in old.iter().filter(|(code, _)| !new.contains_key(*code)) {
            how.push(told!(lang, "gone: {code}, {title}", "більше немає: {code}, {title}"));
        }
        if !how.is_empty() {
            entries.push(Entry { what: (*id).to_owned(), how });
        }
    }
    entries
}

/// What engine acts choose from is no list of codes: acts, states and terms are told as such.
const OWN_PARTS: [&str; 4] = ["ACTS", "CLOCKS", "DECISIONS", "STATES"];

fn lists(law: &Law) -> BTreeSet<&str> {
    let fields = law.acts.values().flat_map(|act| act.fields.values());
    let lists = fields.filter_map(|field| field.ty.code_list());
    lists.filter(|list| !OWN_PARTS.contains(list)).collect()
}

/// Dated amounts and limits that rules of either edition read.
pub(super) fn parameters(sides: &Sides<'_>) -> Vec<Entry> {
    let mut names = BTreeSet::new();
    for law in [sides.old, sides.new] {
        law.visit_rules(|seen| {
            if let Seen::Param(name) = seen {
                names.insert(name);
            }
        });
    }
    let lang = sides.lang;
    let on = |law: &Law, name: &str, day| {
        law.parameters.get(name).and_then(|one| one.on(day)).map(shown).unwrap_or_default()
    };
    let one = |name: &str| {
        let title = sides.new.parameters.get(name).map_or(name, |one| lang.of(&one.title));
        let (old, new) = (on(sides.old, name, sides.days[0]), on(sides.new, name, sides.days[1]));
        value_change(lang, &format!("{name}, {title}"), &old, &new).map(Entry::of)
    };
    names.into_iter().filter_map(one).collect()
}

/// Money in whole units, anything else as written.
fn shown(value: &serde_json::Value) -> String {
    match (value["amount"].as_i64(), value["currency"].as_str()) {
        (Some(amount), Some(currency)) => {
            format!("{}.{:02} {currency}", amount / 100, amount % 100)
        }
        _ => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
    }
}
