//! Whether the signers of an act could sign it: keys by position, posts by date.
//!
//! Who holds which key and post is the registry fold of `domain`; the verdict over an act's
//! signers is the auditor's own. For the registry's own acts, which signatures they need
//! (DESIGN §7) is judged by `domain`: that part is shared with the writer.

use ed25519_dalek::VerifyingKey;
use jiff::civil::Date;
use litopys_domain::act::{Act, RecordedAct, SignedBy};
use litopys_domain::circumstances::{PERSON_FIELDS, PERSON_REGISTERED};
use litopys_domain::ids::AggregateType;
use litopys_domain::registry::{
    Place as RegistryPlace, ROLE_ADMINISTRATOR, ROLE_SYSTEM, Registry, RegistryAct, Signatory,
};
use litopys_domain::statement::{Signer, Statement};

use super::row::Examined;
use crate::finding::{Fault, Finding};
use crate::payload::Entry;
use crate::signatures::SignatureJob;

/// What the auditor checks itself, and therefore does not report twice.
const OWN_CODES: [&str; 4] = ["forged-signature", "unknown-key", "key-ended", "another-ledger"];

pub(crate) fn is_registry_act(act: &str) -> bool {
    RegistryAct::IDS.contains(&act)
}

/// Judges an act of the registry and then takes it in, sound or not: what follows was judged
/// by the writer with it, and the finding names where the fault began.
pub(crate) fn judge_registry_act(
    registry: &mut Registry,
    examined: &Examined,
    entry: &Entry,
    today: Date,
) -> Vec<Finding> {
    let place = &examined.place;
    let position = u64::try_from(place.position).unwrap_or_default();
    let at = RegistryPlace { today, position, opens: entry.sequence == 1 };
    let text = String::from_utf8_lossy(examined.statement_bytes());
    let mut findings = Vec::new();
    match Act::new(&text, entry.signatures.clone()) {
        Ok(act) => {
            let violations = registry.authorise(&act, at).err().unwrap_or_default();
            let foreign = violations.into_iter().filter(|v| !OWN_CODES.contains(&v.code));
            findings.extend(foreign.map(|v| Finding::of_violation(&v).at(place)));
        }
        Err(error) => {
            findings.push(Finding::new(Fault::RegistryAct, "an act", error).at(place));
        }
    }
    let Ok(leaf) = examined.leaf.as_slice().try_into() else { return findings };
    let recorded = RecordedAct {
        statement: entry.statement.clone(),
        hash: entry.statement_hash,
        position,
        sequence: entry.sequence,
        number: entry.number.clone(),
        recorded_at: entry.recorded_at,
        leaf,
    };
    if let Err(error) = registry.apply(&recorded) {
        findings.push(Finding::new(Fault::RegistryAct, &error.pointer, &error).at(place));
    }
    findings
}

/// Finds the key of every signature; what can be verified is handed back as jobs.
pub(crate) fn signature_jobs<'a>(
    registry: &Registry,
    examined: &'a Examined,
    entry: &'a Entry,
    findings: &mut Vec<Finding>,
) -> Vec<(&'a Signer, SignatureJob<'a>)> {
    let mut jobs = Vec::with_capacity(entry.signatures.len());
    for (signer, signed) in entry.statement.signers.iter().zip(&entry.signatures) {
        match key_of(registry, signer, signed, examined.place.position) {
            Ok(key) => {
                let statement = examined.statement_bytes();
                let job = SignatureJob { key, signature: signed.signature.0, statement };
                jobs.push((signer, job));
            }
            Err(finding) => findings.push(finding.at(&examined.place)),
        }
    }
    jobs
}

fn key_of(
    registry: &Registry,
    signer: &Signer,
    by: &SignedBy,
    position: i64,
) -> Result<VerifyingKey, Box<Finding>> {
    let position = u64::try_from(position).unwrap_or_default();
    let spans = registry.signatory(&signer.by).map_or(&[][..], |signatory| &signatory.keys);
    let mut own = spans.iter().filter(|span| span.key.thumbprint() == by.key).peekable();
    if own.peek().is_none() {
        let expected = format!("a key of {}", signer.by);
        return Err(Box::new(Finding::new(Fault::KeyUnknown, expected, by.key)));
    }
    let mut ended = None;
    for span in own {
        if span.from <= position && span.until.is_none_or(|until| position <= until) {
            return Ok(*span.key.verifying_key());
        }
        ended = ended.max(span.until);
    }
    let (expected, found) = match ended {
        Some(end) if end < position => (format!("a key in force at position {position}"), end),
        _ => (format!("a key enrolled by position {position}"), position),
    };
    let found = format!("{} of {}, whose limit is position {found}", by.key, signer.by);
    Err(Box::new(Finding::new(Fault::KeyEnded, expected, found)))
}

/// Acts that are not the registry's belong to cases, whose law knows them, and to persons.
pub(crate) fn check_act(statement: &Statement) -> Option<Finding> {
    let known = match statement.stream.kind() {
        AggregateType::Case => true,
        AggregateType::Person => statement.act == PERSON_REGISTERED,
        _ => false,
    };
    let expected = format!("an act of {}", statement.stream);
    (!known).then(|| Finding::new(Fault::ActUnknown, expected, &statement.act))
}

/// What identifies a person is sealed, under names that are known.
pub(crate) fn check_person(statement: &Statement) -> Option<Finding> {
    if statement.act != PERSON_REGISTERED {
        return None;
    }
    let sealed = statement.sealed.keys();
    let unknown = sealed.filter(|name| !PERSON_FIELDS.contains(&name.as_str()));
    let found: Vec<_> = unknown.chain(statement.facts.keys()).map(String::as_str).collect();
    let expected = || format!("sealed fields among {}", PERSON_FIELDS.join(", "));
    (!found.is_empty()).then(|| Finding::new(Fault::PersonField, expected(), found.join(", ")))
}

/// The signers' posts on the ledger's day of recording (DESIGN §3, deciding and recording).
pub(crate) fn check_posts(registry: &Registry, statement: &Statement, today: Date) -> Vec<Finding> {
    let signers = statement.signers.iter().filter(|signer| signer.by != statement.stream);
    signers
        .filter(|signer| !holds_post(registry, statement, signer, today))
        .map(|signer| {
            let office = signer.office.as_deref().unwrap_or("-");
            let expected = format!("{} with a post {} in {office}", signer.by, signer.role);
            Finding::new(Fault::PostMissing, expected, format!("none on {today}"))
        })
        .collect()
}

fn holds_post(registry: &Registry, statement: &Statement, signer: &Signer, today: Date) -> bool {
    let known = registry.signatory(&signer.by);
    match signer.by.kind() {
        AggregateType::Ledger => signer.role == ROLE_SYSTEM,
        AggregateType::Service => {
            signer.role == ROLE_SYSTEM && known.is_some_and(|s| s.acts.contains(&statement.act))
        }
        _ if signer.role == ROLE_ADMINISTRATOR => registry.is_administrator(&signer.by),
        _ => known.is_some_and(|officer| officer_holds(officer, signer, today)),
    }
}

fn officer_holds(officer: &Signatory, signer: &Signer, today: Date) -> bool {
    let Some(office) = &signer.office else { return false };
    let held =
        |from: Date, until: Option<Date>| from <= today && until.is_none_or(|until| today <= until);
    let post = officer.posts.iter().any(|post| {
        post.role == signer.role && post.office == *office && held(post.from, post.until)
    });
    post && !officer.suspensions.iter().any(|away| held(away.from, away.until))
}
