//! Ten thousand bad requests: half of them are sound signed acts with exactly one thing wrong,
//! signed again where the signature is not the fault. Nothing breaks, and nothing gets in.

mod acts;
mod requests;
mod scene;

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use litopys_api::http::limits::{Limits, Rate};

use crate::support::TestApp;
use crate::support::client::{Client, Reply};
use crate::support::people::registering;
use scene::{Scene, Sent};

const REQUESTS: usize = 10_000;
/// Every so many requests one is sound.
const SOUND_EVERY: usize = 500;
const CLIENTS: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn bad_requests_are_problems_and_never_get_in() {
    assert!(acts::MUTATORS.len() + requests::MUTATORS.len() >= 15);
    let app = TestApp::with_law().await;
    let scene = Arc::new(Scene::of(&app).await);
    let before = app.head().await;
    check_each(&app, &scene).await;
    let started = Instant::now();
    let mut sending = Vec::new();
    for first in 0..CLIENTS {
        let mut client = app.anonymous().await;
        let (scene, address) = (Arc::clone(&scene), app.address);
        sending.push(tokio::spawn(async move {
            let mut counts = BTreeMap::new();
            for n in (first..REQUESTS).step_by(CLIENTS) {
                *counts.entry(answered(&mut client, &scene, n).await).or_insert(0_usize) += 1;
                if !client.is_open() {
                    client = Client::connect(address).await;
                }
            }
            counts
        }));
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for sent in sending {
        for (code, count) in sent.await.unwrap() {
            *counts.entry(code).or_default() += count;
        }
    }
    report(&counts, started.elapsed());
    let sound = counts.remove("recorded").unwrap_or(0);
    assert_eq!(sound, REQUESTS / SOUND_EVERY);
    assert_eq!(app.head().await, before + sound as u64, "the sound ones got in, and no other");
    assert!(counts.len() >= 15, "{} types", counts.len());
    let most = counts.values().max().unwrap();
    assert!(most * 5 <= REQUESTS, "a type has {most} of {REQUESTS}");
    assert_eq!(app.anonymous().await.get("/readyz").await.status, 200);
}

/// Every mutator meets its own problem.
async fn check_each(app: &TestApp, scene: &Scene) {
    let mut others = Vec::new();
    for (name, mutate) in acts::MUTATORS.iter().chain(requests::MUTATORS) {
        let sent = mutate(scene);
        let expected = sent.expected;
        let reply = send(&mut app.anonymous().await, sent).await;
        if reply.status < 400 || reply.any_problem() != expected {
            others.push(format!("{name}: {expected} expected, {}", reply.text()));
        }
    }
    assert!(others.is_empty(), "{others:#?}");
}

async fn send(client: &mut Client, sent: Sent) -> Reply {
    let Sent { token, method, path, media_type, body, .. } = sent;
    client.token = token;
    client.send(method, &path, &[("content-type", media_type)], &body).await
}

/// Sends the `n`th request; gives the problem's code, or `recorded`.
async fn answered(client: &mut Client, scene: &Scene, n: usize) -> String {
    if n % SOUND_EVERY == SOUND_EVERY - 1 {
        client.token = Some(scene.token.clone());
        let reply = client.post_json("/v1/acts", &registering(&scene.officer)).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        return "recorded".to_owned();
    }
    let mutators = if n.is_multiple_of(2) { acts::MUTATORS } else { requests::MUTATORS };
    let (name, mutate) = mutators[n / 2 % mutators.len()];
    let sent = mutate(scene);
    let expected = sent.expected;
    let reply = send(client, sent).await;
    assert!((400..500).contains(&reply.status), "{name}: {} {}", reply.status, reply.text());
    let code = reply.any_problem();
    assert_eq!(code, expected, "{name}: {}", reply.text());
    code
}

#[expect(clippy::print_stdout, reason = "the counts are what this test shows")]
fn report(counts: &BTreeMap<String, usize>, took: Duration) {
    println!("{REQUESTS} requests in {took:.1?}:");
    for (code, count) in counts {
        println!("{count:>6}  {code}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_limited_and_the_server_recovers() {
    let rate =
        Rate { per_second: NonZeroU32::new(100).unwrap(), burst: NonZeroU32::new(50).unwrap() };
    let limits = Limits { rate: Some(rate), concurrent_max: 2, ..Limits::standard() };
    let app = TestApp::start_with(limits).await;
    let before = app.head().await;
    let mut flooding = Vec::new();
    for _ in 0..32 {
        let mut client = app.officer().await;
        let bodies: Vec<_> = (0..20).map(|_| registering(&app.officer)).collect();
        flooding.push(tokio::spawn(async move {
            let mut statuses = BTreeMap::new();
            for body in bodies {
                let reply = client.post_json("/v1/acts", &body).await;
                if reply.status != 201 {
                    reply.any_problem();
                    assert!(reply.header("retry-after").is_some());
                }
                *statuses.entry(reply.status).or_insert(0_u64) += 1;
            }
            statuses
        }));
    }
    let mut statuses: BTreeMap<u16, u64> = BTreeMap::new();
    for flood in flooding {
        for (status, count) in flood.await.unwrap() {
            *statuses.entry(status).or_default() += count;
        }
    }
    let codes: Vec<_> = statuses.keys().copied().collect();
    assert_eq!(codes, [201, 429, 503], "{statuses:?}");
    assert_eq!(app.head().await, before + statuses[&201]);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let reply = app.officer().await.post_json("/v1/acts", &registering(&app.officer)).await;
    assert_eq!(reply.status, 201, "after a rest it goes on");
}
