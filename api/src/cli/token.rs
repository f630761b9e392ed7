//! `litopys token`: bearer tokens for the embedded default; elsewhere an identity provider
//! makes them.

use std::time::Duration;

use litopys_api::auth::{Grant, Scope, TokenIssuer};
use litopys_api::clock::Clock;

use super::data::Place;
use super::key_file;
use super::out::say;

const DAY: Duration = Duration::from_hours(24);

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  litopys token --sub officer/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e79 \\
      --scope \"case:read case:write\" --office 80 --days 1
  litopys token --sub reader --scope statistics

Scopes: case:read case:write statistics log audit admin. The token is as good as a password until
it ends: send it over https only.")]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// Whose token it is: officer/…, service/…, or the name of a reader
    #[arg(long, value_name = "WHO")]
    sub: String,
    /// What it allows; several in one text, or the option several times
    #[arg(long, value_name = "SCOPE", required = true)]
    scope: Vec<String>,
    /// Office whose cases it shows, several times for several; * for all
    #[arg(long, value_name = "OFFICE", default_value = "*")]
    office: Vec<String>,
    /// How long it holds
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=366))]
    days: u32,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let scopes = args.scope.iter().flat_map(|text| text.split_ascii_whitespace());
    let scopes: Vec<Scope> = scopes.map(str::parse).collect::<Result<_, _>>()?;
    say!("{}", mint(&args.place, &args.sub, scopes, &args.office, DAY * args.days)?);
    Ok(())
}

/// A token signed with the data directory's key.
pub(crate) fn mint(
    place: &Place,
    name: &str,
    scopes: Vec<Scope>,
    offices: &[String],
    lifetime: Duration,
) -> anyhow::Result<String> {
    let dir = place.dir();
    let issuer = TokenIssuer::new(&dir.ledger()?.origin, &key_file::read(&dir.token_key_file())?)?;
    let grant = Grant { name: name.to_owned(), scopes, offices: offices.to_vec() };
    Ok(issuer.mint(&grant, Clock::system().now(), lifetime)?)
}
