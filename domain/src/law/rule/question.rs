//! What a rule may ask about the act it judges, its case and its subjects' other cases.

use std::fmt;

use crate::law::value::Type;

/// The pseudo list of a procedure's states, so that `case.state == "decided"` is checked.
pub const STATES: &str = "STATES";

/// One thing a rule asks for. Its `Display` is how rules and examples write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// An open field of this act.
    Fact {
        name: String,
        ty: Type,
        optional: bool,
    },
    /// An open field of the latest such act of this case not after this one.
    FactOf {
        act: String,
        name: String,
        ty: Type,
    },
    /// A sealed field of this act; only whether it is there.
    Sealed(String),
    ActDate,
    ActInstant,
    ActOffice,
    ActSource,
    AuthorRole,
    AuthorBody,
    AuthorReference,
    SignerRoles,
    SignerOffices,
    /// The state before this act.
    CaseState,
    OpenedDate,
    OpenedOffice,
    /// When a running clock is due, as it stood before this act.
    ClockDue(String),
    Subjects,
    Evidence,
    Recorded(String),
    DateOf(String),
    /// The moment of the latest such act; absent where only its day is known.
    InstantOf(String),
    RecordedOn(String),
    Times(String),
    SameSigner(String),
    /// Whether the latest such act stands: no court annulled, changed or suspended it last.
    InForce(String),
    /// The day from which the detention would have run without gaps (CNT-6).
    HeldSince {
        procedure: String,
        start: String,
        end: String,
    },
    SubjectOpen(String),
    SubjectHas {
        procedure: String,
        states: Vec<String>,
    },
    SubjectTermOpen {
        procedure: String,
        states: Vec<String>,
        clock: String,
    },
    SubjectRecorded {
        procedure: String,
        act: String,
    },
}

impl Question {
    /// What an answer holds.
    pub fn ty(&self) -> Type {
        match self {
            Self::Fact { ty, .. } | Self::FactOf { ty, .. } => ty.clone(),
            Self::ActDate
            | Self::OpenedDate
            | Self::ClockDue(_)
            | Self::DateOf(_)
            | Self::HeldSince { .. }
            | Self::RecordedOn(_) => Type::Date,
            Self::ActInstant | Self::InstantOf(_) => Type::Instant,
            Self::ActSource => Type::Code("CL-SOURCE".to_owned()),
            Self::AuthorRole => Type::Code("CL-ROLE".to_owned()),
            Self::SignerRoles => Type::List(Box::new(Type::Code("CL-ROLE".to_owned()))),
            Self::CaseState => Type::Code(STATES.to_owned()),
            Self::SignerOffices => Type::List(Box::new(Type::Text)),
            Self::Subjects | Self::Evidence => Type::List(Box::new(Type::Ref)),
            Self::ActOffice | Self::OpenedOffice | Self::AuthorBody | Self::AuthorReference => {
                Type::Text
            }
            Self::Times(_) => Type::Int,
            Self::Sealed(_)
            | Self::Recorded(_)
            | Self::SameSigner(_)
            | Self::InForce(_)
            | Self::SubjectOpen(_)
            | Self::SubjectHas { .. }
            | Self::SubjectTermOpen { .. }
            | Self::SubjectRecorded { .. } => Type::Bool,
        }
    }

    /// Whether there may be no answer, so that a rule must ask `has(…)` first.
    pub fn is_optional(&self) -> bool {
        match self {
            Self::Fact { optional, .. } => *optional,
            Self::FactOf { .. }
            | Self::Sealed(_)
            | Self::ActOffice
            | Self::AuthorRole
            | Self::AuthorBody
            | Self::AuthorReference
            | Self::OpenedOffice
            | Self::ClockDue(_)
            | Self::DateOf(_)
            | Self::InstantOf(_)
            | Self::HeldSince { .. }
            | Self::RecordedOn(_) => true,
            _ => false,
        }
    }

    /// Whether it looks at other cases of the subjects.
    pub fn asks_other_cases(&self) -> bool {
        matches!(
            self,
            Self::HeldSince { .. }
                | Self::SubjectOpen(_)
                | Self::SubjectHas { .. }
                | Self::SubjectTermOpen { .. }
                | Self::SubjectRecorded { .. }
        )
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fact { name, .. } => write!(f, "facts.{name}"),
            Self::FactOf { act, name, .. } => write!(f, "facts({act}).{name}"),
            Self::Sealed(name) => write!(f, "sealed.{name}"),
            Self::ActDate => f.write_str("act.date"),
            Self::ActInstant => f.write_str("act.instant"),
            Self::ActOffice => f.write_str("act.office"),
            Self::ActSource => f.write_str("act.source"),
            Self::AuthorRole => f.write_str("author.role"),
            Self::AuthorBody => f.write_str("author.body"),
            Self::AuthorReference => f.write_str("author.reference"),
            Self::SignerRoles => f.write_str("signers.role"),
            Self::SignerOffices => f.write_str("signers.office"),
            Self::CaseState => f.write_str("case.state"),
            Self::OpenedDate => f.write_str("opened.date"),
            Self::OpenedOffice => f.write_str("opened.office"),
            Self::ClockDue(id) => write!(f, "clock.{id}.due"),
            Self::Subjects => f.write_str("subjects"),
            Self::Evidence => f.write_str("evidence"),
            Self::Recorded(act) => write!(f, "recorded({act})"),
            Self::DateOf(act) => write!(f, "date_of({act})"),
            Self::InstantOf(act) => write!(f, "instant_of({act})"),
            Self::RecordedOn(act) => write!(f, "recorded_on({act})"),
            Self::Times(act) => write!(f, "times({act})"),
            Self::SameSigner(act) => write!(f, "same_signer({act})"),
            Self::InForce(act) => write!(f, "in_force({act})"),
            Self::HeldSince { procedure, start, end } => {
                write!(f, "held_since(\"{procedure}\", {start}, {end})")
            }
            Self::SubjectOpen(procedure) => write!(f, "subject_open(\"{procedure}\")"),
            Self::SubjectHas { procedure, .. } => write!(f, "subject_has(\"{procedure}\")"),
            Self::SubjectTermOpen { procedure, .. } => {
                write!(f, "subject_term_open(\"{procedure}\")")
            }
            Self::SubjectRecorded { procedure, act } => {
                write!(f, "subject_recorded(\"{procedure}\", {act})")
            }
        }
    }
}
