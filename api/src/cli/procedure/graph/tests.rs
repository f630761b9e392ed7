use std::collections::BTreeSet;

use super::places::BOX_WIDTH;
use super::*;

fn law(id: &str, on: &str) -> Law {
    edition_of(&law_files::read(None).unwrap(), id, on.parse().unwrap()).unwrap()
}

#[test]
fn forced_return_as_a_picture() {
    insta::assert_snapshot!(draw(&law("forced-return", "2025-03-01"), Lang::En));
}

#[test]
fn transit_in_ukrainian() {
    insta::assert_snapshot!(draw(&law("transit-request", "2025-03-01"), Lang::Uk));
}

/// Every state and every act that moves a case is drawn, no two boxes lie on each other, and every
/// line begins and ends at a box.
#[test]
fn pictures_of_all_procedures_hold_together() {
    let book = law_files::read(None).unwrap();
    for id in book.procedures() {
        let last = *book.edition_dates(id).last().unwrap();
        let law = book.law(id, last).unwrap();
        let picture = picture::Picture::of(&law, Lang::En);
        let drawn: BTreeSet<&str> =
            picture.nodes.iter().flat_map(|node| &node.ids).map(String::as_str).collect();
        assert!(law.states.keys().all(|state| drawn.contains(state.as_str())), "{id}");
        for act in law.acts.values().filter(|act| act.engine.is_none()) {
            let moves = act.targets().next().is_some();
            assert!(!moves || drawn.contains(act.id.as_str()), "{id} {}", act.id);
        }
        let plan = places::Plan::of(&picture);
        let boxes = &plan.spots[..picture.nodes.len()];
        for (index, one) in boxes.iter().enumerate() {
            for other in &boxes[index + 1..] {
                let beside = (one.x - other.x).abs() >= BOX_WIDTH;
                let above =
                    one.top + one.height <= other.top || other.top + other.height <= one.top;
                assert!(beside || above, "{id}: {one:?} {other:?}");
            }
        }
        assert_eq!(plan.lines.len(), picture.edges.len(), "{id}");
        for line in &plan.lines {
            let ends = [line.through.first(), line.through.last()];
            assert!(ends.iter().flatten().all(|node| **node < picture.nodes.len()), "{id}");
        }
    }
}
