//! Queues: their limits and defaults, and what they hold.

mod drain;
mod get;
mod list;
mod pause;
mod put;
mod record;
mod resume;
mod rules;
