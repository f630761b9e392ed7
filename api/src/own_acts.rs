//! The ledger's own clock: it signs service acts whose terms have run out, and the court outcomes
//! that acts of disputes put into the cases of the decisions they attack.
//!
//! Candidates come from the read models, which hold the day on which each running term fires and
//! what each dispute puts: to find them by folding would mean to fold every case there is. Whether
//! something really is due is judged on the log, twice: here, and by the rules every act must pass.
//!
//! Once and only once: a statement is made of the log alone (its nonce of the clock or of the act
//! that puts, its legal time of the law), and the law refuses it when it is no longer due or was put
//! already. Whoever comes second, another process or this one after a restart, meets the first.

mod hindered;
mod statement;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ed25519_dalek::SigningKey;
use jiff::civil::Date;
use litopys_domain::act::{Act, ActError, RecordedAct, SignedBy};
use litopys_domain::ids::StreamId;
use litopys_domain::keys::{PublicKey, sign_statement};
use litopys_domain::law::fold::{View, state};
use litopys_domain::law::next::{DueAct, acts_put, due_acts, put_by, was_signed};
use litopys_domain::statement::Statement;
use litopys_domain::violation::Violation;
use litopys_projections::ProjectionError;
use litopys_projections::reads::{self, DueCase, WaitingPut};
use metrics::counter;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::ledger::Ledger;
use crate::record::RecordError;
use crate::stored::StoredError;
use crate::tail::World;

pub use hindered::{Hindered, HinderedPut};

/// How often the read models are asked whether there is something new.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Longest pause after rounds that failed.
const BACK_OFF_MAX: Duration = Duration::from_mins(1);
/// After how long something that was refused is tried again, where nothing moved.
const RETRY_REFUSED: Duration = Duration::from_mins(10);
/// Cases worked on at a time.
const AT_ONCE: usize = 16;
/// How often an act is made anew when its case moved meanwhile.
const ATTEMPTS_MAX: usize = 5;

/// What a round came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Round {
    /// Acts this process recorded.
    pub signed: usize,
    /// Candidates that the log does not bear out, such as those another process was faster with.
    pub idle: usize,
    /// What is due and was refused all the same; somebody must look at it.
    pub refused: usize,
}

/// Why a round did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum OwnActError {
    #[error("candidates cannot be read: {0}")]
    Candidates(#[from] ProjectionError),
    #[error(transparent)]
    Stored(#[from] StoredError),
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error("an act of the ledger is malformed: {0}")]
    Malformed(#[from] ActError),
    #[error("a task of the round failed: {0}")]
    Task(#[from] tokio::task::JoinError),
}

/// Signs for the ledger.
#[derive(Debug)]
pub struct OwnActs {
    hand: Hand,
    /// Cases with nothing to sign, until they move or it is time to look again.
    settled: HashMap<Uuid, Settled>,
}

/// What may have to be signed in a case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Todo {
    /// The last statement of the case that the read models know; none where there is no such case.
    head: Option<String>,
    /// Whether a term may have run out.
    terms: bool,
    /// The disputes and their acts that put something here, in the order of the log.
    puts: Vec<(Uuid, String)>,
}

#[derive(Debug)]
struct Settled {
    todo: Todo,
    today: Date,
    at: Instant,
}

/// Works off whatever falls due, until it is dropped.
pub fn start(ledger: Arc<Ledger>, key: SigningKey) -> JoinSet<()> {
    let mut task = JoinSet::new();
    task.spawn(run(OwnActs::new(ledger, key)));
    task
}

async fn run(mut own_acts: OwnActs) {
    let mut done = None;
    let mut pause = LOOK_EVERY;
    loop {
        tokio::time::sleep(pause).await;
        match own_acts.look(&mut done).await {
            Ok(round) => {
                pause = LOOK_EVERY;
                if round.signed > 0 {
                    tracing::info!("The ledger signed {} acts that were due", round.signed);
                }
            }
            // They are made when the projector starts; nothing is due in a ledger before that.
            Err(OwnActError::Candidates(error)) if error.is_unmade() => {}
            Err(error) => {
                counter!("litopys_own_acts_failures_total").increment(1);
                pause = (pause * 2).min(BACK_OFF_MAX);
                tracing::error!(
                    error = %error,
                    "What is due could not be signed, trying again in {pause:?}: {error}"
                );
            }
        }
    }
}

impl OwnActs {
    /// `key` is the ledger's own.
    pub fn new(ledger: Arc<Ledger>, key: SigningKey) -> Self {
        Self { hand: Hand { ledger, key: Arc::new(key) }, settled: HashMap::new() }
    }

    /// A round, if the read models or the day moved since the last one, or refused acts wait.
    async fn look(&mut self, done: &mut Option<(u64, Date)>) -> Result<Round, OwnActError> {
        let pool = self.hand.ledger.pool();
        let now = (reads::reflected(pool).await?.map_or(0, |at| at + 1), self.hand.today());
        let waits = self.settled.values().any(|one| one.at.elapsed() >= RETRY_REFUSED);
        if *done == Some(now) && !waits {
            return Ok(Round::default());
        }
        let round = self.round().await?;
        *done = Some(now);
        Ok(round)
    }

    /// Signs what is due now, as far as the read models know of it.
    ///
    /// # Errors
    /// The first failure that is none of the law's; what else could be signed is signed then.
    pub async fn round(&mut self) -> Result<Round, OwnActError> {
        let today = self.hand.today();
        let mut todo = self.candidates(today).await?.into_iter();
        let (mut round, mut failure) = (Round::default(), None);
        let mut running = JoinSet::new();
        loop {
            while running.len() < AT_ONCE
                && let Some((case, todo)) = todo.next()
            {
                let hand = self.hand.clone();
                running.spawn(async move { (case, hand.work(case, &todo).await, todo) });
            }
            let Some(ended) = running.join_next().await else { break };
            let (case, ended, todo) = ended?;
            match ended {
                Ok(ended) => {
                    round.add(ended);
                    // What was signed moves the case, and with it what there is to do.
                    if ended.signed == 0 {
                        self.settled.insert(case, Settled { todo, today, at: Instant::now() });
                    }
                }
                Err(error) => _ = failure.get_or_insert(error),
            }
        }
        failure.map_or(Ok(round), Err)
    }

    /// What the read models show and nothing has settled.
    async fn candidates(&mut self, today: Date) -> Result<BTreeMap<Uuid, Todo>, OwnActError> {
        let pool = self.hand.ledger.pool();
        let mut all: BTreeMap<Uuid, Todo> = BTreeMap::new();
        for DueCase { case, head } in reads::due_cases(pool, today).await? {
            all.insert(case, Todo { head: Some(head), terms: true, puts: Vec::new() });
        }
        for WaitingPut { dispute, by, case, head } in reads::waiting_puts(pool).await? {
            let todo = all.entry(case).or_default();
            todo.head = head;
            todo.puts.push((dispute, by));
        }
        self.settled.retain(|case, settled| {
            all.get(case) == Some(&settled.todo)
                && settled.today == today
                && settled.at.elapsed() < RETRY_REFUSED
        });
        all.retain(|case, _| !self.settled.contains_key(case));
        Ok(all)
    }
}

impl Round {
    fn add(&mut self, other: Self) {
        self.signed += other.signed;
        self.idle += other.idle;
        self.refused += other.refused;
    }
}

/// Makes, signs and records.
#[derive(Debug, Clone)]
struct Hand {
    ledger: Arc<Ledger>,
    key: Arc<SigningKey>,
}

impl Hand {
    fn today(&self) -> Date {
        self.ledger.today(&self.ledger.tail().world())
    }

    /// Signs all that is due in a case: outcomes first, since they may suspend terms.
    async fn work(&self, case: Uuid, todo: &Todo) -> Result<Round, OwnActError> {
        self.ledger.catch_up().await?;
        let case = StreamId::case(case);
        let mut round = Round::default();
        for (dispute, by) in &todo.puts {
            let dispute = StreamId::case(*dispute);
            round.add(self.sign(|| self.next_put(&case, &dispute, by)).await?);
        }
        if todo.terms {
            round.add(self.sign(|| self.next_due(&case)).await?);
        }
        Ok(round)
    }

    /// Signs what `next` gives until it gives nothing: one term that fires may start another.
    async fn sign<F>(&self, next: impl Fn() -> F) -> Result<Round, OwnActError>
    where
        F: Future<Output = Result<Option<Statement>, OwnActError>>,
    {
        let mut round = Round::default();
        let mut attempts = 0;
        let mut waiting = next().await?;
        while let Some(statement) = waiting {
            let ended = self.record(&statement).await;
            waiting = next().await?;
            match ended {
                Ok(fresh) => {
                    round.signed += usize::from(fresh);
                    attempts = 0;
                    continue;
                }
                // Where another was faster, something else is due now, or nothing.
                Err(RecordError::Moved(_) | RecordError::Contended) if attempts < ATTEMPTS_MAX => {}
                Err(RecordError::Refused(_))
                    if attempts < ATTEMPTS_MAX && waiting.as_ref() != Some(&statement) => {}
                Err(RecordError::Refused(violations)) => {
                    report_refused(&statement, &violations);
                    round.refused += 1;
                    return Ok(round);
                }
                Err(error) => return Err(error.into()),
            }
            attempts += 1;
        }
        round.idle += usize::from(round.signed == 0);
        Ok(round)
    }

    async fn next_due(&self, case: &StreamId) -> Result<Option<Statement>, OwnActError> {
        let (acts, view) = load(&self.ledger, case).await?;
        let world = self.ledger.tail().world();
        let due = due_acts(&world.laws, &acts, view).into_iter();
        let mut owed = due.filter_map(|due| statement_of(&world, case, &acts, &due));
        Ok(owed.find(|statement| !was_signed(&acts, statement)))
    }

    async fn next_put(
        &self,
        case: &StreamId,
        dispute: &StreamId,
        by: &str,
    ) -> Result<Option<Statement>, OwnActError> {
        let owed = owed_put(&self.ledger, case, dispute, by).await?;
        Ok(if let OwedPut::Statement(statement) = owed { Some(*statement) } else { None })
    }

    /// Says whether the act is in the log by this.
    async fn record(&self, statement: &Statement) -> Result<bool, RecordError> {
        let text = statement.to_text();
        let signature = SignedBy {
            key: PublicKey::of(&self.key).thumbprint(),
            signature: sign_statement(&self.key, &text),
        };
        let act = Act::new(&text, vec![signature])?;
        let recorded = self.ledger.record_act(act, &[]).await?;
        if recorded.fresh {
            counter!("litopys_own_acts_total", "act" => statement.act.clone()).increment(1);
        }
        Ok(recorded.fresh)
    }
}

/// A case's acts, and a view that sees all of them.
async fn load(
    ledger: &Ledger,
    case: &StreamId,
) -> Result<(Arc<Vec<RecordedAct>>, View), StoredError> {
    let read_at = ledger.tail().size();
    let acts = ledger.streams().load(case).await?;
    let behind = acts.last().map_or(0, |act| act.position + 1);
    let today = ledger.today(&ledger.tail().world());
    Ok((acts, View::new(today, read_at.max(behind))))
}

/// The statement that a term passed; none in a ledger without a founding or for a case without acts.
fn statement_of(
    world: &World,
    case: &StreamId,
    acts: &[RecordedAct],
    due: &DueAct,
) -> Option<Statement> {
    let (head, founding) = (acts.last()?, world.registry.founding()?);
    statement::due(&founding.origin, case, head.hash, due).ok()
}

/// What is left to do about an outcome that an act of a dispute puts into a case.
enum OwedPut {
    /// It is there, or nothing of the kind is put.
    Nothing,
    NoSuchCase,
    /// No law is published under which the case could take it.
    NoLaw,
    Statement(Box<Statement>),
}

async fn owed_put(
    ledger: &Ledger,
    case: &StreamId,
    dispute: &StreamId,
    by: &str,
) -> Result<OwedPut, StoredError> {
    let (parent, view) = load(ledger, case).await?;
    let (acts, _) = load(ledger, dispute).await?;
    let world = ledger.tail().world();
    let whole = View::new(Date::MAX, u64::MAX);
    let dispute = state(&world.laws, &acts, whole);
    let puts = acts_put(&dispute);
    let put = puts.iter().find(|put| put.case == *case && put.by.to_string() == by);
    let (Some(put), Some(founding)) = (put, world.registry.founding()) else {
        return Ok(OwedPut::Nothing);
    };
    let Some(head) = parent.last().map(|act| act.hash) else { return Ok(OwedPut::NoSuchCase) };
    if parent.iter().any(|act| put_by(&act.statement) == Some(put.by)) {
        return Ok(OwedPut::Nothing);
    }
    let (origin, parent) = (&founding.origin, state(&world.laws, &parent, whole));
    // The origin of a founded ledger always names its stream.
    let statement = statement::put(&world.laws, origin, &parent, head, put, view.position);
    let statement = statement.unwrap_or_default();
    Ok(statement.map_or(OwedPut::NoLaw, |statement| OwedPut::Statement(Box::new(statement))))
}

fn report_refused(statement: &Statement, violations: &[Violation]) {
    let why = violations.first().map_or("", |violation| &violation.says.en);
    counter!("litopys_own_acts_refused_total").increment(1);
    tracing::warn!(
        case = %statement.stream, act = statement.act,
        "{} is due in {} and was refused: {why}", statement.act, statement.stream
    );
}
