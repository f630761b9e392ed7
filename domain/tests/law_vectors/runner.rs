//! Plays the cases of `vectors/law` through the engine and tells what is not as expected.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use jiff::{civil::Date, tz::TimeZone};
use litopys_domain::{
    act::RecordedAct,
    ids::{ContentHash, StatementHash, StreamId},
    law::{
        book::LawBook,
        fold::{Point, View, state},
        judge::{PutNote, Verdict, judge},
        laws::{Laws, Question},
        package::Shelf,
    },
    legal_time::{LegalTime, RecordedAt},
    log::Hash,
    statement::Statement,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The refusal of an act whose flags are not answered.
const UNANSWERED: &str = "flag-unanswered";

/// Every case of every file of a folder.
pub(crate) fn cases(folder: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "yaml") {
            let read: Result<Vec<Case>, _> =
                serde_saphyr::from_str(&fs::read_to_string(&path).unwrap());
            cases.extend(read.unwrap_or_else(|error| panic!("{}: {error}", path.display())));
        }
    }
    cases
}

/// A line for everything that is not as the cases expect.
pub(crate) fn wrong(book: &LawBook, cases: &[Case]) -> Vec<String> {
    let laws = laws(book);
    cases.iter().flat_map(|case| wrong_in(&laws, case)).collect()
}

fn wrong_in(laws: &Laws, case: &Case) -> Vec<String> {
    let mut found = Vec::new();
    let mut others = Vec::new();
    for (number, other) in (1..).zip(&case.others) {
        let mut file = File::new(&other.procedure, number);
        play(laws, &mut file, &other.acts, &mut [], &mut found);
        others.push(file);
    }
    let mut file = File::new(&case.procedure, 0);
    play(laws, &mut file, &case.acts, &mut others, &mut found);
    for (day, expected) in &case.open {
        let after = state(laws, &file.acts, View::new(*day, u64::MAX));
        let mut open: Vec<&str> = after.defects.iter().map(|defect| defect.rule).collect();
        open.sort_unstable();
        if open != *expected {
            found.push(format!("open on {day}: {open:?}, not {expected:?}"));
        }
    }
    found.into_iter().map(|line| format!("{}: {line}", case.id)).collect()
}

/// One case of the files in `vectors/law`, whose README says what the fields mean.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    id: String,
    procedure: String,
    #[serde(default)]
    others: Vec<Other>,
    acts: Vec<Step>,
    /// Defects that stand open on a day, all of them.
    #[serde(default)]
    open: BTreeMap<Date, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Other {
    procedure: String,
    acts: Vec<Step>,
}

#[derive(Deserialize, Default)]
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
    due: BTreeMap<String, LegalTime>,
    /// Clocks that it stops.
    #[serde(default)]
    stopped: Vec<String>,
    /// Numbers of the people it names; number 1 unless said.
    #[serde(default)]
    subjects: Vec<u8>,
    /// The outcome it puts into one of the others, which the ledger signs there; `nothing`.
    puts: Option<String>,
    /// The state of that other case after it.
    parent: Option<String>,
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

    /// None where no edition was in force on its day.
    fn statement(&self, laws: &Laws, step: &Step, position: u64) -> Option<Statement> {
        let occurred_at: LegalTime = step.on.parse().unwrap();
        let question = Question {
            procedure: &self.procedure,
            date: occurred_at.date_in(laws.zone()),
            opened: None,
            position,
        };
        let package = laws.due(question)?.package;
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
        let subjects = if step.subjects.is_empty() { &[1][..] } else { &step.subjects };
        let subjects: Vec<_> = subjects.iter().map(|n| person(*n)).collect();
        let mut statement = json!({
            "version": "litopys/1", "ledger": "ledger.example/test", "stream": self.stream,
            "nonce": "0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e78", "act": step.act,
            "law": {"procedure": self.procedure, "edition": package.law.edition, "package": package.hash},
            "subjects": subjects,
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
        Some(serde_json::from_value(statement).unwrap())
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

fn person(n: u8) -> String {
    format!("person/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a70{n:02x}")
}

fn officer(n: u8) -> String {
    format!("officer/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e{n:02x}")
}

/// Every edition, published before the first act.
fn laws(book: &LawBook) -> Laws {
    let mut shelf = Shelf::default();
    let mut laws = Laws::new(TimeZone::get("Europe/Kyiv").unwrap());
    for procedure in book.procedures() {
        for date in book.edition_dates(procedure) {
            let texts = book.package(procedure, date).unwrap();
            let fetch =
                |hash: ContentHash| texts.texts.get(&hash).map(|text| Arc::clone(&text.content));
            laws.publish(0, Arc::new(shelf.load(&texts.manifest, &fetch).unwrap()));
        }
    }
    laws
}

/// Records the steps and returns everything that is not as expected.
fn play(
    laws: &Laws,
    file: &mut File,
    steps: &[Step],
    others: &mut [File],
    wrong: &mut Vec<String>,
) {
    for step in steps {
        let recorded: usize = others.iter().map(|other| other.acts.len()).sum();
        let position = (recorded + file.acts.len()) as u64 + 1;
        let Some(mut statement) = file.statement(laws, step, position) else {
            wrong.push(format!("{}: no edition is in force on {}", step.act, step.on));
            continue;
        };
        name_others(&mut statement, others);
        let day = step.recorded.unwrap_or_else(|| statement.occurred_at.date_in(laws.zone()));
        let related: Vec<_> = others.iter().map(|other| other.acts.as_slice()).collect();
        let verdict = judge(laws, &file.acts, &related, &statement, View::new(day, position));
        wrong.extend(verdict_differs(step, &verdict));
        wrong.extend(stops_differ(step, &verdict));
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
            let due = found.map(|state| match (state.due, expected) {
                (Point::Instant(at), LegalTime::Instant(_)) => LegalTime::Instant(at),
                (point, _) => LegalTime::Date(point.date(laws.zone())),
            });
            if due != Some(*expected) {
                wrong.push(format!("{}: {clock} is due on {due:?}, not {expected}", step.act));
            }
        }
        if let Some(expected) = &step.puts {
            let put = verdict.puts.as_ref();
            if put.map_or("nothing", |put| put.act.as_str()) != expected {
                wrong.push(format!("{}: it puts {put:?}, not {expected}", step.act));
            } else if let Some(put) = put {
                wrong.extend(put_into(laws, file, others, (step, day), put));
            }
        }
    }
}

/// In facts `@1` is the stream of the first of the others, `@1 ActId` its latest such act.
fn name_others(statement: &mut Statement, others: &[File]) {
    for fact in statement.facts.values_mut() {
        let Some(named) = fact.as_str().and_then(|text| text.strip_prefix('@')) else { continue };
        let (number, act) = named.split_once(' ').map_or((named, None), |(n, a)| (n, Some(a)));
        let other = &others[number.parse::<usize>().unwrap() - 1];
        let latest = |id: &str| other.acts.iter().rfind(|a| a.statement.act == id).unwrap().hash;
        *fact = act.map_or_else(|| json!(other.stream), |id| json!(latest(id)));
    }
}

/// Lets the ledger sign in a case what the last act of a dispute puts there.
fn put_into(
    laws: &Laws,
    dispute: &File,
    others: &mut [File],
    (step, day): (&Step, Date),
    put: &PutNote,
) -> Option<String> {
    let position = (dispute.acts.len() + others.iter().map(|o| o.acts.len()).sum::<usize>()) as u64;
    let position = position + 1;
    let Some(parent) = others.iter_mut().find(|other| other.stream == put.case) else {
        return Some(format!("{}: {} is none of the others", step.act, put.case));
    };
    let by = dispute.acts.last().unwrap().hash;
    let facts = json!({"by": by, "dispute": dispute.stream});
    let signed = Step {
        act: put.act.clone(),
        on: step.on.clone(),
        ledger: true,
        facts: facts.as_object().unwrap().clone(),
        ..Step::default()
    };
    let Some(mut statement) = parent.statement(laws, &signed, position) else {
        return Some(format!("{}: no edition of the parent is in force", step.act));
    };
    statement.concerns = vec![put.decision];
    let view = View::new(day, position);
    let verdict = judge(laws, &parent.acts, &[&dispute.acts], &statement, view);
    if let Some(refusal) = verdict.refusals.first() {
        return Some(format!("{}: {} is refused: {}", step.act, put.act, refusal.says.en));
    }
    parent.record(statement, position, day);
    let after = state(laws, &parent.acts, View::new(Date::MAX, u64::MAX)).state;
    let differs = step.parent.as_deref().filter(|expected| after != Some(expected));
    differs.map(|expected| format!("{}: the parent is {after:?}, not {expected}", step.act))
}

fn stops_differ(step: &Step, verdict: &Verdict) -> Option<String> {
    let stopped: Vec<_> = verdict.clocks_stopped.iter().map(|note| &note.clock).collect();
    let missing = step.stopped.iter().find(|clock| !stopped.contains(clock))?;
    Some(format!("{} on {}: it does not stop {missing}, only {stopped:?}", step.act, step.on))
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
