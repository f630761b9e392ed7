//! Writes acts into the log by SQL, as the appender would; nothing judges them.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use jiff::Timestamp;
use jiff::civil::Date;
use litopys_domain::act::{Act, Place, SignedBy};
use litopys_domain::built_in::LAW_FILES;
use litopys_domain::ids::{ContentHash, StatementHash, StreamId};
use litopys_domain::keys::{PublicKey, Signature};
use litopys_domain::law::book::LawBook;
use litopys_domain::law::package::PackageTexts;
use litopys_domain::legal_time::RecordedAt;
use litopys_domain::log::Hash;
use litopys_domain::statement::{LawRef, Signer, Statement, VERSION};
use litopys_migrations::Role;
use litopys_migrations::testing::{TestDatabase, database};
use litopys_projections::{FeedOptions, Runner, RunnerOptions, Status};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

pub(crate) const ORIGIN: &str = "ledger.example/test";
/// 2026-11-22T10:15:30Z
const FIRST_SECOND: i64 = 1_795_342_530;

/// Editions in force on these days, made once: compiling law is slow without optimisation.
static PACKAGES: LazyLock<Vec<PackageTexts>> = LazyLock::new(|| {
    let book = LawBook::read(LAW_FILES.iter().copied()).unwrap();
    let in_force = |(procedure, on): (&str, Date)| {
        let editions = book.edition_dates(procedure);
        let edition = editions.iter().rfind(|edition| **edition <= on).unwrap();
        book.package(procedure, *edition).unwrap()
    };
    let today = Date::constant(2026, 11, 1);
    let long_ago = Date::constant(2005, 1, 1);
    [
        ("forced-return", today),
        ("international-protection", today),
        ("international-protection", long_ago),
    ]
    .map(in_force)
    .into()
});

/// A database with a log in it.
pub(crate) struct Ledger {
    pub(crate) database: TestDatabase,
    pub(crate) pool: PgPool,
    streams: HashMap<StreamId, (u64, Hash)>,
    last: HashMap<StreamId, StatementHash>,
    pub(crate) size: u64,
    nonce: u128,
    laws: HashMap<String, LawRef>,
}

/// What a test says of an act; the ledger adds the rest.
pub(crate) struct Draft(pub(crate) Statement);

impl Ledger {
    pub(crate) async fn new() -> Self {
        let database = database().await;
        let pool = database.pool(Role::Superuser);
        let (streams, last, laws) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { database, pool, streams, last, size: 0, nonce: 0, laws }
    }

    /// With a genesis and the current edition of two procedures published.
    pub(crate) async fn founded() -> Self {
        let mut ledger = Self::new().await;
        ledger.found().await;
        ledger
    }

    pub(crate) async fn found(&mut self) {
        let key = |n| PublicKey::of(&SigningKey::from_bytes(&[n; 32]));
        let genesis = self.draft(&format!("ledger/{ORIGIN}"), "LedgerFounded").facts(json!({
            "key": key(1), "threshold": 1, "time_zone": "Europe/Kyiv",
            "administrators": [{"officer": officer(1), "key": key(2)}],
        }));
        self.append(vec![genesis]).await;
        for package in &*PACKAGES {
            self.publish(package).await;
        }
    }

    /// Publishes an edition; the first of a procedure is cited from now on.
    async fn publish(&mut self, package: &PackageTexts) {
        self.keep(package.hash, "manifest", &package.manifest).await;
        for (hash, text) in &package.texts {
            self.keep(*hash, text.kind, &text.content).await;
        }
        let (procedure, edition) = (package.procedure.clone(), package.edition);
        let law = LawRef { procedure: procedure.clone(), edition, package: package.hash };
        self.laws.entry(procedure.clone()).or_insert(law);
        let published = self
            .draft(&format!("procedure/{procedure}"), "PackagePublished")
            .facts(json!({"edition": edition, "package": package.hash}));
        self.append(vec![published]).await;
    }

    async fn keep(&self, hash: ContentHash, kind: &str, content: &str) {
        sqlx::query("insert into packages values ($1, $2, $3) on conflict do nothing")
            .bind(&hash.as_bytes()[..])
            .bind(kind)
            .bind(content)
            .execute(&self.pool)
            .await
            .unwrap();
    }

    /// An act of a stream that is no case.
    pub(crate) fn draft(&mut self, stream: &str, act: &str) -> Draft {
        self.nonce += 1;
        Draft(Statement {
            version: VERSION.to_owned(),
            ledger: ORIGIN.to_owned(),
            stream: stream.parse().unwrap(),
            seen: None,
            nonce: id(0xffff_0000 + self.nonce),
            act: act.to_owned(),
            law: None,
            subjects: Vec::new(),
            facts: serde_json::Map::new(),
            sealed: BTreeMap::new(),
            concerns: Vec::new(),
            evidence: Vec::new(),
            instrument: None,
            basis: Vec::new(),
            flags: Vec::new(),
            occurred_at: "2026-11-22".parse().unwrap(),
            source: "NATIVE".to_owned(),
            author: None,
            signers: vec![Signer {
                by: officer(1),
                role: "R-TO-HEAD".to_owned(),
                office: Some("80".to_owned()),
            }],
        })
    }

    /// An act of the case with this number, under the published law.
    pub(crate) fn case(&mut self, case: u32, procedure: &str, act: &str) -> Draft {
        let mut draft = self.draft(&format!("case/{}", case_id(case)), act);
        let unpublished = LawRef {
            procedure: procedure.to_owned(),
            edition: "2018-04-29".parse().unwrap(),
            package: ContentHash::of(b"package"),
        };
        draft.0.law = Some(self.laws.get(procedure).cloned().unwrap_or(unpublished));
        draft
    }

    /// The last act of a case.
    pub(crate) fn last_of(&self, case: u32) -> Option<StatementHash> {
        self.last.get(&StreamId::case(case_id(case))).copied()
    }

    /// Cases 0.. of `acts` acts each, interleaved, none under a published law.
    pub(crate) fn notes(&mut self, cases: u32, acts: u32) -> Vec<Draft> {
        let pairs = (0..acts).flat_map(|_| 0..cases);
        let pairs: Vec<u32> = pairs.collect();
        pairs.into_iter().map(|case| self.case(case, "forced-return", "NoteAdded")).collect()
    }

    /// Records the acts and tells whoever listens; returns their names.
    pub(crate) async fn append(&mut self, drafts: Vec<Draft>) -> Vec<StatementHash> {
        let mut hashes = Vec::new();
        let mut columns = Columns::default();
        for Draft(statement) in drafts {
            let act = self.place(&statement);
            hashes.push(act.hash());
            columns.push(&act);
        }
        columns.insert(&self.pool).await;
        sqlx::query("select pg_notify('litopys_log', $1::bigint::text)")
            .bind(i64::try_from(self.size).unwrap())
            .execute(&self.pool)
            .await
            .unwrap();
        hashes
    }

    fn place(&mut self, statement: &Statement) -> Act {
        let key = PublicKey::of(&SigningKey::from_bytes(&[2; 32])).thumbprint();
        let signature = Signature([0; 64]);
        let mut act = Act::new(&statement.to_text(), vec![SignedBy { key, signature }]).unwrap();
        let before = self.streams.get(&statement.stream).copied();
        let sequence = before.map_or(1, |(sequence, _)| sequence + 1);
        let opens_case = sequence == 1 && statement.law.is_some();
        let at = FIRST_SECOND + i64::try_from(self.size).unwrap();
        act.place = Some(Place {
            sequence,
            previous: before.map(|(_, leaf)| leaf),
            number: opens_case.then(|| format!("80-FR-2026-{:06}", self.size)),
            recorded_at: RecordedAt::new(Timestamp::from_second(at).unwrap()),
        });
        act.position = Some(self.size);
        self.size += 1;
        let leaf = Hash::leaf(act.to_payload().unwrap().as_bytes());
        self.streams.insert(statement.stream.clone(), (sequence, leaf));
        self.last.insert(statement.stream.clone(), act.hash());
        act
    }

    pub(crate) fn options(&self) -> RunnerOptions {
        let mut options = RunnerOptions::new(self.database.options(Role::Projector));
        options.feed = quick();
        options.standby = Duration::from_millis(20);
        options
    }

    /// Runs a projection until it reflects the whole log.
    pub(crate) async fn project(&self) -> Runner {
        let runner = Runner::start(self.options());
        running(&runner, self.size).await;
        runner
    }

    /// A table's rows as one text, whatever their order; without it a test sees nothing.
    pub(crate) async fn dump(&self, table: &str) -> String {
        let sql = format!(
            "select coalesce(string_agg(t::text, e'\\n' order by t::text), '') from {table} t"
        );
        sqlx::query_scalar(&sql).fetch_one(&self.pool).await.unwrap()
    }

    pub(crate) async fn dump_all(&self) -> Vec<String> {
        let mut dumps = Vec::new();
        for table in TABLES {
            dumps.push(self.dump(table).await);
        }
        dumps
    }
}

pub(crate) const TABLES: [&str; 10] = [
    "reads.progress",
    "reads.cases",
    "reads.timeline",
    "reads.worklist",
    "reads.signatories",
    "reads.posts",
    "reads.competences",
    "reads.persons",
    "statistics_units.decisions",
    "reads.defects",
];

impl Draft {
    pub(crate) fn facts(mut self, facts: Value) -> Self {
        let Value::Object(facts) = facts else { panic!("facts are an object") };
        self.0.facts = facts;
        self
    }

    pub(crate) fn on(mut self, occurred_at: &str) -> Self {
        self.0.occurred_at = occurred_at.parse().unwrap();
        self
    }

    pub(crate) fn concerns(mut self, hash: StatementHash) -> Self {
        self.0.concerns = vec![hash];
        self
    }

    /// About this person.
    pub(crate) fn about(mut self, person: u128) -> Self {
        self.0.subjects = vec![StreamId::person(id(0x3_0000_0000 + person))];
        self
    }
}

#[derive(Default)]
struct Columns {
    kinds: Vec<String>,
    ids: Vec<String>,
    sequences: Vec<i64>,
    acts: Vec<String>,
    payloads: Vec<String>,
    positions: Vec<i64>,
    leaves: Vec<Vec<u8>>,
    statements: Vec<Vec<u8>>,
    times: Vec<String>,
    /// Who is named by which case, and where.
    subjects: Vec<(String, String, i64)>,
}

impl Columns {
    fn push(&mut self, act: &Act) {
        let (statement, place) = (act.statement(), act.place.as_ref().unwrap());
        let payload = act.to_payload().unwrap();
        self.kinds.push(statement.stream.kind().to_string());
        self.ids.push(statement.stream.id().to_owned());
        self.sequences.push(i64::try_from(place.sequence).unwrap());
        self.acts.push(statement.act.clone());
        self.leaves.push(Hash::leaf(payload.as_bytes()).as_bytes().to_vec());
        self.payloads.push(payload);
        self.positions.push(i64::try_from(act.position.unwrap()).unwrap());
        self.statements.push(act.hash().as_bytes().to_vec());
        self.times.push(place.recorded_at.to_string());
        let position = i64::try_from(act.position.unwrap()).unwrap();
        for subject in &statement.subjects {
            self.subjects.push((subject.to_string(), statement.stream.id().to_owned(), position));
        }
    }

    async fn insert(&self, pool: &PgPool) {
        sqlx::query(
            "insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version,
                                 payload, metadata, position, leaf_hash, statement_sha256, recorded_at)
             select kind, id, sequence, act, 'litopys/1', payload::json, '{}', position, leaf,
                    statement, at::timestamptz
               from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[],
                           $6::bigint[], $7::bytea[], $8::bytea[], $9::text[])
                    as e (kind, id, sequence, act, payload, position, leaf, statement, at)",
        )
        .bind(&self.kinds)
        .bind(&self.ids)
        .bind(&self.sequences)
        .bind(&self.acts)
        .bind(&self.payloads)
        .bind(&self.positions)
        .bind(&self.leaves)
        .bind(&self.statements)
        .bind(&self.times)
        .execute(pool)
        .await
        .unwrap();
        for (subject, case, position) in &self.subjects {
            sqlx::query(
                "insert into stream_subjects values ($1, 'case', $2, $3) on conflict do nothing",
            )
            .bind(subject)
            .bind(case)
            .bind(position)
            .execute(pool)
            .await
            .unwrap();
        }
    }
}

pub(crate) fn quick() -> FeedOptions {
    FeedOptions {
        page_max: 100,
        poll: Duration::from_millis(500),
        retry: Duration::from_millis(20),
        gather: Duration::from_millis(1),
    }
}

/// Waits until a runner reflects `size` acts.
pub(crate) async fn running(runner: &Runner, size: u64) {
    until(runner, |status| matches!(status, Status::Running { size: at } if *at >= size)).await;
}

pub(crate) async fn until(runner: &Runner, mut wanted: impl FnMut(&Status) -> bool) -> Status {
    let mut status = runner.status();
    let found = tokio::time::timeout(Duration::from_mins(1), status.wait_for(|s| wanted(s))).await;
    let found = found.map(|status| status.unwrap().clone());
    found.unwrap_or_else(|_| panic!("the runner is still {:?}", *runner.status().borrow()))
}

/// A UUID of version 7 that is the same in every run.
pub(crate) fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0192_f0c4_0000_7000_8000_0000_0000_0000 | n)
}

pub(crate) fn case_id(case: u32) -> Uuid {
    id(0x1_0000_0000 + u128::from(case))
}

pub(crate) fn officer(n: u8) -> StreamId {
    StreamId::officer(id(0x2_0000_0000 + u128::from(n)))
}
