//! What changes in clocks.

use litopys_domain::law::model::{ClockLaw, Law, TriggerLaw};

use super::sides::{Sides, value_change};
use super::whom::{Topic, Whom};
use super::{Entry, told};

pub(super) fn clocks(sides: &Sides<'_>, whom: &mut Whom) -> Vec<Entry> {
    let lang = sides.lang;
    let find = |law: &'_ Law, id: &str| law.clocks.iter().position(|clock| clock.id == id);
    let mut entries = Vec::new();
    for clock in &sides.new.clocks {
        let name = named(sides, clock);
        let Some(index) = find(sides.old, &clock.id) else {
            let mut entry = Entry::of(told!(lang, "new: {name}", "новий: {name}"));
            entry.how = parts(sides, clock)
                .into_iter()
                .filter(|(_, text)| !text.is_empty())
                .map(|(what, text)| format!("{what}: {text}"))
                .collect();
            tell(sides, clock, whom);
            entries.push(entry);
            continue;
        };
        let before = parts(sides, &sides.old.clocks[index]);
        let now = parts(sides, clock);
        let pairs = before.iter().zip(&now);
        let how: Vec<_> = pairs
            .filter_map(|((what, old), (_, new))| value_change(lang, what, old, new))
            .collect();
        if !how.is_empty() {
            tell(sides, clock, whom);
            entries.push(Entry { what: name, how });
        }
    }
    for clock in sides.old.clocks.iter().filter(|clock| find(sides.new, &clock.id).is_none()) {
        let name = named(sides, clock);
        entries.push(Entry::of(told!(lang, "gone: {name}", "більше немає: {name}")));
    }
    entries
}

/// A term concerns those whose act ends it; and the person, where the ledger acts when it has passed.
fn tell(sides: &Sides<'_>, clock: &ClockLaw, whom: &mut Whom) {
    for act in clock.stops.iter().filter_map(|stop| sides.new.act(&stop.on.act)) {
        if act.engine.is_none() {
            whom.act(act, &act.id, Topic::Term);
        }
    }
    if let Some(fires) = &clock.fires {
        whom.person(fires, Topic::Term);
    }
}

fn named(sides: &Sides<'_>, clock: &ClockLaw) -> String {
    format!("{}, {}", clock.id, sides.lang.of(&clock.title))
}

/// Everything that makes a clock, in words, in one order.
fn parts(sides: &Sides<'_>, clock: &ClockLaw) -> Vec<(&'static str, String)> {
    let lang = sides.lang;
    let list = |triggers: &[TriggerLaw]| {
        triggers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    let starts: Vec<_> = clock
        .start_ways()
        .map(|way| {
            let extra = [("when", way.when), ("from", way.from), ("until", way.until)];
            let extra =
                extra.iter().filter_map(|(word, text)| text.map(|text| format!(" {word} {text}")));
            format!("{}{}", way.on, extra.collect::<String>())
        })
        .collect();
    let extends: Vec<_> = clock.extensions().map(|(on, to)| format!("{on}: {to}")).collect();
    let overdue = clock.overdue.as_ref().map(|overdue| {
        format!("{} {:?}, {}", overdue.id, overdue.severity, lang.of(&overdue.says))
    });
    vec![
        (lang.pick("title", "назва"), lang.of(&clock.title).to_owned()),
        (lang.pick("length", "тривалість"), clock.length().unwrap_or_default()),
        (lang.pick("starts with", "починається з"), starts.join("; ")),
        (lang.pick("stops with", "спиняється з"), list(&clock.stops)),
        (lang.pick("stands still with", "зупиняється з"), list(&clock.suspends)),
        (lang.pick("goes on with", "поновлюється з"), list(&clock.resumes)),
        (lang.pick("extended by", "продовжується"), extends.join("; ")),
        (lang.pick("when overdue", "після спливу"), overdue.unwrap_or_default()),
        (
            lang.pick("then the ledger signs", "тоді реєстр підписує"),
            clock.fires.clone().unwrap_or_default(),
        ),
        (
            lang.pick("waits for late records", "чекає на пізні записи"),
            clock.waits().unwrap_or_default(),
        ),
        (lang.pick("stands still in", "не тече у"), clock.pauses.join(", ")),
        (lang.pick("basis", "підстава"), sides.ground(&clock.basis, clock.certainty)),
    ]
}
