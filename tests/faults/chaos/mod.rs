//! Faults drawn by a seed under a load of tasks and messages; and the proof that the checker finds what is broken.

mod broken;
mod fault;
mod load;
mod memory;
mod nemesis;
mod report;
mod rounds;
mod stage;
