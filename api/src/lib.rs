//! The only writer of the ledger: REST, authentication, the append path and the command `litopys`.

pub mod append;
pub mod clock;
pub mod receipt;
pub mod stored;
pub mod tail;
