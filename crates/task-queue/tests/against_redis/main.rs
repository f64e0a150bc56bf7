//! The domain on a real Redis: the audit sees what is wrong and nothing else, migrations survive interruption.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod agents;
mod assign;
mod audit;
mod costs;
mod depend;
mod messages;
mod migrate;
mod ready;
mod schedules;
mod slots;
mod state;
mod support;
mod times;
mod trace;
