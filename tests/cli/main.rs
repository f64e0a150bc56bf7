//! The program `waggle` as people and scripts use it: flags, exit statuses, what it prints.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has to panic")]

mod agent;
mod backup;
mod bench;
mod data;
mod debate;
mod doctor;
mod events;
mod example;
mod help;
mod lost_answers;
mod message;
mod migrate;
mod perf;
mod pipeline;
mod program;
mod queue;
mod redis_acl;
mod schedule;
mod snapshot;
mod start_up;
mod state;
mod swarm;
mod task;
mod tls;
mod token;
mod transaction;
