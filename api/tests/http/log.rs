//! Checkpoint, tiles and proofs.

use std::time::Duration;

use litopys_api::auth::Scope;
use litopys_domain::log::{CheckpointPolicy, Hash, NoteSigner, OpenedCheckpoint, verify_inclusion};

use crate::support::TestApp;
use crate::support::app::{ORIGIN, ledger_key, ndjson};
use crate::support::people::registering;

fn open(note: &str) -> OpenedCheckpoint {
    let log = NoteSigner::new(ORIGIN, ledger_key()).unwrap().key().clone();
    CheckpointPolicy::log_only(ORIGIN, log).open(note.as_bytes()).unwrap()
}

/// Waits for a published checkpoint of at least this size.
async fn checkpoint(app: &TestApp, size: u64) -> OpenedCheckpoint {
    let mut client = app.anonymous().await;
    for _ in 0..200 {
        let reply = client.get("/checkpoint").await;
        if reply.status == 200 {
            assert_eq!(reply.header("cache-control"), Some("no-cache"));
            let opened = open(reply.text());
            if opened.checkpoint.size() >= size {
                return opened;
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no checkpoint of size {size} was published");
}

#[tokio::test(flavor = "multi_thread")]
async fn tiles_and_entries_add_up_to_the_published_root() {
    let app = TestApp::start().await;
    let bodies: Vec<_> = (0..300).map(|_| registering(&app.officer)).collect();
    let lines = ndjson(&bodies);
    app.officer().await.post("/v1/acts", "application/x-ndjson", lines.as_bytes()).await;
    let published = checkpoint(&app, 303).await.checkpoint;
    let mut auditor = app.reader(&[Scope::Audit]).await;
    let mut leaves = Vec::new();
    for path in ["/tile/entries/000", "/tile/entries/001.p/47"] {
        let reply = auditor.get(path).await;
        assert_eq!(reply.header("content-type"), Some("application/octet-stream"));
        assert!(reply.header("cache-control").unwrap().contains("immutable"));
        let mut rest = reply.body.as_slice();
        while let [high, low, tail @ ..] = rest {
            let (entry, tail) = tail.split_at(usize::from(*high) * 256 + usize::from(*low));
            leaves.push(Hash::leaf(entry));
            rest = tail;
        }
    }
    assert_eq!(leaves.len(), 303);
    let mut builder = litopys_domain::log::TileBuilder::new();
    for leaf in &leaves {
        builder.push(*leaf, |_, _| {});
    }
    assert_eq!(builder.root(), published.root());
    let mut client = app.reader(&[Scope::Log]).await;
    let hashes = [client.get("/tile/0/000").await.body, client.get("/tile/0/001.p/47").await.body];
    let expected: Vec<u8> = leaves.iter().flat_map(|leaf| *leaf.as_bytes()).collect();
    assert_eq!(hashes.concat(), expected);
    assert_eq!(client.get("/tile/1/000.p/1").await.body.len(), 32);
    assert_eq!(client.get("/tile/0/001").await.problem(404), "not-found");
    assert_eq!(client.get("/tile/0/1").await.problem(404), "not-found");
    assert_eq!(client.get("/tile/entries/000").await.problem(403), "not-permitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_holds_under_its_checkpoint() {
    let app = TestApp::start().await;
    let reply = app.officer().await.post_json("/v1/acts", &registering(&app.officer)).await;
    let leaf = Hash::leaf(reply.json()["payload"].as_str().unwrap().as_bytes());
    let mut client = app.reader(&[Scope::Log]).await;
    let proof = client.get("/v1/proofs/3").await.json();
    let checkpoint = open(proof["checkpoint"].as_str().unwrap()).checkpoint;
    let inclusion: Vec<Hash> = serde_json::from_value(proof["inclusion"].clone()).unwrap();
    verify_inclusion(leaf, 3, &inclusion, checkpoint.size(), checkpoint.root()).unwrap();
    let of_four = client.get("/v1/proofs/3?size=4").await.json();
    assert_eq!(of_four["size"], 4);
    assert!(of_four.get("checkpoint").is_none());
    assert_eq!(client.get("/v1/proofs/3?size=3").await.problem(404), "not-found");
    assert_eq!(client.get("/v1/proofs/3?size=99").await.problem(404), "not-found");
}
