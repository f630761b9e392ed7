//! How fast acts go in over HTTP: `cargo test --release -p litopys-api --test http speed --
//! --ignored --nocapture`. The cluster of the tests runs without fsync, and the client takes its
//! share of the processors; `make bench` measures with both accounted for.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::TestApp;
use crate::support::people::registering;

const ACTS: usize = 20_000;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement, not a test"]
async fn acts_over_http() {
    for connections in [1, 64, 256] {
        let app = TestApp::start().await;
        let acts = if connections == 1 { ACTS / 10 } else { ACTS };
        let bodies: Vec<String> =
            (0..acts).map(|_| registering(&app.officer).to_string()).collect();
        let mut clients = Vec::new();
        for share in bodies.chunks(acts.div_ceil(connections)) {
            let client = app.officer().await;
            clients.push((client, share.to_vec()));
        }
        let started = Instant::now();
        let sending: Vec<_> = clients
            .into_iter()
            .map(|(mut client, bodies)| {
                tokio::spawn(async move {
                    let mut latencies = Vec::with_capacity(bodies.len());
                    for body in bodies {
                        let sent = Instant::now();
                        let path = "/v1/acts";
                        let reply = client.post(path, "application/json", body.as_bytes()).await;
                        assert_eq!(reply.status, 201, "{}", reply.text());
                        latencies.push(sent.elapsed());
                    }
                    latencies
                })
            })
            .collect();
        let mut latencies = Vec::with_capacity(acts);
        for sent in sending {
            latencies.extend(sent.await.unwrap());
        }
        report(connections, started.elapsed(), latencies);
    }
}

#[expect(clippy::print_stdout, reason = "the figures are what this shows")]
fn report(connections: usize, took: Duration, mut latencies: Vec<Duration>) {
    latencies.sort_unstable();
    let at = |percent: usize| latencies[(latencies.len() - 1) * percent / 100];
    let per_s = latencies.len() as u128 * 1000 / took.as_millis().max(1);
    println!("{connections} connections: {per_s} acts/s, p50 {:.1?}, p99 {:.1?}", at(50), at(99));
}

/// The whole draft path on a case of two hundred acts, every rule judged, the answer read.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement, not a test"]
async fn drafting_on_a_long_case() {
    let app = TestApp::with_law().await;
    let (case, person) = app.open_case().await;
    for number in 1..200 {
        let note = json!({
            "act": "NoteAdded", "stream": case, "subjects": [person],
            "private": {"note": format!("{number}")},
        });
        app.act(&note, &[&app.clerk]).await;
    }
    let mut officer = app.officer().await;
    let request = json!({
        "act": "ForcedReturnDecided", "stream": case, "subjects": [person],
        "facts": {
            "leave_by": "2100-01-01", "ground": "1", "minor": false, "country": "GEO",
            "citizenship": "GEO", "art31_cleared": true,
        },
        "signers": [app.officer.signer()],
    });
    let mut latencies = Vec::new();
    let started = Instant::now();
    for _ in 0..500 {
        let sent = Instant::now();
        let draft = officer.post_json("/v1/drafts", &request).await;
        latencies.push(sent.elapsed());
        let draft = draft.json();
        let rules: Vec<_> =
            draft["flags"].as_array().unwrap().iter().map(|flag| &flag["rule"]).collect();
        assert!(rules.contains(&&json!("DEF-018")), "{draft}");
    }
    report(1, started.elapsed(), latencies);
}
