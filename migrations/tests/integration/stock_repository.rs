//! A stock `PostgresEventRepository` reads every stream, and cannot write past the log.

use std::convert::Infallible;

use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::{PersistedEventRepository, SerializedEvent};
use cqrs_es::{Aggregate, DomainEvent};
use litopys_migrations::{Role, testing};
use postgres_es::PostgresEventRepository;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::rows::{PAYLOAD, insert_event};

#[tokio::test]
async fn it_reads_a_stream_of_ours() {
    let database = testing::database().await;
    let pool = database.pool(Role::Writer);
    insert_event(&pool, 0).await.unwrap();
    insert_event(&pool, 1).await.unwrap();

    let stock = PostgresEventRepository::new(pool);
    let events = stock.get_events::<Case>("one").await.unwrap();

    assert_eq!(events.iter().map(|event| event.sequence).collect::<Vec<_>>(), [1, 2]);
    let first = &events[0];
    assert_eq!(first.aggregate_type, "case");
    assert_eq!(first.event_type, "NoteAdded");
    assert_eq!(first.event_version, "litopys/1");
    assert_eq!(first.payload, serde_json::from_str::<serde_json::Value>(PAYLOAD).unwrap());
    assert_eq!(first.metadata, json!({}));
    assert_eq!(stock.get_last_events::<Case>("one", 1).await.unwrap().len(), 1);
    assert!(stock.get_events::<Case>("another").await.unwrap().is_empty());
}

#[tokio::test]
async fn its_own_insert_is_refused_for_every_role() {
    let database = testing::database().await;
    for role in [Role::Writer, Role::Superuser] {
        let stock = PostgresEventRepository::new(database.pool(role));
        let event = SerializedEvent::new(
            "one".to_owned(),
            1,
            "case".to_owned(),
            "NoteAdded".to_owned(),
            "litopys/1".to_owned(),
            json!({}),
            json!({}),
        );
        let error = stock.persist::<Case>(&[event], None).await.unwrap_err();
        assert!(format!("{error:?}").contains("position"), "{role}: {error:?}");
    }
    let count: i64 = sqlx::query_scalar("select count(*) from events")
        .fetch_one(&database.pool(Role::Auditor))
        .await
        .unwrap();
    assert_eq!(count, 0);
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Case;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Act;

impl DomainEvent for Act {
    fn event_type(&self) -> String {
        "NoteAdded".to_owned()
    }

    fn event_version(&self) -> String {
        "litopys/1".to_owned()
    }
}

impl Aggregate for Case {
    const TYPE: &'static str = "case";
    type Command = ();
    type Event = Act;
    type Error = Infallible;
    type Services = ();

    async fn handle(
        &mut self,
        _command: (),
        _services: &(),
        _sink: &EventSink<Self>,
    ) -> Result<(), Infallible> {
        Ok(())
    }

    fn apply(&mut self, _event: Act) {}
}
