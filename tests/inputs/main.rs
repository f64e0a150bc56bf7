//! Bytes of any kind, given to all that reads what comes from outside: the targets of `fuzz/` over its seeds, over a few
//! thousand mutations of them that are the same in each run, and over some that are too large to be kept as files.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has to panic")]

mod corpus;
mod hostile;
mod mutate;
mod run;
mod targets;
