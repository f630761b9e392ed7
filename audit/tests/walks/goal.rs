//! Which acts bring a case nearer to acts that no walk has taken yet.

use std::collections::{BTreeMap, BTreeSet};

use litopys_domain::law::engine::EngineAct;
use litopys_domain::law::file::ActKind;
use litopys_domain::law::fold::CaseState;
use litopys_domain::law::model::{ActLaw, ClockLaw, From, Law};

/// An act worth taking, and for an engine act what it should concern.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Lead {
    pub act: String,
    pub of: Option<String>,
}

impl Lead {
    fn to(act: &str) -> Self {
        Self { act: act.to_owned(), of: None }
    }
}

/// The wanted acts themselves, and then what leads towards them from where the case stands.
pub(crate) fn leads(law: &Law, case: &CaseState<'_>, wanted: &BTreeSet<String>) -> [Vec<Lead>; 2] {
    let goals: Vec<&ActLaw> = wanted.iter().filter_map(|id| law.act(id)).collect();
    let hits = goals.iter().map(|act| Lead::to(&act.id)).collect();
    if goals.is_empty() {
        return [hits, Vec::new()];
    }
    let mut ways: BTreeSet<Lead> = BTreeSet::new();
    if case.is_out_of_order {
        ways.insert(Lead::to(EngineAct::StateDetermined.id()));
    } else if case.is_closed {
        ways.insert(Lead::to(EngineAct::Reopened.id()));
    }
    ways.extend(goals.iter().filter_map(|act| before(act.engine?)).map(|act| Lead::to(act.id())));
    for act in goals.iter().filter(|act| act.kind == ActKind::Service) {
        ways.extend(starts(law, case, &act.id));
    }
    ways.extend(steps(law, case, &goals));
    [hits, ways.into_iter().collect()]
}

/// What an engine act needs to have something to be about.
fn before(engine: EngineAct) -> Option<EngineAct> {
    use EngineAct as E;
    Some(match engine {
        E::StopLifted | E::StopOverridden => E::Stopped,
        E::SuspensionLifted => E::DecisionSuspended,
        E::TransferReceived => E::Transferred,
        E::Unlinked => E::Linked,
        E::Reopened => E::Closed,
        _ => return None,
    })
}

/// What starts the terms that fire a service act, unless one of them runs already.
fn starts(law: &Law, case: &CaseState<'_>, act: &str) -> Vec<Lead> {
    let fires = |clock: &ClockLaw| clock.fires.as_deref() == Some(act);
    if case.clocks.iter().any(|clock| clock.is_running() && fires(clock.law)) {
        return Vec::new();
    }
    let clocks = law.clocks.iter().filter(|clock| fires(clock));
    let ways = clocks.flat_map(ClockLaw::start_ways);
    let held = ways.filter(|way| way.on.of.as_ref().is_none_or(|of| holds(case, of)));
    held.map(|way| Lead { act: way.on.act.clone(), of: way.on.of.clone() }).collect()
}

/// The first steps of the shortest ways to states in which a goal is possible.
fn steps(law: &Law, case: &CaseState<'_>, goals: &[&ActLaw]) -> Vec<Lead> {
    let moves = moves(law, case);
    let mut far: BTreeMap<&str, usize> = BTreeMap::new();
    for act in goals.iter().filter(|act| act.engine.is_none()) {
        far.extend(possible_in(law, act).into_iter().map(|state| (state, 0)));
    }
    loop {
        let mut nearer = Vec::new();
        for one in &moves {
            let Some(distance) = far.get(one.to).map(|to| to + 1) else { continue };
            let from = one.from.iter().filter(|from| far.get(**from).is_none_or(|d| *d > distance));
            nearer.extend(from.map(|from| (*from, distance)));
        }
        if nearer.is_empty() {
            break;
        }
        for (state, distance) in nearer {
            let known = far.entry(state).or_insert(distance);
            *known = distance.min(*known);
        }
    }
    let here = case.state.map_or(Some(usize::MAX), |state| far.get(state).copied());
    let here = here.unwrap_or(usize::MAX);
    let is_way = |one: &&Move<'_>| {
        let fits = case.state.map_or(one.opens, |state| one.from.contains(&state));
        fits && far.get(one.to).is_some_and(|to| *to < here)
    };
    moves.iter().filter(is_way).map(|one| one.lead.clone()).collect()
}

/// One way an act moves a case.
struct Move<'l> {
    lead: Lead,
    opens: bool,
    from: Vec<&'l str>,
    to: &'l str,
}

fn moves<'l>(law: &'l Law, case: &CaseState<'_>) -> Vec<Move<'l>> {
    let mut moves = Vec::new();
    for act in law.acts.values().filter(|act| act.engine.is_none()) {
        for way in act.ways() {
            let mut from = possible_in(law, act);
            // A way that is open in one state only leads nowhere from the others.
            if let Some(when) = way.when.filter(|when| when.contains("case.state ==")) {
                from.retain(|state| when.contains(&format!("case.state == \"{state}\"")));
            }
            moves.push(Move { lead: Lead::to(&act.id), opens: act.opens, from, to: way.to });
        }
    }
    for way in law.engine_ways() {
        if !way.of.is_none_or(|of| holds(case, of)) {
            continue;
        }
        let lead = Lead { act: way.act.to_owned(), of: way.of.map(str::to_owned) };
        let all = || law.states.keys().map(String::as_str).collect();
        let from = way.from.map_or_else(all, |from| from.iter().map(String::as_str).collect());
        moves.push(Move { lead, opens: false, from, to: way.to });
    }
    moves
}

/// Whether the case has such an act for an engine act to concern.
fn holds(case: &CaseState<'_>, act: &str) -> bool {
    case.acts.iter().any(|one| one.is_effective() && one.acts_as() == act)
}

fn possible_in<'l>(law: &'l Law, act: &'l ActLaw) -> Vec<&'l str> {
    match &act.from {
        From::Any => {
            let states = law.states.iter().filter(|(_, state)| !state.is_final);
            states.map(|(id, _)| id.as_str()).collect()
        }
        From::States(states) => states.iter().map(String::as_str).collect(),
    }
}
