//! The one policy: which route asks for which action, and who may take it. Default deny.

use axum::http::Method;
use litopys_domain::ids::AggregateType;
use litopys_domain::law::engine::EngineAct;
use litopys_domain::statement::Statement;

use super::principal::{Principal, Scope};

/// What a caller wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Health, documents, the checkpoint: no token needed.
    Open,
    RecordActs,
    Draft,
    ReadCases,
    ReadOfficers,
    ReadLaw,
    ReadStatistics,
    ReadProofs,
    ReadHashes,
    ReadEntries,
    ReadMeasurements,
}

/// What an action is about, where that matters.
#[derive(Debug, Clone, Copy)]
pub enum Resource<'a> {
    /// Nothing in particular: the door.
    Door,
    /// An act to record.
    Act(&'a Statement),
    /// Cases of this office.
    Office(Option<&'a str>),
    /// One case, and the act to be taken in it, where it is not only read.
    Case(Custody<'a>, Option<&'a str>),
    /// A case to be opened for this office, the first signer's.
    Opening(Option<&'a str>),
}

/// Whose a case is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Custody<'a> {
    /// The office that has it.
    pub office: Option<&'a str>,
    /// The office it is on its way to.
    pub comes_to: Option<&'a str>,
}

/// Why an action is denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    #[error("this needs a token")]
    Anonymous,
    #[error("the token lacks a scope that allows this")]
    Scope(&'static [Scope]),
    #[error("the caller is not one of the act's signers")]
    NotASigner,
    #[error("the case belongs to an office outside the token")]
    OtherOffice,
    #[error("the case would be opened for an office outside the token")]
    OpensElsewhere,
    #[error("the case is on its way to an office of the token and was not received yet")]
    NotReceived,
    #[error("no policy speaks of this route")]
    NoPolicy,
}

/// Every route and the action it is. A route that is not listed is refused.
pub const ROUTES: &[(Method, &str, Action)] = &[
    (Method::POST, "/v1/acts", Action::RecordActs),
    (Method::POST, "/v1/drafts", Action::Draft),
    (Method::GET, "/v1/cases", Action::ReadCases),
    (Method::GET, "/v1/cases/{id}", Action::ReadCases),
    (Method::GET, "/v1/cases/{id}/history", Action::ReadCases),
    (Method::GET, "/v1/cases/{id}/next-acts", Action::ReadCases),
    (Method::POST, "/v1/cases/{id}/explanations", Action::ReadCases),
    (Method::GET, "/v1/cases/{id}/acts/{n}/view", Action::ReadCases),
    (Method::GET, "/v1/cases/{id}/defects", Action::ReadCases),
    (Method::GET, "/v1/worklist", Action::ReadCases),
    (Method::GET, "/v1/disputes", Action::ReadCases),
    (Method::GET, "/v1/defects", Action::ReadCases),
    (Method::GET, "/v1/officers", Action::ReadOfficers),
    (Method::GET, "/v1/procedures", Action::ReadLaw),
    (Method::GET, "/v1/procedures/{id}", Action::ReadLaw),
    (Method::GET, "/v1/codes/{list}", Action::ReadLaw),
    (Method::GET, "/v1/statistics/{table}", Action::ReadStatistics),
    (Method::GET, "/v1/proofs/{position}", Action::ReadProofs),
    (Method::GET, "/checkpoint", Action::Open),
    (Method::GET, "/tile/{level}/{*index}", Action::ReadHashes),
    (Method::GET, "/tile/entries/{*index}", Action::ReadEntries),
    (Method::GET, "/problems/{code}", Action::Open),
    (Method::GET, "/livez", Action::Open),
    (Method::GET, "/readyz", Action::Open),
    (Method::GET, "/metrics", Action::ReadMeasurements),
    (Method::GET, "/openapi.json", Action::Open),
    (Method::GET, "/docs", Action::Open),
    (Method::GET, "/docs/", Action::Open),
    (Method::GET, "/docs/{*rest}", Action::Open),
];

/// The scopes of which one is enough; none for what is open.
pub const fn scopes(action: Action) -> &'static [Scope] {
    use Scope::{Admin, Audit, CaseRead, CaseWrite, Log, Statistics};
    match action {
        Action::Open => &[],
        Action::RecordActs | Action::Draft => &[CaseWrite, Admin],
        Action::ReadCases => &[CaseRead],
        Action::ReadOfficers => &[CaseRead, Audit, Admin],
        Action::ReadLaw => &[CaseRead, CaseWrite, Statistics, Audit, Admin],
        Action::ReadStatistics => &[Statistics],
        Action::ReadProofs => &[CaseRead, CaseWrite, Log, Audit, Admin],
        Action::ReadHashes => &[Log, Audit],
        Action::ReadEntries => &[Audit],
        Action::ReadMeasurements => &[Admin],
    }
}

/// Whether a caller may take an action on a resource.
pub fn allowed(
    principal: Option<&Principal>,
    action: Action,
    resource: Resource<'_>,
) -> Result<(), Denied> {
    let enough = scopes(action);
    if action == Action::Open {
        return Ok(());
    }
    let principal = principal.ok_or(Denied::Anonymous)?;
    if !enough.iter().any(|scope| principal.has(*scope)) {
        return Err(Denied::Scope(enough));
    }
    match resource {
        Resource::Door => Ok(()),
        Resource::Act(statement) => may_record(principal, statement),
        Resource::Office(office) if principal.offices.cover(office) => Ok(()),
        Resource::Office(_) => Err(Denied::OtherOffice),
        Resource::Case(custody, act) => within(principal, custody, act),
        Resource::Opening(office) if principal.offices.cover(office) => Ok(()),
        Resource::Opening(_) => Err(Denied::OpensElsewhere),
    }
}

/// A case is for the office that has it, until another receives it. That one sees the case as soon
/// as it is on its way, and does nothing in it but receive it.
fn within(principal: &Principal, custody: Custody<'_>, act: Option<&str>) -> Result<(), Denied> {
    if principal.offices.cover(custody.office) {
        return Ok(());
    }
    let comes = custody.comes_to.is_some_and(|to| principal.offices.cover(Some(to)));
    match act {
        _ if !comes => Err(Denied::OtherOffice),
        Some(act) if act != EngineAct::TransferReceived.id() => Err(Denied::NotReceived),
        _ => Ok(()),
    }
}

/// Who hands in an act has signed it; the registry's acts are the administrators', but for what
/// officers and services do to their own keys.
fn may_record(principal: &Principal, statement: &Statement) -> Result<(), Denied> {
    let Some(caller) = &principal.stream else { return Err(Denied::NotASigner) };
    if !statement.signers.iter().any(|signer| signer.by == *caller) {
        return Err(Denied::NotASigner);
    }
    let of_cases = matches!(statement.stream.kind(), AggregateType::Case | AggregateType::Person);
    if of_cases || statement.stream == *caller || principal.has(Scope::Admin) {
        return Ok(());
    }
    Err(Denied::Scope(&[Scope::Admin]))
}
