//! `waggle agent run`: an ordinary command as an agent.
//!
//! A worker ([`worker`]) claims a task, an attempt ([`attempt`]) runs the command for it while a keeper
//! ([`lease`]) extends the lease, and what came of it is settled together with the next claim
//! ([`settle`]). [`stop`] tells all of them when to end.

mod args;
mod attempt;
mod capture;
mod claim;
mod environment;
mod held;
mod idle;
mod lease;
mod outcome;
mod process;
mod program;
mod quota;
mod run;
mod settings;
mod settle;
mod stop;
mod worker;

pub use args::AgentArgs;
