//! A ledger of `litopys/1`, frozen: its payloads are read, verified, folded and judged the same
//! for ever (DESIGN §3, evolution). The files were written once by `golden` of `tests/`; they are
//! never written again, and a change of one byte fails here.
#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::{Debug, Display};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use litopys_domain::act::{Act, RecordedAct};
use litopys_domain::aggregate::Judge as _;
use litopys_domain::circumstances::{Circumstances, PERSON_REGISTERED, must_exist};
use litopys_domain::ids::{AggregateType, ContentHash, StreamId};
use litopys_domain::keys::PublicKey;
use litopys_domain::law::fold::{View, state};
use litopys_domain::law::judge::judge;
use litopys_domain::law::laws::Laws;
use litopys_domain::law::package::{Manifest, Package};
use litopys_domain::log::note::KeyKind;
use litopys_domain::log::{CheckpointPolicy, CompactRange, Hash, VerifierKey};
use litopys_domain::registry::{Place, Registry, RegistryAct};
use serde::{Deserialize, Serialize};

/// The files of one golden ledger.
#[derive(Clone)]
struct Golden {
    /// One payload a line, in the order of the log.
    events: Vec<u8>,
    expected: Vec<u8>,
    /// By file name, which is the SHA-256.
    packages: BTreeMap<String, Vec<u8>>,
}

/// What was true when the ledger was written.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    case: StreamId,
    checkpoint: String,
    ledger_key: PublicKey,
    root: Hash,
    size: u64,
    state: serde_json::Value,
    today: Date,
}

#[test]
fn the_ledger_of_litopys_1_verifies_folds_and_is_judged_as_ever() {
    check(&Golden::read()).unwrap();
}

/// What this test is worth: it sees any byte that changes.
#[test]
fn a_changed_byte_of_any_file_is_seen() {
    const PLACES: usize = 40;
    let golden = Golden::read();
    let turned = |bytes: &[u8]| {
        let step = (bytes.len() / PLACES).max(1);
        let places: Vec<_> = (0..bytes.len()).step_by(step).chain([bytes.len() - 1]).collect();
        let bytes = bytes.to_vec();
        places.into_iter().map(move |place| {
            let mut other = bytes.clone();
            other[place] ^= 1;
            other
        })
    };
    for events in turned(&golden.events) {
        assert!(check(&Golden { events, ..golden.clone() }).is_err(), "events.ndjson");
    }
    for expected in turned(&golden.expected) {
        assert!(check(&Golden { expected, ..golden.clone() }).is_err(), "expected.json");
    }
    for (name, text) in &golden.packages {
        for text in turned(text) {
            let mut other = golden.clone();
            other.packages.insert(name.clone(), text);
            assert!(check(&other).is_err(), "packages/{name}");
        }
        let mut fewer = golden.clone();
        fewer.packages.remove(name);
        assert!(check(&fewer).is_err(), "packages/{name}, taken away");
    }
}

impl Golden {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/litopys-1");
        let entries = fs::read_dir(root.join("packages")).unwrap().map(Result::unwrap);
        let named = |entry: fs::DirEntry| {
            (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
        };
        Self {
            events: fs::read(root.join("events.ndjson")).unwrap(),
            expected: fs::read(root.join("expected.json")).unwrap(),
            packages: entries.map(named).collect(),
        }
    }
}

/// Everything that must hold; the error says what does not.
fn check(golden: &Golden) -> Result<(), String> {
    let expected = read_expected(&golden.expected)?;
    let texts = read_texts(&golden.packages)?;
    let payloads = std::str::from_utf8(&golden.events).map_err(told)?;
    let payloads = payloads.strip_suffix('\n').ok_or("the last payload breaks off")?;
    let payloads: Vec<&str> = payloads.split('\n').collect();
    let acts = read_acts(&payloads)?;
    check_tree(&payloads, &expected)?;
    let mut ledger = Ledger::new(&texts);
    for (act, recorded) in &acts {
        ledger.take(act, recorded).map_err(|error| format!("{}: {error}", recorded.position))?;
    }
    ledger.check_end(&expected)?;
    let named = &ledger.texts_named;
    same("the texts that packages name", &texts.keys().copied().collect(), named)
}

fn read_expected(bytes: &[u8]) -> Result<Expected, String> {
    let text = std::str::from_utf8(bytes).map_err(told)?;
    let expected: Expected = serde_json::from_str(text).map_err(told)?;
    let value = serde_json::to_value(&expected).map_err(told)?;
    let again = serde_json::to_string_pretty(&value).map_err(told)? + "\n";
    same("the spelling of expected.json", text, again.as_str())?;
    Ok(expected)
}

fn read_texts(
    files: &BTreeMap<String, Vec<u8>>,
) -> Result<BTreeMap<ContentHash, Arc<str>>, String> {
    let read = |(name, bytes): (&String, &Vec<u8>)| {
        let hash = ContentHash::of(bytes);
        same("the SHA-256 of a text", name, &hash.to_string())?;
        Ok((hash, std::str::from_utf8(bytes).map_err(told)?.into()))
    };
    files.iter().map(read).collect()
}

/// Reads payloads in canonical form and chains each stream from sequence 1.
fn read_acts(payloads: &[&str]) -> Result<Vec<(Act, RecordedAct)>, String> {
    let mut heads: HashMap<StreamId, (u64, Hash)> = HashMap::new();
    let mut acts = Vec::new();
    for (position, payload) in (0..).zip(payloads) {
        let mut act = Act::from_payload(payload).map_err(told)?;
        act.position = Some(position);
        let recorded = act.recorded().ok_or("an act without a place")?;
        let stream = recorded.statement.stream.clone();
        let before = heads.get(&stream);
        let previous = act.place.as_ref().and_then(|place| place.previous);
        same("sequence", &before.map_or(1, |(sequence, _)| sequence + 1), &recorded.sequence)?;
        same("previous", &before.map(|(_, leaf)| *leaf), &previous)?;
        same("leaf", &Hash::leaf(payload.as_bytes()), &recorded.leaf)?;
        heads.insert(stream, (recorded.sequence, recorded.leaf));
        acts.push((act, recorded));
    }
    Ok(acts)
}

fn check_tree(payloads: &[&str], expected: &Expected) -> Result<(), String> {
    let mut range = CompactRange::new();
    for payload in payloads {
        range.push(Hash::leaf(payload.as_bytes()));
    }
    same("size", &expected.size, &range.size())?;
    same("root", &expected.root, &range.root())?;
    let genesis = Act::from_payload(payloads[0]).map_err(told)?;
    let origin = &genesis.statement().ledger;
    let key = VerifierKey::new(origin, KeyKind::Ed25519, expected.ledger_key.as_bytes());
    let policy = CheckpointPolicy::log_only(origin, key.map_err(told)?);
    let opened = policy.open(expected.checkpoint.as_bytes()).map_err(told)?.checkpoint;
    same("size of the checkpoint", &expected.size, &opened.size())?;
    same("root of the checkpoint", &expected.root, &opened.root())
}

/// The ledger as of a position, as its writer knew it.
struct Ledger<'t> {
    texts: &'t BTreeMap<ContentHash, Arc<str>>,
    texts_named: BTreeSet<ContentHash>,
    registry: Arc<Registry>,
    laws: Arc<Laws>,
    streams: HashMap<StreamId, Vec<RecordedAct>>,
    today: Date,
}

impl<'t> Ledger<'t> {
    fn new(texts: &'t BTreeMap<ContentHash, Arc<str>>) -> Self {
        Self {
            texts,
            texts_named: BTreeSet::new(),
            registry: Arc::default(),
            laws: Arc::new(Laws::new(TimeZone::UTC)),
            streams: HashMap::new(),
            today: Date::MIN,
        }
    }

    /// Judges an act at its position, as the writer did, and takes it in.
    fn take(&mut self, act: &Act, recorded: &RecordedAct) -> Result<(), String> {
        let statement = act.statement();
        self.today = recorded.recorded_at.timestamp().to_zoned(self.laws.zone().clone()).date();
        let before = self.streams.entry(statement.stream.clone()).or_default().clone();
        let (today, position) = (self.today, recorded.position);
        let place = Place { today, position, opens: before.is_empty() };
        self.registry.authorise(act, place).map_err(|violations| format!("{violations:?}"))?;
        self.circumstances(recorded).judge(&before, act).map_err(told)?;
        if statement.stream.kind() == AggregateType::Case {
            let verdict = judge(&self.laws, &before, &[], statement, View::new(today, position));
            same("refusals", &Vec::new(), &verdict.refusals)?;
            same("law", &statement.law, &verdict.law)?;
        }
        self.registry_takes(recorded)?;
        self.streams.entry(statement.stream.clone()).or_default().push(recorded.clone());
        Ok(())
    }

    fn circumstances(&self, recorded: &RecordedAct) -> Circumstances {
        let registered = |subject: &StreamId| {
            self.streams
                .get(subject)
                .is_some_and(|acts| acts.iter().any(|a| a.statement.act == PERSON_REGISTERED))
        };
        Circumstances {
            registry: Arc::clone(&self.registry),
            laws: Arc::clone(&self.laws),
            today: self.today,
            position: recorded.position,
            // The golden ledger has one case.
            related: Vec::new(),
            unknown: must_exist(&recorded.statement).filter(|s| !registered(s)).collect(),
            package_fault: None,
        }
    }

    fn registry_takes(&mut self, recorded: &RecordedAct) -> Result<(), String> {
        Arc::make_mut(&mut self.registry).apply(recorded).map_err(told)?;
        match RegistryAct::read(&recorded.statement).map_err(told)? {
            Some(RegistryAct::LedgerFounded(founded)) => {
                let zone = TimeZone::get(&founded.time_zone).map_err(told)?;
                self.laws = Arc::new(Laws::new(zone));
            }
            Some(RegistryAct::PackagePublished(published)) => {
                let package = self.load(published.package)?;
                same("procedure", recorded.statement.stream.id(), package.law.procedure.as_str())?;
                same("edition", &published.edition, &package.law.edition)?;
                Arc::make_mut(&mut self.laws).publish(recorded.position, Arc::new(package));
            }
            _ => {}
        }
        Ok(())
    }

    /// Loads a package from its texts, and notes which they are.
    fn load(&mut self, hash: ContentHash) -> Result<Package, String> {
        let manifest = self.texts.get(&hash).ok_or("a manifest is missing")?;
        let texts = self.texts;
        let package =
            Package::load(manifest, &|wanted| texts.get(&wanted).map(Arc::clone)).map_err(told)?;
        same("the package's hash", &hash, &package.hash)?;
        let Manifest { edition, includes, codes, calendars, parameters, letters, .. } =
            &package.manifest;
        let parts = [includes, codes, calendars, parameters, letters];
        self.texts_named.extend([hash, edition.sha256]);
        self.texts_named.extend(parts.into_iter().flat_map(BTreeMap::values));
        Ok(package)
    }

    /// The end of the log: its key, its day, and the state of its case.
    fn check_end(&self, expected: &Expected) -> Result<(), String> {
        let founding = self.registry.founding().ok_or("not founded")?;
        let ledger = StreamId::ledger(&founding.origin).map_err(told)?;
        let key = self.registry.signatory(&ledger).and_then(|ledger| ledger.keys.last());
        same("the ledger's key", &Some(&expected.ledger_key), &key.map(|span| &span.key))?;
        same("the last day", &expected.today, &self.today)?;
        let cases: Vec<_> =
            self.streams.keys().filter(|s| s.kind() == AggregateType::Case).collect();
        same("the cases", &vec![&expected.case], &cases)?;
        let acts = &self.streams[&expected.case];
        let folded = state(&self.laws, acts, View::new(expected.today, u64::MAX));
        same("state", &expected.state, &serde_json::to_value(folded).map_err(told)?)
    }
}

fn same<T: PartialEq + Debug + ?Sized>(what: &str, expected: &T, found: &T) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    Err(format!("{what}: {expected:?} expected, {found:?} found"))
}

fn told(error: impl Display) -> String {
    error.to_string()
}
