//! State keys whose slashes stand in the address as they are. Every operation is documented with the key as one segment;
//! here are the same operations where it has several.

use axum::Router;
use axum::routing::{get, post};

use super::{delete, increment, patch, put};
use crate::app::App;

/// A key of several segments; a `POST` wants `/increment` behind it.
const SEGMENTS: &str = "/v1/swarms/{swarm}/state/{key}/{*rest}";
/// A key of two segments that ends as the address of an increment does.
const INCREMENT: &str = "/v1/swarms/{swarm}/state/{key}/increment";

/// The addresses that the document leaves to percent-encoding.
pub(crate) fn routes() -> Router<App> {
    let of_key = || get(super::get::get).put(put::put).patch(patch::patch).delete(delete::delete);
    Router::new().route(SEGMENTS, of_key().merge(post(increment::increment))).route(INCREMENT, of_key())
}
