//! Whole cases signed beforehand: each act names the one before by its hash, so a client can sign
//! all twelve before the first is recorded.

use std::collections::BTreeMap;

use jiff::civil::Date;
use litopys_api::clock;
use litopys_api::record::SignedAct;
use litopys_domain::ids::{ContentHash, StatementHash, StreamId};
use litopys_domain::legal_time::LegalTime;
use litopys_domain::sealed::Disclosure;
use litopys_domain::statement::{
    Author, Evidence, EvidenceUse, LawRef, Signer, Statement, VERSION,
};
use serde_json::{Value, json};

use crate::agency::{Keys, ORIGIN, Who, object};

/// Acts of a whole case.
pub const ACTS: usize = 12;

/// What all cases of one batch share.
#[derive(Debug, Clone)]
pub struct Shared<'k> {
    pub keys: &'k Keys,
    pub law: LawRef,
    pub today: Date,
    pub now: jiff::Timestamp,
    clerk: Signer,
    head: Signer,
}

impl<'k> Shared<'k> {
    pub fn new(
        keys: &'k Keys,
        law: LawRef,
        today: Date,
        now: jiff::Timestamp,
    ) -> anyhow::Result<Self> {
        let (clerk, head) = (keys.signer(Who::Clerk)?, keys.signer(Who::Head)?);
        Ok(Self { keys, law, today, now, clerk, head })
    }
}

/// Signs one act after another for a single case.
struct Chain<'s, 'k> {
    shared: &'s Shared<'k>,
    stream: StreamId,
    person: StreamId,
    seen: Option<StatementHash>,
    acts: Vec<SignedAct>,
}

/// What differs between the acts.
struct Link {
    act: &'static str,
    by_head: bool,
    instant: bool,
    facts: Value,
    private: Option<(&'static str, &'static str)>,
    concerns: Option<StatementHash>,
    evidence: bool,
    author: Option<&'static str>,
}

impl Link {
    fn new(act: &'static str, facts: Value) -> Self {
        Self {
            act,
            by_head: false,
            instant: false,
            facts,
            private: None,
            concerns: None,
            evidence: false,
            author: None,
        }
    }
}

/// A case of forced return with its twelve acts, signed, in order.
pub fn forced_return(shared: &Shared<'_>, person: &StreamId) -> anyhow::Result<Vec<SignedAct>> {
    let mut chain = Chain {
        shared,
        stream: StreamId::case(clock::new_id()),
        person: person.clone(),
        seen: None,
        acts: Vec::with_capacity(ACTS),
    };
    let officer = json!({"officer": shared.keys.stream(Who::Clerk)?});
    let opened =
        json!({"violation": "1", "country": "GEO", "asylum_asked": false, "art31_assessed": true});
    let assessment = Some(("art31_assessment", "Підстав за статтею 31 не виявлено"));
    let note = Some(("note", "Зателефоновано"));
    chain.sign(Link { private: assessment, ..Link::new("ReturnMaterialsCollected", opened) })?;
    chain.sign(Link { private: note, ..Link::new("NoteAdded", json!({})) })?;
    chain.sign(Link::new("Assigned", officer.clone()))?;
    let decision = chain.sign(Link { by_head: true, instant: true, ..decided(shared)? })?;
    chain.sign(Link { instant: true, ..Link::new("ProsecutorNotifiedOfReturn", json!({})) })?;
    let served = json!({"channel": "in-person", "appeal_explained": true});
    chain.sign(Link { concerns: Some(decision), ..Link::new("LetterServed", served) })?;
    let cancelled = json!({"visa_cancelled": true, "ban_marked": true});
    chain.sign(Link::new("StayDocumentsCancelled", cancelled))?;
    let undertaking = Link::new("UndertakingSigned", json!({"signed": true}));
    chain.sign(Link { author: Some("R-APP"), ..undertaking })?;
    chain.sign(Link { evidence: true, ..Link::new("DocumentAttached", json!({})) })?;
    chain.sign(Link::new("Assigned", officer))?;
    chain.sign(Link { private: note, ..Link::new("NoteAdded", json!({})) })?;
    chain.sign(Link { evidence: true, ..Link::new("DocumentAttached", json!({})) })?;
    Ok(chain.acts)
}

fn decided(shared: &Shared<'_>) -> anyhow::Result<Link> {
    let leave_by = shared.today.checked_add(jiff::Span::new().days(14))?;
    let facts = json!({
        "leave_by": leave_by,
        "ground": "1",
        "minor": false,
        "country": "GEO",
        "citizenship": "GEO",
        "art31_cleared": true,
        "decision_no": "8011000000000123",
    });
    Ok(Link::new("ForcedReturnDecided", facts))
}

impl Chain<'_, '_> {
    fn sign(&mut self, link: Link) -> anyhow::Result<StatementHash> {
        let shared = self.shared;
        let mut sealed = BTreeMap::new();
        let mut disclosures = Vec::new();
        if let Some((field, value)) = link.private {
            let disclosure = Disclosure::new(clock::random()?, field, value.into());
            sealed.insert(field.to_owned(), disclosure.digest());
            disclosures.push(disclosure.text().to_owned());
        }
        let document = ContentHash::of(self.stream.id().as_bytes());
        let statement = Statement {
            version: VERSION.to_owned(),
            ledger: ORIGIN.to_owned(),
            stream: self.stream.clone(),
            seen: self.seen,
            nonce: clock::new_id(),
            act: link.act.to_owned(),
            law: Some(shared.law.clone()),
            subjects: vec![self.person.clone()],
            facts: object(link.facts),
            sealed,
            concerns: link.concerns.into_iter().collect(),
            evidence: link
                .evidence
                .then_some(Evidence { document, used: EvidenceUse::ReliedOn })
                .into_iter()
                .collect(),
            instrument: None,
            basis: vec!["L3773:26(1)".to_owned()],
            flags: Vec::new(),
            occurred_at: if link.instant {
                LegalTime::Instant(jiff::Timestamp::from_second(shared.now.as_second())?)
            } else {
                LegalTime::Date(shared.today)
            },
            source: "NATIVE".to_owned(),
            author: link.author.map(|role| Author {
                role: role.to_owned(),
                body: None,
                reference: None,
            }),
            signers: vec![if link.by_head { shared.head.clone() } else { shared.clerk.clone() }],
        };
        let text = statement.to_text();
        let hash = StatementHash::of(text.as_bytes());
        let signatures = shared.keys.sign(&text)?;
        self.acts.push(SignedAct { statement: text, signatures, disclosures });
        self.seen = Some(hash);
        Ok(hash)
    }
}

/// The law of forced return that an act of today must cite.
pub fn law_today(agency: &crate::agency::Agency) -> anyhow::Result<LawRef> {
    let world = agency.ledger.tail().world();
    let today = agency.ledger.today(&world);
    let package = world.laws.in_force("forced-return", today, u64::MAX);
    let package = package.ok_or_else(|| anyhow::anyhow!("forced return is not published"))?;
    Ok(LawRef {
        procedure: package.law.procedure.clone(),
        edition: package.law.edition,
        package: package.hash,
    })
}
