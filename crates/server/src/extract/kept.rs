//! A large body counts until its request is answered, not only until it was read.

use std::sync::{Arc, OnceLock};

use axum::body::HttpBody as _;
use axum::extract::Request;

use crate::clients::{Charge, SMALL};

/// Keeps the charge for a body for as long as the request is answered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept(Arc<OnceLock<Charge>>);

impl Kept {
    /// For the body of this request, where it may be large: most are not, and cost nothing here.
    pub(crate) fn of(request: &mut Request) -> Option<Self> {
        if request.body().size_hint().upper().is_some_and(|most| most <= SMALL) {
            return None;
        }
        let kept = Self::default();
        request.extensions_mut().insert(kept.clone());
        Some(kept)
    }

    /// Takes over what was read.
    pub(super) fn keep(&self, charge: Option<Charge>) {
        // A request has one body, and it is read once.
        charge.into_iter().for_each(|charge| drop(self.0.set(charge)));
    }
}
