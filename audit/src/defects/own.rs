//! Findings that only an auditor makes: they rest on when an act was recorded, on the registry as
//! it became, or on what the statement cites. CL-DEFECT marks them `auditor`.

use litopys_domain::act::RecordedAct;
use litopys_domain::law::engine::EngineAct;
use litopys_domain::law::file::{ActKind, Severity};
use litopys_domain::law::judge::{Flag, Verdict};
use litopys_domain::law::model::ActLaw;
use litopys_domain::law::value::Value;
use litopys_domain::registry::ROLE_SYSTEM;
use litopys_domain::violation::{Certainty, Words};

use super::ground::Ground;

/// Their numbers.
pub const OWN: [&str; 3] = [OTHER_TEXT, COMPETENCE, BACKDATED];
const OTHER_TEXT: &str = "DEF-035";
const COMPETENCE: &str = "DEF-046";
const BACKDATED: &str = "DEF-051";
/// Working days within which an act is recorded.
const RECORDED_WITHIN: i32 = 2;
/// The source of what was decided on paper, whenever it is recorded.
const PAPER: &str = "PAPER-ATTESTED";

/// What an auditor adds to the flags of an act's verdict.
pub(super) fn flags(ground: &Ground, act: &RecordedAct, verdict: &Verdict) -> Vec<Flag> {
    let found = [
        other_text(act, verdict),
        without_competence(ground, act, verdict),
        backdated(ground, act),
    ];
    let known = |flag: &Flag| verdict.flags.iter().any(|one| one.rule == flag.rule);
    found.into_iter().flatten().filter(|flag| !known(flag)).collect()
}

/// The law cited is not the one that was due at the position.
fn other_text(act: &RecordedAct, verdict: &Verdict) -> Option<Flag> {
    let cited = act.statement.law.as_ref()?;
    let due = verdict.law.as_ref().filter(|due| *due != cited)?;
    let says = Words::new(
        format!("Cites the text of {}, due was that of {}", cited.edition, due.edition),
        format!("Послано на редакцію від {}, чинною була від {}", cited.edition, due.edition),
    );
    Some(flag(OTHER_TEXT, Severity::V, says, &["CONST:58"], Certainty::Sure))
}

/// A signer whose competence for this act had not begun or had ended, as the registry knows by now:
/// also where it was ended, for a change of the law say, only after the act was recorded. Who only
/// records what another decided needs none.
fn without_competence(ground: &Ground, act: &RecordedAct, verdict: &Verdict) -> Option<Flag> {
    if act.statement.author.is_some() {
        return None;
    }
    let course = verdict.competence_required.as_ref()?;
    let day = act.statement.occurred_at.date_in(ground.laws.zone());
    let signer = act.statement.signers.iter().find(|signer| {
        let officer = ground.registry.signatory(&signer.by);
        signer.role != ROLE_SYSTEM && !officer.is_some_and(|one| one.has_competence(course, day))
    })?;
    let says = Words::new(
        format!("{} did not hold the competence {course} on {day}", signer.by),
        format!("{} не має чинної компетентності {course} на {day}", signer.by),
    );
    Some(flag(COMPETENCE, Severity::D, says, &[], Certainty::Design))
}

/// An act of the office itself, recorded long after its legal date. What another decided comes when
/// it comes, and a term that ran out waits for its recording allowance.
fn backdated(ground: &Ground, act: &RecordedAct) -> Option<Flag> {
    let statement = &act.statement;
    let cited = statement.law.as_ref()?;
    if statement.author.is_some() || statement.source == PAPER {
        return None;
    }
    let zone = ground.laws.zone();
    let date = statement.occurred_at.date_in(zone);
    let package = ground.laws.in_force(&cited.procedure, date, act.position)?;
    let law = package.law.act(&statement.act).filter(|law| is_own(law))?;
    let calendar = package.law.calendars.get("UA")?;
    let last = calendar.forward(date, &Value::WorkingDays(RECORDED_WITHIN))?;
    let recorded = act.recorded_at.timestamp().to_zoned(zone.clone()).date();
    let says = Words::new(
        format!("{} of {date} was recorded on {recorded}", law.title.en),
        format!("«{}» від {date} записано {recorded}", law.title.uk),
    );
    (recorded > last).then(|| flag(BACKDATED, Severity::D, says, &[], Certainty::Design))
}

fn is_own(law: &ActLaw) -> bool {
    let paper = [Some(EngineAct::LegacyRecordAttested), Some(EngineAct::CaseTakenOver)];
    matches!(law.kind, ActKind::Decision | ActKind::Step) && !paper.contains(&law.engine)
}

fn flag(rule: &str, severity: Severity, says: Words, basis: &[&str], certainty: Certainty) -> Flag {
    Flag {
        rule: rule.to_owned(),
        severity,
        answered: None,
        says,
        mend: None,
        basis: basis.iter().map(|one| (*one).to_owned()).collect(),
        certainty,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use litopys_domain::built_in::LAW_FILES;
    use litopys_domain::law::book::LawBook;

    #[test]
    fn the_list_says_which_findings_are_the_auditors() {
        let book = LawBook::read(LAW_FILES.iter().copied()).unwrap();
        let law = book.law("forced-return", "2025-01-01".parse().unwrap()).unwrap();
        let listed = law.lists["CL-DEFECT"].all_on("2025-01-01".parse().unwrap());
        let of_auditor = listed.filter(|(_, code)| code.attributes["judged"].contains("auditor"));
        let of_auditor: BTreeSet<&str> = of_auditor.map(|(code, _)| code).collect();
        assert_eq!(of_auditor, BTreeSet::from(super::OWN));
    }
}
