//! `waggle task`: submit, get, list, cancel, retry and answer tasks from a shell.

mod args;
mod batch;
mod cancel;
mod get;
mod input;
mod list;
mod retry;
mod submit;
mod template;
mod wait;

pub use args::TaskArgs;
