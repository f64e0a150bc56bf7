use std::net::IpAddr;

use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;
use http_body::Body as _;

use crate::clients::{InFlight, SMALL, address};
use crate::problem::Problem;

/// A read is let in before anybody knows how large its answer will be, and so are all that come at the same time. Nothing
/// was changed by it, so that it can be refused still when its answer is there.
pub(super) struct SecondLook {
    in_flight: InFlight,
    from: IpAddr,
}

impl SecondLook {
    /// At the answer of this request, where it only reads.
    pub(super) fn at(request: &Request, in_flight: &InFlight) -> Option<Self> {
        let reads = request.method() == Method::GET;
        reads.then(|| Self { in_flight: in_flight.clone(), from: address(request.extensions()) })
    }

    /// Why a large answer cannot stay in memory until it is taken.
    pub(super) fn refuses(&self, response: &Response) -> Option<Problem> {
        let is_large = response.body().size_hint().lower() > SMALL;
        is_large.then(|| self.in_flight.admit(|| self.from).err()).flatten()
    }
}
