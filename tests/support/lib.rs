//! The harness: a real service on a real Redis, clients, faults, and the audit that ends every test.
//!
//! A test is a function that calls [`in_a_swarm`] with an async closure. It gets a [`World`] (a swarm of its own on
//! the service that all tests of the binary share) and cannot leave without the audit of the invariants.
#![expect(clippy::unwrap_used, reason = "a harness that cannot do its work has to panic")]
#![expect(clippy::print_stderr, reason = "what a failed test has to say goes to standard error")]

mod agents;
mod alerts;
mod audit;
mod cluster;
mod collector;
mod disk;
mod faulty;
mod harness;
mod held;
pub mod history;
mod http;
mod island;
mod machine_clock;
mod narrow;
mod paths;
mod problem;
mod process;
mod proxy;
mod raw;
mod redis_server;
mod run;
mod sandbox;
mod service;
mod setup;
mod shared;
mod shim;
mod task;
mod tls;
mod wait;
mod world;

pub use agents::{Act, Agent};
pub use alerts::{Receiver, alerting, metric};
pub use audit::audit;
pub use cluster::Cluster;
pub use collector::{Collector, Span};
pub use disk::Disk;
pub use faulty::FaultyAnswers;
pub use harness::on_harness;
pub use held::Held;
pub use http::{Client, Lost, Reply, Request};
pub use island::Island;
pub use machine_clock::MachineClock;
pub use narrow::narrow;
pub use paths::{root, waggle};
pub use problem::assert_problem;
pub use process::{alive, signal, spawn};
pub use proxy::{Mode, Proxy};
pub use raw::Raw;
pub use redis_server::{RedisServer, SERVICE_PASSWORD, SERVICE_USER};
pub use run::{in_a_swarm, in_a_swarm_of, on_a_service};
pub use sandbox::new_dir;
pub use service::{Ended, Service};
pub use setup::{ALL_SCOPES, Setup};
pub use shared::{shared, uses_cluster};
pub use shim::{Shim, Shimmed};
pub use task::{Task, task};
pub use tls::{Authority, Named, Pair, http_client, secure};
pub use wait::{ON_TIME, PATIENCE, lateness, over_a_round, until, until_quick, until_some};
pub use world::World;
