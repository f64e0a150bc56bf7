//! Inboxes: who gets a message, under which number, until when, against a model of lists.

mod case;
mod checks;
mod machine;
mod model;
mod transition;

use case::Case;
use machine::Machine;
use model::{AGENTS, Answer, Model, TOPICS};
use transition::{Ack, To, Transition};
