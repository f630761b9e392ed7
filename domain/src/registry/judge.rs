//! Whether an act's signers may sign it: keys by position, posts by date, and for the registry's
//! own acts who must sign them.

use jiff::civil::Date;

use super::says::{
    already_founded, another_ledger, facts_refused, forged, missing_signature, no_administrator,
    no_post, not_founded, refuse,
};
use super::{ROLE_ADMINISTRATOR, ROLE_SYSTEM, Registry, RegistryAct, Signatory};
use crate::act::Act;
use crate::ids::{AggregateType, StreamId};
use crate::keys::{PublicKey, Thumbprint};
use crate::statement::{Signer, Statement};
use crate::violation::{Violation, Words};

/// Where an act would stand.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The ledger's date at the position, in its time zone.
    pub today: Date,
    /// The log size at which the registry was read: no signer's stream moved since.
    pub position: u64,
    /// The stream has no act yet.
    pub opens: bool,
}

impl Registry {
    /// Checks ledger, signatures, posts and, for the registry's own acts, required signers.
    pub fn authorise(&self, act: &Act, place: Place) -> Result<(), Vec<Violation>> {
        let statement = act.statement();
        let registry_act =
            RegistryAct::read(statement).map_err(|error| vec![facts_refused(&error)])?;
        let introduced = introduced_keys(registry_act.as_ref(), &statement.stream);
        let mut violations = Vec::new();
        violations.extend(self.check_ledger(statement, registry_act.as_ref()));
        violations.extend(self.check_signatures(act, &introduced, place));
        if !violations.is_empty() {
            return Err(violations);
        }
        let founding = matches!(registry_act, Some(RegistryAct::LedgerFounded(_)));
        if !founding {
            violations.extend(self.check_posts(statement, &introduced, place));
        }
        if let Some(registry_act) = &registry_act {
            violations.extend(self.check_registry_act(registry_act, act, place));
        }
        if violations.is_empty() { Ok(()) } else { Err(violations) }
    }

    /// Whether the signers' posts and the required signers are right, signatures aside.
    pub fn posts(&self, statement: &Statement, place: Place) -> Vec<Violation> {
        let registry_act = match RegistryAct::read(statement) {
            Ok(act) => act,
            Err(error) => return vec![facts_refused(&error)],
        };
        let introduced = introduced_keys(registry_act.as_ref(), &statement.stream);
        let mut violations: Vec<_> =
            self.check_ledger(statement, registry_act.as_ref()).into_iter().collect();
        if !matches!(registry_act, Some(RegistryAct::LedgerFounded(_))) {
            violations.extend(self.check_posts(statement, &introduced, place));
        }
        violations
    }

    /// The last day on which every post that the act's signers sign in still stands.
    pub fn posts_end(&self, statement: &Statement, today: Date) -> Option<Date> {
        let signers = statement.signers.iter();
        signers.filter_map(|signer| self.post_of(statement, signer, today).ok().flatten()).min()
    }

    fn check_ledger(&self, statement: &Statement, act: Option<&RegistryAct>) -> Option<Violation> {
        let origin = match (self.founding(), act) {
            (Some(founding), Some(RegistryAct::LedgerFounded(_))) => {
                return Some(already_founded(&founding.origin));
            }
            (Some(founding), _) => founding.origin.as_str(),
            (None, Some(RegistryAct::LedgerFounded(_))) => statement.stream.id(),
            (None, _) => return Some(not_founded()),
        };
        (statement.ledger != origin).then(|| another_ledger(origin, &statement.ledger))
    }

    fn check_signatures(
        &self,
        act: &Act,
        introduced: &[(StreamId, PublicKey)],
        place: Place,
    ) -> Vec<Violation> {
        let pae = act.pae();
        let pairs = act.statement().signers.iter().zip(&act.signatures).enumerate();
        pairs
            .filter_map(|(i, (signer, signed))| {
                let key = match self.find_key(&signer.by, signed.key, introduced, place.position) {
                    Ok(key) => key,
                    Err(why) => return Some(why.violation(i, signer, signed.key)),
                };
                let verdict = key.verify_statement(&pae, &signed.signature);
                verdict.err().map(|_| forged(i, signer))
            })
            .collect()
    }

    fn find_key<'r>(
        &'r self,
        by: &StreamId,
        thumbprint: Thumbprint,
        introduced: &'r [(StreamId, PublicKey)],
        position: u64,
    ) -> Result<&'r PublicKey, NoKey> {
        let known = self.signatory(by);
        if let Some(span) = known.and_then(|s| s.key_at(thumbprint, position)) {
            return Ok(&span.key);
        }
        let new = introduced.iter().find(|(of, key)| of == by && key.thumbprint() == thumbprint);
        if let Some((_, key)) = new {
            return Ok(key);
        }
        let ended = known.and_then(|signatory| {
            let mut spans = signatory.keys.iter();
            spans.find(|span| span.key.thumbprint() == thumbprint).and_then(|span| span.until)
        });
        Err(ended.map_or(NoKey::Unknown, |at| NoKey::EndedAt { position: at }))
    }

    fn check_posts(
        &self,
        statement: &Statement,
        introduced: &[(StreamId, PublicKey)],
        place: Place,
    ) -> Vec<Violation> {
        let mut violations = Vec::new();
        for (i, signer) in statement.signers.iter().enumerate() {
            // Who only proves possession of a new key, or rotates it, needs no post for that.
            let own =
                signer.by == statement.stream || introduced.iter().any(|(of, _)| *of == signer.by);
            if own {
                continue;
            }
            if let Err(words) = self.post_of(statement, signer, place.today) {
                violations.push(no_post(i, words));
            }
        }
        violations
    }

    /// The last day of the post a signer signs in.
    fn post_of(
        &self,
        statement: &Statement,
        signer: &Signer,
        today: Date,
    ) -> Result<Option<Date>, Words> {
        let known = self.signatory(&signer.by);
        match signer.by.kind() {
            AggregateType::Service => check_service(known, statement, signer),
            AggregateType::Ledger => check_system_role(signer),
            _ if signer.role == ROLE_ADMINISTRATOR => {
                if self.is_administrator(&signer.by) {
                    Ok(None)
                } else {
                    Err(no_administrator())
                }
            }
            _ => check_officer(known, signer, today),
        }
    }

    fn check_registry_act(
        &self,
        registry_act: &RegistryAct,
        act: &Act,
        place: Place,
    ) -> Vec<Violation> {
        let statement = act.statement();
        let mut violations = Vec::new();
        violations.extend(check_stream(registry_act, &statement.stream));
        violations.extend(self.check_enrolled(registry_act, &statement.stream, place));
        let signed = Signed { registry: self, act };
        violations.extend(signed.missing(registry_act));
        violations.extend(check_facts(registry_act));
        violations
    }

    /// Enrolment opens a stream; everything else is about somebody enrolled.
    fn check_enrolled(
        &self,
        act: &RegistryAct,
        stream: &StreamId,
        place: Place,
    ) -> Option<Violation> {
        let enrols =
            matches!(act, RegistryAct::OfficerEnrolled(_) | RegistryAct::ServiceEnrolled(_));
        let about_signer = matches!(stream.kind(), AggregateType::Officer | AggregateType::Service);
        let known = self.signatory(stream).is_some();
        if enrols && (known || !place.opens) {
            return Some(refuse(
                "already-enrolled",
                "/stream",
                Words::new("already enrolled", "вже зареєстровано"),
                Words::new("use KeyReplaced for a lost key", "для втраченого ключа є KeyReplaced"),
            ));
        }
        (about_signer && !enrols && !known).then(|| {
            refuse(
                "not-enrolled",
                "/stream",
                Words::new(
                    "nobody is enrolled under this stream",
                    "за цим потоком нікого не зареєстровано",
                ),
                Words::new("enrol first", "спочатку зареєструйте"),
            )
        })
    }
}

/// The acts' required signatures (DESIGN §7).
struct Signed<'a> {
    registry: &'a Registry,
    act: &'a Act,
}

impl Signed<'_> {
    fn missing(&self, registry_act: &RegistryAct) -> Option<Violation> {
        let stream = &self.act.statement().stream;
        let threshold = self.registry.founding().map_or(0, |f| f.threshold);
        let sound = match registry_act {
            RegistryAct::LedgerFounded(founded) => {
                self.by_key(stream, &founded.key)
                    && founded.administrators.iter().all(|a| self.by_key(&a.officer, &a.key))
            }
            RegistryAct::AdministratorsChanged(changed) => {
                self.administrators() >= threshold
                    && changed
                        .administrators
                        .iter()
                        .all(|a| self.holds(&a.officer, &a.key) || self.by_key(&a.officer, &a.key))
            }
            RegistryAct::LedgerKeyRotated(new) => {
                self.administrators() >= threshold && self.rotates(stream, &new.key)
            }
            RegistryAct::KeyRotated(new) => self.rotates(stream, &new.key),
            RegistryAct::OfficerEnrolled(super::OfficerEnrolled { key, .. })
            | RegistryAct::ServiceEnrolled(super::ServiceEnrolled { key, .. }) => {
                self.administrators() >= 1 && self.by_key(stream, key)
            }
            RegistryAct::KeyReplaced(new) => {
                self.administrators() >= 1 && self.by_key(stream, &new.key)
            }
            RegistryAct::KeyRevoked(_) => self.administrators() >= 1 || self.signed_by(stream),
            _ => self.administrators() >= 1,
        };
        (!sound).then(|| missing_signature(registry_act, threshold))
    }

    fn signed_by(&self, stream: &StreamId) -> bool {
        self.act.statement().signers.iter().any(|signer| signer.by == *stream)
    }

    fn by_key(&self, stream: &StreamId, key: &PublicKey) -> bool {
        let mut pairs = self.act.statement().signers.iter().zip(&self.act.signatures);
        pairs.any(|(signer, signed)| signer.by == *stream && signed.key == key.thumbprint())
    }

    fn holds(&self, stream: &StreamId, key: &PublicKey) -> bool {
        let signatory = self.registry.signatory(stream);
        signatory.is_some_and(|s| s.keys.iter().any(|k| k.until.is_none() && k.key == *key))
    }

    /// Old signs new: one signature by a key of before, one by the key introduced.
    fn rotates(&self, stream: &StreamId, new: &PublicKey) -> bool {
        let mut pairs = self.act.statement().signers.iter().zip(&self.act.signatures);
        let old = pairs.any(|(s, signed)| s.by == *stream && signed.key != new.thumbprint());
        old && self.by_key(stream, new)
    }

    fn administrators(&self) -> usize {
        let signers = self.act.statement().signers.iter();
        let mut named: Vec<_> = signers
            .filter(|s| s.role == ROLE_ADMINISTRATOR && self.registry.is_administrator(&s.by))
            .map(|s| &s.by)
            .collect();
        named.sort();
        named.dedup();
        named.len()
    }
}

fn introduced_keys(act: Option<&RegistryAct>, stream: &StreamId) -> Vec<(StreamId, PublicKey)> {
    let own = |key: &PublicKey| vec![(stream.clone(), key.clone())];
    match act {
        Some(RegistryAct::LedgerFounded(founded)) => {
            let mut keys = own(&founded.key);
            keys.extend(founded.administrators.iter().map(|a| (a.officer.clone(), a.key.clone())));
            keys
        }
        Some(RegistryAct::AdministratorsChanged(changed)) => {
            changed.administrators.iter().map(|a| (a.officer.clone(), a.key.clone())).collect()
        }
        Some(
            RegistryAct::LedgerKeyRotated(new)
            | RegistryAct::KeyRotated(new)
            | RegistryAct::KeyReplaced(new),
        ) => own(&new.key),
        Some(RegistryAct::OfficerEnrolled(enrolled)) => own(&enrolled.key),
        Some(RegistryAct::ServiceEnrolled(enrolled)) => own(&enrolled.key),
        _ => Vec::new(),
    }
}

fn check_stream(act: &RegistryAct, stream: &StreamId) -> Option<Violation> {
    use AggregateType::{Ledger, Officer, Procedure, Service};
    let kinds: &[AggregateType] = match act {
        RegistryAct::LedgerFounded(_)
        | RegistryAct::AdministratorsChanged(_)
        | RegistryAct::LedgerKeyRotated(_) => &[Ledger],
        RegistryAct::PackagePublished(_) => &[Procedure],
        RegistryAct::ServiceEnrolled(_) => &[Service],
        RegistryAct::KeyRotated(_) | RegistryAct::KeyReplaced(_) | RegistryAct::KeyRevoked(_) => {
            &[Officer, Service]
        }
        _ => &[Officer],
    };
    (!kinds.contains(&stream.kind())).then(|| {
        refuse(
            "wrong-stream",
            "/stream",
            Words::new(
                "this act does not belong to this kind of stream",
                "ця дія не належить до потоку такого виду",
            ),
            Words::new(format!("use a {} stream", kinds[0]), format!("оберіть потік {}", kinds[0])),
        )
    })
}

fn check_facts(act: &RegistryAct) -> Option<Violation> {
    let (holds, pointer, en, uk) = match act {
        RegistryAct::LedgerFounded(super::LedgerFounded { administrators, threshold, .. })
        | RegistryAct::AdministratorsChanged(super::AdministratorsChanged {
            administrators,
            threshold,
        }) => {
            let mut names: Vec<_> = administrators.iter().map(|a| &a.officer).collect();
            names.sort();
            names.dedup();
            (
                (1..=administrators.len()).contains(threshold)
                    && names.len() == administrators.len()
                    && names.iter().all(|n| n.kind() == AggregateType::Officer),
                "/facts/threshold",
                "1 to as many as there are different administrators",
                "від 1 до кількості різних адміністраторів",
            )
        }
        RegistryAct::OfficerAppointed(post) => (
            post.until.is_none_or(|until| post.from <= until),
            "/facts/until",
            "a post ends after it begins",
            "посада закінчується після початку",
        ),
        RegistryAct::OfficerActing(post) => (
            post.from <= post.until,
            "/facts/until",
            "an acting term ends after it begins",
            "виконання обов'язків закінчується після початку",
        ),
        RegistryAct::CompetenceGranted(granted) => (
            granted.from <= granted.until,
            "/facts/until",
            "a competence ends after it begins",
            "компетентність закінчується після початку",
        ),
        _ => return None,
    };
    let zone = match act {
        RegistryAct::LedgerFounded(founded) => jiff::tz::TimeZone::get(&founded.time_zone).is_ok(),
        _ => true,
    };
    if !zone {
        return Some(refuse(
            "invalid-fact",
            "/facts/time_zone",
            Words::new("no such IANA time zone", "такого часового поясу IANA немає"),
            Words::new("write, for example, Europe/Kyiv", "наприклад, Europe/Kyiv"),
        ));
    }
    (!holds).then(|| {
        refuse("invalid-fact", pointer, Words::new(en, uk), Words::new("correct it", "виправте"))
    })
}

fn check_system_role(signer: &Signer) -> Result<Option<Date>, Words> {
    if signer.role == ROLE_SYSTEM {
        return Ok(None);
    }
    Err(Words::new(
        "services and the ledger sign as R-SYS",
        "системи та реєстр підписують як R-SYS",
    ))
}

fn check_service(
    known: Option<&Signatory>,
    statement: &Statement,
    signer: &Signer,
) -> Result<Option<Date>, Words> {
    check_system_role(signer)?;
    match known {
        Some(service) if service.acts.contains(&statement.act) => Ok(None),
        _ => Err(Words::new(
            format!("this service is not enrolled for `{}`", statement.act),
            format!("цю систему не зареєстровано для дії «{}»", statement.act),
        )),
    }
}

fn check_officer(
    known: Option<&Signatory>,
    signer: &Signer,
    today: Date,
) -> Result<Option<Date>, Words> {
    let Some(office) = &signer.office else {
        return Err(Words::new("the office is missing", "не вказано орган"));
    };
    if known.is_some_and(|officer| officer.is_suspended_on(today)) {
        return Err(Words::new("suspended from signing", "право підпису призупинено"));
    }
    match known.and_then(|officer| officer.post_on(&signer.role, office, today)) {
        Some(post) => Ok(post.until),
        None => Err(Words::new(
            format!("no post {} in office {office} on {today}", signer.role),
            format!("немає посади {} в органі {office} станом на {today}", signer.role),
        )),
    }
}

enum NoKey {
    Unknown,
    EndedAt { position: u64 },
}

impl NoKey {
    fn violation(&self, i: usize, signer: &Signer, key: Thumbprint) -> Violation {
        let pointer = format!("/signatures/{i}/key");
        match self {
            Self::Unknown => refuse(
                "unknown-key",
                pointer,
                Words::new(
                    format!("{key} is no key of {}", signer.by),
                    format!("{key} не є ключем {}", signer.by),
                ),
                Words::new("sign with the enrolled key", "підпишіть зареєстрованим ключем"),
            ),
            Self::EndedAt { position } => refuse(
                "key-ended",
                pointer,
                Words::new(
                    format!("the key {key} of {} ended at position {position}", signer.by),
                    format!("дію ключа {key} ({}) припинено на позиції {position}", signer.by),
                ),
                Words::new("sign with the key in force", "підпишіть чинним ключем"),
            ),
        }
    }
}
