//! `waggle task`: submit, get, list, cancel and retry tasks from a shell.

mod args;
mod batch;
mod cancel;
mod get;
mod list;
mod retry;
mod submit;
mod template;
mod wait;

pub use args::TaskArgs;
