//! The reference model: what a task queue is, without Redis, without Lua, without a clock of its own.
//!
//! Tasks are numbered in the order in which they were taken in, leases by their fence. The model says what each call has
//! to answer ([`Answer`]) and how everything stands afterwards.

mod answer;
mod claim;
mod hold;
mod machine;
mod submit;
mod swarm;
mod sweep;
mod task;
mod transition;

pub(crate) use answer::{Answer, Handed};
pub(crate) use machine::Machine;
pub(crate) use swarm::{AGENTS, CAPABILITIES, Model, QUEUES};
pub(crate) use task::{NewTask, Outcome, Task};
pub(crate) use transition::{Claim, Token, Transition};
