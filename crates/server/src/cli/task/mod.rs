//! `waggle task`: submit, get, list, cancel and retry tasks from a shell.

mod args;
mod batch;
mod cancel;
mod each;
mod get;
mod list;
mod print;
mod retry;
mod service;
mod source;
mod submit;
mod template;
mod wait;

pub use args::TaskArgs;
