//! A ledger with three administrators, threshold two, and an officer with a post, served on a port.

use std::fmt::Write as _;
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
use litopys_api::{law_texts, vault::Vault};
use litopys_domain::built_in::LAW_FILES;
use litopys_domain::ids::{StatementHash, StreamId};
use litopys_domain::keys::PublicKey;
use litopys_domain::law::book::LawBook;
use litopys_migrations::Role;
use litopys_migrations::testing::database;
use litopys_projections::{Runner, RunnerOptions};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::client::Client;
use super::people::{Person, signed, statement};

pub(crate) const ORIGIN: &str = "ledger.example/test";
pub(crate) const PROCEDURE: &str = "forced-return";
const TOKEN_LIFETIME: Duration = Duration::from_hours(1);

pub(crate) fn ledger_key() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

pub(crate) fn token_key() -> SigningKey {
    SigningKey::from_bytes(&[2; 32])
}

pub(crate) struct TestApp {
    pub(crate) address: SocketAddr,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) administrators: Vec<Person>,
    /// Head of the territorial body 80.
    pub(crate) officer: Person,
    /// An ordinary officer of the same body.
    pub(crate) clerk: Person,
    _runner: Runner,
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
        let clerk = Person::new("R-TO-OFF", Some("80"));
        let runner = Runner::start(RunnerOptions::new(database.options(Role::Projector)));
        let stop = Some(stop);
        let app =
            Self { address, ledger, administrators, officer, clerk, _runner: runner, stop, server };
        app.found().await;
        app.enrol(&app.officer).await;
        app
    }

    /// With the forced-return procedure published and a clerk enrolled.
    pub(crate) async fn with_law() -> Self {
        let app = Self::start().await;
        app.enrol(&app.clerk).await;
        app.publish(PROCEDURE).await;
        app
    }

    /// Publishes every edition of a procedure.
    pub(crate) async fn publish(&self, procedure: &str) {
        let book = LawBook::read(LAW_FILES.iter().copied()).unwrap();
        let stream = StreamId::procedure(procedure).unwrap();
        let administrator = &self.administrators[0];
        let mut client = self.client(administrator, &[Scope::Admin]).await;
        let mut seen = None;
        for date in book.edition_dates(procedure) {
            let package = book.package(procedure, date).unwrap();
            law_texts::store(self.ledger.pool(), &package).await.unwrap();
            let facts = json!({"edition": package.edition, "package": package.hash});
            let mut act = statement(&stream, "PackagePublished", &facts, &[administrator]);
            act.seen = seen;
            let text = act.to_text();
            seen = Some(StatementHash::of(text.as_bytes()));
            let body = signed(&text, &[administrator], &[]);
            let reply = client.post_json("/v1/acts", &body).await;
            assert_eq!(reply.status, 201, "{}", reply.text());
        }
    }

    /// Drafts over HTTP, signs with everybody given, and records; gives draft and receipt.
    pub(crate) async fn act(&self, request: &Value, signers: &[&Person]) -> (Value, Value) {
        let mut client = self.client(signers[0], &[Scope::CaseRead, Scope::CaseWrite]).await;
        let mut request = request.clone();
        request["signers"] =
            signers.iter().map(|s| serde_json::to_value(s.signer()).unwrap()).collect();
        let draft = client.post_json("/v1/drafts", &request).await;
        assert_eq!(draft.status, 200, "{}", draft.text());
        let draft = draft.json();
        assert_eq!(draft["violations"], json!([]), "{draft}");
        let mut body = signed(draft["statement"].as_str().unwrap(), signers, &[]);
        body["disclosures"] = draft["disclosures"].clone();
        let reply = client.post_json("/v1/acts", &body).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        (draft, reply.json())
    }

    /// Registers a person and opens a case of forced return; gives the case's stream.
    pub(crate) async fn open_case(&self) -> (String, String) {
        let registration =
            json!({"act": "PersonRegistered", "private": {"family_name": "Тестенко"}});
        let (person, _) = self.act(&registration, &[&self.clerk]).await;
        let person = person["stream"].as_str().unwrap().to_owned();
        let opening = json!({
            "act": "ReturnMaterialsCollected", "procedure": PROCEDURE, "subjects": [person],
            "facts": {
                "violation": "1", "country": "GEO", "asylum_asked": false, "art31_assessed": true,
            },
            "private": {"art31_assessment": "Підстав за статтею 31 не виявлено"},
        });
        let (case, _) = self.act(&opening, &[&self.clerk]).await;
        (case["stream"].as_str().unwrap().to_owned(), person)
    }

    /// The decision to leave, by the head.
    pub(crate) async fn decide(&self, case: &str, person: &str) -> (Value, Value) {
        let leave_by = Clock::system().now() + jiff::SignedDuration::from_hours(20 * 24);
        let decision = json!({
            "act": "ForcedReturnDecided", "stream": case, "subjects": [person],
            "facts": {
                "leave_by": leave_by.strftime("%Y-%m-%d").to_string(), "ground": "1",
                "minor": false, "country": "GEO", "citizenship": "GEO", "art31_cleared": true,
            },
        });
        self.act(&decision, &[&self.officer]).await
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
        let genesis = statement(&origin, "LedgerFounded", &facts, &signers);
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
        let enrolled = statement(&person.stream, "OfficerEnrolled", &facts, &both);
        let reply = client.post_json("/v1/acts", &signed(&enrolled.to_text(), &both, &[])).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        self.appoint(person).await;
    }

    /// Appoints somebody who is enrolled to one more post, from 2020 on.
    pub(crate) async fn appoint(&self, person: &Person) {
        let administrator = &self.administrators[0];
        let mut client = self.client(administrator, &[Scope::Admin]).await;
        let facts = json!({"role": person.role, "office": person.office, "from": "2020-01-01"});
        let mut act = statement(&person.stream, "OfficerAppointed", &facts, &[administrator]);
        act.seen = self.ledger.streams().load(&person.stream).await.unwrap().last().map(|a| a.hash);
        let reply =
            client.post_json("/v1/acts", &signed(&act.to_text(), &[administrator], &[])).await;
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
    token_for(name, scopes, &["*"])
}

pub(crate) fn token_for(name: &str, scopes: &[Scope], offices: &[&str]) -> String {
    let issuer = TokenIssuer::new(ORIGIN, &token_key()).unwrap();
    let offices = offices.iter().map(|office| (*office).to_owned()).collect();
    let grant = Grant { name: name.to_owned(), scopes: scopes.to_vec(), offices };
    issuer.mint(&grant, Clock::system().now(), TOKEN_LIFETIME).unwrap()
}

/// Reads the answers of many acts, one a line.
pub(crate) fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Bodies, one a line.
pub(crate) fn ndjson(bodies: &[Value]) -> String {
    let mut text = String::new();
    for body in bodies {
        writeln!(text, "{body}").unwrap();
    }
    text
}
