//! What comes of it: figures beside their targets, as tables, JSON and a document.

pub(super) mod document;
pub(super) mod figure;
pub(super) mod progress;
pub(super) mod run;
pub(super) mod statistics;
pub(super) mod table;
pub(super) mod target;
