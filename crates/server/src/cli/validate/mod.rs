//! `waggle validate`.

mod args;
mod progress;
mod run;
mod table;

pub(super) use args::ValidateArgs;
