//! What breaks, and what the service promises all the same. The numbers are rows of the fault matrix.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has to panic")]

mod agents;
mod alerts;
mod bodies;
mod chaos;
mod checker;
mod connections;
mod draining;
mod functions_lost;
mod hung_up;
mod lost_replies;
mod messages;
mod mixed;
mod race;
mod redis_frozen;
mod redis_killed;
mod redis_unfit;
mod resolving;
mod server_killed;
mod support;
mod swarm_deletion;
mod two_servers;
mod waiting;
