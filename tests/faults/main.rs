//! What breaks, and what the service promises all the same: `docs/faults.md`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has to panic")]

mod agents;
mod alerts;
mod although_applied;
mod append_only;
mod bodies;
mod chaos;
mod checker;
mod clock;
mod clock_away;
mod connections;
mod disk;
mod disk_holes;
mod draining;
mod functions_lost;
mod half_open;
mod halfway;
mod hung_up;
mod lost_replies;
mod messages;
mod mixed;
mod race;
mod redis_access;
mod redis_frozen;
mod redis_killed;
mod redis_loading;
mod redis_tls;
mod redis_unfit;
mod resolving;
mod server_killed;
mod slow_sockets;
mod support;
mod swarm_deletion;
mod two_servers;
mod two_versions;
mod waiting;
