//! Who may sign: the ledger's founders, officers, services, their keys and posts (DESIGN §7).
//!
//! The registry is a fold over the acts of the `ledger`, `officer` and `service` streams. Keys are
//! judged by log position, posts by date.

mod facts;
mod judge;
mod says;

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::act::RecordedAct;
use crate::ids::StreamId;
use crate::keys::{PublicKey, Thumbprint};

pub use facts::{
    AdministratorNamed, AdministratorsChanged, CompetenceEnded, CompetenceGranted, KeyIntroduced,
    KeyRevoked, LedgerFounded, OfficerActing, OfficerAppointed, OfficerEnrolled, OfficerReinstated,
    OfficerSuspended, PackagePublished, PostEnded, RegistryAct, RegistryActError, ServiceEnrolled,
};
pub use judge::Place;

/// The role of the ledger's administrators.
pub const ROLE_ADMINISTRATOR: &str = "R-ADM";
/// The role of enrolled services and of the ledger itself.
pub const ROLE_SYSTEM: &str = "R-SYS";

/// Everybody who signs, as of a log size.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    founding: Option<Founding>,
    signers: HashMap<StreamId, Signatory>,
}

/// What the genesis fixed, and later acts of the ledger's own stream changed.
#[derive(Debug, Clone)]
pub struct Founding {
    pub origin: String,
    pub time_zone: TimeZone,
    pub time_zone_name: String,
    pub administrators: Vec<StreamId>,
    /// How many administrators must sign a change of administrators or of the ledger's key.
    pub threshold: usize,
    pub demonstration: bool,
}

/// One officer, service or the ledger: keys, posts, competences.
#[derive(Debug, Clone, Default)]
pub struct Signatory {
    pub keys: Vec<KeySpan>,
    pub posts: Vec<Post>,
    pub competences: Vec<Competence>,
    pub suspensions: Vec<Suspension>,
    /// The acts a service may sign; empty for officers.
    pub acts: Vec<String>,
}

/// A key and the positions between which its signatures count.
#[derive(Debug, Clone)]
pub struct KeySpan {
    pub key: PublicKey,
    /// The position of the act that brought it in, which it also signs.
    pub from: u64,
    /// The position of the act that ended it; later signatures do not count.
    pub until: Option<u64>,
}

/// A post held: `from` and `until` inclusive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    pub role: String,
    pub office: String,
    pub from: Date,
    pub until: Option<Date>,
    /// The order of an acting appointment.
    pub acting_by_order: Option<String>,
}

/// A competence of code list CL-COURSE; `from` and `until` inclusive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Competence {
    pub course: String,
    pub from: Date,
    pub until: Date,
}

/// Days on which an officer may not sign; `from` and `until` inclusive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspension {
    pub from: Date,
    pub until: Option<Date>,
}

impl Post {
    pub fn covers(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}

impl Suspension {
    fn covers(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}

impl Signatory {
    /// The key that signed, if its span covers `position`.
    pub fn key_at(&self, thumbprint: Thumbprint, position: u64) -> Option<&KeySpan> {
        self.keys.iter().find(|span| {
            span.key.thumbprint() == thumbprint
                && span.from <= position
                && span.until.is_none_or(|until| position <= until)
        })
    }

    pub fn post_on(&self, role: &str, office: &str, day: Date) -> Option<&Post> {
        self.posts.iter().find(|p| p.role == role && p.office == office && p.covers(day))
    }

    pub fn is_suspended_on(&self, day: Date) -> bool {
        self.suspensions.iter().any(|suspension| suspension.covers(day))
    }

    pub fn has_competence(&self, course: &str, day: Date) -> bool {
        self.competences.iter().any(|c| c.course == course && c.from <= day && day <= c.until)
    }
}

impl Registry {
    pub fn founding(&self) -> Option<&Founding> {
        self.founding.as_ref()
    }

    pub fn signatory(&self, stream: &StreamId) -> Option<&Signatory> {
        self.signers.get(stream)
    }

    /// All who may sign, in the order of their names.
    pub fn signatories(&self) -> Vec<(&StreamId, &Signatory)> {
        let mut all: Vec<_> = self.signers.iter().collect();
        all.sort_by_key(|(stream, _)| *stream);
        all
    }

    pub fn is_administrator(&self, stream: &StreamId) -> bool {
        self.founding.as_ref().is_some_and(|f| f.administrators.contains(stream))
    }

    /// Takes in a recorded act; acts of other streams leave the registry as it is.
    ///
    /// # Errors
    /// A recorded registry act whose facts cannot be read: the log holds what the writer would
    /// have refused.
    pub fn apply(&mut self, recorded: &RecordedAct) -> Result<(), RegistryActError> {
        let statement = &recorded.statement;
        let Some(act) = RegistryAct::read(statement)? else { return Ok(()) };
        self.fold(act, &statement.stream, recorded.position);
        Ok(())
    }

    fn fold(&mut self, act: RegistryAct, stream: &StreamId, position: u64) {
        match act {
            RegistryAct::LedgerFounded(founded) => self.found(founded, stream, position),
            RegistryAct::AdministratorsChanged(changed) => {
                self.change_administrators(changed, position);
            }
            RegistryAct::OfficerEnrolled(OfficerEnrolled { key, .. })
            | RegistryAct::KeyReplaced(KeyIntroduced { key })
            | RegistryAct::LedgerKeyRotated(KeyIntroduced { key })
            | RegistryAct::KeyRotated(KeyIntroduced { key }) => {
                self.introduce_key(stream, key, position);
            }
            RegistryAct::ServiceEnrolled(ServiceEnrolled { key, acts, .. }) => {
                self.introduce_key(stream, key, position);
                self.entry(stream).acts = acts;
            }
            RegistryAct::KeyRevoked(KeyRevoked { key, .. }) => {
                for span in &mut self.entry(stream).keys {
                    if span.key.thumbprint() == key && span.until.is_none() {
                        span.until = Some(position);
                    }
                }
            }
            RegistryAct::OfficerAppointed(OfficerAppointed {
                role, office, from, until, ..
            }) => {
                let post = Post { role, office, from, until, acting_by_order: None };
                self.entry(stream).posts.push(post);
            }
            RegistryAct::OfficerActing(OfficerActing { role, office, from, until, order }) => {
                let acting_by_order = Some(order);
                let post = Post { role, office, from, until: Some(until), acting_by_order };
                self.entry(stream).posts.push(post);
            }
            RegistryAct::PostEnded(PostEnded { role, office, on }) => {
                for post in &mut self.entry(stream).posts {
                    if post.role == role && post.office == office && post.covers(on) {
                        post.until = Some(on);
                    }
                }
            }
            RegistryAct::CompetenceGranted(CompetenceGranted { course, from, until }) => {
                self.entry(stream).competences.push(Competence { course, from, until });
            }
            RegistryAct::CompetenceEnded(CompetenceEnded { course, on, .. }) => {
                for competence in &mut self.entry(stream).competences {
                    if competence.course == course && competence.until > on {
                        competence.until = on;
                    }
                }
            }
            RegistryAct::OfficerSuspended(OfficerSuspended { from, until }) => {
                self.entry(stream).suspensions.push(Suspension { from, until });
            }
            RegistryAct::OfficerReinstated(OfficerReinstated { on }) => {
                let eve = on.yesterday().unwrap_or(on);
                for suspension in &mut self.entry(stream).suspensions {
                    if suspension.covers(on) {
                        suspension.until = Some(eve);
                    }
                }
            }
            RegistryAct::PackagePublished(_) => {}
        }
    }

    fn entry(&mut self, stream: &StreamId) -> &mut Signatory {
        self.signers.entry(stream.clone()).or_default()
    }

    fn found(&mut self, founded: LedgerFounded, stream: &StreamId, position: u64) {
        let named = founded.administrators;
        self.founding = Some(Founding {
            origin: stream.id().to_owned(),
            time_zone: TimeZone::get(&founded.time_zone).unwrap_or(TimeZone::UTC),
            time_zone_name: founded.time_zone,
            administrators: named.iter().map(|a| a.officer.clone()).collect(),
            threshold: founded.threshold,
            demonstration: founded.demonstration.unwrap_or(false),
        });
        self.introduce_key(stream, founded.key, position);
        for AdministratorNamed { officer, key } in named {
            self.introduce_key(&officer, key, position);
        }
    }

    fn change_administrators(&mut self, changed: AdministratorsChanged, position: u64) {
        if let Some(founding) = &mut self.founding {
            founding.administrators =
                changed.administrators.iter().map(|a| a.officer.clone()).collect();
            founding.threshold = changed.threshold;
        }
        for AdministratorNamed { officer, key } in changed.administrators {
            let known = self.entry(&officer).keys.iter().any(|s| s.until.is_none() && s.key == key);
            if !known {
                self.introduce_key(&officer, key, position);
            }
        }
    }

    /// A signer has one key at a time: the new one ends the one before, from the next act on.
    fn introduce_key(&mut self, stream: &StreamId, key: PublicKey, position: u64) {
        let signatory = self.entry(stream);
        for span in signatory.keys.iter_mut().filter(|span| span.until.is_none()) {
            span.until = Some(position);
        }
        signatory.keys.push(KeySpan { key, from: position, until: None });
    }
}
