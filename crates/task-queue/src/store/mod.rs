//! How tasks are written for Redis, and how Redis' answers are read.

mod attempt;
mod extras;
mod header;
mod input;
mod name_cursor;
mod reader;
mod record;
mod resubmit;
mod spec;
mod submitted;
mod token;
mod usage;
mod weight;

pub(crate) use attempt::KeptAttempt;
pub(crate) use header::{joined, stand_in};
pub(crate) use input::Asked;
pub(crate) use name_cursor::NameCursor;
pub(crate) use reader::{Line, Reader};
pub(crate) use record::{claimed_task, task_of_record};
pub(crate) use resubmit::Resubmit;
pub(crate) use spec::{DEADLINE_HOLDS, Spec, When};
pub(crate) use submitted::{empty_object, frame_json, taken_in};
pub(crate) use token::{digest, seed, unit};
pub(crate) use usage::{Sums, usage_text};
