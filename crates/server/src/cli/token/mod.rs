//! `waggle token`: who may do what.

mod args;
mod list;
mod new;
mod revoke;

pub use args::TokenArgs;
