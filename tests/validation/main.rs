//! `waggle validate` and `POST /perf/validate`: that they pass a sound service, and that each fault fails exactly the
//! test that it should.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has to panic")]

mod asked;
mod faults;
mod healthy;
mod leftovers;
mod suite;
