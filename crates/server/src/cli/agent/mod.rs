//! `waggle agent`: `run` makes an agent of an ordinary command, the others look at agents and steer them.
//!
//! To run one, a worker ([`worker`]) claims a task, an attempt ([`attempt`]) runs the command for it while a keeper
//! ([`lease`]) extends the lease, and what came of it is settled together with the next claim
//! ([`settle`]). [`stop`] tells all of them when to end.

mod args;
mod attempt;
mod capture;
mod claim;
mod drain;
mod environment;
mod get;
mod held;
mod idle;
mod lease;
mod list;
mod outcome;
mod process;
mod program;
mod quota;
mod register;
mod remove;
mod resume;
mod run;
mod settings;
mod settle;
mod stop;
mod worker;

pub use args::AgentArgs;
