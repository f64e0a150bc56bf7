//! Ten megabytes of what agents leave behind, always the same: transcripts, plans, tool results, swarm state.

mod documents;
mod random;
mod words;

pub(super) use documents::{Document, Kind, documents};
