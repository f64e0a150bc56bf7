//! What is measured: processes with their CPU time, memory and Redis, on a machine.

pub(super) mod cpu;
pub(super) mod deadline;
pub(super) mod info;
pub(super) mod machine;
pub(super) mod process;
pub(super) mod procfs;
pub(super) mod service;
