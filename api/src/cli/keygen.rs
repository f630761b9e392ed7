//! `litopys keygen`.

use std::path::PathBuf;

use litopys_domain::keys::PublicKey;

use super::key_file;
use super::out::say;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  litopys keygen --out officer.pem

The file holds the private key (PKCS#8 PEM, mode 0600): whoever has it signs in your name. Give
away only the public key, which is printed.")]
pub(crate) struct Args {
    /// Where to write the private key; a file that exists is not overwritten
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let key = key_file::generate()?;
    key_file::write_new(&args.out, &key)?;
    let public = PublicKey::of(&key);
    say!("private key   {}", args.out.display());
    say!("public key    {public}");
    say!("thumbprint    {}", public.thumbprint());
    Ok(())
}
