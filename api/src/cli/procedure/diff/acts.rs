//! What changes in acts: who signs, from where to where, facts, rules, service and appeal.

use litopys_domain::law::file::Kept;
use litopys_domain::law::model::{ActLaw, Effect, FieldLaw, From, Law, RuleLaw};

use super::sides::{Sides, list_change, value_change};
use super::whom::{Topic, Whom};
use super::{Entry, told};

pub(super) fn acts(sides: &Sides<'_>, whom: &mut Whom) -> Vec<Entry> {
    let own = |law: &'_ Law, id: &str| law.act(id).is_some_and(|act| act.engine.is_none());
    let mut entries = Vec::new();
    for id in sides.own_acts() {
        let (old, new) = (sides.old.act(id), sides.new.act(id));
        match (old.filter(|_| own(sides.old, id)), new.filter(|_| own(sides.new, id))) {
            (None, Some(act)) => {
                whom.act(act, id, Topic::New);
                entries.push(begins(sides, act));
            }
            (Some(act), None) => {
                whom.act(act, id, Topic::Gone);
                let name = sides.act(sides.old, id);
                entries.push(Entry::of(told!(sides.lang, "gone: {name}", "більше немає: {name}")));
            }
            (Some(old), Some(new)) => {
                let change = Change { sides, old, new };
                let how = change.how(whom);
                if !how.is_empty() {
                    entries.push(Entry { what: sides.act(sides.new, id), how });
                }
            }
            (None, None) => {}
        }
    }
    entries
}

/// A new act, with what somebody who meets it first needs.
fn begins(sides: &Sides<'_>, act: &ActLaw) -> Entry {
    let lang = sides.lang;
    let name = sides.act(sides.new, &act.id);
    let mut entry = Entry::of(told!(lang, "new: {name}", "нова: {name}"));
    let mut how = |en: &str, uk: &str, list: String| {
        if !list.is_empty() {
            entry.how.push(format!("{}: {list}", lang.pick(en, uk)));
        }
    };
    how("possible in", "можлива у станах", from_words(sides, sides.new, act));
    let ways: Vec<_> = act.targets().collect();
    how("leads to", "веде до", sides.states(sides.new, &ways));
    how("signed by", "підписує", alternatives(sides, act));
    how("recorded for", "записують за", named(sides, &act.on_behalf_of));
    let fields: Vec<_> =
        act.fields.iter().map(|(id, field)| field_words(sides, id, field)).collect();
    how("facts", "дані", fields.join(", "));
    how("basis", "підстава", sides.ground(&act.basis, act.certainty));
    how("appeal", "оскарження", act.appeal.join(", "));
    entry.how.extend(act.rules.iter().map(|rule| rule_words(sides, rule)));
    entry
}

fn named(sides: &Sides<'_>, roles: &[String]) -> String {
    roles.iter().map(|role| sides.role(role)).collect::<Vec<_>>().join(", ")
}

fn alternatives(sides: &Sides<'_>, act: &ActLaw) -> String {
    let together = |roles: &Vec<String>| {
        roles.iter().map(|role| sides.role(role)).collect::<Vec<_>>().join(" + ")
    };
    act.signed_by.iter().map(together).collect::<Vec<_>>().join(sides.lang.pick(" or ", " або "))
}

fn from_list(law: &Law, act: &ActLaw) -> Vec<String> {
    match &act.from {
        From::Any => {
            law.states.iter().filter(|(_, s)| !s.is_final).map(|(id, _)| id.clone()).collect()
        }
        From::States(states) => states.clone(),
    }
}

fn from_words(sides: &Sides<'_>, law: &Law, act: &ActLaw) -> String {
    if act.from == From::Any {
        return sides
            .lang
            .pick("every state that is not final", "будь-який неостаточний стан")
            .to_owned();
    }
    let states = from_list(law, act);
    sides.states(law, &states.iter().map(String::as_str).collect::<Vec<_>>())
}

fn field_words(sides: &Sides<'_>, id: &str, field: &FieldLaw) -> String {
    let lang = sides.lang;
    let title = field
        .title
        .as_ref()
        .map(|title| format!(" {}", sides.quoted(lang.of(title))))
        .unwrap_or_default();
    let must = if field.optional {
        lang.pick("optional", "за потреби")
    } else {
        lang.pick("required", "обов'язково")
    };
    let kept = match field.kept {
        Kept::Open => lang.pick("open", "відкрите"),
        Kept::Personal => lang.pick("sealed", "закрите"),
        Kept::Special => lang.pick("sealed, special", "закрите, чутливе"),
    };
    format!("{id}{title} ({must}, {kept})")
}

fn rule_words(sides: &Sides<'_>, rule: &RuleLaw) -> String {
    let lang = sides.lang;
    let (id, says) = (&rule.id, lang.of(&rule.says));
    let effect = effect(sides, rule);
    let ground = sides.ground(&rule.basis, rule.certainty);
    told!(lang, "rule {id} {effect}: {says} ({ground})", "правило {id} {effect}: {says} ({ground})")
}

fn effect(sides: &Sides<'_>, rule: &RuleLaw) -> String {
    match rule.effect {
        Effect::Refuse => sides.lang.pick("refuses", "відмовляє").to_owned(),
        Effect::Flag(severity) => {
            format!("{} {severity:?}", sides.lang.pick("flags", "попереджає"))
        }
    }
}

/// An act that stands in both editions.
struct Change<'s, 'l> {
    sides: &'s Sides<'l>,
    old: &'l ActLaw,
    new: &'l ActLaw,
}

impl Change<'_, '_> {
    fn how(&self, whom: &mut Whom) -> Vec<String> {
        let mut how = Vec::new();
        let mut take = |topic: Topic, lines: Vec<String>| {
            if !lines.is_empty() {
                whom.act(self.old, &self.new.id, topic);
                whom.act(self.new, &self.new.id, topic);
                if topic == Topic::Appeal {
                    whom.person(&self.new.id, topic);
                }
                how.extend(lines);
            }
        };
        take(Topic::Course, self.course());
        take(Topic::Signers, self.signers());
        take(Topic::Facts, self.facts());
        take(Topic::Rules, self.rules());
        take(Topic::Basis, self.basis());
        take(Topic::Appeal, self.person());
        how
    }

    fn course(&self) -> Vec<String> {
        let (sides, lang) = (self.sides, self.sides.lang);
        let [old, new] = [self.old, self.new];
        let title = value_change(
            lang,
            lang.pick("title", "назва"),
            lang.of(&old.title),
            lang.of(&new.title),
        );
        let both = (from_list(sides.old, old), from_list(sides.new, new));
        let from = list_change(
            lang,
            lang.pick("possible in", "можлива у станах"),
            &both.0,
            &both.1,
            |id| {
                let law = if sides.new.states.contains_key(id) { sides.new } else { sides.old };
                sides.state(law, id)
            },
        );
        let ways = |act: &ActLaw| {
            let one = |way: &litopys_domain::law::reading::Way<'_>| match way.when {
                Some(when) => format!("{when}: {}", way.to),
                None => way.to.to_owned(),
            };
            act.ways().iter().map(one).collect::<Vec<_>>().join("; ")
        };
        let to = value_change(lang, lang.pick("leads to", "веде до"), &ways(old), &ways(new));
        let at = |act: &ActLaw| format!("{:?}", act.at).to_lowercase();
        let at = value_change(lang, lang.pick("its time is a", "її час — це"), &at(old), &at(new));
        let by = |act: &ActLaw| act.counts_by().unwrap_or_default().to_owned();
        let by = value_change(lang, lang.pick("in time by", "вчасність за"), &by(old), &by(new));
        let opens = (old.opens != new.opens).then(|| {
            let text = if new.opens {
                ("opens a case", "відкриває справу")
            } else {
                ("opens no case any more", "більше не відкриває справу")
            };
            lang.pick(text.0, text.1).to_owned()
        });
        [title, opens, from, to, at, by].into_iter().flatten().collect()
    }

    fn signers(&self) -> Vec<String> {
        let (sides, lang) = (self.sides, self.sides.lang);
        let [old, new] = [self.old, self.new];
        let signed = value_change(
            lang,
            lang.pick("signed by", "підписує"),
            &alternatives(sides, old),
            &alternatives(sides, new),
        );
        let count = value_change(
            lang,
            lang.pick("different signers", "різних підписантів"),
            &old.signatures.to_string(),
            &new.signatures.to_string(),
        );
        let role = |code: &str| sides.role(code);
        let lists = [
            (("recorded for", "записують за"), &old.on_behalf_of, &new.on_behalf_of),
            (("recorded by", "записує"), &old.recorded_by, &new.recorded_by),
        ];
        let lists = lists
            .into_iter()
            .map(|((en, uk), old, new)| list_change(lang, lang.pick(en, uk), old, new, role));
        let competence = |act: &ActLaw| act.competence.clone().unwrap_or_default();
        let competence = value_change(
            lang,
            lang.pick("competence asked for", "потрібна компетенція"),
            &competence(old),
            &competence(new),
        );
        [signed, count].into_iter().chain(lists).chain([competence]).flatten().collect()
    }

    fn facts(&self) -> Vec<String> {
        let (sides, lang) = (self.sides, self.sides.lang);
        let mut lines = Vec::new();
        for (id, field) in &self.new.fields {
            let now = field_words(sides, id, field);
            match self.old.fields.get(id) {
                None => lines.push(told!(lang, "new fact {now}", "нове дане {now}")),
                Some(before) => {
                    let (then, old_type, new_type) =
                        (field_words(sides, id, before), type_of(before), type_of(field));
                    lines.extend(value_change(lang, lang.pick("fact", "дане"), &then, &now));
                    let what = told!(lang, "kind of {id}", "вид {id}");
                    lines.extend(value_change(lang, &what, &old_type, &new_type));
                }
            }
        }
        for id in self.old.fields.keys().filter(|id| !self.new.fields.contains_key(*id)) {
            lines.push(told!(lang, "fact no more asked for: {id}", "більше не питають: {id}"));
        }
        lines
    }

    fn rules(&self) -> Vec<String> {
        let (sides, lang) = (self.sides, self.sides.lang);
        let mut lines = Vec::new();
        for rule in &self.new.rules {
            let now = rule_words(sides, rule);
            match self.old.rules.iter().find(|old| old.id == rule.id) {
                None => lines.push(told!(lang, "new {now}", "нове {now}")),
                Some(old) => {
                    let then = rule_words(sides, old);
                    if then != now {
                        lines.push(told!(lang, "{now}; before: {then}", "{now}; раніше: {then}"));
                    }
                    let id = &rule.id;
                    let what = told!(lang, "rule {id} holds when", "правило {id} діє, коли");
                    lines.extend(value_change(lang, &what, old.condition(), rule.condition()));
                }
            }
        }
        let gone = self
            .old
            .rules
            .iter()
            .filter(|old| !self.new.rules.iter().any(|rule| rule.id == old.id));
        for rule in gone {
            let then = rule_words(sides, rule);
            lines.push(told!(lang, "no more {then}", "більше немає: {then}"));
        }
        lines
    }

    fn basis(&self) -> Vec<String> {
        let lang = self.sides.lang;
        let [old, new] = [self.old, self.new];
        let same = |text: &str| text.to_owned();
        let basis = list_change(lang, lang.pick("basis", "підстава"), &old.basis, &new.basis, same);
        let sure = value_change(
            lang,
            lang.pick("certainty", "певність"),
            self.sides.certainty(old.certainty),
            self.sides.certainty(new.certainty),
        );
        let feeds =
            list_change(lang, lang.pick("counts in", "враховують у"), &old.feeds, &new.feeds, same);
        [basis, sure, feeds].into_iter().flatten().collect()
    }

    /// What the person gets: a letter, its service, the way to complain.
    fn person(&self) -> Vec<String> {
        let lang = self.sides.lang;
        let [old, new] = [self.old, self.new];
        let route = |code: &str| match self
            .sides
            .new
            .lists
            .get("CL-APPEAL")
            .and_then(|l| l.on(code, self.sides.days[1]))
        {
            Some(appeal) => format!("{code} ({})", lang.of(&appeal.title)),
            None => code.to_owned(),
        };
        let appeal =
            list_change(lang, lang.pick("appeal", "оскарження"), &old.appeal, &new.appeal, route);
        let served = (old.must_be_served != new.must_be_served).then(|| {
            let text = if new.must_be_served {
                ("must be served", "має бути вручено")
            } else {
                ("need not be served", "не вручають")
            };
            lang.pick(text.0, text.1).to_owned()
        });
        let word = |act: &ActLaw| act.suspensive.map(|s| format!("{s:?}")).unwrap_or_default();
        let stays = value_change(
            lang,
            lang.pick("an appeal stops execution", "оскарження зупиняє виконання"),
            &word(old),
            &word(new),
        );
        let letter = |act: &ActLaw| act.letter.clone().unwrap_or_default();
        let letter = value_change(lang, lang.pick("letter", "лист"), &letter(old), &letter(new));
        [served, appeal, stays, letter].into_iter().flatten().collect()
    }
}

fn type_of(field: &FieldLaw) -> String {
    field.ty.to_string()
}
