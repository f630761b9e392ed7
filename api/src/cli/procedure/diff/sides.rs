//! The two editions side by side, and how their parts are named.

use std::collections::BTreeSet;

use jiff::civil::Date;
use litopys_domain::law::model::{ActLaw, Law};
use litopys_domain::violation::Certainty;

use super::told;
use crate::cli::procedure::language::Lang;

pub(super) struct Sides<'l> {
    pub old: &'l Law,
    pub new: &'l Law,
    pub days: [Date; 2],
    pub lang: Lang,
}

impl<'l> Sides<'l> {
    /// `R-TO-HEAD (head of a territorial body)`.
    pub(super) fn role(&self, code: &str) -> String {
        let roles = self.new.lists.get("CL-ROLE");
        match roles.and_then(|roles| roles.on(code, self.days[1])) {
            Some(role) => format!("{code} ({})", self.lang.of(&role.title)),
            None => code.to_owned(),
        }
    }

    pub(super) fn state(&self, law: &Law, id: &str) -> String {
        let title = law.states.get(id).map_or(id, |state| self.lang.of(&state.title));
        self.quoted(title)
    }

    pub(super) fn quoted(&self, text: &str) -> String {
        quoted(self.lang, text)
    }

    pub(super) fn states(&self, law: &Law, ids: &[&str]) -> String {
        ids.iter().map(|id| self.state(law, id)).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn act(&self, law: &Law, id: &str) -> String {
        match law.act(id) {
            Some(act) => format!("{id}, {}", self.lang.of(&act.title)),
            None => id.to_owned(),
        }
    }

    pub(super) fn certainty(&self, certainty: Certainty) -> &'static str {
        match certainty {
            Certainty::Sure => self.lang.pick("sure", "підтверджено"),
            Certainty::Check => self.lang.pick("to be checked", "слід перевірити"),
            Certainty::Design => self.lang.pick("ours, not law", "наше, не закон"),
        }
    }

    /// `; L3773:26, sure`
    pub(super) fn ground(&self, basis: &[String], certainty: Certainty) -> String {
        let mut parts: Vec<&str> = basis.iter().map(String::as_str).collect();
        parts.push(self.certainty(certainty));
        parts.join(", ")
    }

    /// The procedure's own acts, of either edition.
    pub(super) fn own_acts(&self) -> BTreeSet<&'l str> {
        let acts = self.old.acts.values().chain(self.new.acts.values());
        acts.filter(|act| act.engine.is_none()).map(|act| act.id.as_str()).collect()
    }
}

fn quoted(lang: Lang, text: &str) -> String {
    told!(lang, "“{text}”", "«{text}»")
}

/// Everybody who signs, records, or is recorded for.
pub(super) fn roles(act: &ActLaw) -> BTreeSet<&str> {
    let signing = act.signed_by.iter().flatten();
    signing.chain(&act.recorded_by).chain(&act.on_behalf_of).map(String::as_str).collect()
}

/// What came, and what went, of two lists.
pub(super) fn moved<'t>(old: &'t [String], new: &'t [String]) -> (Vec<&'t str>, Vec<&'t str>) {
    let only = |one: &'t [String], other: &[String]| {
        one.iter().filter(|text| !other.contains(text)).map(String::as_str).collect()
    };
    (only(new, old), only(old, new))
}

/// `appeal: now also AP-ADM; no more AP-1A`; nothing where nothing moved.
pub(super) fn list_change(
    lang: Lang,
    what: &str,
    old: &[String],
    new: &[String],
    name: impl Fn(&str) -> String,
) -> Option<String> {
    let (came, went) = moved(old, new);
    let names = |list: &[&str]| list.iter().map(|one| name(one)).collect::<Vec<_>>().join(", ");
    let mut said = Vec::new();
    if !came.is_empty() {
        let came = names(&came);
        said.push(told!(lang, "now also {came}", "тепер також {came}"));
    }
    if !went.is_empty() {
        let went = names(&went);
        said.push(told!(lang, "no more {went}", "більше не {went}"));
    }
    (!said.is_empty()).then(|| format!("{what}: {}", said.join("; ")))
}

/// `title: “A” becomes “B”`; nothing where both are the same.
pub(super) fn value_change(lang: Lang, what: &str, old: &str, new: &str) -> Option<String> {
    if old == new {
        return None;
    }
    let none = lang.pick("nothing", "нічого");
    let shown = |text: &str| if text.is_empty() { none.to_owned() } else { quoted(lang, text) };
    let (old, new) = (shown(old), shown(new));
    Some(told!(lang, "{what}: {new} instead of {old}", "{what}: {new} замість {old}"))
}

#[cfg(test)]
mod tests {
    use super::moved;

    #[test]
    fn what_moves_between_lists_is_told_apart() {
        let [old, new] = [["a", "b"], ["b", "c"]].map(|list| list.map(str::to_owned));
        assert_eq!(moved(&old, &new), (vec!["c"], vec!["a"]));
    }
}
