//! A service with its ledger's own acts: two processes on one database, one shared calendar, real
//! projections, the auditor.

use std::collections::BTreeSet;
use std::time::Duration;

use litopys_api::draft::DraftRequest;
use litopys_api::own_acts::{OwnActs, Round};
use litopys_audit::{Report, VerifyOptions, verify_all};
use litopys_domain::act::Act;
use litopys_domain::ids::{StatementHash, StreamId};
use litopys_domain::law::fold::{ActStatus, View, state};
use litopys_migrations::Role;
use litopys_migrations::testing::{TestDatabase, database};
use litopys_projections::reads::{self, DefectFilter, TimelineEntry};
use litopys_projections::{Runner, RunnerOptions};
use litopys_tests::agency::{Agency, Who, author, hash_of, object, request};
use litopys_tests::calendar::Calendar;
use litopys_tests::forced_return;
use litopys_tests::installed::trust_in;
use serde_json::{Value, json};
use sqlx::types::Uuid;

const PATIENCE: Duration = Duration::from_secs(20);

/// Two processes on one database, and the projector.
pub(crate) struct Service {
    pub(crate) database: TestDatabase,
    pub(crate) calendar: Calendar,
    pub(crate) agency: Agency,
    own_acts: OwnActs,
    other: Agency,
    others_acts: OwnActs,
    _projections: Runner,
}

fn own_acts(agency: &Agency) -> OwnActs {
    OwnActs::new(agency.ledger.clone(), agency.keys.ledger.clone())
}

impl Service {
    pub(crate) async fn open(day: &str, procedures: &'static [&'static str]) -> Self {
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
    pub(crate) async fn settle(&self) -> u64 {
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
    pub(crate) async fn rounds(&mut self) -> Round {
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
    pub(crate) fn restart(&mut self) {
        self.own_acts = own_acts(&self.agency);
        self.others_acts = own_acts(&self.other);
    }

    /// Records, answering every flag that asks for it.
    pub(crate) async fn act(&self, request: DraftRequest) -> StatementHash {
        hash_of(&self.agency.act_answering(request).await.unwrap()).unwrap()
    }

    pub(crate) async fn open_case(&self, request: DraftRequest) -> StreamId {
        let recorded = self.agency.act_answering(request).await.unwrap();
        Act::from_payload(&recorded.receipt.payload).unwrap().statement().stream.clone()
    }

    /// An act of a case: facts and legal time, signed by the clerk.
    pub(crate) fn of(&self, case: &StreamId, act: &str, at: &str, facts: Value) -> DraftRequest {
        DraftRequest {
            stream: Some(case.clone()),
            facts: object(facts),
            occurred_at: Some(at.parse().unwrap()),
            ..request(&self.agency.keys, act, &[Who::Clerk]).unwrap()
        }
    }

    /// The acts of a case with what became of them, and its state.
    pub(crate) async fn story(&self, case: &StreamId) -> (Vec<(String, ActStatus)>, String) {
        let acts = self.agency.ledger.streams().load(case).await.unwrap();
        let world = self.agency.ledger.tail().world();
        let whole = View::new(jiff::civil::Date::MAX, u64::MAX);
        let case = state(&world.laws, &acts, whole);
        let acts = case.acts.iter().map(|act| (act.act.to_owned(), act.status)).collect();
        (acts, case.state.unwrap_or_default().to_owned())
    }

    pub(crate) async fn timeline(&self, case: &StreamId) -> Vec<TimelineEntry> {
        self.settle().await;
        reads::timeline(self.agency.ledger.pool(), id(case)).await.unwrap().rows
    }

    /// The last recorded act of this id in a case.
    pub(crate) async fn hash(&self, case: &StreamId, act: &str) -> StatementHash {
        let acts = self.agency.ledger.streams().load(case).await.unwrap();
        acts.iter().rfind(|one| one.statement.act == act).unwrap().hash
    }

    /// What the auditor says once the read models know the whole log.
    pub(crate) async fn report(&self) -> Report {
        self.settle().await;
        let reader = self.agency.ledger.reader();
        litopys_api::publish::publish(self.agency.ledger.pool(), reader, None).await.unwrap();
        let trust = trust_in(&self.agency).await.unwrap();
        let options = VerifyOptions::default();
        let auditor = self.database.options(Role::Auditor);
        let report = verify_all(&auditor, &trust, &options, |_, _| {}).await.unwrap();
        assert!(report.rows_compared > 0, "{:?}", report.remarks);
        report
    }

    pub(crate) async fn audit(&self) {
        assert_eq!(self.report().await.findings, []);
        self.compare_defects().await;
    }

    /// What stands against cases by the read models is what stands by the events, but for what only
    /// an auditor finds.
    async fn compare_defects(&self) {
        let on = Some(jiff::civil::date(2100, 1, 1));
        let mut listed = BTreeSet::new();
        let (filter, mut after) = (DefectFilter { on, ..DefectFilter::default() }, None::<String>);
        loop {
            let pool = self.agency.ledger.pool();
            let page = reads::defects(pool, &filter, after.as_deref(), 100).await.unwrap();
            for one in page.rows {
                let stream = StreamId::case(one.case).to_string();
                listed.insert((stream, one.statement, one.rule, one.severity, one.since));
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let auditor = self.database.options(Role::Auditor);
        let report = litopys_audit::defects::defects(&auditor, None, on).await.unwrap();
        let mut told = BTreeSet::new();
        for case in report.cases {
            for one in case.defects {
                let severity = format!("{:?}", one.severity);
                let statement = one.statement.to_string();
                told.insert((case.case.to_string(), statement, one.rule, severity, one.since));
            }
        }
        let own = litopys_audit::defects::OWN;
        for defects in [&mut listed, &mut told] {
            defects.retain(|(_, _, rule, _, _)| !own.contains(&rule.as_str()));
        }
        assert_eq!(listed, told);
    }

    /// A decision of forced return that was served, with the term to leave it names.
    pub(crate) async fn served_decision(&self, leave_by: &str) -> (StreamId, StatementHash) {
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

pub(crate) fn id(case: &StreamId) -> Uuid {
    case.id().parse().unwrap()
}

pub(crate) fn count(acts: &[(String, ActStatus)], id: &str) -> usize {
    acts.iter().filter(|(act, _)| act == id).count()
}

/// A claim against a decision, heard and granted; the judgment may be appealed until 2025-05-01.
pub(crate) async fn granted(
    service: &Service,
    parent: &StreamId,
    decision: StatementHash,
) -> StreamId {
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
