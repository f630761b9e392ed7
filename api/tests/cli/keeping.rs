use std::fs;

use crate::support::{Desk, LAW, Served, value};

#[test]
fn without_a_ledger_the_way_to_one_is_told() {
    let desk = Desk::new();
    for line in ["backup copy", "procedure publish --key a.pem"] {
        let said = desk.run(line);
        assert_eq!(said.status, 1, "{line}");
        assert!(said.err.contains("litopys init"), "{line}: {}", said.err);
    }
    assert!(!desk.path("data").exists(), "asking makes nothing");
}

#[test]
fn a_backup_is_restored_and_reaches_its_checkpoint() {
    let desk = Desk::new();
    desk.found();
    let said = desk.ok("backup copy");
    assert!(said.contains("ledger.example/cli"), "{said}");
    assert!(!desk.path("copy/vault.key").exists(), "the vault's key lies apart");
    let over = desk.run("restore copy");
    assert_eq!(over.status, 1);
    assert!(over.err.contains("nothing is restored over it"), "{}", over.err);
    let restored = desk.run("restore copy --data elsewhere");
    assert_eq!(restored.status, 0, "{}", restored.err);
    assert!(restored.out.contains("and holds"), "{}", restored.out);
    let key = fs::read(desk.path("data/vault.key")).unwrap();
    assert_eq!(fs::read(desk.path("elsewhere/vault.key")).unwrap(), key);
    let published =
        desk.ok(&format!("procedure publish --data elsewhere --key admin.pem --law {LAW}"));
    assert!(published.starts_with("0 packages published"), "{published}");
}

#[test]
fn a_checkpoint_that_the_ledger_did_not_sign_is_refused() {
    let desk = Desk::new();
    desk.found();
    desk.ok("backup copy");
    let note = fs::read_to_string(desk.path("copy/checkpoint")).unwrap();
    let size = note.lines().nth(1).unwrap();
    let forged = note.replacen(&format!("\n{size}\n"), "\n7\n", 1);
    assert_ne!(forged, note);
    fs::write(desk.path("copy/checkpoint"), forged).unwrap();
    let restored = desk.run("restore copy --data elsewhere");
    assert_eq!(restored.status, 1, "{}", restored.out);
    assert!(restored.err.contains("signature"), "{}", restored.err);
}

#[test]
fn the_way_to_the_database_is_printed() {
    let desk = Desk::new();
    desk.found();
    let url = desk.ok("database-url");
    assert!(url.starts_with("postgres://postgres@localhost:5432/litopys?host=/"), "{url}");
    let foreign = desk.command().arg("database-url").env("DATABASE_URL", "postgres://x/y").output();
    assert_eq!(foreign.unwrap().status.code(), Some(1));
    let origin = fs::read_to_string(desk.path("data/ledger.json")).unwrap();
    assert_eq!(value(&origin, "  \"origin\":"), "\"ledger.example/cli\"");
}

#[test]
fn read_models_are_rebuilt_at_rest_and_while_serving() {
    let desk = Desk::new();
    desk.found();
    let said = desk.ok("rebuild");
    let acts: u64 = said.split(' ').next().unwrap().parse().unwrap();
    assert!(acts > 1 && said.contains("acts folded in"), "{said}");
    let mut served = Served::start(&desk);
    let again = desk.ok("rebuild");
    assert!(again.starts_with(&format!("{acts} acts folded")), "{again}");
    served.signal("TERM");
    assert_eq!(served.wait(), Some(0));
}
