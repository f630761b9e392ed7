//! The only writer of the ledger: REST, authentication, the append path and the command `litopys`.

pub mod append;
pub mod auth;
mod circumstances;
pub mod clock;
pub mod draft;
pub mod explain;
pub mod follow;
pub mod http;
pub mod law_texts;
pub mod ledger;
pub mod own_acts;
pub mod publish;
pub mod reader;
pub mod receipt;
pub mod record;
pub mod store;
pub mod stored;
pub mod tail;
pub mod vault;
