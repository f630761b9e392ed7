//! Health, measurements, documents, limits and draining.

use std::num::NonZeroU32;
use std::time::Duration;

use litopys_api::auth::Scope;
use litopys_api::http::limits::{Limits, Rate};
use litopys_api::http::openapi;

use crate::support::TestApp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::people::registering;

#[tokio::test(flavor = "multi_thread")]
async fn a_running_process_is_alive_ready_and_measured() {
    let app = TestApp::start().await;
    let mut client = app.reader(&[Scope::Admin]).await;
    assert_eq!(client.get("/livez").await.text(), "alive\n");
    assert_eq!(client.get("/v1/officers?at_least=2").await.status, 200);
    let ready = client.get("/readyz").await;
    assert_eq!(ready.status, 200, "{}", ready.text());
    assert_eq!(ready.json()["reflected_size"], 3);
    assert_eq!(ready.json()["database"], true);
    let metrics = client.get("/metrics").await;
    assert!(metrics.text().contains("litopys_log_size 3"), "{}", metrics.text());
    assert!(metrics.text().contains("route=\"/v1/acts\""));
    assert!(metrics.text().contains("litopys_http_request_seconds_bucket"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_are_served() {
    let app = TestApp::start().await;
    let mut client = app.anonymous().await;
    let document = client.get("/openapi.json").await.json();
    assert_eq!(document["openapi"], "3.1.0");
    let page = client.get("/docs/").await;
    assert!(page.text().contains("swagger-ui"), "{}", page.text());
}

/// A change of a public shape shows in review.
#[test]
fn the_document_is_as_it_was() {
    insta::assert_snapshot!("openapi", openapi().to_pretty_json().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_asks_too_often_is_told_to_wait() {
    let rate =
        Rate { per_second: NonZeroU32::new(5).unwrap(), burst: NonZeroU32::new(10).unwrap() };
    let app = TestApp::start_with(Limits { rate: Some(rate), ..Limits::standard() }).await;
    let mut reader = app.reader(&[Scope::Log]).await;
    let mut refused = 0;
    for _ in 0..30 {
        let reply = reader.get("/v1/proofs/0").await;
        if reply.status != 200 {
            assert_eq!(reply.problem(429), "rate-limited");
            assert_eq!(reply.header("retry-after"), Some("1"));
            refused += 1;
        }
    }
    assert!(refused >= 15, "{refused} of 30");
    let mut officer = app.officer().await;
    let reply = officer.post_json("/v1/acts", &registering(&app.officer)).await;
    assert_eq!(reply.status, 201, "another caller is not concerned");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(reader.get("/v1/proofs/0").await.status, 200, "and after a rest it goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_there_is_room_for_is_shed() {
    let limits = Limits { concurrent_max: 1, ..Limits::off() };
    let app = TestApp::start_with(limits).await;
    let mut asking = Vec::new();
    for _ in 0..16 {
        let mut client = app.officer().await;
        let bodies: Vec<_> = (0..10).map(|_| registering(&app.officer)).collect();
        asking.push(tokio::spawn(async move {
            let mut shed = 0;
            for body in bodies {
                let reply = client.post_json("/v1/acts", &body).await;
                if reply.status != 201 {
                    assert_eq!(reply.problem(503), "overloaded");
                    shed += 1;
                }
            }
            shed
        }));
    }
    let mut shed = 0;
    for asked in asking {
        shed += asked.await.unwrap();
    }
    assert!(shed > 0, "nothing was shed");
    assert_eq!(app.head().await, 3 + 160 - shed);
    let reply = app.officer().await.post_json("/v1/acts", &registering(&app.officer)).await;
    assert_eq!(reply.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_never_comes_is_not_waited_for() {
    let request_time_max = Duration::from_secs(2);
    let app = TestApp::start_with(Limits { request_time_max, ..Limits::off() }).await;
    let token = app.officer().await.token.unwrap();
    let head = format!(
        "POST /v1/acts HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: 100\r\n\r\n{{"
    );
    let reply = app.anonymous().await.raw(head.as_bytes(), false).await;
    assert_eq!(reply.problem(503), "timed-out");
    assert_eq!(reply.header("retry-after"), Some("1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_connection_is_closed_and_a_busy_one_is_not() {
    let idle_time_max = Duration::from_millis(300);
    let app = TestApp::start_with(Limits { idle_time_max, ..Limits::off() }).await;
    let mut busy = app.anonymous().await;
    let mut silent = tokio::net::TcpStream::connect(app.address).await.unwrap();
    // A head that never ends.
    silent.write_all(b"GET /livez HTTP/1.1\r\nhost: te").await.unwrap();
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(busy.get("/livez").await.status, 200);
    }
    let closed = tokio::time::timeout(Duration::from_secs(5), silent.read(&mut [0; 64])).await;
    assert!(matches!(closed, Ok(Ok(0) | Err(_))), "{closed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_begun_is_finished_when_the_server_stops() {
    let mut app = TestApp::start().await;
    let mut asking = Vec::new();
    for _ in 0..8 {
        let mut client = app.officer().await;
        let body = registering(&app.officer);
        asking.push(tokio::spawn(async move { client.post_json("/v1/acts", &body).await.status }));
    }
    // The requests are on their way before the server hears that it should stop.
    tokio::time::sleep(Duration::from_millis(30)).await;
    app.stop.take().unwrap().send(()).unwrap();
    for asked in asking {
        assert_eq!(asked.await.unwrap(), 201);
    }
    tokio::time::timeout(Duration::from_secs(10), &mut app.server).await.unwrap().unwrap().unwrap();
    assert!(tokio::net::TcpStream::connect(app.address).await.is_err());
}
