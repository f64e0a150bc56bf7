//! The operators' page in a real browser, on a real service.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has to panic")]

mod actions;
mod connection;
mod driver;
mod figures;
mod front;
mod keyboard;
mod layout;
mod markup;
mod page;
mod run;
mod states;
mod token;
mod work;
