//! Operations that are applied together, or not at all.

mod apply;
mod bad_input;
mod conditions;
mod race;
mod refusals;
mod support;
