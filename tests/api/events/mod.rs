mod bounds;
mod ends;
mod filters;
mod follow;
mod replay;
mod resume;
mod slow;
pub(crate) mod support;
