//! What has to agree with each other, though no compiler looks: manifests, headers of Lua files, tables in documents.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has to panic")]

mod answers;
mod crates;
mod documents;
mod faults;
mod lua;
mod problems;
mod source;
mod states;
mod stems;
mod supply;
