use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::{Desk, LAW, value};

#[test]
fn keygen_writes_a_private_key_once() {
    let desk = Desk::new();
    let public = desk.key("officer.pem");
    assert_eq!(public.len(), 43);
    let pem = fs::read_to_string(desk.path("officer.pem")).unwrap();
    assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"), "PKCS#8 of version 1");
    let mode = fs::metadata(desk.path("officer.pem")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let second = desk.run("keygen --out officer.pem");
    assert_eq!(second.status, 1);
    assert!(second.err.contains("not overwritten"), "{}", second.err);
    assert_eq!(fs::read_to_string(desk.path("officer.pem")).unwrap(), pem);
}

#[test]
fn a_ledger_is_founded_once() {
    let desk = Desk::new();
    desk.key("a.pem");
    desk.key("b.pem");
    let said = desk
        .ok("init --origin ledger.example/cli --administrator a.pem --administrator b.pem \
         --threshold 2 --demonstration");
    assert_eq!(value(&said, "ledger  "), "ledger.example/cli");
    let law = value(&said, "law");
    let whole = law.contains(" packages of ") && law.ends_with(" procedures");
    assert!(whole && !law.starts_with('0'), "{said}");
    let trust: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(desk.path("data/trust.json")).unwrap()).unwrap();
    assert_eq!(trust["origin"], "ledger.example/cli");
    assert_eq!(trust["genesis"].as_str().unwrap(), value(&said, "genesis"));
    for secret in ["vault.key", "token.key", "keys/ledger.pem"] {
        let mode = fs::metadata(desk.path("data").join(secret)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{secret}");
    }
    let second = desk.run("init --origin ledger.example/x --administrator a.pem --threshold 1");
    assert_eq!(second.status, 1);
    assert!(second.err.contains("ledger.example/cli already"), "{}", second.err);
    // The database alone is protected as well.
    fs::remove_file(desk.path("data/ledger.json")).unwrap();
    let third = desk.run("init --origin ledger.example/cli --administrator a.pem --threshold 1");
    assert_eq!(third.status, 1);
    assert!(third.err.contains("holds a ledger"), "{}", third.err);
}

#[test]
fn administrators_may_sign_the_genesis_elsewhere() {
    let desk = Desk::new();
    desk.key("a.pem");
    let b = desk.key("b.pem");
    let init = format!(
        "init --origin ledger.example/cli --administrator a.pem --administrator {b} --threshold 2"
    );
    let unsigned = desk.run(&init);
    assert_eq!(unsigned.status, 1);
    assert!(unsigned.err.contains("--draft"), "{}", unsigned.err);
    desk.ok(&format!("{init} --draft genesis.json"));
    let shown = desk.ok("sign --show genesis.json");
    assert_eq!(shown.matches("MISSING").count(), 1, "{shown}");
    assert!(shown.contains("Ledger founded · Створено реєстр"), "{shown}");
    let early = desk.run("init --submit genesis.json");
    assert_eq!(early.status, 3, "{}", early.err);
    let unasked = desk.run("sign genesis.json --key b.pem");
    assert_eq!(unasked.status, 1, "nobody is at the terminal to say yes");
    desk.ok("sign genesis.json --key b.pem --yes");
    let said = desk.ok(&format!("init --submit genesis.json --key b.pem --law {LAW}"));
    assert_eq!(value(&said, "law"), "2 packages of 1 procedures", "{said}");
    let published = desk.ok(&format!("procedure publish --key a.pem --law {LAW}"));
    assert!(published.starts_with("0 packages published"), "{published}");
}

#[test]
fn a_draft_with_another_byte_is_refused() {
    let desk = Desk::new();
    desk.key("a.pem");
    let b = desk.key("b.pem");
    desk.ok(&format!(
        "init --origin ledger.example/cli --administrator a.pem --administrator {b} --threshold 2 \
         --draft genesis.json"
    ));
    let path = desk.path("genesis.json");
    let mut draft: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let text = draft["statement"].as_str().unwrap().replace("\"threshold\":2", "\"threshold\":1");
    draft["statement"] = text.into();
    fs::write(&path, draft.to_string()).unwrap();
    desk.ok("sign genesis.json --key b.pem --yes");
    let said = desk.run("init --submit genesis.json");
    assert_eq!(said.status, 3, "{}", said.err);
    assert!(said.err.contains("does not match the statement"), "{}", said.err);
    assert!(!desk.path("data/ledger.json").exists());
}
