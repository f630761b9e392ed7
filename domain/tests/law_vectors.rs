//! What the law files say, held to the project's test vectors: cases with the answer the law gives, dated changes on
//! both sides of their day, and code lists that published tables need.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use jiff::{civil::Date, tz::TimeZone};
use litopys_domain::{
    act::RecordedAct,
    ids::{ContentHash, StatementHash, StreamId},
    law::{
        book::LawBook,
        file::ListFile,
        fold::{View, state},
        judge::{Verdict, judge},
        laws::{Laws, Question},
        model::Law,
        package::Package,
    },
    legal_time::{LegalTime, RecordedAt},
    log::Hash,
    statement::Statement,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The refusal of an act whose flags are not answered.
const UNANSWERED: &str = "flag-unanswered";

fn book() -> LawBook {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["procedures", "codes", "calendars", "parameters", "letters"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            files.push((format!("{folder}/{name}"), fs::read_to_string(&path).unwrap()));
        }
    }
    LawBook::read(files.iter().map(|(path, text)| (path.as_str(), text.as_str()))).unwrap()
}

/// The edition in force on a day.
fn law(book: &LawBook, procedure: &str, day: &str) -> Law {
    let day = day.parse().unwrap();
    let edition = *book.edition_dates(procedure).iter().rfind(|start| **start <= day).unwrap();
    book.law(procedure, edition).unwrap()
}

fn appeal(book: &LawBook, day: &str) -> Vec<String> {
    law(book, "forced-return", day).act("ForcedReturnDecided").unwrap().appeal.clone()
}

#[test]
fn vr_21_return_cases_went_to_local_general_courts() {
    let book = book();
    assert_eq!(appeal(&book, "2017-12-14"), ["AP-1A"]);
    assert_eq!(appeal(&book, "2017-12-15"), ["AP-RET"]);
}

#[test]
fn vr_08_permits_are_revoked_not_cancelled() {
    let book = book();
    let title = |day| {
        let law = law(&book, "temporary-residence-document", day);
        law.act("TemporaryCardRevoked").unwrap().title.uk.clone()
    };
    assert_eq!(title("2024-12-31"), "Посвідку скасовано");
    assert_eq!(title("2025-01-01"), "Посвідку відкликано");
}

#[test]
fn vr_23_citizenship_applications_follow_the_new_procedure() {
    let book = book();
    let basis = |day| {
        let law = law(&book, "citizenship-acquisition", day);
        law.act("CitizenshipDocumentsReturned").unwrap().basis.clone()
    };
    assert_eq!(basis("2026-02-10"), ["P215:101"]);
    assert_eq!(basis("2026-02-11"), ["P110"]);
}

#[test]
fn vr_25_complaints_came_with_the_general_administrative_law() {
    let book = book();
    let known = |day| {
        let law = law(&book, "temporary-residence-document", day);
        law.act("TemporaryCardComplaintFiled").is_some()
    };
    assert!(!known("2023-12-14"));
    assert!(known("2023-12-15"));
}

/// Every origin in UNHCR's tables of Ukraine's decisions and applications (UNHCR Refugee Data Finder, CC BY 4.0).
const ORIGINS: &str = "AFG AGO ARM AZE BDI BFA BGD BGR BHS BLR CHN CIV CMR COD COG CUB DZA EGY ERI ESH ETH GEO GHA \
    GIN GMB GNB HTI IND IRN IRQ ISR JOR KAZ KEN KGZ KHM LBN LBR LBY LCA LKA LTU MAR MDA MLI MMR MNG MRT NER NGA NPL \
    PAK POL PRK PSE RUS RWA SDN SEN SLE SOM SYR TCD TGO TJK TKM TUN TUR UGA UNK USA UZB VNM XXA YEM ZMB ZWE";

#[test]
fn every_unhcr_origin_has_a_country() {
    let law = law(&book(), "international-protection", "2023-12-31");
    let countries = &law.lists["CL-COUNTRY"];
    let special = list("CL-UNHCR-ORIGIN");
    for origin in ORIGINS.split_whitespace() {
        let mapped = special.codes.iter().find(|code| code.code == origin);
        let country = mapped.map_or(origin, |code| code.attributes["country"].as_str());
        for day in ["2000-12-31", "2024-12-31"] {
            let found = countries.on(country, day.parse().unwrap());
            assert!(found.is_some(), "{origin} is {country} on {day}");
        }
    }
}

/// A list that no rule names, straight from its file.
fn list(id: &str) -> ListFile {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("codes/{id}.yaml"));
    serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// One case of `vectors/law/cases.yaml`, which says what the fields mean.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    procedure: String,
    #[serde(default)]
    others: Vec<Other>,
    acts: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Other {
    procedure: String,
    acts: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    act: String,
    on: String,
    role: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
    office: Option<String>,
    #[serde(default)]
    signer: u8,
    #[serde(default)]
    ledger: bool,
    source: Option<String>,
    recorded: Option<Date>,
    #[serde(default)]
    evidence: u8,
    author: Option<String>,
    of: Option<String>,
    #[serde(default)]
    facts: Map<String, Value>,
    #[serde(default)]
    sealed: Vec<String>,
    #[serde(default)]
    flags: Vec<String>,
    #[serde(default)]
    silent: Vec<String>,
    #[serde(default)]
    refused: bool,
    state: Option<String>,
    #[serde(default)]
    due: BTreeMap<String, Date>,
}

/// The acts of one case as they are recorded, one after another.
struct File {
    procedure: String,
    stream: StreamId,
    acts: Vec<RecordedAct>,
}

impl File {
    fn new(procedure: &str, number: u8) -> Self {
        let stream = format!("case/0192f0c4-7d1e-7c2a-9b43-0000000000{number:02x}");
        Self { procedure: procedure.to_owned(), stream: stream.parse().unwrap(), acts: Vec::new() }
    }

    fn statement(&self, laws: &Laws, step: &Step, position: u64) -> Statement {
        let occurred_at: LegalTime = step.on.parse().unwrap();
        let question = Question {
            procedure: &self.procedure,
            date: occurred_at.date_in(laws.zone()),
            opened: None,
            position,
        };
        let package = laws.due(question).unwrap().package;
        let roles = if step.roles.is_empty() {
            let usual = if step.author.is_some() { "R-TO-OFF" } else { "R-TO-HEAD" };
            vec![step.role.clone().unwrap_or_else(|| usual.to_owned())]
        } else {
            step.roles.clone()
        };
        let office = step.office.as_deref().unwrap_or("80");
        let officers = (step.signer..).zip(&roles);
        let signers: Vec<Value> = if step.ledger {
            vec![json!({"by": "ledger/ledger.example/test", "role": "R-SYS"})]
        } else {
            officers.map(|(n, r)| json!({"by": officer(n), "role": r, "office": office})).collect()
        };
        let documents = (0..step.evidence).map(|n| ContentHash::of(&[n]));
        let evidence: Vec<_> =
            documents.map(|document| json!({"document": document, "use": "relied-on"})).collect();
        let concerned =
            step.of.as_ref().map(|of| self.acts.iter().rfind(|a| a.statement.act == *of));
        let concerns: Vec<_> = concerned.into_iter().map(|act| act.unwrap().hash).collect();
        let digest = |name: &String| (name.clone(), json!("A".repeat(43)));
        let mut statement = json!({
            "version": "litopys/1", "ledger": "ledger.example/test", "stream": self.stream,
            "nonce": "0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e78", "act": step.act,
            "law": {"procedure": self.procedure, "edition": package.law.edition, "package": package.hash},
            "subjects": ["person/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e77"],
            "occurred_at": step.on, "source": step.source.as_deref().unwrap_or("NATIVE"), "signers": signers,
        });
        let parts = statement.as_object_mut().unwrap();
        let mut basis = package.law.act(&step.act).map(|act| act.basis.clone()).unwrap_or_default();
        basis.sort_unstable();
        let optional = [
            ("basis", json!(basis), basis.is_empty()),
            ("facts", json!(step.facts), step.facts.is_empty()),
            ("sealed", step.sealed.iter().map(digest).collect(), step.sealed.is_empty()),
            ("concerns", json!(concerns), concerns.is_empty()),
            ("evidence", json!(evidence), evidence.is_empty()),
        ];
        for (name, value, _) in optional.into_iter().filter(|(_, _, is_empty)| !is_empty) {
            parts.insert(name.to_owned(), value);
        }
        if let Some(role) = &step.author {
            parts.insert("author".to_owned(), json!({"role": role}));
        }
        serde_json::from_value(statement).unwrap()
    }

    fn record(&mut self, statement: Statement, position: u64, day: Date) {
        let hash = StatementHash::of(statement.to_text().as_bytes());
        let recorded_at = day.at(21, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap().timestamp();
        self.acts.push(RecordedAct {
            statement: Arc::new(statement),
            hash,
            position,
            sequence: self.acts.len() as u64 + 1,
            number: None,
            recorded_at: RecordedAt::new(recorded_at),
            leaf: Hash::EMPTY_ROOT,
        });
    }
}

fn officer(n: u8) -> String {
    format!("officer/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e{n:02x}")
}

/// Every edition, published before the first act.
fn laws(book: &LawBook) -> Laws {
    let mut laws = Laws::new(TimeZone::get("Europe/Kyiv").unwrap());
    for procedure in book.procedures() {
        for date in book.edition_dates(procedure) {
            let texts = book.package(procedure, date).unwrap();
            let fetch =
                |hash: ContentHash| texts.texts.get(&hash).map(|text| Arc::clone(&text.content));
            laws.publish(0, Arc::new(Package::load(&texts.manifest, &fetch).unwrap()));
        }
    }
    laws
}

/// Records the steps and returns everything that is not as expected.
fn play(laws: &Laws, file: &mut File, steps: &[Step], others: &[File], wrong: &mut Vec<String>) {
    let related: Vec<&[RecordedAct]> = others.iter().map(|other| other.acts.as_slice()).collect();
    let recorded: usize = others.iter().map(|other| other.acts.len()).sum();
    for step in steps {
        let position = (recorded + file.acts.len()) as u64 + 1;
        let statement = file.statement(laws, step, position);
        let day = step.recorded.unwrap_or_else(|| statement.occurred_at.date_in(laws.zone()));
        let verdict = judge(laws, &file.acts, &related, &statement, View::new(day, position));
        wrong.extend(verdict_differs(step, &verdict));
        if step.refused {
            continue;
        }
        file.record(statement, position, day);
        let after = state(laws, &file.acts, View::new(day, position + 1));
        if let Some(expected) = &step.state
            && after.state != Some(expected)
        {
            wrong.push(format!("{}: the state is {:?}, not {expected}", step.act, after.state));
        }
        for (clock, expected) in &step.due {
            let found = after.clocks.iter().rfind(|state| state.clock == clock);
            let due = found.map(|state| state.due.date(laws.zone()));
            if due != Some(*expected) {
                wrong.push(format!("{}: {clock} is due on {due:?}, not {expected}", step.act));
            }
        }
    }
}

fn verdict_differs(step: &Step, verdict: &Verdict) -> Vec<String> {
    let raised: Vec<&str> = verdict.flags.iter().map(|flag| flag.rule.as_str()).collect();
    let is_raised = |rule: &&String| raised.contains(&rule.as_str());
    let mut wrong = Vec::new();
    for rule in step.flags.iter().filter(|rule| !is_raised(rule)) {
        wrong.push(format!("{} on {}: {rule} is not raised, only {raised:?}", step.act, step.on));
    }
    for rule in step.silent.iter().filter(is_raised) {
        wrong.push(format!("{} on {}: {rule} is raised", step.act, step.on));
    }
    // Missing answers are no concern here: the cases ask which flags come, not whether they are answered.
    let refusals: Vec<_> = verdict.refusals.iter().filter(|r| r.code != UNANSWERED).collect();
    if refusals.is_empty() == step.refused {
        let found: Vec<_> = refusals.iter().map(|r| (&r.code, &r.pointer, &r.says.en)).collect();
        wrong.push(format!("{} on {}: refused with {found:?}", step.act, step.on));
    }
    wrong
}

#[test]
fn every_vector_is_answered_as_the_law_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/law/cases.yaml");
    let cases: Vec<Case> = serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert!(cases.len() > 60, "only {} cases were read", cases.len());
    let laws = laws(&book());
    let mut wrong = Vec::new();
    for case in &cases {
        let mut found = Vec::new();
        let mut others = Vec::new();
        for (number, other) in (1..).zip(&case.others) {
            let mut file = File::new(&other.procedure, number);
            play(&laws, &mut file, &other.acts, &[], &mut found);
            others.push(file);
        }
        play(&laws, &mut File::new(&case.procedure, 0), &case.acts, &others, &mut found);
        wrong.extend(found.into_iter().map(|line| format!("{}: {line}", case.id)));
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// A letter can only show what its act holds, and must say how to appeal (DEF-006).
#[test]
fn letters_show_fields_of_their_acts_and_the_appeal_route() {
    let book = book();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("letters");
    let mut wrong = Vec::new();
    let mut seen = 0;
    for procedure in book.procedures() {
        let last = *book.edition_dates(procedure).last().unwrap();
        let law = book.law(procedure, last).unwrap();
        for act in law.acts.values() {
            let Some(letter) = &act.letter else { continue };
            seen += 1;
            let text = fs::read_to_string(root.join(format!("{letter}.md"))).unwrap();
            let paths = text.split("{{").skip(1).filter_map(|rest| rest.split("}}").next());
            let fields = paths.filter_map(|path| {
                let mut parts = path.split('.');
                matches!(parts.next(), Some("facts" | "sealed")).then(|| parts.next().unwrap())
            });
            for field in fields.filter(|field| !act.fields.contains_key(*field)) {
                wrong.push(format!("{letter} shows `{field}`, which {} has not", act.id));
            }
            if !["{{appeal.uk}}", "{{appeal.en}}"].iter().all(|route| text.contains(route)) {
                wrong.push(format!("{letter} does not say how to appeal"));
            }
        }
    }
    assert!(seen > 20, "only {seen} acts have a letter");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
