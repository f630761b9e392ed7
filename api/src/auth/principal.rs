//! The holder of a sound token.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use litopys_domain::ids::StreamId;

/// A role of the API, as the claim `scope` of a token lists them (RFC 8693 §4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Cases, their history, worklists.
    CaseRead,
    /// Drafts and acts of cases and persons.
    CaseWrite,
    /// Published figures.
    Statistics,
    /// Hash tiles and proofs: nothing of an act but its digest.
    Log,
    /// The entries themselves, for auditors.
    Audit,
    /// Acts of the registry and the ledger, measurements.
    Admin,
}

impl Scope {
    pub const ALL: [Self; 6] =
        [Self::CaseRead, Self::CaseWrite, Self::Statistics, Self::Log, Self::Audit, Self::Admin];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CaseRead => "case:read",
            Self::CaseWrite => "case:write",
            Self::Statistics => "statistics",
            Self::Log => "log",
            Self::Audit => "audit",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No scope has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown scope `{0}`; one of case:read, case:write, statistics, log, audit, admin")]
pub struct UnknownScope(pub String);

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or_else(|| UnknownScope(text.to_owned()))
    }
}

/// The offices whose cases the holder may see: `*`, or codes of CL-TO, units and centres.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offices {
    All,
    Only(BTreeSet<String>),
}

impl Offices {
    pub fn of<T: Into<String>>(offices: impl IntoIterator<Item = T>) -> Self {
        let offices: BTreeSet<String> = offices.into_iter().map(Into::into).collect();
        if offices.contains("*") { Self::All } else { Self::Only(offices) }
    }

    /// Whether cases of an office may be seen. A territorial body sees its units: `RRUU` counts as
    /// `RR` too. What has no office is for those who may see all.
    pub fn cover(&self, office: Option<&str>) -> bool {
        match (self, office) {
            (Self::All, _) => true,
            (Self::Only(_), None) => false,
            (Self::Only(offices), Some(office)) => {
                let unit = office.len() == 4 && office.bytes().all(|b| b.is_ascii_digit());
                let body = office.get(..2).filter(|_| unit);
                offices.contains(office) || body.is_some_and(|body| offices.contains(body))
            }
        }
    }

    /// The one office a list may be narrowed to; none where all may be seen.
    ///
    /// # Errors
    /// Several are allowed: the caller must say which.
    pub fn only(&self) -> Result<Option<&str>, SeveralOffices> {
        match self {
            Self::All => Ok(None),
            Self::Only(offices) => match offices.len() {
                1 => Ok(offices.first().map(String::as_str)),
                _ => Err(SeveralOffices),
            },
        }
    }
}

/// A list is of one office at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("name one of the token's offices")]
pub struct SeveralOffices;

/// Who calls, and with which rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// `officer/…`, `service/…`, or the name of a reader without a stream.
    pub name: String,
    /// The stream of an officer or service; none for readers.
    pub stream: Option<StreamId>,
    pub scopes: BTreeSet<Scope>,
    pub offices: Offices,
}

impl Principal {
    pub fn has(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}
