//! The facts of acts in the `ledger`, `officer`, `service` and `procedure` streams.

use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::{ContentHash, StreamId};
use crate::keys::{PublicKey, Thumbprint};
use crate::statement::Statement;

/// Why the facts of a registry act cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{pointer}` of {act}: {message}")]
pub struct RegistryActError {
    pub act: String,
    pub pointer: String,
    pub message: String,
}

macro_rules! registry_acts {
    ($($name:ident: $facts:ty),* $(,)?) => {
        /// An act that changes who may sign, or under which law.
        #[derive(Debug, Clone)]
        pub enum RegistryAct {
            $($name($facts),)*
        }

        impl RegistryAct {
            /// All act ids.
            pub const IDS: &'static [&'static str] = &[$(stringify!($name)),*];

            /// Reads the facts of a statement; none where the act is not the registry's.
            pub fn read(statement: &Statement) -> Result<Option<Self>, RegistryActError> {
                match statement.act.as_str() {
                    $(stringify!($name) => facts(statement).map(|f| Some(Self::$name(f))),)*
                    _ => Ok(None),
                }
            }
        }
    };
}

registry_acts! {
    LedgerFounded: LedgerFounded,
    AdministratorsChanged: AdministratorsChanged,
    LedgerKeyRotated: KeyIntroduced,
    OfficerEnrolled: OfficerEnrolled,
    OfficerAppointed: OfficerAppointed,
    OfficerActing: OfficerActing,
    PostEnded: PostEnded,
    CompetenceGranted: CompetenceGranted,
    CompetenceEnded: CompetenceEnded,
    OfficerSuspended: OfficerSuspended,
    OfficerReinstated: OfficerReinstated,
    KeyRotated: KeyIntroduced,
    KeyReplaced: KeyIntroduced,
    KeyRevoked: KeyRevoked,
    ServiceEnrolled: ServiceEnrolled,
    PackagePublished: PackagePublished,
}

fn facts<T: DeserializeOwned>(statement: &Statement) -> Result<T, RegistryActError> {
    let value = Value::Object(statement.facts.clone());
    serde_path_to_error::deserialize(value).map_err(|error| RegistryActError {
        act: statement.act.clone(),
        pointer: format!("/facts{}", crate::statement::pointer_of(error.path())),
        message: error.inner().to_string(),
    })
}

/// The genesis: position 0, signed by the ledger's key and every administrator it names.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerFounded {
    /// The ledger's key, which signs checkpoints and the ledger's own acts.
    pub key: PublicKey,
    pub administrators: Vec<AdministratorNamed>,
    pub threshold: usize,
    /// IANA name; terms are counted in it.
    pub time_zone: String,
    /// Says that nothing in this ledger is a real decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demonstration: Option<bool>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdministratorNamed {
    pub officer: StreamId,
    pub key: PublicKey,
}

/// All administrators from now on; signed by the threshold of the old and by every new one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdministratorsChanged {
    pub administrators: Vec<AdministratorNamed>,
    pub threshold: usize,
}

/// A new key, proved by signing the act that introduces it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyIntroduced {
    pub key: PublicKey,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficerEnrolled {
    pub key: PublicKey,
    /// SHA-256 of the qualified certificate that binds the key to the person, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<ContentHash>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficerAppointed {
    pub role: String,
    pub office: String,
    pub from: Date,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
}

/// An acting appointment ends by itself at midnight after `until`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficerActing {
    pub role: String,
    pub office: String,
    pub from: Date,
    pub until: Date,
    pub order: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostEnded {
    pub role: String,
    pub office: String,
    /// The last day of the post.
    pub on: Date,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompetenceGranted {
    /// Code list CL-COURSE.
    pub course: String,
    pub from: Date,
    pub until: Date,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompetenceEnded {
    pub course: String,
    pub on: Date,
    /// `EXPIRED`, `DISCIPLINE`, `ERROR-RATE` or `LEGAL-CHANGE`.
    pub reason: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficerSuspended {
    pub from: Date,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficerReinstated {
    /// The first day on which the officer may sign again.
    pub on: Date,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRevoked {
    pub key: Thumbprint,
    /// `LOST`, `COMPROMISED` or `LEFT`.
    pub reason: String,
    /// From when on signatures of this key are disputed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compromised_since: Option<crate::legal_time::LegalTime>,
}

/// An outside system, enrolled like an officer, with the acts it may sign.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceEnrolled {
    pub key: PublicKey,
    pub title: String,
    pub acts: Vec<String>,
}

/// An edition of a procedure with all that judges an act under it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackagePublished {
    pub edition: Date,
    pub package: ContentHash,
}
