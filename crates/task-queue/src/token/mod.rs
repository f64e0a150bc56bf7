//! Tokens that all servers on a Redis know: of each its digest and what its owner may do.

mod add;
mod delete;
mod follow;
mod list;
mod record;

pub use follow::TokensRead;
