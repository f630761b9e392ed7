//! A founded ledger behind a listening server, people who sign, and a client.

pub(crate) mod app;
pub(crate) mod client;
pub(crate) mod people;

pub(crate) use app::TestApp;
pub(crate) use people::Person;
