//! Who may do what: tokens, their scopes, and the one table of what each address asks for.
//!
//! A token is known by its SHA-256 alone. Asking whether a request may pass costs no call to Redis: the tokens that
//! are valid now are a snapshot in memory, which a follower renews ([decision 31](../../docs/decisions/0031-tokens.md)).

mod access;
mod admit;
mod bearer;
mod caller;
mod certified;
mod clock;
mod failures;
mod follower;
mod rate;
pub(crate) mod secret;
mod table;
#[cfg(test)]
mod tests;
mod token;
mod tokens;

pub use access::Access;
pub(crate) use admit::Admitted;
pub(crate) use caller::Caller;
pub(crate) use certified::Certified;
pub use follower::Follower;
pub(crate) use rate::RateNote;
#[cfg(test)]
pub(crate) use table::ROUTES;
pub(crate) use table::{Need, need_of};
pub(crate) use token::{Origin, Token};
