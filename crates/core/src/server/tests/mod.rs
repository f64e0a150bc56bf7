//! A real `redis-server`, real signals, real files.

mod crash;
mod data;
mod lifecycle;
mod orphan;
mod refusal;
mod support;
