//! `waggle agent`.

mod directive;
mod input;
mod lease;
mod outcome;
mod registry;
mod stopping;
