//! What happens around every request, in one layer.
//!
//! One, because each layer of an axum router costs a boxed service and a boxed future
//! per request: ids, metrics, the log, panics and the writing of problems share one.

mod admission;
mod around;
mod context;
mod cors;
mod cross_site;
mod hosts;
mod known_series;
mod method;
mod recorder;
mod request_id;
mod second_look;
#[cfg(test)]
mod tests;

pub(crate) use around::{Around, HEALTH, answers_while_draining};
pub(crate) use cors::cors;
pub(crate) use cross_site::cross_site;
pub(crate) use method::known_method;
pub(crate) use recorder::Recorder;
