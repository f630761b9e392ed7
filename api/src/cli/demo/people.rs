//! Who works in the demonstration.

use anyhow::Context as _;
use ed25519_dalek::SigningKey;
use litopys_api::clock::new_id;
use litopys_api::draft::DraftRequest;
use litopys_domain::ids::StreamId;
use litopys_domain::keys::PublicKey;
use litopys_domain::registry::ROLE_ADMINISTRATOR;
use litopys_domain::statement::Signer;
use serde_json::{Value, json};

use super::stage::{Stage, object, request};
use crate::cli::act::{Actor, submit};
use crate::cli::key_file;
use crate::cli::out::say;

/// Posts of the demonstration: name, role, office, competences.
const POSTS: [(&str, &str, &str, &[&str]); 8] = [
    ("attestor", "R-ATT", "00", &[]),
    ("clerk", "R-TO-OFF", "80", &["C-RET", "C-CIT", "C-DOC"]),
    ("head", "R-TO-HEAD", "80", &["C-RET", "C-CIT", "C-DOC"]),
    ("deputy head", "R-TO-HEAD", "80", &["C-RET", "C-CIT", "C-DOC"]),
    ("head in Lviv", "R-TO-HEAD", "46", &["C-RET"]),
    ("central clerk", "R-DMS-OFF", "00", &["C-CIT"]),
    ("chief", "R-DMS-HEAD", "00", &["C-ASY", "C-CIT"]),
    ("leaver", "R-TO-OFF", "80", &[]),
];

/// An officer with a key and a post.
pub(super) struct Person {
    pub name: &'static str,
    pub stream: StreamId,
    pub key: SigningKey,
    role: &'static str,
    office: Option<&'static str>,
}

impl Person {
    pub(super) fn administrator(stream: StreamId, key: SigningKey) -> Self {
        Self { name: "administrator", stream, key, role: ROLE_ADMINISTRATOR, office: None }
    }

    pub(super) fn signer(&self) -> Signer {
        Signer {
            by: self.stream.clone(),
            role: self.role.to_owned(),
            office: self.office.map(str::to_owned),
        }
    }

    pub(super) fn office(&self) -> &'static str {
        self.office.unwrap_or_default()
    }

    pub(super) fn role(&self) -> &'static str {
        self.role
    }

    pub(super) fn public(&self) -> PublicKey {
        PublicKey::of(&self.key)
    }
}

/// Everybody, by what they are called.
pub(super) struct People(Vec<Person>);

impl People {
    pub(super) fn get(&self, name: &str) -> anyhow::Result<&Person> {
        let found = self.0.iter().find(|person| person.name == name);
        found.with_context(|| format!("the demonstration has no {name}"))
    }
}

/// Enrols and appoints everybody; the first administrator signs.
pub(super) fn enrol(stage: &Stage) -> anyhow::Result<People> {
    let administrator = stage.administrator()?;
    let actor = stage.actor(administrator, "admin case:read")?;
    let mut people = Vec::new();
    for (name, role, office, competences) in POSTS {
        let person = Person {
            name,
            stream: StreamId::officer(new_id()),
            key: key_file::generate()?,
            role,
            office: Some(office),
        };
        enrol_one(&actor, administrator, &person, competences)?;
        say!("  {name:<14} {role:<10} office {office}  {}", person.stream);
        people.push(person);
    }
    Ok(People(people))
}

fn enrol_one(
    actor: &Actor,
    administrator: &Person,
    person: &Person,
    competences: &[&str],
) -> anyhow::Result<()> {
    let enrolled = DraftRequest {
        signers: vec![administrator.signer(), person.signer()],
        ..about(person, administrator, "OfficerEnrolled", json!({"key": person.public()}))
    };
    let newcomer = [(&person.key, &person.stream)];
    submit(&actor.client, &actor.sign(&enrolled, &newcomer)?)?;
    let post = json!({"role": person.role, "office": person.office(), "from": "2020-01-01"});
    let mut acts = vec![about(person, administrator, "OfficerAppointed", post)];
    acts.extend(competences.iter().map(|course| {
        let facts = json!({"course": course, "from": "2020-01-01", "until": "2030-12-31"});
        about(person, administrator, "CompetenceGranted", facts)
    }));
    for act in acts {
        submit(&actor.client, &actor.sign(&act, &[])?)?;
    }
    Ok(())
}

/// An act in an officer's stream, signed by an administrator.
pub(super) fn about(
    person: &Person,
    administrator: &Person,
    act: &str,
    facts: Value,
) -> DraftRequest {
    DraftRequest {
        stream: Some(person.stream.clone()),
        facts: object(facts),
        ..request(act, administrator)
    }
}
