//! A ledger with three administrators, threshold two, and an officer with a post, served on a port.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use litopys_api::auth::{Grant, Scope, TokenIssuer, TokenVerifier};
use litopys_api::clock::Clock;
use litopys_api::http::limits::Limits;
use litopys_api::http::{Parts, serve};
use litopys_api::ledger::{Ledger, LedgerOptions};
use litopys_api::record::SignedAct;
use litopys_api::vault::Vault;
use litopys_domain::ids::StreamId;
use litopys_domain::keys::PublicKey;
use litopys_migrations::Role;
use litopys_migrations::testing::{TestDatabase, database};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::client::Client;
use super::people::{Person, signed, statement};

pub(crate) const ORIGIN: &str = "ledger.example/test";
const TOKEN_LIFETIME: Duration = Duration::from_secs(3600);

pub(crate) fn ledger_key() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

pub(crate) fn token_key() -> SigningKey {
    SigningKey::from_bytes(&[2; 32])
}

pub(crate) struct TestApp {
    pub(crate) address: SocketAddr,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) database: TestDatabase,
    pub(crate) administrators: Vec<Person>,
    /// Head of the territorial body 80.
    pub(crate) officer: Person,
    pub(crate) stop: Option<oneshot::Sender<()>>,
    pub(crate) server: JoinHandle<std::io::Result<()>>,
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::start_with(Limits::off()).await
    }

    pub(crate) async fn start_with(limits: Limits) -> Self {
        let database = database().await;
        let (ledger, _appender) = Ledger::open(LedgerOptions {
            database: database.options(Role::Writer),
            origin: ORIGIN.to_owned(),
            key: ledger_key(),
            vault: Vault::new(&zeroize::Zeroizing::new([3; 32])),
            clock: Clock::system(),
            patience: Duration::from_secs(10),
            connections_max: 8,
            cadence: Duration::from_millis(50),
        })
        .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let tokens = TokenVerifier::new(ORIGIN, [PublicKey::of(&token_key())]);
        let parts = Parts { ledger: Arc::clone(&ledger), tokens, limits };
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async move { _ = stopped.await };
        let server = tokio::spawn(serve(listener, shutdown, parts));
        let administrators = (0..3).map(|_| Person::new("R-ADM", None)).collect();
        let officer = Person::new("R-TO-HEAD", Some("80"));
        let stop = Some(stop);
        let app = Self { address, ledger, database, administrators, officer, stop, server };
        app.found().await;
        app.enrol(&app.officer).await;
        app
    }

    async fn found(&self) {
        let origin = StreamId::ledger(ORIGIN).unwrap();
        let itself =
            Person { stream: origin.clone(), key: ledger_key(), role: "R-SYS", office: None };
        let named: Vec<_> = self
            .administrators
            .iter()
            .map(|a| json!({"officer": a.stream, "key": a.public()}))
            .collect();
        let facts = json!({
            "key": itself.public(), "administrators": named, "threshold": 2,
            "time_zone": "Europe/Kyiv", "demonstration": true,
        });
        let mut signers = vec![&itself];
        signers.extend(&self.administrators);
        let genesis = statement(&origin, "LedgerFounded", facts, &signers);
        let body = signed(&genesis.to_text(), &signers, &[]);
        let act = SignedAct {
            statement: genesis.to_text(),
            signatures: serde_json::from_value(body["signatures"].clone()).unwrap(),
            disclosures: Vec::new(),
        };
        assert_eq!(self.ledger.record(act).await.unwrap().receipt.position, 0);
    }

    /// Enrols somebody and appoints him or her from 2020 on, over HTTP.
    pub(crate) async fn enrol(&self, person: &Person) {
        let administrator = &self.administrators[0];
        let mut client = self.client(administrator, &[Scope::Admin]).await;
        let facts = json!({"key": person.public()});
        let both = [administrator, person];
        let mut enrolled = statement(&person.stream, "OfficerEnrolled", facts, &both);
        let reply = client.post_json("/v1/acts", &signed(&enrolled.to_text(), &both, &[])).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        let facts = json!({"role": person.role, "office": person.office, "from": "2020-01-01"});
        let seen = litopys_domain::ids::StatementHash::of(enrolled.to_text().as_bytes());
        enrolled = statement(&person.stream, "OfficerAppointed", facts, &[administrator]);
        enrolled.seen = Some(seen);
        let body = signed(&enrolled.to_text(), &[administrator], &[]);
        let reply = client.post_json("/v1/acts", &body).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
    }

    pub(crate) async fn anonymous(&self) -> Client {
        Client::connect(self.address).await
    }

    /// Somebody with a token of these scopes, for all offices.
    pub(crate) async fn client(&self, person: &Person, scopes: &[Scope]) -> Client {
        self.anonymous().await.with_token(&token(&person.stream.to_string(), scopes))
    }

    /// The officer with the scopes that officers have.
    pub(crate) async fn officer(&self) -> Client {
        self.client(&self.officer, &[Scope::CaseRead, Scope::CaseWrite]).await
    }

    /// A reader without a stream.
    pub(crate) async fn reader(&self, scopes: &[Scope]) -> Client {
        self.anonymous().await.with_token(&token("reader", scopes))
    }

    pub(crate) async fn head(&self) -> u64 {
        self.ledger.reader().head().await.unwrap().size
    }
}

pub(crate) fn token(name: &str, scopes: &[Scope]) -> String {
    let issuer = TokenIssuer::new(ORIGIN, &token_key()).unwrap();
    let grant =
        Grant { name: name.to_owned(), scopes: scopes.to_vec(), offices: vec!["*".to_owned()] };
    issuer.mint(&grant, Clock::system().now(), TOKEN_LIFETIME).unwrap()
}

/// Reads the answers of many acts, one a line.
pub(crate) fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
