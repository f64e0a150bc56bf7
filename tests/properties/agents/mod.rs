//! Agents: presence, capacity, draining, deletion, and what becomes of the tasks that they hold or that wait for them,
//! against a model of sets.

mod case;
mod checks;
mod machine;
mod model;
mod presence;
mod tasks;
mod transition;

use case::Case;
use machine::Machine;
use model::{AGENTS, Answer, FREE, Model};
use presence::Agent;
use tasks::{Stand, Task};
use transition::Transition;
