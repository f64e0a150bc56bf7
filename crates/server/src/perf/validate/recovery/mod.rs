//! Errors and recovery: what must be refused is refused, and what was promised survives.

mod checks;
mod cuts;
mod leases;
mod refusals;
mod run;

pub(super) use run::run;
