/// Loaded once at the start.
pub(crate) const LIBRARY: &str = include_str!("functions.lua");
pub(crate) const SUBMIT: &str = "naive_submit";
pub(crate) const CLAIM: &str = "naive_claim";
pub(crate) const COMPLETE: &str = "naive_complete";
