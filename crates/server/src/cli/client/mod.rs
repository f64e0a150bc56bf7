//! How commands talk to the service: HTTP, over TLS where the address says so, every call bounded and, where it is
//! safe, repeated.

mod answer;
mod args;
mod call;
mod connection;
mod error;
mod patience;
mod token;

pub(crate) use answer::{Answer, json};
pub(crate) use args::{ConnectArgs, DEFAULT_URL, ServiceArgs, TlsArgs, address};
pub(crate) use call::Call;
pub(crate) use connection::Client;
pub(crate) use error::{CallError, Problem};
pub(crate) use patience::Patience;
pub(crate) use token::authorization;
