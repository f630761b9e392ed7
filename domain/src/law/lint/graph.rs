//! States that nothing leads to, states that nothing leaves, acts that nobody may sign.

use std::collections::BTreeSet;

use crate::law::{
    file::ActKind,
    model::{ActLaw, ClockLaw, From, Law},
    node::Node,
    problem::Problem,
};

pub(super) fn check(file: &str, root: &Node, law: &Law) -> Vec<Problem> {
    let mut problems = Vec::new();
    let reached = reachable(law);
    for (state, details) in &law.states {
        let at = root.nearest(&["states", state]).at;
        if !reached.contains(state.as_str()) {
            let message = format!("nothing leads to the state `{state}` from an opening act");
            let hint = "let an act lead `to` it, or map an engine act to it under `on`";
            problems.push(Problem::new(file, at, message).hint(hint));
        }
        if !details.is_final && !is_left(law, state) {
            let message = format!("nothing leaves the state `{state}`, and it is not final");
            problems.push(Problem::new(file, at, message).hint("add an act or `final: true`"));
        }
    }
    for act in law.acts.values().filter(|act| act.engine.is_none()) {
        let at = root.nearest(&["acts", &act.id]).at;
        if let Some(message) = nobody_signs(law, act) {
            let hint = "name roles in `signed_by`, or in `on_behalf_of` and `recorded_by`";
            problems.push(Problem::new(file, at, message).hint(hint));
        }
        if !act.opens && act.from == From::States(Vec::new()) {
            let message = format!("{} is possible in no state", act.id);
            problems.push(Problem::new(file, at, message).hint("give `from`, or `opened_by` it"));
        }
        let stops = |clock: &ClockLaw| clock.stops.iter().any(|stop| stop.on.act == act.id);
        if act.in_time_by.is_some() && !law.clocks.iter().any(stops) {
            let at = root.nearest(&["acts", &act.id, "in_time_by"]).at;
            let message = format!("{} stops no clock that it could be in time for", act.id);
            problems.push(Problem::new(file, at, message).hint("leave `in_time_by` out"));
        }
        if act.kind == ActKind::Decision && act.basis.is_empty() {
            let message = format!("{} names no legal basis", act.id);
            problems.push(Problem::new(file, at, message).hint("such as `basis: \"L3773:26\"`"));
        }
    }
    problems
}

/// States reached from the opening acts; attested records, which may open in any state, do not
/// count.
fn reachable(law: &Law) -> BTreeSet<&str> {
    let mut reached: BTreeSet<&str> = law
        .acts
        .values()
        .filter(|act| act.opens && act.engine.is_none())
        .flat_map(ActLaw::targets)
        .collect();
    loop {
        let before = reached.len();
        for act in law.acts.values().filter(|act| act.engine.is_none()) {
            let possible = match &act.from {
                From::Any => reached.iter().any(|state| !law.is_final(state)),
                From::States(states) => states.iter().any(|s| reached.contains(s.as_str())),
            };
            if possible {
                reached.extend(act.targets());
            }
        }
        for moved in law.on.values().flatten() {
            let possible = match &moved.from {
                None => !reached.is_empty(),
                Some(from) => from.iter().any(|state| reached.contains(state.as_str())),
            };
            if possible {
                reached.insert(&moved.to);
            }
        }
        if reached.len() == before {
            return reached;
        }
    }
}

fn is_left(law: &Law, state: &str) -> bool {
    let by_act = law.acts.values().any(|act| {
        let possible = match &act.from {
            From::Any => true,
            From::States(states) => states.iter().any(|s| s == state),
        };
        possible && act.targets().any(|target| target != state)
    });
    // An act that opens a case moves none that is open.
    let opens = |act: &str| law.act(act).is_some_and(|act| act.opens);
    let mut moves = law.on.iter().filter(|(act, _)| !opens(act)).flat_map(|(_, moves)| moves);
    by_act
        || moves.any(|moved| {
            let possible = match &moved.from {
                Some(from) => from.iter().any(|s| s == state),
                None => moved.of.is_none(),
            };
            possible && moved.to != state
        })
}

fn nobody_signs(law: &Law, act: &ActLaw) -> Option<String> {
    let id = &act.id;
    let fired = law.clocks.iter().any(|clock| clock.fires.as_ref() == Some(id));
    match act.kind {
        ActKind::Service if !fired && act.services.is_empty() => {
            Some(format!("no clock fires {id} and no service may sign it"))
        }
        ActKind::Service => None,
        ActKind::External if act.on_behalf_of.is_empty() => {
            Some(format!("{id} is external and recorded for nobody"))
        }
        ActKind::External if act.recorded_by.is_empty() && act.services.is_empty() => {
            Some(format!("nobody may record {id}"))
        }
        _ if act.signed_by.is_empty() && act.on_behalf_of.is_empty() => {
            Some(format!("nobody may sign {id}"))
        }
        _ if act.recorded_by.is_empty() && act.services.is_empty() => {
            Some(format!("nobody may record {id}"))
        }
        _ => None,
    }
}
