//! The store under test: the task queue itself, on a Redis of its own whose clock is moved by hand.

mod backend;
mod calls;
mod case;
mod compare;

pub(crate) use backend::Backend;
pub(crate) use case::Case;
