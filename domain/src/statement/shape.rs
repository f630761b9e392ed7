//! The rules of a statement's shape that hold for every procedure.

use serde::Serialize;

use super::{SIGNERS_MAX, Signer, Statement, StatementError};
use crate::canonical;
use crate::ids::AggregateType;

/// Longest code, role, office, basis or rule id, in bytes.
const CODE_BYTES_MAX: usize = 64;
/// Longest name of another body, or of its reference, in bytes.
const TEXT_BYTES_MAX: usize = 512;

/// Canonical form is checked on the text, before a statement is made of it.
pub(super) fn check(statement: &Statement) -> Result<(), StatementError> {
    check_head(statement)?;
    check_sets(statement)?;
    check_author(statement)?;
    check_signers(&statement.signers)
}

fn check_head(statement: &Statement) -> Result<(), StatementError> {
    ensure(is_act_id(&statement.act), "/act", "an act id is PascalCase, at most 64 letters")?;
    ensure(
        statement.nonce.get_version_num() == 7 || statement.nonce.get_version_num() == 8,
        "/nonce",
        "a nonce is a UUID of version 7 (imports: version 8)",
    )?;
    ensure(
        statement.law.is_some() == (statement.stream.kind() == AggregateType::Case),
        "/law",
        "acts of cases name the law they were taken under, and only they",
    )?;
    for field in statement.sealed.keys() {
        ensure(
            canonical::is_snake_case(field.as_bytes()),
            &format!("/sealed/{field}"),
            "field names are ASCII snake_case",
        )?;
    }
    ensure(is_code(&statement.source), "/source", "a code of the list CL-SOURCE")
}

fn check_sets(statement: &Statement) -> Result<(), StatementError> {
    ensure(
        statement.subjects.iter().all(|s| s.kind() == AggregateType::Person),
        "/subjects",
        "subjects are person/… streams",
    )?;
    ensure(
        rising(statement.subjects.iter().map(ToString::to_string)),
        "/subjects",
        "sort by bytes, without duplicates",
    )?;
    ensure(rising(statement.concerns.iter()), "/concerns", "sort by bytes, without duplicates")?;
    ensure(rising(statement.basis.iter()), "/basis", "sort by bytes, without duplicates")?;
    ensure(
        statement.basis.iter().all(|b| b.len() <= CODE_BYTES_MAX),
        "/basis",
        "at most 64 bytes each",
    )?;
    ensure(
        rising(jcs(&statement.evidence)),
        "/evidence",
        "sort by canonical form, without duplicates",
    )?;
    ensure(rising(jcs(&statement.flags)), "/flags", "sort by canonical form, without duplicates")?;
    let mut rules: Vec<_> = statement.flags.iter().map(|flag| &flag.rule).collect();
    rules.dedup();
    ensure(rules.len() == statement.flags.len(), "/flags", "one answer for each rule")?;
    ensure(statement.flags.iter().all(|f| is_code(&f.rule)), "/flags", "a rule id such as DEF-001")
}

fn check_author(statement: &Statement) -> Result<(), StatementError> {
    let Some(author) = &statement.author else { return Ok(()) };
    ensure(is_code(&author.role), "/author/role", "a code of the list CL-ROLE")?;
    let short = |text: &Option<String>| text.as_ref().is_none_or(|t| t.len() <= TEXT_BYTES_MAX);
    ensure(short(&author.body), "/author/body", "at most 512 bytes")?;
    ensure(short(&author.reference), "/author/reference", "at most 512 bytes")
}

fn check_signers(signers: &[Signer]) -> Result<(), StatementError> {
    ensure((1..=SIGNERS_MAX).contains(&signers.len()), "/signers", "an act has 1 to 16 signers")?;
    for (i, signer) in signers.iter().enumerate() {
        let at = |field: &str| format!("/signers/{i}/{field}");
        let kind = signer.by.kind();
        ensure(
            matches!(kind, AggregateType::Officer | AggregateType::Service | AggregateType::Ledger),
            &at("by"),
            "officers, services and the ledger sign",
        )?;
        ensure(is_code(&signer.role), &at("role"), "a code of the list CL-ROLE")?;
        ensure(
            signer.office.as_deref().is_none_or(is_code),
            &at("office"),
            "a code of CL-TO, four digits for a unit, or a code of CL-PLACE",
        )?;
        ensure(
            kind == AggregateType::Officer || signer.office.is_none(),
            &at("office"),
            "services and the ledger have no office",
        )?;
    }
    Ok(())
}

fn ensure(holds: bool, pointer: &str, message: &str) -> Result<(), StatementError> {
    if holds {
        return Ok(());
    }
    Err(StatementError::Field { pointer: pointer.to_owned(), message: message.to_owned() })
}

/// Codes and roles: ASCII letters, digits and `-`, as in `R-TO-HEAD`, `80`, `PTPI-CHE`.
fn is_code(text: &str) -> bool {
    (1..=CODE_BYTES_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// `[A-Z][A-Za-z0-9]*`, at most 64 bytes.
fn is_act_id(text: &str) -> bool {
    text.len() <= CODE_BYTES_MAX
        && text.as_bytes().first().is_some_and(u8::is_ascii_uppercase)
        && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn rising<T: Ord>(items: impl Iterator<Item = T>) -> bool {
    items.is_sorted_by(|a, b| a < b)
}

fn jcs<T: Serialize>(items: &[T]) -> impl Iterator<Item = String> {
    items.iter().map(canonical::to_string)
}
