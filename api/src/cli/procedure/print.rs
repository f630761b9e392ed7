//! The consolidated edition of one day as a page: what a jurist reads, each rule beside its
//! article, its source and how sure the reading is, in English and Ukrainian.

mod sources;
mod table;

use jiff::civil::Date;
use litopys_domain::law::model::{ActLaw, Effect, Law, TriggerLaw};
use serde_json::Value;

use sources::Sources;
use table::{Html, Ruled, cell, words};

const STYLE: &str = "\
body{font:16px/1.45 'Noto Serif',serif;max-width:75rem;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}\
td,th{border:1px solid #bbb;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:break-word}\
th{background:#f2f2f2}td:first-child{white-space:nowrap}code{font-size:.85em;overflow-wrap:anywhere;white-space:pre-wrap}\
.uk{color:#234}.sure{color:#063}.check{color:#850}.design{color:#555}\
nav ul{columns:3;padding-left:1.2rem}a:focus-visible,.skip:focus{outline:3px solid #205ea8;outline-offset:2px}\
.skip{position:absolute;left:-99rem}.skip:focus{position:static}\
.rule{display:grid;grid-template-columns:minmax(0,1fr) 21rem;gap:0 1.5rem;border-top:1px solid #bbb;padding:.6rem 0}\
.rule h4{grid-column:1/-1;margin:0 0 .2rem}.rule p{margin:.15rem 0}\
.rule dl{margin:0;display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.1rem .6rem;align-content:start;overflow-wrap:anywhere;font-size:.9em;border-left:3px solid #ddd;padding-left:.8rem}.rule dt{font-weight:bold}.rule dd{margin:0 0 .3rem}\
@media(max-width:50rem){.rule{display:block}nav ul{columns:1}}\
@media print{body{font-size:10pt;max-width:none;margin:0}nav,.skip{display:none}h2{break-before:page}tr,.rule{break-inside:avoid}.rule{grid-template-columns:minmax(0,1fr) 16rem}}";

/// The page of an edition: its canonical text for what is written, the compiled law for what
/// included general law and the engine add.
/// `earlier` are the editions before it, oldest first: since when a rule stands is read from them.
pub(super) fn page(edition: &Value, law: &Law, earlier: &[Law], on: Date) -> String {
    let mut html = Html::default();
    let sources = Sources { law, earlier };
    head(&mut html, edition, law, on);
    contents(&mut html, law);
    html.raw("<main id=\"main\">");
    switches(&mut html, edition);
    states(&mut html, edition, law);
    for act in law.acts.values().filter(|act| act.engine.is_none()) {
        act_section(&mut html, edition, act, &sources);
    }
    clocks(&mut html, law, &sources);
    engine_acts(&mut html, law);
    html.raw("</main></body></html>\n");
    html.text
}

/// Ways to every act without a mouse.
fn contents(html: &mut Html, law: &Law) {
    html.raw("<nav aria-label=\"Acts · Дії\"><ul>");
    for act in law.acts.values().filter(|act| act.engine.is_none()) {
        html.raw(&format!("<li><a href=\"#{}\">", act.id));
        html.escaped(&act.title.en);
        html.raw("</a></li>");
    }
    html.raw("<li><a href=\"#terms\">Terms · Строки</a></li></ul></nav>\n");
}

fn head(html: &mut Html, edition: &Value, law: &Law, on: Date) {
    html.raw("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>");
    html.escaped(&format!("{} {}", law.procedure, law.edition));
    html.raw("</title><style>");
    html.raw(STYLE);
    html.raw(
        "</style></head><body><a class=\"skip\" href=\"#main\">To the text · До тексту</a><h1>",
    );
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
              a choice of this system, never cited to a court. No day of checking is kept for single rules, and \
              no lawyer has reviewed them yet; beside each rule stands since when its text is in force here.</p>\
              <p lang=\"uk\" class=\"uk\">sure: звірено з текстом закону · check: ще слід звірити · design: рішення цієї системи, на яке \
              не посилаються в суді. Дня звірки окремих правил немає, і юрист їх ще не перевіряв; біля кожного правила зазначено, відколи \
              його текст тут чинний.</p>",
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
    html.table(
        &[
            "On · Дата",
            "Register · Реєстр",
            "Change · Зміна",
            "Law · Закон",
            "Pending cases · Розпочаті справи",
            "Certainty · Певність",
        ],
        rows,
    );
}

fn states(html: &mut Html, edition: &Value, law: &Law) {
    html.heading("States", "Стани");
    let rows = law.states.iter().map(|(id, state)| {
        let last = if state.is_final { "final · кінцевий" } else { "" };
        [id.clone(), state.title.en.clone(), state.title.uk.clone(), last.to_owned()]
    });
    html.table(&["State · Стан", "English", "Українською", ""], rows);
    html.paragraph(&format!(
        "A case is opened by · Справу відкриває: {}.",
        law.opened_by.join(", ")
    ));
    if let Some(moves) = edition["on"].as_object() {
        let rows = moves.iter().map(|(act, to)| [act.clone(), cell(to)]);
        html.table(
            &["Act of every case · Дія, спільна для всіх справ", "Leads to · Веде до"],
            rows,
        );
    }
}

fn act_section(html: &mut Html, edition: &Value, act: &ActLaw, sources: &Sources<'_>) {
    let written = &edition["acts"][&act.id];
    html.section(&act.id, &format!("{}: {}", act.id, act.title.en), &act.title.uk);
    let alternatives: Vec<_> = act.signed_by.iter().map(|roles| roles.join(" + ")).collect();
    let certainty = format!("{:?}", act.certainty).to_lowercase();
    let rows = [
        ["Kind · Вид".to_owned(), format!("{:?}", act.kind).to_lowercase()],
        ["From · Зі стану".to_owned(), cell(&written["from"])],
        ["To · До стану".to_owned(), cell(&written["to"])],
        ["Signed by · Підписує".to_owned(), alternatives.join(" / ")],
        ["On behalf of · Від імені".to_owned(), act.on_behalf_of.join(", ")],
        ["Recorded by · Записує".to_owned(), act.recorded_by.join(", ")],
        ["Competence · Компетентність".to_owned(), act.competence.clone().unwrap_or_default()],
        ["Legal basis · Правова підстава".to_owned(), act.basis.join(", ")],
        ["Appeal · Оскарження".to_owned(), act.appeal.join(", ")],
        ["Letter · Документ".to_owned(), act.letter.clone().unwrap_or_default()],
        ["Statistics · Статистика".to_owned(), act.feeds.join(", ")],
        ["Certainty · Певність".to_owned(), certainty],
    ];
    html.table(&["", ""], rows.into_iter().filter(|[_, value]| !value.is_empty()));
    fields(html, written, act);
    rules(html, act, sources);
}

fn fields(html: &mut Html, written: &Value, act: &ActLaw) {
    if act.fields.is_empty() {
        return;
    }
    let rows = act.fields.iter().map(|(name, field)| {
        let both = |words: &Option<litopys_domain::violation::Words>| {
            words.as_ref().map(|w| format!("{} · {}", w.en, w.uk)).unwrap_or_default()
        };
        let optional = if field.optional {
            "optional · необов'язкове"
        } else {
            "required · обов'язкове"
        };
        let kept = format!("{:?}", field.kept).to_lowercase();
        let ty = match cell(&written["fields"][name]["type"]) {
            ty if ty.is_empty() => format!("{:?}", field.ty),
            ty => ty,
        };
        let keep = field.keep.clone().unwrap_or_default();
        let title = both(&field.title);
        [name.clone(), title, ty, optional.to_owned(), kept, both(&field.purpose), keep]
    });
    let head = [
        "Field · Поле",
        "Meaning · Зміст",
        "Type · Тип",
        "",
        "Kept · Зберігання",
        "Purpose · Мета",
        "How long · Строк зберігання",
    ];
    html.table(&head, rows);
}

/// Every rule, with what it rests on beside it.
fn rules(html: &mut Html, act: &ActLaw, sources: &Sources<'_>) {
    if act.rules.is_empty() {
        return;
    }
    html.raw("<h3>Rules <span class=\"uk\" lang=\"uk\">Правила</span></h3>\n");
    for rule in &act.rules {
        let effect = match rule.effect {
            Effect::Refuse => "refuses · відмовляє".to_owned(),
            Effect::Flag(severity) => format!("flags {severity:?} · попереджає {severity:?}"),
        };
        let mut side = sources.ground(&rule.basis, rule.certainty);
        side.push(("Since · Чинне з", sources.rule_since(act, rule).to_string()));
        side.push(("File · Файл", rule.file().to_owned()));
        html.rule(&Ruled {
            title: &format!("{}: {effect}", rule.id),
            says: &rule.says,
            code: rule.condition(),
            remark: rule.mend.as_ref(),
            side: &side,
        });
    }
}

fn clocks(html: &mut Html, law: &Law, sources: &Sources<'_>) {
    html.section("terms", "Terms", "Строки");
    let list = |triggers: &[TriggerLaw]| {
        triggers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    for clock in &law.clocks {
        let mut lines = Vec::new();
        let mut line = |what: &str, text: String| {
            if !text.is_empty() {
                lines.push(format!("{what} {text}"));
            }
        };
        for way in clock.start_ways() {
            line("starts with", way.on.to_string());
            line("  when", way.when.unwrap_or_default().to_owned());
            line("  from", way.from.unwrap_or_default().to_owned());
            line("  until", way.until.unwrap_or_default().to_owned());
        }
        line("stops with", list(&clock.stops));
        line("stands still with", list(&clock.suspends));
        line("goes on with", list(&clock.resumes));
        for (on, to) in clock.extensions() {
            line("extended by", format!("{on}: {to}"));
        }
        line("then the ledger signs", clock.fires.clone().unwrap_or_default());
        line("waits for late records", clock.waits().unwrap_or_default());
        let length = clock.length().unwrap_or_else(|| "until a day of the case".to_owned());
        let overdue = clock.overdue.as_ref();
        let mut side = sources.ground(&clock.basis, clock.certainty);
        side.extend(overdue.map(|one| {
            ("When overdue · У разі прострочення", format!("{} {:?}", one.id, one.severity))
        }));
        html.rule(&Ruled {
            title: &format!("{}: {length}", clock.id),
            says: &clock.title,
            code: &lines.join("\n"),
            remark: overdue.map(|one| &one.says),
            side: &side,
        });
    }
}

fn engine_acts(html: &mut Html, law: &Law) {
    html.heading("Acts of every case", "Дії, спільні для всіх справ");
    let rows = law.acts.values().filter(|act| act.engine.is_some()).map(|act| {
        let roles: Vec<_> = act.signed_by.iter().map(|roles| roles.join(" + ")).collect();
        let certainty = format!("{:?}", act.certainty).to_lowercase();
        [act.id.clone(), act.title.en.clone(), act.title.uk.clone(), roles.join(" / "), certainty]
    });
    html.table(
        &["Act · Дія", "English", "Українською", "Signed by · Підписує", "Certainty · Певність"],
        rows,
    );
}
