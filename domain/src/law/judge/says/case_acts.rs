//! What a refusal of the engine's own acts says.

use jiff::civil::Date;

use super::{fixed, violation};
use crate::{
    ids::StreamId,
    law::fold::Stop,
    violation::{Violation, Words},
};

pub(in crate::law::judge) fn unknown_concern(index: usize) -> Violation {
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

pub(in crate::law::judge) fn concerns_one(act: &str) -> Violation {
    bad_concern(format!("{act} concerns exactly one act"), format!("{act} стосується одного акта"))
}

pub(in crate::law::judge) fn not_a_decision(act: &str) -> Violation {
    bad_concern(format!("{act} is no decision"), format!("{act} не є рішенням"))
}

pub(in crate::law::judge) fn before_its_object(date: Date) -> Violation {
    bad_concern(
        format!("The act it concerns is of {date}, later than this one"),
        format!("Акт, якого це стосується, датовано пізніше: {date}"),
    )
}

pub(in crate::law::judge) fn not_effective(act: &str) -> Violation {
    bad_concern(format!("{act} is not in effect"), format!("{act} не діє"))
}

pub(in crate::law::judge) fn already_served(act: &str) -> Violation {
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

pub(in crate::law::judge) fn opened_the_case(act: &str) -> Violation {
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

pub(in crate::law::judge) fn no_object(act: &str) -> Violation {
    bad_concern(
        format!("The case holds nothing that {act} could be about"),
        format!("У справі немає нічого, чого міг би стосуватися {act}"),
    )
}

pub(in crate::law::judge) fn no_stop(act: &str) -> Violation {
    bad_concern(format!("{act} stops nothing any more"), format!("{act} уже нічого не зупиняє"))
}

pub(in crate::law::judge) fn annulled_before(date: Date) -> Violation {
    bad_concern(
        format!("A court annulled the decision on {date}"),
        format!("Рішення скасовано судом {date}"),
    )
}

pub(in crate::law::judge) fn not_suspended(act: &str) -> Violation {
    bad_concern(format!("{act} is not suspended"), format!("Дію {act} не зупинено"))
}

pub(in crate::law::judge) fn stopped(act: &str, stop: &Stop<'_>) -> Violation {
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

pub(in crate::law::judge) fn former_subject(subject: &StreamId) -> Words {
    Words::new(
        format!("{subject} was taken out of the case by a correction"),
        format!("{subject} вилучено зі справи виправленням"),
    )
}

pub(in crate::law::judge) fn same_subjects() -> Violation {
    violation(
        "same-subjects",
        "/subjects",
        fixed("The case is about these people already", "Справа вже стосується цих осіб"),
        fixed("Name the people who are meant", "Зазначте осіб, про яких ідеться"),
    )
}

pub(in crate::law::judge) fn same_office() -> Violation {
    violation(
        "same-office",
        "/facts/to_office",
        fixed("The case is with this office already", "Справа вже перебуває в цьому органі"),
        fixed("Assign it to another officer", "Призначте іншого виконавця"),
    )
}

pub(in crate::law::judge) fn not_the_receiver(index: usize, to: &str) -> Violation {
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

pub(in crate::law::judge) fn no_other_case() -> Violation {
    bad_link("/facts/case", "This is no other case", "Це не інша справа")
}

pub(in crate::law::judge) fn already_linked() -> Violation {
    bad_link("/facts/link", "The cases are linked so already", "Справи вже так пов'язано")
}

pub(in crate::law::judge) fn not_linked() -> Violation {
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

pub(in crate::law::judge) fn clock_twice(clock: &str) -> Violation {
    let mend = fixed("Name each term once", "Зазначте кожен строк один раз");
    bad_term(clock, "stands twice", "зазначено двічі", mend)
}

pub(in crate::law::judge) fn clock_without_end(clock: &str) -> Violation {
    let mend = fixed("Give the last days under `due_on`", "Зазначте останні дні в `due_on`");
    bad_term(clock, "has no fixed length", "не має сталої тривалості", mend)
}

pub(in crate::law::judge) fn clock_begins_later(clock: &str) -> Violation {
    let mend = fixed("Give the day on which it began", "Зазначте день, коли він почався");
    bad_term(clock, "begins after the case is taken over", "починається після взяття справи", mend)
}

pub(in crate::law::judge) fn only_the_ledger_puts(fact: &str) -> Violation {
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

pub(in crate::law::judge) fn not_put(pointer: &str) -> Violation {
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

pub(in crate::law::judge) fn put_on(date: Date) -> Violation {
    violation(
        "not-put",
        "/occurred_at",
        fixed("The dispute put this on another day", "Акт справи про спір має іншу дату"),
        (format!("Its legal date is {date}"), format!("Юридична дата: {date}")),
    )
}

pub(in crate::law::judge) fn already_put() -> Violation {
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

pub(in crate::law::judge) fn no_such_decision(case: &StreamId) -> Words {
    Words::new(
        format!("{case} holds no such decision, so the outcome reaches nothing there"),
        format!("У {case} немає такого рішення, тож наслідок нікуди не потрапить"),
    )
}

pub(in crate::law::judge) fn register_again() -> Words {
    Words::new(
        "Correct the decision that the claim attacks",
        "Виправте рішення, яке оскаржує позов",
    )
}
