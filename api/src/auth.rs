//! Who calls, and what he may do: bearer tokens and the one policy.

pub mod policy;
pub mod principal;
pub mod token;

pub use policy::{Action, Custody, Denied, Resource, allowed};
pub use principal::{Offices, Principal, Scope};
pub use token::{Grant, TokenError, TokenIssuer, TokenVerifier};
