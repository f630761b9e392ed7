//! The consolidated edition of one day as a page: what a jurist reads, each rule beside its
//! article, its source and how sure the reading is, in English and Ukrainian.

mod table;

use jiff::civil::Date;
use litopys_domain::law::model::{ActLaw, Law};
use serde_json::Value;

use table::{Html, cell, words};

const STYLE: &str = "\
body{font:16px/1.45 'Noto Serif',serif;max-width:75rem;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}\
td,th{border:1px solid #bbb;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:break-word}td:first-child{white-space:nowrap}\
th{background:#f2f2f2}code{font-size:.85em;overflow-wrap:anywhere}\
.uk{color:#234}.sure{color:#063}.check{color:#850}.design{color:#666}\
@media print{h2{break-before:page}tr{break-inside:avoid}}";

/// The page of an edition: its canonical text for what is written, the compiled law for what
/// included general law and the engine add.
pub(super) fn page(edition: &Value, law: &Law, on: Date) -> String {
    let mut html = Html::default();
    head(&mut html, edition, law, on);
    switches(&mut html, edition);
    states(&mut html, edition, law);
    for act in law.acts.values().filter(|act| act.engine.is_none()) {
        act_section(&mut html, edition, act);
    }
    clocks(&mut html, edition);
    engine_acts(&mut html, law);
    html.raw("</body></html>\n");
    html.text
}

fn head(html: &mut Html, edition: &Value, law: &Law, on: Date) {
    html.raw("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>");
    html.escaped(&format!("{} {}", law.procedure, law.edition));
    html.raw("</title><style>");
    html.raw(STYLE);
    html.raw("</style></head><body><h1>");
    html.escaped(&law.title.en);
    html.raw("<br><span class=\"uk\" lang=\"uk\">");
    html.escaped(&law.title.uk);
    html.raw("</span></h1><p>");
    html.escaped(&format!(
        "Procedure {} ({}), the edition in force on {on}: since {}. Law: {}.",
        law.procedure,
        law.short,
        law.edition,
        cell(&edition["law"])
    ));
    html.raw("</p><p lang=\"uk\" class=\"uk\">");
    html.escaped(&format!(
        "Процедура {} ({}), редакція, чинна станом на {on}: діє з {}.",
        law.procedure, law.short, law.edition
    ));
    html.raw(
        "</p><p>sure: verified in the text of the law · check: to be verified · design: \
              a choice of this system, never cited to a court</p>",
    );
}

fn switches(html: &mut Html, edition: &Value) {
    let Some(switches) = edition["switches"].as_array().filter(|list| !list.is_empty()) else {
        return;
    };
    html.heading("Changes of the law", "Зміни законодавства");
    let rows = switches.iter().map(|switch| {
        let fields = ["on", "ref", "law", "pending", "certainty"];
        let [on, reference, law, pending, certainty] = fields.map(|name| cell(&switch[name]));
        [on, reference, words(&switch["title"]), law, pending, certainty]
    });
    html.table(&["On", "Register", "Change", "Law", "Pending cases", "Certainty"], rows);
}

fn states(html: &mut Html, edition: &Value, law: &Law) {
    html.heading("States", "Стани");
    let rows = law.states.iter().map(|(id, state)| {
        let last = if state.is_final { "final" } else { "" };
        [id.clone(), state.title.en.clone(), state.title.uk.clone(), last.to_owned()]
    });
    html.table(&["State", "English", "Українською", ""], rows);
    html.paragraph(&format!("A case is opened by: {}.", law.opened_by.join(", ")));
    if let Some(moves) = edition["on"].as_object() {
        let rows = moves.iter().map(|(act, to)| [act.clone(), cell(to)]);
        html.table(&["Act of every case", "Leads to"], rows);
    }
}

fn act_section(html: &mut Html, edition: &Value, act: &ActLaw) {
    let written = &edition["acts"][&act.id];
    html.heading(&format!("{}: {}", act.id, act.title.en), &act.title.uk);
    let alternatives: Vec<_> = act.signed_by.iter().map(|roles| roles.join(" + ")).collect();
    let certainty = format!("{:?}", act.certainty).to_lowercase();
    let rows = [
        ["Kind".to_owned(), format!("{:?}", act.kind).to_lowercase()],
        ["From".to_owned(), cell(&written["from"])],
        ["To".to_owned(), cell(&written["to"])],
        ["Signed by".to_owned(), alternatives.join(" or ")],
        ["On behalf of".to_owned(), act.on_behalf_of.join(", ")],
        ["Recorded by".to_owned(), act.recorded_by.join(", ")],
        ["Competence".to_owned(), act.competence.clone().unwrap_or_default()],
        ["Legal basis".to_owned(), act.basis.join(", ")],
        ["Appeal".to_owned(), act.appeal.join(", ")],
        ["Letter".to_owned(), act.letter.clone().unwrap_or_default()],
        ["Statistics".to_owned(), act.feeds.join(", ")],
        ["Certainty".to_owned(), certainty],
    ];
    html.table(&["", ""], rows.into_iter().filter(|[_, value]| !value.is_empty()));
    fields(html, written, act);
    rules(html, written, act);
}

fn fields(html: &mut Html, written: &Value, act: &ActLaw) {
    if act.fields.is_empty() {
        return;
    }
    let rows = act.fields.iter().map(|(name, field)| {
        let both = |words: &Option<litopys_domain::violation::Words>| {
            words.as_ref().map(|w| format!("{} · {}", w.en, w.uk)).unwrap_or_default()
        };
        let optional = if field.optional { "optional" } else { "required" };
        let kept = format!("{:?}", field.kept).to_lowercase();
        let ty = match cell(&written["fields"][name]["type"]) {
            ty if ty.is_empty() => format!("{:?}", field.ty),
            ty => ty,
        };
        let keep = field.keep.clone().unwrap_or_default();
        let title = both(&field.title);
        [name.clone(), title, ty, optional.to_owned(), kept, both(&field.purpose), keep]
    });
    let head = ["Field", "Meaning", "Type", "", "Kept", "Purpose", "How long"];
    html.table(&head, rows);
}

/// Rules with their condition; those of included law have it in their own file.
fn rules(html: &mut Html, written: &Value, act: &ActLaw) {
    if act.rules.is_empty() {
        return;
    }
    let texts = written["rules"].as_array();
    let rows = act.rules.iter().map(|rule| {
        let found = texts.into_iter().flatten().find(|text| text["id"] == rule.id.as_str());
        let condition = found.map(|text| match &text["refuse"] {
            Value::Null => cell(&text["flag"]),
            refuse => cell(refuse),
        });
        let mend = rule.mend.as_ref().map(|w| format!("{} · {}", w.en, w.uk)).unwrap_or_default();
        [
            rule.id.clone(),
            format!("{:?}", rule.effect),
            format!("{} · {}", rule.says.en, rule.says.uk),
            condition.unwrap_or_else(|| "(general law)".to_owned()),
            mend,
            rule.basis.join(", "),
            format!("{:?}", rule.certainty).to_lowercase(),
        ]
    });
    let head = ["Rule", "Effect", "Says", "When", "How to mend", "Article", "Certainty"];
    html.table(&head, rows);
}

fn clocks(html: &mut Html, edition: &Value) {
    let Some(clocks) = edition["clocks"].as_object().filter(|clocks| !clocks.is_empty()) else {
        return;
    };
    html.heading("Terms", "Строки");
    let rows = clocks.iter().map(|(id, clock)| {
        let length = match &clock["within"] {
            Value::Null => cell(&clock["until"]),
            within => cell(within),
        };
        [
            id.clone(),
            words(&clock["title"]),
            length,
            cell(&clock["starts"]),
            cell(&clock["stops"]),
            cell(&clock["fires"]),
            words(&clock["overdue"]["says"]),
            cell(&clock["basis"]),
            cell(&clock["certainty"]),
        ]
    });
    let head = [
        "Term",
        "Meaning",
        "Length",
        "Starts with",
        "Stops with",
        "Fires",
        "When overdue",
        "Article",
        "Certainty",
    ];
    html.table(&head, rows);
}

fn engine_acts(html: &mut Html, law: &Law) {
    html.heading("Acts of every case", "Дії, спільні для всіх справ");
    let rows = law.acts.values().filter(|act| act.engine.is_some()).map(|act| {
        let roles: Vec<_> = act.signed_by.iter().map(|roles| roles.join(" + ")).collect();
        let certainty = format!("{:?}", act.certainty).to_lowercase();
        [act.id.clone(), act.title.en.clone(), act.title.uk.clone(), roles.join(" or "), certainty]
    });
    html.table(&["Act", "English", "Українською", "Signed by", "Certainty"], rows);
}
