//! Properties: whatever agents do and in whatever order, the store does what a model of a hundred lines says.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has to panic")]

mod agents;
mod broken;
mod checker;
mod graphs;
mod inboxes;
mod keys;
mod life;
mod limits;
mod model;
mod payloads;
mod run;
mod states;
mod store;
