//! The validation: seven tests of a running service with real work through its public address, in a swarm of its own.

mod agents;
mod assignment;
mod batch;
mod broken;
mod canary;
mod client;
mod compression;
mod corpus;
mod crowd;
mod ground;
mod inside;
mod load;
mod outcome;
mod pool;
mod recovery;
mod runs;
mod scale;
mod stress;
mod suite;
mod test;
mod unfinished;

pub use broken::Broken;
pub use canary::PREFIX;
pub use client::Client;
pub use inside::Inside;
pub use outcome::{CONFIDENCE, RunStatus, TestOutcome, Validation};
pub use runs::{Refused, Runs};
pub use scale::Slack;
pub use suite::{Ended, Event, Suite};
pub use test::Test;
