//! Tokens: made, listed and revoked while the service runs.

mod add;
mod delete;
mod list;
mod made;
