//! Traces, as a collector receives them.

mod life;
mod requests;
mod sampling;
mod sending;
mod support;
