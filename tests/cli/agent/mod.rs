//! `waggle agent run`.

mod input;
mod lease;
mod outcome;
mod stopping;
