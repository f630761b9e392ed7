//! Drafts: what a client would sign, what it means in words, and what stands in its way.
//! Drafts are stateless: nothing is stored until the signed act comes back.

use std::collections::BTreeMap;

use litopys_domain::act::payload_bytes_max;
use litopys_domain::aggregate::Refusal;
use litopys_domain::circumstances::Review;
use litopys_domain::ids::{StatementHash, StreamId};
use litopys_domain::law::fold::View;
use litopys_domain::law::judge::{Flag, PutNote};
use litopys_domain::law::laws::{Due, Question};
use litopys_domain::law::next::{NextAct, next_acts};
use litopys_domain::legal_time::LegalTime;
use litopys_domain::sealed::{Disclosure, SALT_BYTES, SealedDigest};
use litopys_domain::statement::{
    Answer, Author, Evidence, FlagAnswer, Instrument, LawRef, Signer, Statement, StatementError,
    VERSION,
};
use litopys_domain::violation::{Violation, Words};
use litopys_domain::words;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock;
use crate::ledger::{Ledger, REASON_FIELD};
use crate::stored::StoredError;
use crate::tail::World;

/// What an officer wants to do, in plain values.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DraftRequest {
    pub act: String,
    /// Absent where the act opens a new stream of the act's kind.
    #[serde(default)]
    pub stream: Option<StreamId>,
    /// The procedure of a case to be opened.
    #[serde(default)]
    pub procedure: Option<String>,
    #[serde(default)]
    pub subjects: Vec<StreamId>,
    #[serde(default)]
    pub facts: Map<String, Value>,
    /// Plain values of personal and special fields; only their digests enter the statement.
    #[serde(default)]
    pub private: BTreeMap<String, Value>,
    #[serde(default)]
    pub concerns: Vec<StatementHash>,
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    #[serde(default)]
    pub instrument: Option<Instrument>,
    /// Absent: the basis that the law names for the act.
    #[serde(default)]
    pub basis: Option<Vec<String>>,
    #[serde(default)]
    pub flags: Vec<AnswerRequest>,
    /// Absent: now, to the precision the act declares.
    #[serde(default)]
    pub occurred_at: Option<LegalTime>,
    #[serde(default)]
    pub source: Option<String>,
    #[serde(default)]
    pub author: Option<Author>,
    pub signers: Vec<Signer>,
}

/// An answer to a flag, with its reason in plain text.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerRequest {
    pub rule: String,
    pub answer: Answer,
    #[serde(default)]
    pub reason: Option<String>,
}

/// A statement to sign.
#[derive(Debug, Clone, Serialize)]
pub struct Draft {
    /// The exact bytes to sign.
    pub statement: String,
    pub sha256: StatementHash,
    pub stream: StreamId,
    pub disclosures: Vec<String>,
    /// What it says, rendered from the very bytes.
    pub words: Words,
    /// Doubts; those of severity V and U must be answered.
    pub flags: Vec<Flag>,
    /// Why it would be refused as it stands; empty where it may be signed.
    pub violations: Vec<Violation>,
    /// Signers who do not hold the competence that the act asks for.
    pub lacking_competence: Vec<StreamId>,
    /// The court outcome that the ledger will sign in the case of the decision: `case`, `decision`,
    /// `act`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub puts: Option<PutNote>,
}

/// Why no draft could be made.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    #[error("`{pointer}`: {}", .words.en)]
    Request { pointer: &'static str, words: Words },
    #[error(transparent)]
    Statement(#[from] StatementError),
    #[error("the operating system gives no random bytes")]
    Random(#[from] getrandom::Error),
    #[error(transparent)]
    Stored(#[from] StoredError),
}

impl Ledger {
    /// Makes a statement of a request and judges it as the log stands.
    pub async fn draft(&self, request: DraftRequest) -> Result<Draft, DraftError> {
        self.catch_up().await?;
        let read_at = self.tail().size();
        let world = self.tail().world();
        let stream = match &request.stream {
            Some(stream) => stream.clone(),
            None => new_stream(&request)?,
        };
        let recorded = self.streams().load(&stream).await?;
        let law = self.law_of(&world, &request, &recorded, read_at)?;
        let (sealed, mut disclosures) = seal(request.private.clone())?;
        let flags = answers(&request.flags, &mut disclosures)?;
        let zone = world.laws.zone();
        let statement = Statement {
            version: VERSION.to_owned(),
            ledger: world.registry.founding().map_or_else(String::new, |f| f.origin.clone()),
            seen: recorded.last().map(|act| act.hash),
            nonce: clock::new_id(),
            act: request.act,
            subjects: sorted(request.subjects),
            facts: request.facts,
            sealed,
            concerns: sorted(request.concerns),
            evidence: sorted_by_jcs(request.evidence),
            instrument: request.instrument,
            basis: sorted(request.basis.unwrap_or_else(|| law.basis.clone())),
            flags,
            occurred_at: request.occurred_at.unwrap_or_else(|| self.now(law.instant, zone)),
            source: request.source.unwrap_or_else(|| "NATIVE".to_owned()),
            author: request.author,
            signers: request.signers,
            law: law.law,
            stream,
        };
        let text = statement.to_text();
        // What a client would be refused after signing must not be offered for signing.
        let statement = Statement::parse(&text)?;
        let (circumstances, _) = self.circumstances(&world, &statement, &recorded, read_at).await?;
        let review = match circumstances.review(&recorded, &statement) {
            Ok(review) => review,
            Err(refusal) => Review { violations: violations_of(refusal), ..Review::default() },
        };
        Ok(draft(&world, text, &statement, &disclosures, review, read_at))
    }

    /// What may be done next in a case, or to open one of a procedure.
    pub async fn next_acts(
        &self,
        stream: Option<&StreamId>,
        procedure: &str,
    ) -> Result<Vec<NextAct>, StoredError> {
        self.catch_up().await?;
        let read_at = self.tail().size();
        let world = self.tail().world();
        let recorded = match stream {
            Some(stream) => self.streams().load(stream).await?,
            None => std::sync::Arc::default(),
        };
        let view = View::new(self.today(&world), read_at);
        Ok(next_acts(&world.laws, procedure, &recorded, view))
    }

    fn now(&self, instant: bool, zone: &jiff::tz::TimeZone) -> LegalTime {
        let now = self.clock().now();
        if instant {
            let seconds = now.as_second();
            return LegalTime::Instant(jiff::Timestamp::from_second(seconds).unwrap_or(now));
        }
        LegalTime::Date(now.to_zoned(zone.clone()).date())
    }

    /// The law to cite: that of the case, or of the procedure to be opened.
    fn law_of(
        &self,
        world: &World,
        request: &DraftRequest,
        recorded: &[litopys_domain::act::RecordedAct],
        position: u64,
    ) -> Result<Cited, DraftError> {
        let opening = recorded.first().map(|act| &act.statement);
        let of_case = opening.and_then(|statement| statement.law.as_ref());
        let Some(procedure) = of_case.map(|law| &law.procedure).or(request.procedure.as_ref())
        else {
            return Ok(Cited::default());
        };
        let zone = world.laws.zone();
        let date = match request.occurred_at {
            Some(at) => at.date_in(zone),
            None => self.today(world),
        };
        let opened = opening.map(|statement| statement.occurred_at.date_in(zone));
        let question = Question { procedure, date, opened, position };
        let due = world.laws.due_for_record(question);
        due.map(|due| Cited::of(due, &request.act)).ok_or_else(|| DraftError::Request {
            pointer: "/procedure",
            words: Words::new(
                format!("no edition of `{procedure}` is published for {date}"),
                format!("на {date} немає оприлюдненої редакції «{procedure}»"),
            ),
        })
    }
}

/// What the law contributes to a statement.
#[derive(Default)]
struct Cited {
    law: Option<LawRef>,
    basis: Vec<String>,
    instant: bool,
}

impl Cited {
    fn of(due: Due<'_>, act: &str) -> Self {
        let act = due.law().act(act);
        Self {
            law: Some(LawRef {
                procedure: due.law().procedure.clone(),
                edition: due.law().edition,
                package: due.package.hash,
            }),
            basis: act.map(|act| act.basis.clone()).unwrap_or_default(),
            instant: act.is_some_and(|act| act.at == litopys_domain::law::file::Precision::Instant),
        }
    }
}

fn draft(
    world: &World,
    text: String,
    statement: &Statement,
    disclosures: &[Disclosure],
    review: Review,
    position: u64,
) -> Draft {
    let mut violations = review.violations;
    if payload_bytes_max(text.len(), statement.signers.len())
        > litopys_domain::act::PAYLOAD_BYTES_MAX
    {
        violations.push(Violation::new(
            "too-large",
            "",
            Words::new("too large with its signatures", "завеликий разом із підписами"),
            Words::new("move texts into documents", "винесіть тексти в документи"),
        ));
    }
    let date = statement.occurred_at.date_in(world.laws.zone());
    let law =
        statement.law.as_ref().and_then(|law| world.laws.in_force(&law.procedure, date, position));
    let verdict = review.verdict.unwrap_or_default();
    Draft {
        words: words::describe(statement, law.map(|package| &package.law)),
        sha256: StatementHash::of(text.as_bytes()),
        stream: statement.stream.clone(),
        statement: text,
        disclosures: disclosures.iter().map(|d| d.text().to_owned()).collect(),
        flags: verdict.flags,
        violations,
        lacking_competence: review.lacking_competence,
        puts: verdict.puts,
    }
}

fn violations_of(refusal: Refusal) -> Vec<Violation> {
    match refusal {
        Refusal::Unsound(violations) => violations,
        Refusal::Moved(_) | Refusal::Recorded(_) => vec![Violation::new(
            "moved",
            "/seen",
            Words::new("the stream moved while drafting", "справа змінилася під час складання"),
            Words::new("draft again", "складіть проєкт знову"),
        )],
    }
}

fn new_stream(request: &DraftRequest) -> Result<StreamId, DraftError> {
    let id = clock::new_id();
    match request.act.as_str() {
        _ if request.procedure.is_some() => Ok(StreamId::case(id)),
        litopys_domain::circumstances::PERSON_REGISTERED => Ok(StreamId::person(id)),
        "OfficerEnrolled" => Ok(StreamId::officer(id)),
        "ServiceEnrolled" => Ok(StreamId::service(id)),
        _ => Err(DraftError::Request {
            pointer: "/stream",
            words: Words::new(
                "name the stream, or the procedure of a case to be opened",
                "вкажіть потік або процедуру справи, яку відкривають",
            ),
        }),
    }
}

type Sealed = (BTreeMap<String, SealedDigest>, Vec<Disclosure>);

fn seal(private: BTreeMap<String, Value>) -> Result<Sealed, DraftError> {
    let (mut sealed, mut disclosures) = (BTreeMap::new(), Vec::new());
    for (field, value) in private {
        let disclosure = Disclosure::new(clock::random::<SALT_BYTES>()?, &field, value);
        sealed.insert(field, disclosure.digest());
        disclosures.push(disclosure);
    }
    Ok((sealed, disclosures))
}

fn answers(
    requests: &[AnswerRequest],
    disclosures: &mut Vec<Disclosure>,
) -> Result<Vec<FlagAnswer>, DraftError> {
    let mut answers = Vec::with_capacity(requests.len());
    for AnswerRequest { rule, answer, reason } in requests {
        let reason = match reason {
            None => None,
            Some(text) => {
                let salt = clock::random::<SALT_BYTES>()?;
                let disclosure = Disclosure::new(salt, REASON_FIELD, text.as_str().into());
                let digest = disclosure.digest();
                disclosures.push(disclosure);
                Some(digest)
            }
        };
        answers.push(FlagAnswer { rule: rule.clone(), answer: *answer, reason });
    }
    Ok(sorted_by_jcs(answers))
}

fn sorted<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort();
    items.dedup();
    items
}

fn sorted_by_jcs<T: Serialize>(mut items: Vec<T>) -> Vec<T> {
    items.sort_by_cached_key(litopys_domain::canonical::to_string);
    items
}
