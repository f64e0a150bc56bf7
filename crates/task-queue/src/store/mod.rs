//! How tasks are written for Redis, and how Redis' answers are read.

mod reader;
mod record;
mod resubmit;
mod spec;
mod token;

pub(crate) use reader::{Line, Reader};
pub(crate) use record::{claimed_task, task_of_record};
pub(crate) use resubmit::Resubmit;
pub(crate) use spec::{Spec, When, empty_object, frame_json, joined, stand_in, taken_in};
pub(crate) use token::{digest, seed, unit};
