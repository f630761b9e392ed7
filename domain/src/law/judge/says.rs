//! What a refusal says, in both languages, and how to mend it.

use jiff::civil::Date;

use super::Flag;
use crate::{
    ids::{StatementHash, StreamId},
    law::{
        file::Precision,
        fold::{Blocked, Stop},
        model::{ActLaw, From, Law, RuleLaw},
        value::Type,
    },
    statement::LawRef,
    violation::{Violation, Words},
};

fn violation(
    code: &'static str,
    pointer: impl Into<String>,
    (en, uk): (String, String),
    (mend_en, mend_uk): (String, String),
) -> Violation {
    Violation::new(code, pointer, Words::new(en, uk), Words::new(mend_en, mend_uk))
}

/// Fixed texts.
fn fixed(en: &str, uk: &str) -> (String, String) {
    (en.to_owned(), uk.to_owned())
}

fn listed(alternatives: &[Vec<String>]) -> String {
    let together = alternatives.iter().map(|roles| roles.join(" + "));
    together.collect::<Vec<_>>().join(", ")
}

pub(super) fn law_missing() -> Violation {
    violation(
        "law-missing",
        "/law",
        fixed("An act of a case cites its law", "Акт у справі має посилатися на закон"),
        fixed("Draft the act again", "Складіть акт заново"),
    )
}

pub(super) fn other_procedure(procedure: &str) -> Violation {
    violation(
        "wrong-law",
        "/law/procedure",
        (format!("The case is one of `{procedure}`"), format!("Справа належить до `{procedure}`")),
        (format!("Cite `{procedure}`"), format!("Зазначте `{procedure}`")),
    )
}

pub(super) fn no_edition(procedure: &str, date: Date) -> Violation {
    violation(
        "no-edition",
        "/occurred_at",
        (
            format!("No published edition of `{procedure}` was in force on {date}"),
            format!("Станом на {date} немає оприлюдненої редакції `{procedure}`"),
        ),
        fixed("Check the date, or publish the edition", "Перевірте дату або оприлюдніть редакцію"),
    )
}

pub(super) fn unknown_act(act: &str, procedure: &str, edition: Date) -> Violation {
    violation(
        "unknown-act",
        "/act",
        (
            format!("`{procedure}` has no act {act} in the edition of {edition}"),
            format!("У `{procedure}` в редакції від {edition} немає акта {act}"),
        ),
        fixed(
            "Choose one of the next acts of the case",
            "Оберіть один із можливих наступних актів",
        ),
    )
}

pub(super) fn wrong_law(right: &LawRef) -> Violation {
    violation(
        "wrong-law",
        "/law",
        fixed(
            "The act cites another edition or package than the one that was due",
            "Акт посилається не на ту редакцію чи пакет",
        ),
        (
            format!("Cite edition {} and package {}", right.edition, right.package),
            format!("Зазначте редакцію {} і пакет {}", right.edition, right.package),
        ),
    )
}

pub(super) fn wrong_precision(at: Precision) -> Violation {
    let (en, uk) = match at {
        Precision::Date => ("Write a day: 2026-11-22", "Зазначте день: 2026-11-22"),
        Precision::Instant => {
            ("Write a moment: 2026-11-22T10:15:30Z", "Зазначте момент: 2026-11-22T10:15:30Z")
        }
    };
    violation(
        "wrong-precision",
        "/occurred_at",
        fixed("The legal time is not as fine as the act asks", "Юридичний час має іншу точність"),
        fixed(en, uk),
    )
}

pub(super) fn in_the_future(date: Date, today: Date) -> Violation {
    violation(
        "in-the-future",
        "/occurred_at",
        (
            format!("{date} is more than a day after {today}"),
            format!("{date} більш ніж на день пізніше {today}"),
        ),
        fixed("Record the act when it has happened", "Внесіть акт, коли він відбудеться"),
    )
}

pub(super) fn state_disputed(one: Option<&str>, other: Option<&str>) -> Violation {
    let (one, other) = (one.unwrap_or("-"), other.unwrap_or("-"));
    violation(
        "state-disputed",
        "/act",
        (
            format!("The case is out of order: `{one}` or `{other}`"),
            format!("Послідовність справи порушено: `{one}` або `{other}`"),
        ),
        (determine_state().en, determine_state().uk),
    )
}

pub(super) fn determine_state() -> Words {
    Words::new("A head signs StateDetermined", "Керівник підписує StateDetermined")
}

pub(super) fn impossible(
    blocked: Blocked,
    law: &Law,
    act: &ActLaw,
    state: Option<&str>,
) -> Violation {
    let title = state.and_then(|state| law.states.get(state)).map(|state| &state.title);
    let (en, uk) = match title {
        Some(title) => (title.en.as_str(), title.uk.as_str()),
        None => ("not opened", "не відкрито"),
    };
    let from = match &act.from {
        From::Any => "any state that is not final".to_owned(),
        From::States(states) => states.join(", "),
    };
    let mend = match blocked {
        Blocked::NotOpened => (
            format!("Open the case with {}", law.opened_by.join(" or ")),
            format!("Відкрийте справу актом {}", law.opened_by.join(" або ")),
        ),
        Blocked::Closed => fixed("Reopen the case first", "Спершу відновіть справу"),
        Blocked::NotClosed => fixed("The case is not closed", "Справу не закрито"),
        Blocked::NotDue => fixed("The term has not passed", "Строк не сплив"),
        Blocked::InTransfer => fixed(
            "The case is on its way to another office: let it be received first",
            "Справу передають до іншого органу: спершу її мають прийняти",
        ),
        Blocked::NoTransfer => fixed(
            "The case was not handed to another office",
            "Справу не передано до іншого органу",
        ),
        Blocked::AlreadyOpen | Blocked::WrongState | Blocked::Final => {
            (format!("It is possible in: {from}"), format!("Можливо у станах: {from}"))
        }
    };
    violation(
        "impossible-transition",
        "/act",
        (
            format!("{} is not possible in the state “{en}”", act.id),
            format!("{} неможливо у стані «{uk}»", act.id),
        ),
        mend,
    )
}

pub(super) fn term_runs() -> Violation {
    violation(
        "not-due",
        "/act",
        fixed("Its term has not passed", "Строк ще не сплив"),
        fixed("The ledger signs it in time", "Реєстр підпише це вчасно"),
    )
}

pub(super) fn not_ripe(until: Date) -> Violation {
    violation(
        "not-due",
        "/act",
        fixed("The recording allowance has not passed", "Час на внесення записів ще не минув"),
        (format!("Sign it after {until}"), format!("Підпишіть після {until}")),
    )
}

pub(super) fn fires_on(on: Date) -> Violation {
    violation(
        "not-due",
        "/occurred_at",
        fixed("The term ran out on another day", "Строк сплив іншого дня"),
        (format!("Its legal date is {on}"), format!("Юридична дата: {on}")),
    )
}

pub(super) fn rebuts(hash: StatementHash, act: &str) -> Violation {
    violation(
        "rebuts-presumption",
        "/concerns",
        (
            format!("The act disproves {act}, which a passed term had put on record"),
            format!("Акт спростовує {act}, внесений після спливу строку"),
        ),
        (format!("Name {hash} under `concerns`"), format!("Зазначте {hash} у `concerns`")),
    )
}

pub(super) fn out_of_order(act: &str) -> Words {
    Words::new(
        format!("With this act {act}, recorded before, is not possible any more"),
        format!("З цим актом раніше внесений {act} стає неможливим"),
    )
}

pub(super) fn before_switch(date: Date, on: Date) -> Words {
    Words::new(
        format!("The act is dated {date}, before the law changed on {on}"),
        format!("Акт датовано {date}, до зміни закону {on}"),
    )
}

pub(super) fn missing_fact(name: &str, ty: &Type) -> Violation {
    violation(
        "missing-fact",
        format!("/facts/{name}"),
        (format!("`{name}` is missing"), format!("Бракує `{name}`")),
        (format!("Give a {ty}"), format!("Зазначте значення типу {ty}")),
    )
}

pub(super) fn unknown_fact(name: &str, act: &str) -> Violation {
    violation(
        "unknown-fact",
        format!("/facts/{name}"),
        (format!("{act} has no field `{name}`"), format!("{act} не має поля `{name}`")),
        fixed("Leave it out", "Вилучіть його"),
    )
}

pub(super) fn must_be_sealed(name: &str) -> Violation {
    violation(
        "fact-must-be-sealed",
        format!("/facts/{name}"),
        (
            format!("`{name}` is personal and is never open"),
            format!("`{name}` є персональними даними і не може бути відкритим"),
        ),
        fixed(
            "Give it under `private` when drafting",
            "Подайте його в `private` під час складання",
        ),
    )
}

pub(super) fn wrong_fact(name: &str, ty: &Type) -> Violation {
    violation(
        "wrong-fact",
        format!("/facts/{name}"),
        (format!("`{name}` is no {ty}"), format!("`{name}` не є значенням типу {ty}")),
        (format!("Give a {ty}"), format!("Зазначте значення типу {ty}")),
    )
}

pub(super) fn unknown_code(name: &str, code: &str, list: &str, date: Date) -> Violation {
    violation(
        "unknown-code",
        format!("/facts/{name}"),
        (
            format!("`{code}` is not in {list} on {date}"),
            format!("`{code}` немає в {list} станом на {date}"),
        ),
        (format!("Choose a code of {list}"), format!("Оберіть код із {list}")),
    )
}

pub(super) fn nothing_corrected() -> Violation {
    violation(
        "missing-fact",
        "/facts",
        fixed("The correction corrects nothing", "Виправлення нічого не виправляє"),
        fixed("Give the right values", "Зазначте правильні значення"),
    )
}

pub(super) fn missing_sealed(name: &str) -> Violation {
    violation(
        "missing-sealed",
        format!("/sealed/{name}"),
        (format!("`{name}` is missing"), format!("Бракує `{name}`")),
        fixed(
            "Give it under `private` when drafting",
            "Подайте його в `private` під час складання",
        ),
    )
}

pub(super) fn unknown_sealed(name: &str, act: &str) -> Violation {
    violation(
        "unknown-sealed",
        format!("/sealed/{name}"),
        (format!("{act} has no field `{name}`"), format!("{act} не має поля `{name}`")),
        fixed("Leave it out", "Вилучіть його"),
    )
}

pub(super) fn must_be_open(name: &str) -> Violation {
    violation(
        "sealed-must-be-open",
        format!("/sealed/{name}"),
        (format!("`{name}` is an open field"), format!("`{name}` є відкритим полем")),
        fixed("Give it under `facts`", "Подайте його в `facts`"),
    )
}

pub(super) fn too_few_signatures(needed: usize) -> Violation {
    violation(
        "signature-missing",
        "/signers",
        (
            format!("{needed} different signers are needed"),
            format!("Потрібно різних підписантів: {needed}"),
        ),
        fixed("Let another officer sign too", "Додайте підпис іншої посадової особи"),
    )
}

pub(super) fn author_required(roles: &[String]) -> Violation {
    violation(
        "author-required",
        "/author",
        fixed(
            "This is recorded for whoever did it; it is not decided by signing",
            "Це вноситься за того, хто це вчинив, а не вирішується підписом",
        ),
        (
            format!("Name the author, such as {}", roles.join(", ")),
            format!("Зазначте автора, наприклад {}", roles.join(", ")),
        ),
    )
}

pub(super) fn author_not_allowed() -> Violation {
    violation(
        "author-not-allowed",
        "/author",
        fixed("A passed term has no author", "Сплив строку не має автора"),
        fixed("Leave it out", "Вилучіть його"),
    )
}

pub(super) fn may_not_sign(index: usize, role: &str, roles: &[Vec<String>]) -> Violation {
    let roles = listed(roles);
    violation(
        "role-may-not-sign",
        format!("/signers/{index}/role"),
        (format!("{role} may not sign this"), format!("{role} не може це підписати")),
        (format!("It is signed by: {roles}"), format!("Підписують: {roles}")),
    )
}

pub(super) fn not_all_signed(roles: &[Vec<String>]) -> Violation {
    let roles = listed(roles);
    violation(
        "signature-missing",
        "/signers",
        fixed("Not everybody who must sign does", "Бракує обов'язкових підписів"),
        (format!("It is signed by: {roles}"), format!("Підписують: {roles}")),
    )
}

pub(super) fn may_not_record(index: usize, role: &str, roles: &[String]) -> Violation {
    let roles = roles.join(", ");
    violation(
        "role-may-not-record",
        format!("/signers/{index}/role"),
        (format!("{role} may not record this"), format!("{role} не може це внести")),
        (format!("It is recorded by: {roles}"), format!("Вносять: {roles}")),
    )
}

pub(super) fn unknown_role(role: &str) -> Violation {
    violation(
        "unknown-role",
        "/author/role",
        (format!("`{role}` is not in CL-ROLE"), format!("`{role}` немає в CL-ROLE")),
        fixed("Choose a code of CL-ROLE", "Оберіть код із CL-ROLE"),
    )
}

pub(super) fn author_without_power(role: &str, act: &str) -> Words {
    Words::new(
        format!("The law does not name {role} for {act}"),
        format!("Закон не називає {role} для {act}"),
    )
}

pub(super) fn only_services(index: usize, act: &str) -> Violation {
    violation(
        "only-services",
        format!("/signers/{index}/by"),
        (format!("{act} is signed by a service"), format!("{act} підписує система")),
        fixed("Leave it to the ledger", "Залиште це реєстру"),
    )
}

pub(super) fn office_missing(index: usize) -> Violation {
    violation(
        "unknown-office",
        format!("/signers/{index}/office"),
        fixed("The signer's office is missing", "Не зазначено орган підписанта"),
        fixed("Give a code of CL-TO or CL-PLACE", "Зазначте код із CL-TO або CL-PLACE"),
    )
}

pub(super) fn unknown_office(
    index: usize,
    office: &str,
    today: Date,
    successor: Option<&str>,
) -> Violation {
    let mend = match successor {
        Some(body) if !office.starts_with(body) => {
            (format!("It was merged into {body}"), format!("Його приєднано до {body}"))
        }
        _ => fixed("Give a code of CL-TO or CL-PLACE", "Зазначте код із CL-TO або CL-PLACE"),
    };
    violation(
        "unknown-office",
        format!("/signers/{index}/office"),
        (
            format!("There is no office {office} on {today}"),
            format!("Станом на {today} немає органу {office}"),
        ),
        mend,
    )
}

pub(super) fn unknown_source(source: &str) -> Violation {
    violation(
        "unknown-source",
        "/source",
        (format!("`{source}` is not in CL-SOURCE"), format!("`{source}` немає в CL-SOURCE")),
        fixed("Choose a code of CL-SOURCE", "Оберіть код із CL-SOURCE"),
    )
}

pub(super) fn unknown_basis(index: usize, basis: &str) -> Violation {
    violation(
        "unknown-basis",
        format!("/basis/{index}"),
        (
            format!("`{basis}` names no act of CL-ACT"),
            format!("`{basis}` не називає акта з CL-ACT"),
        ),
        fixed("Write ACT:article", "Пишіть АКТ:стаття"),
    )
}

pub(super) fn missing_basis(basis: &[String]) -> Violation {
    violation(
        "missing-basis",
        "/basis",
        fixed("A decision names its legal basis", "Рішення називає правову підставу"),
        (format!("Such as {}", basis.join(", ")), format!("Наприклад {}", basis.join(", "))),
    )
}

pub(super) fn unknown_concern(index: usize) -> Violation {
    violation(
        "unknown-concern",
        format!("/concerns/{index}"),
        fixed("There is no such act in this case", "У справі немає такого акта"),
        fixed("Name an act of the case", "Зазначте акт цієї справи"),
    )
}

fn bad_concern(en: String, uk: String) -> Violation {
    violation(
        "unfit-concern",
        "/concerns/0",
        (en, uk),
        fixed("Name the act that is meant", "Зазначте потрібний акт"),
    )
}

pub(super) fn concerns_one(act: &str) -> Violation {
    bad_concern(format!("{act} concerns exactly one act"), format!("{act} стосується одного акта"))
}

pub(super) fn not_a_decision(act: &str) -> Violation {
    bad_concern(format!("{act} is no decision"), format!("{act} не є рішенням"))
}

pub(super) fn before_its_object(date: Date) -> Violation {
    bad_concern(
        format!("The act it concerns is of {date}, later than this one"),
        format!("Акт, якого це стосується, датовано пізніше: {date}"),
    )
}

pub(super) fn not_effective(act: &str) -> Violation {
    bad_concern(format!("{act} is not in effect"), format!("{act} не діє"))
}

pub(super) fn already_served(act: &str) -> Violation {
    violation(
        "already-served",
        "/concerns/0",
        (format!("{act} has been served"), format!("{act} вже вручено")),
        fixed(
            "Correct a clerical error, or cancel the decision by a new one",
            "Виправте описку або скасуйте рішення новим рішенням",
        ),
    )
}

pub(super) fn opened_the_case(act: &str) -> Violation {
    violation(
        "unfit-concern",
        "/concerns/0",
        (
            format!("{act} opened the case, and the case went on"),
            format!("{act} відкрив справу, і справа рухалась далі"),
        ),
        fixed("Close the case instead", "Натомість закрийте справу"),
    )
}

pub(super) fn no_stop(act: &str) -> Violation {
    bad_concern(format!("{act} stops nothing any more"), format!("{act} уже нічого не зупиняє"))
}

pub(super) fn annulled_before(date: Date) -> Violation {
    bad_concern(
        format!("A court annulled the decision on {date}"),
        format!("Рішення скасовано судом {date}"),
    )
}

pub(super) fn stopped(act: &str, stop: &Stop<'_>) -> Violation {
    let hash = stop.act;
    violation(
        "stopped",
        "/act",
        (
            format!("{act} is stopped since {} ({})", stop.since, stop.ground),
            format!("{act} зупинено з {} ({})", stop.since, stop.ground),
        ),
        (
            format!(
                "Let the stop {hash} be lifted by StopLifted, or overridden for one act by StopOverridden with two signatures"
            ),
            format!(
                "Зупинення {hash} знімають актом StopLifted або долають для однієї дії актом StopOverridden з двома підписами"
            ),
        ),
    )
}

pub(super) fn former_subject(subject: &StreamId) -> Words {
    Words::new(
        format!("{subject} was taken out of the case by a correction"),
        format!("{subject} вилучено зі справи виправленням"),
    )
}

pub(super) fn same_subjects() -> Violation {
    violation(
        "same-subjects",
        "/subjects",
        fixed("The case is about these people already", "Справа вже стосується цих осіб"),
        fixed("Name the people who are meant", "Зазначте осіб, про яких ідеться"),
    )
}

pub(super) fn same_office() -> Violation {
    violation(
        "same-office",
        "/facts/to_office",
        fixed("The case is with this office already", "Справа вже перебуває в цьому органі"),
        fixed("Assign it to another officer", "Призначте іншого виконавця"),
    )
}

pub(super) fn not_the_receiver(index: usize, to: &str) -> Violation {
    violation(
        "not-the-receiver",
        format!("/signers/{index}/office"),
        (format!("The case was handed to {to}"), format!("Справу передано до {to}")),
        (format!("An officer of {to} receives it"), format!("Її приймає посадова особа {to}")),
    )
}

fn bad_link(pointer: &str, en: &str, uk: &str) -> Violation {
    violation(
        "unfit-link",
        pointer,
        fixed(en, uk),
        fixed("Name the other case and the link", "Зазначте іншу справу і зв'язок"),
    )
}

pub(super) fn no_other_case() -> Violation {
    bad_link("/facts/case", "This is no other case", "Це не інша справа")
}

pub(super) fn already_linked() -> Violation {
    bad_link("/facts/link", "The cases are linked so already", "Справи вже так пов'язано")
}

pub(super) fn not_linked() -> Violation {
    bad_link("/facts/link", "The cases are not linked so", "Справи так не пов'язано")
}

fn bad_term(clock: &str, en: &str, uk: &str, mend: (String, String)) -> Violation {
    violation(
        "unfit-term",
        "/facts/running",
        (format!("`{clock}` {en}"), format!("`{clock}` {uk}")),
        mend,
    )
}

pub(super) fn clock_twice(clock: &str) -> Violation {
    let mend = fixed("Name each term once", "Зазначте кожен строк один раз");
    bad_term(clock, "stands twice", "зазначено двічі", mend)
}

pub(super) fn clock_without_end(clock: &str) -> Violation {
    let mend = fixed("Give the last days under `due_on`", "Зазначте останні дні в `due_on`");
    bad_term(clock, "has no fixed length", "не має сталої тривалості", mend)
}

pub(super) fn clock_begins_later(clock: &str) -> Violation {
    let mend = fixed("Give the day on which it began", "Зазначте день, коли він почався");
    bad_term(clock, "begins after the case is taken over", "починається після взяття справи", mend)
}

pub(super) fn only_the_ledger_puts(fact: &str) -> Violation {
    violation(
        "not-put",
        format!("/facts/{fact}"),
        fixed(
            "Only the ledger names the dispute case that puts an outcome here",
            "Лише реєстр називає справу про спір, з якої походить запис",
        ),
        fixed("Leave it out and name the author", "Вилучіть це і зазначте автора"),
    )
}

pub(super) fn not_put(pointer: &str) -> Violation {
    violation(
        "not-put",
        pointer,
        fixed(
            "No act of a dispute case puts this here",
            "Жоден акт справи про спір цього не спричиняє",
        ),
        fixed("Let an officer record the judgment", "Нехай посадова особа внесе судове рішення"),
    )
}

pub(super) fn put_on(date: Date) -> Violation {
    violation(
        "not-put",
        "/occurred_at",
        fixed("The dispute put this on another day", "Акт справи про спір має іншу дату"),
        (format!("Its legal date is {date}"), format!("Юридична дата: {date}")),
    )
}

pub(super) fn already_put() -> Violation {
    violation(
        "already-put",
        "/facts/by",
        fixed(
            "The act of the dispute has put this here before",
            "Акт справи про спір це вже спричинив",
        ),
        fixed("Nothing is left to do", "Більше нічого робити не треба"),
    )
}

pub(super) fn rule(rule: &RuleLaw, pointer: String) -> Violation {
    let mend = rule.mend.clone().unwrap_or_else(|| Words::new("Correct the act", "Виправте акт"));
    let mut violation = Violation::new("rule-refuses", pointer, rule.says.clone(), mend);
    violation.rule = Some(rule.id.clone());
    violation.certainty = Some(rule.certainty);
    violation
}

pub(super) fn unanswered(flag: &Flag) -> Violation {
    let answer = fixed(
        "Answer it under `flags`: accepted, disputed or unavoidable",
        "Дайте відповідь у `flags`: accepted, disputed або unavoidable",
    );
    let mut violation = violation(
        "flag-unanswered",
        "/flags",
        (format!("{}: {}", flag.rule, flag.says.en), format!("{}: {}", flag.rule, flag.says.uk)),
        answer,
    );
    violation.rule = Some(flag.rule.clone());
    violation.certainty = Some(flag.certainty);
    violation
}

pub(super) fn unknown_rule(index: usize, rule: &str) -> Violation {
    violation(
        "unknown-rule",
        format!("/flags/{index}/rule"),
        (format!("There is no rule {rule}"), format!("Немає правила {rule}")),
        fixed("Answer only flags that were raised", "Відповідайте лише на наявні зауваження"),
    )
}
