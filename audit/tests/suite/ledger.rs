//! A small writer of ledgers, straight into the tables. It signs, hashes and builds the tree with
//! the code of `domain`, so that every audit here also compares the two implementations.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use ed25519_dalek::SigningKey;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use litopys_audit::Trust;
use litopys_domain::act::{Act, Place, SignedBy};
use litopys_domain::built_in::LAW_FILES;
use litopys_domain::ids::{StatementHash, StreamId};
use litopys_domain::keys::{PublicKey, sign_statement};
use litopys_domain::law::book::LawBook;
use litopys_domain::law::package::PackageTexts;
use litopys_domain::legal_time::RecordedAt;
use litopys_domain::log::note::NoteSigner;
use litopys_domain::log::{Checkpoint, Hash, TileBuilder};
use litopys_domain::sealed::SealedDigest;
use litopys_domain::statement::{LawRef, Signer, Statement, VERSION};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

pub(crate) const ORIGIN: &str = "ledger.example/test";
/// The edition of forced return in force when the acts here are recorded.
const EDITION: &str = "2023-12-15";

/// The project's own law.
pub(crate) static BOOK: LazyLock<LawBook> =
    LazyLock::new(|| LawBook::read(LAW_FILES.iter().copied()).unwrap());

/// Forced return, as it is published.
static PACKAGE: LazyLock<PackageTexts> =
    LazyLock::new(|| BOOK.package("forced-return", EDITION.parse().unwrap()).unwrap());

/// Between one act and the next.
const PAUSE: SignedDuration = SignedDuration::from_millis(7);

/// Who signs: a key and the post it is used in.
#[derive(Clone)]
pub(crate) struct Hand {
    pub(crate) signer: Signer,
    pub(crate) key: SigningKey,
}

#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) stream: StreamId,
    pub(crate) act: String,
    pub(crate) payload: String,
    pub(crate) position: i64,
    pub(crate) sequence: i64,
    pub(crate) leaf: Hash,
    pub(crate) hash: StatementHash,
    pub(crate) recorded_at: RecordedAt,
}

/// What the cases here consist of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Collected,
    Noted,
    Decided,
}

struct Head {
    sequence: u64,
    leaf: Hash,
    hash: StatementHash,
}

pub(crate) struct Ledger {
    pub(crate) system: Hand,
    pub(crate) administrator: Hand,
    pub(crate) officer: Hand,
    pub(crate) rows: Vec<Row>,
    pub(crate) notes: Vec<(i64, String)>,
    /// Acts of each case that [`Self::fill`] makes.
    pub(crate) case_acts: usize,
    tiles: Vec<(i16, i64, Vec<u8>)>,
    subjects: Vec<(StreamId, StreamId, i64)>,
    /// By office, short name of the procedure and year.
    numbers: BTreeMap<(String, String, i32), i64>,
    /// Laws published beside that of forced return, with their short names.
    laws: BTreeMap<String, (String, PackageTexts)>,
    heads: HashMap<StreamId, Head>,
    builder: TileBuilder,
    pub(crate) clock: Timestamp,
    ids: u128,
}

impl Ledger {
    /// Genesis, a service-less office with one officer in post, and one published package.
    pub(crate) fn founded() -> Self {
        let mut ids = 0;
        let mut officer =
            |key: u8, role: &str, office: Option<&str>| hand(next_id(&mut ids), key, role, office);
        let administrator = officer(2, "R-ADM", None);
        let clerk = officer(3, "R-TO-HEAD", Some("80"));
        let system = Hand {
            signer: signer(StreamId::ledger(ORIGIN).unwrap(), "R-SYS", None),
            key: SigningKey::from_bytes(&[1; 32]),
        };
        let mut ledger = Self {
            system,
            administrator,
            officer: clerk,
            rows: Vec::new(),
            notes: Vec::new(),
            case_acts: 4,
            tiles: Vec::new(),
            subjects: Vec::new(),
            numbers: BTreeMap::new(),
            laws: BTreeMap::new(),
            heads: HashMap::new(),
            builder: TileBuilder::new(),
            clock: "2026-03-02T08:00:00.000001Z".parse().unwrap(),
            ids,
        };
        ledger.found();
        ledger
    }

    fn found(&mut self) {
        let (system, administrator, officer) =
            (self.system.clone(), self.administrator.clone(), self.officer.clone());
        let facts = json!({
            "administrators": [
                {"key": PublicKey::of(&administrator.key), "officer": administrator.signer.by},
            ],
            "demonstration": true,
            "key": PublicKey::of(&system.key),
            "threshold": 1,
            "time_zone": "Europe/Kyiv",
        });
        let ledger = system.signer.by.clone();
        self.act(&ledger, "LedgerFounded", facts, &[&system, &administrator]);
        let facts = json!({"key": PublicKey::of(&officer.key)});
        let stream = officer.signer.by.clone();
        self.act(&stream, "OfficerEnrolled", facts, &[&administrator, &officer]);
        let facts = json!({"from": "2020-01-01", "office": "80", "role": "R-TO-HEAD"});
        self.act(&stream, "OfficerAppointed", facts, &[&administrator]);
        let facts = json!({"edition": EDITION, "package": PACKAGE.hash});
        let procedure = StreamId::procedure("forced-return").unwrap();
        self.act(&procedure, "PackagePublished", facts, &[&administrator]);
    }

    /// Publishes another law; gives what acts under it cite.
    pub(crate) fn publish_law(&mut self, procedure: &str, edition: Date) -> LawRef {
        let texts = BOOK.package(procedure, edition).unwrap();
        let package = texts.hash;
        let short = BOOK.law(procedure, edition).unwrap().short;
        self.laws.insert(procedure.to_owned(), (short, texts));
        let administrator = self.administrator.clone();
        let facts = json!({"edition": edition, "package": package});
        let stream = StreamId::procedure(procedure).unwrap();
        self.act(&stream, "PackagePublished", facts, &[&administrator]);
        LawRef { procedure: procedure.to_owned(), edition, package }
    }

    pub(crate) fn new_id(&mut self) -> Uuid {
        next_id(&mut self.ids)
    }

    /// `acts` acts of cases of [`Self::case_acts`], each with a person registered before, `open` cases side by
    /// side, a checkpoint every `every` acts and at the end.
    pub(crate) fn fill(&mut self, acts: usize, open: usize, every: usize) {
        let mut people: Vec<_> =
            (0..acts / self.case_acts + open).map(|_| self.register()).collect();
        let mut cases: Vec<(StreamId, StreamId, usize)> = Vec::new();
        for n in 0..acts {
            let slot = n % open;
            if cases.get(slot).is_none_or(|(_, _, done)| *done == self.case_acts) {
                let case = (StreamId::case(self.new_id()), people.pop().unwrap(), 0);
                if cases.len() == slot {
                    cases.push(case);
                } else {
                    cases[slot] = case;
                }
            }
            let (case, person, done) = cases[slot].clone();
            let step = match done {
                0 => Step::Collected,
                2 => Step::Decided,
                _ => Step::Noted,
            };
            self.step(&case, &person, step);
            cases[slot].2 += 1;
            if self.rows.len().is_multiple_of(every) {
                self.publish();
            }
        }
        self.publish();
    }

    /// Registers a person.
    pub(crate) fn register(&mut self) -> StreamId {
        let (officer, person) = (self.officer.clone(), StreamId::person(self.new_id()));
        let mut statement = self.statement(&person, "PersonRegistered", &json!({}), &[&officer]);
        statement.sealed = sealed("family_name");
        self.record(&statement, &[&officer]);
        person
    }

    /// Opens a case of a person of its own.
    pub(crate) fn open(&mut self) -> StreamId {
        let (person, case) = (self.register(), StreamId::case(self.new_id()));
        self.step(&case, &person, Step::Collected);
        case
    }

    /// The person whom a case is about.
    pub(crate) fn subject_of(&self, case: &StreamId) -> StreamId {
        let named = self.subjects.iter().find(|(_, stream, _)| stream == case);
        named.map(|(person, _, _)| person.clone()).unwrap()
    }

    /// The last act of a stream.
    pub(crate) fn last_of(&self, stream: &StreamId) -> StatementHash {
        self.heads[stream].hash
    }

    /// Takes a lawful step in a case.
    pub(crate) fn step(&mut self, case: &StreamId, person: &StreamId, step: Step) {
        let officer = self.officer.clone();
        let statement = self.step_statement(case, person, step, &officer);
        self.record(&statement, &[&officer]);
    }

    pub(crate) fn step_statement(
        &mut self,
        case: &StreamId,
        person: &StreamId,
        step: Step,
        hand: &Hand,
    ) -> Statement {
        let (act, facts, fields) = match step {
            Step::Collected => (
                "ReturnMaterialsCollected",
                json!({"art31_assessed": true, "asylum_asked": false, "violation": "1"}),
                sealed("art31_assessment"),
            ),
            Step::Noted => ("NoteAdded", json!({}), sealed("note")),
            Step::Decided => (
                "ForcedReturnDecided",
                json!({"art31_cleared": true, "country": "GEO", "ground": "1",
                       "leave_by": "2026-03-20", "minor": false}),
                BTreeMap::new(),
            ),
        };
        let mut statement = self.statement(case, act, &facts, &[hand]);
        statement.subjects = vec![person.clone()];
        statement.sealed = fields;
        if step == Step::Decided {
            statement.occurred_at = "2026-03-02T07:30:00Z".parse().unwrap();
        }
        statement
    }

    /// Records an act by `hands`, at the next moment.
    #[expect(clippy::needless_pass_by_value, reason = "facts are written in place")]
    pub(crate) fn act(&mut self, stream: &StreamId, act: &str, facts: Value, hands: &[&Hand]) {
        let statement = self.statement(stream, act, &facts, hands);
        self.record(&statement, hands);
    }

    pub(crate) fn statement(
        &mut self,
        stream: &StreamId,
        act: &str,
        facts: &Value,
        hands: &[&Hand],
    ) -> Statement {
        let head = self.heads.get(stream);
        let case = stream.kind().as_str() == "case";
        let law = LawRef {
            procedure: "forced-return".to_owned(),
            edition: EDITION.parse().unwrap(),
            package: PACKAGE.hash,
        };
        Statement {
            version: VERSION.to_owned(),
            ledger: ORIGIN.to_owned(),
            stream: stream.clone(),
            seen: head.map(|head| head.hash),
            nonce: self.new_id(),
            act: act.to_owned(),
            law: case.then_some(law),
            subjects: Vec::new(),
            facts: facts.as_object().unwrap().clone(),
            sealed: BTreeMap::new(),
            concerns: Vec::new(),
            evidence: Vec::new(),
            instrument: None,
            basis: if case { vec!["L3773:26(1)".to_owned()] } else { Vec::new() },
            flags: Vec::new(),
            occurred_at: "2026-03-02".parse().unwrap(),
            source: "NATIVE".to_owned(),
            author: None,
            signers: hands.iter().map(|hand| hand.signer.clone()).collect(),
        }
    }

    pub(crate) fn record(&mut self, statement: &Statement, hands: &[&Hand]) {
        let text = statement.to_text();
        let sign = |hand: &&Hand| SignedBy {
            key: PublicKey::of(&hand.key).thumbprint(),
            signature: sign_statement(&hand.key, &text),
        };
        let act = Act::new(&text, hands.iter().map(sign).collect()).unwrap();
        self.append(act);
    }

    /// Places an act as the appender does.
    pub(crate) fn append(&mut self, mut act: Act) {
        self.clock += PAUSE;
        let statement = act.statement().clone();
        let (stream, head) = (&statement.stream, self.heads.get(&statement.stream));
        let opens_case = head.is_none() && stream.kind().as_str() == "case";
        let number = opens_case.then(|| {
            let office = statement.signers[0].office.clone().unwrap_or_default();
            let procedure = statement.law.as_ref().map(|law| law.procedure.as_str());
            let law = procedure.and_then(|procedure| self.laws.get(procedure));
            let short = law.map_or("FR", |(short, _)| short);
            let last = self.numbers.entry((office.clone(), short.to_owned(), 2026)).or_default();
            *last += 1;
            format!("{office}-{short}-2026-{last:06}")
        });
        act.place = Some(Place {
            sequence: head.map_or(1, |head| head.sequence + 1),
            previous: head.map(|head| head.leaf),
            number,
            recorded_at: RecordedAt::new(self.clock),
        });
        self.insert(&act);
    }

    fn insert(&mut self, act: &Act) {
        let statement = act.statement();
        let place = act.place.clone().unwrap();
        let payload = act.to_payload().unwrap();
        let leaf = Hash::leaf(payload.as_bytes());
        let position = i64::try_from(self.rows.len()).unwrap();
        let tiles = &mut self.tiles;
        self.builder.push(leaf, |id, bytes| {
            let level = i16::from(id.level);
            tiles.push((level, i64::try_from(id.index).unwrap(), bytes.to_vec()));
        });
        for subject in &statement.subjects {
            let known =
                |(s, of, _): &(StreamId, StreamId, i64)| s == subject && *of == statement.stream;
            if place.sequence == 1 || !self.subjects.iter().any(known) {
                self.subjects.push((subject.clone(), statement.stream.clone(), position));
            }
        }
        self.heads.insert(
            statement.stream.clone(),
            Head { sequence: place.sequence, leaf, hash: act.hash() },
        );
        self.rows.push(Row {
            stream: statement.stream.clone(),
            act: statement.act.clone(),
            payload,
            position,
            sequence: i64::try_from(place.sequence).unwrap(),
            leaf,
            hash: act.hash(),
            recorded_at: place.recorded_at,
        });
    }

    /// Publishes a checkpoint of all acts so far.
    pub(crate) fn publish(&mut self) {
        let size = self.builder.size();
        let row = i64::try_from(size).unwrap();
        if self.notes.last().is_some_and(|(last, _)| *last == row) {
            return;
        }
        let signer = NoteSigner::new(ORIGIN, self.system.key.clone()).unwrap();
        let note = Checkpoint::new(ORIGIN, size, self.builder.root()).unwrap().sign(&signer);
        self.notes.push((row, note.unwrap().to_string()));
    }

    /// Decides the act at `index` otherwise, with the signers' own keys, and makes all that
    /// follows from it again: hashes, chains, tiles and head, but not the published notes.
    pub(crate) fn rewrite(&mut self, index: usize) {
        let officer = self.officer.clone();
        let rows = std::mem::take(&mut self.rows);
        (self.heads, self.builder) = (HashMap::new(), TileBuilder::new());
        (self.subjects, self.tiles) = (Vec::new(), Vec::new());
        self.numbers.clear();
        for (n, row) in rows.into_iter().enumerate() {
            let act = Act::from_payload(&row.payload).unwrap();
            let mut statement = Statement::clone(act.statement());
            let mut signatures = act.signatures.clone();
            if statement.seen.is_some() {
                statement.seen = self.heads.get(&row.stream).map(|head| head.hash);
            }
            if n == index {
                statement.facts.insert("leave_by".to_owned(), "2026-03-25".into());
            }
            let text = statement.to_text();
            if text != act.text() {
                signatures[0].signature = sign_statement(&officer.key, &text);
            }
            self.clock = row.recorded_at.timestamp() - PAUSE;
            self.append(Act::new(&text, signatures).unwrap());
        }
    }

    pub(crate) fn trust(&self) -> Trust {
        Trust {
            origin: ORIGIN.to_owned(),
            ledger_key: PublicKey::of(&self.system.key),
            genesis: *self.rows[0].leaf.as_bytes(),
            witnesses: Vec::new(),
            quorum: 0,
        }
    }

    /// Writes everything into a migrated database.
    pub(crate) async fn store(&self, pool: &PgPool) {
        for rows in self.rows.chunks(2000) {
            store_events(pool, rows).await;
        }
        for (level, index, hashes) in &self.tiles {
            let insert = "insert into tiles values ($1, $2, $3)";
            sqlx::query(insert).bind(level).bind(index).bind(hashes).execute(pool).await.unwrap();
        }
        for (size, note) in &self.notes {
            let insert = "insert into checkpoints values ($1, $2, now())";
            sqlx::query(insert).bind(size).bind(note).execute(pool).await.unwrap();
        }
        let last = self.rows.last().map(|row| row.recorded_at.microseconds());
        sqlx::query(
            "update log_head set size = $1, compact_range = $2, last_recorded_at =
             timestamptz 'epoch' + $3 * interval '1 microsecond'",
        )
        .bind(i64::try_from(self.rows.len()).unwrap())
        .bind(self.builder.range().encode())
        .bind(last)
        .execute(pool)
        .await
        .unwrap();
        self.store_others(pool).await;
    }

    async fn store_others(&self, pool: &PgPool) {
        for ((office, short, year), last) in &self.numbers {
            let insert = sqlx::query("insert into case_numbers values ($1, $2, $3, $4)");
            let insert = insert.bind(office).bind(short).bind(year).bind(last);
            insert.execute(pool).await.unwrap();
        }
        let (mut names, mut kinds, mut ids, mut positions) = (vec![], vec![], vec![], vec![]);
        for (subject, stream, position) in &self.subjects {
            names.push(subject.to_string());
            kinds.push(stream.kind().as_str());
            ids.push(stream.id());
            positions.push(*position);
        }
        let insert = "insert into stream_subjects select * from
             unnest($1::text[], $2::text[], $3::text[], $4::bigint[])";
        let insert = sqlx::query(insert).bind(names).bind(kinds).bind(ids).bind(positions);
        insert.execute(pool).await.unwrap();
        let mut texts = BTreeMap::new();
        for package in self.laws.values().map(|(_, package)| package).chain([&*PACKAGE]) {
            texts.insert(package.hash.0, ("manifest", package.manifest.as_str()));
            let each = package.texts.iter();
            texts.extend(each.map(|(hash, text)| (hash.0, (text.kind, &*text.content))));
        }
        for (hash, (kind, content)) in texts {
            let insert = "insert into packages values ($1, $2, $3)";
            let insert = sqlx::query(insert).bind(hash.as_slice()).bind(kind).bind(content);
            insert.execute(pool).await.unwrap();
        }
    }
}

/// A sealed field whose value nobody needs to know.
pub(crate) fn sealed(field: &str) -> BTreeMap<String, SealedDigest> {
    let digest = "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0".parse().unwrap();
    BTreeMap::from([(field.to_owned(), digest)])
}

async fn store_events(pool: &PgPool, rows: &[Row]) {
    let each = |f: fn(&Row) -> String| rows.iter().map(f).collect::<Vec<_>>();
    let numbers = |f: fn(&Row) -> i64| rows.iter().map(f).collect::<Vec<_>>();
    sqlx::query(
        "insert into events select kind, id, sequence, act, 'litopys/1', payload::json, '{}',
             position, leaf, hash, timestamptz 'epoch' + at * interval '1 microsecond'
         from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::bigint[],
             $7::bytea[], $8::bytea[], $9::bigint[])
             as r (kind, id, sequence, act, payload, position, leaf, hash, at)",
    )
    .bind(each(|row| row.stream.kind().to_string()))
    .bind(each(|row| row.stream.id().to_owned()))
    .bind(numbers(|row| row.sequence))
    .bind(each(|row| row.act.clone()))
    .bind(each(|row| row.payload.clone()))
    .bind(numbers(|row| row.position))
    .bind(rows.iter().map(|row| row.leaf.as_bytes().to_vec()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.hash.0.to_vec()).collect::<Vec<_>>())
    .bind(numbers(|row| row.recorded_at.microseconds()))
    .execute(pool)
    .await
    .unwrap();
}

fn hand(id: Uuid, key: u8, role: &str, office: Option<&str>) -> Hand {
    Hand {
        signer: signer(StreamId::officer(id), role, office),
        key: SigningKey::from_bytes(&[key; 32]),
    }
}

fn signer(by: StreamId, role: &str, office: Option<&str>) -> Signer {
    Signer { by, role: role.to_owned(), office: office.map(str::to_owned) }
}

/// UUIDs of version 7 that are the same in every run.
fn next_id(ids: &mut u128) -> Uuid {
    *ids += 1;
    Uuid::from_u128(0x0192_f0c4_0000_7000_8000_0000_0000_0000 | (*ids << 16))
}
