/// Loaded once at the start.
pub(super) const LIBRARY: &str = include_str!("functions.lua");
pub(super) const SUBMIT: &str = "naive_submit";
pub(super) const CLAIM: &str = "naive_claim";
pub(super) const COMPLETE: &str = "naive_complete";
