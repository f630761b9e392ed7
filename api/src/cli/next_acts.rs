//! `litopys next-acts`.

use serde_json::Value;
use uuid::Uuid;

use super::client::{Client, Server};
use super::out::say;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  litopys next-acts --case 0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e77

Roles joined by + sign together; alternatives are separated by |.")]
pub(crate) struct Args {
    /// The case
    #[arg(long, value_name = "ID")]
    case: Uuid,
    /// Also what is not possible, and why
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    server: Server,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let client = Client::new(&args.server);
    let answer: Value = client.get(&format!("/v1/cases/{}/next-acts", args.case))?;
    let rows = answer["rows"].as_array().map_or(&[][..], Vec::as_slice);
    let possible = rows.iter().filter(|row| row["refused"].is_null());
    for row in possible {
        say!(
            "{} · {} · {}",
            text(&row["act"]),
            text(&row["title"]["en"]),
            text(&row["title"]["uk"])
        );
        let lists = [
            ("you sign as", joined(&row["sign_as"], ", ")),
            ("signed by", alternatives(row)),
            ("on behalf of", joined(&row["on_behalf_of"], ", ")),
            ("recorded by", joined(&row["recorded_by"], ", ")),
        ];
        for (label, roles) in lists.iter().filter(|(_, roles)| !roles.is_empty()) {
            say!("    {label:<12} {roles}");
        }
        for due in row["due"].as_array().into_iter().flatten() {
            say!("    due          {} {}", point(&due["due"]), text(&due["title"]["en"]));
        }
    }
    if args.all {
        for row in rows.iter().filter(|row| !row["refused"].is_null()) {
            let why = &row["refused"]["says"];
            say!(
                "not possible: {} · {} · {}",
                text(&row["act"]),
                text(&why["en"]),
                text(&why["uk"])
            );
        }
    }
    Ok(())
}

fn alternatives(row: &Value) -> String {
    let roles = row["signed_by"].as_array().into_iter().flatten().map(|roles| joined(roles, " + "));
    let roles = roles.collect::<Vec<_>>().join(" | ");
    match row["signatures"].as_u64() {
        Some(least) if least > 1 => format!("{roles} ({least} different persons)"),
        _ => roles,
    }
}

fn joined(list: &Value, between: &str) -> String {
    list.as_array().into_iter().flatten().map(text).collect::<Vec<_>>().join(between)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A day or an instant, whichever the term ends at.
fn point(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(pairs) => pairs.values().map(point).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}
