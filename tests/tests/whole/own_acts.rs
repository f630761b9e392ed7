//! What the ledger signs by itself: terms that ran out, and what disputes put into the cases of the
//! decisions they attack. Two processes, one shared calendar, real projections, the auditor.

use std::time::Duration;

use ed25519_dalek::SigningKey;
use litopys_api::draft::DraftRequest;
use litopys_api::own_acts::{OwnActs, Round};
use litopys_audit::{Report, Trust, VerifyOptions, verify_all};
use litopys_domain::ids::{StatementHash, StreamId};
use litopys_domain::keys::PublicKey;
use litopys_domain::law::fold::{ActStatus, View, state};
use litopys_domain::statement::{Answer, Signer};
use litopys_migrations::Role;
use litopys_migrations::testing::{TestDatabase, database};
use litopys_projections::reads::{self, DisputeFilter, Now, TimelineEntry, WorklistFilter};
use litopys_projections::{Runner, RunnerOptions};
use litopys_tests::agency::{Agency, ORIGIN, Who, answer, author, hash_of, object, request};
use litopys_tests::calendar::Calendar;
use litopys_tests::forced_return;
use serde_json::{Value, json};
use sqlx::types::Uuid;

const PATIENCE: Duration = Duration::from_secs(20);

/// Two processes on one database, and the projector.
struct Service {
    database: TestDatabase,
    calendar: Calendar,
    agency: Agency,
    own_acts: OwnActs,
    other: Agency,
    others_acts: OwnActs,
    _projections: Runner,
}

fn own_acts(agency: &Agency) -> OwnActs {
    OwnActs::new(agency.ledger.clone(), agency.keys.ledger.clone())
}

impl Service {
    async fn open(day: &str, procedures: &'static [&'static str]) -> Self {
        let database = database().await;
        let calendar = Calendar::at(day).unwrap();
        let writer = || database.options(Role::Writer);
        let published = |procedure: &str, _| procedures.contains(&procedure);
        let agency = Agency::found_under(writer(), calendar.clock(), published).await.unwrap();
        let other = Agency::open(writer(), calendar.clock(), agency.keys.clone()).unwrap();
        let projections = Runner::start(RunnerOptions::new(database.options(Role::Projector)));
        let (own, others) = (own_acts(&agency), own_acts(&other));
        Self {
            database,
            calendar,
            agency,
            own_acts: own,
            other,
            others_acts: others,
            _projections: projections,
        }
    }

    /// Waits until both processes and the read models know the whole log.
    async fn settle(&self) -> u64 {
        let size = self.agency.ledger.reader().head().await.unwrap().size;
        for ledger in [&self.agency.ledger, &self.other.ledger] {
            let mut seen = ledger.tail().watch();
            tokio::time::timeout(PATIENCE, seen.wait_for(|at| *at >= size)).await.unwrap().unwrap();
        }
        for _ in 0..200 {
            match reads::wait_for(self.agency.ledger.pool(), size - 1, PATIENCE).await {
                Ok(_) => return size,
                Err(error) => assert!(error.is_unmade(), "{error}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the read models were not made");
    }

    /// Lets both processes look at once; what they signed together.
    async fn rounds(&mut self) -> Round {
        self.settle().await;
        let both = tokio::join!(self.own_acts.round(), self.others_acts.round());
        let (one, two) = (both.0.unwrap(), both.1.unwrap());
        Round {
            signed: one.signed + two.signed,
            idle: one.idle + two.idle,
            refused: one.refused + two.refused,
        }
    }

    /// A process that starts after a downtime: it remembers nothing.
    fn restart(&mut self) {
        self.own_acts = own_acts(&self.agency);
        self.others_acts = own_acts(&self.other);
    }

    /// Records, answering every flag that asks for it.
    async fn act(&self, mut request: DraftRequest) -> StatementHash {
        let first = self.agency.ledger.draft(request.clone()).await.unwrap();
        request.flags = first
            .flags
            .iter()
            .map(|flag| answer(&flag.rule, Answer::Unavoidable, "Інакше не було можливо"))
            .collect();
        hash_of(&self.agency.act(request).await.unwrap()).unwrap()
    }

    async fn open_case(&self, request: DraftRequest) -> StreamId {
        let mut request = request;
        let first = self.agency.ledger.draft(request.clone()).await.unwrap();
        let unavoidable = |rule: &str| answer(rule, Answer::Unavoidable, "Інакше не можна");
        request.flags = first.flags.iter().map(|flag| unavoidable(&flag.rule)).collect();
        let draft = self.agency.draft(request).await.unwrap();
        self.agency.record_text(&draft.statement, draft.disclosures).await.unwrap();
        draft.stream
    }

    /// An act of a case: facts and legal time, signed by the clerk.
    fn of(&self, case: &StreamId, act: &str, at: &str, facts: Value) -> DraftRequest {
        DraftRequest {
            stream: Some(case.clone()),
            facts: object(facts),
            occurred_at: Some(at.parse().unwrap()),
            ..request(&self.agency.keys, act, &[Who::Clerk]).unwrap()
        }
    }

    /// The acts of a case with what became of them, and its state.
    async fn story(&self, case: &StreamId) -> (Vec<(String, ActStatus)>, String) {
        let acts = self.agency.ledger.streams().load(case).await.unwrap();
        let world = self.agency.ledger.tail().world();
        let whole = View::new(jiff::civil::Date::MAX, u64::MAX);
        let case = state(&world.laws, &acts, whole);
        let acts = case.acts.iter().map(|act| (act.act.to_owned(), act.status)).collect();
        (acts, case.state.unwrap_or_default().to_owned())
    }

    async fn timeline(&self, case: &StreamId) -> Vec<TimelineEntry> {
        self.settle().await;
        reads::timeline(self.agency.ledger.pool(), id(case)).await.unwrap().rows
    }

    /// The last recorded act of this id in a case.
    async fn hash(&self, case: &StreamId, act: &str) -> StatementHash {
        let acts = self.agency.ledger.streams().load(case).await.unwrap();
        acts.iter().rfind(|one| one.statement.act == act).unwrap().hash
    }

    async fn audit(&self) -> Report {
        self.settle().await;
        let reader = self.agency.ledger.reader();
        litopys_api::publish::publish(self.agency.ledger.pool(), reader, None).await.unwrap();
        let genesis = reader.receipt(0).await.unwrap().unwrap();
        let trust = Trust {
            origin: ORIGIN.to_owned(),
            ledger_key: PublicKey::of(&SigningKey::from_bytes(&[1; 32])),
            genesis: *litopys_domain::log::Hash::leaf(genesis.payload.as_bytes()).as_bytes(),
            witnesses: Vec::new(),
            quorum: 0,
        };
        let options = VerifyOptions::default();
        let auditor = self.database.options(Role::Auditor);
        let report = verify_all(&auditor, &trust, &options, |_, _| {}).await.unwrap();
        assert_eq!(report.findings, []);
        assert!(report.rows_compared > 0, "{:?}", report.remarks);
        report
    }

    /// A decision of forced return that was served, with the term to leave it names.
    async fn served_decision(&self, leave_by: &str) -> (StreamId, StatementHash) {
        let keys = &self.agency.keys;
        let person = self.agency.person().await.unwrap();
        let case = self.open_case(forced_return::opened(keys, &person).unwrap()).await;
        let leave_by = leave_by.parse().unwrap();
        let decision =
            self.act(forced_return::decided(keys, &case, &person, leave_by).unwrap()).await;
        self.act(forced_return::served(keys, &case, decision).unwrap()).await;
        (case, decision)
    }
}

fn id(case: &StreamId) -> Uuid {
    case.id().parse().unwrap()
}

fn count(acts: &[(String, ActStatus)], id: &str) -> usize {
    acts.iter().filter(|(act, _)| act == id).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overdue_return_is_signed_once_and_rebutted_by_a_late_departure() {
    let mut service = Service::open("2025-03-10", &["forced-return"]).await;
    let (case, _) = service.served_decision("2025-03-24").await;
    // The last day of the allowance for a departure that reaches the file late.
    service.calendar.turn_to("2025-04-03").unwrap();
    assert_eq!(service.rounds().await, Round::default());
    // Nobody ran for two months; then two processes start at once.
    service.calendar.turn_to("2025-06-01").unwrap();
    service.restart();
    let round = service.rounds().await;
    assert_eq!((round.signed, round.refused), (1, 0));
    let (acts, now) = service.story(&case).await;
    assert_eq!((count(&acts, "ReturnOverdue"), now.as_str()), (1, "overdue"));
    service.restart();
    assert_eq!(service.rounds().await.signed, 0);

    // The departure was before the end of the term.
    let overdue = service.hash(&case, "ReturnOverdue").await;
    let mut departed = service.of(&case, "DepartureConfirmed", "2025-03-23T09:00:00Z", json!({}));
    departed.author = author("R-DPSU");
    departed.concerns = vec![overdue];
    service.act(departed).await;
    let (acts, now) = service.story(&case).await;
    assert_eq!(now, "departed");
    assert!(acts.contains(&("ReturnOverdue".to_owned(), ActStatus::Rebutted)), "{acts:?}");
    service.restart();
    assert_eq!(service.rounds().await, Round::default());
    service.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_is_consent_until_an_answer_given_in_time_comes_in() {
    let mut service = Service::open("2025-02-03", &["readmission-inbound"]).await;
    let clerk = service.agency.keys.stream(Who::Clerk).unwrap();
    for role in ["R-DMS-OFF", "R-DMS-DIR"] {
        let keys = &service.agency.keys;
        let appointed = DraftRequest {
            stream: Some(clerk.clone()),
            facts: object(json!({"role": role, "office": "00", "from": "2000-01-01"})),
            ..request(keys, "OfficerAppointed", &[Who::Administrator]).unwrap()
        };
        service.agency.act(appointed).await.unwrap();
    }
    let central = |role: &str| {
        let (role, office) = (role.to_owned(), Some("00".to_owned()));
        vec![Signer { by: clerk.clone(), role, office }]
    };
    let asked = json!({"procedure": "STANDARD", "category": "OWN", "partner": "POL",
        "protocol": "IP-PL", "evidence": ["PROOF"], "citizenship": "UKR"});
    let person = service.agency.person().await.unwrap();
    let case = service
        .open_case(DraftRequest {
            procedure: Some("readmission-inbound".to_owned()),
            subjects: vec![person],
            facts: object(asked),
            author: author("R-FCA"),
            signers: central("R-DMS-OFF"),
            ..service.agency.request("ReadmissionRequested", &[]).unwrap()
        })
        .await;
    let facts = json!({"received_at": "2025-02-03T09:00:00Z"});
    let mut registered = service.of(&case, "ReadmissionRequestRegistered", "2025-02-03", facts);
    registered.signers = central("R-DMS-OFF");
    service.act(registered).await;

    // Day 14 and three days of allowance; then silence has spoken.
    service.calendar.turn_to("2025-02-20").unwrap();
    assert_eq!(service.rounds().await, Round::default());
    service.calendar.turn_to("2025-02-21").unwrap();
    let round = service.rounds().await;
    assert_eq!((round.signed, round.refused), (1, 0));
    let acts = service.agency.ledger.streams().load(&case).await.unwrap();
    let silence = &acts.last().unwrap().statement;
    assert_eq!(
        (silence.act.as_str(), silence.occurred_at.to_string()),
        ("ReadmissionDeemedAccepted", "2025-02-18".to_owned())
    );
    assert_eq!(silence.nonce.get_version_num(), 8);

    // The refusal of day 13 comes in on day 21: it names what it disproves.
    service.calendar.turn_to("2025-02-24").unwrap();
    let presumed = service.hash(&case, "ReadmissionDeemedAccepted").await;
    let facts = json!({"grounds": ["1"]});
    let mut refused = service.of(&case, "ReadmissionRefused", "2025-02-16", facts);
    refused.signers = central("R-DMS-DIR");
    refused.concerns = vec![presumed];
    refused.private = [("reasons".to_owned(), json!("Громадянство не підтверджено"))].into();
    service.act(refused).await;
    assert_eq!(service.story(&case).await.1, "refused");
    service.calendar.turn_to("2025-09-01").unwrap();
    service.restart();
    assert_eq!(service.rounds().await.signed, 0, "the consent that never was does not lapse");
    service.audit().await;
}

/// A claim against a decision, heard and granted; the judgment may be appealed until 2025-05-01.
async fn granted(service: &Service, parent: &StreamId, decision: StatementHash) -> StreamId {
    let claim = json!({"category": "D-RET", "claimant": "PERSON", "case": parent.to_string(),
        "decision": decision.to_string(), "court": "R-C1G", "route": "AP-RET",
        "learned_on": "2025-03-10"});
    let dispute = service
        .open_case(DraftRequest {
            procedure: Some("court-dispute".to_owned()),
            facts: object(claim),
            author: author("R-APP"),
            occurred_at: Some("2025-03-12".parse().unwrap()),
            ..service.agency.request("ClaimFiled", &[Who::Clerk]).unwrap()
        })
        .await;
    let facts = json!({"court_case_no": "160/5321/25", "form": "SIMPLIFIED"});
    let court = |act: &str, at: &str, facts: Value| DraftRequest {
        author: author("R-C1G"),
        ..service.of(&dispute, act, at, facts)
    };
    service.act(court("ProceedingsOpened", "2025-03-14", facts)).await;
    let stay = json!({"measure": "STAY", "instance": "FIRST"});
    service.act(court("InterimMeasureGranted", "2025-03-14", stay)).await;
    let judged = json!({"outcome": "GRANTED-FULL", "term_from": "2025-04-21", "loss": ["LS-03"]});
    service.act(court("FirstInstanceDecided", "2025-04-21", judged)).await;
    dispute
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_puts_what_the_court_decided_into_the_case_of_the_decision() {
    let mut service = Service::open("2025-03-10", &["forced-return", "court-dispute"]).await;
    let (parent, decision) = service.served_decision("2025-04-05").await;
    service.calendar.turn_to("2025-04-22").unwrap();
    let dispute = granted(&service, &parent, decision).await;
    // The stay stops the term to leave, so the return is not overdue though its day has passed.
    let round = service.rounds().await;
    assert_eq!((round.signed, round.refused), (1, 0));
    let timeline = service.timeline(&parent).await;
    let decided = timeline.iter().find(|row| row.act == "ForcedReturnDecided").unwrap();
    assert_eq!(decided.suspended_on, Some("2025-03-14".parse().unwrap()));
    service.calendar.turn_to("2025-05-11").unwrap();
    assert_eq!(service.rounds().await.signed, 0, "an appeal may still be on its way");

    // The judgment is final by the ledger's clock, and then known in the parent.
    service.calendar.turn_to("2025-06-01").unwrap();
    assert_eq!(service.rounds().await.signed, 1);
    assert_eq!(service.story(&dispute).await.1, "final");
    service.restart();
    assert_eq!(service.rounds().await.signed, 1);
    let (acts, now) = service.story(&parent).await;
    assert_eq!((count(&acts, "DecisionAnnulled"), now.as_str()), (1, "annulled"));
    service.restart();
    assert_eq!(service.rounds().await.signed, 0);
    shows_the_dispute(&service, &parent, &dispute, decision).await;
    service.audit().await;

    // An appeal was posted in time: the judgment was not final, and what was put has fallen.
    let finality = service.hash(&dispute, "JudgmentBecameFinal").await;
    let appeal = json!({"by": "DMS"});
    let mut appeal = service.of(&dispute, "AppealFiled", "2025-04-30", appeal);
    appeal.signers = vec![service.agency.keys.signer(Who::Head).unwrap()];
    appeal.concerns = vec![finality];
    service.act(appeal).await;
    let fallen = fallen(&service).await;
    assert_eq!(fallen, [id(&parent)]);
    service.audit().await;

    // Two persons take it back; the ledger does not put it once more.
    let put = service.hash(&parent, "DecisionAnnulled").await;
    let mut error = service.of(&parent, "EnteredInError", "2025-06-01", json!({}));
    error.signers =
        [Who::Clerk, Who::Head].map(|who| service.agency.keys.signer(who).unwrap()).into();
    error.concerns = vec![put];
    service.act(error).await;
    assert!(self::fallen(&service).await.is_empty());
    service.restart();
    assert_eq!(service.rounds().await.signed, 0);
    service.audit().await;
}

/// The cases in which an outcome fell, as the worklist of the office shows them.
async fn fallen(service: &Service) -> Vec<Uuid> {
    service.settle().await;
    let filter = WorklistFilter { office: Some("80".to_owned()), ..WorklistFilter::default() };
    let at = service.agency.ledger.clock().now();
    let now = Now { today: service.agency.ledger.today(&service.agency.ledger.tail().world()), at };
    let pool = service.agency.ledger.pool();
    let rows = reads::worklist(pool, &filter, now, None, 50).await.unwrap().rows;
    rows.iter().filter(|row| row.clock == "fallen-put").map(|row| row.case).collect()
}

async fn shows_the_dispute(
    service: &Service,
    parent: &StreamId,
    dispute: &StreamId,
    decision: StatementHash,
) {
    let timeline = service.timeline(parent).await;
    let put = timeline.iter().find(|row| row.act == "DecisionAnnulled").unwrap();
    let finality = service.hash(dispute, "JudgmentBecameFinal").await.to_string();
    assert_eq!(put.put_by.as_deref(), Some(finality.as_str()));
    let puts = service.timeline(dispute).await.into_iter().rfind(|row| row.puts.is_some()).unwrap();
    assert_eq!(puts.puts.unwrap()["act"], "DecisionAnnulled");
    let filter = DisputeFilter {
        category: Some("D-RET".to_owned()),
        instance: Some("FIRST".to_owned()),
        court: Some("R-C1G".to_owned()),
        outcome: Some("GRANTED-FULL".to_owned()),
        effect: Some("DecisionAnnulled".to_owned()),
        decided_case: Some(parent.to_string()),
        decision: Some(decision.to_string()),
        ..DisputeFilter::default()
    };
    let pool = service.agency.ledger.pool();
    let rows = reads::disputes(pool, &filter, None, 10).await.unwrap().rows;
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((row.case, row.court_case_no.as_deref()), (id(dispute), Some("160/5321/25")));
    let other = DisputeFilter { category: Some("D-ADM".to_owned()), ..filter };
    assert!(reads::disputes(pool, &other, None, 10).await.unwrap().rows.is_empty());
}
