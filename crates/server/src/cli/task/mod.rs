//! `waggle task`: submit, get, list, count, assign, cancel, retry and answer tasks, read their attempts and output, from a shell.

mod act;
mod args;
mod assign;
mod attempts;
mod batch;
mod cancel;
mod count;
mod filter;
mod get;
mod input;
mod list;
mod output;
mod retry;
mod submit;
mod template;
mod wait;

pub use args::TaskArgs;
