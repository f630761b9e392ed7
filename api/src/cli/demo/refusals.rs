//! Step 3: what cannot be true or trusted is refused, and the ledger says why.

use anyhow::bail;
use litopys_api::draft::DraftRequest;
use litopys_api::record::SignedAct;
use litopys_domain::act::SignedBy;
use litopys_domain::ids::StreamId;
use litopys_domain::keys::sign_statement;
use litopys_domain::statement::Statement;
use serde_json::{Value, json};

use super::people::{Person, about};
use super::stage::{Stage, object, request};
use crate::cli::act::{draft, submit};
use crate::cli::out::say;

/// Tries four acts; answers with the problem types that came.
pub(super) fn run(stage: &Stage, closed: &StreamId) -> anyhow::Result<Vec<String>> {
    let clerk = stage.person("clerk")?;
    let note = || note_in(closed, clerk);
    let mut forged = signed(stage, clerk, &note())?;
    if let Some(signed) = forged.signatures.first_mut() {
        signed.signature.0[0] ^= 1;
    }
    // Signed together with a colleague, who hands it in: a leaver's own token is refused already.
    let leaver = stage.person("leaver")?;
    let mut together = note();
    together.signers.push(leaver.signer());
    let mut revoked = signed(stage, clerk, &together)?;
    revoked.signatures.push(signature(leaver, &revoked.statement));
    revoke(stage, leaver)?;
    let impossible = signed(stage, stage.person("head")?, &decision_in(stage, closed)?)?;
    let elsewhere = for_another_ledger(signed(stage, clerk, &note())?, clerk)?;
    let tries = [
        ("a forged signature", clerk, forged, "forged-signature"),
        ("an officer whose key was revoked", clerk, revoked, "key-ended"),
        (
            "a decision in a case that is over",
            stage.person("head")?,
            impossible,
            "impossible-transition",
        ),
        ("a statement signed for another ledger", clerk, elsewhere, "another-ledger"),
    ];
    let mut types = Vec::new();
    for (what, who, act, code) in tries {
        types.push(refused(stage, what, who, &act, code)?);
    }
    Ok(types)
}

fn refused(
    stage: &Stage,
    what: &str,
    who: &Person,
    act: &SignedAct,
    code: &str,
) -> anyhow::Result<String> {
    let client = stage.actor(who, "case:write")?.client;
    let (status, problem) = client.post_act(act)?;
    if status < 400 {
        bail!("{what} was recorded");
    }
    let kind = problem["type"].as_str().unwrap_or_default().to_owned();
    let codes: Vec<_> = std::iter::once(kind.as_str())
        .chain(
            problem["violations"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|v| v["code"].as_str()),
        )
        .collect();
    if !codes.iter().any(|found| found.contains(code)) {
        bail!("{what} was refused for another reason than {code}: {problem}");
    }
    say!("  {what}");
    say!("    {status} {kind}: {}", reason(&problem));
    Ok(kind)
}

fn reason(problem: &Value) -> &str {
    let first = &problem["violations"][0]["detail"];
    first.as_str().or(problem["detail"].as_str()).unwrap_or_default()
}

/// Signs what the ledger drafts, whatever it says against it.
fn signed(stage: &Stage, who: &Person, request: &DraftRequest) -> anyhow::Result<SignedAct> {
    let actor = stage.actor(who, "case:write case:read")?;
    let drafted = draft(&actor.client, request)?;
    let signatures = vec![signature(who, &drafted.statement)];
    Ok(SignedAct { statement: drafted.statement, signatures, disclosures: drafted.disclosures })
}

fn signature(who: &Person, text: &str) -> SignedBy {
    let signature = sign_statement(&who.key, text);
    SignedBy { key: who.public().thumbprint(), signature }
}

fn for_another_ledger(act: SignedAct, who: &Person) -> anyhow::Result<SignedAct> {
    let mut statement = Statement::parse(&act.statement)?;
    "ledger.example/another".clone_into(&mut statement.ledger);
    let text = statement.to_text();
    let signatures = vec![signature(who, &text)];
    Ok(SignedAct { statement: text, signatures, ..act })
}

fn revoke(stage: &Stage, leaver: &Person) -> anyhow::Result<()> {
    let administrator = stage.administrator()?;
    let facts = json!({"key": leaver.public().thumbprint(), "reason": "LEFT"});
    let actor = stage.actor(administrator, "admin case:read")?;
    let act = actor.sign(&about(leaver, administrator, "KeyRevoked", facts), &[])?;
    submit(&actor.client, &act).map(|_| ())
}

fn note_in(case: &StreamId, who: &Person) -> DraftRequest {
    DraftRequest {
        stream: Some(case.clone()),
        private: [("note".to_owned(), json!("перевірка"))].into(),
        ..request("NoteAdded", who)
    }
}

fn decision_in(stage: &Stage, case: &StreamId) -> anyhow::Result<DraftRequest> {
    let leave_by = stage.today.checked_add(jiff::Span::new().days(14))?;
    let facts = json!({"leave_by": leave_by, "ground": "1", "minor": false, "country": "GEO",
        "art31_cleared": true});
    let head = stage.person("head")?;
    Ok(DraftRequest {
        stream: Some(case.clone()),
        facts: object(facts),
        ..request("ForcedReturnDecided", head)
    })
}
