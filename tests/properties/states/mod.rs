//! The shared state: a few keys, their versions, conditions, increments and expiry, against a model of a map.

mod case;
mod checks;
mod machine;
mod model;
mod transition;

use case::Case;
use machine::Machine;
use model::{Answer, KEYS, Model};
use transition::{Condition, Transition, Value};
