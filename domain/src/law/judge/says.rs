//! What a refusal says, in both languages, and how to mend it.

mod case_acts;

pub(super) use case_acts::*;
use jiff::civil::Date;

use super::Flag;
use crate::{
    ids::StatementHash,
    law::{
        file::Precision,
        fold::Blocked,
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

pub(super) fn case_closed() -> Violation {
    violation(
        "not-due",
        "/act",
        fixed("The case is closed", "Справу закрито"),
        fixed("Reopen the case first", "Спершу відновіть справу"),
    )
}

pub(super) fn did_not_run(on: Date) -> Violation {
    violation(
        "not-due",
        "/occurred_at",
        (
            format!("The acts recorded since let no term run out on {on}"),
            format!("За внесеними відтоді актами {on} жоден строк не спливав"),
        ),
        fixed("Record what ended the term", "Внесіть те, що завершило строк"),
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

/// What mends the record concerns one act only, so the presumption is taken back first.
pub(super) fn unsettles(hash: StatementHash, act: &str) -> Violation {
    violation(
        "rebuts-presumption",
        "/concerns",
        (
            format!("Without what is mended {act} would not have come on record"),
            format!("Без виправленого {act} не було б внесено"),
        ),
        (format!("Enter {hash} in error first"), format!("Спершу відмітьте {hash} помилковим")),
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

/// An act that concerns one other act cannot name the presumption beside it.
pub(super) fn rebuts_first(hash: StatementHash, act: &str) -> Violation {
    Violation { mend: unsettles(hash, act).mend, ..rebuts(hash, act) }
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
