//! Alerts as signed requests to an address of the operator's: [Standard Webhooks](https://www.standardwebhooks.com)
//! 1.0, HMAC-SHA256.
//!
//! One request at a time, each alert tried again and again with growing waits, so that a receiver sees alerts in their
//! order; what waits is bounded, and nobody ever waits for it. The address is one that an operator set, and still it is not
//! trusted: it is looked up for each attempt, and what is connected to is what was checked, see [`Guard`].

mod address;
mod attempt;
mod connect;
mod guard;
mod message;
mod outcome;
mod queue;
mod secret;
#[cfg(test)]
mod support;
mod target;
#[cfg(test)]
mod tests;
mod tls;
mod worker;

pub use guard::Guard;
pub use queue::WAITING;
pub use secret::{Secret, SecretError};
pub use target::Target;
pub use worker::Webhook;
